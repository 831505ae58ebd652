package sip_test

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"d24/voip/sip"
)

// answering is a stack that takes every call.
func answering(t *testing.T, ip string, cfg sip.Config, friends ...string) (*sip.Stack, chan *sip.Leg) {
	t.Helper()
	legs := make(chan *sip.Leg, 10)
	cfg.OnInvite = func(l *sip.Leg) {
		if l.Answer() == nil {
			legs <- l
		}
	}
	return stack(t, ip, cfg, friends...), legs
}

func TestAnAnswerNeverConfirmed(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.7.91")
	failed := make(chan error, 1)
	ends := make(chan sip.Ending, 1)
	b := stack(t, "127.0.7.90", sip.Config{OnInvite: func(l *sip.Leg) { failed <- l.Answer(); ends <- l.End() }}, "127.0.7.91")
	p.us = b.Addr()
	p.ask("INVITE", 1, "noack", "", p.sdp("sendrecv"))
	for range 3 {
		p.response(200, lib.INVITE)
	}
	require.ErrorIs(t, get(t, failed), sip.ErrNoACK)
	require.Equal(t, sip.ByNoACK, get(t, ends).Cause)
	p.answer(p.request(lib.BYE), 200, "")
	idle(t, b)
}

func TestAByeBeforeTheACK(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.7.93")
	failed := make(chan error, 1)
	b := stack(t, "127.0.7.92", sip.Config{OnInvite: func(l *sip.Leg) { failed <- l.Answer() }}, "127.0.7.93")
	p.us = b.Addr()
	p.ask("INVITE", 1, "early", "", p.sdp("sendrecv"))
	tag, _ := p.response(200, lib.INVITE).To().Params.Get("tag")
	p.ask("BYE", 2, "bye", tag, "")
	p.response(200, lib.BYE)
	require.ErrorIs(t, get(t, failed), sip.ErrOver)
	require.Zero(t, b.Live())
}

// TestReInvites: hold, resume, what comes before the ACK, what is answered with
// 200 until its ACK comes (3.f, 3.h).
func TestReInvites(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.7.95")
	b, legs := answering(t, "127.0.7.94", sip.Config{}, "127.0.7.95")
	p.us = b.Addr()
	p.ask("INVITE", 1, "first", "", p.sdp("sendrecv"))
	tag, _ := p.response(200, lib.INVITE).To().Params.Get("tag")

	p.ask("INVITE", 2, "early", tag, p.sdp("sendrecv"))
	p.ask("ACK", 1, "ack1", tag, "") // after the re-INVITE, as happens
	p.response(200, lib.INVITE)
	p.ask("ACK", 2, "ack2", tag, "")
	l := get(t, legs)
	held := make(chan bool, 2)
	l.OnHold(func(h bool) { held <- h })

	p.ask("INVITE", 3, "hold", tag, p.sdp("sendonly"))
	ok := p.response(200, lib.INVITE)
	require.Contains(t, string(ok.Body()), "a=recvonly")
	require.True(t, get(t, held))
	again := p.response(200, lib.INVITE)
	require.Equal(t, uint32(3), again.CSeq().SeqNo, "repeated until the ACK")
	p.ask("ACK", 3, "ack3", tag, "")

	p.ask("INVITE", 4, "resume", tag, p.sdp("sendrecv"))
	ok = p.response(200, lib.INVITE)
	require.Contains(t, string(ok.Body()), "a=sendrecv")
	require.False(t, get(t, held))
	p.ask("ACK", 4, "ack4", tag, "")

	p.ask("INVITE", 4, "old", tag, p.sdp("sendrecv"))
	for r := p.read(20 * time.Second); ; r = p.read(20 * time.Second) {
		if res, is := r.(*lib.Response); is && res.StatusCode != 200 { // the 200 of the same number may be repeated
			require.Equal(t, 500, res.StatusCode, "an old number")
			break
		}
	}
	p.ask("ACK", 4, "old", tag, "")
	p.ask("INVITE", 6, "g729", tag, strings.Replace(p.sdp("sendrecv"), "8 101\r\na=rtpmap:8 PCMA", "18\r\na=rtpmap:18 G729", 1))
	p.response(488, lib.INVITE)
	p.ask("ACK", 6, "g729", tag, "")
	require.Equal(t, 1, b.Live(), "the talk goes on as it was")
	p.ask("BYE", 7, "bye", tag, "", "Reason: Q.850;cause=31")
	p.response(200, lib.BYE)
	require.Equal(t, 31, l.End().Q850)
	require.Equal(t, sip.Them, l.End().By)
}

func TestWhatKeepsACallAlive(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.7.97")
	b, legs := answering(t, "127.0.7.96", sip.Config{}, "127.0.7.97")
	tag := p.call(b)
	l := get(t, legs)
	p.ask("UPDATE", 2, "u", tag, "")
	require.Empty(t, p.response(200, lib.UPDATE).Body())
	p.ask("UPDATE", 3, "u2", tag, p.sdp("sendrecv"))
	require.Contains(t, string(p.response(200, lib.UPDATE).Body()), "m=audio")
	digits := make(chan byte, 2)
	l.Media().OnDigit(func(d byte) { digits <- d })
	p.ask("INFO", 4, "i", tag, "Signal=#\r\nDuration=160\r\n", "Content-Type: application/dtmf-relay")
	p.response(200, lib.INFO)
	require.Equal(t, byte('#'), get(t, digits))
	p.ask("REFER", 5, "r", tag, "", "Refer-To: <sip:89991234567@"+p.addr()+">")
	p.response(603, lib.REFER)
	require.Zero(t, p.count(lib.INVITE, 300*time.Millisecond), "a REFER is never followed (F84)")
	p.ask("OPTIONS", 6, "o", tag, "")
	p.response(200, lib.OPTIONS)
	p.ask("OPTIONS", 7, "o2", "unknown", "")
	p.response(481, lib.OPTIONS)
	require.Equal(t, 1, b.Live())
	go l.Hangup()
	p.answer(p.request(lib.BYE), 200, "")
}

// TestSpoofedRequestsDoNothing: S10, from another address that the filter lets in.
func TestSpoofedRequestsDoNothing(t *testing.T) {
	t.Parallel()
	p, thief := newPeer(t, "127.0.7.99"), newPeer(t, "127.0.7.100")
	b, legs := answering(t, "127.0.7.98", sip.Config{}, "127.0.7.99", "127.0.7.100")
	tag := p.call(b)
	l := get(t, legs)
	held, digits := make(chan bool, 1), make(chan byte, 1)
	l.OnHold(func(h bool) { held <- h })
	l.Media().OnDigit(func(d byte) { digits <- d })
	thief.us, thief.id = b.Addr(), p.id
	thief.ask("BYE", 9, "x1", tag, "")
	thief.response(481, lib.BYE)
	thief.ask("INVITE", 10, "x2", tag, thief.sdp("sendonly"))
	thief.response(481, lib.INVITE)
	thief.ask("INFO", 11, "x3", tag, "Signal=1\r\n", "Content-Type: application/dtmf-relay")
	thief.response(481, lib.INFO)
	for n := range 2000 { // ten thousand, with the right ids each
		id := "flood" + strconv.Itoa(n)
		thief.ask("BYE", 100+n, id+"b", tag, "")
		thief.ask("CANCEL", 1, "first", tag, "")
		thief.ask("INVITE", 100+n, id+"i", tag, thief.sdp("sendonly"))
		thief.ask("REFER", 100+n, id+"r", tag, "", "Refer-To: <sip:79000000009@x>")
		thief.ask("INFO", 100+n, id+"d", tag, "Signal=1\r\n", "Content-Type: application/dtmf-relay")
	}
	select {
	case <-l.Done():
		t.Fatal("the call was ended by a stranger")
	case <-time.After(500 * time.Millisecond):
	}
	require.Equal(t, 1, b.Live())
	require.Empty(t, held)
	require.Empty(t, digits)
	go l.Hangup()
	p.answer(p.request(lib.BYE), 200, "")
}

func TestASpoofedCancelDoesNothing(t *testing.T) {
	t.Parallel()
	p, thief := newPeer(t, "127.0.7.102"), newPeer(t, "127.0.7.103")
	legs := make(chan *sip.Leg, 1)
	b := stack(t, "127.0.7.101", sip.Config{OnInvite: func(l *sip.Leg) { _ = l.Ring(); legs <- l }}, "127.0.7.102", "127.0.7.103")
	p.us = b.Addr()
	p.ask("INVITE", 1, "mine", "", p.sdp("sendrecv"))
	tag, _ := p.response(180, lib.INVITE).To().Params.Get("tag")
	l := get(t, legs)
	thief.us, thief.id = b.Addr(), p.id
	via := "CANCEL sip:2@x SIP/2.0\r\nVia: SIP/2.0/UDP " + p.addr() + ";rport;branch=z9hG4bKmine\r\nFrom: <sip:79001@x>;tag=mine\r\nTo: <sip:2@x>\r\n" +
		"Call-ID: " + p.id + "\r\nCSeq: 1 CANCEL\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
	thief.write(via)
	thief.id = "alive"
	thief.ask("OPTIONS", 1, "alive", "", "") // read after the CANCEL
	thief.response(200, lib.OPTIONS)
	require.Equal(t, 1, b.Live())
	p.write(via)
	p.response(200, lib.CANCEL)
	end := p.response(487, lib.INVITE)
	mine, _ := end.To().Params.Get("tag")
	require.Equal(t, tag, mine, "one dialog from 180 to 487 (3.i)")
	p.ask("ACK", 1, "mine", tag, "")
	require.Equal(t, sip.ByCancel, l.End().Cause)
	require.Equal(t, 487, l.End().Code)
}

func TestADescriptionThatComesWithTheACK(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.7.105")
	b, legs := answering(t, "127.0.7.104", sip.Config{}, "127.0.7.105")
	p.us = b.Addr()
	p.ask("INVITE", 1, "late", "", "")
	ok := p.response(200, lib.INVITE)
	require.Contains(t, string(ok.Body()), "RTP/AVP 8 0 101", "our offer")
	tag, _ := ok.To().Params.Get("tag")
	p.ask("ACK", 1, "lateack", tag, p.sdp("sendrecv"))
	l := get(t, legs)
	require.NotNil(t, l.Media())
	p.ask("BYE", 2, "bye", tag, "")
	p.response(200, lib.BYE)
}

func TestInvitesWeCannotTake(t *testing.T) {
	t.Parallel()
	b, _ := answering(t, "127.0.7.106", sip.Config{}, "127.0.7.107")
	for name, tt := range map[string]struct {
		code    int
		body    func(*peer) string
		headers []string
		check   func(*lib.Response)
	}{
		"reliable provisionals": {code: 420, headers: []string{"Require: 100rel", "Content-Type: application/sdp"}, check: func(r *lib.Response) {
			require.Equal(t, "100rel", r.GetHeader("Unsupported").Value())
		}},
		"another codec": {code: 488, headers: []string{"Content-Type: application/sdp"}, body: func(p *peer) string {
			return strings.Replace(p.sdp("sendrecv"), "8 101\r\na=rtpmap:8 PCMA", "18\r\na=rtpmap:18 G729", 1)
		}},
		"srtp only": {code: 488, headers: []string{"Content-Type: application/sdp"}, body: func(p *peer) string { return strings.Replace(p.sdp("sendrecv"), "RTP/AVP", "RTP/SAVP", 1) }},
		"rubbish":   {code: 488, headers: []string{"Content-Type: application/sdp"}, body: func(*peer) string { return "hello" }},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, "127.0.7.107")
			p.us = b.Addr()
			body := p.sdp("sendrecv")
			if tt.body != nil {
				body = tt.body(p)
			}
			p.ask("INVITE", 1, "no", "", body, tt.headers...)
			res := p.response(tt.code, lib.INVITE)
			if tt.check != nil {
				tt.check(res)
			}
			tag, _ := res.To().Params.Get("tag")
			p.ask("ACK", 1, "no", tag, "")
		})
	}
	idle(t, b)
}

func TestASilentPeerIsReportedAndEnded(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.7.109")
	mute := make(chan *sip.Leg, 4)
	b, legs := answering(t, "127.0.7.108", sip.Config{NoSound: 200 * time.Millisecond, MediaLost: time.Second, OnNoSound: func(l *sip.Leg) { mute <- l }}, "127.0.7.109")
	p.call(b)
	l := get(t, legs)
	require.Same(t, l, get(t, mute))
	p.answer(p.request(lib.BYE), 200, "")
	require.Equal(t, sip.ByMediaLost, l.End().Cause)
	require.Equal(t, sip.Line, l.End().By)
	require.Empty(t, mute, "told once")
	idle(t, b)
}

func TestHoldIsNoSilence(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.7.111")
	b, legs := answering(t, "127.0.7.110", sip.Config{MediaLost: 400 * time.Millisecond}, "127.0.7.111")
	p.us = b.Addr()
	p.ask("INVITE", 1, "first", "", p.sdp("inactive"))
	tag, _ := p.response(200, lib.INVITE).To().Params.Get("tag")
	p.ask("ACK", 1, "ack", tag, "")
	l := get(t, legs)
	require.Zero(t, p.count(lib.BYE, 1200*time.Millisecond), "held three times as long as silence lasts")
	select {
	case <-l.Done():
		require.Fail(t, "ended on hold")
	default:
	}
	p.ask("BYE", 2, "bye", tag, "")
	p.response(200, lib.BYE)
}

func TestAnOwnerThatPanics(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.7.113")
	b := stack(t, "127.0.7.112", sip.Config{OnInvite: func(*sip.Leg) { panic("a fault of the owner") }}, "127.0.7.113")
	p.us = b.Addr()
	p.ask("INVITE", 1, "first", "", p.sdp("sendrecv"))
	tag, _ := p.response(480, lib.INVITE).To().Params.Get("tag")
	p.ask("ACK", 1, "first", tag, "")
	idle(t, b)
}

// TestCloseTakesEverythingAlong: talks get their BYE; no goroutine stays.
func TestCloseTakesEverythingAlong(t *testing.T) {
	before := runtime.NumGoroutine()
	p := newPeer(t, "127.0.7.115")
	b, legs := answering(t, "127.0.7.114", sip.Config{}, "127.0.7.115")
	p.call(b)
	l := get(t, legs)
	closed := make(chan struct{})
	go func() { b.Close(); close(closed) }()
	p.answer(p.request(lib.BYE), 200, "")
	get(t, closed)
	require.Equal(t, sip.Us, l.End().By)
	require.Zero(t, b.Live())
	eventually(t, "goroutines", func() bool { return runtime.NumGoroutine() <= before })
}
