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

// Ringback is what a caller hears while a phone rings: 425 Hz, 1 s on, 4 s off
// (the Russian network's tone). It loops.
func Ringback() *Prompt { return Concat(Tone(425, time.Second), Silence(4*time.Second)) }

// Busy is 425 Hz, 0.4 s on, 0.4 s off. It loops.
func Busy() *Prompt { return Concat(Tone(425, 400*time.Millisecond), Silence(400*time.Millisecond)) }

// Beep asks the caller to speak: 0.3 s of 1000 Hz.
func Beep() *Prompt { return Tone(1000, 300*time.Millisecond) }

func synth(d time.Duration, f func(t float64) float64) *Prompt {
	n := int(d * g711.Rate / time.Second)
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(math.Round(32767 * f(float64(i)/g711.Rate)))
	}
	return NewPrompt(g711.Encode(pcm, g711.ALaw))
}
