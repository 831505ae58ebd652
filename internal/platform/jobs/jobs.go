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
	"github.com/riverqueue/river/rivertype"

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

// Urgent are the queues whose steps make telephones ring.
var Urgent = []string{Emergency, Calls}

// StepLasts is the longest that a step runs; then its context ends.
const StepLasts = 10 * time.Second

// Queue inserts jobs and publishes events.
type Queue struct {
	client *river.Client[pgx.Tx]
	subs   map[reflect.Type][]func(any) river.JobArgs
	hears  map[reflect.Type][]func(*pg.Tx, *pgx.Batch, []any) (Then, error)
}

// NewQueue returns a queue; Attach gives it the River client once workers are known.
func NewQueue() *Queue {
	return &Queue{subs: map[reflect.Type][]func(any) river.JobArgs{}, hears: map[reflect.Type][]func(*pg.Tx, *pgx.Batch, []any) (Then, error){}}
}

// Attach sets the River client.
func (q *Queue) Attach(c *river.Client[pgx.Tx]) { q.client = c }

// On subscribes to events of type E. toJob turns the event into the subscriber's
// job; nil means the subscriber does not care.
func On[E any](q *Queue, toJob func(E) river.JobArgs) {
	t := reflect.TypeFor[E]()
	q.subs[t] = append(q.subs[t], func(e any) river.JobArgs { return toJob(e.(E)) }) //nolint:forcetypeassert // keyed by type
}

// Then is what a hearer does when its questions are answered.
type Then func(ctx context.Context) error

// Hear subscribes to events of type E in the transaction that publishes them, under its
// actor's fence: for who has to look into the database before he knows whether he cares. The
// questions that f queues are sent together with those of the others; then follows what f
// returned (nil: nothing). An error undoes the change that the event is of.
func Hear[E any](q *Queue, f func(tx *pg.Tx, b *pgx.Batch, events []E) (Then, error)) {
	t := reflect.TypeFor[E]()
	q.hears[t] = append(q.hears[t], func(tx *pg.Tx, b *pgx.Batch, all []any) (Then, error) {
		events := make([]E, len(all))
		for i, e := range all {
			events[i] = e.(E) //nolint:forcetypeassert // keyed by type
		}
		return f(tx, b, events)
	})
}

// heard sends b and what the hearers of events ask, by type in the order of the first of each.
func (q *Queue) heard(ctx context.Context, tx *pg.Tx, b *pgx.Batch, events []any) error {
	byType := map[reflect.Type][]any{}
	var order []reflect.Type
	for _, e := range events {
		t := reflect.TypeOf(e)
		if len(q.hears[t]) == 0 {
			continue
		}
		if byType[t] == nil {
			order = append(order, t)
		}
		byType[t] = append(byType[t], e)
	}
	var next []Then
	for _, t := range order {
		for _, f := range q.hears[t] {
			then, err := f(tx, b, byType[t])
			if err != nil {
				return err
			}
			if then != nil {
				next = append(next, then)
			}
		}
	}
	if b.Len() > 0 {
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
	}
	for _, then := range next {
		if err := then(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Publish inserts one job per subscriber of e, in tx.
func (q *Queue) Publish(ctx context.Context, tx *pg.Tx, e any) error {
	return q.PublishWith(ctx, tx, &pgx.Batch{}, e)
}

// PublishWith is Publish for who has statements to send: they go together with what the
// hearers ask, before it.
func (q *Queue) PublishWith(ctx context.Context, tx *pg.Tx, b *pgx.Batch, e any) error {
	for _, toJob := range q.subs[reflect.TypeOf(e)] {
		args := toJob(e)
		if args == nil {
			continue
		}
		if err := q.At(ctx, tx, tx.Now, args); err != nil {
			return err
		}
	}
	return q.heard(ctx, tx, b, []any{e})
}

// PublishAll is Publish of many events, with one insert: the facts of a change of many rows.
func (q *Queue) PublishAll(ctx context.Context, tx *pg.Tx, events []any) error {
	var all []river.JobArgs
	for _, e := range events {
		for _, toJob := range q.subs[reflect.TypeOf(e)] {
			if args := toJob(e); args != nil {
				all = append(all, args)
			}
		}
	}
	if err := q.heard(ctx, tx, &pgx.Batch{}, events); err != nil {
		return err
	}
	return q.All(ctx, tx, all)
}

// All inserts jobs that are to run at once, in tx, with one insert.
func (q *Queue) All(ctx context.Context, tx *pg.Tx, all []river.JobArgs) error {
	if len(all) == 0 {
		return nil
	}
	many := make([]river.InsertManyParams, len(all))
	for i, args := range all {
		opts := options(args)
		many[i] = river.InsertManyParams{Args: args, InsertOpts: &opts}
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

// Again gives a step that has lost its wake-up another one, now. However often it is asked
// for, one waits: a backlog does not grow by being looked at (F47).
func (q *Queue) Again(ctx context.Context, tx *pg.Tx, args river.JobArgs) error {
	opts := options(args)
	opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: waits}
	if _, err := q.client.InsertTx(ctx, tx.Tx, args, &opts); err != nil {
		return fmt.Errorf("insert job %s again: %w", args.Kind(), err)
	}
	return nil
}

var waits = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled}

// Due gives jobs whose hour has come to the workers: River's own scheduler looks
// every five seconds, and a phone that should ring now is late by then. After a standstill
// what is urgent comes first, however long the rest has waited (F47).
func Due(ctx context.Context, tx *pg.Tx) (n int64, err error) {
	tag, err := tx.Exec(ctx, `update river_job set state = 'available' where id in (
		select id from river_job where state in ('scheduled', 'retryable') and scheduled_at <= $1
		order by array_position($2::text[], queue), scheduled_at limit 500 for update skip locked)`, tx.Now, []string{Emergency, Calls, Messages, Slow, Bulk})
	if err != nil || tag.RowsAffected() == 0 {
		return 0, err
	}
	_, err = tx.Exec(ctx, `select pg_notify(current_schema() || '.river_insert', json_build_object('queue', q)::text) from unnest($1::text[]) q`, []string{Emergency, Calls, Messages, Slow, Bulk})
	return tag.RowsAffected(), err
}

// Stranded gives out again the urgent steps that nobody can be at any more: their time is up,
// and still they are in somebody's hand – a worker's that is gone, or one's that could not
// write down the end because the database was away. River alone finds them within a minute (R2).
func Stranded(ctx context.Context, tx *pg.Tx) (n int64, err error) {
	tag, err := tx.Exec(ctx, `update river_job set state = 'available' where id in (
		select id from river_job where state = 'running' and queue = any($1) and attempted_at < $2 limit 500 for update skip locked)`, Urgent, tx.Now.Add(-StepLasts-time.Second))
	return tag.RowsAffected(), err
}
