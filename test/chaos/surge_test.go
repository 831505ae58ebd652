package chaos

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/city"
	"d24/internal/access"
	"d24/internal/clock"
	"d24/internal/platform/pg"
	"d24/internal/seed"
)

// A surge (R26, F18, F54): a burst main, and everybody calls.
const (
	surgeLine  = "+73430000101"
	otherLine  = "+73430000102"
	toldWithin = 15 * time.Second
)

// TestSurge is R26 in its short form: many callers of one company with two operators, and a
// notice raised in their middle. Nobody is refused, who waits hears the notice within 15 s,
// callers of another company are answered as before. D24_SURGE=300 calls in a minute is the
// long form, with figures.
func TestSurge(t *testing.T) {
	calls, every := 60, 200*time.Millisecond
	if s := os.Getenv("D24_SURGE"); s != "" {
		n, err := strconv.Atoi(s)
		require.NoError(t, err)
		calls = n
	}
	lasts := time.Duration(calls) * every
	w := newWorld(t, 1, 1, func(w *world) { // a caller's seconds are not divided
		own, err := pg.Open(access.AsSystem(t.Context(), "chaos"), w.pg.AppURL(), 2)
		require.NoError(t, err)
		defer own.Close()
		require.NoError(t, seed.Pace(t.Context(), &pg.DB{Pool: own, Clock: clock.System{}}, 1))
	})
	crew(t, w, "operator", "operator2")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	calm := w.greetings(ctx, "+790009001", otherLine, 12, every*5)
	var all sync.WaitGroup
	lost := make(chan string, calls)
	for n := range calls {
		all.Go(func() {
			pause(ctx, time.Duration(n)*every)
			k := w.city.Resident(fmt.Sprintf("+79000902%03d", n)).Call(surgeLine, city.Script{Say: []string{"Нет воды."}, HangUp: city.Duration(40 * time.Second)})
			if end := k.End(); k.Times().Answered.IsZero() {
				lost <- fmt.Sprintf("%d %s", end.Code, end.Text)
			}
		})
	}
	busy := make(chan []time.Duration, 1)
	go func() { busy <- w.greetings(ctx, "+790009004", otherLine, 12, lasts/12) }()

	pause(ctx, lasts*2/3)
	head := w.signIn(ctx, "supervisor")
	raised := time.Now()
	require.NoError(t, head.insist(ctx, http.MethodPost, "/notices", map[string]any{
		"company_id": w.company(ctx, surgeLine), "is_company": true, "building_ids": []int64{}, "group_ids": []int64{}, "service": "cold_water", "text": "Авария на водопроводе, бригада на месте.", "is_voiced": true, "ends_at": time.Now().Add(2 * time.Hour),
	}, nil))
	all.Wait()
	close(lost)
	for l := range lost {
		t.Errorf("a caller was refused: %s", l)
	}
	told := w.told(ctx, raised)
	require.NotEmpty(t, told, "somebody waited when the notice was raised")
	others := <-busy
	figures("surge_told", told)
	figures("surge_other_calm", calm)
	figures("surge_other", others)
	require.LessOrEqual(t, told[len(told)-1], toldWithin, "who waits hears the notice%s", w.untold(ctx, raised))
	require.Less(t, others[len(others)-1], calm[len(calm)-1]+time.Second, "callers of another company are answered as before") // 100 ms on a quiet machine: the bench
}

// greetings calls a line one by one and returns how long each waited for the greeting.
func (w *world) greetings(ctx context.Context, from, line string, calls int, every time.Duration) (out []time.Duration) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for n := range calls {
		all.Go(func() {
			k := w.city.Resident(fmt.Sprintf("%s%02d", from, n)).Call(line, city.Script{HangUp: city.Duration(2 * time.Second)})
			k.End()
			if x := k.Times(); !x.Answered.IsZero() {
				mu.Lock()
				defer mu.Unlock()
				out = append(out, x.Answered.Sub(x.Placed))
			}
		})
		pause(ctx, every)
	}
	all.Wait()
	require.Len(w.t, out, calls, "each was answered")
	return out
}

func (w *world) company(ctx context.Context, line string) int64 {
	id, err := ask(ctx, w, one[int64], `select company_id from lines where phone = $1`, line)
	require.NoError(w.t, err)
	require.Len(w.t, id, 1)
	return id[0]
}

// told is how long each who waited at a moment, and goes on waiting, had to wait for the notice.
func (w *world) told(ctx context.Context, at time.Time) []time.Duration {
	out, err := ask(ctx, w, func(row func(...any) error) (d time.Duration, err error) {
		var us int64
		err = row(&us)
		return time.Duration(us) * time.Microsecond, err
	}, `select (extract(epoch from coalesce(h.at, $2) - $1) * 1000000)::bigint from calls c
		join lateral (select min(at) as at from call_events where call_id = c.id and kind = 'queued') q on q.at < $1
		left join lateral (select min(at) as at from call_events where call_id = c.id and kind = 'spoken' and data #> '{data,notice}' is not null and at >= $1) h on true
		where c.direction = 'inbound' and coalesce(c.joined_at, 'infinity') > $1::timestamptz + interval '15 s' and c.ended_at > $1::timestamptz + interval '15 s'`, at, at.Add(time.Hour))
	require.NoError(w.t, err)
	return out
}

// untold is what those went through who were told late, for who reads of it.
func (w *world) untold(ctx context.Context, at time.Time) (out string) {
	rows, err := ask(ctx, w, one[string], `select c.phone || ': ' || string_agg(e.kind || ' ' || round(extract(epoch from e.at - $1), 1) || ' ' || coalesce(e.data #>> '{data,notice}', ''), ', ' order by e.seq) from calls c join call_events e on e.call_id = c.id
		where c.direction = 'inbound' and c.started_at < $1 and c.ended_at > $1::timestamptz + interval '15 s' and not exists (select from call_events where call_id = c.id and kind = 'spoken' and data #> '{data,notice}' is not null and at < $1::timestamptz + interval '15 s')
		group by c.id limit 5`, at)
	if err != nil {
		return err.Error()
	}
	for _, r := range rows {
		out += "\n    " + r
	}
	return out
}
