package tone

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
)

func sine(n int, parts ...[2]float64) []int16 {
	out := make([]int16, n)
	for i := range out {
		v := 0.0
		for _, p := range parts {
			v += p[1] * math.Sin(2*math.Pi*p[0]*float64(i)/g711.Rate)
		}
		out[i] = int16(32767 * v)
	}
	return out
}

func TestLevelTellsTonesApart(t *testing.T) {
	s := sine(4000, [2]float64{440, 0.5}, [2]float64{1000, 0.05})
	require.InDelta(t, -6, Level(s, 440), 0.2)
	require.InDelta(t, -26, Level(s, 1000), 0.2)
	require.Less(t, Level(s, 700), -50.0)
	require.LessOrEqual(t, Level(nil, 700), -100.0)
	require.InDelta(t, -6, RMS(sine(4000, [2]float64{440, 0.5})), 0.1)
}

func TestDominantFindsTheTone(t *testing.T) {
	for _, hz := range []float64{97, 425, 620, 700.5, 1234, 3400} {
		for _, n := range []int{800, 4000, 16000} {
			s := g711.Decode(g711.Encode(sine(n, [2]float64{hz, 0.2}, [2]float64{2222, 0.01}), g711.ALaw), g711.ALaw)
			got, level := Dominant(s)
			require.InDelta(t, hz, got, 1.5, "%v Hz in %d samples", hz, n)
			require.InDelta(t, -14, level, 0.6)
		}
	}
	hz, level := Dominant(make([]int16, 4000))
	require.Zero(t, hz)
	require.InDelta(t, -120, level, 0)
	hz, _ = Dominant(nil)
	require.Zero(t, hz)
}

func TestHeardWantsHalfASecond(t *testing.T) {
	quiet := make([]int16, 8000)
	long := append(append([]int16{}, quiet...), sine(6000, [2]float64{700, 0.25})...)
	require.True(t, Heard(g711.Encode(long, g711.ALaw), 700))
	require.False(t, Heard(g711.Encode(long, g711.ALaw), 440))
	require.False(t, Heard(g711.Encode(sine(3000, [2]float64{700, 0.25}), g711.ALaw), 700))
}
