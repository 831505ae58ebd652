package engine

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/registrar"
	"d24/voip/rtp"
	"d24/voip/sip"
)

// bad is a second provider whose calls end as f says.
func bad(t *testing.T, f func(*sip.Leg)) (*sip.Stack, *sip.Filter, *registrar.Registrar) {
	t.Helper()
	at := netip.AddrFrom4([4]byte{127, 0, 64, byte(lastIP.Add(1))})
	filter := sip.NewFilter()
	require.NoError(t, filter.Set([]string{"127.0.0.0/8"}))
	reg := registrar.New("bad", map[string]string{"d24": "secret"})
	s, err := sip.Listen(sip.Config{Listen: netip.AddrPortFrom(at, 0), Ports: rtp.NewPorts(at, 20000, 20400), Filter: filter, OnInvite: f, OnRegister: reg.Register})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s, filter, reg
}

// trunkAt is X, tried first; the world's own provider is Y.
func trunkAt(at netip.AddrPort) func(*desk) {
	return func(d *desk) {
		x := telephony.Trunk{ID: 2, Name: "X", Host: at.Addr().String(), Port: int(at.Port()), Priority: -1, Lines: map[int64]string{2: "+73430000200"}}
		d.trunks[0].Name = "Y"
		d.trunks = append(d.trunks, x)
	}
}

// deadKinds are the ways in which R17's trunk dies, and how soon the call must leave by
// the other one.
func deadKinds(t *testing.T) map[string]struct {
	at    netip.AddrPort
	bound time.Duration
	tried *atomic.Int32 // calls that came; nil: nobody can count them
} {
	t.Helper()
	refused, forgotten, unheard := &atomic.Int32{}, &atomic.Int32{}, &atomic.Int32{}
	hole, err := net.ListenPacket("udp", fmt.Sprintf("127.0.64.%d:0", lastIP.Add(1)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = hole.Close() })
	closed, err := net.ListenPacket("udp", fmt.Sprintf("127.0.64.%d:0", lastIP.Add(1)))
	require.NoError(t, err)
	nobody := netip.MustParseAddrPort(closed.LocalAddr().String())
	require.NoError(t, closed.Close())
	failing, _, _ := bad(t, func(l *sip.Leg) { refused.Add(1); l.Reject(503, "No") })
	forgets, _, _ := bad(t, func(l *sip.Leg) { forgotten.Add(1); l.Reject(403, "No") })
	silent, _, _ := bad(t, func(l *sip.Leg) { unheard.Add(1); _ = l.Answer() })
	type kind = struct {
		at    netip.AddrPort
		bound time.Duration
		tried *atomic.Int32
	}
	return map[string]kind{
		"blackhole":         {netip.MustParseAddrPort(hole.LocalAddr().String()), 4 * time.Second, nil},
		"nobody listens":    {nobody, 4 * time.Second, nil},
		"503":               {failing.Addr(), 4 * time.Second, refused},
		"registration lost": {forgets.Addr(), 4 * time.Second, forgotten},
		"answer, no sound":  {silent.Addr(), 5*time.Second + 4*time.Second, unheard}, // five seconds of silence decide (F9)
	}
}

// TestACallLeavesADeadTrunkWithinFourSeconds is R17: five kinds of death, 20 calls at once
// through each; within the same order each goes by the other trunk.
func TestACallLeavesADeadTrunkWithinFourSeconds(t *testing.T) {
	t.Parallel()
	const calls = 20
	for name, kind := range deadKinds(t) {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, trunkAt(kind.at))
			var mu sync.Mutex
			var took []time.Duration
			var began time.Time
			for i := range calls {
				w.phones.set(fmt.Sprintf("+790000011%02d", i), func(l *sip.Leg) {
					mu.Lock()
					took = append(took, time.Since(began))
					mu.Unlock()
					l.Reject(486, "Busy Here")
				})
			}
			w.engine.trunks.on(2, func(a *account) { a.up, a.fails = true, 0 }) // as far as anybody knows
			began = time.Now()
			w.desk.mu.Lock()
			for i := range calls {
				o := order(fmt.Sprintf("task-%d", i), fmt.Sprintf("+790000011%02d", i), telephony.AnnounceOnly)
				o.LineID, o.RingFor, o.Words.Text = 2, time.Minute, longWords
				w.desk.placed = append(w.desk.placed, o)
			}
			w.desk.wake()
			w.desk.mu.Unlock()
			w.eventually("all leave", func() bool { mu.Lock(); defer mu.Unlock(); return len(took) == calls })
			slices.Sort(took)
			t.Logf("%s: median %d ms, worst %d ms of %d", name, took[calls/2].Milliseconds(), took[calls-1].Milliseconds(), calls)
			require.LessOrEqual(t, took[calls-1], kind.bound)
			if kind.tried == nil {
				require.Greater(t, took[0], 2*time.Second, "the dead one was waited for")
			} else {
				require.Greater(t, kind.tried.Load(), int32(1), "the dead one was tried; when two failed the others pass it by")
			}
			for i := range calls {
				r := w.desk.until(t, "it ends", endOf(fmt.Sprintf("task-%d", i)))
				require.Equal(t, telephony.Busy, r.Outcome, "its phone was reached")
			}
		})
	}
}

// TestADeadTrunkIsKnownWithinFifteenSeconds is R17's other half: of a provider that trusts our
// address and of one we register with.
func TestADeadTrunkIsKnownWithinFifteenSeconds(t *testing.T) {
	t.Parallel()
	for _, registers := range []bool{false, true} {
		t.Run(fmt.Sprint("registers ", registers), func(t *testing.T) {
			s, filter, _ := bad(t, func(l *sip.Leg) { l.Reject(503, "No") })
			w := newWorld(t, trunkAt(s.Addr()), func(d *desk) {
				d.trunks[1].Registers, d.trunks[1].User, d.trunks[1].Password = registers, "d24", "secret"
			})
			x := func() telephony.FloorTrunk { return w.engine.trunks.floor()[1] }
			w.eventually("it lives", func() bool { return x().State == "up" && (!registers || !x().Pong.IsZero()) })
			require.NoError(t, filter.Set(nil)) // the cable is out
			began := time.Now()
			w.eventually("it is known", func() bool { return x().State == "down" })
			took := time.Since(began)
			t.Logf("registers %v: known after %d ms", registers, took.Milliseconds())
			require.LessOrEqual(t, took, 15*time.Second)
		})
	}
}
