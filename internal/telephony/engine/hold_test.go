package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// line takes the world's only trunk away or gives it back, as its account does.
func (w *world) line(up bool) {
	w.engine.trunks.mu.Lock()
	defer w.engine.trunks.mu.Unlock()
	w.engine.trunks.list[0].up = up
}

// TestWithoutALineNobodyIsTroubled: while no trunk is up a task neither rings an
// operator nor dials, and does both within seconds when one is back (F8).
func TestWithoutALineNobodyIsTroubled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.phones.set("+79000001001", func(l *sip.Leg) { l.Reject(486, "Busy Here") })
	w.phones.set("+79000001002", func(l *sip.Leg) { _ = l.Ring(); <-l.Done() })
	op := w.operator(1, true)
	w.line(false)
	handover := order("task-1-1", "+79000001001", telephony.OperatorFirst)
	handover.OperatorWithin = 100 * time.Millisecond // it would dial alone at once
	w.desk.place(handover)
	gone := order("task-2-1", "+79000001002", telephony.AnnounceOnly)
	w.desk.place(gone)
	held := func() (n int) {
		got := make(chan int, 1)
		w.engine.post(func() { got <- len(w.engine.lineless) })
		return <-got
	}
	w.eventually("both wait for a line", func() bool { return held() == 2 })
	w.desk.cancel("task-2-1")
	require.Equal(t, telephony.Cancelled, w.desk.ended(t).Outcome, "one may be withdrawn meanwhile")
	<-time.After(1500 * time.Millisecond) // the engine looks every second
	require.Zero(t, op.Rings(), "an operator is troubled for nothing")
	require.Equal(t, 1, held())
	require.Empty(t, w.desk.invited)

	w.line(true)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	end := w.desk.until(t, "the handover ends", func(r telephony.Report) bool { return r.Kind == telephony.CallEnded && r.OrderKey == "task-1-1" })
	require.Equal(t, telephony.Busy, end.Outcome)
	require.Zero(t, held())
}

// TestATrunkThatSpoilsDialsIsNoLine: registered as it is, it is left alone for a while.
func TestATrunkThatSpoilsDialsIsNoLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.phones.set("+79000001001", func(l *sip.Leg) { l.Reject(503, "Service Unavailable") })
	require.True(t, w.engine.trunks.alive())
	for i, key := range []string{"task-1-1", "task-1-2"} {
		w.desk.place(order(key, "+79000001001", telephony.AnnounceOnly))
		w.desk.until(t, "it fails", func(r telephony.Report) bool {
			return r.Kind == telephony.CallEnded && r.OrderKey == key && r.Outcome == telephony.CarrierFailed
		})
		require.Equal(t, i == 0, w.engine.trunks.alive())
	}
	w.engine.trunks.mu.Lock()
	w.engine.trunks.list[0].spoil = time.Now().Add(-sickFor - time.Second)
	w.engine.trunks.mu.Unlock()
	require.True(t, w.engine.trunks.alive(), "and then tried again")
}

// TestAnOrderEndsWithItsHours: it waits for an operator, rings him even, and is over
// when the person it is for must not be woken up any more (F51).
func TestAnOrderEndsWithItsHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	question := order("task-1-1", "+79000001001", telephony.OperatorFirst)
	question.OperatorWithin, question.Words, question.Until = 0, telephony.Speech{}, time.Now().Add(700*time.Millisecond)
	op := w.operator(1, true)
	w.desk.place(question)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, "o-task-1-1", v.Key)
	end := w.desk.ended(t)
	require.Equal(t, telephony.Cancelled, end.Outcome)
	require.False(t, time.Now().Before(question.Until))
	require.Empty(t, w.desk.invited)

	late := order("task-1-2", "+79000001001", telephony.AnnounceOnly)
	late.Until = time.Now().Add(-time.Second)
	w.desk.place(late)
	w.desk.until(t, "it is not dialled", func(r telephony.Report) bool { return r.OrderKey == "task-1-2" && r.Outcome == telephony.Cancelled })
	require.Empty(t, w.desk.invited)
}

// TestATalkIsCountedFromItsBeginning: the operator's page is told when the talk began, which a hold
// does not change; the next call counts anew.
func TestATalkIsCountedFromItsBeginning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op, key, leg, _ := w.inTalk()
	began := op.View().TalkSince
	require.Equal(t, op.View().Since, began)
	op.Send(w.ctx(), map[string]any{"type": "hold", "call": key, "on": true})
	held, err := op.Call(w.ctx(), "held")
	require.NoError(t, err)
	require.Equal(t, began, held.TalkSince)
	op.Send(w.ctx(), map[string]any{"type": "hold", "call": key, "on": false})
	back, err := op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	require.Equal(t, began, back.TalkSince)
	require.True(t, back.Since.After(held.Since), "and what goes on now from its own")
	leg.Hangup()
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	require.NoError(t, op.Ready(w.ctx()))
	w.resident("+79000001002")
	next, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Zero(t, next.TalkSince)
	op.Do(w.ctx(), "answer", next.Key)
	next, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	require.True(t, next.TalkSince.After(back.Since))
}
