package sip

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Filter decides by the source address, before a byte is parsed, whose packets
// exist at all. Strangers get no answer and leave no trace in memory (S4, S5).
type Filter struct {
	mu      sync.Mutex
	fixed   []netip.Prefix       // of Set
	added   map[netip.Prefix]int // of Allow, counted
	allowed atomic.Pointer[[]netip.Prefix]
	dropped atomic.Uint64
	capped  atomic.Uint64
	barred  atomic.Pointer[func(netip.AddrPort) bool]
	rate    atomic.Int64
	rateMu  sync.Mutex
	second  int64
	seen    map[netip.Addr]int64 // of this second only, so it stays small
}

// defaultRate is how many datagrams a second one source may send: three times
// what the fastest set-up rate of telephony.md needs.
const defaultRate = 20000

// connsPerSource bounds the TCP connections of one address (S7).
const connsPerSource = 64

// NewFilter returns a filter that lets nobody in.
func NewFilter() *Filter {
	f := &Filter{added: map[netip.Prefix]int{}, seen: map[netip.Addr]int64{}}
	f.rate.Store(defaultRate)
	return f
}

func prefix(address string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(address); err == nil {
		return p.Masked(), nil
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("sip: filter: %w", err)
	}
	ip = ip.Unmap()
	return netip.PrefixFrom(ip, ip.BitLen()), nil
}

// Set replaces the standing addresses: "127.0.0.2" or "10.0.0.0/8". What Allow
// added stays.
func (f *Filter) Set(addresses []string) error {
	fixed := make([]netip.Prefix, 0, len(addresses))
	for _, a := range addresses {
		p, err := prefix(a)
		if err != nil {
			return err
		}
		fixed = append(fixed, p)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fixed = fixed
	f.publish()
	return nil
}

// Allow lets an address in while the system runs (a registered phone). Calls are
// counted: as many Forgets undo them.
func (f *Filter) Allow(address string) error { return f.change(address, 1) }

// Forget takes back one Allow.
func (f *Filter) Forget(address string) error { return f.change(address, -1) }

func (f *Filter) change(address string, by int) error {
	p, err := prefix(address)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.added[p] += by; f.added[p] <= 0 {
		delete(f.added, p)
	}
	f.publish()
	return nil
}

func (f *Filter) publish() {
	all := slices.AppendSeq(slices.Clone(f.fixed), maps.Keys(f.added))
	f.allowed.Store(&all)
}

// SetRate bounds the datagrams a second of each source; the rest is dropped.
func (f *Filter) SetRate(perSecond int) { f.rate.Store(int64(perSecond)) }

// Lets reports whether packets of ip are read.
func (f *Filter) Lets(ip netip.Addr) bool {
	ps := f.allowed.Load()
	ip = ip.Unmap()
	return ps != nil && slices.ContainsFunc(*ps, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// Bar drops what f says, of those that are let in; it is asked for every datagram and must be
// quick. nil: nobody is shut out.
func (f *Filter) Bar(shut func(source netip.AddrPort) bool) {
	if shut == nil {
		f.barred.Store(nil)
		return
	}
	f.barred.Store(&shut)
}

// hears reports whether what comes from a source is read.
func (f *Filter) hears(source netip.AddrPort) bool {
	source = netip.AddrPortFrom(source.Addr().Unmap(), source.Port())
	if !f.Lets(source.Addr()) {
		return false
	}
	shut := f.barred.Load()
	return shut == nil || !(*shut)(source)
}

// Dropped counts the datagrams and connections of strangers.
func (f *Filter) Dropped() uint64 { return f.dropped.Load() }

// Capped counts what was dropped of friends that sent too much.
func (f *Filter) Capped() uint64 { return f.capped.Load() }

func (f *Filter) within(ip netip.Addr) bool {
	now := time.Now().Unix()
	f.rateMu.Lock()
	defer f.rateMu.Unlock()
	if now != f.second {
		f.second = now
		clear(f.seen)
	}
	f.seen[ip]++
	return f.seen[ip] <= f.rate.Load()
}

// quietConn is a UDP socket that strangers do not reach. The library below keeps
// every source it has seen and any read error would end its loop: neither gets
// there. What cannot be parsed is refused here (screen.go), as the library would
// be silent.
type quietConn struct {
	*net.UDPConn
	f       *Filter
	pending *sync.Map
	deaf    atomic.Bool
	last    chan struct{} // closes when the last datagram has been read
	shut    chan struct{} // closes with the socket
	once    sync.Once
	closing sync.Once
}

func newQuietConn(u *net.UDPConn, f *Filter, pending *sync.Map) *quietConn {
	return &quietConn{UDPConn: u, f: f, pending: pending, last: make(chan struct{}), shut: make(chan struct{})}
}

// Close frees the address.
func (c *quietConn) Close() error {
	c.closing.Do(func() { close(c.shut) })
	return c.UDPConn.Close()
}

// stopReading returns when no datagram will be handed on any more. What was read
// can still be answered.
func (c *quietConn) stopReading() {
	c.deaf.Store(true)
	_ = c.SetReadDeadline(time.Unix(1, 0))
	<-c.last
}

// ReadFrom returns the next datagram of a friend.
func (c *quietConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.ReadFromUDPAddrPort(b)
		if c.deaf.Load() || errors.Is(err, net.ErrClosed) {
			c.once.Do(func() { close(c.last) })
			<-c.shut // the library forgets a socket whose reader returns, and answers what it still has in hand from a new one
			return 0, nil, net.ErrClosed
		}
		if err != nil {
			continue // an ICMP error of some peer concerns nobody else
		}
		ip := from.Addr().Unmap()
		if !c.f.hears(from) {
			c.f.dropped.Add(1)
			continue
		}
		if !c.f.within(ip) {
			c.f.capped.Add(1)
			continue
		}
		from = netip.AddrPortFrom(ip, from.Port())
		if answer, to, pass := screen(b[:n], from, c.pending); !pass {
			if len(answer) > 0 {
				_, _ = c.WriteToUDPAddrPort(answer, to)
			}
			continue
		}
		if m := modern(b[:n]); len(m) != n && len(m) <= len(b) {
			n = copy(b, m)
		}
		return n, net.UDPAddrFromAddrPort(from), nil
	}
}

// WriteTo sends a datagram.
func (c *quietConn) WriteTo(b []byte, to net.Addr) (int, error) {
	if _, err := c.UDPConn.WriteTo(old(b), to); err != nil {
		return 0, err
	}
	return len(b), nil
}

// quietListener closes strangers' TCP connections at once and remembers the
// others, so that Close ends them.
type quietListener struct {
	net.Listener
	f     *Filter
	mu    sync.Mutex
	conns map[*quietStream]struct{}
	per   map[netip.Addr]int
}

// Accept returns the next connection of a friend.
func (l *quietListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil, err
			}
			time.Sleep(10 * time.Millisecond) // no descriptors left: they come back
			continue
		}
		if s := l.keep(c, c.RemoteAddr().(*net.TCPAddr).AddrPort()); s != nil { //nolint:forcetypeassert // a TCP listener
			return s, nil
		}
		l.f.dropped.Add(1)
		_ = c.Close()
	}
}

func (l *quietListener) keep(c net.Conn, from netip.AddrPort) *quietStream {
	if !l.f.hears(from) {
		return nil
	}
	ip := from.Addr().Unmap()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.per[ip] >= connsPerSource {
		return nil
	}
	if l.per == nil {
		l.per, l.conns = map[netip.Addr]int{}, map[*quietStream]struct{}{}
	}
	s := &quietStream{Conn: c, l: l, ip: ip, from: from}
	l.conns[s] = struct{}{}
	l.per[ip]++
	return s
}

func (l *quietListener) closeAll() {
	l.mu.Lock()
	open := slices.Collect(maps.Keys(l.conns))
	l.mu.Unlock()
	for _, c := range open {
		_ = c.Close()
	}
}

// quietStream is one accepted connection; it ends when its peer is a friend no more.
type quietStream struct {
	net.Conn
	l    *quietListener
	ip   netip.Addr
	from netip.AddrPort
	once sync.Once
	frames
}

// Read reads whole messages while the peer is let in.
func (s *quietStream) Read(b []byte) (int, error) {
	n, err := s.read(s.Conn, b)
	if err == nil && !s.l.f.hears(s.from) {
		return 0, io.EOF
	}
	return n, err
}

// Write sends a message.
func (s *quietStream) Write(b []byte) (int, error) {
	if _, err := s.Conn.Write(old(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Close closes the connection and forgets it.
func (s *quietStream) Close() error {
	s.once.Do(func() {
		s.l.mu.Lock()
		defer s.l.mu.Unlock()
		delete(s.l.conns, s)
		if s.l.per[s.ip]--; s.l.per[s.ip] <= 0 {
			delete(s.l.per, s.ip)
		}
	})
	return s.Conn.Close()
}
