package city

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// stage is what is being played: one thing at a time.
type stage struct {
	mu    sync.Mutex
	name  string
	since time.Time
	stop  context.CancelFunc
}

// ErrPlaying means that the city is playing something already.
var ErrPlaying = errors.New("город уже играет: остановите то, что идёт")

// trunksFor is how long a play waits for the product's trunks.
const trunksFor = time.Minute

func (c *City) enter(name string, stop context.CancelFunc) error {
	c.stage.mu.Lock()
	defer c.stage.mu.Unlock()
	if c.stage.stop != nil {
		return ErrPlaying
	}
	if name == "" {
		name = "сценарий"
	}
	c.stage.name, c.stage.since, c.stage.stop = name, time.Now(), stop
	c.figures.Store(newFigures())
	return nil
}

func (c *City) leave() {
	c.stage.mu.Lock()
	name := c.stage.name
	c.stage.name, c.stage.stop = "", nil
	c.stage.mu.Unlock()
	c.tell(Event{Kind: Stopped, Text: name})
}

// Playing is what is being played, "" when nothing is.
func (c *City) Playing() (name string, since time.Time) {
	c.stage.mu.Lock()
	defer c.stage.mu.Unlock()
	return c.stage.name, c.stage.since
}

// StopPlaying ends what is being played.
func (c *City) StopPlaying() {
	c.stage.mu.Lock()
	defer c.stage.mu.Unlock()
	if c.stage.stop != nil {
		c.stage.stop()
	}
}

// run plays f: its calls are hung up afterwards, and the city is as usual.
func (c *City) run(ctx context.Context, name string, f func(ctx context.Context, placed func(*Call))) (*Figures, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(c.ctx, cancel)
	defer stop()
	if err := c.enter(name, cancel); err != nil {
		return nil, err
	}
	defer c.leave()
	c.tell(Event{Kind: Started, Text: name})
	c.awaitTrunks(ctx)
	late := c.pacer.Late()
	var mu sync.Mutex
	var calls []*Call
	f(ctx, func(k *Call) {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, k)
	})
	mu.Lock()
	defer mu.Unlock()
	for _, k := range calls {
		k.Hangup()
	}
	for _, k := range calls {
		<-k.Done()
	}
	got := c.Figures()
	got.mu.Lock()
	defer got.mu.Unlock()
	got.late = c.pacer.Late() - late
	return got, nil
}

// awaitTrunks waits until the product has registered with every provider that is
// up, but not for ever: without it calls are missed, which is seen.
func (c *City) awaitTrunks(ctx context.Context) {
	for deadline := time.Now().Add(trunksFor); time.Now().Before(deadline); {
		all := true
		for _, p := range c.providers {
			all = all && (p.Mode() != Up || p.Registered())
		}
		if all || !wait(ctx, time.Now().Add(tick)) {
			return
		}
	}
}

// Load places calls at a rate, waits until the last has ended or ctx does, and
// returns the figures. ErrPlaying when something else is played.
func (c *City) Load(ctx context.Context, r Rate) (*Figures, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	return c.run(ctx, fmt.Sprintf("поток %g звонков в час", r.PerHour), func(ctx context.Context, placed func(*Call)) {
		var calls []*Call
		c.stream(ctx, r, func(k *Call) { placed(k); calls = append(calls, k) })
		c.settle(ctx, calls)
	})
}

// settleFor is how long the last calls of a rate may still go on.
const settleFor = 30 * time.Second

func (c *City) settle(ctx context.Context, calls []*Call) {
	t := time.NewTimer(settleFor)
	defer t.Stop()
	for _, k := range calls {
		select {
		case <-k.Done():
		case <-t.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// Play plays a scenario to its end, or until ctx ends, and returns the figures.
// ErrPlaying when something else is played.
func (c *City) Play(ctx context.Context, s Scenario) (*Figures, error) {
	for _, step := range s.Steps {
		if p := step.Provider; p != nil && c.Provider(p.Name) == nil {
			return nil, fmt.Errorf("сценарий %q: нет провайдера %q", s.Name, p.Name)
		}
	}
	return c.run(ctx, s.Name, func(ctx context.Context, placed func(*Call)) {
		defer c.asUsual(s)
		var streams sync.WaitGroup
		defer streams.Wait()
		start := time.Now()
		ctx, cancel := context.WithDeadline(ctx, start.Add(time.Duration(s.Lasts)))
		defer cancel()
		for _, step := range s.Steps {
			if !wait(ctx, start.Add(time.Duration(step.At))) {
				return
			}
			c.do(ctx, step, placed, &streams)
		}
		<-ctx.Done()
	})
}

func (c *City) do(ctx context.Context, s Step, placed func(*Call), streams *sync.WaitGroup) {
	if b := s.Behave; b != nil {
		c.Executor(b.Number).Behave(b.Rings...)
	}
	if p := s.Provider; p != nil {
		if err := c.Provider(p.Name).Switch(p.Mode); err != nil {
			c.log.Error("a provider is not switched", "err", err)
		}
	}
	if k := s.Call; k != nil {
		placed(c.Resident(k.From).Call(k.To, k.Script))
	}
	if s.Rate != nil {
		streams.Go(func() { c.stream(ctx, *s.Rate, placed) })
	}
}

// asUsual undoes what a scenario changed.
func (c *City) asUsual(s Scenario) {
	for _, step := range s.Steps {
		if step.Behave != nil {
			c.Executor(step.Behave.Number).BeUsual()
		}
		if step.Provider != nil {
			_ = c.Provider(step.Provider.Name).Switch(Up)
		}
	}
}
