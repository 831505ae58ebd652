// Package onboardingapi is the HTTP face of bringing a client in.
package onboardingapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/onboarding"
	"d24/internal/platform/httpapi"
)

// ReadinessStep is one thing that must be so before the launch.
type ReadinessStep struct {
	Key     string `json:"key" enum:"lines,carriers,greetings,greeting,dials,houses,units,passports,contacts,staff,phones,schedules,reasons,terms,suppliers,responsible,coverage,levels,admin,users"`
	IsDone  bool   `json:"is_done"`
	Missing int    `json:"missing" doc:"how many lack it"`
	Total   int    `json:"total" doc:"of how many"`
}

// ReadinessReport is the steps in the order of setting up.
type ReadinessReport struct {
	Percent int             `json:"percent" doc:"100 only when nothing is missing"`
	Items   []ReadinessStep `json:"items" nullable:"false"`
}

// Register adds the operations to api.
func Register(api huma.API, s *onboarding.Service) {
	type ask struct {
		CompanyID int64 `query:"company_id" minimum:"1" required:"true"`
	}
	type report struct{ Body ReadinessReport }
	httpapi.Register(api, access.CompanyRead, huma.Operation{
		OperationID: "readiness", Method: http.MethodGet, Path: "/onboarding/readiness", Summary: "What a company lacks before its launch, computed from the data", Tags: []string{"company"},
	}, func(ctx context.Context, in *ask) (*report, error) {
		r, err := s.Readiness(ctx, in.CompanyID)
		if err != nil {
			return nil, err
		}
		out := &report{ReadinessReport{Percent: r.Percent(), Items: make([]ReadinessStep, 0, len(r.Steps))}}
		for _, x := range r.Steps {
			out.Body.Items = append(out.Body.Items, ReadinessStep(x))
		}
		return out, nil
	})
}
