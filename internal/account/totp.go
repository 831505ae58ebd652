package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 as authenticators know it; HMAC-SHA-1 has no known weakness
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const (
	totpStep   = 30 // seconds a code lives (RFC 6238, 5.2)
	totpDigits = 6
	totpDrift  = 1 // steps a person's clock may be off, each way
	totpSecret = 20
	issuer     = "Диспетчер24"
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// hotp is RFC 4226, 5.3, for n digits.
func hotp(secret []byte, counter uint64, digits int) string {
	var c [8]byte
	binary.BigEndian.PutUint64(c[:], counter)
	m := hmac.New(sha1.New, secret)
	m.Write(c[:])
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	mod := uint32(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}

func stepAt(t time.Time) int64 { return t.Unix() / totpStep }

// totpMatch tells the step a code belongs to; 0 when it fits none near now, or only
// one not after last, which was used already.
func totpMatch(secret []byte, code string, now time.Time, last int64) (step int64) {
	if len(secret) < totpSecret { // codes of an empty key could be computed by everybody
		return 0
	}
	for s := stepAt(now) - totpDrift; s <= stepAt(now)+totpDrift; s++ {
		if subtle.ConstantTimeCompare([]byte(hotp(secret, uint64(s), totpDigits)), []byte(code)) == 1 && s > last { //nolint:gosec // after 1970
			step = s
		}
	}
	return step
}

func newSecret() []byte {
	b := make([]byte, totpSecret)
	_, _ = rand.Read(b)
	return b
}

// totpURI is what the picture for the authenticator says.
func totpURI(login string, secret []byte) string {
	q := url.Values{"secret": {base32Plain.EncodeToString(secret)}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+login) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// digits are the digits of a code as people type it: "123 456".
func digits(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, code)
}
