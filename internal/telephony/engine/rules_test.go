package engine

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// TestALanguageIsPreferredForAWhile: a caller whose number says his language is kept for
// who speaks it, then goes to anybody, but to those who speak it first; an emergency waits
// for nobody.
func TestALanguageIsPreferredForAWhile(t *testing.T) {
	t.Parallel()
	now := floorNow
	caller := func(sec int) Waiter {
		return Waiter{Key: "a", Inbound: true, CompanyID: 1, Priority: telephony.PriorityInbound, Since: now.Add(-time.Duration(sec) * time.Second), Language: "tt"}
	}
	plain := Idle{UserID: 1, Companies: []int64{1}, Since: now.Add(-time.Hour)}
	speaker := Idle{UserID: 2, Companies: []int64{1}, Languages: []string{"tt"}, Since: now}
	decide := func(w Waiter, idle ...Idle) []Match {
		out, _ := DefaultRules.Decide(Moment{Now: now, Waiting: []Waiter{w}, Idle: idle})
		return out
	}
	require.Equal(t, []Match{{"a", 2}}, decide(caller(1), plain, speaker), "though another has been idle for longer")
	require.Empty(t, decide(caller(29), plain), "kept")
	require.Equal(t, []Match{{"a", 1}}, decide(caller(30), plain), "relaxed")
	require.Equal(t, []Match{{"a", 2}}, decide(caller(31), plain, speaker), "still first")
	key := caller(1)
	key.Priority = telephony.PriorityEmergency
	require.Equal(t, []Match{{"a", 1}}, decide(key, plain))
	passed := caller(31)
	passed.Passed = []int64{2}
	require.Equal(t, []Match{{"a", 1}}, decide(passed, plain, speaker), "who let it pass comes last")
}

// TestRulesReachARunningEngine: what a supervisor sets is in force within moments, in calls
// that come and in browsers that are there; a wish of his moves an operator.
func TestRulesReachARunningEngine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	rules := telephony.DefaultQueue()
	rules.Ring, rules.WrapUps = 5*time.Second, map[int64]time.Duration{1: 90 * time.Second}
	set := func() {
		w.desk.rule(rules)
		w.eventually("adopted", func() bool {
			var ring time.Duration
			w.inLoop(func() { ring = w.engine.set.Ring })
			return ring == rules.Ring
		})
	}
	set()
	w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.NoError(t, op.InState(w.ctx(), statePause), "not taken in its time: the next one")
	rules.Ring = time.Minute
	set()
	w.desk.wish(telephony.SeatWish{UserID: 1, State: stateReady, By: "Старший"})
	require.NoError(t, op.InState(w.ctx(), stateRinging), "moved to ready, the call rings again")
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	op.Do(w.ctx(), "hangup", v.Key)
	require.NoError(t, op.InState(w.ctx(), stateWrapUp))
	var sec int
	w.inLoop(func() { sec = w.engine.seats[1].wrapUpSec() })
	require.Equal(t, 90, sec, "the company's own wrap-up")
	op.Do(w.ctx(), "wrapped_up", "")
	require.NoError(t, op.InState(w.ctx(), stateReady), "ended early")
}

// Queue is what supervisors have set.
func (d *desk) Queue(context.Context, []int64) (telephony.QueueRules, []telephony.SeatWish, error) {
	if d.away.Load() {
		return telephony.QueueRules{}, nil, errAway
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	out := d.wishes
	d.wishes = nil
	return d.ruled, out, nil
}

func (d *desk) rule(q telephony.QueueRules) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ruled = q
}

func (d *desk) wish(s telephony.SeatWish) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wishes = append(d.wishes, s)
}

// TestALimitOfAPauseIsShown: the floor says until when a pause may last.
func TestALimitOfAPauseIsShown(t *testing.T) {
	t.Parallel()
	at := time.Now()
	e := &Engine{seats: map[int64]*seat{}, set: telephony.DefaultQueue(), prompts: &prompts{}, trunks: &trunks{}, reports: &reports{}}
	e.seats[1] = &seat{e: e, state: statePause, reason: "Обед", since: at}
	e.seats[2] = &seat{e: e, state: statePause, reason: "другое", since: at}
	f := e.floor()
	for _, o := range f.Operators {
		if o.Reason == "Обед" {
			require.Equal(t, at.Add(45*time.Minute), *o.Until)
		} else {
			require.Nil(t, o.Until)
		}
	}
}

// TestWhoSpeaksALanguageIsAwaitedOnlyWhenThere: nobody waits for an operator who is not at
// work, and the number's language comes before the company's.
func TestWhoSpeaksALanguageIsAwaitedOnlyWhenThere(t *testing.T) {
	t.Parallel()
	e := &Engine{seats: map[int64]*seat{}, set: telephony.QueueRules{Spoken: map[int64]string{1: "uz"}, Lines: map[int64]string{7: "tt"}}}
	c := &call{e: e, inbound: true, company: 1}
	require.Equal(t, "uz", e.language(c))
	c.dec.LineID = 7
	require.Equal(t, "tt", e.language(c))
	require.Empty(t, e.spoken(c), "nobody is there")
	s := &seat{e: e, state: statePause, who: telephony.Seat{UserID: 1, Companies: []int64{1}}}
	e.set.Operators = map[int64][]string{1: {"tt"}}
	e.seats[1] = s
	require.Empty(t, e.spoken(c), "on a break")
	s.state = stateTalking
	require.Equal(t, "tt", e.spoken(c))
	out := &call{e: e, company: 1, order: telephony.Order{Purpose: telephony.Handover}}
	require.Empty(t, e.language(out), "an executor is none of the number's callers")
}
