package pg

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // goose speaks database/sql
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"d24/db"
)

// Migrate brings the schema to the newest version: ours, then River's, then the
// rights of the fence roles on River's tables. url belongs to the schema's owner.
// Two programs that start together wait for each other (an advisory lock).
func Migrate(ctx context.Context, url string) error {
	conn, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer conn.Close() //nolint:errcheck // read only from here
	dir, err := fs.Sub(db.Migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, conn, dir, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	return migrateRiver(ctx, pool)
}

// Newest is the number of the newest migration this program knows.
func Newest() (newest int64, err error) {
	files, err := fs.Glob(db.Migrations, "migrations/*.sql")
	for _, f := range files {
		n, err := goose.NumericComponent(f)
		if err != nil {
			return 0, err
		}
		newest = max(newest, n)
	}
	return newest, err
}

// Fingerprint changes with whatever Migrate does: of our migrations, of River's, of the rights.
func Fingerprint() (string, error) {
	h := sha256.New()
	files, err := fs.Glob(db.Migrations, "migrations/*.sql")
	if err != nil {
		return "", err
	}
	for _, f := range files {
		text, err := fs.ReadFile(db.Migrations, f)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", f, len(text), text)
	}
	m, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		return "", err
	}
	for _, v := range m.AllVersions() {
		fmt.Fprintf(h, "river %d %s\n", v.Version, v.SQLUp)
	}
	fmt.Fprint(h, riverRights)
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// riverRights opens River's tables to the fence roles: an event is published in
// the transaction of whoever caused it.
const riverRights = `do $$
declare t text;
begin
  for t in select tablename from pg_tables where schemaname = 'public' and tablename like 'river\_%' loop
    execute format('grant all on %I to d24_journal, d24_desk, d24_system', t);
  end loop;
  grant usage on all sequences in schema public to d24_journal, d24_desk, d24_system;
end $$`

func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return err
	}
	// A second program may make the same tables meanwhile. The lock belongs to one
	// session, which is held until the end.
	session, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer session.Release()
	if _, err := session.Exec(ctx, `select pg_advisory_lock(241)`); err != nil {
		return err
	}
	defer session.Exec(context.WithoutCancel(ctx), `select pg_advisory_unlock(241)`) //nolint:errcheck // the session ends anyway
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate river: %w", err)
	}
	if _, err := pool.Exec(ctx, riverRights); err != nil {
		return fmt.Errorf("river rights: %w", err)
	}
	return nil
}
