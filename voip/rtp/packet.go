// Package rtp carries sound over UDP: sockets, the output clock of a leg, keys
// (RFC 4733) and RTCP reports.
package rtp

import (
	"encoding/binary"
)

// Header is one RTP packet without its list of contributing sources.
type Header struct {
	PT      uint8
	Marker  bool
	Seq     uint16
	TS      uint32
	SSRC    uint32
	Payload []byte // points into the datagram
}

// Parse reads an RTP packet. RTCP on the same port and rubbish give false.
func Parse(b []byte, h *Header) bool {
	if len(b) < headerLen || b[0]>>6 != 2 {
		return false
	}
	off := headerLen + 4*int(b[0]&15)
	if b[0]&0x10 != 0 { // extension
		if len(b) < off+4 {
			return false
		}
		off += 4 + 4*int(binary.BigEndian.Uint16(b[off+2:]))
	}
	if len(b) < off {
		return false
	}
	end := len(b)
	if b[0]&0x20 != 0 { // padding; its last byte is its length
		n := int(b[end-1])
		if end == off || n == 0 {
			return false
		}
		end -= n
	}
	h.PT = b[1] & 0x7f
	if end < off || h.PT >= 64 && h.PT < 96 {
		return false
	}
	h.Marker = b[1]&0x80 != 0
	h.Seq = binary.BigEndian.Uint16(b[2:])
	h.TS = binary.BigEndian.Uint32(b[4:])
	h.SSRC = binary.BigEndian.Uint32(b[8:])
	h.Payload = b[off:end]
	return true
}

const headerLen = 12

// put writes the fixed part into b.
func (h *Header) put(b []byte) {
	_ = b[headerLen-1]
	b[0], b[1] = 0x80, h.PT
	if h.Marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], h.Seq)
	binary.BigEndian.PutUint32(b[4:], h.TS)
	binary.BigEndian.PutUint32(b[8:], h.SSRC)
}

// Append appends the packet to b.
func (h *Header) Append(b []byte) []byte {
	var fixed [headerLen]byte
	h.put(fixed[:])
	return append(append(b, fixed[:]...), h.Payload...)
}
