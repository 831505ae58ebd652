package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"d24/internal/calllog"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/staff"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// Talk is a task with what the operator needs to speak.
type Talk struct {
	Task   TaskView
	Ticket *ticket.Ticket
	Words  string
	IfNot  string
	Dials  []calllog.Entry // oldest first
	Spoken *calllog.Entry  // the lost call it answers, when the caller left a message in it
	Remark string          // what the operator must be told after his word
	Beside []TaskView      // spoken of in the same call, each with an answer of its own
	MayBe  []MayBe         // who may have called, to be asked
}

// Talk is a task the actor may see; fault.NotFound otherwise.
func (f *Floor) Talk(ctx context.Context, id int64) (Talk, error) {
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (Talk, error) { return f.talk(ctx, tx, id) })
}

func (f *Floor) talk(ctx context.Context, tx *pg.Tx, id int64) (k Talk, err error) {
	if k.Task, err = f.Tasks.View(ctx, tx, id); err != nil {
		return k, err
	}
	if k.Task.TicketID != 0 {
		t, err := f.Tickets.ByID(ctx, tx, k.Task.TicketID)
		if err != nil {
			return k, err
		}
		k.Ticket = &t
	}
	var who *staff.Person
	if k.Task.MemberID != 0 {
		p, err := f.Staff.ByID(ctx, tx, k.Task.MemberID)
		if err != nil {
			return k, err
		}
		who = &p
	}
	k.Words, k.IfNot = Words(k.Task, k.Ticket, who)
	if k.MayBe, err = f.candidates(ctx, tx, k.Task.Task); err != nil {
		return k, err
	}
	if k.Beside, err = f.Tasks.Beside(ctx, tx, k.Task.Task); err != nil {
		return k, err
	}
	dials, err := f.Calls.PageTx(ctx, tx, calllog.Search{TaskID: id, Limit: 100})
	for i := len(dials) - 1; i >= 0; i-- {
		k.Dials = append(k.Dials, dials[i])
	}
	if err != nil || k.Task.CallID == 0 {
		return k, err
	}
	lost, err := f.Calls.ByIDs(ctx, tx, []int64{k.Task.CallID})
	if e := lost[k.Task.CallID]; e.HasMessage {
		k.Spoken = &e
	}
	return k, err
}

// Said is an operator's word about a task.
type Said struct {
	Kind     string
	Note     string
	ETA      *time.Time // when the executor will be there
	TakeBack bool       // of an acceptance: the level has changed, and he takes it back (F34)
	// Supplier is what a supplier said besides.
	Supplier ToSupplier
}

// Say takes the operator's word: the task ends or goes on by its plan, and the
// ticket follows in the same transaction. fault.Conflict "task.over" when the task
// is closed, fault.Invalid when the word does not fit the task. Of two who accept
// a ticket the first commit wins (R5): Remark says who was earlier.
func (f *Floor) Say(ctx context.Context, id int64, w Said) (Talk, error) {
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (k Talk, err error) {
		t, err := f.Tasks.lock(ctx, tx, id)
		if err != nil {
			return k, err
		}
		if err := w.fits(t, tx.Now); err != nil {
			return k, err
		}
		if t.State == "withdrawn" && t.TicketID != 0 && w.Kind == Accepted {
			return f.late(ctx, tx, t, w)
		}
		if w.Kind == WrongNumber && t.Purpose != telephony.Callback {
			_, err = f.Tasks.WrongPhone(ctx, tx, id, w.Note)
		} else {
			_, err = f.Tasks.Result(ctx, tx, id, w.Kind, w.Note)
		}
		if err != nil {
			return k, err
		}
		var remark string
		if t.TicketID != 0 {
			if remark, err = f.follow(ctx, tx, t, w); err != nil {
				return k, err
			}
		}
		k, err = f.talk(ctx, tx, id)
		k.Remark = remark
		return k, err
	})
}

// late is an acceptance said when the task had been withdrawn while they spoke: the
// level had changed, or somebody else accepted. It has passed to another: whether he takes it
// back is asked first. Who accepts first by any channel
// has the ticket (E4, F34); the others are told who has.
func (f *Floor) late(ctx context.Context, tx *pg.Tx, task Task, w Said) (k Talk, err error) {
	t, err := f.Tickets.ByID(ctx, tx, task.TicketID)
	if err != nil {
		return k, err
	}
	if t.Status == ticket.New && t.ExecutorID != 0 && t.ExecutorID != task.MemberID && !w.TakeBack {
		return k, fault.New(fault.Conflict, "task.passed", "Заявка № %d уже передана (%s). Спросите: забираете её обратно?", t.Number, t.ExecutorName)
	}
	remark, err := f.accepted(ctx, tx, t, task, w)
	if err != nil {
		return k, err
	}
	k, err = f.talk(ctx, tx, task.ID)
	k.Remark = remark
	return k, err
}

func (w Said) fits(t Task, now time.Time) error {
	switch {
	case !contains(Results(t.Purpose), w.Kind):
		return fault.New(fault.Invalid, "task.result", "Такой результат не подходит к этому звонку.").At("body.kind", "такого значения нет")
	case w.Kind == Refused && strings.TrimSpace(w.Note) == "":
		return fault.New(fault.Invalid, "task.reason_required", "Укажите причину отказа.").At("body.note", "нужна причина")
	case w.Kind == Answered && t.Purpose == telephony.Resident && strings.TrimSpace(w.Note) == "":
		return fault.New(fault.Invalid, "task.answer_required", "Напишите, что сказал житель: об этом просили.").At("body.note", "нужен ответ жителя")
	case w.ETA != nil && !w.ETA.After(now):
		return fault.New(fault.Invalid, "task.eta", "Время прибытия уже прошло.").At("body.eta", "нужно время в будущем")
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// follow does to the ticket what was said on the phone.
func (f *Floor) follow(ctx context.Context, tx *pg.Tx, task Task, w Said) (remark string, err error) {
	t, err := f.Tickets.ByID(ctx, tx, task.TicketID)
	if err != nil {
		return "", err
	}
	switch {
	case task.Supplier != 0 && w.Kind != WrongNumber:
		return "", f.heard(ctx, tx, task, w)
	case w.Kind == Accepted:
		return f.accepted(ctx, tx, t, task, w)
	case task.Purpose == telephony.StatusInquiry && w.Kind == Done:
		err = f.move(ctx, tx, t, ticket.Move{To: ticket.Done, Comment: w.Note}, "Исполнитель сообщил: выполнено")
	case task.Purpose == telephony.StatusInquiry && w.Kind == InProgress:
		err = f.move(ctx, tx, t, ticket.Move{To: ticket.InProgress, Comment: w.Note}, "Исполнитель сообщил: в работе")
	case task.Purpose == telephony.StatusInquiry && w.Kind == NotDone:
		err = f.log(ctx, tx, t, "Исполнитель сообщил: не выполнено", w.Note)
	case task.Purpose == telephony.Feedback && w.Kind == Done:
		err = f.move(ctx, tx, t, ticket.Move{To: ticket.Closed, Comment: w.Note}, "Житель подтвердил: выполнено")
	case task.Purpose == telephony.Feedback && w.Kind == NotDone:
		m := ticket.Move{To: ticket.InProgress, Reason: strings.TrimSuffix("житель: не выполнено. "+w.Note, ". ")}
		err = f.move(ctx, tx, t, m, "Житель сообщил: не выполнено")
	case task.Purpose == telephony.Resident && w.Kind == Answered:
		err = f.log(ctx, tx, t, "Житель ответил. "+task.Title, w.Note)
	case w.Kind == Told:
		err = f.log(ctx, tx, t, "Сообщение передано: "+task.Title, w.Note)
	case w.Kind == WrongNumber:
		err = f.log(ctx, tx, t, "Чужой номер: "+task.Title, w.Note)
	}
	if err == nil {
		err = f.eta(ctx, tx, t, w.ETA)
	}
	return "", err
}

func (f *Floor) accepted(ctx context.Context, tx *pg.Tx, t ticket.Ticket, task Task, w Said) (remark string, err error) {
	won, by, err := f.Tickets.Accept(ctx, tx, t.ID, task.MemberID, "оператору по телефону")
	if err != nil {
		return "", err
	}
	if !won {
		if by == "" {
			remark = fmt.Sprintf("Заявка № %d уже «%s»: принять её нельзя.", t.Number, ticket.Label(t.Status))
			return remark, f.log(ctx, tx, t, "Принял по телефону, но заявка уже «"+ticket.Label(t.Status)+"»", w.Note)
		}
		remark = fmt.Sprintf("Заявку № %d раньше принял %s.", t.Number, by)
		if task.Purpose == telephony.Handover && t.ExecutorID != 0 && t.ExecutorID != task.MemberID {
			remark += " Решите, кто едет."
			if err := f.Tasks.jobs.Publish(ctx, tx, ticket.TakenTwice{TicketID: t.ID, CompanyID: t.CompanyID, MemberID: task.MemberID}); err != nil {
				return "", err
			}
		}
		return remark, f.log(ctx, tx, t, "Тоже принял по телефону, но раньше принял "+by, w.Note)
	}
	if w.Note != "" {
		if err := f.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "comment", Text: w.Note}); err != nil {
			return "", err
		}
	}
	return "", f.eta(ctx, tx, t, w.ETA)
}

// move changes the state where the rules allow it, and otherwise only writes the
// words down: the ticket may have moved on while people were talking.
func (f *Floor) move(ctx context.Context, tx *pg.Tx, t ticket.Ticket, m ticket.Move, words string) error {
	if !t.MayMove(tx.Actor, m.To) {
		return f.log(ctx, tx, t, words, m.Comment)
	}
	_, err := f.Tickets.MoveTx(ctx, tx, t.ID, m)
	return err
}

func (f *Floor) log(ctx context.Context, tx *pg.Tx, t ticket.Ticket, text, note string) error {
	if note != "" {
		text += ": " + note
	}
	return f.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "contact", Text: text})
}

// at is a moment by the clock of a zone.
func at(t time.Time, zone string) string { return t.In(company.Location(zone)).Format("15:04") }

func (f *Floor) eta(ctx context.Context, tx *pg.Tx, t ticket.Ticket, at *time.Time) error {
	if at == nil {
		return nil
	}
	local := at.In(company.Location(t.Zone))
	return f.Tickets.Log(ctx, tx, t, ticket.Event{
		Kind: "contact", Text: "Исполнитель будет к " + local.Format("15:04 02.01"), Data: []byte(fmt.Sprintf(`{"eta": %q}`, at.UTC().Format(time.RFC3339))),
	})
}
