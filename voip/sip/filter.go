package sip

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
)

// Filter decides by the source address, before a byte is parsed, whose packets
// exist at all. Strangers get no answer and leave no trace in memory.
type Filter struct {
	mu      sync.Mutex
	allowed atomic.Pointer[[]netip.Prefix]
	dropped atomic.Uint64
}

// NewFilter returns a filter that lets nobody in.
func NewFilter() *Filter { return &Filter{} }

// Set replaces the addresses let in: "127.0.0.2" or "10.0.0.0/8".
func (f *Filter) Set(addresses []string) error {
	var ps []netip.Prefix
	for _, a := range addresses {
		p, err := netip.ParsePrefix(a)
		if err != nil {
			ip, err2 := netip.ParseAddr(a)
			if err2 != nil {
				return errors.Join(err, err2)
			}
			p = netip.PrefixFrom(ip, ip.BitLen())
		}
		ps = append(ps, p.Masked())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.allowed.Store(&ps)
	return nil
}

// Lets reports whether packets of ip are read.
func (f *Filter) Lets(ip netip.Addr) bool {
	ps := f.allowed.Load()
	ip = ip.Unmap()
	return ps != nil && slices.ContainsFunc(*ps, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// Dropped counts the datagrams and connections of strangers.
func (f *Filter) Dropped() uint64 { return f.dropped.Load() }

func addrOf(a net.Addr) netip.Addr {
	switch v := a.(type) {
	case *net.UDPAddr:
		return v.AddrPort().Addr()
	case *net.TCPAddr:
		return v.AddrPort().Addr()
	}
	return netip.Addr{}
}

// quietConn is a UDP socket that strangers do not reach. The library below keeps
// every source it has seen, and any read error would end its loop: neither gets there.
type quietConn struct {
	*net.UDPConn
	f *Filter
}

func (c quietConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.UDPConn.ReadFrom(b)
		switch {
		case errors.Is(err, net.ErrClosed):
			return n, from, err
		case err != nil:
			continue // an ICMP error of some peer concerns nobody else
		case c.f.Lets(addrOf(from)):
			return n, from, nil
		default:
			c.f.dropped.Add(1)
		}
	}
}

// quietListener closes strangers' TCP connections at once.
type quietListener struct {
	net.Listener
	f *Filter
}

func (l quietListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.f.Lets(addrOf(c.RemoteAddr())) {
			return c, nil
		}
		l.f.dropped.Add(1)
		_ = c.Close()
	}
}
