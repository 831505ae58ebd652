package engine

import (
	"slices"
	"sync/atomic"
	"time"

	"d24/internal/telephony"
	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/webrtc"
)

// An operator who is not heard (F4). Only one of whom there was no sound at all since he took
// the call counts: who listens in a quiet room with the noise taken away is digital silence
// too, and he has greeted before.
const (
	// dumbAfter of the other side's speech the operator is told, and the supervisor sees it.
	dumbAfter = 3 * time.Second
	// dumbTooLong of it another has the caller, if one is free.
	dumbTooLong = 8 * time.Second
)

// ears listen to both sides of a talk until the operator is heard.
type ears struct {
	mine   atomic.Int32 // frames with any sound of the operator's
	theirs atomic.Int32 // frames of the other side's speech
}

const (
	heardFrames = 5  // a tenth of a second is a microphone that works
	anySound    = 2  // steps of G.711: above what a codec makes of nothing
	speechStep  = 24 // on average over a frame: a voice on a telephone
)

// loudness is the mean and the greatest step of a frame, 0..127: G.711's steps grow with the
// sound, so nothing needs to be decoded.
func loudness(p *media.Packet) (mean, top int) {
	for _, b := range p.Payload {
		step := int((b ^ 0x55) & 0x7f)
		if p.Law == g711.MuLaw {
			step = int(^b & 0x7f)
		}
		mean += step
		top = max(top, step)
	}
	return mean / max(1, len(p.Payload)), top
}

func (h *ears) operator(p *media.Packet) {
	if _, top := loudness(p); top >= anySound {
		h.mine.Add(1)
	}
}

func (h *ears) other(p *media.Packet) {
	if mean, _ := loudness(p); mean >= speechStep {
		h.theirs.Add(1)
	}
}

// attend listens whether the operator of the talk that begins, or is joined anew, is heard.
func (s *seat) attend() {
	if ear := s.device.port(); s.ears != nil && ear != nil {
		h := s.ears
		ear.SetTap(h.operator, h.other)
	}
}

// hears looks what came of it.
func (s *seat) hears() {
	h, c := s.ears, s.call
	if h == nil || c.held || s.kept || c.transfer != nil {
		return
	}
	spoken := time.Duration(h.theirs.Load()) * media.FrameTime
	switch {
	case h.mine.Load() >= heardFrames:
		s.ears = nil
		if ear := s.device.port(); ear != nil {
			ear.SetTap(nil, nil)
		}
		s.dumbIs(false)
	case spoken >= dumbTooLong && s.e.otherFor(s):
		s.e.log.Warn("an operator is not heard: the call goes to another", "operator", s.who.UserID, "call", c.key)
		s.fail("mic.silent", "Ваш микрофон не даёт звука: звонок передан другому диспетчеру. Проверьте микрофон.")
		s.mic = false
		s.dumbIs(false)
		s.giveAway()
	case spoken >= dumbAfter:
		s.dumbIs(true)
	}
}

// dumbIs tells the operator, and the floor, that he is not heard.
func (s *seat) dumbIs(is bool) {
	if s.dumb == is {
		return
	}
	s.dumb = is
	if is {
		s.call.report(telephony.CallSilent, func(r *telephony.Report) { r.Operator = s.who.UserID })
	}
	v := s.call.shown(s)
	s.tell(out{Type: "call", View: &v})
}

// otherFor reports whether somebody else is free to take the call.
func (e *Engine) otherFor(s *seat) bool {
	for _, o := range e.seats {
		if o != s && o.state == stateReady && o.serves(s.call) && !slices.Contains(s.call.passed, o.who.UserID) {
			return true
		}
	}
	return false
}

// trouble is what is wrong with an operator in a talk, for the floor.
func (s *seat) trouble() string {
	switch {
	case s.kept:
		return telephony.TroubleAway
	case s.dumb:
		return telephony.TroubleMic
	}
	return ""
}

// Words of the sound check.
const (
	echoFor  = 3 * time.Second
	echoSays = "says" // he is to speak now
	echoGave = "gave" // he hears himself
)

// echo takes three seconds of the operator's voice and gives them back to him: his microphone,
// his network and his headset are heard to work before he is ready (F4).
func (s *seat) echo() {
	leg := s.leg
	if s.call != nil || s.watching != nil || s.echoing || leg == nil || !s.media {
		s.fail("echo.busy", "Проверить звук можно, когда нет звонка и звук подключён.")
		return
	}
	e := s.e
	s.echoing = true
	said := make(chan []byte, 1)
	var got []byte
	enough := false
	leg.SetSink(func(p *media.Packet) {
		if p.Digit || enough {
			return
		}
		if p.Law == g711.ALaw {
			got = append(got, p.Payload...)
		} else {
			got = append(got, g711.Encode(g711.Decode(p.Payload, p.Law), g711.ALaw)...)
		}
		if len(got) >= int(echoFor/time.Second)*g711.Rate {
			enough = true
			said <- got
		}
	})
	s.tell(out{Type: "echo", State: echoSays})
	e.beside(func() {
		var voice []byte
		select {
		case voice = <-said:
		case <-time.After(2 * echoFor):
		case <-e.quit:
		}
		e.post(func() { s.giveBack(leg, voice) })
	})
}

// giveBack plays what was said; a call that came meanwhile goes before.
func (s *seat) giveBack(leg *webrtc.Leg, voice []byte) {
	s.echoing = false
	if s.call != nil || s.leg != leg || len(voice) == 0 {
		if s.call == nil {
			leg.SetSink(nil)
		}
		s.tell(out{Type: "echo"})
		return
	}
	leg.SetSink(nil)
	s.tell(out{Type: "echo", State: echoGave})
	stop, done := s.e.pacer.Start(leg, media.NewPrompt(voice), false)
	s.hush = stop
	s.e.beside(func() {
		select {
		case <-done:
		case <-s.e.quit:
		}
		s.e.post(func() { s.tell(out{Type: "echo"}) })
	})
}

// unecho ends what he hears of himself.
func (s *seat) unecho() {
	if s.hush != nil {
		s.hush()
		s.hush = nil
	}
}
