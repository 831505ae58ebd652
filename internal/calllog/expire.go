package calllog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/audit"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// sweepBatch is how many recordings go in one transaction.
const sweepBatch = 200

// Expire removes the recordings whose term is over: file, row and picture; the call says
// when. What somebody's word keeps stays. More than a day's worth waits for a person, with
// an alarm: a wrong clock or a wrong term must not empty an archive (D2). It may be stopped
// at any point: a file goes first, then its row.
func (s *Service) Expire(ctx context.Context) (removed int, bad error) {
	ctx = access.AsSystem(ctx, "recordings")
	companies, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]int64, error) {
		rows, err := tx.Query(ctx, `select distinct coalesce(company_id, 0) from recordings order by 1`)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[int64])
	})
	if err != nil {
		return 0, err
	}
	for _, id := range companies {
		n, err := s.expire(ctx, id)
		removed += n
		if err != nil {
			bad = errors.Join(bad, fmt.Errorf("recordings of company %d: %w", id, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return removed, bad
}

// night is what one company may lose now.
type night struct {
	Sweep
	company   int64
	confirmed time.Time // what began earlier goes without counting
	left      int       // of the rest
}

// tonight reckons it.
func tonight(ctx context.Context, tx *pg.Tx, companyID int64) (n night, err error) {
	term, _, confirmed, err := days(ctx, tx, companyID, "")
	if err != nil {
		return n, err
	}
	n.company, n.Before = companyID, tx.Now.AddDate(0, 0, -term)
	if confirmed != nil {
		n.confirmed = earlier(n.Before, *confirmed)
	}
	var all, gone int
	err = tx.QueryRow(ctx, `select (select count(*) from recordings where company_id is not distinct from nullif($1::bigint, 0)),
		(select coalesce(sum(removed), 0) from recording_sweeps where company_id is not distinct from nullif($1::bigint, 0) and at > $2)`, companyID, tx.Now.Add(-20*time.Hour)).Scan(&all, &gone)
	n.left = max(0, daily(all+gone, term)-gone)
	return n, err
}

func (s *Service) expire(ctx context.Context, companyID int64) (removed int, err error) {
	n, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (night, error) { return tonight(ctx, tx, companyID) })
	if err != nil {
		return 0, err
	}
	if !n.confirmed.IsZero() {
		err = s.sweepAll(ctx, &n, n.confirmed, math.MaxInt)
	}
	if err == nil {
		err = s.sweepAll(ctx, &n, n.Before, n.left)
	}
	return n.Removed, errors.Join(err, s.swept(ctx, n))
}

// sweepAll removes up to most recordings that began before edge, the oldest first.
func (s *Service) sweepAll(ctx context.Context, n *night, edge time.Time, most int) error {
	for after := int64(0); most > 0; {
		size, was := min(sweepBatch, most), n.Removed
		seen, err := s.sweep(ctx, n, edge, &after, size)
		most -= n.Removed - was
		if err != nil || seen < size {
			return err
		}
	}
	return nil
}

// sweep removes some of them.
func (s *Service) sweep(ctx context.Context, n *night, edge time.Time, after *int64, size int) (seen int, err error) {
	var ids []int64
	var bytes int64
	failed := 0
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		// the call's row is locked: whoever keeps its recordings locks it too
		rows, err := tx.Query(ctx, `select r.id, r.call_id, r.path, r.bytes, r.away_at is not null from recordings r join calls c on c.id = r.call_id where `+due+` and r.id > $3
			order by r.id limit $4 for update of r, c`, n.company, edge, *after, size)
		if err != nil {
			return err
		}
		type row struct {
			ID, Call int64
			Path     string
			Bytes    int64
			Away     bool
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
		if err != nil {
			return err
		}
		var calls []int64
		seen = len(found)
		for _, r := range found {
			calls = append(calls, r.Call)
		}
		// asked again behind the locks: a hold that was being put meanwhile counts
		rows, err = tx.Query(ctx, `select c.id from calls c where c.id = any($1) and `+heldCall, calls)
		if err != nil {
			return err
		}
		held, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		calls = calls[:0]
		for _, r := range found {
			*after = r.ID
			if slices.Contains(held, r.Call) {
				continue
			}
			if s.remove(ctx, r.Path, r.Away) != nil {
				failed++
				continue
			}
			ids, calls, bytes = append(ids, r.ID), append(calls, r.Call), bytes+r.Bytes
		}
		if len(ids) == 0 {
			return nil
		}
		if _, err := tx.Exec(ctx, `delete from recordings where id = any($1)`, ids); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update calls set recording_gone_at = $2 where id = any($1)`, calls, tx.Now); err != nil {
			return err
		}
		return audit.Write(ctx, tx, n.company, "recording.expire", ofCompany(n.company), map[string]any{"count": len(ids), "bytes": bytes, "failed": failed, "before": edge})
	})
	if err == nil {
		n.Removed, n.Bytes, n.Failed = n.Removed+len(ids), n.Bytes+bytes, n.Failed+failed
	}
	return seen, err
}

// remove takes the files of a recording away; of none that is there: nil.
func (s *Service) remove(ctx context.Context, rel string, away bool) error {
	path, err := s.Kept.file(rel)
	if err != nil {
		return err
	}
	if away {
		if s.Kept.Away == nil {
			return errNoStorage
		}
		if err := s.Kept.Away.Delete(ctx, rel); err != nil {
			return err
		}
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// swept keeps the figures and says whether something waits for a person.
func (s *Service) swept(ctx context.Context, n night) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		left, err := count(ctx, tx, n.company, n.Before)
		if err != nil {
			return err
		}
		n.Waiting = max(0, left-n.Failed)
		if n.Removed > 0 || n.Failed > 0 || n.Waiting > 0 {
			_, err := tx.Exec(ctx, `insert into recording_sweeps (company_id, at, before, removed, bytes, failed, waiting) values (nullif($1::bigint, 0), $2, $3, $4, $5, $6, $7)`,
				n.company, tx.Now, n.Before, n.Removed, n.Bytes, n.Failed, n.Waiting)
			if err != nil {
				return err
			}
		}
		if n.Waiting == 0 && n.Failed == 0 {
			return alarm.Clear(ctx, tx, alarm.RetentionWaits, ofCompany(n.company))
		}
		text := fmt.Sprintf("Срок хранения истёк у %d записей: это больше дневной доли, удаление ждёт подтверждения.", n.Waiting)
		if n.Failed > 0 {
			text = fmt.Sprintf("Не удалось удалить файлы записей с истёкшим сроком: %d.", n.Failed)
		}
		return alarm.Raise(ctx, tx, alarm.Alarm{Code: alarm.RetentionWaits, Subject: ofCompany(n.company), CompanyID: n.company, Text: text})
	})
}

// ExpireJob removes recordings every night.
type ExpireJob struct{}

// Kind names the job.
func (ExpireJob) Kind() string { return "calllog.expire" }

// InsertOpts: it can wait for everything else.
func (ExpireJob) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

type expireWorker struct {
	river.WorkerDefaults[ExpireJob]
	s *Service
}

// Timeout: a confirmed night may take an archive of years.
func (*expireWorker) Timeout(*river.Job[ExpireJob]) time.Duration { return 2 * time.Hour }

func (w *expireWorker) Work(ctx context.Context, _ *river.Job[ExpireJob]) error {
	_, err := w.s.Expire(ctx)
	return err
}

// nightly comes every night at half past midnight UTC: between 02:30 and 12:30 in Russia,
// and the morning's calls have not begun where most people live.
type nightly struct{}

func (nightly) Next(t time.Time) time.Time {
	next := time.Date(t.UTC().Year(), t.UTC().Month(), t.UTC().Day(), 0, 30, 0, 0, time.UTC)
	if !next.After(t) {
		next = next.AddDate(0, 0, 1)
	}
	return next
}

// Nightly is the job for River's clock; one that was missed is made up for at the start.
func Nightly() *river.PeriodicJob {
	return river.NewPeriodicJob(nightly{}, func() (river.JobArgs, *river.InsertOpts) { return ExpireJob{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}
