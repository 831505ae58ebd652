package engine

import (
	"slices"
	"time"
)

// Waiter is a call or an order that waits for an operator.
type Waiter struct {
	Key       string
	CompanyID int64 // 0: a call to a city's number, taken by whoever serves the city
	CityID    int64
	Priority  int
	Since     time.Time
	Passed    []int64 // operators who did not take it
}

// Idle is an operator who is ready.
type Idle struct {
	UserID    int64
	Companies []int64
	Cities    []int64
	Since     time.Time // ready since
}

// Match is an operator for a waiter.
type Match struct {
	Key    string
	UserID int64
}

// serves reports whether the operator may take the call.
func (i Idle) serves(w Waiter) bool {
	if w.CompanyID != 0 {
		return slices.Contains(i.Companies, w.CompanyID)
	}
	return w.CityID == 0 || slices.Contains(i.Cities, w.CityID)
}

// Distribute decides who takes what: the highest priority first, then who waits
// longest; to the operator who has been idle longest among those who serve the
// company. One who has let this call pass gets it again only when nobody else is there.
func Distribute(waiting []Waiter, idle []Idle) []Match {
	ws := slices.Clone(waiting)
	slices.SortStableFunc(ws, func(a, b Waiter) int {
		if a.Priority != b.Priority {
			return b.Priority - a.Priority
		}
		return a.Since.Compare(b.Since)
	})
	free := slices.Clone(idle)
	slices.SortStableFunc(free, func(a, b Idle) int { return a.Since.Compare(b.Since) })
	var out []Match
	for _, w := range ws {
		best := -1
		for n, i := range free {
			if !i.serves(w) {
				continue
			}
			if !slices.Contains(w.Passed, i.UserID) {
				best = n
				break
			}
			if best < 0 {
				best = n
			}
		}
		if best >= 0 {
			out = append(out, Match{w.Key, free[best].UserID})
			free = slices.Delete(free, best, best+1)
		}
	}
	return out
}
