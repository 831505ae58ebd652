// Package pg opens the database and runs transactions. A transaction has one
// time and one actor; SQL never calls now() and never guesses the tenant.
package pg

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"d24/internal/access"
	"d24/internal/clock"
)

// DB is the database.
type DB struct {
	Pool  *pgxpool.Pool
	Clock clock.Clock
}

// Tx is a transaction with the time and the actor it runs under.
type Tx struct {
	pgx.Tx
	Now   time.Time
	Actor access.Actor
}

// Open connects a pool of at most size connections. The pool connects lazily:
// an absent database is found by the first transaction.
func Open(ctx context.Context, url string, size int) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	if size > 0 {
		cfg.MaxConns = int32(size) //nolint:gosec // a pool size
	}
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	return pgxpool.NewWithConfig(ctx, cfg)
}

// InTx runs f in a transaction and commits it if f returns nil. The time is
// read once; the row-level fence is set for the actor before f sees the connection.
func InTx[T any](ctx context.Context, db *DB, f func(tx *Tx) (T, error)) (T, error) {
	var zero T
	raw, err := db.Pool.Begin(ctx)
	if err != nil {
		return zero, fmt.Errorf("begin: %w", err)
	}
	defer raw.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // no-op after commit

	tx := &Tx{Tx: raw, Now: db.Clock.Now().UTC().Truncate(time.Microsecond), Actor: access.From(ctx)}
	if err := tx.fence(ctx); err != nil {
		return zero, err
	}
	out, err := f(tx)
	if err != nil {
		return zero, err
	}
	if err := raw.Commit(ctx); err != nil {
		return zero, fmt.Errorf("commit: %w", err)
	}
	return out, nil
}

// Do is InTx for work without a result.
func Do(ctx context.Context, db *DB, f func(tx *Tx) error) error {
	_, err := InTx(ctx, db, func(tx *Tx) (struct{}, error) { return struct{}{}, f(tx) })
	return err
}

// As runs f inside tx under another actor's fence and gives the first one back.
// It is for the few places where a user's act must reach rows he may not see,
// such as the task that follows from it.
func (tx *Tx) As(ctx context.Context, a access.Actor, f func(tx *Tx) error) error {
	was := tx.Actor
	tx.Actor = a
	if err := tx.fence(ctx); err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return err // the transaction is over: no need to restore
	}
	tx.Actor = was
	return tx.fence(ctx)
}

// fence narrows what the connection can see: a company's user to the company,
// an operator to the companies of the team (and 0, calls whose company is not
// known yet), a named part of the system to nothing.
func (tx *Tx) fence(ctx context.Context) error {
	role, company, team := "d24_journal", int64(0), ""
	switch tx.Actor.Kind {
	case access.System:
		role = "d24_system"
	case access.Operator:
		role = "d24_desk"
		ids := []string{"0"}
		for _, c := range tx.Actor.Companies {
			ids = append(ids, strconv.FormatInt(c, 10))
		}
		team = "{" + strings.Join(ids, ",") + "}"
	case access.Company:
		company = tx.Actor.CompanyID
	}
	_, err := tx.Exec(ctx, `select set_config('role', $1, true), set_config('app.company_id', $2, true), set_config('app.companies', $3, true)`,
		role, strconv.FormatInt(company, 10), team)
	if err != nil {
		return fmt.Errorf("set fence: %w", err)
	}
	return nil
}
