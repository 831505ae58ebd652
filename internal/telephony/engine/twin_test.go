package engine

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// branch sends the resident's call on one more way; it is cancelled by the returned function.
func (w *world) branch(from string) (answered <-chan *sip.Leg, cancel func()) {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.ctx())
	got := make(chan *sip.Leg, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		a := w.engine.SIPAddr()
		if leg, de := w.provider.Dial(ctx, sip.Target{User: "+73430000101", Host: a.Addr().String(), Dest: a.String(), From: from}); de == nil {
			got <- leg
		}
	}()
	w.t.Cleanup(func() { stop(); <-done })
	return got, stop
}

// twins is how many legs are held beside the only call.
func (w *world) twins() (n int) {
	w.inLoop(func() {
		for _, c := range w.engine.calls {
			n += len(c.twins)
		}
	})
	return n
}

func (w *world) calls() (n int) {
	w.inLoop(func() { n = len(w.engine.calls) })
	return n
}

func wayOf(t *testing.T, d *desk, why string) telephony.Report {
	t.Helper()
	return d.until(t, why, func(r telephony.Report) bool {
		var c telephony.Changed
		return r.Kind == telephony.CallTrunk && json.Unmarshal(r.Data, &c) == nil && c.Why == why
	})
}

// TestTheSameCallTwiceIsOneCall is F10: the provider has forked it, one operator is rung,
// the branch is never answered, and the record is one.
func TestTheSameCallTwiceIsOneCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.operator(1, true)
	w.operator(2, true)
	w.resident("+79000900001")
	answered, cancel := w.branch("+79000900001")
	w.eventually("it is held", func() bool { return w.twins() == 1 })
	r := wayOf(t, w.desk, secondWay)
	ringing := 0
	w.inLoop(func() {
		for _, s := range w.engine.seats {
			if s.call != nil {
				ringing++
			}
		}
	})
	require.Equal(t, 1, ringing, "one ring")
	cancel()
	w.eventually("it is forgotten", func() bool { return w.twins() == 0 })
	require.Empty(t, answered)
	require.Equal(t, 1, w.calls(), "the call itself goes on")
	started := map[string]bool{}
	w.desk.mu.Lock()
	for _, x := range w.desk.reports {
		started[x.CallKey] = true
	}
	w.desk.mu.Unlock()
	require.Equal(t, map[string]bool{r.CallKey: true}, started, "one record")
}

// TestTheOtherWayGoesOnWithTheCall is F10: the way the operator talks on breaks, the other
// is still there; they hear each other on it, in one record.
func TestTheOtherWayGoesOnWithTheCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	leg, _ := w.resident("+79000900001")
	answered, _ := w.branch("+79000900001")
	w.eventually("it is held", func() bool { return w.twins() == 1 })
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	leg.Hangup()
	var other *sip.Leg
	select {
	case other = <-answered:
	case <-time.After(2 * time.Second):
		t.Fatal("the other way is not answered")
	}
	resident := w.party(other, residentTone)
	require.Equal(t, wayOf(t, w.desk, firstGone).CallKey, v.Key)
	w.eventually("the resident hears the operator", func() bool { return resident.heard(operatorTone) })
	w.hears("the resident", op, residentTone)
	other.Hangup()
	w.desk.until(t, "it ends once", func(r telephony.Report) bool { return r.Kind == telephony.CallEnded && r.CallKey == v.Key })
}

// TestWhoStillRingsIsASecondCall: an office of one number calls twice in the same second.
func TestWhoStillRingsIsASecondCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.resident("+79000900001")
	began := time.Now()
	answered, _ := w.branch("+79000900001")
	select {
	case <-answered:
	case <-time.After(twinFor + 3*time.Second):
		t.Fatal("nobody answers the second call")
	}
	require.GreaterOrEqual(t, time.Since(began), twinFor-100*time.Millisecond)
	require.Equal(t, 2, w.calls())
}
