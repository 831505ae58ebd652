//go:build !race

package account

// argonMemory is in KiB: what OWASP advises for argon2id with two passes.
const argonMemory = 19 * 1024
