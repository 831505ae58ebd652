package calllogapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/calllog"
	"d24/internal/platform/httpapi"
)

// RecordingTerm is how long a company keeps its recordings, and how it stands with them.
type RecordingTerm struct {
	CompanyID int64            `json:"company_id"`
	Days      int              `json:"days"`
	LawDays   int              `json:"law_days" doc:"how long the journal of requests is kept (ПП 416); less is allowed and shown"`
	Version   int              `json:"version" doc:"0: never set"`
	Count     int              `json:"count" doc:"recordings there are"`
	Bytes     int64            `json:"bytes"`
	Oldest    *time.Time       `json:"oldest"`
	Held      int              `json:"held" doc:"kept longer by a hold"`
	Due       int              `json:"due" doc:"whose term is over"`
	Waiting   int              `json:"waiting" doc:"of these: more than may go in a day without a person's word"`
	Sweeps    []RecordingSweep `json:"sweeps" doc:"the newest first"`
}

// RecordingSweep is one removal.
type RecordingSweep struct {
	At      time.Time `json:"at"`
	Before  time.Time `json:"before" doc:"what began earlier had to go"`
	Removed int       `json:"removed"`
	Bytes   int64     `json:"bytes"`
	Failed  int       `json:"failed"`
	Waiting int       `json:"waiting"`
}

// NewRecordingTerm changes it.
type NewRecordingTerm struct {
	Days    int `json:"days" doc:"1 to 3650"`
	Version int `json:"version" minimum:"0" doc:"as it was seen: 409 recording_term.changed when somebody was first"`
}

// ExpirySeen is what a person has looked at before he confirms.
type ExpirySeen struct {
	Due int `json:"due" minimum:"0" doc:"as it was seen: 409 recording_term.grown when it is more by now"`
}

// NewHold says why recordings are kept beyond their term.
type NewHold struct {
	Reason string `json:"reason" maxLength:"300"`
}

type (
	term    struct{ Body RecordingTerm }
	newTerm struct {
		ByID
		Body NewRecordingTerm
	}
	confirmed struct {
		ByID
		Body ExpirySeen
	}
	newHold struct {
		ByID
		Body NewHold
	}
	hold struct{ Body HoldRow }
)

func termOf(t calllog.Term) *term {
	out := RecordingTerm{
		CompanyID: t.CompanyID, Days: t.Days, LawDays: calllog.LawDays, Version: t.Version, Count: t.Count, Bytes: t.Bytes, Oldest: t.Oldest,
		Held: t.Held, Due: t.Due, Waiting: t.Waiting, Sweeps: make([]RecordingSweep, 0, len(t.Sweeps)),
	}
	for _, s := range t.Sweeps {
		out.Sweeps = append(out.Sweeps, RecordingSweep(s))
	}
	return &term{out}
}

// kept adds the operations on how long recordings are kept.
func (c Config) kept(api huma.API) {
	tags := []string{"calls"}
	httpapi.Register(api, access.CompanyRead, huma.Operation{
		OperationID: "get-recording-term", Method: http.MethodGet, Path: "/companies/{id}/recording-term", Summary: "How long a company keeps its recordings", Tags: tags,
	}, func(ctx context.Context, in *ByID) (*term, error) {
		t, err := c.Service.Term(ctx, in.ID)
		return termOf(t), err
	})
	httpapi.Register(api, access.CompanyWrite, huma.Operation{
		OperationID: "set-recording-term", Method: http.MethodPut, Path: "/companies/{id}/recording-term", Summary: "Change how long a company keeps its recordings", Tags: tags,
	}, func(ctx context.Context, in *newTerm) (*term, error) {
		t, err := c.Service.SetTerm(ctx, in.ID, in.Body.Days, in.Body.Version)
		return termOf(t), err
	})
	httpapi.Register(api, access.CompanyWrite, huma.Operation{
		OperationID: "confirm-recording-expiry", Method: http.MethodPost, Path: "/companies/{id}/recording-term/confirm", Summary: "Let all recordings go whose term is over, however many", Tags: tags,
	}, func(ctx context.Context, in *confirmed) (*term, error) {
		t, err := c.Service.ConfirmExpiry(ctx, in.ID, in.Body.Due)
		return termOf(t), err
	})
	for _, x := range []struct {
		path, id, what string
		of             func(id int64) calllog.Of
	}{
		{"/calls/{id}/hold", "call", "the recordings of a call", func(id int64) calllog.Of { return calllog.Of{CallID: id} }},
		{"/tickets/{id}/recording-hold", "ticket", "the recordings of all calls of a request", func(id int64) calllog.Of { return calllog.Of{TicketID: id} }},
	} {
		httpapi.Register(api, access.RecordingHold, huma.Operation{
			OperationID: "hold-" + x.id + "-recordings", Method: http.MethodPut, Path: x.path, Summary: "Keep " + x.what + " beyond their term", Tags: tags,
		}, func(ctx context.Context, in *newHold) (*hold, error) {
			h, err := c.Service.Keep(ctx, x.of(in.ID), in.Body.Reason)
			return &hold{*holdOf(&h)}, err
		})
		httpapi.Register(api, access.RecordingHold, huma.Operation{
			OperationID: "release-" + x.id + "-recordings", Method: http.MethodDelete, Path: x.path, Summary: "Let " + x.what + " go when their term is over", Tags: tags,
		}, func(ctx context.Context, in *ByID) (*struct{}, error) {
			return nil, c.Service.LetGo(ctx, x.of(in.ID))
		})
	}
}
