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

func worker(t testing.TB, database string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBeAWorker$") //nolint:gosec // this very program
	c.Env = append(os.Environ(), workerOf+"="+database)
	require.NoError(t, c.Start())
	return c
}

// TestAChangeOfManyOutlivesKills is R19: 10,000 requests, the worker killed with SIGKILL at 20
// points, each followed by a new one: it goes on within 10 s, each request is changed once
// and has one line of history, the figures are those of the rows. Every other kill comes
// when a batch is changed and about to be marked so.
func TestAChangeOfManyOutlivesKills(t *testing.T) { // R19
	t.Parallel()
	const n, kills = 10_000, 20
	h := open(t)
	h.copies(n, "м5")
	k := &killing{house: h, draw: rand.New(rand.NewPCG(19, 19))} //nolint:gosec // the draw repeats
	must(t, h.app.DB.Pool.QueryRow(h.sys, `select current_database()`).Scan(&k.database))
	h.do(`update river_job set state = 'completed', finalized_at = $1 where state <> 'completed'`, noon)
	k.id = h.change("admin", "м5", map[string]any{"what": "status", "to": "done"})
	for i := range kills {
		if i%2 == 0 {
			k.onTheWay(n)
		} else {
			k.beforeTheMark()
		}
		changed := h.one(`select count(*) from tickets where unit = 'м5' and status = 'done'`)
		require.Equal(t, k.done(), h.one(`select count(*) from errand_items where errand_id = $1 and outcome <> ''`, k.id), "what is said is what is so")
		require.Equal(t, changed, h.one(`select count(*) from errand_items where errand_id = $1 and outcome = 'changed'`, k.id), "a change and its mark are one")
		require.Equal(t, changed, h.one(`select count(*) from ticket_events where data->>'errand_id' = $1`, fmt.Sprint(k.id)))
	}
	left := n - k.done()
	require.Positive(t, left, "the kills came too late to prove anything")
	w := worker(t, k.database)
	require.Eventually(t, func() bool { return h.one(`select count(*) from errands where id = $1 and state = 'done'`, k.id) == 1 }, 60*time.Second, 10*time.Millisecond)
	require.NoError(t, w.Process.Kill())
	_ = w.Wait()
	require.Equal(t, fmt.Sprintf("%d/0/%d done", n, n), h.errand("admin", k.id))
	require.Equal(t, int64(n), h.one(`select count(*) from tickets where unit = 'м5' and status = 'done' and version = 2`), "each once")
	require.Equal(t, int64(n), h.one(`select count(*) from ticket_events where data->>'errand_id' = $1`, fmt.Sprint(k.id)), "one line each")
	require.Equal(t, int64(n), h.one(`select count(distinct (args->>'ticket_id')::bigint) from river_job where kind = 'followup.ask'`), "who listens hears of each")
	require.Less(t, k.worst, 10*time.Second)
	t.Logf("%d kills, %d left for the last worker, worst start to progress %v", kills, left, k.worst)
}

// killing starts workers of one errand and kills them.
type killing struct {
	*house
	database string
	id       int64
	draw     *rand.Rand
	worst    time.Duration // from a start to progress
}

func (k *killing) done() int64 {
	return k.one(`select done + refused from errands where id = $1`, k.id)
}

// onTheWay kills within the first batch of a worker, or in one of the next.
func (k *killing) onTheWay(n int64) {
	before := k.done()
	w, began := worker(k.t, k.database), time.Now()
	want := before + 1 + k.draw.Int64N(400) // of 250 at once
	require.Eventually(k.t, func() bool { return k.done() > before }, 20*time.Second, time.Millisecond, "it goes on")
	k.worst = max(k.worst, time.Since(began))
	require.Eventually(k.t, func() bool { return k.done() >= min(want, n) }, 20*time.Second, time.Millisecond)
	require.NoError(k.t, w.Process.Kill())
	_ = w.Wait()
}

// beforeTheMark kills between the change of a batch and its mark: the mark of one of the
// items that come next waits for us.
func (k *killing) beforeTheMark() {
	held, err := k.app.DB.Pool.Begin(k.sys)
	require.NoError(k.t, err)
	defer held.Rollback(k.sys) //nolint:errcheck // nothing is changed
	_, err = held.Exec(k.sys, `set local role d24_system`)
	require.NoError(k.t, err)
	var us uint32
	require.NoError(k.t, held.QueryRow(k.sys, `select pg_current_xact_id()::xid from (select from errand_items where errand_id = $1 and outcome = '' order by subject_id offset $2 limit 1 for update) x`,
		k.id, k.draw.Int64N(500)).Scan(&us))
	w := worker(k.t, k.database)
	require.Eventually(k.t, func() bool {
		return k.one(`select count(*) from pg_locks where transactionid::text = $1 and not granted`, fmt.Sprint(us)) > 0
	}, 20*time.Second, time.Millisecond, "a batch is to be marked")
	require.NoError(k.t, w.Process.Kill())
	_ = w.Wait()
}
