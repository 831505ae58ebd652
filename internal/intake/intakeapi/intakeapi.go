// Package intakeapi is the HTTP face of tables handed in: the same six operations for
// every kind of them.
package intakeapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/intake"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/sheet"
)

// ImportColumn is a column of a table as it looks.
type ImportColumn struct {
	Index   int      `json:"index" doc:"from 0"`
	Heading string   `json:"heading"`
	Samples []string `json:"samples" doc:"of the first rows; none of names"`
	Field   string   `json:"field" doc:"what it seems to be, empty when it cannot be told"`
	IsNames bool     `json:"is_names" doc:"names of people: it cannot be chosen"`
}

// ImportField is what a column may be.
type ImportField struct {
	Key        string `json:"key"`
	Label      string `json:"label"`
	IsRequired bool   `json:"is_required"`
}

// ImportLook is what a file seems to be.
type ImportLook struct {
	Format    string         `json:"format" enum:"xlsx,csv"`
	Encoding  string         `json:"encoding" doc:"of a CSV"`
	Delimiter string         `json:"delimiter" doc:"of a CSV"`
	Sheets    []string       `json:"sheets" doc:"of an XLSX"`
	Sheet     int            `json:"sheet"`
	Header    int            `json:"header" doc:"line of the headings"`
	Columns   []ImportColumn `json:"columns"`
	Fields    []ImportField  `json:"fields"`
}

// ImportPart counts one sort of things.
type ImportPart struct {
	Name    string `json:"name" enum:"houses,units,contacts"`
	New     int    `json:"new"`
	Changed int    `json:"changed"`
	Same    int    `json:"same"`
}

// ImportError is a bad row.
type ImportError struct {
	Line    int    `json:"line" doc:"of the table, from 1"`
	Field   string `json:"field" doc:"heading of the column"`
	Value   string `json:"value"`
	Message string `json:"message"`
}

// ImportState is how an import stands.
type ImportState struct {
	ID       int64         `json:"id"`
	File     string        `json:"file"`
	State    string        `json:"state" enum:"new,checked,applied,dropped"`
	Step     string        `json:"step" enum:",reading,comparing,applying" doc:"what goes on now"`
	Done     int           `json:"done" doc:"parts of a thousand of the step"`
	Rows     int           `json:"rows"`
	Bad      int           `json:"bad"`
	OnlyGood bool          `json:"only_good" doc:"applied without the bad rows"`
	Parts    []ImportPart  `json:"parts"`
	Notes    []string      `json:"notes" doc:"what was left out and why"`
	Columns  []string      `json:"columns" doc:"field and heading of the columns read"`
	Errors   []ImportError `json:"errors" doc:"the first hundred"`
}

// ImportForm starts an import.
type ImportForm struct {
	CompanyID int64  `json:"company_id" minimum:"0" doc:"0: the user's own"`
	File      string `json:"file" maxLength:"200" doc:"name of the file"`
}

// ImportApply makes it real.
type ImportApply struct {
	OnlyGood bool `json:"only_good" doc:"leave the bad rows out"`
}

// Config of the operations of one kind.
type Config struct {
	Service    *intake.Service
	Kind       string // the path's head: /buildings
	One        string // of the operations' names: «building»
	Permission access.Permission
}

type byID struct {
	ID int64 `path:"id" minimum:"1"`
}

type state struct{ Body ImportState }

type look struct {
	CompanyID int64  `query:"company_id" minimum:"0" doc:"0: the user's own"`
	Sheet     int    `query:"sheet" minimum:"0" maximum:"100"`
	Header    int    `query:"header" minimum:"0" maximum:"1000" doc:"line of the headings, 0: guess"`
	RawBody   []byte `contentType:"application/octet-stream"`
}

type looked struct{ Body ImportLook }

type check struct {
	ID      int64  `path:"id" minimum:"1"`
	Sheet   int    `query:"sheet" minimum:"0" maximum:"100"`
	Header  int    `query:"header" minimum:"0" maximum:"1000" doc:"line of the headings, 0: guess"`
	Columns string `query:"columns" maxLength:"4000" doc:"«0:street,1:house»"`
	RawBody []byte `contentType:"application/octet-stream"`
}

const bodyFor = 5 * time.Minute

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	head, tags := "/"+c.Kind+"/imports", []string{c.Kind}
	httpapi.Register(api, c.Permission, huma.Operation{
		OperationID: "look-at-" + c.One + "-table", Method: http.MethodPost, Path: head + "/look", Summary: "What the columns of a table seem to be; nothing is kept", Tags: tags,
		MaxBodyBytes: sheet.MaxFile + 2, BodyReadTimeout: bodyFor,
	}, c.look)
	type begin struct{ Body ImportForm }
	httpapi.Register(api, c.Permission, huma.Operation{
		OperationID: "start-" + c.One + "-import", Method: http.MethodPost, Path: head, Summary: "Begin an import", Tags: tags, DefaultStatus: http.StatusCreated,
	}, func(ctx context.Context, in *begin) (*state, error) {
		x, err := c.Service.Start(ctx, c.Kind, in.Body.CompanyID, in.Body.File)
		return show(x), err
	})
	httpapi.Register(api, c.Permission, huma.Operation{
		OperationID: "get-" + c.One + "-import", Method: http.MethodGet, Path: head + "/{id}", Summary: "How an import stands", Tags: tags,
	}, func(ctx context.Context, in *byID) (*state, error) {
		x, err := c.Service.Get(ctx, c.Kind, in.ID)
		return show(x), err
	})
	httpapi.Register(api, c.Permission, huma.Operation{
		OperationID: "check-" + c.One + "-import", Method: http.MethodPut, Path: head + "/{id}/table", Summary: "Read the table and give every row its verdict; nothing changes yet", Tags: tags,
		MaxBodyBytes: sheet.MaxFile + 2, BodyReadTimeout: bodyFor,
	}, func(ctx context.Context, in *check) (*state, error) {
		x, err := c.Service.Check(ctx, c.Kind, in.ID, in.RawBody, intake.Choice{Sheet: in.Sheet, Header: in.Header, Columns: in.Columns})
		return show(x), err
	})
	type apply struct {
		ID   int64 `path:"id" minimum:"1"`
		Body ImportApply
	}
	httpapi.Register(api, c.Permission, huma.Operation{
		OperationID: "apply-" + c.One + "-import", Method: http.MethodPost, Path: head + "/{id}/apply", Summary: "Make a checked table real: all of it or nothing", Tags: tags,
	}, func(ctx context.Context, in *apply) (*state, error) {
		x, err := c.Service.Apply(ctx, c.Kind, in.ID, in.Body.OnlyGood)
		return show(x), err
	})
	httpapi.Register(api, c.Permission, huma.Operation{
		OperationID: c.One + "-import-errors", Method: http.MethodGet, Path: head + "/{id}/errors", Summary: "Every bad row as CSV", Tags: tags,
		Responses: map[string]*huma.Response{"200": {Description: "Rows", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}}},
	}, c.errors)
}

func (c Config) look(ctx context.Context, in *look) (*looked, error) {
	l, err := c.Service.Look(ctx, c.Kind, in.CompanyID, in.RawBody, in.Sheet, in.Header)
	if err != nil {
		return nil, err
	}
	out := &looked{ImportLook{
		Format: l.Format, Encoding: l.Encoding, Delimiter: l.Delimiter, Sheets: l.Sheets, Sheet: l.Sheet, Header: l.Header,
		Columns: make([]ImportColumn, 0, len(l.Columns)), Fields: make([]ImportField, 0, len(l.Fields)),
	}}
	for _, x := range l.Columns {
		out.Body.Columns = append(out.Body.Columns, ImportColumn(x))
	}
	for _, f := range l.Fields {
		out.Body.Fields = append(out.Body.Fields, ImportField{f.Key, f.Label, f.IsRequired})
	}
	return out, nil
}

func show(x intake.Import) *state {
	out := ImportState{
		ID: x.ID, File: x.File, State: x.State, Step: x.Step, Done: x.Done, Rows: x.Result.Rows, Bad: x.Result.Bad, OnlyGood: x.Result.OnlyGood,
		Parts: make([]ImportPart, 0, len(x.Result.Parts)), Notes: append([]string{}, x.Result.Notes...), Columns: append([]string{}, x.Result.Columns...), Errors: make([]ImportError, 0, len(x.Errors)),
	}
	for _, p := range x.Result.Parts {
		out.Parts = append(out.Parts, ImportPart(p))
	}
	for _, e := range x.Errors {
		out.Errors = append(out.Errors, ImportError(e))
	}
	return &state{out}
}

// stream is an answer that is not JSON.
type stream struct{ Body func(huma.Context) }

func (c Config) errors(ctx context.Context, in *byID) (*stream, error) {
	rows := [][]string{{"Строка", "Столбец", "Значение", "Что не так"}}
	err := c.Service.Errors(ctx, c.Kind, in.ID, func(e intake.Error) bool {
		rows = append(rows, []string{strconv.Itoa(e.Line), e.Field, e.Value, e.Message})
		return true
	})
	if err != nil {
		return nil, err
	}
	return &stream{func(h huma.Context) {
		h.SetHeader("Content-Type", "text/csv; charset=utf-8")
		h.SetHeader("Content-Disposition", `attachment; filename="errors.csv"`)
		_ = sheet.WriteCSV(h.BodyWriter(), func(yield func([]string) bool) { // the reader has gone
			for _, r := range rows {
				if !yield(r) {
					return
				}
			}
		})
	}}, nil
}
