package calendar

import (
	"slices"
	"time"
)

// Shift is hours of work counted from the midnight its day begins with, in
// minutes of the clock on the wall: 20:00–08:00 is {1200, 1920}. From is in
// [0, 1440), To is after From and at most From + 1440.
type Shift struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Valid reports whether the hours make sense.
func (s Shift) Valid() bool {
	return s.From >= 0 && s.From < 1440 && s.To > s.From && s.To <= s.From+1440
}

// Hours are the shifts of one day; none: the day is off.
type Hours []Shift

// Valid reports whether the shifts make sense, stand in order and do not overlap.
func (h Hours) Valid() bool {
	for i, s := range h {
		if !s.Valid() || i > 0 && s.From < h[i-1].To {
			return false
		}
	}
	return true
}

// Shorter is the hours of a short day: the last shift ends an hour earlier.
func (h Hours) Shorter() Hours {
	if len(h) == 0 {
		return h
	}
	out := slices.Clone(h)
	if last := &out[len(out)-1]; last.To-last.From > 60 {
		last.To -= 60
		return out
	}
	return out[:len(out)-1]
}

// Pattern is hours that repeat. Seven days from Monday make a week; any other
// number, or a week with Cycle set, is a cycle counted from a day of its own:
// {Д, Н, off, off} or {С, off, off, off}.
type Pattern struct {
	Cycle bool
	Days  []Hours
	// ByCalendar: a week that follows the production calendar. Holidays and days
	// off moved to the week are off, short days are an hour shorter, a working Saturday has the hours of the
	// day it replaces; a weekend nobody moved is as the week says. It means nothing for a cycle.
	ByCalendar bool
}

// On is the hours of a day; first is the day the cycle begins with.
func (p Pattern) On(d, first Date, c Production) Hours {
	if len(p.Days) == 0 {
		return nil
	}
	if p.Cycle {
		n := len(p.Days)
		return p.Days[((int(d-first)%n)+n)%n]
	}
	if !p.ByCalendar {
		return p.Days[d.Monday()]
	}
	switch is := c.Day(d); is.Kind {
	case Workday:
		return p.Days[is.WorkedAs.Monday()]
	case Short:
		return p.Days[is.WorkedAs.Monday()].Shorter()
	case DayOff:
		if d.Weekend() && !is.Own {
			return p.Days[d.Monday()] // a six-day week, a market's Sunday
		}
	case Holiday:
	}
	return nil
}

// Span is a stretch of time, its end excluded.
type Span struct{ From, To time.Time }

// Spans are the stretches of work of the days from first to last, in order, merged
// where they touch. A shift begins the first minute the clock on the wall shows its
// hour or a later one, and ends likewise: a night in which the clock is put back is
// longer, one in which it leaps is shorter.
func Spans(first, last Date, zone *time.Location, on func(Date) Hours) (out []Span) {
	for d := first; d <= last; d++ {
		for _, s := range on(d) {
			out = append(out, Span{Wall(d, s.From, zone), Wall(d, s.To, zone)})
		}
	}
	return Merge(out)
}

// Merge puts stretches in order and joins those that touch; empty ones go.
func Merge(in []Span) (out []Span) {
	slices.SortFunc(in, func(a, b Span) int { return a.From.Compare(b.From) })
	for _, s := range in {
		if !s.From.Before(s.To) {
			continue
		}
		if n := len(out); n > 0 && !s.From.After(out[n-1].To) {
			if s.To.After(out[n-1].To) {
				out[n-1].To = s.To
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// Without takes the stretches cut out of those of in; both are in order and merged.
func Without(in, cut []Span) (out []Span) {
	for _, s := range in {
		for _, c := range cut {
			if !c.To.After(s.From) || !c.From.Before(s.To) {
				continue
			}
			if c.From.After(s.From) {
				out = append(out, Span{s.From, c.From})
			}
			s.From = c.To
			if !s.From.Before(s.To) {
				break
			}
		}
		if s.From.Before(s.To) {
			out = append(out, s)
		}
	}
	return out
}

// At tells whether t is in one of the stretches, and when that changes; a zero time
// when it does not within them.
func At(spans []Span, t time.Time) (inside bool, until time.Time) {
	for _, s := range spans {
		if t.Before(s.From) {
			return false, s.From
		}
		if t.Before(s.To) {
			return true, s.To
		}
	}
	return false, time.Time{}
}

// maxDays bounds the search for working time: nobody's office is closed for longer.
const maxDays = 400

// AfterWork is the moment by which so much working time has passed since from; a
// zero time when the hours have none within a year.
func AfterWork(from time.Time, work time.Duration, zone *time.Location, on func(Date) Hours) time.Time {
	first := DateOf(from.In(zone)) - 1
	for _, s := range Spans(first, first+maxDays, zone, on) {
		if !s.To.After(from) {
			continue
		}
		if s.From.Before(from) {
			s.From = from
		}
		if has := s.To.Sub(s.From); work > has {
			work -= has
			continue
		}
		return s.From.Add(work)
	}
	return time.Time{}
}
