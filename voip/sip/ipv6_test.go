package sip_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"d24/voip/sip"
)

// registered are the right answers to a REGISTER, which we do not serve: as in the manifest of
// RFC 4475.
const registered = "200|401|403|405|501"

// sixth makes a request of an IPv6 peer. line is the start line without its version; of the
// headers only those are given that the case is about.
func sixth(id, line, via, to, contact, sdp string) []byte {
	method, _, _ := strings.Cut(line, " ")
	head := fmt.Sprintf("%s SIP/2.0\r\nVia: %s\r\nMax-Forwards: 70\r\nFrom: <sip:them@example.com>;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 7 %s\r\n", line, via, id, to, id, method)
	if contact != "" {
		head += "Contact: " + contact + "\r\n"
	}
	if sdp != "" {
		head += "Content-Type: application/sdp\r\n"
	}
	return fmt.Appendf(nil, "%sContent-Length: %d\r\n\r\n%s", head, len(sdp), sdp)
}

// sixths are the twelve cases of RFC 5118 (section 4), in requests of our own that differ from a
// plain one by what each section is about: addresses are of 2001:db8::/32 and 192.0.2.0/24.
func sixths() (all []ordeal) {
	const (
		here   = "SIP/2.0/UDP [2001:db8::aa:1]"
		them   = "<sip:them@example.com>"
		in     = them + ";tag=5118"
		audio  = "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
		of     = "v=0\r\no=them 1 1 IN IP6 2001:db8::aa\r\ns=-\r\n"
		bare   = here + ";received=2001:db8::aa:ff;branch=z9hG4bK-sixth"
		braced = here + ";received=[2001:db8::aa:ff];branch=z9hG4bK-sixth"
	)
	via := func() string { return here + ";branch=z9hG4bK-" + lib.GenerateTagN(8) }
	for _, c := range []struct {
		section, name, line, via, to, contact, sdp, acceptable string
	}{
		{"4.1", "an address in brackets", "REGISTER sip:[2001:db8::53]", via(), them, "<sip:them@[2001:db8::aa]>", "", registered},
		{"4.2", "an address without brackets", "REGISTER sip:2001:db8::53", via(), them, "<sip:them@[2001:db8::aa]>", "", "400"},
		{"4.3", "a port inside of the brackets is none", "REGISTER sip:[2001:db8::53:5070]", via(), them, "<sip:them@[2001:db8::aa]>", "", registered},
		{"4.4", "a port behind the brackets", "REGISTER sip:[2001:db8::53]:5070", via(), them, "<sip:them@[2001:db8::aa]>", "", registered},
		{"4.5", "received in brackets", "BYE sip:us@[2001:db8::53]", braced, in, "", "", "481"},
		{"4.5", "received without them", "BYE sip:us@[2001:db8::53]", bare, in, "", "", "481"},
		{"4.6", "sound at an address out of our reach", "INVITE sip:us@[2001:db8::53]", via(), them, "<sip:them@[2001:db8::aa]>", of + "c=IN IP6 2001:db8::aa\r\nt=0 0\r\n" + audio, "488"},
		{"4.7", "addresses of both kinds in headers", "BYE sip:us@[2001:db8::53]", via() + "\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK-4;received=192.0.2.8\r\nVia: SIP/2.0/TCP [2001:db8::aa:2]:5060;branch=z9hG4bK-5", in, "", "", "481"},
		{"4.8", "sound and picture at addresses of both kinds", "INVITE sip:us@[2001:db8::53]", via(), them, "<sip:them@[2001:db8::aa]>", of + "t=0 0\r\n" + strings.Replace(audio, "\r\n", "\r\nc=IN IP4 192.0.2.9\r\n", 1) + "m=video 40002 RTP/AVP 99\r\nc=IN IP6 2001:db8::aa\r\na=rtpmap:99 H264/90000\r\n", "404"},
		{"4.9", "addresses of IPv4 in the form of IPv6", "INVITE sip:us@[::ffff:192.0.2.53]", strings.Replace(via(), "2001:db8::aa:1", "::ffff:192.0.2.9", 1), them, "<sip:them@[::ffff:192.0.2.9]>", of + "c=IN IP6 ::ffff:192.0.2.9\r\nt=0 0\r\n" + audio, "404"},
		{"4.10", "three colons, by the grammar of RFC 3261", "OPTIONS sip:us@[2001:db8:::192.0.2.53]", via(), "<sip:us@[2001:db8:::192.0.2.53]>", "", "", "200"},
		{"4.10", "two colons", "OPTIONS sip:us@[2001:db8::192.0.2.53]", via(), "<sip:us@[2001:db8::192.0.2.53]>", "", "", "200"},
	} {
		id := "sixth-" + lib.GenerateTagN(8)
		all = append(all, ordeal{name: c.section + " " + c.name, acceptable: strings.Split(c.acceptable, "|"), raw: sixth(id, c.line, c.via, c.to, c.contact, c.sdp)})
	}
	return all
}

// TestMessagesOfIPv6 is the second half of S1: what the twelve cases of RFC 5118 are answered with
// over UDP and over TCP; an OPTIONS after each is answered within a second, and nothing is left.
func TestMessagesOfIPv6(t *testing.T) {
	t.Parallel()
	const me = "127.0.7.55"
	to := newTormentor(t, me)
	all := sixths()
	require.Len(t, all, 12)
	probed := func(t *testing.T, at netip.AddrPort, o ordeal) string {
		t.Helper()
		probe, sent := lib.GenerateTagN(16), time.Now()
		to.send(t, at, options(at, me, probe))
		code, alive := to.final(idOf(o.raw), probe)
		require.True(t, alive, "deaf after %s", o.name)
		require.Less(t, time.Since(sent), time.Second)
		return cmp.Or(code, "none")
	}
	for transport, ask := range map[string]verdict{
		"udp": func(t *testing.T, at netip.AddrPort, o ordeal) string {
			t.Helper()
			to.send(t, at, o.raw)
			return probed(t, at, o)
		},
		"tcp": func(t *testing.T, at netip.AddrPort, o ordeal) string {
			t.Helper()
			o.raw = []byte(strings.Replace(string(o.raw), "SIP/2.0/UDP [", "SIP/2.0/TCP [", 1))
			code := overTCP(t, me, at, o)
			probed(t, at, o)
			return code
		},
	} {
		acceptable := 0
		for _, o := range all {
			b := stack(t, "127.0.7.56", sip.Config{OnInvite: func(l *sip.Leg) { l.Reject(404, "Not Found") }}, me)
			if code := ask(t, b.Addr(), o); slices.Contains(o.acceptable, code) {
				acceptable++
			} else {
				t.Errorf("%s: %s: got %s, acceptable %v", transport, o.name, code, o.acceptable)
			}
			eventually(t, "nothing is left", func() bool { return b.Live() == 0 })
			b.Close()
		}
		t.Logf("%s: acceptable answers: %d of %d", transport, acceptable, len(all))
	}
}
