package webrtc

import (
	"context"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	prtp "github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/rtp"
	"d24/voip/tone"
)

var loop = netip.MustParseAddrPort("127.0.24.2:0")

func open(t testing.TB, c Config) *API {
	t.Helper()
	before := runtime.NumGoroutine()
	if !c.Listen.IsValid() {
		c.Listen = loop
	}
	a, err := NewAPI(c)
	require.NoError(t, err)
	t.Cleanup(func() {
		a.Close()
		require.Zero(t, a.Legs())
		eventually(t, func() bool { return runtime.NumGoroutine() <= before }, "goroutines are gone")
		free, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(a.Addr()))
		require.NoError(t, err, "the port is free again")
		_ = free.Close()
	})
	return a
}

func eventually(t testing.TB, f func() bool, what string) {
	t.Helper()
	within(t, 20*time.Second, f, what)
}

func within(t testing.TB, limit time.Duration, f func() bool, what string) {
	t.Helper()
	for deadline := time.Now().Add(limit); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			b := make([]byte, 1<<16)
			t.Fatalf("%s\n%s", what, b[:runtime.Stack(b, true)])
		}
	}
}

// browser is the other end, with pion's full ICE and the codecs a browser offers.
type browser struct {
	pc    *pion.PeerConnection
	track *pion.TrackLocalStaticRTP
	mu    sync.Mutex
	got   []byte
	hdrs  []prtp.Header
	seq   uint16
}

func newBrowser(t testing.TB, mimes []string, tcp bool, more ...func(*pion.SettingEngine)) *browser {
	t.Helper()
	me := &pion.MediaEngine{}
	pts := map[string]uint8{"audio/PCMA": 8, "audio/PCMU": 0, "audio/telephone-event": 101, "audio/opus": 111}
	for _, m := range mimes {
		rate, ch := uint32(8000), uint16(0)
		if m == "audio/opus" {
			rate, ch = 48000, 2
		}
		require.NoError(t, me.RegisterCodec(pion.RTPCodecParameters{
			RTPCodecCapability: pion.RTPCodecCapability{MimeType: m, ClockRate: rate, Channels: ch}, PayloadType: pion.PayloadType(pts[m]),
		}, pion.RTPCodecTypeAudio))
	}
	se := pion.SettingEngine{}
	se.SetIncludeLoopbackCandidate(true)
	if tcp {
		se.SetNetworkTypes([]pion.NetworkType{pion.NetworkTypeTCP4})
	} else {
		se.SetNetworkTypes([]pion.NetworkType{pion.NetworkTypeUDP4})
	}
	for _, f := range more {
		f(&se)
	}
	pc, err := pion.NewAPI(pion.WithMediaEngine(me), pion.WithSettingEngine(se)).NewPeerConnection(pion.Configuration{})
	require.NoError(t, err)
	b := &browser{pc: pc}
	t.Cleanup(func() { _ = pc.GracefulClose() })
	b.track, err = pion.NewTrackLocalStaticRTP(pion.RTPCodecCapability{MimeType: mimes[0], ClockRate: 8000}, "mic", "mic")
	require.NoError(t, err)
	_, err = pc.AddTrack(b.track)
	require.NoError(t, err)
	pc.OnTrack(func(tr *pion.TrackRemote, _ *pion.RTPReceiver) {
		for {
			p, _, err := tr.ReadRTP()
			if err != nil {
				return
			}
			b.mu.Lock()
			b.got, b.hdrs = append(b.got, p.Payload...), append(b.hdrs, p.Header)
			b.mu.Unlock()
		}
	})
	return b
}

func (b *browser) offer(t testing.TB) string {
	t.Helper()
	o, err := b.pc.CreateOffer(nil)
	require.NoError(t, err)
	done := pion.GatheringCompletePromise(b.pc)
	require.NoError(t, b.pc.SetLocalDescription(o))
	<-done
	return b.pc.LocalDescription().SDP
}

func (b *browser) accept(t testing.TB, answer string) {
	t.Helper()
	require.NoError(t, b.pc.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeAnswer, SDP: answer}))
}

func (b *browser) heard() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]byte(nil), b.got...)
}

// say sends a packet as a microphone would.
func (b *browser) say(payload []byte) {
	b.seq++
	_ = b.track.WriteRTP(&prtp.Packet{Header: prtp.Header{Version: 2, SequenceNumber: b.seq, Timestamp: uint32(b.seq) * 160}, Payload: payload})
}

func connect(t testing.TB, a *API, b *browser) *Leg {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	leg, answer, err := a.Answer(ctx, b.offer(t))
	require.NoError(t, err)
	require.Contains(t, answer, "a=setup:active", "we are the DTLS client (S12)")
	require.Contains(t, answer, "a=ice-lite")
	require.NotContains(t, answer, "opus")
	b.accept(t, answer)
	select {
	case <-leg.Connected():
	case <-leg.Done():
		t.Fatal("the leg ended instead")
	case <-time.After(20 * time.Second):
		t.Fatal("not connected")
	}
	require.Equal(t, Connected, leg.State())
	return leg
}

// TestToneBothWays: a telephone of the other law is joined to a browser.
func TestToneBothWays(t *testing.T) {
	for name, c := range map[string]struct {
		cfg   Config
		mimes []string
		law   g711.Law
	}{
		"A-law":        {Config{}, []string{"audio/PCMA", "audio/PCMU", "audio/telephone-event"}, g711.ALaw},
		"mu-law first": {Config{}, []string{"audio/PCMU", "audio/PCMA", "audio/opus"}, g711.MuLaw},
		"TCP only":     {Config{NoUDP: true, Listen: netip.MustParseAddrPort("127.0.0.1:0")}, []string{"audio/PCMA", "audio/telephone-event"}, g711.ALaw},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, c.cfg)
			b := newBrowser(t, c.mimes, c.cfg.NoUDP)
			leg := connect(t, a, b)
			require.Equal(t, c.law, leg.Law())
			ports := rtp.NewPorts(loop.Addr(), 46000, 46100)
			phone, err := ports.Open()
			require.NoError(t, err)
			far, err := ports.Open()
			require.NoError(t, err)
			defer far.Close()
			defer phone.Close()
			far.SetRemote(netip.AddrPortFrom(loop.Addr(), uint16(phone.Number())), g711.MuLaw, 101)
			phone.SetRemote(netip.AddrPortFrom(loop.Addr(), uint16(far.Number())), g711.MuLaw, 101)
			var mu sync.Mutex
			var atPhone []byte
			far.SetSink(func(p *media.Packet) { mu.Lock(); atPhone = append(atPhone, p.Payload...); mu.Unlock() })
			defer media.Join(phone, leg)()
			pacer := media.NewPacer()
			defer pacer.Close()
			stop, _ := pacer.Start(far, media.Tone(700, time.Second), true)
			defer stop()
			frames := g711.Transcode(make([]byte, 8000), media.Tone(620, time.Second).ALaw(), g711.ALaw, c.law)
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for i := range 75 {
				<-tick.C
				at := i * 160 % 8000
				b.say(frames[at : at+160])
			}
			heard := g711.Transcode(make([]byte, len(b.heard())), b.heard(), c.law, g711.ALaw)
			require.True(t, tone.Heard(heard, 700), "the browser hears the telephone")
			require.False(t, tone.Heard(heard, 620))
			eventually(t, func() bool {
				mu.Lock()
				defer mu.Unlock()
				return tone.Heard(g711.Transcode(make([]byte, len(atPhone)), atPhone, g711.MuLaw, g711.ALaw), 620)
			}, "the telephone hears the browser")
			require.WithinDuration(t, time.Now(), leg.LastHeard(), 5*time.Second)
			b.mu.Lock()
			defer b.mu.Unlock()
			for i := 1; i < len(b.hdrs); i++ {
				require.Equal(t, b.hdrs[i-1].SSRC, b.hdrs[i].SSRC)
				require.EqualValues(t, c.law, b.hdrs[i].PayloadType)
			}
		})
	}
}

// TestKeysOfTheOperator come as events with the browser's own payload type.
func TestKeysOfTheOperator(t *testing.T) {
	a := open(t, Config{})
	b := newBrowser(t, []string{"audio/telephone-event", "audio/PCMA"}, false)
	leg := connect(t, a, b)
	require.EqualValues(t, 101, leg.choice.DTMF)
	keys, relayed := make(chan byte, 10), make(chan uint8, 100)
	leg.OnDigit(func(k byte) { keys <- k })
	leg.SetSink(func(p *media.Packet) {
		if p.Digit {
			relayed <- p.Payload[0]
		}
	})
	// the key is held until it is heard: what comes before their keys are agreed is lost
	repeat := time.NewTicker(media.FrameTime)
	defer repeat.Stop()
	deadline := time.After(10 * time.Second)
	var k byte
	for i := 0; k == 0; i++ {
		b.seq++
		_ = b.track.WriteRTP(&prtp.Packet{
			Header:  prtp.Header{Version: 2, SequenceNumber: b.seq, Timestamp: 5000, Marker: i == 0},
			Payload: []byte{11, 10, byte(160 * i >> 8), byte(160 * i)},
		})
		select {
		case k = <-keys:
		case <-repeat.C:
		case <-deadline:
			t.Fatal("no key")
		}
	}
	require.Equal(t, byte('#'), k)
	require.EqualValues(t, 11, <-relayed)
	require.Empty(t, keys, "once")
}

// cutConn is a browser's socket whose cable can be pulled, and which looks at
// what comes: DTLS records of handshakes by type.
type cutConn struct {
	net.PacketConn
	cut           atomic.Bool
	hellos        atomic.Int64 // ClientHello
	helloVerifies atomic.Int64 // HelloVerifyRequest
}

func (c *cutConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.PacketConn.ReadFrom(b)
	if n > 13 && b[0] == 22 {
		switch b[13] {
		case 1:
			c.hellos.Add(1)
		case 3:
			c.helloVerifies.Add(1)
		}
	}
	return n, from, err
}

func (c *cutConn) WriteTo(b []byte, to net.Addr) (int, error) {
	if c.cut.Load() {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, to)
}

// TestABrowserThatVanishes: no goodbye comes, as when the renderer is killed.
func TestABrowserThatVanishes(t *testing.T) {
	a := open(t, Config{Lost: 300 * time.Millisecond, GiveUp: 700 * time.Millisecond})
	conn, err := net.ListenPacket("udp4", "127.0.24.3:0")
	require.NoError(t, err)
	cable := &cutConn{PacketConn: conn}
	mux := pion.NewICEUDPMux(nil, cable)
	t.Cleanup(func() { _ = mux.Close() })
	b := newBrowser(t, []string{"audio/PCMA"}, false, func(se *pion.SettingEngine) { se.SetICEUDPMux(mux) })
	leg := connect(t, a, b)
	states := make(chan State, 10)
	leg.OnState(func(s State) { states <- s })
	require.Positive(t, cable.hellos.Load(), "we begin the handshake (S12)")
	require.Zero(t, cable.helloVerifies.Load(), "and never ask for it to be verified (S12)")
	cable.cut.Store(true)
	select {
	case <-leg.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("the leg lives on without its browser")
	}
	require.Equal(t, Disconnected, <-states)
	require.Equal(t, Closed, <-states)
	require.True(t, leg.Closed())
	leg.Play(make([]byte, 160))
	leg.Close()
}

func TestABrowserThatSaysGoodbye(t *testing.T) {
	a := open(t, Config{})
	b := newBrowser(t, []string{"audio/PCMA"}, false)
	leg := connect(t, a, b)
	// Our end of the handshake is ready first; a browser in the middle of its own has no goodbye to send.
	require.Eventually(t, func() bool { return b.pc.ConnectionState() == pion.PeerConnectionStateConnected }, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, b.pc.Close())
	select {
	case <-leg.Done():
	case <-time.After(10 * time.Second): // silence alone would tell after 15
		t.Fatal("the leg lives on without its browser")
	}
}

// TestSpray is S12 and S13 in small: strangers throw handshakes and rubbish at
// the port while browsers connect.
func TestSpray(t *testing.T) {
	a := open(t, Config{})
	stop, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(a.Addr()))
		if err != nil {
			return
		}
		defer c.Close()
		hello := append([]byte{22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 1, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 48, 0xfe, 0xfd}, make([]byte, 46)...)
		stun := append([]byte{0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42}, make([]byte, 20)...)
		media := append([]byte{0x80, 8, 0, 1}, make([]byte, 170)...)
		for {
			select {
			case <-stop:
				return
			default:
			}
			for _, b := range [][]byte{hello, stun, media, {22}, {}} {
				_, _ = c.Write(b)
			}
			time.Sleep(100 * time.Microsecond)
		}
	}()
	defer func() { close(stop); <-gone }()
	for range 5 {
		connect(t, a, newBrowser(t, []string{"audio/PCMA"}, false)).Close()
	}
}

// TestAWrongFingerprintEndsTheLeg is S12: somebody in the middle.
func TestAWrongFingerprintEndsTheLeg(t *testing.T) {
	a := open(t, Config{Lost: time.Second, GiveUp: 2 * time.Second})
	b := newBrowser(t, []string{"audio/PCMA"}, false)
	offer := b.offer(t)
	i := strings.Index(offer, "a=fingerprint:sha-256 ") + len("a=fingerprint:sha-256 ")
	forged := offer[:i] + flip(offer[i:i+2]) + offer[i+2:]
	leg, answer, err := a.Answer(t.Context(), forged)
	require.NoError(t, err)
	b.accept(t, answer)
	select {
	case <-leg.Done():
	case <-leg.Connected():
		t.Fatal("connected to somebody else")
	case <-time.After(20 * time.Second):
		t.Fatal("the leg did not end")
	}
}

func flip(hex string) string {
	if hex == "00" {
		return "11"
	}
	return "00"
}

func TestAnOfferNobodyFollows(t *testing.T) {
	a := open(t, Config{Lost: 200 * time.Millisecond, GiveUp: 300 * time.Millisecond})
	b := newBrowser(t, []string{"audio/PCMA"}, false)
	leg, _, err := a.Answer(t.Context(), b.offer(t)) // the page is closed before our answer arrives
	require.NoError(t, err)
	require.Equal(t, 1, a.Legs())
	select {
	case <-leg.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("a leg that never connects lives for ever")
	}
	eventually(t, func() bool { return a.Legs() == 0 }, "forgotten")
}

func TestUnusableOffers(t *testing.T) {
	a := open(t, Config{})
	good := newBrowser(t, []string{"audio/PCMA"}, false).offer(t)
	for name, offer := range map[string]string{
		"empty":       "",
		"rubbish":     "v=0\r\nrubbish",
		"no G.711":    strings.NewReplacer("PCMA", "G722", "AVPF 8", "AVPF 9", ":8 ", ":9 ").Replace(good),
		"no security": "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 8\r\n",
	} {
		_, _, err := a.Answer(t.Context(), offer)
		require.ErrorIs(t, err, ErrOffer, name)
	}
	eventually(t, func() bool { return a.Legs() == 0 }, "nothing is kept")
	a.Close()
	_, _, err := a.Answer(t.Context(), good)
	require.ErrorIs(t, err, ErrClosed)
}

func TestPublicAddressIsOfferedToo(t *testing.T) {
	a := open(t, Config{PublicIP: netip.MustParseAddr("203.0.113.7")})
	_, answer, err := a.Answer(t.Context(), newBrowser(t, []string{"audio/PCMA"}, false).offer(t))
	require.NoError(t, err)
	require.Contains(t, answer, "203.0.113.7")
	require.Contains(t, answer, loop.Addr().String())
}

func BenchmarkForward(b *testing.B) {
	a := open(b, Config{})
	leg := connect(b, a, newBrowser(b, []string{"audio/PCMA"}, false))
	pkt := &media.Packet{PT: 8, Law: g711.ALaw, Payload: media.Silence(20 * time.Millisecond).ALaw(), At: time.Now()}
	b.ReportAllocs()
	for b.Loop() {
		pkt.Seq++
		pkt.TS += 160
		leg.Forward(pkt)
	}
}
