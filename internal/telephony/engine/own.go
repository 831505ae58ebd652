package engine

import (
	"context"
	"sync"
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/sip"
)

// owning: the company's own phones ring in its hours, before our queue (C8).
const owning phase = "owning"

// ownFor is how long they may ring; then the caller is ours (F23).
const ownFor = 30 * time.Second

// toOwn is the caller of the company's own hours: he hears the greeting, then its phones
// ring. With words that the call is recorded the phones wait for them: who answers at once
// must not cut them off.
func (c *call) toOwn() {
	c.phase = owning
	if len(c.dec.After) == 0 {
		c.say(c.dec.Greeting, c.music)
		c.ringOwn()
		return
	}
	c.welcome(func() {
		c.music()
		c.ringOwn()
	})
}

// ringOwn rings the company's phones together.
func (c *call) ringOwn() {
	ctx, cancel := context.WithCancel(c.e.base)
	c.giveUp = cancel
	c.wait(ownFor, c.overflow)
	var all sync.WaitGroup
	for _, number := range c.dec.Own {
		all.Add(1)
		c.e.beside(func() {
			defer all.Done()
			if leg, leave := c.e.ownPhone(ctx, c.dec, number); leg != nil {
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
	if c.phase != owning {
		leg.Hangup()
		leave()
		return
	}
	c.halt()
	c.giveUp() // the other phones
	c.giveUp = nil
	c.phase, c.joined, c.self = talking, true, leg
	c.toSelf()
	c.e.waited(c, false)
	c.report(telephony.CallOwn)
	c.e.beside(func() {
		select {
		case <-leg.Done():
			leave()
			c.e.post(func() { c.finish(telephony.Answered, telephony.Nobody, false) })
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

// overflowIn is overflow when all phones have refused or could not be rung before their time.
func (c *call) overflowIn(ctx context.Context) {
	if c.phase == owning && ctx.Err() == nil {
		c.overflow()
	}
}

// overflow gives the caller to us: the company did not answer in its own hours. The remark
// stands in the journal of the call.
func (c *call) overflow() {
	if c.phase != owning {
		return
	}
	c.halt()
	if c.giveUp != nil { // else the phones do not ring yet
		c.giveUp()
		c.giveUp = nil
	}
	c.phase = waiting
	c.report(telephony.CallOverflow)
	c.report(telephony.CallQueued)
	c.guide()
	c.e.enqueue(c)
}
