package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// TestAQuestionGivesWayToAnEmergency: a call about a request waits for an operator
// and must not hold up the handover of an emergency to the same phone.
func TestAQuestionGivesWayToAnEmergency(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.phones.set("+79000001001", func(l *sip.Leg) { l.Reject(486, "Busy") })
	question := order("task-1-1", "+79000001001", telephony.OperatorFirst)
	question.Priority, question.OperatorWithin, question.Title, question.Words = telephony.PriorityTask, 0, "Как идёт работа?", telephony.Speech{}
	w.desk.place(question)
	w.eventually("the question waits", func() bool {
		waits := make(chan bool, 1)
		w.engine.post(func() { waits <- w.engine.busy["+79000001001"] != nil })
		return <-waits
	})
	w.desk.place(order("task-2-1", "+79000001001", telephony.AnnounceOnly))
	end := w.desk.ended(t)
	require.Equal(t, "task-2-1", end.OrderKey)
	require.Equal(t, telephony.Busy, end.Outcome)
	v, err := w.operator(1, true).Call(w.ctx(), "ringing")
	require.NoError(t, err, "the question is still asked")
	require.Equal(t, "Как идёт работа?", v.Title)
}

// TestWhoGivesUpAfterHisOperatorVanishedIsLost: he spoke to somebody, and yet must
// be called back (F1, F7).
func TestWhoGivesUpAfterHisOperatorVanishedIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	leg, ear := w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	w.eventually("they talk", func() bool { return ear.heard(operatorTone) })
	ear.forget() // the greeting is in the same voice, and sounds the longer the slower the machine
	op.Close()
	w.eventually("he is told to wait", func() bool { return ear.heard(voiceTone) })
	leg.Hangup()
	require.Equal(t, telephony.Abandoned, w.desk.ended(t).Outcome)
}
