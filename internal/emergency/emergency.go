// Package emergency is the emergency list («аварийный список»): whom an operator calls by an
// ordinary mobile telephone while no trunk or no phone engine works (F8). It reads the
// directories and the requests and asks no engine.
package emergency

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/assignment"
	"d24/internal/audit"
	"d24/internal/calendar"
	"d24/internal/company"
	"d24/internal/desk"
	"d24/internal/escalation"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/staff"
	"d24/internal/supplier"
	"d24/internal/ticket"
)

// Service makes the list.
type Service struct {
	DB          *pg.DB
	Accounts    *account.Service
	Companies   *company.Service
	Staff       *staff.Service
	Suppliers   *supplier.Service
	Rules       *assignment.Service
	Tickets     *ticket.Service
	Tasks       *desk.Tasks
	Escalations *escalation.Runner
}

// List is the whole of it at one moment.
type List struct {
	At        time.Time
	Companies []Company
	Callers   []Caller // to be called back, the most urgent first; of an operator only
	Operators []account.Reachable
}

// Company is one company's part.
type Company struct {
	ID         int64
	Name, Zone string
	Duty       []Duty
	Requests   []Request // emergencies nobody has taken, the oldest first
	IsCut      bool      // there are more of them than are listed
	Others     int       // other requests nobody has taken: they can wait
	Suppliers  []Supplier
}

// Number is one to be dialled.
type Number struct {
	Phone string // E.164, or short: 104
	Note  string
	IsNow bool // this is an hour of it
}

// Person is somebody to be called.
type Person struct {
	MemberID int64
	Name     string
	Position string
	OnDuty   bool
	Numbers  []Number // those of this hour first
}

// Step is a level of a chain.
type Step struct {
	Person
	Level   int
	IsTried bool // of a request: he was called and has not taken it
	IsNow   bool // of a request: it is his turn
}

// Duty is whom to call about these emergencies in these houses, in order.
type Duty struct {
	Reasons     []assignment.ReasonSet
	Houses      assignment.HouseSet
	Steps       []Step
	Responsible *Person // nil: nobody is set
}

// Request is an emergency to be handed over, with the chain that was frozen for it (F38).
type Request struct {
	ticket.Ticket
	Phone       string // of who called, as the actor may see it
	Steps       []Step
	Responsible *Person
}

// Supplier is a neighbouring organisation with its numbers.
type Supplier struct {
	ID         int64
	Name, Kind string
	Numbers    []supplier.Phone
	Hours      string
}

// Caller is somebody nobody has spoken to.
type Caller struct {
	TaskID    int64
	CompanyID int64 // 0: not known yet
	Phone     string
	Since     time.Time
	PromiseAt *time.Time
}

// List is what the actor's companies need now; companyID 0: all of them. That it was opened is
// written down in each company's journal: it is numbers of people (A3). fault.NotFound for a
// company the actor has nothing to do with.
func (s *Service) List(ctx context.Context, companyID int64) (out List, err error) {
	who := access.From(ctx)
	ids, his := who.Asked(companyID)
	if !his {
		return out, fault.Missing("company")
	}
	for _, id := range ids {
		c, err := s.company(ctx, id)
		if err != nil {
			return out, err
		}
		out.Companies = append(out.Companies, c)
	}
	slices.SortStableFunc(out.Companies, func(a, b Company) int {
		return cmp.Or(cmp.Compare(min(len(b.Requests), 1), min(len(a.Requests), 1)), cmp.Compare(a.Name, b.Name))
	})
	if out.Operators, err = s.Accounts.Reachable(ctx, ids); err != nil {
		return out, err
	}
	err = pg.Do(ctx, s.DB, func(tx *pg.Tx) error {
		out.At = tx.Now
		if !tx.Actor.Can(access.DeskWork) {
			return nil
		}
		tasks, err := s.Tasks.Open(ctx, tx)
		for _, t := range tasks {
			if t.Lost() && (companyID == 0 || t.CompanyID == companyID) {
				out.Callers = append(out.Callers, Caller{TaskID: t.ID, CompanyID: t.CompanyID, Phone: seen(tx.Actor, t.Phones[0]), Since: t.CreatedAt, PromiseAt: t.PromiseAt})
			}
		}
		return err
	})
	return out, err
}

// seen is a resident's number as the actor may see it.
func seen(a access.Actor, number string) string {
	if a.Can(access.ContactRead) {
		return number
	}
	return phone.Mask(number)
}

func (s *Service) company(ctx context.Context, id int64) (out Company, err error) {
	duty, err := s.Rules.OnCall(ctx, id)
	if err != nil {
		return out, err
	}
	err = pg.Do(ctx, s.DB, func(tx *pg.Tx) error {
		c, err := s.Companies.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		out.ID, out.Name, out.Zone = c.ID, c.Name, c.Zone
		day := calendar.DateOf(tx.Now.UTC())
		b, err := s.Staff.KeptBoard(ctx, tx, id, day, day+2)
		if err != nil {
			return err
		}
		p := people{b, tx.Now}
		for _, d := range duty {
			out.Duty = append(out.Duty, p.duty(d))
		}
		if err := s.requests(ctx, tx, p, &out); err != nil {
			return err
		}
		all, err := s.Suppliers.In(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, o := range all {
			x := Supplier{ID: o.ID, Name: o.Named(), Kind: o.OfKind(), Numbers: o.AllPhones(), Hours: o.Hours}
			if x.Hours == "" && o.Shared != nil {
				x.Hours = o.Shared.Hours
			}
			out.Suppliers = append(out.Suppliers, x)
		}
		return audit.Opened(ctx, tx, id, "emergency.open", fmt.Sprintf("company:%d", id))
	})
	return out, err
}

func (s *Service) requests(ctx context.Context, tx *pg.Tx, p people, out *Company) error {
	ts, more, others, err := s.Tickets.Unhanded(ctx, tx, out.ID)
	if err != nil {
		return err
	}
	out.IsCut, out.Others = more, others
	for _, t := range ts {
		r := Request{Ticket: t}
		if t.CallerPhone != "" {
			r.Phone = seen(tx.Actor, t.CallerPhone)
		}
		v, err := s.Escalations.Of(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		if v != nil {
			p.frozen(*v, &r)
		}
		out.Requests = append(out.Requests, r)
	}
	return nil
}

// people are a company's at a moment.
type people struct {
	board *staff.Board
	at    time.Time
}

// person is one of them with all his numbers: when he has none of this hour, who calls by hand
// may still try the others.
func (p people) person(id int64, name string) Person {
	m, known := p.board.Member(id, p.at)
	if !known {
		return Person{MemberID: id, Name: name}
	}
	out := Person{MemberID: m.MemberID, Name: m.Name, Position: m.Position, OnDuty: m.OnDuty}
	for _, x := range m.AllPhones {
		out.Numbers = append(out.Numbers, Number{Phone: x.Phone, Note: x.Note, IsNow: slices.Contains(m.Phones, x.Phone)})
	}
	slices.SortStableFunc(out.Numbers, func(a, b Number) int {
		switch {
		case a.IsNow == b.IsNow:
			return 0
		case a.IsNow:
			return -1
		}
		return 1
	})
	return out
}

func (p people) duty(d assignment.OnCall) Duty {
	out := Duty{Reasons: d.Reasons, Houses: d.Houses}
	for _, s := range d.Steps {
		out.Steps = append(out.Steps, Step{Person: p.person(s.MemberID, s.Name), Level: s.Level})
	}
	if d.Responsible != nil {
		r := p.person(d.Responsible.MemberID, d.Responsible.Name)
		out.Responsible = &r
	}
	return out
}

// frozen is a request's own chain: its order stays as it was when it came, the numbers are of now.
func (p people) frozen(v escalation.View, r *Request) {
	for i, l := range v.Plan.Levels {
		turn := v.State.Stage == escalation.Calling && v.State.Level == i
		r.Steps = append(r.Steps, Step{
			Person: p.person(l.MemberID, l.Name), Level: i + 1, IsNow: turn,
			IsTried: !turn && (slices.Contains(v.State.Tried, i) || v.State.Round > v.State.Before),
		})
	}
	if lead := v.Plan.Responsible; lead != nil {
		x := p.person(lead.MemberID, lead.Name)
		r.Responsible = &x
	}
}
