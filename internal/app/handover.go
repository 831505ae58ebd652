package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"d24/internal/alarm"
	"d24/internal/desk"
	"d24/internal/escalation"
	"d24/internal/platform/pg"
	"d24/internal/shift"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// termsAhead is how far ahead the next shift is told of the ends of terms.
const termsAhead = 2 * time.Hour

// openMatters is what a supervisor hands over with his shift, the gravest first.
func (a *App) openMatters(ctx context.Context) ([]shift.Matter, error) {
	board, err := a.floor().Wallboard(ctx)
	if err != nil {
		return nil, err
	}
	running, err := a.Escalation.Running(ctx)
	if err != nil {
		return nil, err
	}
	alarms, err := alarm.NewService(a.DB).List(ctx)
	if err != nil {
		return nil, err
	}
	tasks, err := a.floor().Queue(ctx)
	if err != nil {
		return nil, err
	}
	var due []ticket.Ticket
	err = pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
		due, err = a.Tickets.DueBetween(ctx, tx, tx.Now, tx.Now.Add(termsAhead))
		return err
	})
	return slices.Concat(callersOpen(board), handingOver(running, board), alarmsOpen(alarms), termsOpen(due), tasksOpen(tasks), seatsOpen(board)), err
}

func callersOpen(w desk.Wallboard) (out []shift.Matter) {
	for n, c := range w.Queue {
		out = append(out, shift.Matter{Kind: shift.Waits, Ref: fmt.Sprintf("caller:%d", n+1), CompanyID: c.CompanyID, Text: cmp.Or(c.Company, "Городской номер"), At: &c.Since})
	}
	return out
}

// handingOver are the emergencies nobody has: those somebody is called about, then the rest.
func handingOver(running []escalation.Running, w desk.Wallboard) (out []shift.Matter) {
	ref := func(t ticket.Ticket) string { return fmt.Sprintf("ticket:%d", t.ID) }
	called := map[int64]bool{}
	for _, r := range running {
		t := r.Ticket
		called[t.ID] = true
		out = append(out, shift.Matter{Kind: shift.Escalates, Ref: ref(t), CompanyID: t.CompanyID, TicketID: t.ID, Text: fmt.Sprintf("№ %d, %s: %s – %s", t.Number, t.Address, t.ReasonName, r.Stands()), At: &r.StartedAt})
	}
	for _, t := range w.NotTaken {
		if !called[t.ID] {
			out = append(out, shift.Matter{Kind: shift.Unhanded, Ref: ref(t.Ticket), CompanyID: t.CompanyID, TicketID: t.ID, Text: fmt.Sprintf("№ %d, %s: %s", t.Number, t.Address, t.ReasonName), At: &t.CreatedAt})
		}
	}
	return out
}

func alarmsOpen(as []alarm.Alarm) (out []shift.Matter) {
	for _, x := range as {
		if x.Code != alarm.NobodyTakes { // its request stands above
			out = append(out, shift.Matter{Kind: shift.Alarmed, Ref: fmt.Sprintf("alarm:%d", x.ID), CompanyID: x.CompanyID, Text: x.Text, At: &x.RaisedAt})
		}
	}
	return out
}

func termsOpen(ts []ticket.Ticket) (out []shift.Matter) {
	for _, t := range ts {
		out = append(out, shift.Matter{Kind: shift.Promised, Ref: fmt.Sprintf("due:%d", t.ID), CompanyID: t.CompanyID, TicketID: t.ID, Text: fmt.Sprintf("№ %d, %s: %s", t.Number, t.Address, t.ReasonName), At: t.DueAt})
	}
	return out
}

// tasksOpen are the calls that are owed; those of an emergency stand with its request, questions
// to one person with the first of them: they are one call (F45).
func tasksOpen(ts []desk.TaskView) (out []shift.Matter) {
	together := questions(ts)
	for _, t := range ts {
		if t.Purpose == telephony.Handover || t.Purpose == telephony.Announcement {
			continue
		}
		text, at := t.Title, t.PromiseAt
		if all := together[whoAsked(t)]; len(all) > 1 {
			if all[0].ID != t.ID {
				continue
			}
			text = asksOf(all)
		}
		if t.OperatorName != "" {
			text += " – взял " + t.OperatorName
		}
		if at == nil {
			at = &t.DueAt
		}
		out = append(out, shift.Matter{Kind: shift.TaskOpen, Ref: fmt.Sprintf("task:%d", t.ID), CompanyID: t.CompanyID, TicketID: t.TicketID, Text: text, At: at})
	}
	return out
}

// person is whom a task asks how it goes; a zero one: nobody.
type person struct{ company, member int64 }

func whoAsked(t desk.TaskView) person {
	if t.Purpose != telephony.StatusInquiry || t.Unanswered || t.MemberID == 0 {
		return person{}
	}
	return person{t.CompanyID, t.MemberID}
}

// questions are the tasks that ask the same person, each in the order of the queue.
func questions(ts []desk.TaskView) map[person][]desk.TaskView {
	out := map[person][]desk.TaskView{}
	for _, t := range ts {
		if who := whoAsked(t); who != (person{}) {
			out[who] = append(out[who], t)
		}
	}
	return out
}

// asksOf is one call about several requests in words.
func asksOf(ts []desk.TaskView) string {
	numbers := make([]string, len(ts))
	for i, t := range ts {
		numbers[i] = fmt.Sprint("№ ", t.TicketNumber)
	}
	return fmt.Sprintf("Спросить одним звонком, как идёт работа: %s, заявки %s", ts[0].MemberName, strings.Join(numbers, ", "))
}

var seatWords = map[string]string{"not_ready": "нет звука", "ready": "готов", "ringing": "звонит", "talking": "говорит", "wrap_up": "оформляет", "pause": "перерыв"}

func seatsOpen(w desk.Wallboard) (out []shift.Matter) {
	for _, o := range w.Seats {
		text := o.Name + " – " + seatWords[o.State]
		if o.Reason != "" {
			text += ": " + o.Reason
		}
		out = append(out, shift.Matter{Kind: shift.AtTheDesk, Ref: fmt.Sprintf("user:%d", o.UserID), Text: text, At: &o.Since})
	}
	return out
}
