// Package jobs runs work after the transaction that asked for it. A module
// publishes an event; every subscriber turns it into its own River job, inserted
// in the same transaction, so an event is neither lost nor seen before commit.
package jobs

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/platform/pg"
)

// The queues, by urgency: a mass message never stands before a burst pipe.
const (
	Emergency = "emergency"
	Calls     = "calls"
	Messages  = "messages"
	Slow      = "slow"
	Bulk      = "bulk" // long work a person started
)

// Queue inserts jobs and publishes events.
type Queue struct {
	client *river.Client[pgx.Tx]
	subs   map[reflect.Type][]func(any) river.JobArgs
}

// NewQueue returns a queue; Attach gives it the River client once workers are known.
func NewQueue() *Queue { return &Queue{subs: map[reflect.Type][]func(any) river.JobArgs{}} }

// Attach sets the River client.
func (q *Queue) Attach(c *river.Client[pgx.Tx]) { q.client = c }

// On subscribes to events of type E. toJob turns the event into the subscriber's
// job; nil means the subscriber does not care.
func On[E any](q *Queue, toJob func(E) river.JobArgs) {
	t := reflect.TypeFor[E]()
	q.subs[t] = append(q.subs[t], func(e any) river.JobArgs { return toJob(e.(E)) }) //nolint:forcetypeassert // keyed by type
}

// Publish inserts one job per subscriber of e, in tx.
func (q *Queue) Publish(ctx context.Context, tx *pg.Tx, e any) error {
	for _, toJob := range q.subs[reflect.TypeOf(e)] {
		args := toJob(e)
		if args == nil {
			continue
		}
		if err := q.At(ctx, tx, tx.Now, args); err != nil {
			return err
		}
	}
	return nil
}

// PublishAll is Publish of many events, with one insert: the facts of a change of many rows.
func (q *Queue) PublishAll(ctx context.Context, tx *pg.Tx, events []any) error {
	var many []river.InsertManyParams
	for _, e := range events {
		for _, toJob := range q.subs[reflect.TypeOf(e)] {
			args := toJob(e)
			if args == nil {
				continue
			}
			opts := options(args)
			many = append(many, river.InsertManyParams{Args: args, InsertOpts: &opts})
		}
	}
	if len(many) == 0 {
		return nil
	}
	if _, err := q.client.InsertManyFastTx(ctx, tx.Tx, many); err != nil {
		return fmt.Errorf("insert %d jobs: %w", len(many), err)
	}
	return nil
}

// options are the job's own (InsertOpts), the queue Slow by default.
func options(args river.JobArgs) river.InsertOpts {
	if o, ok := args.(river.JobArgsWithInsertOpts); ok {
		return o.InsertOpts()
	}
	return river.InsertOpts{Queue: Slow}
}

// At inserts a job to run at t, in tx. The queue is the job's own (InsertOpts), Slow by default.
func (q *Queue) At(ctx context.Context, tx *pg.Tx, t time.Time, args river.JobArgs) error {
	opts := options(args)
	if t.After(tx.Now) {
		opts.ScheduledAt = t // River looks for the hour of such jobs every few seconds; see Due
	}
	if _, err := q.client.InsertTx(ctx, tx.Tx, args, &opts); err != nil {
		return fmt.Errorf("insert job %s: %w", args.Kind(), err)
	}
	return nil
}

// Due gives jobs whose hour has come to the workers: River's own scheduler looks
// every five seconds, and a phone that should ring now is late by then.
func Due(ctx context.Context, tx *pg.Tx) (n int64, err error) {
	tag, err := tx.Exec(ctx, `update river_job set state = 'available' where id in (
		select id from river_job where state in ('scheduled', 'retryable') and scheduled_at <= $1 order by scheduled_at limit 500 for update skip locked)`, tx.Now)
	if err != nil || tag.RowsAffected() == 0 {
		return 0, err
	}
	_, err = tx.Exec(ctx, `select pg_notify(current_schema() || '.river_insert', json_build_object('queue', q)::text) from unnest($1::text[]) q`, []string{Emergency, Calls, Messages, Slow, Bulk})
	return tag.RowsAffected(), err
}
