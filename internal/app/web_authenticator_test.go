package app_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"testing"
)

// credential is what a browser with an authenticator answers to who asks for a new key:
// WebAuthn level 2, 5.1.3 and 6.5, without attestation.
func credential(t testing.TB, asked answer, site string) map[string]any {
	t.Helper()
	id := make([]byte, 32)
	_, _ = rand.Read(id)
	said := jsonOf(t, map[string]any{"type": "webauthn.create", "challenge": asked.get(t, "options.challenge"), "origin": "http://" + site, "crossOrigin": false})
	name := raw64.EncodeToString(id)
	return map[string]any{
		"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": raw64.EncodeToString([]byte(said)), "attestationObject": raw64.EncodeToString(attestation(t, id, site))},
	}
}

// attestation is CBOR (RFC 8949) by hand: {"fmt": "none", "attStmt": {}, "authData": …}.
func attestation(t testing.TB, id []byte, site string) []byte {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	must(t, err)
	x, y := point(key.PublicKey())
	at := sha256.Sum256([]byte(site))
	const present, verified, hasKey = 1, 4, 64
	data := append(at[:], present|verified|hasKey, 0, 0, 0, 0) // no uses yet
	data = append(data, make([]byte, 16)...)                   // of no known make
	data = append(append(data, 0, byte(len(id))), id...)
	data = append(data, 0xa5, 1, 2, 3, 0x26, 0x20, 1) // a key of ES256 on P-256
	data = append(append(data, 0x21, 0x58, 32), x...)
	data = append(append(data, 0x22, 0x58, 32), y...)
	word := func(s string) []byte { return append([]byte{0x60 | byte(len(s))}, s...) }
	out := append([]byte{0xa3}, word("fmt")...)
	out = append(append(out, word("none")...), word("attStmt")...)
	out = append(append(append(out, 0xa0), word("authData")...), 0x58, byte(len(data)))
	return append(out, data...)
}

func point(k *ecdh.PublicKey) (x, y []byte) {
	b := k.Bytes() // uncompressed: 4, x, y
	return b[1:33], b[33:]
}

// subscription is where a browser would be told, with keys of its own.
func subscription(t testing.TB) map[string]any {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	must(t, err)
	return map[string]any{"endpoint": "https://8.8.8.8/1", "p256dh": raw64.EncodeToString(key.PublicKey().Bytes()), "auth": raw64.EncodeToString(make([]byte, 16))}
}

// assertion is what a browser answers at the door: well made, of a key nobody knows.
func assertion(t testing.TB, site string) map[string]any {
	t.Helper()
	at := sha256.Sum256([]byte(site))
	b64 := func(b []byte) string { return raw64.EncodeToString(b) }
	said := jsonOf(t, map[string]any{"type": "webauthn.get", "challenge": b64(at[:]), "origin": "http://" + site})
	data := append(at[:], 5, 0, 0, 0, 0)
	return map[string]any{
		"id": b64(at[:]), "rawId": b64(at[:]), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64([]byte(said)), "authenticatorData": b64(data), "signature": b64(at[:]), "userHandle": b64(at[:])},
	}
}
