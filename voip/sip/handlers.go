package sip

import (
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

func (s *Stack) handlers() {
	s.srv.OnInvite(s.guard(s.onInvite))
	s.srv.OnAck(s.guard(s.onAck))
	s.srv.OnBye(s.guard(s.onBye))
	s.srv.OnCancel(s.guard(noCall))
	s.srv.OnOptions(s.guard(s.onOptions))
	s.srv.OnUpdate(s.guard(s.onUpdate))
	s.srv.OnInfo(s.guard(s.onInfo))
	s.srv.OnNotify(s.guard(reply(200, "OK")))
	s.srv.OnRefer(s.guard(s.onRefer)) // led on by who has the call, never followed: it may lead to a paid number (F84)
	if s.cfg.OnRegister != nil {
		s.srv.OnRegister(s.guard(s.cfg.OnRegister))
	}
	s.srv.OnNoRoute(s.guard(unserved))
}

func (s *Stack) onOptions(req *sip.Request, tx sip.ServerTransaction) {
	if _, in := req.To().Params.Get("tag"); in && s.find(req) == nil {
		noCall(req, tx)
		return
	}
	if s.cfg.OnOptions != nil {
		s.cfg.OnOptions(req, tx)
		return
	}
	if after := s.admit(req, false); after > 0 {
		later(req, tx, after)
		return
	}
	_ = tx.Respond(with(sip.NewResponseFromRequest(req, 200, "OK", nil), "Allow", s.allowed(), "Accept", "application/sdp"))
}

func (s *Stack) admit(req *sip.Request, invite bool) time.Duration {
	if s.cfg.Admit == nil {
		return 0
	}
	host, _, err := net.SplitHostPort(req.Source())
	if err != nil {
		host = req.Source()
	}
	return s.cfg.Admit(host, invite)
}

// later refuses for now: the sender may try another address of ours at once, and this one
// again after a while.
func later(req *sip.Request, tx sip.ServerTransaction, after time.Duration) {
	_ = tx.Respond(with(sip.NewResponseFromRequest(req, 503, "Service Unavailable", nil), "Retry-After", strconv.Itoa(int(max(time.Second, after)/time.Second))))
}

// unserved answers methods we do not serve: 405 for those we know, else 501.
func unserved(req *sip.Request, tx sip.ServerTransaction) {
	code, text := 501, "Not Implemented"
	switch req.Method {
	case sip.REGISTER, sip.SUBSCRIBE, sip.MESSAGE, sip.PUBLISH, sip.PRACK:
		code, text = 405, "Method Not Allowed"
	}
	_ = tx.Respond(with(sip.NewResponseFromRequest(req, code, text, nil), "Allow", allow))
}

// guard counts the transaction, refuses requests that no handler could trust
// (RFC 3261, 8.2), and keeps a panic of one request from ending all calls.
func (s *Stack) guard(h sipgo.RequestHandler) sipgo.RequestHandler {
	return func(req *sip.Request, tx sip.ServerTransaction) {
		s.txs.Add(1)
		if !tx.OnTerminate(func(string, error) { s.txs.Add(-1) }) {
			s.txs.Add(-1)
		}
		defer func() {
			if v := recover(); v != nil {
				s.cfg.Log.Error("a sip request broke its handler", "method", req.Method.String(), "panic", v)
				if !req.IsAck() {
					reply(500, "Server Internal Error")(req, tx)
				}
			}
		}()
		if code, text := fault(req); code != 0 {
			if req.IsAck() {
				return
			}
			res := sip.NewResponseFromRequest(req, code, text, nil)
			res.SipVersion = "SIP/2.0"
			if code == 420 {
				for _, h := range req.GetHeaders("Require") {
					res.AppendHeader(sip.NewHeader("Unsupported", h.Value()))
				}
			}
			_ = tx.Respond(res)
			return
		}
		h(req, tx)
	}
}

// fault is what makes a request unusable, 0 for nothing.
func fault(req *sip.Request) (code int, text string) {
	cseq := req.CSeq()
	switch {
	case req.To() == nil || req.From() == nil || req.CallID() == nil || cseq == nil || req.Via() == nil || twice(req):
		return 400, "Bad Request"
	case !strings.EqualFold(req.SipVersion, "SIP/2.0"):
		return 505, "Version Not Supported"
	case cseq.MethodName != req.Method:
		if known(req.Method) {
			return 400, "Method Differs From CSeq"
		}
		return 501, "Not Implemented"
	case !sipScheme(req.Recipient.Scheme):
		return 416, "Unsupported URI Scheme"
	case req.Method == sip.REGISTER && !sipScheme(req.To().Address.Scheme):
		return 400, "Bad Request"
	case required(req) && !req.IsAck() && !req.IsCancel():
		return 420, "Bad Extension"
	}
	return 0, ""
}

func known(m sip.RequestMethod) bool {
	switch m {
	case sip.INVITE, sip.ACK, sip.BYE, sip.CANCEL, sip.OPTIONS, sip.REGISTER, sip.INFO, sip.UPDATE, sip.REFER,
		sip.NOTIFY, sip.SUBSCRIBE, sip.MESSAGE, sip.PUBLISH, sip.PRACK:
		return true
	}
	return false
}

func sipScheme(s string) bool {
	return s == "" || strings.EqualFold(s, "sip") || strings.EqualFold(s, "sips") || strings.EqualFold(s, "tel")
}

// required: we have no extension but timers, so whatever else is required is refused.
func required(req *sip.Request) bool {
	for _, h := range req.GetHeaders("Require") {
		for _, v := range strings.Split(h.Value(), ",") {
			if v = strings.TrimSpace(v); v != "" && !strings.EqualFold(v, "timer") {
				return true
			}
		}
	}
	return false
}

// twice: headers that may stand once only. Whichever is taken may be the wrong one.
func twice(req *sip.Request) bool {
	for _, name := range []string{"Call-ID", "To", "From", "CSeq", "Max-Forwards"} {
		if len(req.GetHeaders(name)) > 1 {
			return true
		}
	}
	return false
}

func reply(code int, text string) sipgo.RequestHandler {
	return func(req *sip.Request, tx sip.ServerTransaction) {
		_ = tx.Respond(sip.NewResponseFromRequest(req, code, text, nil))
	}
}

// with adds headers: name, value, name, value.
func with(res *sip.Response, headers ...string) *sip.Response {
	for i := 0; i+1 < len(headers); i += 2 {
		res.AppendHeader(sip.NewHeader(headers[i], headers[i+1]))
	}
	return res
}

func branchOf(req *sip.Request) string {
	v := req.Via()
	if v == nil {
		return ""
	}
	b, _ := v.Params.Get("branch")
	return b
}
