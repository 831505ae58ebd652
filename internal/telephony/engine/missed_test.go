package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// TestAMissedRingSaysWhy: the report names who did not take the call and why; who was
// rung while the caller hung up missed it too, and stays at work.
func TestAMissedRingSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.ruled.Ring = 10 * time.Second }) // a second here
	op := w.operator(1, true)
	missed := func(m telephony.Miss) {
		t.Helper()
		r := w.desk.until(t, "missed: "+string(m), func(r telephony.Report) bool { return r.Kind == telephony.CallMissed && r.Miss == m })
		require.Equal(t, int64(1), r.Operator)
	}
	ring := func(from string) {
		t.Helper()
		caller, _ := w.resident(from)
		t.Cleanup(caller.Hangup)
		v, err := op.Call(w.ctx(), "ringing")
		require.NoError(t, err)
		switch from {
		case "+79000001001":
			caller.Hangup()
			missed(telephony.MissGaveUp)
			require.NoError(t, op.InState(w.ctx(), "ready"))
		case "+79000001002":
			op.Do(w.ctx(), "decline", v.Key)
			missed(telephony.MissDeclined)
			require.NoError(t, op.InState(w.ctx(), "pause"))
		default:
			missed(telephony.MissNotTaken)
			require.NoError(t, op.InState(w.ctx(), "pause"))
		}
		caller.Hangup()
	}
	ring("+79000001001")
	ring("+79000001002")
	w.eventually("two are gone", func() bool { return w.desk.count(telephony.CallEnded) == 2 })
	require.NoError(t, op.Ready(w.ctx()))
	ring("+79000001003")
	w.eventually("all are gone", func() bool { return w.desk.count(telephony.CallEnded) == 3 })
	require.Equal(t, 3, w.desk.count(telephony.CallMissed))
}
