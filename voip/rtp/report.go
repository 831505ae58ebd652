package rtp

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"d24/voip/media"
)

// reportEvery is the pace of RTCP reports; some providers drop calls without.
const reportEvery = 5 * time.Second

// Stats are counters of a leg since it was opened.
type Stats struct {
	Received uint64        // packets of the peer
	Lost     uint64        // of them lost on the way
	Jitter   time.Duration // of their arrival, RFC 3550
	Sent     uint64
	Foreign  uint64 // packets dropped because they were not the peer's (S11)
}

// Stats reads the counters.
func (r *Port) Stats() Stats {
	s := Stats{Sent: r.sent.Load(), Foreign: r.foreign.Load()}
	in := &r.meter.in
	in.mu.Lock()
	defer in.mu.Unlock()
	s.Received, s.Lost = in.before.got+in.got, in.before.lost+uint64(in.lost())
	s.Jitter = time.Duration(in.jitter/samplesPerMilli) * time.Millisecond
	return s
}

// Note counts a packet of the peer.
func (m *Meter) Note(p *media.Packet) { m.in.note(p) }

// reception watches one stream of the peer for reports.
type reception struct {
	mu      sync.Mutex
	known   bool
	ssrc    uint32
	first   uint32 // extended sequence numbers
	highest uint32
	got     uint64
	transit int64
	jitter  float64
	before  struct{ got, lost uint64 } // streams before this one
	sinceE  uint32                     // expected and got at the last report
	sinceG  uint64
	// jitter after each packet, added up, of all streams
	jitters  float64
	jittered uint64
}

func (s *reception) note(p *media.Packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	step := int32(int16(p.Seq - uint16(s.highest))) //nolint:gosec // serial arithmetic
	if !s.known || s.ssrc != p.SSRC || step > 3000 || step < -3000 {
		s.before.got, s.before.lost = s.before.got+s.got, s.before.lost+uint64(s.lost())
		s.known, s.ssrc, s.first, s.highest = true, p.SSRC, 1<<16|uint32(p.Seq), 1<<16|uint32(p.Seq)
		s.got, s.transit, s.jitter, s.sinceE, s.sinceG = 0, 0, 0, 0, 0
		step = 0
	}
	s.got++
	if step > 0 {
		s.highest += uint32(step)
	}
	if p.Digit {
		return // its timestamp stands still
	}
	arrival := p.At.Sub(epoch).Microseconds() * samplesPerMilli / 1000
	transit := int64(int32(uint32(arrival) - p.TS)) //nolint:gosec // wraps by design
	if s.got > 1 {
		d := transit - s.transit
		s.jitter += (float64(max(d, -d)) - s.jitter) / 16
		s.jitters += s.jitter
		s.jittered++
	}
	s.transit = transit
}

func (s *reception) expected() uint32 {
	if !s.known {
		return 0
	}
	return s.highest - s.first + 1
}

func (s *reception) lost() uint32 {
	if e := uint64(s.expected()); e > s.got {
		return uint32(e - s.got) //nolint:gosec // less than 2^32 packets
	}
	return 0
}

// block writes a report block of RFC 3550 6.4.1; false when nothing was received.
func (s *reception) block(b []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.known {
		return false
	}
	e := s.expected()
	want, got := uint64(e-s.sinceE), s.got-s.sinceG
	s.sinceE, s.sinceG = e, s.got
	fraction := uint64(0)
	if want > got {
		fraction = min(255, (want-got)*256/want)
	}
	binary.BigEndian.PutUint32(b, s.ssrc)
	binary.BigEndian.PutUint32(b[4:], uint32(fraction)<<24|min(s.lost(), 0x7fffff))
	binary.BigEndian.PutUint32(b[8:], s.highest)
	binary.BigEndian.PutUint32(b[12:], uint32(s.jitter))
	return true
}

// reporter owns the RTCP socket, which is opened for the first report only:
// most calls of a surge are shorter.
type reporter struct {
	due    atomic.Int64  // since epoch
	lastTS atomic.Uint32 // of the last packet sent
	mu     sync.Mutex
	conn   *net.UDPConn
	closed bool
}

func (r *Port) reports(at netip.AddrPort) *net.UDPConn {
	c := &r.rtcp
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil && !c.closed {
		conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
		if err != nil {
			return nil
		}
		_ = conn.SetReadBuffer(8 << 10) // a report comes every few seconds: keep few in the kernel
		c.conn = conn
		go r.hear(conn)
	}
	return c.conn
}

func (c *reporter) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.conn != nil {
		_ = c.conn.Close()
	}
}

// hear takes the peer's reports until the socket is closed; a stranger's are dropped (S11).
func (r *Port) hear(conn *net.UDPConn) {
	var b [1500]byte
	for {
		n, from, err := conn.ReadFromUDPAddrPort(b[:])
		if err != nil {
			if r.closed.Load() || errors.Is(err, net.ErrClosed) {
				return
			}
			continue
		}
		if to := r.peer.Load(); to == nil || from.Addr().Unmap() != to.addr.Addr() {
			r.foreign.Add(1)
			continue
		}
		plain := b[:n]
		if seals := r.sealing.Load(); seals != nil {
			if plain, err = seals.openReport(plain); err != nil {
				r.foreign.Add(1)
				continue
			}
		}
		r.meter.Reported(plain, time.Now(), r.clock.ssrc, r.sent.Load())
	}
}

// report sends an RTCP report from the odd port when one is due.
func (r *Port) report(now time.Time) {
	due := r.rtcp.due.Load()
	at := int64(now.Sub(epoch))
	if at < due || !r.rtcp.due.CompareAndSwap(due, at+int64(reportEvery)) {
		return
	}
	to := r.peer.Load()
	if to == nil || to.addr.Port() == 0 || to.addr.Port() == 65535 || to.addr.Addr().IsUnspecified() {
		return
	}
	conn := r.reports(netip.AddrPortFrom(r.ports.ip, uint16(r.Number()+1))) //nolint:gosec // within the range
	if conn == nil {
		return
	}
	var b [128]byte
	out := b[:r.compound(b[:], now)]
	if s := r.sealing.Load(); s != nil {
		var err error
		if out, err = s.sealReport(out); err != nil {
			return
		}
	}
	_, _ = conn.WriteToUDPAddrPort(out, netip.AddrPortFrom(to.addr.Addr(), to.addr.Port()+1))
}

const (
	typeSR   = 200
	typeSDES = 202
	sinceNTP = 2208988800 // seconds from 1900 to 1970
)

// compound writes a sender report and the name that must go with it.
func (r *Port) compound(b []byte, now time.Time) int {
	be := binary.BigEndian
	n := 28
	if r.meter.in.block(b[n:]) {
		r.meter.theirs.echo(b[n+16:], now)
		n += 24
		b[0] = 1
	}
	b[0] |= 0x80
	b[1] = typeSR
	be.PutUint16(b[2:], uint16(n/4-1))
	be.PutUint32(b[4:], r.clock.ssrc)
	be.PutUint32(b[8:], uint32(now.Unix()+sinceNTP))               //nolint:gosec // wraps in 2036 by design
	be.PutUint32(b[12:], uint32(uint64(now.Nanosecond())<<32/1e9)) //nolint:gosec // below a second
	be.PutUint32(b[16:], r.rtcp.lastTS.Load())
	be.PutUint32(b[20:], uint32(r.sent.Load()))  //nolint:gosec // wraps by design
	be.PutUint32(b[24:], uint32(r.bytes.Load())) //nolint:gosec // wraps by design
	const name = "d24@d24"
	// chunk: SSRC, CNAME, end; 4 + 2 + 7 + 1 = 14, filled to 16
	s := b[n : n+20]
	clear(s)
	s[0], s[1], s[3] = 0x81, typeSDES, 4
	be.PutUint32(s[4:], r.clock.ssrc)
	s[8], s[9] = 1, byte(len(name))
	copy(s[10:], name)
	return n + len(s)
}
