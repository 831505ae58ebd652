package ticket

import (
	"context"
	"fmt"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// MayAssign reports whether the actor may choose who does the ticket and who answers for it.
func (t Ticket) MayAssign(a access.Actor) bool {
	return t.Status.Open() && a.Can(access.TicketAssign)
}

// Assign gives one ticket to a person chosen by hand: what is ChangeExecutor, any of the
// company's staff, or ChangeResponsible, one of the preset list. By the rules of a change of
// many (J6), but of a request that is taken the new executor is called whatever its kind: it is
// one. Of one that nobody has taken he is told on his devices, and the calls go on as they go.
// fault.Conflict "ticket.changed" says who has moved the ticket since version (F70); to whom
// it is given already it is given, and nothing is written twice.
func (s *Service) Assign(ctx context.Context, id int64, what string, memberID int64, version int) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		t, err := lock(ctx, tx, id)
		if err != nil {
			return t, err
		}
		if what != ChangeExecutor && what != ChangeResponsible {
			return t, fault.New(fault.Invalid, "ticket.change", "Так менять заявки нельзя.").At("body.what", "выберите, кого сменить")
		}
		p, err := s.candidate(ctx, tx, t.CompanyID, Change{What: what, MemberID: memberID})
		if err != nil {
			return t, err
		}
		var d deed
		if what == ChangeResponsible {
			d, err = t.answeredBy(p)
		} else {
			d, err = s.givenTo(ctx, tx, t, p)
		}
		switch {
		case err != nil:
			return t, err
		case len(d.events) == 0:
			return t, nil
		case t.movedSince(version):
			return t, changedBy(ctx, tx, t)
		}
		if what == ChangeExecutor {
			d.fact = Reassigned{TicketID: t.ID, CompanyID: t.CompanyID, MemberID: p.ID, IsUntaken: t.AcceptedAt == nil}
		}
		if err := s.perform(ctx, tx, d); err != nil {
			return t, err
		}
		err = audit.Change(ctx, tx, t.CompanyID, "ticket.assign", fmt.Sprintf("ticket:%d", t.ID), t.people(), d.ticket.people())
		return d.ticket, err
	})
}

func (t Ticket) people() map[string]string {
	return map[string]string{ChangeExecutor: t.ExecutorName, ChangeResponsible: t.ResponsibleName}
}
