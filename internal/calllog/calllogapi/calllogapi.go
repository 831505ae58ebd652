package calllogapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/calllog"
	"d24/internal/page"
	"d24/internal/phone"
	"d24/internal/platform/httpapi"
	"d24/internal/telephony"
)

// Config of the operations.
type Config struct {
	Service *calllog.Service
	// Connected tells whom the calls of these keys connected with residents, by key.
	Connected func(ctx context.Context, keys []string) (map[string]string, error)
}

// Filter is the query of the journal.
type Filter struct {
	CompanyID  int64     `query:"company_id" minimum:"0"`
	TicketID   int64     `query:"ticket_id" minimum:"0"`
	TaskID     int64     `query:"task_id" minimum:"0"`
	Operator   int64     `query:"operator_id" minimum:"0"`
	BuildingID int64     `query:"building_id" minimum:"0"`
	Number     int64     `query:"number" minimum:"0" doc:"of the request"`
	Phone      string    `query:"phone" maxLength:"40" doc:"of the other party, as people write it"`
	Direction  string    `query:"direction" enum:"inbound,outbound"`
	Lost       bool      `query:"lost" doc:"nobody answered, or cut by a failure of ours"`
	Result     string    `query:"result" enum:"answered,lost,cut,missed,going,waiting,called_back,overflow" doc:"overflow: came over to us in the company's own hours; missed: we called and did not reach; going: not ended; waiting: for an operator; called_back: lost, and spoken to afterwards"`
	About      []string  `query:"about,explode" enum:"ticket,linked,notice,consultation,wrong_number,task,lost,transferred,message,fax,silence,prank,none" maxItems:"13" doc:"what came of it; none: no result yet"`
	Recorded   bool      `query:"recorded"`
	Mark       string    `query:"mark" enum:"any,good,bad,open,answered" doc:"of the company (L2); open: a case to look into; an operator finds his own calls"`
	From       time.Time `query:"from"`
	To         time.Time `query:"to"`
}

func (f Filter) read(ctx context.Context) (calllog.Search, error) {
	return calllog.Search{
		CompanyID: f.CompanyID, TicketID: f.TicketID, TaskID: f.TaskID, OperatorID: f.Operator, BuildingID: f.BuildingID, Number: f.Number, Phone: f.Phone, Direction: f.Direction,
		Lost: f.Lost, Result: f.Result, About: f.About, Recorded: f.Recorded, Mark: f.Mark, From: f.From, To: f.To,
	}, httpapi.Number(ctx, f.Phone)
}

type list struct {
	Filter
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type (
	countOut struct{ Body CallCount }
	whoOut   struct{ Body CallOperators }
)

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
	httpapi.Register(api, access.CallRead, huma.Operation{
		OperationID: "count-calls", Method: http.MethodGet, Path: "/calls/count", Summary: "How many calls a filter finds", Tags: tags,
	}, func(ctx context.Context, in *Filter) (*countOut, error) {
		f, err := in.read(ctx)
		if err != nil {
			return nil, err
		}
		n, err := c.Service.Count(ctx, f)
		return &countOut{CallCount{Count: min(n, page.CountMax-1), Capped: n >= page.CountMax}}, err
	})
	httpapi.Register(api, access.CallRead, huma.Operation{
		OperationID: "call-operators", Method: http.MethodGet, Path: "/calls/operators", Summary: "Who spoke in the last calls, for the filter", Tags: tags,
	}, func(ctx context.Context, in *struct {
		CompanyID int64 `query:"company_id" minimum:"0"`
	},
	) (*whoOut, error) {
		spoke, err := c.Service.Operators(ctx, calllog.Search{CompanyID: in.CompanyID})
		out := &whoOut{CallOperators{Items: make([]CallOperator, 0, len(spoke))}}
		for _, s := range spoke {
			out.Body.Items = append(out.Body.Items, CallOperator(s))
		}
		return out, err
	})
	c.marks(api)
	c.recordings(api)
	c.kept(api)
	c.keys(api)
}

func (c Config) list(ctx context.Context, in *list) (*pageOut, error) {
	f, err := in.read(ctx)
	if err != nil {
		return nil, err
	}
	if f.After, err = page.Parse(in.Cursor); err != nil {
		return nil, err
	}
	f.Limit = in.Limit
	rows, next, err := c.Service.Page(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &pageOut{CallPage{Items: make([]CallRow, 0, len(rows))}}
	for _, e := range rows {
		out.Body.Items = append(out.Body.Items, shown(ctx, e))
	}
	if next != "" {
		out.Body.NextCursor = &next
	}
	each := make([]*CallRow, 0, len(out.Body.Items))
	for i := range out.Body.Items {
		each = append(each, &out.Body.Items[i])
	}
	return out, c.name(ctx, each...)
}

// name puts into connections whom they joined with residents.
func (c Config) name(ctx context.Context, rows ...*CallRow) error {
	var keys []string
	for _, r := range rows {
		if r.Purpose == string(telephony.Connection) {
			keys = append(keys, r.Key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	who, err := c.Connected(ctx, keys)
	for _, r := range rows {
		r.Employee = who[r.Key]
	}
	return err
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
		CallRow: shown(ctx, e), DispositionReasonID: some(e.DispositionReasonID),
		Events: make([]CallEvent, 0, len(facts)), Recordings: make([]CallRecording, 0, len(files)),
		Sound: sounds(facts),
	}}
	for _, f := range facts {
		out.Body.Events = append(out.Body.Events, CallEvent{Seq: f.Seq, At: f.At, Kind: f.Kind, Text: words(f)})
	}
	for _, f := range files {
		out.Body.Recordings = append(out.Body.Recordings, CallRecording(f))
	}
	return out, c.name(ctx, &out.Body.CallRow)
}
