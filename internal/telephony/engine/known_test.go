package engine

import (
	"context"
	"net/netip"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/secret"
	"d24/internal/telephony"
)

// TestAnEngineStartsWithoutItsDatabase: the trunks last in force are registered and a
// caller is answered; no password lies in the clear.
func TestAnEngineStartsWithoutItsDatabase(t *testing.T) { // F6
	w := newWorld(t, func(d *desk) { d.trunks[0].Password = "keep-me-secret" })
	b, err := os.ReadFile(w.engine.trunks.knownPath())
	require.NoError(t, err)
	require.NotContains(t, string(b), "keep-me-secret")

	ring, err := secret.Generate()
	require.NoError(t, err)
	away := &desk{changed: make(chan struct{})}
	away.away.Store(true)
	before := &Engine{cfg: w.engine.cfg, log: w.engine.log, d: Deps{Keys: ring}}
	newTrunks(before).remember(w.desk.trunks)
	b, err = os.ReadFile(w.engine.trunks.knownPath())
	require.NoError(t, err)
	require.NotContains(t, string(b), "keep-me-secret")
	require.NotContains(t, string(b), "127.0.62", "nothing of it is readable")

	cfg := w.engine.cfg
	cfg.Node, cfg.RTPLow, cfg.RTPHigh = "n2", 20500, 20600
	cfg.SIP = netip.AddrPortFrom(cfg.SIP.Addr(), 0)
	next, err := New(cfg, Deps{Director: away, Seats: away, Trunks: away, Orders: away, Reporter: away, Voice: beeper{}, Keys: ring, Log: w.engine.log})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); next.Run(ctx) }()
	defer func() { cancel(); <-done }()
	w.eventually("the trunk lives", func() bool {
		f := next.trunks.floor()
		return len(f) == 1 && f[0].State == "up" && next.shift.is() == telephony.Active
	})
	next.trunks.mu.Lock()
	password := next.trunks.list[0].Password
	next.trunks.mu.Unlock()
	require.Equal(t, "keep-me-secret", password)
	leg, de := w.provider.Dial(w.ctx(), target(route{trunk: telephony.Trunk{Host: next.SIPAddr().Addr().String(), Port: int(next.SIPAddr().Port())}, from: "+79000001001"}, "+73430000101"))
	require.Nil(t, de, "a caller is answered")
	leg.Hangup()
}
