package pgembed_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/pgembed"
)

// clusterOf is the cluster of a stopped server, and the account it belongs to.
func clusterOf(t *testing.T, dir string) (cluster string, who *syscall.SysProcAttr) {
	t.Helper()
	cluster = filepath.Join(dir, "postgres", "cluster")
	var st syscall.Stat_t
	require.NoError(t, syscall.Stat(cluster, &st))
	if os.Geteuid() == 0 {
		return cluster, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: st.Uid, Gid: st.Gid}}
	}
	return cluster, nil
}

func TestAnotherMajorVersionIsRefusedUntouched(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	start(t, dir).Stop()
	cluster, _ := clusterOf(t, dir)
	file := filepath.Join(cluster, "PG_VERSION")
	was, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte("9\n"), 0o600))
	_, err = pgembed.Start(t.Context(), config(dir))
	require.ErrorContains(t, err, "pg_dump")
	require.ErrorContains(t, err, "postgresql-9")
	require.NoError(t, os.WriteFile(file, was, 0o600))
	start(t, dir)
}

func TestAStalePidFileOfAnotherProgramIsNoHindrance(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	s := start(t, dir)
	rows(t, s.OwnerURL(), insert)
	s.Stop()
	cluster, who := clusterOf(t, dir)
	other := exec.Command("sleep", "60") // runs as the server's account: PostgreSQL itself would believe the file
	other.SysProcAttr, other.Dir = who, "/"
	require.NoError(t, other.Start())
	defer func() { _ = other.Process.Kill(); _ = other.Wait() }()
	require.NoError(t, os.WriteFile(filepath.Join(cluster, "postmaster.pid"), fmt.Appendf(nil, "%d\n%s\n", other.Process.Pid, cluster), 0o644))
	require.Equal(t, 1, rows(t, start(t, dir).OwnerURL(), ""))
	require.NoError(t, other.Process.Signal(syscall.Signal(0)), "the other program lives")
}

func TestAnOrphanServerIsEndedAndFollowed(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	start(t, dir).Stop()
	cluster, who := clusterOf(t, dir)
	bin, err := pgembed.Find()
	require.NoError(t, err)
	orphan := exec.Command(filepath.Join(bin, "postgres"), "-D", cluster, "-k", filepath.Dir(cluster), "-c", "listen_addresses=")
	orphan.SysProcAttr, orphan.Dir = who, "/"
	require.NoError(t, orphan.Start())
	ended := make(chan error, 1)
	go func() { ended <- orphan.Wait() }()
	eventually(t, "the orphan holds the cluster", func() error { _, err := os.Stat(filepath.Join(cluster, "postmaster.pid")); return err })
	s := start(t, dir)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		_ = orphan.Process.Kill()
		t.Fatal("the orphan still runs")
	}
	rows(t, s.OwnerURL(), insert)
}

func TestTwoProgramsCannotShareTheData(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	s := start(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := pgembed.Start(ctx, config(dir))
	require.ErrorContains(t, err, "другая программа")
	rows(t, s.OwnerURL(), insert)
}

func TestALostPasswordIsReplacedAndAWrongOneSaid(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	s := start(t, dir)
	rows(t, s.OwnerURL(), insert)
	s.Stop()
	file := filepath.Join(dir, "postgres.secret")
	require.NoError(t, os.Remove(file))
	s = start(t, dir)
	require.Equal(t, 1, rows(t, s.OwnerURL(), ""))
	s.Stop()
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, "%048d\n", 0), 0o600))
	_, err := pgembed.Start(t.Context(), config(dir))
	require.ErrorContains(t, err, "не подходит")
}

func TestAHalfMadeClusterIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	start(t, dir).Stop()
	cluster, _ := clusterOf(t, dir)
	require.NoError(t, os.Rename(cluster, cluster+".init")) // as if killed before the rename
	rows(t, start(t, dir).OwnerURL(), insert)
	require.NoDirExists(t, cluster+".init")
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	t.Setenv("D24_PG_BIN", t.TempDir())
	_, err := pgembed.Start(t.Context(), config(t.TempDir()))
	require.ErrorContains(t, err, "D24_PG_BIN")
	require.ErrorContains(t, pgembed.ErrNoPostgres, "apt-get install")
}
