package sip_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/test/foreign"
	"d24/voip/sip"
)

// Scenarios for sipp, a foreign peer: each is put together of a few steps.
const (
	sippHead = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]T[call_number]\n[last_Call-ID:]\n"
	sippSDP  = "v=0\no=u 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\nm=audio [media_port] RTP/AVP 8 101\n" +
		"a=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\n"
	sippInvite  = "<recv request=\"INVITE\"/>\n"
	sippAck     = "<recv request=\"ACK\" timeout=\"20000\"/>\n"
	sippCancel  = "<recv request=\"CANCEL\" timeout=\"20000\"/>\n"
	sippBye     = "<recv request=\"BYE\" timeout=\"20000\"/>\n"
	sippSendBye = "<send retrans=\"500\"><![CDATA[\nBYE [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n" +
		"[last_From:]\n[last_To:]\n[last_Call-ID:]\nCSeq: 2 BYE\nMax-Forwards: 70\nReason: Q.850;cause=16\nContent-Length: 0\n\n]]></send>\n<recv response=\"200\"/>\n"
)

func sippPause(ms int) string { return fmt.Sprintf("<pause milliseconds=\"%d\"/>\n", ms) }

func sippSend(code int, extra string, sdp bool) string {
	return sippSendCSeq(code, extra, sdp, "[last_CSeq:]")
}

func sippSendCSeq(code int, extra string, sdp bool, cseq string) string {
	body, repeat := "Content-Length: 0\n\n", ""
	if sdp {
		body = "Content-Type: application/sdp\nContent-Length: [len]\n\n" + sippSDP
	}
	if sdp && code >= 200 { // else sipp takes what is repeated for something unexpected
		repeat = " retrans=\"500\""
	}
	return fmt.Sprintf("<send"+repeat+"><![CDATA[\nSIP/2.0 %d Because\n%s%s\nContact: <sip:[local_ip]:[local_port]>\n%s%s]]></send>\n", code, sippHead, cseq, extra, body)
}

var (
	sippOK  = "<send><![CDATA[\nSIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n\n]]></send>\n"
	sipp487 = sippSendCSeq(487, "", false, "CSeq: [cseq] INVITE")
)

// sippCall is what a caller sends; more are header lines.
func sippCall(more, sdp string) string {
	return "<send retrans=\"500\"><![CDATA[\nINVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n" +
		"From: <sip:79001234567@[local_ip]:[local_port]>;tag=[pid]C[call_number]\nTo: <sip:[service]@[remote_ip]:[remote_port]>\nCall-ID: [call_id]\n" +
		"CSeq: 1 INVITE\nContact: <sip:caller@[local_ip]:[local_port]>\nMax-Forwards: 70\n" + more + "Content-Type: application/sdp\nContent-Length: [len]\n\n" + sdp + "]]></send>\n" +
		"<recv response=\"100\" optional=\"true\"/>\n<recv response=\"180\" optional=\"true\"/>\n<recv response=\"183\" optional=\"true\"/>\n"
}

const sippConfirm = "<recv response=\"200\" rrs=\"true\"/>\n<send><![CDATA[\nACK [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n" +
	"From: <sip:79001234567@[local_ip]:[local_port]>;tag=[pid]C[call_number]\n[last_To:]\nCall-ID: [call_id]\nCSeq: 1 ACK\nMax-Forwards: 70\nContent-Length: 0\n\n]]></send>\n"

func sippRefused(code int) string {
	return fmt.Sprintf("<recv response=\"%d\"/>\n<send><![CDATA[\nACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n[last_Via:]\n[last_From:]\n[last_To:]\n"+
		"Call-ID: [call_id]\nCSeq: 1 ACK\nContent-Length: 0\n\n]]></send>\n", code)
}

// sipp is a running sipp.
type sipp struct {
	t *testing.T
	*foreign.Sipp
	addr string
}

// startSipp runs a scenario once. remote "" for a scenario that is called.
func startSipp(t *testing.T, ip, transport, remote string, steps ...string) *sipp {
	t.Helper()
	p := foreign.StartSipp(t, foreign.Scenario{
		IP: ip, Transport: transport, Remote: remote, Steps: strings.Join(steps, ""),
		Args: []string{"-s", "74950000001", "-m", "1", "-timeout", "60", "-timeout_error", "-default_behaviors", "all,-abortunexp"},
	})
	return &sipp{t, p, p.Addr}
}

// ok waits for sipp's own verdict on the call.
func (s *sipp) ok() {
	s.t.Helper()
	require.NoError(s.t, s.Verdict(20*time.Second), "sipp: %s\n%s", s.Errors(), s.Out.Tail(1500))
}

func TestSippIsDialled(t *testing.T) {
	t.Parallel()
	cross := sippInvite + sippSend(180, "", false) + sippCancel + sippOK + sippSendCSeq(200, "", true, "CSeq: [cseq] INVITE") + sippAck + sippBye + sippOK
	many := sippInvite + strings.Repeat(sippSend(180, "", false)+sippPause(20), 15) + sippSend(200, "", true) + sippAck + sippBye + sippOK
	for i, tt := range []struct {
		name, transport, steps string
		give                   time.Duration // when we give up
		check                  func(*testing.T, *sip.Leg, *sip.DialError)
	}{
		{name: "busy", steps: sippInvite + sippSend(486, "", false) + sippAck, check: func(t *testing.T, _ *sip.Leg, e *sip.DialError) { require.Equal(t, 486, e.Code) }},
		{name: "decline", steps: sippInvite + sippSend(180, "", false) + sippPause(100) + sippSend(603, "", false) + sippAck, check: func(t *testing.T, _ *sip.Leg, e *sip.DialError) { require.Equal(t, 603, e.Code) }},
		{name: "unknown", steps: sippInvite + sippSend(404, "", false) + sippAck, check: func(t *testing.T, _ *sip.Leg, e *sip.DialError) { require.Equal(t, 404, e.Code) }},
		{name: "no circuit", steps: sippInvite + sippSend(503, "Reason: Q.850;cause=34;text=\"no circuit\"\n", false) + sippAck, check: func(t *testing.T, _ *sip.Leg, e *sip.DialError) {
			require.Equal(t, 503, e.Code)
			require.Equal(t, 34, e.Q850)
		}},
		{name: "no answer", give: time.Second, steps: sippInvite + sippSend(180, "", false) + sippCancel + sippOK + sipp487 + sippAck, check: func(t *testing.T, _ *sip.Leg, e *sip.DialError) {
			require.True(t, e.Ended)
			require.False(t, e.Silent)
		}},
		{name: "crossing 200", give: time.Second, steps: cross, check: func(t *testing.T, _ *sip.Leg, e *sip.DialError) { require.True(t, e.Ended) }},
		{name: "fifteen 180s", steps: many, check: hangUp},
		{name: "early sound", steps: sippInvite + sippSend(183, "", true) + sippPause(100) + sippSend(200, "", true) + sippAck + sippBye + sippOK, check: hangUp},
		{name: "over tcp", transport: "tcp", steps: sippInvite + sippSend(180, "", false) + sippPause(50) + sippSend(200, "", true) + sippAck + sippBye + sippOK, check: hangUp},
		{name: "they hang up", steps: sippInviteFrom + sippSend(200, "", true) + sippAck + sippPause(100) + sippCallerBye, check: func(t *testing.T, l *sip.Leg, e *sip.DialError) {
			require.Nil(t, e)
			require.Equal(t, sip.Them, l.End().By)
			require.Equal(t, 16, l.End().Q850)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			us, them := fmt.Sprintf("127.0.7.%d", 120+2*i), fmt.Sprintf("127.0.7.%d", 121+2*i)
			a := stack(t, us, sip.Config{}, them)
			p := startSipp(t, them, tt.transport, "", tt.steps)
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			if tt.give != 0 {
				ctx, cancel = context.WithTimeout(ctx, tt.give)
				defer cancel()
			}
			l, de := a.Dial(ctx, sip.Target{User: "1", Host: p.addr, Transport: tt.transport, From: "2", Silence: 15 * time.Second})
			tt.check(t, l, de)
			p.ok()
			eventually(t, "nothing is left", func() bool { return a.Live() == 0 })
		})
	}
}

// sippCallerBye is a BYE of the party that was called: our From is its To.
const (
	sippInviteFrom = "<recv request=\"INVITE\"><action><ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"1\"/></action></recv>\n"
	sippCallerBye  = "<send retrans=\"500\"><![CDATA[\nBYE sip:d24@[remote_ip]:[remote_port] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n" +
		"From: <sip:1@[local_ip]:[local_port]>;tag=[pid]T[call_number]\nTo:[$1]\n[last_Call-ID:]\nCSeq: 2 BYE\nMax-Forwards: 70\nReason: Q.850;cause=16\nContent-Length: 0\n\n]]></send>\n<recv response=\"200\"/>\n"
)

func hangUp(t *testing.T, l *sip.Leg, e *sip.DialError) {
	t.Helper()
	require.Nil(t, e)
	l.Hangup()
}

func TestSippCalls(t *testing.T) {
	t.Parallel()
	cancel := "<send retrans=\"500\"><![CDATA[\nCANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n[last_Via:]\nFrom: <sip:79001234567@[local_ip]:[local_port]>;tag=[pid]C[call_number]\n" +
		"To: <sip:[service]@[remote_ip]:[remote_port]>\nCall-ID: [call_id]\nCSeq: 1 CANCEL\nMax-Forwards: 70\nContent-Length: 0\n\n]]></send>\n<recv response=\"200\"/>\n"
	ringing := strings.Replace(sippCall("", sippSDP), "<recv response=\"180\" optional=\"true\"/>\n<recv response=\"183\" optional=\"true\"/>\n", "<recv response=\"180\"/>\n", 1)
	answer := func(l *sip.Leg) { _ = l.Answer() }
	for i, tt := range []struct {
		name, transport, steps string
		owner                  func(*sip.Leg)
		cause                  sip.Cause
	}{
		{name: "they hang up", steps: sippCall("", sippSDP) + sippConfirm + sippPause(100) + sippSendBye, owner: answer, cause: sip.ByBye},
		{name: "over tcp", transport: "tcp", steps: sippCall("", sippSDP) + sippConfirm + sippPause(100) + sippSendBye, owner: answer, cause: sip.ByBye},
		{name: "we hang up", steps: sippCall("", sippSDP) + sippConfirm + sippBye + sippOK, owner: func(l *sip.Leg) { _ = l.Answer(); l.Hangup() }, cause: sip.ByBye},
		{name: "they cancel", steps: ringing + cancel + sippRefused(487), owner: func(l *sip.Leg) { _ = l.Ring() }, cause: sip.ByCancel},
		{name: "busy", steps: sippCall("", sippSDP) + sippRefused(486), owner: func(l *sip.Leg) { l.Reject(486, "Busy Here") }, cause: sip.ByRefusal},
		{name: "reliable provisionals", steps: sippCall("Require: 100rel\n", sippSDP) + sippRefused(420), owner: answer},
		{name: "another codec", steps: sippCall("", strings.ReplaceAll(strings.ReplaceAll(sippSDP, "8 101", "18"), "a=rtpmap:8 PCMA", "a=rtpmap:18 G729")) + sippRefused(488), owner: answer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			us, them := fmt.Sprintf("127.0.7.%d", 150+2*i), fmt.Sprintf("127.0.7.%d", 151+2*i)
			ends := make(chan sip.Ending, 1)
			var calls atomic.Int64
			b := stack(t, us, sip.Config{OnInvite: func(l *sip.Leg) { calls.Add(1); tt.owner(l); ends <- l.End() }}, them)
			startSipp(t, them, tt.transport, b.Addr().String(), tt.steps).ok()
			if tt.cause != "" {
				require.Equal(t, tt.cause, get(t, ends).Cause)
			} else {
				require.Zero(t, calls.Load(), "refused before anybody saw it")
			}
			eventually(t, "nothing is left", func() bool { return b.Live() == 0 })
		})
	}
}

// TestKeysOfAForeignPhone: our own key sender is heard in sip_test.go; as root,
// sipp's recorded RFC 4733 events (whose first packet has duration 0) are too.
func TestKeysOfAForeignPhone(t *testing.T) {
	t.Parallel()
	pcap := "/usr/share/sip-tester/dtmf_2833_5.pcap"
	steps := sippCall("", sippSDP) + sippConfirm
	want := byte('5')
	if os.Geteuid() == 0 { // sipp sends them through a raw socket
		steps += sippPause(200) + "<nop><action><exec play_pcap_audio=\"" + pcap + "\"/></action></nop>\n" + sippPause(1000)
	} else {
		want = '7'
		steps += "<send><![CDATA[\nINFO [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n" +
			"CSeq: 2 INFO\nMax-Forwards: 70\nContent-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal=7\nDuration=160\n]]></send>\n<recv response=\"200\"/>\n"
	}
	digits := make(chan byte, 4)
	b := stack(t, "127.0.7.170", sip.Config{OnInvite: func(l *sip.Leg) {
		l.Media().OnDigit(func(d byte) { digits <- d })
		_ = l.Answer()
	}}, "127.0.7.171")
	p := startSipp(t, "127.0.7.171", "", b.Addr().String(), steps+strings.Replace(sippSendBye, "2 BYE", "3 BYE", 1))
	require.Equal(t, want, get(t, digits))
	p.ok()
	require.Empty(t, digits, "once")
}
