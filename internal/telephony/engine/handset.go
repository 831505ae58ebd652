package engine

import (
	"context"
	"strings"
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/sip"
)

const (
	noPhone      = "настольный телефон не на связи"
	phoneSilent  = "настольный телефон не отвечает"
	dropsWithin  = 3 * time.Second // after a transfer that failed: it was the telephone that hung up, nobody's hand
	phoneAskedIn = 4 * time.Second // without a sign of life of the telephone
)

// handset is the telephone on the operator's desk: it is called, and speaks for him.
type handset struct {
	s     *seat
	stop  context.CancelFunc // of the ring under way
	turn  int                // tells an old ring's end from the present one's
	leg   *sip.Leg           // it has answered
	line  *sip.Leg           // the second call of its own: to whom the caller may be led
	keeps bool               // the other side is on hold there
	vain  time.Time          // when a transfer by its key came to nothing
}

func (h *handset) name() string { return byPhone }

func (h *handset) able() bool { return h.s.conn != nil && h.s.e.handsets.registered(h.s.who.UserID) }

func (h *handset) lack() string {
	if h.s.e.handsets.registered(h.s.who.UserID) {
		return ""
	}
	return noPhone
}

func (h *handset) port() media.Port {
	if h.leg == nil {
		return nil
	}
	return h.leg.Media()
}

func (h *handset) ears() *ears { return nil } // a telephone has no microphone that a page could test
func (h *handset) apart() bool { return h.leg != nil }
func (h *handset) holds() bool { return h.leg != nil && h.keeps }

// heardAt: a telephone whose sound is gone is ended by the stack, one that is muted may say nothing.
func (h *handset) heardAt() time.Time {
	if h.leg == nil {
		return time.Time{}
	}
	return time.Now()
}

func (h *handset) answer(string) {
	h.s.fail("phone.pick_up", "Снимите трубку настольного телефона.")
}

// ring calls the telephone.
func (h *handset) ring(c *call) {
	h.free()
	h.turn++
	turn, e := h.turn, h.s.e
	ctx, cancel := context.WithCancel(e.base)
	h.stop = cancel
	at, known := e.handsets.binding(h.s.who.UserID)
	from, name := c.phone, displayed(c.dec.Card.CompanyName)
	e.beside(func() {
		var leg *sip.Leg
		de := &sip.DialError{Silent: true}
		if known {
			leg, de = e.reachDesk(ctx, at, from, name)
		}
		e.post(func() { h.rung(c, turn, leg, de) })
	})
}

// displayed is a name as it may stand in a header.
func displayed(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune("\"\\<>", r) {
			return -1
		}
		return r
	}, name)
}

// rung is what came of a ring.
func (h *handset) rung(c *call, turn int, leg *sip.Leg, de *sip.DialError) {
	s := h.s
	if h.turn != turn || s.device != device(h) || s.call != c || s.view != viewRinging {
		if leg != nil {
			s.e.beside(leg.Hangup)
		}
		return
	}
	h.stop = nil
	if leg == nil {
		s.e.log.Info("a desk phone does not take a call", "operator", s.who.UserID, "why", de.Error())
		why := declined
		if de.Silent || de.Unsent {
			why = phoneSilent
		}
		s.missed(why)
		return
	}
	h.leg, h.keeps = leg, false
	leg.OnHold(func(on bool) { s.e.post(func() { h.held(leg, on) }) })
	leg.OnRefer(func(r *sip.Referral) { s.e.post(func() { h.refer(leg, r) }) })
	s.e.beside(func() {
		select {
		case <-leg.Done():
			s.e.post(func() { h.hung(leg, leg.End()) })
		case <-s.e.quit:
		}
	})
	s.answer(c.key)
}

// waits plays how the far phone rings: he holds the receiver already.
func (h *handset) waits() {
	if h.leg != nil && h.s.hush == nil {
		h.s.hush, _ = h.s.e.pacer.Start(h.leg.Media(), media.Ringback(), true)
	}
}

// held is the hold key of the telephone.
func (h *handset) held(leg *sip.Leg, on bool) {
	if h.leg != leg {
		return
	}
	h.keeps = on
	if !on {
		h.vain = time.Time{} // he has taken the caller back
	}
	c := h.s.call
	switch {
	case c == nil:
	case h.line != nil && c.seat == h.s && c.transfer != nil:
		h.toggled(c, on)
	default:
		h.s.hold(c.key, on)
	}
}

// refer is the transfer key of the telephone: to the competent person or the colleague of this
// short number, at once. What is refused leaves the talk as it is.
func (h *handset) refer(leg *sip.Leg, r *sip.Referral) {
	s, c := h.s, h.s.call
	if r.Replaces != nil {
		h.together(leg, r)
		return
	}
	person, mate, ok := telephony.Shorter(r.To)
	switch {
	case h.leg != leg || c == nil || c.seat != s || c.transfer != nil:
		r.Refuse()
	case telephony.Emergency(r.To):
		s.fail("phone.emergency", emergencyText)
		r.Refuse()
	case !ok:
		s.fail("transfer.number", "С телефона переводят на короткий номер: он написан в списке «Перевести».")
		r.Refuse()
	default:
		s.transfer(c.key, whom{person, mate}, telephony.AtOnce, &asker{h: h, r: r})
	}
}

// asker is the telephone that has wished a transfer, by its key or by a second call; a nil one
// is the page, which sees it all.
type asker struct {
	h    *handset
	r    *sip.Referral
	line *sip.Leg
}

// calls reports whether it has called, and hears for itself how that goes.
func (a *asker) calls() bool { return a != nil && a.line != nil }

func (a *asker) accepted() {
	switch {
	case a.calls():
		a.h.s.e.beside(func() { _ = a.line.Ring() })
	case a != nil:
		a.r.Accept()
	}
}

// refusals are what a telephone that calls is answered, by the page's code.
var refusals = map[string]int{"competent.not_found": 404, "transfer.nobody": 404, "transfer.foreign": 404, "transfer.busy": 486}

func (a *asker) refused(code string) {
	switch {
	case a.calls():
		status := refusals[code]
		if status == 0 {
			status = 480
		}
		a.h.hangLine(a.line, status, "Refused")
	case a != nil:
		a.h.vain = time.Now()
		a.r.Refuse()
	}
}

// answered takes the telephone's second call.
func (a *asker) answered() {
	if a.calls() {
		a.h.s.e.beside(func() { _ = a.line.Answer() })
	}
}

func (a *asker) joined() {
	if a == nil {
		return
	}
	a.r.Told(200, "OK")
	if a.calls() {
		a.h.hangLine(a.line, 480, "Temporarily Unavailable")
	}
}

// failures are what a telephone that calls is answered when nobody takes the caller.
var failures = map[telephony.Outcome]int{telephony.Busy: 486, telephony.Rejected: 603, telephony.BadNumber: 404}

func (a *asker) failed(o telephony.Outcome) {
	switch {
	case a.calls():
		code := failures[o]
		if code == 0 {
			code = 480
		}
		a.h.hangLine(a.line, code, "Not Reached")
	case a != nil:
		a.h.vain = time.Now()
		a.r.Told(480, "Temporarily Unavailable")
	}
}

// hung is the end of the telephone's side: the receiver is down, or its sound is gone.
func (h *handset) hung(leg *sip.Leg, end sip.Ending) {
	s := h.s
	if h.leg != leg {
		return // we have hung up
	}
	h.leg, h.keeps = nil, false
	s.unecho()
	c := s.call
	if c == nil {
		return
	}
	t := c.transfer
	switch {
	case s.guest() != nil:
		t.back(telephony.Answered)
	case t != nil && t.mode == telephony.Consult && t.state == telephony.TransferAnswered: // as on any exchange: who goes leaves the two together
		t.join()
	case t != nil && t.mode == telephony.Consult && t.state != "":
		t.hungUp()
	case t == nil && time.Since(h.vain) < dropsWithin:
		s.released(telephony.Answered, false)
		c.requeue(backText)
	case end.By != sip.Them: // he did not mean to go
		s.giveAway()
	default:
		s.hangup(c.key)
	}
}

func (h *handset) free() {
	h.turn++
	if h.stop != nil {
		h.stop()
		h.stop = nil
	}
	h.hangLine(h.line, 480, "Temporarily Unavailable")
	if leg := h.leg; leg != nil {
		h.leg, h.keeps = nil, false
		h.s.unecho()
		h.s.e.beside(leg.Hangup)
	}
}
