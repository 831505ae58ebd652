package engine

import (
	"encoding/json"
	"slices"
	"time"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// One call may come twice: a provider rings two of our addresses at once, or sends what it
// could not bring through X by Y (F10). What comes from the same caller to the same company
// within twinWithin is held ringing: a branch is cancelled by its provider as soon as the
// other is answered, and takes its place if the other ends. One that is still there after
// twinFor is a second call, of an office with one number.
const (
	twinWithin = 3 * time.Second
	twinFor    = 3 * time.Second
)

// twin is another way on which a call has come.
type twin struct {
	leg   *sip.Leg
	in    telephony.Incoming
	dec   telephony.Decision
	leave func()
	gone  chan struct{} // closed when it is the call's leg, or a call of its own
}

// merged holds a leg beside the call of which it is a branch; false: it is a call of its own.
func (e *Engine) merged(leg *sip.Leg, in telephony.Incoming, d telephony.Decision) bool {
	if in.Caller == "" {
		return false // who hides his number is everybody
	}
	t := &twin{leg: leg, in: in, dec: d, gone: make(chan struct{})}
	found := make(chan bool, 1)
	e.post(func() {
		c := e.branchOf(in, d)
		if c == nil {
			found <- false
			return
		}
		t.leave = e.trunks.enter(in.TrunkID)
		c.twins = append(c.twins, t)
		c.otherWay(telephony.Changed{From: e.trunks.name(c.trunk), To: e.trunks.name(in.TrunkID), Why: secondWay})
		e.beside(func() { c.besides(t) })
		found <- true
	})
	select {
	case yes := <-found:
		return yes
	case <-e.quit:
		return false
	}
}

// Why a call has another trunk, in the journal's words.
const (
	secondWay = "тот же звонок пришёл ещё одним путём"
	firstGone = "первый путь прервался"
)

func (e *Engine) branchOf(in telephony.Incoming, d telephony.Decision) *call {
	for _, c := range e.calls {
		if c.inbound && c.leg != nil && c.phase != over && c.phone == in.Caller && c.company == d.CompanyID && c.dec.CityID == d.CityID && in.At.Sub(c.in.At).Abs() < twinWithin {
			return c
		}
	}
	return nil
}

// otherWay writes it down; the call's trunk is the one that carries it.
func (c *call) otherWay(ch telephony.Changed) {
	c.report(telephony.CallTrunk, func(r *telephony.Report) {
		r.TrunkID = c.trunk
		r.Data, _ = json.Marshal(ch)
	})
}

// besides waits for what becomes of a twin. It has a goroutine of its own.
func (c *call) besides(t *twin) {
	patience := time.NewTimer(twinFor)
	defer patience.Stop()
	select {
	case <-t.gone:
	case <-t.leg.Done(): // the provider has cancelled it: one call, one ring
		c.e.post(func() {
			if c.forget(t) {
				t.leave()
			}
		})
	case <-patience.C:
		c.e.post(func() {
			if c.forget(t) {
				t.own(c.e)
			}
		})
	case <-c.e.quit:
		t.leg.Hangup()
	}
}

// forget takes a twin from its call; false: it is there no more.
func (c *call) forget(t *twin) bool {
	i := slices.Index(c.twins, t)
	if i < 0 {
		return false
	}
	c.twins = slices.Delete(c.twins, i, i+1)
	close(t.gone)
	return true
}

// own makes a call of its own of it.
func (t *twin) own(e *Engine) {
	t.leave()
	if e.ending {
		t.leg.Hangup()
		return
	}
	e.beside(func() { e.take(t.leg, t.in, t.dec) })
}

// release is the end of the call: who still rings beside it is nobody's branch.
func (c *call) release() {
	for _, t := range c.twins {
		close(t.gone)
		t.own(c.e)
	}
	c.twins = nil
}

// inherit goes on with the call on another way when the one it had ended: it keeps its
// place, its record and its recording. False: there is no other.
func (c *call) inherit(why string) bool {
	i := slices.IndexFunc(c.twins, func(t *twin) bool {
		select {
		case <-t.leg.Done():
			return false
		default:
			return true
		}
	})
	if i < 0 || c.phase == over || c.satisfied() {
		return false
	}
	t := c.twins[i]
	c.forget(t)
	c.quiet()
	c.part()
	c.leg.Media().SetTap(nil, nil)
	c.lineOver()
	was := c.trunk
	c.leg, c.leave, c.trunk = t.leg, t.leave, t.in.TrunkID
	if why == "" {
		why = firstGone
	}
	c.otherWay(telephony.Changed{From: c.e.trunks.name(was), To: c.e.trunks.name(c.trunk), Why: why})
	c.watch()
	c.e.beside(func() {
		if err := t.leg.Answer(); err != nil {
			t.leg.Hangup()
			return // the watch ends the call
		}
		c.e.post(func() {
			if c.leg == t.leg && c.phase != over {
				c.resume()
			}
		})
	})
	return true
}

// resume is the call's sound on its new leg.
func (c *call) resume() {
	if c.phase == arriving {
		c.greet()
		return
	}
	c.record()
	c.listen()
	switch {
	case c.phase == hearing:
		c.welcome(func() { c.say(dangerWords, func() { c.tell(c.admit) }) })
	case c.rung && c.giveUp == nil: // the company's phones were to ring after the words
		c.greeted(c.welcome)
	case c.phase == waiting || c.phase == offered:
		c.welcome(c.guide)
	case c.empty != "":
		c.say(silentWords, c.unanswered)
	case c.phase == announcing:
		c.say(c.dec.Greeting, func() { c.finish(telephony.Answered, telephony.Nobody, false) })
	case c.phase == talking && c.seat != nil:
		c.join(c.seat)
	default:
		c.music()
	}
}
