package attachment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// How long a removed file can be brought back, and how old bytes without a row must be
// to go: a database brought back from a copy of some days ago may yet get its rows again.
const (
	keepDeleted = 30 * 24 * time.Hour
	keepOrphan  = 7 * 24 * time.Hour
)

// Sweep is the daily job that removes the bytes nobody can reach.
type Sweep struct{}

// Kind names the job.
func (Sweep) Kind() string { return "attachment.sweep" }

// InsertOpts: it can wait for everything else.
func (Sweep) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

// sweepWorker has more time than River's jobs have here: it walks a whole storage.
type sweepWorker struct {
	river.WorkerDefaults[Sweep]
	s *Service
}

func (w *sweepWorker) Timeout(*river.Job[Sweep]) time.Duration { return 10 * time.Minute }

func (w *sweepWorker) Work(ctx context.Context, _ *river.Job[Sweep]) error {
	_, err := w.s.Sweep(access.AsSystem(ctx, "attachment"))
	return err
}

// Workers adds the worker.
func (s *Service) Workers(w *river.Workers) { river.AddWorker(w, &sweepWorker{s: s}) }

// Daily is the job for River's clock.
func Daily() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour), func() (river.JobArgs, *river.InsertOpts) { return Sweep{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// Sweep removes the rows deleted long ago and then every old file that no row names:
// those of the rows removed just now, of uploads that were cut, of refused ones. It may
// be stopped at any point: the rest is for the next time. removed counts files.
func (s *Service) Sweep(ctx context.Context) (removed int, err error) {
	now := s.db.Clock.Now()
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from attachments where deleted_at < $1`, now.Add(-keepDeleted))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("remove deleted files: %w", err)
	}
	var batch []string
	flush := func() error {
		n, err := s.removeUnnamed(ctx, batch)
		removed, batch = removed+n, batch[:0]
		return err
	}
	err = s.store.Each(ctx, now.Add(-keepOrphan), func(key string) error {
		if batch = append(batch, key); len(batch) < 1000 {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return removed, err
}

func (s *Service) removeUnnamed(ctx context.Context, keys []string) (n int, err error) {
	named, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]string, error) {
		rows, err := tx.Query(ctx, `select file_key from attachments where file_key = any($1) union all select thumb_key from attachments where thumb_key = any($1)`, keys)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[string])
	})
	if err != nil {
		return 0, err
	}
	slices.Sort(named)
	for _, k := range keys {
		if _, found := slices.BinarySearch(named, k); found {
			continue
		}
		if err := s.store.Delete(ctx, k); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
