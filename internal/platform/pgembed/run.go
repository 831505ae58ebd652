package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/clock"
)

// lockedFor is how long a predecessor that is still dying is waited for.
const lockedFor = 30 * time.Second

// errLocked: the cluster or its socket is still held by a predecessor.
var errLocked = errors.New("база занята прежним процессом PostgreSQL")

// launch starts the server and waits until it answers. At a first start only a
// held cluster is tried again; later everything is, for as long as we live.
func (s *Server) launch(ctx context.Context, again bool) error {
	locked, cancel := context.WithTimeout(ctx, lockedFor)
	defer cancel()
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		err := s.freeCluster(ctx)
		if err == nil {
			err = s.try(ctx)
		}
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil, !again && !errors.Is(err, errLocked), !again && locked.Err() != nil:
			return fmt.Errorf("PostgreSQL не запускается: %w", err)
		case again:
			s.cfg.Log.Error("postgres does not start, trying again", "err", err)
		}
		_ = clock.Wait(ctx, pause) // its end is seen above
	}
}

func (s *Server) args() []string {
	listen := ""
	args := []string{"-D", s.place.data, "-k", s.place.run}
	if s.cfg.Port != 0 {
		listen = "127.0.0.1"
		args = append(args, "-p", strconv.Itoa(s.cfg.Port))
	}
	args = append(args, "-c", "listen_addresses="+listen)
	for k, v := range settings(memory(), s.cfg.Settings) {
		args = append(args, "-c", k+"="+v)
	}
	return args
}

// try starts the server once and waits until it answers or ends.
func (s *Server) try(ctx context.Context) error {
	if err := safeDir(s.place.run, s.who); err != nil { // a cleaner of /tmp may have been there
		return err
	}
	tail := &tailLog{log: s.cfg.Log}
	c, exited, err := startChild(filepath.Join(s.bin, "postgres"), s.args(), s.env(), s.who, s.place.run, tail)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.cmd, s.exited = c, exited
	s.mu.Unlock()
	for {
		conn, err := pgx.Connect(ctx, s.url(Owner, "postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case status := <-exited:
			exited <- status // for whoever asks next
			said := tail.last()
			for _, sign := range []string{"lock file", "already in use", "pre-existing shared memory"} {
				if strings.Contains(said, sign) {
					return fmt.Errorf("%w: %s", errLocked, said)
				}
			}
			return fmt.Errorf("postgres ended (%v): %s", status, said) //nolint:errorlint // nil when it ended by itself
		default:
		}
		if strings.Contains(err.Error(), "28P01") {
			end(c, exited)
			return fmt.Errorf("пароль из %s не подходит к базе: верните прежний файл или удалите его, и пароль будет сменён",
				filepath.Join(s.cfg.DataDir, secretFile))
		}
		if clock.Wait(ctx, 20*time.Millisecond) != nil {
			end(c, exited)
			return fmt.Errorf("%w: %s", err, tail.last())
		}
	}
}

// freeCluster deals with what a killed predecessor left. We hold the lock of the
// data directory, so a server running there is an orphan: it is told to end and
// waited for, 30 s at most. A postmaster.pid whose number now belongs to some other
// program is removed, because PostgreSQL itself would refuse to start over it.
func (s *Server) freeCluster(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lockedFor)
	defer cancel()
	for told := false; ; {
		file := filepath.Join(s.place.data, "postmaster.pid")
		b, err := os.ReadFile(file)
		if err != nil {
			return nil // none: free; unreadable: PostgreSQL will say so
		}
		first, _, _ := strings.Cut(string(b), "\n")
		pid, err := strconv.Atoi(strings.TrimSpace(first))
		if err != nil || pid <= 1 || !alive(pid) {
			return nil // PostgreSQL clears it itself
		}
		if !s.runs(pid) {
			return os.Remove(file)
		}
		if !told {
			s.cfg.Log.Warn("an orphan postgres holds the cluster, telling it to end", "pid", pid)
			_ = syscall.Kill(pid, syscall.SIGINT)
			told = true
		}
		if clock.Wait(ctx, 20*time.Millisecond) != nil {
			return fmt.Errorf("%w (pid %d)", errLocked, pid)
		}
	}
}

// alive reports whether the process runs; one that is dead and not yet buried does not.
func alive(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return !strings.HasPrefix(rest, "Z")
}

// runs reports whether the process is a PostgreSQL on our cluster: a postmaster
// works in the directory of its cluster.
func (s *Server) runs(pid int) bool {
	cwd, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false
	}
	data, err := os.Stat(s.place.data)
	return err == nil && os.SameFile(cwd, data)
}

// watch starts the server again when it dies while we live.
func (s *Server) watch() {
	defer close(s.gone)
	for {
		s.mu.Lock()
		exited := s.exited
		s.mu.Unlock()
		select {
		case <-s.ctx.Done():
			return
		case err := <-exited:
			exited <- err
			if s.ctx.Err() != nil {
				return
			}
			s.cfg.Log.Error("postgres ended by itself, starting it again", "err", err)
			s.tell(fmt.Errorf("PostgreSQL завершился: %w", errors.Join(err, errors.New("запускается снова"))))
			if err := s.launch(s.ctx, true); err != nil {
				return // only when we are stopped
			}
			s.cfg.Log.Info("postgres is back")
		}
	}
}

// tell keeps the newest death for the reader of Dead.
func (s *Server) tell(err error) {
	select {
	case <-s.dead:
	default:
	}
	s.dead <- err
}
