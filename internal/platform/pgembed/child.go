package pgembed

import (
	"bytes"
	"io"
	"log/slog"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// startChild starts a program that gets SIGINT when we die. That signal is sent
// when the *thread* that started it dies, so a goroutine keeps that thread. exited
// gets the end once; whoever takes it puts it back.
func startChild(bin string, args, env []string, who *account, dir string, out io.Writer) (*exec.Cmd, chan error, error) {
	c := exec.Command(bin, args...) //nolint:gosec // the program found
	c.SysProcAttr = who.attr()
	c.SysProcAttr.Pdeathsig = syscall.SIGINT
	c.SysProcAttr.Setpgid = true // Ctrl-C is ours to pass on
	c.Env, c.Dir, c.Stdout, c.Stderr = env, dir, out, out
	c.WaitDelay = 5 * time.Second // a backend that outlives its postmaster holds the pipe
	started, exited := make(chan error, 1), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.Start()
		started <- err
		if err == nil {
			exited <- c.Wait()
		}
	}()
	return c, exited, <-started
}

// tailLog passes PostgreSQL's words to our log and keeps the last ones for errors.
type tailLog struct {
	log  *slog.Logger
	mu   sync.Mutex
	keep []string
	part bytes.Buffer
}

func (t *tailLog) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.part.Write(b)
	for {
		line, err := t.part.ReadString('\n')
		if err != nil {
			t.part.WriteString(line)
			return len(b), nil
		}
		line = strings.TrimSpace(line)
		t.keep = append(t.keep, line)
		if len(t.keep) > 5 {
			t.keep = t.keep[1:]
		}
		// at its start and end it turns everybody away with these words, and should
		expected := strings.Contains(line, "is starting up") || strings.Contains(line, "administrator command") || strings.Contains(line, "is shutting down")
		if !expected && (strings.Contains(line, "FATAL") || strings.Contains(line, "PANIC")) {
			t.log.Warn("postgres", "says", line)
		} else {
			t.log.Debug("postgres", "says", line)
		}
	}
}

func (t *tailLog) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.keep, "; ")
}
