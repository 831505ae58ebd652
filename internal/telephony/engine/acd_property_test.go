package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// serves reports whether the operator may take the call.
func (i Idle) serves(w Waiter) bool {
	if i.Own != 0 || w.Own {
		return i.Own == w.CompanyID
	}
	if w.CompanyID != 0 {
		return slices.Contains(i.Companies, w.CompanyID)
	}
	return w.CityID == 0 || slices.Contains(i.Cities, w.CityID)
}

// naive is the rule of Decide word by word, without any index: every step looks at all.
func naive(r Rules, m Moment) (out []Match) {
	waiting, idle := slices.Clone(m.Waiting), slices.Clone(m.Idle)
	reached := map[string]int{}
	for k, v := range m.Reached {
		reached[k] = v
	}
	at, tag := m.Shares.at, map[source]float64{}
	for k, v := range m.Shares.tag {
		tag[k] = v
	}
	among := func(rank int) bool { return rank < rankUrgent && rank >= rankInbound }
	callers := map[source]int{}
	inSurge := false
	for _, w := range waiting {
		if rank, _ := r.rank(&w, m.Now); among(rank) {
			callers[w.source()]++
			inSurge = inSurge || callers[w.source()] > r.Surge
		}
	}
	// earlier reports whether a goes before b.
	earlier := func(a, b Waiter) bool {
		ra, ta := r.rank(&a, m.Now)
		rb, tb := r.rank(&b, m.Now)
		if inSurge && among(ra) && among(rb) && a.source() != b.source() {
			if x, y := max(tag[a.source()], at), max(tag[b.source()], at); x != y {
				return x < y
			}
		}
		if ra != rb {
			return ra > rb
		}
		if !ta.Equal(tb) {
			return ta.Before(tb)
		}
		return a.Key < b.Key
	}
	operator := func(w Waiter) int {
		best := -1
		speaks := func(i Idle) bool { return w.Language != "" && slices.Contains(i.Languages, w.Language) }
		rank, _ := r.rank(&w, m.Now)
		only := w.Language != "" && rank < rankUrgent && m.Now.Sub(w.Since) < r.LanguageFor
		passed := func(i Idle) bool { return slices.Contains(w.Passed, i.UserID) }
		for n, i := range idle {
			if !i.serves(w) || only && !speaks(i) {
				continue
			}
			if best < 0 || passed(idle[best]) && !passed(i) || passed(idle[best]) == passed(i) && !speaks(idle[best]) && speaks(i) ||
				passed(idle[best]) == passed(i) && speaks(idle[best]) == speaks(i) && (i.Since.Before(idle[best].Since) || i.Since.Equal(idle[best].Since) && i.UserID < idle[best].UserID) {
				best = n
			}
		}
		return best
	}
	for {
		next := -1
		for n, w := range waiting {
			full := w.Inbound && w.Phone != "" && reached[w.Phone] >= r.PerNumber
			if !full && operator(w) >= 0 && (next < 0 || earlier(w, waiting[next])) {
				next = n
			}
		}
		if next < 0 {
			return out
		}
		w := waiting[next]
		n := operator(w)
		out = append(out, Match{w.Key, idle[n].UserID})
		if w.Inbound && w.Phone != "" {
			reached[w.Phone]++
		}
		if rank, _ := r.rank(&w, m.Now); inSurge && among(rank) {
			at = max(tag[w.source()], at)
			tag[w.source()] = at + 1/float64(max(1, r.Weights[w.CompanyID]))
		}
		waiting, idle = slices.Delete(waiting, next, next+1), slices.Delete(idle, n, n+1)
	}
}

var floorNow = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// someMoment is a queue of up to calls waiters and up to operators idle ones.
func someMoment(dice *rand.Rand, calls, operators, companies int) Moment {
	m := Moment{Now: floorNow, Reached: map[string]int{}}
	ago := func(sec int) time.Time { return floorNow.Add(-time.Duration(dice.IntN(sec)) * time.Second) }
	for n := range calls {
		w := Waiter{
			Key: fmt.Sprint("c", n), Phone: fmt.Sprint(dice.IntN(calls)), Inbound: dice.IntN(4) > 0, CompanyID: int64(dice.IntN(companies)), CityID: int64(1 + dice.IntN(3)),
			Priority: telephony.PriorityInbound, Repeated: dice.IntN(8) == 0, Slow: dice.IntN(6) == 0, Since: ago(400),
		}
		switch {
		case dice.IntN(20) == 0:
			w.Priority = telephony.PriorityEmergency
		case dice.IntN(40) == 0:
			w.Priority = telephony.PriorityCut
		case !w.Inbound && dice.IntN(2) == 0:
			w.Priority, w.Promise = telephony.PriorityCallback, w.Since.Add(10*time.Minute)
		case !w.Inbound:
			w.Priority = telephony.PriorityTask
		}
		if w.Inbound && dice.IntN(3) == 0 {
			w.Language = languages[dice.IntN(len(languages))]
		}
		w.Own = w.CompanyID != 0 && dice.IntN(4) == 0
		for range dice.IntN(3) {
			w.Passed = append(w.Passed, int64(dice.IntN(operators+1)))
		}
		m.Waiting = append(m.Waiting, w)
	}
	for n := range operators {
		i := Idle{UserID: int64(n + 1), Since: ago(100), Cities: []int64{int64(1 + dice.IntN(3))}}
		for c := range companies {
			if c > 0 && dice.IntN(3) == 0 {
				i.Companies = append(i.Companies, int64(c))
			}
		}
		if dice.IntN(3) == 0 {
			i.Own = int64(1 + dice.IntN(companies))
			i.Companies, i.Cities = []int64{i.Own}, nil
		}
		for _, l := range languages {
			if dice.IntN(3) == 0 {
				i.Languages = append(i.Languages, l)
			}
		}
		m.Idle = append(m.Idle, i)
	}
	return m
}

var languages = []string{"tt", "uz"}

// TestDecideIsTheNaiveRule compares the indexed decision with the naive one, and looks
// at what must hold whatever the order is.
func TestDecideIsTheNaiveRule(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	dice := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a dice
	for range 3000 {
		r := DefaultRules
		r.Surge, r.PerNumber = dice.IntN(8), 1+dice.IntN(3)
		r.Weights = map[int64]int{1: 1 + dice.IntN(3), 2: dice.IntN(3)}
		m := someMoment(dice, dice.IntN(30), dice.IntN(12), 1+dice.IntN(6))
		for range 3 { // the shares go from one decision to the next
			want := naive(r, m)
			got, shares := r.Decide(m)
			require.Equal(t, want, got, "seed %d: %+v", seed, m)
			m.Shares = shares
			sound(t, r, m, got)
		}
	}
}

// sound: nobody twice, no call of a company he does not serve, no number over its
// limit, and nobody idle beside a caller he could take.
func sound(t *testing.T, r Rules, m Moment, got []Match) {
	t.Helper()
	calls, people, numbers := map[string]bool{}, map[int64]bool{}, map[string]int{}
	for _, x := range got {
		w := m.Waiting[slices.IndexFunc(m.Waiting, func(w Waiter) bool { return w.Key == x.Key })]
		i := m.Idle[slices.IndexFunc(m.Idle, func(i Idle) bool { return i.UserID == x.UserID })]
		require.True(t, i.serves(w), "an operator gets only calls of companies he serves")
		require.True(t, !r.keeps(&w, m.Now) || slices.Contains(i.Languages, w.Language), "who is kept for his language goes to those who speak it")
		require.False(t, calls[x.Key] || people[x.UserID])
		calls[x.Key], people[x.UserID] = true, true
		if w.Inbound {
			numbers[w.Phone]++
			require.LessOrEqual(t, numbers[w.Phone], r.PerNumber)
		}
	}
	for _, w := range m.Waiting {
		if calls[w.Key] || w.Inbound && numbers[w.Phone] >= r.PerNumber {
			continue
		}
		for _, i := range m.Idle {
			able := !r.keeps(&w, m.Now) || slices.Contains(i.Languages, w.Language)
			require.False(t, able && i.serves(w) && !people[i.UserID], "%s waits beside an idle operator", w.Key)
		}
	}
}

// served lets one operator take n calls, one after another, from queues that never end.
func served(r Rules, n int, waiting func(n int) []Waiter) map[int64]int {
	count := map[int64]int{}
	m := Moment{Now: floorNow}
	for k := range n {
		m.Waiting = waiting(k)
		m.Idle = []Idle{{UserID: 1, Companies: []int64{1, 2, 3}}}
		got, shares := r.Decide(m)
		m.Shares = shares
		for _, w := range m.Waiting {
			if w.Key == got[0].Key {
				count[w.CompanyID]++
			}
		}
	}
	return count
}

// flood is calls of a company that have waited for sec seconds.
func flood(company int64, calls, sec int) (out []Waiter) {
	for n := range calls {
		out = append(out, Waiter{
			Key: fmt.Sprint(company, "-", n), Phone: fmt.Sprint(company, n), Inbound: true, CompanyID: company, Priority: telephony.PriorityInbound,
			Since: floorNow.Add(-time.Duration(sec) * time.Second),
		})
	}
	return out
}

// TestACompanyInSurgeDoesNotStarveOthers is F18: three hundred callers of one company,
// most of them near the limit, leave the others their turns.
func TestACompanyInSurgeDoesNotStarveOthers(t *testing.T) { // F18
	both := func(int) []Waiter { return append(flood(1, 300, 250), flood(2, 3, 5)...) }
	require.Equal(t, map[int64]int{1: 50, 2: 50}, served(DefaultRules, 100, both))

	r := DefaultRules
	r.Weights = map[int64]int{1: 3}
	require.Equal(t, map[int64]int{1: 75, 2: 25}, served(r, 100, both), "by weights")

	late := func(k int) []Waiter { // silent for fifty decisions: nothing is saved up
		if k < 50 {
			return flood(1, 300, 250)
		}
		return both(k)
	}
	require.Equal(t, map[int64]int{1: 75, 2: 25}, served(DefaultRules, 100, late))
}

// TestRanks: an emergency key goes ahead of everything but a caller who was cut; then
// what is close to its limit by the limit, repeated callers, the others, planned tasks.
func TestRanks(t *testing.T) { // F1, F16
	ago := func(sec int) time.Time { return floorNow.Add(-time.Duration(sec) * time.Second) }
	call := func(key string, sec, priority int, repeated bool) Waiter {
		return Waiter{Key: key, Inbound: true, CompanyID: 1, Priority: priority, Since: ago(sec), Repeated: repeated}
	}
	back := func(key string, left int) Waiter {
		p := floorNow.Add(time.Duration(left) * time.Second)
		return Waiter{Key: key, CompanyID: 1, Priority: telephony.PriorityCallback, Since: p.Add(-10 * time.Minute), Promise: p}
	}
	m := Moment{Now: floorNow, Waiting: []Waiter{
		{Key: "task", CompanyID: 1, Priority: telephony.PriorityTask, Since: ago(4000)},
		call("new", 1, telephony.PriorityInbound, false), call("waits", 100, telephony.PriorityInbound, false), call("again", 1, telephony.PriorityInbound, true),
		call("at the limit", 200, telephony.PriorityInbound, false), back("call-back due", 60), back("call-back", 599),
		{Key: "handover", CompanyID: 1, Priority: telephony.PriorityEmergency, Since: ago(50)},
		call("key", 1, telephony.PriorityEmergency, false), call("cut", 1, telephony.PriorityCut, false),
	}}
	for n := range len(m.Waiting) {
		m.Idle = append(m.Idle, Idle{UserID: int64(n), Companies: []int64{1}})
	}
	got, _ := DefaultRules.Decide(m)
	var keys []string
	for _, x := range got {
		keys = append(keys, x.Key)
	}
	require.Equal(t, []string{"cut", "key", "handover", "call-back due", "at the limit", "again", "waits", "call-back", "new", "task"}, keys)
}

// TestOneNumberDoesNotHoldAllOperators is S14.
func TestOneNumberDoesNotHoldAllOperators(t *testing.T) { // S14
	m := Moment{Now: floorNow, Reached: map[string]int{"x": 1}}
	for n := range 10 {
		m.Waiting = append(m.Waiting, Waiter{Key: fmt.Sprint("x", n), Phone: "x", Inbound: true, CompanyID: 1, Priority: telephony.PriorityInbound, Since: floorNow.Add(-time.Minute)})
		m.Idle = append(m.Idle, Idle{UserID: int64(n), Companies: []int64{1}})
	}
	m.Waiting = append(m.Waiting, flood(1, 2, 1)...)
	got, _ := DefaultRules.Decide(m)
	require.Equal(t, []Match{{"x0", 0}, {"1-0", 1}, {"1-1", 2}}, got, "one more of that number, and both others")
	m.Reached = map[string]int{"": 5}
	for n := range m.Waiting {
		m.Waiting[n].Phone = ""
	}
	got, _ = DefaultRules.Decide(m)
	require.Len(t, got, 10, "who hides his number is not one person")
}

// BenchmarkDecide is one decision at 500 waiting calls and 200 idle operators of 50 companies.
func BenchmarkDecide(b *testing.B) {
	m := someMoment(rand.New(rand.NewPCG(1, 1)), 500, 200, 50) //nolint:gosec // a dice
	for b.Loop() {
		_, m.Shares = DefaultRules.Decide(m)
	}
}

// BenchmarkDecideOne is the same when one operator has just got free: what happens all
// day in a surge.
func BenchmarkDecideOne(b *testing.B) {
	m := someMoment(rand.New(rand.NewPCG(1, 1)), 500, 200, 50) //nolint:gosec // a dice
	m.Idle = m.Idle[:1]
	for b.Loop() {
		_, m.Shares = DefaultRules.Decide(m)
	}
}

// BenchmarkDecideFloor is what any decision must do at least: rank and sort those who
// wait, and read once whom each operator serves.
func BenchmarkDecideFloor(b *testing.B) {
	m := someMoment(rand.New(rand.NewPCG(1, 1)), 500, 200, 50) //nolint:gosec // a dice
	for b.Loop() {
		(&decision{rules: DefaultRules, now: m.Now, waiting: m.Waiting}).ordered()
		serving := map[int64]int{}
		for _, i := range m.Idle {
			for _, c := range i.Companies {
				serving[c]++
			}
		}
	}
}
