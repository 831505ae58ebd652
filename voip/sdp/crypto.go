package sdp

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// Crypto is a key of a description (RFC 4568).
type Crypto struct {
	Tag   int
	Suite string
	Key   []byte // 16 bytes of key, 14 of salt
}

// The suites that are spoken, and how long a key with its salt is.
const (
	Suite80 = "AES_CM_128_HMAC_SHA1_80"
	Suite32 = "AES_CM_128_HMAC_SHA1_32"
	keyLen  = 30
)

// maxCrypto is more keys than anybody offers.
const maxCrypto = 16

// parseCrypto reads the value of a=crypto; false: not one that we speak.
func parseCrypto(v string) (c Crypto, ok bool) {
	f := strings.Fields(v)
	if len(f) < 3 || f[1] != Suite80 && f[1] != Suite32 {
		return c, false
	}
	if len(f) > 3 { // session parameters change how packets are sealed
		return c, false
	}
	tag, err := strconv.Atoi(f[0])
	if err != nil || tag < 0 || tag > 999999999 {
		return c, false
	}
	inline, found := strings.CutPrefix(f[2], "inline:")
	if !found || strings.Contains(inline, ";") {
		return c, false
	}
	parts := strings.Split(inline, "|")
	for _, p := range parts[1:] {
		if strings.Contains(p, ":") { // a key identifier in each packet
			return c, false
		}
	}
	key, err := base64.StdEncoding.DecodeString(parts[0])
	if err != nil {
		key, err = base64.RawStdEncoding.DecodeString(parts[0])
	}
	if err != nil || len(key) != keyLen {
		return c, false
	}
	return Crypto{Tag: tag, Suite: f[1], Key: key}, true
}

func (c Crypto) line() string {
	return "a=crypto:" + strconv.Itoa(c.Tag) + " " + c.Suite + " inline:" + base64.StdEncoding.EncodeToString(c.Key) + "\r\n"
}

// Sealed reports whether the description demands sealed sound (RTP/SAVP).
func (s *Session) Sealed() bool { return strings.HasPrefix(s.Proto, "RTP/SAVP") }
