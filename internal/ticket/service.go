package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/assignment"
	"d24/internal/audit"
	"d24/internal/building"
	"d24/internal/company"
	"d24/internal/contact"
	"d24/internal/errand"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/staff"
	"d24/internal/tag"
)

// Service is the use cases of tickets. Pairs and Ladder are set before it is used; nil: suppliers
// have no tickets, nobody is called to take one.
type Service struct {
	Pairs     Pairs
	Ladder    Ladder
	db        *pg.DB
	jobs      *jobs.Queue
	companies *company.Service
	buildings *building.Service
	staff     *staff.Service
	reasons   *reason.Service
	contacts  *contact.Service
	rules     *assignment.Service
	calls     Calls
	tags      *tag.Service
	logins    Logins
	errands   *errand.Service
	breadth   breadth // of a search
	words     dictionary
}

// Needs are the directories a ticket is made from.
type Needs struct {
	Companies *company.Service
	Buildings *building.Service
	Staff     *staff.Service
	Reasons   *reason.Service
	Contacts  *contact.Service
	Rules     *assignment.Service // nil: one of these directories
	Calls     Calls               // nil: tickets are not tied to calls
	Tags      *tag.Service        // nil: its own
	Logins    Logins              // nil: nobody is shut out
	Errands   *errand.Service     // nil: there are no changes of many
}

// Logins tells of people's ways in to the program; accounts supply it.
type Logins interface {
	// IsShutOut reports whether a person has logins of his company and all of them are closed.
	IsShutOut(ctx context.Context, tx *pg.Tx, companyID, memberID int64) (bool, error)
}

// NewService returns the service.
func NewService(db *pg.DB, q *jobs.Queue, n Needs) *Service {
	if n.Rules == nil {
		n.Rules = assignment.NewService(db, assignment.Needs{Companies: n.Companies, Buildings: n.Buildings, Staff: n.Staff, Reasons: n.Reasons})
	}
	if n.Tags == nil {
		n.Tags = tag.NewService(db)
	}
	s := &Service{
		db: db, jobs: q, companies: n.Companies, buildings: n.Buildings, staff: n.Staff, reasons: n.Reasons, contacts: n.Contacts, rules: n.Rules, calls: n.Calls, tags: n.Tags, logins: n.Logins, errands: n.Errands, breadth: usual,
	}
	if n.Errands != nil {
		n.Errands.Handle(ChangeErrand, errand.Work{Batch: s.changeBatch})
	}
	return s
}

// Get returns a ticket the actor may see; fault.NotFound otherwise, fault.Conflict "ticket.passed"
// when he was called for it and it has gone on to another (F34). That a person opened
// it is written down: it holds a phone and an address (A3).
func (s *Service) Get(ctx context.Context, id int64) (Ticket, error) {
	t, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		t, err := find(ctx, tx, "t.id = $1", id)
		if err != nil {
			return t, err
		}
		return t, audit.Opened(ctx, tx, t.CompanyID, "ticket.open", fmt.Sprintf("ticket:%d", t.ID))
	})
	return t, s.openedLate(ctx, id, err)
}

// Move changes the state by the rules, as the actor.
// fault.Conflict "ticket.pair_open": it would be over while its supplier's ticket is not,
// and m does not say that the person knows (F49).
func (s *Service) Move(ctx context.Context, id int64, m Move) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		t, err := s.MoveTx(ctx, tx, id, m)
		if err != nil || m.PairSeen || t.Status.Open() {
			return t, err
		}
		open, err := s.pairOpen(ctx, tx, t)
		if open {
			return t, pairIsOpen(t)
		}
		return t, err
	})
}

func pairIsOpen(t Ticket) error {
	return fault.New(fault.Conflict, "ticket.pair_open", "Заявка РСО к № %d ещё не закрыта. Она не закроется сама.", t.Number)
}

func (s *Service) pairOpen(ctx context.Context, tx *pg.Tx, t Ticket) (bool, error) {
	if s.Pairs == nil || t.SupplierID == 0 {
		return false, nil
	}
	return s.Pairs.IsOpen(ctx, tx, t.ID)
}

// MoveTx is Move in the caller's transaction.
func (s *Service) MoveTx(ctx context.Context, tx *pg.Tx, id int64, m Move) (Ticket, error) {
	was, err := lock(ctx, tx, id)
	if err != nil {
		return was, err
	}
	d, err := s.moved(ctx, tx, was, m)
	if err != nil {
		return was, err
	}
	return d.ticket, s.perform(ctx, tx, d)
}

// moved is what a move of a locked ticket writes.
func (s *Service) moved(ctx context.Context, tx *pg.Tx, was Ticket, m Move) (d deed, err error) {
	if m.Version != 0 && was.movedSince(m.Version) {
		return d, changedBy(ctx, tx, was)
	}
	t, err := was.apply(m, tx.Actor, tx.Now)
	if err != nil {
		return d, err
	}
	text := "Состояние: " + Label(t.Status)
	if m.Reason != "" {
		text += " – " + m.Reason
	}
	if !t.Status.Open() {
		if err := s.settle(ctx, tx, &t); err != nil {
			return d, err
		}
		open, err := s.pairOpen(ctx, tx, t)
		if err != nil {
			return d, err
		}
		if open {
			text += "; заявка РСО остаётся открытой"
		}
	}
	d = deed{ticket: t, events: []Event{{Kind: "status", Text: text}}, fact: Moved{TicketID: t.ID, CompanyID: t.CompanyID, Kind: t.Kind, From: was.Status, To: t.Status}}
	if m.Comment != "" {
		d.events = append(d.events, Event{Kind: "comment", Text: m.Comment})
	}
	return d, nil
}

// Comment adds a comment, inside or for the resident.
func (s *Service) Comment(ctx context.Context, id int64, text string, forResident bool) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		t, err := find(ctx, tx, "t.id = $1", id)
		if err != nil {
			return err
		}
		return s.Log(ctx, tx, t, Event{Kind: "comment", Text: text, IsForResident: forResident})
	})
}

// Accept makes a member the one who took the ticket. The first commit wins (R5):
// won is false when somebody else was first, and by says who; by is "" when the
// ticket is not waiting for anybody, as it was cancelled or put off.
func (s *Service) Accept(ctx context.Context, tx *pg.Tx, id, memberID int64, channel string) (won bool, by string, err error) {
	t, err := lock(ctx, tx, id)
	if err != nil {
		return false, "", err
	}
	return s.accept(ctx, tx, t, memberID, channel, tx.Now, nil)
}

// accept is Accept of a locked ticket, at an hour that the phone may have said.
func (s *Service) accept(ctx context.Context, tx *pg.Tx, t Ticket, memberID int64, channel string, at time.Time, data json.RawMessage) (won bool, by string, err error) {
	if t.Status != New {
		by, err := takenBy(ctx, tx, t)
		return false, by, err
	}
	if memberID != 0 && t.ExecutorID != memberID {
		p, err := s.staff.ByID(ctx, tx, memberID)
		if err != nil {
			return false, "", err
		}
		t.ExecutorID, t.ExecutorName = memberID, p.Name
	}
	t.Status, t.AcceptedAt = Accepted, &at
	if t.HandedOverAt == nil {
		t.HandedOverAt = &at
	}
	t.Version++
	if err := save(ctx, tx, t); err != nil {
		return false, "", err
	}
	by = t.taker()
	if t.ExecutorID == 0 {
		by = tx.Actor.Name
	}
	if err := s.Log(ctx, tx, t, Event{Kind: "handover", Text: "Принял " + by + ": " + channel, Data: data}); err != nil {
		return false, "", err
	}
	return true, by, s.jobs.Publish(ctx, tx, Moved{TicketID: t.ID, CompanyID: t.CompanyID, Kind: t.Kind, From: New, To: Accepted})
}

// Reassign changes the executor of a ticket nobody has taken yet.
func (s *Service) Reassign(ctx context.Context, tx *pg.Tx, id, memberID int64, why string) error {
	t, err := lock(ctx, tx, id)
	if err != nil || t.Status != New || t.ExecutorID == memberID {
		return err
	}
	p, err := s.staff.ByID(ctx, tx, memberID)
	if err != nil {
		return err
	}
	t.ExecutorID, t.ExecutorName = memberID, p.Name
	t.Version++
	if err := save(ctx, tx, t); err != nil {
		return err
	}
	return s.Log(ctx, tx, t, Event{Kind: "executor", Text: "Исполнитель: " + p.Name + ", " + why})
}

// AcceptOwn is the executor's or the company's "accept" from a screen. fault.Conflict
// "ticket.taken" says who was first, "ticket.passed" to whom it has gone on meanwhile.
func (s *Service) AcceptOwn(ctx context.Context, id int64) (Ticket, error) {
	t, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		a := tx.Actor
		member := a.MemberID
		if a.Can(access.TicketAssign) {
			member = 0 // on behalf of the executor set
		}
		won, by, err := s.Accept(ctx, tx, id, member, "в журнале")
		if err != nil {
			return Ticket{}, err
		}
		if !won {
			t, err := find(ctx, tx, "t.id = $1", id)
			if err != nil {
				return t, err
			}
			return t, notTaken(t, by)
		}
		return find(ctx, tx, "t.id = $1", id)
	})
	return t, s.tooLate(ctx, id, "в журнале", err)
}

// takenBy is who took a ticket: its executor, or, when it has none, who took it for the company;
// "" when nobody has.
func takenBy(ctx context.Context, tx *pg.Tx, t Ticket) (by string, err error) {
	if t.AcceptedAt == nil || t.ExecutorName != "" {
		return t.taker(), nil
	}
	err = tx.QueryRow(ctx, `select by_name from ticket_events where ticket_id = $1 and kind = any($2) and at >= $3 order by id limit 1`, t.ID, movingKinds, t.AcceptedAt).Scan(&by)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && by == "" {
		return t.taker(), nil
	}
	return by, err
}

// notTaken says why a ticket could not be taken; by is who was first.
func notTaken(t Ticket, by string) error {
	if by == "" {
		return fault.New(fault.Conflict, "ticket.move_impossible", "Заявка № %d сейчас «%s»: принять её нельзя.", t.Number, Label(t.Status))
	}
	return fault.New(fault.Conflict, "ticket.taken", "Заявку уже взял %s.", stopless(by))
}
