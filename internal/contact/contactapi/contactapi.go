// Package contactapi is the HTTP face of contacts. Numbers are whole for who may write
// contacts and masked for everybody else.
package contactapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/contact"
	"d24/internal/phone"
	"d24/internal/platform/httpapi"
)

// ContactRow is a phone at an address.
type ContactRow struct {
	ID              int64      `json:"id"`
	CompanyID       int64      `json:"company_id"`
	Phone           string     `json:"phone" doc:"as it is shown; the middle is hidden from who may not write contacts"`
	IsMasked        bool       `json:"is_masked"`
	BuildingID      int64      `json:"building_id"`
	Address         string     `json:"address" doc:"of the house"`
	Unit            string     `json:"unit"`
	Source          string     `json:"source" enum:"call,journal,import"`
	Kind            string     `json:"kind" enum:",mobile,landline"`
	FirstSeenAt     time.Time  `json:"first_seen_at"`
	LastConfirmedAt time.Time  `json:"last_confirmed_at"`
	MovedAwayAt     *time.Time `json:"moved_away_at"`
	IsConsenting    *bool      `json:"is_consenting" doc:"to messages; null: was not asked"`
	Doubts          int        `json:"doubts" doc:"how often «wrong address» was said since it was confirmed"`
}

// ContactList is the last confirmed first.
type ContactList struct {
	Items []ContactRow `json:"items"`
	Next  string       `json:"next" doc:"cursor of the next page, empty at the end"`
}

// NewContact adds a phone to an address.
type NewContact struct {
	Phone        string `json:"phone" maxLength:"60"`
	BuildingID   int64  `json:"building_id" minimum:"1"`
	Unit         string `json:"unit" maxLength:"60"`
	IsConsenting *bool  `json:"is_consenting"`
}

// ContactMark says something about a contact.
type ContactMark struct {
	Mark string `json:"mark" enum:"confirmed,wrong,moved_away,consent,no_consent"`
}

// ContactErasure deletes a number.
type ContactErasure struct {
	CompanyID int64  `json:"company_id" minimum:"0" doc:"0: the user's own"`
	Phone     string `json:"phone" maxLength:"60"`
}

// ContactErased tells of how many addresses it was deleted.
type ContactErased struct {
	Rows int `json:"rows"`
}

type filter struct {
	CompanyID  int64  `query:"company_id" minimum:"0" doc:"0: every company the user may see"`
	BuildingID int64  `query:"building_id" minimum:"0"`
	Unit       string `query:"unit" maxLength:"60"`
	Q          string `query:"q" maxLength:"200" doc:"a piece of a number or an address as people type it"`
	MovedAway  bool   `query:"moved_away" doc:"those too who moved away"`
	Cursor     string `query:"cursor" maxLength:"200"`
	Limit      int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type list struct{ Body ContactList }

type one struct{ Body ContactRow }

// Register adds the operations to api.
func Register(api huma.API, s *contact.Service) {
	tags := []string{"contacts"}
	httpapi.Register(api, access.ContactRead, huma.Operation{
		OperationID: "list-contacts", Method: http.MethodGet, Path: "/contacts", Summary: "Phones by addresses, the last confirmed first", Tags: tags,
	}, func(ctx context.Context, in *filter) (*list, error) {
		cs, next, err := s.List(ctx, contact.Filter{
			CompanyID: in.CompanyID, BuildingID: in.BuildingID, Unit: in.Unit, Text: in.Q, MovedAway: in.MovedAway, Cursor: in.Cursor, Limit: in.Limit,
		})
		out := &list{ContactList{Items: make([]ContactRow, 0, len(cs)), Next: next}}
		for _, c := range cs {
			out.Body.Items = append(out.Body.Items, show(ctx, c))
		}
		return out, err
	})
	type added struct{ Body NewContact }
	httpapi.Register(api, access.ContactWrite, huma.Operation{
		OperationID: "add-contact", Method: http.MethodPost, Path: "/contacts", Summary: "Keep a phone at an address", Tags: tags, DefaultStatus: http.StatusCreated,
	}, func(ctx context.Context, in *added) (*one, error) {
		c, err := s.Add(ctx, contact.New{Phone: in.Body.Phone, BuildingID: in.Body.BuildingID, Unit: in.Body.Unit, IsConsenting: in.Body.IsConsenting})
		return &one{show(ctx, c)}, err
	})
	type marked struct {
		ID   int64 `path:"id" minimum:"1"`
		Body ContactMark
	}
	httpapi.Register(api, access.ContactWrite, huma.Operation{
		OperationID: "mark-contact", Method: http.MethodPost, Path: "/contacts/{id}/mark", Summary: "Say that an address is right, wrong or left", Tags: tags,
	}, func(ctx context.Context, in *marked) (*one, error) {
		c, err := s.Mark(ctx, in.ID, contact.Mark(in.Body.Mark))
		return &one{show(ctx, c)}, err
	})
	type erasure struct{ Body ContactErasure }
	type erased struct{ Body ContactErased }
	httpapi.Register(api, access.ContactWrite, huma.Operation{
		OperationID: "erase-contact", Method: http.MethodPost, Path: "/contacts/erase", Summary: "Delete a number from every address of a company", Tags: tags,
	}, func(ctx context.Context, in *erasure) (*erased, error) {
		n, err := s.Erase(ctx, in.Body.CompanyID, in.Body.Phone)
		return &erased{ContactErased{n}}, err
	})
}

func show(ctx context.Context, c contact.Contact) ContactRow {
	whole := access.From(ctx).Can(access.ContactWrite)
	number := phone.Show(c.Phone)
	if !whole {
		number = phone.Mask(c.Phone)
	}
	return ContactRow{
		ID: c.ID, CompanyID: c.CompanyID, Phone: number, IsMasked: !whole, BuildingID: c.BuildingID, Address: c.Address, Unit: c.Unit, Source: c.Source, Kind: c.Kind,
		FirstSeenAt: c.FirstSeenAt, LastConfirmedAt: c.LastConfirmedAt, MovedAwayAt: c.MovedAwayAt, IsConsenting: c.IsConsenting, Doubts: c.Doubts,
	}
}
