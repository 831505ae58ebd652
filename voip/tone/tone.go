// Package tone measures tones in sound (Goertzel): tests and the demo city hear
// with it who is speaking.
package tone

import (
	"math"

	"d24/voip/g711"
)

// Level is the strength of hz in samples, in dBFS: 0 is a full-scale sine,
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
