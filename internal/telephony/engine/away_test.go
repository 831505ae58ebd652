package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/media"
	"d24/voip/sip"
)

// wired is an operator at work whose network can be cut; keep is how long he is waited for.
func (w *world) wired(n int, tab string) (*softphone.Phone, *softphone.Wire) {
	w.t.Helper()
	wire := softphone.NewWire()
	p, err := softphone.Open(w.ctx(), softphone.Options{
		URL: "ws://" + w.engine.DoorAddr() + "/api/v1/desk/ws", Token: fmt.Sprintf("op-%d", n), Tab: tab, Voice: media.Tone(operatorTone, time.Second), Wire: wire,
	})
	require.NoError(w.t, err)
	w.t.Cleanup(func() { wire.Mend(); p.Close() })
	return p, wire
}

// keeping sets how long an operator is waited for.
func (w *world) keeping(d time.Duration) {
	set := make(chan struct{})
	w.engine.post(func() { w.engine.cfg.KeepFor = d; close(set) })
	<-set
}

// meeting lets a resident speak with the operator, who alone is ready.
func (w *world) meeting(op *softphone.Phone, from string) (softphone.View, *sip.Leg, *ear) {
	w.t.Helper()
	require.NoError(w.t, op.Ready(w.ctx()))
	leg, ear := w.resident(from)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(w.t, err)
	op.Do(w.ctx(), "answer", v.Key)
	w.eventually("they talk", func() bool { return ear.heard(operatorTone) })
	return v, leg, ear
}

// tally is how often a call was reported to be so.
func (d *desk) tally(kind telephony.ReportKind) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.reports {
		if r.Kind == kind {
			n++
		}
	}
	return n
}

// TestAnOperatorWhoseNetworkComesBackTalksOn: the cable is out for ten seconds. The resident
// is told within 6 s, nobody else gets him, and the two talk on in the same call (F2).
func TestAnOperatorWhoseNetworkComesBackTalksOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op, wire := w.wired(1, "tab")
	v, leg, ear := w.meeting(op, "+79000900001")
	other := w.operator(2, true)
	ear.forget()
	wire.Cut()
	began := time.Now()
	w.eventually("the resident is told", func() bool { return ear.heard(voiceTone) })
	told := time.Since(began)
	t.Logf("told after %d ms", told.Milliseconds())
	require.Less(t, told, 6500*time.Millisecond, "6 s, and half of one until a tone is known")
	<-time.After(10*time.Second - time.Since(began))
	wire.Mend()
	ear.forget()
	w.eventually("they talk on", func() bool { return ear.heard(operatorTone) })
	require.Zero(t, other.Rings(), "nobody else is rung")
	require.Equal(t, 1, w.desk.tally(telephony.CallAway))
	require.Equal(t, 1, w.desk.tally(telephony.CallReturned))
	require.Equal(t, v.Key, op.View().Key)
	leg.Hangup()
	end := w.desk.ended(t)
	require.Equal(t, telephony.Answered, end.Outcome)
	require.EqualValues(t, 1, end.Operator)
}

// TestAReloadedPageHasItsCallBack: a page that says that it is left is expected back, longer
// than a dead one (F2).
func TestAReloadedPageHasItsCallBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, false)
	v, _, ear := w.meeting(op, "+79000900001")
	other := w.operator(2, true)
	ear.forget()
	op.Leave()
	w.eventually("the resident is told", func() bool { return ear.heard(voiceTone) })
	<-time.After(2 * time.Second)
	require.Zero(t, other.Rings(), "he is waited for")
	again := w.operator(1, false)
	v2, err := again.Call(w.ctx(), "talking")
	require.NoError(t, err)
	require.Equal(t, v.Key, v2.Key)
	w.eventually("they talk on", func() bool { return ear.heard(operatorTone) })
}

// TestWhoStaysAwayLosesHisCaller: after the time the resident is the first for another, and
// the one who comes back too late is told who has him (F2).
func TestWhoStaysAwayLosesHisCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keeping(8 * time.Second)
	op, wire := w.wired(1, "tab")
	v, leg, ear := w.meeting(op, "+79000900001")
	other := w.operator(2, true)
	wire.Cut()
	began := time.Now()
	v2, err := other.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Greater(t, time.Since(began), 7500*time.Millisecond)
	require.Less(t, time.Since(began), 10*time.Second)
	require.Equal(t, v.Key, v2.Key)
	require.True(t, v2.Returned)
	other.Do(w.ctx(), "answer", v2.Key)
	ear.forget()
	w.eventually("they talk", func() bool { return ear.heard(operatorTone) })
	wire.Mend()
	taken, err := op.Lost(w.ctx())
	require.NoError(t, err)
	require.Equal(t, softphone.Taken{Call: v.Key, By: "Оператор"}, taken)
	leg.Hangup()
	require.EqualValues(t, 2, w.desk.ended(t).Operator)
}

// TestAKilledBrowserThatIsBackBeforeAnybodyTookTheCall: it is dead, so another is rung; who
// is back before he has answered has the caller, and the ring stops (F2).
func TestAKilledBrowserThatIsBackBeforeAnybodyTookTheCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, false)
	v, _, ear := w.meeting(op, "+79000900001")
	other := w.operator(2, true)
	op.Close()
	_, err := other.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	ear.forget()
	again := w.operator(1, false)
	v2, err := again.Call(w.ctx(), "talking")
	require.NoError(t, err)
	require.Equal(t, v.Key, v2.Key)
	_, err = other.Call(w.ctx(), "ended")
	require.NoError(t, err)
	require.NoError(t, other.InState(w.ctx(), "ready"))
	w.eventually("they talk on", func() bool { return ear.heard(operatorTone) })
}

// TestAnOldSeatTakesNoNewOneAway: the seat of a browser that was given up is looked at once
// more when its operator sits at another one already.
func TestAnOldSeatTakesNoNewOneAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	var old *seat
	w.inLoop(func() { old = w.engine.seats[1] })
	op.Close()
	w.eventually("it is given up", func() (gone bool) {
		w.inLoop(func() { gone = w.engine.seats[1] == nil })
		return gone
	})
	again := w.operator(1, true)
	w.inLoop(func() { old.gone(browserIsGone) })
	require.NoError(t, again.Ready(w.ctx()))
	w.resident("+79000900001")
	_, err := again.Call(w.ctx(), "ringing")
	require.NoError(t, err)
}

// TestASilentTabIsNoTab: the other computer of an operator whose first one has no network
// needs no word of his to work (F3).
func TestASilentTabIsNoTab(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op, wire := w.wired(1, "tab")
	v, _, ear := w.meeting(op, "+79000900001")
	ear.forget()
	wire.Cut()
	w.eventually("the resident is told", func() bool { return ear.heard(voiceTone) })
	again, _ := w.wired(1, "other")
	v2, err := again.Call(w.ctx(), "talking")
	require.NoError(t, err)
	require.Equal(t, v.Key, v2.Key)
	w.eventually("they talk on", func() bool { return ear.heard(operatorTone) })
}
