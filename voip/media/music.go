package media

import (
	"math"
	"sync"

	"d24/voip/g711"
)

// Music is a soft pattern of chords to wait by, made by us, so that nobody's
// rights are touched: 38.4 s at -20 dBFS that loop without a click. It is made
// at the first call (about 0.1 s) and kept.
var Music = sync.OnceValue(func() *Prompt {
	sound := echo(play(), []tap{{0.23, 0.35}, {0.37, 0.28}, {0.61, 0.2}, {0.93, 0.14}})
	return NewPrompt(g711.Encode(level(sound, -20), g711.ALaw))
})

// chords of the pattern: a bass note, then four of a broken chord (MIDI numbers).
// C – Am – F – G, then C – Em – F – G: plain, bright, unhurried.
var chords = [][5]int{
	{48, 60, 64, 67, 72},
	{45, 57, 64, 69, 72},
	{41, 60, 65, 69, 72},
	{43, 59, 62, 67, 74},
	{48, 64, 67, 72, 76},
	{40, 59, 64, 67, 71},
	{41, 57, 65, 69, 77},
	{43, 59, 65, 67, 71},
}

const (
	beat  = 0.6 // seconds of one note
	notes = 8   // of one chord: up and down again
)

// play sounds the notes into a ring: what rings on at the end is heard at the start.
func play() []float64 {
	order := [notes]int{1, 2, 3, 4, 3, 2, 3, 2}
	ring := make([]float64, int(float64(len(chords)*notes)*beat*g711.Rate))
	for c, chord := range chords {
		at := float64(c*notes) * beat
		pluck(ring, at, chord[0], 0.8, 4.5)
		for i, n := range order {
			soft := 0.55
			if i%4 == 0 {
				soft = 0.75
			}
			pluck(ring, at+float64(i)*beat, chord[n], soft, 1.6)
		}
	}
	return ring
}

// pluck adds one note with three overtones that fade faster the higher they are,
// as of a felt hammer; what a telephone cannot carry is left out.
func pluck(ring []float64, at float64, midi int, loud, ringsFor float64) {
	hz := 440 * math.Pow(2, float64(midi-69)/12)
	from, n := int(at*g711.Rate), int(ringsFor*g711.Rate)
	for i := range n {
		t := float64(i) / g711.Rate
		fade := math.Min(1, t/0.012) * math.Exp(-3*t/ringsFor) * math.Min(1, (ringsFor-t)/0.05)
		v := 0.0
		for h, a := range [...]float64{1, 0.42, 0.16, 0.06} {
			v += a * math.Exp(-1.2*float64(h)*t) * math.Sin(2*math.Pi*hz*float64(h+1)*t)
		}
		ring[(from+i)%len(ring)] += loud * fade * v
	}
}

type tap struct{ after, gain float64 }

// echo adds a little room, round the ring.
func echo(dry []float64, taps []tap) []float64 {
	wet := append([]float64(nil), dry...)
	for _, t := range taps {
		d := int(t.after * g711.Rate)
		for i, v := range dry {
			wet[(i+d)%len(wet)] += t.gain * v
		}
	}
	return wet
}

// level scales to an RMS of dBFS (0 is that of a full-scale sine) and quantises.
func level(x []float64, dBFS float64) []int16 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	g := math.Pow(10, dBFS/20) / math.Sqrt(2*sum/float64(len(x)))
	out := make([]int16, len(x))
	for i, v := range x {
		out[i] = int16(32767 * math.Max(-1, math.Min(1, g*v)))
	}
	return out
}
