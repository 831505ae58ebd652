package assignment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"d24/internal/access"
)

// farthest is how many weeks from its beginning a change is looked at.
const farthest = 5

// Opens runs save, a change of one company's settings, and says in words which gaps of
// coverage it opens in the weeks from a moment until another, at most five; a zero until
// is a week. What was missing before is not said again (F36). The error is save's.
func (s *Service) Opens(ctx context.Context, companyID int64, from, until time.Time, save func() error) ([]string, error) {
	if companyID == 0 || !access.From(ctx).Serves(companyID) {
		return nil, save() // it is refused there
	}
	before, err := s.weeks(ctx, companyID, from, until)
	if err != nil {
		return nil, err
	}
	if err := save(); err != nil {
		return nil, err
	}
	after, err := s.weeks(ctx, companyID, from, until)
	if err != nil {
		return nil, err
	}
	return opened(before, after), nil
}

// weekly is what one week lacks, and who can say it.
type weekly struct {
	from    time.Time
	isLater bool // than the coming week
	gaps    []Gap
	people  []PersonGap
	say     *sayer
}

func (s *Service) weeks(ctx context.Context, companyID int64, from, until time.Time) (out []weekly, err error) {
	w, err := s.world(ctx, companyID, from, until)
	if err != nil {
		return nil, err
	}
	for n, begin := 0, w.from; n < farthest && (n == 0 || begin.Before(until)); n, begin = n+1, begin.Add(slots*slot) {
		w.from = begin
		_, p, gaps := w.coverage()
		out = append(out, weekly{begin, begin.After(w.now), gaps, p.people(), p.sayer()})
	}
	return out, nil
}

// told is how many gaps are said one by one.
const told = 4

// opened says what the weeks after a change lack and those before it did not. A gap that
// goes on in the weeks that follow is said once, with the week it begins in.
func opened(before, after []weekly) []string {
	var out []string
	seen := map[string]bool{}
	for i, w := range after {
		for _, g := range fresh(before[i].gaps, w.gaps) {
			w.say.say(&g)
			text := g.Sentence()
			if seen[text] {
				continue
			}
			seen[text] = true
			if w.isLater {
				text = "Неделя с " + w.from.In(w.say.zone()).Format("02.01") + ". " + text
			}
			out = append(out, text)
		}
	}
	for _, p := range after[0].people {
		if text := p.sentence(); text != "" && !slices.Contains(before[0].people, p) {
			out = append(out, text)
		}
	}
	if n := len(out) - told; n > 0 {
		out = append(out[:told], fmt.Sprintf("И ещё пробелов: %d. Все они – на странице «Покрытие».", n))
	}
	return out
}

type cell struct {
	hole          Hole
	reason, house int64
}

// fresh are the gaps, or their parts, that were not there before. A chain that has become
// better, from nobody to less than three levels, has no gap more.
func fresh(before, after []Gap) (out []Gap) {
	had, same := map[cell]mask{}, map[string]bool{}
	for _, g := range before {
		same[g.sign()] = true
		for _, r := range g.reasons {
			for _, h := range g.houses {
				c := cell{g.Hole, r, h}
				had[c] = had[c].or(g.mask)
			}
		}
	}
	for _, g := range after {
		if same[g.sign()] {
			continue
		}
		x := Gap{Hole: g.Hole, RuleID: g.RuleID}
		for _, r := range g.reasons {
			for _, h := range g.houses {
				m := g.mask.without(had[cell{g.Hole, r, h}])
				if g.Hole == FewLevels {
					m = m.without(had[cell{Nobody, r, h}])
				}
				if m.empty() {
					continue
				}
				x.mask, x.reasons, x.houses = x.mask.or(m), append(x.reasons, r), append(x.houses, h)
			}
		}
		if x.mask.empty() {
			continue
		}
		slices.Sort(x.reasons)
		slices.Sort(x.houses)
		x.reasons, x.houses, x.Slots = slices.Compact(x.reasons), slices.Compact(x.houses), x.mask.count()
		out = append(out, x)
	}
	return out
}

func (g Gap) sign() string { return fmt.Sprint(g.Hole, g.mask, g.reasons, g.houses) }

// Sentence says a gap in words: "Никого на дежурстве: Лифт; все дома; пн, вт 20:00–08:00."
func (g Gap) Sentence() string {
	var reasons, hours []string
	for _, r := range g.Reasons {
		if r.IsAll {
			reasons = append(reasons, r.Category)
			continue
		}
		reasons = append(reasons, list(r.Names, r.Count))
	}
	houses := list(g.Houses.Names, g.Houses.Count)
	switch {
	case g.Houses.IsAll:
		houses = "все дома"
	case g.Houses.GroupID != 0:
		houses = "группа «" + g.Houses.Group + "»"
	}
	for _, h := range g.Hours {
		hours = append(hours, h.words())
	}
	what := map[Hole]string{Nobody: "Никого на дежурстве", FewLevels: "Аварийные, меньше трёх уровней", Twice: "Один человек на двух уровнях"}[g.Hole]
	return what + ": " + strings.Join([]string{list(reasons, len(reasons)), houses, list(hours, len(hours))}, "; ") + "."
}

// list is the first names of count: "а, б, в и ещё 4".
func list(names []string, count int) string {
	const most = 3
	n := min(most, len(names))
	out := strings.Join(names[:n], ", ")
	if count > n {
		out += fmt.Sprintf(" и ещё %d", count-n)
	}
	return out
}

func (h HourRange) words() string {
	var days []string
	for _, d := range h.Days {
		days = append(days, []string{"пн", "вт", "ср", "чт", "пт", "сб", "вс"}[d])
	}
	on := strings.Join(days, ", ")
	if len(days) == 7 {
		on = "каждый день"
	}
	if h.From == 0 && h.To == 1440 {
		return on + " круглосуточно"
	}
	clock := func(m int) string { return fmt.Sprintf("%02d:%02d", m/60%24, m%60) }
	return on + " " + clock(h.From) + "–" + clock(h.To)
}

// sentence says what is wrong with a person; "" for what is said when a rule is saved.
func (p PersonGap) sentence() string {
	switch p.Kind {
	case "no_phone":
		return p.Name + ": нет телефона, аварийная пройдёт мимо."
	case "dials":
		return fmt.Sprintf("%s: телефонов %d, а за время уровня успеваем обзвонить %d.", p.Name, p.Numbers, p.Fit)
	case "dismissed":
		return fmt.Sprintf("%s: уволен, а стоит в правиле № %d.", p.Name, p.RuleID)
	}
	return ""
}
