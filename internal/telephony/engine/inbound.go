package engine

import (
	"context"
	"maps"
	"time"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// How long the Director may think.
const routeFor = 500 * time.Millisecond

// How long a call waits to be written down before it is put into the file instead.
const writtenIn = 200 * time.Millisecond

// routeCache remembers the last answer for each called number, so that an absent
// database does not change how a line greets.
type routeCache struct {
	known map[string]telephony.Decision
	ask   chan struct{} // guards known
}

func newRouteCache() routeCache {
	return routeCache{known: map[string]telephony.Decision{}, ask: make(chan struct{}, 1)}
}

const routesKept = 10_000

func (r *routeCache) get(called string) (telephony.Decision, bool) {
	r.ask <- struct{}{}
	defer func() { <-r.ask }()
	d, ok := r.known[called]
	return d, ok
}

func (r *routeCache) put(called string, d telephony.Decision) {
	r.ask <- struct{}{}
	defer func() { <-r.ask }()
	if len(r.known) >= routesKept {
		clear(r.known)
	}
	r.known[called] = d
}

// general is how an unknown line greets while nobody can be asked.
var general = telephony.Decision{
	Action: telephony.Queue, Priority: telephony.PriorityInbound,
	Greeting: telephony.Speech{Text: "Здравствуйте! Вы позвонили в диспетчерскую службу. Оставайтесь на линии, вам ответит диспетчер. Разговор записывается.", Spare: telephony.SpareWait},
	Card:     telephony.CallCard{LineKind: "citywide", Greeting: "Диспетчерская служба, здравствуйте. Назовите, пожалуйста, город и адрес."},
}

// route asks the Director; late or absent, the last answer for this line counts.
func (e *Engine) route(in telephony.Incoming) telephony.Decision {
	ctx, cancel := context.WithTimeout(e.base, routeFor)
	defer cancel()
	d, err := e.d.Director.Route(ctx, in)
	if err == nil {
		if d.Action == telephony.Queue || d.Action == telephony.PlayAndHangUp {
			general := d // of the line, not of this caller nor of this minute (F55)
			general.Notices, general.Place = nil, telephony.Place{}
			general.Own, general.OwnDesk, general.Service = nil, false, ""
			e.routes.put(in.Called, general)
		}
		return d
	}
	e.log.Error("a call is routed without the database", "called", in.Called, "err", err)
	if d, ok := e.routes.get(in.Called); ok {
		return greetedAt(d, in.At)
	}
	return general
}

// greetedAt is an answer remembered, at a later instant: last night's greeting is not for
// the morning, the greeting by day is never wrong.
func greetedAt(d telephony.Decision, at time.Time) telephony.Decision {
	if !d.Until.IsZero() && !at.Before(d.Until) {
		d.Greeting = d.Plain
	}
	return d
}

// onInvite takes a new incoming call; it has a goroutine of its own.
func (e *Engine) onInvite(leg *sip.Leg) {
	in := telephony.Incoming{CallKey: newKey(), TrunkID: e.trunks.byAddress(leg.Contact(), leg.Source()), Called: leg.To(), Caller: leg.From(), At: time.Now().UTC()}
	if err := leg.Ring(); err != nil {
		leg.Hangup()
		return
	}
	if e.trunks.ours(in) {
		e.answerTest(leg, in)
		return
	}
	if c := e.expected(in.Caller); c != nil {
		c.met(leg, in)
		return
	}
	d := e.route(in)
	if d.Action == telephony.Queue && e.merged(leg, in, d) {
		return
	}
	e.take(leg, in, d)
}

// take lets an incoming call in as the Director says.
func (e *Engine) take(leg *sip.Leg, in telephony.Incoming, d telephony.Decision) {
	c := &call{e: e, key: in.CallKey, inbound: true, phase: arriving, in: in, dec: d, company: d.CompanyID, phone: in.Caller, priority: d.Priority, since: in.At, leg: leg, leave: e.trunks.enter(in.TrunkID)}
	switch d.Action {
	case telephony.Reject:
		c.leave()
		leg.Reject(404, "Not Found")
		e.post(func() { c.refused(telephony.BadNumber, telephony.Carrier) })
		return
	case telephony.DropAndCallBack:
		c.leave()
		leg.Reject(486, "Busy Here")
		e.post(func() { c.refused(telephony.Rejected, telephony.Nobody) })
		return
	case telephony.Queue, telephony.PlayAndHangUp:
	}
	e.prompts.of(d.Greeting) // ready before it costs
	for _, s := range d.After {
		e.beside(func() { e.prompts.of(s) })
	}
	arrived := make(chan struct{})
	e.post(func() { defer close(arrived); c.arrive() })
	select {
	case <-arrived:
	case <-e.quit:
	}
	e.reports.secure(writtenIn) // whom we have answered, we know of, whatever happens to us in the next moment (R1, R25)
	if err := leg.Answer(); err != nil {
		leg.Hangup()
		return // the watch ends the call
	}
	e.post(func() {
		if c.leg == leg { // not one that a twin has taken over from
			c.greet()
		}
	})
}

// refused writes down a call that was not let in.
func (c *call) refused(o telephony.Outcome, b telephony.Blame) {
	c.begin(c.in.TrunkID)
	c.leg = nil
	c.finish(o, b, false)
}

func (c *call) arrive() {
	c.e.calls[c.key] = c
	c.repeated = c.e.again(c.phone, c.since)
	c.begin(c.in.TrunkID)
	c.watch()
}

// Who hung up so short a while ago is a repeated caller.
const (
	repeatedFor  = 30 * time.Minute
	givenUpCount = 10_000
)

// again reports whether the number hung up a short while ago without having spoken to anybody.
func (e *Engine) again(phone string, now time.Time) bool {
	at, ok := e.givenUp[phone]
	return ok && now.Sub(at) < repeatedFor
}

// waited remembers who has hung up unheard, and forgets who was heard.
func (e *Engine) waited(c *call, unheard bool) {
	if !c.inbound || c.phone == "" {
		return
	}
	e.fresh = true
	if !unheard {
		delete(e.givenUp, c.phone)
		return
	}
	if len(e.givenUp) >= givenUpCount {
		now := time.Now()
		maps.DeleteFunc(e.givenUp, func(_ string, at time.Time) bool { return now.Sub(at) >= repeatedFor })
	}
	if len(e.givenUp) < givenUpCount { // a flood of numbers is no reason to grow
		e.givenUp[c.phone] = time.Now()
	}
}

// greet begins the resident's part: he is recorded, hears the greeting, and waits
// meanwhile already.
func (c *call) greet() {
	if c.phase == over {
		return
	}
	c.report(telephony.CallAnswered)
	c.record()
	c.listen()
	if c.dec.Action == telephony.PlayAndHangUp {
		c.phase = announcing
		c.say(c.dec.Greeting, func() { c.finish(telephony.Answered, telephony.Nobody, false) })
		return
	}
	if len(c.dec.Notices) > 0 {
		c.inform()
		return
	}
	if c.owned() {
		c.toOwn(c.welcome)
		return
	}
	c.phase = waiting
	c.report(telephony.CallQueued)
	c.welcome(c.guide)
	c.report(telephony.CallSpoken)
	c.e.enqueue(c)
}

// welcome is the greeting and what comes after it: that the call is recorded.
func (c *call) welcome(then func()) {
	after := c.dec.After
	var next func()
	next = func() {
		if len(after) == 0 {
			c.noticed = true
			then()
			return
		}
		s := after[0]
		after = after[1:]
		c.say(s, next)
	}
	c.say(c.dec.Greeting, next)
}

func (c *call) music() {
	c.play(c.e.prompts.music, true, nil)
	c.idle = true
}

// holdOn is what a person on hold hears: the company's words, then music.
func (c *call) holdOn() {
	if c.dec.Hold.Text == "" && c.dec.Hold.File == "" {
		c.music()
		return
	}
	c.say(c.dec.Hold, c.music)
}

// listen hears keys.
func (c *call) listen() {
	c.leg.Media().OnDigit(func(b byte) { c.e.post(func() { c.pressed(string(b)) }) })
}

func (c *call) pressed(key string) {
	if c.phase == over {
		return
	}
	if c.inbound {
		c.isPerson()
		c.heardNow()
	}
	means := c.means(key)
	c.report(telephony.CallDigit, func(r *telephony.Report) { r.Digit, r.Means = key, means })
	switch {
	case c.empty != "" && c.phase == announcing:
		if key == telephony.KeyEmergency {
			c.isHere()
		}
	case c.phase == owning && key == telephony.KeyEmergency:
		c.urge() // before he is offered: whoever he rings sees it at once
		c.overflow()
	case c.inbound && (c.phase == hearing || c.phase == waiting || c.phase == offered):
		c.choose(key)
	case c.phase == dictating:
		c.dictated()
	case means:
		c.keyed(key)
	}
}

// holdText is for a person whose operator is gone without a word (F1).
var holdText = telephony.Speech{Text: "Оставайтесь на линии, пожалуйста. Связь с диспетчером прервалась, сейчас вам ответит другой диспетчер.", Spare: telephony.SpareStay}

// orphaned gives a call whose operator vanished to the next one, ahead of all. One who is
// being transferred at once needs him no more.
func (c *call) orphaned() {
	if t := c.transfer; t != nil {
		if t.mode == telephony.AtOnce && t.state != "" {
			c.seat = nil
			return
		}
		t.dropped(telephony.Cancelled)
	}
	c.requeue(holdText)
}

// requeue gives a caller to whoever is free, ahead of all, with the words why.
func (c *call) requeue(words telephony.Speech) {
	c.part()
	c.held = false
	c.seat, c.phase, c.guided, c.returned, c.priority, c.since = nil, waiting, false, true, telephony.PriorityCut, time.Now()
	if c.leg != nil {
		c.report(telephony.CallLeft, func(r *telephony.Report) { r.Operator = c.operator })
		c.say(words, c.hum)
	} else if c.order.OperatorWithin > 0 {
		c.wait(c.order.OperatorWithin, c.alone)
	}
	c.e.enqueue(c)
}
