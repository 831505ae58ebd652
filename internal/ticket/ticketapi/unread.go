package ticketapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
)

// TicketRead says how much of the talk of a request a person was shown.
type TicketRead struct {
	Said int `json:"said" minimum:"0" maximum:"1000000000" doc:"as ticket-events gave it: what was written since stays unread"`
}

// TicketsRead are the requests marked as read.
type TicketsRead struct {
	Count int  `json:"n"`
	More  bool `json:"more" doc:"there are more: ask again"`
}

func (c Config) unread(api huma.API) {
	tags := []string{"tickets"}
	type read struct {
		ByID
		Body TicketRead
	}
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "read-ticket", Method: http.MethodPost, Path: "/tickets/{id}/read", Summary: "The user has read what was written about a request", Tags: tags, DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *read) (*struct{}, error) {
		return nil, c.Service.Read(ctx, in.ID, in.Body.Said)
	})
	type all struct {
		CompanyID int64 `query:"company_id" minimum:"0" doc:"0: of all the user may see"`
	}
	type readAll struct{ Body TicketsRead }
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "read-tickets", Method: http.MethodPost, Path: "/tickets/read", Summary: "Everything written so far is read", Tags: tags,
	}, func(ctx context.Context, in *all) (*readAll, error) {
		n, more, err := c.Service.ReadAll(ctx, in.CompanyID)
		return &readAll{TicketsRead{n, more}}, err
	})
}
