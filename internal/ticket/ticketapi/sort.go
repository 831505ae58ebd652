package ticketapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
	"d24/internal/ticket"
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

// TicketPlace gives a request another address.
type TicketPlace struct {
	BuildingID int64  `json:"building_id" minimum:"1"`
	Unit       string `json:"unit,omitempty" maxLength:"20"`
	Entrance   int    `json:"entrance,omitempty" minimum:"0" maximum:"100" doc:"0: as the directory has it"`
	Floor      int    `json:"floor,omitempty" minimum:"-5" maximum:"200" doc:"0: as the directory has it"`
	ReasonID   int64  `json:"reason_id,omitempty" minimum:"0" doc:"of the other company's catalogue; 0: its reason of the same code"`
	Version    int    `json:"version" minimum:"1" doc:"the one on the screen"`
}

func (c Config) sort(api huma.API) {
	tags := []string{"tickets"}
	type resort struct {
		ByID
		Body TicketResort
	}
	type place struct {
		ByID
		Body TicketPlace
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
		OperationID: "place-ticket", Method: http.MethodPost, Path: "/tickets/{id}/place", Summary: "It is about another address (F14)", Tags: tags,
		Description: "At a house of the same company the request stays, with the terms and the people of that house. People of the centre who serve both companies may name a house of another one: it is over here and registered anew there, and the answer is the new one. 409 ticket.changed, ticket.move_impossible; 422 ticket.same_place, ticket.building, ticket.reason.",
	}, func(ctx context.Context, in *place) (*one, error) {
		b := in.Body
		return c.answer(ctx)(c.Service.Replace(ctx, in.ID, ticket.Place{BuildingID: b.BuildingID, Unit: b.Unit, Entrance: b.Entrance, Floor: b.Floor, ReasonID: b.ReasonID}, b.Version))
	})
	httpapi.Register(api, access.TicketAssign, huma.Operation{
		OperationID: "merge-ticket", Method: http.MethodPost, Path: "/tickets/{id}/merge", Summary: "It is about the trouble of another request: it is over here, its caller is joined there", Tags: tags,
		Description: "Calls about it are withdrawn at once (F39). 409 ticket.changed, ticket.move_impossible, ticket.join_over, ticket.merge_down: an emergency is not merged into what is none.",
	}, func(ctx context.Context, in *merge) (*one, error) {
		return c.answer(ctx)(c.Service.Merge(ctx, in.ID, in.Body.Into, in.Body.Version))
	})
}
