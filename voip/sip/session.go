package sip

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Session timers (RFC 4028): a call whose refresher is silent is over, whatever its packets
// of sound say; of a B-leg behind a media server they say nothing.
const (
	sessionFor  = 30 * time.Minute // what we ask for
	minSession  = 90 * time.Second // the least a peer may ask of us
	lastRefresh = 32 * time.Second // before the end the other side hangs up (or a third of it)
	refreshFor  = 10 * time.Second // how long an answer to a refresh is waited for
)

// session is how long the call lasts without a refresh. The leg's lock guards it.
type session struct {
	every  time.Duration // 0: no timer
	ours   bool          // we refresh
	update bool          // the peer takes UPDATE
	at     time.Time     // of the last refresh
	asking bool          // ours is under way
}

// expires reads a Session-Expires header: "1800;refresher=uas". The short form is "x".
func expires(m interface{ GetHeader(string) sip.Header }) (every time.Duration, refresher string) {
	h := m.GetHeader("Session-Expires")
	if h == nil {
		if h = m.GetHeader("x"); h == nil {
			return 0, ""
		}
	}
	v, params, _ := strings.Cut(h.Value(), ";")
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil || n <= 0 || n > 7*24*3600 {
		return 0, ""
	}
	for _, p := range strings.Split(params, ";") {
		if k, who, ok := strings.Cut(strings.TrimSpace(strings.ToLower(p)), "="); ok && k == "refresher" {
			refresher = strings.TrimSpace(who)
		}
	}
	return time.Duration(n) * time.Second, refresher
}

// lists reports whether a header of tokens has one.
func lists(m interface{ GetHeaders(string) []sip.Header }, name, token string) bool {
	for _, h := range m.GetHeaders(name) {
		for _, v := range strings.Split(h.Value(), ",") {
			if strings.EqualFold(strings.TrimSpace(v), token) {
				return true
			}
		}
	}
	return false
}

func supportsTimer(req *sip.Request) bool {
	return lists(req, "Supported", "timer") || lists(req, "k", "timer") || lists(req, "Require", "timer")
}

// tooShort is the answer to a session shorter than we let; nil: it is not. A peer that does
// not know timers did not ask (a proxy did), and cannot be told.
func (s *Stack) tooShort(req *sip.Request) *sip.Response {
	if every, _ := expires(req); every == 0 || every >= s.cfg.MinSession || !supportsTimer(req) {
		return nil
	}
	return with(sip.NewResponseFromRequest(req, 422, "Session Interval Too Small", nil), "Min-SE", seconds(s.cfg.MinSession))
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// asked takes a session from a request of the peer (an INVITE, or a refresh of his) and
// writes into our 2xx what is in force. Who asks is the uac.
func (l *Leg) asked(req *sip.Request, res *sip.Response) {
	every, refresher := expires(req)
	known := supportsTimer(req)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.session.at = time.Now()
	if req.GetHeader("Allow") != nil {
		l.session.update = lists(req, "Allow", "UPDATE")
	}
	l.session.every = max(every, 0)
	if every == 0 {
		return
	}
	if every < l.s.cfg.MinSession {
		l.session.every = l.s.cfg.MinSession
	}
	l.session.ours = refresher == "uas" || !known
	who := "uac"
	if l.session.ours {
		who = "uas"
	} else {
		res.AppendHeader(sip.NewHeader("Require", "timer"))
	}
	res.AppendHeader(sip.NewHeader("Supported", "timer"))
	res.AppendHeader(sip.NewHeader("Session-Expires", seconds(l.session.every)+";refresher="+who))
}

// granted takes a session from the peer's 2xx to a request of ours.
func (l *Leg) granted(res *sip.Response) {
	every, refresher := expires(res)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.session.at, l.session.every = time.Now(), every
	l.session.ours = refresher != "uas"
	if res.GetHeader("Allow") != nil {
		l.session.update = lists(res, "Allow", "UPDATE")
	}
}

// wishes adds a session to a request of ours.
func (s *Stack) wishes(req *sip.Request, every time.Duration, refresher string) {
	req.AppendHeader(sip.NewHeader("Supported", "timer"))
	req.AppendHeader(sip.NewHeader("Session-Expires", seconds(every)+refresher))
	req.AppendHeader(sip.NewHeader("Min-SE", seconds(s.cfg.MinSession)))
}

// aged says what a session needs at a moment: to be refreshed by us, or to end. The caller
// holds the lock.
func (l *Leg) aged(now time.Time) (refresh, over bool) {
	x := &l.session
	if x.every == 0 || x.at.IsZero() {
		return false, false
	}
	age := now.Sub(x.at)
	over = age >= x.every-min(lastRefresh, x.every/3)
	if x.ours {
		over = age >= x.every
		refresh = !x.asking && !over && age >= x.every/2
		x.asking = x.asking || refresh
	}
	return refresh, over
}

// refresh tells the peer that we live, and hears it of him.
func (l *Leg) refresh() {
	l.mu.Lock()
	every, update, d := l.session.every, l.session.update, l.d
	l.mu.Unlock()
	method := sip.INVITE
	if update {
		method = sip.UPDATE
	}
	req := d.request(method)
	req.AppendHeader(l.s.contact("d24", d.transport))
	l.s.wishes(req, every, ";refresher=uac")
	if !update {
		req.AppendHeader(sip.NewHeader("Allow", l.s.allowed()))
		req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
		req.SetBody(l.describe())
	}
	ctx, cancel := context.WithTimeout(context.Background(), refreshFor)
	defer cancel()
	res, err := l.s.do(ctx, req, l.auth)
	l.mu.Lock()
	l.session.asking = false
	l.mu.Unlock()
	switch {
	case err != nil: // tried again until the session is over
	case res.IsSuccess():
		if !update {
			l.s.confirm(d, req.CSeq().SeqNo)
			l.take(res.Body())
		}
		l.granted(res)
	case res.StatusCode == 481 || res.StatusCode == 408:
		l.hangup(0, Ending{By: Line, Cause: ByExpiry, Code: res.StatusCode, Text: "the peer knows the call no more"})
	case res.StatusCode == 405 || res.StatusCode == 501: // no UPDATE after all
		l.mu.Lock()
		l.session.update = false
		l.mu.Unlock()
	}
}

// tooShort: the peer wants a longer session than we asked for.
func (c *caller) tooShort(res *sip.Response) bool {
	return res.StatusCode == 422 && res.GetHeader("Min-SE") != nil && !c.lengthened && !c.cancelled
}

// lengthen sends the INVITE again with the session that the peer wants at least.
func (c *caller) lengthen(ctx context.Context, res *sip.Response) *DialError {
	n, err := strconv.Atoi(strings.TrimSpace(cut(res.GetHeader("Min-SE").Value(), ";")))
	if err != nil || n <= 0 || n > 7*24*3600 {
		return &DialError{Code: 422, Text: "a Min-SE that cannot be read"}
	}
	c.lengthened = true
	next := c.req.Clone() // the refused one still belongs to its transaction
	for _, h := range []string{"Session-Expires", "Min-SE"} {
		next.RemoveHeader(h)
		next.AppendHeader(sip.NewHeader(h, strconv.Itoa(n)))
	}
	Again(next)
	next.SetDestination(c.req.MessageData.Destination())
	c.req, c.l.invite = next, next
	return c.invite(ctx)
}
