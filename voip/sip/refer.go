package sip

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Referral is a peer's wish that his call be led to somebody else (RFC 3515). A nil one is
// nobody's: what it is told goes nowhere.
type Referral struct {
	To string // the user part of whom he named
	// Replaces is the call of his own, with us, in whose place this one is to come: an attended
	// transfer (RFC 3891); nil: none was named.
	Replaces *Leg

	l       *Leg
	id      uint32 // the CSeq of his REFER
	verdict chan int
	begun   chan struct{} // he has our 202 and the first NOTIFY, or never will
}

// decideFor is how long the owner of a leg may think of a REFER; then it is declined.
const decideFor = 5 * time.Second

// notifyFor is how long a NOTIFY waits for its answer, byeAfter how long our BYE waits for that: a
// telephone that has the BYE first takes the transfer for failed, or the NOTIFY for nobody's.
const (
	notifyFor = 5 * time.Second
	byeAfter  = 2 * time.Second
)

// OnRefer hears of the peer's wishes, in a goroutine of its own; each is to be accepted or
// refused. A leg without it declines all (F84), and so does any for a target that is not ours.
func (l *Leg) OnRefer(f func(*Referral)) {
	l.mu.Lock()
	l.onRefer = f
	l.mu.Unlock()
}

// Accept says that the call is on its way; Told says later what came of it.
func (r *Referral) Accept() { r.decide(202) }

// Refuse leaves the call with the peer.
func (r *Referral) Refuse() { r.decide(603) }

func (r *Referral) decide(code int) {
	if r == nil {
		return
	}
	select {
	case r.verdict <- code:
	default: // it was decided
	}
}

// Told tells the peer what came of a wish that was accepted: 200, or why not. A Hangup after it
// lets him hear it first.
func (r *Referral) Told(code int, text string) {
	if r == nil || r.l.is() != talking {
		return
	}
	heard := make(chan struct{})
	r.l.mu.Lock()
	r.l.telling = heard
	r.l.mu.Unlock()
	r.l.s.background(func() {
		defer close(heard)
		select {
		case <-r.begun:
			r.notify(code, text, "terminated;reason=noresource")
		case <-time.After(byeAfter): // he does not listen
		case <-r.l.s.quit:
		}
	})
}

// heard waits until the peer has answered what he is being told.
func (l *Leg) heard() {
	l.mu.Lock()
	telling := l.telling
	l.mu.Unlock()
	if telling == nil {
		return
	}
	limit := time.NewTimer(byeAfter)
	defer limit.Stop()
	select {
	case <-telling:
	case <-limit.C:
	case <-l.s.quit:
	}
}

// left reports whether the peer has hung up.
func (l *Leg) left() bool {
	select {
	case <-l.done:
		return l.end.By == Them
	default:
		return false
	}
}

func (r *Referral) notify(code int, text, state string) {
	d := r.l.dialog()
	if d == nil || r.l.left() {
		return
	}
	req := d.request(sip.NOTIFY)
	req.AppendHeader(r.l.s.contact("d24", d.transport))
	req.AppendHeader(sip.NewHeader("Event", "refer;id="+strconv.FormatUint(uint64(r.id), 10)))
	req.AppendHeader(sip.NewHeader("Subscription-State", state))
	req.AppendHeader(sip.NewHeader("Content-Type", "message/sipfrag;version=2.0"))
	req.SetBody(fmt.Appendf(nil, "SIP/2.0 %d %s\r\n", code, text))
	ctx, cancel := context.WithTimeout(context.Background(), notifyFor)
	defer cancel()
	_, _ = r.l.s.do(ctx, req, r.l.auth) // a peer that does not listen loses nothing
}

func (s *Stack) onRefer(req *sip.Request, tx sip.ServerTransaction) {
	l := s.find(req)
	if l == nil {
		noCall(req, tx)
		return
	}
	l.mu.Lock()
	hear := l.onRefer
	l.mu.Unlock()
	to, other, ours := s.named(req)
	if hear == nil || !ours {
		reply(603, "Decline")(req, tx)
		return
	}
	r := &Referral{To: to, Replaces: other, l: l, id: req.CSeq().SeqNo, verdict: make(chan int, 1), begun: make(chan struct{})}
	go hear(r)
	wait := time.NewTimer(decideFor)
	defer wait.Stop()
	code := 603
	select {
	case code = <-r.verdict:
	case <-l.done:
		select {
		case code = <-r.verdict: // it was accepted, and is through already
		default:
			close(r.begun)
			noCall(req, tx)
			return
		}
	case <-wait.C:
		r.decide(603)
	}
	if code != 202 {
		close(r.begun)
		reply(603, "Decline")(req, tx)
		return
	}
	res := sip.NewResponseFromRequest(req, 202, "Accepted", nil)
	res.AppendHeader(s.contact("d24", req.Transport()))
	_ = tx.Respond(res)
	s.background(func() {
		defer close(r.begun)
		r.notify(100, "Trying", "active;expires=60")
	})
}

// named reads whom a REFER names; ours false: somebody elsewhere, a call that is not the
// peer's own, or it cannot be read.
func (s *Stack) named(req *sip.Request) (user string, other *Leg, ours bool) {
	hs := req.GetHeaders("Refer-To")
	if len(hs) != 1 {
		return "", nil, false
	}
	v := strings.TrimSpace(hs[0].Value())
	if i := strings.IndexByte(v, '<'); i >= 0 {
		v = cut(v[i+1:], ">")
	}
	v, more, has := strings.Cut(v, "?")
	var u sip.Uri
	if sip.ParseUri(v, &u) != nil || len(u.Headers) > 0 || u.User == "" || !strings.EqualFold(u.Scheme, "sip") {
		return "", nil, false
	}
	if u.Host != s.addr.Addr().String() && !strings.EqualFold(u.Host, s.cfg.Hostname) {
		return "", nil, false
	}
	if !has {
		return u.User, nil, true
	}
	name, value, _ := strings.Cut(more, "=")
	value, err := url.PathUnescape(value)
	if err != nil || !strings.EqualFold(name, "Replaces") || strings.ContainsRune(more, '&') {
		return "", nil, false
	}
	other, _ = s.replaced(value, req.Source())
	return u.User, other, other != nil
}

// replaced is the call with us that a Replaces header names, of a peer who sends from source;
// nil: he has none such. read false: the header makes no sense.
func (s *Stack) replaced(value, source string) (l *Leg, read bool) {
	parts := strings.Split(value, ";")
	tags := map[string]string{}
	for _, p := range parts[1:] {
		k, v, _ := strings.Cut(strings.TrimSpace(p), "=")
		tags[strings.ToLower(k)] = v
	}
	id, ours, theirs := strings.TrimSpace(parts[0]), tags["to-tag"], tags["from-tag"]
	if id == "" || ours == "" || theirs == "" {
		return nil, false
	}
	v, ok := s.dialogs.Load(key(id, ours, theirs))
	if !ok {
		return nil, true
	}
	l = v.(*Leg) //nolint:forcetypeassert // our map
	if d := l.dialog(); d == nil || !d.believes(source) {
		return nil, true
	}
	return l, true
}

// Replaces is what the INVITE says of a call in whose place it is to come (RFC 3891): named
// false: nothing; read false: nothing that makes sense; other nil: no call of the peer's with us.
func (l *Leg) Replaces() (named, read bool, other *Leg) {
	hs := l.invite.GetHeaders("Replaces")
	if len(hs) != 1 {
		return len(hs) > 0, false, nil
	}
	other, read = l.s.replaced(hs[0].Value(), l.invite.Source())
	return true, read, other
}

// Names are of what a Replaces header of the peer's would be made: ours is our tag.
func (l *Leg) Names() (callID, ours, theirs string) {
	if d := l.dialog(); d != nil {
		ours, _ = d.local.Params.Get("tag")
		theirs, _ = d.remote.Params.Get("tag")
	}
	return l.CallID(), ours, theirs
}
