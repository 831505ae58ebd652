package calllogapi

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/calllog"
	"d24/internal/page"
	"d24/internal/phone"
	"d24/internal/platform/httpapi"
)

// Config of the operations.
type Config struct {
	Service *calllog.Service
	// Peaks reads n peaks of each side of a recording, 0 to 100; the assembly supplies it.
	Peaks func(recording io.ReadSeeker, n int) (peer, ours []int, length time.Duration, err error)
}

type list struct {
	CompanyID int64     `query:"company_id" minimum:"0"`
	TicketID  int64     `query:"ticket_id" minimum:"0"`
	TaskID    int64     `query:"task_id" minimum:"0"`
	Operator  int64     `query:"operator_id" minimum:"0"`
	Phone     string    `query:"phone" maxLength:"40" doc:"of the other party, as people write it"`
	Direction string    `query:"direction" enum:"inbound,outbound"`
	Lost      bool      `query:"lost" doc:"nobody answered, or cut by a failure of ours"`
	From      time.Time `query:"from"`
	To        time.Time `query:"to"`
	Cursor    string    `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
	Limit     int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type pageOut struct{ Body CallPage }

// ByID names the thing in the path.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

type detail struct{ Body CallDetail }

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	tags := []string{"calls"}
	httpapi.Register(api, access.CallRead, huma.Operation{
		OperationID: "list-calls", Method: http.MethodGet, Path: "/calls", Summary: "The journal of calls, newest first", Tags: tags,
	}, c.list)
	httpapi.Register(api, access.CallRead, huma.Operation{
		OperationID: "get-call", Method: http.MethodGet, Path: "/calls/{id}", Summary: "A call with what happened in it and its recordings", Tags: tags,
	}, c.get)
	c.recordings(api)
}

func (c Config) list(ctx context.Context, in *list) (*pageOut, error) {
	if err := httpapi.Number(ctx, in.Phone); err != nil {
		return nil, err
	}
	after, err := page.Parse(in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, next, err := c.Service.Page(ctx, calllog.Search{
		CompanyID: in.CompanyID, TicketID: in.TicketID, TaskID: in.TaskID, OperatorID: in.Operator, Phone: in.Phone, Direction: in.Direction,
		Lost: in.Lost, From: in.From, To: in.To, After: after, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	out := &pageOut{CallPage{Items: Rows(rows)}}
	for i := range out.Body.Items {
		hide(ctx, &out.Body.Items[i])
	}
	if next != "" {
		out.Body.NextCursor = &next
	}
	return out, nil
}

// hide masks the other party's number for who may not see contacts (K1). Of a call of ours
// it is the number dialled, too.
func hide(ctx context.Context, r *CallRow) {
	if access.From(ctx).Can(access.ContactRead) || r.Phone == "" {
		return
	}
	if r.Called == r.Phone || r.Direction == "outbound" {
		r.Called = phone.Mask(r.Called)
	}
	r.Phone = phone.Mask(r.Phone)
}

func (c Config) get(ctx context.Context, in *ByID) (*detail, error) {
	e, facts, files, err := c.Service.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &detail{CallDetail{
		CallRow: Row(e), DispositionReasonID: some(e.DispositionReasonID),
		Events: make([]CallEvent, 0, len(facts)), Recordings: make([]CallRecording, 0, len(files)),
	}}
	hide(ctx, &out.Body.CallRow)
	for _, f := range facts {
		out.Body.Events = append(out.Body.Events, CallEvent{Seq: f.Seq, At: f.At, Kind: f.Kind, Text: words(f)})
	}
	for _, f := range files {
		out.Body.Recordings = append(out.Body.Recordings, CallRecording(f))
	}
	return out, nil
}
