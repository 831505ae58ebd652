package city

import (
	"bytes"
	"sync"
	"time"

	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/tone"
)

// earKeeps is how much of what he hears a subscriber remembers.
const earKeeps = 15 * g711.Rate

// speechOver is the silence after which the other side is believed to have
// finished: longer than a pause between sentences of the announcements.
const speechOver = 1200 * time.Millisecond

// loud is the level of a frame that counts as sound, mean of absolute samples:
// about -42 dBFS.
const loud = 180

var linear = func() (t [256]int32) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for i, v := range g711.Decode(all, g711.ALaw) {
		t[i] = max(int32(v), -int32(v))
	}
	return t
}()

// ear is what a subscriber hears in one call. It remembers the last 15 s as
// A-law and knows whether somebody is speaking.
type ear struct {
	mu     sync.Mutex
	ring   []byte
	at     int   // where the next byte goes, once ring is full
	total  int64 // bytes heard
	sound  time.Duration
	first  time.Time     // first frame with sound
	lastOn time.Time     // last frame with sound
	spoken time.Duration // of the present spell of speech
	ears   map[chan []byte]struct{}
}

// hear is a port's sink.
func (e *ear) hear(p *media.Packet) {
	if p.Digit || p.PT == media.ComfortNoise || len(p.Payload) == 0 {
		return
	}
	frame := g711.Transcode(make([]byte, len(p.Payload)), p.Payload, p.Law, g711.ALaw)
	var sum int32
	for _, b := range frame {
		sum += linear[b]
	}
	on := int(sum)/len(frame) > loud
	length := time.Duration(len(frame)) * time.Second / g711.Rate
	e.mu.Lock()
	defer e.mu.Unlock()
	e.keep(frame)
	if on {
		if e.first.IsZero() {
			e.first = p.At
		}
		if p.At.Sub(e.lastOn) > speechOver {
			e.spoken = 0
		}
		e.lastOn = p.At
		e.sound += length
		e.spoken += length
	}
	for c := range e.ears {
		select {
		case c <- frame:
		default: // a slow page loses sound, the call does not
		}
	}
}

func (e *ear) keep(b []byte) {
	e.total += int64(len(b))
	for len(b) > 0 {
		if len(e.ring) < earKeeps {
			n := min(len(b), earKeeps-len(e.ring))
			e.ring, b = append(e.ring, b[:n]...), b[n:]
			continue
		}
		n := copy(e.ring[e.at:], b)
		b = b[n:]
		e.at = (e.at + n) % earKeeps
	}
}

// bytes are the last 15 s, oldest first.
func (e *ear) bytes() []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := append([]byte(nil), e.ring[e.at:]...)
	return append(out, e.ring[:e.at]...)
}

// music reports whether the last thing heard is the music people wait by. It is the
// program's own, so that its very bytes are known; nobody's speech has them.
func (e *ear) music() bool {
	const enough = g711.Rate / 50 // a packet
	heard := e.bytes()
	e.mu.Lock()
	silent := time.Since(e.lastOn) > speechOver
	e.mu.Unlock()
	if silent || len(heard) < enough {
		return false
	}
	return bytes.Contains(media.Music().ALaw(), heard[len(heard)-enough:])
}

// firstSound is when sound was first heard; zero when never.
func (e *ear) firstSound() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.first
}

// turn reports whether the other side has spoken at least half a second since
// the moment and been quiet for speechOver: now it is his turn to speak.
func (e *ear) turn(since, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lastOn.After(since) && e.spoken >= 500*time.Millisecond && now.Sub(e.lastOn) >= speechOver
}

// spoke reports whether the other side has been heard for at least d.
func (e *ear) spoke(d time.Duration) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.sound >= d
}

// listen passes every frame on (A-law, 20 ms as a rule) until stop.
func (e *ear) listen() (frames <-chan []byte, stop func()) {
	c := make(chan []byte, 100)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ears == nil {
		e.ears = map[chan []byte]struct{}{}
	}
	e.ears[c] = struct{}{}
	return c, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.ears, c)
	}
}

// Sound is what the subscriber heard in the last 15 s of the call: 8 kHz A-law.
func (k *Call) Sound() []byte { return k.ear.bytes() }

// Heard reports whether the tone of hz stood out for half a second of the last 15 s.
func (k *Call) Heard(hz float64) bool { return tone.Heard(k.ear.bytes(), hz) }

// Level is the loudness of the last half second heard, dBFS; -120 when nothing
// came yet.
func (k *Call) Level() float64 {
	b := k.ear.bytes()
	return tone.RMS(g711.Decode(b[max(0, len(b)-g711.Rate/2):], g711.ALaw))
}

// Frames passes on every frame that the subscriber hears (8 kHz A-law, 20 ms as
// a rule) until stop is called; a reader slower than 2 s loses some.
func (k *Call) Frames() (frames <-chan []byte, stop func()) { return k.ear.listen() }
