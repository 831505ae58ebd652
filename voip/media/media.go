// Package media is the sound of a call: packets, ports that carry them, prompts
// and the one clock that plays them. It knows nothing of whose call it is.
package media

import (
	"time"

	"d24/voip/g711"
)

// ComfortNoise is the static payload type of RFC 3389. It reaches a sink so that
// sequence numbers stay whole, and no port relays it.
const ComfortNoise = 13

// Packet is one piece of sound or one telephone event that a peer sent. The
// packet and its Payload are valid only during the callback.
type Packet struct {
	PT      uint8 // payload type as it came from the peer
	Marker  bool
	Seq     uint16
	TS      uint32 // samples of 1/8000 s
	SSRC    uint32
	Payload []byte
	At      time.Time // when it was received, with monotonic reading
	Law     g711.Law  // of Payload, when it is sound
	Digit   bool      // a telephone event (RFC 4733), not sound
}

// Port is one party's side of the sound: a telephone's RTP socket or a browser.
// Its methods may be called from any goroutine. Callbacks run on the port's read
// goroutine: they must not block, or this party goes deaf.
type Port interface {
	// SetSink says who receives what the peer says; nil drops it.
	SetSink(f func(*Packet))
	// Forward relays another port's packet to the peer, in the peer's law and
	// with the peer's payload type for telephone events.
	Forward(p *Packet)
	// Play sends 20 ms of our own sound (160 bytes in Law).
	Play(frame []byte)
	// Law is the law spoken with the peer.
	Law() g711.Law
	// OnDigit reports keys the peer pressed ("0"–"9", "*", "#", "A"–"D"), each
	// once; nil stops it.
	OnDigit(f func(digit byte))
	// SendDigit presses a key for the peer for d (100 ms when 0). Keys pressed
	// one after another are sent in order; sound pauses meanwhile.
	SendDigit(digit byte, d time.Duration)
	// SetTap lets a recorder listen: rx to what the peer says, tx to what he
	// hears. nil stops it.
	SetTap(rx, tx func(*Packet))
	// LastHeard is when the peer was last heard; zero when never.
	LastHeard() time.Time
	// Close frees the port. It is safe to call twice and from a callback.
	Close()
}

// Join relays sound both ways until undone. Undoing twice is harmless, but only
// the latest Join of a port may be undone.
func Join(a, b Port) (undo func()) {
	a.SetSink(b.Forward)
	b.SetSink(a.Forward)
	return func() {
		a.SetSink(nil)
		b.SetSink(nil)
	}
}
