package rtp

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"d24/voip/g711"
	"d24/voip/media"
)

// Latch says how far a peer's sound may come from another address than its
// description names (S11).
type Latch uint32

// Latches. Whatever is chosen, the address moves at most once, within the first
// 2 s after a description, and never away from one that has been heard.
const (
	LatchAny      Latch = iota // from anywhere: peers behind NAT
	LatchSameHost              // another port of the same host
	LatchNever                 // only the address in the description
)

// Port is one leg's socket. It implements media.Port.
type Port struct {
	media.Listeners
	ports   *Ports
	pair    int
	sock    *socket
	poller  *poller
	in      receiver // of the poller's goroutine alone
	pressed pressed
	peer    atomic.Pointer[peer]
	law     atomic.Uint32
	dtmf    atomic.Uint32
	latch   atomic.Uint32
	silent  atomic.Bool // the peer wants nothing (hold)
	clock   *Clock
	heard   atomic.Int64 // since epoch, 0 never
	foreign atomic.Uint64
	sent    atomic.Uint64
	bytes   atomic.Uint64
	meter   Meter
	rtcp    reporter
	keys    keyer
	sealing atomic.Pointer[sealing]
	closed  atomic.Bool
	quit    chan struct{}
}

var _ media.Port = (*Port)(nil)

// peer is where sound goes; a new value replaces it whole.
type peer struct {
	addr      netip.AddrPort // in use
	to        target         // the same
	described netip.AddrPort // as the description says
	gen       uint32         // of the description
}

// epoch makes instants out of counters without losing the monotonic clock.
var epoch = time.Now()

// Open takes a pair of ports and starts to read. ErrNoPorts when none is free.
func (p *Ports) Open() (*Port, error) {
	sock, poller, pair, err := p.listen()
	if err != nil {
		return nil, err
	}
	r := &Port{ports: p, pair: pair, sock: sock, poller: poller, clock: NewClock(), quit: make(chan struct{})}
	r.law.Store(uint32(g711.ALaw))
	r.rtcp.due.Store(int64(time.Since(epoch) + reportEvery))
	if err := poller.add(r); err != nil {
		sock.close()
		p.free(pair)
		return nil, err
	}
	return r, nil
}

// Number is the local RTP port.
func (r *Port) Number() int { return r.ports.number(r.pair) }

// SetRemote sets where the peer wants sound, in which law, and the payload type
// of its telephone events (0: none). It opens the latch anew. Nothing is sent to
// an address without port or of all zeros (old phones' hold).
func (r *Port) SetRemote(a netip.AddrPort, law g711.Law, dtmf uint8) {
	a = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	next := &peer{addr: a, to: r.sock.target(a), described: a}
	if cur := r.peer.Load(); cur != nil {
		next.gen = cur.gen + 1
		if cur.described == a { // a refresh: the peer has not moved
			next.addr, next.to = cur.addr, cur.to
		}
	}
	r.law.Store(uint32(law))
	r.dtmf.Store(uint32(dtmf))
	r.peer.Store(next)
}

// SetLatch chooses how strictly the peer's address is taken; LatchAny at first.
func (r *Port) SetLatch(l Latch) { r.latch.Store(uint32(l)) }

// SetSending stops (false) and lets go on what we send: a peer that holds us
// (a=sendonly, a=inactive) must not be sent anything.
func (r *Port) SetSending(on bool) { r.silent.Store(!on) }

// Remote is where sound is sent now; zero before SetRemote.
func (r *Port) Remote() netip.AddrPort {
	if p := r.peer.Load(); p != nil {
		return p.addr
	}
	return netip.AddrPort{}
}

// Law is the law spoken with the peer.
func (r *Port) Law() g711.Law { return g711.Law(r.law.Load()) } //nolint:gosec // stored as such

// LastHeard is when the peer was last heard; zero when never.
func (r *Port) LastHeard() time.Time {
	if n := r.heard.Load(); n != 0 {
		return epoch.Add(time.Duration(n))
	}
	return time.Time{}
}

// Closed reports whether Close has been called.
func (r *Port) Closed() bool { return r.closed.Load() }

// Close frees the pair. A callback that is running finishes; none starts
// afterwards.
func (r *Port) Close() {
	if !r.closed.CompareAndSwap(false, true) {
		return
	}
	close(r.quit)
	r.Silence()
	r.poller.forget(r)
	r.sock.close()
	r.rtcp.close()
	r.ports.free(r.pair)
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 1600); return &b }}
