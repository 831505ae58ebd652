package wav

import "math"

// crossings is the half length of the low-pass in zero crossings of its sinc:
// 32 keep 3.4 kHz whole and everything from 4.2 kHz on 60 dB down.
const crossings = 32

// maxPhases bounds the table for odd rates; the timing error is then 1/1024 sample.
const maxPhases = 1024

// resample turns any rate into 8 kHz by a windowed sinc, in blocks, so that only
// the result is held in memory.
func resample(m *mono, rate int) []int16 {
	out := make([]int16, int(int64(m.n)*Rate/int64(rate)))
	if len(out) == 0 {
		out = make([]int16, 1)
	}
	if rate == Rate {
		buf := make([]float32, len(out))
		m.fill(buf, 0)
		for i, v := range buf {
			out[i] = quantise(float64(v))
		}
		return out
	}
	k := newKernel(rate)
	const block = 1024 // of output samples
	buf := make([]float32, block*rate/Rate+2*k.half+2)
	for at := 0; at < len(out); at += block {
		part := out[at:min(at+block, len(out))]
		first := int(int64(at)*int64(rate)/Rate) - k.half
		m.fill(buf, first)
		for i := range part {
			num := int64(at+i) * int64(rate) // position in the input, times 8000
			whole, frac := int(num/Rate), int(num%Rate)
			taps := k.phase[(frac*len(k.phase)+Rate/2)/Rate%len(k.phase)]
			if (frac*len(k.phase)+Rate/2)/Rate == len(k.phase) {
				whole++
			}
			x := buf[whole-k.half-first:]
			var sum float32
			for j, c := range taps {
				sum += c * x[j]
			}
			part[i] = quantise(float64(sum))
		}
	}
	return out
}

// kernel is the low-pass, one row of taps for each fraction of an input sample.
type kernel struct {
	half  int
	phase [][]float32
}

func newKernel(rate int) kernel {
	cut := 0.5 * 0.94 * math.Min(1, float64(Rate)/float64(rate)) // cycles per input sample
	half := int(math.Ceil(crossings / (2 * cut)))
	n := min(Rate/gcd(rate, Rate), maxPhases)
	k := kernel{half: half, phase: make([][]float32, n)}
	for p := range k.phase {
		row, sum := make([]float64, 2*half+1), 0.0
		for j := range row {
			x := float64(j-half) - float64(p)/float64(n)
			row[j] = 2 * cut * sinc(2*cut*x) * kaiser(x/float64(half+1))
			sum += row[j]
		}
		k.phase[p] = make([]float32, len(row))
		for j, v := range row {
			k.phase[p][j] = float32(v / sum) // every phase passes a constant unchanged
		}
	}
	return k
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the window of 60 dB (beta 6) at x in -1..1.
func kaiser(x float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	const beta = 6
	return bessel(beta*math.Sqrt(1-x*x)) / bessel(beta)
}

// bessel is the modified Bessel function I0.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; k < 40; k++ {
		term *= x / (2 * k) * x / (2 * k)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func quantise(v float64) int16 {
	return int16(math.Round(math.Max(-32768, math.Min(32767, v*32768))))
}
