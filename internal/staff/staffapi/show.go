package staffapi

import (
	"context"

	"d24/internal/access"
	"d24/internal/calendar"
	"d24/internal/platform/httpapi"
	"d24/internal/staff"
)

func show(m staff.Member, names map[int64]string) StaffRow {
	row := StaffRow{
		MemberID: m.MemberID, CompanyID: m.CompanyID, Name: m.Name, Position: m.Position, Phones: make([]string, 0, len(m.AllPhones)), OnDuty: m.OnDuty,
		Until: m.State.Until, Why: string(m.State.Why), SwitchedOn: m.SwitchedOn, Zone: m.Zone, StandsFor: namesIn(m.State.StandsFor, names), IsContractor: m.IsContractor,
		IsArchived: m.IsArchived, Duties: make([]StaffDuty, 0, len(m.Duties)),
	}
	for _, p := range m.AllPhones {
		row.Phones = append(row.Phones, p.Phone)
	}
	if m.State.Leave != nil {
		row.Leave = &StaffAway{StaffLeave: showLeave(*m.State.Leave, names)}
	}
	if m.Now != nil {
		row.Schedule = m.Now.Name
	}
	for _, d := range m.Duties {
		row.Duties = append(row.Duties, StaffDuty{Role: d.Role, WorkType: d.WorkType, WorkTypeID: pointer(d.WorkTypeID), BuildingID: pointer(d.BuildingID), GroupID: pointer(d.GroupID), Level: d.Level})
	}
	return row
}

func pointer(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func namesIn(ids []int64, names map[int64]string) []StaffName {
	out := make([]StaffName, 0, len(ids))
	for _, id := range ids {
		out = append(out, StaffName{id, names[id]})
	}
	return out
}

func showLeave(l staff.Leave, names map[int64]string) StaffLeave {
	out := StaffLeave{ID: l.ID, Kind: l.Kind, StartsOn: l.StartsOn.String(), EndsOn: l.EndsOn.String(), Note: l.Note}
	if l.SubstituteID != 0 {
		out.Substitute = &StaffHeir{MemberID: l.SubstituteID, Name: names[l.SubstituteID]}
	}
	return out
}

// card shows a person whole, with the names of those he has to do with.
func (c Config) card(ctx context.Context, m staff.Member, err error) (*card, error) {
	if err != nil {
		return nil, err
	}
	names, err := c.Service.Names(ctx, m.CompanyID)
	if err != nil {
		return nil, err
	}
	out := StaffCard{
		StaffRow: show(m, names), SpokenName: m.SpokenName, OwnZone: m.OwnZone, Version: m.Version, PhoneList: make([]StaffPhone, 0, len(m.AllPhones)),
		Channels: make([]StaffChannel, 0, len(m.Channels)), Connected: append([]string{}, c.Connected...), Plans: make([]StaffPlan, 0, len(m.Plans)),
		Leaves: make([]StaffLeave, 0, len(m.Leaves)), Can: []string{}, After: httpapi.Untouched(),
	}
	for _, p := range m.AllPhones {
		out.PhoneList = append(out.PhoneList, StaffPhone{p.Phone, showWeek(p.Hours), p.Note})
	}
	for _, h := range m.Channels {
		out.Channels = append(out.Channels, StaffChannel{h.Channel, h.Address, append([]string{}, h.Kinds...), showWeek(h.Hours)})
	}
	for _, p := range m.Plans {
		out.Plans = append(out.Plans, StaffPlan{
			ScheduleID: pointer(p.ScheduleID), Name: p.Name, StartsOn: p.StartsOn.String(), FirstOn: p.FirstOn.String(), IsCycle: p.IsCycle,
			Now: m.Now != nil && m.Now.StartsOn == p.StartsOn,
		})
	}
	for _, l := range m.Leaves {
		out.Leaves = append(out.Leaves, showLeave(l, names))
	}
	if access.From(ctx).Can(access.StaffWrite) {
		out.Can = []string{"edit", "dismiss"}
		if m.IsArchived {
			out.Can = []string{"restore"}
		}
	}
	out.OpenTickets, err = c.OpenTickets(ctx, m.MemberID)
	return &card{out}, err
}

func showWeek(hs []staff.PhoneHours) []StaffHours {
	out := make([]StaffHours, 0, len(hs))
	for _, h := range hs {
		out = append(out, StaffHours{append([]int{}, h.Days...), h.From, h.To})
	}
	return out
}

func readWeek(hs []StaffHours) []staff.PhoneHours {
	out := make([]staff.PhoneHours, 0, len(hs))
	for _, h := range hs {
		out = append(out, staff.PhoneHours(h))
	}
	return out
}

func (f StaffForm) read() staff.Card {
	c := staff.Card{Name: f.Name, SpokenName: f.SpokenName, Position: f.Position, Zone: f.Zone, IsContractor: f.IsContractor}
	for _, p := range f.Phones {
		c.Phones = append(c.Phones, staff.Phone{Phone: p.Phone, Hours: readWeek(p.Hours), Note: p.Note})
	}
	for _, h := range f.Channels {
		c.Channels = append(c.Channels, staff.Channel{Channel: h.Channel, Address: h.Address, Kinds: h.Kinds, Hours: readWeek(h.Hours)})
	}
	for _, d := range f.Duties {
		c.Duties = append(c.Duties, staff.Duty{Role: d.Role, WorkTypeID: value(d.WorkTypeID), BuildingID: value(d.BuildingID), GroupID: value(d.GroupID), Level: d.Level})
	}
	return c
}

func (f LeaveForm) read() (l staff.Leave, err error) {
	l = staff.Leave{Kind: f.Kind, SubstituteID: value(f.SubstituteID), Note: f.Note}
	if l.StartsOn, err = dayAt("body.starts_on", f.StartsOn); err == nil {
		l.EndsOn, err = dayAt("body.ends_on", f.EndsOn)
	}
	return l, err
}

func readHours(hs []ShiftHours) calendar.Hours {
	out := make(calendar.Hours, 0, len(hs))
	for _, h := range hs {
		out = append(out, calendar.Shift(h))
	}
	return out
}

func showHours(hs calendar.Hours) []ShiftHours {
	out := make([]ShiftHours, 0, len(hs))
	for _, h := range hs {
		out = append(out, ShiftHours(h))
	}
	return out
}

func (f WorkScheduleForm) read() staff.Schedule {
	x := staff.Schedule{CompanyID: f.CompanyID, Name: f.Name, IsCycle: f.IsCycle, ByCalendar: f.ByCalendar, Version: f.Version}
	for _, d := range f.Days {
		x.Days = append(x.Days, staff.ShiftDay{Code: staff.Code(d.Code), Hours: readHours(d.Hours)})
	}
	return x
}

func showSchedule(x staff.Schedule) WorkSchedule {
	out := WorkSchedule{ID: x.ID, CompanyID: x.CompanyID, Name: x.Name, IsCycle: x.IsCycle, ByCalendar: x.ByCalendar, Days: make([]ShiftDay, 0, len(x.Days)), Version: x.Version, After: httpapi.Untouched()}
	for _, d := range x.Days {
		out.Days = append(out.Days, ShiftDay{string(d.Code), showHours(d.Hours)})
	}
	return out
}

func showDays(ds []calendar.Day) []ScheduleDay {
	out := make([]ScheduleDay, 0, len(ds))
	for _, d := range ds {
		out = append(out, ScheduleDay{Day: d.Date.String(), Kind: string(d.Kind), Note: d.Note, Provisional: d.Provisional, Own: d.Own})
	}
	return out
}

func showMonth(month string, m staff.Month) ScheduleMonth {
	out := ScheduleMonth{
		Month: month, Today: m.Today.String(), Days: showDays(m.Days), Rows: make([]ScheduleRow, 0, len(m.Rows)), Totals: make([]ScheduleTotal, 0, len(m.Totals)), After: httpapi.Untouched(),
	}
	names := map[int64]string{}
	for _, r := range m.Rows {
		names[r.MemberID] = r.Name
	}
	for _, r := range m.Rows {
		row := ScheduleRow{
			MemberID: r.MemberID, Name: r.Name, Position: r.Position, Trade: r.Trade, IsContractor: r.IsContractor, SwitchedOn: r.SwitchedOn,
			Cells: make([]ScheduleCell, 0, len(r.Cells)), Leaves: []StaffLeave{},
		}
		if r.Now != nil {
			row.Schedule = r.Now.Name
		}
		for _, c := range r.Cells {
			cell := ScheduleCell{Code: string(c.Code), Hours: showHours(c.Hours), Own: c.Own, Leave: c.Leave != nil, StandsFor: namesIn(c.StandsFor, names)}
			if !c.Scheduled {
				cell.Code = "always"
			}
			row.Cells = append(row.Cells, cell)
		}
		for _, l := range r.Leaves {
			if l.StartsOn <= m.Days[len(m.Days)-1].Date && l.EndsOn >= m.First {
				row.Leaves = append(row.Leaves, showLeave(l, names))
			}
		}
		out.Rows = append(out.Rows, row)
	}
	for _, t := range m.Totals {
		x := ScheduleTotal{WorkTypeID: t.WorkTypeID, WorkType: t.Name, Counts: t.Counts, Candidates: make([][]int64, 0, len(t.Candidates))}
		for _, c := range t.Candidates {
			x.Candidates = append(x.Candidates, append([]int64{}, c...))
		}
		out.Totals = append(out.Totals, x)
	}
	return out
}

func showWatch(w staff.Watch) DutyWatch {
	out := DutyWatch{At: w.At, People: make([]DutyRow, 0, len(w.People)), Executors: make([]DutyLevel, 0, len(w.Executors))}
	for _, m := range w.People {
		out.People = append(out.People, DutyRow{show(m, w.Names), m.Level})
	}
	for _, p := range w.Executors {
		out.Executors = append(out.Executors, DutyLevel{p.Level, p.MemberID, p.Name, append([]string{}, p.Phones...), p.OnDuty})
	}
	if p := w.Responsible; p != nil {
		out.Responsible = &DutyHead{MemberID: p.MemberID, Name: p.Name, Phones: append([]string{}, p.Phones...), OnDuty: p.OnDuty}
	}
	return out
}
