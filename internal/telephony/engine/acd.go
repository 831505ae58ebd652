package engine

import (
	"cmp"
	"container/heap"
	"maps"
	"math/bits"
	"slices"
	"time"

	"d24/internal/telephony"
)

// Rules are how the queue decides.
type Rules struct {
	// LateAfter: from then on a waiting caller is close to the limit of telephony.AnswerWithin.
	LateAfter time.Duration
	// SoonBefore: so long before its promise a call-back is close to its limit.
	SoonBefore time.Duration
	// Surge: with more callers of one company than this, companies take turns (F18).
	Surge int
	// PerNumber: of one number at most so many calls reach operators at a time (S14).
	PerNumber int
	// Weights are the companies' shares in a surge; none is 1.
	Weights map[int64]int
	// LanguageFor: so long a caller is kept for operators who speak his language.
	LanguageFor time.Duration
}

// DefaultRules are in force as long as nothing else is set.
var DefaultRules = Rules{LateAfter: 3 * time.Minute, SoonBefore: 4 * time.Minute, Surge: 5, PerNumber: 2, LanguageFor: 30 * time.Second}

// Ranks of what waits: the higher one first.
const (
	rankTask     = telephony.PriorityTask
	rankSlow     = 30 // nobody has spoken from this number again and again (F17)
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
	Slow      bool // behind the other callers, until he is close to the limit: then he is one of them
	Since     time.Time
	Promise   time.Time // of a call-back; zero: none
	Passed    []int64   // operators who did not take it
	For       int64     // only this operator; 0: any
	Leads     bool      // once its promise is broken, shift leads on a break take it too (F30)
	Own       bool      // his company's own operators alone may take him (C8)
	Language  string    // he is to be answered in; "" any: none is known, or nobody at work speaks it
}

// Idle is an operator who is ready.
type Idle struct {
	UserID    int64
	Companies []int64
	Cities    []int64
	Languages []string
	Since     time.Time // ready since
	Reserve   bool      // on a break: only for what he asked for, a lead for promises that are broken too
	Lead      bool      // a shift lead
	Own       int64     // the company whose own operator he is: no other's call comes to him (C8); 0: one of ours
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

func (w *Waiter) source() source {
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

// rank is how urgent the waiter is now; turn orders those of one rank.
func (r Rules) rank(w *Waiter, now time.Time) (rank int, turn time.Time) {
	switch {
	case w.Priority >= rankUrgent:
		if w.Inbound && w.Priority == rankUrgent {
			return rankKey, w.Since
		}
		return w.Priority, w.Since
	case w.Inbound && w.Slow && now.Sub(w.Since) < r.LateAfter:
		return rankSlow, w.Since
	case w.Inbound && w.Slow:
		return rankInbound, w.Since
	case w.Inbound && now.Sub(w.Since) >= r.LateAfter:
		return rankLimit, w.Since.Add(telephony.AnswerWithin)
	case !w.Promise.IsZero() && w.Promise.Sub(now) <= r.SoonBefore:
		return max(rankLimit, w.Priority), w.Promise
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

// Decide says who takes what. The most urgent first, of those the longest waiting; to
// the operator who has been idle longest among those who serve the company. One who
// has let this call pass gets it again only when nobody else is there. A caller of a
// language is kept for those who speak it for a while, an emergency is not; they come first
// afterwards too. In a surge
// companies take turns by their weights, behind emergencies and before planned tasks.
// It also returns the shares for the next decision.
func (r Rules) Decide(m Moment) ([]Match, Shares) {
	d := newDecision(r, m)
	queue := d.ordered()
	if !d.surge(queue) {
		d.all(queue)
		return d.out, Shares{}
	}
	below := func(rank int) int {
		if n := slices.IndexFunc(queue, func(p place) bool { return p.rank < rank }); n >= 0 {
			return n
		}
		return len(queue)
	}
	urgent, callers := below(rankUrgent), below(rankInbound)
	d.all(queue[:urgent])
	shares := d.inTurns(queue[urgent:callers], m.Shares)
	d.all(queue[callers:])
	return d.out, shares
}

// all gives the waiters of a queue in its order.
func (d *decision) all(queue []place) {
	for _, p := range queue {
		if d.left == 0 {
			return
		}
		if d.able(p.n) {
			d.give(p.n)
		}
	}
}

// surge reports whether more callers of one source wait than the rules let pass as
// usual.
func (d *decision) surge(queue []place) bool {
	count := make([]int, d.sources)
	for _, p := range queue {
		if p.rank < rankUrgent && p.rank >= rankInbound {
			s := d.source[p.n]
			if count[s]++; count[s] > d.rules.Surge {
				return true
			}
		}
	}
	return false
}

// line is the waiting of one source.
type line struct {
	source source
	tag    float64
	queue  []ordinal
}

// ordinal is a waiter: which in the queue, and which of Moment.Waiting.
type ordinal struct{ nth, n int }

// lines is a heap: the line least served on top, of equals whose first comes first.
// Tags are never below Shares.at, and that only grows to the least of them: what a line
// is compared by stays until it is served.
type lines []*line

func (h lines) Len() int      { return len(h) }
func (h lines) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h lines) Less(i, j int) bool {
	if h[i].tag != h[j].tag {
		return h[i].tag < h[j].tag
	}
	return h[i].queue[0].nth < h[j].queue[0].nth
}

// Push is never used: lines only get shorter.
func (h *lines) Push(any) {}

// Pop is for package heap.
func (h *lines) Pop() any {
	old := *h
	*h = old[:len(old)-1]
	return old[len(old)-1]
}

// inTurns lets the sources take turns; within each the order stays. Callers nobody can
// take leave their lines: that gets no better within a decision.
func (d *decision) inTurns(queue []place, was Shares) Shares {
	now := Shares{at: was.at, tag: maps.Clone(was.tag)}
	if now.tag == nil {
		now.tag = map[source]float64{}
	}
	h := d.linesOf(queue, now)
	for len(h) > 0 && d.left > 0 {
		l := h[0]
		if n := l.queue[0].n; d.able(n) {
			d.give(n)
			now.at = l.tag
			l.tag += 1 / float64(max(1, d.rules.Weights[l.source.company]))
			now.tag[l.source] = l.tag
		}
		if l.queue = l.queue[1:]; len(l.queue) == 0 {
			heap.Pop(&h)
		} else {
			heap.Fix(&h, 0)
		}
	}
	return now
}

// linesOf parts the queue by source. Whose turn is past and who has nobody waiting is
// forgotten.
func (d *decision) linesOf(queue []place, now Shares) lines {
	by := make([]*line, d.sources)
	var out lines
	for nth, p := range queue {
		l := by[d.source[p.n]]
		if l == nil {
			s := d.waiting[p.n].source()
			l = &line{source: s, tag: max(now.tag[s], now.at)}
			by[d.source[p.n]] = l
			out = append(out, l)
		}
		l.queue = append(l.queue, ordinal{nth, p.n})
	}
	waits := make(map[source]bool, len(out))
	for _, l := range out {
		waits[l.source] = true
	}
	maps.DeleteFunc(now.tag, func(s source, tag float64) bool { return !waits[s] && tag <= now.at })
	heap.Init(&out)
	return out
}

// decision is one under way. Sets of operators are bits, by who has been idle longest:
// the first bit set is who takes the call.
type decision struct {
	rules   Rules
	now     time.Time
	waiting []Waiter
	source  []int // of each waiter, by number
	sources int
	idle    []int64 // users, who has been idle longest first
	words   int     // of one set
	free    []uint64
	reserve []uint64 // those on a break
	lead    []bool
	own     []int64  // of each, his company
	serving []uint64 // words for each source
	speaks  map[string][]uint64
	left    int
	reached map[string]int
	out     []Match
}

func newDecision(r Rules, m Moment) *decision {
	d := &decision{
		rules: r, now: m.Now, waiting: m.Waiting, source: make([]int, len(m.Waiting)), left: len(m.Idle), words: (len(m.Idle) + 63) / 64,
		reached: maps.Clone(m.Reached),
	}
	if d.reached == nil {
		d.reached = map[string]int{}
	}
	companies, cities := map[int64]int{}, map[int64]int{}
	for n := range m.Waiting {
		of, id := cities, m.Waiting[n].CityID
		if c := m.Waiting[n].CompanyID; c != 0 {
			of, id = companies, c
		}
		s, known := of[id]
		if !known {
			s = d.sources
			of[id] = s
			d.sources++
		}
		d.source[n] = s
	}
	d.seat(m.Idle, companies, cities)
	return d
}

// seat sorts the operators and notes whom they serve.
func (d *decision) seat(idle []Idle, companies, cities map[int64]int) {
	type seated struct {
		since, user int64
		n           int
	}
	order := make([]seated, len(idle))
	for n := range idle {
		order[n] = seated{idle[n].Since.UnixNano(), idle[n].UserID, n}
	}
	slices.SortFunc(order, func(a, b seated) int { return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.user, b.user)) })
	d.idle, d.free, d.serving = make([]int64, len(idle)), make([]uint64, d.words), make([]uint64, d.words*d.sources)
	d.reserve, d.lead, d.speaks = make([]uint64, d.words), make([]bool, len(idle)), map[string][]uint64{}
	d.own = make([]int64, len(idle))
	for n := range d.waiting {
		if l := d.waiting[n].Language; l != "" && d.speaks[l] == nil {
			d.speaks[l] = make([]uint64, d.words)
		}
	}
	anywhere, unknown := cities[0]
	for bit, o := range order {
		word, mask := bit/64, uint64(1)<<(bit%64)
		d.idle[bit] = o.user
		d.free[word] |= mask
		d.lead[bit], d.own[bit] = idle[o.n].Lead, idle[o.n].Own
		if idle[o.n].Reserve {
			d.reserve[word] |= mask
		}
		d.speak(idle[o.n].Languages, word, mask)
		for _, c := range idle[o.n].Companies {
			if s, waits := companies[c]; waits {
				d.serving[s*d.words+word] |= mask
			}
		}
		for _, c := range idle[o.n].Cities {
			if s, waits := cities[c]; waits {
				d.serving[s*d.words+word] |= mask
			}
		}
		if unknown {
			d.serving[anywhere*d.words+word] |= mask
		}
	}
}

// ordered is the queue by rank, and by turn within one.
func (d *decision) ordered() []place {
	places := make([]place, len(d.waiting))
	for n := range d.waiting {
		rank, turn := d.rules.rank(&d.waiting[n], d.now)
		places[n] = place{rank, turn.UnixNano(), n}
	}
	slices.SortFunc(places, func(a, b place) int {
		switch {
		case a.rank != b.rank:
			return b.rank - a.rank
		case a.turn != b.turn:
			return cmp.Compare(a.turn, b.turn)
		}
		return cmp.Compare(d.waiting[a.n].Key, d.waiting[b.n].Key)
	})
	return places
}

// speak notes the languages of an operator, as far as somebody waits for them.
func (d *decision) speak(languages []string, word int, mask uint64) {
	for _, l := range languages {
		if set := d.speaks[l]; set != nil {
			set[word] |= mask
		}
	}
}

// keeps reports whether a waiter is for those only who speak his language.
func (r Rules) keeps(w *Waiter, now time.Time) bool {
	rank, _ := r.rank(w, now)
	return w.Language != "" && rank < rankUrgent && now.Sub(w.Since) < r.LanguageFor
}

// able reports whether somebody can take the waiter now.
func (d *decision) able(n int) bool {
	if d.best(n, nil) < 0 {
		return false
	}
	w := &d.waiting[n]
	return !w.limited() || d.reached[w.Phone] < d.rules.PerNumber
}

// limited: who hides his number is not one person.
func (w *Waiter) limited() bool { return w.Inbound && w.Phone != "" }

// best is the operator for the waiter, by his bit: who speaks his language before who does
// not, and who is none of but; -1: nobody.
func (d *decision) best(n int, but []int64) int {
	w := &d.waiting[n]
	if w.Language == "" {
		return d.first(n, but, nil)
	}
	if bit := d.first(n, but, d.speaks[w.Language]); bit >= 0 || d.rules.keeps(w, d.now) {
		return bit
	}
	return d.first(n, but, nil)
}

// first is the free operator for the waiter who has been idle longest and is none of
// but, of those among only when that is given; -1: nobody.
func (d *decision) first(n int, but []int64, among []uint64) int {
	serving := d.serving[d.source[n]*d.words:][:d.words]
	for i, free := range d.free {
		if among != nil {
			free &= among[i]
		}
		for set := serving[i] & free; set != 0; set &= set - 1 {
			bit := i*64 + bits.TrailingZeros64(set)
			if d.may(n, bit) && !slices.Contains(but, d.idle[bit]) {
				return bit
			}
		}
	}
	return -1
}

// may: a company's own operator takes its calls alone, an operator on a break is rung for what
// he asked for himself, and a shift lead for a promise that is broken.
func (d *decision) may(n, bit int) bool {
	w, resting := &d.waiting[n], d.reserve[bit/64]&(1<<(bit%64)) != 0
	switch {
	case (w.Own || d.own[bit] != 0) && d.own[bit] != w.CompanyID:
		return false
	case w.For != 0:
		return d.idle[bit] == w.For
	case resting:
		return w.Leads && d.lead[bit] && !d.now.Before(w.Promise)
	}
	return true
}

// give gives the waiter, who is able, to an operator.
func (d *decision) give(n int) {
	w := &d.waiting[n]
	bit := d.best(n, w.Passed)
	if bit < 0 {
		bit = d.best(n, nil)
	}
	d.free[bit/64] &^= 1 << (bit % 64)
	d.left--
	if w.limited() {
		d.reached[w.Phone]++
	}
	d.out = append(d.out, Match{w.Key, d.idle[bit]})
}
