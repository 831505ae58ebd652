package calllog

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Missed is an inbound call that rang at an operator and was not taken by him.
type Missed struct {
	CallID int64
	At     time.Time // of the last ring at him
	Why    telephony.Miss
	Rings  int // how often it rang at him
}

// missed writes down whose telephone rang in vain.
func missed(ctx context.Context, tx *pg.Tx, c call, r telephony.Report) error {
	if r.Operator == 0 || c.direction != "inbound" {
		return nil
	}
	why := r.Miss
	if why == "" {
		why = telephony.MissNotTaken // an engine of the version before does not say it
	}
	_, err := tx.Exec(ctx, `insert into missed_rings (call_id, seq, company_id, operator_id, at, why) values ($1, $2, nullif($3, 0), $4, $5, $6) on conflict do nothing`,
		c.id, r.Seq, c.company, r.Operator, r.At, why)
	return err
}

// MissedBy are the last calls since a moment that rang at an operator in vain, newest
// first; what he took afterwards is not among them.
func (s *Service) MissedBy(ctx context.Context, tx *pg.Tx, operatorID int64, since time.Time, most int) ([]Missed, error) {
	rows, err := tx.Query(ctx, `select call_id, max(at), (array_agg(why order by at desc))[1], count(*)::int from missed_rings m
		where operator_id = $1 and at >= $2 and not exists (select from calls c where c.id = m.call_id and c.joined_at is not null and c.operator_id = $1)
		group by call_id order by max(at) desc, call_id desc limit $3`, operatorID, since, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Missed])
}

// TalkAfter is a talk of an operator with somebody who was not answered before.
type TalkAfter struct {
	CallID       int64 // the call that was not answered
	Direction    string
	JoinedAt     time.Time
	OperatorName string
}

// TalksAfter finds, for each of these calls, the first talk with its number that came
// later; those of a hidden number, and those with none, are left out.
func (s *Service) TalksAfter(ctx context.Context, tx *pg.Tx, ids []int64) (map[int64]TalkAfter, error) {
	rows, err := tx.Query(ctx, `select m.id, t.direction, t.joined_at, t.name from calls m
		join lateral (select c.direction, c.joined_at, coalesce(u.name, '') as name from calls c left join users u on u.id = c.operator_id
			where c.phone = m.phone and c.started_at > m.started_at and c.joined_at is not null order by c.started_at limit 1) t on true
		where m.id = any($1) and m.phone like '+%'`, ids)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TalkAfter])
	out := make(map[int64]TalkAfter, len(found))
	for _, t := range found {
		out[t.CallID] = t
	}
	return out, err
}
