package serve

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/app"
	"d24/internal/clock/clocktest"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/seed"
	"d24/internal/telephony"
)

// TestAnEngineIsDeadOnlyWhenItStaysSilent: after an absence of the database nobody
// has beaten for a minute; calls of an engine that lives are not cut for that, those
// of one that stays silent are.
func TestAnEngineIsDeadOnlyWhenItStaysSilent(t *testing.T) {
	clk := clocktest.New(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC))
	a, err := app.New(app.Config{Pool: pgtest.Pool(t), Clock: clk, Log: slog.New(slog.DiscardHandler), Time: clk, Node: "n"})
	require.NoError(t, err)
	ctx := access.AsSystem(context.Background(), "test")
	_, err = seed.Demo(ctx, a.DB, seed.Trunks{HostX: "127.0.0.2", PortX: 5060, HostY: "127.0.0.3", PortY: 5060})
	require.NoError(t, err)
	w := &watchman{app: a, log: slog.New(slog.DiscardHandler), node: "n"}
	beat := func(node string) {
		require.NoError(t, a.Telephony.Beat(ctx, node, "127.0.0.1:1", telephony.Floor{}))
	}
	open := func() (n int) {
		require.NoError(t, pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from calls where ended_at is null`).Scan(&n)
		}))
		return n
	}
	look := func() { require.NoError(t, w.engines(ctx)); clk.Set(clk.Now().Add(engineEvery)) }
	for _, node := range []string{"lives", "dies"} {
		beat(node)
		require.NoError(t, a.Telephony.Report(ctx, telephony.Report{CallKey: "c-" + node, Seq: 1, At: clk.Now(), Kind: telephony.CallStarted, Node: node, Direction: "inbound", Phone: "+79000900001", Called: "+73430000101", CompanyID: 1, LineID: 1}))
	}
	look()
	clk.Set(clk.Now().Add(time.Minute)) // the database is away
	look()
	require.Equal(t, 2, open(), "one look proves nothing")
	for range silentLooks {
		beat("lives")
		look()
	}
	require.Equal(t, 1, open(), "only the one that stayed silent is dead")
}

// TestAMuteVoiceIsAnAlarm is F42: what the engine could not say stands before the shift
// until it can.
func TestAMuteVoiceIsAnAlarm(t *testing.T) {
	clk := clocktest.New(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC))
	a, err := app.New(app.Config{Pool: pgtest.Pool(t), Clock: clk, Log: slog.New(slog.DiscardHandler), Time: clk, Node: "n"})
	require.NoError(t, err)
	ctx := access.AsSystem(context.Background(), "test")
	w := &watchman{app: a, log: slog.New(slog.DiscardHandler), node: "n"}
	raised := func(mute string) []alarm.Alarm {
		require.NoError(t, a.Telephony.Beat(ctx, "engine", "127.0.0.1:1", telephony.Floor{Mute: mute}))
		require.NoError(t, w.voice(ctx))
		as, err := pg.InTx(ctx, a.DB, func(tx *pg.Tx) ([]alarm.Alarm, error) { return alarm.Raised(ctx, tx) })
		require.NoError(t, err)
		return as
	}
	as := raised("голос не говорит, звучат запасные фразы")
	require.Len(t, as, 1)
	require.Equal(t, alarm.VoiceMute, as[0].Code)
	require.Contains(t, as[0].Text, "голос не говорит")
	require.Empty(t, raised(""))
}
