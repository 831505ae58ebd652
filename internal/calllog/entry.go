package calllog

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/page"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Entry is a call as the journal shows it, with what stands around it. Zone is
// the company's, of a city's number the city's.
type Entry struct {
	ID                  int64
	Key                 string
	CompanyID           int64
	CompanyName         string
	CityID              int64
	Direction           string
	Purpose             string
	Phone               string
	Called              string
	LineID              int64
	LineKind            string
	TaskID              int64
	TicketID            int64
	TicketNumber        int64
	OperatorID          int64
	OperatorName        string
	StartedAt           time.Time
	QueuedAt            *time.Time
	AnsweredAt          *time.Time
	JoinedAt            *time.Time
	EndedAt             *time.Time
	OverflowAt          *time.Time // the company did not answer in its hours: from then on it was ours (F23)
	Outcome             string
	IsCut               bool
	Disposition         string
	DispositionReasonID int64
	DispositionNote     string
	RecordingID         int64
	RecordingGoneAt     *time.Time // its term was over
	HasMessage          bool       // the caller spoke one while nobody was free
	Zone                string
	BuildingID          int64
	Address             string
	Unit                string
	NoticeID            int64
	SubjectName         string // of a consultation: the reason it was about
	Mark                *Mark  `db:"-"`
}

// Wait is how long an inbound caller waited for an operator, or until he gave up; 0
// where nobody queued, and while he waits.
func (e Entry) Wait() time.Duration {
	till := e.JoinedAt
	if till == nil {
		till = e.EndedAt
	}
	if e.Direction != "inbound" || e.QueuedAt == nil || till == nil {
		return 0
	}
	return till.Sub(e.StartedAt)
}

// Talk is how long an operator spoke; of a call without one, how long it was
// answered. 0 while it goes on.
func (e Entry) Talk() time.Duration {
	from := e.JoinedAt
	if from == nil {
		from = e.AnsweredAt
	}
	if from == nil || e.EndedAt == nil {
		return 0
	}
	return e.EndedAt.Sub(*from)
}

const entryColumns = `c.id, c.key, coalesce(c.company_id, 0) as company_id, coalesce(m.name, '') as company_name, coalesce(c.city_id, 0) as city_id, c.direction, c.purpose, c.phone, c.called,
	coalesce(c.line_id, 0) as line_id, coalesce(l.kind, '') as line_kind, coalesce(c.task_id, 0) as task_id, coalesce(c.ticket_id, 0) as ticket_id, coalesce(t.number, 0) as ticket_number,
	coalesce(c.operator_id, 0) as operator_id, coalesce(u.name, '') as operator_name, c.started_at, c.queued_at, c.answered_at, c.joined_at, c.ended_at, c.overflow_at, coalesce(c.outcome, '') as outcome,
	c.is_cut, coalesce(c.disposition, '') as disposition, coalesce(c.disposition_reason_id, 0) as disposition_reason_id, c.disposition_note, coalesce(r.id, 0) as recording_id, c.recording_gone_at, c.has_message,
	coalesce(m.zone, y.zone, 'UTC') as zone, coalesce(t.building_id, c.building_id, 0) as building_id, coalesce(t.address, c.address) as address, coalesce(t.unit, c.unit) as unit,
	coalesce(c.notice_id, 0) as notice_id, coalesce(s.name, '') as subject_name`

const entrySource = ` from calls c left join users u on u.id = c.operator_id left join companies m on m.id = c.company_id left join cities y on y.id = c.city_id
	left join lines l on l.id = c.line_id left join tickets t on t.id = c.ticket_id left join reasons s on s.id = c.disposition_reason_id left join call_marks k on k.call_id = c.id
	left join lateral (select id from recordings where call_id = c.id and talk = 0 order by part, id limit 1) r on true `

// countSource joins what a condition may speak of, and nothing else.
const countSource = ` from calls c left join tickets t on t.id = c.ticket_id left join call_marks k on k.call_id = c.id `

// Search narrows the journal of calls; zero fields do not restrict.
type Search struct {
	IDs        []int64
	CompanyID  int64
	TicketID   int64
	TaskID     int64
	OperatorID int64
	Phone      string
	Direction  string
	Lost       bool // nobody answered, or cut by our failure
	BuildingID int64
	Number     int64    // of the request
	Result     string   // answered, lost, cut, missed, going, waiting, called_back, overflow
	About      []string // dispositions; "none" for a call that has no result yet
	Recorded   bool
	Mark       string // any, good, bad, open (a case), answered
	From, To   time.Time
	After      page.Cursor
	Limit      int
}

func (f Search) where(a access.Actor) (w where.Clause) {
	only := func(present bool, cond string, args ...any) {
		if present {
			w.And(cond, args...)
		}
	}
	w.And("true")
	within(a, &w)
	only(f.IDs != nil, "c.id = any(?)", f.IDs)
	only(f.CompanyID != 0, "c.company_id = ?", f.CompanyID)
	only(f.TicketID != 0, "c.ticket_id = ?", f.TicketID)
	only(f.TaskID != 0, "c.task_id = ?", f.TaskID)
	only(f.OperatorID != 0, "c.operator_id = ?", f.OperatorID)
	only(f.Phone != "", "c.phone = ?", phone.Caller(f.Phone))
	only(f.Direction != "", "c.direction = ?", f.Direction)
	only(f.Lost, "(c.disposition = 'lost' or c.is_cut)")
	only(f.BuildingID != 0, "coalesce(t.building_id, c.building_id) = ?", f.BuildingID)
	only(f.Number != 0, "t.number = ?", f.Number)
	only(len(f.About) > 0, "coalesce(c.disposition, 'none') = any(?)", f.About)
	only(f.Recorded, "exists (select from recordings where call_id = c.id)")
	only(results[f.Result] != "", results[f.Result])
	only(marked[f.Mark] != "", marked[f.Mark])
	only(f.Mark != "" && ofHimself(a), "k.operator_id = ?", a.UserID)
	only(!f.From.IsZero(), "c.started_at >= ?", f.From)
	only(!f.To.IsZero(), "c.started_at < ?", f.To)
	only(f.After.ID != 0, "(c.started_at, c.id) < (?, ?)", f.After.At, f.After.ID)
	return w
}

// results are what a call came to, as the journal's filter names them.
var results = map[string]string{
	"answered": "c.joined_at is not null",
	"lost":     "(c.disposition = 'lost' or c.is_cut)",
	"cut":      "c.is_cut",
	"missed":   "c.direction = 'outbound' and c.ended_at is not null and c.outcome <> 'answered'",
	"going":    "c.ended_at is null",
	"waiting":  "c.direction = 'inbound' and c.queued_at is not null and c.joined_at is null and c.ended_at is null",
	"overflow": "c.overflow_at is not null",
	// nobody answered him, and he was spoken to afterwards: we rang him, or he rang again
	"called_back": "c.direction = 'inbound' and c.disposition = 'lost' and exists (select from calls b where b.phone = c.phone and b.company_id is not distinct from c.company_id and b.started_at > c.started_at and coalesce(b.joined_at, case when b.direction = 'outbound' then b.answered_at end) is not null)",
}

// marked are the calls by the company's marks (L2).
var marked = map[string]string{
	"any": "k.id is not null", "good": "k.mark > 2", "bad": "k.mark <= 2", "open": "k.status = 'open'", "answered": "k.status = 'answered'",
}

// within keeps a user with a narrow view to the calls of the tickets he sees.
func within(a access.Actor, w *where.Clause) {
	switch {
	case a.Kind == access.System:
	case a.Kind == access.Operator:
		w.And("coalesce(c.company_id, 0) = any(?)", append([]int64{0}, a.Companies...))
	case a.Scope().Allows(access.Facts{CompanyID: a.CompanyID}):
		w.And("c.company_id = ?", a.CompanyID)
	default:
		cond, args := a.Scope().Where("t")
		w.And(cond, args...)
	}
}

// Page is one page of the journal, newest first, and the cursor of the next ("" at the end).
func (s *Service) Page(ctx context.Context, f Search) (rows []Entry, next string, err error) {
	size := page.Size(f.Limit)
	f.Limit = size + 1
	rows, err = pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Entry, error) {
		rows, err := s.PageTx(ctx, tx, f)
		if err != nil {
			return nil, err
		}
		return rows, marks(ctx, tx, rows)
	})
	rows, next = page.Cut(rows, size, func(e Entry) page.Cursor { return page.Cursor{At: e.StartedAt, ID: e.ID} })
	return rows, next, err
}

// PageTx returns the first Limit calls of a search in the caller's transaction.
func (s *Service) PageTx(ctx context.Context, tx *pg.Tx, f Search) ([]Entry, error) {
	w := f.where(tx.Actor)
	rows, err := tx.Query(ctx, "select "+entryColumns+entrySource+"where "+w.String()+" order by c.started_at desc, c.id desc limit "+strconv.Itoa(f.Limit), w.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Entry])
}

// Count counts the calls of a search, at most to page.CountMax.
func (s *Service) Count(ctx context.Context, f Search) (n int, err error) {
	f.After = page.Cursor{}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (n int, err error) {
		w := f.where(tx.Actor)
		err = tx.QueryRow(ctx, "select count(*) from (select 1"+countSource+"where "+w.String()+" limit "+strconv.Itoa(page.CountMax)+") x", w.Args...).Scan(&n)
		return n, err
	})
}

// Spoke is an operator who spoke in calls of the actor's.
type Spoke struct {
	ID   int64
	Name string
}

// sampled is how many of the last calls are looked through for who spoke in them.
const sampled = 5000

// Operators are those who spoke in the last calls of a search, by name.
func (s *Service) Operators(ctx context.Context, f Search) ([]Spoke, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Spoke, error) {
		w := f.where(tx.Actor)
		rows, err := tx.Query(ctx, "select u.id, u.name from (select distinct operator_id from (select c.operator_id"+countSource+"where "+w.String()+
			" order by c.started_at desc, c.id desc limit "+strconv.Itoa(sampled)+") l) o join users u on u.id = o.operator_id order by u.name, u.id", w.Args...)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[Spoke])
	})
}

func (s *Service) entry(ctx context.Context, tx *pg.Tx, cond string, arg any) (Entry, error) {
	var w where.Clause
	w.And(cond, arg)
	within(tx.Actor, &w)
	rows, err := tx.Query(ctx, "select "+entryColumns+entrySource+"where "+w.String(), w.Args...)
	if err != nil {
		return Entry{}, err
	}
	e, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Entry])
	if errors.Is(err, pgx.ErrNoRows) {
		return e, fault.Missing("call")
	}
	return e, err
}

// EntryByKey is a call the actor may see; fault.NotFound otherwise.
func (s *Service) EntryByKey(ctx context.Context, tx *pg.Tx, key string) (Entry, error) {
	return s.entry(ctx, tx, "c.key = ?", key)
}

// Fact is one thing that happened in a call.
type Fact struct {
	Seq  int
	At   time.Time
	Kind string
	Data json.RawMessage // telephony.Report
}

// File is a recording of a call.
type File struct {
	ID         int64
	StartedAt  time.Time
	DurationMS int64
	Bytes      int64
	State      string
	Note       string
	Talk       int    // 0: of the call's line; from 1: of a consultation while the caller heard music
	With       string // whom the operator consulted
}

// ByID is a call the actor may see, inside a transaction.
func (s *Service) ByID(ctx context.Context, tx *pg.Tx, id int64) (Entry, error) {
	return s.entry(ctx, tx, "c.id = ?", id)
}

// Get is a call with its events and recordings; fault.NotFound when the actor may not see it.
func (s *Service) Get(ctx context.Context, id int64) (e Entry, facts []Fact, files []File, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if e, err = s.entry(ctx, tx, "c.id = ?", id); err != nil {
			return err
		}
		one := []Entry{e}
		if err := marks(ctx, tx, one); err != nil {
			return err
		}
		e = one[0]
		rows, err := tx.Query(ctx, `select seq, at, kind, data from call_events where call_id = $1 order by at, seq limit 1000`, id)
		if err != nil {
			return err
		}
		if facts, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Fact]); err != nil {
			return err
		}
		if rows, err = tx.Query(ctx, `select id, started_at, duration_ms, bytes, state, note, talk, with_name from recordings where call_id = $1 order by talk, part, id`, id); err != nil {
			return err
		}
		files, err = pgx.CollectRows(rows, pgx.RowToStructByPos[File])
		files = asOne(files)
		return err
	})
	return e, facts, files, err
}

// OfTicket lists the calls of a ticket, oldest first.
func (s *Service) OfTicket(ctx context.Context, ticketID int64) (rows []Entry, err error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Entry, error) {
		rows, err := s.PageTx(ctx, tx, Search{TicketID: ticketID, Limit: 500})
		for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
			rows[i], rows[j] = rows[j], rows[i]
		}
		return rows, err
	})
}

// Find returns a recording the actor may hear, without the audit of Play: for its
// picture only. fault.NotFound otherwise.
func (s *Service) Find(ctx context.Context, id int64) (r Recording, err error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Recording, error) { return s.recording(ctx, tx, id) })
}
