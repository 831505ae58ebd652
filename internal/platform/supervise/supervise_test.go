package supervise

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/clock"
)

// The test binary plays the child, or a keeper that is to be killed.
const role = "SUPERVISE_TEST_ROLE"

func TestMain(m *testing.M) {
	ended := make(chan os.Signal, 1)
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case "polite":
		signal.Notify(ended, syscall.SIGTERM)
		fmt.Println("I run")
		fmt.Fprint(os.Stderr, "half a line, ")
		fmt.Fprintln(os.Stderr, "then its end")
		<-ended
	case "stubborn": // ignores SIGTERM, and has a child of its own in its group
		signal.Ignore(syscall.SIGTERM)
		g := exec.Command("sleep", "600")
		if err := g.Start(); err != nil {
			os.Exit(3)
		}
		fmt.Println("grandchild", g.Process.Pid)
		_ = g.Wait()
		select {}
	case "holder": // holds a file until it is ended
		signal.Notify(ended, syscall.SIGTERM)
		if _, err := Hold(os.Getenv("SUPERVISE_TEST_KEEP")); err != nil {
			os.Exit(3)
		}
		fmt.Println("held")
		<-ended
	case "keeper": // keeps a polite one until killed
		c := polite()
		c.Keep = os.Getenv("SUPERVISE_TEST_KEEP")
		c.Out = os.Stderr
		c.OnStart = func(pid int) { fmt.Println(pid) }
		_ = c.Run(context.Background())
	}
}

func self() string {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return path
}

func polite() Child {
	return Child{Name: "polite", Path: self(), Env: []string{role + "=polite"}, Grace: 5 * time.Second}
}

// run runs a child in the background; its starts come by the channel. end ends it
// and gives Run's result.
func run(t *testing.T, c Child) (pids chan int, end func(cause error) error) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	pids = make(chan int, 100)
	c.OnStart = func(pid int) { pids <- pid }
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	var once sync.Once
	var result error
	end = func(cause error) error {
		once.Do(func() { cancel(cause); result = wait(t, done, "the end of Run") })
		return result
	}
	t.Cleanup(func() { _ = end(nil) })
	return pids, end
}

func wait[T any](t *testing.T, ch <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-ch:
	case <-time.After(20 * time.Second):
		t.Error("waited too long for " + what)
	}
	return v
}

func runs(pid int) bool { _, alive := startOf(pid); return alive }

func gone(t *testing.T, pid int) {
	t.Helper()
	require.Positive(t, pid)
	require.Eventually(t, func() bool { return !runs(pid) }, 10*time.Second, 10*time.Millisecond, "pid %d lives", pid)
}

func TestAKilledChildIsStartedAgainAndTheLastOneGoesWithUs(t *testing.T) {
	c := polite()
	exits := make(chan error, 10)
	c.OnExit = func(err error) { exits <- err }
	pids, end := run(t, c)
	first := wait(t, pids, "the first start")
	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	require.ErrorContains(t, wait(t, exits, "its end"), "killed")
	second := wait(t, pids, "the second start")
	require.NotEqual(t, first, second)
	require.True(t, runs(second))
	require.NoError(t, end(nil))
	require.False(t, runs(first))
	require.False(t, runs(second))
}

func TestAStubbornChildIsKilledWithItsOwnChildren(t *testing.T) {
	out := &buffer{}
	pids, end := run(t, Child{Name: "stubborn", Path: self(), Env: []string{role + "=stubborn", "PATH=" + os.Getenv("PATH")}, Out: out, Grace: 100 * time.Millisecond})
	pid := wait(t, pids, "the start")
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "\n") }, 10*time.Second, 5*time.Millisecond)
	grandchild, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(out.String(), "grandchild ")))
	require.NoError(t, err)
	require.True(t, runs(grandchild))
	require.NoError(t, end(nil))
	require.False(t, runs(pid))
	gone(t, grandchild)
}

func TestWhatTheChildWritesIsInTheLogLineByLine(t *testing.T) {
	out := &buffer{}
	c := polite()
	c.Log = slog.New(slog.NewTextHandler(out, nil))
	_, end := run(t, c)
	for _, want := range []string{`says="I run"`, `says="half a line, then its end"`} {
		require.Eventually(t, func() bool { return strings.Contains(out.String(), want) }, 10*time.Second, 5*time.Millisecond, want)
	}
	require.NoError(t, end(nil))
}

func TestReadyIsToldOnceTheProbeAnswers(t *testing.T) {
	c := polite()
	asked := 0
	c.Probe = func(context.Context) error {
		if asked++; asked < 3 {
			return errors.New("not yet")
		}
		return nil
	}
	ready := make(chan int, 10)
	c.OnReady = func() { ready <- asked }
	pids, end := run(t, c)
	require.Equal(t, 3, wait(t, ready, "ready"))
	require.NoError(t, syscall.Kill(wait(t, pids, "the start"), syscall.SIGKILL))
	require.Equal(t, 4, wait(t, ready, "ready again after the new start"))
	require.NoError(t, end(nil))
}

func TestAProgramThatIsNotThereIsTriedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "program")
	exits := make(chan error, 100)
	c := polite()
	c.Path = path
	c.OnExit = func(err error) { exits <- err }
	pids, end := run(t, c)
	require.ErrorIs(t, wait(t, exits, "the failed start"), os.ErrNotExist)
	require.NoError(t, os.Symlink(self(), path)) // an upgrade puts it back
	require.True(t, runs(wait(t, pids, "the start")))
	require.NoError(t, end(nil))
}

func TestPausesGrowAndAreForgottenAfterASteadyLife(t *testing.T) {
	var got []time.Duration
	var last time.Duration
	for _, lived := range []time.Duration{0, time.Second, 0, 0, 29 * time.Second, 0, 0, 30 * time.Second, 0} {
		last = pauseAfter(lived, last)
		got = append(got, last/time.Millisecond)
	}
	require.Equal(t, []time.Duration{200, 400, 800, 1600, 3200, 5000, 5000, 200, 400}, got)
}

// killedKeeper runs a keeper in a process of its own and kills it with -9; it
// returns the child's number.
func killedKeeper(t *testing.T, keep string) int {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	k := exec.CommandContext(t.Context(), self())
	k.Env = []string{role + "=keeper", "SUPERVISE_TEST_KEEP=" + keep}
	k.Stdout = w
	require.NoError(t, k.Start())
	require.NoError(t, w.Close())
	var pid int
	_, err = fmt.Fscan(r, &pid)
	require.NoError(t, err)
	require.True(t, runs(pid))
	if keep != "" {
		require.Eventually(t, func() bool { _, err := os.Stat(keep); return err == nil }, 10*time.Second, 5*time.Millisecond)
	}
	require.NoError(t, k.Process.Kill())
	_ = k.Wait()
	return pid
}

func TestAChildDoesNotOutliveItsKilledKeeper(t *testing.T) {
	gone(t, killedKeeper(t, ""))
}

func TestAKeptChildIsAdoptedByTheNextKeeper(t *testing.T) {
	keep := filepath.Join(t.TempDir(), "engine.pid")
	pid := killedKeeper(t, keep)
	require.NoError(t, clock.Wait(t.Context(), 200*time.Millisecond)) // the time an ordinary child would die in
	require.True(t, runs(pid))
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })

	c := polite()
	c.Keep, c.Out = keep, os.Stderr
	pids, end := run(t, c)
	require.Equal(t, pid, wait(t, pids, "the adoption"))
	require.NoError(t, end(ErrLeave))
	require.True(t, runs(pid))

	pids, end = run(t, c)
	require.Equal(t, pid, wait(t, pids, "the second adoption"))
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	second := wait(t, pids, "a new start after an adopted one's end")
	require.NotEqual(t, pid, second)
	require.NoError(t, end(ErrLeave))
	require.True(t, runs(second))

	c.Args = []string{"another port"}
	pids, end = run(t, c)
	third := wait(t, pids, "the start with other arguments")
	require.NotEqual(t, second, third)
	gone(t, second)
	require.NoError(t, end(nil))
	require.False(t, runs(third))
	require.NoFileExists(t, keep)
}

func TestAMemoryOfAnotherProcessIsNotTrusted(t *testing.T) {
	keep := filepath.Join(t.TempDir(), "engine.pid")
	for _, memory := range []string{"", "nonsense", "1 2 3", fmt.Sprintf("%d 12345 abc", os.Getpid()), "-1 0 x"} {
		require.NoError(t, os.WriteFile(keep, []byte(memory), 0o600))
		c := polite()
		c.Keep, c.Out = keep, os.Stderr
		pids, end := run(t, c)
		require.NotEqual(t, os.Getpid(), wait(t, pids, "a start of our own"))
		require.NoError(t, end(nil))
	}
	require.ErrorContains(t, Child{Name: "x", Keep: keep}.Run(t.Context()), "writes to a file")
}

// buffer is a bytes.Buffer for two goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) { b.mu.Lock(); defer b.mu.Unlock(); return b.b.Write(p) }

func (b *buffer) String() string { b.mu.Lock(); defer b.mu.Unlock(); return b.b.String() }

// TestAKeeperIsKnownByItsLock: R14. The lock is seen by others while its holder lives, and a
// child that says it leaves is not adopted but replaced.
func TestAKeeperIsKnownByItsLock(t *testing.T) {
	file := filepath.Join(t.TempDir(), "program.lock")
	require.Zero(t, Holder(file))
	c := polite()
	c.Path, c.Env = self(), []string{role + "=holder", "SUPERVISE_TEST_KEEP=" + file}
	held := make(chan string, 10)
	c.Out = lines(func(s string) { held <- s })
	pids, end := run(t, c)
	pid := wait(t, pids, "the holder")
	require.Equal(t, "held", wait(t, held, "its word"))
	require.Equal(t, pid, Holder(file))
	_, err := Hold(file)
	require.Error(t, err, "it is held")
	require.NoError(t, end(nil))
	require.Zero(t, Holder(file), "the lock went with its holder")

	keep := filepath.Join(t.TempDir(), "child.pid")
	k := polite()
	k.Keep, k.Out, k.Mark = keep, os.Stderr, "one"
	pids, end = run(t, k)
	first := wait(t, pids, "the kept child")
	require.Eventually(t, func() bool { f := Find(keep); return f != nil && f.Mark == "one" && f.Pid == first }, 5*time.Second, 10*time.Millisecond)
	require.NoError(t, end(ErrLeave))
	require.True(t, runs(first))
	began, _ := startOf(first)
	require.NoError(t, note(keep, first, began, "leaving"))
	pids, end = run(t, k)
	require.NotEqual(t, first, wait(t, pids, "another child"))
	gone(t, first)
	require.NoError(t, end(nil))
}

// lines hands on what is written, line by line.
type lines func(string)

func (l lines) Write(b []byte) (int, error) {
	l(strings.TrimSpace(string(b)))
	return len(b), nil
}
