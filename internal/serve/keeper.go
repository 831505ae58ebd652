package serve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/config"
	"d24/internal/platform/supervise"
)

// keeper keeps the phone engine of role all. An engine that an earlier program left is
// taken over with its calls when it is the same program with the same settings; else a
// new one stands in for it at spare addresses until its calls have ended, and then comes
// home (adr/0008).
type keeper struct {
	app  *app.App
	o    Options
	log  *slog.Logger
	data string
	home slot
	away slot // where the engine is that stands in
}

// slot is a place for an engine: its settings, and the file that remembers who is there.
type slot struct {
	c    config.Config
	file string
}

const (
	sparePorts = 10 // the spare addresses are so far from those of the settings
	endsWithin = 8 * time.Second
	beatsAfter = 20 * time.Second // how long a new engine may take to show itself
)

func newKeeper(a *app.App, c config.Config, o Options) *keeper {
	away := c
	away.Node += "-spare"
	for _, at := range []*string{&away.SIP, &away.WebRTC, &away.Door, &away.Phones} {
		*at = further(*at)
	}
	return &keeper{app: a, o: o, log: o.Log, data: c.Data, home: place(c), away: place(away)}
}

func place(c config.Config) slot {
	c.Role = config.Phone
	c.Keep = filepath.Join(c.Data, "engine", c.Node+".pid")
	return slot{c, c.Keep}
}

func further(at string) string {
	host, port, err := net.SplitHostPort(at)
	n, err2 := strconv.Atoi(port)
	if err != nil || err2 != nil {
		return at
	}
	return net.JoinHostPort(host, strconv.Itoa(n+sparePorts))
}

// engineLives reports whether an earlier program left an engine.
func engineLives(c config.Config) bool {
	k := newKeeper(nil, c, Options{})
	return supervise.Find(k.home.file) != nil || supervise.Find(k.away.file) != nil
}

// hold says that we live; the error says in Russian that somebody else does.
func (k *keeper) hold() (release func(), err error) {
	file := heldFile(k.data)
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return nil, fmt.Errorf("каталог данных: %w", err)
	}
	if release, err = supervise.Hold(file); err != nil {
		return nil, fmt.Errorf("каталог данных %s занят другой программой: %w", k.data, err)
	}
	return release, nil
}

// run keeps the engine until ctx ends, and then ends every engine, or leaves them (supervise.ErrLeave).
func (k *keeper) run(ctx context.Context) {
	left := supervise.Find(k.away.file)
	if left != nil && left.Mark == leaving {
		k.finish(ctx, left)
		left = nil
	}
	old := supervise.Find(k.home.file)
	var standIn func()
	if old != nil && old.Mark != k.mark(k.home) || left != nil {
		standIn = k.keep(ctx, k.away)
	}
	if old != nil && old.Mark != k.mark(k.home) {
		k.log.Info("the engine is of another program or other settings: a new one stands in until its calls have ended", "pid", old.Pid)
		k.shows(ctx, k.away)
		k.finish(ctx, old)
	}
	end := k.keep(ctx, k.home)
	if standIn != nil {
		k.shows(ctx, k.home)
		standIn()
		if left := supervise.Find(k.away.file); left != nil {
			k.finish(ctx, left)
		}
	}
	<-ctx.Done()
	end()
}

// keep runs the engine of a place; the function it returns ceases to, and leaves the engine
// running when ctx has not ended.
func (k *keeper) keep(ctx context.Context, s slot) (leave func()) {
	if ctx.Err() != nil {
		return func() {}
	}
	whole := ctx
	ctx, cancel := context.WithCancelCause(whole)
	done := make(chan struct{})
	mark := k.mark(s)
	if left := supervise.Find(s.file); left != nil {
		mark = left.Mark // whoever is there does
	}
	child := supervise.Child{
		Name: "phone", Path: k.o.Path, Args: []string{"serve"}, Env: append(withoutSettings(os.Environ()), s.c.Environ()...), Out: os.Stderr, Log: k.log, Grace: endsWithin, Keep: s.file, Mark: mark,
	}
	go func() {
		defer close(done)
		if err := child.Run(ctx); err != nil {
			k.log.Error("a child was not ended", "child", child.Name, "err", err)
		}
	}()
	return func() { part(whole, cancel); <-done }
}

// part leaves an engine running, unless the whole has ended: that is seen a moment before it
// reaches the engine's own context, and its cause must be the first.
func part(whole context.Context, cancel context.CancelCauseFunc) {
	if whole.Err() != nil {
		cancel(context.Cause(whole))
	}
	cancel(supervise.ErrLeave)
}

// mark tells one program with one set of settings from another.
func (k *keeper) mark(s slot) string {
	h := sha256.New()
	if st, err := os.Stat(k.o.Path); err == nil {
		inode := uint64(0)
		if sys, ok := st.Sys().(*syscall.Stat_t); ok {
			inode = sys.Ino
		}
		_, _ = fmt.Fprintln(h, k.o.Path, st.Size(), st.ModTime().UnixNano(), inode)
	}
	_, _ = fmt.Fprintf(h, "%q", s.c.Environ())
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// shows waits until the engine of a place is seen by the others.
func (k *keeper) shows(ctx context.Context, s slot) {
	limit, cancel := context.WithTimeout(access.AsSystem(ctx, "keeper"), beatsAfter)
	defer cancel()
	began := k.app.DB.Clock.Now()
	for {
		seen, err := k.app.Telephony.SeenSince(limit, s.c.Node, began)
		if err == nil && seen {
			return
		}
		if clock.Wait(limit, 100*time.Millisecond) != nil {
			k.log.Error("the new engine does not show itself", "node", s.c.Node, "err", err)
			return
		}
	}
}

// finish lets an engine end with its calls and waits for it. When the whole program ends
// before, so does the engine.
func (k *keeper) finish(ctx context.Context, e *supervise.Kept) {
	if e.Mark != leaving {
		e.Signal(retire)
	}
	for e.Alive() {
		if clock.Wait(ctx, 100*time.Millisecond) == nil {
			continue
		}
		if errors.Is(context.Cause(ctx), supervise.ErrLeave) {
			return
		}
		if err := e.End(endsWithin); err != nil {
			k.log.Error("an engine was not ended", "err", err)
		}
		return
	}
	k.log.Info("the engine before has ended with its last call", "pid", e.Pid)
}
