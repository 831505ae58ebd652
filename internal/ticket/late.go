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
	if code != "ticket.taken" && code != "ticket.not_found" || a.MemberID == 0 || a.Can(access.TicketAssign) || s.Ladder == nil {
		return refused // who may assign takes it for the executor set, not for himself
	}
	said := refused
	err := pg.Do(access.AsSystem(ctx, "ticket"), s.db, func(tx *pg.Tx) error {
		t, err := lock(ctx, tx, id)
		if err != nil || t.CompanyID != a.CompanyID {
			return err
		}
		asked, err := s.Ladder.Asked(ctx, tx, t.ID, a.MemberID)
		if err != nil || !asked {
			return err
		}
		if t.Status == New {
			said = fault.New(fault.Conflict, "ticket.passed", "Заявка № %d уже передана: %s. Чтобы забрать её обратно, позвоните диспетчеру.", t.Number, called(t.ExecutorName))
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
	if err != nil && fault.CodeOf(err) != "ticket.not_found" {
		return err
	}
	return said
}
