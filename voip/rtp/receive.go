package rtp

import (
	"net/netip"
	"sync"
	"time"

	"d24/voip/media"
)

// latchFor is how long after the first packet the source of received sound may
// still differ from the address in the description; afterwards a stranger's
// packets are dropped (S11).
const latchFor = 2 * time.Second

// ssrcQuiet is how long a stream must be silent before another one from the same
// address takes its place: a forger cannot talk over a live peer (S11).
const ssrcQuiet = 100 * time.Millisecond

// receiver is what only the reading goroutine knows.
type receiver struct {
	gen     uint32
	opened  time.Time // first packet after the description
	settled bool
	anyone  bool // a stream is known
	ssrc    uint32
	ssrcAt  time.Time
	keys    KeyDetector
	pkt     media.Packet
}

// readable takes one packet that has come; the kernel tells again of those behind it, so
// that no port keeps the others waiting. plain and opened are room for it.
func (r *Port) readable(plain, opened []byte) {
	n, from, ok := r.sock.receive(plain)
	if !ok {
		return
	}
	packet := plain[:n]
	if seals := r.sealing.Load(); seals != nil {
		var err error
		if packet, err = seals.open(opened, packet); err != nil {
			r.foreign.Add(1)
			return
		}
	}
	s := &r.in
	var h Header
	if !Parse(packet, &h) {
		return
	}
	now := time.Now()
	if !r.admit(s, from, h.SSRC, now) {
		r.foreign.Add(1)
		return
	}
	r.heard.Store(int64(now.Sub(epoch)))
	s.pkt = media.Packet{
		PT: h.PT, Marker: h.Marker, Seq: h.Seq, TS: h.TS, SSRC: h.SSRC, Payload: h.Payload, At: now, Law: r.Law(),
	}
	r.receive(s)
	s.pkt.Payload = nil
	r.report(now)
}

// admit decides whether a packet is the peer's.
func (r *Port) admit(s *receiver, src netip.AddrPort, ssrc uint32, now time.Time) bool {
	cur := r.peer.Load()
	if cur == nil {
		return false
	}
	if s.opened.IsZero() || s.gen != cur.gen {
		s.gen, s.opened, s.settled, s.anyone = cur.gen, now, false, false
	}
	early := now.Sub(s.opened) <= latchFor
	switch {
	case src == cur.addr:
		s.settled = s.settled || src == cur.described
	case early && src == cur.described: // the address we were told beats a guess
		s.settled = true
		r.move(cur, src)
	case early && !s.settled && r.near(src, cur):
		s.settled = true
		r.move(cur, src)
		s.anyone = false
	default:
		return false
	}
	if s.anyone && s.ssrc != ssrc && now.Sub(s.ssrcAt) < ssrcQuiet {
		return false
	}
	s.anyone, s.ssrc, s.ssrcAt = true, ssrc, now
	return true
}

func (r *Port) near(src netip.AddrPort, cur *peer) bool {
	switch Latch(r.latch.Load()) {
	case LatchAny:
		return true
	case LatchSameHost:
		return src.Addr() == cur.described.Addr()
	default:
		return false
	}
}

// move loses against a description that comes at the same moment.
func (r *Port) move(cur *peer, to netip.AddrPort) {
	r.peer.CompareAndSwap(cur, &peer{addr: to, to: r.sock.target(to), described: cur.described, gen: cur.gen})
}

func (r *Port) receive(s *receiver) {
	p := &s.pkt
	r.meter.Note(p)
	dtmf := uint8(r.dtmf.Load()) //nolint:gosec // stored as such
	p.Digit = dtmf != 0 && p.PT == dtmf
	if !p.Digit && p.PT != uint8(p.Law) && p.PT != media.ComfortNoise {
		return // strays
	}
	r.Heard(p)
	if key, ok := s.keys.Feed(p); ok {
		r.pressed.add(key, r.Press)
	}
}

// pressed tells of keys beside the reading, which must not wait for who hears of them; its
// goroutine lives only as long as there are any.
type pressed struct {
	mu    sync.Mutex
	queue []byte
	busy  bool
}

func (k *pressed) add(key byte, tell func(byte)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.queue) >= maxKeys {
		return
	}
	k.queue = append(k.queue, key)
	if !k.busy {
		k.busy = true
		go k.run(tell)
	}
}

func (k *pressed) run(tell func(byte)) {
	for {
		k.mu.Lock()
		if len(k.queue) == 0 {
			k.busy = false
			k.mu.Unlock()
			return
		}
		key := k.queue[0]
		k.queue = k.queue[1:]
		k.mu.Unlock()
		tell(key)
	}
}

// Keys are the keys of telephone events 0 to 15.
const Keys = "0123456789*#ABCD"

// KeyDetector reports each key of a peer once, at its first packet and whatever
// its duration: starts and ends get lost, ends come three times, some gateways
// say duration 0. The zero value is ready.
type KeyDetector struct {
	any bool
	ts  uint32
}

// Feed takes a packet; true: a key begins.
func (d *KeyDetector) Feed(p *media.Packet) (key byte, ok bool) {
	if !p.Digit || len(p.Payload) < 4 || int(p.Payload[0]) >= len(Keys) || d.any && p.TS == d.ts {
		return 0, false
	}
	d.any, d.ts = true, p.TS
	return Keys[p.Payload[0]], true
}
