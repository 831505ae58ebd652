package staffapi

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/platform/httpapi"
	"d24/internal/staff"
)

// Config is what the operations need.
type Config struct {
	Service *staff.Service
	// OpenTickets counts the requests in a person's hands, up to 1000.
	OpenTickets func(ctx context.Context, memberID int64) (int, error)
	// Around tells what a change does to coverage and to what runs.
	Around httpapi.Around
	// Connected are the channels by which something can be sent already.
	Connected []string
}

type filter struct {
	CompanyID  int64  `query:"company_id" minimum:"0" doc:"0: every company the user may see"`
	Text       string `query:"q" maxLength:"100" doc:"of the name, the position, a phone"`
	WorkTypeID int64  `query:"work_type_id" minimum:"0"`
	OnDuty     bool   `query:"on_duty" doc:"at work now"`
	OnLeave    bool   `query:"on_leave" doc:"away now"`
	Archived   bool   `query:"archived" doc:"those dismissed"`
}

type byID struct {
	ID int64 `path:"id" minimum:"1"`
}

type (
	list struct{ Body StaffList }
	card struct{ Body StaffCard }
)

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	people(api, c)
	changes(api, c)
	leaves(api, c)
	schedules(api, c)
	months(api, c)
}

func people(api huma.API, c Config) {
	httpapi.Register(api, access.StaffRead, huma.Operation{
		OperationID: "list-staff", Method: http.MethodGet, Path: "/staff", Summary: "People of a company by name, as they are now", Tags: []string{"staff"},
	}, func(ctx context.Context, in *filter) (*list, error) {
		ms, names, err := c.Service.List(ctx, staff.Filter{
			CompanyID: in.CompanyID, Text: in.Text, WorkTypeID: in.WorkTypeID, OnDuty: in.OnDuty, OnLeave: in.OnLeave, Archived: in.Archived,
		})
		out := &list{StaffList{Items: make([]StaffRow, 0, len(ms))}}
		for _, m := range ms {
			out.Body.Items = append(out.Body.Items, show(m, names))
		}
		return out, err
	})
	httpapi.Register(api, access.StaffRead, huma.Operation{
		OperationID: "get-staff-member", Method: http.MethodGet, Path: "/staff/{id}", Summary: "A person whole", Tags: []string{"staff"},
	}, func(ctx context.Context, in *byID) (*card, error) {
		m, err := c.Service.Get(ctx, in.ID)
		return c.card(ctx, m, err)
	})
	type moment struct {
		CompanyID  int64     `query:"company_id" minimum:"0" doc:"0: the user's own"`
		At         time.Time `query:"at" doc:"absent: now"`
		WorkTypeID int64     `query:"work_type_id" minimum:"0" doc:"0: all kinds of work"`
		BuildingID int64     `query:"building_id" minimum:"0" doc:"0: all houses"`
	}
	type watch struct{ Body DutyWatch }
	httpapi.Register(api, access.StaffRead, huma.Operation{
		OperationID: "staff-on-duty", Method: http.MethodGet, Path: "/staff/on-duty", Summary: "Who is on duty at a moment, for a kind of work and a house", Tags: []string{"staff"},
	}, func(ctx context.Context, in *moment) (*watch, error) {
		w, err := c.Service.OnDuty(ctx, staff.Query{CompanyID: in.CompanyID, BuildingID: in.BuildingID, WorkTypeID: in.WorkTypeID, At: in.At})
		if err != nil {
			return nil, err
		}
		return &watch{showWatch(w)}, nil
	})
	type works struct{ Body WorkTypeList }
	httpapi.Register(api, access.StaffRead, huma.Operation{
		OperationID: "list-work-types", Method: http.MethodGet, Path: "/work-types", Summary: "Kinds of work, shared by all companies", Tags: []string{"staff"},
	}, func(ctx context.Context, _ *struct{}) (*works, error) {
		ws, err := c.Service.WorkTypes(ctx)
		out := &works{WorkTypeList{Items: make([]WorkTypeRow, 0, len(ws))}}
		for _, w := range ws {
			out.Body.Items = append(out.Body.Items, WorkTypeRow(w))
		}
		return out, err
	})
}

func changes(api huma.API, c Config) {
	type newStaff struct{ Body NewStaff }
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "create-staff-member", Method: http.MethodPost, Path: "/staff", Summary: "Add a person", Tags: []string{"staff"}, DefaultStatus: http.StatusCreated,
	}, func(ctx context.Context, in *newStaff) (*card, error) {
		return c.around(ctx, staff.Member{}, in.Body.CompanyID, func() (staff.Member, error) { return c.Service.Create(ctx, in.Body.CompanyID, in.Body.read()) })
	})
	type changed struct {
		ID   int64 `path:"id" minimum:"1"`
		Body ChangedStaff
	}
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "change-staff-member", Method: http.MethodPut, Path: "/staff/{id}", Summary: "Write a person's card", Tags: []string{"staff"},
	}, func(ctx context.Context, in *changed) (*card, error) {
		return c.ofMember(ctx, in.ID, func() (staff.Member, error) { return c.Service.Change(ctx, in.ID, in.Body.Version, in.Body.read()) })
	})
	type duty struct {
		ID   int64 `path:"id" minimum:"1"`
		Body DutySwitch
	}
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "switch-duty", Method: http.MethodPost, Path: "/staff/{id}/duty", Summary: "Put a person on duty or take him off", Tags: []string{"staff"},
	}, func(ctx context.Context, in *duty) (*card, error) {
		return c.ofMember(ctx, in.ID, func() (staff.Member, error) {
			if err := c.Service.SetDuty(ctx, in.ID, in.Body.OnDuty); err != nil {
				return staff.Member{}, err
			}
			return c.Service.Get(ctx, in.ID)
		})
	})
	type dismissal struct {
		ID   int64 `path:"id" minimum:"1"`
		Body Dismissal
	}
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "dismiss-staff-member", Method: http.MethodPost, Path: "/staff/{id}/dismiss", Summary: "Dismiss a person; his open requests go to another", Tags: []string{"staff"},
	}, func(ctx context.Context, in *dismissal) (*card, error) {
		return c.ofMember(ctx, in.ID, func() (staff.Member, error) { return c.Service.Dismiss(ctx, in.ID, value(in.Body.HandTo)) })
	})
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "restore-staff-member", Method: http.MethodPost, Path: "/staff/{id}/restore", Summary: "Take a dismissed person back, off duty", Tags: []string{"staff"},
	}, func(ctx context.Context, in *byID) (*card, error) {
		m, err := c.Service.Restore(ctx, in.ID)
		return c.card(ctx, m, err)
	})
}

func leaves(api huma.API, c Config) {
	type leave struct {
		ID   int64 `path:"id" minimum:"1"`
		Body LeaveForm
	}
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "add-leave", Method: http.MethodPost, Path: "/staff/{id}/leaves", Summary: "Write a person's leave", Tags: []string{"staff"},
	}, func(ctx context.Context, in *leave) (*card, error) {
		l, err := in.Body.read()
		if err != nil {
			return nil, err
		}
		return c.ofMemberDays(ctx, in.ID, l.StartsOn, l.EndsOn, func() (staff.Member, error) { return c.Service.AddLeave(ctx, in.ID, l) })
	})
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "change-leave", Method: http.MethodPut, Path: "/leaves/{id}", Summary: "Move a leave or change who stands in", Tags: []string{"staff"},
	}, func(ctx context.Context, in *leave) (*card, error) {
		l, err := in.Body.read()
		if err != nil {
			return nil, err
		}
		who, err := c.Service.OnLeave(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return c.ofMemberDays(ctx, who, l.StartsOn, l.EndsOn, func() (staff.Member, error) { return c.Service.ChangeLeave(ctx, in.ID, l) })
	})
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "cancel-leave", Method: http.MethodDelete, Path: "/leaves/{id}", Summary: "Drop a leave", Tags: []string{"staff"}, DefaultStatus: http.StatusOK,
	}, func(ctx context.Context, in *byID) (*card, error) {
		who, err := c.Service.OnLeave(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return c.ofMember(ctx, who, func() (staff.Member, error) { return c.Service.CancelLeave(ctx, in.ID) })
	})
	type assign struct {
		ID   int64 `path:"id" minimum:"1"`
		Body AssignForm
	}
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "assign-schedule", Method: http.MethodPost, Path: "/staff/{id}/schedule", Summary: "Give a person a schedule from a day on", Tags: []string{"staff"},
	}, func(ctx context.Context, in *assign) (*card, error) {
		a := staff.Assignment{ScheduleID: value(in.Body.ScheduleID)}
		var err error
		if a.StartsOn, err = dayAt("body.starts_on", in.Body.StartsOn); err != nil {
			return nil, err
		}
		if in.Body.FirstOn != "" {
			if a.FirstOn, err = dayAt("body.first_on", in.Body.FirstOn); err != nil {
				return nil, err
			}
		}
		return c.ofMemberDays(ctx, in.ID, a.StartsOn, a.StartsOn, func() (staff.Member, error) { return c.Service.Assign(ctx, in.ID, a) })
	})
}

type ofCompany struct {
	CompanyID int64 `query:"company_id" minimum:"0" doc:"0: the user's own"`
}

func schedules(api huma.API, c Config) {
	type templates struct{ Body WorkScheduleList }
	type template struct{ Body WorkSchedule }
	httpapi.Register(api, access.StaffRead, huma.Operation{
		OperationID: "list-work-schedules", Method: http.MethodGet, Path: "/work-schedules", Summary: "Templates of shifts by name", Tags: []string{"staff"},
	}, func(ctx context.Context, in *ofCompany) (*templates, error) {
		xs, err := c.Service.Schedules(ctx, in.CompanyID)
		out := &templates{WorkScheduleList{Items: make([]WorkSchedule, 0, len(xs))}}
		for _, x := range xs {
			out.Body.Items = append(out.Body.Items, showSchedule(x))
		}
		return out, err
	})
	type form struct{ Body WorkScheduleForm }
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "create-work-schedule", Method: http.MethodPost, Path: "/work-schedules", Summary: "Add a template of shifts", Tags: []string{"staff"}, DefaultStatus: http.StatusCreated,
	}, func(ctx context.Context, in *form) (*template, error) {
		x, err := c.Service.CreateSchedule(ctx, in.Body.read())
		return &template{showSchedule(x)}, err
	})
	type changed struct {
		ID   int64 `path:"id" minimum:"1"`
		Body WorkScheduleForm
	}
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "change-work-schedule", Method: http.MethodPut, Path: "/work-schedules/{id}", Summary: "Write a template; all who work by it work so at once", Tags: []string{"staff"},
	}, func(ctx context.Context, in *changed) (*template, error) {
		var x staff.Schedule
		after, err := c.Around.Do(ctx, in.Body.CompanyID, time.Time{}, time.Time{}, func() (err error) {
			x, err = c.Service.ChangeSchedule(ctx, in.ID, in.Body.read())
			return err
		})
		out := showSchedule(x)
		out.Warnings = append(out.Warnings, after.Warnings...)
		return &template{out}, err
	})
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "archive-work-schedule", Method: http.MethodPost, Path: "/work-schedules/{id}/archive", Summary: "Put a template away; refused while somebody works by it", Tags: []string{"staff"},
	}, func(ctx context.Context, in *byID) (*template, error) {
		x, err := c.Service.ArchiveSchedule(ctx, in.ID)
		return &template{showSchedule(x)}, err
	})
}

func months(api huma.API, c Config) {
	type which struct {
		CompanyID int64  `query:"company_id" minimum:"0" doc:"0: the user's own"`
		Month     string `query:"month" required:"true" pattern:"^20[0-9]{2}-(0[1-9]|1[0-2])$" patternDescription:"2026-11"`
	}
	type month struct{ Body ScheduleMonth }
	httpapi.Register(api, access.StaffRead, huma.Operation{
		OperationID: "schedule-month", Method: http.MethodGet, Path: "/schedule", Summary: "The grid of a month", Tags: []string{"staff"},
	}, func(ctx context.Context, in *which) (*month, error) {
		m, err := c.month(ctx, in.CompanyID, in.Month)
		return &month{m}, err
	})
	type marks struct{ Body ScheduleMarks }
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "mark-schedule", Method: http.MethodPut, Path: "/schedule", Summary: "Write days of people by hand", Tags: []string{"staff"},
	}, func(ctx context.Context, in *marks) (*month, error) {
		ms := make([]staff.Mark, 0, len(in.Body.Cells))
		for i, x := range in.Body.Cells {
			d, err := dayAt(fmt.Sprintf("body.cells[%d].day", i), x.Day)
			if err != nil {
				return nil, err
			}
			ms = append(ms, staff.Mark{MemberID: x.MemberID, Date: d, ShiftDay: staff.ShiftDay{Code: staff.Code(x.Code), Hours: readHours(x.Hours)}})
		}
		from, until := days(span(ms))
		after, err := c.Around.Do(ctx, in.Body.CompanyID, from, until, func() error { return c.Service.SetMarks(ctx, in.Body.CompanyID, ms) })
		if err != nil {
			return nil, err
		}
		m, err := c.month(ctx, in.Body.CompanyID, in.Body.Month)
		m.Warnings = append(m.Warnings, after.Warnings...)
		return &month{m}, err
	})
	type ofYear struct {
		CompanyID int64 `query:"company_id" minimum:"0" doc:"0: the user's own"`
		Year      int   `query:"year" required:"true" minimum:"2000" maximum:"2099"`
	}
	type year struct{ Body WorkCalendar }
	httpapi.Register(api, access.StaffRead, huma.Operation{
		OperationID: "work-calendar", Method: http.MethodGet, Path: "/calendar", Summary: "The production calendar of a year", Tags: []string{"staff"},
	}, func(ctx context.Context, in *ofYear) (*year, error) {
		y, err := c.Service.Year(ctx, in.CompanyID, in.Year)
		return &year{WorkCalendar{Year: in.Year, Source: y.Source, Provisional: y.Provisional, Days: showDays(y.Days)}}, err
	})
	type own struct{ Body CalendarDay }
	httpapi.Register(api, access.StaffWrite, huma.Operation{
		OperationID: "set-calendar-day", Method: http.MethodPut, Path: "/calendar/day", Summary: "Write a day of the company's own over the production calendar", Tags: []string{"staff"},
	}, func(ctx context.Context, in *own) (*year, error) {
		d, err := dayAt("body.day", in.Body.Day)
		if err != nil {
			return nil, err
		}
		if err := c.Service.SetDay(ctx, in.Body.CompanyID, d, calendar.Kind(in.Body.Kind), in.Body.Note); err != nil {
			return nil, err
		}
		y, err := c.Service.Year(ctx, in.Body.CompanyID, d.Year())
		return &year{WorkCalendar{Year: d.Year(), Source: y.Source, Provisional: y.Provisional, Days: showDays(y.Days)}}, err
	})
}

// span is the first and the last day written.
func span(ms []staff.Mark) (first, last calendar.Date) {
	for _, m := range ms {
		if first == 0 || m.Date < first {
			first = m.Date
		}
		last = max(last, m.Date)
	}
	return first, last
}

func (c Config) month(ctx context.Context, companyID int64, month string) (ScheduleMonth, error) {
	first, err := calendar.ParseDate(month + "-01")
	if err != nil {
		return ScheduleMonth{}, fault.New(fault.Invalid, "schedule.month", "Выберите месяц.").At("query.month", "нужен месяц, например 2026-11")
	}
	m, err := c.Service.Month(ctx, companyID, first.Year(), first.Time().Month())
	if err != nil {
		return ScheduleMonth{}, err
	}
	return showMonth(month, m), nil
}

func dayAt(place, s string) (calendar.Date, error) {
	d, err := calendar.ParseDate(s)
	if err != nil || d.Year() < 2000 || d.Year() > 2099 {
		return 0, fault.New(fault.Invalid, "calendar.day", "Нужен день, например 24.11.2026.").At(place, "это не день")
	}
	return d, nil
}

func value(p *int64) int64 {
	if p == nil {
		return 0
	}
	return *p
}
