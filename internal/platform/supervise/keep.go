package supervise

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"d24/internal/clock"
)

// remember writes who the kept child is: its number, the moment the kernel started
// it (a number comes back, a number with its moment does not), how it was started.
func (c Child) remember(pid int) error {
	began, alive := startOf(pid)
	if !alive {
		return nil // it has ended: seen elsewhere
	}
	temp := c.Keep + ".new"
	err := os.WriteFile(temp, fmt.Appendf(nil, "%d %s %s\n", pid, began, c.fingerprint()), 0o600)
	if err == nil {
		err = os.Rename(temp, c.Keep)
	}
	if err != nil {
		return fmt.Errorf("remember %s: %w", c.Name, err)
	}
	return nil
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
	b, err := os.ReadFile(c.Keep)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil //nolint:nilnil // none
	} else if err != nil {
		return nil, fmt.Errorf("adopt %s: %w", c.Name, err)
	}
	f := strings.Fields(string(b))
	if len(f) != 3 {
		return nil, forget(c.Keep)
	}
	pid, err := strconv.Atoi(f[0])
	began, alive := startOf(pid)
	if err != nil || pid <= 1 || !alive || began != f[1] {
		return nil, forget(c.Keep)
	}
	p := &process{pid: pid, gone: make(chan struct{}), end: errors.New("an adopted process ended")}
	go func() { //nolint:gosec // G118: ends with the child, or with us
		defer close(p.gone)
		for now, alive := startOf(pid); alive && now == began; now, alive = startOf(pid) {
			_ = clock.Wait(context.Background(), askEvery)
		}
	}()
	if f[2] != c.fingerprint() {
		c.Log.Info("a child process left by an earlier keeper was started otherwise, ending it", "child", c.Name, "pid", pid)
		return nil, c.stop(p)
	}
	c.Log.Info("a child process is adopted", "child", c.Name, "pid", pid)
	c.OnStart(pid)
	return p, ctx.Err()
}

// fingerprint tells one way of starting from another.
func (c Child) fingerprint() string {
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
