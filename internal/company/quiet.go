package company

import (
	"fmt"
	"time"
)

// Quiet is the hours in which nobody is asked anything by phone (F51): From and To
// are clocks of the house ("21:00", "08:00"), over midnight or not. Equal ones, and
// the zero Quiet, are no hours at all.
type Quiet struct {
	From string `json:"from"`
	To   string `json:"to"`
	Zone string `json:"zone"`
}

// Quiet is the company's quiet hours at a house of the zone.
func (s Settings) Quiet(zone string) Quiet { return Quiet{s.QuietFrom, s.QuietTo, zone} }

// Awake moves a moment out of the quiet hours; one outside of them stays as it is.
func (q Quiet) Awake(at time.Time) time.Time {
	local := at.In(Location(q.Zone))
	from, to := clockOf(local, q.From), clockOf(local, q.To)
	if from.After(to) { // over midnight: 21:00 – 08:00
		switch {
		case local.Before(to):
			return to.UTC()
		case !local.Before(from):
			return clockOf(local.AddDate(0, 0, 1), q.To).UTC()
		}
		return at
	}
	if !local.Before(from) && local.Before(to) {
		return to.UTC()
	}
	return at
}

// Next is when the quiet hours begin after a moment; zero when there are none.
func (q Quiet) Next(at time.Time) time.Time {
	if q.From == q.To {
		return time.Time{}
	}
	local := at.In(Location(q.Zone))
	from := clockOf(local, q.From)
	if !from.After(local) {
		from = clockOf(local.AddDate(0, 0, 1), q.From)
	}
	return from.UTC()
}

func clockOf(day time.Time, hhmm string) time.Time {
	var h, m int
	_, _ = fmt.Sscanf(hhmm, "%d:%d", &h, &m)
	return time.Date(day.Year(), day.Month(), day.Day(), h, m, 0, 0, day.Location())
}
