// Package pgembed runs a private PostgreSQL for one machine: found among the
// programs installed, kept under the data directory, reached by a unix socket
// only. It is the default; with D24_DATABASE_URL nothing of it is used.
package pgembed

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/clock"
)

// Config of a private server.
type Config struct {
	Dir string // the data directory of the program; the cluster is in Dir/postgres
	Log *slog.Logger
	// Settings are PostgreSQL's own, over the defaults.
	Settings map[string]string
	// Port opens a TCP port on 127.0.0.1 besides the socket (tests); 0: none.
	Port int
}

// Server is a running PostgreSQL. When its process dies it is started again.
type Server struct {
	cfg    Config
	bin    string
	who    *account
	place  place
	secret string
	mu     sync.Mutex
	cmd    *exec.Cmd
	exited chan error
	ctx    context.Context //nolint:containedctx // the life of the supervision
	cancel context.CancelFunc
	gone   chan struct{}
}

// Owner is the superuser that migrates; App is the login of the program, which
// is no superuser, so that row-level security binds it.
const (
	Owner    = "d24_owner"
	App      = "d24_app"
	Database = "d24"
)

const startFor = 60 * time.Second

// Start makes the cluster if there is none, starts it and waits until it answers.
// A cluster of another major version is refused, never touched.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	bin, err := Find()
	if err != nil {
		return nil, err
	}
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	cfg.Dir = dir
	s := &Server{cfg: cfg, bin: bin, who: who, gone: make(chan struct{})}
	if s.place, err = choosePlace(dir, who); err != nil {
		return nil, err
	}
	if s.secret, err = secret(dir); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startFor)
	defer cancel()
	if err := s.launch(ctx); err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	go s.watch()
	if err := s.database(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func secret(dir string) (string, error) {
	path := filepath.Join(dir, "postgres.secret")
	b, err := os.ReadFile(path)
	if err == nil && len(b) > 0 {
		return strings.TrimSpace(string(b)), nil
	}
	raw := make([]byte, 24)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	v := hex.EncodeToString(raw)
	if err := os.WriteFile(path, []byte(v+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("не записать пароль базы: %w", err)
	}
	return v, nil
}

// prepare makes the cluster in a directory beside and renames it: a half-made
// one is never taken for a good one.
func (s *Server) prepare(ctx context.Context) error {
	data := s.place.data
	version, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err == nil {
		return s.sameMajor(strings.TrimSpace(string(version)))
	}
	fresh := data + ".init"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	pw := filepath.Join(s.place.run, "pw")
	if err := os.WriteFile(pw, []byte(s.secret+"\n"), 0o600); err != nil {
		return err
	}
	defer os.Remove(pw) //nolint:errcheck // in our own directory
	s.who.own(pw)
	c := exec.CommandContext(ctx, filepath.Join(s.bin, "initdb"), "-D", fresh, "-U", Owner, "--pwfile="+pw, //nolint:gosec // the program found
		"--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions")
	c.SysProcAttr, c.Env, c.Dir = s.who.attr(), s.env(), s.place.run
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return os.Rename(fresh, data)
}

func (s *Server) sameMajor(have string) error {
	out, err := exec.Command(filepath.Join(s.bin, "postgres"), "-V").Output() //nolint:gosec // the program found
	if err != nil {
		return fmt.Errorf("postgres -V: %w", err)
	}
	if !strings.Contains(string(out), " "+have+".") && !strings.Contains(string(out), " "+have+"\n") {
		return fmt.Errorf("база в %s сделана PostgreSQL %s, а на машине %s: установите postgresql-%s или перенесите базу через pg_dump",
			s.place.data, have, strings.TrimSpace(string(out)), have)
	}
	return nil
}

func (s *Server) env() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TZ=UTC", "HOME=" + s.place.run}
}

// launch starts the postmaster and waits until it answers; a predecessor that is
// still dying (its lock files are there) is waited for.
func (s *Server) launch(ctx context.Context) error {
	for {
		err := s.try(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("PostgreSQL не запускается: %w", err)
		}
		_ = clock.Wait(ctx, 200*time.Millisecond)
	}
}

func (s *Server) try(ctx context.Context) error {
	args := []string{"-D", s.place.data, "-k", s.place.run}
	listen := ""
	if s.cfg.Port != 0 {
		listen = "127.0.0.1"
		args = append(args, "-p", fmt.Sprint(s.cfg.Port))
	}
	args = append(args, "-c", "listen_addresses="+listen)
	for k, v := range settings(s.cfg.Settings) {
		args = append(args, "-c", k+"="+v)
	}
	tail := &tailLog{log: s.cfg.Log}
	c, exited, err := startChild(filepath.Join(s.bin, "postgres"), args, s.env(), s.who, s.place.run, tail)
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
		case err := <-exited:
			exited <- err // for whoever asks next
			return fmt.Errorf("%w: %s", errors.Join(err, errors.New("postgres ended")), tail.last())
		default:
		}
		if err := clock.Wait(ctx, 20*time.Millisecond); err != nil {
			_ = c.Process.Signal(syscall.SIGINT)
			return err
		}
	}
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
			if err := s.launch(s.ctx); err != nil {
				s.cfg.Log.Error("postgres does not start", "err", err)
				return
			}
			s.cfg.Log.Info("postgres is back")
		}
	}
}

// database makes our database and the program's login.
func (s *Server) database(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.url(Owner, "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing to lose
	var there bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", Database).Scan(&there); err != nil {
		return err
	}
	if !there {
		if _, err := conn.Exec(ctx, "create database "+Database); err != nil {
			return err
		}
	}
	// the secret is hexadecimal: it needs no quoting
	_, err = conn.Exec(ctx, `do $$ begin create role `+App+` login; exception when duplicate_object then null; end $$;
		alter role `+App+` password '`+s.secret+`' nosuperuser nobypassrls`)
	return err
}

func (s *Server) url(user, db string) string {
	q := url.Values{"host": {s.place.run}, "sslmode": {"disable"}}
	if s.cfg.Port != 0 {
		q.Set("port", fmt.Sprint(s.cfg.Port))
	}
	return "postgres://" + user + ":" + s.secret + "@/" + db + "?" + q.Encode()
}

// OwnerURL is for migrations.
func (s *Server) OwnerURL() string { return s.url(Owner, Database) }

// AppURL is for the program.
func (s *Server) AppURL() string { return s.url(App, Database) }

// TCPURL is the superuser's address over TCP without a database, for tests.
func (s *Server) TCPURL() string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d", Owner, s.secret, s.cfg.Port)
}

// Pid is the process of the server.
func (s *Server) Pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd.Process.Pid
}

// Stop ends the server and waits for it.
func (s *Server) Stop() {
	if s.cancel != nil {
		s.cancel()
		<-s.gone
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.cmd.Process.Signal(syscall.SIGINT) // fast shutdown
	err := <-s.exited
	s.exited <- err
}
