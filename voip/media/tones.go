package media

import (
	"math"
	"time"

	"d24/voip/g711"
)

// Tone is a sine of hz at -12 dBFS.
func Tone(hz float64, d time.Duration) *Prompt {
	return synth(d, func(t float64) float64 { return 0.25 * math.Sin(2*math.Pi*hz*t) })
}

// Silence plays nothing for d.
func Silence(d time.Duration) *Prompt {
	return synth(d, func(float64) float64 { return 0 })
}

// Ringback is what a caller hears while a phone rings: 425 Hz, 1 s on, 4 s off.
func Ringback() *Prompt { return Concat(Tone(425, time.Second), Silence(4*time.Second)) }

// Music is a soft, plain pattern of chords to wait by; it loops without a click.
func Music() *Prompt {
	chords := [][]float64{{220, 261.63, 329.63}, {174.61, 220, 261.63}, {196, 246.94, 293.66}, {164.81, 207.65, 246.94}}
	const each = 2.4 // seconds
	total := time.Duration(each * float64(len(chords)) * float64(time.Second))
	return synth(total, func(t float64) float64 {
		n := int(t/each) % len(chords)
		in := math.Mod(t, each)
		v := 0.0
		for i, hz := range chords[n] {
			at := in - 0.3*float64(i) // the notes come one by one and fade
			if at < 0 {
				continue
			}
			swell := math.Min(1, at/0.04) * math.Exp(-1.1*at) * math.Min(1, (each-in)/0.08)
			v += swell * (math.Sin(2*math.Pi*hz*2*at) + 0.3*math.Sin(2*math.Pi*hz*4*at))
		}
		return 0.08 * v
	})
}

func synth(d time.Duration, f func(t float64) float64) *Prompt {
	n := int(d * g711.Rate / time.Second)
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(32767 * f(float64(i)/g711.Rate))
	}
	return NewPrompt(g711.Encode(pcm, g711.ALaw))
}
