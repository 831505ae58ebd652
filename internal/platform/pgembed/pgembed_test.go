package pgembed_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/pg"
	"d24/internal/platform/pgembed"
)

// TestMain is also the program that is killed: it starts a server and waits.
func TestMain(m *testing.M) {
	if dir := os.Getenv("PGEMBED_TEST_CHILD"); dir != "" {
		s, err := pgembed.Start(context.Background(), config(dir))
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("ready", s.Pid(), s.OwnerURL())
		select {}
	}
	os.Exit(m.Run())
}

func config(dir string) pgembed.Config {
	return pgembed.Config{DataDir: dir, Log: slog.New(slog.DiscardHandler), Settings: map[string]string{"shared_buffers": "16MB", "max_connections": "20"}}
}

func start(t *testing.T, dir string) *pgembed.Server {
	t.Helper()
	s, err := pgembed.Start(t.Context(), config(dir))
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	return s
}

// ask connects, waiting for the server if need be, runs do and returns one value.
func ask[T any](t *testing.T, url, do, q string) (v T) {
	t.Helper()
	ctx := context.Background()
	var c *pgx.Conn
	eventually(t, "the database answers", func() (err error) { c, err = pgx.Connect(ctx, url); return err })
	defer c.Close(ctx)
	_, err := c.Exec(ctx, do)
	require.NoError(t, err)
	require.NoError(t, c.QueryRow(ctx, q).Scan(&v))
	return v
}

func rows(t *testing.T, url, do string) int {
	t.Helper()
	return ask[int](t, url, "create table if not exists t (n int); "+do, "select count(*) from t")
}

const insert = "insert into t values (1)"

func eventually(t *testing.T, what string, f func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(40 * time.Second); ; time.Sleep(20 * time.Millisecond) { // a poll with a deadline
		if err = f(); err == nil {
			return
		}
		require.True(t, time.Now().Before(deadline), "%s: %v", what, err)
	}
}

// reachable is a directory that an unprivileged user may pass, unlike t.TempDir of root.
func reachable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgembed") //nolint:usetesting // that of root is closed to others
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// child runs this test program as the program that owns the server, under uid when not 0.
func child(t *testing.T, dir string, uid uint32) (kill func(), pid int, url string) {
	t.Helper()
	self := filepath.Join(reachable(t), "program")
	copyFile(t, os.Args[0], self)
	c := exec.Command(self)
	c.Env = append(os.Environ(), "PGEMBED_TEST_CHILD="+dir)
	c.Dir = "/"
	if uid != 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	kill = func() { _ = c.Process.Kill(); _ = c.Wait() }
	t.Cleanup(kill)
	said, err := readLine(out)
	require.NoError(t, err)
	_, err = fmt.Sscanf(said, "ready %d %s", &pid, &url)
	require.NoError(t, err, "it said: %s", said)
	return kill, pid, url
}

func readLine(r io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); ; line = append(line, b[0]) {
		if _, err := r.Read(b); err != nil || b[0] == '\n' {
			return string(line), err
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, b, 0o755))
}

func requireEnded(t *testing.T, pid int) {
	t.Helper()
	cmd, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) // gone, or dead and not yet buried
	require.Empty(t, cmd, "process %d still runs", pid)
}

func TestDataStaysInADeepPathReachedBySocketAndPasswordOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(reachable(t), strings.Repeat("глубоко/", 12), strings.Repeat("x", 60))
	require.Greater(t, len(dir), 200)
	s := start(t, dir)
	require.Equal(t, 1, rows(t, s.OwnerURL(), insert))
	require.Empty(t, ask[string](t, s.OwnerURL(), "", "show listen_addresses"))
	require.Equal(t, "on", ask[string](t, s.OwnerURL(), "", "show data_checksums"))
	cfg, err := pgx.ParseConfig(s.OwnerURL())
	require.NoError(t, err)
	cfg.Password = strings.Repeat("0", 48)
	_, err = pgx.ConnectConfig(t.Context(), cfg)
	require.ErrorContains(t, err, "28P01", "the socket alone opens nothing")
	st, err := os.Stat(cfg.Host)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), st.Mode().Perm())
	st, err = os.Stat(filepath.Join(dir, "postgres.secret"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), st.Mode().Perm())
	s.Stop()
	require.NoDirExists(t, cfg.Host)
	require.Equal(t, 1, rows(t, start(t, dir).OwnerURL(), ""))
}

func TestTheProgramsLoginIsBoundByTheFence(t *testing.T) {
	t.Parallel()
	s := start(t, reachable(t))
	require.False(t, ask[bool](t, s.AppURL(), "", "select rolsuper or rolbypassrls or rolcreaterole from pg_roles where rolname = current_user"))
	require.Error(t, s.EnsureApp(t.Context()), "before the migrations there is no fence")
	require.NoError(t, pg.Migrate(t.Context(), s.OwnerURL()))
	require.NoError(t, s.EnsureApp(t.Context()))
	for _, role := range []string{"d24_journal", "d24_desk", "d24_system"} {
		require.Equal(t, role, ask[string](t, s.AppURL(), "set role "+role, "select current_user::text"))
	}
}

func TestTheServerIsStartedAgainWhenKilled(t *testing.T) {
	t.Parallel()
	s := start(t, reachable(t))
	rows(t, s.OwnerURL(), insert)
	pid := s.Pid()
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	select {
	case err := <-s.Dead():
		require.Error(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("nobody was told")
	}
	killed := time.Now()
	require.Equal(t, 1, rows(t, s.OwnerURL(), ""))
	require.NotEqual(t, pid, s.Pid())
	require.Less(t, time.Since(killed), 10*time.Second)
}

// TestAKilledProgramLeavesNoServerAndLosesNothing kills the owner with -9.
func TestAKilledProgramLeavesNoServerAndLosesNothing(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	for n := range 3 {
		kill, pid, url := child(t, dir, 0)
		require.Equal(t, 2*n+1, rows(t, url, insert))
		kill()
		s := start(t, dir) // at once: the old one may still be dying
		requireEnded(t, pid)
		require.Equal(t, 2*n+2, rows(t, s.OwnerURL(), insert))
		s.Stop()
	}
}

func TestProgramAndServerKilledTogether(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	kill, pid, url := child(t, dir, 0)
	rows(t, url, insert)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	kill()
	require.Equal(t, 1, rows(t, start(t, dir).OwnerURL(), ""))
}

// TestAnUnprivilegedUserNeedsNoRoot runs the whole program as nobody; the one who
// runs the tests, when he is not root, is such a user already.
func TestAnUnprivilegedUserNeedsNoRoot(t *testing.T) {
	t.Parallel()
	dir, uid, become := reachable(t), uint32(os.Geteuid()), uint32(0)
	if uid == 0 {
		uid, become = 65534, 65534
		require.NoError(t, os.Chown(dir, 65534, 65534))
	}
	kill, pid, _ := child(t, dir, become)
	var st syscall.Stat_t
	require.NoError(t, syscall.Stat(fmt.Sprintf("/proc/%d", pid), &st))
	require.Equal(t, uid, st.Uid)
	kill()
	// the same data under root: the server becomes the owner of the cluster
	s := start(t, dir)
	require.NoError(t, syscall.Stat(fmt.Sprintf("/proc/%d", s.Pid()), &st))
	require.Equal(t, uid, st.Uid)
}

// TestClosedParentsMoveTheClusterOut: root's own directory lets nobody else in.
func TestClosedParentsMoveTheClusterOut(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(reachable(t), "closed")
	require.NoError(t, os.Mkdir(closed, 0o700))
	dir, moved := filepath.Join(closed, "data"), filepath.Join(closed, "moved")
	s := start(t, dir)
	require.Equal(t, 1, rows(t, s.OwnerURL(), insert))
	s.Stop()
	far, err := os.Readlink(filepath.Join(dir, "postgres"))
	if os.Geteuid() == 0 {
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(far, "/var/lib/d24/"), far)
		t.Cleanup(func() { require.NoError(t, os.RemoveAll(far)) })
	}
	require.NoError(t, os.Rename(dir, moved))
	require.Equal(t, 1, rows(t, start(t, moved).OwnerURL(), ""), "a moved directory keeps its base")
}
