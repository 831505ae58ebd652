package buildingapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/platform/httpapi"
)

// Config of the operations.
type Config struct {
	Service *building.Service
	// Tickets are those of the house that the actor may see and where work is still
	// owed, newest first; the assembly supplies it.
	Tickets func(ctx context.Context, buildingID int64) ([]BuildingTicket, error)
	// Serving tells who serves the house now; none for who may not read the staff.
	Serving func(ctx context.Context, companyID, buildingID int64) ([]BuildingServing, error)
}

type search struct {
	Q         string `query:"q" maxLength:"200" doc:"as people type: «бел 86 45», mistakes and the wrong layout are forgiven"`
	CompanyID int64  `query:"company_id" minimum:"0" doc:"0: every company the user may see"`
	Limit     int    `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

type hits struct{ Body BuildingHits }

type filter struct {
	CompanyID int64  `query:"company_id" minimum:"0" doc:"0: every company the user may see"`
	GroupID   int64  `query:"group_id" minimum:"0" doc:"0: in any group or none"`
	Q         string `query:"q" maxLength:"200" doc:"pieces of the street and the house"`
	Archived  bool   `query:"archived" doc:"those archived"`
}

type rows struct{ Body BuildingList }

// ByID names the thing in the path.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

type card struct{ Body BuildingCard }

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	tags := []string{"buildings"}
	httpapi.Register(api, access.BuildingRead, huma.Operation{
		OperationID: "search-buildings", Method: http.MethodGet, Path: "/buildings/search", Summary: "Find a house by a typed address", Tags: tags,
	}, c.search)
	httpapi.Register(api, access.BuildingRead, huma.Operation{
		OperationID: "list-buildings", Method: http.MethodGet, Path: "/buildings", Summary: "Houses by street", Tags: tags,
	}, func(ctx context.Context, in *filter) (*rows, error) {
		bs, err := c.Service.Houses(ctx, building.Filter{CompanyID: in.CompanyID, GroupID: in.GroupID, Text: in.Q, Archived: in.Archived})
		if err != nil {
			return nil, err
		}
		out := &rows{BuildingList{Items: make([]BuildingRow, 0, len(bs)), Capped: len(bs) == building.MaxList}}
		for _, b := range bs {
			out.Body.Items = append(out.Body.Items, row(b))
		}
		return out, nil
	})
	httpapi.Register(api, access.BuildingRead, huma.Operation{
		OperationID: "get-building", Method: http.MethodGet, Path: "/buildings/{id}", Summary: "A house with its flats and open tickets", Tags: tags,
	}, c.get)
	cities(api, c)
	changes(api, c)
	groups(api, c)
}

func cities(api huma.API, c Config) {
	type asked struct {
		CompanyID int64 `query:"company_id" minimum:"0" doc:"whose city comes first; 0: the user's company"`
	}
	type list struct{ Body CityList }
	httpapi.Register(api, access.BuildingRead, huma.Operation{
		OperationID: "list-cities", Method: http.MethodGet, Path: "/cities", Summary: "Cities a house may be in", Tags: []string{"buildings"},
	}, func(ctx context.Context, in *asked) (*list, error) {
		cs, err := c.Service.Cities(ctx, in.CompanyID)
		if err != nil {
			return nil, err
		}
		out := &list{CityList{Items: make([]HouseCity, 0, len(cs))}}
		for _, x := range cs {
			out.Body.Items = append(out.Body.Items, HouseCity(x))
		}
		return out, nil
	})
}

func (c Config) search(ctx context.Context, in *search) (*hits, error) {
	found, err := c.Service.Search(ctx, in.Q, in.CompanyID, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &hits{BuildingHits{Items: make([]BuildingHit, 0, len(found))}}
	for _, f := range found {
		h := BuildingHit{
			ID: f.ID, CompanyID: f.CompanyID, CompanyName: f.CompanyName, City: f.City, Address: building.Address(f.Building, f.Unit),
			Street: f.Street, House: f.House, Zone: f.Zone,
		}
		if f.Unit != "" {
			h.Unit = &f.Unit
		}
		out.Body.Items = append(out.Body.Items, h)
	}
	return out, nil
}

func (c Config) get(ctx context.Context, in *ByID) (*card, error) {
	b, units, err := c.Service.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &card{BuildingCard{
		BuildingRow: row(b), Notes: b.Notes, DoorCodes: filled(b.DoorCodes), Passport: filled(b.Passport), Info: filled(b.Info), Card: fields(b), Version: b.Version,
		Can: []string{}, Units: make([]BuildingUnit, 0, len(units)),
	}}
	for _, u := range units {
		out.Body.Units = append(out.Body.Units, BuildingUnit(u))
	}
	if access.From(ctx).Can(access.BuildingWrite) {
		out.Body.Can = []string{"edit", "archive"}
		if b.IsArchived {
			out.Body.Can = []string{"restore"}
		}
		if b.HasGone {
			out.Body.Can = []string{}
		}
	}
	if out.Body.OpenTickets, err = c.Tickets(ctx, in.ID); err != nil {
		return nil, err
	}
	out.Body.Serving, err = c.Serving(ctx, b.CompanyID, b.ID)
	return out, err
}

func filled(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
