package sip

import (
	"net"
	"strings"

	"github.com/emiago/sipgo/sip"

	"d24/voip/g711"
	"d24/voip/sdp"
)

func (s *Stack) onInvite(req *sip.Request, tx sip.ServerTransaction) {
	if req.To() == nil || req.From() == nil {
		reply(400, "Bad Request")(req, tx)
		return
	}
	if _, in := req.To().Params.Get("tag"); in {
		s.onReInvite(req, tx)
		return
	}
	if s.cfg.Authorise != nil && !s.cfg.Authorise(req, tx) {
		return
	}
	if h := req.GetHeader("Require"); h != nil && strings.TrimSpace(h.Value()) != "" {
		r := sip.NewResponseFromRequest(req, 420, "Bad Extension", nil)
		r.AppendHeader(sip.NewHeader("Unsupported", h.Value()))
		_ = tx.Respond(r)
		return
	}
	if s.cfg.OnInvite == nil {
		reply(404, "Not Found")(req, tx)
		return
	}
	dlg, err := s.dua.ReadInvite(req, tx)
	if err != nil {
		reply(400, "Bad Request")(req, tx)
		return
	}
	l, err := s.newLeg(req)
	if err != nil {
		_ = dlg.Respond(503, "Service Unavailable", nil)
		return
	}
	l.uas = dlg
	l.peer, _, _ = net.SplitHostPort(req.Source())
	if len(req.Body()) == 0 {
		l.late, l.choice = true, sdp.Choice{Law: g711.ALaw, DTMF: 101}
	} else if !l.take(req.Body()) {
		_ = dlg.Respond(488, "Not Acceptable Here", nil)
		l.finish(Ending{By: Us, Code: 488, Text: "no common codec"})
		return
	}
	l.track(dlg.ID)
	go func() { // CANCEL, or the transaction dying before an answer
		select {
		case <-dlg.Context().Done():
			l.finish(Ending{By: Them, Code: 487, Text: "cancelled"})
		case <-l.final:
		}
	}()
	go s.cfg.OnInvite(l)
	// the library ends the transaction when this handler returns without a final
	// response, so stay until one has been given
	<-l.final
}

func (s *Stack) onAck(req *sip.Request, tx sip.ServerTransaction) {
	l := s.find(req)
	if l == nil || l.uas == nil {
		return
	}
	if l.late && len(req.Body()) > 0 {
		l.take(req.Body())
	}
	_ = l.uas.ReadAck(req, tx)
}

// Ring tells an inbound caller that it rings.
func (l *Leg) Ring() error { return l.uas.Respond(180, "Ringing", nil) }

// Progress opens sound before the answer: nothing is charged yet.
func (l *Leg) Progress() error {
	return l.uas.Respond(183, "Session Progress", l.describe(), sip.NewHeader("Content-Type", "application/sdp"))
}

// Answer takes an inbound call. It returns when the ACK has come.
func (l *Leg) Answer() error {
	err := l.uas.Respond(200, "OK", l.describe(), sip.NewHeader("Content-Type", "application/sdp"), sip.NewHeader("Allow", allow))
	l.finOnce.Do(func() { close(l.final) })
	if err == nil {
		go l.watch()
		return nil
	}
	if l.uas.LoadState() >= sip.DialogStateEstablished { // 200 sent, the ACK never came
		l.Hangup()
	}
	l.finish(Ending{By: Line, Text: "answer: " + err.Error()})
	return err
}

// Reject refuses an inbound call before it costs anything.
func (l *Leg) Reject(code int, reason string) {
	_ = l.uas.Respond(code, reason, nil)
	l.finish(Ending{By: Us, Code: code, Text: reason})
}
