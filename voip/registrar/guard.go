package registrar

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Weights of what an address does, and how much of it shuts the address out. A phone that is
// well asks and proves in turn: it weighs nothing.
const (
	weighsAsk   = 1
	weighsGuess = 10

	defaultLimit  = 100 // ten wrong passwords, or a hundred names tried without one
	defaultWithin = 5 * time.Minute
	defaultFor    = 30 * time.Minute
	maxWatched    = 10000
)

// Ban is an address that is shut out.
type Ban struct {
	ID      string // its name
	Address netip.Addr
	Guesses int // wrong passwords that came from it
	Since   time.Time
	Until   time.Time
}

// Guard shuts out addresses from which names and passwords are guessed (S8). It is told by a
// Registrar and asked by a sip.Filter (Shut). A nil Guard shuts nobody out.
type Guard struct {
	// Limit, Within, For: so much weight within the time shuts an address out for the time;
	// zeros: ten wrong passwords in 5 minutes, 30 minutes.
	Limit       int
	Within, For time.Duration
	// Spare says whom a ban of his address does not reach: the phone that is registered
	// from this very source, whoever guesses behind the same address.
	Spare func(source netip.AddrPort) bool
	// OnBan, when set before use, hears of a ban.
	OnBan func(Ban)

	mu   sync.Mutex
	seen map[netip.Addr]*tally
	bans map[netip.Addr]Ban
}

type tally struct {
	since   time.Time
	weight  int
	guesses int
}

// Shut reports whether nothing is to be read of a source.
func (g *Guard) Shut(source netip.AddrPort) bool {
	ip := source.Addr().Unmap()
	g.mu.Lock()
	b, is := g.bans[ip]
	if is && !time.Now().Before(b.Until) {
		delete(g.bans, ip)
		is = false
	}
	g.mu.Unlock()
	return is && (g.Spare == nil || !g.Spare(netip.AddrPortFrom(ip, source.Port())))
}

// Bans are those in force, the oldest first.
func (g *Guard) Bans() []Ban {
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.bans, func(_ netip.Addr, b Ban) bool { return !now.Before(b.Until) })
	return slices.SortedFunc(maps.Values(g.bans), func(a, b Ban) int {
		if d := a.Since.Compare(b.Since); d != 0 {
			return d
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// Lift ends the ban of this name, if there is one.
func (g *Guard) Lift(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.bans, func(_ netip.Addr, b Ban) bool { return b.ID == id })
}

// asked hears that a source was asked for a proof; wrong: it had given one that is none.
func (g *Guard) asked(source string, wrong bool) {
	at, err := netip.ParseAddrPort(source)
	if g == nil || err != nil {
		return
	}
	if b, is := g.weigh(at.Addr().Unmap(), wrong, time.Now()); is && g.OnBan != nil {
		g.OnBan(b)
	}
}

func (g *Guard) weigh(ip netip.Addr, wrong bool, now time.Time) (b Ban, is bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.seen[ip]
	if t == nil || now.Sub(t.since) > orElse(g.Within, defaultWithin) {
		if g.seen == nil || len(g.seen) >= maxWatched {
			g.seen = map[netip.Addr]*tally{}
		}
		t = &tally{since: now}
		g.seen[ip] = t
	}
	t.weight += weighsAsk
	if wrong {
		t.weight += weighsGuess - weighsAsk
		t.guesses++
	}
	if t.weight < orElse(g.Limit, defaultLimit) {
		return b, false
	}
	delete(g.seen, ip)
	if was, stands := g.bans[ip]; stands { // a phone that is spared guesses on
		was.Guesses += t.guesses
		g.bans[ip] = was
		return b, false
	}
	if g.bans == nil {
		g.bans = map[netip.Addr]Ban{}
	}
	b = Ban{ID: sip.GenerateTagN(16), Address: ip, Guesses: t.guesses, Since: now, Until: now.Add(orElse(g.For, defaultFor))}
	g.bans[ip] = b
	return b, true
}

// proved hears that a source has answered as it should: the question it was asked before
// weighs nothing. What was guessed behind the same address stays.
func (g *Guard) proved(source string) {
	at, err := netip.ParseAddrPort(source)
	if g == nil || err != nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.seen[at.Addr().Unmap()]; t != nil && t.weight > t.guesses*weighsGuess {
		t.weight -= weighsAsk
	}
}

func orElse[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}
