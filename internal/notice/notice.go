// Package notice is what a company tells its residents about an outage or works
// (N1, N2, N4): callers hear it before the queue, operators see it beside the call,
// a call about it is joined with it and still gets a number.
package notice

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"d24/internal/telephony"
)

// Services a notice may be about. The words are those of phrases: "нет ...".
var Services = []string{"cold_water", "hot_water", "heating", "power", "gas", "sewer", "lift", "intercom", "other"}

// State is where a notice is in its life.
type State string

// The states.
const (
	Planned   State = "planned"   // told in advance
	InForce   State = "in_force"  // callers hear it
	Prolonged State = "prolonged" // in force, with a later end than was promised
	Ended     State = "ended"     // «включили», or its time has passed
	Cancelled State = "cancelled" // made by mistake
)

// Notice is one notice.
type Notice struct {
	ID          int64
	CompanyID   int64
	Number      int
	IsCompany   bool    // the whole company
	BuildingIDs []int64 // houses named
	GroupIDs    []int64 // houses of these groups besides
	Service     string
	Reason      string
	Text        string // said and shown; the time is said after it
	SupplierID  int64
	IsVoiced    bool
	StartsAt    time.Time
	EndsAt      time.Time
	IsProlonged bool
	ClosedAs    string // "", ended, cancelled
	ClosedAt    *time.Time
	Version     int
	CreatedAt   time.Time
	CreatedBy   string
}

// State tells where the notice is at a moment.
func (n Notice) State(now time.Time) State {
	switch {
	case n.ClosedAs != "":
		return State(n.ClosedAs)
	case !now.Before(n.EndsAt):
		return Ended
	case now.Before(n.StartsAt):
		return Planned
	case n.IsProlonged:
		return Prolonged
	}
	return InForce
}

// Live reports whether callers are to hear of it at a moment.
func (n Notice) Live(now time.Time) bool {
	s := n.State(now)
	return s == InForce || s == Prolonged
}

// Over is when it stopped being in force; zero while it has not.
func (n Notice) Over(now time.Time) time.Time {
	switch {
	case n.ClosedAt != nil:
		return *n.ClosedAt
	case !now.Before(n.EndsAt):
		return n.EndsAt
	}
	return time.Time{}
}

// How near a notice is to a house: the nearer, the more specific (F56).
const (
	nothing = iota
	byCompany
	byGroup
	byHouse
)

// covers tells how near the notice is to a house, 0 when it is not about it. groups
// are the groups the house is in; house 0 is not known: only the whole company counts.
func (n Notice) covers(house int64, groups []int64) int {
	switch {
	case house != 0 && slices.Contains(n.BuildingIDs, house):
		return byHouse
	case house != 0 && slices.ContainsFunc(n.GroupIDs, func(g int64) bool { return slices.Contains(groups, g) }):
		return byGroup
	case n.IsCompany:
		return byCompany
	}
	return nothing
}

// Choose are the notices about a house, the most specific and newest first; of one
// service only the first (F56).
func Choose(ns []Notice, house int64, groups []int64) []Notice {
	var out []Notice
	for _, n := range ns {
		if n.covers(house, groups) != nothing {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b Notice) int {
		return cmp.Or(b.covers(house, groups)-a.covers(house, groups), b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(out, func(n Notice) bool {
		was := seen[n.Service]
		seen[n.Service] = true
		return was
	})
}

// Words are what a caller hears; the promised end is said in the house's zone (F55).
func (n Notice) Words(zone *time.Location, now time.Time) telephony.Speech {
	end, today := n.EndsAt.In(zone), now.In(zone)
	till := "до " + end.Format("15:04")
	if end.YearDay() != today.YearDay() || end.Year() != today.Year() {
		till += ", " + end.Format("02.01")
	}
	text := strings.TrimRight(strings.TrimSpace(n.Text), ".") + "."
	return telephony.Speech{Text: fmt.Sprintf("Внимание! %s Ориентировочно %s.", text, till), Spare: telephony.SpareNotice}
}

// Reference is the number a caller joined with the notice is told: «двенадцать дробь три».
func Reference(number, n int) string { return fmt.Sprintf("%d/%d", number, n) }
