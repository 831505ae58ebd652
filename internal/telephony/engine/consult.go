package engine

import (
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/sip"
)

// invited is what a desk phone dials. Numbers are dialled by the centre alone, through one
// door, for a request and on the company's account (S9). A short number within a talk is asked
// before the caller is led there, as on any exchange.
func (h *handsets) invited(leg *sip.Leg) {
	if named, read, other := leg.Replaces(); named { // whoever leads two together does it by REFER, where he has both
		h.denied(leg.From(), telephony.DeniedReplaces, leg.To(), leg.Source())
		switch {
		case !read:
			leg.Reject(400, "Bad Request")
		case other == nil:
			leg.Reject(481, "Call/Transaction Does Not Exist")
		default:
			leg.Reject(403, "Forbidden")
		}
		return
	}
	if telephony.Emergency(leg.To()) {
		h.denied(leg.From(), telephony.DeniedEmergency, leg.To(), leg.Source())
		h.e.post(func() { h.emergency(leg) })
		return
	}
	person, mate, ok := telephony.Shorter(leg.To())
	if !ok {
		h.denied(leg.From(), telephony.DeniedNumber, leg.To(), leg.Source())
		leg.Reject(403, "Forbidden")
		return
	}
	h.e.post(func() { h.asked(leg, whom{person, mate}) })
}

// emergencyText is for who dials an emergency number where none can be reached.
const emergencyText = "С этого телефона экстренные службы не вызываются. Наберите 112 с мобильного или городского телефона."

// emergency tells who dials the emergency services by his telephone, in his ear and on his
// page, by which one they are to be called: nothing leaves here, and no colleague is rung.
func (h *handsets) emergency(leg *sip.Leg) {
	e := h.e
	if known := h.known.Load(); known != nil {
		if s := e.seats[(*known)[leg.From()].UserID]; s != nil {
			s.fail("phone.emergency", emergencyText)
		}
	}
	e.beside(func() {
		words := e.prompts.of(telephony.Speech{Text: emergencyText})
		if leg.Answer() != nil {
			leg.Reject(403, "Forbidden")
			return
		}
		stop, done := e.pacer.Start(leg.Media(), media.Concat(words, media.Silence(time.Second), words), false)
		select {
		case <-done:
		case <-leg.Done():
		case <-e.quit:
		}
		stop()
		leg.Hangup()
	})
}

// asked begins the consultation of the telephone's operator, if he has a caller to lead on.
func (h *handsets) asked(leg *sip.Leg, to whom) {
	refuse := func(code int, text string) { h.e.beside(func() { leg.Reject(code, text) }) }
	d := h.of(leg.From())
	switch {
	case d == nil || d.leg == nil || d.s.call == nil || d.s.call.seat != d.s:
		h.denied(leg.From(), telephony.DeniedIdle, leg.To(), leg.Source())
		refuse(403, "Forbidden")
	case d.s.call.transfer != nil || d.line != nil:
		refuse(486, "Busy Here")
	default:
		d.consult(leg, to)
	}
}

// of is the telephone of this account; nil: its operator does not work by it.
func (h *handsets) of(name string) *handset {
	known := h.known.Load()
	if known == nil {
		return nil
	}
	s := h.e.seats[(*known)[name].UserID]
	if s == nil {
		return nil
	}
	d, _ := s.device.(*handset)
	return d
}

// consult is the telephone's second call: to whom the caller may be led.
func (h *handset) consult(leg *sip.Leg, to whom) {
	s := h.s
	h.line = leg
	leg.OnRefer(func(r *sip.Referral) { s.e.post(func() { h.refer(leg, r) }) })
	s.e.beside(func() {
		select {
		case <-leg.Done():
			s.e.post(func() { h.lineOver(leg) })
		case <-s.e.quit:
		}
	})
	s.transfer(s.call.key, to, telephony.Consult, &asker{h: h, line: leg})
}

// lineOver is the end of the second call: before the caller is led there he stays.
func (h *handset) lineOver(leg *sip.Leg) {
	if h.line != leg {
		return
	}
	h.line = nil
	c := h.s.call
	if c == nil || c.transfer == nil || c.seat != h.s || c.transfer.asker == nil || c.transfer.asker.line != leg {
		return
	}
	switch t := c.transfer; {
	case t.mode == telephony.AtOnce: // he has let the caller go
	case t.state == "":
		c.transfer = nil
	default:
		t.back(telephony.Cancelled)
	}
}

// together leads the caller to whom the telephone's second call has reached: the REFER names
// one of the two and comes by the other (RFC 3891).
func (h *handset) together(leg *sip.Leg, r *sip.Referral) {
	s, c := h.s, h.s.call
	if c == nil || c.seat != s || h.line == nil || !(leg == h.leg && r.Replaces == h.line || leg == h.line && r.Replaces == h.leg) {
		r.Refuse()
		return
	}
	t := c.transfer
	if t == nil || t.asker == nil || t.asker.line != h.line {
		r.Refuse()
		return
	}
	switch {
	case t.state == telephony.TransferAnswered:
		r.Accept()
		t.asker.r = r
		t.join()
	case t.state == telephony.TransferAsked && t.to.AtOnce: // he does not wait for the answer
		r.Accept()
		r.Told(200, "OK")
		t.mode = telephony.AtOnce
		t.leave()
	default:
		s.fail("transfer.consult", "Сначала дождитесь ответа: компания просит поговорить с сотрудником.")
		r.Refuse()
	}
}

// toggled is the telephone's hold key while it has two calls: with whom he speaks now.
func (h *handset) toggled(c *call, on bool) {
	if on {
		c.part()
		c.onHold()
		return
	}
	c.join(h.s)
}

// hangLine ends the second call, if it is this one.
func (h *handset) hangLine(leg *sip.Leg, code int, text string) {
	if leg == nil || h.line != leg {
		return
	}
	h.line = nil
	h.s.e.beside(func() {
		leg.Reject(code, text) // of one that is answered it does nothing
		leg.Hangup()
	})
}
