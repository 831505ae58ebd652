package wav

import (
	"encoding/binary"
	"math"

	"d24/voip/g711"
)

// mono reads samples of a file, its channels mixed, -1..1.
type mono struct {
	data     []byte
	channels int
	width    int // bytes of one sample
	read     func([]byte) float32
	n        int // samples per channel
}

// fill writes the samples [from, from+len(dst)) into dst; outside the sound is silence.
func (m *mono) fill(dst []float32, from int) {
	frame := m.channels * m.width
	for i := range dst {
		k := from + i
		if k < 0 || k >= m.n {
			dst[i] = 0
			continue
		}
		b := m.data[k*frame:]
		var sum float32
		for c := range m.channels {
			sum += m.read(b[c*m.width:])
		}
		dst[i] = sum / float32(m.channels)
	}
}

func decoder(f Format) func([]byte) float32 {
	le := binary.LittleEndian
	switch {
	case f.Codec == "alaw":
		return lawDecoder(g711.ALaw)
	case f.Codec == "ulaw":
		return lawDecoder(g711.MuLaw)
	case f.Codec == "float" && f.Bits == 64:
		return func(b []byte) float32 { return sane(float32(math.Float64frombits(le.Uint64(b)))) }
	case f.Codec == "float":
		return func(b []byte) float32 { return sane(math.Float32frombits(le.Uint32(b))) }
	case f.Bits == 8: // unsigned, unlike the wider ones
		return func(b []byte) float32 { return (float32(b[0]) - 128) / 128 }
	case f.Bits == 16:
		return func(b []byte) float32 { return float32(int16(le.Uint16(b))) / 32768 } //nolint:gosec // two's complement
	case f.Bits == 24:
		return func(b []byte) float32 {
			return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)>>8) / (1 << 23) //nolint:gosec // two's complement
		}
	default:
		return func(b []byte) float32 { return float32(int32(le.Uint32(b))) / (1 << 31) } //nolint:gosec // two's complement
	}
}

func lawDecoder(l g711.Law) func([]byte) float32 {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	var table [256]float32
	for i, s := range g711.Decode(all, l) {
		table[i] = float32(s) / 32768
	}
	return func(b []byte) float32 { return table[b[0]] }
}

// sane keeps a file's NaN and infinities from spreading through the filter.
func sane(v float32) float32 {
	switch {
	case v != v: // NaN
		return 0
	case v > 1:
		return 1
	case v < -1:
		return -1
	}
	return v
}
