package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/calendar"
	"d24/internal/platform/jobs"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// Wake is the job that looks who of a company came or left at a shift's end or a
// leave's start (F37). It wakes at the nearest such moment and arms the next.
type Wake struct {
	CompanyID int64 `json:"company_id"`
	Mark      int   `json:"mark"`
}

// Kind names the job.
func (Wake) Kind() string { return "staff.wake" }

// InsertOpts puts the job before everything else: a running emergency waits for it.
func (Wake) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Emergency} }

// WakeWorker runs Wake.
type WakeWorker struct {
	river.WorkerDefaults[Wake]
	Staff *Service
}

// Work looks once.
func (w *WakeWorker) Work(ctx context.Context, job *river.Job[Wake]) error {
	return w.Staff.Wake(access.AsSystem(ctx, "staff"), job.Args)
}

// Wake tells who came and who left since the last look. One that comes late or twice
// tells the same once.
func (s *Service) Wake(ctx context.Context, w Wake) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		var mark int
		err := tx.QueryRow(ctx, `select mark from duty_watches where company_id = $1 for update`, w.CompanyID).Scan(&mark)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && mark != w.Mark {
			return nil
		}
		if err != nil {
			return err
		}
		return s.change(ctx, tx, w.CompanyID, func(*Board) error { return nil })
	})
}

// change runs f on the people of a company, tells who came to work or left by it or
// since the last look, and arms the next look. Changes of one company stand in a line.
func (s *Service) change(ctx context.Context, tx *pg.Tx, companyID int64, f func(before *Board) error) error {
	_, err := tx.Exec(ctx, `insert into duty_watches (company_id, seen_at) values ($1, $2) on conflict do nothing`, companyID, tx.Now)
	if err != nil {
		return err
	}
	var seen time.Time
	var next *time.Time
	if err := tx.QueryRow(ctx, `select seen_at, next_at from duty_watches where company_id = $1 for update`, companyID).Scan(&seen, &next); err != nil {
		return err
	}
	if oldest := tx.Now.AddDate(0, 0, -daysAfter); seen.Before(oldest) {
		seen = oldest
	}
	before, err := s.Board(ctx, tx, companyID, calendar.DateOf(seen.UTC()), calendar.DateOf(tx.Now)+daysAfter)
	if err != nil {
		return err
	}
	if err := f(before); err != nil {
		return err
	}
	after, err := s.around(ctx, tx, companyID, tx.Now)
	if err != nil {
		return err
	}
	for _, m := range after.Members(tx.Now) {
		was, known := before.Member(m.MemberID, seen)
		if known && was.State.Why != m.State.Why {
			if err := s.jobs.Publish(ctx, tx, StateChanged{MemberID: m.MemberID, CompanyID: companyID}); err != nil {
				return err
			}
		}
		if !known || was.OnDuty == m.OnDuty {
			continue
		}
		if err := s.jobs.Publish(ctx, tx, DutyChanged{MemberID: m.MemberID, CompanyID: companyID, OnDuty: m.OnDuty}); err != nil {
			return err
		}
		if err := tell(ctx, tx, companyID, m.MemberID); err != nil {
			return err
		}
	}
	return s.arm(ctx, tx, after, next)
}

// arm asks to be woken at the next moment somebody comes or leaves; armed is what
// was asked for before.
func (s *Service) arm(ctx context.Context, tx *pg.Tx, b *Board, armed *time.Time) error {
	next := b.NextChange(tx.Now)
	if armed != nil && armed.Equal(next) && next.After(tx.Now) {
		_, err := tx.Exec(ctx, `update duty_watches set seen_at = $2 where company_id = $1`, b.CompanyID, tx.Now)
		return err
	}
	var mark int
	err := tx.QueryRow(ctx, `update duty_watches set seen_at = $2, next_at = $3, mark = mark + 1 where company_id = $1 returning mark`, b.CompanyID, tx.Now, next).Scan(&mark)
	if err != nil {
		return err
	}
	return s.jobs.At(ctx, tx, next, Wake{CompanyID: b.CompanyID, Mark: mark})
}

func tell(ctx context.Context, tx *pg.Tx, companyID, memberID int64) error {
	return live.Tell(ctx, tx, live.Change{Topic: "staff", ID: memberID, CompanyID: companyID})
}

// Rearm wakes the watches whose moment has passed by more than late, and sets one
// for companies that have schedules or leave and no watch yet. Returns how many were late.
func (s *Service) Rearm(ctx context.Context, late time.Duration) (n int, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select company_id, mark from duty_watches where next_at < $1 for update skip locked`, tx.Now.Add(-late))
		if err != nil {
			return err
		}
		ws, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Wake])
		for _, w := range ws {
			if err := s.jobs.At(ctx, tx, tx.Now, w); err != nil {
				return err
			}
		}
		n = len(ws)
		if err != nil {
			return err
		}
		return s.watchAll(ctx, tx)
	})
	return n, err
}

// watchAll sets what is missing. It is asked each second: of the companies only those without a
// watch are looked at.
func (s *Service) watchAll(ctx context.Context, tx *pg.Tx) error {
	rows, err := tx.Query(ctx, `select c.id from companies c where not exists (select from duty_watches w where w.company_id = c.id)
		and (exists (select from member_schedules s where s.company_id = c.id) or exists (select from member_leaves l where l.company_id = c.id and l.cancelled_at is null)) order by 1`)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	for _, id := range ids {
		if err := s.change(ctx, tx, id, func(*Board) error { return nil }); err != nil {
			return fmt.Errorf("watch of company %d: %w", id, err)
		}
	}
	return err
}
