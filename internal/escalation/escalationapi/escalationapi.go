// Package escalationapi is the HTTP face of running escalations (E3).
package escalationapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/escalation"
	"d24/internal/platform/httpapi"
)

// EscalationRow is an emergency that nobody has taken yet.
type EscalationRow struct {
	TicketID    int64     `json:"ticket_id"`
	Number      int64     `json:"number"`
	Address     string    `json:"address"`
	Reason      string    `json:"reason"`
	Stage       string    `json:"stage" enum:"calling,announcing"`
	IsHeld      bool      `json:"is_held" doc:"a supervisor calls around himself"`
	Level       int       `json:"level" doc:"from 1"`
	Levels      int       `json:"levels"`
	Calling     string    `json:"calling" doc:"the person of the level"`
	Next        string    `json:"next" doc:"who comes then; empty: the announcement and the responsible person"`
	Responsible string    `json:"responsible" doc:"empty: none"`
	NextAt      time.Time `json:"next_at" doc:"when it goes on by itself"`
	StartedAt   time.Time `json:"started_at"`
	Zone        string    `json:"zone" doc:"IANA zone"`
}

// EscalationList is escalations, the nearest step first.
type EscalationList struct {
	Items []EscalationRow `json:"items" nullable:"false"`
}

type (
	listOut struct{ Body EscalationList }
	handIn  struct {
		ID   int64 `path:"id" minimum:"1" doc:"of the request"`
		Body struct {
			Do    string `json:"do" enum:"skip,take_over,responsible"`
			Level int    `json:"level" minimum:"1" doc:"the level seen: a skip of one that has gone already is refused"`
		}
	}
)

func row(x escalation.Running) EscalationRow {
	s, p := x.State, x.Plan
	out := EscalationRow{
		TicketID: x.Ticket.ID, Number: x.Ticket.Number, Address: x.Ticket.Address, Reason: x.Ticket.ReasonName, Stage: string(s.Stage), IsHeld: s.Held,
		Level: s.Level + 1, Levels: len(p.Levels), NextAt: s.Deadline, StartedAt: x.StartedAt, Zone: x.Ticket.Zone,
	}
	if s.Stage == escalation.Calling && s.Level < len(p.Levels) {
		out.Calling = p.Levels[s.Level].Name
		if s.Level+1 < len(p.Levels) {
			out.Next = p.Levels[s.Level+1].Name
		}
	}
	if p.Responsible != nil {
		out.Responsible = p.Responsible.Name
	}
	return out
}

// Register adds the operations to api.
func Register(api huma.API, r *escalation.Runner) {
	list := func(ctx context.Context) (*listOut, error) {
		xs, err := r.Running(ctx)
		out := &listOut{EscalationList{Items: make([]EscalationRow, 0, len(xs))}}
		for _, x := range xs {
			out.Body.Items = append(out.Body.Items, row(x))
		}
		return out, err
	}
	httpapi.Register(api, access.DeskSupervise, huma.Operation{
		OperationID: "list-escalations", Method: http.MethodGet, Path: "/escalations", Summary: "Running escalations, the nearest step first", Tags: []string{"shift"},
	}, func(ctx context.Context, _ *struct{}) (*listOut, error) { return list(ctx) })
	httpapi.Register(api, access.DeskSupervise, huma.Operation{
		OperationID: "step-in", Method: http.MethodPost, Path: "/escalations/{id}/step-in", Summary: "A supervisor steps in", Tags: []string{"shift"},
		Description: "skip: the next level now; take_over: the machine waits 15 minutes; responsible: he is called now besides the rest. The answer is the list anew.",
	}, func(ctx context.Context, in *handIn) (*listOut, error) {
		if err := r.StepIn(ctx, in.ID, escalation.Hand{Do: escalation.StepIn(in.Body.Do), Level: in.Body.Level - 1}); err != nil {
			return nil, err
		}
		return list(ctx)
	})
	takers(api, r)
}
