// Package pgtest gives every test its own database, cloned from a migrated template.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"d24/internal/clock"
	"d24/internal/platform/pg"
)

var (
	mu        sync.Mutex
	templates = map[string]func() (string, error){} // by what is in them
	counter   atomic.Int64
)

// URL is the address of a database on the server where tests may create databases:
// D24_TEST_POSTGRES (a superuser's URL without a database), or one on this machine.
func URL(name string) string {
	base := os.Getenv("D24_TEST_POSTGRES")
	if base == "" {
		base = "postgres://postgres@127.0.0.1:5432"
	}
	u, err := url.Parse(base)
	if err != nil {
		panic("D24_TEST_POSTGRES: " + err.Error())
	}
	u.Path = "/" + name
	q := u.Query()
	if !q.Has("sslmode") {
		q.Set("sslmode", "disable")
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// Pool returns a pool on a fresh migrated database that is dropped after the
// test. It connects as a login that is no superuser, so the fence holds.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return open(t, Database(t))
}

// New returns a database handle whose time is clk.
func New(t testing.TB, clk clock.Clock) *pg.DB {
	t.Helper()
	return &pg.DB{Pool: Pool(t), Clock: clk}
}

// Filled returns a copy of a migrated database that fill has filled: once in a test program for
// everybody who gives the same key. clk is the time in both.
func Filled(t testing.TB, key string, clk clock.Clock, fill func(*pg.DB) error) *pg.DB {
	t.Helper()
	from := template(key, func() (string, error) {
		name := fmt.Sprintf("filled_%d_%d", os.Getpid(), counter.Add(1))
		base, err := migrated()
		if err != nil {
			return "", err
		}
		if err := admin("create database " + name + " template " + base); err != nil {
			return "", err
		}
		pool, err := connect(name)
		if err != nil {
			return "", err
		}
		defer pool.Close() // a database with a connection cannot be copied
		return name, fill(&pg.DB{Pool: pool, Clock: clk})
	})
	return &pg.DB{Pool: open(t, clone(t, from)), Clock: clk}
}

// Database copies the migrated template and returns the copy's name; it is dropped after the test.
func Database(t testing.TB) string {
	t.Helper()
	return clone(t, migrated)
}

func clone(t testing.TB, from func() (string, error)) string {
	t.Helper()
	source, err := from()
	require.NoError(t, err)
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), counter.Add(1))
	require.NoError(t, admin("create database "+name+" template "+source))
	t.Cleanup(func() {
		if err := admin("drop database " + name + " with (force)"); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	return name
}

func open(t testing.TB, name string) *pgxpool.Pool {
	t.Helper()
	pool, err := connect(name)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

func connect(name string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(URL(name))
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = 8
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "set session authorization d24_test_app")
		return err
	}
	return pgxpool.NewWithConfig(context.Background(), cfg)
}

func admin(q string) error {
	c, err := pgx.Connect(context.Background(), URL("postgres"))
	if err != nil {
		return err
	}
	defer c.Close(context.Background()) //nolint:errcheck // nothing to lose
	_, err = c.Exec(context.Background(), q)
	return err
}

// template remembers what was made under a key, or why it could not be.
func template(key string, made func() (string, error)) func() (string, error) {
	mu.Lock()
	defer mu.Unlock()
	if _, ok := templates[key]; !ok {
		templates[key] = sync.OnceValues(made)
	}
	return templates[key]
}

// migrated is the name of the migrated template.
func migrated() (string, error) {
	return template("", func() (string, error) { return makeTemplate(context.Background()) })()
}

// makeTemplate migrates a database, unless a test program before has: all on one server share it.
func makeTemplate(ctx context.Context) (string, error) {
	mark, err := pg.Fingerprint()
	if err != nil {
		return "", err
	}
	name := "migrated_" + mark
	c, err := pgx.Connect(ctx, URL("postgres"))
	if err != nil {
		return "", err
	}
	defer c.Close(ctx) //nolint:errcheck // ends the lock
	// several test programs start at once: one at a time
	if _, err := c.Exec(ctx, "select pg_advisory_lock(2401)"); err != nil {
		return "", err
	}
	var made bool
	if err := c.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&made); err != nil || made {
		return name, err
	}
	half := "migrating" // left by a program that was killed
	if _, err := c.Exec(ctx, "drop database if exists "+half+" with (force)"); err != nil {
		return "", err
	}
	if _, err := c.Exec(ctx, "create database "+half); err != nil {
		return "", err
	}
	if err := pg.Migrate(ctx, URL(half)); err != nil {
		return "", err
	}
	if _, err = c.Exec(ctx, `do $$ begin create role d24_test_app login; exception when duplicate_object then null; end $$;
		grant d24_journal, d24_desk, d24_system to d24_test_app`); err != nil {
		return "", err
	}
	_, err = c.Exec(ctx, "alter database "+half+" rename to "+name)
	return name, err
}
