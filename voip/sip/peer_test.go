package sip_test

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"d24/voip/sip"
)

// peer is a telephone driven by hand: it does what foreign ones do at the worst moment.
type peer struct {
	t  *testing.T
	c  *net.UDPConn
	us netip.AddrPort // the stack under test
	id string         // Call-ID of the call it makes
	n  map[string]int // number of its latest request of each method
}

func newPeer(t *testing.T, ip string) *peer {
	t.Helper()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return &peer{t: t, c: c, id: lib.GenerateTagN(12), n: map[string]int{}}
}

func (p *peer) addr() string { return p.c.LocalAddr().String() }

func (p *peer) target() sip.Target {
	return sip.Target{User: "2", Host: p.addr(), From: "1", Silence: 20 * time.Second}
}

func (p *peer) write(msg string) {
	p.t.Helper()
	_, err := p.c.WriteToUDPAddrPort([]byte(msg), p.us)
	require.NoError(p.t, err)
}

// read returns the next message within d, nil when none comes.
func (p *peer) read(d time.Duration) lib.Message {
	p.t.Helper()
	buf := make([]byte, 65535)
	require.NoError(p.t, p.c.SetReadDeadline(time.Now().Add(d)))
	n, from, err := p.c.ReadFromUDPAddrPort(buf)
	if err != nil {
		return nil
	}
	p.us = from
	m, err := lib.ParseMessage(buf[:n])
	require.NoError(p.t, err)
	if r, ok := m.(*lib.Request); ok {
		r.SetSource(from.String())
	}
	return m
}

// request waits for a request of a method; others are passed over.
func (p *peer) request(method lib.RequestMethod) *lib.Request {
	p.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if r, ok := p.read(time.Until(end)).(*lib.Request); ok && r.Method == method {
			return r
		}
	}
	require.Fail(p.t, "never came: "+method.String())
	return nil
}

// response waits for a final answer (or a given provisional one) to the latest request of a
// method; those to earlier ones may be repeated.
func (p *peer) response(code int, method lib.RequestMethod) *lib.Response {
	p.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		r, ok := p.read(time.Until(end)).(*lib.Response)
		if ok && r.CSeq().MethodName == method && int(r.CSeq().SeqNo) >= p.n[string(method)] && (r.StatusCode == code || r.StatusCode >= 200) {
			require.Equal(p.t, code, r.StatusCode, "%s %s", method, r.Reason)
			return r
		}
	}
	require.Fail(p.t, fmt.Sprintf("never came: %d to %s", code, method))
	return nil
}

// answer answers a request of ours; headers are "Name: value".
func (p *peer) answer(req *lib.Request, code int, body string, headers ...string) {
	p.t.Helper()
	r := lib.NewResponseFromRequest(req, code, "Because", []byte(body))
	r.To().Params.Add("tag", "peer")
	r.AppendHeader(lib.NewHeader("Contact", "<sip:peer@"+p.addr()+">"))
	if body != "" {
		r.AppendHeader(lib.NewHeader("Content-Type", "application/sdp"))
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.AppendHeader(lib.NewHeader(name, value))
	}
	p.write(r.String())
}

func (p *peer) sdp(direction string) string {
	host, _, _ := net.SplitHostPort(p.addr())
	return "v=0\r\no=- 1 1 IN IP4 " + host + "\r\ns=-\r\nc=IN IP4 " + host + "\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 101\r\n" +
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=" + direction + "\r\n"
}

// ask sends a request of the call this peer makes. totag "" before the answer.
func (p *peer) ask(method string, cseq int, branch, totag, body string, headers ...string) {
	p.t.Helper()
	to := "<sip:2@" + p.us.String() + ">"
	if totag != "" {
		to += ";tag=" + totag
	}
	number := fmt.Sprint(cseq) + " " + method
	p.n[method] = cseq
	if body != "" && len(headers) == 0 {
		headers = append(headers, "Content-Type: application/sdp")
	}
	var more strings.Builder
	for _, h := range headers {
		more.WriteString(h + "\r\n")
	}
	p.write(method + " sip:2@" + p.us.String() + " SIP/2.0\r\nVia: SIP/2.0/UDP " + p.addr() + ";rport;branch=z9hG4bK" + branch +
		"\r\nFrom: <sip:79001@" + p.addr() + ">;tag=mine\r\nTo: " + to + "\r\nCall-ID: " + p.id + "\r\nCSeq: " + number +
		"\r\nMax-Forwards: 70\r\nContact: <sip:mine@" + p.addr() + ">\r\n" + more.String() +
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
}

// call makes the stack answer a call of this peer; it returns our tag.
func (p *peer) call(s *sip.Stack) string {
	p.t.Helper()
	p.us = s.Addr()
	p.ask("INVITE", 1, "first", "", p.sdp("sendrecv"))
	tag, _ := p.response(200, lib.INVITE).To().Params.Get("tag")
	p.ask("ACK", 1, "firstack", tag, "")
	return tag
}

// count says how many requests of a method come in d.
func (p *peer) count(method lib.RequestMethod, d time.Duration) (n int) {
	p.t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		if r, ok := p.read(time.Until(end)).(*lib.Request); ok && r.Method == method {
			n++
		}
	}
	return n
}

// get waits for a value, but not for ever.
func get[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		require.FailNow(t, "nothing came")
	}
	panic("not reached")
}
