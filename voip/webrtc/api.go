// Package webrtc is the operators' browsers: one peer connection per operator,
// kept open for the shift, so that picking up a call has no delay. Only G.711
// and telephone events are spoken, all browsers share one UDP port, and we are
// the DTLS client (RFC 8842 active): no HelloVerifyRequest of ours is ever on the
// wire, which some networks in Russia break (S12).
package webrtc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	pion "github.com/pion/webrtc/v4"

	"d24/voip/g711"
	"d24/voip/sdp"
)

// Errors of Answer.
var (
	ErrOffer  = errors.New("webrtc: the offer is not usable")
	ErrClosed = errors.New("webrtc: closed")
)

// Config is where browsers reach us.
type Config struct {
	Listen    netip.AddrPort // UDP, for all browsers; port 0 takes a free one
	PublicIP  netip.Addr     // offered as well when we stand behind NAT
	TCP       bool           // also TCP on the same address, for offices that block UDP
	NoUDP     bool           // TCP only: to try that fallback
	Lost      time.Duration  // silence after which a browser counts as away; 5 s when 0
	GiveUp    time.Duration  // time away after which its leg ends; 15 s when 0
	LogWriter io.Writer      // pion's warnings; nil drops them
}

// API answers browsers. It is safe for concurrent use.
type API struct {
	byLaw map[g711.Law]*pion.API
	addr  netip.AddrPort
	close []io.Closer
	mu    sync.Mutex
	legs  map[*Leg]struct{} // nil after Close
	wg    sync.WaitGroup    // legs being closed
}

// NewAPI opens the port. Close it.
func NewAPI(c Config) (*API, error) {
	a := &API{byLaw: map[g711.Law]*pion.API{}, legs: map[*Leg]struct{}{}}
	se, err := a.settings(c)
	if err != nil {
		a.shut()
		return nil, err
	}
	for _, law := range []g711.Law{g711.ALaw, g711.MuLaw} {
		if a.byLaw[law], err = newAPI(se, law); err != nil {
			a.shut()
			return nil, fmt.Errorf("webrtc: %w", err)
		}
	}
	return a, nil
}

// Addr is the address of the port that all browsers use.
func (a *API) Addr() netip.AddrPort { return a.addr }

// settings opens the sockets and says how ICE and DTLS behave.
func (a *API) settings(c Config) (se pion.SettingEngine, err error) {
	network, types := "4", [2]pion.NetworkType{pion.NetworkTypeUDP4, pion.NetworkTypeTCP4}
	if c.Listen.Addr().Is6() && !c.Listen.Addr().Is4In6() {
		network, types = "6", [2]pion.NetworkType{pion.NetworkTypeUDP6, pion.NetworkTypeTCP6}
	}
	a.addr = c.Listen
	var use []pion.NetworkType
	if !c.NoUDP {
		conn, err := net.ListenUDP("udp"+network, net.UDPAddrFromAddrPort(c.Listen))
		if err != nil {
			return se, fmt.Errorf("webrtc: %w", err)
		}
		_ = conn.SetReadBuffer(4 << 20)                     // a hundred browsers at 50 packets/s share it
		a.addr = conn.LocalAddr().(*net.UDPAddr).AddrPort() //nolint:forcetypeassert // a UDP socket
		mux := pion.NewICEUDPMux(quiet(c.LogWriter).NewLogger("ice"), conn)
		se.SetICEUDPMux(mux)
		a.close, use = append(a.close, mux), append(use, types[0])
	}
	if c.TCP || c.NoUDP {
		l, err := net.ListenTCP("tcp"+network, net.TCPAddrFromAddrPort(a.addr))
		if err != nil {
			return se, fmt.Errorf("webrtc: %w", err)
		}
		a.addr = l.Addr().(*net.TCPAddr).AddrPort() //nolint:forcetypeassert // a TCP socket
		mux := pion.NewICETCPMux(quiet(c.LogWriter).NewLogger("ice"), l, 64)
		se.SetICETCPMux(mux)
		a.close, use = append(a.close, mux), append(use, types[1])
	}
	se.SetNetworkTypes(use)
	if ip := a.addr.Addr(); !ip.IsUnspecified() { // TCP would offer every interface's
		se.SetIPFilter(func(other net.IP) bool { return other.Equal(ip.AsSlice()) })
	}
	se.SetLite(true)
	se.SetIncludeLoopbackCandidate(true) // tests and a demonstration on one machine
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.SetICETimeouts(orElse(c.Lost, 5*time.Second), orElse(c.GiveUp, 15*time.Second), 2*time.Second)
	se.LoggerFactory = quiet(c.LogWriter)
	if err := se.SetAnsweringDTLSRole(pion.DTLSRoleClient); err != nil {
		return se, fmt.Errorf("webrtc: %w", err)
	}
	if c.PublicIP.IsValid() {
		err := se.SetICEAddressRewriteRules(pion.ICEAddressRewriteRule{
			External: []string{c.PublicIP.String()}, AsCandidateType: pion.ICECandidateTypeHost, Mode: pion.ICEAddressRewriteAppend,
		})
		if err != nil {
			return se, fmt.Errorf("webrtc: %w", err)
		}
	}
	return se, nil
}

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}

func quiet(w io.Writer) *logging.DefaultLoggerFactory {
	f := logging.NewDefaultLoggerFactory()
	f.DefaultLogLevel, f.Writer = logging.LogLevelWarn, w
	if w == nil {
		f.DefaultLogLevel, f.Writer = logging.LogLevelDisabled, io.Discard
	}
	return f
}

// newAPI speaks one law only, so that both directions use the same one. Reports
// are all that RTP needs here: no NACK, no bandwidth estimation.
func newAPI(se pion.SettingEngine, law g711.Law) (*pion.API, error) {
	me, ir := &pion.MediaEngine{}, &interceptor.Registry{}
	for _, c := range []pion.RTPCodecParameters{
		{RTPCodecCapability: pion.RTPCodecCapability{MimeType: mime(law), ClockRate: g711.Rate}, PayloadType: pion.PayloadType(law)},
		{RTPCodecCapability: pion.RTPCodecCapability{MimeType: "audio/telephone-event", ClockRate: g711.Rate}, PayloadType: 126},
	} {
		if err := me.RegisterCodec(c, pion.RTPCodecTypeAudio); err != nil {
			return nil, err
		}
	}
	if err := pion.ConfigureRTCPReports(ir); err != nil {
		return nil, err
	}
	return pion.NewAPI(pion.WithMediaEngine(me), pion.WithInterceptorRegistry(ir), pion.WithSettingEngine(se)), nil
}

func mime(law g711.Law) string { return "audio/" + law.String() }

// Answer answers a browser's offer with a new leg. The answer is complete: no
// candidates follow. The leg connects afterwards (Connected) or ends (Done).
// ErrOffer when the offer has no sound that we speak, ErrClosed after Close.
func (a *API) Answer(ctx context.Context, offer string) (*Leg, string, error) {
	d, err := sdp.Parse([]byte(offer))
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	choice, ok := d.Common()
	if !ok {
		return nil, "", fmt.Errorf("%w: neither PCMA nor PCMU", ErrOffer)
	}
	pc, err := a.byLaw[choice.Law].NewPeerConnection(pion.Configuration{})
	if err != nil {
		return nil, "", fmt.Errorf("webrtc: %w", err)
	}
	l := newLeg(a, pc, choice)
	if !a.keep(l) {
		_ = pc.Close()
		return nil, "", ErrClosed
	}
	answer, err := l.negotiate(ctx, offer)
	if err != nil {
		l.Close()
		return nil, "", err
	}
	return l, answer, nil
}

func (a *API) keep(l *Leg) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.legs == nil {
		return false
	}
	a.legs[l] = struct{}{}
	a.wg.Add(1) // until the leg is wholly closed
	return true
}

func (a *API) forget(l *Leg) {
	a.mu.Lock()
	delete(a.legs, l)
	a.mu.Unlock()
	a.wg.Done()
}

// Legs is the number of browsers that are connected or connecting.
func (a *API) Legs() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.legs)
}

// Close ends all legs, waits for them, and frees the port.
func (a *API) Close() {
	a.mu.Lock()
	legs := a.legs
	a.legs = nil
	a.mu.Unlock()
	for l := range legs {
		l.Close()
	}
	a.wg.Wait()
	a.shut()
}

func (a *API) shut() {
	for _, c := range a.close {
		_ = c.Close()
	}
}
