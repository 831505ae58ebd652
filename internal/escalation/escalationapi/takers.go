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

// TakerRow is an executor who has taken a request.
type TakerRow struct {
	MemberID int64     `json:"member_id"`
	Name     string    `json:"name"`
	At       time.Time `json:"at"`
	Has      bool      `json:"has" doc:"it is his now"`
}

// TakerList is those of whom nobody has said who goes; empty when one has it alone.
type TakerList struct {
	Items []TakerRow `json:"items" nullable:"false"`
}

// OfTicket names the request in the path.
type OfTicket struct {
	ID int64 `path:"id" minimum:"1" doc:"of the request"`
}

type (
	takersOut struct{ Body TakerList }
	decideIn  struct {
		OfTicket
		Body struct {
			MemberID int64 `json:"member_id" minimum:"1" doc:"who goes"`
		}
	}
)

func takersOf(ks []escalation.Taker, err error) (*takersOut, error) {
	out := &takersOut{TakerList{Items: make([]TakerRow, 0, len(ks))}}
	for _, k := range ks {
		out.Body.Items = append(out.Body.Items, TakerRow(k))
	}
	return out, err
}

func takers(api huma.API, r *escalation.Runner) {
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "ticket-takers", Method: http.MethodGet, Path: "/tickets/{id}/takers", Summary: "Executors who have taken the same request, until an operator says who goes", Tags: []string{"tickets"},
	}, func(ctx context.Context, in *OfTicket) (*takersOut, error) { return takersOf(r.Takers(ctx, in.ID)) })
	httpapi.Register(api, access.DeskWork, huma.Operation{
		OperationID: "decide-taker", Method: http.MethodPost, Path: "/tickets/{id}/takers", Summary: "Say who of them goes: he is the one executor, all are told by phone; 409 takers.settled", Tags: []string{"tickets"},
	}, func(ctx context.Context, in *decideIn) (*takersOut, error) {
		return takersOf(r.Decide(ctx, in.ID, in.Body.MemberID))
	})
}
