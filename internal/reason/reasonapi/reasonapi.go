package reasonapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/httpapi"
	"d24/internal/reason"
)

// OfCompany names the company whose things are asked for.
type OfCompany struct {
	CompanyID int64 `query:"company_id" minimum:"0" doc:"a user of one company may leave it out"`
}

type search struct {
	OfCompany
	Q     string `query:"q" maxLength:"200" doc:"what the resident says: «топит», «льёт»"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

type list struct{ Body ReasonList }

// Register adds the operations to api.
func Register(api huma.API, s *reason.Service, around httpapi.Around) {
	tags := []string{"reasons"}
	httpapi.Register(api, access.ReasonRead, huma.Operation{
		OperationID: "list-reasons", Method: http.MethodGet, Path: "/reasons", Summary: "A company's catalogue of reasons", Tags: tags,
	}, func(ctx context.Context, in *OfCompany) (*list, error) {
		id, err := in.company(ctx)
		if err != nil {
			return nil, err
		}
		rs, err := s.List(ctx, id)
		out := &list{ReasonList{Items: make([]ReasonRow, 0, len(rs))}}
		for _, r := range rs {
			out.Body.Items = append(out.Body.Items, show(r, "", 0))
		}
		return out, err
	})
	httpapi.Register(api, access.ReasonRead, huma.Operation{
		OperationID: "search-reasons", Method: http.MethodGet, Path: "/reasons/search", Summary: "Find a reason by what the resident says", Tags: tags,
	}, func(ctx context.Context, in *search) (*list, error) {
		id, err := in.company(ctx)
		if err != nil {
			return nil, err
		}
		found, err := s.Search(ctx, id, in.Q, in.Limit)
		out := &list{ReasonList{Items: make([]ReasonRow, 0, len(found))}}
		for _, f := range found {
			out.Body.Items = append(out.Body.Items, show(f.Reason, f.By, f.Score))
		}
		return out, err
	})
	settings(api, s, around)
}

func (c OfCompany) company(ctx context.Context) (int64, error) {
	a := access.From(ctx)
	switch {
	case c.CompanyID != 0:
		return c.CompanyID, nil
	case a.CompanyID != 0:
		return a.CompanyID, nil
	}
	return 0, fault.New(fault.Invalid, "request.invalid", "Укажите компанию.").At("query.company_id", "не указано")
}
