package sip

import (
	"bytes"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// screen looks at a datagram before the library does, which drops what it cannot
// parse without a word (RFC 3261 wants 400) and believes a CANCEL from anywhere.
// pass false: the datagram goes no further; answer, when not empty, is sent to
// the address. Only what a friend sent comes here, so an answer reflects nothing.
func screen(b []byte, from netip.AddrPort, pending *sync.Map) (answer []byte, to netip.AddrPort, pass bool) {
	if len(b) <= 4 || b[0] == '\r' || b[0] == 0 { // keep-alive
		return nil, to, true
	}
	if bytes.HasPrefix(b, []byte("SIP/")) {
		return nil, to, true // of responses the library drops what it does not know
	}
	m := message{raw: b}
	code, text := m.judge()
	switch {
	case m.method == "CANCEL" && code == 0:
		if host, waits := pending.Load(m.branch()); waits && host != from.Addr().String() {
			return nil, to, false // spoofed (S10)
		}
		return nil, to, true
	case code == 0:
		return nil, to, true
	case m.method == "ACK" || m.via == "":
		return nil, to, false // not to be answered, or not possible
	}
	answer = m.refuse(code, text, from)
	return answer, netip.AddrPortFrom(from.Addr(), m.port(from.Port())), false
}

// message is a request read only as far as needed to see whether it can be read.
type message struct {
	raw    []byte
	method string
	via    string // the topmost
	single [6]bool
}

// once are the headers that may stand one time only: whichever of two is taken
// may be the wrong one.
var once = [6]string{"call-id", "to", "from", "cseq", "max-forwards", "content-length"}

// compact names of headers (RFC 3261, 7.3.3).
var compact = map[string]string{"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}

// header is one unfolded header line.
type header struct{ name, value string }

// next cuts one header off the rest of a message; ok false: there is no whole line.
func next(rest []byte) (h header, after []byte, ok bool) {
	var line []byte
	for {
		i := bytes.Index(rest, []byte("\r\n"))
		if i < 0 {
			return h, nil, false
		}
		if line == nil {
			line = rest[:i]
		} else { // folded
			line = append(append(line[:len(line):len(line)], ' '), bytes.TrimSpace(rest[:i])...)
		}
		rest = rest[i+2:]
		if len(line) == 0 || len(rest) == 0 || rest[0] != ' ' && rest[0] != '\t' {
			break
		}
	}
	if len(line) == 0 {
		return h, rest, true
	}
	name, value, colon := strings.Cut(string(line), ":")
	if !colon {
		return header{name: "\x00"}, rest, true
	}
	name = strings.ToLower(strings.TrimSpace(name))
	if long, is := compact[name]; is {
		name = long
	}
	return header{name, strings.TrimSpace(value)}, rest, true
}

// judge returns what is wrong with the request: 0 when the library may have it.
func (m *message) judge() (code int, text string) {
	line, rest, ok := bytes.Cut(m.raw, []byte("\r\n"))
	if !ok {
		return 400, "Bad Request"
	}
	parts := strings.Split(string(line), " ")
	m.method = parts[0]
	code, text = start(parts)
	for {
		var h header
		if h, rest, ok = next(rest); !ok {
			return 400, "Headers Without End"
		}
		if h.name == "" {
			break
		}
		if why := m.header(h); why != "" && code == 0 {
			code, text = 400, why
		}
		if i := slices.Index(once[:], h.name); i >= 0 {
			if m.single[i] && code == 0 {
				code, text = 400, "Header Stands Twice"
			}
			m.single[i] = true
		}
		if h.name == "content-length" {
			if n, err := strconv.ParseUint(h.value, 10, 31); (err != nil || int(n) > len(bodyAfter(rest))) && code == 0 {
				code, text = 400, "Bad Content-Length"
			}
		}
	}
	return code, text
}

// bodyAfter is the body, when rest begins in the headers.
func bodyAfter(rest []byte) []byte {
	if bytes.HasPrefix(rest, []byte("\r\n")) {
		return rest[2:]
	}
	_, body, _ := bytes.Cut(rest, []byte("\r\n\r\n"))
	return body
}

// start judges the request line: method, one space, target, one space, version.
func start(parts []string) (code int, text string) {
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || !strings.HasPrefix(strings.ToUpper(parts[2]), "SIP/") {
		return 400, "Bad Request Line"
	}
	if !strings.EqualFold(parts[2], "SIP/2.0") {
		return 505, "Version Not Supported"
	}
	scheme, rest, ok := strings.Cut(parts[1], ":")
	if !ok || strings.ContainsAny(parts[1], "<>\"") {
		return 400, "Bad Request-URI"
	}
	if !sipScheme(scheme) {
		return 416, "Unsupported URI Scheme"
	}
	if strings.Contains(rest[strings.LastIndexByte(rest, '@')+1:], "?") { // headers hidden in it are never applied
		return 400, "Bad Request-URI"
	}
	if sip.ParseUri(parts[1], &sip.Uri{}) != nil { // as of an IPv6 address without brackets (RFC 5118, 4.2)
		return 400, "Bad Request-URI"
	}
	return 0, ""
}

// header judges one header; "" when it can be read.
func (m *message) header(h header) string {
	switch h.name {
	case "\x00":
		return "Line Without Colon"
	case "via":
		if m.via == "" {
			m.via = h.value
		}
		if separators(h.value) {
			return "Bad Via"
		}
	case "from", "to":
		if !address(h.value) {
			return "Bad " + strings.ToUpper(h.name[:1]) + h.name[1:]
		}
	case "contact":
		if _, whole := unquoted(h.value); !whole || separators(h.value) || !strings.Contains(h.value, "<") && strings.Contains(h.value, "?") {
			return "Bad Contact"
		}
	case "cseq":
		f := strings.Fields(h.value)
		if len(f) != 2 {
			return "Bad CSeq"
		}
		if n, err := strconv.ParseUint(f[0], 10, 32); err != nil || n > 1<<31-1 {
			return "Bad CSeq"
		}
	}
	return ""
}

// unquoted is s without quoted strings; whole false: a quote is never closed.
func unquoted(s string) (out string, whole bool) {
	if !strings.Contains(s, `"`) {
		return s, true
	}
	var b strings.Builder
	in := false
	for i := 0; i < len(s); i++ {
		switch {
		case in && s[i] == '\\':
			i++
		case s[i] == '"':
			in = !in
		case !in:
			b.WriteByte(s[i])
		}
	}
	return b.String(), !in
}

// separators that stand together with nothing between them.
func separators(s string) bool {
	s, _ = unquoted(s)
	last := byte(0)
	for i := range len(s) {
		switch c := s[i]; c {
		case ';', ',':
			if last == ';' || last == ',' {
				return true
			}
			last = c
		case ' ', '\t':
		default:
			last = 0
		}
	}
	return false
}

// address judges a From or To: [display name] <uri> params, or uri params.
func address(s string) bool {
	s, whole := unquoted(s)
	if !whole {
		return false
	}
	name, rest, angle := strings.Cut(s, "<")
	if !angle {
		uri := strings.TrimSpace(cut(s, ";"))
		return uri != "" && !strings.ContainsAny(uri, " \t,?>")
	}
	uri, _, closed := strings.Cut(rest, ">")
	return closed && !strings.ContainsAny(name, ",;:@") && uri != "" && !strings.ContainsAny(uri, " \t<")
}

func (m *message) branch() string {
	_, v, ok := strings.Cut(cut(m.via, ","), "branch=")
	if !ok {
		return ""
	}
	return strings.TrimSpace(cut(v, ";"))
}

// port an answer goes to (RFC 3261 18.2.2, RFC 3581): that of the Via, or where
// the request came from when the Via says rport.
func (m *message) port(source uint16) uint16 {
	v := cut(m.via, ",")
	if strings.Contains(v, ";rport") {
		return source
	}
	f := strings.Fields(cut(v, ";"))
	if len(f) == 0 {
		return source
	}
	by := f[len(f)-1]
	if i := strings.LastIndexByte(by, ':'); i >= 0 && !strings.HasSuffix(by, "]") {
		if n, err := strconv.ParseUint(by[i+1:], 10, 16); err == nil && n > 0 {
			return uint16(n)
		}
	}
	return 5060
}

// refuse writes an answer with the headers as they came.
func (m *message) refuse(code int, text string, from netip.AddrPort) []byte {
	var b bytes.Buffer
	b.WriteString("SIP/2.0 " + strconv.Itoa(code) + " " + text + "\r\n")
	_, rest, _ := bytes.Cut(m.raw, []byte("\r\n"))
	top := true
	seen := map[string]bool{}
	for {
		h, after, ok := next(rest)
		if !ok || h.name == "" {
			break
		}
		rest = after
		switch h.name {
		case "via":
			if top {
				h.value = strings.Replace(h.value, ";rport;", ";rport="+strconv.Itoa(int(from.Port()))+";received="+from.Addr().String()+";", 1)
				top = false
			}
			b.WriteString("Via: " + h.value + "\r\n")
		case "from", "to", "call-id", "cseq":
			if seen[h.name] {
				continue
			}
			seen[h.name] = true
			if h.name == "to" && !strings.Contains(h.value, "tag=") {
				h.value += ";tag=" + sip.GenerateTagN(8)
			}
			b.WriteString(map[string]string{"from": "From", "to": "To", "call-id": "Call-ID", "cseq": "CSeq"}[h.name] + ": " + h.value + "\r\n")
		}
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return b.Bytes()
}
