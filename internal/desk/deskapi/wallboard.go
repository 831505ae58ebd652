package deskapi

import (
	"context"
	"time"
)

// Wallboard is the floor as its supervisor sees it from across the room.
type Wallboard struct {
	Waiting       int           `json:"waiting" doc:"callers in the queue"`
	Urgent        int           `json:"urgent" doc:"of them pressed the key for emergencies"`
	Own           int           `json:"own" doc:"of them wait for their company's own operators alone"`
	Slow          int           `json:"slow" doc:"of them wait behind the others: nobody has spoken from their numbers again and again (F17)"`
	LongestSince  *time.Time    `json:"longest_since"`
	TodayInTime   int           `json:"today_in_time" doc:"callers of the day answered within the law's five minutes"`
	TodayQuick    int           `json:"today_quick" doc:"within twenty seconds"`
	TodayAll      int           `json:"today_all"`
	Seats         []SeatFigure  `json:"seats" doc:"operators at their places"`
	Lost          []WallLost    `json:"lost" doc:"to be called back, the nearest promise first"`
	NotHandedOver []WallUntaken `json:"not_handed_over" doc:"emergencies nobody has taken, the nearest step first"`
	DueSoon       []WallDue     `json:"due_soon" doc:"promises that end within 15 minutes, the nearest first"`
	Trunks        []TrunkFigure `json:"trunks"`
	EngineAlive   bool          `json:"engine_alive" doc:"false: the phone part does not answer"`
	ServerTime    time.Time     `json:"server_time"`
	Zone          string        `json:"zone" doc:"IANA zone of the day and of the hours shown"`
}

// WallLost is a caller who was not answered.
type WallLost struct {
	TaskID      int64      `json:"task_id"`
	CalledAt    time.Time  `json:"called_at"`
	CompanyName string     `json:"company_name" doc:"empty: a city's number"`
	PromiseAt   *time.Time `json:"promise_at"`
	IsWaiting   bool       `json:"is_waiting" doc:"he is on the line still: his place is kept, he is not lost"`
}

// WallUntaken is an emergency nobody has taken.
type WallUntaken struct {
	TicketID   int64      `json:"ticket_id"`
	Number     int64      `json:"number"`
	Address    string     `json:"address"`
	Reason     string     `json:"reason"`
	NextStepAt *time.Time `json:"next_step_at"`
}

// WallDue is a promise.
type WallDue struct {
	TicketID int64     `json:"ticket_id" doc:"0: a call without a request"`
	Number   int64     `json:"number" doc:"0: a call"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
}

type wallboardOut struct{ Body Wallboard }

func (c Config) wallboard(ctx context.Context, _ *struct{}) (*wallboardOut, error) {
	w, err := c.Floor.Wallboard(ctx)
	if err != nil {
		return nil, err
	}
	out := Wallboard{
		Waiting: w.Waiting, Urgent: w.Urgent, Own: w.Own, Slow: w.Slow, LongestSince: w.LongestSince, TodayInTime: w.TodayInTime, TodayQuick: w.TodayQuick, TodayAll: w.TodayAll,
		Seats: []SeatFigure{}, Lost: []WallLost{}, NotHandedOver: []WallUntaken{}, DueSoon: []WallDue{}, Trunks: []TrunkFigure{},
		EngineAlive: w.EngineAlive, ServerTime: w.Now, Zone: w.Zone,
	}
	for _, o := range w.Seats {
		out.Seats = append(out.Seats, seat(o))
	}
	for _, t := range w.Strip.Lost {
		at := t.Plan.Since
		if at.IsZero() {
			at = t.CreatedAt
		}
		out.Lost = append(out.Lost, WallLost{TaskID: t.ID, CalledAt: at, CompanyName: w.Callers[t.CompanyID], PromiseAt: t.PromiseAt, IsWaiting: w.Waits[t.ID]})
	}
	for _, t := range w.NotTaken {
		out.NotHandedOver = append(out.NotHandedOver, WallUntaken{TicketID: t.ID, Number: t.Number, Address: t.Address, Reason: t.ReasonName, NextStepAt: t.NextStepAt})
	}
	for _, d := range w.DueSoon {
		out.DueSoon = append(out.DueSoon, WallDue(d))
	}
	for _, t := range w.Trunks {
		out.Trunks = append(out.Trunks, trunk(t))
	}
	return &wallboardOut{out}, nil
}
