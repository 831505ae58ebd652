package ticketapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/phone"
	"d24/internal/platform/httpapi"
	"d24/internal/ticket"
)

// TicketJoin is one more caller about the same trouble.
type TicketJoin struct {
	Reference string    `json:"reference" doc:"the number the caller was told: 118402/2"`
	Unit      string    `json:"unit"`
	Phone     string    `json:"phone" doc:"E.164; the middle is hidden from those who may not see contacts"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
}

// NewTicketJoin joins a caller to a request.
type NewTicketJoin struct {
	Unit           string `json:"unit,omitempty" maxLength:"20"`
	CallerPhone    string `json:"caller_phone,omitempty" maxLength:"40"`
	IdempotencyKey string `json:"idempotency_key" minLength:"8" maxLength:"100" doc:"the same key joins once"`
}

// TicketJoined is the number to tell the caller.
type TicketJoined struct {
	Reference string `json:"reference"`
}

// SimilarTickets are requests that may be about the same trouble.
type SimilarTickets struct {
	Items []TicketRow `json:"items"`
}

func (c Config) same(api huma.API) {
	tags := []string{"tickets"}
	type ask struct {
		BuildingID int64  `query:"building_id" minimum:"1" required:"true"`
		ReasonID   int64  `query:"reason_id" minimum:"1" required:"true"`
		Unit       string `query:"unit" maxLength:"20"`
	}
	type found struct{ Body SimilarTickets }
	type join struct {
		ByID
		Body NewTicketJoin
	}
	type joined struct{ Body TicketJoined }
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "similar-tickets", Method: http.MethodGet, Path: "/tickets/similar", Summary: "What may be the same trouble: same house and reason, near in time (J10)", Tags: tags,
	}, func(ctx context.Context, in *ask) (*found, error) {
		ts, err := c.Service.Similar(ctx, in.BuildingID, in.ReasonID, in.Unit)
		return &found{SimilarTickets{Rows(ts, c.Now())}}, err
	})
	httpapi.Register(api, access.TicketCreate, huma.Operation{
		OperationID: "join-ticket", Method: http.MethodPost, Path: "/tickets/{id}/join", Summary: "The same trouble: join one more caller, who gets a number", Tags: tags,
		Description: "409 ticket.join_over: the request is over, make a new one.",
	}, func(ctx context.Context, in *join) (*joined, error) {
		ref, err := c.Service.Join(ctx, in.ID, ticket.NewJoin{Unit: in.Body.Unit, Phone: in.Body.CallerPhone, IdempotencyKey: in.Body.IdempotencyKey})
		return &joined{TicketJoined{ref}}, err
	})
}

func (c Config) joins(ctx context.Context, t ticket.Ticket) ([]TicketJoin, error) {
	js, err := c.Service.Joins(ctx, t.ID)
	out := make([]TicketJoin, 0, len(js))
	for _, j := range js {
		if j.Phone != "" && !access.From(ctx).Can(access.ContactRead) {
			j.Phone = phone.Mask(j.Phone)
		}
		out = append(out, TicketJoin{Reference: ticket.Reference(t.Number, j.N), Unit: j.Unit, Phone: j.Phone, By: j.By, At: j.At})
	}
	return out, err
}
