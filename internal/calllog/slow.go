package calllog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// Slow is a number from which nobody spoke again and again (F17): a fax machine, a silent
// line, a prank. Its calls to this company wait longer; none is refused.
type Slow struct {
	CallID      int64 // the last of these calls
	CompanyID   int64 // called; 0: a city's number
	CompanyName string
	Phone       string
	Calls       int
	LastAt      time.Time
	Until       time.Time // then the mark is gone by itself, if no such call comes
}

// SlowRule says when a number is marked.
type SlowRule struct {
	Calls  int // so many; 0: never
	Within time.Duration
}

// Slow are the marked numbers of the actor's companies, the last caller first. Nothing is
// kept: the calls say it, so a mark passes with them. Who hides his number is everybody.
func (s *Service) Slow(ctx context.Context, tx *pg.Tx, r SlowRule) ([]Slow, error) {
	if r.Calls <= 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `select max(c.id), coalesce(c.company_id, 0), coalesce(m.name, ''), c.phone, count(*)::int, max(c.started_at),
			(array_agg(c.started_at order by c.started_at desc))[$2::int] + make_interval(secs => $3)
		from calls c left join companies m on m.id = c.company_id left join slow_lifts l on coalesce(l.company_id, 0) = coalesce(c.company_id, 0) and l.phone = c.phone
		where c.disposition in ('fax', 'silence', 'prank') and c.started_at > $1 and c.started_at > coalesce(l.at, '-infinity') and c.direction = 'inbound' and c.phone like '+%'
		group by c.company_id, m.name, c.phone having count(*) >= $2::int order by 6 desc, 1 desc limit 500`, tx.Now.Add(-r.Within), r.Calls, r.Within.Seconds())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Slow])
}

// Lift takes the mark off the number of a call: what it did before counts no more.
// fault.NotFound when the actor may not see the call, fault.Conflict "slow.gone" when its
// number has no mark.
func (s *Service) Lift(ctx context.Context, tx *pg.Tx, r SlowRule, callID int64) error {
	e, err := s.entry(ctx, tx, "c.id = ?", callID)
	if err != nil {
		return err
	}
	marked, err := s.Slow(ctx, tx, r)
	if err != nil {
		return err
	}
	for _, m := range marked {
		if m.CompanyID != e.CompanyID || m.Phone != e.Phone {
			continue
		}
		if _, err := tx.Exec(ctx, `insert into slow_lifts (company_id, phone, at, by_name) values (nullif($1::bigint, 0), $2, $3, $4)
			on conflict (coalesce(company_id, 0), phone) do update set at = excluded.at, by_name = excluded.by_name`, e.CompanyID, e.Phone, tx.Now, tx.Actor.Name); err != nil {
			return err
		}
		if err := live.Tell(ctx, tx, live.Change{Topic: "operator"}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, e.CompanyID, "queue.pardon", fmt.Sprintf("call:%d", e.ID), map[string]any{"phone": e.Phone, "calls": m.Calls})
	}
	return fault.New(fault.Conflict, "slow.gone", "Отметки у этого номера уже нет.")
}
