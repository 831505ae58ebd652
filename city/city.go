// Package city is the demo city: two SIP providers and all their subscribers in
// one process. Dispatcher24's trunks register with the providers; residents call
// its lines and speak, executors' phones ring and are answered, refused or left
// alone. A scenario file, a rate of calls or a person at the page drives it. It
// stands on voip/ alone and knows nothing of the product but SIP and its numbers.
package city

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"d24/voip/media"
	"d24/voip/speech"
)

// Config of a city.
type Config struct {
	Providers   []ProviderConfig
	Subscribers []SubscriberConfig // listed on the page
	// Numbers that exist besides: whoever of them is called or calls moves in then.
	Residents, Executors []Range
	Voice                speech.Voice // nil: a tone as long as the sentence stands in
	Seed                 uint64       // of everything left to chance
	Log                  *slog.Logger // nil: silent
}

// City is a running city.
type City struct {
	cfg       Config
	log       *slog.Logger
	ctx       context.Context //nolint:containedctx // the city's life
	cancel    context.CancelFunc
	pacer     *media.Pacer
	voice     sayer
	feed      feed
	providers []*Provider
	ids       atomic.Int64
	figures   atomic.Pointer[Figures]
	stage     stage

	mu          sync.Mutex
	closing     bool
	work        sync.WaitGroup
	subscribers map[string]*Subscriber
	order       []*Subscriber
	live        map[*Call]struct{}
}

// New opens the providers' sockets; from then on trunks may register, and phones
// ring. Close it.
func New(cfg Config) (*City, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	c := &City{cfg: cfg, log: cfg.Log, subscribers: map[string]*Subscriber{}, live: map[*Call]struct{}{}, pacer: media.NewPacer()}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.figures.Store(newFigures())
	c.voice = sayer{voice: cfg.Voice, fail: func(err error) { c.log.Warn("a sentence is not spoken", "err", err) }}
	for _, s := range cfg.Subscribers {
		for _, b := range s.Rings {
			if err := b.check(); err != nil {
				c.Close()
				return nil, err
			}
		}
		c.add(s).Listed = true
	}
	for _, p := range cfg.Providers {
		opened, err := c.open(p)
		if err != nil {
			c.Close()
			return nil, err
		}
		c.providers = append(c.providers, opened)
	}
	if len(c.providers) == 0 {
		c.Close()
		return nil, errors.New("city: no providers")
	}
	return c, nil
}

// Run lives until ctx ends, then closes the city.
func (c *City) Run(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-c.ctx.Done():
	}
	c.Close()
}

// Close hangs up every call, waits for all that runs and frees the sockets. Safe
// to call twice.
func (c *City) Close() {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	c.cancel()
	c.work.Wait()
	var all sync.WaitGroup
	for _, p := range c.providers {
		all.Go(p.stack.Close)
	}
	all.Wait()
	c.pacer.Close()
}

// background runs f so that Close waits for it; f must end when ctx does. After
// Close has begun nothing starts any more, and f hears that at once.
func (c *City) background(f func(ctx context.Context)) {
	c.mu.Lock()
	if c.closing {
		c.mu.Unlock()
		f(c.ctx)
		return
	}
	c.work.Add(1)
	c.mu.Unlock()
	go func() {
		defer c.work.Done()
		f(c.ctx)
	}()
}

// Counts are what the city holds now, for leak checks.
type Counts struct{ Calls, Legs, Ports, Playing int }

// Counts says what the city holds now; all zero when nobody talks.
func (c *City) Counts() Counts {
	n := Counts{Playing: c.pacer.Playing()}
	for _, p := range c.providers {
		n.Legs += p.stack.Live()
		n.Ports += p.ports.InUse()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n.Calls = len(c.live)
	return n
}

// Calls are the calls of now.
func (c *City) Calls() []*Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]*Call, 0, len(c.live))
	for k := range c.live {
		out = append(out, k)
	}
	return out
}
