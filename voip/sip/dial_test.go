package sip_test

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"d24/voip/sip"
)

// dialling starts a Dial and returns where its end will be.
func dialling(ctx context.Context, s *sip.Stack, to sip.Target) <-chan result {
	c := make(chan result, 1)
	go func() { l, de := s.Dial(ctx, to); c <- result{l, de} }()
	return c
}

type result struct {
	leg *sip.Leg
	err *sip.DialError
}

func idle(t *testing.T, s *sip.Stack) {
	t.Helper()
	eventually(t, "nothing is left", func() bool { return s.Counts() == sip.Counts{} })
}

// TestAGivenUpTrunkThatWakesUpDoesNotRing: F9, 3.c of the telephony notes.
func TestAGivenUpTrunkThatWakesUpDoesNotRing(t *testing.T) {
	t.Parallel()
	a, p := stack(t, "127.0.7.60", sip.Config{}, "127.0.7.61"), newPeer(t, "127.0.7.61")
	to := p.target()
	to.Silence = 300 * time.Millisecond
	end := dialling(context.Background(), a, to)
	invite := p.request(lib.INVITE)
	require.True(t, get(t, end).err.Silent)
	require.Equal(t, 1, a.Counts().Abandoned)
	for p.count(lib.INVITE, 500*time.Millisecond) > 0 { // what was on its way
	}
	p.answer(invite, 180, "")
	cancel := p.request(lib.CANCEL)
	require.Equal(t, invite.Via().Value(), cancel.Via().Value(), "the CANCEL belongs to that INVITE")
	p.answer(cancel, 200, "")
	p.answer(invite, 180, "") // no second CANCEL
	p.answer(invite, 487, "")
	ack := p.request(lib.ACK)
	require.Equal(t, invite.CSeq().SeqNo, ack.CSeq().SeqNo)
	idle(t, a)
}

func TestAnAnswerNobodyWaitsForIsHungUp(t *testing.T) {
	t.Parallel()
	a, p := stack(t, "127.0.7.62", sip.Config{}, "127.0.7.63"), newPeer(t, "127.0.7.63")
	var late atomic.Int64
	to := p.target()
	to.Silence, to.OnLate = 300*time.Millisecond, func() { late.Add(1) }
	end := dialling(context.Background(), a, to)
	invite := p.request(lib.INVITE)
	require.True(t, get(t, end).err.Silent)
	p.answer(invite, 200, p.sdp("sendrecv"))
	p.request(lib.ACK)
	bye := p.request(lib.BYE)
	p.answer(bye, 200, "")
	p.answer(invite, 200, p.sdp("sendrecv")) // our ACK was lost
	p.request(lib.ACK)
	eventually(t, "it is told once", func() bool { return late.Load() == 1 })
}

// TestACancelThatCrossesTheAnswer: 3.b: the callee must not stay off the hook.
func TestACancelThatCrossesTheAnswer(t *testing.T) {
	t.Parallel()
	a, p := stack(t, "127.0.7.64", sip.Config{}, "127.0.7.65"), newPeer(t, "127.0.7.65")
	ctx, giveUp := context.WithCancel(context.Background())
	defer giveUp()
	var late atomic.Bool
	to := p.target()
	to.OnProgress, to.OnLate = func(int, bool) { giveUp() }, func() { late.Store(true) }
	end := dialling(ctx, a, to)
	invite := p.request(lib.INVITE)
	p.answer(invite, 180, "")
	cancel := p.request(lib.CANCEL)
	p.answer(invite, 200, p.sdp("sendrecv"))
	p.answer(cancel, 200, "")
	p.request(lib.ACK)
	p.answer(p.request(lib.BYE), 200, "")
	require.True(t, get(t, end).err.Ended)
	require.True(t, late.Load())
	idle(t, a)
}

// TestAPhoneThatRepeatsItself: 3.a: more 180s than the library bears.
func TestAPhoneThatRepeatsItself(t *testing.T) {
	t.Parallel()
	a, p := stack(t, "127.0.7.66", sip.Config{}, "127.0.7.67"), newPeer(t, "127.0.7.67")
	var rang atomic.Int64
	to := p.target()
	to.OnProgress = func(int, bool) { rang.Add(1) }
	end := dialling(context.Background(), a, to)
	invite := p.request(lib.INVITE)
	for i := range 15 {
		p.answer(invite, 180, "")
		eventually(t, "it is heard", func() bool { return rang.Load() == int64(i+1) })
	}
	p.answer(invite, 200, p.sdp("sendrecv"))
	p.request(lib.ACK)
	r := get(t, end)
	require.Nil(t, r.err)
	p.answer(invite, 200, p.sdp("sendrecv")) // our ACK was lost
	p.request(lib.ACK)
	r.leg.HangupWith(16, "done")
	bye := p.request(lib.BYE)
	require.Equal(t, "Q.850;cause=16", bye.GetHeader("Reason").Value())
	p.answer(bye, 200, "")
	idle(t, a)
}

func TestWhatIsNotFollowed(t *testing.T) {
	t.Parallel()
	a, p := stack(t, "127.0.7.68", sip.Config{}, "127.0.7.69"), newPeer(t, "127.0.7.69")
	end := dialling(context.Background(), a, p.target())
	p.answer(p.request(lib.INVITE), 302, "", "Contact: <sip:89991234567@"+p.addr()+">")
	p.request(lib.ACK)
	require.Equal(t, 302, get(t, end).err.Code)
	require.Zero(t, p.count(lib.INVITE, 500*time.Millisecond), "a redirection is never followed (F84)")
}

func TestRefusalsKeepTheirReason(t *testing.T) {
	t.Parallel()
	a, p := stack(t, "127.0.7.70", sip.Config{}, "127.0.7.71"), newPeer(t, "127.0.7.71")
	end := dialling(context.Background(), a, p.target())
	first := p.request(lib.INVITE)
	p.answer(first, 503, "", `Reason: Q.850;cause=34;text="no circuit"`)
	r := get(t, end)
	require.Equal(t, 503, r.err.Code)
	require.Equal(t, 34, r.err.Q850)
	require.Contains(t, r.err.Reason, "no circuit")

	end = dialling(context.Background(), a, p.target())
	invite := p.request(lib.INVITE)
	for invite.CallID().Value() == first.CallID().Value() { // on a slow machine the first was repeated
		invite = p.request(lib.INVITE)
	}
	p.answer(invite, 200, strings.Replace(p.sdp("sendrecv"), "8 101\r\na=rtpmap:8 PCMA", "18\r\na=rtpmap:18 G729", 1))
	p.request(lib.ACK)
	p.answer(p.request(lib.BYE), 200, "")
	require.Equal(t, 488, get(t, end).err.Code, "nothing in common")
}

func TestEarlySound(t *testing.T) {
	t.Parallel()
	a, p := stack(t, "127.0.7.72", sip.Config{}, "127.0.7.73"), newPeer(t, "127.0.7.73")
	early := make(chan bool, 4)
	to := p.target()
	to.OnProgress = func(_ int, e bool) { early <- e }
	end := dialling(context.Background(), a, to)
	invite := p.request(lib.INVITE)
	p.answer(invite, 183, p.sdp("sendrecv"))
	require.True(t, get(t, early))
	p.answer(invite, 200, "") // described already
	p.request(lib.ACK)
	r := get(t, end)
	require.Nil(t, r.err)
	r.leg.Hangup()
	p.answer(p.request(lib.BYE), 200, "")
}

func TestRequestsFollowTheRecordedRoute(t *testing.T) {
	t.Parallel()
	a, p := stack(t, "127.0.7.74", sip.Config{}, "127.0.7.75"), newPeer(t, "127.0.7.75")
	end := dialling(context.Background(), a, p.target())
	p.answer(p.request(lib.INVITE), 200, p.sdp("sendrecv"), "Record-Route: <sip:"+p.addr()+";lr;n=2>", "Record-Route: <sip:"+p.addr()+";lr;n=1>")
	ack := p.request(lib.ACK)
	routes := ack.GetHeaders("Route")
	require.Len(t, routes, 2)
	require.Contains(t, routes[0].Value(), "n=1")
	r := get(t, end)
	r.leg.Hangup()
	bye := p.request(lib.BYE)
	require.Len(t, bye.GetHeaders("Route"), 2)
	require.Equal(t, "peer", bye.Recipient.User)
	p.answer(bye, 200, "")
}

func TestADeadTCPPeer(t *testing.T) {
	t.Parallel()
	a := stack(t, "127.0.7.76", sip.Config{}, "127.0.7.77")
	l, err := net.Listen("tcp", "127.0.7.77:0")
	require.NoError(t, err)
	dest := l.Addr().String()
	require.NoError(t, l.Close())
	_, de := a.Dial(context.Background(), sip.Target{User: "1", Host: "127.0.7.77", Dest: dest, Transport: "tcp", From: "2"})
	require.True(t, de.Unsent)
	idle(t, a)
}

// TestTCPConnectionsAreNotMixedUp: with two peers connected to us, what is meant
// for one never goes to the other.
func TestTCPConnectionsAreNotMixedUp(t *testing.T) {
	t.Parallel()
	var atX, atY atomic.Int64
	busy := func(n *atomic.Int64) func(*sip.Leg) {
		return func(l *sip.Leg) { n.Add(1); l.Reject(486, "Busy Here") }
	}
	a := stack(t, "127.0.7.78", sip.Config{OnInvite: busy(new(atomic.Int64))}, "127.0.7.79", "127.0.7.80")
	x := stack(t, "127.0.7.79", sip.Config{OnInvite: busy(&atX)}, "127.0.7.78")
	y := stack(t, "127.0.7.80", sip.Config{OnInvite: busy(&atY)}, "127.0.7.78")
	dial := func(from, to *sip.Stack) {
		t := target(to, "1")
		t.Transport = "tcp"
		_, de := from.Dial(context.Background(), t)
		if de.Code != 486 {
			panic(de)
		}
	}
	dial(x, a) // x and y are connected to a
	dial(y, a)
	for range 5 {
		dial(a, x)
		dial(a, y)
	}
	require.Equal(t, int64(5), atX.Load())
	require.Equal(t, int64(5), atY.Load())
}
