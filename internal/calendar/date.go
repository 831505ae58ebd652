// Package calendar is pure: days, the production calendar of Russia, working
// hours, and whether a person with a schedule is at work at an instant.
package calendar

import (
	"fmt"
	"time"
	_ "time/tzdata" // the zones travel with the program (F74)
)

// Date is a day of the civil calendar without a zone: days since 1970-01-01.
type Date int

const day = 24 * time.Hour

// DateOf is the day t falls on in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return On(y, m, d)
}

// On is the day of a year and month; days beyond the month count on, as in time.Date.
func On(y int, m time.Month, d int) Date {
	s := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()
	return Date(floor(int(s), int(day/time.Second)))
}

func floor(a, b int) int {
	if a < 0 {
		return -((b - 1 - a) / b)
	}
	return a / b
}

// ParseDate reads "2026-11-24", a year from 1900 to 2200.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		return 0, fmt.Errorf("calendar: %q is no day", s)
	}
	return DateOf(t), nil
}

// Time is the day's midnight in UTC, as the database keeps a date.
func (d Date) Time() time.Time { return time.Unix(int64(d)*int64(day/time.Second), 0).UTC() }

// Year of the day.
func (d Date) Year() int { return d.Time().Year() }

// Weekday of the day.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// String is "2026-11-24".
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText writes "2026-11-24".
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2026-11-24".
func (d *Date) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDate(string(b))
	return err
}

// Weekend reports whether the day is a Saturday or a Sunday.
func (d Date) Weekend() bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Monday is 0 for a Monday and 6 for a Sunday.
func (d Date) Monday() int { return (int(d.Weekday()) + 6) % 7 }

// Begins is the first instant of the day in a zone.
func (d Date) Begins(zone *time.Location) time.Time { return Wall(d, 0, zone) }

// Wall is the first instant at which the clock of a wall in the zone shows that
// minute of the day or a later one. Where the clock leaps over the minute, it is
// the leap; where an hour comes twice, it is the first time. Minutes may be
// negative or beyond the day's end: 1500 is 01:00 of the next day.
func Wall(d Date, minute int, zone *time.Location) time.Time {
	shown := d.Time().Add(time.Duration(minute) * time.Minute)
	at := shown.Add(-16 * time.Hour).In(zone) // before it in every zone there is
	for {
		from, to := at.ZoneBounds()
		_, offset := at.Zone()
		is := shown.Add(-time.Duration(offset) * time.Second)
		if !from.IsZero() && is.Before(from) {
			is = from
		}
		if to.IsZero() || is.Before(to) {
			return is.UTC()
		}
		at = to
	}
}
