package chaos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"d24/internal/platform/pgembed"
	"d24/voip/record"
)

const powerCut = "the power is cut"

// onALoop is for newWorldOn: everything of the program lies in a file system whose disk is a file,
// so that a copy of that file is what a machine finds when its power comes back: what was not
// synced is not there. false: it cannot be made here, only root may, and not in every container.
func onALoop(t *testing.T, size string) func(dir string) bool {
	return func(dir string) bool {
		if os.Geteuid() != 0 {
			t.Log("not shown: a disk of its own needs root")
			return false
		}
		require.NoError(t, os.MkdirAll(dir, 0o755)) //nolint:gosec // the database's own user passes through it
		for _, c := range [][]string{{"truncate", "-s", size, image(dir)}, {"mkfs.ext4", "-q", "-F", image(dir)}} {
			out, err := exec.Command(c[0], c[1:]...).CombinedOutput() //nolint:gosec // ours
			require.NoError(t, err, "%s", out)
		}
		return mounted(t, image(dir), dir)
	}
}

func image(dir string) string { return dir + ".img" }

func mounted(t *testing.T, img, dir string) bool {
	t.Helper()
	if out, err := exec.Command("mount", "-o", "loop", img, dir).CombinedOutput(); err != nil { //nolint:gosec // ours
		t.Logf("not shown: a disk of its own needs root and loop devices: %s", out)
		return false
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() }) //nolint:gosec // ours
	return true
}

// TestThePowerIsCut is R11: while people call and write, the disk is copied as a cut of the power
// would leave it. From each copy the database comes up whole with everything that was acknowledged
// before, and the recordings play. Twice; D24_CHAOS_POWER (50 by hand) is how often.
func TestThePowerIsCut(t *testing.T) {
	cuts := number(t, "D24_CHAOS_POWER", 2)
	w := newWorldOn(t, 14, 1, onALoop(t, "1500M"))
	if w == nil {
		return
	}
	w.settled()
	crew(t, w, "operator", "operator2")
	ctx, cancel := context.WithCancel(t.Context())
	p := w.signIn(ctx, "supervisor")
	require.NoError(t, p.learn(ctx))
	var all sync.WaitGroup
	stop := func() { cancel(); all.Wait() }
	defer stop()
	all.Go(func() { w.residents(ctx, 2*time.Second) })
	all.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			p.write(ctx, fmt.Sprintf("chaos-power-%d", i), "+79000900099", "")
			pause(ctx, 100*time.Millisecond)
		}
	})
	sum := map[string]Verdict{}
	for n := range cuts {
		pause(ctx, time.Duration(12+w.chance(8))*time.Second)
		for _, v := range w.cut(n) {
			s := sum[v.What]
			s.ID, s.What, s.Faults, s.Operations = "R11", v.What, s.Faults+1, s.Operations+v.Operations
			for _, x := range v.Violations {
				s.Broken("cut %d: %s", n+1, x)
			}
			sum[v.What] = s
		}
	}
	stop()
	w.placed.Wait()
	var vs []Verdict
	for _, v := range sum {
		vs = append(vs, v)
	}
	judged(t, &checker{world: w}, vs...)
}

// settled has everything on the disk of which the database was made: its files were copied here,
// and nobody has waited for that.
func (w *world) settled() {
	d, err := os.Open(w.dir)
	require.NoError(w.t, err)
	defer d.Close()                                //nolint:errcheck // only looked at
	require.NoError(w.t, unix.Syncfs(int(d.Fd()))) //nolint:gosec // a small number
}

// cut copies the disk in one moment and judges what is on the copy.
func (w *world) cut(n int) []Verdict {
	t := w.t
	w.ledger.Write(Entry{Kind: FaultInjected, Key: powerCut})
	back := filepath.Join(filepath.Dir(w.dir), fmt.Sprintf("back-%d", n))
	require.NoError(t, os.MkdirAll(back, 0o755)) //nolint:gosec // the database's own user passes through it
	past := &Ledger{all: w.ledger.everything()}
	began := time.Now()
	w.all(syscall.SIGSTOP)
	out, err := exec.Command("cp", "--sparse=always", image(w.dir), image(back)).CombinedOutput() //nolint:gosec // ours
	w.all(syscall.SIGCONT)
	require.NoError(t, err, "%s", out)
	t.Logf("cut %d: the world stood still for %s", n+1, time.Since(began).Round(time.Millisecond))
	w.ledger.Write(Entry{Kind: FaultRecovered, Key: powerCut})
	if !mounted(t, image(back), back) {
		return nil
	}
	ctx := context.WithoutCancel(t.Context())
	s, err := pgembed.Start(ctx, pgembed.Config{DataDir: back, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err, "the database comes up")
	defer s.Stop()
	pool, err := pgxpool.New(ctx, s.OwnerURL())
	require.NoError(t, err)
	defer pool.Close()
	then := &world{t: t, dir: back, pg: s, pool: pool, ledger: past}
	c := then.checker(ctx)
	whole := Verdict{What: "the database is whole (pg_amcheck)", Operations: 1}
	if out, err := then.amcheck(ctx); err != nil {
		whole.Broken("%v: %s", err, out)
	}
	vs := []Verdict{c.tickets(), c.comments(), c.known(), c.playable(), whole}
	require.NoError(t, c.err)
	return vs
}

// all sends a signal to everything that writes.
func (w *world) all(sig syscall.Signal) {
	for _, n := range w.nodes {
		n.signal(sig)
	}
	for _, pid := range w.postgres() {
		_ = syscall.Kill(pid, sig)
	}
}

func (l *Ledger) everything() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Entry{}, l.all...)
}

// known: who was answered and has hung up is in the journal.
func (c *checker) known() Verdict {
	v := Verdict{What: "calls answered are written down"}
	rows := map[string]bool{}
	for _, x := range c.calls {
		rows[x.phone] = true
	}
	for _, e := range c.ledger.Of(CallAnswered) {
		if v.Operations++; !rows[e.Phone] {
			v.Broken("the call of %s was answered and is not written down", e.Phone)
		}
	}
	return v
}

// playable: what is said to be recorded is there to its end, what was being recorded is there as
// far as the disk had it.
func (c *checker) playable() Verdict {
	v := Verdict{What: "recordings play after the repair"}
	type file struct {
		path, state string
		ms          int64
	}
	rows, err := ask(c.ctx, c.world, func(row func(...any) error) (f file, err error) { err = row(&f.path, &f.state, &f.ms); return f, err }, `select path, state, duration_ms from recordings`)
	if err != nil {
		c.err = err
	}
	for _, f := range rows {
		v.Operations++
		d, err := record.Repair(filepath.Join(c.dir, f.path))
		switch {
		case f.state == "writing" && errors.Is(err, os.ErrNotExist): // it began in the last seconds
		case err != nil:
			v.Broken("%s (%s): %v", f.path, f.state, err)
		case f.state == "done" && d.Milliseconds() != f.ms:
			v.Broken("%s is %s long, and was %d ms", f.path, d, f.ms)
		}
	}
	return v
}
