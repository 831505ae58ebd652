// Package calllog is every call: who, when, how long, how it ended, what came of
// it, and its recording.
package calllog

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/alarm"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Ended is published when a call of a company is over.
type Ended struct {
	CallID    int64
	CompanyID int64
}

// Lost is published when an inbound call ended before an operator spoke, or was
// cut by our failure: somebody must call back.
type Lost struct {
	CallID    int64     `json:"call_id"`
	CompanyID int64     `json:"company_id"`
	LineID    int64     `json:"line_id"`
	Phone     string    `json:"phone"`
	At        time.Time `json:"at"` // of the call: the ten minutes count from it
	Cut       bool      `json:"cut"`
	Digit     string    `json:"digit,omitempty"` // pressed while he waited: "1" asked to be called back, "2" left a message, "0" an emergency
}

// Reached is published when an operator speaks with somebody: a call-back that is
// still waiting for that number is not needed any more.
type Reached struct {
	CallID    int64  `json:"call_id"`
	Phone     string `json:"phone"`
	Direction string `json:"direction"`
}

// Told is published when a caller heard a notice to its end and hung up: he has his
// answer, nobody calls back, and the call is joined with the notice all the same.
type Told struct {
	CallID   int64 `json:"call_id"`
	NoticeID int64 `json:"notice_id"`
}

// Service keeps calls.
type Service struct {
	db   *pg.DB
	jobs *jobs.Queue
	Kept Kept // recordings at rest; the assembly sets it
}

// NewService returns the service.
func NewService(db *pg.DB, q *jobs.Queue) *Service { return &Service{db: db, jobs: q} }

var _ telephony.Calls = (*Service)(nil)

type call struct {
	id, company, line int64
	phone, direction  string
	started           time.Time
	joined, ended     bool
	queued            bool
}

// start makes the call's row. Reports may come out of order after an outage: the
// row is then made of whatever comes first.
func start(ctx context.Context, tx *pg.Tx, r telephony.Report) (call, error) {
	if r.Direction == "" {
		r.Direction = "inbound"
	}
	var order struct{ task, ticket int64 }
	if r.OrderKey != "" {
		r.Direction = "outbound"
		if len(r.Data) > 0 {
			var o telephony.Order
			if err := json.Unmarshal(r.Data, &o); err == nil {
				order.task, order.ticket = o.TaskID, o.TicketID
			}
		}
	}
	c := call{company: r.CompanyID, line: r.LineID, phone: r.Phone, direction: r.Direction, started: r.At}
	err := tx.QueryRow(ctx, `insert into calls (key, company_id, city_id, direction, line_id, trunk_id, phone, called, task_id, ticket_id, started_at, node, purpose, service)
		values ($1, nullif($2, 0), nullif($3, 0), $4, nullif($5, 0), nullif($6, 0), $7, $8, nullif($9, 0), nullif($10, 0), $11, $12, $13, $14) returning id`,
		r.CallKey, r.CompanyID, r.CityID, r.Direction, r.LineID, r.TrunkID, r.Phone, r.Called, order.task, order.ticket, r.At, r.Node, purpose(r), r.Service).Scan(&c.id)
	return c, err
}

func purpose(r telephony.Report) string {
	var o telephony.Order
	if len(r.Data) > 0 && json.Unmarshal(r.Data, &o) == nil {
		return string(o.Purpose)
	}
	return ""
}

// simply is what a report changes in its call and nowhere else; "" when it does more, or nothing.
func simply(r telephony.Report) (set string, value any) {
	switch r.Kind { //nolint:exhaustive // the others are in apply
	case telephony.CallAnswered:
		return "answered_at = coalesce(answered_at, $2)", r.At
	case telephony.CallQueued:
		return "queued_at = coalesce(queued_at, $2)", r.At
	case telephony.CallOwn, telephony.CallBridged:
		return "joined_at = coalesce(joined_at, $2)", r.At
	case telephony.CallOverflow:
		return "overflow_at = coalesce(overflow_at, $2)", r.At
	case telephony.CallTrunk:
		return "trunk_id = $2", r.TrunkID
	case telephony.CallEmpty: // at once: the operator has nothing to write; "" the caller is there after all
		return "disposition = case when $2 = '' and disposition in ('fax', 'silence') then null else coalesce(disposition, nullif($2, '')) end", string(r.Empty)
	}
	return "", nil
}

// apply does what is more than simply.
func (s *Service) apply(ctx context.Context, tx *pg.Tx, c call, r telephony.Report) error {
	switch r.Kind {
	case telephony.CallJoined:
		if _, err := tx.Exec(ctx, `update calls set joined_at = coalesce(joined_at, $2), operator_id = $3 where id = $1`, c.id, r.At, r.Operator); err != nil {
			return err
		}
		if err := s.late(ctx, tx, c, r); err != nil {
			return err
		}
		return s.jobs.Publish(ctx, tx, Reached{CallID: c.id, Phone: c.phone, Direction: c.direction})
	case telephony.CallMissed:
		return missed(ctx, tx, c, r)
	case telephony.CallTransfer:
		return transferred(ctx, tx, c, r)
	case telephony.CallWatched:
		return watched(ctx, tx, c, r)
	case telephony.CallRecorded:
		return errors.Join(record(ctx, tx, c, r), stands(ctx, tx, r))
	case telephony.CallEnded:
		return s.end(ctx, tx, c, r)
	case telephony.CallAnswered, telephony.CallQueued, telephony.CallOwn, telephony.CallBridged, telephony.CallOverflow, telephony.CallTrunk, telephony.CallEmpty, // simply
		telephony.CallStarted, telephony.CallRinging, telephony.CallOffered, telephony.CallLeft, telephony.CallAway, telephony.CallReturned, telephony.CallSilent,
		telephony.CallHeld, telephony.CallResumed, telephony.CallDigit, telephony.CallSpoken:
	}
	return nil
}

func record(ctx context.Context, tx *pg.Tx, c call, r telephony.Report) error {
	if r.Recording == nil {
		return nil
	}
	f := r.Recording
	_, err := tx.Exec(ctx, `insert into recordings (call_id, company_id, path, started_at, duration_ms, bytes, state, note, part, talk, with_name) values ($1, nullif($2, 0), $3, $4, $5, $6, $7, $8, greatest($9::int, 1), $10, $11)
		on conflict (path) do update set duration_ms = excluded.duration_ms, bytes = excluded.bytes, state = excluded.state, note = excluded.note
		where recordings.state not in ('done', 'cut') or excluded.state <> 'writing'`, // that a part has begun may be told after its end
		c.id, c.company, f.Path, r.At, f.DurationMS, f.Bytes, f.State, f.Note, f.Part, f.Talk, f.With)
	return err
}

// stands shows everybody that a machine records no calls, until one is recorded there
// again (F21, R12).
func stands(ctx context.Context, tx *pg.Tx, r telephony.Report) error {
	switch subject := "node:" + r.Node; {
	case r.Recording == nil:
		return nil
	case r.Recording.State == "failed":
		return alarm.Raise(ctx, tx, alarm.Alarm{Code: alarm.NotRecorded, Subject: subject, Text: "Разговоры не записываются (" + r.Node + "): " + r.Recording.Note})
	case r.Recording.State == "done", r.Recording.State == "writing" && r.Recording.Note != "":
		return alarm.Clear(ctx, tx, alarm.NotRecorded, subject)
	}
	return nil
}

func (s *Service) end(ctx context.Context, tx *pg.Tx, c call, r telephony.Report) error {
	if c.ended {
		return nil
	}
	_, err := tx.Exec(ctx, `update calls set ended_at = $2, outcome = $3, blame = nullif($4, ''), is_cut = $5,
		disposition = coalesce(disposition, nullif($6, '')), has_message = $7 where id = $1`,
		c.id, r.At, r.Outcome, r.Blame, r.Cut, byItself(c, r), c.direction == "inbound" && r.Digit == telephony.KeyMessage)
	if err != nil {
		return err
	}
	if err := s.late(ctx, tx, c, r); err != nil {
		return err
	}
	if c.company != 0 {
		if err := s.jobs.Publish(ctx, tx, Ended{CallID: c.id, CompanyID: c.company}); err != nil {
			return err
		}
	}
	if told := notice(r); c.direction == "inbound" && !c.joined && told != 0 {
		return s.jobs.Publish(ctx, tx, Told{CallID: c.id, NoticeID: told})
	}
	if c.direction != "inbound" || !r.Cut && r.Outcome != telephony.Abandoned {
		return nil
	}
	return s.jobs.Publish(ctx, tx, Lost{CallID: c.id, CompanyID: c.company, LineID: c.line, Phone: c.phone, At: c.started, Cut: r.Cut, Digit: r.Digit})
}

// byItself is the result that the end of a call gives it when no person has said one; "" none.
func byItself(c call, r telephony.Report) string {
	switch {
	case c.direction != "inbound" || r.Cut:
		return ""
	case r.Outcome == telephony.Abandoned:
		return "lost"
	}
	return string(r.Empty) // its words are results
}

// notice is the one that satisfied the caller; 0: none.
func notice(r telephony.Report) int64 {
	var told telephony.Told
	if r.Outcome != telephony.Answered || len(r.Data) == 0 || json.Unmarshal(r.Data, &told) != nil {
		return 0
	}
	return told.Notice
}

// Orphans ends the calls a dead node left open: «cut by failure».
func (s *Service) Orphans(ctx context.Context, tx *pg.Tx, node string) (int, error) {
	rows, err := tx.Query(ctx, `select key from calls where node = $1 and ended_at is null for update`, node)
	if err != nil {
		return 0, err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, err
	}
	return len(keys), s.Cut(ctx, tx, keys)
}
