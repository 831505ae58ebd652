package ticketapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
	"d24/internal/ticket"
)

// TicketView is a kept list of requests or of calls, with its conditions and columns.
type TicketView struct {
	ID       int64    `json:"id"`
	Name     string   `json:"name"`
	Query    string   `json:"query" doc:"as in the address of the list: view=open&kind=emergency"`
	Columns  []string `json:"columns" doc:"of the list, in their order; empty: the usual ones"`
	IsShared bool     `json:"is_shared" doc:"everybody who sees the company's journal may open it"`
	IsMine   bool     `json:"is_mine" doc:"the user may change it"`
	Version  int      `json:"version"`
}

// TicketViewList are the user's own lists and the shared ones, by name.
type TicketViewList struct {
	Items    []TicketView `json:"items"`
	MayShare bool         `json:"may_share"`
}

// TicketViewForm is what a person keeps.
type TicketViewForm struct {
	Name     string   `json:"name" maxLength:"200"`
	Query    string   `json:"query" maxLength:"4000"`
	Columns  []string `json:"columns,omitempty" maxItems:"20" doc:"of requests: kind, number, created, address, reason, status, executor, responsible, tags, company, due; of calls: direction, started, phone, address, result, wait, talk, operator, ticket, mark, company"`
	IsShared bool     `json:"is_shared,omitempty"`
}

// NewTicketView is a list to be kept.
type NewTicketView struct {
	CompanyID int64 `json:"company_id" minimum:"1"`
	TicketViewForm
}

// ChangedTicketView is a kept list as it is to be.
type ChangedTicketView struct {
	Version int `json:"version" minimum:"1" maximum:"1000000000"`
	TicketViewForm
}

// TicketLabels puts labels on and takes others off.
type TicketLabels struct {
	Put     []int64 `json:"put,omitempty" maxItems:"50"`
	Off     []int64 `json:"off,omitempty" maxItems:"50"`
	Version int     `json:"version" minimum:"1" maximum:"1000000000" doc:"the version seen; what others put or took off meanwhile stays"`
}

// TicketChoice is a thing of a directory.
type TicketChoice struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// TicketChoices are what a company's list may be narrowed by and its requests given to.
type TicketChoices struct {
	Tags        []TicketTag    `json:"tags"`
	Executors   []TicketChoice `json:"executors" doc:"any of the staff"`
	Responsible []TicketChoice `json:"responsible" doc:"the preset list: by duties and rules"`
	Reasons     []TicketChoice `json:"reasons"`
	Groups      []TicketChoice `json:"groups" doc:"of houses the user sees"`
}

type ofCompany struct {
	CompanyID int64 `query:"company_id" minimum:"1" required:"true"`
}

// kept registers the same operations for each list, each with the right to read it.
func (c Config) kept(api huma.API) {
	c.keptOf(api, access.TicketRead, ticket.OfTickets, "ticket", "of requests")
	c.keptOf(api, access.CallRead, ticket.OfCalls, "call", "of calls")
}

func (c Config) keptOf(api huma.API, may access.Permission, list, name, of string) {
	tags := []string{name + "s"}
	path := "/" + name + "-views"
	type views struct{ Body TicketViewList }
	type view struct{ Body TicketView }
	httpapi.Register(api, may, huma.Operation{
		OperationID: "list-" + name + "-views", Method: http.MethodGet, Path: path, Summary: "Kept lists " + of + ": the user's own and the shared ones", Tags: tags,
	}, func(ctx context.Context, in *ofCompany) (*views, error) {
		ks, err := c.Service.KeptOf(ctx, in.CompanyID, list)
		a := access.From(ctx)
		out := &views{TicketViewList{Items: make([]TicketView, 0, len(ks)), MayShare: ticket.MayShare(a)}}
		for _, k := range ks {
			out.Body.Items = append(out.Body.Items, show(k, a))
		}
		return out, err
	})
	type keep struct{ Body NewTicketView }
	httpapi.Register(api, may, huma.Operation{
		OperationID: "keep-" + name + "-view", Method: http.MethodPost, Path: path, Summary: "Keep a list " + of, Tags: tags, DefaultStatus: http.StatusCreated,
	}, func(ctx context.Context, in *keep) (*view, error) {
		k, err := c.Service.Keep(ctx, in.Body.kept(ticket.Kept{List: list, CompanyID: in.Body.CompanyID}))
		return &view{show(k, access.From(ctx))}, err
	})
	type change struct {
		ByID
		Body ChangedTicketView
	}
	httpapi.Register(api, may, huma.Operation{
		OperationID: "change-" + name + "-view", Method: http.MethodPut, Path: path + "/{id}", Summary: "Change a kept list " + of + " of one's own", Tags: tags,
		Description: "409 ticket_view.changed: somebody was first.",
	}, func(ctx context.Context, in *change) (*view, error) {
		k, err := c.Service.Keep(ctx, in.Body.kept(ticket.Kept{List: list, ID: in.ID, Version: in.Body.Version}))
		return &view{show(k, access.From(ctx))}, err
	})
	httpapi.Register(api, may, huma.Operation{
		OperationID: "drop-" + name + "-view", Method: http.MethodDelete, Path: path + "/{id}", Summary: "Delete a kept list " + of + " of one's own", Tags: tags, DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *ByID) (*struct{}, error) {
		return nil, c.Service.DropKept(ctx, in.ID, list)
	})
}

func (f TicketViewForm) kept(k ticket.Kept) ticket.Kept {
	k.Name, k.Query, k.Columns, k.IsShared = f.Name, f.Query, f.Columns, f.IsShared
	return k
}

func show(k ticket.Kept, a access.Actor) TicketView {
	return TicketView{ID: k.ID, Name: k.Name, Query: k.Query, Columns: k.Columns, IsShared: k.IsShared, IsMine: k.UserID == a.UserID, Version: k.Version}
}

func (c Config) labels(api huma.API) {
	tags := []string{"tickets"}
	type relabel struct {
		ByID
		Body TicketLabels
	}
	httpapi.Register(api, access.TicketMove, huma.Operation{
		OperationID: "label-ticket", Method: http.MethodPost, Path: "/tickets/{id}/labels", Summary: "Put labels on and take others off", Tags: tags,
		Description: "422 ticket.label: archived, or of another company.",
	}, func(ctx context.Context, in *relabel) (*one, error) {
		return c.answer(ctx)(c.Service.SetLabels(ctx, in.ID, in.Body.Put, in.Body.Off))
	})
	type choices struct{ Body TicketChoices }
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "ticket-choices", Method: http.MethodGet, Path: "/ticket-choices", Summary: "By what a company's list may be narrowed, and to whom its requests may be given", Tags: tags,
	}, func(ctx context.Context, in *ofCompany) (*choices, error) {
		x, err := c.Service.Choices(ctx, in.CompanyID)
		return &choices{TicketChoices{
			Tags: labels(x.Tags), Executors: named(x.Executors), Responsible: named(x.Responsible), Reasons: named(x.Reasons), Groups: named(x.Groups),
		}}, err
	})
}

func named(ns []ticket.Named) []TicketChoice {
	out := make([]TicketChoice, 0, len(ns))
	for _, n := range ns {
		out = append(out, TicketChoice(n))
	}
	return out
}
