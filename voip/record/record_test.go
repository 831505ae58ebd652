package record

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/tone"
	"d24/voip/wav"
)

// speaker is one side of a call.
type speaker struct {
	tap  func(*media.Packet)
	hz   float64
	ssrc uint32
	law  g711.Law
}

// talk lets them speak for d, packet by packet in time; a packet that is sent late
// has the stamp of its moment all the same.
func talk(d time.Duration, speakers ...speaker) {
	start := time.Now()
	for i := range int(d / media.FrameTime) {
		due := start.Add(time.Duration(i) * media.FrameTime)
		time.Sleep(time.Until(due))
		for _, s := range speakers {
			at, ts := time.Now(), uint32(due.UnixMilli())*8
			pcm := make([]int16, g711.Frame)
			for k := range pcm {
				pcm[k] = int16(8192 * math.Sin(2*math.Pi*s.hz*float64(ts%800000+uint32(k))/8000))
			}
			s.tap(&media.Packet{Law: s.law, TS: ts, SSRC: s.ssrc, At: at, Payload: g711.Encode(pcm, s.law)})
		}
	}
	time.Sleep(time.Until(start.Add(d)))
}

// level of hz in a stretch of a channel.
func level(ch []byte, from, to time.Duration, hz float64) float64 {
	return tone.Level(g711.Decode(ch[from*8/time.Millisecond:to*8/time.Millisecond], g711.ALaw), hz)
}

// TestBothSidesAreInTheirChannels is a call with a transfer, in virtual time: a
// minute long, so that the window moves.
func TestBothSidesAreInTheirChannels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	synctest.Test(t, func(t *testing.T) {
		r, err := New(path, func(err error) { t.Error(err) })
		require.NoError(t, err)
		rx, tx := r.Taps()
		talk(30*time.Second, speaker{rx, 700, 1, g711.ALaw}, speaker{tx, 440, 2, g711.MuLaw})
		talk(30*time.Second, speaker{rx, 700, 1, g711.ALaw}, speaker{tx, 900, 3, g711.ALaw})
		d, err := r.Close()
		require.NoError(t, err)
		require.Zero(t, r.Lost())
		require.Equal(t, time.Minute, d)
		_, err = r.Close()
		require.NoError(t, err)
	})
	l, rt, err := Channels(path)
	require.NoError(t, err)
	for i := range 60 {
		a, b := time.Duration(i)*time.Second, time.Duration(i+1)*time.Second
		require.InDelta(t, -12, level(l, a, b, 700), 0.5, i)
		require.Less(t, level(l, a, b, 440), -50.0)
		heard, other := 440.0, 900.0
		if i >= 30 {
			heard, other = other, heard
		}
		require.InDelta(t, -12, level(rt, a, b, heard), 0.5, i)
		require.Less(t, level(rt, a, b, other), -50.0)
	}
	d, err := Duration(path)
	require.NoError(t, err)
	require.Equal(t, time.Minute, d)
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close() //nolint:errcheck // only read
	left, right, long, err := Waveform(f, 100)
	require.Equal(t, d, long)
	require.NoError(t, err)
	for i := range 100 {
		require.InDelta(t, 25, left[i], 2)
		require.InDelta(t, 25, right[i], 2)
	}
	out, err := exec.Command("sox", path, "-n", "remix", "1", "stat").CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "Length (seconds):     60.000000")
	require.InDelta(t, 700, roughFrequency(t, string(out)), 15)
}

func roughFrequency(t *testing.T, stat string) float64 {
	t.Helper()
	_, s, ok := strings.Cut(stat, "Rough   frequency:")
	require.True(t, ok, stat)
	hz, err := strconv.ParseFloat(strings.TrimSpace(strings.SplitN(s, "\n", 2)[0]), 64)
	require.NoError(t, err)
	return hz
}

// TestSoundIsPlacedInTime: order, gaps and jumps of the source's clock.
func TestSoundIsPlacedInTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	synctest.Test(t, func(t *testing.T) {
		r, err := New(path, nil)
		require.NoError(t, err)
		rx, _ := r.Taps()
		put := func(ms int, ts uint32, mark byte) {
			p := make([]byte, 160)
			for i := range p {
				p[i] = mark
			}
			rx(&media.Packet{Law: g711.ALaw, TS: ts, SSRC: 1, At: r.start.Add(time.Duration(ms) * time.Millisecond), Payload: p})
		}
		put(0, 800, 1)
		put(45, 1120, 3) // overtook the one before
		put(46, 960, 2)
		put(65, 900_000, 4) // its clock jumped: the wall clock places it
		put(85, 900_160, 5)
		put(95, 800, 9) // and came back as late as nobody waits for
		_, err = r.Close()
		require.NoError(t, err)
	})
	l, _, err := Channels(path)
	require.NoError(t, err)
	var marks []byte
	for i := 80; i < len(l); i += 160 {
		marks = append(marks, l[i])
	}
	require.Equal(t, []byte{1, 2, 3, 4, 5, 9}, marks)
}

// TestAKilledRecordingIsRepaired is R13: the file is cut at random places.
func TestAKilledRecordingIsRepaired(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.wav")
	var alive []byte // the file as it was 12.3 s into the call
	synctest.Test(t, func(t *testing.T) {
		r, err := New(path, nil)
		require.NoError(t, err)
		rx, tx := r.Taps()
		talk(12300*time.Millisecond, speaker{rx, 700, 1, g711.ALaw}, speaker{tx, 440, 2, g711.ALaw})
		alive, err = os.ReadFile(path)
		require.NoError(t, err)
		_, _ = r.Close()
	})
	kept := time.Duration(len(alive)-wav.HeaderLen) * time.Second / 16000
	require.GreaterOrEqual(t, kept, 12300*time.Millisecond-time.Second, "at most 1 s is lost (R13)")
	for range 1000 {
		n := rand.IntN(len(alive) + 1)
		cut := filepath.Join(dir, "cut.wav")
		require.NoError(t, os.WriteFile(cut, alive[:n], 0o600))
		want := time.Duration(max(0, n-wav.HeaderLen)/2) * time.Second / 8000
		for range 2 {
			d, err := Repair(cut)
			require.NoError(t, err)
			require.Equal(t, want, d)
		}
		b, err := os.ReadFile(cut)
		require.NoError(t, err)
		_, declared, err := wav.Probe(b, wav.Upload) // the strict reader takes it
		require.NoError(t, err)
		require.InDelta(t, float64(want), float64(declared), 1000)
		l, r, err := Channels(cut)
		require.NoError(t, err)
		if want > time.Second {
			require.InDelta(t, -12, level(l, want-time.Second, want, 700), 0.7)
			require.InDelta(t, -12, level(r, want-time.Second, want, 440), 0.7)
		}
	}
	// even unrepaired it plays
	cut := filepath.Join(dir, "raw.wav")
	require.NoError(t, os.WriteFile(cut, alive, 0o600))
	out, err := exec.Command("sox", cut, "-n", "stat").CombinedOutput()
	require.NoError(t, err, string(out))
	require.NotContains(t, string(out), "WARN")
}

func TestRepairRefusesStrangers(t *testing.T) {
	dir := t.TempDir()
	_, err := Repair(filepath.Join(dir, "none.wav"))
	require.ErrorIs(t, err, os.ErrNotExist)
	for name, b := range map[string][]byte{
		"text": []byte("not a sound at all, but longer than any header of a sound could be"),
		"mono": wav.ALaw(make([]byte, 100), 1),
		"pcm":  wav.PCM16(make([]int16, 100), 8000),
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, b, 0o600))
		_, err := Repair(path)
		require.ErrorIs(t, err, ErrNotOurs, name)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, b, after)
		_, _, _, err = Waveform(bytes.NewReader(b), 10)
		require.ErrorIs(t, err, ErrNotOurs, name)
	}
}

// disk is a file whose writes may fail or stand still.
type disk struct {
	*os.File
	mu   sync.Mutex
	full bool
	gate chan struct{} // writes wait for it; nil: they do not
}

func (d *disk) set(full bool, gate chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full, d.gate = full, gate
}

var errFull = errors.New("no space left on device")

func (d *disk) WriteAt(b []byte, at int64) (int, error) {
	d.mu.Lock()
	full, gate := d.full, d.gate
	d.mu.Unlock()
	if gate != nil {
		<-gate
	}
	if full {
		return 0, errFull
	}
	return d.File.WriteAt(b, at)
}

func onDisk(t *testing.T) (*disk, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.wav")
	f, err := os.Create(path)
	require.NoError(t, err)
	return &disk{File: f}, path
}

// TestAFullDiskIsSaidOnce is F21 and R12: said once, and the line of time is kept
// when there is room again.
func TestAFullDiskIsSaidOnce(t *testing.T) {
	d, path := onDisk(t)
	synctest.Test(t, func(t *testing.T) {
		said, back := 0, 0
		r := start(d, Parts{}, func(err error) {
			if err == nil {
				back++
				return
			}
			said++
			require.ErrorIs(t, err, errFull)
		})
		rx, _ := r.Taps()
		for i := range 30 {
			d.set(i >= 10 && i < 20, nil)
			talk(time.Second, speaker{rx, 700, 1, g711.ALaw})
		}
		length, err := r.Close()
		require.ErrorIs(t, err, errFull)
		require.Equal(t, 30*time.Second, length)
		require.Equal(t, 1, said)
		require.Equal(t, 1, back, "and that it goes on")
	})
	l, _, err := Channels(path)
	require.NoError(t, err)
	require.InDelta(t, -12, level(l, 8*time.Second, 9*time.Second, 700), 0.5)
	require.Less(t, level(l, 12*time.Second, 18*time.Second, 700), -90.0)
	require.InDelta(t, -12, level(l, 28*time.Second, 29*time.Second, 700), 0.5)
}

// TestASlowDiskLosesNothing: 8 s of standstill fit into memory, and no tap waits.
func TestASlowDiskLosesNothing(t *testing.T) {
	d, path := onDisk(t)
	synctest.Test(t, func(t *testing.T) {
		r := start(d, Parts{}, func(err error) { t.Error(err) })
		rx, tx := r.Taps()
		var gate chan struct{}
		for i := range 30 {
			switch i {
			case 5:
				gate = make(chan struct{})
				d.set(false, gate)
			case 13:
				d.set(false, nil)
				close(gate)
			}
			before := time.Now()
			talk(time.Second, speaker{rx, 700, 1, g711.ALaw}, speaker{tx, 440, 2, g711.ALaw})
			require.Equal(t, time.Second, time.Since(before), "a tap waited")
		}
		require.Len(t, r.win[0], window, "memory is given back")
		_, err := r.Close()
		require.NoError(t, err)
		require.Zero(t, r.Lost())
	})
	l, rt, err := Channels(path)
	require.NoError(t, err)
	for i := range 30 {
		a, b := time.Duration(i)*time.Second, time.Duration(i+1)*time.Second
		require.InDelta(t, -12, level(l, a, b, 700), 0.5, i)
		require.InDelta(t, -12, level(rt, a, b, 440), 0.5, i)
	}
}

func TestNoGoroutineIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for i := range 20 {
		r, err := New(filepath.Join(t.TempDir(), strconv.Itoa(i)), nil)
		require.NoError(t, err)
		d, err := r.Close()
		require.NoError(t, err)
		require.Zero(t, d)
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(2 * time.Millisecond) {
		require.True(t, time.Now().Before(deadline))
	}
}

func TestAnExistingFileIsNotOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	require.NoError(t, os.WriteFile(path, []byte("kept"), 0o600))
	_, err := New(path, nil)
	require.ErrorIs(t, err, os.ErrExist)
}

func BenchmarkTap(b *testing.B) {
	r, err := New(filepath.Join(b.TempDir(), "a.wav"), nil)
	require.NoError(b, err)
	rx, _ := r.Taps()
	p := &media.Packet{Law: g711.ALaw, SSRC: 1, Payload: make([]byte, 160)}
	b.ReportAllocs()
	for b.Loop() {
		p.At = time.Now()
		rx(p)
	}
	_, _ = r.Close()
}

// TestKillNine is R13 itself: a process that records is killed, its file is
// repaired and played.
func TestKillNine(t *testing.T) {
	if path := os.Getenv("D24_RECORD_UNTIL_KILLED"); path != "" {
		recordUntilKilled(path)
	}
	path := filepath.Join(t.TempDir(), "a.wav")
	ms := killedAfter(t, "TestKillNine", "D24_RECORD_UNTIL_KILLED="+path, 2300)
	d, err := Repair(path)
	require.NoError(t, err)
	require.GreaterOrEqual(t, d, time.Duration(ms)*time.Millisecond-time.Second)
	l, r, err := Channels(path)
	require.NoError(t, err)
	require.InDelta(t, -12, level(l, 0, d, 700), 0.7)
	require.InDelta(t, -12, level(r, 0, d, 440), 0.7)
}

// killedAfter runs a test of this program as a process that records, and kills it when it has
// said that so many milliseconds are spoken. It returns how many were.
func killedAfter(t *testing.T, test, env string, until int) (ms int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$") //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), env)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	for said := bufio.NewScanner(out); ms < until && said.Scan(); {
		ms, err = strconv.Atoi(said.Text())
		require.NoError(t, err)
	}
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	return ms
}

func recordUntilKilled(path string) {
	r, err := New(path, nil)
	if err != nil {
		panic(err)
	}
	speakUntilKilled(r)
}

func speakUntilKilled(r *Recorder) {
	rx, tx := r.Taps()
	ms := 0
	clock := func(*media.Packet) { ms += 20; fmt.Println(ms) }
	talk(time.Minute, speaker{rx, 700, 1, g711.ALaw}, speaker{tx, 440, 2, g711.ALaw}, speaker{tap: clock})
}
