package sip

import (
	"errors"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Errors of Answer, Ring and Progress.
var (
	ErrOver  = errors.New("sip: the call is over")
	ErrNoACK = errors.New("sip: our answer was never confirmed")
)

// The library's own 100, 200 ms after an INVITE, would read the request while we write our
// tag into it. Ours comes at once instead.
func init() { sip.Timer_1xx = 24 * time.Hour }

func (s *Stack) onInvite(req *sip.Request, tx sip.ServerTransaction) {
	if _, in := req.To().Params.Get("tag"); in {
		s.onReInvite(req, tx)
		return
	}
	if !acceptable(req, tx) {
		return
	}
	if res := s.tooShort(req); res != nil {
		_ = tx.Respond(res)
		return
	}
	if after := s.admit(req, true); after > 0 {
		later(req, tx, after)
		return
	}
	if s.cfg.Authorise != nil && !s.cfg.Authorise(req, tx) {
		return
	}
	if s.cfg.OnInvite == nil || s.closing.Load() {
		reply(503, "Service Unavailable")(req, tx)
		return
	}
	l, err := s.newLeg(req)
	if err != nil {
		reply(503, "Service Unavailable")(req, tx)
		return
	}
	l.inbound, l.tx, l.srtp = true, tx, SRTPOptional
	if s.cfg.SRTP != nil {
		l.srtp = s.cfg.SRTP(l.Contact(), l.Source())
	}
	if l.srtp == SRTPRequired && len(req.Body()) == 0 {
		l.offerKeys(SRTPRequired) // the offer is ours, in the 200
	}
	// the caller knows that we live. With our tag there, the library's 487 to a
	// CANCEL belongs to the same dialog as our 180.
	_ = tx.Respond(sip.NewResponseFromRequest(req, 100, "Trying", nil))
	req.To().Params.Add("tag", sip.GenerateTagN(16))
	d := answering(req)
	l.track(d)
	if branch := branchOf(req); branch != "" {
		s.pending.Store(branch, l.Source())
		defer s.pending.Delete(branch)
	}
	gone := func(e Ending) { go l.finish(e) } // the library calls with its locks held
	alive := tx.OnCancel(func(r *sip.Request) {
		gone(Ending{By: Them, Cause: ByCancel, Code: 487, Q850: q850(r), Reason: reason(r), Text: "cancelled"})
	}) && tx.OnTerminate(func(string, error) {
		if l.is() == early {
			gone(Ending{By: Line, Cause: ByFailure, Text: "transaction ended"})
		}
	})
	if !alive {
		l.finish(Ending{By: Them, Cause: ByCancel, Code: 487, Text: "cancelled"})
		return
	}
	if len(req.Body()) == 0 {
		l.late = true
	} else if !l.take(req.Body()) {
		l.Reject(488, "Not Acceptable Here")
		return
	}
	go s.give(l)
	// the library ends the transaction when this handler returns without a final
	// response, so stay until one has been given
	<-l.final
}

// give hands a call to its owner; an owner that breaks does not take the others down.
func (s *Stack) give(l *Leg) {
	defer func() {
		if v := recover(); v != nil {
			s.cfg.Log.Error("the owner of a call panicked", "panic", v)
			l.Hangup()
		}
	}()
	s.cfg.OnInvite(l)
}

// acceptable refuses an INVITE that asks for more than we can.
func acceptable(req *sip.Request, tx sip.ServerTransaction) bool {
	if t := req.ContentType(); len(req.Body()) > 0 && t != nil && !strings.EqualFold(strings.TrimSpace(cut(t.Value(), ";")), "application/sdp") {
		_ = tx.Respond(with(sip.NewResponseFromRequest(req, 415, "Unsupported Media Type", nil), "Accept", "application/sdp"))
		return false
	}
	if h := req.GetHeader("Accept"); h != nil && h.Value() != "" && !accepts(req.GetHeaders("Accept")) {
		reply(406, "Not Acceptable")(req, tx)
		return false
	}
	return true
}

func accepts(hs []sip.Header) bool {
	for _, h := range hs {
		for _, v := range strings.Split(h.Value(), ",") {
			switch strings.ToLower(strings.TrimSpace(cut(v, ";"))) {
			case "application/sdp", "application/*", "*/*":
				return true
			}
		}
	}
	return false
}

func cut(s, sep string) string { a, _, _ := strings.Cut(s, sep); return a }

// response to the INVITE, with our Contact.
func (l *Leg) response(code int, reason string, body []byte) *sip.Response {
	res := sip.NewResponseFromRequest(l.invite, code, reason, body)
	res.AppendHeader(l.s.contact("d24", l.invite.Transport()))
	if body != nil {
		res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	}
	return res
}

func (l *Leg) provisional(code int, reason string, body []byte) error {
	if !l.inbound || l.is() != early {
		return ErrOver
	}
	return l.tx.Respond(l.response(code, reason, body))
}

// Ring tells an inbound caller that it rings.
func (l *Leg) Ring() error { return l.provisional(180, "Ringing", nil) }

// Progress opens sound before the answer: nothing is charged yet.
func (l *Leg) Progress() error { return l.provisional(183, "Session Progress", l.describe()) }

// Answer takes an inbound call. It returns when the ACK has come, or ErrNoACK
// after 64*T1 without: the call is hung up then.
func (l *Leg) Answer() error {
	if !l.inbound || !l.to(early, confirming) {
		return ErrOver
	}
	res := with(l.response(200, "OK", l.describe()), "Allow", l.s.allowed())
	l.asked(l.invite, res)
	if err := l.tx.Respond(res); err != nil {
		l.finish(Ending{By: Line, Cause: ByFailure, Text: "answer: " + err.Error()})
		return err
	}
	if err := l.confirmed(res); err != nil {
		return err
	}
	if l.isLate() { // the ACK brought nothing we can speak
		l.hangup(0, Ending{By: Us, Cause: ByRefusal, Code: 488, Text: "no common codec"})
		return ErrOver
	}
	return nil
}

func (l *Leg) isLate() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.late && l.remote == nil
}

// confirmed repeats the 200 until its ACK comes; the library does not (RFC 6026).
func (l *Leg) confirmed(res *sip.Response) error {
	wait, end := sip.T1, time.NewTimer(64*sip.T1)
	again := time.NewTimer(wait)
	defer end.Stop()
	defer again.Stop()
	defer l.finOnce.Do(func() { close(l.final) })
	for {
		select {
		case <-l.confirm:
			if !l.to(confirming, talking) {
				return ErrOver
			}
			l.began()
			return nil
		case ack := <-l.tx.Acks(): // of a peer that repeats the INVITE's branch
			l.onAck(ack)
		case <-l.done:
			return ErrOver
		case <-again.C:
			_ = l.tx.Respond(res)
			wait = min(2*wait, sip.T2)
			again.Reset(wait)
		case <-end.C:
			l.hangup(0, Ending{By: Line, Cause: ByNoACK, Text: "no ACK"})
			return ErrNoACK
		}
	}
}

func (l *Leg) began() {
	l.mu.Lock()
	l.answered = time.Now()
	l.mu.Unlock()
}

// Reject refuses an inbound call before it costs anything.
func (l *Leg) Reject(code int, text string) {
	if !l.inbound || !l.to(early, ended) {
		return
	}
	_ = l.tx.Respond(l.response(code, text, nil))
	l.finish(Ending{By: Us, Cause: ByRefusal, Code: code, Text: text})
}
