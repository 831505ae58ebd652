package staffapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
	"d24/internal/staff"
)

type ofCompany struct {
	CompanyID int64 `query:"company_id" minimum:"0" doc:"0: every company the user may see"`
}

type list struct{ Body StaffList }

// Register adds the operations to api.
func Register(api huma.API, s *staff.Service) {
	httpapi.Register(api, access.StaffRead, huma.Operation{
		OperationID: "list-staff", Method: http.MethodGet, Path: "/staff", Summary: "People of a company by name", Tags: []string{"staff"},
	}, func(ctx context.Context, in *ofCompany) (*list, error) {
		ms, err := s.Directory(ctx, in.CompanyID)
		out := &list{StaffList{Items: make([]StaffRow, 0, len(ms))}}
		for _, m := range ms {
			out.Body.Items = append(out.Body.Items, show(m))
		}
		return out, err
	})
}

func show(m staff.Member) StaffRow {
	row := StaffRow{
		MemberID: m.MemberID, CompanyID: m.CompanyID, Name: m.Name, Position: m.Position, Phones: m.Phones, OnDuty: m.OnDuty, IsContractor: m.IsContractor,
		Duties: make([]StaffDuty, 0, len(m.Duties)),
	}
	for _, d := range m.Duties {
		x := StaffDuty{Role: d.Role, WorkType: d.WorkType, Level: d.Level}
		if d.BuildingID != 0 {
			x.BuildingID = &d.BuildingID
		}
		row.Duties = append(row.Duties, x)
	}
	return row
}
