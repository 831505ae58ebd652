// Package companyapi is the HTTP face of companies and their numbers.
package companyapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/company"
	"d24/internal/platform/httpapi"
	"d24/internal/telephony"
)

// Config of the operations.
type Config struct {
	Service *company.Service
	// Around tells what new rules of calling do to coverage and to what runs.
	Around httpapi.Around
	// Admins are how many people may set each company up; accounts are another module's.
	Admins func(ctx context.Context) (map[int64]int, error)
	// Operators are how many own operators each has.
	Operators func(ctx context.Context) (map[int64]int, error)
	// Floors are what the living engines know of this moment.
	Floors func(ctx context.Context) ([]telephony.Floor, error)
}

// LineRow is a number.
type LineRow struct {
	ID      int64          `json:"id"`
	Phone   string         `json:"phone"`
	Kind    string         `json:"kind" enum:"dedicated,citywide"`
	City    string         `json:"city"`
	Company *httpapi.Named `json:"company" doc:"null: the city's number"`
	MovedTo int64          `json:"moved_to" doc:"an old number: the line whose number it tells before it hangs up; 0: a usual one"`
}

// MovedLine says which number is in the place of an old one.
type MovedLine struct {
	ToLineID int64 `json:"to_line_id" minimum:"0" doc:"0: a usual number again"`
}

type moved struct {
	ByID
	Body MovedLine
}

// LineList is numbers.
type LineList struct {
	Items []LineRow `json:"items"`
}

// ByID names the line in the path.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

type list struct{ Body LineList }

type one struct{ Body LineRow }

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	c.register(api)
	c.trunks(api)
	callingRules(api, c.Service, c.Around)
	tags := []string{"lines"}
	httpapi.Register(api, access.AnnouncementEdit, huma.Operation{
		OperationID: "list-lines", Method: http.MethodGet, Path: "/lines", Summary: "The numbers", Tags: tags,
	}, c.list)
	httpapi.Register(api, access.AnnouncementEdit, huma.Operation{
		OperationID: "move-line", Method: http.MethodPut, Path: "/lines/{id}/moved", Summary: "Make a number an old one that tells the new and hangs up", Tags: tags,
	}, func(ctx context.Context, in *moved) (*one, error) {
		g, err := c.Service.Move(ctx, in.ID, in.Body.ToLineID)
		return &one{row(g)}, err
	})
}

func row(g company.Greeted) LineRow {
	return LineRow{ID: g.ID, Phone: g.Phone, Kind: g.Kind, City: g.City, Company: httpapi.Name(g.CompanyID, g.CompanyName), MovedTo: g.MovedToID}
}

func (c Config) list(ctx context.Context, _ *struct{}) (*list, error) {
	gs, err := c.Service.Greetings(ctx)
	out := &list{LineList{Items: make([]LineRow, 0, len(gs))}}
	for _, g := range gs {
		out.Body.Items = append(out.Body.Items, row(g))
	}
	return out, err
}
