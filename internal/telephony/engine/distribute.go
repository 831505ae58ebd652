package engine

import (
	"slices"
	"time"
)

func (e *Engine) enqueue(c *call) {
	if c.reserved && (c.priority >= rankUrgent || c.deserted()) { // an emergency does not wait for the company's own
		c.overflow()
		return
	}
	if !slices.Contains(e.queue, c) {
		e.queue = append(e.queue, c)
		e.relax(c)
	}
	e.distribute()
}

// unqueue takes a call out of whatever it waits for: an operator, or a line.
func (e *Engine) unqueue(c *call) {
	same := func(x *call) bool { return x == c }
	e.queue, e.lineless = slices.DeleteFunc(e.queue, same), slices.DeleteFunc(e.lineless, same)
}

// distribute offers what waits to whoever is free.
func (e *Engine) distribute() {
	var idle []Idle
	for _, s := range e.seats {
		if s.state == stateReady || s.spare() {
			idle = append(idle, Idle{UserID: s.who.UserID, Own: s.who.Own, Companies: s.who.Companies, Cities: s.who.Cities, Languages: e.set.Operators[s.who.UserID], Since: s.since, Reserve: s.state != stateReady, Lead: s.who.Supervisor})
		}
	}
	if len(e.queue) == 0 || len(idle) == 0 { // a long queue costs nothing while all are busy
		return
	}
	m := e.moment()
	m.Idle = idle
	byKey := make(map[string]*call, len(e.queue))
	for _, c := range e.queue {
		byKey[c.key] = c
	}
	matches, shares := e.rules.Decide(m)
	e.shares = shares
	for _, m := range matches {
		e.seats[m.UserID].offer(byKey[m.Key])
	}
}

// moment is all that a decision depends on but who is idle.
func (e *Engine) moment() Moment {
	m := Moment{Now: time.Now(), Reached: e.reached(), Shares: e.shares}
	for _, c := range e.queue {
		m.Waiting = append(m.Waiting, Waiter{
			Key: c.key, Phone: c.phone, Inbound: c.inbound, CompanyID: c.company, CityID: c.dec.CityID, Priority: c.priority, Own: c.reserved,
			Repeated: c.repeated, Slow: c.isSlow(), Since: c.since, Promise: c.order.Promise, Passed: c.passed,
			For: c.order.For, Leads: c.order.Leads, Language: e.spoken(c),
		})
	}
	return m
}

// reached counts the callers operators have now, by number.
func (e *Engine) reached() map[string]int {
	out := map[string]int{}
	for _, s := range e.seats {
		if s.call != nil && s.call.inbound && s.call.seat == s {
			out[s.call.phone]++
		}
	}
	return out
}
