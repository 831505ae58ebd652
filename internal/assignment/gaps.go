package assignment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"d24/internal/building"
	"d24/internal/calendar"
	"d24/internal/company"
	"d24/internal/reason"
)

// HourRange is the same hours on some days of the coming week. Till may be over
// midnight: 20:00–08:00; 24:00 is the day's end.
type HourRange struct {
	Days []int // 0 Monday … 6 Sunday, of From; all seven: every day
	From int   // minutes from midnight
	To   int
}

// gaps turns the holes into lines: those of the same kind, hours and houses are one.
func (p *patrol) gaps(rcs []reasonClass, hcs []houseClass) (out []Gap) {
	for k, f := range p.found {
		for _, g := range f.sets(rcs, hcs) {
			g.Hole, g.RuleID, g.mask, g.Slots = k.hole, k.rule, k.mask, k.mask.count()
			out = append(out, g)
		}
	}
	rank := map[Hole]int{Nobody: 0, FewLevels: 1, Twice: 2}
	slices.SortFunc(out, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(rank[a.Hole], rank[b.Hole]), cmp.Compare(b.weight(), a.weight()), cmp.Compare(a.RuleID, b.RuleID), slices.Compare(a.reasons, b.reasons), slices.Compare(a.houses, b.houses),
			slices.Compare(a.mask[:], b.mask[:]))
	})
	said := p.sayer()
	for i := range out[:min(len(out), shown)] {
		said.say(&out[i])
	}
	return out
}

// sets are the reasons and houses of what was found, those of the same houses together.
func (f *found) sets(rcs []reasonClass, hcs []houseClass) (out []Gap) {
	byHouses := map[string][]int{} // which reason classes are in the same houses
	of := map[string][]int{}
	for i, js := range f.pairs {
		s := fmt.Sprint(js)
		byHouses[s], of[s] = append(byHouses[s], i), js
	}
	for s, is := range byHouses {
		var g Gap
		for _, i := range is {
			g.reasons = append(g.reasons, rcs[i].reasons...)
		}
		for _, j := range of[s] {
			g.houses = append(g.houses, hcs[j].houses...)
		}
		slices.Sort(g.reasons)
		slices.Sort(g.houses)
		out = append(out, g)
	}
	return out
}

func (g Gap) weight() int { return len(g.reasons) * len(g.houses) * g.Slots }

// sayer has the names at hand.
type sayer struct {
	p      *patrol
	reason map[int64]reason.Reason
	house  map[int64]building.Building
	all    map[bool]map[string]int // reasons of a category: of emergencies, of all
	byKey  map[string]Group
}

func (p *patrol) sayer() *sayer {
	s := &sayer{p: p, reason: map[int64]reason.Reason{}, house: map[int64]building.Building{}, all: map[bool]map[string]int{true: {}, false: {}}, byKey: map[string]Group{}}
	for _, r := range p.reasons {
		s.reason[r.ID] = r
		s.all[false][r.Category]++
		if r.Kind == reason.Emergency {
			s.all[true][r.Category]++
		}
	}
	for _, h := range p.houses {
		s.house[h.ID] = h
	}
	for _, g := range p.groups {
		ids := slices.DeleteFunc(slices.Clone(g.Houses), func(id int64) bool { return s.house[id].ID == 0 })
		slices.Sort(ids)
		s.byKey[fmt.Sprint(ids)] = g
	}
	return s
}

func (s *sayer) zone() *time.Location { return company.Location(s.p.company.Zone) }

// named is how many names a line shows of a set.
const named = 5

func (s *sayer) say(g *Gap) {
	index := map[string]int{}
	for _, id := range g.reasons {
		r := s.reason[id]
		i, known := index[r.Category]
		if !known {
			i = len(g.Reasons)
			index[r.Category] = i
			g.Reasons = append(g.Reasons, ReasonSet{Category: r.Category})
		}
		x := &g.Reasons[i]
		if x.Count++; len(x.Names) < named {
			x.Names = append(x.Names, r.Name)
		}
	}
	for i := range g.Reasons {
		x := &g.Reasons[i]
		x.IsAll = x.Count == s.all[g.Hole == FewLevels][x.Category]
	}
	slices.SortFunc(g.Reasons, func(a, b ReasonSet) int { return strings.Compare(a.Category, b.Category) })
	g.Houses = HouseSet{Count: len(g.houses), IsAll: len(g.houses) == len(s.p.houses)}
	if x, is := s.byKey[fmt.Sprint(g.houses)]; is && !g.Houses.IsAll {
		g.Houses.GroupID, g.Houses.Group = x.ID, x.Name
	}
	for _, id := range g.houses[:min(named, len(g.houses))] {
		g.Houses.IDs, g.Houses.Names = append(g.Houses.IDs, id), append(g.Houses.Names, building.Address(s.house[id], ""))
	}
	g.Hours = ranges(g.mask, s.p.from, s.zone())
}

// ranges says quarters as hours of days: a stretch longer than a day is cut at
// midnights, and the same hours of several days are one line. The week begins in the
// middle of a day: what is open at both its ends is joined.
func ranges(m mask, from time.Time, zone *time.Location) (out []HourRange) {
	if m == everything {
		return []HourRange{{Days: []int{0, 1, 2, 3, 4, 5, 6}, From: 0, To: 1440}}
	}
	type hours struct{ from, to int }
	days := map[hours][7]bool{}
	var keys []hours
	add := func(day, from, to int) {
		k := hours{from, to}
		set, known := days[k]
		if !known {
			keys = append(keys, k)
		}
		set[day] = true
		days[k] = set
	}
	for _, s := range stretches(m) {
		at := func(i int) (day, minute int) {
			local := from.Add(time.Duration(i) * slot).In(zone)
			return calendar.DateOf(local).Monday(), local.Hour()*60 + local.Minute()
		}
		day, begin := at(s[0])
		length := (s[1] - s[0]) * int(slot/time.Minute)
		if length <= 1440 {
			add(day, begin, begin+length)
			continue
		}
		for length > 0 {
			n := min(length, 1440-begin)
			add(day, begin, begin+n)
			length, begin, day = length-n, 0, (day+1)%7
		}
	}
	slices.SortFunc(keys, func(a, b hours) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	for _, k := range keys {
		r := HourRange{From: k.from, To: k.to}
		for d, is := range days[k] {
			if is {
				r.Days = append(r.Days, d)
			}
		}
		out = append(out, r)
	}
	return out
}

// stretches are runs of quarters, their ends excluded; one that is open at both ends of
// the week begins before it ends: {660, 680} of 672.
func stretches(m mask) (out [][2]int) {
	for i := 0; i < slots; i++ {
		if !m.has(i) {
			continue
		}
		begin := i
		for i < slots && m.has(i) {
			i++
		}
		out = append(out, [2]int{begin, i})
	}
	if n := len(out); n > 1 && out[0][0] == 0 && out[n-1][1] == slots {
		out[n-1][1] += out[0][1]
		out = out[1:]
	}
	return out
}
