package serve

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/clock/clocktest"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/telephony"
)

type watched struct {
	t   *testing.T
	clk *clocktest.Clock
	app *app.App
	ctx context.Context
	w   *watchman
}

func watches(t *testing.T) *watched {
	t.Helper()
	t.Parallel()
	clk := clocktest.New(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC))
	log := slog.New(slog.DiscardHandler)
	a, err := app.New(app.Config{Pool: pgtest.Pool(t), Clock: clk, Log: log, Time: clk})
	require.NoError(t, err)
	ctx := access.AsSystem(context.Background(), "test")
	require.NoError(t, a.Telephony.Beat(ctx, "phone", "127.0.0.1:1", telephony.Floor{At: clk.Now()}))
	return &watched{t, clk, a, ctx, &watchman{app: a, log: log, node: "work"}}
}

func (h *watched) alarms() (codes []string) {
	h.t.Helper()
	require.NoError(h.t, pg.Do(h.ctx, h.app.DB, func(tx *pg.Tx) error {
		return tx.QueryRow(h.ctx, `select coalesce(array_agg(code order by code), '{}') from alarms where cleared_at is null`).Scan(&codes)
	}))
	return codes
}

func (h *watched) do(q string, args ...any) {
	h.t.Helper()
	require.NoError(h.t, pg.Do(h.ctx, h.app.DB, func(tx *pg.Tx) error { _, err := tx.Exec(h.ctx, q, args...); return err }))
}

// TestASilentWatchmanIsNoticedFromOutside is R27: he beats only when he could look at
// everything; another process notices his silence within two minutes, and no sooner.
func TestASilentWatchmanIsNoticedFromOutside(t *testing.T) {
	h := watches(t)
	began := h.clk.Now()
	hears := func(after time.Duration) []string {
		h.clk.Set(h.clk.Now().Add(after))
		require.NoError(t, hear(h.ctx, h.app.DB, began))
		return h.alarms()
	}
	require.Empty(t, hears(50*time.Second), "a start takes its time")
	require.ErrorIs(t, heard(h.ctx, h.app.DB), errSilent)
	h.w.look(h.ctx)
	require.NoError(t, heard(h.ctx, h.app.DB))
	require.Empty(t, hears(SilentAfter))
	require.Equal(t, []string{"watchman-silent"}, hears(listenEvery), "dead: a minute and a look later")
	require.ErrorIs(t, heard(h.ctx, h.app.DB), errSilent)

	whole := h.app.Followup
	blind := *whole // he lives and cannot look
	nowhere, err := pgxpool.New(h.ctx, "postgres://nobody@127.0.0.1:1/none")
	require.NoError(t, err)
	defer nowhere.Close()
	blind.DB = &pg.DB{Pool: nowhere, Clock: h.clk}
	h.app.Followup = &blind
	h.w.look(h.ctx)
	require.Equal(t, []string{"watchman-silent"}, hears(0))
	h.app.Followup = whole
	h.w.look(h.ctx)
	require.Empty(t, hears(0))
	at, err := Beaten(h.ctx, h.app.DB)
	require.NoError(t, err)
	require.WithinDuration(t, h.clk.Now(), at, 0)
}

// TestLatenessIsAlarmedAtFifteenSeconds is F47: shown and alarmed at 15 s; a step that is
// late has one wake-up more, however often it is looked at.
func TestLatenessIsAlarmedAtFifteenSeconds(t *testing.T) {
	h := watches(t)
	h.do(`insert into call_tasks (key, purpose, phones, title, plan, state, due_at, next_at, created_at) values ('k', 'callback', '{}', 'Перезвонить', '{}', 'waiting', $1, $1, $1)`, h.clk.Now())
	looks := func(after time.Duration) []string {
		h.clk.Set(h.clk.Now().Add(after))
		require.NoError(t, errors.Join(h.w.steps(h.ctx), h.w.late(h.ctx)))
		return h.alarms()
	}
	require.Empty(t, looks(4*time.Second))
	require.Equal(t, []string{"overdue-step"}, looks(10*time.Second), "it is woken again")
	require.Equal(t, []string{"overdue-step", "steps-late"}, looks(time.Second))
	require.Equal(t, []string{"overdue-step", "steps-late"}, looks(time.Minute))
	var n int
	require.NoError(t, h.app.DB.Pool.QueryRow(h.ctx, `select count(*) from river_job where kind = 'desk.task_step'`).Scan(&n))
	require.Equal(t, 1, n, "one wake-up, not one for every look")
	h.do(`update call_tasks set next_at = null; `)
	h.do(`delete from river_job`)
	require.Equal(t, []string{"overdue-step"}, looks(time.Second))
}

// TestEmergenciesAreCaughtUpFirst is F47: after a standstill what is urgent is given out
// first, however long the rest has waited.
func TestEmergenciesAreCaughtUpFirst(t *testing.T) {
	h := watches(t)
	h.do(`insert into river_job (args, kind, max_attempts, queue, state, scheduled_at) select '{}', 'x', 25, case when n > 600 then 'emergency' else 'calls' end, 'scheduled', $1::timestamptz - (1000 - n) * interval '1 s'
		from generate_series(1, 610) n`, h.clk.Now())
	require.NoError(t, pg.Do(h.ctx, h.app.DB, func(tx *pg.Tx) error { _, err := jobs.Due(h.ctx, tx); return err }))
	var urgent, all int
	require.NoError(t, h.app.DB.Pool.QueryRow(h.ctx, `select count(*) filter (where queue = 'emergency'), count(*) from river_job where state = 'available'`).Scan(&urgent, &all))
	require.Equal(t, 10, urgent)
	require.Equal(t, 500, all)
}
