package engine

import "time"

// askedFor is how long an order waits for the operator who asked for it; then anybody
// takes it.
const askedFor = 30 * time.Second

// spare: he rests, but may be rung: he is rung for a task he has taken on himself, a
// shift lead for a promise that is broken too (F30).
func (s *seat) spare() bool {
	return s.state == statePause && s.call == nil && s.device.able()
}

// absent: he has left his shift, or says that he is about to. Of an engine that has just begun
// he may be on his way here from the one before.
func (e *Engine) absent(operator int64) bool {
	s := e.seats[operator]
	if s == nil {
		return time.Since(e.begun) > askedFor
	}
	return s.state == stateOff || s.wanted == stateOff
}

// own keeps an order for the operator who asked for it, for a while; one who has left keeps
// none from the others.
func (c *call) own() {
	switch {
	case c.order.For == 0:
		return
	case c.e.absent(c.order.For):
		c.order.For = 0
		return
	}
	c.e.after(askedFor, func() { c.anybodys(c.order.For) })
}

// disown lets the orders of an operator who leaves go to whoever is free.
func (s *seat) disown() {
	for _, c := range s.e.calls {
		if c.order.For == s.who.UserID {
			c.anybodys(s.who.UserID)
		}
	}
}

// anybodys lets an order go to whoever is free: the operator who asked for it has not
// taken it.
func (c *call) anybodys(operator int64) {
	if c.order.For == operator {
		c.order.For = 0
		c.e.distribute()
	}
}
