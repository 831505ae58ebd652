package supplierticketapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/page"
	"d24/internal/platform/httpapi"
	"d24/internal/supplier"
	"d24/internal/ticket"
	"d24/internal/ticket/supplierticket"
)

// Config of the operations.
type Config struct {
	Service   *supplierticket.Service
	Tickets   *ticket.Service
	Suppliers *supplier.Service
	Now       func() time.Time
}

// Filter is the query of the list.
type Filter struct {
	View       string    `query:"view" enum:"all,new,open,due" doc:"new: nobody has told the supplier; open: work still owed; due: hour X has come"`
	Status     []string  `query:"status,explode" enum:"new,handed_over,accepted,in_progress,done,closed,cancelled" maxItems:"10"`
	Kind       string    `query:"kind" maxLength:"60" doc:"of the supplier, as reasons name it"`
	SupplierID int64     `query:"supplier_id" minimum:"0"`
	CompanyID  int64     `query:"company_id" minimum:"0"`
	BuildingID int64     `query:"building_id" minimum:"0"`
	Number     int64     `query:"number" minimum:"0" doc:"of the ordinary request"`
	Q          string    `query:"q" maxLength:"200" doc:"words of address, reason, supplier, its number"`
	From       time.Time `query:"from"`
	To         time.Time `query:"to"`
}

func (c Config) read(f Filter) supplierticket.Filter {
	out := supplierticket.Filter{
		Now: c.Now(), Kind: f.Kind, SupplierID: f.SupplierID, CompanyID: f.CompanyID, BuildingID: f.BuildingID, Number: f.Number, Text: f.Q, From: f.From, To: f.To,
	}
	if f.View != "all" {
		out.View = supplierticket.View(f.View)
	}
	for _, s := range f.Status {
		out.Status = append(out.Status, supplierticket.Status(s))
	}
	return out
}

type (
	list struct {
		Filter
		Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
		Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	}
	pageOut  struct{ Body SupplierTicketPage }
	countOut struct{ Body SupplierTicketCount }
	one      struct{ Body SupplierTicketCard }
	byID     struct {
		ID int64 `path:"id" minimum:"1"`
	}
	open     struct{ Body NewSupplierTicket }
	handOver struct {
		ID   int64 `path:"id" minimum:"1"`
		Body SupplierHandOver
	}
	news struct {
		ID   int64 `path:"id" minimum:"1"`
		Body SupplierNews
	}
)

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	tags := []string{"suppliers' requests"}
	httpapi.Register(api, access.SupplierRead, huma.Operation{
		OperationID: "list-supplier-tickets", Method: http.MethodGet, Path: "/supplier-tickets", Summary: "Suppliers' requests, newest first", Tags: tags,
	}, c.list)
	httpapi.Register(api, access.SupplierRead, huma.Operation{
		OperationID: "count-supplier-tickets", Method: http.MethodGet, Path: "/supplier-tickets/count", Summary: "How many a filter finds", Tags: tags,
	}, func(ctx context.Context, in *Filter) (*countOut, error) {
		n, err := c.Service.Count(ctx, c.read(*in))
		return &countOut{SupplierTicketCount{Count: min(n, page.CountMax-1), Capped: n >= page.CountMax}}, err
	})
	httpapi.Register(api, access.SupplierRead, huma.Operation{
		OperationID: "get-supplier-ticket", Method: http.MethodGet, Path: "/supplier-tickets/{id}", Summary: "A supplier's request whole", Tags: tags,
	}, func(ctx context.Context, in *byID) (*one, error) { return c.card(ctx)(c.Service.Get(ctx, in.ID)) })
	httpapi.Register(api, access.TicketAssign, huma.Operation{
		OperationID: "open-supplier-ticket", Method: http.MethodPost, Path: "/supplier-tickets", Summary: "Open the supplier's half of a request that has none", Tags: tags, DefaultStatus: http.StatusCreated,
		Description: "409 supplier_ticket.exists: it has one.",
	}, func(ctx context.Context, in *open) (*one, error) {
		return c.card(ctx)(c.Service.Make(ctx, in.Body.TicketID, in.Body.SupplierID))
	})
	httpapi.Register(api, access.TicketAssign, huma.Operation{
		OperationID: "hand-over-supplier-ticket", Method: http.MethodPost, Path: "/supplier-tickets/{id}/hand-over", Summary: "The supplier was told; hour X counts from now", Tags: tags,
		Description: "409 supplier_ticket.changed, supplier_ticket.move_impossible: it is another now.",
	}, func(ctx context.Context, in *handOver) (*one, error) {
		return c.card(ctx)(c.Service.HandOver(ctx, in.ID, supplierticket.HandOver(in.Body)))
	})
	httpapi.Register(api, access.TicketAssign, huma.Operation{
		OperationID: "tell-supplier-ticket", Method: http.MethodPost, Path: "/supplier-tickets/{id}/news", Summary: "What was heard of it: state, number, next hour X", Tags: tags,
		Description: "409 supplier_ticket.ticket_open: the ordinary request is still open; send pair_seen when the person knows.",
	}, func(ctx context.Context, in *news) (*one, error) {
		b := in.Body
		return c.card(ctx)(c.Service.Tell(ctx, in.ID, supplierticket.News{
			To: supplierticket.Status(b.To), Text: b.Text, TheirNumber: b.TheirNumber, FollowupAt: b.FollowupAt, Version: b.Version, PairSeen: b.PairSeen,
		}))
	})
}

func (c Config) list(ctx context.Context, in *list) (*pageOut, error) {
	f := c.read(in.Filter)
	f.Limit = in.Limit
	var err error
	if f.After, err = page.Parse(in.Cursor); err != nil {
		return nil, err
	}
	ts, next, err := c.Service.List(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &pageOut{SupplierTicketPage{Items: make([]SupplierTicketRow, 0, len(ts))}}
	for _, t := range ts {
		out.Body.Items = append(out.Body.Items, row(t, c.Now()))
	}
	if next != "" {
		out.Body.NextCursor = &next
	}
	return out, nil
}

func (c Config) card(ctx context.Context) func(supplierticket.Ticket, error) (*one, error) {
	return func(t supplierticket.Ticket, err error) (*one, error) {
		if err != nil {
			return nil, err
		}
		out := SupplierTicketCard{SupplierTicketRow: row(t, c.Now()), Phones: []SupplierTicketPhone{}, Events: []SupplierTicketEvent{}, To: may(t, access.From(ctx))}
		o, err := c.Suppliers.Get(ctx, t.SupplierID)
		if err != nil {
			return nil, err
		}
		for _, p := range o.AllPhones() {
			out.Phones = append(out.Phones, SupplierTicketPhone(p))
		}
		if out.Hours = o.Hours; out.Hours == "" && o.Shared != nil {
			out.Hours = o.Shared.Hours
		}
		es, err := c.Tickets.Events(ctx, t.TicketID)
		for _, e := range es {
			if e.Kind == "supplier" {
				out.Events = append(out.Events, SupplierTicketEvent{At: e.At, By: e.ByName, Text: e.Text})
			}
		}
		return &one{out}, err
	}
}
