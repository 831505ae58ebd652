package reason

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"d24/internal/calendar"
)

// Unit is what an amount of time is counted in.
type Unit string

// The units of limits.
const (
	Minutes     Unit = "minutes"
	Hours       Unit = "hours"
	WorkingDays Unit = "working_days" // by the production calendar, to the end of the day (ГК РФ ст. 191, 194)
)

// Limit is how long something may take; Amount 0: as long as it takes. From and Till
// are minutes of the day between which minutes and hours count, by the clock of the
// house (ПП 416 п. 13: a rubbish chute from 8 to 23); equal: round the clock.
type Limit struct {
	Amount int  `json:"amount"`
	Unit   Unit `json:"unit"`
	From   int  `json:"from,omitempty"`
	Till   int  `json:"till,omitempty"`
}

// Condition is when a variant of a limit holds; all that is set must hold. What is
// not known of a request does not hold.
type Condition struct {
	SeasonFrom string   `json:"season_from,omitempty"` // "10-01", the first day, MM-DD
	SeasonTill string   `json:"season_till,omitempty"` // the last day; may be over New Year
	TempFrom   *float64 `json:"temp_from,omitempty"`   // °C in the flat, included
	TempBelow  *float64 `json:"temp_below,omitempty"`  // °C in the flat, excluded
	Inputs     int      `json:"inputs,omitempty"`      // independent electric inputs of the house; 0: any
}

// Variant is a limit that replaces the base while its condition holds.
type Variant struct {
	When Condition `json:"when"`
	Limit
}

// Rule is a limit with its variants; the first that holds wins.
type Rule struct {
	Base     Limit     `json:"base"`
	Variants []Variant `json:"variants"`
}

// Rules are the limits of a reason.
type Rules struct {
	Accept   Rule `json:"accept"`
	Localise Rule `json:"localise"`
	Finish   Rule `json:"finish"`
}

// Stage is which of the limits.
type Stage string

// The stages of a request's limits.
const (
	ToAccept   Stage = "accept"
	ToLocalise Stage = "localise"
	ToFinish   Stage = "finish"
)

// Stages in their order.
var Stages = []Stage{ToAccept, ToLocalise, ToFinish}

// Of is the rule of a stage.
func (r *Rules) Of(s Stage) *Rule {
	switch s {
	case ToAccept:
		return &r.Accept
	case ToLocalise:
		return &r.Localise
	case ToFinish:
	}
	return &r.Finish
}

// Facts are what limits depend on besides time.
type Facts struct {
	Temperature *float64 // °C in the flat, as the resident says; nil: not known
	Inputs      int      // 0: not known
}

// Moment is when, where and under which circumstances a request is registered.
type Moment struct {
	At         time.Time
	Zone       *time.Location // of the house
	Production calendar.Production
	Facts      Facts
}

// Applied is a limit as it was taken for one request; it stays with the request (R6).
type Applied struct {
	Stage Stage  `json:"stage"`
	Text  string `json:"text"` // "8 часов: в квартире от 10 до 12 °C"
}

// Terms are the moments by which a ticket is to be accepted, localised, finished;
// nil where the reason sets none. Applied says which limit gave each.
type Terms struct {
	Accept, Localise, Finish *time.Time
	Applied                  []Applied
}

// Terms counts from the moment of registration (ПП 416 п. 13) in the house's zone.
func (r Reason) Terms(m Moment) (t Terms) {
	for _, s := range Stages {
		l, when := r.Rules.Of(s).Pick(m)
		at := l.Due(m)
		switch s {
		case ToAccept:
			t.Accept = at
		case ToLocalise:
			t.Localise = at
		case ToFinish:
			t.Finish = at
		}
		if at != nil {
			text := l.String()
			if when != (Condition{}) {
				text += ": " + when.String()
			}
			t.Applied = append(t.Applied, Applied{s, text})
		}
	}
	return t
}

// Pick is the limit that holds, and the condition it holds by; the zero one for the base.
func (r Rule) Pick(m Moment) (Limit, Condition) {
	for _, v := range r.Variants {
		if v.When.holds(m) {
			return v.Limit, v.When
		}
	}
	return r.Base, Condition{}
}

func (c Condition) holds(m Moment) bool {
	if c.SeasonFrom != "" {
		day := m.At.In(m.Zone).Format("01-02")
		in := day >= c.SeasonFrom && day <= c.SeasonTill
		if c.SeasonFrom > c.SeasonTill {
			in = day >= c.SeasonFrom || day <= c.SeasonTill
		}
		if !in {
			return false
		}
	}
	if c.TempFrom != nil || c.TempBelow != nil {
		t := m.Facts.Temperature
		if t == nil || c.TempFrom != nil && *t < *c.TempFrom || c.TempBelow != nil && *t >= *c.TempBelow {
			return false
		}
	}
	return c.Inputs == 0 || c.Inputs == m.Facts.Inputs
}

// Due is when the limit ends; nil without one. Hours are hours that pass, also where
// the clocks are changed.
func (l Limit) Due(m Moment) *time.Time {
	if l.Amount <= 0 {
		return nil
	}
	left := time.Duration(l.Amount) * time.Minute
	var at time.Time
	switch {
	case l.Unit == WorkingDays:
		at = m.Production.EndOfWorkingDays(m.At, l.Amount, m.Zone)
	case l.Unit == Hours:
		left *= 60
		fallthrough
	default:
		at = l.count(m, left)
	}
	return &at
}

// count adds time that passes within the hours of the limit.
func (l Limit) count(m Moment, left time.Duration) time.Time {
	if l.From == l.Till {
		return m.At.Add(left)
	}
	till := l.Till
	if till < l.From { // over midnight
		till += 24 * 60
	}
	at := m.At
	for d := calendar.DateOf(at.In(m.Zone)) - 1; ; d++ {
		begin, end := calendar.Wall(d, l.From, m.Zone), calendar.Wall(d, till, m.Zone)
		if at.Before(begin) {
			at = begin
		}
		if !at.Before(end) {
			continue
		}
		if room := end.Sub(at); left > room {
			left, at = left-room, end
			continue
		}
		return at.Add(left)
	}
}

// minutes is about how long the limit is, for lists and for the base columns.
func (l Limit) minutes() int {
	switch l.Unit {
	case WorkingDays:
		return l.Amount * 24 * 60
	case Hours:
		return l.Amount * 60
	case Minutes:
	}
	return l.Amount
}

// ofMinutes writes whole hours as hours.
func ofMinutes(n int) Limit {
	if n >= 60 && n%60 == 0 {
		return Limit{Amount: n / 60, Unit: Hours}
	}
	return Limit{Amount: n, Unit: Minutes}
}

// String is «30 минут», «2 часа с 08:00 до 23:00», «10 рабочих дней», «без срока».
func (l Limit) String() string {
	if l.Amount == 0 {
		return "без срока"
	}
	forms := map[Unit][3]string{Minutes: {"минута", "минуты", "минут"}, Hours: {"час", "часа", "часов"}, WorkingDays: {"рабочий день", "рабочих дня", "рабочих дней"}}[l.Unit]
	s := fmt.Sprintf("%d %s", l.Amount, plural(l.Amount, forms))
	if l.From != l.Till && l.Unit != WorkingDays {
		s += fmt.Sprintf(", считая с %s до %s", clockOf(l.From), clockOf(l.Till))
	}
	return s
}

func plural(n int, forms [3]string) string {
	switch {
	case n%10 == 1 && n%100 != 11:
		return forms[0]
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return forms[1]
	}
	return forms[2]
}

func clockOf(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

var months = []string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}

func dayOf(mmdd string) string {
	t, err := time.Parse("01-02", mmdd)
	if err != nil {
		return mmdd
	}
	return fmt.Sprintf("%d %s", t.Day(), months[t.Month()-1])
}

// String is «с 1 мая по 30 сентября, в квартире ниже 10 °C, один ввод».
func (c Condition) String() string {
	var out []string
	if c.SeasonFrom != "" {
		out = append(out, "с "+dayOf(c.SeasonFrom)+" по "+dayOf(c.SeasonTill))
	}
	degrees := func(f *float64) string { return strings.ReplaceAll(strconv.FormatFloat(*f, 'f', -1, 64), ".", ",") }
	switch {
	case c.TempFrom != nil && c.TempBelow != nil:
		out = append(out, "в квартире от "+degrees(c.TempFrom)+" до "+degrees(c.TempBelow)+" °C")
	case c.TempFrom != nil:
		out = append(out, "в квартире "+degrees(c.TempFrom)+" °C и теплее")
	case c.TempBelow != nil:
		out = append(out, "в квартире ниже "+degrees(c.TempBelow)+" °C")
	}
	switch c.Inputs {
	case 0:
	case 1:
		out = append(out, "в доме один ввод")
	default:
		out = append(out, fmt.Sprintf("вводов в доме: %d", c.Inputs))
	}
	return strings.Join(out, ", ")
}
