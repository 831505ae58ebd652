// Package supplierticket is suppliers' requests (RS2, RS3): the second half of a request
// whose reason names a supplier. The pair is made in one transaction; each half has its
// own states, and neither moves the other: closing one only warns of the other (F49).
package supplierticket

import (
	"slices"
	"strings"
	"time"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/ticket"
)

// Status is where a supplier's ticket is in its life.
type Status string

// The states.
const (
	New        Status = "new"         // ждёт передачи
	HandedOver Status = "handed_over" // передана
	Accepted   Status = "accepted"    // принята: у РСО есть свой номер
	InProgress Status = "in_progress" // в работе
	Done       Status = "done"        // выполнена
	Closed     Status = "closed"      // закрыта
	Cancelled  Status = "cancelled"   // отклонена
)

// Open reports whether the supplier still owes work.
func (s Status) Open() bool { return s != Done && s != Closed && s != Cancelled }

var labels = map[Status]string{
	New: "ждёт передачи", HandedOver: "передана", Accepted: "принята", InProgress: "в работе", Done: "выполнена", Closed: "закрыта", Cancelled: "отклонена",
}

// Label is the state in Russian.
func Label(s Status) string { return labels[s] }

// Ticket is a supplier's request with what it shows of the ordinary one.
type Ticket struct {
	ID            int64
	CompanyID     int64
	CompanyName   string
	TicketID      int64
	SupplierID    int64 // of the company's list
	SupplierName  string
	SupplierKind  string
	Status        Status
	TheirNumber   string
	HandedTo      string
	News          string
	HandedOverAt  *time.Time
	FollowupAt    *time.Time // hour X
	AcceptedAt    *time.Time
	DoneAt        *time.Time
	ClosedAt      *time.Time
	Version       int
	CreatedAt     time.Time
	Number        int64 // of the ordinary one
	Kind          ticket.Kind
	TicketStatus  ticket.Status
	Address       string
	ReasonName    string
	Zone          string
	BuildingID    int64
	WorkTypeID    int64
	ExecutorID    int64
	ResponsibleID int64
}

// Facts are what rights depend on: those of the ordinary one.
func (t Ticket) Facts() access.Facts {
	return access.Facts{CompanyID: t.CompanyID, BuildingID: t.BuildingID, WorkTypeID: t.WorkTypeID, ExecutorID: t.ExecutorID, ResponsibleID: t.ResponsibleID}
}

var moves = map[Status][]Status{
	New:        {HandedOver, Cancelled},
	HandedOver: {Accepted, InProgress, Done, Cancelled},
	Accepted:   {InProgress, Done, Cancelled},
	InProgress: {Done, Cancelled},
	Done:       {Closed, InProgress},
	Closed:     {InProgress},
	Cancelled:  {New},
}

// MayChange reports whether the actor may change suppliers' tickets: it is the company's
// word, or an operator's.
func MayChange(a access.Actor) bool { return a.Can(access.TicketAssign) }

// Can are the states the actor may move it to.
func (t Ticket) Can(a access.Actor) []Status {
	if !MayChange(a) {
		return []Status{}
	}
	return moves[t.Status]
}

// HandOver is what is noted when the supplier is told.
type HandOver struct {
	TheirNumber string
	HandedTo    string
	FollowupAt  *time.Time // nil: the company's usual time after it
	Version     int        // 0: not checked
}

// News is what was heard of it since.
type News struct {
	To          Status // "": the state stays
	Text        string
	TheirNumber string     // "": stays
	FollowupAt  *time.Time // nil: the company's usual time from now
	Version     int        // 0: not checked
	PairSeen    bool       // the person knows that the ordinary one is open
}

// limits of what a person writes.
const (
	maxNumber = 60
	maxText   = 2000
)

func (t Ticket) changed() error {
	return fault.New(fault.Conflict, "supplier_ticket.changed", "Заявку РСО к № %d уже изменили. Посмотрите, что нового, и повторите.", t.Number)
}

// handedOver is the ticket after the supplier was told. Hour X counts from this moment.
func (t Ticket) handedOver(h HandOver, usual time.Duration, now time.Time) (Ticket, error) {
	h.TheirNumber, h.HandedTo = strings.TrimSpace(h.TheirNumber), strings.TrimSpace(h.HandedTo)
	switch {
	case h.Version != 0 && h.Version != t.Version:
		return t, t.changed()
	case t.Status != New:
		return t, fault.New(fault.Conflict, "supplier_ticket.move_impossible", "Заявка РСО сейчас «%s»: она уже передана.", Label(t.Status))
	case len([]rune(h.TheirNumber)) > maxNumber:
		return t, fault.New(fault.Invalid, "supplier_ticket.number", "Номер у РСО слишком длинный.").At("body.their_number", "не больше 60 знаков")
	}
	if err := t.ask(h.FollowupAt, usual, now); err != nil {
		return t, err
	}
	t.Status, t.HandedOverAt, t.HandedTo, t.TheirNumber = HandedOver, &now, h.HandedTo, h.TheirNumber
	if t.TheirNumber != "" { // they have it in their books
		t.Status, t.AcceptedAt = Accepted, &now
	}
	t.Version++
	return t, nil
}

// ask sets hour X.
func (t *Ticket) ask(at *time.Time, usual time.Duration, now time.Time) error {
	if at == nil {
		next := now.Add(usual)
		at = &next
	}
	if !at.After(now) {
		return fault.New(fault.Invalid, "supplier_ticket.followup", "Запросить статус можно только в будущем.").At("body.followup_at", "нужно время в будущем")
	}
	t.FollowupAt = at
	return nil
}

// told is the ticket after news of it.
func (t Ticket) told(n News, usual time.Duration, now time.Time) (Ticket, error) {
	n.Text, n.TheirNumber = strings.TrimSpace(n.Text), strings.TrimSpace(n.TheirNumber)
	to := n.To
	if to == "" {
		to = t.Status
	}
	switch {
	case n.Version != 0 && n.Version != t.Version:
		return t, t.changed()
	case to != t.Status && !slices.Contains(moves[t.Status], to) || to == HandedOver && t.Status == New:
		return t, fault.New(fault.Conflict, "supplier_ticket.move_impossible", "Заявка РСО сейчас «%s»: так изменить её нельзя.", Label(t.Status))
	case n.Text == "" && (to == t.Status && n.TheirNumber == "" || to == Cancelled || !t.Status.Open() && to.Open()):
		return t, fault.New(fault.Invalid, "supplier_ticket.text_required", "Напишите, что известно.").At("body.text", "нужен текст")
	case len([]rune(n.TheirNumber)) > maxNumber:
		return t, fault.New(fault.Invalid, "supplier_ticket.number", "Номер у РСО слишком длинный.").At("body.their_number", "не больше 60 знаков")
	case len([]rune(n.Text)) > maxText:
		return t, fault.New(fault.Invalid, "supplier_ticket.text", "Слишком длинный текст.").At("body.text", "не больше 2000 знаков")
	case !to.Open() && t.Status.Open() && t.TicketStatus.Open() && !n.PairSeen:
		return t, fault.New(fault.Conflict, "supplier_ticket.ticket_open", "Заявка № %d ещё «%s». Она не закроется сама.", t.Number, ticket.Label(t.TicketStatus))
	}
	t.FollowupAt = nil
	if to.Open() && to != New {
		if err := t.ask(n.FollowupAt, usual, now); err != nil {
			return t, err
		}
	}
	t.settle(to, now)
	if n.TheirNumber != "" {
		t.TheirNumber = n.TheirNumber
	}
	if n.Text != "" {
		t.News = n.Text
	}
	t.Status = to
	t.Version++
	return t, nil
}

// settle writes the moments of a state.
func (t *Ticket) settle(to Status, now time.Time) {
	switch to {
	case Accepted, InProgress:
		if t.AcceptedAt == nil {
			t.AcceptedAt = &now
		}
		t.DoneAt, t.ClosedAt = nil, nil
	case Done:
		t.DoneAt = &now
	case Closed, Cancelled:
		t.ClosedAt = &now
	case New:
		t.HandedOverAt, t.AcceptedAt, t.DoneAt, t.ClosedAt = nil, nil, nil, nil
	case HandedOver:
	}
}
