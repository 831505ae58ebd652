package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/alarm"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// alarmBefore is how long before the end of its promise a call-back nobody has made is
// shown to the supervisor: an employee's at three minutes of four (F24).
const alarmBefore = time.Minute

// CalledAgain counts a call of a person who waits for an open task with this purpose
// already: by his number, or by the member (0: nobody); callID is the call, counted once.
// False: there is none. Until the
// transaction ends nobody else is answered about the same number, so of two calls at
// once only one makes the task (F25). What was not answered before is forgotten.
func (s *Tasks) CalledAgain(ctx context.Context, tx *pg.Tx, purpose telephony.Purpose, number string, memberID, callID int64) (bool, error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 24))`, string(purpose)+" "+number); err != nil {
		return false, err
	}
	if err := s.seen(ctx, tx, number, memberID); err != nil {
		return false, err
	}
	rows, err := tx.Query(ctx, `update call_tasks set repeats = repeats + case when call_id = $4 then 0 else 1 end where state in ('waiting', 'active') and purpose = $1 and ($2 = any(phones) or member_id = nullif($3::bigint, 0))
		returning id, coalesce(company_id, 0)`, purpose, number, memberID, callID)
	if err != nil {
		return false, err
	}
	type row struct{ ID, CompanyID int64 }
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	for _, r := range found {
		if err := live.Tell(ctx, tx, live.Change{Topic: "task", ID: r.ID, CompanyID: r.CompanyID}); err != nil {
			return false, err
		}
	}
	return len(found) > 0, err
}

// seen takes the call-backs of a person that reached nobody out of sight: he has called,
// or is being spoken to.
func (s *Tasks) seen(ctx context.Context, tx *pg.Tx, number string, memberID int64) error {
	_, err := tx.Exec(ctx, `update call_tasks set is_unanswered = false where is_unanswered and ($1 = any(phones) or member_id = nullif($2::bigint, 0))`, number, memberID)
	return err
}

// Promises looks at call-backs whose promise ends: the supervisor is alarmed a minute
// before (F24), a broken promise is written down (F30), and the alarm goes with the task.
// Returns how many promises were broken anew.
func (s *Tasks) Promises(ctx context.Context) (broken int, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, "select "+columns+` from call_tasks where state in ('waiting', 'active') and purpose = 'callback' and promise_at < $1 order by id limit 500 for update skip locked`, tx.Now.Add(alarmBefore))
		if err != nil {
			return err
		}
		ts, err := pgx.CollectRows(rows, scan)
		if err != nil {
			return err
		}
		for _, t := range ts {
			fresh, err := s.promise(ctx, tx, t)
			if err != nil {
				return err
			}
			if fresh {
				broken++
			}
		}
		return s.clearLate(ctx, tx)
	})
	return broken, err
}

func lateSubject(id int64) string { return fmt.Sprintf("task:%d", id) }

func (s *Tasks) promise(ctx context.Context, tx *pg.Tx, t Task) (fresh bool, err error) {
	fresh = !t.IsLate && t.PromiseAt.Before(tx.Now)
	if fresh {
		t.IsLate = true
		if err := s.save(ctx, tx, t); err != nil {
			return false, err
		}
	}
	text := t.Title + " – осталась минута до обещанного."
	if t.PromiseAt.Before(tx.Now) {
		text = t.Title + " – обещанное время прошло, звонит любой свободный старший смены."
	}
	return fresh, alarm.Raise(ctx, tx, alarm.Alarm{Code: alarm.CallbackLate, Subject: lateSubject(t.ID), CompanyID: t.CompanyID, Text: text})
}

func (s *Tasks) clearLate(ctx context.Context, tx *pg.Tx) error {
	raised, err := alarm.Subjects(ctx, tx, alarm.CallbackLate)
	if err != nil || len(raised) == 0 {
		return err
	}
	rows, err := tx.Query(ctx, `select x from unnest($1::text[]) x where not exists (select from call_tasks t where 'task:'||t.id = x and t.state in ('waiting', 'active'))`, raised)
	if err != nil {
		return err
	}
	over, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, subject := range over {
		if err := alarm.Clear(ctx, tx, alarm.CallbackLate, subject); err != nil {
			return err
		}
	}
	return err
}

// Bind says who of those who share a phone has called (F27): the task, and nothing else,
// becomes his and his company's. fault.NotFound for a person who is none of them, or of a
// company the actor has nothing to do with.
func (f *Floor) Bind(ctx context.Context, id, memberID int64) (Talk, error) {
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (k Talk, err error) {
		t, err := f.Tasks.lock(ctx, tx, id)
		if err != nil {
			return k, err
		}
		if t.over() {
			return k, over(t)
		}
		if !slices.Contains(t.Candidates, memberID) {
			return k, fault.Missing("member")
		}
		who, err := f.Staff.Now(ctx, tx, memberID)
		if err != nil {
			return k, err
		}
		_, err = tx.Exec(ctx, `update call_tasks set member_id = $2, company_id = $3, title = $4 where id = $1`, id, memberID, who.CompanyID, "Перезвонить сотруднику: "+who.Name)
		if err != nil {
			return k, err
		}
		if err := live.Tell(ctx, tx, live.Change{Topic: "task", ID: id, CompanyID: who.CompanyID}); err != nil {
			return k, err
		}
		return f.talk(ctx, tx, id)
	})
}

// MayBe is a person whose phone it may be, with his company's name.
type MayBe struct {
	MemberID    int64
	Name        string
	Position    string
	CompanyName string
}

// candidates are those of a task's people whom the actor may see, to be asked who calls.
func (f *Floor) candidates(ctx context.Context, tx *pg.Tx, t Task) ([]MayBe, error) {
	if len(t.Candidates) == 0 || t.MemberID != 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `select m.id, m.name, m.position, c.name from members m join companies c on c.id = m.company_id where m.id = any($1) and not m.is_archived order by c.name, m.name`, t.Candidates)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[MayBe])
}
