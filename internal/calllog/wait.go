package calllog

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Late is published when a caller was answered, or gave up, after telephony.AnswerWithin.
type Late struct {
	CallID    int64     `json:"call_id"`
	CompanyID int64     `json:"company_id"`
	At        time.Time `json:"at"` // when the five minutes were over
}

// Caller is one who waits for an operator now.
type Caller struct {
	CallID, CompanyID, LineID int64
	Phone                     string
	StartedAt                 time.Time
}

// Waiting are the callers who wait for an operator, the longest wait first.
func (s *Service) Waiting(ctx context.Context, tx *pg.Tx) ([]Caller, error) {
	rows, err := tx.Query(ctx, `select id, coalesce(company_id, 0), coalesce(line_id, 0), phone, started_at from calls
		where direction = 'inbound' and joined_at is null and ended_at is null and queued_at is not null order by started_at`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Caller])
}

// late tells of a caller whose wait is over after the law's limit.
func (s *Service) late(ctx context.Context, tx *pg.Tx, c call, r telephony.Report) error {
	limit := c.started.Add(telephony.AnswerWithin)
	if c.direction != "inbound" || c.joined || !c.queued || r.At.Before(limit) || notice(r) != 0 {
		return nil
	}
	return s.jobs.Publish(ctx, tx, Late{CallID: c.id, CompanyID: c.company, At: limit})
}

// ByIDs are the calls of these ids that the actor may see, by id.
func (s *Service) ByIDs(ctx context.Context, tx *pg.Tx, ids []int64) (map[int64]Entry, error) {
	es, err := s.PageTx(ctx, tx, Search{IDs: ids, Limit: len(ids) + 1})
	out := make(map[int64]Entry, len(es))
	for _, e := range es {
		out[e.ID] = e
	}
	return out, err
}
