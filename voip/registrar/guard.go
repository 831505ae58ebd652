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

// sourcesOfHome is how many sources of an address with phones of ours are shut out one by one;
// then all of it is, as somebody goes from port to port there.
const sourcesOfHome = 3

// Ban is an address that is shut out, or one source of it.
type Ban struct {
	ID      string // its name
	Address netip.Addr
	Port    uint16 // 0: every one
	Guesses int    // wrong passwords that came from it
	Since   time.Time
	Until   time.Time
}

// Source is the address, with the port when the ban is of one.
func (b Ban) Source() string {
	if b.Port == 0 {
		return b.Address.String()
	}
	return netip.AddrPortFrom(b.Address, b.Port).String()
}

// Guard shuts out who guesses names and passwords (S8). It is told by a Registrar and asked
// by a sip.Filter (Shut). An address is shut out whole; one from which phones of ours are
// registered source by source at first, as a single telephone with an old password is the
// commonest guesser. A nil Guard shuts nobody out.
type Guard struct {
	// Limit, Within, For: so much weight within the time shuts out for the time;
	// zeros: ten wrong passwords in 5 minutes, 30 minutes.
	Limit       int
	Within, For time.Duration
	// Spare says whom a ban does not reach: the phone that is registered from this very source.
	Spare func(source netip.AddrPort) bool
	// Home says whether phones of ours are registered from an address.
	Home func(ip netip.Addr) bool
	// OnBan, when set before use, hears of a ban.
	OnBan func(Ban)

	mu   sync.Mutex
	seen map[netip.AddrPort]*tally // port 0: of an address
	bans map[netip.AddrPort]Ban
}

type tally struct {
	since   time.Time
	weight  int
	guesses int
}

// Shut reports whether nothing is to be read of a source.
func (g *Guard) Shut(source netip.AddrPort) bool {
	source = netip.AddrPortFrom(source.Addr().Unmap(), source.Port())
	now := time.Now()
	g.mu.Lock()
	is := now.Before(g.bans[source].Until) || now.Before(g.bans[whole(source)].Until)
	g.mu.Unlock()
	return is && (g.Spare == nil || !g.Spare(source))
}

func whole(source netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(source.Addr(), 0) }

// Bans are those in force, the oldest first.
func (g *Guard) Bans() []Ban {
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.bans, func(_ netip.AddrPort, b Ban) bool { return !now.Before(b.Until) })
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
	maps.DeleteFunc(g.bans, func(_ netip.AddrPort, b Ban) bool { return b.ID == id })
}

// Guesses counts the wrong passwords of late from an address that is not shut out.
func (g *Guard) Guesses(ip netip.Addr) (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for at, t := range g.seen {
		if at.Addr() == ip {
			n += t.guesses
		}
	}
	return n
}

// of is whose a source's deeds are: its own in a home of our phones, else its address's.
func (g *Guard) of(source string) (netip.AddrPort, bool) {
	if g == nil {
		return netip.AddrPort{}, false
	}
	at, err := netip.ParseAddrPort(source)
	if err != nil {
		return at, false
	}
	at = netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
	if g.Home == nil || !g.Home(at.Addr()) {
		at = whole(at)
	}
	return at, true
}

// asked hears that a source was asked for a proof; wrong: it had given one that is none.
func (g *Guard) asked(source string, wrong bool) {
	at, ok := g.of(source)
	if !ok {
		return
	}
	if b, is := g.weigh(at, wrong, time.Now()); is && g.OnBan != nil {
		g.OnBan(b)
	}
}

func (g *Guard) weigh(at netip.AddrPort, wrong bool, now time.Time) (b Ban, is bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.seen[at]
	if t == nil || now.Sub(t.since) > orElse(g.Within, defaultWithin) {
		if g.seen == nil || len(g.seen) >= maxWatched {
			g.seen = map[netip.AddrPort]*tally{}
		}
		t = &tally{since: now}
		g.seen[at] = t
	}
	t.weight += weighsAsk
	if wrong {
		t.weight += weighsGuess - weighsAsk
		t.guesses++
	}
	if t.weight < orElse(g.Limit, defaultLimit) {
		return b, false
	}
	delete(g.seen, at)
	if was, stands := g.bans[at]; stands && now.Before(was.Until) { // a phone that is spared guesses on
		was.Guesses += t.guesses
		g.bans[at] = was
		return b, false
	}
	if g.bans == nil {
		g.bans = map[netip.AddrPort]Ban{}
	}
	if at.Port() != 0 && g.sources(at.Addr(), now) >= sourcesOfHome {
		at = whole(at)
	}
	b = Ban{ID: sip.GenerateTagN(16), Address: at.Addr(), Port: at.Port(), Guesses: t.guesses, Since: now, Until: now.Add(orElse(g.For, defaultFor))}
	g.bans[at] = b
	return b, true
}

// sources counts those of an address that are shut out.
func (g *Guard) sources(ip netip.Addr, now time.Time) (n int) {
	for at, b := range g.bans {
		if at.Addr() == ip && at.Port() != 0 && now.Before(b.Until) {
			n++
		}
	}
	return n
}

// proved hears that a source has answered as it should: the question it was asked before
// weighs nothing. What was guessed stays.
func (g *Guard) proved(source string) {
	at, ok := g.of(source)
	if !ok {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.seen[at]; t != nil && t.weight > t.guesses*weighsGuess {
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
