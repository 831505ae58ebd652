package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// Target is whom to dial and how.
type Target struct {
	User      string // the number dialled
	Host      string // domain of the target
	Dest      string // host:port to send to, when it differs
	Transport string // "udp" or "tcp"
	From      string // number shown
	FromHost  string
	AuthUser  string
	Password  string
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
	Silent bool   // no sign of life: the trunk is dead
	Unsent bool   // the INVITE never left
	Ended  bool   // we gave up (cancelled or rang out)
	Text   string // for the log
}

func (e *DialError) Error() string { return fmt.Sprintf("dial: %d %s", e.Code, e.Text) }

// Dial rings a number and returns when it is answered. Ending ctx cancels the
// call. An INVITE is sent once: whoever calls Dial decides about another trunk.
func (s *Stack) Dial(ctx context.Context, t Target) (*Leg, *DialError) {
	req := s.request(t)
	l, err := s.newLeg(req)
	if err != nil {
		return nil, &DialError{Unsent: true, Text: err.Error()}
	}
	req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	req.SetBody(l.local.Offer())
	dlg, err := s.dua.WriteInvite(ctx, req)
	if err != nil {
		l.finish(Ending{By: Line, Text: err.Error()})
		return nil, &DialError{Unsent: true, Text: err.Error()}
	}
	l.uac = dlg
	if de := l.await(ctx, t); de != nil {
		l.finish(Ending{By: Line, Code: de.Code, Text: de.Text})
		return nil, de
	}
	if de := l.confirm(ctx); de != nil {
		return nil, de
	}
	return l, nil
}

func (s *Stack) request(t Target) *sip.Request {
	host, port := t.Host, 0
	if h, p, err := net.SplitHostPort(t.Host); err == nil {
		host = h
		_, _ = fmt.Sscan(p, &port)
	}
	to := sip.Uri{Scheme: "sip", User: t.User, Host: host, Port: port, UriParams: sip.NewParams()}
	if strings.EqualFold(t.Transport, "tcp") {
		to.UriParams.Add("transport", "tcp")
	}
	req := sip.NewRequest(sip.INVITE, to)
	if strings.EqualFold(t.Transport, "tcp") {
		req.SetTransport("TCP")
	}
	fromHost := t.FromHost
	if fromHost == "" {
		fromHost = s.addr.Addr().String()
	}
	from := &sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: t.From, Host: fromHost}, Params: sip.NewParams()}
	from.Params.Add("tag", sip.GenerateTagN(16))
	req.AppendHeader(from)
	req.AppendHeader(sip.NewHeader("Allow", allow))
	if t.Dest != "" {
		req.SetDestination(t.Dest)
	}
	return req
}

// await waits for the answer.
func (l *Leg) await(ctx context.Context, t Target) *DialError {
	if t.Silence == 0 {
		t.Silence = 3 * time.Second
	}
	wctx, force := context.WithCancelCause(ctx)
	defer force(nil)
	var alive, silent atomic.Bool
	guard := time.AfterFunc(t.Silence, func() {
		if !alive.Load() {
			silent.Store(true)
			force(sipgo.WaitAnswerForceCancelErr)
		}
	})
	defer guard.Stop()
	// cancelled before any sign of life: no CANCEL may be sent yet, and waiting
	// for one would last until timer B
	unhook := context.AfterFunc(ctx, func() {
		if !alive.Load() {
			force(sipgo.WaitAnswerForceCancelErr)
		}
	})
	defer unhook()
	opts := sipgo.AnswerOptions{Username: t.AuthUser, Password: t.Password, OnResponse: func(r *sip.Response) error {
		alive.Store(true)
		if r.StatusCode > 100 && r.StatusCode < 200 {
			early := len(r.Body()) > 0 && l.take(r.Body())
			if t.OnProgress != nil {
				t.OnProgress(r.StatusCode, early)
			}
		}
		return nil
	}}
	for {
		err := l.uac.WaitAnswer(wctx, opts)
		switch {
		case err == nil:
			return nil
		case strings.Contains(err.Error(), "more than 10 responses"):
			continue // a phone that repeats 180 is not an error
		}
		return l.refused(ctx, err, silent.Load(), t.OnLate)
	}
}

func (l *Leg) refused(ctx context.Context, err error, silent bool, late func()) *DialError {
	de := &DialError{Silent: silent, Ended: ctx.Err() != nil, Text: err.Error()}
	var refusal *sipgo.ErrDialogResponse
	if errors.As(err, &refusal) {
		de.Code, de.Q850, de.Text = refusal.Res.StatusCode, q850(refusal.Res), refusal.Res.Reason
		return de
	}
	// CANCEL crossed a 200: the library would leave the other side off the hook
	if r := l.uac.InviteResponse; r != nil && r.IsSuccess() {
		l.abandon()
		if late != nil {
			late()
		}
	}
	return de
}

// abandon acknowledges an answer nobody wants any more and hangs up.
func (l *Leg) abandon() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	_ = l.uac.Ack(ctx)
	_ = l.uac.Bye(ctx)
}

// confirm acknowledges the answer and takes its sound.
func (l *Leg) confirm(ctx context.Context) *DialError {
	res := l.uac.InviteResponse
	l.peer, _, _ = net.SplitHostPort(res.Source())
	l.track(l.uac.ID)
	ok := l.take(res.Body()) || l.remote != nil && len(res.Body()) == 0 // described early
	if err := l.uac.Ack(context.WithoutCancel(ctx)); err != nil {
		l.finish(Ending{By: Line, Text: err.Error()})
		return &DialError{Text: err.Error()}
	}
	if !ok {
		l.Hangup()
		return &DialError{Code: 488, Text: "no common codec in the answer"}
	}
	go l.watch()
	return nil
}
