package supervise

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"d24/internal/clock"
)

// remember writes who the kept child is: its number, the moment the kernel started
// it (a number comes back, a number with its moment does not), how it was started.
func (c Child) remember(pid int) error {
	began, alive := startOf(pid)
	if !alive {
		return nil // it has ended: seen elsewhere
	}
	if err := note(c.Keep, pid, began, c.fingerprint()); err != nil {
		return fmt.Errorf("remember %s: %w", c.Name, err)
	}
	return nil
}

func note(file string, pid int, began, mark string) error {
	temp := file + ".new"
	err := os.WriteFile(temp, fmt.Appendf(nil, "%d %s %s\n", pid, began, mark), 0o600)
	if err == nil {
		err = os.Rename(temp, file)
	}
	return err
}

// Remark is for the kept child itself: its next keeper finds this mark instead of the
// one it was started with.
func Remark(file, mark string) error {
	began, _ := startOf(os.Getpid())
	return note(file, os.Getpid(), began, mark)
}

// Kept is a process that an earlier keeper has left.
type Kept struct {
	Pid   int
	Mark  string // how it was started
	began string
	file  string
}

// Find returns who is remembered there and alive; nil: nobody.
func Find(file string) *Kept {
	b, err := os.ReadFile(file)
	f := strings.Fields(string(b))
	if err != nil || len(f) != 3 {
		return nil
	}
	k := &Kept{Mark: f[2], began: f[1], file: file}
	if k.Pid, err = strconv.Atoi(f[0]); err != nil || k.Pid <= 1 || !k.Alive() {
		return nil
	}
	return k
}

// Alive reports whether it still runs.
func (k *Kept) Alive() bool {
	began, alive := startOf(k.Pid)
	if !alive { // we may be what its parent has become: nobody else buries it
		_, _ = syscall.Wait4(k.Pid, nil, syscall.WNOHANG, nil)
	}
	return alive && began == k.began
}

// Signal sends it a signal.
func (k *Kept) Signal(sig syscall.Signal) {
	if k.Alive() {
		_ = syscall.Kill(k.Pid, sig)
	}
}

// End ends it: SIGTERM, after grace SIGKILL to its group.
func (k *Kept) End(grace time.Duration) error {
	return Child{Name: filepath.Base(k.file), Keep: k.file, Grace: grace}.withDefaults().stop(k.process())
}

// process watches it from here on.
func (k *Kept) process() *process {
	p := &process{pid: k.Pid, gone: make(chan struct{}), end: errors.New("an adopted process ended")}
	go func() { // ends with the child, or with us
		defer close(p.gone)
		for k.Alive() {
			_ = clock.Wait(context.Background(), askEvery)
		}
	}()
	return p
}

func forget(file string) error {
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// adopt returns the child an earlier keeper left, nil when there is none. One that
// was started otherwise is ended.
func (c Child) adopt(ctx context.Context) (*process, error) {
	k := Find(c.Keep)
	if k == nil {
		return nil, forget(c.Keep)
	}
	p := k.process()
	if k.Mark != c.fingerprint() {
		c.Log.Info("a child process left by an earlier keeper was started otherwise, ending it", "child", c.Name, "pid", k.Pid)
		return nil, c.stop(p)
	}
	c.Log.Info("a child process is adopted", "child", c.Name, "pid", k.Pid)
	c.OnStart(k.Pid)
	return p, ctx.Err()
}

// fingerprint tells one way of starting from another.
func (c Child) fingerprint() string {
	if c.Mark != "" {
		return c.Mark
	}
	env := slices.Sorted(slices.Values(c.Env))
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", c.Path, c.Args, env, c.Dir))
	return hex.EncodeToString(sum[:12])
}

// startOf is the moment the kernel started the process (proc(5), field 22), and
// whether it runs: one that is dead and not yet buried does not.
func startOf(pid int) (string, bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", false
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:])) // from field 3 on
	if len(f) < 20 || f[0] == "Z" || f[0] == "X" {
		return "", false
	}
	return f[19], true
}
