package ticketapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/errand/errandapi"
	"d24/internal/platform/httpapi"
	"d24/internal/ticket"
)

// TicketChange is what is done with each request of a change of many.
type TicketChange struct {
	What     string       `json:"what" enum:"status,executor,responsible,labels"`
	To       string       `json:"to,omitempty" enum:"accepted,in_progress,postponed,done,closed,cancelled"`
	Reason   string       `json:"reason,omitempty" maxLength:"1000" doc:"of a deferral, a cancellation or a reopening"`
	Until    *time.Time   `json:"until,omitempty" doc:"of a deferral"`
	MemberID int64        `json:"member_id,omitempty" minimum:"0" doc:"the executor: any employee; the responsible person: one of the preset list"`
	Put      []int64      `json:"put,omitempty" maxItems:"20"`
	Off      []int64      `json:"off,omitempty" maxItems:"20"`
	Picks    []TicketPick `json:"picks,omitempty" maxItems:"10000" doc:"requests chosen by hand; none: all that match the filter in the query"`
	Expected int          `json:"expected" minimum:"1" doc:"how many the person was told: 409 ticket.count_changed when there are more or fewer"`
	Query    string       `json:"query,omitempty" maxLength:"4000" doc:"the list as in the address of the screen"`
}

// TicketPick is a request chosen by hand.
type TicketPick struct {
	ID      int64 `json:"id" minimum:"1"`
	Version int   `json:"version" minimum:"1" doc:"as it was on the screen: one that was changed since is refused"`
}

type errands struct{ Body errandapi.ErrandRow }

type changeMany struct {
	Filter
	Body TicketChange
}

func (c Config) bulk(api huma.API) {
	tags := []string{"tickets"}
	httpapi.Register(api, access.TicketMove, huma.Operation{
		OperationID: "count-tickets-to-change", Method: http.MethodGet, Path: "/ticket-changes/count", Summary: "How many requests a change of all that match would be about, exactly", Tags: tags,
		Description: "capped: more than may be changed at once.",
	}, func(ctx context.Context, in *Filter) (*countOut, error) {
		if err := httpapi.Number(ctx, in.Phone); err != nil {
			return nil, err
		}
		n, err := c.Service.CountTo(ctx, c.read(*in), ticket.MaxChange+1)
		return &countOut{TicketCount{Count: min(n, ticket.MaxChange), Capped: n > ticket.MaxChange}}, err
	})
	httpapi.Register(api, access.TicketMove, huma.Operation{
		OperationID: "change-tickets", Method: http.MethodPost, Path: "/ticket-changes", Summary: "Change many requests in the background", Tags: tags, DefaultStatus: http.StatusAccepted,
		Description: "The set is frozen at the start. Each request is changed by the rules of a single change and at the version it had then; what is refused is listed with the reason.\n" +
			"409 ticket.count_changed: they are not as many as expected. 409 errand.busy: the user's last change is still in hand.",
	}, func(ctx context.Context, in *changeMany) (*errands, error) {
		if err := httpapi.Number(ctx, in.Phone); err != nil {
			return nil, err
		}
		b := in.Body
		m := ticket.Many{
			Filter: c.read(in.Filter), Expected: b.Expected, Query: b.Query,
			Change: ticket.Change{What: b.What, To: ticket.Status(b.To), Reason: b.Reason, Until: b.Until, MemberID: b.MemberID, Put: b.Put, Off: b.Off},
		}
		for _, p := range b.Picks {
			m.Picks = append(m.Picks, ticket.Pick(p))
		}
		e, err := c.Service.ChangeMany(ctx, m)
		if err != nil {
			return nil, err
		}
		return &errands{errandapi.Row(e, c.Now())}, nil
	})
}
