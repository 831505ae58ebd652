package sip

import (
	"crypto/rand"

	"d24/voip/rtp"
	"d24/voip/sdp"
)

// SRTP says whether a call's sound is sealed (SDES, RFC 4568).
type SRTP string

// The ways. The key stands in the description: without TLS whoever reads SIP reads it.
const (
	SRTPOff      SRTP = "off"      // the same when empty
	SRTPOptional SRTP = "optional" // when the peer can
	SRTPRequired SRTP = "required" // or there is no call
)

// ourKey is this call's, made once.
func (l *Leg) ourKey() []byte {
	if l.key30 == nil {
		l.key30 = make([]byte, rtp.KeyLen)
		_, _ = rand.Read(l.key30)
	}
	return l.key30
}

// offerKeys makes an offer of ours speak of keys.
func (l *Leg) offerKeys(way SRTP) {
	l.srtp = way
	if way != SRTPOptional && way != SRTPRequired {
		return
	}
	l.local.Crypto = &sdp.Crypto{Tag: 1, Suite: sdp.Suite80, Key: l.ourKey()}
	l.local.Sealed = way == SRTPRequired
}

// agree finds the keys of a call; false: it must not be spoken in this way. Nil keys: in
// the clear. The caller holds l.mu.
func (l *Leg) agree(theirs *sdp.Session) (keys *rtp.Seal, ours *sdp.Crypto, ok bool) {
	may := l.srtp == SRTPOptional || l.srtp == SRTPRequired
	if may {
		for _, c := range theirs.Crypto {
			if !l.inbound && l.remote == nil && (c.Tag != 1 || c.Suite != sdp.Suite80) {
				continue // not an answer to what we offered
			}
			return &rtp.Seal{Ours: l.ourKey(), Theirs: c.Key, Short: c.Suite == sdp.Suite32}, &sdp.Crypto{Tag: c.Tag, Suite: c.Suite, Key: l.ourKey()}, true
		}
	}
	return nil, nil, l.srtp != SRTPRequired && !theirs.Sealed()
}
