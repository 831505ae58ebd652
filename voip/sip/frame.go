package sip

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// maxMessage is the longest message read from a connection: as long as a datagram.
const maxMessage = 65535

// frames cuts a connection into messages, so that each is screened like a datagram: the
// library closes a connection at what it cannot read and never says why.
type frames struct {
	got   []byte // read and not given out
	ready []byte // may be given out
	in    [4096]byte
}

// read fills b with bytes of whole messages that the library may have.
func (f *frames) read(c net.Conn, b []byte) (int, error) {
	for len(f.ready) == 0 {
		switch end, why := whole(f.got); {
		case why != "":
			refuseStream(c, f.got, why)
			return 0, io.EOF
		case end > 0:
			f.give(c, f.got[:end])
			f.got = f.got[end:]
		default:
			if err := f.more(c); err != nil {
				return 0, err
			}
		}
	}
	n := copy(b, f.ready)
	f.ready = f.ready[n:]
	return n, nil
}

// give passes one message on, or answers it.
func (f *frames) give(c net.Conn, one []byte) {
	answer, pass := screenStream(one, peerOf(c))
	if !pass {
		_, _ = c.Write(answer)
		return
	}
	f.ready = append(f.ready[:0:0], modern(one)...)
}

// more reads on. A message that was begun must be whole within the time of a
// transaction: a connection that waits for the rest of it is a connection lost.
func (f *frames) more(c net.Conn) error {
	var by time.Time
	if len(f.got) > 0 {
		by = time.Now().Add(64 * sip.T1)
	}
	if err := c.SetReadDeadline(by); err != nil {
		return err
	}
	n, err := c.Read(f.in[:])
	f.got = append(f.got, f.in[:n]...)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return io.EOF
	}
	if n > 0 {
		return nil
	}
	return err
}

// whole says where the first message of got ends; 0: not here yet. why: it never will.
func whole(got []byte) (end int, why string) {
	if n := len(got) - len(bytes.TrimLeft(got, "\r\n\x00")); n > 0 { // keep-alive
		return min(n, 4), ""
	}
	head := bytes.Index(got, []byte("\r\n\r\n"))
	if head < 0 {
		if len(got) > maxMessage {
			return 0, "Headers Without End"
		}
		return 0, ""
	}
	length, said, body := -1, false, false
	_, rest, _ := bytes.Cut(got[:head+4], []byte("\r\n"))
	for {
		h, after, ok := next(rest)
		if !ok || h.name == "" {
			break
		}
		rest = after
		switch h.name {
		case "content-length":
			n, err := strconv.ParseUint(h.value, 10, 31)
			if err != nil || n > maxMessage || said && int(n) != length {
				return 0, "Bad Content-Length"
			}
			length, said = int(n), true
		case "content-type":
			body = true
		}
	}
	if !said {
		if body { // where it ends only its length could tell (RFC 3261, 18.3)
			return 0, "No Content-Length"
		}
		length = 0
	}
	if end = head + 4 + length; end > len(got) {
		return 0, ""
	}
	return end, ""
}

var responses = sip.NewParser(sip.WithHeadersParsers(parsers()))

// screenStream is screen for a message that came over a connection.
func screenStream(b []byte, from netip.AddrPort) (answer []byte, pass bool) {
	if b[0] == '\r' || b[0] == '\n' || b[0] == 0 {
		return nil, true
	}
	if bytes.HasPrefix(b, []byte("SIP/")) { // one that cannot be read is no reason to end the connection
		_, err := responses.ParseSIP(b)
		return nil, err == nil
	}
	m := message{raw: b}
	code, text := m.judge()
	if code == 0 {
		return nil, true
	}
	if m.method == "ACK" || m.via == "" {
		return nil, false
	}
	return m.refuse(code, text, from), false
}

// refuseStream says why before the connection is closed.
func refuseStream(c net.Conn, got []byte, why string) {
	if bytes.HasPrefix(got, []byte("SIP/")) || bytes.HasPrefix(got, []byte("ACK ")) {
		return
	}
	m := message{raw: got}
	if m.judge(); m.via != "" {
		_ = c.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = c.Write(m.refuse(400, why, peerOf(c)))
	}
}

func peerOf(c net.Conn) netip.AddrPort {
	a, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	return a.AddrPort()
}

// oldBranch begins the branch that a request without one gets here: peers of RFC 2543
// send none, and the library would match such a request only by a From tag, which
// they do not send either. It never goes out again.
const oldBranch = ";branch=z9hG4bK-2543."

// modern is a request as the library can match it: with a branch made of what RFC 2543
// matches by, so that a repeated INVITE, its ACK and its CANCEL find it.
func modern(b []byte) []byte {
	if bytes.HasPrefix(b, []byte("SIP/")) || bytes.IndexByte(b, ':') < 0 {
		return b
	}
	_, rest, _ := bytes.Cut(b, []byte("\r\n"))
	at, id := -1, ""
	for {
		off := len(b) - len(rest)
		h, after, ok := next(rest)
		if !ok || h.name == "" {
			break
		}
		line := rest[:len(rest)-len(after)]
		rest = after
		switch h.name {
		case "via":
			if at >= 0 {
				continue
			}
			if strings.Contains(strings.ToLower(cut(h.value, ",")), "branch") || bytes.Count(line, []byte("\r\n")) > 1 {
				return b
			}
			at = off + len(bytes.TrimRight(line, "\r\n \t"))
			if i := bytes.IndexByte(line, ','); i >= 0 {
				at = off + i
			}
			id += h.value + "\x00"
		case "call-id", "from":
			id += h.value + "\x00"
		case "cseq":
			id += cut(h.value, " ") + "\x00"
		}
	}
	if at < 0 || len(b)+len(oldBranch)+16 > maxMessage {
		return b
	}
	out := append(make([]byte, 0, len(b)+40), b[:at]...)
	out = append(append(out, oldBranch...), fingerprint(id)...)
	return append(out, b[at:]...)
}

// old takes the branch of modern out of what is sent.
func old(b []byte) []byte {
	i := bytes.Index(b, []byte(oldBranch))
	if i < 0 {
		return b
	}
	end := i + len(oldBranch) + fingerprintLen
	if end > len(b) {
		return b
	}
	return append(append(make([]byte, 0, len(b)), b[:i]...), b[end:]...)
}

const fingerprintLen = 16

func fingerprint(s string) string {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	x := strconv.FormatUint(h, 16)
	return strings.Repeat("0", fingerprintLen-len(x)) + x
}
