package sip

import "sync"

// crew counts goroutines that finish what a call left. Unlike a WaitGroup it may
// be joined while somebody waits for its end.
type crew struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n falls to zero; nil when nobody waits
}

func (c *crew) run(f func()) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	go func() {
		defer c.leave()
		f()
	}()
}

func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n--; c.n == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// empty closes when nobody is at work.
func (c *crew) empty() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := c.idle
	switch {
	case c.n == 0:
		done = make(chan struct{})
		close(done)
	case done == nil:
		done = make(chan struct{})
		c.idle = done
	}
	return done
}
