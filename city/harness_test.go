package city_test

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/city"
	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/rtp"
	"d24/voip/sip"
	"d24/voip/tone"
	"d24/voip/trunk"
)

const (
	lineX    = "+73430000101"
	lineY    = "+73430000200"
	resident = "+79000900001"
	executor = "+79000001000"
)

// product is our side: a stack with two trunks, as Dispatcher24's engine has.
type product struct {
	*sip.Stack
	t     *testing.T
	city  *city.City
	ports *rtp.Ports
	pacer *media.Pacer
	x, y  *trunk.Account
	calls chan *sip.Leg // those that came in
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		require.True(t, time.Now().Before(deadline), what)
	}
}

// newCity opens a city at two addresses of its own; change may be nil.
func newCity(t *testing.T, x, y string, change func(*city.Config)) *city.City {
	t.Helper()
	cfg := city.Demo(netip.MustParseAddrPort(x+":0"), netip.MustParseAddrPort(y+":0"))
	cfg.Seed = 1
	for i := range cfg.Providers {
		cfg.Providers[i].RTPLow, cfg.Providers[i].RTPHigh = 34000, 34200
		cfg.Providers[i].Grant = 2 * time.Second
	}
	if change != nil {
		change(&cfg)
	}
	c, err := city.New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func (p *product) account(provider, user, password string) *trunk.Account {
	at := p.city.Provider(provider).Addr()
	return trunk.Start(p.Stack, trunk.Config{ID: provider, Host: at.Addr().String(), Port: int(at.Port()), Registers: true, User: user, Password: password})
}

// newProduct registers with both providers.
func newProduct(t *testing.T, ip string, c *city.City) *product {
	t.Helper()
	p := &product{t: t, city: c, pacer: media.NewPacer(), calls: make(chan *sip.Leg, 100)}
	a := netip.MustParseAddr(ip)
	p.ports = rtp.NewPorts(a, 34000, 34200)
	f := sip.NewFilter()
	require.NoError(t, f.Set([]string{c.Provider("X").Addr().Addr().String(), c.Provider("Y").Addr().Addr().String()}))
	var err error
	p.Stack, err = sip.Listen(sip.Config{Listen: netip.AddrPortFrom(a, 0), Ports: p.ports, Filter: f, Log: slog.New(slog.DiscardHandler), OnInvite: func(l *sip.Leg) { p.calls <- l }})
	require.NoError(t, err)
	p.x, p.y = p.account("X", "d24-x", "ozero-x"), p.account("Y", "d24-y", "ozero-y")
	closed := sync.OnceFunc(func() {
		p.x.Close()
		p.y.Close()
		p.Stack.Close()
		p.pacer.Close()
	})
	t.Cleanup(closed)
	eventually(t, "both trunks are up", func() bool { return up(p.x) && up(p.y) })
	return p
}

func up(a *trunk.Account) bool { ok, _ := a.State(); return ok }

func (p *product) next() *sip.Leg {
	p.t.Helper()
	select {
	case l := <-p.calls:
		return l
	case <-time.After(20 * time.Second):
		require.Fail(p.t, "no call came")
		return nil
	}
}

// dial calls a number of the city through a provider.
func (p *product) dial(ctx context.Context, provider, number string) (*sip.Leg, *sip.DialError) {
	at := p.city.Provider(provider).Addr().String()
	user, password := "d24-x", "ozero-x"
	if provider == "Y" {
		user, password = "d24-y", "ozero-y"
	}
	return p.Dial(ctx, sip.Target{User: number, Host: at, From: lineX, AuthUser: user, Password: password})
}

// listener keeps what a leg hears.
type listener struct {
	mu   sync.Mutex
	alaw []byte
	keys []byte
}

func listen(l *sip.Leg) *listener {
	h := &listener{}
	l.Media().SetSink(func(p *media.Packet) {
		if !p.Digit {
			h.mu.Lock()
			h.alaw = append(h.alaw, g711.Transcode(make([]byte, len(p.Payload)), p.Payload, p.Law, g711.ALaw)...)
			h.mu.Unlock()
		}
	})
	l.Media().OnDigit(func(b byte) {
		h.mu.Lock()
		h.keys = append(h.keys, b)
		h.mu.Unlock()
	})
	return h
}

func (h *listener) heard(hz float64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return tone.Heard(h.alaw, hz)
}

// loudest is the strength of the loudest quarter of a second, in dBFS.
func (h *listener) loudest() float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	top := -120.0
	for at := 0; at+2000 <= len(h.alaw); at += 1000 {
		top = max(top, tone.RMS(g711.Decode(h.alaw[at:at+2000], g711.ALaw)))
	}
	return top
}

func (h *listener) pressed() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.keys)
}

// events of a kind that the city has told of.
func events(c *city.City, kind city.Kind) (out []city.Event) {
	for _, e := range c.Events() {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

func addr(ip string) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(ip), 0) }
