// Package supervise keeps a child process alive: it is started again after it
// ends, with growing pauses, and is gone when we are, unless it was asked to
// outlive us (a phone engine with calls in it, while the rest is restarted).
package supervise

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"d24/internal/clock"
)

const (
	firstPause = 200 * time.Millisecond // before the first new start
	lastPause  = 5 * time.Second        // between starts of a child that keeps ending
	steady     = 30 * time.Second       // a child that lived so long begins with firstPause again
	askEvery   = 100 * time.Millisecond // how often Probe is asked
)

// ErrLeave as the cause of the end of Run's context (context.WithCancelCause)
// leaves a kept child running: its next keeper adopts it.
var ErrLeave = errors.New("leave the child running")

// Child is a process to keep. Path and Name are required.
type Child struct {
	Name string
	Path string // the program
	Args []string
	Env  []string // nil: ours
	Dir  string

	// Out gets what the child writes, as it is; nil: a line of Log for each line. A
	// kept child needs a file (os.Stderr will do): a pipe would die with us.
	Out io.Writer
	Log *slog.Logger // nil: silent

	// Grace is how long SIGTERM may take before SIGKILL to its whole group; 0: 10 s.
	Grace time.Duration
	// DeathSignal is what the kernel sends the child when we are killed; 0: SIGTERM.
	DeathSignal syscall.Signal

	// Keep is the file that remembers a child which outlives us: no DeathSignal, a
	// session of its own. A Run that finds it alive, started with the same program,
	// arguments and environment, adopts it; started otherwise, it is ended first. "" : no.
	Keep string
	// Mark stands for program, arguments and environment where the keeper knows better
	// what makes one start unlike another. "": those. It has no spaces.
	Mark string

	// Probe is asked after each start until it returns nil; then OnReady is called.
	// nil: ready when started.
	Probe   func(context.Context) error
	OnStart func(pid int)
	OnReady func()
	OnExit  func(err error) // err is never nil: what is known of the end

	Clock clock.Clock // nil: the machine's; tells how long the child lived
}

// Run keeps the child until ctx ends, then ends it: SIGTERM, SIGKILL after Grace.
// It returns when the child is gone (or left, see ErrLeave): nil, or what kept it
// from being ended. A program that cannot be started is tried again like one that ends.
func (c Child) Run(ctx context.Context) error {
	c = c.withDefaults()
	if _, isFile := c.Out.(*os.File); c.Keep != "" && !isFile {
		return fmt.Errorf("child %s: a kept child writes to a file", c.Name)
	}
	var pause time.Duration
	for {
		began := c.Clock.Now()
		p, err := c.begin(ctx)
		if err == nil {
			err = c.watch(ctx, p)
			if ctx.Err() != nil {
				return err
			}
		}
		pause = pauseAfter(c.Clock.Now().Sub(began), pause)
		c.OnExit(err)
		c.Log.Error("a child process ended, starting it again", "child", c.Name, "err", err, "pause_ms", pause.Milliseconds())
		if clock.Wait(ctx, pause) != nil {
			return nil //nolint:nilerr // it is not running: that was asked for
		}
	}
}

// pauseAfter is how long to wait after a child that lived so long, when the wait
// before it was last (0 at first).
func pauseAfter(lived, last time.Duration) time.Duration {
	if lived >= steady {
		last = 0
	}
	return min(max(2*last, firstPause), lastPause)
}

func (c Child) withDefaults() Child {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Grace == 0 {
		c.Grace = 10 * time.Second
	}
	if c.DeathSignal == 0 {
		c.DeathSignal = syscall.SIGTERM
	}
	if c.Probe == nil {
		c.Probe = func(context.Context) error { return nil }
	}
	if c.OnStart == nil {
		c.OnStart = func(int) {}
	}
	if c.OnReady == nil {
		c.OnReady = func() {}
	}
	if c.OnExit == nil {
		c.OnExit = func(error) {}
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	return c
}

// process is a running child: our own, or adopted.
type process struct {
	pid  int
	gone chan struct{} // closed at the end
	end  error         // why, when gone is closed; never nil
}

// begin adopts the kept child or starts a new one.
func (c Child) begin(ctx context.Context) (*process, error) {
	if c.Keep != "" {
		p, err := c.adopt(ctx)
		if p != nil || err != nil {
			return p, err
		}
	}
	p, err := c.start()
	if err != nil {
		return nil, err
	}
	c.OnStart(p.pid)
	c.Log.Info("a child process runs", "child", c.Name, "pid", p.pid)
	if c.Keep != "" {
		if err := c.remember(p.pid); err != nil { // unknown to the next keeper it would run twice
			return nil, errors.Join(err, c.stop(p))
		}
	}
	return p, nil
}

// start starts the program. DeathSignal is sent when the *thread* that started
// the child dies, so a goroutine keeps that thread until the child has ended.
func (c Child) start() (*process, error) {
	cmd := exec.Command(c.Path, c.Args...) //nolint:gosec // the program we were given
	cmd.Env, cmd.Dir = c.Env, c.Dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C is ours to pass on
	if c.Keep == "" {
		cmd.SysProcAttr.Pdeathsig = c.DeathSignal
	}
	cmd.Stdout, cmd.Stderr = c.Out, c.Out
	if c.Out == nil {
		lines := &lineLog{log: c.Log, child: c.Name}
		cmd.Stdout, cmd.Stderr = lines, lines
	}
	cmd.WaitDelay = time.Second // a grandchild may hold the pipe longer than the child lives
	p := &process{gone: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		if p.end = cmd.Wait(); p.end == nil {
			p.end = errors.New("exit status 0")
		}
		close(p.gone)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	p.pid = cmd.Process.Pid
	return p, nil
}

// watch waits for the child's own end (which it returns) or for that of ctx, after
// which it ends the child and returns what kept it from that.
func (c Child) watch(ctx context.Context, p *process) error {
	probing, cancel := context.WithCancel(ctx)
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		c.probe(probing)
	}()
	defer func() {
		cancel()
		<-asked
	}()
	select {
	case <-p.gone:
		c.bury(p)
		return p.end
	case <-ctx.Done():
		if c.Keep != "" && errors.Is(context.Cause(ctx), ErrLeave) {
			c.Log.Info("a child process is left running", "child", c.Name, "pid", p.pid)
			return nil
		}
		return c.stop(p)
	}
}

// probe asks until the child is ready.
func (c Child) probe(ctx context.Context) {
	for c.Probe(ctx) != nil {
		if clock.Wait(ctx, askEvery) != nil {
			return
		}
	}
	if ctx.Err() == nil {
		c.OnReady()
	}
}

// stop ends the child: SIGTERM to it, after Grace SIGKILL to its session's group.
func (c Child) stop(p *process) error {
	if !over(p) {
		_ = syscall.Kill(p.pid, syscall.SIGTERM)
	}
	if !ends(p, c.Grace) {
		c.Log.Warn("a child process did not end in time, killing it", "child", c.Name, "pid", p.pid)
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
		if !ends(p, 5*time.Second) {
			return fmt.Errorf("child %s (pid %d) does not end", c.Name, p.pid)
		}
	}
	c.bury(p)
	if c.Keep != "" {
		return forget(c.Keep)
	}
	return nil
}

// bury ends what a child that is gone left behind in its group.
func (c Child) bury(p *process) { _ = syscall.Kill(-p.pid, syscall.SIGKILL) }

func over(p *process) bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

func ends(p *process, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	select {
	case <-p.gone:
		return true
	case <-ctx.Done():
		return false
	}
}

// lineLog makes a line of the log of each line the child writes.
type lineLog struct {
	log   *slog.Logger
	child string
	mu    sync.Mutex
	part  []byte
}

// maxLine bounds what is kept of a line without an end.
const maxLine = 64 << 10

// Write logs the whole lines and keeps the rest.
func (l *lineLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.part = append(l.part, b...)
	for {
		line, rest, whole := bytes.Cut(l.part, []byte("\n"))
		if !whole {
			if len(l.part) > maxLine {
				l.part = l.part[:0]
			}
			return len(b), nil
		}
		if said := strings.TrimSpace(string(line)); said != "" {
			l.log.Info("a child process says", "child", l.child, "says", said)
		}
		l.part = rest
	}
}
