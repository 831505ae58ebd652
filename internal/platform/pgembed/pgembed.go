// Package pgembed runs a private PostgreSQL for one machine: found among the
// programs installed, kept under the data directory, reached by a unix socket
// only, by password. It is the default; with D24_DATABASE_URL nothing of it is used.
//
// The server is a child that ends when the program dies, however it dies. When
// the server itself dies it is started again. Started by root, the program stays
// root and the server runs as an unprivileged user; where that user cannot enter
// the data directory (a path under /root), the cluster is put into /var/lib/d24
// and data/postgres becomes a link to it.
package pgembed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/clock"
)

// Config of a private server.
type Config struct {
	DataDir string // of the program; the cluster is in DataDir/postgres/cluster
	Log     *slog.Logger
	// Settings are PostgreSQL's own (postgresql.conf words), over the defaults.
	Settings map[string]string
	// Port opens a TCP port on 127.0.0.1 besides the socket (tests); 0: none.
	Port int
}

// Server is a running PostgreSQL. Its methods may be called by several goroutines.
type Server struct {
	cfg    Config
	bin    string // directory of the programs
	who    *account
	place  place
	secret string
	lock   *os.File // held while we own the cluster
	dead   chan error

	mu     sync.Mutex
	cmd    *exec.Cmd
	exited chan error

	ctx    context.Context //nolint:containedctx // the life of the supervision
	cancel context.CancelFunc
	gone   chan struct{} // closed when the supervision ended
	once   sync.Once
}

// Owner is the superuser that migrates; App is the login of the program, which
// is no superuser, so that row-level security binds it.
const (
	Owner    = "d24_owner"
	App      = "d24_app"
	Database = "d24"
)

// startFor bounds the first start: recovery after kill -9 is in it.
const startFor = 60 * time.Second

// Start makes the cluster if there is none, starts it and waits until it answers,
// 60 s at most. Refused, and never touched: a cluster of another major version,
// one that another program of ours holds. The error says in Russian what to do.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	bin, err := Find()
	if err != nil {
		return nil, err
	}
	if cfg.DataDir, err = filepath.Abs(cfg.DataDir); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, bin: bin, gone: make(chan struct{}), dead: make(chan error, 1)}
	if err := os.MkdirAll(cfg.DataDir, 0o755); err != nil { //nolint:gosec // what is secret in it is 0600
		return nil, fmt.Errorf("каталог данных: %w", err)
	}
	if s.lock, err = hold(ctx, cfg.DataDir); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startFor)
	defer cancel()
	if err := s.begin(ctx); err != nil {
		if s.place.run != "" {
			_ = os.RemoveAll(s.place.run)
		}
		_ = s.lock.Close()
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	go s.watch()
	if err := s.logins(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) begin(ctx context.Context) (err error) {
	if s.who, err = unprivileged(s.cfg.DataDir); err != nil {
		return err
	}
	if s.place, err = choosePlace(s.cfg.DataDir, s.who); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	return s.launch(ctx, false)
}

// logins makes our database and the program's login, and sets the login's password.
func (s *Server) logins(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.url(Owner, "postgres"))
	if err != nil {
		return fmt.Errorf("войти в базу: %w", err)
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
	// the password is hexadecimal: it needs no quoting
	_, err = conn.Exec(ctx, `do $$ begin create role `+App+` login; exception when duplicate_object then null; end $$;
		alter role `+App+` login nosuperuser nobypassrls nocreaterole nocreatedb password '`+s.password(App)+`'`)
	return err
}

// EnsureApp makes the program's login a member of the fence roles (d24_journal,
// d24_desk, d24_system) that the migrations create; call it after them.
func (s *Server) EnsureApp(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.OwnerURL())
	if err != nil {
		return fmt.Errorf("войти в базу: %w", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing to lose
	if _, err := conn.Exec(ctx, "grant d24_journal, d24_desk, d24_system to "+App); err != nil {
		return fmt.Errorf("grant the fence roles: %w", err)
	}
	return nil
}

func (s *Server) url(user, db string) string {
	q := url.Values{"host": {s.place.run}, "sslmode": {"disable"}}
	if s.cfg.Port != 0 {
		q.Set("port", fmt.Sprint(s.cfg.Port))
	}
	return "postgres://" + user + ":" + s.password(user) + "@/" + db + "?" + q.Encode()
}

// OwnerURL is the superuser's address, for migrations.
func (s *Server) OwnerURL() string { return s.url(Owner, Database) }

// AppURL is the program's address; row-level security binds it. See EnsureApp.
func (s *Server) AppURL() string { return s.url(App, Database) }

// TCPURL is the superuser's address over TCP without a database, for tests; Config.Port is needed.
func (s *Server) TCPURL() string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d", Owner, s.password(Owner), s.cfg.Port)
}

// Pid is the process of the server.
func (s *Server) Pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd.Process.Pid
}

// Dead tells of each death of the server while we live; the server is being
// started again by then. Only the last death is kept for a slow reader.
func (s *Server) Dead() <-chan error { return s.dead }

// Stop ends the server (clients are disconnected) and waits for it: 20 s for an
// orderly end, then at once. A second call does nothing.
func (s *Server) Stop() {
	s.once.Do(func() {
		s.cancel()
		<-s.gone
		s.mu.Lock()
		defer s.mu.Unlock()
		end(s.cmd, s.exited)
		_ = os.RemoveAll(s.place.run)
		_ = s.lock.Close()
	})
}

// end stops a server: fast shutdown, then immediate, then kill. exited keeps its value.
func end(c *exec.Cmd, exited chan error) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		_ = c.Process.Signal(sig)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		select {
		case err := <-exited:
			exited <- err
			cancel()
			return
		case <-ctx.Done():
			cancel()
		}
	}
}

// hold takes the data directory for this process: the lock goes with the process,
// so whoever has it knows that a server still running there is an orphan.
func hold(ctx context.Context, dir string) (*os.File, error) {
	path := filepath.Join(dir, "postgres.lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("каталог данных: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("занять каталог данных: %w", err), f.Close())
		}
		if clock.Wait(ctx, 50*time.Millisecond) != nil {
			return nil, errors.Join(fmt.Errorf("с каталогом %s уже работает другая программа d24: остановите её или выберите другой каталог (--data)", dir), f.Close())
		}
	}
}
