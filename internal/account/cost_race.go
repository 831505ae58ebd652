//go:build race

package account

// argonMemory is in KiB. The race detector looks at each word that argon2 touches, four fifths of
// the time of all tests went there; nobody is served by such a program.
const argonMemory = 64
