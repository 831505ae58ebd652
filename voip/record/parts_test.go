package record

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/wav"
)

// TestALongRecordingIsDividedWithoutASeam: the parts joined are, byte for byte, what one file
// would have been; the tone's phase goes on over every joint; each part plays alone.
func TestALongRecordingIsDividedWithoutASeam(t *testing.T) { // F19
	const part = 7*time.Second + 3*time.Millisecond // in the middle of a packet, of a flush and of a period
	dir := t.TempDir()
	path := func(n int) string { return filepath.Join(dir, fmt.Sprintf("a.%d.wav", n)) }
	whole := filepath.Join(dir, "whole.wav")
	begun, done := map[int]time.Duration{}, map[int]time.Duration{}
	last := 0
	synctest.Test(t, func(t *testing.T) {
		one, err := New(whole, nil)
		require.NoError(t, err)
		from := time.Now()
		many, err := InParts(path(1), Parts{
			After: part, Path: path,
			Begun: func(n int, at time.Time) { begun[n] = at.Sub(from) },
			Done:  func(n int, d time.Duration, err error) { require.NoError(t, err); done[n] = d },
		}, func(err error) { t.Error(err) })
		require.NoError(t, err)
		rx, tx := one.Taps()
		rx2, tx2 := many.Taps()
		talk(40*time.Second, speaker{rx, 700, 1, g711.ALaw}, speaker{tx, 440, 2, g711.ALaw}, speaker{rx2, 700, 1, g711.ALaw}, speaker{tx2, 440, 2, g711.ALaw})
		_, err = one.Close()
		require.NoError(t, err)
		d, err := many.Close()
		require.NoError(t, err)
		last = many.Part()
		done[last] = d
		require.Zero(t, many.Lost())
	})
	require.Equal(t, 6, last)
	var pieces []Piece
	for n := range last {
		f, err := os.Open(path(n + 1))
		require.NoError(t, err)
		defer f.Close() //nolint:errcheck // only read
		b, err := io.ReadAll(f)
		require.NoError(t, err)
		_, declared, err := wav.Probe(b, wav.Upload)
		require.NoError(t, err)
		require.Equal(t, done[n+1], declared)
		if n+1 < last {
			require.Equal(t, part, declared)
			require.Equal(t, time.Duration(n+1)*part, begun[n+2])
		}
		pieces = append(pieces, Piece{File: f})
	}
	j, err := Join(pieces...)
	require.NoError(t, err)
	got, err := io.ReadAll(j)
	require.NoError(t, err)
	want, err := os.ReadFile(whole)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "a sample is lost, doubled or moved")

	joined := filepath.Join(dir, "joined.wav")
	require.NoError(t, os.WriteFile(joined, got, 0o600))
	l, _, err := Channels(joined)
	require.NoError(t, err)
	for n := 1; n < last; n++ {
		at := int(part.Milliseconds()) * perMilli * n
		before, after := phase(l[at-800:at], 700, at-800), phase(l[at:at+800], 700, at)
		require.InDelta(t, 0, math.Remainder(after-before, 2*math.Pi), 0.02, "the tone jumps at joint %d", n)
	}
	left, _, d, err := Waveform(j, 40)
	require.NoError(t, err)
	require.Equal(t, 40*time.Second, d)
	for _, peak := range left {
		require.InDelta(t, 25, peak, 2)
	}
}

// phase of a tone in sound that begins at sample from.
func phase(b []byte, hz float64, from int) float64 {
	var re, im float64
	for i, s := range g711.Decode(b, g711.ALaw) {
		a := 2 * math.Pi * hz * float64(from+i) / g711.Rate
		re, im = re+float64(s)*math.Cos(a), im-float64(s)*math.Sin(a)
	}
	return math.Atan2(im, re)
}

// TestAPartThatCannotBeginIsNone: the recording goes on in the part that is open, and divides
// when the disk takes a file again; a part that is lost is silence, the rest stays in its place.
func TestAPartThatCannotBeginIsNone(t *testing.T) { // F19
	dir := t.TempDir()
	path := func(n int) string { return filepath.Join(dir, "sub", fmt.Sprintf("a.%d.wav", n)) }
	first := filepath.Join(dir, "a.wav")
	var d2 time.Duration
	done := map[int]time.Duration{}
	synctest.Test(t, func(t *testing.T) {
		r, err := InParts(first, Parts{
			After: 5 * time.Second, Path: path, Begun: func(int, time.Time) {},
			Done: func(n int, d time.Duration, err error) { require.NoError(t, err); done[n] = d },
		}, nil)
		require.NoError(t, err)
		rx, _ := r.Taps()
		talk(8*time.Second, speaker{rx, 700, 1, g711.ALaw})
		require.Equal(t, 1, r.Part())
		require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o750))
		talk(4*time.Second, speaker{rx, 700, 1, g711.ALaw})
		require.Equal(t, 2, r.Part())
		d2, err = r.Close()
		require.NoError(t, err)
	})
	require.InDelta(t, 8, done[1].Seconds(), 1)
	require.InDelta(t, 12, (done[1] + d2).Seconds(), 0.3)
	f, err := os.Open(path(2))
	require.NoError(t, err)
	defer f.Close() //nolint:errcheck // only read
	j, err := Join(Piece{Length: done[1]}, Piece{File: f})
	require.NoError(t, err)
	left, _, d, err := Waveform(j, 12)
	require.NoError(t, err)
	require.Equal(t, done[1]+d2, d)
	require.Zero(t, left[0])
	require.InDelta(t, 25, left[11], 2)
}

// TestKillNineBetweenParts: a process that records in parts is killed in the third or a later one.
// What is closed is whole without repair, the last is repaired, and the parts joined are the talk
// but for a second at most, with no hole at a joint.
func TestKillNineBetweenParts(t *testing.T) { // F19, R13
	const part = 1100 * time.Millisecond
	if dir := os.Getenv("D24_RECORD_PARTS_UNTIL_KILLED"); dir != "" {
		r, err := InParts(partIn(dir, 1), Parts{After: part, Path: func(n int) string { return partIn(dir, n) }, Begun: func(int, time.Time) {}, Done: func(int, time.Duration, error) {}}, nil)
		if err != nil {
			panic(err)
		}
		speakUntilKilled(r)
	}
	for _, until := range []int{3000, 3700, 4500} { // the third, the fourth, and one that has just begun
		t.Run(fmt.Sprint(until), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			ms := killedAfter(t, "TestKillNineBetweenParts", "D24_RECORD_PARTS_UNTIL_KILLED="+dir, until)
			all, err := filepath.Glob(filepath.Join(dir, "*.wav"))
			require.NoError(t, err)
			require.GreaterOrEqual(t, len(all), 2)
			var pieces []Piece
			for n := range all {
				if n+1 < len(all) {
					b, err := os.ReadFile(partIn(dir, n+1))
					require.NoError(t, err)
					_, declared, err := wav.Probe(b, wav.Upload)
					require.NoError(t, err)
					require.Equal(t, part, declared, "part %d was closed", n+1)
				}
				d, err := Repair(partIn(dir, n+1))
				require.NoError(t, err)
				require.LessOrEqual(t, d, part)
				f, err := os.Open(partIn(dir, n+1))
				require.NoError(t, err)
				defer f.Close() //nolint:errcheck // only read
				pieces = append(pieces, Piece{File: f})
			}
			j, err := Join(pieces...)
			require.NoError(t, err)
			b, err := io.ReadAll(j)
			require.NoError(t, err)
			joined := filepath.Join(dir, "joined")
			require.NoError(t, os.WriteFile(joined, b, 0o600))
			l, r, err := Channels(joined)
			require.NoError(t, err)
			whole := time.Duration(len(l)) * time.Second / g711.Rate
			require.GreaterOrEqual(t, whole, time.Duration(ms)*time.Millisecond-time.Second)
			for at := 100 * time.Millisecond; at+100*time.Millisecond < whole; at += 100 * time.Millisecond {
				require.InDelta(t, -12, level(l, at, at+100*time.Millisecond, 700), 1, "at %s of %s", at, whole)
				require.InDelta(t, -12, level(r, at, at+100*time.Millisecond, 440), 1, "at %s of %s", at, whole)
			}
		})
	}
}

func partIn(dir string, n int) string { return filepath.Join(dir, fmt.Sprintf("a.%d.wav", n)) }
