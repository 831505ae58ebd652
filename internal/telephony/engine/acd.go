package engine

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"d24/internal/telephony"
)

// Rules are how the queue decides.
type Rules struct {
	// LateAfter: from then on a waiting caller is close to the limit of answerWithin.
	LateAfter time.Duration
	// SoonBefore: so long before its promise a call-back is close to its limit.
	SoonBefore time.Duration
	// Surge: with more callers of one company than this, companies take turns (F18).
	Surge int
	// PerNumber: of one number at most so many calls reach operators at a time (S14).
	PerNumber int
	// Weights are the companies' shares in a surge; none is 1.
	Weights map[int64]int
}

// DefaultRules are in force as long as nothing else is set.
var DefaultRules = Rules{LateAfter: 3 * time.Minute, SoonBefore: 4 * time.Minute, Surge: 5, PerNumber: 2}

// answerWithin is the law's limit for an answer (ПП 416 п. 13).
const answerWithin = 5 * time.Minute

// Ranks of what waits: the higher one first.
const (
	rankTask     = telephony.PriorityTask
	rankInbound  = telephony.PriorityInbound
	rankRepeated = 55 // called before, not long ago, and reached nobody
	rankLimit    = telephony.PriorityCallback
	rankUrgent   = telephony.PriorityEmergency
	rankKey      = 80 // a caller who pressed the key for emergencies is a person on the line (F16)
)

// Waiter is a call or an order that waits for an operator.
type Waiter struct {
	Key       string
	Phone     string // "" anonymous
	Inbound   bool
	CompanyID int64 // 0: a call to a city's number, taken by whoever serves the city
	CityID    int64
	Priority  int
	Repeated  bool
	Since     time.Time
	Promise   time.Time // of a call-back; zero: none
	Passed    []int64   // operators who did not take it
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

// Moment is all that a decision depends on.
type Moment struct {
	Now     time.Time
	Waiting []Waiter
	Idle    []Idle
	Reached map[string]int // calls of a number that operators have now
	Shares  Shares
}

// source is whose callers wait: a company, or a city whose house is not known yet.
type source struct{ company, city int64 }

func (w Waiter) source() source {
	if w.CompanyID != 0 {
		return source{company: w.CompanyID}
	}
	return source{city: w.CityID}
}

// Shares are whose turn it is in a surge. Each call served puts its company off by one
// through its weight; one that was silent starts with the others and saves nothing up.
type Shares struct {
	at  float64
	tag map[source]float64
}

// serves reports whether the operator may take the call.
func (i Idle) serves(w Waiter) bool {
	if w.CompanyID != 0 {
		return slices.Contains(i.Companies, w.CompanyID)
	}
	return w.CityID == 0 || slices.Contains(i.Cities, w.CityID)
}

// rank is how urgent the waiter is now; turn orders those of one rank.
func (r Rules) rank(w Waiter, now time.Time) (rank int, turn time.Time) {
	switch {
	case w.Priority >= rankUrgent:
		if w.Inbound && w.Priority == rankUrgent {
			return rankKey, w.Since
		}
		return w.Priority, w.Since
	case w.Inbound && now.Sub(w.Since) >= r.LateAfter:
		return rankLimit, w.Since.Add(answerWithin)
	case !w.Promise.IsZero() && w.Promise.Sub(now) <= r.SoonBefore:
		return rankLimit, w.Promise
	case w.Inbound && w.Repeated:
		return rankRepeated, w.Since
	case !w.Promise.IsZero():
		return min(w.Priority, rankInbound), w.Since
	}
	return w.Priority, w.Since
}

// place is where a waiter stands; without pointers it is sorted twice as fast.
type place struct {
	rank int
	turn int64 // nanoseconds
	n    int   // which of Moment.Waiting
}

// placed is a waiter with its place in the queue.
type placed struct {
	*Waiter
	place

	nth     int // in the queue
	serving *pool
	same    *int // calls of its number that operators have; nil: not limited
}

func (d *decision) ordered(m Moment) []placed {
	places := make([]place, len(m.Waiting))
	for n, w := range m.Waiting {
		rank, turn := d.rules.rank(w, m.Now)
		places[n] = place{rank, turn.UnixNano(), n}
	}
	slices.SortFunc(places, func(a, b place) int {
		switch {
		case a.rank != b.rank:
			return b.rank - a.rank
		case a.turn != b.turn:
			return cmp.Compare(a.turn, b.turn)
		}
		return cmp.Compare(m.Waiting[a.n].Key, m.Waiting[b.n].Key)
	})
	out := make([]placed, len(places))
	for n, p := range places {
		w := &m.Waiting[p.n]
		out[n] = placed{w, p, n, d.pools[w.source()], d.same(w)}
	}
	return out
}

// Decide says who takes what. The most urgent first, of those the longest waiting; to
// the operator who has been idle longest among those who serve the company. One who
// has let this call pass gets it again only when nobody else is there. In a surge
// companies take turns by their weights, behind emergencies and before planned tasks.
// It also returns the shares for the next decision.
func (r Rules) Decide(m Moment) ([]Match, Shares) {
	d := newDecision(r, m)
	queue := d.ordered(m)
	if !surge(queue, r.Surge) {
		for _, w := range queue {
			if d.left == 0 {
				break
			}
			d.give(w)
		}
		return d.out, Shares{}
	}
	first := slices.IndexFunc(queue, func(p placed) bool { return p.rank < rankUrgent })
	last := slices.IndexFunc(queue, func(p placed) bool { return p.rank < rankInbound })
	if last < 0 {
		last = len(queue)
	}
	for _, w := range queue[:first] {
		d.give(w)
	}
	shares := d.inTurns(queue[first:last], m.Shares)
	for _, w := range queue[last:] {
		d.give(w)
	}
	return d.out, shares
}

// surge reports whether more callers of one source wait than most.
func surge(queue []placed, most int) bool {
	count := map[source]int{}
	for _, w := range queue {
		if w.rank < rankUrgent && w.rank >= rankInbound {
			s := w.source()
			if count[s]++; count[s] > most {
				return true
			}
		}
	}
	return false
}

// inTurns lets the sources take turns; within each the order stays.
func (d *decision) inTurns(queue []placed, was Shares) Shares {
	now := Shares{at: was.at, tag: maps.Clone(was.tag)}
	if now.tag == nil {
		now.tag = map[source]float64{}
	}
	lines := linesOf(queue, now)
	for d.left > 0 {
		var next *line
		if lines, next = d.turn(lines, now.at); next == nil {
			break
		}
		d.give(next.queue[0])
		next.queue = next.queue[1:]
		now.at = max(next.tag, now.at)
		next.tag = now.at + 1/float64(max(1, d.rules.Weights[next.source.company]))
		now.tag[next.source] = next.tag
	}
	return now
}

// line is the waiting of one source.
type line struct {
	source source
	tag    float64
	queue  []placed
}

// linesOf parts the queue by source. Whose turn is past and who has nobody waiting is
// forgotten.
func linesOf(queue []placed, now Shares) (lines []*line) {
	by := map[source]*line{}
	for _, w := range queue {
		s := w.source()
		l := by[s]
		if l == nil {
			l = &line{source: s, tag: now.tag[s]}
			by[s] = l
			lines = append(lines, l)
		}
		l.queue = append(l.queue, w)
	}
	maps.DeleteFunc(now.tag, func(s source, tag float64) bool { return by[s] == nil && tag <= now.at })
	return lines
}

// turn is the line that is served next: the one least served, of equals whose first
// caller comes first. Callers nobody can take leave their lines: that gets no better
// within a decision.
func (d *decision) turn(lines []*line, at float64) (left []*line, next *line) {
	left = lines[:0]
	for _, l := range lines {
		for len(l.queue) > 0 && !d.able(l.queue[0]) {
			l.queue = l.queue[1:]
		}
		if len(l.queue) == 0 {
			continue
		}
		left = append(left, l)
		if next == nil {
			next = l
			continue
		}
		mine, least := max(l.tag, at), max(next.tag, at)
		if mine < least || mine == least && l.queue[0].nth < next.queue[0].nth {
			next = l
		}
	}
	return left, next
}

// decision is one under way.
type decision struct {
	rules   Rules
	idle    []Idle // who has been idle longest first
	taken   []bool
	left    int
	pools   map[source]*pool
	counts  []int          // of numbers; never grows beyond its room, so that pointers stay
	reached map[string]int // where in counts
	out     []Match
}

// pool are the operators who serve a source, by their places in idle.
type pool struct{ serving []int }

func newDecision(r Rules, m Moment) *decision {
	d := &decision{rules: r, idle: slices.Clone(m.Idle), left: len(m.Idle), taken: make([]bool, len(m.Idle)), pools: map[source]*pool{}}
	room := len(m.Reached) + len(m.Waiting)
	d.counts, d.reached = make([]int, 0, room), make(map[string]int, room)
	for phone, n := range m.Reached {
		d.reached[phone], d.counts = len(d.counts), append(d.counts, n)
	}
	slices.SortFunc(d.idle, func(a, b Idle) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.UserID, b.UserID)) })
	for n := range m.Waiting {
		s := m.Waiting[n].source()
		if d.pools[s] == nil {
			d.pools[s] = &pool{}
		}
	}
	for n, i := range d.idle {
		for _, c := range i.Companies {
			d.pools[source{company: c}].add(n)
		}
		for _, c := range i.Cities {
			d.pools[source{city: c}].add(n)
		}
		d.pools[source{}].add(n)
	}
	return d
}

// add remembers an operator; what nobody waits for has no pool.
func (p *pool) add(n int) {
	if p != nil {
		p.serving = append(p.serving, n)
	}
}

// open are those of the pool that may still be free: the first one is.
func (d *decision) open(p *pool) []int {
	for len(p.serving) > 0 && d.taken[p.serving[0]] {
		p.serving = p.serving[1:]
	}
	return p.serving
}

// able reports whether somebody can take the waiter now.
func (d *decision) able(w placed) bool {
	return len(d.open(w.serving)) > 0 && (w.same == nil || *w.same < d.rules.PerNumber)
}

// same counts the calls of the waiter's number; nil: who hides his number is not one person.
func (d *decision) same(w *Waiter) *int {
	if !w.Inbound || w.Phone == "" {
		return nil
	}
	n, ok := d.reached[w.Phone]
	if !ok {
		n = len(d.counts)
		d.reached[w.Phone], d.counts = n, append(d.counts, 0)
	}
	return &d.counts[n]
}

// give gives the waiter to an operator if anybody can take it.
func (d *decision) give(w placed) {
	if !d.able(w) {
		return
	}
	best := -1
	for _, n := range d.open(w.serving) {
		if d.taken[n] {
			continue
		}
		if best < 0 {
			best = n
		}
		if !slices.Contains(w.Passed, d.idle[n].UserID) {
			best = n
			break
		}
	}
	d.taken[best] = true
	d.left--
	if w.same != nil {
		*w.same++
	}
	d.out = append(d.out, Match{w.Key, d.idle[best].UserID})
}
