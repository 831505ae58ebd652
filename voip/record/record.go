// Package record writes calls to stereo A-law WAV files that are playable at
// any moment, also after kill -9: left is what the peer said, right what he heard.
package record

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"time"

	"d24/voip/g711"
	"d24/voip/media"
)

const (
	window     = 3 * g711.Rate // room for reordering and switching of sources, samples
	flushEvery = 500 * time.Millisecond
	keepOpen   = 200 * time.Millisecond // the newest sound may still be overtaken
	anchor     = 1600                   // samples (200 ms) of difference to the wall clock that move a source
)

// Recorder writes one call. Its taps never block on the disk.
type Recorder struct {
	mu     sync.Mutex
	f      *os.File
	start  time.Time
	base   int // samples written
	top    int // samples heard beyond base
	win    [2][]byte
	source [2]source
	failed error
	onFail func(error)
	quit   chan struct{}
	gone   chan struct{}
	once   sync.Once
}

type source struct {
	known bool
	ssrc  uint32
	ts    uint32
	pos   int
}

// New creates the file. onFail hears once of a failed write (F21: the call goes on).
func New(path string, onFail func(error)) (*Recorder, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	// A length of "unknown" lets players read a growing file to its end.
	if _, err := f.Write(header(0xFFFFFFFF - headerLen)); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("record: %w", err)
	}
	r := &Recorder{f: f, start: time.Now(), onFail: onFail, quit: make(chan struct{}), gone: make(chan struct{})}
	for c := range r.win {
		r.win[c] = make([]byte, window)
		hush(r.win[c])
	}
	go r.run()
	return r, nil
}

func hush(b []byte) {
	for i := range b {
		b[i] = g711.ALaw.Silence()
	}
}

// Taps are to be given to the port whose call is recorded.
func (r *Recorder) Taps() (rx, tx func(*media.Packet)) {
	return func(p *media.Packet) { r.put(0, p) }, func(p *media.Packet) { r.put(1, p) }
}

// put places a packet on the call's own line of time: by the source's timestamp,
// moved to the wall clock when the two are more than 200 ms apart.
func (r *Recorder) put(ch int, p *media.Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	wall := int(p.At.Sub(r.start).Milliseconds()) * 8
	s := &r.source[ch]
	pos := s.pos + int(int32(p.TS-s.ts)) //nolint:gosec // serial arithmetic
	if !s.known || s.ssrc != p.SSRC || pos-wall > anchor || wall-pos > anchor {
		pos = wall
		*s = source{known: true, ssrc: p.SSRC, ts: p.TS, pos: pos}
	}
	i := pos - r.base
	if i < 0 || i+len(p.Payload) > window {
		return // the writer is seconds behind, or the packet is
	}
	g711.Transcode(r.win[ch][i:], p.Payload, p.Law, g711.ALaw)
	r.top = max(r.top, i+len(p.Payload))
}

func (r *Recorder) run() {
	defer close(r.gone)
	t := time.NewTicker(flushEvery)
	defer t.Stop()
	for {
		select {
		case <-r.quit:
			return
		case <-t.C:
			r.flush(int((time.Since(r.start)-keepOpen).Milliseconds())*8 - r.base)
		}
	}
}

// flush writes n samples and moves the window.
func (r *Recorder) flush(n int) {
	n = min(n, window)
	if n <= 0 {
		return
	}
	b := make([]byte, 2*n)
	r.mu.Lock()
	for i := range n {
		b[2*i], b[2*i+1] = r.win[0][i], r.win[1][i]
	}
	for c := range r.win {
		copy(r.win[c], r.win[c][n:])
		hush(r.win[c][window-n:])
	}
	r.base += n
	r.top = max(0, r.top-n)
	r.mu.Unlock()
	if _, err := r.f.Write(b); err != nil {
		r.fail(err)
	}
}

func (r *Recorder) fail(err error) {
	r.mu.Lock()
	first := r.failed == nil
	if first {
		r.failed = err
	}
	r.mu.Unlock()
	if first && r.onFail != nil {
		r.onFail(err)
	}
}

// Close writes the rest and the true length. It returns the length of the sound
// and the first error of the recording.
func (r *Recorder) Close() (time.Duration, error) {
	r.once.Do(func() {
		close(r.quit)
		<-r.gone
		r.mu.Lock()
		rest := r.top
		r.mu.Unlock()
		r.flush(rest)
		if _, err := r.f.WriteAt(header(uint32(2*r.base)), 0); err != nil { //nolint:gosec // hours fit
			r.fail(err)
		}
		if err := r.f.Close(); err != nil {
			r.fail(err)
		}
	})
	return time.Duration(r.base) * time.Second / g711.Rate, r.failed
}

const headerLen = 58

func header(data uint32) []byte {
	h := make([]byte, 0, headerLen)
	le := binary.LittleEndian
	h = append(h, "RIFF"...)
	h = le.AppendUint32(h, data+headerLen-8)
	h = append(h, "WAVEfmt "...)
	h = le.AppendUint32(h, 18)
	h = le.AppendUint16(h, 6) // A-law
	h = le.AppendUint16(h, 2)
	h = le.AppendUint32(h, g711.Rate)
	h = le.AppendUint32(h, 2*g711.Rate)
	h = le.AppendUint16(h, 2)
	h = le.AppendUint16(h, 8)
	h = le.AppendUint16(h, 0)
	h = append(h, "fact"...)
	h = le.AppendUint32(h, 4)
	h = le.AppendUint32(h, data/2)
	h = append(h, "data"...)
	return le.AppendUint32(h, data)
}
