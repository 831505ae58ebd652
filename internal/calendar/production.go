package calendar

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"maps"
	"path"
	"strings"
	"time"
)

// Kind is what a day is in the production calendar.
type Kind string

// The kinds of days.
const (
	Workday Kind = "workday" // рабочий день
	Short   Kind = "short"   // рабочий день на час короче (ТК РФ ст. 95)
	DayOff  Kind = "day_off" // выходной, в том числе перенесённый
	Holiday Kind = "holiday" // нерабочий праздничный день (ТК РФ ст. 112)
)

// Works reports whether people with an ordinary week work on such a day.
func (k Kind) Works() bool { return k == Workday || k == Short }

// Day is a day of the production calendar.
type Day struct {
	Date Date
	Kind Kind
	Note string // "День Победы", "Перенос с 9 мая"
	// WorkedAs is the day whose hours are worked on a Saturday made a working day;
	// the day itself on all others.
	WorkedAs Date
	// Provisional: the year's decree is not known to the program, the day is computed
	// by ТК РФ ст. 112 without the transfers the Government makes.
	Provisional bool
	// Own: the company has set the day itself.
	Own bool
}

// Production is the production calendar with a company's own days over it. The
// zero value is that of the country.
type Production struct{ own map[Date]Day }

//go:embed russia/*.csv
var files embed.FS

// Decree is a year published by the Government.
type Decree struct {
	Year   int
	Source string // "Постановление Правительства РФ от 24.09.2025 № 1466"
	days   map[Date]Day
}

var decrees = read()

// Decreed is the decree of a year; false: it is not known, the year is provisional.
func Decreed(year int) (Decree, bool) {
	d, ok := decrees[year]
	return d, ok
}

// With puts a company's own days over the calendar.
func (p Production) With(days ...Day) Production {
	own := maps.Clone(p.own)
	if own == nil {
		own = map[Date]Day{}
	}
	for _, d := range days {
		d.Own = true
		if d.WorkedAs == 0 {
			for d.WorkedAs = d.Date; d.Kind.Works() && d.WorkedAs.Weekend(); d.WorkedAs-- { // as the Friday before
			}
		}
		own[d.Date] = d
	}
	return Production{own}
}

// Day tells what a day is.
func (p Production) Day(d Date) Day {
	if own, ok := p.own[d]; ok {
		return own
	}
	if y, ok := decrees[d.Year()]; ok {
		if set, ok := y.days[d]; ok {
			return set
		}
		return ordinary(d)
	}
	return computed(d)
}

// Works reports whether people with an ordinary week work on the day.
func (p Production) Works(d Date) bool { return p.Day(d).Kind.Works() }

// AfterWorkingDays is the n-th working day after d, which itself does not count
// (ГК РФ ст. 191): «in 3 working days» from a Friday is the next Wednesday. n ≤ 0 gives d.
func (p Production) AfterWorkingDays(d Date, n int) Date {
	for n > 0 {
		if d++; p.Works(d) {
			n--
		}
	}
	return d
}

// EndOfWorkingDays is the moment «in n working days» ends in a zone: the end of
// the n-th working day after the day of from (ГК РФ ст. 191, 194).
func (p Production) EndOfWorkingDays(from time.Time, n int, zone *time.Location) time.Time {
	return (p.AfterWorkingDays(DateOf(from.In(zone)), n) + 1).Begins(zone)
}

func ordinary(d Date) Day {
	out := Day{Date: d, Kind: Workday, WorkedAs: d}
	if d.Weekend() {
		out.Kind = DayOff
	}
	return out
}

// feasts of ТК РФ ст. 112 by month and day.
var feasts = map[[2]int]string{
	{1, 1}: "Новогодние каникулы", {1, 2}: "Новогодние каникулы", {1, 3}: "Новогодние каникулы", {1, 4}: "Новогодние каникулы", {1, 5}: "Новогодние каникулы",
	{1, 6}: "Новогодние каникулы", {1, 7}: "Рождество Христово", {1, 8}: "Новогодние каникулы", {2, 23}: "День защитника Отечества", {3, 8}: "Международный женский день",
	{5, 1}: "Праздник Весны и Труда", {5, 9}: "День Победы", {6, 12}: "День России", {11, 4}: "День народного единства",
}

func feast(d Date) (string, bool) {
	_, m, n := d.Time().Date()
	name, is := feasts[[2]int{int(m), n}]
	return name, is
}

// computed is a day of a year without a decree: a weekend that falls on a feast is
// moved to the next working day, except in January, where the Government decides.
func computed(d Date) Day {
	out := ordinary(d)
	out.Provisional = true
	if name, is := feast(d); is {
		out.Kind, out.Note = Holiday, name
		return out
	}
	if out.Kind == DayOff {
		return out
	}
	for back := d - 1; back.Weekend(); back-- {
		if name, is := feast(back); is && back.Time().Month() != time.January {
			out.Kind, out.Note = DayOff, "Перенос: "+name
			return out
		}
	}
	if _, is := feast(d + 1); is {
		out.Kind = Short
	}
	return out
}

// read takes the embedded years; a broken file stops the program and its tests.
func read() map[int]Decree {
	out := map[int]Decree{}
	entries, err := files.ReadDir("russia")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		raw, err := files.ReadFile(path.Join("russia", e.Name()))
		if err == nil {
			var d Decree
			if d, err = parse(raw); err == nil {
				out[d.Year] = d
			}
		}
		if err != nil {
			panic(fmt.Errorf("calendar: %s: %w", e.Name(), err))
		}
	}
	return out
}

func parse(raw []byte) (Decree, error) {
	first, _, _ := strings.Cut(string(raw), "\n")
	out := Decree{Source: strings.TrimSpace(strings.TrimPrefix(first, "#")), days: map[Date]Day{}}
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return out, err
	}
	for _, row := range rows[1:] {
		d := Day{Kind: Kind(row[1]), Note: row[3]}
		if d.Date, err = ParseDate(row[0]); err != nil {
			return out, err
		}
		d.WorkedAs = d.Date
		if row[2] != "" {
			if d.WorkedAs, err = ParseDate(row[2]); err != nil {
				return out, err
			}
		}
		out.Year, out.days[d.Date] = d.Date.Year(), d
	}
	return out, nil
}
