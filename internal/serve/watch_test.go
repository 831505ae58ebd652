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

// TestTheWatchmanRaisesTheAlarmOfTrunksAndEngines is F8: no provider answers, and
// the banner is up; one answers, and it goes. A silent engine is alarmed as well.
func TestTheWatchmanRaisesTheAlarmOfTrunksAndEngines(t *testing.T) {
	t.Parallel()
	clk := clocktest.New(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC))
	log := slog.New(slog.DiscardHandler)
	a, err := app.New(app.Config{Pool: pgtest.Pool(t), Clock: clk, Log: log, Time: clk})
	require.NoError(t, err)
	ctx := access.AsSystem(context.Background(), "test")
	w := &watchman{app: a, log: log, node: "work"}
	look := func(states ...string) (codes []string) {
		f := telephony.Floor{At: clk.Now()}
		for i, s := range states {
			f.Trunks = append(f.Trunks, telephony.FloorTrunk{ID: int64(i + 1), State: s})
		}
		if states != nil {
			require.NoError(t, a.Telephony.Beat(ctx, "phone", "127.0.0.1:1", f))
		}
		w.look(ctx)
		require.NoError(t, w.engines(ctx))
		require.NoError(t, pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select coalesce(array_agg(code order by code), '{}') from alarms where cleared_at is null`).Scan(&codes)
		}))
		return codes
	}
	require.Empty(t, look("up", "up"))
	require.Equal(t, []string{"trunk-down"}, look("up", "down"), "the other one carries the calls, and the provider is to be called")
	require.Equal(t, []string{"trunk-down"}, look("unknown", "down"), "what is not known yet is not down")
	require.Empty(t, look("up", "up"))
	require.Equal(t, []string{"trunks-down"}, look("down", "down"))
	require.Equal(t, []string{"trunks-down"}, look("down", "down"), "one alarm, however often it is seen")
	require.Equal(t, []string{"trunk-down"}, look("down", "up"))
	require.Empty(t, look("up"), "a trunk that was switched off has no alarm")
	clk.Set(clk.Now().Add(11 * time.Second))
	for range silentLooks - 1 {
		require.Empty(t, look(), "it may only be that the database was away")
	}
	require.Equal(t, []string{"engine-dead"}, look())
	require.Empty(t, look("up", "up"))
	require.NoError(t, a.Telephony.Beat(ctx, "phone", "127.0.0.1:1", telephony.Floor{Trunks: []telephony.FloorTrunk{{ID: 1, State: "up", Blocked: true}}}))
	require.Equal(t, []string{"caller-id-blocked"}, look(), "F83")
	ill := telephony.FloorTrunk{ID: 1, Name: "Транк X", State: "up", Probe: &telephony.FloorProbe{Number: "+73430000101", Text: "ответ есть, приветствия не слышно", Failures: 1}}
	beat := func() {
		require.NoError(t, a.Telephony.Beat(ctx, "phone", "127.0.0.1:1", telephony.Floor{Trunks: []telephony.FloorTrunk{ill, {ID: 2, State: "up"}}}))
	}
	beat()
	require.Empty(t, look(), "one synthetic call may fail by chance")
	ill.Probe.IsIll = true
	beat()
	require.Equal(t, []string{"probe-fails"}, look(), "F9")
	ill.State = "down"
	beat()
	require.Equal(t, []string{"trunk-down"}, look(), "which says it all")
	ill.State, ill.Probe.IsIll = "up", false
	beat()
	require.Empty(t, look())
}
