package account

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
)

const (
	argonTime, argonThreads, argonKey = 2, 1, 32
)

// hashing bounds how many passwords are computed at once: each takes 19 MiB.
var hashing = make(chan struct{}, 2)

// Hash derives the stored form of a password: argon2id with its parameters.
func Hash(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	return encode(salt, derive(password, salt, argonTime, argonMemory, argonThreads))
}

func derive(password string, salt []byte, t, m uint32, p uint8) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, t, m, p, argonKey)
}

func encode(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", argonMemory, argonTime, argonThreads, b.EncodeToString(salt), b.EncodeToString(key))
}

// matches compares in constant time. A form that cannot be read matches nothing.
func matches(stored, password string) bool {
	f := strings.Split(stored, "$")
	if len(f) != 6 {
		return false
	}
	var m, t uint32
	var p uint8
	if _, err := fmt.Sscanf(f[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(f[4])
	want, err2 := base64.RawStdEncoding.DecodeString(f[5])
	if err1 != nil || err2 != nil || t == 0 || p == 0 {
		return false
	}
	return subtle.ConstantTimeCompare(derive(password, salt, t, m, p), want) == 1
}

// decoy is compared when there is no such user, so that the time tells nothing.
var decoy = sync.OnceValue(func() string { return Hash("decoy") })
