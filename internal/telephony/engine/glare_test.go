package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

const executorPhone = "+79000001001"

func callBack(key string) telephony.Order {
	return telephony.Order{Key: key, CompanyID: 1, LineID: 1, Phone: executorPhone, Purpose: telephony.Callback, Mode: telephony.OperatorFirst, Priority: telephony.PriorityCallback, RingFor: 20 * time.Second}
}

// TestWhoCallsWhileWeCallHim is F26: his call is let in and joined to the operator who
// was dialling him; his phone stops ringing, and it is one call of the order.
func TestWhoCallsWhileWeCallHim(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.decision = telephony.Decision{Action: telephony.DropAndCallBack} })
	rings, silent := make(chan struct{}), make(chan sip.Ending, 1)
	w.phones.set(executorPhone, func(l *sip.Leg) {
		_ = l.Ring()
		close(rings)
		silent <- l.End()
	})
	op := w.operator(1, true)
	w.desk.place(callBack("task-1-1"))
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	<-rings
	leg, ear := w.resident("89000001001")
	w.eventually("the operator is heard", func() bool { return ear.heard(operatorTone) })
	require.Equal(t, sip.ByCancel, (<-silent).Cause)
	leg.Hangup()
	end := w.desk.ended(t)
	require.Equal(t, "task-1-1", end.OrderKey)
	require.Equal(t, telephony.Answered, end.Outcome)
	require.EqualValues(t, 1, end.Operator)
}

// TestATaskRefusedGoesToAnotherOperator is F31: the operator's phone rings first; one who
// declines or misses it sends it back to the top, and no dial is lost.
func TestATaskRefusedGoesToAnotherOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.operator(1, true)
	w.desk.place(callBack("task-1-1"))
	v, err := first.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	later := callBack("task-2-1")
	later.Phone = "+79000001002"
	w.desk.place(later)
	second := w.operator(2, false)
	first.Do(w.ctx(), "hangup", v.Key)
	require.NoError(t, first.InState(w.ctx(), "pause"))
	require.NoError(t, second.Ready(w.ctx()))
	v2, err := second.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, v.Key, v2.Key, "it is the first again, before what came later")
	require.Empty(t, w.desk.invited, "nobody was dialled")
	second.Do(w.ctx(), "answer", v2.Key)
}

// TestALeadOnABreakKeepsABrokenPromise is F30: after its promise a call-back of staff is
// offered to a shift lead who is on a break; nobody else is disturbed, nor he before.
func TestALeadOnABreakKeepsABrokenPromise(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	idle := []Idle{{UserID: 7, Companies: []int64{1}, Since: now, Reserve: true, Lead: true}, {UserID: 8, Companies: []int64{1}, Since: now.Add(-time.Hour), Reserve: true}}
	for name, c := range map[string]struct {
		w    Waiter
		want int
	}{
		"before":            {Waiter{Promise: now.Add(time.Second), Leads: true}, 0},
		"after":             {Waiter{Promise: now, Leads: true}, 1},
		"a resident's":      {Waiter{Promise: now.Add(-time.Hour)}, 0},
		"an incoming call":  {Waiter{Inbound: true, Priority: telephony.PriorityInbound, Since: now.Add(-time.Hour)}, 0},
		"another company's": {Waiter{CompanyID: 2, Promise: now, Leads: true}, 0},
	} {
		if c.w.CompanyID == 0 {
			c.w.CompanyID = 1
		}
		c.w.Key = "k"
		got, _ := DefaultRules.Decide(Moment{Now: now, Waiting: []Waiter{c.w}, Idle: idle})
		require.Len(t, got, c.want, name)
		if c.want == 1 {
			require.Equal(t, int64(7), got[0].UserID, "an operator on his break is left alone")
		}
	}
}

// TestWhoHoldsAnEmergencyIsCalledBackFirst is F25: among call-backs near their promise.
func TestWhoHoldsAnEmergencyIsCalledBackFirst(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	m := Moment{Now: now, Idle: []Idle{{UserID: 1, Companies: []int64{1}}}, Waiting: []Waiter{
		{Key: "resident", CompanyID: 1, Priority: telephony.PriorityCallback, Promise: now.Add(time.Minute)},
		{Key: "staff", CompanyID: 1, Priority: telephony.PriorityCallback, Promise: now.Add(2 * time.Minute)},
		{Key: "holder", CompanyID: 1, Priority: telephony.PriorityHolder, Promise: now.Add(3 * time.Minute)},
	}}
	got, _ := DefaultRules.Decide(m)
	require.Equal(t, []Match{{"holder", 1}}, got)
	m.Waiting = append(m.Waiting, Waiter{Key: "key 0", CompanyID: 1, Inbound: true, Priority: telephony.PriorityEmergency, Since: now})
	got, _ = DefaultRules.Decide(m)
	require.Equal(t, []Match{{"key 0", 1}}, got, "a resident's emergency keeps its priority (F30)")
}

// TestATaskOfWhoHasLeftIsAnybodys: it was his; its next dial comes when he is not there, or he
// leaves while it waits for him. Nobody waits for him half a minute.
func TestATaskOfWhoHasLeftIsAnybodys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keptFor := func(key string) (operator int64) {
		w.eventually("the order is here", func() (is bool) {
			w.inLoop(func() {
				c := w.engine.calls[telephony.CallKey(key)]
				if is = c != nil; is {
					operator = c.order.For
				}
			})
			return is
		})
		return operator
	}
	place := func(key, phone string, operator int64) {
		o := callBack(key)
		o.Phone, o.For = phone, operator
		w.desk.place(o)
	}
	his, _, _, _ := w.inTalk()
	place("task-1-1", "+79000001011", 3)
	require.Equal(t, int64(3), keptFor("task-1-1"), "the engine has just begun: he may be on his way here")
	w.inLoop(func() { w.engine.begun = w.engine.begun.Add(-time.Hour) })
	place("task-2-1", "+79000001012", 3)
	require.Zero(t, keptFor("task-2-1"), "he is not here")

	place("task-3-1", "+79000001013", 1)
	require.Equal(t, int64(1), keptFor("task-3-1"), "he speaks: it waits for him")
	his.Send(w.ctx(), map[string]any{"type": "state", "state": "off"})
	w.eventually("he is about to leave", func() (is bool) {
		w.inLoop(func() { is = w.engine.seats[1].wanted == stateOff })
		return is
	})
	require.Zero(t, keptFor("task-3-1"))
	place("task-4-1", "+79000001014", 1)
	require.Zero(t, keptFor("task-4-1"), "nor does a new one wait for who is about to go")
	v, err := w.operator(2, true).Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Contains(t, v.Phone, "+790000010")
}

// TestWhoTakesATaskHasIt: a task taken from the list rings him who took it, on a break too,
// and nobody else; when he does not answer, anybody.
func TestWhoTakesATaskHasIt(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	m := Moment{
		Now: now, Waiting: []Waiter{{Key: "k", CompanyID: 1, For: 7}},
		Idle: []Idle{{UserID: 1, Companies: []int64{1}}, {UserID: 7, Companies: []int64{1}, Since: now, Reserve: true}},
	}
	got, _ := DefaultRules.Decide(m)
	require.Equal(t, []Match{{"k", 7}}, got)
	m.Idle = m.Idle[:1]
	got, _ = DefaultRules.Decide(m)
	require.Empty(t, got, "it waits for him")

	w := newWorld(t)
	other, his := w.operator(1, true), w.operator(2, true)
	o := callBack("task-1-1")
	o.For = 2
	w.desk.place(o)
	v, err := his.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	his.Do(w.ctx(), "hangup", v.Key)
	_, err = other.Call(w.ctx(), "ringing")
	require.NoError(t, err)
}
