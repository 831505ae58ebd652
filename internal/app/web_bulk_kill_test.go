package app_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/pg/pgtest"
)

// workerOf names the database of which this program is a worker that will be killed.
const workerOf = "D24_TEST_WORKER_OF"

// TestBeAWorker is the other process of TestAChangeOfManyOutlivesKills.
func TestBeAWorker(t *testing.T) {
	name := os.Getenv(workerOf)
	if name == "" {
		return
	}
	cfg, err := pgxpool.ParseConfig(pgtest.URL(name))
	require.NoError(t, err)
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	require.NoError(t, err)
	a, err := app.New(app.Config{Pool: pool, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Work: true, Node: "killed"})
	require.NoError(t, err)
	ctx := access.AsSystem(t.Context(), "test")
	require.NoError(t, a.Reclaim(ctx, "killed"))
	require.NoError(t, a.River.Start(ctx))
	select {} // until it is killed
}

func worker(t *testing.T, database string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBeAWorker$") //nolint:gosec // this very program
	c.Env = append(os.Environ(), workerOf+"="+database)
	require.NoError(t, c.Start())
	return c
}

// TestAChangeOfManyOutlivesKills is R19: 10,000 requests, the worker killed with SIGKILL at 20
// points, each followed by a new one: it goes on within 10 s, each request is changed once
// and has one line of history, the figures are those of the rows.
func TestAChangeOfManyOutlivesKills(t *testing.T) { // R19
	t.Parallel()
	const n, kills = 10_000, 20
	h := open(t)
	h.copies(n, "м5")
	var name string
	must(t, h.app.DB.Pool.QueryRow(h.sys, `select current_database()`).Scan(&name))
	h.do(`update river_job set state = 'completed', finalized_at = $1 where state <> 'completed'`, noon)
	id := h.change("admin", "м5", map[string]any{"what": "status", "to": "done"})
	done := func() int64 { return h.one(`select done + refused from errands where id = $1`, id) }
	r := rand.New(rand.NewPCG(19, 19)) //nolint:gosec // the draw repeats
	var worst time.Duration
	for range kills {
		before := done()
		w, began := worker(t, name), time.Now()
		want := before + 1 + r.Int64N(400) // of 250 at once: within the first batch, or in one of the next
		require.Eventually(t, func() bool { return done() > before }, 20*time.Second, time.Millisecond, "it goes on")
		worst = max(worst, time.Since(began))
		require.Eventually(t, func() bool { return done() >= min(want, n) }, 20*time.Second, time.Millisecond)
		require.NoError(t, w.Process.Kill())
		_ = w.Wait()
		require.Equal(t, done(), h.one(`select count(*) from errand_items where errand_id = $1 and outcome <> ''`, id), "what is said is what is so")
		require.Equal(t, h.one(`select count(*) from ticket_events where data->>'errand_id' = $1`, fmt.Sprint(id)), h.one(`select count(*) from tickets where unit = 'м5' and status = 'done'`))
	}
	left := n - done()
	require.Positive(t, left, "the kills came too late to prove anything")
	w := worker(t, name)
	require.Eventually(t, func() bool { return h.one(`select count(*) from errands where id = $1 and state = 'done'`, id) == 1 }, 60*time.Second, 10*time.Millisecond)
	require.NoError(t, w.Process.Kill())
	_ = w.Wait()
	require.Equal(t, fmt.Sprintf("%d/0/%d done", n, n), h.errand("admin", id))
	require.Equal(t, int64(n), h.one(`select count(*) from tickets where unit = 'м5' and status = 'done' and version = 2`), "each once")
	require.Equal(t, int64(n), h.one(`select count(*) from ticket_events where data->>'errand_id' = $1`, fmt.Sprint(id)), "one line each")
	require.Equal(t, int64(n), h.one(`select count(distinct (args->>'ticket_id')::bigint) from river_job where kind = 'followup.ask'`), "who listens hears of each")
	require.Less(t, worst, 10*time.Second)
	t.Logf("%d kills, %d left for the last worker, worst start to progress %v", kills, left, worst)
}
