package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/reason"
)

// Resorted is published when the reason of a ticket has changed, and with it perhaps its kind.
type Resorted struct {
	TicketID  int64 `json:"ticket_id"`
	CompanyID int64 `json:"company_id"`
	From      Kind  `json:"from"`
	To        Kind  `json:"to"`
}

var kindWords = map[Kind]string{Emergency: "аварийная", Planned: "плановая", Paid: "платная"}

// MaySort reports whether the actor may give an open ticket another reason, or say that it
// is about the trouble of another one.
func (t Ticket) MaySort(a access.Actor) bool { return t.Status.Open() && a.Can(access.TicketAssign) }

// Resort gives an open ticket another reason: what looked like a flood is a drip, or the
// other way round. The terms count from its registration by the rules of the new reason;
// nobody had taken it yet: it goes to whom the rules give it now. What runs by the old
// kind is stopped or begun by those who hear Resorted (F39). version is the one the person saw.
func (s *Service) Resort(ctx context.Context, id, reasonID int64, version int) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		was, err := s.lockToSort(ctx, tx, id, version)
		if err != nil {
			return was, err
		}
		if was.ReasonID == reasonID {
			return was, fault.New(fault.Invalid, "ticket.same_reason", "Это и есть её причина.").At("body.reason_id", "выберите другую причину")
		}
		p, err := s.planAt(ctx, tx, NewTicket{CompanyID: was.CompanyID, BuildingID: was.BuildingID, Unit: was.Unit, ReasonID: reasonID, Answers: was.Answers}, was.CreatedAt)
		if err != nil {
			return was, err
		}
		t := was
		t.Kind, t.ReasonID, t.ReasonName, t.WorkTypeID = Kind(p.Reason.Kind), p.Reason.ID, p.Reason.Name, p.Reason.WorkTypeID
		t.AcceptBy, t.LocaliseBy, t.DueAt, t.Limits, t.Prices = p.Terms.Accept, p.Terms.Localise, p.Terms.Finish, p.Terms.Applied, p.Reason.Prices
		text := fmt.Sprintf("Причина: %s вместо «%s»", t.ReasonName, was.ReasonName)
		if t.Kind != was.Kind {
			text += ", теперь " + kindWords[t.Kind]
		}
		if t.Status == New {
			t.ExecutorID, t.ExecutorName, t.ResponsibleID, t.ResponsibleName = 0, "", 0, ""
			if p.Executor != nil {
				t.ExecutorID, t.ExecutorName = p.Executor.MemberID, p.Executor.Name
			}
			if p.Responsible != nil {
				t.ResponsibleID, t.ResponsibleName = p.Responsible.MemberID, p.Responsible.Name
			}
			text += ", исполнитель: " + called(t.ExecutorName)
		}
		t.Version++
		if err := resort(ctx, tx, t, p.Reason.Version); err != nil {
			return was, err
		}
		return t, s.perform(ctx, tx, deed{ticket: t, events: []Event{{Kind: "status", Text: text}}, fact: Resorted{TicketID: t.ID, CompanyID: t.CompanyID, From: was.Kind, To: t.Kind}})
	})
}

func (s *Service) lockToSort(ctx context.Context, tx *pg.Tx, id int64, version int) (Ticket, error) {
	t, err := lock(ctx, tx, id)
	switch {
	case err != nil:
		return t, err
	case t.movedSince(version):
		return t, changedBy(ctx, tx, t)
	case !t.Status.Open():
		return t, fault.New(fault.Conflict, "ticket.move_impossible", "Заявка № %d сейчас «%s»: так изменить её нельзя.", t.Number, Label(t.Status))
	case !t.MaySort(tx.Actor):
		return t, fault.New(fault.Forbidden, "ticket.move_forbidden", "Это вам менять нельзя.")
	}
	return t, nil
}

// resort writes what a reason decides, and what the search knows of it.
func resort(ctx context.Context, tx *pg.Tx, t Ticket, version int) error {
	limits, err := json.Marshal(append([]reason.Applied{}, t.Limits...))
	prices, err2 := json.Marshal(append([]reason.Price{}, t.Prices...))
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update tickets set kind = $2, reason_id = $3, reason_version = $4, reason_name = $5, work_type_id = nullif($6, 0), accept_by = $7, localise_by = $8, due_at = $9, limits = $10, prices = $11 where id = $1`,
		t.ID, t.Kind, t.ReasonID, version, t.ReasonName, t.WorkTypeID, t.AcceptBy, t.LocaliseBy, t.DueAt, limits, prices)
	if err != nil {
		return err
	}
	said, err := comments(ctx, tx, []int64{t.ID})
	if err != nil {
		return err
	}
	return index(ctx, tx, merge, Index(t, said[t.ID]...))
}

// Merge says that a ticket is about the trouble of another one of the same company: its
// caller is joined there and gets a number, and it is over here (F39). The other one's
// number is in its history, its own in the other's.
func (s *Service) Merge(ctx context.Context, id, into int64, version int) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		for _, x := range sorted(id, into) { // always in one order: two merges cannot wait for one another
			if _, err := lock(ctx, tx, x); err != nil {
				return Ticket{}, err
			}
		}
		t, err := s.lockToSort(ctx, tx, id, version)
		if err != nil {
			return t, err
		}
		other, err := find(ctx, tx, "t.id = $1", into)
		if err != nil {
			return t, err
		}
		switch {
		case into == id || other.CompanyID != t.CompanyID:
			return t, fault.New(fault.Invalid, "ticket.merge", "Выберите другую заявку этой же компании.").At("body.into", "эта не подходит")
		case t.Kind == Emergency && other.Kind != Emergency:
			return t, fault.New(fault.Conflict, "ticket.merge_down", "№ %d – не аварийная. Сначала смените её причину.", other.Number)
		}
		number, err := s.JoinTx(ctx, tx, into, NewJoin{Unit: t.Unit, Phone: t.CallerPhone, IdempotencyKey: fmt.Sprintf("merged-%d", t.ID)})
		if err != nil {
			return t, err
		}
		return s.MoveTx(ctx, tx, id, Move{To: Cancelled, Reason: fmt.Sprintf("та же проблема, что в заявке № %d, обращение № %s", other.Number, number)})
	})
}

func sorted(a, b int64) []int64 {
	x := []int64{a, b}
	slices.Sort(x)
	return x
}
