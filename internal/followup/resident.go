package followup

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"

	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/ticket"
)

// Unreached is the job that tells who wanted a resident called that he was not reached.
type Unreached struct {
	TicketID int64 `json:"ticket_id"`
	TaskID   int64 `json:"task_id"`
}

// Kind names the job.
func (Unreached) Kind() string { return "followup.unreached" }

// InsertOpts puts the job where it belongs.
func (Unreached) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Calls} }

// SayUnreached writes it into the history of the request.
func (r *Runner) SayUnreached(ctx context.Context, u Unreached) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		t, err := r.Tickets.ByID(ctx, tx, u.TicketID)
		if err != nil {
			return err
		}
		k, err := r.Tasks.Find(ctx, tx, u.TaskID)
		if err != nil {
			return err
		}
		return r.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "contact", Text: fmt.Sprintf("Жителю не дозвонились, наборов %d: %s", k.Progress.Dialled, k.Title)})
	})
}
