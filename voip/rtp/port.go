package rtp

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"d24/voip/g711"
	"d24/voip/media"
)

// ErrNoPorts means that every pair of the range is in use.
var ErrNoPorts = errors.New("rtp: no free ports")

// Ports hands out pairs of UDP ports (RTP even, RTCP odd) of one address.
type Ports struct {
	ip     netip.Addr
	lo, hi int
	mu     sync.Mutex
	next   int
	inUse  atomic.Int64
}

// NewPorts returns the pairs of [lo, hi] on ip.
func NewPorts(ip netip.Addr, lo, hi int) *Ports {
	lo += lo & 1
	return &Ports{ip: ip, lo: lo, hi: hi, next: lo}
}

// InUse is the number of open ports.
func (p *Ports) InUse() int { return int(p.inUse.Load()) }

// IP is the address the ports are on.
func (p *Ports) IP() netip.Addr { return p.ip }

// listen takes pairs in turn, so that a port just freed is not used again at
// once, while its last packets may still be on the way.
func (p *Ports) listen() (rtp, rtcp *net.UDPConn, port int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range (p.hi-p.lo)/2 + 1 {
		port = p.next
		if p.next += 2; p.next+1 > p.hi {
			p.next = p.lo
		}
		if rtp, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.ip, uint16(port)))); err != nil {
			continue
		}
		if rtcp, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.ip, uint16(port+1)))); err != nil {
			_ = rtp.Close()
			continue
		}
		p.inUse.Add(1)
		return rtp, rtcp, port, nil
	}
	return nil, nil, 0, ErrNoPorts
}

// latchFor is how long the source of received sound may still differ from the
// address in the description (NAT); afterwards a stranger's packets are dropped.
const latchFor = 2 * time.Second

// reportEvery is the pace of RTCP sender reports; some providers drop calls without.
const reportEvery = 5 * time.Second

// Port is one leg's socket. It implements media.Port.
type Port struct {
	ports    *Ports
	conn     *net.UDPConn
	rtcp     *net.UDPConn
	number   int
	remote   atomic.Pointer[netip.AddrPort]
	latched  atomic.Bool
	opened   atomic.Int64 // unix ns of the first packet after SetRemote
	law      atomic.Uint32
	dtmf     atomic.Uint32
	clock    *Clock
	sink     atomic.Pointer[func(*media.Packet)]
	tapRx    atomic.Pointer[func(*media.Packet)]
	tapTx    atomic.Pointer[func(*media.Packet)]
	onDigit  atomic.Pointer[func(byte)]
	eventTS  uint32
	hasEvent bool
	heard    atomic.Int64
	sent     atomic.Uint64
	bytes    atomic.Uint64
	reported atomic.Int64
	closed   atomic.Bool
	done     chan struct{}
	wg       sync.WaitGroup
}

var _ media.Port = (*Port)(nil)

// Open takes a pair of ports and starts to read.
func (p *Ports) Open() (*Port, error) {
	conn, rtcp, n, err := p.listen()
	if err != nil {
		return nil, err
	}
	r := &Port{ports: p, conn: conn, rtcp: rtcp, number: n, clock: NewClock(), done: make(chan struct{})}
	r.law.Store(uint32(g711.ALaw))
	go r.read()
	return r, nil
}

// Number is the local RTP port.
func (r *Port) Number() int { return r.number }

// SetRemote sets where the peer wants sound, in which law, and the payload type
// of its telephone events (0: none). It opens the latch anew.
func (r *Port) SetRemote(a netip.AddrPort, law g711.Law, dtmf uint8) {
	r.remote.Store(&a)
	r.law.Store(uint32(law))
	r.dtmf.Store(uint32(dtmf))
	r.latched.Store(false)
	r.opened.Store(0)
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 1600); return &b }}

func (r *Port) read() {
	defer close(r.done)
	bp := buffers.Get().(*[]byte) //nolint:forcetypeassert // our pool
	defer buffers.Put(bp)
	var pkt media.Packet
	for {
		n, from, err := r.conn.ReadFromUDPAddrPort(*bp)
		if err != nil {
			if r.closed.Load() || errors.Is(err, net.ErrClosed) {
				return
			}
			continue // ECONNREFUSED and the like must not end the call
		}
		h, ok := parse((*bp)[:n])
		if !ok {
			continue
		}
		now := time.Now()
		if !r.from(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), now) {
			continue
		}
		r.heard.Store(now.UnixNano())
		pkt = media.Packet{Law: r.Law(), Marker: h.marker, Seq: h.seq, TS: h.ts, SSRC: h.ssrc, Payload: h.payload, At: now}
		r.receive(h.pt, &pkt)
	}
}

// from decides whether a packet may be the peer's. Symmetric RTP: a peer behind
// NAT speaks from another address than it wrote; it is followed once, early.
func (r *Port) from(src netip.AddrPort, now time.Time) bool {
	cur := r.remote.Load()
	if cur == nil || *cur == src {
		if cur != nil && !r.latched.Load() {
			r.latched.Store(true)
		}
		return cur != nil
	}
	first := r.opened.Load()
	if first == 0 {
		r.opened.Store(now.UnixNano())
		first = now.UnixNano()
	}
	if r.latched.Load() || now.UnixNano()-first > int64(latchFor) {
		return false
	}
	r.latched.Store(true)
	r.remote.Store(&src)
	return true
}

func (r *Port) receive(pt uint8, pkt *media.Packet) {
	if d := uint8(r.dtmf.Load()); d != 0 && pt == d {
		r.event(pkt)
		return
	}
	if pt != uint8(r.law.Load()) {
		return // comfort noise, strays
	}
	if f := r.tapRx.Load(); f != nil {
		(*f)(pkt)
	}
	if f := r.sink.Load(); f != nil {
		(*f)(pkt)
	}
}

const keys = "0123456789*#ABCD"

// event reports a key at its first packet, whatever its duration: starts and
// ends get lost, ends come three times, some gateways say duration 0.
func (r *Port) event(pkt *media.Packet) {
	if len(pkt.Payload) < 4 {
		return
	}
	pkt.Digit = true
	if f := r.sink.Load(); f != nil {
		(*f)(pkt)
	}
	if r.hasEvent && pkt.TS == r.eventTS {
		return
	}
	r.hasEvent, r.eventTS = true, pkt.TS
	if f := r.onDigit.Load(); f != nil && int(pkt.Payload[0]) < len(keys) {
		(*f)(keys[pkt.Payload[0]])
	}
}

func (r *Port) write(h header) {
	to := r.remote.Load()
	if to == nil || to.Port() == 0 || r.closed.Load() {
		return
	}
	bp := buffers.Get().(*[]byte) //nolint:forcetypeassert // our pool
	n := h.put(*bp)
	_, _ = r.conn.WriteToUDPAddrPort((*bp)[:n], *to)
	buffers.Put(bp)
	r.sent.Add(1)
	r.bytes.Add(uint64(len(h.payload)))
}

// Play sends one frame of our own.
func (r *Port) Play(frame []byte) {
	now := time.Now()
	seq, ts, marker := r.clock.Local(now)
	r.write(header{pt: uint8(r.law.Load()), marker: marker, seq: seq, ts: ts, ssrc: r.clock.SSRC, payload: frame})
	r.tapped(frame, ts, now)
	r.report(now, ts)
}

// Forward relays a peer's packet.
func (r *Port) Forward(p *media.Packet) {
	pt := uint8(r.law.Load())
	if p.Digit {
		if pt = uint8(r.dtmf.Load()); pt == 0 {
			return
		}
	}
	seq, ts, marker := r.clock.Relay(p.SSRC, p.Seq, p.TS, p.At)
	if p.Digit {
		r.write(header{pt: pt, marker: p.Marker, seq: seq, ts: ts, ssrc: r.clock.SSRC, payload: p.Payload})
		return
	}
	payload, law := p.Payload, r.Law()
	if p.Law != law && len(payload) <= 1500 {
		bp := buffers.Get().(*[]byte) //nolint:forcetypeassert // our pool
		defer buffers.Put(bp)
		payload = g711.Transcode(*bp, payload, p.Law, law)
	}
	r.write(header{pt: pt, marker: marker || p.Marker, seq: seq, ts: ts, ssrc: r.clock.SSRC, payload: payload})
	r.tapped(payload, ts, p.At)
	r.report(p.At, ts)
}

func (r *Port) tapped(payload []byte, ts uint32, at time.Time) {
	if f := r.tapTx.Load(); f != nil {
		(*f)(&media.Packet{Law: r.Law(), TS: ts, SSRC: r.clock.SSRC, Payload: payload, At: at})
	}
}

// report sends an RTCP sender report now and then.
func (r *Port) report(now time.Time, ts uint32) {
	last := r.reported.Load()
	if now.UnixNano()-last < int64(reportEvery) || !r.reported.CompareAndSwap(last, now.UnixNano()) {
		return
	}
	to := r.remote.Load()
	if to == nil || to.Port() == 0 {
		return
	}
	const sinceNTP = 2208988800
	var b [28]byte
	b[0], b[1] = 0x80, 200
	binary.BigEndian.PutUint16(b[2:], 6)
	binary.BigEndian.PutUint32(b[4:], r.clock.SSRC)
	binary.BigEndian.PutUint32(b[8:], uint32(now.Unix()+sinceNTP)) //nolint:gosec // NTP wraps in 2036 by design
	binary.BigEndian.PutUint32(b[12:], uint32(uint64(now.Nanosecond())<<32/1e9))
	binary.BigEndian.PutUint32(b[16:], ts)
	binary.BigEndian.PutUint32(b[20:], uint32(r.sent.Load()))
	binary.BigEndian.PutUint32(b[24:], uint32(r.bytes.Load()))
	_, _ = r.rtcp.WriteToUDPAddrPort(b[:], netip.AddrPortFrom(to.Addr(), to.Port()+1))
}

// SendDigit presses a key: seven packets of one event and three ends, 20 ms apart.
func (r *Port) SendDigit(digit byte) {
	dtmf := uint8(r.dtmf.Load())
	event := -1
	for i := range len(keys) {
		if keys[i] == digit {
			event = i
		}
	}
	if dtmf == 0 || event < 0 || r.closed.Load() {
		return
	}
	r.wg.Add(1)
	go func() {
		defer r.wg.Done()
		_, ts, _ := r.clock.Local(time.Now())
		t := time.NewTicker(frameTime)
		defer t.Stop()
		for i := 1; i <= 10; i++ {
			seq, _, _ := r.clock.Local(time.Now())
			length, end := uint16(160*min(i, 7)), byte(0)
			if i > 7 {
				end = 0x80
			}
			r.write(header{
				pt: dtmf, marker: i == 1, seq: seq, ts: ts, ssrc: r.clock.SSRC,
				payload: []byte{byte(event), end | 10, byte(length >> 8), byte(length)},
			})
			select {
			case <-t.C:
			case <-r.done:
				return
			}
		}
	}()
}

const frameTime = 20 * time.Millisecond

// Law is the law spoken with the peer.
func (r *Port) Law() g711.Law { return g711.Law(r.law.Load()) }

// LastHeard is when the peer was last heard.
func (r *Port) LastHeard() time.Time {
	if n := r.heard.Load(); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}

// SetSink says who receives what the peer says.
func (r *Port) SetSink(f func(*media.Packet)) { store(&r.sink, f) }

// OnDigit reports keys.
func (r *Port) OnDigit(f func(byte)) { store(&r.onDigit, f) }

// SetTap lets a recorder listen.
func (r *Port) SetTap(rx, tx func(*media.Packet)) {
	store(&r.tapRx, rx)
	store(&r.tapTx, tx)
}

func store[T any](p *atomic.Pointer[func(T)], f func(T)) {
	if f == nil {
		p.Store(nil)
		return
	}
	p.Store(&f)
}

// Press reports a key that came another way (SIP INFO).
func (r *Port) Press(digit byte) {
	if f := r.onDigit.Load(); f != nil {
		(*f)(digit)
	}
}

// Close frees the pair; no callback runs after it returns, unless it is called from one.
func (r *Port) Close() {
	if !r.closed.CompareAndSwap(false, true) {
		return
	}
	_ = r.conn.Close()
	_ = r.rtcp.Close()
	r.ports.inUse.Add(-1)
}
