package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/clock"
	"d24/internal/escalation"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// A step that fails so often is parked: it is tried again now and then, and people are
// called (F48).
const parkAfter = 3

// patience is when a step that failed is tried again: at once, as a phone should ring,
// and once it is parked now and then.
type patience struct{}

// NextRetry is the moment of the next try.
func (patience) NextRetry(j *rivertype.JobRow) time.Time {
	now := clock.System{}.Now()
	switch {
	case !urgent(j):
		return (&river.DefaultClientRetryPolicy{}).NextRetry(j)
	case j.Attempt < parkAfter:
		return now.Add(time.Duration(j.Attempt) * time.Second)
	}
	return now.Add(30 * time.Second)
}

// breather gives an urgent step that was hindered by no fault of its own – the database is
// away or busy – its next try in a second, however often that was: it has not failed (F46, R2).
func breather(ctx context.Context, j *rivertype.JobRow, work func(context.Context) error) error {
	err := work(ctx)
	if err != nil && urgent(j) && passing(err) {
		return river.JobSnooze(time.Second)
	}
	return err
}

func urgent(j *rivertype.JobRow) bool { return slices.Contains(jobs.Urgent, j.Queue) }

// poison hears of steps that fail.
type poison struct {
	app *App
	log *slog.Logger
}

// HandleError is told of a step that ended with an error.
func (p *poison) HandleError(ctx context.Context, j *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	if !passing(err) {
		p.failed(ctx, j, err.Error())
	}
	return nil
}

// HandlePanic is told of a step that panicked.
func (p *poison) HandlePanic(ctx context.Context, j *rivertype.JobRow, what any, trace string) *river.ErrorHandlerResult {
	p.log.ErrorContext(ctx, "a step panicked", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "panic", what, "trace", trace)
	p.failed(ctx, j, fmt.Sprint(what))
	return nil
}

// passing tells what is no fault of the step: the database is away or busy, time is up.
func passing(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		for _, class := range []string{"08", "40", "53", "55", "57"} {
			if strings.HasPrefix(pe.Code, class) {
				return true
			}
		}
		return false
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || pgconn.Timeout(err) || pgconn.SafeToRetry(err)
}

func (p *poison) failed(ctx context.Context, j *rivertype.JobRow, why string) {
	if j.Attempt < parkAfter || !urgent(j) {
		return
	}
	ctx, cancel := context.WithTimeout(access.AsSystem(context.WithoutCancel(ctx), "watchman"), 5*time.Second)
	defer cancel()
	p.log.ErrorContext(ctx, "a step is parked", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "err", why)
	if err := p.app.park(ctx, j); err != nil {
		p.log.ErrorContext(ctx, "a parked step raised no alarm", "kind", j.Kind, "job", j.ID, "err", err)
	}
}

// parked is what a step is about.
type parked struct {
	TicketID int64 `json:"ticket_id"`
	TaskID   int64 `json:"task_id"`
}

func (k parked) id() int64 { return max(k.TicketID, k.TaskID) }

// park raises the alarm of a step, and for an emergency has the responsible person called.
func (a *App) park(ctx context.Context, j *rivertype.JobRow) error {
	var k parked
	if err := json.Unmarshal(j.EncodedArgs, &k); err != nil {
		return err
	}
	err := pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
		al := alarm.Alarm{Code: alarm.StepParked, Subject: fmt.Sprintf("%s:%d", j.Kind, k.id()), Text: "Шаг автоматизации не выполняется, сообщите администратору: " + j.Kind}
		if k.TicketID != 0 {
			t, err := a.Tickets.ByID(ctx, tx, k.TicketID)
			if err != nil {
				return err
			}
			al.CompanyID, al.Text = t.CompanyID, fmt.Sprintf("Заявка № %d, %s: автоматика остановилась, звоните сами.", t.Number, t.Address)
		} else if k.TaskID != 0 {
			t, err := a.Tasks.View(ctx, tx, k.TaskID)
			if err != nil {
				return err
			}
			al.CompanyID, al.Text = t.CompanyID, "Звонок «"+t.Title+"» не выполняется: позвоните сами."
		}
		return alarm.Raise(ctx, tx, al)
	})
	if err != nil || j.Kind != (escalation.Step{}).Kind() {
		return err
	}
	return a.Escalation.CallInstead(ctx, k.TicketID)
}

// Unparked takes away the alarms of steps that do not fail any more.
func (a *App) Unparked(ctx context.Context) error {
	return pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
		subjects, err := alarm.Subjects(ctx, tx, alarm.StepParked)
		if err != nil || len(subjects) == 0 {
			return err
		}
		var stay []string
		err = tx.QueryRow(ctx, `select coalesce(array_agg(s), '{}') from unnest($1::text[]) s where exists (select from river_job j
			where j.kind = split_part(s, ':', 1) and coalesce(j.args->>'ticket_id', j.args->>'task_id', '0') = split_part(s, ':', 2)
				and j.state in ('available', 'running', 'retryable', 'scheduled') and j.attempt >= $2)`, subjects, parkAfter).Scan(&stay)
		if err != nil {
			return err
		}
		return alarm.ClearBut(ctx, tx, alarm.StepParked, stay)
	})
}
