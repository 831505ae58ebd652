package sip_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/sip"
)

// Steps of a peer that knows session timers (RFC 4028).
const (
	sippGetUpdate  = "<recv request=\"UPDATE\" timeout=\"20000\"/>\n"
	sippGetInvite  = "<recv request=\"INVITE\" timeout=\"20000\"/>\n"
	sippUpdate     = "<send retrans=\"500\"><![CDATA[\nUPDATE [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\nCSeq: 2 UPDATE\nContact: <sip:caller@[local_ip]:[local_port]>\nMax-Forwards: 70\nSupported: timer\nSession-Expires: 3;refresher=uac\nContent-Length: 0\n\n]]></send>\n"
	sippHasSession = "<recv response=\"200\"><action><ereg regexp=\"3;refresher=uac\" search_in=\"hdr\" header=\"Session-Expires:\" check_it=\"true\" assign_to=\"7\"/></action></recv>\n<Reference variables=\"7\"/>\n"
)

// sippAgrees is a 200 inside a call: the tags are there already.
func sippAgrees(session string, sdp bool) string {
	body := "Content-Length: 0\n\n"
	if sdp {
		body = "Content-Type: application/sdp\nContent-Length: [len]\n\n" + sippSDP
	}
	return "<send><![CDATA[\nSIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:[local_ip]:[local_port]>\nRequire: timer\nSession-Expires: " + session + "\n" + body + "]]></send>\n"
}

func asks(session, allow string) string {
	return "Supported: timer\nSession-Expires: " + session + "\n" + allow
}

// TestSessionsOfACaller: who refreshes is agreed; a peer that stops is hung up at the right
// moment, two thirds of a short session; one that is to be refreshed by us is, by UPDATE
// where he takes it, by a re-INVITE where not.
func TestSessionsOfACaller(t *testing.T) {
	t.Parallel()
	const update = "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\n"
	third := strings.Replace(sippSendBye, "2 BYE", "3 BYE", 1)
	for i, tt := range []struct {
		name, steps string
		min         time.Duration
		cause       sip.Cause
		from, to    time.Duration // when it ends
	}{
		{name: "he stops refreshing", steps: sippCall(asks("3;refresher=uac", ""), sippSDP) + sippConfirm + sippBye + sippOK, cause: sip.ByExpiry, from: 1900 * time.Millisecond, to: 4 * time.Second},
		{name: "he refreshes", steps: sippCall(asks("3;refresher=uac", ""), sippSDP) + sippConfirm + sippPause(1200) + sippUpdate + sippHasSession + sippPause(1500) + third, cause: sip.ByBye, from: 2600 * time.Millisecond, to: 8 * time.Second},
		{name: "we refresh by UPDATE", steps: sippCall(asks("4;refresher=uas", update), sippSDP) + sippConfirm + sippGetUpdate + sippAgrees("4;refresher=uac", false) + sippGetUpdate + sippAgrees("4;refresher=uac", false) + sippBye2(), cause: sip.ByBye, from: 3900 * time.Millisecond, to: 10 * time.Second},
		{name: "we refresh by INVITE", steps: sippCall(asks("4;refresher=uas", ""), sippSDP) + sippConfirm + sippGetInvite + sippAgrees("4;refresher=uac", true) + sippAck + sippBye2(), cause: sip.ByBye, from: 1900 * time.Millisecond, to: 8 * time.Second},
		{name: "too short", min: 90 * time.Second, steps: sippCall(asks("60", ""), sippSDP) + sippRefused(422)},
		{name: "required", steps: sippCall("Require: timer\n"+asks("1800;refresher=uac", ""), sippSDP) + sippConfirm + sippPause(100) + sippSendBye, cause: sip.ByBye, to: 5 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			us, them := fmt.Sprintf("127.0.8.%d", 10+2*i), fmt.Sprintf("127.0.8.%d", 11+2*i)
			ends, began := make(chan sip.Ending, 1), make(chan time.Time, 1)
			if tt.min == 0 {
				tt.min = time.Second
			}
			b := stack(t, us, sip.Config{MinSession: tt.min, OnInvite: func(l *sip.Leg) {
				_ = l.Answer()
				began <- time.Now()
				ends <- l.End()
			}}, them)
			startSipp(t, them, "", b.Addr().String(), tt.steps).ok()
			if tt.cause != "" {
				at := get(t, began)
				require.Equal(t, tt.cause, get(t, ends).Cause)
				took := time.Since(at)
				require.GreaterOrEqual(t, took, tt.from)
				require.Less(t, took, tt.to)
			}
			require.Zero(t, b.Live())
		})
	}
}

// sippBye2 hangs up after requests of ours: the last ones' To is us no more.
func sippBye2() string {
	return "<send retrans=\"500\"><![CDATA[\nBYE sip:d24@[remote_ip]:[remote_port] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n" +
		"From: <sip:79001234567@[local_ip]:[local_port]>;tag=[pid]C[call_number]\nTo: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]\nCall-ID: [call_id]\nCSeq: 2 BYE\nMax-Forwards: 70\nContent-Length: 0\n\n]]></send>\n<recv response=\"200\"/>\n"
}

// TestSessionsOfTheDialled: we ask for a session in each INVITE, longer when the peer wants
// that; he or we refresh it, as he answers.
func TestSessionsOfTheDialled(t *testing.T) {
	t.Parallel()
	session := func(s string) string {
		return "Require: timer\nAllow: INVITE, ACK, BYE, UPDATE\nSession-Expires: " + s + "\n"
	}
	wanted := "<recv request=\"INVITE\"><action><ereg regexp=\"^ *30$\" search_in=\"hdr\" header=\"Session-Expires:\" check_it=\"true\" assign_to=\"7\"/></action></recv>\n<Reference variables=\"7\"/>\n"
	for i, tt := range []struct {
		name, steps string
		hang        bool
		cause       sip.Cause
		from, to    time.Duration
	}{
		{name: "he stops refreshing", steps: sippInvite + sippSend(200, session("3;refresher=uas"), true) + sippAck + sippBye + sippOK, cause: sip.ByExpiry, from: 1900 * time.Millisecond, to: 4 * time.Second},
		{name: "we refresh", steps: sippInvite + sippSend(200, session("4;refresher=uac"), true) + sippAck + sippGetUpdate + sippAgrees("30;refresher=uac", false) + sippBye + sippOK, hang: true},
		{name: "he knows the call no more", steps: sippInvite + sippSend(200, session("4;refresher=uac"), true) + sippAck + sippGetUpdate +
			strings.Replace(strings.Replace(sippAgrees("4", false), "200 OK", "481 Call Does Not Exist", 1), "Require: timer\nSession-Expires: 4\n", "", 1) + sippBye + sippOK, cause: sip.ByExpiry, from: 1900 * time.Millisecond, to: 6 * time.Second},
		{name: "a longer one", steps: sippInvite + sippSend(422, "Min-SE: 30\n", false) + sippAck + wanted + sippSend(200, session("30;refresher=uac"), true) + sippAck + sippPause(300) + sippBye + sippOK, hang: true},
		{name: "none", steps: sippInvite + sippSend(200, "", true) + sippAck + sippBye + sippOK, hang: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			us, them := fmt.Sprintf("127.0.8.%d", 40+2*i), fmt.Sprintf("127.0.8.%d", 41+2*i)
			a := stack(t, us, sip.Config{MinSession: time.Second, SessionFor: 4 * time.Second}, them)
			p := startSipp(t, them, "", "", tt.steps)
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			l, de := a.Dial(ctx, sip.Target{User: "1", Host: p.addr, From: "2", Silence: 15 * time.Second})
			require.Nil(t, de)
			began := time.Now()
			if tt.hang {
				select {
				case <-l.Done():
					t.Fatal("it ended by itself: ", l.End())
				case <-time.After(4500 * time.Millisecond): // longer than a session without a refresh
				}
				l.Hangup()
			} else {
				require.Equal(t, tt.cause, l.End().Cause)
				require.GreaterOrEqual(t, time.Since(began), tt.from)
				require.Less(t, time.Since(began), tt.to)
			}
			p.ok()
			require.Zero(t, a.Live())
		})
	}
}
