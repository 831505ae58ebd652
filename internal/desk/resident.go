package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// Pauses between the dials to a resident whom somebody wants to know something of, in
// seconds: he may be at work, in a shop, in the shower.
var residentPauses = []int{120, 300, 600, 900, 900}

const (
	longestAsk = 300
	askAhead   = 14 * 24 * time.Hour
)

// Ask is a wish that the resident of a request be called.
type Ask struct {
	What string     // what he is to be asked or told
	By   *time.Time // till when it is needed; nil: as usual
}

// AskResident makes the task that calls the resident of a request about what the actor
// wants to know (O1). He is not woken: neither the first dial is in the quiet hours of his
// house nor any other. The answer comes into the request's history. fault.Conflict when he
// is to be called already, has no number, or the request is over.
func (f *Floor) AskResident(ctx context.Context, ticketID int64, a Ask) (TaskView, error) {
	a.What = strings.Join(strings.Fields(a.What), " ")
	switch {
	case a.What == "":
		return TaskView{}, fault.New(fault.Invalid, "ask.what", "Напишите, о чём спросить жителя.").At("body.what", "не заполнено")
	case utf8.RuneCountInString(a.What) > longestAsk:
		return TaskView{}, fault.New(fault.Invalid, "ask.what", "Слишком длинно: не больше 300 знаков.").At("body.what", "не длиннее 300 знаков")
	}
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (v TaskView, err error) {
		t, err := f.Tickets.ByID(ctx, tx, ticketID)
		if err != nil {
			return v, err
		}
		n, err := f.residentTask(ctx, tx, t, a)
		if err != nil {
			return v, err
		}
		if err := f.Tasks.Create(ctx, tx, n); err != nil {
			return v, err
		}
		if err := f.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "contact", Text: "Просьба позвонить жителю: " + a.What}); err != nil {
			return v, err
		}
		vs, err := f.Tasks.views(ctx, tx, "key = $1", n.Key)
		if err == nil && len(vs) == 0 {
			err = fault.Missing("task")
		}
		if err != nil {
			return v, err
		}
		return vs[0], nil
	})
}

func (f *Floor) residentTask(ctx context.Context, tx *pg.Tx, t ticket.Ticket, a Ask) (n NewTask, err error) {
	switch {
	case !t.Status.Open():
		return n, fault.New(fault.Conflict, "ask.over", "Заявка № %d сейчас «%s»: звонить по ней не нужно.", t.Number, ticket.Label(t.Status))
	case !phone.IsE164(t.CallerPhone):
		return n, fault.New(fault.Conflict, "ask.no_phone", "У заявки № %d нет телефона жителя.", t.Number)
	}
	tasks, err := f.Tasks.OfTicket(ctx, tx, t.ID)
	if err != nil {
		return n, err
	}
	if at := slices.IndexFunc(tasks, func(x Task) bool { return x.Purpose == telephony.Resident && !x.over() }); at >= 0 {
		return n, fault.New(fault.Conflict, "ask.open", "Жителю уже позвонят: %s.", tasks[at].Title)
	}
	c, err := f.Companies.ByID(ctx, tx, t.CompanyID)
	if err != nil {
		return n, err
	}
	s := c.Settings
	quiet := s.Quiet(t.Zone)
	due := quiet.Awake(tx.Now)
	by := due.Add(s.Minutes(s.InquiryMin))
	if a.By != nil {
		by = *a.By
	}
	switch {
	case !by.After(due):
		return n, fault.New(fault.Invalid, "ask.by", "Раньше %s жителю не звонят.", at(due, t.Zone)).At("body.by", "позже "+at(due, t.Zone))
	case by.After(tx.Now.Add(askAhead)):
		return n, fault.New(fault.Invalid, "ask.by", "Слишком далёкий срок.").At("body.by", "не дальше двух недель")
	}
	line, err := f.Companies.LineOf(ctx, tx, t.CompanyID)
	return NewTask{
		Key: fmt.Sprintf("resident-%d-%d", t.ID, len(tasks)), CompanyID: t.CompanyID, Purpose: telephony.Resident, TicketID: t.ID, Phones: []string{t.CallerPhone},
		Title: a.What, Plan: residentPlan(s, t, quiet, line), DueAt: due, PromiseAt: &by,
	}, err
}

// connecting is what a resident hears who is dialled before an operator is there.
const connecting = "Здравствуйте. Это диспетчерская, по вашей заявке номер %d. Соединяем с оператором, не вешайте трубку."

func residentPlan(s company.Settings, t ticket.Ticket, quiet company.Quiet, line int64) DialPlan {
	p := DialPlan{
		Mode: telephony.OperatorFirst, Dials: s.Dials, RingSec: s.RingSec, PausesSec: residentPauses, Pace: s.Pace, Priority: telephony.PriorityTask, LineID: line, Quiet: quiet,
	}
	if slices.Contains(s.CalleeFirst, string(telephony.Resident)) {
		p.Mode, p.Words = telephony.CalleeFirst, fmt.Sprintf(connecting, t.Number)
	}
	return p
}
