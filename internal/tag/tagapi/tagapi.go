// Package tagapi is the HTTP face of a company's labels and reasons of deferral.
package tagapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
	"d24/internal/tag"
)

// TagRow is a label or a reason of deferral.
type TagRow struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Colour     string `json:"colour" enum:"blue,violet,teal,pink,brown,grey"`
	Position   int    `json:"position" doc:"place in the list, from 1"`
	IsArchived bool   `json:"is_archived" doc:"not offered any more; old tickets keep it"`
	Version    int    `json:"version"`
}

// TagList is a company's list in its order, the archived last.
type TagList struct {
	Items []TagRow `json:"items"`
}

// NewTag is a row to be made.
type NewTag struct {
	CompanyID int64  `json:"company_id" minimum:"1"`
	Name      string `json:"name" maxLength:"200"`
	Colour    string `json:"colour" enum:"blue,violet,teal,pink,brown,grey"`
}

// TagChange is what to set; fields left out stay.
type TagChange struct {
	Name       *string `json:"name,omitempty" maxLength:"200"`
	Colour     *string `json:"colour,omitempty" enum:"blue,violet,teal,pink,brown,grey"`
	Position   *int    `json:"position,omitempty" minimum:"1" maximum:"10000"`
	IsArchived *bool   `json:"is_archived,omitempty"`
	Version    int     `json:"version" minimum:"1" doc:"as it was seen: 409 tag.changed when somebody was first"`
}

type (
	ofCompany struct {
		CompanyID int64 `query:"company_id" minimum:"1" required:"true"`
	}
	made    struct{ Body NewTag }
	changed struct {
		ID   int64 `path:"id" minimum:"1"`
		Body TagChange
	}
	list struct{ Body TagList }
	one  struct{ Body TagRow }
)

// Register adds the operations of both lists to api.
func Register(api huma.API, s *tag.Service) {
	register(api, s, tag.Tags, "tag", "tags", "labels")
	register(api, s, tag.PostponeReasons, "postpone-reason", "postpone-reasons", "reasons of deferral")
}

func register(api huma.API, s *tag.Service, l tag.List, single, plural, words string) {
	tags := []string{"company"}
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "list-" + plural, Method: http.MethodGet, Path: "/" + plural, Summary: "A company's " + words, Tags: tags,
	}, func(ctx context.Context, in *ofCompany) (*list, error) {
		all, err := s.All(ctx, l, in.CompanyID)
		if err != nil {
			return nil, err
		}
		out := &list{TagList{Items: make([]TagRow, 0, len(all))}}
		for _, t := range all {
			out.Body.Items = append(out.Body.Items, TagRow(t))
		}
		return out, nil
	})
	httpapi.Register(api, access.CompanyWrite, huma.Operation{
		OperationID: "add-" + single, Method: http.MethodPost, Path: "/" + plural, Summary: "Add to the company's " + words, Tags: tags,
	}, func(ctx context.Context, in *made) (*one, error) {
		t, err := s.Add(ctx, l, in.Body.CompanyID, in.Body.Name, in.Body.Colour)
		return &one{TagRow(t)}, err
	})
	httpapi.Register(api, access.CompanyWrite, huma.Operation{
		OperationID: "change-" + single, Method: http.MethodPatch, Path: "/" + plural + "/{id}", Summary: "Rename, colour, move, archive one of the company's " + words, Tags: tags,
	}, func(ctx context.Context, in *changed) (*one, error) {
		b := in.Body
		t, err := s.Set(ctx, l, in.ID, tag.Change{Name: b.Name, Colour: b.Colour, IsArchived: b.IsArchived, Position: b.Position, Version: b.Version})
		return &one{TagRow(t)}, err
	})
}
