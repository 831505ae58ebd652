package media

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/tone"
	"d24/voip/wav"
)

// ear is a port that remembers what it is told.
type ear struct {
	Listeners
	law    g711.Law
	at     []time.Duration // since start
	start  time.Time
	sound  []byte
	frames atomic.Int64
	hook   func() // called at each frame
	closed atomic.Bool
}

func newEar(l g711.Law) *ear { return &ear{law: l, start: time.Now()} }

func (e *ear) Play(f []byte) {
	e.at, e.sound = append(e.at, time.Since(e.start)), append(e.sound, f...)
	e.frames.Add(1)
	if e.hook != nil {
		e.hook()
	}
}
func (e *ear) Forward(p *Packet)             { e.Play(p.Payload) }
func (e *ear) Law() g711.Law                 { return e.law }
func (e *ear) SendDigit(byte, time.Duration) {}
func (e *ear) LastHeard() time.Time          { return time.Time{} }
func (e *ear) Close()                        { e.closed.Store(true) }
func (e *ear) Closed() bool                  { return e.closed.Load() }

func TestAPromptIsPlayedAtItsPaceOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pc := NewPacer()
		defer pc.Close()
		a, u := newEar(g711.ALaw), newEar(g711.MuLaw)
		p := Tone(440, time.Second)
		_, doneA := pc.Start(a, p, false)
		_, doneU := pc.Start(u, p, false)
		<-doneA
		<-doneU
		require.Equal(t, 1020*time.Millisecond, time.Since(a.start), "done when the last frame has been heard")
		require.Equal(t, p.ALaw(), a.sound)
		require.Equal(t, g711.Transcode(make([]byte, 8000), p.ALaw(), g711.ALaw, g711.MuLaw), u.sound)
		for i, at := range a.at {
			require.Equal(t, time.Duration(i+1)*FrameTime, at)
		}
		require.Zero(t, pc.Playing())
		require.Zero(t, pc.Late())
	})
}

func TestALoopGoesOnUntilStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pc := NewPacer()
		defer pc.Close()
		e := newEar(g711.ALaw)
		p := Tone(440, 100*time.Millisecond)
		stop, done := pc.Start(e, p, true)
		time.Sleep(time.Second + time.Millisecond)
		stop()
		stop()
		<-done
		n := e.frames.Load()
		require.EqualValues(t, 50, n)
		require.Equal(t, Concat(p, p, p, p, p, p, p, p, p, p).ALaw(), e.sound)
		time.Sleep(time.Second)
		require.Equal(t, n, e.frames.Load(), "no frame after stop")
		require.Zero(t, pc.Playing())
	})
}

// TestALatePacerCatchesUp: the machine stands still for a while, once a little
// and once too long.
func TestALatePacerCatchesUp(t *testing.T) {
	for _, c := range []struct {
		pause time.Duration
		want  int64 // frames in the second after the pause began
	}{{150 * time.Millisecond, 50}, {600 * time.Millisecond, 21}} {
		synctest.Test(t, func(t *testing.T) {
			pc := NewPacer()
			defer pc.Close()
			busy, e := newEar(g711.ALaw), newEar(g711.ALaw)
			paused := false
			busy.hook = func() {
				if !paused && time.Since(e.start) > time.Second {
					paused = true
					time.Sleep(c.pause)
				}
			}
			stop, _ := pc.Start(busy, Silence(10*time.Second), true)
			defer stop()
			stop2, _ := pc.Start(e, Silence(10*time.Second), true)
			defer stop2()
			time.Sleep(time.Second + 10*time.Millisecond)
			before := e.frames.Load()
			require.EqualValues(t, 50, before)
			time.Sleep(time.Second)
			require.Equal(t, c.want, e.frames.Load()-before)
			require.Positive(t, pc.Late())
		})
	}
}

func TestPromptsEndWithTheirPortAndPacer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pc := NewPacer()
		e, f := newEar(g711.ALaw), newEar(g711.ALaw)
		_, done := pc.Start(e, Silence(time.Second), true)
		_, done2 := pc.Start(f, Silence(time.Second), true)
		time.Sleep(100 * time.Millisecond)
		e.Close()
		<-done
		require.Less(t, time.Since(e.start), 200*time.Millisecond)
		pc.Close()
		pc.Close()
		<-done2
		stop, done3 := pc.Start(f, Silence(time.Second), true)
		<-done3
		stop()
		require.Zero(t, pc.Playing())
		_, done4 := pacer(t).Start(f, NewPrompt(nil), true)
		<-done4
	})
}

// pacer is a pacer that ends with the test.
func pacer(t *testing.T) *Pacer {
	pc := NewPacer()
	t.Cleanup(pc.Close)
	return pc
}

// TestAThousandCalls in real time: pace, cheap stops, nothing left.
func TestAThousandCalls(t *testing.T) {
	before := runtime.NumGoroutine()
	pc := NewPacer()
	p := Silence(time.Second)
	var stops []func()
	ears := make([]*ear, 1000)
	start := time.Now()
	for i := range ears {
		ears[i] = newEar(g711.ALaw)
		stop, _ := pc.Start(ears[i], p, true)
		stops = append(stops, stop)
	}
	for last := ears[len(ears)-1]; last.frames.Load() < 20; time.Sleep(FrameTime) {
		require.Less(t, time.Since(start), 20*time.Second)
	}
	due := time.Since(start) / FrameTime
	began := time.Now()
	for _, s := range stops {
		s()
	}
	require.Less(t, time.Since(began), time.Second)
	pc.Close()
	for _, e := range ears {
		require.GreaterOrEqual(t, e.frames.Load(), int64(19)) // nobody is left out
		require.LessOrEqual(t, e.frames.Load(), int64(due)+1) // and nobody is too fast
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

func TestJoinAndUndo(t *testing.T) {
	a, b := newEar(g711.ALaw), newEar(g711.ALaw)
	undo := Join(a, b)
	a.Heard(&Packet{PT: 8, Payload: []byte("hello")})
	b.Heard(&Packet{PT: 8, Payload: []byte("world")})
	require.Equal(t, "hello", string(b.sound))
	require.Equal(t, "world", string(a.sound))
	undo()
	a.Heard(&Packet{PT: 8, Payload: []byte("more")})
	require.Equal(t, "hello", string(b.sound))
}

func TestListenersHearWhatIsTheirs(t *testing.T) {
	var l Listeners
	rx, tx, sunk, keys := 0, 0, 0, ""
	l.Heard(&Packet{})
	l.Told(&Packet{})
	l.Press('1')
	l.SetSink(func(*Packet) { sunk++ })
	l.SetTap(func(*Packet) { rx++ }, func(*Packet) { tx++ })
	l.OnDigit(func(k byte) { keys += string(k) })
	require.True(t, l.Tapped())
	l.Heard(&Packet{PT: 8})
	l.Heard(&Packet{PT: 101, Digit: true})
	l.Heard(&Packet{PT: ComfortNoise})
	l.Told(&Packet{PT: 8})
	l.Press('2')
	require.Equal(t, []int{1, 1, 3}, []int{rx, tx, sunk})
	require.Equal(t, "2", keys)
	l.Silence()
	l.Heard(&Packet{PT: 8})
	require.Equal(t, 3, sunk)
	require.False(t, l.Tapped())
}

func TestPrompts(t *testing.T) {
	p := NewPrompt(make([]byte, 161))
	require.Equal(t, 40*time.Millisecond, p.Duration())
	require.Equal(t, g711.Silence(g711.ALaw), p.ALaw()[319])
	require.Equal(t, 60*time.Millisecond, Concat(p, Silence(FrameTime)).Duration())
	require.Zero(t, Concat().Duration())

	file := wav.PCM16(g711.Decode(Tone(700, time.Second).ALaw(), g711.ALaw), 8000)
	path := filepath.Join(t.TempDir(), "a.wav")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	loaded, err := LoadPromptFile(path)
	require.NoError(t, err)
	hz, _ := tone.Dominant(g711.Decode(loaded.ALaw(), g711.ALaw))
	require.InDelta(t, 700, hz, 1)
	_, err = LoadPromptFile(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = LoadPrompt([]byte("text"), wav.Upload)
	require.ErrorIs(t, err, wav.ErrNotWAV)
}

func TestTones(t *testing.T) {
	ring := Ringback()
	require.Equal(t, 5*time.Second, ring.Duration())
	pcm := g711.Decode(ring.ALaw(), g711.ALaw)
	require.InDelta(t, -12, tone.Level(pcm[:8000], 425), 0.3)
	require.Less(t, tone.RMS(pcm[8000:]), -65.0)
	require.Equal(t, 800*time.Millisecond, Busy().Duration())
	require.InDelta(t, -12, tone.Level(g711.Decode(Beep().ALaw(), g711.ALaw), 1000), 0.3)
}

// TestMusicIsEvenAndLoops: level, no clipping, no hole, and no step at the seam
// bigger than the music's own.
func TestMusicIsEvenAndLoops(t *testing.T) {
	m := Music()
	require.Same(t, m, Music())
	require.GreaterOrEqual(t, m.Duration(), 30*time.Second)
	pcm := g711.Decode(m.ALaw(), g711.ALaw)
	require.InDelta(t, -20, tone.RMS(pcm), 0.5)
	biggest := 0.0
	for i := 1; i < len(pcm); i++ {
		biggest = math.Max(biggest, math.Abs(float64(pcm[i])-float64(pcm[i-1])))
	}
	require.LessOrEqual(t, math.Abs(float64(pcm[0])-float64(pcm[len(pcm)-1])), biggest/4)
	for i := 0; i+8000 <= len(pcm); i += 4000 {
		require.InDelta(t, -20, tone.RMS(pcm[i:i+8000]), 5, "second %d", i/8000)
	}
	for _, v := range pcm {
		require.Less(t, math.Abs(float64(v)), 32000.0)
	}
	// over the seam it sounds as anywhere: no click, which would be all frequencies
	seam := append(append([]int16{}, pcm[len(pcm)-80:]...), pcm[:80]...)
	require.Less(t, tone.Level(seam, 3700), -48.0)
}
