package ticket

import (
	"context"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// TakenTwice is published when an executor who was called takes a ticket that another has
// already, by whichever way his word comes (F35): an operator says who goes.
type TakenTwice struct {
	TicketID  int64  `json:"ticket_id"`
	CompanyID int64  `json:"company_id"`
	MemberID  int64  `json:"member_id"` // who was later
	Channel   string `json:"channel"`   // of a screen; "": its history has it already
}

// tooLate looks at a refused acceptance from a screen: of a person who was called for the
// ticket before it went on to another. To him it is no strange ticket, though it is no longer
// among his own: he is told who has it, and the operator is told of him. The refusal has undone
// its transaction, so this is one of its own.
func (s *Service) tooLate(ctx context.Context, id int64, channel string, refused error) error {
	a := access.From(ctx)
	code := fault.CodeOf(refused)
	if code != "ticket.taken" && code != missing || !s.mayBeLate(a) {
		return refused
	}
	said := refused
	err := pg.Do(access.AsSystem(ctx, "ticket"), s.db, func(tx *pg.Tx) error {
		t, asked, err := s.askedFor(ctx, tx, id, a, lock)
		if err != nil || !asked {
			return err
		}
		if t.Status == New {
			said = wentOn(t)
			return nil
		}
		by, err := takenBy(ctx, tx, t)
		if err != nil {
			return err
		}
		said = notTaken(t, by)
		if t.ExecutorID == 0 || t.ExecutorID == a.MemberID {
			return nil
		}
		return s.jobs.Publish(ctx, tx, TakenTwice{TicketID: t.ID, CompanyID: t.CompanyID, MemberID: a.MemberID, Channel: channel})
	})
	if err != nil && fault.CodeOf(err) != missing {
		return err
	}
	return said
}

// missing is the code of a ticket that is not there for the actor.
const missing = "ticket.not_found"

// gonePast is the code of a ticket that the actor was called for and that has gone on to another,
// who has not taken it yet.
const gonePast = "ticket.passed"

func wentOn(t Ticket) error {
	return fault.New(fault.Conflict, gonePast, "Заявка № %d уже передана: %s. Если едете вы, заберите её обратно.", t.Number, called(t.ExecutorName))
}

// mayBeLate: who may assign takes a ticket for the executor set, not for himself.
func (s *Service) mayBeLate(a access.Actor) bool {
	return a.MemberID != 0 && !a.Can(access.TicketAssign) && s.Ladder != nil
}

// askedFor is a ticket of the person's company and whether he was called for it; the transaction
// is the system's, as it is not among his own any more.
func (s *Service) askedFor(ctx context.Context, tx *pg.Tx, id int64, a access.Actor, read func(context.Context, *pg.Tx, int64) (Ticket, error)) (t Ticket, asked bool, err error) {
	if t, err = read(ctx, tx, id); err != nil || t.CompanyID != a.CompanyID {
		return t, false, err
	}
	asked, err = s.Ladder.Asked(ctx, tx, t.ID, a.MemberID)
	return t, asked, err
}

// openedLate looks at a ticket that its reader does not find: of a person who was called for it
// before it went on he is told so, and to whom, while nobody has it (F34).
func (s *Service) openedLate(ctx context.Context, id int64, refused error) error {
	a := access.From(ctx)
	if fault.CodeOf(refused) != missing || !s.mayBeLate(a) {
		return refused
	}
	said := refused
	err := pg.Do(access.AsSystem(ctx, "ticket"), s.db, func(tx *pg.Tx) error {
		t, asked, err := s.askedFor(ctx, tx, id, a, s.ByID)
		if err == nil && asked && t.Status == New {
			said = wentOn(t)
		}
		return err
	})
	if err != nil && fault.CodeOf(err) != missing {
		return err
	}
	return said
}

// TakeBack is AcceptOwn of a person who knows that the ticket has gone on to another meanwhile
// (F34). While nobody has taken it it is his: of two the first commit wins (R5), and who is called
// for it now is left in peace. Refusals are those of AcceptOwn.
func (s *Service) TakeBack(ctx context.Context, id int64) (Ticket, error) {
	t, err := s.AcceptOwn(ctx, id)
	if fault.CodeOf(err) != gonePast {
		return t, err
	}
	return s.takeBack(ctx, id, "в журнале")
}

func (s *Service) takeBack(ctx context.Context, id int64, channel string) (Ticket, error) {
	a := access.From(ctx)
	won := false
	err := pg.Do(access.AsSystem(ctx, "ticket"), s.db, func(tx *pg.Tx) error {
		t, asked, err := s.askedFor(ctx, tx, id, a, lock)
		if err != nil || !asked {
			return err
		}
		was := called(t.ExecutorName)
		return tx.As(ctx, access.Actor{Kind: access.System, UserID: a.UserID, Name: a.Name, Source: a.Source}, func(tx *pg.Tx) error {
			won, _, err = s.accept(ctx, tx, t, a.MemberID, channel+". Забрал обратно, была передана: "+was, tx.Now, nil)
			return err
		})
	})
	if err != nil {
		return Ticket{}, err
	}
	if !won { // somebody was first
		return Ticket{}, s.tooLate(ctx, id, channel, fault.Missing("ticket"))
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) { return find(ctx, tx, "t.id = $1", id) })
}
