// Package record writes calls to stereo A-law WAV files that are playable at any
// moment, also after kill -9 (R13): left is what the peer said, right what he
// heard.
package record

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/wav"
)

const (
	perMilli = g711.Rate / 1000
	// window is what is held for each channel as a rule; while the disk stands
	// still it grows up to limit, then sound is lost, never the call (F21).
	window     = 3 * g711.Rate / 2
	limit      = 10 * g711.Rate
	flushEvery = 500 * time.Millisecond
	// the newest sound may still be overtaken by packets that were sent before it
	keepOpen = 200 * time.Millisecond
	// samples (200 ms) of difference to the wall clock that move a source
	anchor = 1600
)

// file is what a recording is written to.
type file interface {
	io.WriterAt
	Sync() error
	Close() error
}

// Recorder writes one call. Its taps only copy samples; the disk is touched by a
// goroutine of its own.
type Recorder struct {
	f      file
	start  time.Time
	mu     sync.Mutex
	base   int // samples that have left the window
	top    int // samples heard beyond base
	win    [2][]byte
	source [2]source
	lost   int // packets that found no room
	failed error
	down   bool // nothing can be written now
	onFail func(error)
	parts  Parts
	n      int // the part that is written
	from   int // samples before it; of the writer alone
	cut    int // where it ends, counted from the beginning of all; 0: nowhere
	onDisk int // samples in its file; of the writer alone
	buf    []byte
	quit   chan struct{}
	gone   chan struct{}
	once   sync.Once
	shut   chan struct{} // the part before is closed; nil: there is none
}

// Parts divides a long recording into files that follow each other without a gap: the sample
// after the last one of a part is the first of the next. The zero value makes one file.
type Parts struct {
	After time.Duration      // how much sound a part holds
	Path  func(n int) string // of part n, from 2 on
	// Begun hears of every part but the first as soon as its file is there, and of when its
	// sound begins; Done that the file of a part that was followed by another is closed, with
	// the length of its sound and its first error. No call waits for either.
	Begun func(n int, at time.Time)
	Done  func(n int, length time.Duration, err error)
}

// source is the stream that feeds a channel.
type source struct {
	known bool
	ssrc  uint32
	ts    uint32
	pos   int
}

// New creates the file, which must not exist, with its header. onFail hears when
// writing begins to fail, and of nil when it succeeds again, on a goroutine that no
// call waits for; the recorder goes on trying, and what could not be written is
// silence. nil is allowed.
func New(path string, onFail func(error)) (*Recorder, error) {
	return InParts(path, Parts{}, onFail)
}

// InParts is New of a recording that is divided; path is the first part's.
func InParts(path string, parts Parts, onFail func(error)) (*Recorder, error) {
	f, err := create(path)
	if err != nil {
		return nil, err
	}
	return start(f, parts, onFail), nil
}

// create makes a file that holds no sound yet; of one that cannot be written nothing stays.
func create(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if _, err := f.WriteAt(wav.Header(channels, 0), 0); err != nil {
		_ = f.Close()
		_ = os.Remove(path) // it holds nothing: the next attempt may take the name
		return nil, fmt.Errorf("record: %w", err)
	}
	return f, nil
}

func start(f file, parts Parts, onFail func(error)) *Recorder {
	r := &Recorder{f: f, parts: parts, n: 1, cut: int(parts.After.Milliseconds()) * perMilli, start: time.Now(), onFail: onFail, quit: make(chan struct{}), gone: make(chan struct{})}
	for c := range r.win {
		r.win[c] = hushed(window)
	}
	go r.run()
	return r
}

func hushed(n int) []byte {
	b := make([]byte, n)
	hush(b)
	return b
}

func hush(b []byte) {
	for i := range b {
		b[i] = g711.Silence(g711.ALaw)
	}
}

// Taps are to be given to the port whose call is recorded (media.Port.SetTap).
// They never block on the disk.
func (r *Recorder) Taps() (rx, tx func(*media.Packet)) {
	return func(p *media.Packet) { r.put(0, p) }, func(p *media.Packet) { r.put(1, p) }
}

// put places a packet on the call's own line of time: by the source's timestamp,
// moved to the wall clock when the two are more than 200 ms apart.
func (r *Recorder) put(ch int, p *media.Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	wall := int(p.At.Sub(r.start).Milliseconds()) * perMilli
	s := &r.source[ch]
	pos := s.pos + int(int32(p.TS-s.ts)) //nolint:gosec // serial arithmetic
	if !s.known || s.ssrc != p.SSRC || pos-wall > anchor || wall-pos > anchor {
		pos = wall
		*s = source{known: true, ssrc: p.SSRC, ts: p.TS, pos: pos}
	}
	i := pos - r.base
	end := i + len(p.Payload)
	if i < 0 || end > limit {
		r.lost++ // the writer is far behind, or the packet is
		return
	}
	if end > len(r.win[ch]) {
		r.grow(end)
	}
	g711.Transcode(r.win[ch][i:], p.Payload, p.Law, g711.ALaw)
	r.top = max(r.top, end)
}

// grow makes room while the disk stands still.
func (r *Recorder) grow(to int) {
	to = min(limit, max(to, 2*len(r.win[0])))
	for c := range r.win {
		r.win[c] = append(r.win[c], hushed(to-len(r.win[c]))...)
	}
}

// Lost counts packets that were not recorded because the disk was too slow or
// they came far too late.
func (r *Recorder) Lost() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lost
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
			r.flush(int((time.Since(r.start) - keepOpen).Milliseconds()) * perMilli)
		}
	}
}

// flush writes everything up to sample number to.
func (r *Recorder) flush(to int) {
	for r.base < to { // only this goroutine moves base
		n := min(to-r.base, window)
		if r.cut > r.base {
			n = min(n, r.cut-r.base)
		}
		r.take(n)
		r.write()
		if r.cut > 0 && r.base >= r.cut {
			r.next()
		}
	}
}

// next goes on in the next part. While the disk takes no file, or not all of this part's
// sound, the recording stays in this one: the line of time must not shift.
func (r *Recorder) next() {
	if r.from+r.onDisk < r.base {
		return
	}
	f, err := create(r.parts.Path(r.n + 1))
	if err != nil {
		return
	}
	full, n, length, before, shut := r.f, r.n, r.length(), r.shut, make(chan struct{})
	r.mu.Lock()
	failed := r.failed
	r.failed, r.n = nil, n+1
	r.mu.Unlock()
	r.f, r.from, r.onDisk, r.shut = f, r.base, 0, shut
	r.cut = r.base + int(r.parts.After.Milliseconds())*perMilli
	r.parts.Begun(n+1, r.start.Add(time.Duration(r.base)*time.Second/g711.Rate))
	go func() { // the sound that comes meanwhile does not wait for the disk
		defer close(shut)
		if before != nil {
			<-before
		}
		r.parts.Done(n, length, errors.Join(failed, full.Sync(), full.Close()))
	}()
}

func (r *Recorder) length() time.Duration {
	return time.Duration(r.onDisk) * time.Second / g711.Rate
}

// Part is the number of the part that is written, from 1; after Close of the last.
func (r *Recorder) Part() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n
}

// take moves n samples of both channels from the window into buf.
func (r *Recorder) take(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.buf = r.buf[:0]
	for i := range n {
		r.buf = append(r.buf, r.win[0][i], r.win[1][i])
	}
	for c, w := range r.win {
		copy(w, w[n:])
		hush(w[len(w)-n:])
		if len(w) > window && r.top-n < window { // the disk has caught up
			r.win[c] = append(make([]byte, 0, window), w[:window]...)
		}
	}
	r.base += n
	r.top = max(0, r.top-n)
}

// write puts buf behind what is on the disk, then says so in the header, so that
// the file is whole after every step. What an earlier failure left out becomes
// silence: the line of time must not shift.
func (r *Recorder) write() {
	n := len(r.buf) / channels
	for gap := r.base - n - r.from - r.onDisk; gap > 0; gap = r.base - n - r.from - r.onDisk {
		if !r.append(hushed(channels * min(gap, limit))) {
			return
		}
	}
	r.append(r.buf)
}

func (r *Recorder) append(b []byte) bool {
	at := int64(wav.HeaderLen + channels*r.onDisk)
	if _, err := r.f.WriteAt(b, at); err != nil {
		r.fail(err)
		return false
	}
	r.onDisk += len(b) / channels
	if _, err := r.f.WriteAt(wav.Header(channels, uint32(channels*r.onDisk)), 0); err != nil { //nolint:gosec // hours fit
		r.fail(err)
		return false
	}
	r.mu.Lock()
	was := r.down
	r.down = false
	r.mu.Unlock()
	if was && r.onFail != nil {
		r.onFail(nil)
	}
	return true
}

func (r *Recorder) fail(err error) {
	r.mu.Lock()
	begins := !r.down
	r.down = true
	if r.failed == nil {
		r.failed = fmt.Errorf("record: %w", err)
	}
	r.mu.Unlock()
	if begins && r.onFail != nil {
		r.onFail(err)
	}
}

// Close writes the rest and closes the file. It waits for the disk: do not call
// it where a call would wait too. It returns the length of the last part's sound and
// its first error. Safe to call twice.
func (r *Recorder) Close() (time.Duration, error) {
	r.once.Do(func() {
		close(r.quit)
		<-r.gone
		r.mu.Lock()
		end := r.base + r.top
		r.mu.Unlock()
		r.cut = 0 // what is left begins no part
		r.flush(end)
		if err := r.f.Sync(); err != nil {
			r.fail(err)
		}
		if err := r.f.Close(); err != nil {
			r.fail(err)
		}
		if r.shut != nil {
			<-r.shut
		}
	})
	return r.length(), r.failed
}
