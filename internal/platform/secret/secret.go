// Package secret seals what must not lie in the database in the clear and cannot be
// hashed, because it is needed again: keys of second factors, passwords of trunks. The
// keys are in a file beside the database, not in it (docs/adr/0005-sealed-secrets.md).
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
)

const (
	version = 1 // of the form: version, key's id, nonce, text and tag
	idBytes = 4
	keySize = 32
)

// Errors of opening. ErrNoKey: sealed by a key that is not in the file. ErrTampered:
// changed, or moved from another row.
var (
	ErrNoKey    = errors.New("the key it was sealed by is not in the file of keys")
	ErrTampered = errors.New("it was changed since it was sealed, or belongs to another row")
)

// Ring seals by its first key and opens by any. A nil Ring has no key: it seals
// nothing, and opens only what was never sealed.
type Ring struct{ keys []key }

type key struct {
	id   [idBytes]byte
	seal cipher.AEAD
	text []byte
}

func newKey(id, text []byte) (k key, err error) {
	if len(id) != idBytes || len(text) != keySize {
		return k, fmt.Errorf("a key has an id of %d bytes and %d bytes of its own", idBytes, keySize)
	}
	block, err := aes.NewCipher(text)
	if err != nil {
		return k, err
	}
	k.text = text
	copy(k.id[:], id)
	k.seal, err = cipher.NewGCMWithRandomNonce(block)
	return k, err
}

// Generate is a ring of one key just made.
func Generate() (*Ring, error) { return (*Ring)(nil).Rotated() }

// Rotated is the ring with one more key, by which is sealed from now on; those before
// it open what they sealed.
func (r *Ring) Rotated() (*Ring, error) {
	id, text := make([]byte, idBytes), make([]byte, keySize)
	_, _ = rand.Read(id)
	_, _ = rand.Read(text)
	k, err := newKey(id, text)
	if err != nil {
		return nil, err
	}
	out := &Ring{keys: []key{k}}
	if r != nil {
		out.keys = append(out.keys, r.keys...)
	}
	return out, nil
}

// IDs are the keys' names, that of the sealing one first.
func (r *Ring) IDs() (out []string) {
	if r == nil {
		return nil
	}
	for _, k := range r.keys {
		out = append(out, hex.EncodeToString(k.id[:]))
	}
	return out
}

// Seal closes plain for one place: «user_totp/17». Put elsewhere it does not open. A nil
// ring gives nil: there is nothing to seal with.
func (r *Ring) Seal(plain []byte, place string) []byte {
	if r == nil {
		return nil
	}
	k := r.keys[0]
	head := append([]byte{version}, k.id[:]...)
	return k.seal.Seal(head, nil, plain, aad(head, place)) //nolint:gosec // G407 takes no nonce for a fixed one: this cipher makes a random one itself
}

// Open is what was sealed for this place. ErrNoKey, ErrTampered.
func (r *Ring) Open(sealed []byte, place string) ([]byte, error) {
	id := KeyOf(sealed)
	if id == "" {
		return nil, ErrTampered
	}
	if r != nil {
		for _, k := range r.keys {
			if hex.EncodeToString(k.id[:]) != id {
				continue
			}
			plain, err := k.seal.Open(nil, nil, sealed[1+idBytes:], aad(sealed[:1+idBytes], place))
			if err != nil {
				return nil, ErrTampered
			}
			return plain, nil
		}
	}
	return nil, fmt.Errorf("%w (%s)", ErrNoKey, id)
}

// Stale tells whether a sealed text should be sealed anew: by an older key.
func (r *Ring) Stale(sealed []byte) bool { return r != nil && KeyOf(sealed) != r.IDs()[0] }

// KeyOf names the key a text was sealed by; "" when it is no sealed text.
func KeyOf(sealed []byte) string {
	if len(sealed) < 1+idBytes || sealed[0] != version {
		return ""
	}
	return hex.EncodeToString(sealed[1 : 1+idBytes])
}

// aad binds the form, the key's name and the place.
func aad(head []byte, place string) []byte { return append(append([]byte{}, head...), place...) }
