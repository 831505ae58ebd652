package pg

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// Asked is the answer to a question that is sent together with others: known once their
// batch has been sent and closed.
type Asked[T any] struct {
	value T
	err   error
	none  error
}

var errNotAsked = errors.New("pg: the batch of a question was not sent")

// Ask queues a question that has one row for an answer. none is what it means that there is
// no row; nil: the zero value is the answer then.
func Ask[T any](b *pgx.Batch, none error, read pgx.RowToFunc[T], sql string, args ...any) *Asked[T] {
	a := &Asked[T]{err: errNotAsked, none: none}
	b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		a.value, a.err = pgx.CollectExactlyOneRow(rows, read)
		return nil // no row is an answer too; a broken statement is told by the batch
	})
	return a
}

// Known is an answer that is known without asking.
func Known[T any](value T) *Asked[T] { return &Asked[T]{value: value} }

// Get is the answer.
func (a *Asked[T]) Get() (T, error) {
	if errors.Is(a.err, pgx.ErrNoRows) {
		return a.value, a.none
	}
	return a.value, a.err
}

// One asks one question alone.
func One[T any](ctx context.Context, tx *Tx, b *pgx.Batch, a *Asked[T]) (T, error) {
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		var zero T
		return zero, err
	}
	return a.Get()
}
