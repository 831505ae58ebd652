package engine

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"d24/internal/telephony"
	"d24/voip/trunk"
)

// lookup asks where a provider is (RFC 3263).
type lookup func(ctx context.Context, host string, port int, transport string) (trunk.Answer, error)

// names are the addresses behind the host names of trunks: the filter lets packets in by
// address alone, and what a name server said last is good until it says something else (F81).
type names struct {
	e      *Engine
	lookup lookup
	mu     sync.Mutex
	known  map[string]named    // by nameOf
	turn   map[string]int      // which of a name's places is used, where it has several
	kept   map[string][]string // as in the file
}

type named struct {
	answer []trunk.Place
	places []trunk.Place // in the order in which they are tried
	asked  time.Time
	lasts  time.Duration // how long the answer is good
	silent bool          // the last question had no answer
}

// Waits of name servers.
const (
	nameFor    = 2 * time.Second  // an answer
	nameLasts  = 30 * time.Second // of one that does not say how long it is good
	nameLeast  = 5 * time.Second  // however short it is good
	nameMost   = time.Hour        // however long
	namesFresh = 5 * time.Second  // after a question without an answer
)

func newNames(e *Engine) *names {
	n := &names{e: e, lookup: e.d.Lookup, known: map[string]named{}, turn: map[string]int{}}
	if n.lookup == nil {
		n.lookup = (&trunk.Names{}).Find
	}
	return n
}

func (n *names) path() string { return filepath.Join(n.e.cfg.Data, "engine", "names.known") }

// nameOf is what is asked for a trunk: without a port the service of its transport, otherwise the
// host alone.
func nameOf(x telephony.Trunk) string {
	if x.Port != 0 || net.ParseIP(x.Host) != nil {
		return x.Host
	}
	return x.Host + "/" + x.Transport
}

// refresh asks for the names whose time has come, together; it takes two seconds at most.
func (n *names) refresh(ctx context.Context, list []telephony.Trunk) {
	if n.kept == nil {
		n.recall()
	}
	var all sync.WaitGroup
	for _, x := range called(list) {
		n.mu.Lock()
		was, known := n.known[nameOf(x)]
		n.mu.Unlock()
		wait := nameLasts
		switch {
		case was.silent:
			wait = namesFresh
		case was.lasts > 0:
			wait = min(max(was.lasts, nameLeast), nameMost)
		}
		if known && time.Since(was.asked) < n.e.paced(wait) {
			continue
		}
		all.Go(func() { n.ask(ctx, x) })
	}
	all.Wait()
	n.remember()
}

// called are trunks that have a name, one of each.
func called(list []telephony.Trunk) (out []telephony.Trunk) {
	for _, x := range list {
		if net.ParseIP(x.Host) == nil && x.Host != "" && !slices.ContainsFunc(out, func(y telephony.Trunk) bool { return nameOf(x) == nameOf(y) }) {
			out = append(out, x)
		}
	}
	return out
}

func (n *names) ask(ctx context.Context, x telephony.Trunk) {
	limited, cancel := context.WithTimeout(ctx, nameFor)
	defer cancel()
	answer, err := n.lookup(limited, x.Host, x.Port, x.Transport)
	places := slices.DeleteFunc(answer.Places, func(p trunk.Place) bool { a, err := netip.ParseAddr(p.Addr); return err != nil || a.IsUnspecified() })
	n.mu.Lock()
	defer n.mu.Unlock()
	was := n.known[nameOf(x)]
	is := named{answer: places, places: was.places, asked: time.Now(), lasts: answer.TTL}
	switch {
	case err != nil || len(places) == 0:
		is.answer, is.silent = was.answer, true
		if !was.silent {
			n.e.log.Warn("a trunk's name is not resolved, its last addresses count", "name", nameOf(x), "places", was.places, "err", err)
		}
	case !slices.Equal(places, was.answer): // the same answer leaves the trunk where it is
		is.places = trunk.Order(places, rand.IntN)
		n.turn[nameOf(x)] = stays(is.places, was.now(n.turn[nameOf(x)]))
	}
	n.known[nameOf(x)] = is
}

// stays is the turn of the place in use among new ones, while it is one of the best; else 0.
func stays(places []trunk.Place, now trunk.Place) int {
	if i := slices.Index(places, now); i >= 0 && now.Priority == places[0].Priority {
		return i
	}
	return 0
}

// now is the place whose turn it is; the zero value: none is known.
func (k named) now(turn int) trunk.Place {
	if len(k.places) == 0 {
		return trunk.Place{}
	}
	return k.places[turn%len(k.places)]
}

// of are the addresses of a trunk.
func (n *names) of(x telephony.Trunk) (out []string) {
	if net.ParseIP(x.Host) != nil {
		return []string{x.Host}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range n.known[nameOf(x)].places {
		if !slices.Contains(out, p.Addr) {
			out = append(out, p.Addr)
		}
	}
	return out
}

// at is where we send (host:port): of several places the one whose turn it is, and the last
// good one while the name is not resolved; "" its name itself, or none is known.
func (n *names) at(x telephony.Trunk) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	k := n.known[nameOf(x)]
	p := k.now(n.turn[nameOf(x)])
	if p.Addr != "" && (len(k.places) > 1 || k.silent || x.Port == 0) {
		return sentTo(x, p)
	}
	return ""
}

// sentTo is a place as a trunk's packets go there.
func sentTo(x telephony.Trunk, p trunk.Place) string {
	x.Host = p.Addr
	if p.Port != 0 {
		x.Port = p.Port
	}
	return hostPort(x)
}

// missing reports whether a trunk's host is a name that leads nowhere and never did.
func (n *names) missing(x telephony.Trunk) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	k, asked := n.known[nameOf(x)]
	return asked && k.silent && len(k.places) == 0
}

// pass goes on to the next place of a trunk at whose present one nobody answers; false: it
// has no other, or has gone on already.
func (n *names) pass(x telephony.Trunk, dead string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := nameOf(x)
	k := n.known[name]
	if len(k.places) < 2 || sentTo(x, k.now(n.turn[name])) != dead {
		return false
	}
	n.turn[name] = (n.turn[name] + 1) % len(k.places)
	return true
}

// recall reads what a run before this one knew.
func (n *names) recall() {
	n.kept = map[string][]string{}
	b, err := os.ReadFile(n.path())
	if err == nil {
		err = json.Unmarshal(b, &n.kept)
	}
	if err != nil && !os.IsNotExist(err) {
		n.e.log.Warn("the addresses of trunks are not read", "err", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for name, places := range n.kept {
		n.known[name] = named{places: read(places)}
	}
}

func (n *names) remember() {
	n.mu.Lock()
	now := map[string][]string{}
	for name, k := range n.known {
		if len(k.places) > 0 {
			now[name] = written(k.places)
		}
	}
	n.mu.Unlock()
	if reflect.DeepEqual(now, n.kept) {
		return
	}
	b, err := json.Marshal(now)
	if err == nil {
		err = os.WriteFile(n.path()+".new", b, 0o600)
	}
	if err == nil {
		err = os.Rename(n.path()+".new", n.path())
	}
	if err != nil {
		n.e.log.Warn("the addresses of trunks are not remembered", "err", err)
		return
	}
	n.kept = now
}

// written are places as the file has them: the address, with a port where a record says one.
func written(ps []trunk.Place) (out []string) {
	for _, p := range ps {
		if p.Port == 0 {
			out = append(out, p.Addr)
		} else {
			out = append(out, net.JoinHostPort(p.Addr, strconv.Itoa(p.Port)))
		}
	}
	return out
}

func read(places []string) (out []trunk.Place) {
	for _, s := range places {
		p := trunk.Place{Addr: s}
		if a, err := netip.ParseAddrPort(s); err == nil {
			p = trunk.Place{Addr: a.Addr().String(), Port: int(a.Port())}
		}
		out = append(out, p)
	}
	return out
}
