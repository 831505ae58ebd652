package ticketapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
)

// TicketAssign gives a request to a person chosen by hand.
type TicketAssign struct {
	What     string `json:"what" enum:"executor,responsible"`
	MemberID int64  `json:"member_id" minimum:"1" doc:"an executor: any of the staff; a responsible person: of the preset list (ticket-choices)"`
	Version  int    `json:"version" doc:"the version the person saw"`
}

func (c Config) assign(api huma.API) {
	type assign struct {
		ByID
		Body TicketAssign
	}
	httpapi.Register(api, access.TicketAssign, huma.Operation{
		OperationID: "assign-ticket", Method: http.MethodPost, Path: "/tickets/{id}/assign", Summary: "Choose its executor or responsible person", Tags: []string{"tickets"},
		Description: "The new executor of a request that is taken is called; of one that is not he is told on his devices. 409 ticket.changed says who was first; 409 ticket.move_impossible: it is over. " +
			"422 ticket.member, ticket.not_preset: not this person.",
	}, func(ctx context.Context, in *assign) (*one, error) {
		return c.answer(ctx)(c.Service.Assign(ctx, in.ID, in.Body.What, in.Body.MemberID, in.Body.Version))
	})
}
