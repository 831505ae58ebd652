package sip_test

import (
	"context"
	"flag"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"d24/voip/media"
	"d24/voip/registrar"
	"d24/voip/rtp"
	"d24/voip/sip"
	"d24/voip/tone"
	"d24/voip/trunk"
)

func TestMain(m *testing.M) {
	lib.SetTimers(50*time.Millisecond, 400*time.Millisecond, 500*time.Millisecond) // 64*T1 is 3.2 s here
	lib.Timer_D = time.Second
	flag.Parse()
	_ = flag.Set("test.parallel", "8") // they wait for timers
	os.Exit(m.Run())
}

func stack(t testing.TB, ip string, cfg sip.Config, friends ...string) *sip.Stack {
	t.Helper()
	a := netip.MustParseAddr(ip)
	cfg.Listen, cfg.Ports = netip.AddrPortFrom(a, 0), rtp.NewPorts(a, 30000, 32000)
	cfg.Log, cfg.UserAgent, cfg.Filter = slog.New(slog.DiscardHandler), "test", sip.NewFilter()
	require.NoError(t, cfg.Filter.Set(friends))
	s, err := sip.Listen(cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		eventually(t, "legs are gone", func() bool { return s.Live() == 0 }) // a refused one waits for its ACK
		s.Close()
		require.Zero(t, cfg.Ports.InUse(), "ports")
	})
	return s
}

func target(s *sip.Stack, user string) sip.Target {
	return sip.Target{User: user, Host: s.Addr().Addr().String(), Dest: s.Addr().String(), From: "79000000001"}
}

// keep collects the sound a port hears.
func keep(p media.Port) func() []byte {
	var mu sync.Mutex
	var got []byte
	p.SetSink(func(k *media.Packet) { mu.Lock(); got = append(got, k.Payload...); mu.Unlock() })
	return func() []byte { mu.Lock(); defer mu.Unlock(); return append([]byte(nil), got...) }
}

func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		require.True(t, time.Now().Before(deadline), what)
	}
}

func TestATalkFromInviteToBye(t *testing.T) {
	pacer := media.NewPacer()
	defer pacer.Close()
	for _, transport := range []string{"udp", "tcp"} {
		for _, ends := range []string{"caller", "callee"} {
			legs, rang := make(chan *sip.Leg, 1), make(chan int, 10)
			b := stack(t, "127.0.7.31", sip.Config{OnInvite: func(l *sip.Leg) {
				_ = l.Ring()
				require.Equal(t, 180, <-rang) // answered when the caller hears it ring
				_ = l.Answer()
				legs <- l
			}}, "127.0.7.30")
			a := stack(t, "127.0.7.30", sip.Config{}, "127.0.7.31")
			to := target(b, "79000000002")
			to.Transport = transport
			to.OnProgress = func(code int, _ bool) { rang <- code }
			out, de := a.Dial(context.Background(), to)
			require.Nil(t, de)
			in := <-legs
			require.Equal(t, "79000000001", in.From())
			require.Equal(t, "79000000002", in.To())

			heardOut, heardIn := keep(out.Media()), keep(in.Media())
			stop1, _ := pacer.Start(in.Media(), media.Tone(440, time.Second), true)
			stop2, _ := pacer.Start(out.Media(), media.Tone(700, time.Second), true)
			eventually(t, "both hear the other", func() bool { return tone.Heard(heardOut(), 440) && tone.Heard(heardIn(), 700) })
			digits := make(chan byte, 1)
			in.Media().OnDigit(func(d byte) { digits <- d })
			out.Media().SendDigit('5', 0)
			require.Equal(t, byte('5'), <-digits)
			stop1()
			stop2()

			first, second := out, in
			if ends == "callee" {
				first, second = in, out
			}
			first.Hangup()
			require.Equal(t, sip.Us, first.End().By)
			require.Equal(t, sip.Them, second.End().By)
		}
	}
}

func TestHowDialsFail(t *testing.T) {
	for name, tt := range map[string]struct {
		answer func(*sip.Leg)
		check  func(*testing.T, *sip.DialError)
	}{
		"busy":    {func(l *sip.Leg) { l.Reject(486, "Busy Here") }, func(t *testing.T, e *sip.DialError) { require.Equal(t, 486, e.Code) }},
		"decline": {func(l *sip.Leg) { l.Reject(603, "Decline") }, func(t *testing.T, e *sip.DialError) { require.Equal(t, 603, e.Code) }},
		"unknown": {func(l *sip.Leg) { l.Reject(404, "Not Found") }, func(t *testing.T, e *sip.DialError) { require.Equal(t, 404, e.Code) }},
		"rings out": {func(l *sip.Leg) {
			for range 15 { // more 180s than the library bears
				_ = l.Ring()
			}
			<-l.Done()
		}, func(t *testing.T, e *sip.DialError) { require.True(t, e.Ended); require.False(t, e.Silent) }},
	} {
		t.Run(name, func(t *testing.T) {
			b := stack(t, "127.0.7.33", sip.Config{OnInvite: tt.answer}, "127.0.7.32")
			a := stack(t, "127.0.7.32", sip.Config{}, "127.0.7.33")
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_, de := a.Dial(ctx, target(b, "1"))
			require.NotNil(t, de)
			tt.check(t, de)
			eventually(t, "no leg is left", func() bool { return a.Live() == 0 && b.Live() == 0 })
		})
	}
}

func TestASilentTrunkIsGivenUp(t *testing.T) {
	dead, err := net.ListenPacket("udp", "127.0.7.34:0")
	require.NoError(t, err)
	defer dead.Close()
	a := stack(t, "127.0.7.35", sip.Config{}, "127.0.7.34")
	_, de := a.Dial(context.Background(), sip.Target{User: "1", Host: "127.0.7.34", Dest: dead.LocalAddr().String(), From: "2", Silence: 300 * time.Millisecond})
	require.NotNil(t, de)
	require.True(t, de.Silent)
	require.False(t, de.Ended)
}

func TestTheCallerCancels(t *testing.T) {
	ended := make(chan sip.Ending, 1)
	b := stack(t, "127.0.7.37", sip.Config{OnInvite: func(l *sip.Leg) { _ = l.Ring(); ended <- l.End() }}, "127.0.7.36")
	a := stack(t, "127.0.7.36", sip.Config{}, "127.0.7.37")
	ctx, cancel := context.WithCancel(context.Background())
	to := target(b, "1")
	to.OnProgress = func(int, bool) { cancel() }
	_, de := a.Dial(ctx, to)
	require.True(t, de.Ended)
	require.Equal(t, 487, (<-ended).Code)
}

// TestStrangersLeaveNoTrace: 10,000 datagrams of unknown addresses are neither
// answered nor remembered, and friends are served all the while (S4, S5 in short).
func TestStrangersLeaveNoTrace(t *testing.T) {
	b := stack(t, "127.0.7.39", sip.Config{OnInvite: func(l *sip.Leg) { l.Reject(486, "Busy Here") }}, "127.0.7.38")
	a := stack(t, "127.0.7.38", sip.Config{}, "127.0.7.39")
	before := runtime.NumGoroutine()
	for i := range 20 {
		c, err := net.DialUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 8, byte(i+1))}, net.UDPAddrFromAddrPort(b.Addr()))
		require.NoError(t, err)
		for range 500 {
			_, _ = c.Write([]byte("INVITE sip:1@127.0.7.39 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.8.1;branch=z9hG4bKx\r\n\r\n"))
		}
		require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Millisecond)))
		_, err = c.Read(make([]byte, 10))
		require.Error(t, err, "a stranger is not answered")
		require.NoError(t, c.Close())
	}
	_, de := a.Dial(context.Background(), target(b, "1"))
	require.Equal(t, 486, de.Code)
	eventually(t, "nothing is kept of strangers", func() bool { return runtime.NumGoroutine() <= before+8 })
}

func alive(t *testing.T, network string, from netip.Addr, to netip.AddrPort) bool {
	t.Helper()
	msg := "OPTIONS sip:d24@" + to.String() + " SIP/2.0\r\nVia: SIP/2.0/" + map[string]string{"udp": "UDP", "tcp": "TCP"}[network] + " " + from.String() + ":5999;rport;branch=z9hG4bK" +
		lib.GenerateTagN(12) + "\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:d24@b>\r\nCall-ID: " + lib.GenerateTagN(12) + "\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
	c := send(t, network, from, to, []byte(msg))
	defer c.Close()
	require.NoError(t, c.SetReadDeadline(time.Now().Add(10*time.Second)))
	buf := make([]byte, 4000)
	n, err := c.Read(buf)
	return err == nil && n > 12 && string(buf[:11]) == "SIP/2.0 200"
}

func send(t *testing.T, network string, from netip.Addr, to netip.AddrPort, msg []byte) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.UDPAddr{IP: from.AsSlice()}}
	if network == "tcp" {
		d.LocalAddr = &net.TCPAddr{IP: from.AsSlice()}
	}
	c, err := d.Dial(network, to.String())
	require.NoError(t, err)
	_, err = c.Write(msg)
	require.NoError(t, err)
	return c
}

// TestTortureMessagesNeitherCrashNorDeafen sends the messages of RFC 4475 from a
// trusted address, over UDP and TCP; after each the stack still answers.
func TestTortureMessagesNeitherCrashNorDeafen(t *testing.T) {
	before := runtime.NumGoroutine()
	from := netip.MustParseAddr("127.0.7.40")
	b := stack(t, "127.0.7.41", sip.Config{OnInvite: func(l *sip.Leg) { l.Reject(486, "Busy Here") }}, from.String())
	for _, network := range []string{"udp", "tcp"} {
		for _, o := range ordeals(t) {
			c := send(t, network, from, b.Addr(), o.raw)
			require.True(t, alive(t, network, from, b.Addr()), "deaf after %s over %s", o.name, network)
			require.NoError(t, c.Close())
		}
	}
	idle(t, b)
	b.Close()
	eventually(t, "goroutines", func() bool { return runtime.NumGoroutine() <= before })
}

func TestRegistrationWithDigest(t *testing.T) {
	reg := registrar.New("provider", map[string]string{"trunk": "secret"})
	p := stack(t, "127.0.7.43", sip.Config{OnRegister: reg.Register}, "127.0.7.42")
	us := stack(t, "127.0.7.42", sip.Config{}, "127.0.7.43")
	cfg := trunk.Config{ID: "7", Host: "127.0.7.43", Port: int(p.Addr().Port()), Registers: true, User: "trunk", Password: "secret"}
	a := trunk.Start(us, cfg)
	eventually(t, "registered", func() bool { up, _ := a.State(); return up })
	b, ok := reg.Lookup("trunk")
	require.True(t, ok)
	require.Equal(t, "t-7", b.Contact.User)
	require.Equal(t, us.Addr().String(), b.Source)
	a.Close()
	_, ok = reg.Lookup("trunk")
	require.False(t, ok, "unregistered on close")

	cfg.Password = "wrong"
	w := trunk.Start(us, cfg)
	defer w.Close()
	eventually(t, "refused, and said why", func() bool {
		up, text := w.State()
		return !up && text == "провайдер не принял имя или пароль"
	})
}

// TestTwoHundredCallsLeaveNothing: legs, ports and goroutines return.
func TestTwoHundredCallsLeaveNothing(t *testing.T) {
	b := stack(t, "127.0.7.45", sip.Config{OnInvite: func(l *sip.Leg) { _ = l.Answer() }}, "127.0.7.44")
	a := stack(t, "127.0.7.44", sip.Config{}, "127.0.7.45")
	before := runtime.NumGoroutine()
	var wg sync.WaitGroup
	for range 200 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			l, de := a.Dial(context.Background(), target(b, "1"))
			if de != nil {
				t.Error(de)
				return
			}
			l.Hangup()
		}()
	}
	wg.Wait()
	eventually(t, "legs", func() bool { return a.Live() == 0 && b.Live() == 0 })
	eventually(t, "goroutines", func() bool { return runtime.NumGoroutine() <= before+5 })
}
