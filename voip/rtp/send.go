package rtp

import (
	"strings"
	"sync"
	"time"

	"d24/voip/g711"
	"d24/voip/media"
)

// maxPayload is more than any packet of telephone sound; longer ones are dropped.
const maxPayload = 1400

// Play sends one frame of our own: 160 bytes in Law.
func (r *Port) Play(frame []byte) {
	if len(frame) > maxPayload || r.closed.Load() {
		return
	}
	now := time.Now()
	s, ok := r.clock.Local(now)
	if !ok {
		return
	}
	law := r.Law()
	r.sound(s, frame, law, law, now)
}

// Forward relays a peer's packet.
func (r *Port) Forward(p *media.Packet) {
	dtmf := uint8(r.dtmf.Load()) //nolint:gosec // stored as such
	if len(p.Payload) > maxPayload || r.closed.Load() {
		return
	}
	if p.PT == media.ComfortNoise || p.Digit && dtmf == 0 {
		r.clock.Skip(p)
		return
	}
	s, ok := r.clock.Relay(p)
	if !ok {
		return
	}
	if p.Digit {
		r.write(Header{PT: dtmf, Marker: p.Marker, Seq: s.Seq, TS: s.TS, Payload: p.Payload})
		return
	}
	r.sound(s, p.Payload, p.Law, r.Law(), p.At)
}

// sound sends a packet of sound, turned into the peer's law, and lets the
// recorder hear it.
func (r *Port) sound(s Stamp, payload []byte, from, law g711.Law, at time.Time) {
	if from != law {
		bp := buffers.Get().(*[]byte) //nolint:forcetypeassert // our pool
		defer buffers.Put(bp)
		payload = g711.Transcode(*bp, payload, from, law)
	}
	r.write(Header{PT: uint8(law), Marker: s.Marker, Seq: s.Seq, TS: s.TS, Payload: payload})
	if r.Tapped() {
		p := packets.Get().(*media.Packet) //nolint:forcetypeassert // our pool
		*p = media.Packet{PT: uint8(law), Marker: s.Marker, Seq: s.Seq, TS: s.TS, SSRC: r.clock.ssrc, Payload: payload, At: at, Law: law}
		r.Told(p)
		p.Payload = nil
		packets.Put(p)
	}
	r.report(at)
}

var packets = sync.Pool{New: func() any { return new(media.Packet) }}

// write sends a packet; its errors never end a call.
func (r *Port) write(h Header) {
	to := r.peer.Load()
	if to == nil || to.addr.Port() == 0 || to.addr.Addr().IsUnspecified() || r.silent.Load() {
		return
	}
	h.SSRC = r.clock.ssrc
	bp := buffers.Get().(*[]byte) //nolint:forcetypeassert // our pool
	b := *bp
	h.put(b)
	out := b[:headerLen+copy(b[headerLen:], h.Payload)]
	if s := r.sealing.Load(); s != nil {
		sp := buffers.Get().(*[]byte) //nolint:forcetypeassert // our pool
		defer buffers.Put(sp)
		var err error
		if out, err = s.seal((*sp)[:0], out); err != nil {
			buffers.Put(bp)
			return // never in the clear
		}
	}
	r.sock.send(out, &to.to)
	buffers.Put(bp)
	r.sent.Add(1)
	r.bytes.Add(uint64(len(h.Payload)))
	r.rtcp.lastTS.Store(h.TS)
}

// keyer sends keys one after another; its goroutine lives only as long as there
// are any.
type keyer struct {
	mu    sync.Mutex
	queue []key
	busy  bool
}

type key struct {
	event byte
	d     time.Duration
}

// maxKeys is how many keys may wait; the longest extension is shorter.
const maxKeys = 64

// gap between two keys, and the packets at the end of each: they may get lost.
const (
	keyGap   = 60 * time.Millisecond
	keyEnds  = 3
	keyLong  = 100 * time.Millisecond
	keyMax   = 5 * time.Second
	keyPower = 10 // -10 dBm0
)

// SendDigit presses a key for d (100 ms when 0, at most 5 s), after those
// pressed before. Nothing happens with a peer that takes no telephone events.
func (r *Port) SendDigit(digit byte, d time.Duration) {
	event := strings.IndexByte(Keys, digit)
	if event < 0 || r.closed.Load() {
		return
	}
	if d <= 0 {
		d = keyLong
	}
	k := &r.keys
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.queue) >= maxKeys {
		return
	}
	k.queue = append(k.queue, key{event: byte(event), d: min(d, keyMax)}) //nolint:gosec // 0 to 15
	if !k.busy {
		k.busy = true
		go r.press()
	}
}

func (k *keyer) next() (x key, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.queue) == 0 {
		k.busy = false
		return x, false
	}
	x, k.queue = k.queue[0], k.queue[1:]
	return x, true
}

func (r *Port) press() {
	t := time.NewTicker(media.FrameTime)
	defer t.Stop()
	wait := func() bool {
		select {
		case <-t.C:
			return true
		case <-r.quit:
			return false
		}
	}
	for k, ok := r.keys.next(); ok; k, ok = r.keys.next() {
		if !r.pressOne(k, wait) {
			return
		}
		for range keyGap / media.FrameTime {
			if !wait() {
				return
			}
		}
	}
}

// pressOne sends one event: a packet every 20 ms with the length so far, then
// three that say it has ended.
func (r *Port) pressOne(k key, wait func() bool) bool {
	dtmf := uint8(r.dtmf.Load()) //nolint:gosec // stored as such
	if dtmf == 0 {
		return true
	}
	ts := r.clock.beginEvent(time.Now())
	defer func() { r.clock.endEvent(time.Now()) }()
	full := max(1, int(k.d/media.FrameTime))
	for i := 1; i <= full+keyEnds-1; i++ {
		length := uint16(frameSamples * min(i, full))
		end := byte(0)
		if i >= full {
			end = 0x80
		}
		r.write(Header{
			PT: dtmf, Marker: i == 1, Seq: r.clock.eventSeq(), TS: ts,
			Payload: []byte{k.event, end | keyPower, byte(length >> 8), byte(length)}, //nolint:gosec // its two bytes
		})
		if !wait() {
			return false
		}
	}
	return true
}
