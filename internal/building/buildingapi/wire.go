// Package buildingapi is the HTTP face of houses.
package buildingapi

import (
	"time"

	"d24/internal/building"
	"d24/internal/platform/httpapi"
)

// HouseCity is a city that a house may be in.
type HouseCity struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Zone   string `json:"zone" doc:"IANA zone of its houses"`
	IsHome bool   `json:"is_home" doc:"the company's own: what a house without a city gets"`
}

// CityList is cities, the company's own first.
type CityList struct {
	Items []HouseCity `json:"items"`
}

// BuildingHit is a house found by what was typed.
type BuildingHit struct {
	ID          int64   `json:"id"`
	CompanyID   int64   `json:"company_id"`
	CompanyName string  `json:"company_name"`
	City        string  `json:"city"`
	Address     string  `json:"address" doc:"with the flat when one was named"`
	Street      string  `json:"street"`
	House       string  `json:"house"`
	Unit        *string `json:"unit" doc:"the flat named in the question"`
	Zone        string  `json:"zone" doc:"IANA zone"`
}

// BuildingHits are the best first.
type BuildingHits struct {
	Items []BuildingHit `json:"items"`
}

// BuildingRow is a house in the list.
type BuildingRow struct {
	ID          int64   `json:"id"`
	CompanyID   int64   `json:"company_id"`
	CompanyName string  `json:"company_name"`
	City        string  `json:"city"`
	Address     string  `json:"address"`
	Street      string  `json:"street"`
	House       string  `json:"house"`
	Zone        string  `json:"zone" doc:"IANA zone"`
	Floors      int     `json:"floors"`
	Entrances   int     `json:"entrances"`
	Lifts       int     `json:"lifts"`
	BuiltYear   int     `json:"built_year" doc:"0: not known"`
	IsArchived  bool    `json:"is_archived"`
	Origin      string  `json:"origin" enum:",osm,registry" doc:"whose data; osm must be credited"`
	Groups      []int64 `json:"groups"`

	ServedFrom  *time.Time `json:"served_from" doc:"it comes from another company at this instant, 00:00 in its zone; null: it did not"`
	ServedUntil *time.Time `json:"served_until" doc:"it goes to another company at this instant; null: it does not"`
}

// BuildingList is houses by street.
type BuildingList struct {
	Items  []BuildingRow `json:"items"`
	Capped bool          `json:"capped" doc:"there are more: narrow the list"`
}

// BuildingCard is a house whole.
type BuildingCard struct {
	BuildingRow
	Notes       string            `json:"notes" doc:"for operators"`
	DoorCodes   map[string]string `json:"door_codes" doc:"entrance to code"`
	Passport    map[string]string `json:"passport_office" doc:"name, address, hours, phone"`
	Info        map[string]string `json:"info" doc:"label to text"`
	Card        BuildingFields    `json:"card" doc:"everything that may be written about it"`
	Version     int               `json:"version"`
	Serving     []BuildingServing `json:"serving" doc:"who serves it now, by kinds of work"`
	Can         []string          `json:"can" enum:"edit,archive,restore"`
	Units       []BuildingUnit    `json:"units"`
	OpenTickets []BuildingTicket  `json:"open_tickets" doc:"work still owed, newest first, at most 100"`
}

// BuildingUnit is a flat or another room with a number.
type BuildingUnit struct {
	ID            int64    `json:"id" minimum:"0" doc:"0: a new one"`
	Number        string   `json:"number" maxLength:"100"`
	Entrance      int      `json:"entrance"`
	Floor         int      `json:"floor"`
	IsResidential bool     `json:"is_residential"`
	Area          *float64 `json:"area_m2"`
}

// BuildingTicket is a ticket of the house in short.
type BuildingTicket struct {
	ID         int64          `json:"id"`
	Number     int64          `json:"number"`
	Kind       string         `json:"kind" enum:"emergency,planned,paid"`
	Status     string         `json:"status" enum:"new,accepted,in_progress,postponed,done,closed,cancelled"`
	Unit       string         `json:"unit"`
	ReasonName string         `json:"reason_name"`
	Executor   *httpapi.Named `json:"executor"`
	DueAt      *time.Time     `json:"due_at"`
	CreatedAt  time.Time      `json:"created_at"`
	Overdue    bool           `json:"overdue"`
}

func row(b building.Building) BuildingRow {
	return BuildingRow{
		ID: b.ID, CompanyID: b.CompanyID, CompanyName: b.CompanyName, City: b.City, Address: building.Address(b, ""), Street: b.Street, House: b.House,
		Zone: b.Zone, Floors: b.Floors, Entrances: b.Entrances, Lifts: b.Lifts, BuiltYear: b.BuiltYear, IsArchived: b.IsArchived, Origin: b.Origin, Groups: append([]int64{}, b.Groups...),
		ServedFrom: b.ServedFrom, ServedUntil: b.ServedUntil,
	}
}
