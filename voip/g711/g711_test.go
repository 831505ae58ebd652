package g711

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func all() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// Known pairs of the standard: byte of each law and its 16-bit value.
func TestKnownValues(t *testing.T) {
	require.Equal(t, []int16{8, -8, 32256, -32256, 5504, -5504}, Decode([]byte{0xD5, 0x55, 0xAA, 0x2A, 0x80, 0x00}, ALaw))
	require.Equal(t, []int16{0, 0, 32124, -32124}, Decode([]byte{0xFF, 0x7F, 0x80, 0x00}, MuLaw))
	require.EqualValues(t, 8, ALaw)
	require.EqualValues(t, 0, MuLaw)
	require.Equal(t, "PCMA", ALaw.String())
	require.Equal(t, "PCMU", MuLaw.String())
}

func TestSilenceIsSilent(t *testing.T) {
	for _, l := range []Law{ALaw, MuLaw} {
		require.LessOrEqual(t, int(Decode([]byte{Silence(l)}, l)[0]), 8)
		require.Equal(t, Silence(l), l.Silence())
	}
}

func TestEncodeIsTheNearestStep(t *testing.T) {
	for _, l := range []Law{ALaw, MuLaw} {
		require.Equal(t, Decode(all(), l), Decode(Encode(Decode(all(), l), l), l), "%v: a value of the law stays itself", l)
		for v := -32000; v < 32000; v += 37 {
			got := int(Decode(Encode([]int16{int16(v)}, l), l)[0])
			require.InDelta(t, v, got, 16+math.Abs(float64(v))/16, "%v", l)
		}
	}
}

// Transcode must give what decoding and encoding give, to a step of the coarser law.
func TestTranscode(t *testing.T) {
	for _, c := range [][2]Law{{ALaw, MuLaw}, {MuLaw, ALaw}} {
		src := all()
		dst := Transcode(make([]byte, 256), src, c[0], c[1])
		a, b := Decode(src, c[0]), Decode(dst, c[1])
		for i := range a {
			require.InDelta(t, a[i], b[i], 20+math.Abs(float64(a[i]))/16, "byte %d", i)
		}
		back := Decode(Transcode(make([]byte, 256), dst, c[1], c[0]), c[0])
		for i := range a {
			require.InDelta(t, a[i], back[i], 24+math.Abs(float64(a[i]))/12, "byte %d there and back", i)
		}
	}
	same := Transcode(make([]byte, 300), all(), ALaw, ALaw)
	require.Equal(t, all(), same)
	in := all()
	require.Equal(t, Transcode(make([]byte, 256), all(), ALaw, MuLaw), Transcode(in, in, ALaw, MuLaw), "in place")
}

func BenchmarkTranscode(b *testing.B) {
	src, dst := make([]byte, 160), make([]byte, 160)
	b.ReportAllocs()
	for b.Loop() {
		Transcode(dst, src, ALaw, MuLaw)
	}
}
