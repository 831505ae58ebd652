package calllog

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// LawDays is how long the journal of requests and answers is kept (ПП 416 п. 16, 38);
// a company that has said nothing keeps its recordings as long.
const LawDays = 3 * 365

// Term is how long a company keeps its recordings, and how it stands with them.
type Term struct {
	CompanyID int64
	Days      int
	Version   int // 0: never set
	Count     int
	Bytes     int64
	Oldest    *time.Time
	Held      int // kept longer by somebody's word
	Due       int // whose term is over
	Waiting   int // of these: more than may go in a day, a person confirms
	Sweeps    []Sweep
}

// Sweep is one removal of what was kept long enough.
type Sweep struct {
	At      time.Time
	Before  time.Time // what began earlier had to go
	Removed int
	Bytes   int64
	Failed  int
	Waiting int
}

func days(ctx context.Context, tx *pg.Tx, companyID int64, lock string) (days, version int, confirmed *time.Time, err error) {
	err = tx.QueryRow(ctx, `select days, version, confirmed_before from recording_terms where company_id = $1`+lock, companyID).Scan(&days, &version, &confirmed)
	if errors.Is(err, pgx.ErrNoRows) {
		return LawDays, 0, nil, nil
	}
	return days, version, confirmed, err
}

// heldCall is the condition that somebody's word keeps the recordings of call c.
const heldCall = `exists (select from recording_holds h where h.lifted_at is null and (h.call_id = c.id or h.ticket_id = c.ticket_id))`

// due is the condition that recording r of call c of company $1 goes: it, and the parts of the
// same call, began before $2.
const due = `r.company_id is not distinct from nullif($1::bigint, 0) and r.started_at < $2 and not exists (select from recordings n where n.call_id = r.call_id and n.started_at >= $2) and c.ended_at is not null and not ` + heldCall

// Term tells how long a company keeps its recordings. fault.NotFound for one the actor has
// nothing to do with.
func (s *Service) Term(ctx context.Context, companyID int64) (t Term, err error) {
	if !access.From(ctx).Serves(companyID) {
		return t, fault.Missing("company")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		t, err = s.term(ctx, tx, companyID)
		return err
	})
	return t, err
}

func (s *Service) term(ctx context.Context, tx *pg.Tx, companyID int64) (t Term, err error) {
	t.CompanyID = companyID
	var confirmed *time.Time
	if t.Days, t.Version, confirmed, err = days(ctx, tx, companyID, ""); err != nil {
		return t, err
	}
	err = tx.QueryRow(ctx, `select count(*), coalesce(sum(r.bytes), 0), min(r.started_at), count(*) filter (where `+heldCall+`)
		from recordings r join calls c on c.id = r.call_id where r.company_id = $1`, companyID).Scan(&t.Count, &t.Bytes, &t.Oldest, &t.Held)
	if err != nil {
		return t, err
	}
	edge := tx.Now.AddDate(0, 0, -t.Days)
	if t.Due, err = count(ctx, tx, companyID, edge); err != nil {
		return t, err
	}
	free := 0
	if confirmed != nil {
		if free, err = count(ctx, tx, companyID, earlier(edge, *confirmed)); err != nil {
			return t, err
		}
	}
	t.Waiting = max(0, t.Due-free-daily(t.Count, t.Days))
	rows, err := tx.Query(ctx, `select at, before, removed, bytes, failed, waiting from recording_sweeps where company_id = $1 order by at desc limit 10`, companyID)
	if err != nil {
		return t, err
	}
	t.Sweeps, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Sweep])
	return t, err
}

func count(ctx context.Context, tx *pg.Tx, companyID int64, before time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from recordings r join calls c on c.id = r.call_id where `+due, companyID, before).Scan(&n)
	return n, err
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// daily is how many recordings of all may go in a day without a person's word: a hundredth,
// or two days' worth where the term is short. A wrong clock or a wrong term takes no more.
func daily(all, days int) int { return max(20, (all+99)/100, (2*all+days-1)/max(1, days)) }

// SetTerm changes how long a company keeps its recordings. fault.Conflict
// "recording_term.changed" when somebody was faster.
func (s *Service) SetTerm(ctx context.Context, companyID int64, n, version int) (t Term, err error) {
	if !access.From(ctx).Serves(companyID) {
		return t, fault.Missing("company")
	}
	if n < 1 || n > 3650 {
		return t, fault.New(fault.Invalid, "recording_term.wrong", "Срок не сохранён: исправьте отмеченное.").At("body.days", "от 1 до 3650 дней")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		was, seen, _, err := days(ctx, tx, companyID, " for update")
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `insert into recording_terms (company_id, days, version) values ($1, $2, $3)
			on conflict (company_id) do update set days = excluded.days, version = excluded.version where recording_terms.version = $4`, companyID, n, version+1, version)
		if err != nil {
			return err
		}
		if seen != version || done.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "recording_term.changed", "Срок только что изменил другой: посмотрите, какой он теперь.")
		}
		err = audit.Change(ctx, tx, companyID, "recording_term.change", ofCompany(companyID), map[string]int{"days": was}, map[string]int{"days": n})
		if err == nil {
			t, err = s.term(ctx, tx, companyID)
		}
		return err
	})
	return t, err
}

// ConfirmExpiry lets everything whose term is over now go in one night, however much it is:
// a person has looked at the figure. fault.Conflict "recording_term.grown" when it is more
// than he saw.
func (s *Service) ConfirmExpiry(ctx context.Context, companyID int64, seen int) (t Term, err error) {
	if !access.From(ctx).Serves(companyID) {
		return t, fault.Missing("company")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		n, version, _, err := days(ctx, tx, companyID, " for update")
		if err != nil {
			return err
		}
		edge := tx.Now.AddDate(0, 0, -n)
		is, err := count(ctx, tx, companyID, edge)
		if err != nil {
			return err
		}
		if is > seen {
			return fault.New(fault.Conflict, "recording_term.grown", "Записей с истёкшим сроком уже больше, чем вы видели: %d. Посмотрите и подтвердите ещё раз.", is)
		}
		_, err = tx.Exec(ctx, `insert into recording_terms (company_id, days, version, confirmed_before) values ($1, $2, $3, $4)
			on conflict (company_id) do update set confirmed_before = excluded.confirmed_before`, companyID, n, version, edge)
		if err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, companyID, "recording_term.confirm", ofCompany(companyID), map[string]any{"count": is, "days": n, "before": edge}); err != nil {
			return err
		}
		t, err = s.term(ctx, tx, companyID)
		return err
	})
	return t, err
}
