// Package assignmentapi is the HTTP face of the rules of routing: their table, the
// preview, the coverage of the coming week.
package assignmentapi

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/assignment"
	"d24/internal/platform/httpapi"
)

// Config is what the operations need.
type Config struct {
	Service *assignment.Service
	// Running counts a company's escalations that go on now.
	Running func(ctx context.Context, companyID int64) (int, error)
	// Apply puts the rules of this moment under them and tells how many have changed (F38).
	Apply func(ctx context.Context, companyID int64) (int, error)
}

type (
	ofCompany struct {
		CompanyID int64 `query:"company_id" minimum:"1" required:"true"`
	}
	made    struct{ Body NewRule }
	changed struct {
		ID   int64 `path:"id" minimum:"1"`
		Body ChangedRule
	}
	archived struct {
		ID   int64 `path:"id" minimum:"1"`
		Body RuleArchive
	}
	ask     struct{ Body AssignmentAsk }
	list    struct{ Body RuleList }
	saved   struct{ Body RuleSaved }
	preview struct{ Body AssignmentPreview }
	report  struct{ Body CoverageReport }
)

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	tags := []string{"assignment"}
	httpapi.Register(api, access.CompanyRead, huma.Operation{
		OperationID: "list-rules", Method: http.MethodGet, Path: "/assignment/rules", Summary: "Rules of routing, the most specific first", Tags: tags,
	}, c.list)
	const refusals = "422 rule.incomplete names the wrong fields; 422 rule.tie names the rule from which nothing tells it apart."
	httpapi.Register(api, access.CompanyWrite, huma.Operation{
		OperationID: "create-rule", Method: http.MethodPost, Path: "/assignment/rules", Summary: "Add a rule", Tags: tags, Description: refusals, DefaultStatus: http.StatusCreated,
	}, func(ctx context.Context, in *made) (*saved, error) {
		r := in.Body.read()
		r.CompanyID = in.Body.CompanyID
		r, err := c.Service.Create(ctx, r)
		return c.saved(ctx, r, err)
	})
	httpapi.Register(api, access.CompanyWrite, huma.Operation{
		OperationID: "change-rule", Method: http.MethodPut, Path: "/assignment/rules/{id}", Summary: "Write a rule anew", Tags: tags, Description: refusals,
	}, func(ctx context.Context, in *changed) (*saved, error) {
		r, err := c.Service.Change(ctx, in.ID, in.Body.Version, in.Body.read())
		return c.saved(ctx, r, err)
	})
	httpapi.Register(api, access.CompanyWrite, huma.Operation{
		OperationID: "archive-rule", Method: http.MethodPatch, Path: "/assignment/rules/{id}", Summary: "Take a rule out of force or put it back", Tags: tags, Description: refusals,
	}, func(ctx context.Context, in *archived) (*saved, error) {
		r, err := c.Service.Archive(ctx, in.ID, in.Body.Version, in.Body.IsArchived)
		return c.saved(ctx, r, err)
	})
	type toRunning struct{ Body RulesToRunning }
	type applied struct{ Body RulesApplied }
	httpapi.Register(api, access.CompanyWrite, huma.Operation{
		OperationID: "apply-rules", Method: http.MethodPost, Path: "/assignment/apply", Summary: "Put the rules of now under the escalations that run", Tags: tags,
	}, func(ctx context.Context, in *toRunning) (*applied, error) {
		n, err := c.Apply(ctx, in.Body.CompanyID)
		return &applied{RulesApplied{Changed: n}}, err
	})
	httpapi.Register(api, access.CompanyRead, huma.Operation{
		OperationID: "preview-assignment", Method: http.MethodPost, Path: "/assignment/preview", Summary: "Who would get a request at a moment, why, and who stands behind him", Tags: tags,
	}, func(ctx context.Context, in *ask) (*preview, error) {
		q := assignment.Question{CompanyID: in.Body.CompanyID, ReasonID: in.Body.ReasonID, BuildingID: in.Body.BuildingID}
		if in.Body.At != nil {
			q.At = *in.Body.At
		}
		p, err := c.Service.Preview(ctx, q)
		if err != nil {
			return nil, err
		}
		return &preview{previewOf(p)}, nil
	})
	httpapi.Register(api, access.CompanyRead, huma.Operation{
		OperationID: "coverage", Method: http.MethodGet, Path: "/assignment/coverage", Summary: "Where and when in the coming week nobody would take a request", Tags: tags,
	}, func(ctx context.Context, in *ofCompany) (*report, error) {
		x, err := c.Service.Coverage(ctx, in.CompanyID)
		if err != nil {
			return nil, err
		}
		return &report{reportOf(x)}, nil
	})
	counted(api, c)
}

// counted adds the number for the badge of the settings.
func counted(api huma.API, c Config) {
	type count struct{ Body CoverageCount }
	httpapi.Register(api, access.CompanyRead, huma.Operation{
		OperationID: "coverage-count", Method: http.MethodGet, Path: "/assignment/coverage/count", Summary: "How many gaps coverage had at the last look", Tags: []string{"assignment"},
	}, func(ctx context.Context, in *ofCompany) (*count, error) {
		x, err := c.Service.Count(ctx, in.CompanyID)
		out := &count{CoverageCount{Gaps: x.Gaps}}
		if !x.LookedAt.IsZero() {
			out.Body.LookedAt = &x.LookedAt
		}
		return out, err
	})
}

func (c Config) list(ctx context.Context, in *ofCompany) (*list, error) {
	t, err := c.Service.Table(ctx, in.CompanyID)
	if err != nil {
		return nil, err
	}
	out := &list{RuleList{Items: make([]RuleRow, 0, len(t.Rules)), Groups: names(t.Words.Groups), Suppliers: names(t.Words.Suppliers)}}
	for _, r := range t.Rules {
		out.Body.Items = append(out.Body.Items, rowOf(r, t.Words))
	}
	return out, nil
}

func names(words map[int64]string) []RuleName {
	out := make([]RuleName, 0, len(words))
	for id, n := range words {
		out = append(out, RuleName{id, n})
	}
	slices.SortFunc(out, func(a, b RuleName) int { return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out
}

func (c Config) saved(ctx context.Context, r assignment.Rule, err error) (*saved, error) {
	if err != nil {
		return nil, err
	}
	out := &saved{RuleSaved{ID: r.ID, Version: r.Version}}
	if out.Body.Running, err = c.Running(ctx, r.CompanyID); err != nil {
		return nil, err
	}
	out.Body.Warnings, err = c.Service.Warnings(ctx, r)
	out.Body.Warnings = some(out.Body.Warnings)
	return out, err
}
