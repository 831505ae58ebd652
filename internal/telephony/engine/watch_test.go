package engine

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/media"
	"d24/voip/tone"
)

const leadTone = 1477.0

// lead is a supervisor at his place, on a break; 9 may listen, 10 may not.
func (w *world) lead(token string) *softphone.Phone {
	w.t.Helper()
	p, err := softphone.Open(w.ctx(), softphone.Options{
		URL: "ws://" + w.engine.DoorAddr() + "/api/v1/desk/ws", Token: token, Tab: "lead", Voice: media.Tone(leadTone, time.Second),
	})
	require.NoError(w.t, err)
	w.t.Cleanup(p.Close)
	return p
}

// hears waits for a tone at a browser, anew.
func (w *world) hears(what string, p *softphone.Phone, hz float64) {
	w.t.Helper()
	p.Forget()
	w.eventually(what, func() bool { return tone.Heard(p.Heard(), hz) })
}

// misses listens for a second and a half at both sides: sound comes, and it is not this tone.
func (w *world) misses(hz float64, op *softphone.Phone, resident *ear, who ...string) {
	w.t.Helper()
	op.Forget()
	resident.forget()
	<-time.After(1500 * time.Millisecond)
	for _, x := range who {
		if x == "operator" {
			require.True(w.t, tone.Heard(op.Heard(), residentTone), "sound comes")
			require.False(w.t, tone.Heard(op.Heard(), hz), "the operator hears the supervisor")
			continue
		}
		require.True(w.t, resident.heard(operatorTone), "sound comes")
		require.False(w.t, resident.heard(hz), "the caller hears the supervisor")
	}
}

// TestASupervisorListensWhispersAndJoins measures who hears whom: listening, nobody hears
// him; whispering, the operator does and the caller does not; joined, both do.
func TestASupervisorListensWhispersAndJoins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	_, resident := w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	lead := w.lead("op-9")
	mode := func(m string) { lead.Send(w.ctx(), map[string]any{"type": "watch", "call": v.Key, "mode": m}) }
	told := func(m string) {
		w.eventually("the operator is told: "+m, func() bool {
			x, _ := op.Call(w.ctx(), "talking")
			return x.WatchMode == m
		})
	}

	mode("listen")
	told("listen")
	w.hears("the supervisor hears the caller", lead, residentTone)
	w.hears("and the operator", lead, operatorTone)
	w.misses(leadTone, op, resident, "operator", "caller")

	mode("whisper")
	told("whisper")
	w.hears("the operator hears the whisper", op, leadTone)
	w.misses(leadTone, op, resident, "caller")

	mode("join")
	told("join")
	w.hears("the operator hears him", op, leadTone)
	resident.forget()
	w.eventually("the caller hears him", func() bool { return resident.heard(leadTone) && resident.heard(operatorTone) })

	lead.Send(w.ctx(), map[string]any{"type": "unwatch"})
	told("")
	w.hears("the talk goes on", op, residentTone)
	w.misses(leadTone, op, resident, "operator", "caller")
	require.NoError(t, lead.InState(w.ctx(), "pause"))

	op.Do(w.ctx(), "hangup", v.Key)
	w.desk.ended(t)
	var modes []string
	for _, r := range w.desk.reports {
		if r.Kind == telephony.CallWatched {
			var x telephony.Watched
			require.NoError(t, json.Unmarshal(r.Data, &x))
			require.EqualValues(t, 9, r.Operator)
			modes = append(modes, x.Mode)
		}
	}
	require.Equal(t, []string{"listen", "", "whisper", "", "join", ""}, modes, "the journal of the call says which part is whose")
	_, heard := w.tones(w.desk.until(t, "the recording", recorded))
	require.True(t, heard(operatorTone))
	w.inOrder()
}

// TestWhoMayNotListenDoesNot: the right is one of its own; a talk has one listener; its
// end is the end of listening, and he is brought no calls meanwhile.
func TestWhoMayNotListenDoesNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	leg, _ := w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	lead, other := w.lead("op-9"), w.lead("op-10")
	watch := func(p *softphone.Phone) {
		p.Send(w.ctx(), map[string]any{"type": "watch", "call": v.Key, "mode": "listen"})
	}
	watch(lead)
	_, err = lead.Message(w.ctx(), "watching")
	require.ErrorContains(t, err, "watch.gone", "nobody talks yet")
	lead.Errors()
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	watch(other)
	_, err = other.Message(w.ctx(), "watching")
	require.ErrorContains(t, err, "watch.right")

	require.NoError(t, lead.Ready(w.ctx()))
	watch(lead)
	require.NoError(t, lead.InState(w.ctx(), "pause"))
	w.resident("+79000900002")
	w.waits(1)
	leg.Hangup()
	again, err := lead.Call(w.ctx(), "ringing")
	require.NoError(t, err, "the talk is over: he is ready again")
	require.Equal(t, "+79000900002", again.Phone)
	w.inLoop(func() { require.Nil(t, w.engine.seats[9].watching) })
}
