// Package reportapi is the HTTP face of what is taken out of the journal.
package reportapi

import (
	"context"
	"io"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/errand/errandapi"
	"d24/internal/platform/httpapi"
	"d24/internal/report"
	"d24/internal/ticket/ticketapi"
)

// TicketExport is a list that is to become a file.
type TicketExport struct {
	Format     string   `json:"format" enum:"xlsx,csv,pdf" doc:"pdf: the register for supervisory bodies, with columns of its own"`
	Columns    []string `json:"columns,omitempty" maxItems:"20" enum:"kind,number,created,address,reason,status,executor,responsible,tags,company,due" doc:"as they are shown; none: all"`
	IsDetailed bool     `json:"is_detailed,omitempty" doc:"besides: phone by right, text, the hours of the stages"`
	Query      string   `json:"query,omitempty" maxLength:"4000" doc:"the list as in the address of the screen"`
}

// Config of the operations.
type Config struct {
	Service *report.Service
	Tickets ticketapi.Config
}

type (
	ask struct {
		ticketapi.Filter
		Order string `query:"order" enum:"newest,oldest,due"`
		Body  TicketExport
	}
	started struct{ Body errandapi.ErrandRow }
	stream  struct{ Body func(huma.Context) }
)

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	tags := []string{"tickets"}
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "export-tickets", Method: http.MethodPost, Path: "/ticket-exports", Summary: "Make a file of a list in the background", Tags: tags, DefaultStatus: http.StatusAccepted,
		Description: "The file is the user's alone, and is removed after a day. 409 errand.busy: the company has one in the making.",
	}, func(ctx context.Context, in *ask) (*started, error) {
		f, err := c.Tickets.Read(ctx, in.Filter, in.Order)
		if err != nil {
			return nil, err
		}
		e, err := c.Service.Start(ctx, report.Ask{Filter: f, Format: report.Format(in.Body.Format), Columns: in.Body.Columns, IsDetailed: in.Body.IsDetailed, Query: in.Body.Query})
		if err != nil {
			return nil, err
		}
		return &started{errandapi.Row(e, c.Tickets.Now())}, nil
	})
	c.paper(api, "ticket-work-order", "/tickets/{id}/work-order", "The work order of a request, to be printed", report.Order)
	c.paper(api, "ticket-act", "/tickets/{id}/act", "The act of the work done, to be printed and signed", report.Act)
}

func (c Config) paper(api huma.API, id, path, summary string, p report.Paper) {
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"tickets"},
		Responses: map[string]*huma.Response{"200": {Description: "PDF", Content: map[string]*huma.MediaType{"application/pdf": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}},
	}, func(ctx context.Context, in *ticketapi.ByID) (*stream, error) {
		name, write, err := c.Service.Paper(ctx, in.ID, p)
		if err != nil {
			return nil, err
		}
		return &stream{func(h huma.Context) { send(h, name, write) }}, nil
	})
}

// send lets the browser show the paper: it is printed from there.
func send(h huma.Context, name string, write func(io.Writer) error) {
	_, w := humago.Unwrap(h)
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": name}))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "private, no-store")
	_ = write(w) // the answer has begun
}
