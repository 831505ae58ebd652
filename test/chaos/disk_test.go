package chaos

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"d24/city"
	"d24/internal/platform/pgembed"
)

// fullDisk is the machine's disk without a byte left: no recording, no journal of the engine, no
// log and no row is written.
const fullDisk = "disk is full"

// onADisk is for newWorldOn: everything of the program lies on a file system of so many bytes;
// false: it cannot be made here, only root may, and not in every container.
func onADisk(t *testing.T, size string) func(dir string) bool {
	return func(dir string) bool {
		require.NoError(t, os.MkdirAll(dir, 0o755)) //nolint:gosec // the database's own user passes through it
		err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=755,size="+size)
		if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
			t.Log("not shown: a file system of a size of its own needs root")
			return false
		}
		require.NoError(t, err)
		t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
		return true
	}
}

// fill takes every byte that is left of the disk, and what becomes free, until it is told to stop.
func (w *world) fill() (stop func()) {
	f, err := os.Create(filepath.Join(w.dir, "ballast"))
	require.NoError(w.t, err)
	quit := make(chan struct{})
	var all sync.WaitGroup
	take := func() {
		for b := make([]byte, 1<<20); len(b) > 0; {
			if _, err := f.Write(b); err != nil {
				b = b[:len(b)/2]
			}
		}
	}
	take()
	all.Go(func() {
		for {
			select {
			case <-quit:
				return
			case <-time.After(100 * time.Millisecond):
				take()
			}
		}
	})
	return func() {
		close(quit)
		all.Wait()
		require.NoError(w.t, errors.Join(f.Close(), os.Remove(f.Name())))
	}
}

// TestTheDiskIsFull is R12 for all that the program writes at once: whoever talks goes on, whoever
// calls is greeted; when there is room again everything works within half a minute, all calls of
// that time are written, and the database is whole. Ten seconds, once; D24_CHAOS_FULL times more.
func TestTheDiskIsFull(t *testing.T) {
	times := number(t, "D24_CHAOS_FULL", 1)
	w := newWorldOn(t, 12, 1, onADisk(t, "700m"))
	if w == nil {
		return
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	desk := w.signIn(ctx, "supervisor").sit(t, ctx)
	live := w.city.Resident("+79000900098").Call("+73430000101", city.Script{HangUp: city.Duration(time.Duration(times) * 2 * time.Minute)})
	answers(t, ctx, desk)
	crew(t, w, "operator", "operator2")
	load, enough := context.WithCancel(ctx)
	var loads sync.WaitGroup
	loads.Go(func() { w.residents(load, 2*time.Second) })
	worst := time.Duration(0)
	for range times {
		pause(ctx, 3*time.Second)
		worst = max(worst, w.fullFor(ctx, 10*time.Second))
		require.Equal(t, city.Talks, live.State(), "who was on the line is on the line")
		require.Equal(t, "talking", desk.View().State)
	}
	enough()
	loads.Wait()
	live.Hangup()
	w.placed.Wait()
	w.settle(ctx)
	c := w.checker(ctx)
	v := c.served(Verdict{ID: "R12", What: "calls that come while the disk is full are answered; then all works within 30 s", Faults: times, Worst: worst.Round(time.Millisecond).String()}, fullDisk)
	whole := Verdict{ID: "R12", What: "the database is whole (pg_amcheck)", Operations: 1}
	if out, err := w.amcheck(ctx); err != nil {
		whole.Broken("%v: %s", err, out)
	}
	judged(t, c, v, whole, c.dropped(), c.records(), c.tickets(), c.comments())
}

// fullFor leaves no room for so long, and says how long the program needs afterwards.
func (w *world) fullFor(ctx context.Context, d time.Duration) time.Duration {
	w.ledger.Write(Entry{Kind: FaultInjected, Key: fullDisk})
	free := w.fill()
	for range 100 { // its log has some room of its own: till that is used up nothing fails
		if _, err := w.pool.Exec(ctx, `select pg_switch_wal() from pg_logical_emit_message(false, 'chaos', 'x')`); err != nil {
			w.t.Logf("the database: %v", err)
			break
		}
	}
	pause(ctx, d)
	free()
	began := time.Now()
	w.ready(30 * time.Second)
	w.ledger.Write(Entry{Kind: FaultRecovered, Key: fullDisk})
	return time.Since(began)
}

func (w *world) amcheck(ctx context.Context) ([]byte, error) {
	bin, err := pgembed.Find()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, filepath.Join(bin, "pg_amcheck"), "--install-missing", "--heapallindexed", w.pg.OwnerURL()) //nolint:gosec // the program found
	return c.CombinedOutput()
}
