package engine

import (
	"crypto/md5" //nolint:gosec // G501: what digest of telephones is made of (RFC 2617)
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// guesser is one address of many that guess passwords.
type guesser struct {
	*net.UDPConn
	at  string
	n   int
	buf []byte
}

func (w *world) guesser(ip net.IP) *guesser {
	w.t.Helper()
	to := w.engine.handsets.addr()
	c, err := net.DialUDP("udp", &net.UDPAddr{IP: ip}, net.UDPAddrFromAddrPort(to))
	require.NoError(w.t, err)
	return &guesser{UDPConn: c, at: to.String(), buf: make([]byte, 1<<16)}
}

// register sends one REGISTER and says how it was answered and after what time; code 0: not at
// all within a second.
func (g *guesser) register(name, proof string) (code int, answer string, took time.Duration) {
	g.n++
	me := g.LocalAddr().String()
	m := fmt.Sprintf("REGISTER sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%d-%s\r\nFrom: <sip:%s@%s>;tag=1\r\nTo: <sip:%s@%s>\r\nCall-ID: g@%s\r\nCSeq: %d REGISTER\r\nContact: <sip:%s@%s>\r\nMax-Forwards: 70\r\nExpires: 60\r\n%sContent-Length: 0\r\n\r\n",
		g.at, me, g.n, me, name, g.at, name, g.at, me, g.n, name, me, proof)
	began := time.Now()
	_ = g.SetDeadline(began.Add(time.Second))
	if _, err := g.Write([]byte(m)); err != nil {
		return 0, "", 0
	}
	n, err := g.Read(g.buf)
	if err != nil {
		return 0, "", 0
	}
	took = time.Since(began)
	answer = string(g.buf[:n])
	_, _ = fmt.Sscanf(answer, "SIP/2.0 %d", &code)
	return code, answer, took
}

var nonceOf = regexp.MustCompile(`nonce="([^"]+)"`)

func md5hex(s string) string {
	sum := md5.Sum([]byte(s)) //nolint:gosec // G401: see the import
	return hex.EncodeToString(sum[:])
}

// proof is the digest of a password for a nonce.
func (g *guesser) proof(name, password, nonce string, count int) string {
	uri := "sip:" + g.at
	response := md5hex(fmt.Sprintf("%s:%s:%08x:c:auth:%s", telephony.PhoneDigest(name, password), nonce, count, md5hex("REGISTER:"+uri)))
	return fmt.Sprintf("Authorization: Digest username=%q, realm=%q, nonce=%q, uri=%q, response=%q, cnonce=\"c\", nc=%08x, qop=auth, algorithm=MD5\r\n", name, telephony.PhoneRealm, nonce, uri, response, count)
}

// guess asks and proves once; the answers without what differs by their nature (nonce, branch).
func (g *guesser) guess(name, password string) (nonce string, codes [2]int, took [2]time.Duration, said string) {
	code, answer, first := g.register(name, "")
	found := nonceOf.FindStringSubmatch(answer)
	if code != 401 || found == nil {
		return "", [2]int{code, 0}, took, answer
	}
	second, refusal, then := g.register(name, g.proof(name, password, found[1], 1))
	head, _, _ := strings.Cut(refusal, "\r\n")
	return found[1], [2]int{code, second}, [2]time.Duration{first, then}, head
}

// guesses of an attack from thousands of addresses, each below the bound of a ban: S8 in short;
// D24_LONG makes it the hundred thousand.
func guesses() int {
	if os.Getenv("D24_LONG") != "" {
		return 100_000
	}
	return 3000
}

const perAddress = 5 // half of what shuts an address out

// TestAManyHeadedGuesser is S8: no password is found by guesses from thousands of addresses; the
// answer and its time tell nobody which names there are; a nonce is good for one guess; the owner
// of the attacked account registers all the while; who guesses from one address is shut out
// within a second.
func TestAManyHeadedGuesser(t *testing.T) {
	w := newWorld(t, withPhones(1))
	owner := w.ownPhone("127.0.67.1", "op1")
	times := map[bool][]time.Duration{} // by whether the name exists
	asked := map[bool][]time.Duration{}
	said := map[string]bool{}
	var g *guesser
	all := guesses()
	began := time.Now()
	for i := range all {
		if i%perAddress == 0 {
			if g != nil {
				_ = g.Close()
			}
			n := i / perAddress
			g = w.guesser(net.IPv4(127, byte(80+n/64000), byte(n/250%256), byte(n%250+1)))
		}
		known := i/perAddress%2 == 0 // an address tries one name
		name := "op1"
		if !known {
			name = fmt.Sprintf("no%d", i)
		}
		nonce, codes, took, head := g.guess(name, fmt.Sprintf("guess%d", i))
		require.Equal(t, [2]int{401, 403}, codes, "guess %d: %s", i, head)
		said[head] = true
		asked[known], times[known] = append(asked[known], took[0]), append(times[known], took[1])
		if i%100 == 0 { // the right one, on a nonce that a guess has used
			code, answer, _ := g.register("op1", g.proof("op1", "secret-op1", nonce, 2))
			require.Equal(t, 401, code, answer)
			require.Contains(t, answer, "stale=true")
		}
		if i%500 == 0 {
			require.Equal(t, 200, owner.register("secret-op1", "300"), "the owner works")
		}
	}
	_ = g.Close()
	lasted := time.Since(began)
	require.Equal(t, owner.Addr().String(), w.registered("op1"), "none of them is in")
	require.Len(t, said, 1, "one answer to all: %v", said)
	middle := func(ds []time.Duration) time.Duration { slices.Sort(ds); return ds[len(ds)/2] }
	for what, by := range map[string]map[bool][]time.Duration{"the question": asked, "the refusal": times} {
		delta := middle(by[true]) - middle(by[false])
		t.Logf("%s: p50 %v of a name that exists, %v of one that does not, of %d and %d", what, middle(by[true]), middle(by[false]), len(by[true]), len(by[false]))
		require.Less(t, delta.Abs(), time.Millisecond, what)
	}
	t.Logf("%d guesses in %v, 0 in", all, lasted.Round(time.Millisecond))

	alone := w.guesser(net.IPv4(127, 79, 0, 1))
	defer alone.Close()
	first := time.Now()
	for n := 1; ; n++ {
		_, codes, _, _ := alone.guess("op1", fmt.Sprintf("again%d", n))
		if codes[0] == 0 {
			break
		}
		require.LessOrEqual(t, n, 10)
	}
	ban := w.engine.handsets.guard.Bans()
	require.Len(t, ban, 1, "nobody else")
	require.Less(t, ban[0].Since.Sub(first), time.Second)
	t.Logf("one address is shut out after %d guesses, %v", ban[0].Guesses, ban[0].Since.Sub(first).Round(time.Microsecond))
	require.Equal(t, 200, owner.register("secret-op1", "300"))
}
