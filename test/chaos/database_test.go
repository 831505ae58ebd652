package chaos

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/city"
)

// number is a setting of the long form.
func number(t *testing.T, name string, short int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return short
	}
	n, err := strconv.Atoi(s)
	require.NoError(t, err)
	return n
}

// judged prints verdicts and wants no violation.
func judged(t *testing.T, c *checker, vs ...Verdict) {
	t.Helper()
	require.NoError(t, c.err)
	var out bytes.Buffer
	violations := Print(&out, vs)
	c.world.verdicts = out.String()
	t.Logf("\n%s", c.world.verdicts)
	require.Zero(t, violations)
}

// TestCommitsAreCut is R9: the wire to the database breaks just as a transaction ends, so
// that nobody knows whether it has, and now and then PostgreSQL dies of it. What was
// acknowledged is there once, what was asked for again is not there twice. 60 cuts by
// default, D24_CHAOS_CUTS for more (R9 says 1,000).
func TestCommitsAreCut(t *testing.T) {
	cuts, deadly := int64(number(t, "D24_CHAOS_CUTS", 60)), int64(20)
	w := newWorld(t, 9, 1, throughAWire)
	crew(t, w, "operator", "operator2")
	ctx, cancel := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	stop := func() { cancel(); writers.Wait() }
	defer stop()
	for n, login := range []string{"operator", "supervisor"} {
		p := w.signIn(ctx, login)
		require.NoError(t, p.learn(ctx))
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				p.write(ctx, fmt.Sprintf("chaos-cut-%d-%d", n, i), "+79000900099", "")
				pause(ctx, 50*time.Millisecond)
			}
		})
	}
	load, enough := context.WithCancel(ctx)
	writers.Go(func() { w.residents(load, 3*time.Second) })
	w.wire.oneIn.Store(10)
	for killed := int64(0); w.wire.cuts.Load() < cuts; pause(ctx, 50*time.Millisecond) {
		if w.wire.cuts.Load()/deadly > killed {
			killed++
			w.wire.kill()
		}
	}
	w.wire.oneIn.Store(0)
	enough()
	pause(ctx, time.Second) // the last of them are asked for again
	stop()
	w.ready(time.Minute)
	w.placed.Wait()
	w.settle(t.Context())
	c := w.checker(t.Context())
	r9 := c.ambiguous()
	r9.Faults = int(w.wire.cuts.Load())
	judged(t, c, c.tickets(), c.comments(), c.records(), c.escalations(), c.effects(), c.dropped(), r9)
}

// TestTheDatabaseIsAway is R8: for ten seconds (D24_CHAOS_AWAY seconds: 600 by hand) nothing
// reaches the database. Whoever talks goes on, whoever calls is answered, greeted, recorded and
// spoken with; afterwards all of it is written within half a minute, and who gave up is called back.
func TestTheDatabaseIsAway(t *testing.T) {
	lasts := time.Duration(number(t, "D24_CHAOS_AWAY", 10)) * time.Second
	w := newWorld(t, 8, 1, throughAWire)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	desk := w.signIn(ctx, "supervisor").sit(t, ctx)
	live := w.city.Resident("+79000900098").Call("+73430000101", city.Script{HangUp: city.Duration(lasts + 2*time.Minute)})
	answers(t, ctx, desk)
	crew(t, w, "operator", "operator2")
	eventually(t, 30*time.Second, "the operators are at their places", func() bool {
		n, err := askOnce(ctx, w, one[int], `select count(*)::int from engine_nodes, jsonb_array_elements(floor->'operators') o where duty = 'active' and o->>'state' = 'ready'`)
		return err == nil && len(n) == 1 && n[0] >= 2
	})
	gap := max(2*time.Second, lasts/50) // five a minute in the long form
	load, enough := context.WithCancel(ctx)
	var loads sync.WaitGroup
	loads.Go(func() { w.residents(load, gap) })
	from, to := w.wire.away(lasts)
	require.Equal(t, city.Talks, live.State(), "who was on the line is on the line")
	require.Equal(t, "talking", desk.View().State)
	enough()
	loads.Wait()
	live.Hangup()

	v := Verdict{ID: "R8", What: fmt.Sprintf("calls of the %s without a database are written within 30 s after it", to.Sub(from).Round(time.Second)), Faults: 1}
	came := 0
	eventually(t, 30*time.Second-time.Since(to)+gap, "the calls of that time are written", func() bool {
		var placed []string
		for _, e := range w.ledger.Of(CallAnswered) {
			placed = append(placed, e.Phone)
		}
		n, err := askOnce(ctx, w, one[int], `select count(distinct phone)::int from calls where phone = any($1)`, placed)
		came = len(placed)
		return err == nil && n[0] == came
	})
	v.Operations, v.Worst = came, time.Since(to).Round(time.Millisecond).String()
	w.placed.Wait()
	const forgotten = `select count(*)::int from calls c where direction = 'inbound' and joined_at is null and not exists (select from call_orders o where o.phone = c.phone and o.purpose = 'callback' and o.invited_at > c.started_at)`
	for end := time.Now().Add(callBackWithin + time.Duration(came)*5*time.Second); time.Now().Before(end) && pause(ctx, time.Second); { // two operators, one after another
		if n, err := askOnce(ctx, w, one[int], forgotten); err == nil && n[0] == 0 {
			break
		}
	}
	w.settle(ctx)
	c := w.checker(ctx)
	joined := Verdict{ID: "R8", What: "of them spoken with while it was away", Operations: c.number(`select count(*)::int from calls where direction = 'inbound' and started_at between $1 and $2`, from, to)}
	spoken := c.number(`select count(*)::int from calls where direction = 'inbound' and started_at between $1 and $2 and joined_at < $2`, from, to)
	joined.Worst = fmt.Sprintf("%d", spoken)
	if spoken == 0 {
		joined.Broken("nobody was spoken with")
	}
	back := Verdict{ID: "R25", What: "who gave up without a word is called back", Operations: c.number(`select count(*)::int from calls where direction = 'inbound' and joined_at is null`)}
	if n := c.number(forgotten); n > 0 {
		back.Broken("%d were not", n)
	}
	judged(t, c, v, joined, back, c.away(), c.dropped(), c.records(), c.recordings(), c.tickets(), c.comments(), c.effects())
}
