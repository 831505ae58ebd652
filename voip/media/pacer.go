package media

import (
	"sync"
	"time"

	"d24/voip/g711"
)

const frameTime = 20 * time.Millisecond

// maxLate is how many missed frames are caught up; later the time is skipped, as
// a burst would only overflow the phones' buffers.
const maxLate = 10

// Pacer sends one frame for every playing port on each tick: one timer for
// thousands of calls instead of one per call, and it catches up when late.
type Pacer struct {
	mu      sync.Mutex
	playing map[*player]struct{}
	quit    chan struct{}
	gone    chan struct{}
}

type player struct {
	port Port
	p    *Prompt
	pos  int
	loop bool
	done chan struct{}
	once sync.Once
}

func (a *player) end() { a.once.Do(func() { close(a.done) }) }

// NewPacer starts a pacer; Close it.
func NewPacer() *Pacer {
	pc := &Pacer{playing: map[*player]struct{}{}, quit: make(chan struct{}), gone: make(chan struct{})}
	go pc.run()
	return pc
}

// Start plays p to port. stop ends it early; done closes when the prompt has been
// played or stopped. After stop returns no frame of it is sent any more.
func (pc *Pacer) Start(port Port, p *Prompt, loop bool) (stop func(), done <-chan struct{}) {
	a := &player{port: port, p: p, loop: loop, done: make(chan struct{})}
	if len(p.alaw) == 0 {
		a.end()
		return func() {}, a.done
	}
	pc.mu.Lock()
	pc.playing[a] = struct{}{}
	pc.mu.Unlock()
	return func() {
		pc.mu.Lock()
		delete(pc.playing, a)
		pc.mu.Unlock()
		a.end()
	}, a.done
}

// Playing says how many prompts are being played.
func (pc *Pacer) Playing() int {
	pc.mu.Lock()
	defer pc.mu.Unlock()
	return len(pc.playing)
}

// Close stops everything.
func (pc *Pacer) Close() {
	close(pc.quit)
	<-pc.gone
}

func (pc *Pacer) run() {
	defer close(pc.gone)
	t := time.NewTicker(frameTime)
	defer t.Stop()
	start, sent := time.Now(), int64(0)
	for {
		select {
		case <-pc.quit:
			pc.mu.Lock()
			defer pc.mu.Unlock()
			for a := range pc.playing {
				a.end()
			}
			clear(pc.playing)
			return
		case <-t.C:
		}
		due := int64(time.Since(start) / frameTime)
		if due-sent > maxLate {
			sent = due - 1
		}
		for ; sent < due; sent++ {
			pc.tick()
		}
	}
}

func (pc *Pacer) tick() {
	pc.mu.Lock()
	defer pc.mu.Unlock()
	for a := range pc.playing {
		if !a.step() {
			delete(pc.playing, a)
			a.end()
		}
	}
}

func (a *player) step() bool {
	sound := a.p.in(a.port.Law())
	if a.pos >= len(sound) {
		if !a.loop {
			return false
		}
		a.pos = 0
	}
	a.port.Play(sound[a.pos : a.pos+g711.Frame])
	a.pos += g711.Frame
	return true
}
