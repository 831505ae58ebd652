// Package secretaryapi is the HTTP face of the directory of competent people.
package secretaryapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
	"d24/internal/secretary"
	"d24/internal/staff"
)

// CompetentHours are hours of some days of the week, in the zone of the caller's house.
type CompetentHours struct {
	Days []int `json:"days" maxItems:"7" doc:"0 Monday … 6 Sunday; none: every day"`
	From int   `json:"from" minimum:"0" maximum:"1440" doc:"minutes from midnight"`
	To   int   `json:"to" minimum:"0" maximum:"2880" doc:"not after from: of the next day"`
}

// CompetentBody is what is written about a person.
type CompetentBody struct {
	MemberID   *int64           `json:"member_id" minimum:"1" doc:"one of the staff: his leave, his shifts and his phones count"`
	Name       string           `json:"name" maxLength:"300"`
	Position   string           `json:"position" maxLength:"300"`
	Subject    string           `json:"subject" maxLength:"600" doc:"what callers are transferred to him for"`
	ReasonIDs  []int64          `json:"reason_ids" maxItems:"300" doc:"of the company's reasons; none: by the subject alone"`
	Phones     []string         `json:"phones" maxItems:"10" doc:"in the order of ringing; none: those of the staff card"`
	Hours      []CompetentHours `json:"hours" maxItems:"30" doc:"none: his shifts, or any hour"`
	ByCalendar bool             `json:"by_calendar" doc:"of the hours: holidays off, short days an hour shorter"`
	IsArchived bool             `json:"is_archived,omitempty"`
}

// CompetentRow is a person of the directory as he is now.
type CompetentRow struct {
	ID        int64      `json:"id"`
	CompanyID int64      `json:"company_id"`
	Version   int        `json:"version"`
	IsOpen    bool       `json:"is_open" doc:"he may be rung now"`
	Why       string     `json:"why" enum:",hours,leave,dismissed,no_phone" doc:"why not"`
	Until     *time.Time `json:"until" doc:"when that changes by itself"`
	CompetentBody
}

// CompetentList is a company's directory by name.
type CompetentList struct {
	Items  []CompetentRow `json:"items"`
	AtOnce bool           `json:"at_once" doc:"callers may be transferred without a word to the person first"`
}

// NewCompetent is a person to be put into the directory.
type NewCompetent struct {
	CompanyID int64 `json:"company_id" minimum:"1"`
	CompetentBody
}

// CompetentChange is a person as he is to be.
type CompetentChange struct {
	Version int `json:"version" minimum:"1" maximum:"1000000000" doc:"the version seen; 409 competent.changed when it is another now"`
	CompetentBody
}

// TransferSettings is how a company has its callers transferred.
type TransferSettings struct {
	CompanyID int64 `json:"company_id" minimum:"1"`
	AtOnce    bool  `json:"at_once" doc:"without a word to the person first (F20)"`
}

type (
	ask struct {
		CompanyID int64 `query:"company_id" minimum:"1" required:"true"`
		Archived  bool  `query:"archived" doc:"those put away instead"`
	}
	list   struct{ Body CompetentList }
	made   struct{ Body NewCompetent }
	change struct {
		ID   int64 `path:"id" minimum:"1"`
		Body CompetentChange
	}
	one struct{ Body CompetentRow }
	set struct{ Body TransferSettings }
)

// Register adds the operations to api.
func Register(api huma.API, s *secretary.Service) {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"secretary"}}
	}
	httpapi.Register(api, access.StaffRead, op("list-competents", http.MethodGet, "/competents", "To whom callers of a company are transferred"),
		func(ctx context.Context, in *ask) (*list, error) {
			all, atOnce, err := s.All(ctx, in.CompanyID, in.Archived)
			out := &list{CompetentList{Items: make([]CompetentRow, 0, len(all)), AtOnce: atOnce}}
			for _, o := range all {
				out.Body.Items = append(out.Body.Items, Row(o))
			}
			return out, err
		})
	httpapi.Register(api, access.StaffWrite, op("add-competent", http.MethodPost, "/competents", "Put a person into the directory"),
		func(ctx context.Context, in *made) (*one, error) {
			c := in.Body.competent()
			c.CompanyID = in.Body.CompanyID
			return show(s.Add(ctx, c))
		})
	httpapi.Register(api, access.StaffWrite, op("change-competent", http.MethodPut, "/competents/{id}", "Change a person of the directory, put him away or back"),
		func(ctx context.Context, in *change) (*one, error) {
			c := in.Body.competent()
			c.ID, c.Version = in.ID, in.Body.Version
			return show(s.Change(ctx, c))
		})
	httpapi.Register(api, access.StaffWrite, op("set-transfer", http.MethodPut, "/transfer-settings", "Whether callers are transferred without a word to the person first"),
		func(ctx context.Context, in *set) (*set, error) {
			return in, s.SetAtOnce(ctx, in.Body.CompanyID, in.Body.AtOnce)
		})
}

func (b CompetentBody) competent() secretary.Competent {
	c := secretary.Competent{
		Name: b.Name, Position: b.Position, Subject: b.Subject, ReasonIDs: b.ReasonIDs, Phones: b.Phones, ByCalendar: b.ByCalendar, IsArchived: b.IsArchived, Hours: make([]staff.PhoneHours, 0, len(b.Hours)),
	}
	if b.MemberID != nil {
		c.MemberID = *b.MemberID
	}
	for _, h := range b.Hours {
		c.Hours = append(c.Hours, staff.PhoneHours(h))
	}
	return c
}

// Row shows a person.
func Row(o secretary.Offer) CompetentRow {
	out := CompetentRow{
		ID: o.ID, CompanyID: o.CompanyID, Version: o.Version, IsOpen: o.State.Open, Why: string(o.State.Why), Until: o.State.Until,
		CompetentBody: CompetentBody{
			Name: o.Name, Position: o.Position, Subject: o.Subject, ReasonIDs: append([]int64{}, o.ReasonIDs...), Phones: append([]string{}, o.Phones...),
			Hours: make([]CompetentHours, 0, len(o.Hours)), ByCalendar: o.ByCalendar, IsArchived: o.IsArchived,
		},
	}
	if o.MemberID != 0 {
		out.MemberID = &o.MemberID
	}
	for _, h := range o.Hours {
		out.Hours = append(out.Hours, CompetentHours{append([]int{}, h.Days...), h.From, h.To})
	}
	return out
}

func show(o secretary.Offer, err error) (*one, error) {
	if err != nil {
		return nil, err
	}
	return &one{Row(o)}, nil
}
