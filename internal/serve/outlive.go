package serve

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"d24/internal/clock"
	"d24/internal/platform/config"
	"d24/internal/platform/supervise"
)

// retire tells an engine of role all to finish its calls and end; SIGTERM ends it at once.
const retire = syscall.SIGUSR1

// leaving is the mark of an engine that is about to end: it is not to be taken over.
const leaving = "leaving"

// askProgram is how often an engine looks whether its program lives.
const askProgram = 500 * time.Millisecond

// heldFile is locked by the program that keeps the engines of a data directory.
func heldFile(data string) string { return filepath.Join(data, "engine", "program.lock") }

// Working is the process of the program with role all on the data directory; 0: none.
func Working(c config.Config) int { return supervise.Holder(heldFile(c.Data)) }

// outlive is for the engine of role all, which stays when its program is restarted or
// killed. The context it returns ends when the calls are to be finished: the next engine
// is there, or nobody has come for the engine within D24_ALONE. atOnce closes when the
// whole program ends, calls included.
func outlive(end context.Context, c config.Config, log *slog.Logger) (polite context.Context, leave context.CancelFunc, atOnce <-chan struct{}) {
	signal.Ignore(syscall.SIGPIPE) // who read our log may be gone
	retired := make(chan os.Signal, 1)
	signal.Notify(retired, retire)
	polite, leave = context.WithCancel(context.WithoutCancel(end))
	go func() {
		defer leave()
		select {
		case <-retired:
		case <-alone(end, c):
			log.Warn("nobody has come for the engine, it ends", "waited", c.Alone.String())
		case <-end.Done():
			return
		case <-polite.Done():
			return
		}
		if err := supervise.Remark(c.Keep, leaving); err != nil {
			log.Warn("that the engine leaves is not noted", "err", err)
		}
	}()
	return polite, leave, end.Done()
}

// alone closes when no program has held the data directory for as long as D24_ALONE.
func alone(ctx context.Context, c config.Config) <-chan struct{} {
	out := make(chan struct{})
	go func() {
		for waited := time.Duration(0); clock.Wait(ctx, askProgram) == nil; waited += askProgram {
			if Working(c) != 0 {
				waited = 0
			} else if waited >= c.Alone {
				close(out)
				return
			}
		}
	}()
	return out
}
