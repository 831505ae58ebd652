package staff

import (
	"cmp"
	"slices"
	"time"

	"d24/internal/calendar"
)

// Level is a step of a chain of people: any of them will do, the first at work is asked.
type Level struct {
	N       int     `json:"level"` // from 1
	Members []int64 `json:"members"`
}

// Levels are the people whose duties of a role cover a work and a house, as a chain: on
// each level the most specific duty first. Those dismissed are left out.
func (b *Board) Levels(q Query, role string) (out []Level) {
	var cs []candidate
	for _, m := range b.members {
		for _, d := range m.Duties {
			if !m.IsArchived && d.Role == role && b.covers(d, q) {
				cs = append(cs, candidate{m.Member, d})
			}
		}
	}
	slices.SortFunc(cs, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(x.duty.Level, y.duty.Level), cmp.Compare(y.duty.closeness(), x.duty.closeness()), cmp.Compare(x.duty.ID, y.duty.ID))
	})
	for _, c := range cs {
		if n := len(out); n == 0 || out[n-1].N != c.duty.Level {
			out = append(out, Level{N: c.duty.Level})
		}
		last := &out[len(out)-1]
		last.Members = append(last.Members, c.MemberID)
	}
	return out
}

// Chain is whom the system would call at a moment, one of each level: of those at work
// the first with a phone of that hour, then the first at work, and when nobody is, the
// first. Who is on leave is replaced by his substitute; nobody stands on two levels
// (F36); those who are taken already stand on none. A level without anybody is left out.
func (b *Board) Chain(levels []Level, at time.Time, taken ...int64) (out []Person) {
	used := map[int64]bool{}
	for _, id := range taken {
		used[id] = true
	}
	for _, l := range levels {
		best, rank := Person{}, -1
		for _, id := range l.Members {
			who, there := b.Stands(id, at)
			if !there || used[who] {
				continue
			}
			if r := b.rank(who, at); r > rank {
				best, rank = b.at(b.byID[who], at).Person, r
			}
		}
		if rank >= 0 {
			best.Level, used[best.MemberID] = l.N, true
			out = append(out, best)
		}
	}
	return out
}

func (b *Board) rank(id int64, at time.Time) int {
	switch onDuty, hasPhone := b.Ready(id, at); {
	case onDuty && hasPhone:
		return 2
	case onDuty:
		return 1
	}
	return 0
}

// Stands is who stands in the place of a person at a moment: himself, or his substitute
// while he is on leave. False: he is dismissed, or nobody the board knows.
func (b *Board) Stands(id int64, at time.Time) (int64, bool) {
	m := b.byID[id]
	if m == nil || m.IsArchived {
		return 0, false
	}
	if len(m.Leaves) == 0 {
		return id, true
	}
	if d := calendar.DateOf(at.In(m.zone)); m.leaveOn(d) != nil {
		if s := b.substitute(m, d); s != nil {
			return s.MemberID, true
		}
	}
	return id, true
}

// Ready tells of a person at a moment whether he is at work, and whether he has a phone
// that may be called then. It is Member without everything else.
func (b *Board) Ready(id int64, at time.Time) (onDuty, hasPhone bool) {
	m := b.byID[id]
	if m == nil {
		return false, false
	}
	local := at.In(m.zone)
	hasPhone = slices.ContainsFunc(m.AllPhones, func(p Phone) bool { return covers(p.Hours, local) })
	if m.IsArchived || !m.SwitchedOn || m.leaveOn(calendar.DateOf(local)) != nil {
		return false, hasPhone
	}
	onDuty, _ = calendar.At(b.work(m), at)
	return onDuty, hasPhone
}

// Leaves reports whether a person has a leave on the board's days or later.
func (b *Board) Leaves(id int64) bool {
	m := b.byID[id]
	return m != nil && len(m.Leaves) > 0
}
