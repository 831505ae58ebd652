package chaos

import (
	"bytes"
	"context"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// longEvery is how often somebody calls in a long play. Three operators whose browsers die serve
// 25 to 40 calls and tasks a minute; at a call each 2 s, with a task behind each, there are 60,
// and what is late then is late for want of people.
const longEvery = 6 * time.Second

// TestChaos is the bounded play: a minute or so of faults by default (CI), D24_CHAOS_FOR
// for longer, D24_CHAOS_SEED to play the same faults again.
func TestChaos(t *testing.T) {
	lasts, every, chance := time.Minute, 2*time.Second, uint64(1)
	if s := os.Getenv("D24_CHAOS_FOR"); s != "" {
		d, err := time.ParseDuration(s)
		require.NoError(t, err)
		every = longEvery
		lasts, chance = d, uint64(time.Now().UnixNano()) //nolint:gosec // any number will do
	}
	if s := os.Getenv("D24_CHAOS_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		require.NoError(t, err)
		chance = n
	}
	t.Logf("seed %d", chance)
	w := newWorld(t, chance, 2)
	w.play(lasts, every, w.faults, (*checker).everything)
}

// play has residents call, people race for requests and faults happen for a while; what was
// promised is then looked at.
func (w *world) play(lasts, every time.Duration, faults func(ops []*operator) []fault, look func(*checker) []Verdict) {
	t := w.t
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var staff sync.WaitGroup
	defer staff.Wait()
	defer cancel()
	var ops []*operator
	for _, login := range []string{"operator", "operator2", "supervisor"} {
		o := &operator{person: w.signIn(ctx, login), die: make(chan time.Duration, 1)}
		require.NoError(t, o.learn(ctx))
		ops = append(ops, o)
		staff.Go(func() { o.work(ctx) })
	}
	staff.Go(func() { w.listens(ctx) })
	eventually(t, 30*time.Second, "the operators are at their places", func() bool {
		n, err := askOnce(ctx, w, one[int], `select count(*)::int from engine_nodes, jsonb_array_elements(floor->'operators') o where duty = 'active' and o->>'state' = 'ready'`)
		return err == nil && len(n) == 1 && n[0] >= len(ops)-1
	})

	load, stop := context.WithTimeout(ctx, lasts)
	defer stop()
	var loads sync.WaitGroup
	loads.Go(func() { w.residents(load, every) })
	loads.Go(func() { w.races(load, ops[0].person, w.signIn(ctx, "admin"), w.signIn(ctx, "gusev")) })
	loads.Go(func() { w.harm(load, faults(ops), 5*time.Second) })
	loads.Wait()
	w.ready(time.Minute)
	w.placed.Wait()
	w.settle(ctx)

	c := w.checker(ctx)
	verdicts := look(c)
	require.NoError(t, c.err)
	var out bytes.Buffer
	violations := Print(&out, verdicts)
	w.verdicts = out.String()
	t.Logf("\n%s", w.verdicts)
	require.Zero(t, violations)
}

// settle waits until nobody waits for his call-back, as long as a call-back may take, and until
// what was answered is written down and no escalation stands still or has yet to begin: after the
// last cut reports have half a minute (R8), a step whose taking was cut is found after 20 s.
func (w *world) settle(ctx context.Context) {
	for end := time.Now().Add(callBackWithin + lateMost); time.Now().Before(end); pause(ctx, time.Second) {
		var answered []string
		for _, e := range w.ledger.Of(CallAnswered) {
			answered = append(answered, e.Phone)
		}
		open, err := ask(ctx, w, one[int], `select (select count(*) from calls where ended_at is null and direction = 'inbound')::int +
			(select count(*) from unnest($1::text[]) p where not exists (select from calls where direction = 'inbound' and phone = p and ended_at is not null))::int +
			(select count(*) from escalations where finished_at is null and (next_at is null or next_at < $2))::int +
			(select count(*) from tickets t where kind = 'emergency' and status = 'new' and idempotency_key like 'chaos-%' and not exists (select from escalations where ticket_id = t.id))::int +
			(select count(*) from call_tasks t where purpose = 'callback' and state in ('waiting', 'active') and not exists (select from call_orders o where o.ref = 'task:' || t.id and o.invited_at is not null))::int`,
			answered, time.Now().Add(-lateMost))
		if err == nil && len(open) == 1 && open[0] == 0 {
			pause(ctx, 3*time.Second) // what ended just now has its call-back made
			return
		}
	}
}

// everything is all that is promised.
func (c *checker) everything() []Verdict {
	return verdicts(c.tickets, c.comments, c.records, c.timers, c.escalations, c.effects, c.races, c.dropped, c.away, c.shifts, c.ambiguous, c.recordings, c.killed, c.browsers, c.promise)
}

func verdicts(looks ...func() Verdict) (out []Verdict) {
	for _, f := range looks {
		out = append(out, f())
	}
	return out
}
