package rtp

import (
	"encoding/binary"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/media"
)

var loop = netip.MustParseAddr("127.0.24.1")

func pair(t testing.TB, la, lb g711.Law) (a, b *Port) {
	t.Helper()
	ports := NewPorts(loop, 42000, 44000)
	a, err := ports.Open()
	require.NoError(t, err)
	b, err = ports.Open()
	require.NoError(t, err)
	t.Cleanup(func() { a.Close(); b.Close(); require.Zero(t, ports.InUse()) })
	a.SetRemote(at(b), la, 101)
	b.SetRemote(at(a), lb, 101)
	a.SetLatch(LatchNever)
	return a, b
}

func at(p *Port) netip.AddrPort { return netip.AddrPortFrom(loop, uint16(p.Number())) }

type heard struct {
	mu   sync.Mutex
	pkts []media.Packet
}

func (h *heard) take(p *media.Packet) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := *p
	c.Payload = append([]byte(nil), p.Payload...)
	h.pkts = append(h.pkts, c)
}

func (h *heard) all() []media.Packet {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]media.Packet(nil), h.pkts...)
}

func (h *heard) n() int { return len(h.all()) }

func eventually(t testing.TB, f func() bool, what string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !f(); time.Sleep(2 * time.Millisecond) {
		require.True(t, time.Now().Before(deadline), what)
	}
}

var quiet = media.Silence(20 * time.Millisecond).ALaw()

func TestSoundCrossesAndLawsAreConverted(t *testing.T) {
	a, b := pair(t, g711.ALaw, g711.ALaw)
	c, d := pair(t, g711.MuLaw, g711.MuLaw)
	var h heard
	d.SetSink(h.take)
	undo := media.Join(b, c) // a speaks A-law to b, joined to c, which speaks mu-law to d
	sound := media.Tone(440, 100*time.Millisecond).ALaw()
	for i := 0; i < len(sound); i += g711.Frame {
		a.Play(sound[i : i+g711.Frame])
	}
	eventually(t, func() bool { return h.n() == 5 }, "five frames")
	got := h.all()
	for i, p := range got {
		require.Equal(t, g711.Transcode(make([]byte, 160), sound[160*i:160*i+160], g711.ALaw, g711.MuLaw), p.Payload)
		require.Equal(t, c.clock.SSRC(), p.SSRC)
		require.Equal(t, i == 0, p.Marker)
		require.Equal(t, got[0].Seq+uint16(i), p.Seq)
	}
	require.WithinDuration(t, time.Now(), b.LastHeard(), 10*time.Second)
	require.True(t, c.LastHeard().IsZero())
	undo()
	a.Play(quiet)
	eventually(t, func() bool { return b.Stats().Received == 6 }, "the sixth arrives")
	require.Len(t, h.all(), 5, "nothing is relayed after undo")
}

// TestKeysAreReportedOnce presses several at once; the payload types differ.
func TestKeysArriveOnceInOrderWithTheRightType(t *testing.T) {
	a, b := pair(t, g711.ALaw, g711.ALaw)
	c, d := pair(t, g711.ALaw, g711.ALaw)
	c.SetRemote(at(d), g711.ALaw, 96)
	d.SetRemote(at(c), g711.ALaw, 96)
	var h heard
	d.SetSink(h.take)
	defer media.Join(b, c)()
	near, far := make(chan byte, 10), make(chan byte, 10)
	b.OnDigit(func(k byte) { near <- k })
	d.OnDigit(func(k byte) { far <- k })
	for _, k := range []byte("42#x") {
		a.SendDigit(k, 0)
	}
	for _, k := range []byte("42#") {
		require.Equal(t, k, <-near)
		require.Equal(t, k, <-far)
	}
	eventually(t, func() bool { return h.n() == 21 }, "three keys of 5 + 2 packets")
	require.Empty(t, far)
	for i, p := range h.all() {
		require.EqualValues(t, 96, p.PT)
		require.Equal(t, h.all()[0].Seq+uint16(i), p.Seq)
		require.Equal(t, i%7 == 0, p.Marker)
		require.Equal(t, i%7 >= 4, p.Payload[1]&0x80 != 0, "end bit of packet %d", i)
	}
}

func TestComfortNoiseAndUnwantedKeysLeaveNoHole(t *testing.T) {
	_, b := pair(t, g711.ALaw, g711.ALaw)
	c, d := pair(t, g711.ALaw, g711.ALaw)
	c.SetRemote(at(d), g711.ALaw, 0) // takes no keys
	var h heard
	d.SetSink(h.take)
	defer media.Join(b, c)()
	peer, err := net.DialUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loop, 0)), net.UDPAddrFromAddrPort(at(b)))
	require.NoError(t, err)
	defer peer.Close()
	for i, pt := range []uint8{8, 13, 101, 8, 18, 8} {
		_, err := peer.Write((&Header{PT: pt, Seq: uint16(i), TS: uint32(160 * i), SSRC: 9, Payload: quiet}).Append(nil))
		require.NoError(t, err)
	}
	eventually(t, func() bool { return h.n() == 3 }, "three packets of sound")
	got := h.all()
	require.Equal(t, got[0].Seq+1, got[1].Seq)
	require.Equal(t, got[1].Seq+2, got[2].Seq, "a packet of another codec is a loss, and shown as one")
}

// TestStrangersAreNotHeard is S11.
func TestStrangersAreNotHeard(t *testing.T) {
	a, b := pair(t, g711.ALaw, g711.ALaw)
	var h heard
	b.SetSink(h.take)
	a.Play(quiet)
	eventually(t, func() bool { return h.n() == 1 }, "the peer is heard")
	stranger, err := net.DialUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loop, 0)), net.UDPAddrFromAddrPort(at(b)))
	require.NoError(t, err)
	defer stranger.Close()
	sent := uint64(0)
	for i := range 10_000 {
		if _, err := stranger.Write((&Header{PT: 8, Seq: uint16(i), Payload: quiet}).Append(nil)); err == nil {
			sent++
		}
		if i%200 == 0 { // a flood may crowd out single packets of the peer, not the peer
			n := h.n()
			eventually(t, func() bool { a.Play(quiet); return h.n() > n }, "the peer is still heard")
		}
	}
	eventually(t, func() bool { return b.Stats().Foreign > sent/4 }, "strangers are counted")
	for _, p := range h.all() {
		require.Equal(t, a.clock.SSRC(), p.SSRC)
	}
	require.Equal(t, at(a), b.Remote())
}

func from(p *Port, s *receiver, addr string, ssrc uint32, now time.Time) bool {
	return p.admit(s, netip.MustParseAddrPort(addr), ssrc, now)
}

func TestLatchRules(t *testing.T) {
	start := epoch.Add(time.Hour)
	fresh := func(l Latch) (*Port, *receiver) {
		p := &Port{sock: &socket{}}
		p.SetLatch(l)
		p.SetRemote(netip.MustParseAddrPort("10.0.0.1:4000"), g711.ALaw, 101)
		return p, &receiver{}
	}
	t.Run("a peer behind NAT is followed once", func(t *testing.T) {
		p, s := fresh(LatchAny)
		require.True(t, from(p, s, "192.0.2.7:9000", 1, start))
		require.Equal(t, "192.0.2.7:9000", p.Remote().String())
		require.False(t, from(p, s, "192.0.2.8:9000", 1, start.Add(time.Second)))
		require.True(t, from(p, s, "192.0.2.7:9000", 1, start.Add(time.Minute)))
	})
	t.Run("not after the first seconds", func(t *testing.T) {
		p, s := fresh(LatchAny)
		require.True(t, from(p, s, "10.0.0.1:4000", 1, start))
		require.False(t, from(p, s, "192.0.2.7:9000", 1, start.Add(time.Second)), "the described address speaks")
		require.False(t, from(p, s, "192.0.2.7:9000", 1, start.Add(3*time.Second)))
	})
	t.Run("a forger who was first loses to the described address", func(t *testing.T) {
		p, s := fresh(LatchAny)
		require.True(t, from(p, s, "192.0.2.66:9000", 1, start))
		require.True(t, from(p, s, "10.0.0.1:4000", 2, start.Add(time.Second)))
		require.Equal(t, "10.0.0.1:4000", p.Remote().String())
		require.False(t, from(p, s, "192.0.2.66:9000", 1, start.Add(time.Second)))
	})
	t.Run("only another port of the host", func(t *testing.T) {
		p, s := fresh(LatchSameHost)
		require.False(t, from(p, s, "192.0.2.7:4000", 1, start))
		require.True(t, from(p, s, "10.0.0.1:4002", 1, start))
		p, s = fresh(LatchNever)
		require.False(t, from(p, s, "10.0.0.1:4002", 1, start))
	})
	t.Run("a new description opens it again", func(t *testing.T) {
		p, s := fresh(LatchAny)
		require.True(t, from(p, s, "192.0.2.7:9000", 1, start))
		late := start.Add(time.Minute)
		p.SetRemote(netip.MustParseAddrPort("10.0.0.1:4000"), g711.ALaw, 101)
		require.Equal(t, "192.0.2.7:9000", p.Remote().String(), "a refresh keeps what works")
		require.True(t, from(p, s, "192.0.2.9:9000", 1, late))
		p.SetRemote(netip.MustParseAddrPort("10.0.0.3:4000"), g711.ALaw, 101)
		require.Equal(t, "10.0.0.3:4000", p.Remote().String())
	})
	t.Run("another stream from the same address waits for silence", func(t *testing.T) {
		p, s := fresh(LatchAny)
		require.True(t, from(p, s, "10.0.0.1:4000", 1, start))
		require.False(t, from(p, s, "10.0.0.1:4000", 2, start.Add(20*time.Millisecond)))
		require.True(t, from(p, s, "10.0.0.1:4000", 1, start.Add(40*time.Millisecond)))
		require.True(t, from(p, s, "10.0.0.1:4000", 2, start.Add(160*time.Millisecond)))
	})
}

func TestNATIsFollowedOnTheWire(t *testing.T) {
	a, b := pair(t, g711.ALaw, g711.ALaw)
	b.SetRemote(netip.MustParseAddrPort("127.0.24.9:9"), g711.ALaw, 101) // as if written behind NAT
	var h heard
	a.SetSink(h.take)
	a.Play(quiet)
	eventually(t, func() bool { b.Play(quiet); return h.n() > 0 }, "answered where it speaks from")
}

func TestHoldSendsNothing(t *testing.T) {
	a, b := pair(t, g711.ALaw, g711.ALaw)
	a.SetSending(false)
	a.Play(quiet)
	a.SetRemote(netip.MustParseAddrPort("0.0.0.0:4000"), g711.ALaw, 101)
	a.SetSending(true)
	a.Play(quiet)
	require.Zero(t, a.Stats().Sent)
	a.SetRemote(at(b), g711.ALaw, 101)
	a.Play(quiet)
	require.EqualValues(t, 1, a.Stats().Sent)
}

// TestReportsGoOut looks at the report itself, from the odd port.
func TestReportsGoOut(t *testing.T) {
	rtcp, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loop, 45001)))
	require.NoError(t, err)
	defer rtcp.Close()
	a, b := pair(t, g711.ALaw, g711.ALaw)
	a.SetSink(func(*media.Packet) {})
	b.Play(quiet)
	eventually(t, func() bool { return a.Stats().Received == 1 }, "something to report on")
	a.SetRemote(netip.AddrPortFrom(loop, 45000), g711.ALaw, 101)
	a.rtcp.due.Store(0)
	a.Play(quiet)
	require.NoError(t, rtcp.SetReadDeadline(time.Now().Add(10*time.Second)))
	buf := make([]byte, 500)
	n, src, err := rtcp.ReadFromUDPAddrPort(buf)
	require.NoError(t, err)
	require.EqualValues(t, a.Number()+1, src.Port())
	require.Equal(t, 28+24+20, n)
	require.Equal(t, []byte{0x81, 200, 0, 12}, buf[:4])
	require.Equal(t, []byte{0x81, 202, 0, 4}, buf[52:56])
	require.EqualValues(t, 1, buf[23], "one packet sent")
	a.rtcp.due.Store(0)
	a.Close()
	a.report(time.Now()) // a report that comes due at the very end opens nothing
	late := &Port{}
	late.rtcp.close()
	require.Nil(t, late.reports(netip.AddrPortFrom(loop, 45003)))
}

// TestReportsMeasureTheWay: each side learns from the other's reports how long the way there
// and back is and what of its own sound was lost; in the clear and sealed.
func TestReportsMeasureTheWay(t *testing.T) {
	one, other := make([]byte, KeyLen), make([]byte, KeyLen)
	one[0], other[0] = 1, 2
	for name, sealed := range map[string]bool{"clear": false, "sealed": true} {
		t.Run(name, func(t *testing.T) {
			a, b := pair(t, g711.ALaw, g711.ALaw)
			if sealed {
				require.NoError(t, a.SetSeal(&Seal{Ours: one, Theirs: other}))
				require.NoError(t, b.SetSeal(&Seal{Ours: other, Theirs: one}))
			}
			a.SetSink(func(*media.Packet) {})
			b.SetSink(func(*media.Packet) {})
			a.Play(quiet)
			a.clock.mu.Lock()
			a.clock.lastSeq += 4 // lost on the way to b
			a.clock.mu.Unlock()
			eventually(t, func() bool {
				a.rtcp.due.Store(0)
				b.rtcp.due.Store(0)
				a.Play(quiet)
				b.Play(quiet)
				return a.Sums().Trips > 0 && b.Sums().Trips > 0 && a.Sums().FarLost == 4
			}, "both ways are measured")
			for _, s := range []Sums{a.Sums(), b.Sums()} {
				require.Less(t, s.Trip/time.Duration(s.Trips), time.Second) //nolint:gosec // few
				require.NotZero(t, s.Sent)
			}
			require.Zero(t, b.Sums().FarLost)
			require.EqualValues(t, 4, b.Sums().Lost)

			stranger, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.24.77:0")))
			require.NoError(t, err)
			defer stranger.Close()
			before := a.Stats().Foreign
			forged := make([]byte, 32)
			copy(forged, []byte{0x81, typeRR, 0, 7})
			binary.BigEndian.PutUint32(forged[8:], a.clock.ssrc)
			binary.BigEndian.PutUint32(forged[12:], 9999)
			_, err = stranger.WriteToUDPAddrPort(forged, netip.AddrPortFrom(loop, uint16(a.Number()+1)))
			require.NoError(t, err)
			eventually(t, func() bool { return a.Stats().Foreign > before }, "a stranger's report is dropped (S11)")
			require.EqualValues(t, 4, a.Sums().FarLost)
		})
	}
}

// TestReportsThatAreTorn or made up measure nothing.
func TestReportsThatAreTorn(t *testing.T) {
	var m Meter
	now := time.Now()
	whole := make([]byte, 32)
	copy(whole, []byte{0x81, typeRR, 0, 7})
	whole[11] = 7                                                         // of our stream
	binary.BigEndian.PutUint32(whole[24:], middle(now.Add(-time.Second))) // our report of a second ago
	binary.BigEndian.PutUint32(whole[28:], uint32(900*65536/1000))        // that he has had for 0.9 s
	for n := range whole {
		m.Reported(whole[:n], now, 7, 10)
	}
	m.Reported(whole, now, 8, 10)
	require.Equal(t, Sums{}, m.Sums())
	binary.BigEndian.PutUint32(whole[28:], uint32(2*65536)) // he has had it for longer than it is old
	m.Reported(whole, now, 7, 10)
	require.Zero(t, m.Sums().Trips)
	binary.BigEndian.PutUint32(whole[28:], uint32(900*65536/1000))
	m.Reported(whole, now, 7, 10)
	require.EqualValues(t, 1, m.Sums().Trips)
	require.InDelta(t, 100*time.Millisecond, m.Sums().Trip, float64(time.Millisecond))
	part := m.Sums().Since(Sums{Trips: 1, Trip: time.Hour, Received: 5})
	require.Equal(t, Sums{Sent: 10}, part, "a peer that counts anew is not less than nothing")
}

func TestStatsCountLosses(t *testing.T) {
	var s reception
	for i, seq := range []uint16{65534, 65535, 1, 2, 5} { // 0, 3, 4 are lost
		s.note(&media.Packet{Seq: seq, SSRC: 1, TS: uint32(i) * 160, At: epoch.Add(time.Duration(i) * media.FrameTime)})
	}
	require.EqualValues(t, 3, s.lost())
	b := make([]byte, 24)
	require.True(t, s.block(b))
	require.EqualValues(t, 3*256/8, b[4])
	s.note(&media.Packet{Seq: 900, SSRC: 2})
	require.EqualValues(t, 0, s.lost())
	require.EqualValues(t, 3, s.before.lost)
}

func TestNothingIsLeftBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	ports := NewPorts(loop, 44100, 44139)
	for range 50 {
		var open []*Port
		for range 20 {
			p, err := ports.Open()
			require.NoError(t, err)
			p.SetRemote(netip.AddrPortFrom(loop, 9), g711.ALaw, 101)
			p.rtcp.due.Store(0)
			p.Play(quiet)
			p.SendDigit('1', time.Minute)
			open = append(open, p)
		}
		_, err := ports.Open()
		require.ErrorIs(t, err, ErrNoPorts)
		for _, p := range open {
			p.Close()
			p.Close()
			p.Play(quiet)
		}
	}
	require.Zero(t, ports.InUse())
	eventually(t, func() bool { return runtime.NumGoroutine() <= before }, "goroutines are gone")
}

// A party may be closed from its own callback.
func TestCloseFromACallback(t *testing.T) {
	a, b := pair(t, g711.ALaw, g711.ALaw)
	closed := make(chan struct{})
	b.OnDigit(func(byte) { b.Close(); close(closed) })
	a.SendDigit('1', 0)
	<-closed
}

func TestPortsGoRound(t *testing.T) {
	ports := NewPorts(loop, 44201, 44209) // 44202, 44204, 44206, 44208
	var seen []int
	for range 5 {
		p, err := ports.Open()
		require.NoError(t, err)
		seen = append(seen, p.Number())
		p.Close()
	}
	require.Equal(t, []int{44202, 44204, 44206, 44208, 44202}, seen)
}

func TestParse(t *testing.T) {
	var h Header
	whole := (&Header{PT: 8, Marker: true, Seq: 1, TS: 2, SSRC: 3, Payload: []byte{4, 5}}).Append(nil)
	require.True(t, Parse(whole, &h))
	require.Equal(t, Header{PT: 8, Marker: true, Seq: 1, TS: 2, SSRC: 3, Payload: []byte{4, 5}}, h)
	with := func(first byte, tail ...byte) []byte {
		b := append([]byte(nil), whole[:12]...)
		b[0] = first
		return append(b, tail...)
	}
	for name, c := range map[string]struct {
		in   []byte
		want []byte
		ok   bool
	}{
		"contributing source":  {with(0x81, 0, 0, 0, 9, 7), []byte{7}, true},
		"extension":            {with(0x90, 0, 0, 0, 1, 1, 2, 3, 4, 7), []byte{7}, true},
		"padding":              {with(0xa0, 7, 0, 2), []byte{7}, true},
		"padding beyond":       {with(0xa0, 7, 9), nil, false},
		"padding of nothing":   {with(0xa0), nil, false},
		"zero padding":         {with(0xa0, 7, 0), nil, false},
		"extension cut":        {with(0x90, 0, 0, 0, 9), nil, false},
		"sources cut":          {with(0x8f), nil, false},
		"version 1":            {with(0x40), nil, false},
		"short":                {whole[:11], nil, false},
		"empty":                {nil, nil, false},
		"RTCP on the port":     {append([]byte{0x80, 200}, whole[2:]...), nil, false},
		"only a header":        {with(0x80), nil, true},
		"extension of nothing": {with(0x90, 0, 0, 0, 0), nil, true},
	} {
		ok := Parse(c.in, &h)
		require.Equal(t, c.ok, ok, name)
		if ok {
			require.Equal(t, string(c.want), string(h.Payload), name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add((&Header{PT: 8, Payload: []byte{1, 2}}).Append(nil))
	f.Add([]byte{0xb3, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var h Header
		if Parse(b, &h) && len(h.Payload) > len(b)-headerLen {
			t.Fatal("more sound than packet")
		}
	})
}

func BenchmarkForward(b *testing.B) {
	for name, law := range map[string]g711.Law{"same law": g711.ALaw, "other law": g711.MuLaw} {
		b.Run(name, func(b *testing.B) {
			p, _ := pair(b, law, law)
			pkt := &media.Packet{Law: g711.ALaw, Payload: quiet, At: time.Now()}
			p.SetTap(func(*media.Packet) {}, func(*media.Packet) {})
			b.ReportAllocs()
			for b.Loop() {
				pkt.Seq++
				pkt.TS += 160
				p.Forward(pkt)
			}
		})
	}
}

func BenchmarkPlay(b *testing.B) {
	p, _ := pair(b, g711.ALaw, g711.ALaw)
	b.ReportAllocs()
	for b.Loop() {
		p.Play(quiet)
	}
}
