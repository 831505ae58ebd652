// Package seedtest gives a test the demo city: made once in a test program, then copied.
package seedtest

import (
	"context"
	"testing"
	"time"

	"d24/internal/clock"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/seed"
)

// Trunks are where nobody listens: for tests without a telephone.
var Trunks = seed.Trunks{HostX: "127.0.0.2", PortX: 5060, HostY: "127.0.0.3", PortY: 5060}

// New is the demo city as it is made now by clk, whose time the database has.
func New(t testing.TB, clk clock.Clock) *pg.DB {
	t.Helper()
	return pgtest.Filled(t, "demo "+clk.Now().UTC().Format(time.RFC3339Nano), clk, func(db *pg.DB) error {
		_, err := seed.Demo(context.Background(), db, Trunks)
		return err
	})
}
