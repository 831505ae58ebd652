package rtp

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Clock keeps sequence, timestamp and SSRC of a leg continuous whatever feeds it:
// our own frames, one caller, then another. A new source starts with a marker,
// as much later as time went by; otherwise the peer's jitter buffer goes mute.
type Clock struct {
	mu      sync.Mutex
	SSRC    uint32
	started bool
	last    time.Time
	lastSeq uint16
	lastTS  uint32
	relayed bool   // the last packet came from a peer
	source  uint32 // its SSRC
	seqOff  uint16
	tsOff   uint32
}

// gap of our own frames after which the next one starts a new talk spurt
const spurt = 200 * time.Millisecond

// NewClock starts at random numbers.
func NewClock() *Clock {
	return &Clock{SSRC: rand.Uint32(), lastSeq: uint16(rand.Uint32() & 0x7fff), lastTS: rand.Uint32()}
}

// jump is the timestamp at which a new source starts.
func (c *Clock) jump(now time.Time) uint32 {
	if !c.started {
		c.started = true
		return c.lastTS
	}
	return c.lastTS + uint32(max(160, now.Sub(c.last).Milliseconds()*8))
}

// Local places one 20 ms frame of our own.
func (c *Clock) Local(now time.Time) (seq uint16, ts uint32, marker bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.relayed || !c.started || now.Sub(c.last) > spurt {
		ts, marker = c.jump(now), true
		c.relayed = false
	} else {
		ts = c.lastTS + 160
	}
	seq = c.lastSeq + 1
	c.lastSeq, c.lastTS, c.last = seq, ts, now
	return seq, ts, marker
}

// Relay places a peer's packet, keeping the peer's own gaps.
func (c *Clock) Relay(ssrc uint32, pseq uint16, pts uint32, now time.Time) (seq uint16, ts uint32, marker bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.relayed || c.source != ssrc {
		c.tsOff = c.jump(now) - pts
		c.seqOff = c.lastSeq + 1 - pseq
		c.relayed, c.source, marker = true, ssrc, true
	}
	seq, ts = pseq+c.seqOff, pts+c.tsOff
	if int16(seq-c.lastSeq) > 0 { //nolint:gosec // serial arithmetic
		c.lastSeq = seq
	}
	if int32(ts-c.lastTS) > 0 { //nolint:gosec // serial arithmetic
		c.lastTS = ts
	}
	c.last = now
	return seq, ts, marker
}
