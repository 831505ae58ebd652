package engine

import (
	"sync/atomic"
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/tone"
)

// A call in which nobody speaks (F17): a fax machine, a line without a voice. Whoever is there
// hears why the call ends, and a person takes it back with the key for emergencies.

// lineEar listens to a caller for as long as it may matter. Its reading goroutine alone has fax.
type lineEar struct {
	c      *call
	fax    tone.Fax
	found  bool
	faxing atomic.Bool  // the tone of a fax machine may come yet
	voice  atomic.Bool  // somebody should be speaking
	sounds atomic.Int32 // frames with sound since then
}

const (
	silentAfter  = 10 * time.Second // of a talk the operator is told that nobody is heard
	callerStep   = 12               // on average over a frame: above the noise of a line, below a whisper
	personFrames = 100              // two seconds of sound: what a fax machine sends is less till it is known
)

func (h *lineEar) hear(p *media.Packet) {
	if h.voice.Load() {
		if mean, _ := loudness(p); mean >= callerStep {
			h.sounds.Add(1)
		}
	}
	if h.faxing.Load() && !h.found && h.fax.Hear(p.Payload, p.Law, p.TS) {
		h.found = true
		h.c.e.beside(func() { h.c.e.post(func() { h.c.isFax(h) }) }) // the reading waits for nobody
	}
}

// harkens reports whether there is something to listen for: an announcement goes to whoever
// calls, and who has spoken with an operator is there.
func (c *call) harkens() bool {
	return c.inbound && c.dec.Action == telephony.Queue && !c.spoken
}

// tap gives the far side's sound to the recorder and to the ear.
func (c *call) tap() {
	if c.leg == nil {
		return
	}
	rx, tx := c.tape.taps()
	if !c.harkens() {
		c.ear = nil
	} else {
		h := &lineEar{c: c}
		h.faxing.Store(!c.person)
		if was := c.ear; was != nil {
			h.voice.Store(was.voice.Load())
			h.sounds.Store(was.sounds.Load())
		}
		c.ear = h
		written := rx
		rx = func(p *media.Packet) {
			if written != nil {
				written(p)
			}
			h.hear(p)
		}
	}
	c.leg.Media().SetTap(rx, tx)
}

// isPerson: a person is there, no machine.
func (c *call) isPerson() {
	c.person = true
	if c.ear != nil {
		c.ear.faxing.Store(false)
	}
}

// speakNow: from now on the caller is to be heard.
func (c *call) speakNow() {
	c.nobody, c.quietAt = false, time.Now()
	if c.ear == nil {
		c.spoken = false
		c.tap()
	}
	if c.ear != nil {
		c.ear.sounds.Store(0)
		c.ear.voice.Store(true)
	}
}

// heardNow: he has pressed a key in a talk, which is an answer of who cannot speak.
func (c *call) heardNow() {
	if c.ear != nil {
		c.ear.sounds.Add(heardFrames)
	}
}

// hearken looks whether the caller of a talk is heard. Only one of whom there was no sound
// at all since it began counts: who has spoken may be silent for as long as he listens.
func (c *call) hearken(now time.Time) {
	h := c.ear
	if h == nil || !c.inbound {
		return
	}
	n := h.sounds.Load()
	if n >= personFrames {
		c.isPerson()
		c.spoken = true
		c.tap()
	}
	switch {
	case n >= heardFrames:
		c.nobodyIs(false)
	case c.held, c.transfer != nil, c.undo == nil: // he hears music, or words
		c.quietAt = now
	case now.Sub(c.quietAt) >= c.e.paced(silentAfter):
		c.nobodyIs(true)
	}
}

// nobodyIs tells the operator that nobody is heard. What comes of it is his word: whoever
// cannot speak in an emergency is never cut off by a machine.
func (c *call) nobodyIs(is bool) {
	if c.nobody == is || c.seat == nil {
		return
	}
	c.nobody = is
	v := c.shown(c.seat)
	c.seat.tell(out{Type: "call", View: &v})
}

// mumbles ends the message of who was not heard: he has left none and is called back.
func (c *call) mumbles() {
	c.digit, c.deaf = telephony.KeyCallBack, true
	c.dismiss(telephony.EmptySilence, c.deafWords())
}

// silence is the operator's word that nobody is heard: the caller hears goodbye, the operator
// is free. One whose sound did not come at all is not nobody: his line or ours is broken, and
// he is called back as a lost one.
func (s *seat) silence(key string) {
	c := s.call
	switch {
	case c == nil || c.key != key || c.seat != s || c.phase != talking:
	case !c.nobody:
		s.fail("call.heard", "Собеседника было слышно: завершите разговор обычной кнопкой.")
	case c.leg.Media().LastHeard().Before(c.quietAt):
		c.deaf = true
		c.dismiss(telephony.EmptySilence, c.deafWords())
	default:
		c.dismiss(telephony.EmptySilence, silentWords)
	}
}

func (c *call) deafWords() telephony.Speech {
	if c.callable() {
		return unheardWords
	}
	return silentWords
}

// The words before the end. Nobody who is there and cannot speak is cut off by them.
var (
	faxWords = telephony.Speech{Text: "Вы позвонили в аварийно-диспетчерскую службу, факсы здесь не принимаются. Если вы не факс, нажмите ноль. До свидания."}
	// to who is called back all the same
	unheardWords = telephony.Speech{Text: "Вас не слышно, мы перезвоним вам. Если нужна срочная помощь, нажмите ноль. До свидания."}
	silentWords  = telephony.Speech{Text: "Вас не слышно. Если вам нужна срочная помощь и вы не можете говорить, нажмите ноль. Перезвоните, пожалуйста. До свидания."}
)

// isFax ends the call of a fax machine, wherever it is.
func (c *call) isFax(h *lineEar) {
	switch {
	case c.ear != h || c.person || c.empty != "":
		return
	case c.phase == hearing, c.phase == waiting, c.phase == offered, c.phase == owning, c.phase == talking, c.phase == dictating:
		c.e.log.Info("a fax machine calls", "call", c.key)
		c.dismiss(telephony.EmptyFax, faxWords)
	}
}

// dismiss says goodbye to a caller who is nobody; whoever had him is free at once.
func (c *call) dismiss(why telephony.Empty, words telephony.Speech) {
	c.empty, c.told = why, 0
	c.halt()
	c.unreserve()
	c.e.unqueue(c)
	if c.transfer != nil {
		c.transfer.dropped(telephony.Cancelled)
	}
	if c.watched != nil {
		c.watched.by.unwatch()
	}
	ringing := c.phase == offered
	c.phase, c.held, c.nobody = announcing, false, false
	c.part()
	if c.self != nil {
		c.self.Hangup()
		c.self = nil
	}
	if s := c.seat; s != nil {
		c.seat = nil
		s.kept, s.dumb, s.ears = false, false, nil
		s.released(telephony.Answered, ringing)
	}
	c.e.waited(c, c.deaf)
	if !c.deaf {
		c.report(telephony.CallEmpty, func(r *telephony.Report) { r.Empty = why })
	}
	c.say(words, c.unanswered)
	c.e.distribute()
}

func (c *call) unanswered() {
	o, b := c.emptied()
	c.finish(o, b, false)
}

// emptied is how such a call ends, whoever hangs up.
func (c *call) emptied() (telephony.Outcome, telephony.Blame) {
	if c.deaf {
		c.empty, c.broke = "", "звонящего не было слышно"
		if c.joined {
			return telephony.Abandoned, telephony.Carrier
		}
		return telephony.Abandoned, telephony.Nobody
	}
	return telephony.Answered, telephony.Nobody
}

// isHere takes a caller back who was taken for nobody and has pressed the key: he has an
// emergency (F16).
func (c *call) isHere() {
	c.empty, c.deaf = "", false
	c.report(telephony.CallEmpty)
	c.phase = waiting
	c.report(telephony.CallQueued)
	c.urge()
	c.guide()
	c.e.enqueue(c)
}
