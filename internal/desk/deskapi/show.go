package deskapi

import (
	"context"
	"slices"

	"d24/internal/calllog/calllogapi"
	"d24/internal/desk"
	"d24/internal/platform/httpapi"
	"d24/internal/telephony"
	"d24/internal/ticket/ticketapi"
)

// Task shows a task in the queue.
func Task(v desk.TaskView) TaskRow {
	return TaskRow{
		TicketTask: TicketTask(v), CompanyID: some(v.CompanyID), CompanyName: v.CompanyName, TicketID: some(v.TicketID), TicketNumber: some(v.TicketNumber),
		CallID: some(v.CallID), Priority: v.Plan.Priority, Zone: v.Zone,
		IsStaff: v.MemberID != 0 || len(v.Candidates) > 0, Repeats: v.Repeats, LastOutcome: string(v.Progress.Outcome), IsLate: v.IsLate, Unanswered: v.Unanswered, OperatorName: v.OperatorName,
	}
}

// TicketTask shows a task on the card of its ticket.
func TicketTask(v desk.TaskView) ticketapi.TicketTask {
	return ticketapi.TicketTask{
		ID: v.ID, Purpose: string(v.Purpose), Title: v.Title, State: v.State, Result: v.Result, Note: v.Note, Member: httpapi.Name(v.MemberID, v.MemberName),
		Phones: append([]string{}, v.Phones...), Dialled: v.Progress.Dialled, Dials: v.Dials(), DueAt: v.DueAt, PromiseAt: v.PromiseAt, NextAt: v.NextAt,
		CreatedAt: v.CreatedAt, FinishedAt: v.FinishedAt,
	}
}

func (c Config) known(k desk.Known) KnownAddress {
	now := c.Tickets.Now()
	return KnownAddress{
		BuildingID: k.BuildingID, Unit: k.Unit, Entrance: k.Flat.Entrance, Floor: k.Flat.Floor, Address: k.Address(), CompanyID: k.CompanyID,
		CompanyName: k.Building.CompanyName, Zone: k.Building.Zone, LastConfirmedAt: k.LastConfirmedAt,
		OpenTickets: ticketapi.Rows(k.Open, now), RecentTickets: ticketapi.Rows(k.Over, now),
	}
}

func onDuty(k desk.Card) []DutyPerson {
	out := []DutyPerson{}
	for _, m := range k.OnDuty {
		for _, d := range m.Duties {
			out = append(out, DutyPerson{
				MemberID: m.MemberID, Name: m.Name, Position: m.Position, WorkType: d.WorkType, Role: d.Role, Level: d.Level, Phones: append([]string{}, m.Phones...),
			})
		}
	}
	slices.SortStableFunc(out, func(a, b DutyPerson) int {
		switch {
		case a.WorkType != b.WorkType && a.WorkType < b.WorkType, a.WorkType == b.WorkType && a.Level < b.Level:
			return -1
		case a.WorkType == b.WorkType && a.Level == b.Level:
			return 0
		}
		return 1
	})
	return out
}

func numbers(k desk.Talk) []TaskNumber {
	out := make([]TaskNumber, 0, len(k.Task.Phones))
	for _, p := range k.Task.Phones {
		n := TaskNumber{Phone: p, Bad: slices.Contains(k.Task.Progress.Bad, p), Dials: []TaskDial{}}
		for _, d := range k.Dials {
			if d.Phone == p {
				n.Dials = append(n.Dials, TaskDial{CallID: d.ID, At: d.StartedAt, Outcome: d.Outcome})
			}
		}
		out = append(out, n)
	}
	return out
}

func (c Config) figures(ctx context.Context, _ *struct{}) (*figuresOut, error) {
	s, err := c.Floor.Strip(ctx)
	if err != nil {
		return nil, err
	}
	out := DeskFigures{
		Waiting: s.Waiting, Queue: []WaitingCaller{}, LongestSince: s.LongestSince, Lost: []LostCall{}, NotHandedOver: []NotHandedOver{}, Seats: []SeatFigure{}, Trunks: []TrunkFigure{},
		EngineAlive: s.EngineAlive, ServerTime: s.Now, Zone: s.Zone, MyRecent: calllogapi.Rows(s.Mine.Recent), Shift: shift(s.Mine),
	}
	if s.All > 0 {
		pct := s.InTime * 100 / s.All
		out.AnsweredIn5Pct = &pct
	}
	for _, q := range s.Queue {
		out.Queue = append(out.Queue, WaitingCaller{q.Company, q.Since, q.Own})
	}
	for _, t := range s.Lost {
		out.Lost = append(out.Lost, LostCall{TaskID: t.ID, Phone: t.Phones[0], PromiseAt: t.PromiseAt, IsWaiting: s.Waits[t.ID]})
	}
	for _, t := range s.NotTaken {
		out.NotHandedOver = append(out.NotHandedOver, NotHandedOver{TicketID: t.ID, Number: t.Number, NextStepAt: t.NextStepAt})
	}
	for _, o := range s.Seats {
		out.Seats = append(out.Seats, seat(o))
		out.Operators.count(o.State)
	}
	for _, t := range s.Trunks {
		out.Trunks = append(out.Trunks, trunk(t))
	}
	return &figuresOut{out}, nil
}

func seat(o desk.Seat) SeatFigure {
	return SeatFigure{UserID: o.UserID, Name: o.Name, State: o.State, Reason: o.Reason, Since: o.Since, Until: o.Until, Trouble: o.Trouble, Company: o.Company}
}

func trunk(t telephony.FloorTrunk) TrunkFigure {
	f := TrunkFigure{Name: t.Name, State: t.State, Text: t.Text, Since: t.Since, Calls: t.Calls, Channels: t.Channels}
	for _, why := range t.Causes() {
		if f.Cause == "" {
			f.Cause = why
		}
		f.Failed += t.Failures[why]
	}
	return f
}

func (f *OperatorFigures) count(state string) {
	f.Total++
	switch state {
	case "ready":
		f.Ready++
	case "ringing", "talking", "wrap_up":
		f.Talking++
	case "pause", "not_ready":
		f.Pause++
	}
}

func shift(m desk.Mine) ShiftFigures {
	out := ShiftFigures{Since: m.Since, Calls: m.Work.Calls, Outgoing: m.Work.Outgoing, Tickets: m.Tickets, TalkSec: int(m.Work.Talk.Seconds())}
	if m.Work.Calls > 0 {
		sec := int(m.Work.Waited.Seconds()) / m.Work.Calls
		out.AvgAnswer = &sec
	}
	return out
}

func (c Config) my(ctx context.Context, _ *struct{}) (*myOut, error) {
	m, err := c.Floor.Mine(ctx)
	if err != nil {
		return nil, err
	}
	out := MyDesk{Recent: calllogapi.Rows(m.Recent), Shift: shift(m), Drafts: []MyDraft{}, Missed: []MyMissed{}, Zone: m.Zone}
	for _, d := range m.Drafts {
		out.Drafts = append(out.Drafts, MyDraft{Key: d.Key, Phone: d.Phone, UpdatedAt: d.UpdatedAt})
	}
	for _, r := range m.Missed {
		out.Missed = append(out.Missed, missed(r))
	}
	return &myOut{out}, nil
}

func missed(r desk.MissedRing) MyMissed {
	m := MyMissed{
		Key: r.Call.Key, At: r.At, Why: r.Why, Rings: r.Rings, Phone: r.Call.Phone, CompanyName: r.Call.CompanyName, Since: r.Call.StartedAt,
		Fate: r.Fate, By: r.By, ByAt: r.ByAt, CanCall: r.CanCall,
	}
	if r.Task != nil {
		m.TaskID, m.PromiseAt = &r.Task.ID, r.Task.PromiseAt
	}
	return m
}

func some(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}
