package ticketapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
)

// TicketResort gives a request another reason.
type TicketResort struct {
	ReasonID int64 `json:"reason_id" minimum:"1"`
	Version  int   `json:"version" minimum:"1" doc:"the one on the screen"`
}

// TicketMerge says that a request is about the trouble of another one.
type TicketMerge struct {
	Into    int64 `json:"into" minimum:"1" doc:"the request that stays"`
	Version int   `json:"version" minimum:"1" doc:"the one on the screen"`
}

func (c Config) sort(api huma.API) {
	tags := []string{"tickets"}
	type resort struct {
		ByID
		Body TicketResort
	}
	type merge struct {
		ByID
		Body TicketMerge
	}
	httpapi.Register(api, access.TicketAssign, huma.Operation{
		OperationID: "resort-ticket", Method: http.MethodPost, Path: "/tickets/{id}/reason", Summary: "Another reason, and with it perhaps another kind", Tags: tags,
		Description: "The terms count from the registration by the new reason. Calls by the old one are withdrawn at once, an emergency begins to be handed over (F39). 409 ticket.changed, ticket.move_impossible.",
	}, func(ctx context.Context, in *resort) (*one, error) {
		return c.answer(ctx)(c.Service.Resort(ctx, in.ID, in.Body.ReasonID, in.Body.Version))
	})
	httpapi.Register(api, access.TicketAssign, huma.Operation{
		OperationID: "merge-ticket", Method: http.MethodPost, Path: "/tickets/{id}/merge", Summary: "It is about the trouble of another request: it is over here, its caller is joined there", Tags: tags,
		Description: "Calls about it are withdrawn at once (F39). 409 ticket.changed, ticket.move_impossible, ticket.join_over, ticket.merge_down: an emergency is not merged into what is none.",
	}, func(ctx context.Context, in *merge) (*one, error) {
		return c.answer(ctx)(c.Service.Merge(ctx, in.ID, in.Body.Into, in.Body.Version))
	})
}
