package assignment

import (
	"math/bits"
	"time"

	"d24/internal/staff"
)

// The week is looked at in quarters of an hour: shifts begin and end on them.
const (
	slot  = 15 * time.Minute
	slots = 7 * 24 * 4
	words = (slots + 63) / 64
)

// mask is a set of quarters of the week.
type mask [words]uint64

func (m *mask) set(i int)     { m[i/64] |= 1 << (i % 64) }
func (m mask) has(i int) bool { return m[i/64]&(1<<(i%64)) != 0 }
func (m mask) and(o mask) mask {
	for i := range m {
		m[i] &= o[i]
	}
	return m
}

func (m mask) or(o mask) mask {
	for i := range m {
		m[i] |= o[i]
	}
	return m
}

func (m mask) without(o mask) mask {
	for i := range m {
		m[i] &^= o[i]
	}
	return m
}
func (m mask) empty() bool { return m == mask{} }
func (m mask) count() (n int) {
	for _, w := range m {
		n += bits.OnesCount64(w)
	}
	return n
}

func everySlot(f func(i int) bool) (m mask) {
	for i := range slots {
		if f(i) {
			m.set(i)
		}
	}
	return m
}

// grid is who is at work in each quarter of the week.
type grid struct {
	from  time.Time
	board *staff.Board
	duty  map[int64]*mask // at work
	ready map[int64]*mask // at work, and with a phone of that hour
}

func newGrid(b *staff.Board, from time.Time) *grid {
	return &grid{from: from, board: b, duty: map[int64]*mask{}, ready: map[int64]*mask{}}
}

func (g *grid) at(i int) time.Time { return g.from.Add(time.Duration(i) * slot) }

func (g *grid) of(id int64) (duty, ready *mask) {
	if g.duty[id] == nil {
		duty, ready = &mask{}, &mask{}
		for i := range slots {
			on, phone := g.board.Ready(id, g.at(i))
			if on {
				duty.set(i)
				if phone {
					ready.set(i)
				}
			}
		}
		g.duty[id], g.ready[id] = duty, ready
	}
	return g.duty[id], g.ready[id]
}

// watch is how well a chain is manned.
type watch struct {
	some  mask // somebody is at work
	call  mask // somebody at work can be called
	three mask // on three levels somebody at work can be called
	twice mask // a level is without a person because he stands on another one
}

// man looks at a chain in each quarter, as Board.Chain would choose then.
func (g *grid) man(levels []staff.Level) (w watch) {
	if g.plain(levels) {
		var two mask
		for _, l := range levels {
			var some, call mask
			for _, id := range l.Members {
				duty, ready := g.of(id)
				some, call = some.or(*duty), call.or(*ready)
			}
			w.three = w.three.or(two.and(call))
			two = two.or(w.call.and(call))
			w.some, w.call = w.some.or(some), w.call.or(call)
		}
		return w
	}
	for i := range slots {
		g.manSlot(levels, i, &w)
	}
	return w
}

// plain: nobody is replaced and nobody stands twice, so that quarters need not be
// looked at one by one.
func (g *grid) plain(levels []staff.Level) bool {
	seen := map[int64]bool{}
	for _, l := range levels {
		for _, id := range l.Members {
			if seen[id] || g.board.Leaves(id) {
				return false
			}
			seen[id] = true
		}
	}
	return true
}

func (g *grid) manSlot(levels []staff.Level, i int, w *watch) {
	used := make([]int64, 0, 9)
	can := 0
	for _, l := range levels {
		best, rank, lost := int64(0), -1, false
		for _, id := range l.Members {
			who, there := g.board.Stands(id, g.at(i))
			if !there {
				continue
			}
			r := 0
			switch duty, ready := g.of(who); {
			case ready.has(i):
				r = 2
			case duty.has(i):
				r = 1
			}
			if contains(used, who) {
				lost = lost || r > 0
				continue
			}
			if r > rank {
				best, rank = who, r
			}
		}
		if rank >= 0 {
			used = append(used, best)
		}
		if rank < 1 && lost {
			w.twice.set(i)
		}
		if rank >= 1 {
			w.some.set(i)
		}
		if rank == 2 {
			w.call.set(i)
			can++
		}
	}
	if can >= 3 {
		w.three.set(i)
	}
}

func contains(ids []int64, id int64) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}
