package chaos

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/desk"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// TestTimers is R2 in its short form: calls are armed over some seconds, the worker that has
// them is killed in their middle, and each has its order once, not before its hour and within
// 15 s of it. D24_TIMERS=10000 over a minute is the long form, with the figures first without
// a fault.
func TestTimers(t *testing.T) {
	armed, span := 400, 12*time.Second
	if s := os.Getenv("D24_TIMERS"); s != "" {
		n, err := strconv.Atoi(s)
		require.NoError(t, err)
		armed, span = n, time.Minute
	}
	w := newWorld(t, 1, 1)
	w.nodes["phone-1"].bury() // the orders are what counts
	ctx := access.AsSystem(t.Context(), "chaos")
	own, err := pg.Open(ctx, w.pg.AppURL(), 2)
	require.NoError(t, err)
	defer own.Close()
	a, err := app.New(app.Config{Pool: own, Clock: clock.System{}, Node: "arms"})
	require.NoError(t, err)

	if os.Getenv("D24_TIMERS") != "" {
		late := w.timed(ctx, a, "calm", armed, span, nil)
		figures("timers", late)
	}
	late := w.timed(ctx, a, "killed", armed, span, func() {
		w.nodes["work-1"].bury() // for good: the other has to take what it had in hand
		w.nodes["work-2"].signal(syscall.SIGKILL)
	})
	figures("timers_killed", late)
	require.LessOrEqual(t, late[len(late)-1], lateMost, "none is later than 15 s")
}

// timed arms calls and returns how late each had its order, in order; harm comes in the middle.
func (w *world) timed(ctx context.Context, a *app.App, name string, armed int, span time.Duration, harm func()) (late []time.Duration) {
	w.t.Helper()
	first := time.Now().Add(5 * time.Second)
	require.NoError(w.t, pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
		for n := range armed {
			err := a.Tasks.Create(ctx, tx, desk.NewTask{
				Key: fmt.Sprintf("%s-%d", name, n), CompanyID: 1, Purpose: telephony.Announcement, Phones: []string{fmt.Sprintf("+7900%07d", n)}, Title: "Проверка часов",
				Plan: desk.DialPlan{Mode: telephony.AnnounceOnly, Dials: 1, RingSec: 20, Words: "Проверка."}, DueAt: first.Add(span * time.Duration(n) / time.Duration(armed)),
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	if harm != nil {
		pause(ctx, time.Until(first.Add(span/2)))
		harm()
	}
	orders := func() [2]int {
		n, err := ask(ctx, w, one[int], `select count(o.key)::int from call_tasks t left join call_orders o on o.ref = 'task:' || t.id where t.key like $1 || '-%'
			union all select count(*)::int from call_tasks where key like $1 || '-%'`, name)
		require.NoError(w.t, err)
		return [2]int{n[0], n[len(n)-1]}
	}
	eventually(w.t, time.Until(first.Add(span))+time.Minute, "each has its order", func() bool { n := orders(); return n[0] >= armed })
	require.Equal(w.t, [2]int{armed, armed}, orders(), "none twice")
	late, err := ask(ctx, w, func(row func(...any) error) (d time.Duration, err error) {
		var us int64
		err = row(&us)
		return time.Duration(us) * time.Microsecond, err
	}, `select (extract(epoch from o.created_at - t.due_at) * 1000000)::bigint from call_tasks t join call_orders o on o.ref = 'task:' || t.id where t.key like $1 || '-%' order by 1`, name)
	require.NoError(w.t, err)
	require.Len(w.t, late, armed)
	require.GreaterOrEqual(w.t, late[0], time.Duration(0), "none is early")
	return late
}

// figures prints the percentiles of spans, as a bench does.
func figures(name string, spans []time.Duration) {
	slices.Sort(spans)
	for _, p := range []int{50, 99, 100} {
		what := fmt.Sprintf("p%d", p)
		if p == 100 {
			what = "max"
		}
		fmt.Printf("%s_%s %.1f ms\n", name, what, float64(spans[(len(spans)-1)*p/100].Microseconds())/1000)
	}
}
