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

// own keeps an order for the operator who asked for it, for a while.
func (c *call) own() {
	if c.order.For == 0 {
		return
	}
	c.e.after(askedFor, func() { c.anybodys(c.order.For) })
}

// anybodys lets an order go to whoever is free: the operator who asked for it has not
// taken it.
func (c *call) anybodys(operator int64) {
	if c.order.For == operator {
		c.order.For = 0
		c.e.distribute()
	}
}
