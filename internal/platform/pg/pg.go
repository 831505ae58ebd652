// Package pg opens the database and runs transactions. A transaction has one
// time and one actor; SQL never calls now() and never guesses the tenant.
package pg

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"d24/internal/access"
	"d24/internal/clock"
)

// DB is the database.
type DB struct {
	Pool  *pgxpool.Pool
	Clock clock.Clock

	// Turns keep transactions of people's requests few; nil: they are not counted.
	Turns *Turns

	teller teller
}

// Tx is a transaction with the time and the actor it runs under.
type Tx struct {
	pgx.Tx
	Now   time.Time
	Actor access.Actor
	words *[]word   // to be sent after the commit
	after *[]func() // to be run after it
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
// Under Reading it joins the transaction that is read in.
func InTx[T any](ctx context.Context, db *DB, f func(tx *Tx) (T, error)) (T, error) {
	if tx := joined(ctx, db); tx != nil {
		return within(ctx, tx, f)
	}
	return inTx(ctx, db, "begin", f)
}

func inTx[T any](ctx context.Context, db *DB, begin string, f func(tx *Tx) (T, error)) (T, error) {
	var zero T
	actor := access.From(ctx)
	done, err := db.Turns.take(ctx)
	if err != nil {
		return zero, fmt.Errorf("begin: %w", err)
	}
	defer done()
	raw, err := db.Pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin + "; " + fence(actor)}) // one way there and back
	if err != nil {
		return zero, fmt.Errorf("begin: %w", err)
	}
	defer raw.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // no-op after commit

	var words []word
	var after []func()
	out, err := f(&Tx{Tx: raw, Now: db.Clock.Now().UTC().Truncate(time.Microsecond), Actor: actor, words: &words, after: &after})
	if err != nil {
		return zero, err
	}
	if err := raw.Commit(ctx); err != nil {
		return zero, fmt.Errorf("commit: %w", err)
	}
	db.tell(words)
	for _, f := range after {
		f()
	}
	return out, nil
}

// AfterCommit has f run once tx is committed, before its InTx returns; never, when it is not.
func (tx *Tx) AfterCommit(f func()) { *tx.after = append(*tx.after, f) }

// Do is InTx for work without a result.
func Do(ctx context.Context, db *DB, f func(tx *Tx) error) error {
	_, err := InTx(ctx, db, func(tx *Tx) (struct{}, error) { return struct{}{}, f(tx) })
	return err
}

// reading is the transaction that Reading began.
type reading struct {
	db *DB
	tx *Tx
}

type readingKey struct{}

// Reading runs f so that all transactions below it are one, which only reads: what a screen
// needs from many modules is of one time and costs one way to begin and one to end. f must
// not go on in goroutines: a connection serves one at a time. Who writes there is refused by
// the database.
func Reading(ctx context.Context, db *DB, f func(ctx context.Context) error) error {
	if joined(ctx, db) != nil {
		return f(ctx)
	}
	_, err := inTx(ctx, db, "begin read only", func(tx *Tx) (struct{}, error) {
		return struct{}{}, f(context.WithValue(ctx, readingKey{}, reading{db, tx}))
	})
	return err
}

func joined(ctx context.Context, db *DB) *Tx {
	if r, ok := ctx.Value(readingKey{}).(reading); ok && r.db == db {
		return r.tx
	}
	return nil
}

// within runs f in a transaction that goes on, as the actor of ctx.
func within[T any](ctx context.Context, tx *Tx, f func(tx *Tx) (T, error)) (out T, err error) {
	a := access.From(ctx)
	if fence(a) == fence(tx.Actor) {
		mine := *tx
		mine.Actor = a
		return f(&mine)
	}
	err = tx.As(ctx, a, func(tx *Tx) error {
		out, err = f(tx)
		return err
	})
	return out, err
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
	err := f(tx)
	tx.Actor = was
	if err != nil && tx.Conn().PgConn().TxStatus() != 'T' {
		return err // the transaction is over: nothing to give back
	}
	return errors.Join(err, tx.fence(ctx))
}

// Query is that of pgx, prepared for the role it runs as.
func (tx *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return tx.Tx.Query(ctx, ofRole(tx.Actor, sql), args...)
}

// QueryRow is that of pgx, prepared for the role it runs as.
func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return tx.Tx.QueryRow(ctx, ofRole(tx.Actor, sql), args...)
}

// Exec is that of pgx, prepared for the role it runs as.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return tx.Tx.Exec(ctx, ofRole(tx.Actor, sql), args...)
}

// SendBatch is that of pgx, prepared for the role it runs as.
func (tx *Tx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	allOfRole(tx.Actor, b)
	return tx.Tx.SendBatch(ctx, b)
}

// ofRole is a statement that is one role's own. A prepared statement is read and planned anew
// each time it runs as another role than the last time, for its rows have another fence then.
func ofRole(a access.Actor, sql string) string { return sql + "\n-- " + roleOf(a) }

func allOfRole(a access.Actor, b *pgx.Batch) {
	for _, q := range b.QueuedQueries {
		q.SQL = ofRole(a, q.SQL)
	}
}

// Together sends statements of the transaction's own actor and then some of a, and waits once
// for all of them: none may need what another answers.
func (tx *Tx) Together(ctx context.Context, own *pgx.Batch, a access.Actor, theirs *pgx.Batch) error {
	allOfRole(tx.Actor, own)
	allOfRole(a, theirs)
	all := &pgx.Batch{QueuedQueries: slices.Clone(own.QueuedQueries)}
	queueFence(all, a)
	all.QueuedQueries = append(all.QueuedQueries, theirs.QueuedQueries...)
	queueFence(all, tx.Actor)
	return tx.Tx.SendBatch(ctx, all).Close()
}

// queueFence is fence as one statement that stays prepared whoever the actor is.
func queueFence(b *pgx.Batch, a access.Actor) {
	role, company, team := walls(a)
	b.Queue(`select set_config('role', $1, true), set_config('app.company_id', $2, true), set_config('app.companies', $3, true), set_config('app.team', $4, true)`,
		role, company, array(team), bitmap(team))
}

func (tx *Tx) fence(ctx context.Context) error {
	if _, err := tx.Exec(ctx, fence(tx.Actor), pgx.QueryExecModeSimpleProtocol); err != nil {
		return fmt.Errorf("set fence: %w", err)
	}
	return nil
}

// fence narrows what the connection can see: a company's user to the company,
// an operator to the companies of the team (and 0, calls whose company is not
// known yet), a company's own operator to it alone, a named part of the system to nothing. It is made of numbers and our own names only.
func fence(a access.Actor) string {
	role, company, team := walls(a)
	return "set local role " + role + "; set local app.company_id = '" + company + "'; set local app.companies = '" + array(team) + "'; set local app.team = '" + bitmap(team) + "'"
}

// roleOf is the database's role of an actor.
func roleOf(a access.Actor) string {
	switch a.Kind {
	case access.System:
		return "d24_system"
	case access.Operator:
		return "d24_desk"
	}
	return "d24_journal"
}

// walls are the database's role of an actor, his company, and those of his team (0: of no
// company yet).
func walls(a access.Actor) (role, company string, team []int64) {
	role, company = roleOf(a), "0"
	switch {
	case a.Kind == access.Operator && a.OwnsDesk():
		team = []int64{a.CompanyID}
	case a.Kind == access.Operator:
		team = append([]int64{0}, a.Companies...)
	case a.Kind == access.Company:
		company = strconv.FormatInt(a.CompanyID, 10)
	}
	return role, company, team
}

// array are those of a team who have no bit, as PostgreSQL reads arrays; "" is none.
func array(team []int64) string {
	var b []byte
	for _, c := range team {
		if hasBit(c) {
			continue
		}
		b = strconv.AppendInt(append(b, ','), c, 10)
	}
	if len(b) == 0 {
		return ""
	}
	b[0] = '{'
	return string(append(b, '}'))
}

// mostBits are the companies that have a bit; those behind them are looked up in the array.
const mostBits = 1 << 15

func hasBit(company int64) bool { return company >= 0 && company < mostBits }

// bitmap is a team as a string of bits, of which bit n is company n: it is read and looked at
// far faster than an array (00540_team_bitmap.sql).
func bitmap(team []int64) string {
	if len(team) == 0 {
		return ""
	}
	var bits []byte
	for _, c := range team {
		if !hasBit(c) {
			continue
		}
		if at := int(c / 8); at >= len(bits) {
			bits = append(bits, make([]byte, at+1-len(bits))...)
		}
		bits[c/8] |= 0x80 >> (c % 8)
	}
	return "x" + hex.EncodeToString(bits)
}
