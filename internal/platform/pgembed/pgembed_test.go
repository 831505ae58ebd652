package pgembed_test

import (
	"context"
	"fmt"
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
		fmt.Println("ready", s.Pid())
		select {}
	}
	os.Exit(m.Run())
}

func config(dir string) pgembed.Config {
	return pgembed.Config{DataDir: dir, Log: slog.New(slog.DiscardHandler), Settings: map[string]string{"shared_buffers": "16MB", "max_connections": "20"}}
}

func rows(t *testing.T, s *pgembed.Server, do string) (n int) {
	t.Helper()
	ctx := context.Background()
	var c *pgx.Conn
	eventually(t, "the database answers", func() (err error) { c, err = pgx.Connect(ctx, s.OwnerURL()); return err })
	defer c.Close(ctx)
	_, err := c.Exec(ctx, "create table if not exists t (n int); "+do)
	require.NoError(t, err)
	require.NoError(t, c.QueryRow(ctx, "select count(*) from t").Scan(&n))
	return n
}

func eventually(t *testing.T, what string, f func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(40 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if err = f(); err == nil {
			return
		}
		require.True(t, time.Now().Before(deadline), "%s: %v", what, err)
	}
}

// reachable is a directory that an unprivileged user may pass, unlike t.TempDir under root's umask.
func reachable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgembed")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

func TestDataStaysInADeepPathAndTheAppIsNoSuperuser(t *testing.T) {
	dir := filepath.Join(reachable(t), strings.Repeat("глубоко/", 12), strings.Repeat("x", 60))
	require.Greater(t, len(dir), 200)
	s, err := pgembed.Start(context.Background(), config(dir))
	require.NoError(t, err)
	require.Equal(t, 1, rows(t, s, "insert into t values (1)"))
	c, err := pgx.Connect(context.Background(), s.AppURL())
	require.NoError(t, err)
	var super bool
	require.NoError(t, c.QueryRow(context.Background(), "select rolsuper or rolbypassrls from pg_roles where rolname = current_user").Scan(&super))
	require.False(t, super)
	require.NoError(t, c.Close(context.Background()))
	s.Stop()
	s, err = pgembed.Start(context.Background(), config(dir))
	require.NoError(t, err)
	defer s.Stop()
	require.Equal(t, 1, rows(t, s, ""))
}

func TestTheServerIsStartedAgainWhenKilled(t *testing.T) {
	s, err := pgembed.Start(context.Background(), config(reachable(t)))
	require.NoError(t, err)
	defer s.Stop()
	rows(t, s, "insert into t values (1)")
	pid := s.Pid()
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	eventually(t, "another process", func() error {
		if s.Pid() == pid {
			return os.ErrExist
		}
		return nil
	})
	require.Equal(t, 1, rows(t, s, ""))
}

// TestAKilledProgramLeavesNoServerAndLosesNothing kills the owner with -9.
func TestAKilledProgramLeavesNoServerAndLosesNothing(t *testing.T) {
	dir := reachable(t)
	for range 2 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "PGEMBED_TEST_CHILD="+dir)
		out, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		var pid int
		_, err = fmt.Fscanf(out, "ready %d\n", &pid)
		require.NoError(t, err)
		require.NoError(t, child.Process.Kill())
		_ = child.Wait()
		s, err := pgembed.Start(context.Background(), config(dir)) // at once: the old one may still be dying
		require.NoError(t, err)
		cmd, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) // gone, or dead and not yet buried
		require.Empty(t, cmd, "the old server is gone")
		rows(t, s, "insert into t values (1)")
		s.Stop()
	}
	s, err := pgembed.Start(context.Background(), config(dir))
	require.NoError(t, err)
	defer s.Stop()
	require.Equal(t, 2, rows(t, s, ""))
}

func TestAnotherMajorVersionIsRefusedUntouched(t *testing.T) {
	dir := reachable(t)
	s, err := pgembed.Start(context.Background(), config(dir))
	require.NoError(t, err)
	s.Stop()
	file := filepath.Join(dir, "postgres", "cluster", "PG_VERSION")
	require.NoError(t, os.WriteFile(file, []byte("9\n"), 0o600))
	_, err = pgembed.Start(context.Background(), config(dir))
	require.ErrorContains(t, err, "pg_dump")
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	t.Setenv("D24_PG_BIN", t.TempDir())
	_, err := pgembed.Start(context.Background(), config(t.TempDir()))
	require.ErrorContains(t, err, "D24_PG_BIN")
}
