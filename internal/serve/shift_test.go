package serve

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/clock/clocktest"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/telephony"
)

// TestOfSeveralEnginesOneIsAtWork is R14 and R10 without telephones: who is at work, who
// follows, who gets the orders, and where an operator's browser is led.
func TestOfSeveralEnginesOneIsAtWork(t *testing.T) {
	t.Parallel()
	clk := clocktest.New(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC))
	a, err := app.New(app.Config{Pool: pgtest.Pool(t), Clock: clk, Log: slog.New(slog.DiscardHandler), Time: clk})
	require.NoError(t, err)
	ctx := access.AsSystem(context.Background(), "test")
	tel := a.Telephony
	up := telephony.Floor{Trunks: []telephony.FloorTrunk{{ID: 1, State: "up"}}}
	beat := func(node string, f telephony.Floor, leaving bool) telephony.Shift {
		s, err := tel.Shift(ctx, node, node+":1", f, leaving)
		require.NoError(t, err)
		return s
	}
	later := func(d time.Duration) { clk.Set(clk.Now().Add(d)) }
	claimed := func(node string) int {
		os, err := tel.Claim(ctx, node, 10)
		require.NoError(t, err)
		return len(os)
	}
	door := func(user int64) string {
		at, err := tel.NodeOf(ctx, user)
		require.NoError(t, err)
		return at
	}

	require.Equal(t, telephony.Active, beat("b", up, false).Duty)
	waits := beat("a", telephony.Floor{}, false)
	require.Equal(t, telephony.Standby, waits.Duty)
	require.True(t, waits.Peer && waits.Relieved && waits.Others)
	require.Equal(t, telephony.Active, beat("b", up, false).Duty, "who is at work stays, whatever his name")
	require.NoError(t, pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
		for _, key := range []string{"one", "two"} {
			if err := tel.Place(ctx, tx, telephony.Order{Key: key, Phone: "+79000001000"}); err != nil {
				return err
			}
		}
		return nil
	}))
	require.Zero(t, claimed("a"), "who waits takes no orders")
	require.Equal(t, 2, claimed("b"))

	busy := telephony.Floor{Operators: []telephony.FloorSeat{{UserID: 7, State: "talking"}, {UserID: 8, State: "ready"}}}
	require.Equal(t, telephony.Draining, beat("b", busy, true).Duty)
	follows := beat("a", telephony.Floor{}, false)
	require.Equal(t, telephony.Active, follows.Duty, "who is leaving is followed at once")
	require.True(t, follows.Leaving, "and his follower knows that he leaves")
	beat("c", telephony.Floor{}, false)
	require.False(t, beat("a", telephony.Floor{}, false).Leaving, "with a third one that could follow, nobody need wait")
	later(11 * time.Second) // which is gone again
	beat("b", busy, true)
	require.True(t, beat("a", telephony.Floor{}, false).Leaving)
	require.False(t, beat("b", busy, true).Relieved, "its trunks are not up yet")
	beat("a", up, false)
	require.True(t, beat("b", busy, true).Relieved)
	require.Equal(t, "b:1", door(7), "an operator who talks is led back to his call")
	require.Equal(t, "a:1", door(8))
	ok, err := tel.Invited(ctx, "b", "one", 0)
	require.True(t, ok && err == nil)
	require.NoError(t, tel.Release(ctx, "b", []string{"one", "two"}))
	require.Equal(t, 1, claimed("a"), "what had not been dialled is given back, what rang is not")

	later(time.Minute) // the database is away
	require.Equal(t, telephony.Standby, beat("b", up, false).Duty, "who comes back first does not know whether the other is dead")
	require.Equal(t, telephony.Active, beat("a", up, false).Duty, "it is not")
	for range 12 { // a is killed
		require.Equal(t, telephony.Standby, beat("b", up, false).Duty)
		later(900 * time.Millisecond)
	}
	require.Equal(t, telephony.Active, beat("b", up, false).Duty)
	require.Equal(t, telephony.Standby, beat("a", up, false).Duty, "it only slept, and is followed")
	orders, _, err := tel.Recover(ctx, "a")
	require.NoError(t, err)
	require.Equal(t, 1, orders)
	require.Equal(t, 1, claimed("b"), "an order that a dead engine never dialled is dialled at once")

	// it was not dead: it stood still, and goes on with what it had in hand
	rings := func(node string) bool {
		ok, err := tel.Invited(ctx, node, "two", 0)
		require.NoError(t, err)
		return ok
	}
	require.False(t, rings("a"), "the order is another's by now: the telephone would ring twice")
	require.NoError(t, tel.Report(ctx, telephony.Report{Kind: telephony.CallEnded, Node: "a", OrderKey: "two", Outcome: telephony.Cancelled, Blame: telephony.Ours}))
	require.True(t, rings("b"), "nor does it end for the one who has it")
}
