package chaos

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/city"
	"d24/test/softphone"
)

// crew is an operator at work for the length of a test.
func crew(t *testing.T, w *world, logins ...string) (ops []*operator) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	t.Cleanup(func() { cancel(); all.Wait() })
	for _, login := range logins {
		o := &operator{person: w.signIn(ctx, login), die: make(chan time.Duration, 1)}
		require.NoError(t, o.learn(ctx))
		ops = append(ops, o)
		all.Go(func() { o.work(ctx) })
	}
	return ops
}

func eventually(t *testing.T, limit time.Duration, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !f(); time.Sleep(50 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "not within %s: %s", limit, what)
	}
}

// duty is the node at work; "" while there is none.
func (w *world) duty(want string) string {
	names, err := askOnce(w.t.Context(), w, one[string], `select node from engine_nodes where duty = $1 and seen_at > $2 order by node`, want, time.Now().Add(-3*time.Second))
	if err != nil || len(names) == 0 {
		return ""
	}
	return names[0]
}

// joined reports whether an operator has spoken with the number's last call.
func (w *world) joined(phone string) bool {
	n, err := askOnce(w.t.Context(), w, one[int], `select count(*)::int from calls where phone = $1 and joined_at is not null`, phone)
	return err == nil && len(n) == 1 && n[0] > 0
}

// TestAnEngineIsRestartedUnderACall is R14: two engines; the one at work is restarted in
// the middle of a talk. The talk goes on to its end, whoever calls meanwhile is served by
// the other, nothing is cut, the operators move, and the restarted engine waits its turn. The
// other one is asked to end too, while the first still ends: it serves until that one is back.
func TestAnEngineIsRestartedUnderACall(t *testing.T) {
	w := newWorld(t, 1, 2)
	eventually(t, 20*time.Second, "one engine is at work, the other waits", func() bool { return w.duty("active") != "" && w.duty("standby") != "" })
	first, second := w.duty("active"), w.duty("standby")

	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	op := w.signIn(ctx, "operator")
	desk := op.sit(t, ctx)
	talk := w.city.Resident("+79000900201").Call("+73430000101", city.Script{HangUp: city.Duration(90 * time.Second)})
	v, err := desk.Call(ctx, "ringing")
	require.NoError(t, err)
	desk.Do(ctx, "answer", v.Key)
	_, err = desk.Call(ctx, "talking")
	require.NoError(t, err)

	crew(t, w, "operator2")
	w.nodes[first].signal(syscall.SIGTERM)
	var worst time.Duration
	for n := range 12 { // one every 250 ms, over the change of shift
		phone := fmt.Sprintf("+790009003%02d", n)
		k := w.city.Resident(phone).Call("+73430000101", city.Script{HangUp: city.Duration(2500 * time.Millisecond)})
		eventually(t, 10*time.Second, "a new call is answered by one of them", func() bool { return k.State() == city.Talks || k.State() == city.Over })
		times := k.Times()
		require.False(t, times.Answered.IsZero(), "the call of %s was not answered: %+v", phone, k.End())
		worst = max(worst, times.Answered.Sub(times.Placed))
		time.Sleep(250 * time.Millisecond)
	}
	require.Equal(t, city.Talks, talk.State(), "the talk goes on")
	eventually(t, 15*time.Second, "the other engine is at work", func() bool { return w.duty("active") == second })
	w.nodes[second].signal(syscall.SIGTERM)
	for n := range 16 { // longer than a registration lasts
		phone := fmt.Sprintf("+790009004%02d", n)
		k := w.city.Resident(phone).Call("+73430000101", city.Script{HangUp: city.Duration(900 * time.Millisecond)})
		eventually(t, 10*time.Second, "a call ends", func() bool { return k.State() == city.Over })
		require.False(t, k.Times().Answered.IsZero(), "the call of %s was not answered: %+v", phone, k.End())
	}
	require.Equal(t, city.Talks, talk.State(), "and lives on with nobody else there")
	talk.Hangup()
	require.Equal(t, "положил трубку", talk.End().Text)
	eventually(t, 40*time.Second, "the first came back and is at work, and so came the other, to wait", func() bool { return w.duty("active") == first && w.duty("standby") == second })
	eventually(t, 20*time.Second, "nothing was cut", func() bool {
		n, err := askOnce(t.Context(), w, one[int], `select count(*)::int from calls where ended_at is null or is_cut`)
		return err == nil && n[0] == 0
	})
	t.Logf("the slowest answer over the change of shift: %s", worst.Round(time.Millisecond))
}

// sit is an operator's telephone, ready.
func (p *person) sit(t *testing.T, ctx context.Context) *softphone.Phone {
	t.Helper()
	s, err := p.open(ctx, "test")
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// answers takes the call that comes, and returns when both talk.
func answers(t *testing.T, ctx context.Context, desk *softphone.Phone) {
	t.Helper()
	ringing, err := desk.Call(ctx, "ringing")
	require.NoError(t, err)
	desk.Do(ctx, "answer", ringing.Key)
	_, err = desk.Call(ctx, "talking")
	require.NoError(t, err)
}

// TestOneOfEachIsKilled: two engines, two workers, two pages on one PostgreSQL. One of
// each dies and does not come back: a caller is answered and spoken with, his request is
// saved, and its executor's telephone rings.
func TestOneOfEachIsKilled(t *testing.T) {
	w := newWorld(t, 2, 2)
	eventually(t, 20*time.Second, "one engine is at work, the other waits", func() bool { return w.duty("active") != "" && w.duty("standby") != "" })
	first, second := w.duty("active"), w.duty("standby")
	for _, name := range []string{first, "work-1", "web-1"} {
		w.nodes[name].bury()
	}
	w.web = w.web[1:]
	crew(t, w, "operator", "operator2")
	eventually(t, 25*time.Second, "the other engine is at work and its trunks are up", func() bool { return w.duty("active") == second && w.whole() })
	eventually(t, 45*time.Second, "an operator is at his place", func() bool {
		n, err := askOnce(t.Context(), w, one[int], `select count(*)::int from engine_nodes, jsonb_array_elements(floor->'operators') o where duty = 'active' and o->>'state' = 'ready'`)
		return err == nil && len(n) == 1 && n[0] > 0
	})
	k := w.city.Resident("+79000900202").Call("+73430000101", city.Script{Say: []string{"Топит с потолка."}, HangUp: city.Duration(20 * time.Second)})
	eventually(t, 20*time.Second, "an operator speaks with him", func() bool { return w.joined("+79000900202") })
	k.Hangup()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := w.signIn(ctx, "operator")
	require.NoError(t, p.learn(ctx))
	p.write(ctx, "chaos-nodes-1", "+79000900202", "")
	require.True(t, slices.ContainsFunc(w.ledger.Of(TicketAcked), func(e Entry) bool { return e.Key == "chaos-nodes-1" }))
	eventually(t, time.Minute, "its executor is rung", func() bool {
		n, err := askOnce(t.Context(), w, one[int], `select count(*)::int from calls where direction = 'outbound' and purpose = 'handover' and answered_at is not null`)
		return err == nil && n[0] > 0
	})
	require.Equal(t, http.StatusOK, status(w.web[0]+"/readyz"))
}
