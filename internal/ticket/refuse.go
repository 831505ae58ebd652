package ticket

import (
	"context"
	"fmt"
	"strings"

	"d24/internal/access"
	"d24/internal/assignment"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/staff"
)

// Refused is published when an executor says that he cannot take a new ticket.
type Refused struct {
	TicketID  int64  `json:"ticket_id"`
	CompanyID int64  `json:"company_id"`
	MemberID  int64  `json:"member_id"`
	Kind      Kind   `json:"kind"`
	Reason    string `json:"reason"`
}

// MayRefuse reports whether the actor is the executor of a ticket nobody has taken yet.
func (t Ticket) MayRefuse(a access.Actor) bool {
	return t.Status == New && a.Can(access.TicketMove) && a.MemberID != 0 && a.MemberID == t.ExecutorID
}

// Refuse is the executor's own "I cannot take it". An emergency goes to its next
// level by the ladder (E1); another ticket goes to the next executor on duty, and
// to nobody but the responsible person when there is none. version is the one the
// person saw; fault.Conflict when the ticket is another now.
func (s *Service) Refuse(ctx context.Context, id int64, reason string, version int) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		t, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		reason = strings.TrimSpace(reason)
		switch {
		case t.Status != New:
			return fault.New(fault.Conflict, "ticket.move_impossible", "Заявка № %d сейчас «%s»: отказаться от неё уже нельзя.", t.Number, Label(t.Status))
		case !t.MayRefuse(tx.Actor):
			return fault.New(fault.Forbidden, "ticket.refuse_forbidden", "Отказаться может только исполнитель заявки.")
		case version != t.Version: // any change: a refusal sent twice is one
			return changedBy(ctx, tx, t)
		case reason == "":
			return fault.New(fault.Invalid, "ticket.reason_required", "Укажите причину отказа.").At("body.reason", "нужна причина")
		}
		if err := s.Log(ctx, tx, t, Event{Kind: "executor", Text: "Не может принять: " + reason}); err != nil {
			return err
		}
		e := Refused{TicketID: t.ID, CompanyID: t.CompanyID, MemberID: t.ExecutorID, Kind: t.Kind, Reason: reason}
		if t.Kind != Emergency {
			if err := s.passOn(ctx, tx, &t); err != nil {
				return err
			}
		}
		t.Version++
		if err := save(ctx, tx, t); err != nil {
			return err
		}
		return s.jobs.Publish(ctx, tx, e)
	})
}

// passOn gives the ticket to the next executor on duty, or takes it from everybody.
func (s *Service) passOn(ctx context.Context, tx *pg.Tx, t *Ticket) error {
	a, err := s.rules.Decide(ctx, tx, t.Question())
	if err != nil {
		return err
	}
	text := "Больше никого на дежурстве: исполнителя назначит ответственный"
	next := follower(a.People(), t.ExecutorID)
	t.ExecutorID, t.ExecutorName = 0, ""
	if next != nil {
		t.ExecutorID, t.ExecutorName = next.MemberID, next.Name
		text = fmt.Sprintf("Исполнитель: %s, %d-й уровень", next.Name, next.Level)
	}
	return s.Log(ctx, tx, *t, Event{Kind: "executor", Text: text})
}

// Question asks whose work the ticket is.
func (t Ticket) Question() assignment.Question {
	return assignment.Question{CompanyID: t.CompanyID, BuildingID: t.BuildingID, ReasonID: t.ReasonID, WorkTypeID: t.WorkTypeID, Zone: t.Zone}
}

// follower is the first on duty after a member in the order of levels; nil: nobody is.
func follower(people []staff.Person, member int64) *staff.Person {
	past := false
	for i, p := range people {
		if past && p.OnDuty && p.MemberID != member {
			return &people[i]
		}
		past = past || p.MemberID == member
	}
	return nil
}
