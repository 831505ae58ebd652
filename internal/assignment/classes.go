package assignment

import (
	"fmt"
	"slices"

	"d24/internal/reason"
)

// reasonClass are reasons that no rule tells apart.
type reasonClass struct {
	place     Place // with the reason, when a rule names it
	emergency bool
	reasons   []int64
}

// houseClass are houses that no rule and no duty tells apart.
type houseClass struct {
	zone   string
	houses []int64
	rules  []*Rule // that may be about them
	duties int     // which class of houses it is to the duties: alike have the same people
}

func (p *patrol) reasonClasses() (out []reasonClass) {
	named := map[int64]bool{}
	for _, r := range p.rules {
		named[r.ReasonID] = true
	}
	type sign struct {
		work, reason int64
		emergency    bool
	}
	index := map[sign]int{}
	for _, r := range p.reasons {
		k := sign{work: r.WorkTypeID, emergency: r.Kind == reason.Emergency}
		if named[r.ID] {
			k.reason = r.ID
		}
		i, known := index[k]
		if !known {
			i = len(out)
			index[k] = i
			out = append(out, reasonClass{place: Place{ReasonID: k.reason, WorkTypeID: k.work}, emergency: k.emergency})
		}
		out[i].reasons = append(out[i].reasons, r.ID)
	}
	return out
}

// places are the houses and groups that rules or duties name.
type places struct{ houses, groups map[int64]bool }

func (x places) add(building, group int64) { x.houses[building], x.groups[group] = true, true }

// sign is the same for houses that the places do not tell apart.
func (x places) sign(building int64, groups []int64) string {
	if !x.houses[building] {
		building = 0
	}
	return fmt.Sprint(building, slices.DeleteFunc(slices.Clone(groups), func(g int64) bool { return !x.groups[g] }))
}

func (p *patrol) houseClasses() (out []houseClass) {
	rules, duties := places{map[int64]bool{}, map[int64]bool{}}, places{map[int64]bool{}, map[int64]bool{}}
	for _, r := range p.rules {
		rules.add(r.BuildingID, r.GroupID)
	}
	for _, m := range p.board.Members(p.from) {
		for _, d := range m.Duties {
			duties.add(d.BuildingID, d.GroupID)
		}
	}
	of := map[int64][]int64{}
	for _, g := range p.groups {
		for _, h := range g.Houses {
			of[h] = append(of[h], g.ID)
		}
	}
	index, alike := map[string]int{}, map[string]int{}
	for _, h := range p.houses {
		groups := of[h.ID]
		slices.Sort(groups)
		byDuties := duties.sign(h.ID, groups)
		k := rules.sign(h.ID, groups) + byDuties + h.Zone
		i, known := index[k]
		if !known {
			i = len(out)
			index[k] = i
			out = append(out, houseClass{zone: h.Zone, rules: p.rulesOf(h.ID, groups), duties: number(alike, byDuties)})
		}
		out[i].houses = append(out[i].houses, h.ID)
	}
	return out
}

// rulesOf are the rules that may be about a house, in order.
func (p *patrol) rulesOf(building int64, groups []int64) (out []*Rule) {
	for n := range p.rules {
		r := &p.rules[n]
		if r.BuildingID == 0 && r.GroupID == 0 || r.BuildingID != 0 && r.BuildingID == building || r.GroupID != 0 && slices.Contains(groups, r.GroupID) {
			out = append(out, r)
		}
	}
	return out
}

// number counts signs off: the same have the same number.
func number(of map[string]int, sign string) int {
	n, known := of[sign]
	if !known {
		n = len(of)
		of[sign] = n
	}
	return n
}
