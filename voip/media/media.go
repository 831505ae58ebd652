// Package media is the sound of a call: packets, ports that carry them, prompts
// and the one clock that plays them.
package media

import (
	"time"

	"d24/voip/g711"
)

// Packet is one piece of sound or one telephone event that a peer sent. Payload
// is valid only during the callback.
type Packet struct {
	Law     g711.Law
	Digit   bool // a telephone event (RFC 4733), not sound
	Marker  bool
	Seq     uint16
	TS      uint32
	SSRC    uint32
	Payload []byte
	At      time.Time
}

// Port is one party's side of the sound: a telephone's RTP socket or a browser.
// Its methods may be called from any goroutine.
type Port interface {
	// SetSink says who receives what the peer says; nil drops it.
	SetSink(func(*Packet))
	// Forward relays another port's packet to the peer, in the peer's law.
	Forward(*Packet)
	// Play sends 20 ms of our own sound (160 bytes in Law).
	Play(frame []byte)
	// Law is the law spoken with the peer.
	Law() g711.Law
	// OnDigit reports keys the peer pressed, each once; nil stops it.
	OnDigit(func(digit byte))
	// SendDigit presses a key for the peer.
	SendDigit(digit byte)
	// SetTap lets a recorder listen: rx to what the peer says, tx to what he hears.
	SetTap(rx, tx func(*Packet))
	// LastHeard is when the peer was last heard; zero when never.
	LastHeard() time.Time
	// Close frees the port. It is safe to call twice.
	Close()
}

// Join relays sound both ways until undone.
func Join(a, b Port) (undo func()) {
	a.SetSink(b.Forward)
	b.SetSink(a.Forward)
	return func() {
		a.SetSink(nil)
		b.SetSink(nil)
	}
}

// Prompt is a sound held once in memory in both laws, shared by every call.
type Prompt struct{ alaw, ulaw []byte }

// NewPrompt makes a prompt of A-law samples; its length is rounded up to whole frames.
func NewPrompt(alaw []byte) *Prompt {
	for len(alaw)%g711.Frame != 0 {
		alaw = append(alaw[:len(alaw):len(alaw)], g711.ALaw.Silence())
	}
	return &Prompt{alaw: alaw, ulaw: g711.Transcode(make([]byte, len(alaw)), alaw, g711.ALaw, g711.MuLaw)}
}

// Duration is how long the prompt plays.
func (p *Prompt) Duration() time.Duration {
	return time.Duration(len(p.alaw)) * time.Second / g711.Rate
}

// Join of prompts: one after another.
func Concat(ps ...*Prompt) *Prompt {
	var all []byte
	for _, p := range ps {
		all = append(all, p.alaw...)
	}
	return NewPrompt(all)
}

// ALaw is the sound itself.
func (p *Prompt) ALaw() []byte { return p.alaw }

func (p *Prompt) in(l g711.Law) []byte {
	if l == g711.MuLaw {
		return p.ulaw
	}
	return p.alaw
}
