package city

import (
	"sync"

	"d24/voip/g711"
	"d24/voip/media"
)

// mouth speaks into a call. The pacer plays silence through it, and each frame
// of silence is replaced by what waits to be said: a telephone sends sound all
// the time, and what comes from a microphone in lumps leaves at an even pace.
type mouth struct {
	media.Port
	mu    sync.Mutex
	queue []saying
	live  [][]byte // frames of a microphone
	loop  []byte   // spoken when there is nothing else
	pos   int
	begun bool // a microphone's buffer has filled up once
}

type saying struct {
	sound []byte // A-law, whole frames
	done  chan struct{}
}

// the microphone's frames wait until there are a few, and are cut when too many
// have come: a page that slept must not lag for ever.
const (
	liveStart = 3
	liveMost  = 25
)

// Closed ends the pacer's play when the call has ended.
func (m *mouth) Closed() bool {
	c, ok := m.Port.(interface{ Closed() bool })
	return ok && c.Closed()
}

// Play sends the next frame instead of the silence it is given.
func (m *mouth) Play(silence []byte) {
	frame := m.next()
	if frame == nil {
		m.Port.Play(silence)
		return
	}
	if law := m.Law(); law != g711.ALaw {
		frame = g711.Transcode(make([]byte, len(frame)), frame, g711.ALaw, law)
	}
	m.Port.Play(frame)
}

func (m *mouth) next() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.live) > 0 && (m.begun || len(m.live) >= liveStart) {
		m.begun = true
		f := m.live[0]
		m.live = m.live[1:]
		return f
	}
	m.begun = false
	if len(m.queue) > 0 {
		s := &m.queue[0]
		f := s.sound[:g711.Frame]
		if s.sound = s.sound[g711.Frame:]; len(s.sound) == 0 {
			close(s.done)
			m.queue = m.queue[1:]
		}
		return f
	}
	if len(m.loop) > 0 {
		f := m.loop[m.pos : m.pos+g711.Frame]
		m.pos = (m.pos + g711.Frame) % len(m.loop)
		return f
	}
	return nil
}

// say queues a sound; done closes when it has been said.
func (m *mouth) say(p *media.Prompt) (done <-chan struct{}) {
	s := saying{sound: p.ALaw(), done: make(chan struct{})}
	if len(s.sound) == 0 {
		close(s.done)
		return s.done
	}
	m.mu.Lock()
	m.queue = append(m.queue, s)
	m.mu.Unlock()
	return s.done
}

// hum speaks a sound again and again under everything else; nil stops it.
func (m *mouth) hum(p *media.Prompt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.loop, m.pos = nil, 0
	if p != nil {
		m.loop = p.ALaw()
	}
}

// speak queues frames of a microphone: A-law, any length.
func (m *mouth) speak(alaw []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for ; len(alaw) >= g711.Frame; alaw = alaw[g711.Frame:] {
		m.live = append(m.live, append([]byte(nil), alaw[:g711.Frame]...))
	}
	if over := len(m.live) - liveMost; over > 0 {
		m.live = m.live[over:]
	}
}
