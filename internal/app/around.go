package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"d24/internal/access"
	"d24/internal/building/buildingapi"
	"d24/internal/calllog"
	"d24/internal/calllog/calllogapi"
	"d24/internal/desk"
	"d24/internal/desk/deskapi"
	"d24/internal/escalation"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
	"d24/internal/ticket"
	"d24/internal/ticket/ticketapi"
	"d24/voip/record"
)

func (a *App) now() time.Time { return a.DB.Clock.Now() }

// peaks reads the picture of a recording.
func peaks(recording io.ReadSeeker, n int) (peer, ours []int, length time.Duration, err error) {
	peer, ours, length, err = record.Waveform(recording, n)
	if errors.Is(err, record.ErrNotOurs) {
		err = fault.New(fault.NotFound, "recording.no_file", "Файл этой записи повреждён.")
	}
	return peer, ours, length, err
}

// join reads the parts of a recording as one.
func join(parts []calllog.Piece) (io.ReadSeeker, error) {
	pieces := make([]record.Piece, len(parts))
	for i, p := range parts {
		pieces[i] = record.Piece{File: p.Sound, Length: p.Length}
	}
	whole, err := record.Join(pieces...)
	if errors.Is(err, record.ErrNotOurs) {
		err = fault.New(fault.NotFound, "recording.no_file", "Файл этой записи повреждён.")
	}
	return whole, err
}

// ticketsOf are the tickets of a house where work is still owed.
func (a *App) ticketsOf(ctx context.Context, buildingID int64) ([]buildingapi.BuildingTicket, error) {
	ts, err := a.Tickets.OfHouse(ctx, buildingID)
	out := make([]buildingapi.BuildingTicket, 0, len(ts))
	for _, t := range ts {
		out = append(out, buildingapi.BuildingTicket{
			ID: t.ID, Number: t.Number, Kind: string(t.Kind), Status: string(t.Status), Unit: t.Unit, ReasonName: t.ReasonName,
			Executor: httpapi.Name(t.ExecutorID, t.ExecutorName), DueAt: t.DueAt, CreatedAt: t.CreatedAt, Overdue: t.Overdue(a.now()),
		})
	}
	return out, err
}

// inHands counts the open requests a person executes or answers for.
func (a *App) inHands(ctx context.Context, memberID int64) (int, error) {
	return a.Tickets.InHands(ctx, memberID)
}

// callsOf are the calls of a ticket for its history; none for who may neither read calls nor hear those of his own tickets.
func (a *App) callsOf(ctx context.Context, ticketID int64) ([]ticketapi.TicketCall, error) {
	me := access.From(ctx)
	if !me.Can(access.CallRead) && !me.Can(access.RecordingPlay) {
		return nil, nil
	}
	es, err := a.Calls.OfTicket(ctx, ticketID)
	if err != nil {
		return nil, err
	}
	askers, err := a.Connection.Who(ctx, ticketID)
	out := make([]ticketapi.TicketCall, 0, len(es))
	for _, e := range es {
		c := ticketapi.TicketCall{
			EventCall: ticketapi.EventCall{ID: e.ID, Direction: e.Direction, DurationMS: e.Talk().Milliseconds()}, At: e.StartedAt, By: e.OperatorName, Text: callText(e),
		}
		if by := askers[e.Key]; by != "" {
			c.By = by
		}
		if e.RecordingID != 0 && me.Can(access.RecordingPlay) {
			c.RecordingID = &e.RecordingID
		}
		out = append(out, c)
	}
	return out, err
}

var purposes = map[telephony.Purpose]string{
	telephony.Handover: "Звонок исполнителю: передать заявку", telephony.StatusInquiry: "Звонок исполнителю: как идёт работа",
	telephony.Feedback: "Звонок жителю: выполнена ли работа", telephony.Resident: "Звонок жителю по просьбе", telephony.Callback: "Звонок в ответ на пропущенный",
	telephony.Announcement: "Звонок автоинформатора", telephony.Responsible: "Звонок ответственному",
	telephony.SupplierHandover: "Звонок в РСО: передать заявку", telephony.SupplierInquiry: "Звонок в РСО: как идёт работа",
	telephony.Message: "Передать сообщение сотруднику", telephony.Connection: "Соединение сотрудника с жителем",
}

func callText(e calllog.Entry) string {
	text := "Звонок жителя"
	if e.Direction == "outbound" {
		if text = purposes[telephony.Purpose(e.Purpose)]; text == "" {
			text = "Исходящий звонок"
		}
	}
	if o := calllogapi.Outcome(e.Outcome); o != "" {
		text += ", " + whose(e) + o
	}
	if e.IsCut {
		text += ", оборван сбоем"
	}
	if e.RecordingID == 0 && e.RecordingGoneAt != nil {
		text += ", запись удалена по сроку хранения"
	}
	return text
}

// whose phone an outcome is of: two are rung to connect an employee with a resident.
func whose(e calllog.Entry) string {
	switch {
	case telephony.Purpose(e.Purpose) != telephony.Connection || e.JoinedAt != nil:
		return ""
	case e.AnsweredAt == nil:
		return "телефон сотрудника: "
	}
	return "телефон жителя: "
}

// nextStep is when the handing over of a ticket goes on by itself.
func (a *App) nextStep(ctx context.Context, tx *pg.Tx, ticketID int64) (*time.Time, error) {
	v, err := a.Escalation.Of(ctx, tx, ticketID)
	if err != nil || v == nil || v.State.Stage == escalation.Finished || v.State.Deadline.IsZero() {
		return nil, err
	}
	return &v.State.Deadline, nil
}

// ladder is how a ticket is handed over and the calls about it.
func (a *App) ladder(ctx context.Context, t ticket.Ticket) (l *ticketapi.TicketEscalation, tasks []ticketapi.TicketTask, err error) {
	tasks = []ticketapi.TicketTask{}
	err = pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
		views, err := a.Tasks.ViewsOf(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		v, err := a.Escalation.Of(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		for _, x := range views {
			task := deskapi.TicketTask(x)
			if !tx.Actor.Can(access.ContactRead) {
				for i, p := range task.Phones {
					task.Phones[i] = phone.Mask(p)
				}
			}
			tasks = append(tasks, task)
		}
		if v != nil && v.State.Stage != "" {
			l = steps(t, *v, views)
		}
		return nil
	})
	return l, tasks, err
}

// steps shows an escalation (E3): what was tried, what goes on, what would come when.
func steps(t ticket.Ticket, v escalation.View, tasks []desk.TaskView) *ticketapi.TicketEscalation {
	s, p := v.State, v.Plan
	out := &ticketapi.TicketEscalation{Stage: string(s.Stage), Level: s.Level + 1, Levels: make([]ticketapi.EscalationLevel, 0, len(p.Levels)), Round: s.Round - s.Before}
	if p.Responsible != nil {
		out.Responsible = httpapi.Name(p.Responsible.MemberID, p.Responsible.Name)
	}
	if s.Stage != escalation.Finished {
		out.Deadline = &s.Deadline
	}
	for i, who := range p.Levels {
		task := handover(tasks, t.ID, i)
		l := ticketapi.EscalationLevel{Level: i + 1, MemberID: who.MemberID, Name: who.Name, State: levelState(t, v, i, task)}
		switch {
		case task != nil:
			l.At = &task.CreatedAt
		case s.Stage == escalation.Calling && i > s.Level:
			at := s.Deadline.Add(time.Duration(i-s.Level-1) * p.Step)
			l.At = &at
		}
		if task != nil && i == s.Level && s.Stage == escalation.Calling {
			out.Dialled, out.Dials = task.Progress.Dialled, task.Dials()
		}
		out.Levels = append(out.Levels, l)
	}
	return out
}

// handover is the task that called a level, the last one; nil when it was not called.
func handover(tasks []desk.TaskView, ticketID int64, level int) (found *desk.TaskView) {
	for i, t := range tasks {
		tail := fmt.Sprintf("-%d.", level)
		if t.Purpose == telephony.Handover && t.TicketID == ticketID && strings.Contains(t.Key[strings.LastIndex(t.Key, "-"):], tail) {
			found = &tasks[i]
		}
	}
	return found
}

func levelState(t ticket.Ticket, v escalation.View, i int, task *desk.TaskView) string {
	s := v.State
	called := slices.Contains(s.Tried, i)
	switch {
	case t.AcceptedAt != nil && t.ExecutorID == v.Plan.Levels[i].MemberID && s.Stage == escalation.Finished:
		return "accepted"
	case s.Stage == escalation.Calling && i == s.Level:
		return "calling"
	case task != nil && (task.Result == desk.Refused || task.Result == desk.NotReached):
		return task.Result
	case called && s.Stage == escalation.Finished && i == s.Level:
		return "not_needed" // somebody else took it meanwhile
	case called:
		return "timed_out"
	case s.Stage == escalation.Calling && i > s.Level:
		return "waiting"
	case s.Stage == escalation.Finished && i > s.Level:
		return "not_needed"
	}
	return "skipped"
}
