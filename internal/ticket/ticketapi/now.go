package ticketapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/page"
	"d24/internal/platform/httpapi"
	"d24/internal/ticket"
)

// TicketFigure is one figure of this moment; it is the length of the list it opens.
type TicketFigure struct {
	Key    string `json:"key" doc:"a state, a kind, overdue, soon, open, or the words of a reason or a label"`
	TagID  int64  `json:"tag_id" doc:"of a label; 0: none"`
	Colour string `json:"colour" doc:"of a label"`
	Count  int    `json:"n" doc:"how many; at most 1000"`
	Capped bool   `json:"capped" doc:"there are more: show «1000+»"`
}

// TicketFigures are the requests of this moment (D1).
type TicketFigures struct {
	Status    []TicketFigure `json:"status" nullable:"false"`
	Kind      []TicketFigure `json:"kind" nullable:"false" doc:"of those still owed"`
	Due       []TicketFigure `json:"due" nullable:"false"`
	Postponed []TicketFigure `json:"postponed" nullable:"false" doc:"why deferred"`
	Tags      []TicketFigure `json:"tags" nullable:"false" doc:"labels of those still owed"`
}

func figures(fs []ticket.Figure) []TicketFigure {
	out := make([]TicketFigure, 0, len(fs))
	for _, f := range fs {
		out = append(out, TicketFigure{Key: f.Key, TagID: f.Tag.ID, Colour: f.Tag.Colour, Count: min(f.Count, page.CountMax-1), Capped: f.IsCapped()})
	}
	return out
}

func (c Config) now(api huma.API) {
	type ask struct {
		CompanyID int64 `query:"company_id" minimum:"0" doc:"0: of all the user may see"`
	}
	type told struct{ Body TicketFigures }
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "ticket-figures", Method: http.MethodGet, Path: "/tickets/figures", Summary: "The requests of this moment in figures; each opens its list (D1)", Tags: []string{"tickets"},
	}, func(ctx context.Context, in *ask) (*told, error) {
		f, err := c.Service.Now(ctx, in.CompanyID)
		return &told{TicketFigures{figures(f.Status), figures(f.Kind), figures(f.Due), figures(f.Postponed), figures(f.Tags)}}, err
	})
}
