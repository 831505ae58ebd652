package companyapi

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/company"
	"d24/internal/platform/httpapi"
)

// CallingRules are how the automation of a company calls.
type CallingRules struct {
	StepMin           int      `json:"step_min" doc:"minutes a level has to accept an emergency"`
	Dials             int      `json:"dials" doc:"to each number before it counts as not reached"`
	RingSec           int      `json:"ring_sec"`
	OperatorWithinSec int      `json:"operator_within_sec" doc:"then the system dials itself"`
	InquiryMin        int      `json:"inquiry_min" doc:"until the executor is asked how it goes"`
	SupplierMin       int      `json:"supplier_min,omitempty" doc:"from the handing over until a supplier is asked; left out: 120"`
	CallbackMin       int      `json:"callback_min" doc:"a lost caller is called within"`
	RepeatMin         int      `json:"repeat_min" doc:"how often the last step repeats"`
	QuietFrom         string   `json:"quiet_from" maxLength:"5"`
	QuietTo           string   `json:"quiet_to" maxLength:"5"`
	WorkFrom          string   `json:"work_from" maxLength:"5" doc:"working hours of rules of routing"`
	WorkTo            string   `json:"work_to" maxLength:"5"`
	CalleeFirst       []string `json:"callee_first,omitempty" nullable:"false" maxItems:"10" doc:"purposes of calls in which the person is dialled before an operator is rung: status_inquiry, feedback, resident, supplier_handover, supplier_inquiry"`
	Version           int      `json:"version" minimum:"1" doc:"as it was seen: 409 settings.changed when somebody was first"`
}

// CallingState is the rules and what comes of them.
type CallingState struct {
	CallingRules
	MostNumbers int `json:"most_numbers" doc:"of one person that can be dialled as often within the time of a level"`
	httpapi.After
}

func stateOf(c company.Calling) CallingState {
	return CallingState{CallingRules{
		c.StepMin, c.Dials, c.RingSec, c.OperatorWithinSec, c.InquiryMin, c.SupplierMin, c.CallbackMin, c.RepeatMin, c.QuietFrom, c.QuietTo, c.WorkFrom, c.WorkTo, append([]string{}, c.CalleeFirst...), c.Version,
	}, c.MostNumbers(), httpapi.Untouched()}
}

func callingRules(api huma.API, s *company.Service, around httpapi.Around) {
	type written struct {
		ByID
		Body CallingRules
	}
	type state struct{ Body CallingState }
	tags := []string{"company"}
	httpapi.Register(api, access.CompanyRead, huma.Operation{
		OperationID: "get-calling-rules", Method: http.MethodGet, Path: "/companies/{id}/calling", Summary: "How a company's automation calls", Tags: tags,
	}, func(ctx context.Context, in *ByID) (*state, error) {
		c, err := s.Calling(ctx, in.ID)
		return &state{stateOf(c)}, err
	})
	httpapi.Register(api, access.CompanyWrite, huma.Operation{
		OperationID: "set-calling-rules", Method: http.MethodPut, Path: "/companies/{id}/calling", Summary: "Change how a company's automation calls", Tags: tags,
		Description: "422 settings.wrong names the wrong fields, also dials that do not fit into the time of a level.",
	}, func(ctx context.Context, in *written) (*state, error) {
		b := in.Body
		var c company.Calling
		after, err := around.Do(ctx, in.ID, time.Time{}, time.Time{}, func() (err error) {
			c, err = s.SetCalling(ctx, in.ID, company.Calling{Version: b.Version, Settings: company.Settings{
				StepMin: b.StepMin, Dials: b.Dials, RingSec: b.RingSec, OperatorWithinSec: b.OperatorWithinSec, InquiryMin: b.InquiryMin, SupplierMin: cmp.Or(b.SupplierMin, 120), CallbackMin: b.CallbackMin,
				RepeatMin: b.RepeatMin, QuietFrom: b.QuietFrom, QuietTo: b.QuietTo, WorkFrom: b.WorkFrom, WorkTo: b.WorkTo, CalleeFirst: b.CalleeFirst,
			}})
			return err
		})
		out := stateOf(c)
		out.After = after
		return &state{out}, err
	})
}
