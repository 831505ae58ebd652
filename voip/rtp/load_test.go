package rtp

import (
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/media"
)

// cpu is what this process has used so far.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkAnnouncements plays to 400 calls at once and reports the CPU seconds
// of one call-minute of sound; 0.030 with the signalling is what we must reach.
func BenchmarkAnnouncements(b *testing.B) {
	ports := NewPorts(loop, 20000, 29998)
	hole, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loop, 0)))
	require.NoError(b, err)
	defer hole.Close()
	to := hole.LocalAddr().(*net.UDPAddr).AddrPort()
	pacer := media.NewPacer()
	defer pacer.Close()
	prompt := media.Tone(440, time.Second)
	const calls = 400
	for range calls {
		p, err := ports.Open()
		require.NoError(b, err)
		defer p.Close()
		p.SetRemote(to, g711.ALaw, 101)
		pacer.Start(p, prompt, true)
	}
	const each = time.Second
	began := cpu(b)
	for b.Loop() {
		time.Sleep(each)
	}
	used := (cpu(b) - began).Seconds() / float64(b.N) / each.Seconds()
	b.ReportMetric(used/calls*60, "cpu-s/call-min")
	b.ReportMetric(float64(pacer.Late()), "late")
}

// BenchmarkBridges relays 100 pairs of calls that speak both ways; the speaking
// itself, in this process too, is about half of the figure.
func BenchmarkBridges(b *testing.B) {
	ports := NewPorts(loop, 20000, 29998)
	pacer := media.NewPacer()
	defer pacer.Close()
	prompt := media.Tone(440, time.Second)
	const pairs = 100
	open := func() *Port {
		p, err := ports.Open()
		require.NoError(b, err)
		b.Cleanup(p.Close)
		return p
	}
	for range pairs {
		a, left, right, z := open(), open(), open(), open()
		for _, x := range [][2]*Port{{a, left}, {right, z}} {
			x[0].SetRemote(at(x[1]), g711.ALaw, 101)
			x[1].SetRemote(at(x[0]), g711.ALaw, 101)
		}
		media.Join(left, right)
		pacer.Start(a, prompt, true)
		pacer.Start(z, prompt, true)
	}
	const each = time.Second
	began := cpu(b)
	for b.Loop() {
		time.Sleep(each)
	}
	b.ReportMetric((cpu(b)-began).Seconds()/float64(b.N)/each.Seconds()/pairs*60, "cpu-s/pair-min")
}
