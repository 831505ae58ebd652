package rtp

import (
	"encoding/binary"
	"sync"
	"time"
)

// Sums are what a leg's sound has come to since it was opened. What a part of its
// life was like is the difference of two.
type Sums struct {
	Received, Lost uint64 // packets of the peer, and how many of his did not come
	Jitter         time.Duration
	Jitters        uint64 // packets whose jitter (RFC 3550, 6.4.1) is added up in Jitter
	Sent           uint64 // packets of ours that the peer's reports speak of
	FarLost        uint64 // of them lost on the way to him
	Trip           time.Duration
	Trips          uint64 // round trips measured by reports, added up in Trip
}

// Plus adds another part.
func (s Sums) Plus(o Sums) Sums {
	return Sums{
		s.Received + o.Received, s.Lost + o.Lost, s.Jitter + o.Jitter, s.Jitters + o.Jitters,
		s.Sent + o.Sent, s.FarLost + o.FarLost, s.Trip + o.Trip, s.Trips + o.Trips,
	}
}

// Since is what came after an earlier reading of the same leg. What a peer has counted
// anew is not less than nothing.
func (s Sums) Since(o Sums) Sums {
	less := func(a, b uint64) uint64 {
		if a < b {
			return 0
		}
		return a - b
	}
	return Sums{
		less(s.Received, o.Received), less(s.Lost, o.Lost), max(0, s.Jitter-o.Jitter), less(s.Jitters, o.Jitters),
		less(s.Sent, o.Sent), less(s.FarLost, o.FarLost), max(0, s.Trip-o.Trip), less(s.Trips, o.Trips),
	}
}

// Meter measures one leg's sound. The zero value is ready; it may be used from any
// goroutine.
type Meter struct {
	in     reception
	theirs peerReports
}

// Sums reads the meter.
func (m *Meter) Sums() (s Sums) {
	m.in.mu.Lock()
	s.Received, s.Lost = m.in.before.got+m.in.got, m.in.before.lost+uint64(m.in.lost())
	s.Jitter, s.Jitters = time.Duration(m.in.jitters*float64(time.Millisecond)/samplesPerMilli), m.in.jittered
	m.in.mu.Unlock()
	m.theirs.mu.Lock()
	defer m.theirs.mu.Unlock()
	s.Sent, s.FarLost, s.Trip, s.Trips = m.theirs.sent, m.theirs.lost, m.theirs.trip, m.theirs.trips
	return s
}

// Sums are what the sound of the leg has come to.
func (r *Port) Sums() Sums { return r.meter.Sums() }

// peerReports are what the peer's RTCP says.
type peerReports struct {
	mu      sync.Mutex
	sent    uint64
	lost    uint64
	trip    time.Duration
	trips   uint64
	stamp   uint32    // the middle of the NTP time of his last sender report
	stampAt time.Time // when it came
}

const typeRR = 201

// tripMax: a longer way is no way, but a clock that was set or a number made up.
const tripMax = 20 * time.Second

// Reported takes a packet of the peer's RTCP, opened. ours is the name of our stream, sent
// how many packets of it have gone.
func (m *Meter) Reported(b []byte, now time.Time, ours uint32, sent uint64) {
	be := binary.BigEndian
	for len(b) >= 8 && b[0]>>6 == 2 {
		size, at := 4*(int(be.Uint16(b[2:]))+1), 8
		if size > len(b) {
			return
		}
		one := b[:size]
		b = b[size:]
		switch {
		case one[1] == typeSR && size >= 28:
			m.theirs.stamped(be.Uint32(one[10:]), now)
			at = 28
		case one[1] != typeRR:
			continue
		}
		for range int(one[0] & 31) {
			if at+24 > size {
				return
			}
			if be.Uint32(one[at:]) == ours {
				m.theirs.note(one[at:at+24], now, sent)
			}
			at += 24
		}
	}
}

func (p *peerReports) stamped(ntp uint32, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stamp, p.stampAt = ntp, now
}

// note takes a block about our stream (RFC 3550, 6.4.1).
func (p *peerReports) note(b []byte, now time.Time, sent uint64) {
	be := binary.BigEndian
	p.mu.Lock()
	defer p.mu.Unlock()
	lost := int32(be.Uint32(b[4:])<<8) >> 8 //nolint:gosec // a signed number of 24 bits
	p.sent, p.lost = sent, min(sent, uint64(max(0, lost)))
	last := be.Uint32(b[16:])
	if last == 0 {
		return // he has none of our reports yet
	}
	units := int32(middle(now) - last - be.Uint32(b[20:])) //nolint:gosec // wraps by design
	if trip := time.Duration(units) * time.Second >> 16; trip >= 0 && trip <= tripMax {
		p.trip, p.trips = p.trip+trip, p.trips+1
	}
}

// echo tells the peer of his last sender report, by which he measures the way.
func (p *peerReports) echo(b []byte, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stampAt.IsZero() {
		return
	}
	binary.BigEndian.PutUint32(b, p.stamp)
	binary.BigEndian.PutUint32(b[4:], uint32(now.Sub(p.stampAt)*65536/time.Second)) //nolint:gosec // wraps by design
}

// middle are the middle 32 bits of an NTP time: units of 1/65536 s.
func middle(t time.Time) uint32 {
	return uint32(t.Unix()+sinceNTP)<<16 | uint32(uint64(t.Nanosecond())<<16/1e9) //nolint:gosec // wraps by design
}
