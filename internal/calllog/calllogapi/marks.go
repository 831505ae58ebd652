package calllogapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/calllog"
	"d24/internal/platform/httpapi"
)

// NewCallMark is what a company says of an operator's work in a call.
type NewCallMark struct {
	Mark    int    `json:"mark" minimum:"1" maximum:"5" doc:"1 and 2 are bad: they open a case and need a comment"`
	Comment string `json:"comment,omitempty" maxLength:"2000"`
	Version int    `json:"version,omitempty" minimum:"0" maximum:"1000000" doc:"of the mark that is changed"`
}

// CallAppeal is the operator's word against a mark.
type CallAppeal struct {
	Text string `json:"text" maxLength:"2000"`
}

// CallAnswer is what the dispatch centre found.
type CallAnswer struct {
	Finding string `json:"finding" enum:"upheld,dismissed" doc:"upheld: the company is right"`
	Text    string `json:"text" maxLength:"2000" doc:"to the company"`
	Version int    `json:"version" minimum:"1" maximum:"1000000" doc:"of the mark that was read"`
}

type callOut struct{ Body CallRow }

func (c Config) marks(api huma.API) {
	tags := []string{"calls"}
	type (
		rate struct {
			ByID
			Body NewCallMark
		}
		appeal struct {
			ByID
			Body CallAppeal
		}
		answer struct {
			ByID
			Body CallAnswer
		}
	)
	httpapi.Register(api, access.CallMark, huma.Operation{
		OperationID: "mark-call", Method: http.MethodPut, Path: "/calls/{id}/mark", Summary: "The company's mark on our operator's work (L2)", Tags: tags,
		Description: "409 call.no_operator: nobody of ours spoke; call.mark_answered: it is answered; call.mark_changed: another was quicker.",
	}, func(ctx context.Context, in *rate) (*callOut, error) {
		return one(ctx)(c.Service.Rate(ctx, in.ID, calllog.NewMark(in.Body)))
	})
	httpapi.Register(api, access.DeskWork, huma.Operation{
		OperationID: "appeal-call-mark", Method: http.MethodPost, Path: "/calls/{id}/mark/appeal", Summary: "The operator does not agree with the mark on his call", Tags: tags,
	}, func(ctx context.Context, in *appeal) (*callOut, error) {
		return one(ctx)(c.Service.Appeal(ctx, in.ID, in.Body.Text))
	})
	httpapi.Register(api, access.DeskSupervise, huma.Operation{
		OperationID: "answer-call-mark", Method: http.MethodPost, Path: "/calls/{id}/mark/answer", Summary: "The case is looked into: an answer to the company", Tags: tags,
		Description: "409 call.own_case: nobody judges his own call; call.mark_changed: read it anew.",
	}, func(ctx context.Context, in *answer) (*callOut, error) {
		return one(ctx)(c.Service.Answer(ctx, in.ID, calllog.Answered{IsUpheld: in.Body.Finding == "upheld", Text: in.Body.Text, Version: in.Body.Version}))
	})
}

func one(ctx context.Context) func(calllog.Entry, error) (*callOut, error) {
	return func(e calllog.Entry, err error) (*callOut, error) {
		if err != nil {
			return nil, err
		}
		out := &callOut{shown(ctx, e)}
		return out, nil
	}
}

// shown is a call as this person may see it.
func shown(ctx context.Context, e calllog.Entry) CallRow {
	r := Row(e)
	hide(ctx, &r)
	if e.Mark != nil {
		r.Mark = markOf(access.From(ctx), *e.Mark)
	}
	return r
}

func markOf(a access.Actor, m calllog.Mark) *CallMark {
	out := &CallMark{
		Mark: m.Mark, Comment: m.Comment, ByName: m.ByName, At: m.At, Status: m.Status, Appeal: m.Appeal, AppealedAt: m.AppealedAt,
		Finding: m.Finding, Answer: m.Answer, AnsweredBy: m.AnsweredBy, AnsweredAt: m.AnsweredAt, Version: m.Version, Can: []string{},
	}
	own := m.OperatorID == a.UserID
	if own && m.Status != "answered" && m.AppealedAt == nil && a.Can(access.DeskWork) {
		out.Can = append(out.Can, "appeal")
	}
	if !own && m.Status == "open" && a.Can(access.DeskSupervise) {
		out.Can = append(out.Can, "answer")
	}
	return out
}
