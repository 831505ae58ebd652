package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"d24/internal/phone"
	"d24/internal/telephony"
	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/sip"
	"d24/voip/tone"
)

// Waits and tones of a synthetic call.
const (
	probeTurn    = time.Second      // how often it is looked which are due
	probeAgain   = 5 * time.Second  // after a first failure: one lost packet is no alarm
	probeSick    = 15 * time.Second // of a trunk that spoils dials: its return is noticed
	probeRings   = 12 * time.Second // an answer that comes later is late
	probeHears   = 5 * time.Second  // within which the greeting, and the answer to the key, must be heard
	probeAnswers = 25 * time.Second // how long the answering side waits for the key
	probeKey     = '#'
	probeTone    = 1700.0 // what the answering side says to the key
	probeLoud    = -45.0  // dBFS: a line that hisses is no greeting
	probeFails   = 2      // in a row: the trunk is ill
)

// probes are our own calls to our own numbers: out by one trunk, in by another, route,
// greeting, key (F9). They stand in no journal, reach no operator and no statistics.
type probes struct {
	e    *Engine
	mu   sync.Mutex
	of   map[int64]*probe
	work sync.WaitGroup
}

type probe struct {
	last telephony.FloorProbe
	next time.Time
	busy bool
	tally
}

// tally is what was spent in a day; it outlives the engine.
type tally struct {
	Day   string `json:"day"`
	Calls int    `json:"calls"` // that were answered: those cost
}

func newProbes(e *Engine) *probes { return &probes{e: e, of: map[int64]*probe{}} }

// run makes the calls that are due until ctx ends.
func (p *probes) run(ctx context.Context) {
	t := time.NewTicker(p.e.paced(probeTurn))
	defer t.Stop()
	defer p.work.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if !p.e.shift.takes() {
			continue
		}
		for _, w := range p.due() {
			p.work.Add(1)
			go func() { defer p.work.Done(); p.one(ctx, w) }()
		}
	}
}

// tested is a trunk and the number called through it.
type tested struct {
	way    route
	number string
	every  time.Duration
}

// due are the trunks whose turn it is. One that is known to be down, or whose number
// arrives by one that is, has its alarm already.
func (p *probes) due() (out []tested) {
	list := p.e.trunks.probed()
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.of, func(id int64, x *probe) bool {
		return !x.busy && !slices.ContainsFunc(list, func(w tested) bool { return w.way.trunk.ID == id })
	})
	now := time.Now()
	for _, w := range list {
		x := p.of[w.way.trunk.ID]
		if x == nil {
			x = &probe{}
			p.of[w.way.trunk.ID] = x
		}
		if x.last.Number != w.number { // another number is under test: what was says nothing
			x.last = telephony.FloorProbe{Number: w.number}
		}
		if day := now.Format(time.DateOnly); x.Day != day {
			x.tally = tally{Day: day}
		}
		pr := w.way.trunk.Probe
		x.last.Calls, x.last.Spent = x.Calls, int64(x.Calls)*pr.Price
		x.last.Stopped = pr.Price > 0 && x.last.Spent+pr.Price > pr.Budget
		wait := p.e.paced(w.every)
		if x.busy || x.last.Stopped || w.every == 0 || now.Before(x.next) && x.next.Sub(now) <= wait {
			continue
		}
		x.busy, x.next = true, now.Add(wait)
		out = append(out, w)
	}
	return out
}

// probed are the trunks under test; every 0: not now.
func (t *trunks) probed() (out []tested) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range t.list {
		if a.Probe.Number == "" {
			continue
		}
		w := tested{way: a.route(a.shownInTest()), number: a.Probe.Number}
		arrives := slices.ContainsFunc(t.list, func(b *account) bool { return b.up && b.carries(w.number) })
		switch {
		case !a.up || !arrives || w.way.from == "":
		case a.sick() || a.fails >= sickAfter:
			w.every = min(probeSick, a.Probe.Every)
		default:
			w.every = a.Probe.Every
		}
		out = append(out, w)
	}
	return out
}

// shownInTest is the trunk's own number, another than the one called where it has one.
func (a *account) shownInTest() (from string) {
	for _, id := range slices.Sorted(maps.Keys(a.Lines)) {
		if from == "" || from == a.Probe.Number {
			from = a.Lines[id]
		}
	}
	return from
}

func (a *account) carries(number string) bool {
	for _, own := range a.Lines {
		if own == number {
			return true
		}
	}
	return false
}

// ours reports whether an incoming call is a test: one of our numbers calls the number
// that is tested from it, which no resident can.
func (t *trunks) ours(in telephony.Incoming) bool {
	caller, called := phone.Caller(in.Caller), phone.Caller(in.Called)
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.list, func(a *account) bool {
		return a.Probe.Number != "" && a.Probe.Number == called && a.shownInTest() == caller
	})
}

// one makes a call and keeps what came of it.
func (p *probes) one(ctx context.Context, w tested) {
	id := w.way.trunk.ID
	leave := p.e.trunks.admit(id)
	if leave == nil { // its channels are for people
		p.mu.Lock()
		defer p.mu.Unlock()
		p.of[id].busy, p.of[id].next = false, time.Now().Add(p.e.paced(probeAgain))
		return
	}
	why, answered, took := p.call(ctx, w)
	leave()
	if ctx.Err() != nil {
		return
	}
	p.mu.Lock()
	x := p.of[id]
	x.busy = false
	if answered {
		x.Calls++
	}
	fails := x.last.Failures + 1
	if why == "" {
		fails = 0
	} else if fails == 1 {
		x.next = time.Now().Add(p.e.paced(probeAgain))
	}
	x.last = telephony.FloorProbe{
		Number: w.number, At: time.Now(), Text: why, AnsweredMS: took.Milliseconds(), Failures: fails, IsIll: fails >= probeFails,
		Calls: x.Calls, Spent: int64(x.Calls) * w.way.trunk.Probe.Price,
	}
	p.mu.Unlock()
	if answered {
		p.e.post(func() { p.e.fresh = true })
	}
	if why != "" {
		p.e.log.Warn("a synthetic call failed", "trunk", w.way.trunk.Name, "number", w.number, "why", why)
		return
	}
	p.e.trunks.on(id, func(a *account) { a.fails, a.sickTill = 0, time.Time{} }) // calls pass again (F8)
}

// call is the whole way of a caller; why "" when all of it works.
func (p *probes) call(ctx context.Context, w tested) (why string, answered bool, took time.Duration) {
	e := p.e
	ring, cancel := context.WithTimeout(ctx, probeRings)
	defer cancel()
	began := time.Now()
	leg, de := e.reach(ring, w.way, target(w.way, w.number))
	took = time.Since(began)
	if de != nil {
		e.trunks.refused(w.way.trunk.ID, de, took)
		if de.Silent { // the provider itself: no doubt whose fault it is
			e.trunks.judged(w.way.trunk.ID, whyOf(de))
		}
		return notReached(de), false, 0
	}
	defer leg.Hangup()
	heard := &listener{}
	leg.Media().SetSink(heard.hear)
	e.pacer.Start(leg.Media(), media.Silence(time.Second), true) // providers answer where sound comes from
	if !heard.wait(ctx, leg, loud) {
		return "ответ есть, приветствия не слышно", true, took
	}
	heard.forget()
	leg.Media().SendDigit(probeKey, 0)
	if !heard.wait(ctx, leg, func(b []byte) bool { return tone.Heard(b, probeTone) }) {
		return "приветствие слышно, нажатая клавиша до нас не дошла", true, took
	}
	return "", true, took
}

func notReached(de *sip.DialError) string {
	switch {
	case de.Ended:
		return fmt.Sprintf("никто не ответил за %d с", int(probeRings.Seconds()))
	case de.Code == 486 || de.Code == 600:
		return "номер занят"
	case de.Code == 404:
		return "такого номера нет"
	}
	return whyOf(de)
}

// answerTest is the other end: what a caller of the number would hear, and a tone for the
// key. It runs beside the loop, which knows nothing of it.
func (e *Engine) answerTest(leg *sip.Leg, in telephony.Incoming) {
	defer e.trunks.enter(in.TrunkID)()
	d := e.route(in)
	if d.Action == telephony.Reject {
		leg.Reject(404, "Not Found")
		return
	}
	words := e.prompts.of(d.Greeting)
	if err := leg.Answer(); err != nil {
		leg.Hangup()
		return
	}
	defer leg.Hangup()
	key := make(chan struct{}, 1)
	leg.Media().OnDigit(func(b byte) {
		if b == probeKey {
			select {
			case key <- struct{}{}:
			default:
			}
		}
	})
	stop, _ := e.pacer.Start(leg.Media(), words, true)
	limit := time.NewTimer(probeAnswers)
	defer limit.Stop()
	select {
	case <-key:
	case <-limit.C:
		return
	case <-leg.Done():
		return
	case <-e.quit:
		return
	}
	stop()
	_, done := e.pacer.Start(leg.Media(), media.Tone(probeTone, time.Second), false)
	select {
	case <-done:
	case <-leg.Done():
	case <-e.quit:
	}
}

// shown is what the screens are told of a trunk's test; nil: it has none.
func (p *probes) shown(id int64) *telephony.FloorProbe {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.of[id]
	if x == nil {
		return nil
	}
	f := x.last
	return &f
}

// tallies are what was spent, for the next run; remember takes them back.
func (p *probes) tallies() map[int64]tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[int64]tally{}
	for id, x := range p.of {
		if x.Calls > 0 {
			out[id] = x.tally
		}
	}
	return out
}

func (p *probes) remember(ts map[int64]tally) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, t := range ts {
		p.of[id] = &probe{tally: t}
	}
}

// listener keeps what came last of a leg's sound, in A-law.
type listener struct {
	mu  sync.Mutex
	got []byte
}

const listenerKeeps = 4 * g711.Rate

func (l *listener) hear(p *media.Packet) {
	if p.Digit || p.PT == media.ComfortNoise {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := p.Payload
	if p.Law != g711.ALaw {
		b = g711.Encode(g711.Decode(b, p.Law), g711.ALaw)
	}
	l.got = append(l.got, b...)
	if over := len(l.got) - listenerKeeps; over > 0 {
		l.got = slices.Delete(l.got, 0, over)
	}
}

func (l *listener) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.got = nil
}

// wait listens until what is wanted is heard.
func (l *listener) wait(ctx context.Context, leg *sip.Leg, wanted func([]byte) bool) bool {
	limit := time.NewTimer(probeHears)
	defer limit.Stop()
	t := time.NewTicker(200 * time.Millisecond)
	defer t.Stop()
	for {
		l.mu.Lock()
		b := slices.Clone(l.got)
		l.mu.Unlock()
		if wanted(b) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-leg.Done():
			return false
		case <-limit.C:
			return false
		case <-t.C:
		}
	}
}

// loud reports half a second of sound somewhere.
func loud(alaw []byte) bool {
	const half = g711.Rate / 2
	s := g711.Decode(alaw, g711.ALaw)
	for i := 0; i+half <= len(s); i += half / 4 {
		if tone.RMS(s[i:i+half]) > probeLoud {
			return true
		}
	}
	return false
}
