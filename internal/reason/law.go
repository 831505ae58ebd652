package reason

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Law is what the acts ask of a reason; the limit to accept is nobody's.
type Law struct {
	Rules
	References map[Stage]string // "ПП 416 п. 13"
}

// OwnLaw is asked of emergencies that a company adds itself: damage is localised in
// half an hour and mended in three days (ПП 416 п. 13).
var ownLaw = Law{
	Rules: Rules{
		Localise: Rule{Base: Limit{Amount: 30, Unit: Minutes}, Variants: []Variant{}},
		Finish:   Rule{Base: Limit{Amount: 72, Unit: Hours}, Variants: []Variant{}},
	},
	References: map[Stage]string{ToLocalise: "ПП 416 п. 13", ToFinish: "ПП 416 п. 13"},
}

// LawOf is what the acts ask of a reason by its code in the base catalogue, of a
// company's own reason by its kind.
func LawOf(code string, own bool, kind Kind) Law {
	switch {
	case !own:
		return base().law[code]
	case kind == Emergency:
		return ownLaw
	}
	return Law{}
}

func readLaw() (map[string]Law, error) {
	rows, err := table("law.csv")
	if err != nil {
		return nil, err
	}
	out := map[string]Law{}
	for _, f := range rows {
		l, known := out[f[0]]
		if !known {
			l.References = map[Stage]string{}
			for _, s := range Stages {
				l.Of(s).Variants = []Variant{}
			}
		}
		limit := Limit{Unit: Unit(f[3])}
		var v Variant
		if limit.Amount, err = strconv.Atoi(f[2]); err == nil {
			limit.From, limit.Till, err = window(f[4], f[5])
		}
		if err == nil {
			v.When, err = condition(f[6], f[7], f[8], f[9], f[10])
		}
		if err != nil {
			return nil, fmt.Errorf("law.csv %s %s: %w", f[0], f[1], err)
		}
		rule := l.Of(Stage(f[1]))
		if v.When == (Condition{}) {
			rule.Base = limit
		} else {
			v.Limit = limit
			rule.Variants = append(rule.Variants, v)
		}
		l.References[Stage(f[1])] = f[11]
		out[f[0]] = l
	}
	return out, nil
}

func window(from, till string) (a, b int, err error) {
	if from == "" {
		return 0, 0, nil
	}
	if a, err = strconv.Atoi(from); err == nil {
		b, err = strconv.Atoi(till)
	}
	return a, b, err
}

func condition(from, till, warm, cold, inputs string) (c Condition, err error) {
	c.SeasonFrom, c.SeasonTill = from, till
	for s, to := range map[string]**float64{warm: &c.TempFrom, cold: &c.TempBelow} {
		if s != "" {
			var f float64
			if f, err = strconv.ParseFloat(s, 64); err != nil {
				return c, err
			}
			*to = &f
		}
	}
	if inputs != "" {
		c.Inputs, err = strconv.Atoi(inputs)
	}
	return c, err
}

// Laxer reports whether there is a request for which the rule gives more time than
// the law does: it looks at every mixture of the circumstances that either of them
// speaks of.
func (r Rule) Laxer(law Rule) bool {
	seen := map[[2]Limit]bool{}
	for _, m := range circumstances(r, law) {
		ours, _ := r.Pick(m)
		theirs, _ := law.Pick(m)
		if k := [2]Limit{ours, theirs}; !seen[k] {
			seen[k] = true
			if ours.laxer(theirs) {
				return true
			}
		}
	}
	return false
}

// laxer compares by the minute; where hours or days are counted, at every hour of two
// weeks of work and of the longest holidays.
func (l Limit) laxer(law Limit) bool {
	switch {
	case law.Amount == 0:
		return false
	case l.Amount == 0:
		return true
	case !l.counted() && !law.counted():
		return l.minutes() > law.minutes()
	}
	for _, first := range []time.Time{time.Date(2025, time.December, 26, 0, 30, 0, 0, time.UTC), time.Date(2026, time.March, 10, 0, 30, 0, 0, time.UTC)} {
		for h := range 14 * 24 {
			m := Moment{At: first.Add(time.Duration(h) * time.Hour), Zone: time.UTC}
			if l.Due(m).After(*law.Due(m)) {
				return true
			}
		}
	}
	return false
}

// circumstances are a day on each side of every border, each temperature and number of
// inputs that a rule names, and those not known.
func circumstances(rules ...Rule) (out []Moment) {
	days := []time.Time{time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)}
	temps, inputs := []*float64{nil}, []int{0}
	for _, r := range rules {
		for _, v := range r.Variants {
			for _, t := range []*float64{v.When.TempFrom, v.When.TempBelow} {
				if t != nil {
					below := *t - 0.1
					temps = append(temps, t, &below)
				}
			}
			if n := v.When.Inputs; !slices.Contains(inputs, n) {
				inputs = append(inputs, n)
			}
			for _, s := range []string{v.When.SeasonFrom, v.When.SeasonTill} {
				if t, err := time.Parse("01-02", s); err == nil {
					day := time.Date(2026, t.Month(), t.Day(), 9, 0, 0, 0, time.UTC)
					days = append(days, day.AddDate(0, 0, -1), day, day.AddDate(0, 0, 1))
				}
			}
		}
	}
	for _, d := range days {
		for _, t := range temps {
			for _, n := range inputs {
				out = append(out, Moment{At: d, Zone: time.UTC, Facts: Facts{Temperature: t, Inputs: n}})
			}
		}
	}
	return out
}

func (l Limit) counted() bool { return l.Unit == WorkingDays || l.From != l.Till }

// Weighed is a limit of the company beside the law's.
type Weighed struct {
	Stage     Stage
	Text      string     // the company's: «30 минут»
	Law       string     // «30 минут», "" when no act sets one
	Reference string     // «ПП 416 п. 13»
	Variants  []string   // of the law: «8 часов: в квартире от 10 до 12 °C»
	Warning   string     // «мягче закона: ПП 416 п. 13 – 30 минут»; "" when it is not
	Due       *time.Time // were a request registered at the moment asked about
}

// Weigh puts limits beside the law's, were a request registered at the moment; the
// zero time: without saying when they would end.
func Weigh(r Rules, law Law, m Moment) (out []Weighed) {
	for _, s := range Stages {
		ours, theirs := r.Of(s), law.Of(s)
		l, _ := ours.Pick(m)
		w := Weighed{Stage: s, Text: ours.Base.String(), Variants: []string{}}
		if !m.At.IsZero() {
			w.Due = l.Due(m)
		}
		if ref := law.References[s]; ref != "" {
			w.Law, w.Reference = theirs.Base.String(), ref
			for _, v := range theirs.Variants {
				w.Variants = append(w.Variants, v.Limit.String()+": "+v.When.String())
			}
			if ours.Laxer(*theirs) {
				w.Warning = "мягче закона: " + ref + " – " + w.Law
			}
		}
		out = append(out, w)
	}
	return out
}

// Laxer reports whether any limit is laxer than the law's.
func (r Reason) Laxer() bool {
	law := LawOf(r.Code, r.IsOwn, r.Kind)
	if r.Kind == Consultation {
		return false
	}
	for _, s := range Stages {
		if law.References[s] != "" && r.Rules.Of(s).Laxer(*law.Of(s)) {
			return true
		}
	}
	return false
}
