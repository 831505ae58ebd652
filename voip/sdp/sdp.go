// Package sdp reads and writes the audio part of session descriptions: all that
// telephone calls need.
package sdp

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"d24/voip/g711"
)

// Direction is who sends, seen from the describer.
type Direction string

// The directions of RFC 3264.
const (
	SendRecv Direction = "sendrecv"
	SendOnly Direction = "sendonly"
	RecvOnly Direction = "recvonly"
	Inactive Direction = "inactive"
)

// Answer is the direction with which a peer's direction is answered.
func (d Direction) Answer() Direction {
	switch d {
	case SendOnly:
		return RecvOnly
	case RecvOnly:
		return SendOnly
	case SendRecv, Inactive:
	}
	return d
}

// Session is a peer's description.
type Session struct {
	Addr      netip.AddrPort   // where the peer wants RTP
	Proto     string           // "RTP/AVP"
	Crypto    []Crypto         // keys that we can use, in the peer's order
	Types     []uint8          // payload types of the audio line, in the peer's order
	Codecs    map[uint8]string // payload type → "PCMA/8000"
	Direction Direction
	Media     []string // the text of every m= line, to be answered in order
	Audio     int      // index of the audio line in Media
}

// Errors of Parse.
var (
	ErrNoAudio = errors.New("sdp: no audio line")
	ErrBadLine = errors.New("sdp: bad line")
)

// Choice is what both sides can do.
type Choice struct {
	Law  g711.Law
	DTMF uint8 // payload type of telephone-event, 0 when the peer has none
}

// Parse reads a description. It takes the first audio line and leaves the rest.
func Parse(b []byte) (*Session, error) {
	p := parser{s: &Session{Codecs: map[uint8]string{0: "PCMU/8000", 8: "PCMA/8000"}, Direction: SendRecv, Audio: -1}}
	for _, l := range strings.Split(string(b), "\n") {
		l = strings.TrimRight(l, "\r ")
		if len(l) < 2 || l[1] != '=' {
			continue
		}
		if err := p.line(l[0], l[2:]); err != nil {
			return nil, err
		}
	}
	return p.finish()
}

type parser struct {
	s               *Session
	sessionIP, ip   string
	sessionDir, dir Direction
	port            uint16
}

func (p *parser) inAudio() bool { return p.s.Audio >= 0 && p.s.Audio == len(p.s.Media)-1 }

func (p *parser) line(kind byte, v string) error {
	switch kind {
	case 'c':
		f := strings.Fields(v)
		if len(f) != 3 {
			return fmt.Errorf("%w: c=%s", ErrBadLine, v)
		}
		ip, _, _ := strings.Cut(f[2], "/")
		switch {
		case len(p.s.Media) == 0:
			p.sessionIP = ip
		case p.inAudio():
			p.ip = ip
		}
	case 'm':
		return p.media(v)
	case 'a':
		p.attribute(v)
	}
	return nil
}

// maxMedia is more m= lines than any telephone writes.
const maxMedia = 16

func (p *parser) media(v string) error {
	if len(p.s.Media) == maxMedia {
		return fmt.Errorf("%w: too many m=", ErrBadLine)
	}
	p.s.Media = append(p.s.Media, v)
	f := strings.Fields(v)
	if len(f) < 4 {
		return fmt.Errorf("%w: m=%s", ErrBadLine, v)
	}
	if f[0] != "audio" || p.s.Audio >= 0 {
		return nil
	}
	port, _, _ := strings.Cut(f[1], "/")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("%w: m=%s", ErrBadLine, v)
	}
	p.s.Audio, p.port, p.s.Proto = len(p.s.Media)-1, uint16(n), f[2]
	for _, x := range f[3:] {
		if n, err := strconv.ParseUint(x, 10, 8); err == nil && n < 128 {
			p.s.Types = append(p.s.Types, uint8(n))
		}
	}
	return nil
}

func (p *parser) attribute(v string) {
	k, val, _ := strings.Cut(v, ":")
	switch d := Direction(k); d {
	case SendRecv, SendOnly, RecvOnly, Inactive:
		if len(p.s.Media) == 0 {
			p.sessionDir = d
		} else if p.inAudio() {
			p.dir = d
		}
	default:
		if k == "crypto" && p.inAudio() && len(p.s.Crypto) < maxCrypto {
			if c, ok := parseCrypto(val); ok {
				p.s.Crypto = append(p.s.Crypto, c)
			}
		}
		if k == "rtpmap" && p.inAudio() {
			pt, enc, _ := strings.Cut(val, " ")
			if n, err := strconv.ParseUint(pt, 10, 8); err == nil && n < 128 {
				p.s.Codecs[uint8(n)] = strings.TrimSpace(enc)
			}
		}
	}
}

func (p *parser) finish() (*Session, error) {
	s := p.s
	if s.Audio < 0 {
		return nil, ErrNoAudio
	}
	for _, d := range []Direction{p.sessionDir, p.dir} {
		if d != "" {
			s.Direction = d
		}
	}
	ip := p.ip
	if ip == "" {
		ip = p.sessionIP
	}
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return nil, fmt.Errorf("%w: c=%s", ErrBadLine, ip)
	}
	s.Addr = netip.AddrPortFrom(a, p.port)
	if a.IsUnspecified() && s.Direction != Inactive { // hold of old phones: c=0.0.0.0
		s.Direction = SendOnly
	}
	return s, nil
}

// Pick chooses the first law of the offerer's list that we speak, and
// telephone-event with the offered payload type. False: nothing in common, no
// plain RTP nor sealed with a key that we can use, or the peer wants no sound at all (port 0).
func (s *Session) Pick() (c Choice, ok bool) {
	plain := s.Proto == "RTP/AVP" || s.Proto == "RTP/AVPF"
	sealed := (s.Proto == "RTP/SAVP" || s.Proto == "RTP/SAVPF") && len(s.Crypto) > 0
	if !plain && !sealed || s.Addr.Port() == 0 {
		return c, false
	}
	return s.Common()
}

// Common is Pick without a look at how the sound is carried.
func (s *Session) Common() (c Choice, ok bool) {
	for _, pt := range s.Types {
		name, _, _ := strings.Cut(strings.ToUpper(s.Codecs[pt]), "/1")
		switch {
		case !ok && pt == uint8(g711.ALaw) && name == "PCMA/8000":
			c.Law, ok = g711.ALaw, true
		case !ok && pt == uint8(g711.MuLaw) && name == "PCMU/8000":
			c.Law, ok = g711.MuLaw, true
		case c.DTMF == 0 && name == "TELEPHONE-EVENT/8000":
			c.DTMF = pt
		}
	}
	return c, ok
}

// Local is our side of a call. ID and Version fit int64, which some peers insist
// on; Version must grow by one with each changed description.
type Local struct {
	IP      string
	Port    int
	ID      int64
	Version int64
	Laws    []g711.Law // offered, the best first; nil: A-law, then mu-law
	Crypto  *Crypto    // our key; nil: none
	Sealed  bool       // RTP/SAVP: sealed or not at all
}

// Offer describes what we can: the laws and telephone-event 101.
func (l Local) Offer() []byte {
	laws := l.Laws
	if len(laws) == 0 {
		laws = []g711.Law{g711.ALaw, g711.MuLaw}
	}
	return l.build(laws, 101, SendRecv, []string{"audio"}, 0)
}

// Describe offers what was agreed again, for a re-INVITE of ours: hold is
// SendOnly or Inactive.
func (l Local) Describe(c Choice, d Direction) []byte {
	return l.build([]g711.Law{c.Law}, c.DTMF, d, []string{"audio"}, 0)
}

// Answer answers the peer's description; its other media are refused with port 0.
func (l Local) Answer(peer *Session, c Choice, d Direction) []byte {
	return l.build([]g711.Law{c.Law}, c.DTMF, d, peer.Media, peer.Audio)
}

func (l Local) build(laws []g711.Law, dtmf uint8, d Direction, media []string, audio int) []byte {
	var b strings.Builder
	net := "IP4"
	if strings.Contains(l.IP, ":") {
		net = "IP6"
	}
	fmt.Fprintf(&b, "v=0\r\no=- %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n", l.ID, l.Version, net, l.IP, net, l.IP)
	for i, m := range media {
		if i != audio {
			f := strings.Fields(m)
			if len(f) >= 4 {
				fmt.Fprintf(&b, "m=%s 0 %s %s\r\n", f[0], f[2], f[3])
			}
			continue
		}
		proto := "RTP/AVP"
		if l.Sealed {
			proto = "RTP/SAVP"
		}
		fmt.Fprintf(&b, "m=audio %d %s", l.Port, proto)
		for _, law := range laws {
			fmt.Fprintf(&b, " %d", law)
		}
		if dtmf != 0 {
			fmt.Fprintf(&b, " %d", dtmf)
		}
		b.WriteString("\r\n")
		for _, law := range laws {
			fmt.Fprintf(&b, "a=rtpmap:%d %s/8000\r\n", law, law)
		}
		if dtmf != 0 {
			fmt.Fprintf(&b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-16\r\n", dtmf, dtmf)
		}
		if l.Crypto != nil {
			b.WriteString(l.Crypto.line())
		}
		fmt.Fprintf(&b, "a=ptime:20\r\na=%s\r\n", d)
	}
	return []byte(b.String())
}
