package sip

import (
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"d24/voip/sdp"
)

// find returns the leg a request belongs to; a request from an address the call
// does not come from belongs to none (S10).
func (s *Stack) find(req *sip.Request) *Leg {
	k, ok := keyOf(req)
	if !ok {
		return nil
	}
	v, ok := s.dialogs.Load(k)
	if !ok {
		return nil
	}
	l := v.(*Leg) //nolint:forcetypeassert // our map
	if d := l.dialog(); d == nil || !d.believes(req.Source()) {
		return nil
	}
	return l
}

var noCall = reply(481, "Call/Transaction Does Not Exist")

func (s *Stack) onAck(req *sip.Request, _ sip.ServerTransaction) {
	if l := s.find(req); l != nil {
		l.onAck(req)
	}
}

// onAck confirms our 200, or our answer to a re-INVITE.
func (l *Leg) onAck(req *sip.Request) {
	n := req.CSeq().SeqNo
	l.mu.Lock()
	waiting, re := l.acks[n]
	delete(l.acks, n)
	first := l.inbound && n == l.invite.CSeq().SeqNo
	late := l.late
	l.mu.Unlock()
	if len(req.Body()) > 0 && (re || first && late) {
		l.take(req.Body())
	}
	if re {
		close(waiting)
	}
	if first {
		l.ackOnce.Do(func() { close(l.confirm) })
	}
}

func (s *Stack) onBye(req *sip.Request, tx sip.ServerTransaction) {
	l := s.find(req)
	if l == nil {
		noCall(req, tx)
		return
	}
	reply(200, "OK")(req, tx)
	l.finish(Ending{By: Them, Cause: ByBye, Q850: q850(req), Reason: reason(req)})
}

// onInfo takes keys sent as INFO (dtmf-relay).
func (s *Stack) onInfo(req *sip.Request, tx sip.ServerTransaction) {
	l := s.find(req)
	if l == nil {
		noCall(req, tx)
		return
	}
	if t := req.ContentType(); t != nil && strings.Contains(strings.ToLower(t.Value()), "dtmf") {
		if d, ok := digit(string(req.Body())); ok {
			l.rtp.Press(d)
		}
	}
	reply(200, "OK")(req, tx)
}

// digit of an application/dtmf-relay body ("Signal=5") or application/dtmf ("5").
func digit(body string) (byte, bool) {
	for _, line := range strings.Split(body, "\n") {
		k, v, ok := strings.Cut(line, "=")
		if ok && !strings.EqualFold(strings.TrimSpace(k), "signal") {
			continue
		}
		if !ok {
			v = k
		}
		switch v = strings.ToUpper(strings.TrimSpace(v)); {
		case v == "10":
			return '*', true
		case v == "11":
			return '#', true
		case len(v) == 1 && strings.ContainsAny(v, "0123456789*#ABCD"):
			return v[0], true
		}
	}
	return 0, false
}

// onUpdate answers a session refresh, with or without a description.
func (s *Stack) onUpdate(req *sip.Request, tx sip.ServerTransaction) {
	l := s.find(req)
	switch {
	case l == nil:
		noCall(req, tx)
	case !l.dialog().news(req.CSeq().SeqNo):
		reply(500, "Server Internal Error")(req, tx)
	default:
		l.renew(req, tx, false)
	}
}

// onReInvite answers hold, resume, a new address, and session refresh.
func (s *Stack) onReInvite(req *sip.Request, tx sip.ServerTransaction) {
	l := s.find(req)
	if l == nil {
		noCall(req, tx)
		return
	}
	// our 200's ACK and this request run in goroutines of their own and may be
	// seen out of order: wait a moment rather than refuse
	if l.inbound {
		select {
		case <-l.confirm:
		case <-l.done:
		case <-time.After(500 * time.Millisecond):
			reply(491, "Request Pending")(req, tx)
			return
		}
	}
	if !l.dialog().news(req.CSeq().SeqNo) {
		reply(500, "Server Internal Error")(req, tx)
		return
	}
	l.renew(req, tx, true)
}

// renew takes the peer's new description and answers with ours.
func (l *Leg) renew(req *sip.Request, tx sip.ServerTransaction, invite bool) {
	if res := l.s.tooShort(req); res != nil {
		_ = tx.Respond(res)
		return
	}
	if len(req.Body()) > 0 && !l.take(req.Body()) {
		reply(488, "Not Acceptable Here")(req, tx)
		return
	}
	l.mu.Lock()
	held := l.dir == sdp.RecvOnly || l.dir == sdp.Inactive
	changed, hear := held != l.held, l.onHold
	l.held = held
	var acked chan struct{}
	if invite {
		acked = make(chan struct{})
		l.acks[req.CSeq().SeqNo] = acked
	}
	l.local.Version++
	l.mu.Unlock()
	var body []byte
	if invite || len(req.Body()) > 0 {
		body = l.describe()
	}
	res := sip.NewResponseFromRequest(req, 200, "OK", body)
	res.AppendHeader(l.s.contact("d24", req.Transport()))
	if body != nil {
		res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	}
	l.asked(req, res)
	_ = tx.Respond(res)
	if changed && hear != nil {
		hear(held)
	}
	if invite {
		l.insist(tx, res, acked)
	}
}

// insist repeats the 2xx to a re-INVITE until its ACK: the library does not.
func (l *Leg) insist(tx sip.ServerTransaction, res *sip.Response, acked <-chan struct{}) {
	wait, end := sip.T1, time.NewTimer(64*sip.T1)
	defer end.Stop()
	for {
		again := time.NewTimer(wait)
		select {
		case <-acked:
		case ack := <-tx.Acks():
			l.onAck(ack)
		case <-l.done:
		case <-end.C: // the session goes on as it was agreed; the watch ends a dead one
		case <-again.C:
			_ = tx.Respond(res)
			wait = min(2*wait, sip.T2)
			continue
		}
		again.Stop()
		return
	}
}

func reason(m interface{ GetHeader(string) sip.Header }) string {
	if h := m.GetHeader("Reason"); h != nil {
		return h.Value()
	}
	return ""
}

// q850 reads the cause of a Reason header: `Q.850;cause=17;text="busy"`.
func q850(m interface{ GetHeader(string) sip.Header }) int {
	v := reason(m)
	if !strings.Contains(strings.ToUpper(v), "Q.850") {
		return 0
	}
	_, v, _ = strings.Cut(v, "cause=")
	n, _ := strconv.Atoi(strings.TrimSpace(cut(cut(v, ";"), ",")))
	return n
}
