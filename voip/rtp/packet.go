// Package rtp carries sound over UDP: sockets, the output clock of a leg, keys
// (RFC 4733) and sender reports.
package rtp

import (
	"encoding/binary"
)

type header struct {
	pt      uint8
	marker  bool
	seq     uint16
	ts      uint32
	ssrc    uint32
	payload []byte
}

// parse reads an RTP packet; payload points into b. RTCP and rubbish give false.
func parse(b []byte) (h header, ok bool) {
	if len(b) < 12 || b[0]>>6 != 2 {
		return h, false
	}
	off := 12 + 4*int(b[0]&15)
	if b[0]&0x10 != 0 { // extension
		if len(b) < off+4 {
			return h, false
		}
		off += 4 + 4*int(binary.BigEndian.Uint16(b[off+2:]))
	}
	if len(b) < off {
		return h, false
	}
	end := len(b)
	if b[0]&0x20 != 0 && end > off { // padding
		end -= int(b[end-1])
	}
	h.pt = b[1] & 0x7f
	if end < off || h.pt >= 64 && h.pt < 96 { // RTCP on the same port
		return h, false
	}
	h.marker = b[1]&0x80 != 0
	h.seq = binary.BigEndian.Uint16(b[2:])
	h.ts = binary.BigEndian.Uint32(b[4:])
	h.ssrc = binary.BigEndian.Uint32(b[8:])
	h.payload = b[off:end]
	return h, true
}

// put writes a packet into b and returns its length.
func (h header) put(b []byte) int {
	b[0], b[1] = 0x80, h.pt
	if h.marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], h.seq)
	binary.BigEndian.PutUint32(b[4:], h.ts)
	binary.BigEndian.PutUint32(b[8:], h.ssrc)
	return 12 + copy(b[12:], h.payload)
}
