package sip

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/rtp"
	"d24/voip/sdp"
)

// Who ended a call.
type Who string

// The parties that may end a call.
const (
	Us   Who = "us"
	Them Who = "them"
	Line Who = "line" // the network: no sound, no ACK
)

// Ending is how a leg ended.
type Ending struct {
	By   Who
	Code int    // SIP status that ended it, 0 after a talk
	Q850 int    // cause of the Reason header, 0 when none
	Text string // for the log
}

// mediaLost is how long a peer may be silent (outside hold) before the call is
// taken for dead: its BYE was lost.
const mediaLost = 60 * time.Second

// Leg is one party of a call: a SIP dialog with its sound.
type Leg struct {
	s       *Stack
	uas     *sipgo.DialogServerSession
	uac     *sipgo.DialogClientSession
	invite  *sip.Request
	peer    string // host its requests must come from
	rtp     *rtp.Port
	mu      sync.Mutex
	local   sdp.Local
	remote  *sdp.Session
	choice  sdp.Choice
	dir     sdp.Direction
	onHold  func(bool)
	late    bool // the INVITE had no description: theirs comes in the ACK
	keys    []string
	final   chan struct{} // the inbound INVITE has its final response
	finOnce sync.Once
	done    chan struct{}
	endOnce sync.Once
	end     Ending
}

func (s *Stack) newLeg(invite *sip.Request) (*Leg, error) {
	port, err := s.cfg.Ports.Open()
	if err != nil {
		return nil, err
	}
	s.legs.Add(1)
	return &Leg{
		s: s, invite: invite, rtp: port, dir: sdp.SendRecv,
		local: sdp.Local{IP: s.cfg.Ports.IP().String(), Port: port.Number(), ID: s.ids.Add(1), Version: 1},
		final: make(chan struct{}), done: make(chan struct{}),
	}, nil
}

// Media is the sound of the leg.
func (l *Leg) Media() media.Port { return l.rtp }

// Done closes when the leg has ended; then End says how.
func (l *Leg) Done() <-chan struct{} { return l.done }

// End is how the leg ended; valid after Done.
func (l *Leg) End() Ending { <-l.done; return l.end }

// From is the user part of the caller's address; "" when anonymous.
func (l *Leg) From() string {
	u := l.invite.From().Address.User
	if strings.EqualFold(u, "anonymous") {
		return ""
	}
	return u
}

// To is the called user: of the request's target, which a provider may have
// replaced by our registration's contact ("t-<id>"), then of the To header.
func (l *Leg) To() string {
	if u := l.invite.Recipient.User; u != "" && !strings.HasPrefix(u, "t-") {
		return u
	}
	return l.invite.To().Address.User
}

// Contact is the user part of the request's target as it came.
func (l *Leg) Contact() string { return l.invite.Recipient.User }

// Source is the host the INVITE came from.
func (l *Leg) Source() string { return l.peer }

// OnHold hears when the peer holds (true) and returns.
func (l *Leg) OnHold(f func(bool)) { l.mu.Lock(); l.onHold = f; l.mu.Unlock() }

func (l *Leg) track(id string) {
	l.mu.Lock()
	l.keys = append(l.keys, id)
	l.mu.Unlock()
	l.s.dialogs.Store(id, l)
}

// finish ends the leg once; everything it held is free afterwards.
func (l *Leg) finish(e Ending) {
	l.endOnce.Do(func() {
		l.end = e
		l.rtp.Close()
		l.mu.Lock()
		for _, k := range l.keys {
			l.s.dialogs.Delete(k)
		}
		l.mu.Unlock()
		l.finOnce.Do(func() { close(l.final) })
		close(l.done)
		l.s.legs.Add(-1)
	})
}

// Hangup ends the leg: BYE, or a refusal when it was never answered. It waits
// for the peer's answer at most 3 s.
func (l *Leg) Hangup() {
	select {
	case <-l.done:
		return
	default:
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	switch {
	case l.uas != nil && l.uas.LoadState() >= sip.DialogStateEstablished:
		_ = l.uas.Bye(ctx)
	case l.uas != nil:
		_ = l.uas.Respond(480, "Temporarily Unavailable", nil)
	case l.uac != nil:
		_ = l.uac.Bye(ctx)
	}
	l.finish(Ending{By: Us})
}

// watch ends a call whose peer is gone without a word.
func (l *Leg) watch() {
	t := time.NewTicker(5 * time.Second)
	defer t.Stop()
	began := time.Now()
	for {
		select {
		case <-l.done:
			return
		case <-t.C:
		}
		l.mu.Lock()
		held := l.dir != sdp.SendRecv
		l.mu.Unlock()
		last := l.rtp.LastHeard()
		if last.Before(began) {
			last = began
		}
		if held {
			began = time.Now()
			continue
		}
		if time.Since(last) > mediaLost {
			l.Hangup()
			return
		}
	}
}

// take applies the peer's description. False: nothing in common.
func (l *Leg) take(body []byte) bool {
	d, err := sdp.Parse(body)
	if err != nil {
		return false
	}
	c, ok := d.Pick()
	if !ok {
		return false
	}
	l.mu.Lock()
	l.remote, l.choice, l.dir = d, c, d.Direction.Answer()
	l.mu.Unlock()
	l.rtp.SetRemote(d.Addr, c.Law, c.DTMF)
	return true
}

// describe is our description as an answer to theirs.
func (l *Leg) describe() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.remote == nil {
		return l.local.Offer()
	}
	return l.local.Answer(l.remote, l.choice, l.dir)
}

// Law is the law agreed upon.
func (l *Leg) Law() g711.Law { return l.rtp.Law() }

func (s *Stack) onBye(req *sip.Request, tx sip.ServerTransaction) {
	l := s.find(req)
	if l == nil {
		reply(481, "Call/Transaction Does Not Exist")(req, tx)
		return
	}
	if l.uas != nil {
		_ = l.uas.ReadBye(req, tx)
	} else {
		_ = l.uac.ReadBye(req, tx)
	}
	l.finish(Ending{By: Them, Q850: q850(req)})
}

// onInDialog answers what keeps a call alive (UPDATE) and keys sent as INFO.
func (s *Stack) onInDialog(req *sip.Request, tx sip.ServerTransaction) {
	l := s.find(req)
	if l == nil {
		reply(481, "Call/Transaction Does Not Exist")(req, tx)
		return
	}
	if t := req.ContentType(); req.Method == sip.INFO && t != nil && strings.Contains(strings.ToLower(t.Value()), "dtmf") {
		for _, line := range strings.Split(string(req.Body()), "\n") {
			k, v, _ := strings.Cut(line, "=")
			if v = strings.TrimSpace(v); strings.EqualFold(strings.TrimSpace(k), "signal") && v != "" {
				l.rtp.Press(v[0])
			}
		}
	}
	reply(200, "OK")(req, tx)
}

// onReInvite answers hold, resume, a new address, and session refresh.
func (s *Stack) onReInvite(req *sip.Request, tx sip.ServerTransaction) {
	l := s.find(req)
	if l == nil {
		reply(481, "Call/Transaction Does Not Exist")(req, tx)
		return
	}
	// the first ACK and this request run in goroutines of their own and may be
	// seen out of order: wait a moment rather than refuse
	for i := 0; l.uas != nil && l.uas.LoadState() == sip.DialogStateEstablished && i < 50; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	if l.uas != nil {
		_ = l.uas.ReadRequest(req, tx)
	} else {
		_ = l.uac.ReadRequest(req, tx)
	}
	if len(req.Body()) > 0 && !l.take(req.Body()) {
		reply(488, "Not Acceptable Here")(req, tx)
		return
	}
	l.mu.Lock()
	l.local.Version++
	held, heard := l.dir == sdp.RecvOnly || l.dir == sdp.Inactive, l.onHold
	l.mu.Unlock()
	res := sip.NewResponseFromRequest(req, 200, "OK", l.describe())
	res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	res.AppendHeader(&s.dua.ContactHDR)
	_ = tx.Respond(res)
	go l.insist(tx, res)
	if heard != nil {
		heard(held)
	}
}

// insist repeats the 2xx to a re-INVITE until its ACK: the library does not.
func (l *Leg) insist(tx sip.ServerTransaction, res *sip.Response) {
	wait := sip.T1
	for range 6 {
		select {
		case <-tx.Acks():
			return
		case <-tx.Done():
			return
		case <-l.done:
			return
		case <-time.After(wait):
			_ = tx.Respond(res)
			wait = min(2*wait, sip.T2)
		}
	}
}

// q850 reads the cause of a Reason header: `Q.850;cause=17;text="busy"`.
func q850(m interface{ GetHeader(string) sip.Header }) int {
	h := m.GetHeader("Reason")
	if h == nil {
		return 0
	}
	_, v, ok := strings.Cut(h.Value(), "cause=")
	if !ok || !strings.Contains(strings.ToUpper(h.Value()), "Q.850") {
		return 0
	}
	v, _, _ = strings.Cut(v, ";")
	n, _ := strconv.Atoi(strings.TrimSpace(v))
	return n
}
