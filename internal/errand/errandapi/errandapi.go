// Package errandapi is the HTTP face of background work: what I started, how far it is.
package errandapi

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/errand"
	"d24/internal/platform/httpapi"
)

// ErrandRow is a piece of background work.
type ErrandRow struct {
	ID         int64      `json:"id"`
	CompanyID  int64      `json:"company_id"`
	Kind       string     `json:"kind" enum:"change,export,register" doc:"change of many requests; a list as a file; the register for a supervisory body"`
	Title      string     `json:"title" doc:"«Состояние: выполнена»"`
	Query      string     `json:"query" doc:"the list it was started from, as in the URL"`
	Total      int        `json:"total" doc:"how many there were when it was started"`
	Done       int        `json:"done"`
	Refused    int        `json:"refused"`
	State      string     `json:"state" enum:"waiting,running,stopping,stopped,done"`
	Note       string     `json:"note" doc:"why it stopped"`
	File       string     `json:"file" doc:"name of the file it made; empty: none, or not yet, or not any more"`
	Bytes      int64      `json:"bytes"`
	ExpiresAt  *time.Time `json:"expires_at" doc:"when the file is removed"`
	HasReport  bool       `json:"has_report" doc:"says row by row what was changed and what was refused"`
	CanStop    bool       `json:"can_stop"`
	CanResume  bool       `json:"can_resume"`
	CreatedAt  time.Time  `json:"created_at"`
	FinishedAt *time.Time `json:"finished_at"`
}

// ErrandList is the user's own errands, the newest first.
type ErrandList struct {
	Items []ErrandRow `json:"items"`
}

// ErrandOutcome is what became of one request.
type ErrandOutcome struct {
	Number  int64  `json:"number"`
	Outcome string `json:"outcome" enum:"waiting,changed,refused"`
	Why     string `json:"why" doc:"of a refusal, in words"`
}

// ErrandOutcomes are some of them, by number.
type ErrandOutcomes struct {
	Items []ErrandOutcome `json:"items"`
}

// Config of the operations.
type Config struct {
	Service *errand.Service
	Now     func() time.Time
}

// ByID names the errand in the path.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

type (
	one      struct{ Body ErrandRow }
	list     struct{ Body ErrandList }
	outcomes struct{ Body ErrandOutcomes }
	stream   struct{ Body func(huma.Context) }
)

type whichOutcomes struct {
	ByID
	Refused bool  `query:"refused" doc:"only those"`
	After   int64 `query:"after" minimum:"0" doc:"the number the last page ended with"`
}

const outcomesPage = 200

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"errands"}}
	}
	file := func(o huma.Operation, kind string) huma.Operation {
		o.Responses = map[string]*huma.Response{"200": {Description: "The file", Content: map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
		return o
	}
	httpapi.Register(api, access.TicketRead, op("list-errands", http.MethodGet, "/errands", "Background work the user started"), func(ctx context.Context, _ *struct{}) (*list, error) {
		es, err := c.Service.Mine(ctx)
		out := &list{ErrandList{Items: make([]ErrandRow, 0, len(es))}}
		for _, e := range es {
			out.Body.Items = append(out.Body.Items, Row(e, c.Now()))
		}
		return out, err
	})
	httpapi.Register(api, access.TicketRead, op("get-errand", http.MethodGet, "/errands/{id}", "How far it is"), func(ctx context.Context, in *ByID) (*one, error) {
		return c.answer(c.Service.Get(ctx, in.ID))
	})
	stop := op("stop-errand", http.MethodPost, "/errands/{id}/stop", "Stop after what is in hand; what is done stays done")
	stop.Description = "409 errand.over: it has ended."
	httpapi.Register(api, access.TicketRead, stop, func(ctx context.Context, in *ByID) (*one, error) { return c.answer(c.Service.Stop(ctx, in.ID)) })
	resume := op("resume-errand", http.MethodPost, "/errands/{id}/resume", "Go on with one that stopped")
	resume.Description = "409 errand.not_stopped, errand.busy: another of the same sort is in hand."
	httpapi.Register(api, access.TicketRead, resume, func(ctx context.Context, in *ByID) (*one, error) { return c.answer(c.Service.Resume(ctx, in.ID)) })
	httpapi.Register(api, access.TicketRead, op("errand-outcomes", http.MethodGet, "/errands/{id}/outcomes", "What became of each request, by number"), c.outcomes)
	httpapi.Register(api, access.TicketRead, file(op("errand-report", http.MethodGet, "/errands/{id}/report", "The same as a table, to be saved"), "text/csv"), c.report)
	httpapi.Register(api, access.TicketRead, file(op("errand-result", http.MethodGet, "/errands/{id}/result", "The file it made, to be saved"), "application/octet-stream"), c.result)
}

// Row shows an errand at a moment.
func Row(e errand.Errand, now time.Time) ErrandRow {
	r := ErrandRow{
		ID: e.ID, CompanyID: e.CompanyID, Kind: e.Kind, Title: e.Title, Query: e.Query, Total: e.Total, Done: e.Done, Refused: e.Refused, State: string(e.State), Note: e.Note,
		HasReport: e.Kind == "change", CanStop: e.State == errand.Waiting || e.State == errand.Running, CanResume: e.State == errand.Stopped, CreatedAt: e.CreatedAt, FinishedAt: e.FinishedAt,
	}
	if e.HasResult(now) {
		r.File, r.Bytes, r.ExpiresAt = e.ResultName, e.ResultBytes, e.ExpiresAt
	}
	return r
}

func (c Config) answer(e errand.Errand, err error) (*one, error) {
	if err != nil {
		return nil, err
	}
	return &one{Row(e, c.Now())}, nil
}

func (c Config) outcomes(ctx context.Context, in *whichOutcomes) (*outcomes, error) {
	os, err := c.Service.Outcomes(ctx, in.ID, in.Refused, in.After, outcomesPage)
	out := &outcomes{ErrandOutcomes{Items: make([]ErrandOutcome, 0, len(os))}}
	for _, o := range os {
		row := ErrandOutcome(o)
		if row.Outcome == "" {
			row.Outcome = "waiting"
		}
		out.Body.Items = append(out.Body.Items, row)
	}
	return out, err
}

var outcomeWords = map[string]string{"": "ещё не дошла очередь", "changed": "изменена", "refused": "не изменена"}

// reportPage is how many rows of a report are read at once.
const reportPage = 5000

// report writes the outcomes as Russian Excel opens them: semicolons, and the mark of UTF-8.
func (c Config) report(ctx context.Context, in *ByID) (*stream, error) {
	first, err := c.Service.Outcomes(ctx, in.ID, false, 0, reportPage)
	if err != nil {
		return nil, err
	}
	return &stream{func(h huma.Context) {
		_, w := humago.Unwrap(h)
		saved(w, "text/csv; charset=utf-8", fmt.Sprintf("Отчёт о задании %d.csv", in.ID))
		_, _ = io.WriteString(w, "\ufeff")
		out := csv.NewWriter(w)
		out.Comma = ';'
		_ = out.Write([]string{"Заявка", "Итог", "Почему не изменена"})
		for rows := first; len(rows) > 0; {
			for _, r := range rows {
				_ = out.Write([]string{strconv.FormatInt(r.Number, 10), outcomeWords[r.Outcome], r.Why})
			}
			if len(rows) < reportPage {
				break
			}
			if rows, err = c.Service.Outcomes(ctx, in.ID, false, rows[len(rows)-1].Number, reportPage); err != nil {
				break // the browser sees a cut file; the answer has begun
			}
		}
		out.Flush()
	}}, nil
}

// result sends the file: a browser saves it and runs nothing of it.
func (c Config) result(ctx context.Context, in *ByID) (*stream, error) {
	e, r, err := c.Service.Open(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &stream{func(h huma.Context) {
		defer r.Close() //nolint:errcheck // only read
		req, w := humago.Unwrap(h)
		saved(w, e.ResultKind, e.ResultName)
		http.ServeContent(w, req, "", e.CreatedAt, r)
	}}, nil
}

func saved(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Cache-Control", "private, no-store")
}
