package ticket

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// ComeBack is the job of every minute that brings back the requests whose deferral is over.
type ComeBack struct{}

// Kind names the job.
func (ComeBack) Kind() string { return "ticket.come_back" }

// InsertOpts: somebody waits for it, but no call does.
func (ComeBack) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Messages} }

// ComeBackWorker runs ComeBack.
type ComeBackWorker struct {
	river.WorkerDefaults[ComeBack]
	Tickets *Service
}

// Work brings them back.
func (w *ComeBackWorker) Work(ctx context.Context, _ *river.Job[ComeBack]) error {
	return w.Tickets.ComeBack(ctx)
}

// ComeBackPeriodic is the job for River's clock. It looks for what is due and not for what was
// planned: a deferral of a mass change, or of the time the program stood, comes back too.
func ComeBackPeriodic() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(time.Minute), func() (river.JobArgs, *river.InsertOpts) { return ComeBack{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// ComeBack brings back, one by one, the requests put off until now: into work when somebody had
// taken them, among the new ones when nobody had. A person who changes one meanwhile is first.
func (s *Service) ComeBack(ctx context.Context) error {
	ctx = access.With(ctx, access.Actor{Kind: access.System, System: "ticket", Name: "Срок отложения"})
	for after := int64(0); ; {
		ids, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]int64, error) {
			rows, err := tx.Query(ctx, `select id from tickets where status = 'postponed' and postponed_until <= $1 and id > $2 order by id limit 500`, tx.Now, after)
			if err != nil {
				return nil, err
			}
			return pgx.CollectRows(rows, pgx.RowTo[int64])
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := pg.Do(ctx, s.db, func(tx *pg.Tx) error { return s.comeBack(ctx, tx, id) }); err != nil {
				return err
			}
			after = id
		}
	}
}

func (s *Service) comeBack(ctx context.Context, tx *pg.Tx, id int64) error {
	t, err := lock(ctx, tx, id)
	if err != nil || t.Status != Postponed || t.PostponedUntil == nil || t.PostponedUntil.After(tx.Now) {
		return err
	}
	text := "Срок отложения вышел"
	if t.PostponeReason != "" {
		text += " (" + t.PostponeReason + ")"
	}
	t.Status, t.PostponeReason, t.PostponedUntil = InProgress, "", nil
	if t.AcceptedAt == nil {
		t.Status = New
	}
	t.Version++
	return s.perform(ctx, tx, deed{
		ticket: t, events: []Event{{Kind: "status", Text: text + ", состояние: " + Label(t.Status)}},
		fact: Moved{TicketID: t.ID, CompanyID: t.CompanyID, Kind: t.Kind, From: Postponed, To: t.Status},
	})
}
