package engine

import (
	"context"
	"encoding/json"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"time"

	"d24/internal/telephony"
)

// names are the addresses behind the host names of trunks: the filter lets packets in by
// address alone, and what a name server said last is good until it says something else (F81).
type names struct {
	e      *Engine
	lookup func(ctx context.Context, host string) ([]string, error)
	mu     sync.Mutex
	known  map[string]named
	turn   map[string]int      // which of a host's addresses is used, where it has several
	kept   map[string][]string // as in the file
}

type named struct {
	ips    []string
	asked  time.Time
	silent bool // the last question had no answer
}

// Waits of name servers.
const (
	nameFor    = 2 * time.Second  // an answer
	nameLasts  = 30 * time.Second // before it is asked for again
	namesFresh = 5 * time.Second  // after a question without an answer
)

func newNames(e *Engine) *names {
	n := &names{e: e, lookup: e.d.Lookup, known: map[string]named{}, turn: map[string]int{}}
	if n.lookup == nil {
		n.lookup = net.DefaultResolver.LookupHost
	}
	return n
}

func (n *names) path() string { return filepath.Join(n.e.cfg.Data, "engine", "names.known") }

// refresh asks for the hosts whose time has come, together; it takes two seconds at most.
func (n *names) refresh(ctx context.Context, list []telephony.Trunk) {
	if n.kept == nil {
		n.recall()
	}
	var all sync.WaitGroup
	for _, host := range hosts(list) {
		n.mu.Lock()
		was, known := n.known[host]
		n.mu.Unlock()
		wait := nameLasts
		if was.silent {
			wait = namesFresh
		}
		if known && time.Since(was.asked) < n.e.paced(wait) {
			continue
		}
		all.Go(func() { n.ask(ctx, host) })
	}
	all.Wait()
	n.remember()
}

func hosts(list []telephony.Trunk) (out []string) {
	for _, x := range list {
		if net.ParseIP(x.Host) == nil && x.Host != "" && !slices.Contains(out, x.Host) {
			out = append(out, x.Host)
		}
	}
	return out
}

func (n *names) ask(ctx context.Context, host string) {
	limited, cancel := context.WithTimeout(ctx, nameFor)
	defer cancel()
	ips, err := n.lookup(limited, host)
	ips = slices.DeleteFunc(ips, func(ip string) bool { a, err := netip.ParseAddr(ip); return err != nil || a.IsUnspecified() })
	slices.Sort(ips)
	n.mu.Lock()
	defer n.mu.Unlock()
	was := n.known[host]
	is := named{ips: ips, asked: time.Now()}
	if err != nil || len(ips) == 0 {
		is.ips, is.silent = was.ips, true
		if !was.silent {
			n.e.log.Warn("a trunk's name is not resolved, its last addresses count", "host", host, "addresses", was.ips, "err", err)
		}
	}
	n.known[host] = is
}

// of are the addresses of a trunk's host.
func (n *names) of(host string) []string {
	if net.ParseIP(host) != nil {
		return []string{host}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.known[host].ips
}

// at is the address of a host to which we send: of several the one whose turn it is, and the
// last good one while the name is not resolved; "" the name itself, or none is known.
func (n *names) at(host string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	k := n.known[host]
	if len(k.ips) > 1 || k.silent && len(k.ips) > 0 {
		return k.ips[n.turn[host]%len(k.ips)]
	}
	return ""
}

// missing reports whether a host is a name that leads nowhere and never did.
func (n *names) missing(host string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	k, asked := n.known[host]
	return asked && k.silent && len(k.ips) == 0
}

// pass goes on to the next address of a host at whose present one nobody answers; false: it
// has no other, or has gone on already.
func (n *names) pass(host, dead string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	ips := n.known[host].ips
	if len(ips) < 2 || ips[n.turn[host]%len(ips)] != dead {
		return false
	}
	n.turn[host] = (n.turn[host] + 1) % len(ips)
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
	for host, ips := range n.kept {
		n.known[host] = named{ips: ips}
	}
}

func (n *names) remember() {
	n.mu.Lock()
	now := map[string][]string{}
	for host, k := range n.known {
		if len(k.ips) > 0 {
			now[host] = k.ips
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
