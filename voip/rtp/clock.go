package rtp

import (
	"math/rand/v2"
	"sync"
	"time"

	"d24/voip/media"
)

// Clock keeps sequence, timestamp and SSRC of a leg continuous whatever feeds it:
// our own frames, one caller, then another. A new source starts with a marker,
// as much later as time went by; otherwise the peer's jitter buffer goes mute
// for seconds after every transfer.
type Clock struct {
	ssrc    uint32
	mu      sync.Mutex
	started bool
	event   bool // a key of ours is being sent: sound pauses
	mark    bool // the next packet of sound starts a talk spurt
	last    time.Time
	lastSeq uint16
	lastTS  uint32
	relayed bool // the last packet came from a peer
	src     source
}

// source is the peer whose packets are being relayed.
type source struct {
	ssrc   uint32
	seq    uint16 // the latest of the source
	ts     uint32
	at     time.Time
	floor  uint16 // our number of its first packet
	young  int    // packets since then, up to reorderRoom
	seqOff uint16
	tsOff  uint32
}

// Stamp is the place of one packet in the leg's own stream.
type Stamp struct {
	Seq    uint16
	TS     uint32
	Marker bool
}

const (
	samplesPerMilli = 8
	frameSamples    = 160
	// a gap of our own frames after which the next one starts a new talk spurt
	spurt = 200 * time.Millisecond
	// a source whose timestamps part from the wall clock by more has restarted
	restart = 8000 // samples
	// packets after a change of source among which one of before may still come
	reorderRoom = 100
)

// NewClock starts at random numbers.
func NewClock() *Clock {
	return &Clock{ssrc: rand.Uint32(), lastSeq: uint16(rand.Uint32() & 0x7fff), lastTS: rand.Uint32()} //nolint:gosec // 15 bits
}

// SSRC names the leg's stream; it never changes.
func (c *Clock) SSRC() uint32 { return c.ssrc }

// jump is the timestamp at which something new starts.
func (c *Clock) jump(now time.Time) uint32 {
	if !c.started {
		c.started = true
		return c.lastTS
	}
	return c.lastTS + uint32(max(frameSamples, now.Sub(c.last).Milliseconds()*samplesPerMilli)) //nolint:gosec // wraps by design
}

func (c *Clock) sent(seq uint16, ts uint32, now time.Time) {
	c.lastSeq, c.lastTS, c.last = seq, ts, now
}

// Local places one 20 ms frame of our own. False: it must not be sent now.
func (c *Clock) Local(now time.Time) (s Stamp, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.event {
		return s, false
	}
	s = Stamp{Seq: c.lastSeq + 1, TS: c.lastTS + frameSamples, Marker: c.mark}
	if c.relayed || !c.started || now.Sub(c.last) > spurt {
		s.TS, s.Marker = c.jump(now), true
	}
	c.relayed, c.mark = false, false
	c.sent(s.Seq, s.TS, now)
	return s, true
}

// Relay places a peer's packet, keeping the peer's own gaps and order. False: it
// must not be sent.
func (c *Clock) Relay(p *media.Packet) (s Stamp, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	same := c.relayed && c.src.ssrc == p.SSRC && !c.src.restarted(p)
	if c.event {
		if same {
			c.src.seqOff-- // as if it had never been
			c.src.follow(p)
		}
		return s, false
	}
	if !same {
		ts := c.jump(p.At)
		c.src = source{
			ssrc: p.SSRC, seq: p.Seq, ts: p.TS, at: p.At,
			floor: c.lastSeq + 1, seqOff: c.lastSeq + 1 - p.Seq, tsOff: ts - p.TS,
		}
		c.relayed, c.mark = true, true
	}
	s = Stamp{Seq: p.Seq + c.src.seqOff, TS: p.TS + c.src.tsOff, Marker: p.Marker || c.mark && !p.Digit}
	if c.src.young < reorderRoom {
		if int16(s.Seq-c.src.floor) < 0 { //nolint:gosec // serial arithmetic
			return s, false // sent before the source came in: its number is taken
		}
		c.src.young++
	}
	if !p.Digit {
		c.mark = false
	}
	c.src.follow(p)
	if int16(s.Seq-c.lastSeq) > 0 { //nolint:gosec // serial arithmetic
		c.lastSeq = s.Seq
	}
	if int32(s.TS-c.lastTS) > 0 { //nolint:gosec // serial arithmetic
		c.lastTS = s.TS
	}
	c.last = p.At
	return s, true
}

// Skip leaves a peer's packet out without a hole in our numbers: comfort noise,
// or a key that the other side cannot take.
func (c *Clock) Skip(p *media.Packet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.relayed && c.src.ssrc == p.SSRC && !c.src.restarted(p) {
		c.src.seqOff--
		c.src.follow(p)
	}
}

// restarted reports that the source's numbers have jumped although its name has
// not changed: some gateways do that on a transfer of their own.
func (s *source) restarted(p *media.Packet) bool {
	seq := int(int16(p.Seq - s.seq)) //nolint:gosec // serial arithmetic
	if seq > 1000 || seq < -reorderRoom {
		return true
	}
	if p.Digit || seq <= 0 { // a key's packets carry the time of its start
		return false
	}
	wall := p.At.Sub(s.at).Milliseconds() * samplesPerMilli
	off := int64(int32(p.TS-s.ts)) - wall //nolint:gosec // serial arithmetic
	return off > restart || off < -restart
}

func (s *source) follow(p *media.Packet) {
	if int16(p.Seq-s.seq) < 0 { //nolint:gosec // serial arithmetic
		return
	}
	s.seq = p.Seq
	if !p.Digit {
		s.ts, s.at = p.TS, p.At
	}
}

// beginEvent pauses sound for a key of ours and gives the event's timestamp.
func (c *Clock) beginEvent(now time.Time) uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.event = true
	ts := c.jump(now)
	c.lastTS, c.last = ts, now
	return ts
}

// eventSeq numbers the next packet of the event.
func (c *Clock) eventSeq() uint16 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastSeq++
	c.src.seqOff++ // a source that was being relayed goes on behind it
	return c.lastSeq
}

// endEvent lets sound go on. The time the key took has passed for it too.
func (c *Clock) endEvent(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastTS += uint32(max(0, now.Sub(c.last).Milliseconds()) * samplesPerMilli) //nolint:gosec // wraps by design
	c.last = now
	c.event, c.mark = false, true
}
