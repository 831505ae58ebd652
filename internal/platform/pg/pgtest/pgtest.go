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
	once     sync.Once
	onceErr  error
	counter  atomic.Int64
	template = fmt.Sprintf("tmpl_%d", os.Getpid())
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
	name := Database(t)
	cfg, err := pgxpool.ParseConfig(URL(name))
	require.NoError(t, err)
	cfg.MaxConns = 8
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "set session authorization d24_test_app")
		return err
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// New returns a database handle whose time is clk.
func New(t testing.TB, clk clock.Clock) *pg.DB {
	t.Helper()
	return &pg.DB{Pool: Pool(t), Clock: clk}
}

// Database clones the template and returns the clone's name; it is dropped after the test.
func Database(t testing.TB) string {
	t.Helper()
	once.Do(func() { onceErr = makeTemplate(context.Background()) })
	require.NoError(t, onceErr)
	name := fmt.Sprintf("%s_%d", template, counter.Add(1))
	require.NoError(t, admin("create database "+name+" template "+template))
	t.Cleanup(func() {
		if err := admin("drop database " + name + " with (force)"); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	return name
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

func makeTemplate(ctx context.Context) error {
	// roles belong to the cluster, and several test programs start at once: one at a time
	c, err := pgx.Connect(ctx, URL("postgres"))
	if err != nil {
		return err
	}
	defer c.Close(ctx) //nolint:errcheck // ends the lock
	if _, err := c.Exec(ctx, "select pg_advisory_lock(2401)"); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "create database "+template); err != nil {
		return err
	}
	if err := pg.Migrate(ctx, URL(template)); err != nil {
		return err
	}
	_, err = c.Exec(ctx, `do $$ begin create role d24_test_app login; exception when duplicate_object then null; end $$;
		grant d24_journal, d24_desk, d24_system to d24_test_app`)
	return err
}
