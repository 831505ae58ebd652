package rtp

import (
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
)

// ErrNoPorts means that every pair of the range is in use.
var ErrNoPorts = errors.New("rtp: no free ports")

// Ports hands out pairs of UDP ports (RTP even, RTCP the next) of one address.
type Ports struct {
	ip    netip.Addr
	lo    int
	mu    sync.Mutex
	next  int    // index of the pair to try first
	used  []bool // pairs that are ours
	inUse atomic.Int64
	// reads for all that are open; nil when none is
	poller *poller
}

// NewPorts returns the pairs within [lo, hi] on ip.
func NewPorts(ip netip.Addr, lo, hi int) *Ports {
	lo += lo & 1
	return &Ports{ip: ip, lo: lo, used: make([]bool, max(0, (hi-lo+1)/2))}
}

// InUse is the number of open ports; 0 after the last call has ended.
func (p *Ports) InUse() int { return int(p.inUse.Load()) }

// IP is the address the ports are on.
func (p *Ports) IP() netip.Addr { return p.ip }

// listen takes pairs in turn, so that a port just freed is not used again at
// once, while its last packets may still be on the way.
func (p *Ports) listen() (sock *socket, reads *poller, pair int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.poller == nil {
		if p.poller, err = newPoller(); err != nil {
			return nil, nil, 0, err
		}
	}
	defer p.rest()
	for range p.used {
		pair = p.next
		p.next = (p.next + 1) % len(p.used)
		if p.used[pair] {
			continue
		}
		at := netip.AddrPortFrom(p.ip, uint16(p.number(pair))) //nolint:gosec // within the range
		if sock, err = listenUDP(at); err != nil {
			continue // somebody else's
		}
		p.used[pair] = true
		p.inUse.Add(1)
		return sock, p.poller, pair, nil
	}
	return nil, nil, 0, ErrNoPorts
}

func (p *Ports) number(pair int) int { return p.lo + 2*pair }

func (p *Ports) free(pair int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used[pair] = false
	p.inUse.Add(-1)
	p.rest()
}

// rest ends the reading when nothing is open; it needs p.mu.
func (p *Ports) rest() {
	if p.inUse.Load() == 0 && p.poller != nil {
		p.poller.close()
		p.poller = nil
	}
}
