package engine

import (
	"d24/internal/phone"
	"d24/internal/telephony"
	"d24/voip/sip"
)

// expected is the order whose phone is being dialled for an operator at this moment by
// whom the same person calls us: he gets busy from us and we from him (F26). The dial is
// given up. nil: nobody is being called by this number.
func (e *Engine) expected(caller string) *call {
	found := make(chan *call, 1)
	e.post(func() { found <- e.cross(phone.Caller(caller)) })
	select {
	case c := <-found:
		return c
	case <-e.quit:
		return nil
	}
}

func (e *Engine) cross(number string) *call {
	c := e.busy[number]
	if number == "" || c == nil || c.seat == nil || c.leg != nil || c.stopped || c.crossed || c.phase != counting && c.phase != dialling {
		return nil
	}
	c.crossed = true
	c.halt()
	if c.giveUp != nil {
		c.giveUp()
	}
	return c
}

// met lets the person's own call in and joins it to the operator who was calling him. It
// runs beside the loop.
func (c *call) met(leg *sip.Leg, in telephony.Incoming) {
	leave := c.e.trunks.enter(in.TrunkID)
	if err := leg.Answer(); err != nil {
		leg.Hangup()
		leave()
		c.e.post(func() { // he gave up: we call him all the same
			c.crossed = false
			if c.phase != over && c.leg == nil && !c.stopped {
				c.dial()
			}
		})
		return
	}
	c.e.post(func() {
		if c.phase == over || c.leg != nil { // our dial was answered first
			leg.Hangup()
			leave()
			return
		}
		c.leave = leave
		c.begin(in.TrunkID)
		c.reached(leg)
	})
}
