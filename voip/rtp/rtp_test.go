package rtp

import (
	"net"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"d24/voip/g711"
	"d24/voip/media"
)

var loop = netip.MustParseAddr("127.0.0.1")

func pair(t *testing.T, la, lb g711.Law) (a, b *Port) {
	t.Helper()
	ports := NewPorts(loop, 42000, 44000)
	a, err := ports.Open()
	require.NoError(t, err)
	b, err = ports.Open()
	require.NoError(t, err)
	t.Cleanup(func() { a.Close(); b.Close(); require.Zero(t, ports.InUse()) })
	a.SetRemote(netip.AddrPortFrom(loop, uint16(b.Number())), la, 101)
	b.SetRemote(netip.AddrPortFrom(loop, uint16(a.Number())), lb, 101)
	return a, b
}

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

func (h *heard) n() int { h.mu.Lock(); defer h.mu.Unlock(); return len(h.pkts) }

func TestSoundCrossesAndLawsAreConverted(t *testing.T) {
	a, b := pair(t, g711.ALaw, g711.ALaw)
	c, d := pair(t, g711.MuLaw, g711.MuLaw)
	var h heard
	d.SetSink(h.take)
	undo := media.Join(b, c) // a speaks A-law to b, joined to c, which speaks mu-law to d
	defer undo()
	sound := media.Tone(440, 100*time.Millisecond).ALaw()
	for i := 0; i < len(sound); i += g711.Frame {
		a.Play(sound[i : i+g711.Frame])
	}
	require.Eventually(t, func() bool { return h.n() == 5 }, 5*time.Second, time.Millisecond)
	require.Equal(t, g711.Transcode(make([]byte, 160), sound[:160], g711.ALaw, g711.MuLaw), h.pkts[0].Payload)
}

func TestKeysAreReportedOnce(t *testing.T) {
	a, b := pair(t, g711.ALaw, g711.ALaw)
	got := make(chan byte, 10)
	b.OnDigit(func(d byte) { got <- d })
	for _, k := range []byte("1#") {
		a.SendDigit(k)
		require.Equal(t, k, <-got)
		a.wg.Wait()
	}
	require.Empty(t, got)
}

// TestStrangersAreNotHeard is S11: latch once, early; later the address is fixed.
func TestStrangersAreNotHeard(t *testing.T) {
	a, b := pair(t, g711.ALaw, g711.ALaw)
	var h heard
	b.SetSink(h.take)
	frame := media.Silence(20 * time.Millisecond).ALaw()
	a.Play(frame)
	require.Eventually(t, func() bool { return h.n() == 1 }, 5*time.Second, time.Millisecond)
	stranger, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(loop, uint16(b.Number()))))
	require.NoError(t, err)
	defer stranger.Close()
	buf := make([]byte, 200)
	n := header{pt: 8, payload: frame}.put(buf)
	for range 20 {
		_, _ = stranger.Write(buf[:n])
	}
	a.Play(frame)
	require.Eventually(t, func() bool { return h.n() == 2 }, 5*time.Second, time.Millisecond)
	require.Equal(t, a.clock.SSRC, h.pkts[1].SSRC)
}

// TestNATIsFollowed: a peer that speaks from elsewhere at the start is answered there.
func TestNATIsFollowed(t *testing.T) {
	a, b := pair(t, g711.ALaw, g711.ALaw)
	b.SetRemote(netip.MustParseAddrPort("127.0.0.1:9"), g711.ALaw, 101) // as if written behind NAT
	var h heard
	a.SetSink(h.take)
	frame := media.Silence(20 * time.Millisecond).ALaw()
	a.Play(frame)
	require.Eventually(t, func() bool { b.Play(frame); return h.n() > 0 }, 5*time.Second, 5*time.Millisecond)
}

// TestTheClockNeverGoesBack feeds random mixes of sources.
func TestTheClockNeverGoesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := NewClock(), time.Unix(1000, 0)
		seqs, tss := map[uint32]uint16{}, map[uint32]uint32{}
		var lastSeq uint16
		var lastTS uint32
		for i := range rapid.IntRange(1, 200).Draw(t, "n") {
			now = now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "ms")) * time.Millisecond)
			var seq uint16
			var ts uint32
			if src := rapid.Uint32Range(0, 3).Draw(t, "source"); src == 0 {
				seq, ts, _ = c.Local(now)
			} else {
				seqs[src]++
				tss[src] += 160
				seq, ts, _ = c.Relay(src, seqs[src]+uint16(src*777), tss[src]+src*99999, now)
			}
			if i > 0 {
				if seq != lastSeq+1 {
					t.Fatalf("sequence jumps from %d to %d", lastSeq, seq)
				}
				if int32(ts-lastTS) < 160 {
					t.Fatalf("timestamp goes from %d to %d", lastTS, ts)
				}
			}
			lastSeq, lastTS = seq, ts
		}
	})
}

func TestNothingIsLeftBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	ports := NewPorts(loop, 44100, 44300)
	for range 50 {
		var open []*Port
		for range 20 {
			p, err := ports.Open()
			require.NoError(t, err)
			open = append(open, p)
		}
		for _, p := range open {
			p.Close()
		}
	}
	require.Zero(t, ports.InUse())
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(5 * time.Millisecond) {
		require.True(t, time.Now().Before(deadline), "%d goroutines left of %d", runtime.NumGoroutine(), before)
	}
}

func FuzzParse(f *testing.F) {
	buf := make([]byte, 200)
	f.Add(buf[:header{pt: 8, payload: []byte{1, 2}}.put(buf)])
	f.Fuzz(func(_ *testing.T, b []byte) { parse(b) })
}

func BenchmarkForward(b *testing.B) {
	ports := NewPorts(loop, 45000, 45100)
	p, err := ports.Open()
	require.NoError(b, err)
	defer p.Close()
	p.SetRemote(netip.AddrPortFrom(loop, 9), g711.MuLaw, 101)
	pkt := &media.Packet{Law: g711.ALaw, Payload: make([]byte, 160), At: time.Now()}
	b.ReportAllocs()
	for b.Loop() {
		pkt.Seq++
		pkt.TS += 160
		p.Forward(pkt)
	}
}
