package ticketapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
	"d24/internal/ticket"
)

// TicketWork is a period of work on a request.
type TicketWork struct {
	BeganAt  time.Time  `json:"began_at"`
	BeganBy  string     `json:"began_by"`
	EndedAt  *time.Time `json:"ended_at" doc:"null: it is going on"`
	EndedBy  string     `json:"ended_by"`
	Why      string     `json:"why" doc:"it ended"`
	Executor string     `json:"executor" doc:"whose work it was when it began"`
}

func workRows(ws []ticket.Work) []TicketWork {
	out := make([]TicketWork, 0, len(ws))
	for _, w := range ws {
		out = append(out, TicketWork(w))
	}
	return out
}

// TicketPause is why work is broken off.
type TicketPause struct {
	Reason string `json:"reason" maxLength:"500"`
}

// TicketEdit is a word that a person corrects.
type TicketEdit struct {
	Field string `json:"field" enum:"description,access_note,caller_phone,entrance,floor"`
	Was   string `json:"was" maxLength:"4000" doc:"what the person saw there"`
	Now   string `json:"now" maxLength:"4000"`
}

// TicketEdits are the words corrected at one time.
type TicketEdits struct {
	Edits []TicketEdit `json:"edits" minItems:"1" maxItems:"5"`
}

func (c Config) works(api huma.API) {
	tags := []string{"tickets"}
	type pause struct {
		ByID
		Device
		Body TicketPause
	}
	type work struct {
		ByID
		Device
	}
	do := func(ctx context.Context, id int64, d Device, w ticket.Stint) (*one, error) {
		if d.Key != "" {
			return c.answer(ctx)(c.Service.FromDevice(ctx, id, ticket.Device(d), ticket.Deed{Work: &w}))
		}
		return c.answer(ctx)(c.Service.Work(ctx, id, w))
	}
	httpapi.Register(api, access.TicketMove, huma.Operation{
		OperationID: "pause-ticket", Method: http.MethodPost, Path: "/tickets/{id}/pause", Summary: "Work is broken off; the request stays in work", Tags: tags,
		Description: "409 ticket.not_working: nobody works. 409 ticket.move_impossible: it is not in work.",
	}, func(ctx context.Context, in *pause) (*one, error) {
		return do(ctx, in.ID, in.Device, ticket.Stint{What: ticket.Pause, Reason: in.Body.Reason})
	})
	httpapi.Register(api, access.TicketMove, huma.Operation{
		OperationID: "resume-ticket", Method: http.MethodPost, Path: "/tickets/{id}/resume", Summary: "Work is taken up again", Tags: tags,
		Description: "409 ticket.working says who works already.",
	}, func(ctx context.Context, in *work) (*one, error) {
		return do(ctx, in.ID, in.Device, ticket.Stint{What: ticket.Resume})
	})
	httpapi.Register(api, access.TicketMove, huma.Operation{
		OperationID: "localise-ticket", Method: http.MethodPost, Path: "/tickets/{id}/localise", Summary: "The accident does no more harm", Tags: tags,
		Description: "409 ticket.localised: it was written down already.",
	}, func(ctx context.Context, in *work) (*one, error) {
		return do(ctx, in.ID, in.Device, ticket.Stint{What: ticket.Localise})
	})
	type edit struct {
		ByID
		Body TicketEdits
	}
	httpapi.Register(api, access.TicketCreate, huma.Operation{
		OperationID: "edit-ticket", Method: http.MethodPost, Path: "/tickets/{id}/edit", Summary: "Correct what was written down", Tags: tags,
		Description: "What others changed in other fields stays. 409 ticket.edited names, at body.{field}, who was first in the same one; nothing is kept then (F70).",
	}, func(ctx context.Context, in *edit) (*one, error) {
		edits := make([]ticket.Edit, 0, len(in.Body.Edits))
		for _, e := range in.Body.Edits {
			edits = append(edits, ticket.Edit(e))
		}
		return c.answer(ctx)(c.Service.Edit(ctx, in.ID, edits))
	})
}
