package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"d24/internal/telephony"
	"d24/voip/g711"
	"d24/voip/sip"
)

// Waits of an order.
const (
	countFor      = 3 * time.Second // between taking a task and the dial: time to read
	defaultRing   = 45 * time.Second
	betweenWords  = 2 * time.Second
	timesSpoken   = 3
	forgetInvited = 3 * time.Second // how long the database may be away before a dial is given up
)

// newOrder takes an order. One phone is rung by one order at a time (F40); one that
// only waits for an operator gives way to a more urgent one: a question about a
// request does not hold up an emergency for the same man.
func (e *Engine) newOrder(o telephony.Order) {
	key := telephony.CallKey(o.Key)
	if e.calls[key] != nil {
		return
	}
	c := &call{e: e, key: key, phase: waiting, order: o, company: o.CompanyID, phone: o.Phone, priority: o.Priority, since: time.Now()}
	if !o.Since.IsZero() {
		c.since = o.Since
	}
	e.calls[key] = c
	c.own()
	if !o.Until.IsZero() {
		c.expiry = time.AfterFunc(time.Until(o.Until), func() { e.post(c.tooLate) })
	}
	if o.Leads && !o.Promise.IsZero() { // nothing else happens at that moment
		e.after(time.Until(o.Promise), e.distribute)
	}
	if c.mustHold() {
		e.held = append(e.held, c)
		return
	}
	if was := e.busy[o.Phone]; was != nil {
		if was.phase != waiting || was.leg != nil || was.priority >= c.priority {
			e.held = append(e.held, c)
			return
		}
		was.halt()
		e.unqueue(was)
		e.held = append(e.held, was)
	}
	c.launch()
}

// unhold lets the next order for the phone go, the most urgent first.
func (e *Engine) unhold(phone string) {
	if len(e.held) == 0 {
		return
	}
	e.held = slices.DeleteFunc(e.held, func(c *call) bool { return c.phase == over })
	if e.busy[phone] != nil {
		return
	}
	next := -1
	for i, c := range e.held {
		if c.phone == phone && !c.mustHold() && (next < 0 || c.priority > e.held[next].priority) {
			next = i
		}
	}
	if next < 0 {
		return
	}
	c := e.held[next]
	e.held = slices.Delete(e.held, next, next+1)
	c.launch()
}

func (c *call) launch() {
	e, o := c.e, c.order
	e.busy[c.phone] = c
	if o.Words.Text != "" || o.Words.File != "" {
		e.beside(func() { e.prompts.of(o.Words) })
	}
	if !e.trunks.alive() {
		e.lineless = append(e.lineless, c)
		return
	}
	c.start()
}

// resume lets the orders go that waited for a line. While there is none nobody is
// troubled: an operator would take the same task every few seconds for nothing.
func (e *Engine) resume() {
	if len(e.lineless) == 0 || !e.trunks.alive() {
		return
	}
	list := e.lineless
	e.lineless = nil
	for _, c := range list {
		c.start()
	}
}

// start looks for an operator, or dials.
func (c *call) start() {
	e, o := c.e, c.order
	if o.Mode != telephony.OperatorFirst {
		c.dial()
		return
	}
	if o.OperatorWithin > 0 {
		// F89: nobody took it, the system speaks itself. A ringing operator may
		// still take it: the moment comes again after his ring.
		c.wait(o.OperatorWithin, c.alone)
	}
	e.enqueue(c)
}

// alone dials without an operator.
func (c *call) alone() {
	switch c.phase {
	case waiting:
		c.e.unqueue(c)
		c.dial()
	case offered:
		c.wait(time.Second, c.alone)
	case arriving, counting, dialling, talking, announcing, over:
	}
}

// tooLate is the moment from which the phone must not be rung; one that rings is not
// cut off.
func (c *call) tooLate() {
	switch c.phase {
	case waiting, offered, counting:
		if c.leg == nil {
			c.finish(telephony.Cancelled, telephony.Nobody, false)
		}
	case arriving, dialling, talking, announcing, over:
	}
}

// take is an operator's acceptance of a task: he reads, then it dials.
func (c *call) take(s *seat) {
	c.halt()
	c.e.unqueue(c)
	c.seat = s
	if c.leg != nil { // the person is on the line already
		c.talk(s)
		return
	}
	c.phase = counting
	at := time.Now().Add(countFor)
	s.dialAt = &at
	s.show(viewCounting)
	c.wait(countFor, c.dial)
}

// dial rings the phone through the ways there are.
func (c *call) dial() {
	c.halt()
	if u := c.order.Until; !u.IsZero() && !time.Now().Before(u) {
		c.finish(telephony.Cancelled, telephony.Nobody, false)
		return
	}
	c.phase = dialling
	if c.seat != nil {
		c.seat.dialAt = nil
		c.seat.show(viewDialling)
		c.seat.device.waits()
	}
	ring := c.order.RingFor
	if ring <= 0 {
		ring = defaultRing
	}
	ring = c.e.paced(ring)
	ctx, cancel := context.WithCancel(c.e.base)
	c.giveUp = cancel
	d := &dialer{c: c, e: c.e, order: c.order, ring: ring, changed: c.changed}
	if c.order.Mode == telephony.Bridge {
		d.order.Phone = c.order.First
	}
	c.e.beside(func() {
		defer cancel()
		leg, outcome, blame := d.run(ctx)
		c.e.post(func() {
			c.giveUp = nil
			switch {
			case leg != nil && c.leg != nil: // his own call was quicker (F26)
				leg.Hangup()
				d.leave()
				return
			case leg == nil && c.crossed && !c.stopped:
				return // his own call takes the place of ours
			}
			c.leave = d.leave
			if leg == nil {
				if c.stopped {
					outcome, blame = telephony.Cancelled, telephony.Nobody
				}
				c.finish(outcome, blame, false)
				return
			}
			c.reached(leg)
		})
	})
}

// reached is the answer of the far phone.
func (c *call) reached(leg *sip.Leg) {
	if c.phase == over || c.stopped {
		leg.Hangup()
		c.leave()
		c.finish(telephony.Cancelled, telephony.Nobody, false)
		return
	}
	c.leg = leg
	c.report(telephony.CallAnswered)
	c.record()
	c.listen()
	c.watch()
	if c.seat != nil {
		c.talk(c.seat)
		return
	}
	if c.order.Mode == telephony.Bridge {
		c.bridge()
		return
	}
	c.phase = announcing
	c.speak(1)
	if c.order.Mode != telephony.AnnounceOnly {
		c.since = time.Now()
		c.e.enqueue(c) // whoever gets free meanwhile is joined
	}
}

// speak says the words, several times: who was asleep missed the first.
func (c *call) speak(turn int) {
	if turn == 1 {
		c.report(telephony.CallSpoken)
	}
	c.say(c.order.Words, func() {
		if turn < timesSpoken {
			c.wait(betweenWords, func() { c.speak(turn + 1) })
			return
		}
		c.wait(betweenWords, func() { c.finish(telephony.Answered, telephony.Nobody, false) })
	})
}

var thanks = telephony.Speech{Text: "Принято. Спасибо."}

// verdictFor is how long who has pressed a key stays on the line after the thanks: another may
// have been the first, and he is to hear who goes (F41).
const verdictFor = 3 * time.Second

// means reports whether a key is the answer to the order.
func (c *call) means(key string) bool {
	return !c.inbound && c.phase == announcing && c.digit == "" && strings.Contains(c.order.Keys, key)
}

// keyed is the answer.
func (c *call) keyed(key string) {
	c.digit, c.dismissed = key, false
	c.halt()
	c.e.unqueue(c)
	c.say(thanks, func() {
		c.wait(verdictFor, func() { c.finish(telephony.Answered, telephony.Nobody, false) })
	})
}

// answerFor is how long a key is awaited after the farewell.
const answerFor = 8 * time.Second

// farewell says to who has answered why the words are over (F34, F39); a talk with an
// operator goes on, and a key that was pressed counts: who pressed it is asked for none
// again, but hears that another was the first (F41).
func (c *call) farewell(f telephony.Farewell) {
	if c.phase != announcing || c.dismissed || c.digit != "" && f.Keys != "" || f.Words == "" {
		return
	}
	c.dismissed = true
	c.halt()
	c.e.unqueue(c)
	c.order.Keys = f.Keys
	c.say(telephony.Speech{Text: f.Words, Spare: telephony.SpareCall}, func() {
		left := answerFor
		if f.Keys == "" {
			left = 0
		}
		c.wait(left, func() { c.finish(telephony.Answered, telephony.Nobody, false) })
	})
}

// withdraw stops orders. Who speaks with an operator is not cut off.
func (e *Engine) withdraw(gone []telephony.Withdrawn) {
	for _, w := range gone {
		c := e.calls[telephony.CallKey(w.Key)]
		if c == nil {
			continue
		}
		if c.leg != nil && !c.bridging() {
			c.farewell(w.Farewell)
			continue
		}
		c.stopped = true
		if c.giveUp != nil {
			c.giveUp() // the dial's end finishes the call
			continue
		}
		c.finish(telephony.Cancelled, telephony.Nobody, false)
	}
}

// dialer tries the trunks one after another off the loop.
type dialer struct {
	c       *call
	e       *Engine
	order   telephony.Order
	ring    time.Duration
	changed telephony.Changed
	second  bool   // of a second phone beside the call: its course is not the call's
	leave   func() // gives the channel of the answered call back
}

// run returns the answered leg, or why there is none. A trunk whose channels or turns are
// taken is passed over; when all are, the dial waits a moment: its provider would refuse it.
func (d *dialer) run(ctx context.Context) (*sip.Leg, telephony.Outcome, telephony.Blame) {
	for since := time.Now(); ; {
		leg, o, b, tried := d.round(ctx)
		switch {
		case tried:
			return leg, o, b
		case patience(ctx, since):
			continue
		case ctx.Err() != nil:
			return nil, telephony.Cancelled, telephony.Nobody
		}
		d.e.log.Warn("a dial is put off: no channel of a trunk is free", "order", d.order.Key)
		d.unsent()
		return nil, telephony.CarrierFailed, telephony.Ours
	}
}

// unsent opens the call in the journal though nothing has left.
func (d *dialer) unsent() {
	if !d.second {
		d.e.post(func() { d.c.begin(0) })
	}
}

// round tries each trunk once; tried false: none had a channel free.
func (d *dialer) round(ctx context.Context) (_ *sip.Leg, _ telephony.Outcome, _ telephony.Blame, tried bool) {
	ways := d.e.trunks.routes(d.order.LineID, d.order.CompanyID)
	changed := d.changed
	for _, way := range ways {
		leave := d.e.trunks.admit(way.trunk.ID)
		if leave == nil {
			continue
		}
		if go1, why := d.invited(ctx, way.trunk.ID); !go1 {
			leave()
			return nil, why, telephony.Ours, true
		}
		d.tell(way.trunk, changed, tried)
		tried = true
		began := time.Now()
		leg, de := d.through(ctx, way)
		d.e.trunks.refused(way.trunk.ID, de, time.Since(began))
		if de == nil {
			d.leave = leave
			d.e.trunks.judged(way.trunk.ID, "")
			return leg, telephony.Answered, telephony.Nobody, true
		}
		leave()
		outcome, blame, retry := outcomeOf(de)
		if ctx.Err() != nil {
			return nil, telephony.Cancelled, telephony.Nobody, true
		}
		why := ""
		if retry {
			why = whyOf(de)
		}
		d.e.trunks.judged(way.trunk.ID, why)
		d.e.log.Info("a dial failed", "order", d.order.Key, "trunk", way.trunk.Name, "outcome", outcome, "why", de.Error())
		if !retry {
			return nil, outcome, blame, true
		}
		changed = telephony.Changed{From: way.trunk.Name, Why: why}
	}
	if tried || len(ways) == 0 {
		d.unsent()
		return nil, telephony.CarrierFailed, telephony.Carrier, true
	}
	return nil, "", "", false
}

// tell opens the call in the journal, or writes there that the trunk was changed (T4).
func (d *dialer) tell(t telephony.Trunk, changed telephony.Changed, again bool) {
	if d.second {
		return
	}
	d.e.post(func() {
		if !again && !d.c.started {
			d.c.begin(t.ID)
			return
		}
		d.c.trunk = t.ID
		d.c.report(telephony.CallTrunk, func(r *telephony.Report) {
			changed.To = t.Name
			r.TrunkID = t.ID
			r.Data, _ = json.Marshal(changed)
		})
	})
}

// invited writes down that the phone is about to ring, before it does (F46). Only
// a written one may ring: otherwise it could ring twice for one order.
func (d *dialer) invited(ctx context.Context, trunkID int64) (bool, telephony.Outcome) {
	limit, cancel := context.WithTimeout(ctx, forgetInvited)
	defer cancel()
	for {
		ok, err := d.e.d.Orders.Invited(limit, d.e.cfg.Node, d.order.Key, trunkID)
		if err == nil {
			return ok, telephony.Cancelled
		}
		if errors.Is(err, telephony.ErrCapped) {
			d.e.log.Warn("a dial does not leave: its company has called enough", "order", d.order.Key)
			return false, telephony.CarrierFailed // no attempt: nobody was rung
		}
		select {
		case <-limit.Done():
			d.e.log.Error("a dial is given up: it cannot be written down", "order", d.order.Key, "err", err)
			return false, telephony.Unknown
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (d *dialer) through(ctx context.Context, way route) (*sip.Leg, *sip.DialError) {
	ctx, cancel := context.WithTimeout(ctx, d.ring)
	defer cancel()
	t := target(way, d.order.Phone)
	if d.second {
		return d.e.reach(ctx, way, t)
	}
	rang := false
	t.OnProgress = func(int, bool) {
		if !rang {
			rang = true
			d.e.post(func() { d.c.report(telephony.CallRinging) })
		}
	}
	t.OnLate = func() {
		d.e.post(func() {
			d.c.report(telephony.CallTrunk, func(r *telephony.Report) { r.TrunkID, r.Repeat = way.trunk.ID, true })
		})
	}
	return d.e.reach(ctx, way, t)
}

// laws are the codecs offered to a trunk, the best first.
func laws(names []string) (out []g711.Law) {
	for _, n := range names {
		switch n {
		case "pcma":
			out = append(out, g711.ALaw)
		case "pcmu":
			out = append(out, g711.MuLaw)
		}
	}
	return out
}
