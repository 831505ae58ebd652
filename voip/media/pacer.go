package media

import (
	"sync"
	"sync/atomic"
	"time"

	"d24/voip/g711"
)

// FrameTime is what one frame of 160 samples lasts.
const FrameTime = 20 * time.Millisecond

// maxLate is how many missed ticks are caught up; when later than that the time
// is skipped, as a burst would only overflow the phones' buffers.
const maxLate = 10

// Pacer sends one frame for every playing port on each tick: one timer for
// thousands of calls instead of one per call. Its schedule starts from a
// monotonic instant, so a late tick is caught up and sound never slows down.
type Pacer struct {
	mu      sync.Mutex
	coming  []*player // started since the last tick
	closed  bool
	playing atomic.Int64
	late    atomic.Int64
	quit    chan struct{}
	gone    chan struct{}
	list    []*player // of the pacer's goroutine alone
}

type player struct {
	mu      sync.Mutex // held while a frame is sent
	stopped bool
	port    Port
	closed  func() bool
	p       *Prompt
	pos     int
	loop    bool
	done    chan struct{}
}

// NewPacer starts a pacer; Close it.
func NewPacer() *Pacer {
	pc := &Pacer{quit: make(chan struct{}), gone: make(chan struct{})}
	go pc.run()
	return pc
}

// Start plays p to port, again and again when loop. stop ends it early; done
// closes when the prompt has been played or stopped. After stop returns no frame
// of it is sent any more; do not call it from a tap of the port. A port that was
// closed ends its prompts.
func (pc *Pacer) Start(port Port, p *Prompt, loop bool) (stop func(), done <-chan struct{}) {
	a := &player{port: port, p: p, loop: loop, done: make(chan struct{})}
	if c, ok := port.(interface{ Closed() bool }); ok {
		a.closed = c.Closed
	}
	pc.mu.Lock()
	refuse := pc.closed || len(p.alaw) == 0
	if !refuse {
		pc.coming = append(pc.coming, a)
		pc.playing.Add(1)
	}
	pc.mu.Unlock()
	if refuse {
		a.stop()
	}
	return a.stop, a.done
}

// Playing says how many prompts are being played; one that was stopped counts
// until the next tick.
func (pc *Pacer) Playing() int { return int(pc.playing.Load()) }

// Late counts the ticks that were caught up or skipped: a machine that is too
// small shows here first.
func (pc *Pacer) Late() int64 { return pc.late.Load() }

// Close stops everything and waits for the pacer's goroutine. Safe to call twice.
func (pc *Pacer) Close() {
	pc.mu.Lock()
	if !pc.closed {
		pc.closed = true
		close(pc.quit)
	}
	pc.mu.Unlock()
	<-pc.gone
}

func (pc *Pacer) run() {
	defer close(pc.gone)
	t := time.NewTicker(FrameTime)
	defer t.Stop()
	start, sent := time.Now(), int64(0)
	for {
		select {
		case <-pc.quit:
			pc.end()
			return
		case <-t.C:
		}
		due := int64(time.Since(start) / FrameTime)
		if due-sent > 1 {
			pc.late.Add(due - sent - 1)
		}
		if due-sent > maxLate {
			sent = due - 1
		}
		for ; sent < due; sent++ {
			pc.tick()
		}
	}
}

// tick sends a frame for everyone. No lock of the pacer is held meanwhile, so
// calls that start or stop never wait for a thousand packets of others.
func (pc *Pacer) tick() {
	pc.admit()
	for i := 0; i < len(pc.list); {
		if pc.list[i].step() {
			i++
			continue
		}
		last := len(pc.list) - 1
		pc.list[i], pc.list[last] = pc.list[last], nil
		pc.list = pc.list[:last]
		pc.playing.Add(-1)
	}
}

func (pc *Pacer) admit() {
	pc.mu.Lock()
	pc.list = append(pc.list, pc.coming...)
	clear(pc.coming)
	pc.coming = pc.coming[:0]
	pc.mu.Unlock()
}

func (pc *Pacer) end() {
	pc.admit()
	for _, a := range pc.list {
		a.stop()
		pc.playing.Add(-1)
	}
	pc.list = nil
}

func (a *player) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.finish()
}

// finish needs a.mu.
func (a *player) finish() {
	if !a.stopped {
		a.stopped = true
		close(a.done)
	}
}

// step sends the next frame; false when there is none.
func (a *player) step() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stopped {
		return false
	}
	sound := a.p.in(a.port.Law())
	if a.pos >= len(sound) && a.loop {
		a.pos = 0
	}
	if a.pos >= len(sound) || a.closed != nil && a.closed() {
		a.finish()
		return false
	}
	a.port.Play(sound[a.pos : a.pos+g711.Frame])
	a.pos += g711.Frame
	return true
}
