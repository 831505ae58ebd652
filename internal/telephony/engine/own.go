package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/sip"
)

// owning: the company's own phones alone ring in its hours, before our queue (C8).
const owning phase = "owning"

// owned reports whether the call is the company's in its own hours.
func (c *call) owned() bool { return len(c.dec.Own) > 0 || c.dec.OwnDesk }

// toOwn is the caller of the company's own hours (C8): its phones ring, its own operators in
// the browser are offered him, or both at once. He hears words first, the greeting or, after
// notices, to stay; those that the call is recorded the phones wait for: who answers at once
// must not cut them off.
func (c *call) toOwn(words func(then func())) {
	c.reserved, c.rung = true, len(c.dec.Own) > 0
	if !c.dec.OwnDesk {
		c.phase = owning
		c.greeted(words)
		return
	}
	c.phase = waiting
	c.report(telephony.CallQueued)
	c.greeted(words)
	c.report(telephony.CallSpoken)
	c.overflowAfter()
	c.e.enqueue(c)
}

// greeted speaks the words and rings the phones, if there are any.
func (c *call) greeted(words func(then func())) {
	if c.noticed || len(c.dec.After) == 0 {
		words(c.meanwhile)
		c.ringOwn()
		return
	}
	words(func() {
		c.meanwhile()
		c.ringOwn()
	})
}

// meanwhile is what he hears after the words: while phones alone ring, a notice that came
// during them, then music.
func (c *call) meanwhile() {
	switch {
	case c.phase != owning:
		c.guide()
	case c.news():
		c.tell(c.music)
	default:
		c.music()
	}
}

// overflowAfter: so long he is the company's alone (F23).
func (c *call) overflowAfter() {
	within := c.dec.OwnFor
	if within <= 0 {
		within = telephony.OwnFor
	}
	c.spill = c.e.after(within, c.overflow)
}

// ringOwn rings the company's phones together.
func (c *call) ringOwn() {
	if !c.reserved || !c.rung || c.phase == over {
		return
	}
	ctx, cancel := context.WithCancel(c.e.base)
	c.giveUp = cancel
	if c.spill == nil {
		c.overflowAfter()
	}
	var all sync.WaitGroup
	dec := c.dec // the notices in the call's own change meanwhile
	for _, number := range dec.Own {
		all.Add(1)
		c.e.beside(func() {
			defer all.Done()
			if leg, leave := c.e.ownPhone(ctx, dec, number); leg != nil {
				c.e.post(func() { c.ownAnswered(leg, leave) })
			}
		})
	}
	c.e.beside(func() {
		all.Wait()
		c.e.post(func() { c.overflowIn(ctx) })
	})
}

// ownPhone dials one phone through the ways there are; nil: nobody answers.
func (e *Engine) ownPhone(ctx context.Context, dec telephony.Decision, number string) (*sip.Leg, func()) {
	for _, way := range e.trunks.routes(dec.LineID, dec.CompanyID) {
		if ctx.Err() != nil {
			return nil, nil
		}
		leave := e.trunks.admit(way.trunk.ID)
		if leave == nil {
			continue
		}
		leg, de := e.reach(ctx, way, target(way, number))
		if de == nil {
			e.trunks.judged(way.trunk.ID, "")
			return leg, leave
		}
		leave()
		_, _, retry := outcomeOf(de)
		if !retry || ctx.Err() != nil {
			return nil, nil
		}
		e.trunks.judged(way.trunk.ID, whyOf(de))
	}
	return nil, nil
}

// ownAnswered joins the caller with the first who answered; whoever comes later is hung up.
func (c *call) ownAnswered(leg *sip.Leg, leave func()) {
	if !c.reserved || c.phase == over {
		leg.Hangup()
		leave()
		return
	}
	c.halt()
	c.unreserve()
	c.e.unqueue(c)
	if s := c.seat; s != nil { // an own operator's browser rings too
		c.seat = nil
		s.released(telephony.Cancelled, true)
	}
	c.phase, c.self = talking, leg
	c.speaks()
	c.toSelf()
	c.e.waited(c, false)
	c.report(telephony.CallOwn)
	c.e.beside(func() {
		select {
		case <-leg.Done():
			leave()
			c.e.post(func() {
				if c.self == leg { // not one that was freed from nobody's call
					c.finish(telephony.Answered, telephony.Nobody, false)
				}
			})
		case <-c.e.quit:
		}
	})
}

// toSelf joins the caller with the company's phone when he knows that he is recorded.
func (c *call) toSelf() {
	if c.phase != talking || c.leg == nil || c.first(c.self.Media(), c.toSelf) {
		return
	}
	c.quiet()
	c.part()
	c.undo = media.Join(c.leg.Media(), c.self.Media())
	c.weigh(telephony.SideSecond, c.self.Media())
}

// overflowIn: all phones have refused or could not be rung before their time.
func (c *call) overflowIn(ctx context.Context) {
	if !c.reserved || ctx.Err() != nil {
		return
	}
	c.rung = false
	if c.deserted() {
		c.overflow()
	}
}

// deserted reports whether nobody of the company is left to answer: no phone rings, no own
// operator is at work.
func (c *call) deserted() bool {
	if !c.reserved || c.rung {
		return false
	}
	if !c.dec.OwnDesk {
		return true
	}
	if time.Now().Before(c.e.backAt[c.company]) {
		return false
	}
	return !slices.Contains(c.e.ownAt(), c.company)
}

// ownAt are the companies that have own operators at work.
func (e *Engine) ownAt() (out []int64) {
	for _, s := range e.seats {
		if s.who.Own != 0 && s.working() && !slices.Contains(out, s.who.Own) {
			out = append(out, s.who.Own)
		}
	}
	slices.Sort(out)
	return out
}

// ownMoved: a company's own operator is in another state.
func (e *Engine) ownMoved(s *seat) {
	e.fresh = true
	if !s.working() {
		e.deserted()
	}
}

// backSoon: the last run had own operators of these companies at work. Their callers wait for
// the browsers as long as for one that has lost its page.
func (e *Engine) backSoon(companies []int64) {
	e.backAt = map[int64]time.Time{}
	for _, c := range companies {
		e.backAt[c] = time.Now().Add(goneAfter)
	}
	if len(companies) > 0 {
		time.AfterFunc(goneAfter+time.Millisecond, func() { e.post(e.deserted) })
	}
}

// deserted gives those callers to us whose company has nobody at work any more.
func (e *Engine) deserted() {
	for _, c := range e.calls {
		if c.deserted() && (c.phase == owning || c.phase == waiting) {
			c.overflow()
		}
	}
}

// unreserve: somebody has him, he is everybody's, or he is gone.
func (c *call) unreserve() {
	if !c.reserved {
		return
	}
	c.reserved, c.rung = false, false
	if c.spill != nil {
		c.spill.Stop()
		c.spill = nil
	}
	if c.giveUp != nil { // else the phones do not ring yet
		c.giveUp()
		c.giveUp = nil
	}
}

// overflow gives the caller to us: the company did not answer in its own hours. He keeps the
// moment since which he waits. The remark stands in the journal of the call. An own operator
// whose browser rings at that moment is left to answer only while none of the others is free.
func (c *call) overflow() {
	if !c.reserved || c.phase == over {
		return
	}
	c.unreserve()
	c.spilled = true
	c.report(telephony.CallOverflow)
	switch c.phase {
	case owning:
		c.halt()
		c.phase = waiting
		c.report(telephony.CallQueued)
		c.guide()
	case offered:
		s := c.seat
		if !c.e.anotherThan(s, c) {
			s.show(viewRinging)
			return
		}
		c.seat, c.phase = nil, waiting
		c.passed = append(c.passed, s.who.UserID)
		s.released(telephony.Cancelled, true)
	}
	c.e.enqueue(c)
}

// anotherThan reports whether somebody else is free for the caller.
func (e *Engine) anotherThan(s *seat, c *call) bool {
	for _, x := range e.seats {
		if x != s && x.state == stateReady && x.serves(c) {
			return true
		}
	}
	return false
}
