package media

import (
	"sync"
	"time"

	"d24/voip/g711"
)

// Party is one of several who talk together. Hears are the others he hears, by their
// place in the list.
type Party struct {
	Port  Port
	Hears []int
}

// Of each party so much is kept: a little against jitter, and no more, so that the talk
// does not fall behind.
const (
	mixAhead = 2 * g711.Frame
	mixMost  = 10 * g711.Frame
)

// voice is what a party has said and nobody was sent yet.
type voice struct {
	mu      sync.Mutex
	pcm     []int16
	flowing bool
}

func (v *voice) put(p *Packet) {
	if p.Digit || p.PT == ComfortNoise {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.pcm = append(v.pcm, g711.Decode(p.Payload, p.Law)...)
	if n := len(v.pcm); n > mixMost {
		v.pcm = append(v.pcm[:0], v.pcm[n-mixAhead:]...)
	}
	v.flowing = v.flowing || len(v.pcm) >= mixAhead
}

// take fills frame with the next 20 ms; false: silence.
func (v *voice) take(frame *[g711.Frame]int16) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.flowing || len(v.pcm) < g711.Frame {
		v.flowing = false // until a little has gathered again
		return false
	}
	copy(frame[:], v.pcm)
	v.pcm = append(v.pcm[:0], v.pcm[g711.Frame:]...)
	return true
}

// Mix lets parties talk together until undone: each is sent the sum of those he hears.
// As with Join, only the latest of a port may be undone; undoing twice is harmless.
func Mix(parties ...Party) (undo func()) {
	voices := make([]voice, len(parties))
	for n := range parties {
		parties[n].Port.SetSink(voices[n].put)
	}
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		mixing(parties, voices, quit)
	}()
	var once sync.Once
	return func() {
		once.Do(func() {
			close(quit)
			<-gone
			for _, p := range parties {
				p.Port.SetSink(nil)
			}
		})
	}
}

// mixing sends a frame to each at every tick; a late one is caught up.
func mixing(parties []Party, voices []voice, quit <-chan struct{}) {
	t := time.NewTicker(FrameTime)
	defer t.Stop()
	said := make([][g711.Frame]int16, len(parties))
	speaks := make([]bool, len(parties))
	start, sent := time.Now(), int64(0)
	for {
		select {
		case <-quit:
			return
		case <-t.C:
		}
		due := int64(time.Since(start) / FrameTime)
		for sent = max(sent, due-maxLate); sent < due; sent++ {
			for n := range voices {
				speaks[n] = voices[n].take(&said[n])
			}
			for _, p := range parties {
				p.Port.Play(g711.Encode(sum(p.Hears, said, speaks), p.Port.Law()))
			}
		}
	}
}

func sum(of []int, said [][g711.Frame]int16, speaks []bool) []int16 {
	out := make([]int16, g711.Frame)
	for _, n := range of {
		if !speaks[n] {
			continue
		}
		for i, v := range said[n] {
			out[i] = int16(min(max(int32(out[i])+int32(v), -32768), 32767))
		}
	}
	return out
}
