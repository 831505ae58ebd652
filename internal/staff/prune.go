package staff

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// keptChanges is how many of a company's changes stay. A change that is committed later than
// so many with higher numbers does not happen: a state told by count and last number never
// comes again (KeptBoard).
const keptChanges = 1000

// Prune is the daily job that deletes the changes nobody asks about any more.
type Prune struct{}

// Kind names the job.
func (Prune) Kind() string { return "staff.prune" }

// InsertOpts: it can wait for everything else.
func (Prune) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

// PruneWorker does it.
type PruneWorker struct {
	river.WorkerDefaults[Prune]
	Staff *Service
}

// Work prunes.
func (w *PruneWorker) Work(ctx context.Context, _ *river.Job[Prune]) error {
	return w.Staff.Prune(access.AsSystem(ctx, "staff"))
}

// PrunePeriodic is the job for River's clock.
func PrunePeriodic() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour), func() (river.JobArgs, *river.InsertOpts) { return Prune{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// Prune leaves each company's last changes.
func (s *Service) Prune(ctx context.Context) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from staff_changes k using (select c.company_id, (select x.id from staff_changes x where x.company_id = c.company_id order by x.id desc offset $1 limit 1) as upto
			from (select distinct company_id from staff_changes) c) p where k.company_id = p.company_id and k.id <= p.upto`, keptChanges)
		return err
	})
}
