package engine

import (
	"sync"
	"time"

	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/sip"
	"d24/voip/tone"
)

// ear keeps what a phone hears.
type ear struct {
	mu  sync.Mutex
	got []byte
}

func (e *ear) heard(hz float64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return tone.Heard(e.got, hz)
}

// lasts is for how many seconds he has heard a tone.
func (e *ear) lasts(hz float64) float64 {
	e.mu.Lock()
	s := g711.Decode(e.got, g711.ALaw)
	e.mu.Unlock()
	const part = g711.Rate / 25
	n := 0
	for ; len(s) >= part; s = s[part:] {
		if tone.Level(s[:part], hz) > -25 {
			n++
		}
	}
	return float64(n*part) / g711.Rate
}

// without listens for long enough to know a tone and reports that other sound comes.
func (e *ear) without(hz float64) bool {
	e.forget()
	<-time.After(time.Second)
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.got) > g711.Rate/2 && !tone.Heard(e.got, hz)
}

func (e *ear) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.got = nil
}

// party makes a phone talk and listen.
func (w *world) party(leg *sip.Leg, hz float64) *ear {
	e := listening(leg)
	w.pacer.Start(leg.Media(), media.Tone(hz, time.Second), true)
	return e
}

func listening(leg *sip.Leg) *ear {
	e := &ear{}
	leg.Media().SetSink(func(p *media.Packet) {
		if !p.Digit {
			e.mu.Lock()
			defer e.mu.Unlock()
			if p.Law == g711.ALaw {
				e.got = append(e.got, p.Payload...)
			} else {
				e.got = append(e.got, g711.Encode(g711.Decode(p.Payload, p.Law), g711.ALaw)...)
			}
		}
	})
	return e
}
