package sip_test

import (
	"bytes"
	"cmp"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"d24/voip/sip"
)

// torture finds the 49 messages of RFC 4475 and what is expected of them. They are
// not the project's, so they are read where they were given: in shared/ beside it,
// or beside a directory above it (a worktree), or in D24_RFC4475. "" without them:
// in CI that is a failure, elsewhere it is said.
func torture(t *testing.T) string {
	t.Helper()
	dirs := []string{os.Getenv("D24_RFC4475")}
	for up := "../../.."; len(dirs) < 5; up = filepath.Join(up, "..") {
		dirs = append(dirs, filepath.Join(up, "shared/data/rfc4475"))
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "MANIFEST.tsv")); dir != "" && err == nil {
			return dir
		}
	}
	const missing = "no RFC 4475 messages: they are looked for in ../shared/data/rfc4475 beside the project, or in D24_RFC4475"
	require.Empty(t, os.Getenv("CI"), missing)
	t.Log(missing)
	return ""
}

type ordeal struct {
	name, target string
	acceptable   []string
	raw          []byte
}

func ordeals(t *testing.T) (all []ordeal) {
	t.Helper()
	dir := torture(t)
	if dir == "" {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(dir, "MANIFEST.tsv"))
	require.NoError(t, err)
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
		f := strings.Split(line, "\t")
		raw, err := os.ReadFile(filepath.Join(dir, f[0]))
		require.NoError(t, err)
		all = append(all, ordeal{name: f[0], target: f[7], acceptable: strings.Split(f[8], "|"), raw: raw})
	}
	require.Len(t, all, 49)
	return all
}

var callID = regexp.MustCompile(`(?mi)^(?:call-id|i)[ \t]*:[ \t]*(\S+)`)

// idOf a raw message; "" when it has none.
func idOf(raw []byte) string {
	if m := callID.FindSubmatch(bytes.ReplaceAll(raw, []byte("\r\n "), []byte(" "))); m != nil {
		return string(m[1])
	}
	return ""
}

// tormentor sends from a trusted address and hears the answers on the ports that
// the messages' Via headers name.
type tormentor struct {
	socks []net.PacketConn
	heard chan []byte
}

func newTormentor(t *testing.T, ip string) *tormentor {
	t.Helper()
	to := &tormentor{heard: make(chan []byte, 1000)}
	for _, port := range []string{"5060", "5050", "5070", "0"} {
		c, err := net.ListenPacket("udp", net.JoinHostPort(ip, port))
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close() })
		to.socks = append(to.socks, c)
		go func() {
			buf := make([]byte, 65535)
			for {
				n, _, err := c.ReadFrom(buf)
				if err != nil {
					return
				}
				to.heard <- bytes.Clone(buf[:n])
			}
		}()
	}
	return to
}

func (to *tormentor) send(t *testing.T, at netip.AddrPort, raw []byte) {
	t.Helper()
	_, err := to.socks[0].WriteTo(raw, net.UDPAddrFromAddrPort(at))
	require.NoError(t, err)
}

// final waits for the final answer with a Call-ID. until nil: 5 s; otherwise it
// stops a moment after until's answer has come, as nothing is expected.
func (to *tormentor) final(id, probe string) (code string, alive bool) {
	deadline := time.After(5 * time.Second)
	for {
		select {
		case b := <-to.heard:
			got, status := idOf(b), string(b[8:11])
			switch {
			case got == probe:
				alive = true
				if code == "" {
					deadline = time.After(300 * time.Millisecond)
				}
			case (got == id || id == "") && status >= "200":
				code = status
			}
			if alive && code != "" {
				return code, true
			}
		case <-deadline:
			return code, alive
		}
	}
}

func options(at netip.AddrPort, from, id string) []byte {
	return []byte("OPTIONS sip:d24@" + at.String() + " SIP/2.0\r\nVia: SIP/2.0/UDP " + from + ":5060;branch=z9hG4bK" + lib.GenerateTagN(12) +
		"\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:d24@b>\r\nCall-ID: " + id + "\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
}

// verdict asks one message of a fresh stack and tells what came back.
type verdict func(t *testing.T, at netip.AddrPort, o ordeal) (code string)

func tortured(t *testing.T, good func(o ordeal, code string) bool, ask verdict) {
	t.Helper()
	const me = "127.0.7.50"
	acceptable, all := 0, ordeals(t)
	for _, o := range all {
		b := stack(t, "127.0.7.51", sip.Config{OnInvite: func(l *sip.Leg) { l.Reject(404, "Not Found") }}, me)
		code := ask(t, b.Addr(), o)
		if good(o, code) {
			acceptable++
		} else {
			t.Errorf("%s: got %s, acceptable %v", o.name, code, o.acceptable)
		}
		b.Close()
	}
	t.Logf("acceptable answers: %d of %d", acceptable, len(all))
}

// TestTortureAnswers is S1: what the 49 messages of RFC 4475 are answered with over
// UDP from a trunk's address; the stack answers an OPTIONS after each of them.
func TestTortureAnswers(t *testing.T) {
	const me = "127.0.7.50"
	to := newTormentor(t, me)
	tortured(t, func(o ordeal, code string) bool { return slices.Contains(o.acceptable, code) }, func(t *testing.T, at netip.AddrPort, o ordeal) string {
		t.Helper()
		to.send(t, at, o.raw)
		probe := lib.GenerateTagN(16)
		to.send(t, at, options(at, me, probe))
		code, alive := to.final(idOf(o.raw), probe)
		require.True(t, alive, "deaf after %s", o.name)
		return cmp.Or(code, "none")
	})
}

// TestTortureAnswersOverTCP is S1 over TCP. What cannot be framed is told so and the
// connection is closed: what comes after it on the connection has no beginning.
func TestTortureAnswersOverTCP(t *testing.T) {
	t.Parallel()
	const me = "127.0.7.50"
	to := newTormentor(t, me)
	tortured(t, func(o ordeal, code string) bool {
		return slices.Contains(o.acceptable, code) ||
			code == "closed" && slices.Contains([]string{"clerr.dat", "ncl.dat", "mcl01.dat"}, o.name) ||
			code == "400" && o.name == "inv2543.dat" // a body whose length nobody told
	}, func(t *testing.T, at netip.AddrPort, o ordeal) string {
		t.Helper()
		code := overTCP(t, me, at, o)
		probe := lib.GenerateTagN(16)
		to.send(t, at, options(at, me, probe))
		_, alive := to.final(probe, probe)
		require.True(t, alive, "deaf after %s", o.name)
		return code
	})
}

// overTCP sends a message and a good OPTIONS behind it on a connection of its own.
func overTCP(t *testing.T, me string, at netip.AddrPort, o ordeal) (code string) {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(me)}}
	c, err := d.DialContext(t.Context(), "tcp", at.String())
	require.NoError(t, err)
	defer c.Close()
	probe := lib.GenerateTagN(16)
	_, err = c.Write(append(bytes.Clone(o.raw), options(at, me, probe)...))
	require.NoError(t, err)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(10*time.Second)))
	var heard []byte
	buf := make([]byte, 65535)
	for {
		n, err := c.Read(buf)
		heard = append(heard, buf[:n]...)
		code, probed := answered(heard, idOf(o.raw), probe)
		switch {
		case code != "":
			return code
		case errors.Is(err, os.ErrDeadlineExceeded):
			require.True(t, probed, "%s: neither an answer nor an end: %q", o.name, heard)
			return "none"
		case err != nil:
			return "closed"
		case probed: // every request has a goroutine of its own: the first may be answered second
			require.NoError(t, c.SetReadDeadline(time.Now().Add(300*time.Millisecond)))
		}
	}
}

// answered reads the final answers out of what came over a connection.
func answered(heard []byte, id, probe string) (code string, probed bool) {
	for _, m := range bytes.Split(heard, []byte("\r\n\r\n")) {
		if !bytes.HasPrefix(m, []byte("SIP/2.0 ")) || len(m) < 11 {
			continue
		}
		got, status := idOf(append(m, '\r', '\n')), string(m[8:11])
		switch {
		case got == probe:
			probed = true
		case (got == id || id == "") && status >= "200" && code == "":
			code = status
		}
	}
	return code, probed
}

// TestAnOldPeersCallIsOneTransaction: who speaks RFC 2543 sends no branch; a repeated INVITE
// is no second call, his answers carry his Via as he wrote it, and his CANCEL finds the call.
func TestAnOldPeersCallIsOneTransaction(t *testing.T) {
	const me = "127.0.7.52"
	to := newTormentor(t, me)
	legs := make(chan *sip.Leg, 10)
	b := stack(t, "127.0.7.53", sip.Config{OnInvite: func(l *sip.Leg) { _ = l.Ring(); legs <- l }}, me)
	request := func(method, to string) []byte {
		return []byte(method + " sip:79000000002@" + b.Addr().String() + " SIP/2.0\r\nVia: SIP/2.0/UDP " + me + "\r\nFrom: <sip:79000000001@old>\r\nTo: <sip:79000000002@old>" + to +
			"\r\nCall-ID: old-1\r\nCSeq: 7 " + method + "\r\n\r\n")
	}
	for range 3 {
		to.send(t, b.Addr(), request("INVITE", ""))
	}
	leg := <-legs
	to.send(t, b.Addr(), request("CANCEL", ""))
	<-leg.Done()
	require.Equal(t, sip.ByCancel, leg.End().Cause)
	require.Empty(t, legs, "one call, however often it was asked for")
	eventually(t, "he is told that it is over, under his own Via", func() bool {
		said := <-to.heard
		require.NotContains(t, string(said), "branch")
		return bytes.HasPrefix(said, []byte("SIP/2.0 487 "))
	})
}
