package city

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	lib "github.com/emiago/sipgo/sip"

	"d24/voip/media"
	"d24/voip/registrar"
	"d24/voip/rtp"
	"d24/voip/sip"
)

// ProviderConfig is a carrier with one account of the product.
type ProviderConfig struct {
	Name     string         // "X"
	Title    string         // as the page calls it
	Listen   netip.AddrPort // a loopback address of its own; port 0: a free one
	User     string         // the account its trunk registers with
	Password string
	Lines    []Line // numbers of the product that this provider brings
	Format   Format // how it writes numbers; empty: Plus
	// Grant is the longest registration it gives, so that a trunk soon sees that it
	// is gone (F8 wants 15 s); 0: 12 s.
	Grant time.Duration
	// RTPLow and RTPHigh bound its ports for sound; 0: 20000 and 29999.
	RTPLow, RTPHigh int
}

// Line is a number of the product.
type Line struct {
	Number string `json:"number"`
	Title  string `json:"title"`
}

// Mode is how a provider is.
type Mode string

// The closed set of modes.
const (
	Up      Mode = "up"     // as it should be
	Silent  Mode = "silent" // answers nothing: the cable is out
	Refuses Mode = "refuse" // answers 503 to everything; its registrations are lost
)

// Provider is a running carrier.
type Provider struct {
	c      *City
	cfg    ProviderConfig
	stack  *sip.Stack
	ports  *rtp.Ports
	reg    *registrar.Registrar
	filter *sip.Filter

	mu   sync.Mutex
	mode Mode
	up   bool // the account was registered when last seen
}

const (
	grantFor   = 12 * time.Second
	lowestRTP  = 20000
	highestRTP = 29999
)

var loopback = []string{"127.0.0.0/8"}

func (c *City) open(cfg ProviderConfig) (*Provider, error) {
	if !cfg.Listen.Addr().IsLoopback() {
		return nil, fmt.Errorf("провайдер %s: адрес %s не на этой машине: нужен 127.x.y.z", cfg.Name, cfg.Listen)
	}
	if cfg.Grant == 0 {
		cfg.Grant = grantFor
	}
	if cfg.RTPLow == 0 {
		cfg.RTPLow, cfg.RTPHigh = lowestRTP, highestRTP
	}
	p := &Provider{
		c: c, cfg: cfg, mode: Up, filter: sip.NewFilter(), ports: rtp.NewPorts(cfg.Listen.Addr(), cfg.RTPLow, cfg.RTPHigh),
		reg: registrar.New("city-"+strings.ToLower(cfg.Name), map[string]string{cfg.User: cfg.Password}),
	}
	p.reg.OnChange = p.changed
	if err := p.filter.Set(loopback); err != nil {
		return nil, err
	}
	stack, err := sip.Listen(sip.Config{
		Listen: cfg.Listen, Ports: p.ports, Filter: p.filter, UserAgent: "City " + cfg.Name, Log: c.log,
		OnInvite: p.onInvite, OnRegister: p.register, Authorise: p.reg.Authorise,
	})
	if err != nil {
		return nil, fmt.Errorf("провайдер %s: адрес %s: %w", cfg.Name, cfg.Listen, err)
	}
	p.stack = stack
	return p, nil
}

// register shortens what is asked for to what this provider grants.
func (p *Provider) register(req *lib.Request, tx lib.ServerTransaction) {
	grant := int(p.cfg.Grant.Seconds())
	if h := req.GetHeader("Expires"); h != nil {
		if n, err := strconv.Atoi(strings.TrimSpace(h.Value())); err == nil && n > grant {
			req.RemoveHeader("Expires")
			h = nil
		}
		if h != nil {
			p.reg.Register(req, tx)
			return
		}
	}
	req.AppendHeader(lib.NewHeader("Expires", strconv.Itoa(grant)))
	p.reg.Register(req, tx)
}

func (p *Provider) changed(_ string, _ registrar.Binding, up bool) {
	p.mu.Lock()
	was := p.up
	p.up = up
	p.mu.Unlock()
	switch {
	case up && !was:
		p.c.tell(Event{Kind: TrunkUp, Provider: p.cfg.Name})
	case !up && was:
		p.c.tell(Event{Kind: TrunkDown, Provider: p.cfg.Name})
	}
}

// onInvite is a call of the product to one of the city's numbers.
func (p *Provider) onInvite(leg *sip.Leg) {
	number := Normalise(leg.To())
	s := p.c.subscriber(number)
	if to := p.c.carrier(number); s == nil && to != nil {
		p.back(leg, to, number)
		return
	}
	if s == nil {
		p.c.figures.Load().count(&p.c.figures.Load().unknown)
		p.c.tell(Event{Kind: Unknown, Provider: p.cfg.Name, Number: number, Other: Normalise(leg.From()), Code: 404})
		leg.Reject(404, "Not Found")
		return
	}
	s.ring(leg, p)
}

// back carries a call of the product to a number of the product: between providers when
// another brings that number.
func (p *Provider) back(leg *sip.Leg, to *Provider, number string) {
	target, why := to.target(number, Normalise(leg.From()))
	if why != "" {
		leg.Reject(480, "Temporarily Unavailable")
		return
	}
	ctx, cancel := context.WithCancel(p.c.ctx)
	defer cancel()
	defer context.AfterFunc(ctx, leg.Hangup)()
	go func() {
		select {
		case <-leg.Done():
			cancel()
		case <-ctx.Done():
		}
	}()
	_ = leg.Ring()
	on, de := to.stack.Dial(ctx, target)
	if de != nil {
		if code := de.Code; code >= 400 {
			leg.Reject(code, "Not Answered")
		} else {
			leg.Reject(480, "Temporarily Unavailable")
		}
		return
	}
	defer on.Hangup()
	if leg.Answer() != nil {
		return
	}
	defer media.Join(leg.Media(), on.Media())()
	select {
	case <-leg.Done():
	case <-on.Done():
	}
	leg.Hangup()
}

// Name is what the provider is called.
func (p *Provider) Name() string { return p.cfg.Name }

// Addr is where it listens.
func (p *Provider) Addr() netip.AddrPort { return p.stack.Addr() }

// Mode is how it is.
func (p *Provider) Mode() Mode {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mode
}

// Registered reports whether the product's trunk is registered here now.
func (p *Provider) Registered() bool {
	_, ok := p.reg.Lookup(p.cfg.User)
	p.mu.Lock()
	gone := p.up && !ok
	p.up = ok
	p.mu.Unlock()
	if gone { // its time ran out: nobody told
		p.c.tell(Event{Kind: TrunkDown, Provider: p.cfg.Name})
	}
	return ok
}

// Switch changes how the provider is. Talks go on; what is said of them by SIP is
// lost while it is silent.
func (p *Provider) Switch(m Mode) error {
	code, friends := 0, loopback
	switch m {
	case Up:
	case Silent:
		friends = nil
	case Refuses:
		code = 503
	default:
		return fmt.Errorf("city: unknown mode %q", m)
	}
	if err := p.filter.Set(friends); err != nil {
		return err
	}
	p.reg.RefuseRegisters(code)
	p.reg.RefuseCalls(code)
	if m == Refuses {
		p.reg.Unregister(p.cfg.User)
	}
	p.mu.Lock()
	was := p.mode
	p.mode = m
	p.mu.Unlock()
	if was != m {
		p.c.tell(Event{Kind: Switched, Provider: p.cfg.Name, Text: string(m)})
	}
	p.Registered()
	return nil
}

// target is the way to a line of the product; "" in why when there is one.
func (p *Provider) target(line, from string) (t sip.Target, why string) {
	if m := p.Mode(); m != Up {
		return t, "провайдер " + p.cfg.Name + " не работает"
	}
	b, ok := p.reg.Lookup(p.cfg.User)
	if !ok {
		return t, "транк " + p.cfg.Name + " не зарегистрирован"
	}
	at := net.JoinHostPort(b.Contact.Host, strconv.Itoa(max(b.Contact.Port, 0)))
	if b.Contact.Port == 0 {
		at = net.JoinHostPort(b.Contact.Host, "5060")
	}
	transport, _ := b.Contact.UriParams.Get("transport")
	t = sip.Target{User: b.Contact.User, To: p.write(line), Host: at, Transport: transport, From: p.write(from), Silence: 5 * time.Second}
	if !strings.EqualFold(transport, "tcp") {
		t.Dest = b.Source // the way back through NAT
	}
	return t, ""
}

func (p *Provider) write(number string) string {
	f := p.cfg.Format
	if f == "" {
		f = Plus
	}
	return f.write(number)
}

// Providers are all providers.
func (c *City) Providers() []*Provider { return slices.Clone(c.providers) }

// Provider is the one of a name; nil: there is none.
func (c *City) Provider(name string) *Provider {
	for _, p := range c.providers {
		if p.cfg.Name == name {
			return p
		}
	}
	return nil
}

// carrier is the provider that brings a line.
func (c *City) carrier(line string) *Provider {
	for _, p := range c.providers {
		if slices.ContainsFunc(p.cfg.Lines, func(l Line) bool { return Normalise(l.Number) == line }) {
			return p
		}
	}
	return nil
}
