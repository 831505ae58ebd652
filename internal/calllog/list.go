package calllog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Call is one row of the call journal (L1).
type Call struct {
	ID           int64
	Key          string
	CompanyID    int64
	Direction    string
	Purpose      string
	Phone        string
	Called       string
	LineID       int64
	TaskID       int64
	TicketID     int64
	OperatorID   int64
	OperatorName string
	StartedAt    time.Time
	AnsweredAt   *time.Time
	JoinedAt     *time.Time
	EndedAt      *time.Time
	Outcome      string
	IsCut        bool
	Disposition  string
	RecordingID  int64
	DurationMS   int64
	CityID       int64
}

const columns = `c.id, c.key, coalesce(c.company_id, 0), c.direction, c.purpose, c.phone, c.called, coalesce(c.line_id, 0), coalesce(c.task_id, 0), coalesce(c.ticket_id, 0),
	coalesce(c.operator_id, 0), coalesce(u.name, ''), c.started_at, c.answered_at, c.joined_at, c.ended_at, coalesce(c.outcome, ''), c.is_cut, coalesce(c.disposition, ''),
	coalesce(r.id, 0), coalesce(r.duration_ms, 0), coalesce(c.city_id, 0)`

const source = ` from calls c left join users u on u.id = c.operator_id left join lateral (select (array_agg(id order by part, id))[1] as id, sum(duration_ms)::bigint as duration_ms from recordings where call_id = c.id and talk = 0) r on true `

// Filter narrows the journal of calls.
type Filter struct {
	TicketID int64
	Phone    string
	Lost     bool
	BeforeID int64
	Limit    int
}

// List is the journal, newest first.
func (s *Service) List(ctx context.Context, f Filter) ([]Call, error) {
	if f.Limit <= 0 || f.Limit > 100 {
		f.Limit = 100
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Call, error) { return s.ListTx(ctx, tx, f) })
}

// ListTx is List in the caller's transaction.
func (s *Service) ListTx(ctx context.Context, tx *pg.Tx, f Filter) ([]Call, error) {
	var w where.Clause
	w.And("true")
	if f.TicketID != 0 {
		w.And("c.ticket_id = ?", f.TicketID)
	}
	if f.Phone != "" {
		w.And("c.phone = ?", f.Phone)
	}
	if f.Lost {
		w.And("c.disposition = 'lost'")
	}
	if f.BeforeID != 0 {
		w.And("c.id < ?", f.BeforeID)
	}
	w.And("?::int > 0", f.Limit)
	rows, err := tx.Query(ctx, "select "+columns+source+"where "+w.String()+" order by c.started_at desc, c.id desc limit 100", w.Args...)
	if err != nil {
		return nil, err
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Call])
	if len(out) > f.Limit {
		out = out[:f.Limit]
	}
	return out, err
}

// ByKey returns a call the actor may see; fault.NotFound otherwise.
func (s *Service) ByKey(ctx context.Context, tx *pg.Tx, key string) (Call, error) {
	rows, err := tx.Query(ctx, "select "+columns+source+"where c.key = $1", key)
	if err != nil {
		return Call{}, err
	}
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Call])
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fault.Missing("call")
	}
	return c, err
}

// Disposition is how a call ended for people (C4): every call gets one.
type Disposition struct {
	Kind     string // ticket, linked, notice, consultation, wrong_number, task, prank
	TicketID int64
	NoticeID int64
	ReasonID int64
	Note     string
	IsSame   bool   // of linked: one more caller about the same trouble, who gets a number
	Unit     string // of IsSame: the flat he named
}

// Dispose gives a call its result; a second one is a conflict, the same one is not.
func (s *Service) Dispose(ctx context.Context, tx *pg.Tx, key string, d Disposition) (Call, error) {
	c, err := s.ByKey(ctx, tx, key)
	if err != nil {
		return c, err
	}
	if c.Disposition != "" && (c.Disposition != d.Kind || c.TicketID != d.TicketID) {
		return c, fault.New(fault.Conflict, "call.disposed", "Итог этого звонка уже записан.")
	}
	_, err = tx.Exec(ctx, `update calls set disposition = $2, ticket_id = coalesce(nullif($3, 0), ticket_id), disposition_reason_id = nullif($4, 0), disposition_note = $5 where id = $1`,
		c.ID, d.Kind, d.TicketID, d.ReasonID, d.Note)
	c.Disposition, c.TicketID = d.Kind, d.TicketID
	return c, err
}

// Place gives a call its company once the address is known (a city's number).
func (s *Service) Place(ctx context.Context, tx *pg.Tx, key string, companyID int64) error {
	_, err := tx.Exec(ctx, `update calls set company_id = $2 where key = $1`, key, companyID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update call_events set company_id = $2 where call_id = (select id from calls where key = $1)`, key, companyID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update missed_rings set company_id = $2 where call_id = (select id from calls where key = $1)`, key, companyID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update recordings set company_id = $2 where call_id = (select id from calls where key = $1)`, key, companyID)
	return err
}

// Recording is the recording of a call, or a part of it.
type Recording struct {
	ID        int64
	CallID    int64
	CompanyID int64
	Path      string // blob key: relative to the data directory
	TicketID  int64
	StartedAt time.Time
	State     string // writing, done, cut, failed
	KeyID     int64  // that seals its file; 0: it lies in the clear
	Away      bool   // its file is in the object storage
	Length    time.Duration
	Parts     []Recording // of a long call, in their order; nil: it is one file
}

// Play returns a recording the actor may hear and writes down that he did (A3).
// An executor hears those of his own tickets only; fault.NotFound otherwise.
func (s *Service) Play(ctx context.Context, id int64) (Recording, error) {
	return s.heard(ctx, id, "recording.play")
}

// Download is Play of who takes the file with him.
func (s *Service) Download(ctx context.Context, id int64) (Recording, error) {
	return s.heard(ctx, id, "recording.download")
}

func (s *Service) heard(ctx context.Context, id int64, action string) (r Recording, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if r, err = s.recording(ctx, tx, id); err != nil {
			return err
		}
		return audit.Write(ctx, tx, r.CompanyID, action, fmt.Sprintf("recording:%d", r.ID), map[string]int64{"call": r.CallID, "ticket": r.TicketID})
	})
	return r, err
}

// recording is the whole to which a file belongs: it goes by the id of its first part.
func (s *Service) recording(ctx context.Context, tx *pg.Tx, id int64) (r Recording, err error) {
	var w where.Clause
	w.And("(r.call_id, r.talk) = (select call_id, talk from recordings where id = ?)", id)
	within(tx.Actor, &w)
	rows, err := tx.Query(ctx, `select r.id, r.call_id, coalesce(r.company_id, 0), r.path, coalesce(c.ticket_id, 0), r.started_at, r.state, coalesce(r.key_id, 0), r.away_at is not null, r.duration_ms
		from recordings r join calls c on c.id = r.call_id left join tickets t on t.id = c.ticket_id where `+w.String()+` order by r.part, r.id`, w.Args...)
	if err != nil {
		return r, err
	}
	parts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Recording, err error) {
		var ms int64
		err = row.Scan(&r.ID, &r.CallID, &r.CompanyID, &r.Path, &r.TicketID, &r.StartedAt, &r.State, &r.KeyID, &r.Away, &ms)
		r.Length = time.Duration(ms) * time.Millisecond
		return r, err
	})
	if err != nil {
		return r, err
	}
	if len(parts) == 0 {
		return r, fault.Missing("recording")
	}
	r = parts[0]
	if len(parts) > 1 {
		r.Parts = parts
	}
	return r, nil
}
