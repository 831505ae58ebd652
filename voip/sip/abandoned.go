package sip

import (
	"context"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// rememberFor is how long an abandoned INVITE is remembered: the longest a
// proxy may let a phone ring (timer C of RFC 3261).
const rememberFor = 3 * time.Minute

// abandoned is an INVITE of ours that nobody waits for any more. A phone that it
// makes ring is silenced: CANCEL at the first provisional answer, ACK and BYE
// after a late 200 (3.c of the telephony notes, F9).
type abandoned struct {
	s         *Stack
	invite    *sip.Request
	late      func()
	timer     *time.Timer
	mu        sync.Mutex
	cancelled bool
	answers   map[string]*dialog // by their tag
	once      sync.Once
}

func (s *Stack) abandon(invite *sip.Request, cancelled bool, late func()) {
	a := &abandoned{s: s, invite: invite, late: late, cancelled: cancelled, answers: map[string]*dialog{}}
	a.mu.Lock()
	defer a.mu.Unlock()
	s.given.Add(1)
	s.abandoned.Store(invite.CallID().Value(), a)
	a.timer = time.AfterFunc(rememberFor, a.forget)
}

func (a *abandoned) forget() {
	a.once.Do(func() {
		a.mu.Lock()
		a.timer.Stop()
		a.mu.Unlock()
		a.s.abandoned.Delete(a.invite.CallID().Value())
		a.s.given.Add(-1)
	})
}

// onStrayResponse gets the responses no transaction waits for.
func (s *Stack) onStrayResponse(res *sip.Response) {
	id, cseq := res.CallID(), res.CSeq()
	if id == nil || cseq == nil || cseq.MethodName != sip.INVITE || s.closing.Load() {
		return
	}
	v, ok := s.abandoned.Load(id.Value())
	if !ok {
		return
	}
	a := v.(*abandoned) //nolint:forcetypeassert // our map
	if cseq.SeqNo != a.invite.CSeq().SeqNo {
		return
	}
	switch {
	case res.StatusCode < 200:
		a.ring()
	case res.IsSuccess():
		a.answer(res)
	default:
		s.ackRefusal(a.invite, res)
		a.forget()
	}
}

func (a *abandoned) ring() {
	a.mu.Lock()
	first := !a.cancelled
	a.cancelled = true
	a.mu.Unlock()
	if first {
		a.s.withdraw(a.invite)
	}
}

func (a *abandoned) answer(res *sip.Response) {
	tag := tagOf(res)
	a.mu.Lock()
	d, known := a.answers[tag]
	if !known {
		d = dialled(a.invite, res)
		a.answers[tag] = d
	}
	first := len(a.answers) == 1 && !known
	a.mu.Unlock()
	n := a.invite.CSeq().SeqNo
	if known { // their 200 again: our ACK was lost
		a.s.confirm(d, n)
		return
	}
	a.s.hangUp(d, n)
	a.s.log.Error("an abandoned call was answered late and hung up")
	if first && a.late != nil {
		a.late()
	}
}

// confirm sends the ACK of a 2xx.
func (s *Stack) confirm(d *dialog, n uint32) {
	s.write(d.ack(n))
}

// hangUp confirms an answer nobody wants and ends it.
func (s *Stack) hangUp(d *dialog, n uint32) {
	s.confirm(d, n)
	s.background(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 64*sip.T1)
		defer cancel()
		_, _ = s.do(ctx, d.request(sip.BYE), login{})
	})
}

// withdraw sends the CANCEL of an INVITE (RFC 3261, 9.1) in the background.
func (s *Stack) withdraw(invite *sip.Request) {
	req := s.twin(invite, sip.CANCEL, invite.To())
	s.background(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 64*sip.T1)
		defer cancel()
		_, _ = s.do(ctx, req, login{})
	})
}

// ackRefusal confirms a refusal that no transaction waits for.
func (s *Stack) ackRefusal(invite *sip.Request, res *sip.Response) {
	if to := res.To(); to != nil {
		s.write(s.twin(invite, sip.ACK, to))
	}
}

// twin is a request with the INVITE's own branch: CANCEL, or the ACK of a refusal.
func (s *Stack) twin(invite *sip.Request, method sip.RequestMethod, to *sip.ToHeader) *sip.Request {
	req := sip.NewRequest(method, *invite.Recipient.Clone())
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(invite.Via().Clone())
	sip.CopyHeaders("Route", invite, req)
	req.AppendHeader(sip.HeaderClone(invite.From()))
	req.AppendHeader(sip.HeaderClone(to))
	req.AppendHeader(sip.HeaderClone(invite.CallID()))
	req.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: method})
	req.AppendHeader(&forwards)
	req.SetTransport(invite.Transport())
	req.SetDestination(invite.Destination())
	return req
}
