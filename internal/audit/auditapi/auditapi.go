// Package auditapi is the HTTP face of the audit journal.
package auditapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/page"
	"d24/internal/platform/httpapi"
)

// AuditRow is one thing somebody did.
type AuditRow struct {
	ID     int64          `json:"id"`
	At     time.Time      `json:"at"`
	Person *httpapi.Named `json:"person" doc:"null: a part of the program"`
	Actor  string         `json:"actor" doc:"as he was called that day"`
	Action string         `json:"action" doc:"area and verb: staff.change"`
	Object string         `json:"object" doc:"what it was done to: member:15"`
	Data   map[string]any `json:"data" doc:"of a change: before and after, null for what was not there"`
	Source string         `json:"source" doc:"network address"`
	Seq    *int64         `json:"seq" doc:"its place in the company's chain; null for some seconds, until it is sealed"`
}

// AuditPage is a piece of the journal, newest first.
type AuditPage struct {
	Items      []AuditRow `json:"items"`
	NextCursor *string    `json:"next_cursor"`
}

// AuditPeople are those who stand in the journal.
type AuditPeople struct {
	Items []AuditPerson `json:"items"`
}

// AuditPerson is a user who stands in the journal.
type AuditPerson struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type list struct {
	UserID int64     `query:"user_id" minimum:"0"`
	Area   string    `query:"area" maxLength:"40" pattern:"^[a-z_]*$" doc:"the first word of an action: staff"`
	Object string    `query:"object" maxLength:"60" doc:"member:15"`
	Q      string    `query:"q" maxLength:"100" doc:"a part of a name, of an object, or of what was written"`
	From   time.Time `query:"from"`
	To     time.Time `query:"to"`
	Cursor string    `query:"cursor" maxLength:"200"`
	Limit  int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type (
	pageOut   struct{ Body AuditPage }
	peopleOut struct{ Body AuditPeople }
)

// Register adds the operations to api.
func Register(api huma.API, s *audit.Service) {
	tags := []string{"audit"}
	httpapi.Register(api, access.AuditRead, huma.Operation{
		OperationID: "list-audit", Method: http.MethodGet, Path: "/audit", Summary: "Who changed or read what, newest first", Tags: tags,
	}, func(ctx context.Context, in *list) (*pageOut, error) {
		after, err := page.Parse(in.Cursor)
		if err != nil {
			return nil, err
		}
		rows, next, err := s.Page(ctx, audit.Search{UserID: in.UserID, Area: in.Area, Object: in.Object, Text: in.Q, From: in.From, To: in.To, After: after, Limit: in.Limit})
		if err != nil {
			return nil, err
		}
		out := &pageOut{AuditPage{Items: make([]AuditRow, 0, len(rows))}}
		for _, e := range rows {
			row, err := show(e)
			if err != nil {
				return nil, err
			}
			out.Body.Items = append(out.Body.Items, row)
		}
		if next != "" {
			out.Body.NextCursor = &next
		}
		return out, nil
	})
	httpapi.Register(api, access.AuditRead, huma.Operation{
		OperationID: "audit-people", Method: http.MethodGet, Path: "/audit/people", Summary: "Those who stand in the audit journal", Tags: tags,
	}, func(ctx context.Context, _ *struct{}) (*peopleOut, error) {
		people, err := s.People(ctx)
		if err != nil {
			return nil, err
		}
		out := &peopleOut{AuditPeople{Items: make([]AuditPerson, 0, len(people))}}
		for _, p := range people {
			out.Body.Items = append(out.Body.Items, AuditPerson(p))
		}
		return out, nil
	})
}

func show(e audit.Entry) (AuditRow, error) {
	row := AuditRow{ID: e.ID, At: e.At, Person: httpapi.Name(e.UserID, e.Actor), Actor: e.Actor, Action: e.Action, Object: e.Object, Source: e.Source, Data: map[string]any{}}
	if e.Seq != 0 {
		row.Seq = &e.Seq
	}
	var data any
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return row, err
	}
	if m, ok := data.(map[string]any); ok {
		row.Data = m
	}
	return row, nil
}
