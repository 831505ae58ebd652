// Package passageapi is the HTTP face of houses' ways from company to company.
package passageapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/passage"
	"d24/internal/platform/httpapi"
)

// BuildingPassage is an order that a house pass to another company, and what became of it.
type BuildingPassage struct {
	ToCompany    httpapi.Named `json:"to_company"`
	At           time.Time     `json:"at" doc:"00:00 of the day in the house's zone: from then on it is the other company's"`
	WithContacts bool          `json:"with_contacts" doc:"residents' numbers are given too"`
	Note         string        `json:"note"`
	OrderedAt    time.Time     `json:"ordered_at"`
	OrderedBy    string        `json:"ordered_by"`
	WithdrawnAt  *time.Time    `json:"withdrawn_at"`
	WithdrawnBy  string        `json:"withdrawn_by"`
	DoneAt       *time.Time    `json:"done_at" doc:"when contacts and requests were put in their places; the house itself has passed at that instant"`
	Contacts     int           `json:"contacts" doc:"carried over"`
	OpenTickets  int           `json:"open_tickets" doc:"left to who gave the house"`
}

// BuildingPassages are the orders about a house, the newest first.
type BuildingPassages struct {
	Items []BuildingPassage `json:"items"`
}

// NewPassage orders that a house pass to another company.
type NewPassage struct {
	ToCompanyID  int64  `json:"to_company_id" minimum:"1"`
	On           string `json:"on" format:"date" maxLength:"10" doc:"from its 00:00 in the house's zone"`
	WithContacts bool   `json:"with_contacts" doc:"give residents' numbers too"`
	Note         string `json:"note" maxLength:"600" doc:"the decision it rests on"`
}

// ByID names the house in the path.
type ByID struct {
	ID int64 `path:"id" minimum:"1" doc:"the house"`
}

type made struct {
	ByID
	Body NewPassage
}

type shown struct{ Body BuildingPassages }

// Register adds the operations to api. They are the centre's administrator's alone: no company
// gives itself what is another's, nor sees who its heir is.
func Register(api huma.API, s *passage.Service) {
	op := func(id, method, path, summary, description string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description, Tags: []string{"buildings"}}
	}
	show := func(ctx context.Context, id int64) (*shown, error) {
		ps, names, err := s.Of(ctx, id)
		if err != nil {
			return nil, err
		}
		out := &shown{BuildingPassages{Items: make([]BuildingPassage, 0, len(ps))}}
		for _, p := range ps {
			out.Body.Items = append(out.Body.Items, BuildingPassage{
				ToCompany: httpapi.Named{ID: p.ToCompanyID, Name: names[p.ToCompanyID]}, At: p.At, WithContacts: p.WithContacts, Note: p.Note, OrderedAt: p.OrderedAt, OrderedBy: p.OrderedBy,
				WithdrawnAt: p.WithdrawnAt, WithdrawnBy: p.WithdrawnBy, DoneAt: p.DoneAt, Contacts: p.Contacts, OpenTickets: p.OpenTickets,
			})
		}
		return out, nil
	}
	httpapi.Register(api, access.PlatformOperate, op("list-building-passages", http.MethodGet, "/building-passages/{id}", "To which companies a house passes and passed", ""),
		func(ctx context.Context, in *ByID) (*shown, error) { return show(ctx, in.ID) })
	httpapi.Register(api, access.PlatformOperate, op("order-building-passage", http.MethodPost, "/building-passages/{id}", "Have a house pass to another company on a day",
		"409 building.exists, building.passes, building.archived."),
		func(ctx context.Context, in *made) (*shown, error) {
			on, err := calendar.ParseDate(in.Body.On)
			if err != nil {
				return nil, fault.New(fault.Invalid, "passage.incomplete", "Передача не назначена: исправьте отмеченное.").At("body.on", "выберите день")
			}
			if err := s.Order(ctx, passage.Order{BuildingID: in.ID, ToCompanyID: in.Body.ToCompanyID, On: on, WithContacts: in.Body.WithContacts, Note: in.Body.Note}); err != nil {
				return nil, err
			}
			return show(ctx, in.ID)
		})
	httpapi.Register(api, access.PlatformOperate, op("withdraw-building-passage", http.MethodPost, "/building-passages/{id}/withdraw", "Leave the house to its company, before the day", "409 passage.none, passage.done."),
		func(ctx context.Context, in *ByID) (*shown, error) {
			if err := s.Withdraw(ctx, in.ID); err != nil {
				return nil, err
			}
			return show(ctx, in.ID)
		})
}
