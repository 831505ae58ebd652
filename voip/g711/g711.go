// Package g711 names the two laws of G.711 and converts between them by table.
package g711

import "github.com/zaf/g711"

// Law is a G.711 law; its value is the static RTP payload type.
type Law uint8

// The two laws.
const (
	MuLaw Law = 0
	ALaw  Law = 8
)

// Rate is samples per second; Frame is the samples (and bytes) of 20 ms.
const (
	Rate  = 8000
	Frame = 160
)

// String names the law as SDP does.
func (l Law) String() string {
	if l == MuLaw {
		return "PCMU"
	}
	return "PCMA"
}

// Silence is the byte of a silent sample.
func (l Law) Silence() byte { return Silence(l) }

// Silence is the byte of a silent sample in l.
func Silence(l Law) byte {
	if l == MuLaw {
		return 0xFF
	}
	return 0xD5
}

var aToU, uToA [256]byte

func init() {
	for i := range 256 {
		aToU[i] = g711.Alaw2UlawFrame(byte(i))
		uToA[i] = g711.Ulaw2AlawFrame(byte(i))
	}
}

// Transcode writes src, spoken in from, into dst in to. dst may be src. It returns
// dst cut to len(src); dst must be long enough.
func Transcode(dst, src []byte, from, to Law) []byte {
	dst = dst[:len(src)]
	switch {
	case from == to:
		copy(dst, src)
	case from == ALaw:
		for i, b := range src {
			dst[i] = aToU[b]
		}
	default:
		for i, b := range src {
			dst[i] = uToA[b]
		}
	}
	return dst
}

// Decode turns payload bytes into linear samples.
func Decode(src []byte, law Law) []int16 {
	out := make([]int16, len(src))
	for i, b := range src {
		if law == MuLaw {
			out[i] = g711.DecodeUlawFrame(b)
		} else {
			out[i] = g711.DecodeAlawFrame(b)
		}
	}
	return out
}

// Encode turns linear samples into payload bytes.
func Encode(src []int16, law Law) []byte {
	out := make([]byte, len(src))
	for i, s := range src {
		if law == MuLaw {
			out[i] = g711.EncodeUlawFrame(s)
		} else {
			out[i] = g711.EncodeAlawFrame(s)
		}
	}
	return out
}
