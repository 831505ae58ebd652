package desk

import (
	"context"
	"slices"
	"time"

	"d24/internal/calllog"
	"d24/internal/company"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// Strip is the figures of this moment.
type Strip struct {
	Waiting      int
	Own          int       // of them wait for their company's own operators alone
	Urgent       int       // of them pressed the key for emergencies
	Slow         int       // of them wait longer, as nobody speaks from their numbers (F17)
	Queue        []Waiting // the first of the callers who wait, the longest wait first
	LongestSince *time.Time
	InTime, All  int // callers of the shift
	Lost         []Task
	Waits        map[int64]bool // those of Lost, by task, who are on the line still: their place is kept
	NotTaken     []Untaken
	Seats        []Seat
	Trunks       []telephony.FloorTrunk
	EngineAlive  bool
	Now          time.Time
	Zone         string
	Mine         Mine
}

// Waiting is a caller in the queue; Company is "" on a city's number.
type Waiting struct {
	CompanyID int64
	Company   string
	Since     time.Time
	Own       bool // he waits for the company's own operators alone (C8)
}

// Seat is an operator at his place; Company is whose own he is, "" one of ours.
type Seat struct {
	telephony.FloorSeat
	Company string
}

// queueShown is how many callers of the queue are listed.
const queueShown = 20

// Untaken is an emergency nobody has taken and when its next step comes.
type Untaken struct {
	ticket.Ticket
	NextStepAt *time.Time
}

// Mine is an operator's own work since the shift began.
type Mine struct {
	Since   time.Time
	Work    calllog.Work
	Tickets int
	Recent  []calllog.Entry
	Drafts  []Draft
	Missed  []MissedRing
	Zone    string
}

// Strip counts what the operator's companies' callers, tickets and tasks are up to.
func (f *Floor) Strip(ctx context.Context) (Strip, error) {
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (Strip, error) { return f.strip(ctx, tx) })
}

func (f *Floor) strip(ctx context.Context, tx *pg.Tx) (s Strip, err error) {
	s.Now = tx.Now
	if s.Mine, err = f.mine(ctx, tx, recentCalls); err != nil {
		return s, err
	}
	s.Zone = s.Mine.Zone
	if err := f.engines(ctx, tx, &s); err != nil {
		return s, err
	}
	if s.InTime, s.All, err = f.Calls.AnsweredWithin(ctx, tx, s.Mine.Since, telephony.AnswerWithin); err != nil {
		return s, err
	}
	tasks, err := f.Tasks.Open(ctx, tx)
	if err != nil {
		return s, err
	}
	for _, t := range tasks {
		if t.Lost() {
			s.Lost = append(s.Lost, t)
		}
	}
	slices.SortStableFunc(s.Lost, func(a, b Task) int { return before(a.PromiseAt, b.PromiseAt) })
	if s.Waits, err = f.kept(ctx, tx, s.Lost); err != nil {
		return s, err
	}
	err = f.untaken(ctx, tx, &s)
	return s, err
}

// kept are the tasks whose caller still waits on the line: nobody is lost yet.
func (f *Floor) kept(ctx context.Context, tx *pg.Tx, lost []Task) (map[int64]bool, error) {
	out := map[int64]bool{}
	if len(lost) == 0 {
		return out, nil
	}
	ids := make([]int64, 0, len(lost))
	for _, t := range lost {
		ids = append(ids, t.CallID)
	}
	calls, err := f.Calls.ByIDs(ctx, tx, ids)
	for _, t := range lost {
		if c, found := calls[t.CallID]; found && c.EndedAt == nil && c.JoinedAt == nil {
			out[t.ID] = true
		}
	}
	return out, err
}

func (f *Floor) engines(ctx context.Context, tx *pg.Tx, s *Strip) error {
	floors, err := f.Phones.Floors(ctx, tx)
	if err != nil {
		return err
	}
	s.EngineAlive = len(floors) > 0
	for _, fl := range floors {
		for _, w := range fl.Waiting {
			if w.Kind != "inbound" || (w.CompanyID != 0 || tx.Actor.OwnsDesk()) && !slices.Contains(tx.Actor.Companies, w.CompanyID) {
				continue
			}
			if w.Urgent {
				s.Urgent++
			}
			if w.Own {
				s.Own++
			}
			if w.Slow {
				s.Slow++
			}
			name, err := f.called(ctx, tx, w.CompanyID)
			if err != nil {
				return err
			}
			s.Queue = append(s.Queue, Waiting{w.CompanyID, name, w.Since, w.Own})
		}
		for _, o := range fl.Operators {
			if o.Own == 0 && tx.Actor.OwnsDesk() || o.Own != 0 && !tx.Actor.Serves(o.Own) {
				continue
			}
			name, err := f.called(ctx, tx, o.Own)
			if err != nil {
				return err
			}
			s.Seats = append(s.Seats, Seat{o, name})
		}
		if !tx.Actor.OwnsDesk() { // providers are the dispatch centre's
			s.Trunks = append(s.Trunks, fl.Trunks...)
		}
	}
	slices.SortStableFunc(s.Queue, func(a, b Waiting) int { return a.Since.Compare(b.Since) })
	if s.Waiting = len(s.Queue); s.Waiting > 0 {
		s.LongestSince = &s.Queue[0].Since
		s.Queue = s.Queue[:min(s.Waiting, queueShown)]
	}
	s.Seats = slices.DeleteFunc(s.Seats, func(o Seat) bool { return o.State == "off" })
	return nil
}

// called is the name of the company that is called; "" on a city's number.
func (f *Floor) called(ctx context.Context, tx *pg.Tx, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	c, err := f.Companies.ByID(ctx, tx, id)
	return c.Name, err
}

func (f *Floor) untaken(ctx context.Context, tx *pg.Tx, s *Strip) error {
	ts, err := f.Tickets.NotTaken(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range ts {
		next, err := f.NextStep(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		s.NotTaken = append(s.NotTaken, Untaken{t, next})
	}
	slices.SortStableFunc(s.NotTaken, func(a, b Untaken) int { return before(a.NextStepAt, b.NextStepAt) })
	return nil
}

// before orders moments, those not known last.
func before(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}

// Mine is the operator's own calls, figures and drafts.
func (f *Floor) Mine(ctx context.Context) (Mine, error) {
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (Mine, error) {
		m, err := f.mine(ctx, tx, 3*recentCalls)
		if err != nil {
			return m, err
		}
		if m.Drafts, err = f.drafts(ctx, tx); err != nil {
			return m, err
		}
		m.Missed, err = f.missed(ctx, tx, m.Since)
		return m, err
	})
}

func (f *Floor) mine(ctx context.Context, tx *pg.Tx, recent int) (m Mine, err error) {
	m.Zone = "Europe/Moscow"
	if len(tx.Actor.Companies) > 0 {
		c, err := f.Companies.ByID(ctx, tx, tx.Actor.Companies[0])
		if err != nil {
			return m, err
		}
		m.Zone = c.Zone
	}
	m.Since = ShiftStart(tx.Now, company.Location(m.Zone))
	if m.Work, err = f.Calls.WorkOf(ctx, tx, tx.Actor.UserID, m.Since); err != nil {
		return m, err
	}
	if m.Tickets, err = f.Tickets.Registered(ctx, tx, tx.Actor.UserID, m.Since); err != nil {
		return m, err
	}
	m.Recent, err = f.Calls.PageTx(ctx, tx, calllog.Search{OperatorID: tx.Actor.UserID, Limit: recent})
	return m, err
}

// Shifts begin at eight in the morning and in the evening.
const dayShift, nightShift = 8, 20

// ShiftStart is when the shift that is on now began, in the zone's hours.
func ShiftStart(now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	at := func(day, hour int) time.Time {
		return time.Date(local.Year(), local.Month(), day, hour, 0, 0, 0, zone).UTC()
	}
	switch {
	case local.Hour() >= nightShift:
		return at(local.Day(), nightShift)
	case local.Hour() >= dayShift:
		return at(local.Day(), dayShift)
	}
	return at(local.Day()-1, nightShift)
}
