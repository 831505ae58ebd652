package tone

import (
	"math"

	"d24/voip/g711"
)

// Fax hears the tone by which a fax machine calls (CNG, ITU-T T.30): 1,100 Hz for half a
// second, three seconds of quiet, again. It is sure of it at the second tone: neither a voice
// nor music nor a key does that. The zero value is ready; one goroutine feeds it.
//
// The tone of 2,100 Hz is not looked for: it is that of a machine which answers, and a kettle
// whistles as long.
type Fax struct {
	next  uint32 // the timestamp that comes next
	any   bool
	on    int     // windows the tone has lasted
	off   int     // windows since it ended; 0: it lasts, or there was none
	power float64 // of the tone, mean of a sample squared
	loud  int     // windows of other sound since
	one   bool    // a first tone of the right length was heard
}

// All times are counted in windows of 10 ms. T.30 allows 15 %; the edges of the tone fall into
// windows of their own.
const (
	faxHz     = 1100.0
	window    = g711.Rate / 100
	onLeast   = 40
	onMost    = 60
	offLeast  = 255
	offMost   = 350
	offLoud   = 5         // of the quiet may be noise: clicks
	faxGate   = 330 * 330 // -40 dBFS: below nothing is measured
	faxPurity = 0.5       // of the power lies in the tone, 38 Hz beside it still
	faxQuiet  = 1.0 / 16  // 12 dB below the tone is quiet: noise, what comes back of our music
)

var faxTurn = 2 * math.Cos(2*math.Pi*faxHz/g711.Rate)

// linear are the samples of A-law and mu-law bytes.
var linear = func() (all [2][256]float64) {
	for b := range 256 {
		one := []byte{byte(b)}
		all[0][b], all[1][b] = float64(g711.Decode(one, g711.ALaw)[0]), float64(g711.Decode(one, g711.MuLaw)[0])
	}
	return all
}()

// Hear takes a packet's sound and its RTP timestamp; true: a fax machine calls.
func (f *Fax) Hear(sound []byte, law g711.Law, ts uint32) (is bool) {
	if gap := int32(ts - f.next); f.any && gap >= window { //nolint:gosec // serial arithmetic
		f.missed(int(gap) / window)
	}
	f.any, f.next = true, ts+uint32(len(sound)) //nolint:gosec // a packet
	for ; len(sound) >= window; sound = sound[window:] {
		power, isTone := measure(sound[:window], law)
		is = f.step(power, isTone) || is
	}
	return is
}

// missed are windows of which nothing came: lost in the tone, in the quiet not sent.
func (f *Fax) missed(n int) {
	for range min(n, offMost+1) {
		f.step(0, f.on > 0 && f.off == 0 && n < onLeast/4)
	}
}

// measure is the mean power of a window, and whether most of it is the tone.
func measure(sound []byte, law g711.Law) (power float64, isTone bool) {
	samples := &linear[0]
	if law == g711.MuLaw {
		samples = &linear[1]
	}
	for _, b := range sound {
		power += samples[b] * samples[b]
	}
	if power < faxGate/2*window {
		return power / window, false
	}
	var s1, s2 float64
	for _, b := range sound {
		s2, s1 = s1, samples[b]-s2+faxTurn*s1
	}
	return power / window, 2*(s1*s1+s2*s2-faxTurn*s1*s2) > faxPurity*window*power
}

func (f *Fax) step(power float64, isTone bool) bool {
	switch {
	case isTone && f.off == 0:
		if power > 0 {
			f.power += (power - f.power) / float64(f.on+1)
		}
		f.on++
		return false
	case isTone:
		right := f.on >= onLeast && f.on <= onMost && f.off >= offLeast && f.off <= offMost && f.loud <= offLoud
		f.one = right
		f.on, f.off, f.loud, f.power = 1, 0, 0, power
		return false
	case f.on == 0:
		return false
	case f.off == 0 && f.one && f.on >= onLeast && f.on <= onMost:
		*f = Fax{next: f.next, any: f.any}
		return true
	}
	f.one = false
	f.off++
	if power > f.power*faxQuiet && f.off > 1 { // the first holds the tone's end
		f.loud++
	}
	if f.off > offMost || f.on < onLeast || f.on > onMost || f.loud > offLoud {
		f.on, f.off, f.loud, f.power = 0, 0, 0, 0
	}
	return false
}
