package sip

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

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

// Cause is why a leg ended.
type Cause string

// The closed set of causes.
const (
	ByBye       Cause = "bye"             // a talk was ended
	ByCancel    Cause = "cancelled"       // the caller gave up before the answer
	ByRefusal   Cause = "refused"         // Reject, or nothing in common
	ByMediaLost Cause = "media lost"      // no sound for MediaLost: the BYE was lost
	ByExpiry    Cause = "session expired" // nobody refreshed it (RFC 4028): the BYE was lost
	ByNoACK     Cause = "no ack"          // our 200 was never confirmed
	ByFailure   Cause = "failed"          // the transaction or transport broke
	ByDial      Cause = "not reached"     // an outbound leg that was never answered
)

// Ending is how a leg ended.
type Ending struct {
	By     Who
	Cause  Cause
	Code   int    // SIP status that ended it, 0 after a talk
	Q850   int    // cause of the Reason header, 0 when none
	Reason string // the Reason header as it came
	Text   string // for the log
}

// Leg is one party of a call: a SIP dialog with its sound. Its methods may be
// called from any goroutine.
type Leg struct {
	s       *Stack
	invite  *sip.Request
	rtp     *rtp.Port
	inbound bool
	auth    login // for a BYE that is challenged

	// of an inbound leg
	tx      sip.ServerTransaction
	final   chan struct{} // the INVITE's handler may go
	finOnce sync.Once
	confirm chan struct{} // the ACK of our 200 has come
	ackOnce sync.Once

	mu       sync.Mutex
	d        *dialog // nil until an outbound leg is answered
	key      string
	state    state
	local    sdp.Local
	remote   *sdp.Session
	choice   sdp.Choice
	dir      sdp.Direction
	late     bool // the INVITE had no description: theirs comes in the ACK
	onHold   func(bool)
	onRefer  func(*Referral)
	telling  <-chan struct{} // what came of the peer's transfer is on its way to him
	held     bool
	acks     map[uint32]chan struct{} // re-INVITEs of theirs that wait for an ACK
	answered time.Time
	quiet    bool // OnNoSound has been told
	session  session
	srtp     SRTP
	key30    []byte

	done    chan struct{}
	endOnce sync.Once
	end     Ending
}

type state uint8

const (
	early      state = iota // no final response yet
	confirming              // our 200 is on its way
	talking
	ended
)

func (s *Stack) newLeg(invite *sip.Request) (*Leg, error) {
	port, err := s.cfg.Ports.Open()
	if err != nil {
		return nil, err
	}
	s.legs.Add(1)
	return &Leg{
		s: s, invite: invite, rtp: port, dir: sdp.SendRecv,
		local: sdp.Local{IP: s.mediaIP().String(), Port: port.Number(), ID: s.ids.Add(1), Version: 1},
		final: make(chan struct{}), confirm: make(chan struct{}), done: make(chan struct{}),
		acks: map[uint32]chan struct{}{},
	}, nil
}

// Media is the sound of the leg.
func (l *Leg) Media() media.Port { return l.rtp }

// Sealed reports whether the sound is sealed (SRTP).
func (l *Leg) Sealed() bool { return l.rtp.Sealed() }

// Stats are the counters of its sound.
func (l *Leg) Stats() rtp.Stats { return l.rtp.Stats() }

// Sums are what its sound has come to.
func (l *Leg) Sums() rtp.Sums { return l.rtp.Sums() }

// Law is the law agreed upon.
func (l *Leg) Law() g711.Law { return l.rtp.Law() }

// Done closes when the leg has ended; then End says how.
func (l *Leg) Done() <-chan struct{} { return l.done }

// End is how the leg ended; it waits for that.
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

// Contact is the user part of the request's target as it came: "t-<id>" names
// the trunk whose registration the provider called.
func (l *Leg) Contact() string { return l.invite.Recipient.User }

// Header is the value of a header of the INVITE, "" when it has none.
func (l *Leg) Header(name string) string {
	if h := l.invite.GetHeader(name); h != nil {
		return h.Value()
	}
	return ""
}

// CallID names the call on both sides; for the log.
func (l *Leg) CallID() string { return l.invite.CallID().Value() }

// Source is the host the INVITE came from (of an inbound leg).
func (l *Leg) Source() string {
	host, _, _ := net.SplitHostPort(l.invite.Source())
	return host
}

// Heard reports whether the peer has sent any sound (F9).
func (l *Leg) Heard() bool { return !l.rtp.LastHeard().IsZero() }

// OnHold hears when the peer holds (true) and returns (false).
func (l *Leg) OnHold(f func(held bool)) {
	l.mu.Lock()
	l.onHold = f
	l.mu.Unlock()
}

// track makes the leg known for requests inside its dialog.
func (l *Leg) track(d *dialog) {
	l.mu.Lock()
	l.d, l.key = d, d.key()
	l.mu.Unlock()
	l.s.dialogs.Store(l.key, l)
}

func (l *Leg) dialog() *dialog {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.d
}

// to moves the leg from one state to another; false: it was not there.
func (l *Leg) to(from, to state) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != from {
		return false
	}
	l.state = to
	return true
}

func (l *Leg) is() state {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// finish ends the leg once; everything it held is free afterwards.
func (l *Leg) finish(e Ending) {
	l.endOnce.Do(func() {
		l.mu.Lock()
		l.state = ended
		key := l.key
		l.mu.Unlock()
		l.end = e
		if key != "" {
			l.s.dialogs.Delete(key)
		}
		l.rtp.Close()
		l.finOnce.Do(func() { close(l.final) })
		l.s.legs.Add(-1)
		close(l.done)
	})
}

// Hangup ends the leg: BYE, or 480 when it was never answered. The leg is over at
// once; the BYE is repeated in the background until it is confirmed.
func (l *Leg) Hangup() { l.HangupWith(0, "") }

// HangupWith is Hangup with a Q.850 cause for the peer ("Reason: Q.850;cause=16").
func (l *Leg) HangupWith(q850 int, text string) {
	l.hangup(q850, Ending{By: Us, Cause: ByBye, Text: text})
}

func (l *Leg) hangup(q850 int, e Ending) {
	switch l.is() {
	case early:
		if l.inbound {
			l.Reject(480, "Temporarily Unavailable")
		}
	case confirming, talking:
		d := l.dialog()
		l.finish(e)
		l.s.background(func() { l.bye(d, q850) })
	case ended:
	}
}

// bye tells the peer. A callee must not before the ACK has come (RFC 3261, 15);
// a caller that never sends it is told all the same.
func (l *Leg) bye(d *dialog, q850 int) {
	if l.inbound {
		select {
		case <-l.confirm:
		case ack := <-l.tx.Acks():
			l.onAck(ack)
		case <-l.tx.Done():
		case <-l.s.quit:
		case <-time.After(4 * sip.T1):
		}
	}
	l.heard()
	req := d.request(sip.BYE)
	if q850 != 0 {
		req.AppendHeader(sip.NewHeader("Reason", "Q.850;cause="+strconv.Itoa(q850)))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 64*sip.T1)
	defer cancel()
	_, _ = l.s.do(ctx, req, l.auth)
}

// take applies the peer's description. False: nothing in common.
func (l *Leg) take(body []byte) bool {
	theirs, err := sdp.Parse(body)
	if err != nil {
		return false
	}
	c, ok := theirs.Pick()
	if !ok || !l.reaches(theirs.Addr.Addr()) {
		return false
	}
	l.mu.Lock()
	keys, ours, ok := l.agree(theirs)
	if !ok || l.rtp.SetSeal(keys) != nil {
		l.mu.Unlock()
		return false
	}
	l.local.Crypto, l.local.Sealed = ours, theirs.Sealed()
	same := l.remote != nil && l.remote.Addr == theirs.Addr && l.choice == c
	l.remote, l.choice, l.dir = theirs, c, theirs.Direction.Answer()
	sends := l.dir == sdp.SendRecv || l.dir == sdp.SendOnly
	l.mu.Unlock()
	l.rtp.SetSending(sends)
	if !same { // the same again (a refresh) must not open the latch for strangers
		l.rtp.SetRemote(theirs.Addr, c.Law, c.DTMF)
	}
	return true
}

// reaches reports whether sound gets from our address to another: one of IPv6 is out of reach of
// IPv4, and a call to it would be a silent one.
func (l *Leg) reaches(to netip.Addr) bool {
	return !l.s.mediaIP().Unmap().Is4() || to.Unmap().Is4()
}

// describe is our description: an answer to theirs, or an offer.
func (l *Leg) describe() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.remote == nil {
		return l.local.Offer()
	}
	return l.local.Answer(l.remote, l.choice, l.dir)
}
