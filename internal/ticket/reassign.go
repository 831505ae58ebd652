package ticket

import (
	"context"
	"fmt"
	"slices"

	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/staff"
	"d24/internal/where"
)

// Orphaned is published when the executor who had accepted a ticket leaves (F37): somebody
// has to set another.
type Orphaned struct {
	TicketID int64 `json:"ticket_id"`
	MemberID int64 `json:"member_id"` // who left
}

// Reassigned is published when a ticket gets another executor, or its own is back.
type Reassigned struct {
	TicketID  int64 `json:"ticket_id"`
	CompanyID int64 `json:"company_id"`
	MemberID  int64 `json:"member_id"` // who has it now
	IsSame    bool  `json:"is_same"`   // who left came back
	Quiet     bool  `json:"quiet"`     // one of many at once: nobody is called for each
	// nobody has taken it yet: who looks for somebody goes on, the chosen one is told besides
	IsUntaken bool `json:"is_untaken,omitempty"`
}

// Away is the job that looks at what a person has accepted when he leaves or comes back (F37).
type Away struct {
	MemberID int64 `json:"member_id"`
}

// Kind names the job.
func (Away) Kind() string { return "ticket.away" }

// InsertOpts: nobody is at the burst pipe.
func (Away) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Emergency} }

// AwayWorker runs Away.
type AwayWorker struct {
	river.WorkerDefaults[Away]
	Tickets *Service
}

// Work looks once.
func (w *AwayWorker) Work(ctx context.Context, job *river.Job[Away]) error {
	return w.Tickets.Away(access.AsSystem(ctx, "ticket"), job.Args)
}

var leaves = map[staff.Why]string{staff.OnLeave: "его нет: отпуск или болезнь", staff.Dismissed: "уволен", staff.SwitchedOff: "снят с дежурства"}

// maxOrphans bounds one look; nobody has so many in hand.
const maxOrphans = 500

// taken by somebody and not yet done.
const taken = "t.status in ('accepted', 'in_progress', 'postponed')"

// Away raises «переназначить» for everything that a person who left, or whose login was
// closed, had accepted, and takes it back when he has come. The end of a shift is no leaving: who is at work on a
// burst pipe finishes it. A second run says nothing twice.
func (s *Service) Away(ctx context.Context, a Away) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		m, err := s.staff.Now(ctx, tx, a.MemberID)
		if err != nil {
			return err
		}
		var w where.Clause
		w.And(taken+" and t.executor_id = ?", a.MemberID)
		ts, err := scoped(ctx, tx, w, fmt.Sprintf("t.id limit %d for update of t", maxOrphans))
		if err != nil {
			return err
		}
		why := leaves[m.State.Why]
		if why == "" && len(ts) > 0 && s.logins != nil {
			if shut, err := s.logins.IsShutOut(ctx, tx, m.CompanyID, a.MemberID); err != nil {
				return err
			} else if shut {
				why = "его вход в программу закрыт"
			}
		}
		for _, t := range ts {
			switch gone := t.ExecutorLeftAt != nil; {
			case why != "" && !gone:
				err = s.orphan(ctx, tx, t, m.Name, why)
			case why == "" && m.State.OnDuty && gone:
				err = s.back(ctx, tx, t)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func alarmOf(t Ticket) string { return fmt.Sprintf("ticket:%d", t.ID) }

func (s *Service) orphan(ctx context.Context, tx *pg.Tx, t Ticket, name, why string) error {
	t.ExecutorLeftAt = &tx.Now
	t.Version++
	if err := save(ctx, tx, t); err != nil {
		return err
	}
	if err := s.Log(ctx, tx, t, Event{Kind: "executor", Text: fmt.Sprintf("Переназначить: %s принял заявку, но %s", name, why)}); err != nil {
		return err
	}
	err := alarm.Raise(ctx, tx, alarm.Alarm{
		Code: alarm.Reassign, Subject: alarmOf(t), CompanyID: t.CompanyID,
		Text: fmt.Sprintf("Переназначить заявку № %d: %s принял её, но %s. %s, %s", t.Number, name, why, t.ReasonName, t.Address),
	})
	if err != nil {
		return err
	}
	return s.jobs.Publish(ctx, tx, Orphaned{TicketID: t.ID, MemberID: t.ExecutorID})
}

func (s *Service) back(ctx context.Context, tx *pg.Tx, t Ticket) error {
	t.Version++
	if err := s.settle(ctx, tx, &t); err != nil {
		return err
	}
	if err := save(ctx, tx, t); err != nil {
		return err
	}
	if err := s.Log(ctx, tx, t, Event{Kind: "executor", Text: t.ExecutorName + " снова на дежурстве: переназначать не нужно"}); err != nil {
		return err
	}
	return s.jobs.Publish(ctx, tx, Reassigned{TicketID: t.ID, CompanyID: t.CompanyID, MemberID: t.ExecutorID, IsSame: true})
}

// Give makes a person the executor of a request that is taken: an operator has said who of
// two goes (F35). Nobody is called for it here: the one who decides has both told.
func (s *Service) Give(ctx context.Context, tx *pg.Tx, id, memberID int64, why string) error {
	t, err := lock(ctx, tx, id)
	switch {
	case err != nil || t.ExecutorID == memberID:
		return err
	case t.Status != Accepted && t.Status != InProgress:
		return fault.New(fault.Conflict, "ticket.move_impossible", "Заявка № %d сейчас «%s»: так изменить её нельзя.", t.Number, Label(t.Status))
	}
	p, err := s.staff.ByID(ctx, tx, memberID)
	if err != nil {
		return err
	}
	t.ExecutorID, t.ExecutorName = memberID, p.Name
	t.Version++
	if err := s.settle(ctx, tx, &t); err != nil {
		return err
	}
	if err := save(ctx, tx, t); err != nil {
		return err
	}
	if err := s.Log(ctx, tx, t, Event{Kind: "executor", Text: "Исполнитель: " + p.Name + ", " + why}); err != nil {
		return err
	}
	return s.jobs.Publish(ctx, tx, Reassigned{TicketID: t.ID, MemberID: memberID, Quiet: true})
}

// settle ends the need of another executor; the caller saves the ticket.
func (s *Service) settle(ctx context.Context, tx *pg.Tx, t *Ticket) error {
	if t.ExecutorLeftAt == nil {
		return nil
	}
	t.ExecutorLeftAt = nil
	return alarm.Clear(ctx, tx, alarm.Reassign, alarmOf(*t))
}

// MayReassign reports whether the actor may give the ticket of an executor who left to the next.
func (t Ticket) MayReassign(a access.Actor) bool {
	return t.ExecutorLeftAt != nil && a.Can(access.TicketAssign) && slices.Contains([]Status{Accepted, InProgress, Postponed}, t.Status)
}

// HandOn gives a ticket whose executor left to the next one at work by the rules, in one
// step; he is called at once. fault.Conflict "ticket.nobody" when nobody is at work.
func (s *Service) HandOn(ctx context.Context, id int64, version int) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		t, err := lock(ctx, tx, id)
		switch {
		case err != nil:
			return t, err
		case !tx.Actor.Can(access.TicketAssign):
			return t, fault.New(fault.Forbidden, "ticket.reassign_forbidden", "Менять исполнителя вам нельзя.")
		case version != t.Version: // any change: it is one step without a word
			return t, changedBy(ctx, tx, t)
		case !t.MayReassign(tx.Actor):
			return t, fault.New(fault.Conflict, "ticket.move_impossible", "Заявку № %d переназначать не нужно: её исполнитель на месте.", t.Number)
		}
		a, err := s.rules.Decide(ctx, tx, t.Question())
		if err != nil {
			return t, err
		}
		people := a.People()
		i := slices.IndexFunc(people, func(p staff.Person) bool { return p.OnDuty && p.MemberID != t.ExecutorID })
		if i < 0 {
			return t, fault.New(fault.Conflict, "ticket.nobody", "По правилам на дежурстве больше никого: позвоните ответственному.")
		}
		was := t.ExecutorName
		t.ExecutorID, t.ExecutorName = people[i].MemberID, people[i].Name
		t.Version++
		if err := s.settle(ctx, tx, &t); err != nil {
			return t, err
		}
		if err := save(ctx, tx, t); err != nil {
			return t, err
		}
		if err := s.Log(ctx, tx, t, Event{Kind: "executor", Text: fmt.Sprintf("Исполнитель: %s вместо %s, %d-й уровень", t.ExecutorName, was, people[i].Level)}); err != nil {
			return t, err
		}
		return t, s.jobs.Publish(ctx, tx, Reassigned{TicketID: t.ID, CompanyID: t.CompanyID, MemberID: t.ExecutorID})
	})
}
