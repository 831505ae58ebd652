package reasonapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/httpapi"
	"d24/internal/reason"
)

type (
	catalogue struct{ Body Catalogue }
	byID      struct {
		ID int64 `path:"id" minimum:"1"`
	}
	made    struct{ Body NewReason }
	changed struct {
		ID   int64 `path:"id" minimum:"1"`
		Body ReasonChange
	}
	archived struct {
		ID   int64 `path:"id" minimum:"1"`
		Body ReasonArchive
	}
	returned struct {
		ID   int64 `path:"id" minimum:"1"`
		Body ReasonReturn
	}
	card     struct{ Body ReasonCard }
	versions struct{ Body ReasonVersions }
	weigh    struct{ Body WeighAsk }
	weighed  struct{ Body WeighedList }
)

// settings are the operations of the catalogue's editor.
func settings(api huma.API, s *reason.Service, around httpapi.Around) {
	tags := []string{"reasons"}
	httpapi.Register(api, access.ReasonRead, huma.Operation{
		OperationID: "reason-catalogue", Method: http.MethodGet, Path: "/reasons/catalogue", Summary: "A company's whole catalogue, the archived too", Tags: tags,
	}, func(ctx context.Context, in *OfCompany) (*catalogue, error) {
		id, err := in.company(ctx)
		if err != nil {
			return nil, err
		}
		rs, err := s.All(ctx, id)
		out := &catalogue{Catalogue{Items: make([]CatalogueRow, 0, len(rs))}}
		for _, r := range rs {
			out.Body.Items = append(out.Body.Items, showRow(r))
		}
		return out, err
	})
	httpapi.Register(api, access.ReasonRead, huma.Operation{
		OperationID: "get-reason", Method: http.MethodGet, Path: "/reasons/{id}", Summary: "A reason whole, beside the base and the law", Tags: tags,
	}, func(ctx context.Context, in *byID) (*card, error) { return shown(s.Get(ctx, in.ID)) })
	httpapi.Register(api, access.ReasonWrite, huma.Operation{
		OperationID: "create-reason", Method: http.MethodPost, Path: "/reasons", Summary: "Add a reason of the company's own", Tags: tags,
	}, func(ctx context.Context, in *made) (*card, error) {
		return changes(ctx, around, in.Body.CompanyID, func() (reason.Reason, error) { return s.Create(ctx, in.Body.CompanyID, in.Body.body()) })
	})
	httpapi.Register(api, access.ReasonWrite, huma.Operation{
		OperationID: "change-reason", Method: http.MethodPut, Path: "/reasons/{id}", Summary: "Change a reason; requests made before stay as they are", Tags: tags,
	}, func(ctx context.Context, in *changed) (*card, error) {
		was, err := s.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return changes(ctx, around, was.CompanyID, func() (reason.Reason, error) { return s.Change(ctx, in.ID, in.Body.Version, in.Body.body()) })
	})
	httpapi.Register(api, access.ReasonWrite, huma.Operation{
		OperationID: "archive-reason", Method: http.MethodPost, Path: "/reasons/{id}/archive", Summary: "Put a reason away, or back", Tags: tags,
	}, func(ctx context.Context, in *archived) (*card, error) {
		was, err := s.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return changes(ctx, around, was.CompanyID, func() (reason.Reason, error) {
			return s.Archive(ctx, in.ID, in.Body.Version, in.Body.Archived, in.Body.Sure)
		})
	})
	httpapi.Register(api, access.ReasonWrite, huma.Operation{
		OperationID: "return-reason", Method: http.MethodPost, Path: "/reasons/{id}/return", Summary: "Put fields of a reason back to the base catalogue", Tags: tags,
	}, func(ctx context.Context, in *returned) (*card, error) {
		was, err := s.Get(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return changes(ctx, around, was.CompanyID, func() (reason.Reason, error) { return s.Return(ctx, in.ID, in.Body.Version, in.Body.Fields) })
	})
	httpapi.Register(api, access.ReasonRead, huma.Operation{
		OperationID: "reason-versions", Method: http.MethodGet, Path: "/reasons/{id}/versions", Summary: "History of a reason", Tags: tags,
	}, func(ctx context.Context, in *byID) (*versions, error) {
		vs, err := s.Versions(ctx, in.ID)
		out := &versions{ReasonVersions{Items: make([]ReasonVersion, 0, len(vs))}}
		for _, v := range vs {
			out.Body.Items = append(out.Body.Items, ReasonVersion{Version: v.Version, At: v.At, By: v.By, Verb: v.Verb, Fields: v.Fields})
		}
		return out, err
	})
	httpapi.Register(api, access.ReasonRead, huma.Operation{
		OperationID: "weigh-limits", Method: http.MethodPost, Path: "/reasons/limits", Summary: "Limits beside the law's, and when they would end", Tags: tags,
	}, func(_ context.Context, in *weigh) (*weighed, error) { return ask(s, in.Body) })
}

// changes saves a reason and tells what that does to the coverage; what runs keeps the
// limits of its start and is not asked about.
func changes(ctx context.Context, around httpapi.Around, companyID int64, save func() (reason.Reason, error)) (*card, error) {
	var r reason.Reason
	after, err := around.Do(ctx, companyID, time.Time{}, time.Time{}, func() (err error) {
		r, err = save()
		return err
	})
	out, err := shown(r, err)
	if err == nil {
		out.Body.Warnings = after.Warnings
	}
	return out, err
}

func shown(r reason.Reason, err error) (*card, error) {
	if err != nil {
		return nil, err
	}
	return &card{showCard(r, reason.Weigh(r.Rules, reason.LawOf(r.Code, r.IsOwn, r.Kind), reason.Moment{Zone: time.UTC}))}, nil
}

func ask(s *reason.Service, b WeighAsk) (*weighed, error) {
	zone, err := time.LoadLocation(b.Zone)
	if err != nil || b.Zone == "" || b.Zone == "Local" {
		return nil, fault.New(fault.Invalid, "request.invalid", "Укажите часовой пояс.").At("body.zone", "такого часового пояса нет")
	}
	m := reason.Moment{At: s.Now(), Zone: zone, Facts: reason.Facts{Temperature: b.Temperature, Inputs: b.Inputs}}
	if b.At != nil {
		if b.At.Year() < 2000 || b.At.Year() > 2100 {
			return nil, fault.New(fault.Invalid, "request.invalid", "Проверьте время.").At("body.at", "от 2000 до 2100 года")
		}
		m.At = *b.At
	}
	rules := b.Rules.rules()
	if err := rules.Check(); err != nil {
		return nil, err
	}
	return &weighed{WeighedList{Items: showWeighed(reason.Weigh(rules, reason.LawOf(b.Code, b.IsOwn, reason.Kind(b.Kind)), m))}}, nil
}
