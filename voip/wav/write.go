package wav

import "encoding/binary"

// HeaderLen is the length of the header that Header writes, bytes.
const HeaderLen = 58

// Header starts an A-law file (format 6, 8 kHz) of so many channels and bytes of
// sound. Browsers play and seek it.
func Header(channels int, data uint32) []byte {
	h := make([]byte, 0, HeaderLen)
	le := binary.LittleEndian
	h = append(h, "RIFF"...)
	h = le.AppendUint32(h, data+HeaderLen-8)
	h = append(h, "WAVEfmt "...)
	h = le.AppendUint32(h, 18)
	h = le.AppendUint16(h, tagALaw)
	h = le.AppendUint16(h, uint16(channels))      //nolint:gosec // 1 or 2
	h = le.AppendUint32(h, Rate)                  // samples per second
	h = le.AppendUint32(h, uint32(channels)*Rate) //nolint:gosec // bytes per second
	h = le.AppendUint16(h, uint16(channels))      //nolint:gosec // bytes per sample of all channels
	h = le.AppendUint16(h, 8)
	h = le.AppendUint16(h, 0)
	h = append(h, "fact"...)
	h = le.AppendUint32(h, 4)
	h = le.AppendUint32(h, data/uint32(channels)) //nolint:gosec // 1 or 2
	h = append(h, "data"...)
	return le.AppendUint32(h, data)
}

// ALaw is a whole file of A-law sound, its channels interleaved.
func ALaw(sound []byte, channels int) []byte {
	return append(Header(channels, uint32(len(sound))), sound...) //nolint:gosec // sounds are short
}

// PCM16 is a whole mono file of 16-bit samples at rate Hz.
func PCM16(pcm []int16, rate int) []byte {
	le := binary.LittleEndian
	n := uint32(2 * len(pcm)) //nolint:gosec // sounds are short
	b := make([]byte, 0, 44+int(n))
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, 36+n)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, tagPCM)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, uint32(rate))   //nolint:gosec // small
	b = le.AppendUint32(b, uint32(2*rate)) //nolint:gosec // small
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, n)
	for _, s := range pcm {
		b = le.AppendUint16(b, uint16(s)) //nolint:gosec // two's complement
	}
	return b
}
