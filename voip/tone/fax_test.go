package tone

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/media"
)

// cng is what a fax machine sends: a tone of these many milliseconds and its pause, three times.
func cng(hz, amp float64, on, off int) (out []int16) {
	for range 3 {
		out = append(out, sine(on*g711.Rate/1000, [2]float64{hz, amp})...)
		out = append(out, make([]int16, off*g711.Rate/1000)...)
	}
	return out
}

// noisy adds noise of so many dBFS.
func noisy(s []int16, level float64) []int16 {
	r := rand.New(rand.NewPCG(17, 17))
	amp := 32768 * math.Pow(10, level/20) / math.Sqrt2
	out := make([]int16, len(s))
	for i, v := range s {
		out[i] = int16(math.Max(-32768, math.Min(32767, float64(v)+amp*r.NormFloat64())))
	}
	return out
}

// heard feeds packets of 20 ms, but those that lost names; when the machine was known, -1 never.
func heard(s []int16, law g711.Law, lost func(n int) bool) time.Duration {
	var f Fax
	b := g711.Encode(s, law)
	const first = 4_294_960_000 // the timestamps wrap around
	for n := 0; (n+1)*g711.Frame <= len(b); n++ {
		if lost != nil && lost(n) {
			continue
		}
		if f.Hear(b[n*g711.Frame:][:g711.Frame], law, uint32(first+n*g711.Frame)) { //nolint:gosec // wraps
			return time.Duration(n+1) * 20 * time.Millisecond
		}
	}
	return -1
}

// TestAFaxIsKnownByItsSecondTone at the limits of T.30, through both laws, noise, loss and a
// gateway that sends nothing in the pauses.
func TestAFaxIsKnownByItsSecondTone(t *testing.T) { // F17
	t.Parallel()
	every := func(k int) func(int) bool { return func(n int) bool { return n%k == 3 } }
	usual := cng(1100, 0.1, 500, 3000)
	for name, tt := range map[string]struct {
		sound []int16
		law   g711.Law
		lost  func(int) bool
	}{
		"as it should be":    {sound: usual, law: g711.ALaw},
		"mu-law":             {sound: usual, law: g711.MuLaw},
		"low":                {sound: cng(1062, 0.1, 500, 3000), law: g711.ALaw},
		"high":               {sound: cng(1138, 0.1, 500, 3000), law: g711.ALaw},
		"short":              {sound: cng(1100, 0.1, 430, 2560), law: g711.ALaw},
		"long":               {sound: cng(1100, 0.1, 570, 3440), law: g711.ALaw},
		"faint":              {sound: cng(1100, 0.015, 500, 3000), law: g711.ALaw},
		"loud":               {sound: cng(1100, 0.9, 500, 3000), law: g711.ALaw},
		"in noise":           {sound: noisy(usual, -36), law: g711.ALaw},
		"one in 25 is lost":  {sound: usual, law: g711.ALaw, lost: every(25)},
		"pauses aren't sent": {sound: usual, law: g711.ALaw, lost: func(n int) bool { return n%175 > 26 }},
		"not of our making":  {sound: foreign(t, "fax-calls"), law: g711.ALaw},
		"after a greeting":   {sound: append(sine(8000, [2]float64{300, 0.2}), usual...), law: g711.ALaw},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := heard(tt.sound, tt.law, tt.lost)
			require.Positive(t, at, "it is a fax machine")
			require.Less(t, at, 5600*time.Millisecond, "and known by the second tone")
		})
	}
}

// TestNobodyElseIsAFax: speech, music, keys, a whistle, a busy tone, noise; and one tone alone.
func TestNobodyElseIsAFax(t *testing.T) { // F17
	t.Parallel()
	sounds := map[string][]int16{
		"noise":            noisy(make([]int16, 20*g711.Rate), -20),
		"a steady tone":    sine(20*g711.Rate, [2]float64{1100, 0.2}),
		"one tone alone":   append(cng(1100, 0.1, 500, 3000)[:4*g711.Rate-g711.Rate/2], make([]int16, 20*g711.Rate)...),
		"ringing":          cng(425, 0.1, 1000, 4000),
		"quick beeps":      append(cng(1100, 0.1, 500, 500), cng(1100, 0.1, 500, 500)...),
		"a beep of 1 kHz":  cng(1000, 0.1, 500, 3000),
		"beeps too long":   cng(1100, 0.1, 800, 2700),
		"seldom":           cng(1100, 0.1, 500, 5000),
		"a person between": between(cng(1100, 0.1, 500, 3000)),
	}
	var keys, scale []int16
	for _, row := range []float64{697, 770, 852, 941} {
		for _, col := range []float64{1209, 1336, 1477, 1633} {
			keys = append(append(keys, sine(g711.Rate/2, [2]float64{row, 0.15}, [2]float64{col, 0.2})...), make([]int16, 3*g711.Rate)...)
		}
	}
	for n := range 60 { // half a second each, C sharp of the third octave among them
		scale = append(scale, sine(g711.Rate/2, [2]float64{554.37 * math.Pow(2, float64(n%25)/12), 0.2})...)
	}
	sounds["keys"], sounds["a scale"] = keys, scale
	said, err := filepath.Glob("../speech/bank/*.al")
	require.NoError(t, err)
	require.NotEmpty(t, said)
	var speech []int16
	for _, name := range said {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		speech = append(append(speech, g711.Decode(b, g711.ALaw)...), make([]int16, g711.Rate)...)
	}
	require.Greater(t, len(speech), 30*g711.Rate)
	sounds["a fax that answers"] = foreign(t, "fax-answers") // CED and V.21, ADR 0010
	sounds["our music"] = g711.Decode(media.Music().ALaw(), g711.ALaw)
	sounds["speech"], sounds["speech on a street"] = speech, noisy(speech, -30)
	for name, s := range sounds {
		for _, law := range []g711.Law{g711.ALaw, g711.MuLaw} {
			require.Negative(t, heard(s, law, nil), name)
		}
	}
}

// foreign is what a fax machine sends whose tones we have not made; see testdata.
func foreign(t *testing.T, name string) []int16 {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".al")
	require.NoError(t, err)
	return g711.Decode(b, g711.ALaw)
}

// between puts a voice into the pauses.
func between(s []int16) []int16 {
	voice := sine(len(s), [2]float64{180, 0.1}, [2]float64{540, 0.1}, [2]float64{900, 0.05})
	for i := range s {
		if at := i % (g711.Rate * 7 / 2); at > g711.Rate && at < 3*g711.Rate {
			s[i] = voice[i]
		}
	}
	return s
}

// BenchmarkFax is one packet of speech: a caller costs fifty a second.
func BenchmarkFax(b *testing.B) {
	frame := g711.Encode(sine(g711.Frame, [2]float64{180, 0.1}, [2]float64{1100, 0.05}), g711.ALaw)
	var f Fax
	b.ReportAllocs()
	for n := range b.N {
		f.Hear(frame, g711.ALaw, uint32(n*g711.Frame)) //nolint:gosec // wraps
	}
}
