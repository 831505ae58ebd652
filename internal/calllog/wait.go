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
	if c.direction != "inbound" || c.joined || !c.queued || r.At.Before(limit) || notice(r) != 0 || r.Empty != "" {
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

// Talk is a talk with a person that goes on.
type Talk struct {
	CallID, CompanyID int64
	JoinedAt          time.Time
	Operator          string // "" none of ours: the company's own phone
	OnHold            bool
}

// Talks are those that began at before or earlier and are not over, the longest first.
func (s *Service) Talks(ctx context.Context, tx *pg.Tx, before time.Time) ([]Talk, error) {
	// what the latest of these says: a hold ends with any of the others
	rows, err := tx.Query(ctx, `select c.id, coalesce(c.company_id, 0), c.joined_at, coalesce(u.name, ''),
			coalesce((select kind = 'held' from call_events where call_id = c.id and kind in ('held', 'resumed', 'joined', 'left', 'transfer', 'bridged') order by seq desc limit 1), false)
		from calls c left join users u on u.id = c.operator_id where c.ended_at is null and c.joined_at <= $1 order by c.joined_at, c.id`, before)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Talk])
}
