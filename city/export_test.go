package city

import (
	"math/rand/v2"
	"time"
)

// Moments are all instants at which a rate places calls.
func Moments(r Rate, seed uint64) (out []time.Duration) {
	next := r.moments(rand.New(rand.NewPCG(seed, 0x5eed))) //nolint:gosec // a test
	for at, ok := next(); ok; at, ok = next() {
		out = append(out, at)
	}
	return out
}
