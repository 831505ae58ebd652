// Package assignment decides whose work a request is (R4): a table of rules, by reason
// or kind of work, house or group of houses, and time, names who answers for it, who
// executes it by levels, and which supplier is concerned. The operator never chooses.
//
// The most specific rule wins, compared in this order: reason > kind of work > any;
// then house > group of houses > any; then own hours of the week > hours by the
// production calendar > any. Two rules that nothing of it tells apart are refused at
// saving. What the winner leaves empty comes of the next one that fits and names it,
// and where none does, of the duties on people's cards.
package assignment

import (
	"cmp"
	"slices"
	"time"

	"d24/internal/calendar"
	"d24/internal/company"
	"d24/internal/staff"
)

// Hours is when a rule holds, by the clock of the house.
type Hours string

// The kinds of hours.
const (
	Any     Hours = "any"     // в любое время
	Working Hours = "working" // в рабочее время по производственному календарю
	Off     Hours = "off"     // ночью, в выходные и праздники
	Windows Hours = "windows" // в свои часы недели
)

// Rule is a row of the table; 0 stands for any, or for nobody.
type Rule struct {
	ID            int64              `json:"id"`
	CompanyID     int64              `json:"-"`
	ReasonID      int64              `json:"reason_id"` // at most one of reason and work type
	WorkTypeID    int64              `json:"work_type_id"`
	BuildingID    int64              `json:"building_id"` // at most one of house and group
	GroupID       int64              `json:"group_id"`
	Hours         Hours              `json:"hours"`
	Windows       []staff.PhoneHours `json:"windows"` // of Windows
	ResponsibleID int64              `json:"responsible_id"`
	SupplierID    int64              `json:"supplier_id"`
	Levels        []staff.Level      `json:"levels"` // executors; numbered from 1 without holes
	Note          string             `json:"note"`
	IsArchived    bool               `json:"is_archived"`
	Version       int                `json:"-"`
}

// Specificity is how exactly a rule says what, where and when; more is more.
type Specificity struct{ What, Where, When int }

// Specificity of the rule: what 2 reason, 1 kind of work, 0 any; where 2 house, 1 group,
// 0 any; when 2 hours of the week, 1 hours by the calendar, 0 any.
func (r Rule) Specificity() (s Specificity) {
	switch {
	case r.ReasonID != 0:
		s.What = 2
	case r.WorkTypeID != 0:
		s.What = 1
	}
	switch {
	case r.BuildingID != 0:
		s.Where = 2
	case r.GroupID != 0:
		s.Where = 1
	}
	switch r.Hours {
	case Windows:
		s.When = 2
	case Working, Off:
		s.When = 1
	case Any:
	}
	return s
}

// order is the more specific one first; rules that changing groups have made alike, by age.
func order(a, b Rule) int {
	x, y := a.Specificity(), b.Specificity()
	return cmp.Or(cmp.Compare(y.What, x.What), cmp.Compare(y.Where, x.Where), cmp.Compare(y.When, x.When), cmp.Compare(a.ID, b.ID))
}

// Office is when a company's working hours are.
type Office struct {
	From, To   int // minutes from midnight
	Production calendar.Production
}

// OfficeOf are the working hours of a company's settings.
func OfficeOf(s company.Settings, p calendar.Production) Office {
	s = s.WithDefaults()
	return Office{From: minuteOf(s.WorkFrom), To: minuteOf(s.WorkTo), Production: p}
}

func minuteOf(hhmm string) int {
	t, err := time.Parse("15:04", hhmm)
	if err != nil {
		return 0
	}
	return t.Hour()*60 + t.Minute()
}

// open reports whether the clock on the wall shows working hours: of a working day, an
// hour less on a short one (ТК РФ ст. 95).
func (o Office) open(local time.Time) bool {
	to := o.To
	switch o.Production.Day(calendar.DateOf(local)).Kind {
	case calendar.Workday:
	case calendar.Short:
		to -= 60
	case calendar.DayOff, calendar.Holiday:
		return false
	}
	m := local.Hour()*60 + local.Minute()
	return m >= o.From && m < to
}

// holds reports whether the rule's hours cover what the clock of the house shows.
func (r Rule) holds(local time.Time, o Office) bool {
	switch r.Hours {
	case Working:
		return o.open(local)
	case Off:
		return !o.open(local)
	case Windows:
		return slices.ContainsFunc(r.Windows, func(w staff.PhoneHours) bool { return w.Covers(local) })
	case Any:
	}
	return true
}

// Place is a request without its time.
type Place struct {
	ReasonID, WorkTypeID, BuildingID int64
	Groups                           []int64 // of the house
}

// about reports whether the rule is about such requests, whenever they come.
func (r Rule) about(p Place) bool {
	return (r.ReasonID == 0 || r.ReasonID == p.ReasonID) && (r.WorkTypeID == 0 || r.WorkTypeID == p.WorkTypeID) &&
		(r.BuildingID == 0 || r.BuildingID == p.BuildingID) && (r.GroupID == 0 || slices.Contains(p.Groups, r.GroupID))
}

// Chosen are the rules that decide; nil: the duties on people's cards do.
type Chosen struct{ Executors, Responsible, Supplier *Rule }

// choose finds the most specific rule of each part; sorted are live rules in order.
func choose(sorted []Rule, p Place, local time.Time, o Office) (c Chosen) {
	for i := range sorted {
		r := &sorted[i]
		if !r.about(p) || !r.holds(local, o) {
			continue
		}
		if c.Executors == nil && len(r.Levels) > 0 {
			c.Executors = r
		}
		if c.Responsible == nil && r.ResponsibleID != 0 {
			c.Responsible = r
		}
		if c.Supplier == nil && r.SupplierID != 0 {
			c.Supplier = r
		}
	}
	return c
}

// tie reports whether two rules are equally specific and a request may come that both
// are about. shared tells whether two groups have a house in common.
func tie(a, b Rule, shared func(x, y int64) bool) bool {
	if a.ID == b.ID || a.Specificity() != b.Specificity() || a.ReasonID != b.ReasonID || a.WorkTypeID != b.WorkTypeID || a.BuildingID != b.BuildingID {
		return false
	}
	if a.GroupID != b.GroupID && !shared(a.GroupID, b.GroupID) {
		return false
	}
	if a.Hours != Windows {
		return a.Hours == b.Hours
	}
	return overlap(a.Windows, b.Windows)
}

const week = 7 * 1440

// overlap reports whether hours of a week have a minute in common.
func overlap(a, b []staff.PhoneHours) bool {
	var taken [week]bool
	each(a, func(m int) bool { taken[m] = true; return false })
	return each(b, func(m int) bool { return taken[m] })
}

// each gives the minutes of the week to f until it is true.
func each(hs []staff.PhoneHours, f func(minute int) bool) bool {
	for _, h := range hs {
		for d := range 7 {
			if len(h.Days) > 0 && !slices.Contains(h.Days, d) {
				continue
			}
			for m := h.From; m < h.To; m++ {
				if f((d*1440 + m) % week) {
					return true
				}
			}
		}
	}
	return false
}
