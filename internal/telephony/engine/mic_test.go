package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/tone"
)

// mute is an operator at work whose microphone gives digital silence.
func (w *world) mute() *softphone.Phone {
	w.t.Helper()
	p, err := softphone.Open(w.ctx(), softphone.Options{URL: "ws://" + w.engine.DoorAddr() + "/api/v1/desk/ws", Token: "op-1", Tab: "tab"})
	require.NoError(w.t, err)
	w.t.Cleanup(p.Close)
	require.NoError(w.t, p.Ready(w.ctx()))
	return p
}

// troubles are what the floor shows of the operators.
func (w *world) troubles() map[int64]string {
	got := make(chan map[int64]string, 1)
	w.engine.post(func() {
		all := map[int64]string{}
		for _, o := range w.engine.floor().Operators {
			all[o.UserID] = o.Trouble
		}
		got <- all
	})
	return <-got
}

// TestAnOperatorWhoIsNotHeard: he is told when the resident has spoken for three seconds, and
// so is the floor; after eight the resident goes to another, if one is free (F4).
func TestAnOperatorWhoIsNotHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.mute()
	_, ear := w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	began := time.Now()
	require.NoError(t, op.Until(w.ctx(), "word that he is not heard", op.IsSilent))
	require.Greater(t, time.Since(began), 2500*time.Millisecond)
	require.Equal(t, telephony.TroubleMic, w.troubles()[1])
	<-time.After(9*time.Second - time.Since(began))
	require.Equal(t, "talking", op.View().State, "nobody else is there: he may mend it")
	other := w.operator(2, true)
	v2, err := other.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, v.Key, v2.Key)
	require.NoError(t, op.InState(w.ctx(), "pause"))
	require.Contains(t, op.Errors(), "mic.silent")
	other.Do(w.ctx(), "answer", v2.Key)
	w.eventually("the resident is heard and hears", func() bool { return ear.heard(operatorTone) })
	require.Equal(t, 1, w.desk.tally(telephony.CallSilent))
}

// TestAnOperatorWhoListensIsNotDoubted: who was heard may be silent for as long as he listens.
func TestAnOperatorWhoListensIsNotDoubted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, false)
	w.meeting(op, "+79000900001")
	w.eventually("he is known to be heard", func() bool {
		nobody := make(chan bool, 1)
		w.engine.post(func() { nobody <- w.engine.seats[1].ears == nil })
		return <-nobody
	})
	require.Empty(t, w.troubles()[1])
	require.Zero(t, w.desk.tally(telephony.CallSilent))
}

// TestTheSoundCheckGivesTheVoiceBack: before work an operator hears himself as the engine does (F4).
func TestTheSoundCheckGivesTheVoiceBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, false)
	op.Forget()
	op.Send(w.ctx(), map[string]any{"type": "echo"})
	m, err := op.Message(w.ctx(), "echo")
	require.NoError(t, err)
	require.Equal(t, echoSays, m.State)
	m, err = op.Message(w.ctx(), "echo")
	require.NoError(t, err)
	require.Equal(t, echoGave, m.State)
	w.eventually("he hears himself", func() bool { return tone.Heard(op.Heard(), operatorTone) })
	_, err = op.Message(w.ctx(), "echo")
	require.NoError(t, err, "it ends")
	v, _, _ := w.meeting(op, "+79000900001")
	op.Send(w.ctx(), map[string]any{"type": "echo"})
	_, err = op.Message(w.ctx(), "echo")
	require.ErrorContains(t, err, "echo.busy", "not in a talk")
	require.NotEmpty(t, v.Key)
}
