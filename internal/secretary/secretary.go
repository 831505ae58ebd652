// Package secretary is the directory of the people of a company to whom an operator
// transfers a caller, by subject and hours (SR2).
package secretary

import (
	"slices"
	"time"

	"d24/internal/calendar"
	"d24/internal/staff"
)

// Competent is a person of the directory.
type Competent struct {
	ID         int64              `json:"id"`
	CompanyID  int64              `json:"company_id"`
	MemberID   int64              `json:"member_id"` // of the staff; 0: nobody of it
	Name       string             `json:"name"`
	Position   string             `json:"position"`
	Subject    string             `json:"subject"`    // what callers are transferred to him for
	ReasonIDs  []int64            `json:"reason_ids"` // none: by the subject alone
	Phones     []string           `json:"phones"`     // E.164, in the order of ringing; none: the staff card's
	Hours      []staff.PhoneHours `json:"hours"`      // none: his shifts, or any hour
	ByCalendar bool               `json:"by_calendar"`
	IsArchived bool               `json:"is_archived"`
	Version    int                `json:"version"`
}

// Why says why a person is not to be rung now.
type Why string

// Why somebody is not to be rung now; "" when he is.
const (
	OutOfHours Why = "hours"     // не его часы
	Away       Why = "leave"     // в отпуске, болен
	Dismissed  Why = "dismissed" // уволен
	NoPhone    Why = "no_phone"  // телефона нет
)

// State is a person at a moment.
type State struct {
	Open   bool
	Why    Why
	Until  *time.Time // when that changes by itself; nil: not within two weeks
	Phones []string   // that may be rung
}

// daysAhead is how far the hours are looked through: the longest holidays are shorter.
const daysAhead = 16

// state is the person at a moment; m is his card in the staff, nil without one.
func (c Competent) state(m *staff.Member, at time.Time, zone *time.Location, p calendar.Production) State {
	s := State{Open: true, Phones: c.Phones}
	if m != nil && len(s.Phones) == 0 {
		s.Phones = m.Phones
	}
	switch {
	case m != nil && m.IsArchived:
		return State{Why: Dismissed, Phones: s.Phones}
	case m != nil && m.State.Leave != nil:
		back := (m.State.Leave.EndsOn + 1).Begins(zone)
		return State{Why: Away, Until: &back, Phones: s.Phones}
	case len(c.Hours) > 0:
		s.Open, s.Until = c.open(at, zone, p)
	case m != nil:
		s.Open, s.Until = m.State.OnDuty, m.State.Until
	}
	switch {
	case !s.Open:
		s.Why = OutOfHours
	case len(s.Phones) == 0:
		s.Open, s.Why = false, NoPhone
	}
	return s
}

// open reports whether the moment is in the person's hours, and when that changes.
func (c Competent) open(at time.Time, zone *time.Location, p calendar.Production) (bool, *time.Time) {
	today := calendar.DateOf(at.In(zone))
	inside, until := calendar.At(c.spans(today-1, today+daysAhead, zone, p), at)
	if until.IsZero() {
		return inside, nil
	}
	return inside, &until
}

func (c Competent) spans(first, last calendar.Date, zone *time.Location, p calendar.Production) []calendar.Span {
	pattern := calendar.Pattern{Days: c.week(), ByCalendar: c.ByCalendar}
	return calendar.Spans(first, last, zone, func(d calendar.Date) calendar.Hours { return pattern.On(d, 0, p) })
}

// week are the hours of the days from Monday.
func (c Competent) week() []calendar.Hours {
	days := make([]calendar.Hours, 7)
	for _, h := range c.Hours {
		for d := range days {
			if len(h.Days) == 0 || slices.Contains(h.Days, d) {
				days[d] = append(days[d], calendar.Shift{From: h.From, To: h.To})
			}
		}
	}
	for _, d := range days {
		slices.SortFunc(d, func(a, b calendar.Shift) int { return a.From - b.From })
	}
	return days
}

// Offer is a person for a caller now.
type Offer struct {
	Competent
	State State
	Fits  bool // he answers for the reason of the call
}

// before orders offers: those in their hours first, then those who answer for the reason,
// then those who answer for nothing else in particular, then by name.
func (o Offer) before(x Offer) int {
	rank := func(o Offer) (n int) {
		if !o.State.Open {
			n += 4
		}
		switch {
		case o.Fits:
		case len(o.ReasonIDs) == 0:
			n++
		default:
			n += 2
		}
		return n
	}
	if d := rank(o) - rank(x); d != 0 {
		return d
	}
	switch {
	case o.Name < x.Name:
		return -1
	case o.Name > x.Name:
		return 1
	}
	return int(o.ID - x.ID)
}
