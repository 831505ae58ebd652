package ticket

import (
	"strings"
	"time"

	"d24/internal/company"
	"d24/internal/reason"
)

// told is read out after saving: number, limit, what happens next (ПП 416 п. 13, 17).
// number is «…» while nothing is saved.
func told(p Plan, number string) string {
	until := func(t *time.Time) string { return moment(*t, p.At, company.Location(p.Building.Zone)) }
	said := "Заявка № " + number
	if p.Reason.Promise != "" {
		return promised(p, said)
	}
	said += " принята. "
	switch p.Reason.Kind {
	case reason.Emergency:
		said += "Аварийная служба уже получает её. "
		if p.Terms.Localise != nil {
			said += "Аварию локализуют до " + until(p.Terms.Localise) + ". "
		}
		if p.Terms.Finish != nil {
			said += "Срок устранения – до " + until(p.Terms.Finish) + ". "
		}
	case reason.Planned:
		if p.Terms.Finish != nil {
			said += "Срок выполнения – до " + until(p.Terms.Finish) + ". "
		}
	case reason.Paid:
		said += priced(p.Reason.Prices)
		if p.Terms.Finish != nil {
			said += "Срок – до " + until(p.Terms.Finish) + ". "
		}
	case reason.Consultation:
	}
	return said + "Мастер позвонит на этот номер. Остались вопросы?"
}

// promised is the company's own words with the number and the limits in their places.
func promised(p Plan, number string) string {
	zone := company.Location(p.Building.Zone)
	at := func(t *time.Time) string {
		if t == nil {
			return "без срока"
		}
		return moment(*t, p.At, zone)
	}
	return strings.NewReplacer("{number}", strings.TrimPrefix(number, "Заявка "), "{localise}", at(p.Terms.Localise), "{finish}", at(p.Terms.Finish)).Replace(p.Reason.Promise)
}

// spokenPrices is how many rows of the price list are read out; nobody listens to more.
const spokenPrices = 3

// priced is what the work costs (R5).
func priced(prices []reason.Price) string {
	if len(prices) == 0 {
		return "Работа платная, стоимость мастер назовёт до начала. "
	}
	var said []string
	for _, p := range prices[:min(spokenPrices, len(prices))] {
		said = append(said, p.String())
	}
	out := "Работа платная: " + strings.Join(said, "; ")
	if len(prices) > spokenPrices {
		out += "; остальное мастер назовёт до начала"
	}
	return strings.TrimSuffix(out, ".") + ". "
}

// moment is a moment as it is said at now: of the same day the hour alone, then
// «завтра», then the date, with the year when it is another one. The end of a day is
// its 24:00: working days end so (ГК РФ ст. 194).
func moment(t, now time.Time, zone *time.Location) string {
	t, now = t.In(zone), now.In(zone)
	clock := t.Format("15:04")
	if clock == "00:00" && t.Second() == 0 {
		clock, t = "24:00", t.Add(-time.Minute)
	}
	same := func(day time.Time) bool { return t.YearDay() == day.YearDay() && t.Year() == day.Year() }
	switch {
	case same(now):
		return clock
	case same(now.AddDate(0, 0, 1)):
		return clock + " завтра"
	case t.Year() == now.Year():
		return clock + t.Format(" 02.01")
	}
	return clock + t.Format(" 02.01.2006")
}
