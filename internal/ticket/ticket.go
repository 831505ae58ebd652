// Package ticket is requests: what happened where, who is to mend it by when, and
// everything that happened to it since.
package ticket

import (
	"slices"
	"time"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/reason"
	"d24/internal/tag"
)

// Kind is the sort of a ticket.
type Kind string

// The kinds.
const (
	Emergency Kind = "emergency" // аварийная
	Planned   Kind = "planned"   // плановая
	Paid      Kind = "paid"      // платная
)

// Status is where a ticket is in its life.
type Status string

// The states (J1). Reopening is an event back to in_progress.
const (
	New        Status = "new"         // новая
	Accepted   Status = "accepted"    // принята
	InProgress Status = "in_progress" // в работе
	Postponed  Status = "postponed"   // отложена
	Done       Status = "done"        // выполнена
	Closed     Status = "closed"      // закрыта
	Cancelled  Status = "cancelled"   // отклонена
)

// Open reports whether work is still owed.
func (s Status) Open() bool { return s != Done && s != Closed && s != Cancelled }

// Answer is one answer to a question of the reason.
type Answer struct {
	ID       int    `json:"id"`
	Question string `json:"question"`
	Value    string `json:"value"`
}

// Ticket is a request.
type Ticket struct {
	ID              int64
	CompanyID       int64
	CompanyName     string
	Number          int64
	Kind            Kind
	Status          Status
	Source          string
	BuildingID      int64
	Unit            string
	Entrance        int
	Floor           int
	Address         string
	Zone            string
	ReasonID        int64
	ReasonName      string
	WorkTypeID      int64
	Description     string
	Answers         []Answer
	CallerPhone     string
	AccessNote      string
	ExecutorID      int64
	ExecutorName    string
	ResponsibleID   int64
	ResponsibleName string
	PostponeReason  string
	PostponedUntil  *time.Time
	AcceptBy        *time.Time
	LocaliseBy      *time.Time
	DueAt           *time.Time
	HandedOverAt    *time.Time
	ExecutorLeftAt  *time.Time // he had accepted and left: another has to be set (F37)
	AcceptedAt      *time.Time
	DoneAt          *time.Time
	ClosedAt        *time.Time
	LocalisedAt     *time.Time // an accident does no more harm since
	ToldCaller      string
	CreatedAt       time.Time
	Version         int
	MovedVersion    int              // since which what a move depends on has stood; 0: not known
	SupplierID      int64            // of the company's list: whom the rules named when it was made; 0: nobody
	TagIDs          []int64          // labels (J5), in the order they were put
	Tags            []tag.Tag        // those of TagIDs by name, where a list or a card is read
	Limits          []reason.Applied // which limit gave each moment, as it was that day (R6)
	Prices          []reason.Price   // of paid work, as they were that day (R5)
	Found           *Found           // of a search, where a list is read
	Unread          int              // comments the actor has not read, where a list or a card is read
}

// Facts are what rights depend on.
func (t Ticket) Facts() access.Facts {
	return access.Facts{CompanyID: t.CompanyID, BuildingID: t.BuildingID, WorkTypeID: t.WorkTypeID, ExecutorID: t.ExecutorID, ResponsibleID: t.ResponsibleID}
}

// taker is who took the ticket, "" when nobody has.
func (t Ticket) taker() string {
	switch {
	case t.AcceptedAt == nil:
		return ""
	case t.ExecutorName == "":
		return "другой сотрудник компании"
	}
	return t.ExecutorName
}

// Overdue reports whether the limit that runs now has passed.
func (t Ticket) Overdue(now time.Time) bool {
	return t.Status.Open() && t.DueAt != nil && now.After(*t.DueAt)
}

// Move is a wish to change the state.
type Move struct {
	To       Status
	Reason   string     // of a deferral, a cancellation or a reopening
	Until    *time.Time // of a deferral
	Comment  string
	PairSeen bool // the person knows that the supplier's ticket is open
	Version  int  // the version the person saw; 0: not checked
}

var moves = map[Status][]Status{
	New:        {Accepted, InProgress, Postponed, Done, Cancelled},
	Accepted:   {InProgress, Postponed, Done, Cancelled},
	InProgress: {Postponed, Done, Cancelled},
	Postponed:  {InProgress, Done, Cancelled},
	Done:       {Closed, InProgress},
	Closed:     {InProgress},
	Cancelled:  {InProgress},
}

// executorMoves are those an executor makes with his own tickets; closing and
// cancelling are the company's word.
var executorMoves = []Status{Accepted, InProgress, Postponed, Done}

// Allowed are the states the actor may move the ticket to.
func (t Ticket) Allowed(a access.Actor) (out []Status) {
	if !a.Can(access.TicketMove) {
		return nil
	}
	for _, to := range moves[t.Status] {
		if a.Can(access.TicketAssign) || slices.Contains(executorMoves, to) && t.Status.Open() {
			out = append(out, to)
		}
	}
	return out
}

// Can lists the actions the actor may take, for the screen.
func (t Ticket) Can(a access.Actor) []string {
	out := []string{}
	for _, to := range t.Allowed(a) {
		switch {
		case to == InProgress && !t.Status.Open():
			out = append(out, "reopen")
		default:
			out = append(out, string(to))
		}
	}
	if t.MayReassign(a) {
		out = append(out, "reassign")
	}
	if t.MayAssign(a) {
		out = append(out, "assign")
	}
	if t.MaySort(a) {
		out = append(out, "resort", "merge")
	}
	if t.MayReplace(a) {
		out = append(out, "replace")
	}
	if t.MayRefuse(a) {
		out = append(out, "refuse")
	}
	if t.MayEdit(a) {
		out = append(out, "edit")
	}
	if a.Can(access.TicketComment) {
		out = append(out, "comment")
	}
	return out
}

// apply returns the ticket after the move, or why it cannot be made.
func (t Ticket) apply(m Move, a access.Actor, now time.Time) (Ticket, error) {
	switch {
	case m.Version != 0 && t.movedSince(m.Version):
		return t, changed(t)
	case !slices.Contains(moves[t.Status], m.To):
		return t, fault.New(fault.Conflict, "ticket.move_impossible", "Заявка № %d сейчас «%s»: так изменить её нельзя.", t.Number, Label(t.Status))
	case !slices.Contains(t.Allowed(a), m.To):
		return t, fault.New(fault.Forbidden, "ticket.move_forbidden", "Это состояние вам менять нельзя.")
	case m.To == Postponed && m.Reason == "":
		return t, fault.New(fault.Invalid, "ticket.reason_required", "Укажите причину отложения.").At("body.reason", "нужна причина")
	case m.To == Postponed && (m.Until == nil || !m.Until.After(now)):
		return t, fault.New(fault.Invalid, "ticket.until_required", "Укажите, до какого времени отложена.").At("body.until", "нужно время в будущем")
	case (m.To == Cancelled || m.To == InProgress && !t.Status.Open()) && m.Reason == "":
		return t, fault.New(fault.Invalid, "ticket.reason_required", "Укажите причину.").At("body.reason", "нужна причина")
	}
	switch m.To {
	case Accepted, InProgress:
		if t.AcceptedAt == nil {
			t.AcceptedAt = &now
		}
		t.DoneAt, t.ClosedAt = nil, nil
	case Postponed:
		t.PostponeReason, t.PostponedUntil = m.Reason, m.Until
	case Done:
		t.DoneAt = &now
	case Closed, Cancelled:
		t.ClosedAt = &now
	case New:
	}
	if m.To != Postponed {
		t.PostponeReason, t.PostponedUntil = "", nil
	}
	t.Status = m.To
	t.Version++
	return t, nil
}

func changed(t Ticket) error {
	return fault.New(fault.Conflict, "ticket.changed", "Заявку № %d уже изменили. Посмотрите, что нового, и повторите.", t.Number)
}

var labels = map[Status]string{New: "новая", Accepted: "принята", InProgress: "в работе", Postponed: "отложена", Done: "выполнена", Closed: "закрыта", Cancelled: "отклонена"}

// Label is the state in Russian.
func Label(s Status) string { return labels[s] }
