package city

import (
	"time"
)

// tick is how often a talking subscriber thinks.
const tick = 100 * time.Millisecond

// goodbye is how long one who has said everything waits before he hangs up.
const goodbye = 4 * time.Second

// talk follows the script until the call is over.
func (k *Call) talk(script Script) {
	leg := k.leg
	a := actor{k: k, script: script, since: k.times.Answered, waits: k.times.Answered}
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-leg.Done():
			k.over(leg)
			return
		case <-k.ctx.Done():
			leg.Hangup()
			k.over(leg)
			return
		case now := <-t.C:
			if a.step(now) {
				leg.Hangup()
			}
		}
	}
}

// actor is a subscriber in a talk.
type actor struct {
	k       *Call
	script  Script
	said    int             // sentences begun
	saying  <-chan struct{} // closes when the present one is said
	since   time.Time       // he spoke last: what the other side says from then on counts
	waits   time.Time       // he has been waiting for his turn since then
	pressed bool
	humming bool
}

// step does what is due; true: hang up.
func (a *actor) step(now time.Time) (leave bool) {
	k, s := a.k, &a.script
	if now.Sub(k.times.Answered) > longest || s.HangUp > 0 && now.Sub(k.times.Placed) >= time.Duration(s.HangUp) {
		return true
	}
	if k.handed() {
		return false
	}
	if s.Tone > 0 && !a.humming {
		a.humming = true
		k.mouth.hum(k.c.voice.tone(s.Tone))
	}
	if s.Press != "" && !a.pressed && k.ear.spoke(max(time.Duration(s.Listen), listenFor)) {
		a.pressed = true
		k.press(s.Press)
	}
	if a.saying != nil {
		select {
		case <-a.saying:
			a.saying, a.waits = nil, now
		default:
			return false
		}
	}
	turn := k.ear.turn(a.since, now)
	switch {
	case a.said < len(s.Say) && (turn || a.said == 0 && !k.Out): // who is called speaks first
		a.since = now
		a.saying = k.say(k.s.fill(s.Say[a.said]))
		a.said++
	case a.said < len(s.Say):
		return s.Patience > 0 && now.Sub(a.waits) >= time.Duration(s.Patience)
	case s.Leaves:
		return turn || now.Sub(a.waits) >= goodbye
	}
	return false
}

// say speaks a sentence after those before it; done closes when it is said.
func (k *Call) say(text string) (done <-chan struct{}) {
	k.tell(Said, 0, text)
	return k.mouth.say(k.c.voice.say(k.ctx, text))
}

func (k *Call) press(keys string) {
	k.tell(Pressed, 0, keys)
	for i := range len(keys) {
		k.leg.Media().SendDigit(keys[i], 0)
	}
}

// takeOver ends the script: from here on a person speaks.
func (k *Call) takeOver() {
	k.mu.Lock()
	k.taken = true
	k.mu.Unlock()
}

func (k *Call) handed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.taken
}

// talking reports whether sound may be sent now.
func (k *Call) talking() bool { return k.State() == Talks }

// Take answers the ringing call by hand; false: it does not ring.
func (k *Call) Take() bool { return k.decideByHand(true) }

// Refuse refuses the ringing call by hand (603); false: it does not ring.
func (k *Call) Refuse() bool { return k.decideByHand(false) }

func (k *Call) decideByHand(yes bool) bool {
	if k.Out || k.State() != Rings {
		return false
	}
	select {
	case k.hand <- yes:
		return true
	default:
		return false // decided already
	}
}

// Say speaks a sentence by hand; false: nobody would hear it.
func (k *Call) Say(text string) bool {
	if !k.talking() {
		return false
	}
	k.takeOver()
	k.say(text)
	return true
}

// Press presses keys by hand; false: nobody would hear them.
func (k *Call) Press(keys string) bool {
	if !k.talking() || (Script{Press: keys}).check() != nil {
		return false
	}
	k.takeOver()
	k.press(keys)
	return true
}

// Speak sends sound of a microphone (8 kHz A-law); what comes too fast is dropped.
func (k *Call) Speak(alaw []byte) {
	if k.talking() {
		k.takeOver()
		k.mouth.speak(alaw)
	}
}
