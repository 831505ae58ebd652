// Package tone measures tones in sound (Goertzel): tests and the demo city hear
// with it who is speaking.
package tone

import (
	"math"

	"d24/voip/g711"
)

// Level is the strength of hz in 8 kHz samples, in dBFS: 0 is a full-scale sine;
// -100 or less is nothing.
func Level(samples []int16, hz float64) float64 {
	if len(samples) == 0 {
		return -120
	}
	w := 2 * math.Pi * hz / g711.Rate
	c := 2 * math.Cos(w)
	var s1, s2 float64
	for _, v := range samples {
		s := float64(v)/32768 + c*s1 - s2
		s2, s1 = s1, s
	}
	power := s1*s1 + s2*s2 - c*s1*s2
	amp := 2 * math.Sqrt(math.Max(power, 0)) / float64(len(samples))
	return 20 * math.Log10(amp+1e-6)
}

// RMS is the strength of everything in samples, in dBFS of a full-scale sine.
func RMS(samples []int16) float64 {
	if len(samples) == 0 {
		return -120
	}
	sum := 0.0
	for _, v := range samples {
		x := float64(v) / 32768
		sum += x * x
	}
	return 20 * math.Log10(math.Sqrt(2*sum/float64(len(samples)))+1e-6)
}

// Dominant finds the strongest tone between 60 and 3,900 Hz, to about 1 Hz when
// there is a half second to look at, and its level in dBFS. Only the first
// second is looked at. Silence gives 0 Hz and -120.
func Dominant(samples []int16) (hz, level float64) {
	samples = samples[:min(len(samples), g711.Rate)]
	if RMS(samples) < -80 {
		return 0, -120
	}
	short := samples[:min(len(samples), coarse)]
	lobe := g711.Rate / float64(len(short)) // a tone is seen that far to each side
	best, _ := strongest(short, 60, 3900, lobe/2)
	whole := g711.Rate / float64(len(samples))
	best, _ = strongest(samples, best-lobe, best+lobe, whole/2)
	return strongest(samples, best-whole/2, best+whole/2, 0.1)
}

// coarse is how many samples the first look takes: 10 Hz are enough for it.
const coarse = 800

func strongest(samples []int16, from, to, step float64) (hz, level float64) {
	level = math.Inf(-1)
	for f := from; f <= to; f += step {
		if l := Level(samples, f); l > level {
			hz, level = f, l
		}
	}
	return hz, level
}

// Heard reports whether hz stands out in at least a half second of A-law sound
// somewhere: louder than -35 dBFS there.
func Heard(alaw []byte, hz float64) bool {
	const half = g711.Rate / 2
	s := g711.Decode(alaw, g711.ALaw)
	for i := 0; i+half <= len(s); i += half / 4 {
		if Level(s[i:i+half], hz) > -35 {
			return true
		}
	}
	return false
}
