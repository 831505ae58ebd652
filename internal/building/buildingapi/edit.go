package buildingapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/fault"
	"d24/internal/platform/httpapi"
)

// BuildingAreas are m²; null is "not known".
type BuildingAreas struct {
	Total          *float64 `json:"total"`
	Residential    *float64 `json:"residential"`
	NonResidential *float64 `json:"non_residential"`
	Common         *float64 `json:"common"`
}

// BuildingTechnical is the building's body; "" and 0 are "not known".
type BuildingTechnical struct {
	HouseType        string `json:"house_type" maxLength:"300"`
	ProjectType      string `json:"project_type" maxLength:"300"`
	OperatedSince    int    `json:"operated_since" doc:"year"`
	FloorsMin        int    `json:"floors_min"`
	Flats            int    `json:"flats" doc:"by the papers"`
	NonResidential   int    `json:"non_residential" doc:"by the papers"`
	WallMaterial     string `json:"wall_material" maxLength:"300"`
	FloorType        string `json:"floor_type" maxLength:"300"`
	Foundation       string `json:"foundation" maxLength:"300"`
	EnergyClass      string `json:"energy_class" maxLength:"300"`
	Heating          string `json:"heating" maxLength:"300"`
	HotWater         string `json:"hot_water" maxLength:"300"`
	ColdWater        string `json:"cold_water" maxLength:"300"`
	Sewerage         string `json:"sewerage" maxLength:"300"`
	Gas              string `json:"gas" maxLength:"300"`
	Ventilation      string `json:"ventilation" maxLength:"300"`
	Electricity      string `json:"electricity" maxLength:"300"`
	ElectricalInputs int    `json:"electrical_inputs" doc:"ПП 354: a break lasts 2 h with two, 24 h with one"`
	Firefighting     string `json:"firefighting" maxLength:"300"`
	Drainage         string `json:"drainage" maxLength:"300"`
	ChuteType        string `json:"chute_type" maxLength:"300"`
	Chutes           int    `json:"chutes"`
	IsAlarm          bool   `json:"is_alarm" doc:"recognised as unsafe"`
}

// BuildingFields are everything that may be written about a house.
type BuildingFields struct {
	CityID    int64             `json:"city_id" minimum:"0" doc:"0: the company's city"`
	Region    string            `json:"region" maxLength:"300"`
	Postcode  string            `json:"postcode" maxLength:"20"`
	Street    string            `json:"street" maxLength:"300"`
	House     string            `json:"house" maxLength:"100"`
	Zone      string            `json:"zone" maxLength:"60" doc:"IANA; empty: the city's"`
	FiasID    string            `json:"fias_id" maxLength:"60" doc:"houseguid of ФИАС/ГАР"`
	Lat       *float64          `json:"lat"`
	Lon       *float64          `json:"lon"`
	Floors    int               `json:"floors"`
	Entrances int               `json:"entrances"`
	Lifts     int               `json:"lifts"`
	BuiltYear int               `json:"built_year" doc:"0: not known"`
	Areas     BuildingAreas     `json:"areas"`
	DoorCodes map[string]string `json:"door_codes" doc:"entrance to code"`
	Passport  map[string]string `json:"passport_office" doc:"name, address, hours, phone"`
	Info      map[string]string `json:"info" doc:"label to text"`
	Technical BuildingTechnical `json:"technical"`
	Notes     string            `json:"notes" maxLength:"8000" doc:"for operators"`
}

// NewBuilding adds a house.
type NewBuilding struct {
	BuildingFields
	CompanyID int64 `json:"company_id" minimum:"0" doc:"0: the user's own"`
}

// ChangedBuilding writes a house's card.
type ChangedBuilding struct {
	BuildingFields
	Version int `json:"version" doc:"of the card that was read"`
}

// BuildingUnits replaces the units of a house.
type BuildingUnits struct {
	Version int            `json:"version" doc:"of the card that was read"`
	Units   []BuildingUnit `json:"units" maxItems:"6000"`
}

// BuildingArchive takes a house out of service.
type BuildingArchive struct {
	Version int  `json:"version"`
	Despite bool `json:"despite" doc:"although work is still owed there"`
}

// BuildingVersion names the card that was read.
type BuildingVersion struct {
	Version int `json:"version"`
}

// BuildingServing is who serves a house now for a kind of work.
type BuildingServing struct {
	WorkType    string   `json:"work_type"`
	Executors   []string `json:"executors" doc:"at work now, in the order of calling"`
	Responsible string   `json:"responsible"`
}

func fields(b building.Building) BuildingFields {
	return BuildingFields{
		CityID: b.CityID, Region: b.Region, Postcode: b.Postcode, Street: b.Street, House: b.House, Zone: b.Zone, FiasID: b.FiasID, Lat: b.Lat, Lon: b.Lon,
		Floors: b.Floors, Entrances: b.Entrances, Lifts: b.Lifts, BuiltYear: b.BuiltYear, Areas: BuildingAreas(b.Areas), DoorCodes: filled(b.DoorCodes),
		Passport: filled(b.Passport), Info: filled(b.Info), Technical: BuildingTechnical(b.Technical), Notes: b.Notes,
	}
}

func (f BuildingFields) read() building.Card {
	return building.Card{
		CityID: f.CityID, Region: f.Region, Postcode: f.Postcode, Street: f.Street, House: f.House, Zone: f.Zone, FiasID: f.FiasID, Lat: f.Lat, Lon: f.Lon,
		Floors: f.Floors, Entrances: f.Entrances, Lifts: f.Lifts, BuiltYear: f.BuiltYear, Areas: building.Areas(f.Areas), DoorCodes: f.DoorCodes,
		Passport: f.Passport, Info: f.Info, Technical: building.Technical(f.Technical), Notes: f.Notes,
	}
}

func changes(api huma.API, c Config) {
	tags := []string{"buildings"}
	type made struct{ Body NewBuilding }
	httpapi.Register(api, access.BuildingWrite, huma.Operation{
		OperationID: "create-building", Method: http.MethodPost, Path: "/buildings", Summary: "Add a house", Tags: tags, DefaultStatus: http.StatusCreated,
	}, func(ctx context.Context, in *made) (*card, error) {
		b, err := c.Service.Create(ctx, in.Body.CompanyID, in.Body.read())
		return c.after(ctx, b, err)
	})
	type changed struct {
		ID   int64 `path:"id" minimum:"1"`
		Body ChangedBuilding
	}
	httpapi.Register(api, access.BuildingWrite, huma.Operation{
		OperationID: "change-building", Method: http.MethodPut, Path: "/buildings/{id}", Summary: "Write a house's card", Tags: tags,
	}, func(ctx context.Context, in *changed) (*card, error) {
		b, err := c.Service.Change(ctx, in.ID, in.Body.Version, in.Body.read())
		return c.after(ctx, b, err)
	})
	type units struct {
		ID   int64 `path:"id" minimum:"1"`
		Body BuildingUnits
	}
	httpapi.Register(api, access.BuildingWrite, huma.Operation{
		OperationID: "set-building-units", Method: http.MethodPut, Path: "/buildings/{id}/units", Summary: "Replace the units of a house", Tags: tags,
	}, func(ctx context.Context, in *units) (*card, error) {
		us := make([]building.Unit, 0, len(in.Body.Units))
		for _, u := range in.Body.Units {
			us = append(us, building.Unit(u))
		}
		b, err := c.Service.SetUnits(ctx, in.ID, in.Body.Version, us)
		return c.after(ctx, b, err)
	})
	type archive struct {
		ID   int64 `path:"id" minimum:"1"`
		Body BuildingArchive
	}
	httpapi.Register(api, access.BuildingWrite, huma.Operation{
		OperationID: "archive-building", Method: http.MethodPost, Path: "/buildings/{id}/archive", Summary: "Take a house out of service; open requests are named first", Tags: tags,
	}, func(ctx context.Context, in *archive) (*card, error) {
		if err := c.owed(ctx, in.ID, in.Body.Despite); err != nil {
			return nil, err
		}
		b, err := c.Service.Archive(ctx, in.ID, in.Body.Version)
		return c.after(ctx, b, err)
	})
	type restore struct {
		ID   int64 `path:"id" minimum:"1"`
		Body BuildingVersion
	}
	httpapi.Register(api, access.BuildingWrite, huma.Operation{
		OperationID: "restore-building", Method: http.MethodPost, Path: "/buildings/{id}/restore", Summary: "Take a house back", Tags: tags,
	}, func(ctx context.Context, in *restore) (*card, error) {
		b, err := c.Service.Restore(ctx, in.ID, in.Body.Version)
		return c.after(ctx, b, err)
	})
}

func (c Config) after(ctx context.Context, b building.Building, err error) (*card, error) {
	if err != nil {
		return nil, err
	}
	return c.get(ctx, &ByID{b.ID})
}

// owed refuses to archive a house where work is owed until the person has seen it (F72).
func (c Config) owed(ctx context.Context, id int64, despite bool) error {
	if _, _, err := c.Service.Get(ctx, id); err != nil || despite {
		return err
	}
	ts, err := c.Tickets(ctx, id)
	if err != nil || len(ts) == 0 {
		return err
	}
	var named []string
	for _, t := range ts[:min(len(ts), 5)] {
		named = append(named, fmt.Sprintf("№ %d %s", t.Number, t.ReasonName))
	}
	more := ""
	if len(ts) > 5 {
		more = fmt.Sprintf(" и ещё %d", len(ts)-5)
	}
	return fault.New(fault.Conflict, "building.open_tickets", "В доме есть открытые заявки: %s%s.", strings.Join(named, "; "), more)
}
