package sip

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"d24/voip/g711"
)

// Header is one header added to an INVITE.
type Header struct{ Name, Value string }

// Target is whom to dial and how.
type Target struct {
	User      string // the number dialled, or the registered contact's user
	To        string // the number dialled, when User is a registered contact's
	Host      string // domain of the target, or host:port
	Dest      string // host:port to send to, when it differs
	Transport string // "udp" (also when empty), "tcp" or "tls"
	From      string // number shown
	FromHost  string // empty: ours
	FromName  string // display name, may be empty
	AuthUser  string
	Password  string
	Headers   []Header
	Inside    bool       // a registered phone of ours, not a number at a provider
	Laws      []g711.Law // offered, the best first; nil: A-law, then mu-law
	SRTP      SRTP       // off when empty
	// Silence is how long a trunk may give no sign of life; 3 s when zero.
	Silence time.Duration
	// OnProgress hears 18x; early: sound comes already.
	OnProgress func(code int, early bool)
	// OnLate hears of an answer that came after the dial was given up. It was
	// hung up at once, but somebody's phone may have rung twice.
	OnLate func()
}

// DialError is why nobody answered.
type DialError struct {
	Code   int    // SIP status, 0 when there was none
	Q850   int    // cause of the Reason header
	Reason string // the Reason header as it came
	Silent bool   // no sign of life: the trunk is dead
	Unsent bool   // the INVITE never left
	Barred bool   // it may not leave: a number that we never dial (S9)
	Ended  bool   // we gave up (cancelled or rang out)
	Text   string // for the log
}

// Error describes the failure for the log.
func (e *DialError) Error() string { return fmt.Sprintf("dial: %d %s", e.Code, e.Text) }

const (
	defaultSilence = 3 * time.Second
	// cancelWithin is how long a cancelled dial waits for the peer's 487; what
	// comes later is dealt with in the background.
	cancelWithin = 2 * time.Second
)

// Dial rings a number and returns when it is answered. Ending ctx cancels the
// call. The INVITE of a Dial never rings a phone after Dial has returned an
// error: whatever shows life later is cancelled or hung up at once (F9).
func (s *Stack) Dial(ctx context.Context, t Target) (*Leg, *DialError) {
	if t.Silence == 0 {
		t.Silence = defaultSilence
	}
	if s.cfg.MayDial != nil && !t.Inside {
		if err := s.cfg.MayDial(t.User); err != nil {
			return nil, &DialError{Unsent: true, Barred: true, Text: err.Error()}
		}
	}
	req := s.invitation(t)
	l, err := s.newLeg(req)
	if err != nil {
		return nil, &DialError{Unsent: true, Text: err.Error()}
	}
	l.auth = login{user: t.AuthUser, password: t.Password}
	l.local.Laws = t.Laws
	l.offerKeys(t.SRTP)
	req.SetBody(l.describe())
	c := &caller{l: l, t: t, req: req}
	de := c.run(ctx)
	if de != nil {
		l.finish(Ending{By: Line, Cause: ByDial, Code: de.Code, Q850: de.Q850, Reason: de.Reason, Text: de.Text})
		return nil, de
	}
	return l, nil
}

// uri of a target whose host may carry a port.
func uri(user, host, transport string) sip.Uri {
	u := sip.Uri{Scheme: "sip", User: user, Host: host, UriParams: sip.NewParams()}
	if h, p, err := net.SplitHostPort(host); err == nil {
		u.Host = h
		u.Port, _ = strconv.Atoi(p)
	}
	if t := strings.ToLower(transport); t == "tcp" || t == "tls" {
		u.UriParams.Add("transport", t)
	}
	return u
}

// Request makes a request outside of a call, whole but for Via: for REGISTER and
// OPTIONS. user is the account at host; dest and transport as in Target.
func (s *Stack) Request(method sip.RequestMethod, user, host, dest, transport string) *sip.Request {
	aor := uri(user, host, "")
	target := uri(user, host, transport)
	if method == sip.REGISTER {
		target.User = ""
	}
	req := s.outside(method, target, &sip.FromHeader{Address: aor}, &sip.ToHeader{Address: aor}, transport)
	if dest != "" {
		req.SetDestination(dest)
	}
	return req
}

func (s *Stack) outside(method sip.RequestMethod, target sip.Uri, from *sip.FromHeader, to *sip.ToHeader, transport string) *sip.Request {
	req := sip.NewRequest(method, target)
	id, forwards := sip.CallIDHeader(sip.GenerateTagN(24)+"@"+s.addr.Addr().String()), sip.MaxForwardsHeader(70)
	from.Params = sip.NewParams()
	from.Params.Add("tag", sip.GenerateTagN(16))
	req.AppendHeader(from)
	req.AppendHeader(to)
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: method})
	req.AppendHeader(&forwards)
	if s.cfg.UserAgent != "" {
		req.AppendHeader(sip.NewHeader("User-Agent", s.cfg.UserAgent))
	}
	req.SetTransport("UDP")
	if t := strings.ToUpper(transport); t == "TCP" || t == "TLS" {
		req.SetTransport(t)
	}
	return req
}

func (s *Stack) invitation(t Target) *sip.Request {
	host := t.FromHost
	if host == "" {
		host = s.cfg.Hostname
	}
	to := uri(t.User, t.Host, "")
	if t.To != "" {
		to.User = t.To
	}
	from := sip.Uri{Scheme: "sip", User: t.From, Host: host}
	req := s.outside(sip.INVITE, uri(t.User, t.Host, t.Transport), &sip.FromHeader{DisplayName: t.FromName, Address: from}, &sip.ToHeader{Address: to}, t.Transport)
	req.AppendHeader(s.contact("d24", req.Transport()))
	req.AppendHeader(sip.NewHeader("Allow", s.allowed()))
	s.wishes(req, s.cfg.SessionFor, "")
	req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	for _, h := range t.Headers {
		req.AppendHeader(sip.NewHeader(h.Name, h.Value))
	}
	if t.Dest != "" {
		req.SetDestination(t.Dest)
	}
	return req
}

// caller is one Dial on its way.
type caller struct {
	l         *Leg
	t         Target
	req       *sip.Request
	tx        sip.ClientTransaction
	alive     bool // the peer has said something to this INVITE
	cancelled bool
	proofs    int

	lengthened bool // the peer wanted a longer session
}

// run sends the INVITE and waits for its end.
func (c *caller) run(ctx context.Context) *DialError {
	if de := c.invite(ctx); de != nil {
		return de
	}
	silence := time.NewTimer(c.t.Silence)
	defer silence.Stop()
	var late <-chan time.Time
	given := ctx.Done()
	for {
		select {
		case res := <-c.tx.Responses():
			c.alive = true
			switch {
			case res.StatusCode < 200:
				c.progress(res)
				if c.cancelled || ctx.Err() == nil {
					continue
				}
				c.cancel() // ctx ended while this was on its way
				late = time.After(cancelWithin)
			case res.IsSuccess():
				return c.answered(ctx, res)
			case c.tooShort(res) && ctx.Err() == nil:
				if de := c.lengthen(ctx, res); de != nil {
					return de
				}
				silence.Reset(c.t.Silence)
			case c.challenged(res) && ctx.Err() == nil:
				if de := c.prove(ctx, res); de != nil {
					return de
				}
				silence.Reset(c.t.Silence)
			default:
				return c.refused(ctx, res)
			}
		case <-silence.C:
			if !c.alive {
				c.abandon()
				return &DialError{Silent: true, Ended: ctx.Err() != nil, Text: "no sign of life"}
			}
		case <-given:
			given = nil
			if !c.alive { // no CANCEL may be sent before the peer has shown itself
				c.abandon()
				return &DialError{Ended: true, Text: "given up"}
			}
			c.cancel()
			late = time.After(cancelWithin)
		case <-late:
			c.abandon()
			return &DialError{Ended: true, Text: "cancelled, not confirmed"}
		case <-c.l.s.quit:
			c.cancel()
			c.abandon()
			return &DialError{Ended: true, Text: "closing"}
		case <-c.tx.Done():
			return &DialError{Silent: !c.alive, Ended: ctx.Err() != nil, Text: fmt.Sprint(c.tx.Err())}
		}
	}
}

func (c *caller) invite(ctx context.Context) *DialError {
	connect, stop := context.WithTimeout(ctx, c.t.Silence) // a dead TCP peer is silent too
	defer stop()
	tx, err := c.l.s.send(connect, c.req)
	if err != nil {
		return &DialError{Unsent: true, Silent: connect.Err() != nil && ctx.Err() == nil, Ended: ctx.Err() != nil, Text: err.Error()}
	}
	c.tx, c.alive = tx, false
	return nil
}

func (c *caller) progress(res *sip.Response) {
	if res.StatusCode == 100 || c.cancelled {
		return
	}
	early := len(res.Body()) > 0 && c.l.take(res.Body())
	if c.t.OnProgress != nil {
		c.t.OnProgress(res.StatusCode, early)
	}
}

// refused also for 3xx: a redirection is never followed (F84).
func (c *caller) refused(ctx context.Context, res *sip.Response) *DialError {
	return &DialError{Code: res.StatusCode, Q850: q850(res), Reason: reason(res), Ended: ctx.Err() != nil, Text: res.Reason}
}

// cancel takes the INVITE back; its own end still comes.
func (c *caller) cancel() {
	if c.cancelled || !c.alive {
		return
	}
	c.cancelled = true
	c.l.s.withdraw(c.req)
}

// abandon leaves the INVITE to itself: no repetition any more, and what it still
// brings is cancelled or hung up.
func (c *caller) abandon() {
	c.l.s.abandon(c.req, c.cancelled, c.t.OnLate)
	c.pass() // the library throws away what waits for us when it is terminated
	c.tx.Terminate()
	c.pass()
}

// pass gives answers that came while we gave up to whoever looks after the abandoned
// INVITE: a 100 unseen is a CANCEL unsent, and a phone that rings on.
func (c *caller) pass() {
	for range maxStrays {
		select {
		case res := <-c.tx.Responses():
			c.l.s.onStrayResponse(res)
		default:
			return
		}
	}
}

// maxStrays bounds what a flood of provisional answers may hold us up with.
const maxStrays = 32

// answered confirms the answer and takes its sound. An answer that crossed our
// CANCEL is hung up at once: the library would leave it off the hook.
func (c *caller) answered(ctx context.Context, res *sip.Response) *DialError {
	l := c.l
	d := dialled(c.req, res)
	n := c.req.CSeq().SeqNo
	unwanted := c.cancelled || ctx.Err() != nil
	ok := l.take(res.Body()) || len(res.Body()) == 0 && l.described()
	if !unwanted && ok {
		l.track(d)
	}
	l.s.confirm(d, n)
	theirs, _ := d.remote.Params.Get("tag")
	c.tx.OnRetransmission(func(r *sip.Response) {
		if tagOf(r) == theirs {
			l.s.confirm(d, n)
			return
		}
		l.s.hangUp(dialled(c.req, r), n) // a second phone of a forked call
	})
	switch {
	case unwanted:
		l.s.background(func() { l.bye(d, 0) })
		if c.t.OnLate != nil {
			c.t.OnLate()
		}
		return &DialError{Ended: true, Text: "answered when given up"}
	case !ok:
		l.s.background(func() { l.bye(d, 0) })
		return &DialError{Code: 488, Text: "no common codec in the answer"}
	}
	l.granted(res)
	l.to(early, talking)
	l.began()
	return nil
}

func (l *Leg) described() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.remote != nil
}

func tagOf(r *sip.Response) string {
	if to := r.To(); to != nil {
		tag, _ := to.Params.Get("tag")
		return tag
	}
	return ""
}
