package engine

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"d24/internal/telephony"
)

// shift is what this engine does among its peers.
type shift struct {
	duty    atomic.Value // telephony.Duty; nothing: not known yet
	peer    atomic.Bool  // another engine is at work
	freed   atomic.Bool  // and calls arrive there
	others  atomic.Bool  // another engine lives
	ends    atomic.Bool  // and whoever does is about to end
	leaving atomic.Bool  // we are to end
	closed  atomic.Bool  // we are to end, and nothing new comes here any more
	alone   int          // beats in a row that the database did not answer, before our duty was known
	now     chan struct{}
}

// Waits of a change of shift.
const (
	aloneAfter   = 3                // unanswered beats after which a new engine works without being told
	relievedIn   = 20 * time.Second // how long one who leaves waits for calls to arrive elsewhere
	retryAfter   = 2 * time.Second  // told to a caller's provider: until then somebody else is at work
	relieveEvery = 100 * time.Millisecond
)

func (s *shift) is() telephony.Duty { d, _ := s.duty.Load().(telephony.Duty); return d }

// takes reports whether new calls and orders are ours. Who is leaving takes calls until
// they arrive elsewhere, and no orders.
func (s *shift) takes() bool { return s.is() == telephony.Active && !s.leaving.Load() }

// works reports whether calls may arrive here.
func (s *shift) works() bool {
	return !s.closed.Load() && (s.is() == telephony.Active || s.leaving.Load() && s.is() == telephony.Draining)
}

// beating shows the floor every second and hears who is at work.
func (e *Engine) beating(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		floor := make(chan telephony.Floor, 1)
		var fresh []byte
		e.post(func() {
			e.resume()
			fresh = e.memorized()
			floor <- e.floor()
		})
		select {
		case <-ctx.Done():
			return
		case f := <-floor:
			e.memorize(fresh)
			e.beat(ctx, f)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		case <-e.shift.now:
		}
	}
}

func (e *Engine) beat(ctx context.Context, f telephony.Floor) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	s, err := e.d.Orders.Shift(ctx, e.cfg.Node, e.doorAddr, f, e.shift.leaving.Load())
	was := e.shift.is()
	if err != nil {
		e.log.Warn("the floor cannot be shown", "err", err)
		if e.shift.alone++; was == "" && e.shift.alone >= aloneAfter { // calls are to be answered without a database too
			e.log.Warn("an engine goes to work without knowing of others")
			e.shift.duty.Store(telephony.Active)
			e.trunks.reread()
		}
		return
	}
	e.shift.peer.Store(s.Peer)
	e.shift.freed.Store(s.Relieved)
	e.shift.others.Store(s.Others)
	e.shift.ends.Store(s.Leaving)
	e.shift.duty.Store(s.Duty)
	if was == s.Duty {
		return
	}
	e.log.Info("the engine's duty", "duty", s.Duty)
	e.trunks.reread()
	if s.Duty == telephony.Standby && was != "" { // another one has taken over while we were away
		e.post(e.handOver)
	}
}

// admit puts calls off that are not ours to take, or too many at once. A balancer before
// several engines asks by OPTIONS which of them takes calls.
func (e *Engine) admit(host string, invite bool) time.Duration {
	switch {
	case !e.shift.works():
		return retryAfter
	case invite && e.cfg.CallsPerSecond > 0 && e.rates.count(host, time.Now()) > e.cfg.CallsPerSecond:
		return time.Second
	}
	return 0
}

// rates counts calls of each provider's host within the present second.
type rates struct {
	mu     sync.Mutex
	second int64
	seen   map[string]int
}

func (r *rates) count(host string, now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at := now.Unix(); at != r.second || r.seen == nil {
		r.second, r.seen = at, map[string]int{}
	}
	r.seen[host]++
	return r.seen[host]
}

// leave waits until we are asked to end, lets the calls end, and stops everything.
func (e *Engine) leave(asked context.Context, stop context.CancelFunc) {
	defer stop()
	select {
	case <-asked.Done():
	case <-e.cfg.AtOnce:
		return
	case <-e.quit:
		return
	}
	if e.cfg.Drain <= 0 {
		return
	}
	if !e.afterPeer() {
		return
	}
	limit, cancel := context.WithTimeout(e.base, e.cfg.Drain)
	defer cancel()
	e.log.Info("the engine is to end: it finishes its calls first", "limit", e.cfg.Drain.String())
	e.shift.leaving.Store(true)
	e.trunks.rest()
	e.hurryBeat()
	wait := time.Now().Add(relievedIn)
	t := time.NewTicker(relieveEvery)
	defer t.Stop()
	for left := e.idle(limit); ; left = e.idle(limit) {
		if !e.shift.closed.Load() && (e.shift.is() == telephony.Draining && (e.shift.freed.Load() || !e.shift.others.Load()) || time.Now().After(wait)) {
			e.shift.closed.Store(true)
			e.trunks.reread()
			e.hurryBeat()
			continue
		}
		if left && e.shift.closed.Load() {
			return
		}
		e.post(e.handOver)
		select {
		case <-limit.Done():
			e.log.Warn("calls did not end in time", "limit", e.cfg.Drain.String())
			return
		case <-e.cfg.AtOnce:
			return
		case <-e.quit:
			return
		case <-t.C:
		}
	}
}

// afterPeer works on while the only other engine is about to end, for as long as that may take: if
// both went, calls would arrive nowhere until one is back. False: we are to end at once.
func (e *Engine) afterPeer() bool {
	if !e.shift.ends.Load() {
		return true
	}
	e.log.Info("the engine is to end when another one that ends is back", "limit", e.cfg.Drain.String())
	limit := time.NewTimer(e.cfg.Drain)
	defer limit.Stop()
	t := time.NewTicker(relieveEvery)
	defer t.Stop()
	for e.shift.ends.Load() {
		select {
		case <-limit.C:
			return true
		case <-e.cfg.AtOnce:
			return false
		case <-e.quit:
			return false
		case <-t.C:
		}
	}
	return true
}

func (e *Engine) hurryBeat() {
	select {
	case e.shift.now <- struct{}{}:
	default:
	}
}

// idle reports whether no call is left.
func (e *Engine) idle(ctx context.Context) bool {
	n := make(chan int, 1)
	e.post(func() { n <- len(e.calls) })
	select {
	case left := <-n:
		return left == 0 && e.stack.Live() == 0
	case <-ctx.Done():
		return false
	case <-e.quit:
		return true
	}
}

// handOver gives the next engine what it can take: orders that have not left, and
// operators who have nobody on the line.
func (e *Engine) handOver() {
	var keys []string
	for _, c := range slices.Collect(maps.Values(e.calls)) {
		if c.inbound || c.leg != nil || c.giveUp != nil || c.phase != waiting && c.phase != offered {
			continue
		}
		keys = append(keys, c.order.Key)
		c.withdrawn()
	}
	if len(keys) > 0 {
		e.beside(func() {
			ctx, cancel := context.WithTimeout(e.base, reportFor)
			defer cancel()
			if err := e.d.Orders.Release(ctx, e.cfg.Node, keys); err != nil {
				e.log.Warn("orders are not given back, their end will be unknown", "err", err)
			}
		})
	}
	if !e.shift.peer.Load() || !e.shift.freed.Load() {
		return
	}
	e.distribute() // who waits here is taken first
	for _, s := range e.seats {
		if s.call == nil && s.wrapUp == nil && s.conn != nil {
			s.conn.stop()
		}
	}
}

// withdrawn forgets an order that somebody else takes: it does not end here.
func (c *call) withdrawn() {
	e, s := c.e, c.seat
	c.phase = over
	c.halt()
	if c.expiry != nil {
		c.expiry.Stop()
	}
	e.unqueue(c)
	delete(e.calls, c.key)
	e.held = slices.DeleteFunc(e.held, func(x *call) bool { return x == c })
	if e.busy[c.phone] == c {
		delete(e.busy, c.phone)
	}
	if s != nil {
		c.seat = nil
		s.released(telephony.Cancelled, true)
	}
}
