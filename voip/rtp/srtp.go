package rtp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"sync"

	"github.com/pion/srtp/v3"
)

// KeyLen is the length of a key with its salt (RFC 4568, 6.1).
const KeyLen = 30

// Seal is what a call's sound is sealed by, ours for what we send.
type Seal struct {
	Ours, Theirs []byte
	Short        bool // the shorter seal of AES_CM_128_HMAC_SHA1_32
}

// replayWindow is how many packets back one may come late (RFC 3711, 3.3.2).
const replayWindow = 64

// maxStreams is how many streams of a peer are kept: each transfer at his side is a new one.
const maxStreams = 8

var errStreams = errors.New("rtp: too many streams of a sealed peer")

// sealing is a call's seals; a new value replaces it whole.
type sealing struct {
	keys    Seal
	profile srtp.ProtectionProfile
	outMu   sync.Mutex
	out     *srtp.Context
	inMu    sync.Mutex
	in      map[uint32]*srtp.Context // by stream: a forged one never touches a real one's
}

// SetSeal seals what is sent from now on and opens what is received; nil: in the clear.
// The same keys again (a refresh) change nothing.
func (r *Port) SetSeal(k *Seal) error {
	cur := r.sealing.Load()
	if k == nil {
		r.sealing.Store(nil)
		return nil
	}
	if cur != nil && bytes.Equal(cur.keys.Ours, k.Ours) && bytes.Equal(cur.keys.Theirs, k.Theirs) && cur.keys.Short == k.Short {
		return nil
	}
	s := &sealing{keys: *k, profile: srtp.ProtectionProfileAes128CmHmacSha1_80, in: map[uint32]*srtp.Context{}}
	if k.Short {
		s.profile = srtp.ProtectionProfileAes128CmHmacSha1_32
	}
	if len(k.Ours) != KeyLen || len(k.Theirs) != KeyLen {
		return errors.New("rtp: a key has 30 bytes")
	}
	var err error
	if cur != nil && bytes.Equal(cur.keys.Ours, k.Ours) && cur.keys.Short == k.Short {
		s.out = cur.out // our stream goes on, and its rollover counter with it
	} else if s.out, err = srtp.CreateContext(k.Ours[:16], k.Ours[16:], s.profile); err != nil {
		return err
	}
	r.sealing.Store(s)
	return nil
}

// Sealed reports whether the sound is sealed (SRTP).
func (r *Port) Sealed() bool { return r.sealing.Load() != nil }

// seal makes a sealed packet of a plain one.
func (s *sealing) seal(dst, plain []byte) ([]byte, error) {
	s.outMu.Lock()
	defer s.outMu.Unlock()
	return s.out.EncryptRTP(dst, plain, nil)
}

func (s *sealing) sealReport(plain []byte) ([]byte, error) {
	s.outMu.Lock()
	defer s.outMu.Unlock()
	return s.out.EncryptRTCP(nil, plain, nil)
}

// open makes a plain packet of a sealed one; an error: it is forged, repeated or torn.
func (s *sealing) open(dst, sealed []byte) ([]byte, error) {
	if len(sealed) < headerLen {
		return nil, errors.New("rtp: short")
	}
	ssrc := binary.BigEndian.Uint32(sealed[8:])
	return s.with(ssrc, func(c *srtp.Context) ([]byte, error) { return c.DecryptRTP(dst, sealed, nil) })
}

// openReport is open of RTCP.
func (s *sealing) openReport(sealed []byte) ([]byte, error) {
	if len(sealed) < 8 {
		return nil, errors.New("rtp: short")
	}
	ssrc := binary.BigEndian.Uint32(sealed[4:])
	return s.with(ssrc, func(c *srtp.Context) ([]byte, error) { return c.DecryptRTCP(nil, sealed, nil) })
}

// with opens by the stream's own context; a new stream is kept only when it proves true.
func (s *sealing) with(ssrc uint32, open func(*srtp.Context) ([]byte, error)) ([]byte, error) {
	s.inMu.Lock()
	defer s.inMu.Unlock()
	c := s.in[ssrc]
	if c != nil {
		return open(c)
	}
	if len(s.in) >= maxStreams {
		return nil, errStreams
	}
	c, err := srtp.CreateContext(s.keys.Theirs[:16], s.keys.Theirs[16:], s.profile, srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow))
	if err != nil {
		return nil, err
	}
	plain, err := open(c)
	if err == nil {
		s.in[ssrc] = c
	}
	return plain, err
}
