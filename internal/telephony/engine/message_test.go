package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// TestKeyTwoIsAMessage: what the caller speaks after the signal is in the recording; he
// may hang up or press a key, and is told goodbye then.
func TestKeyTwoIsAMessage(t *testing.T) { // F6
	for name, key := range map[string]bool{"hangs up": false, "presses a key": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			leg, ear := w.resident("+79000900001")
			w.waits(1)
			require.Contains(t, w.guidance("+79000900001"), messageWords)
			leg.Media().SendDigit('2', 0)
			w.waits(0)
			w.eventually("the signal has sounded", func() (yes bool) {
				w.inLoop(func() {
					for _, c := range w.engine.calls {
						yes = yes || c.digit == telephony.KeyMessage
					}
				})
				return yes
			})
			ear.forget()
			<-time.After(time.Second) // his words
			if key {
				leg.Media().SendDigit('5', 0)
				w.eventually("he is told goodbye", func() bool { return ear.heard(voiceTone) })
			} else {
				leg.Hangup()
			}
			<-leg.Done()
			end := w.desk.ended(t)
			require.Equal(t, telephony.Abandoned, end.Outcome)
			require.Equal(t, telephony.KeyMessage, end.Digit)
			said, _ := w.tones(w.desk.until(t, "the recording", recorded))
			require.True(t, said(residentTone), "the message is recorded")
		})
	}
}

// TestWhoHangsUpBeforeTheSignalLeftNoMessage: he is called back as one who asked for it.
func TestWhoHangsUpBeforeTheSignalLeftNoMessage(t *testing.T) { // F6
	w := newWorld(t)
	leg, _ := w.resident("+79000900001")
	w.waits(1)
	leg.Media().SendDigit('2', 0)
	w.waits(0)
	leg.Hangup()
	end := w.desk.ended(t)
	require.Equal(t, telephony.Abandoned, end.Outcome)
	require.Equal(t, telephony.KeyCallBack, end.Digit)
}

// TestACallBackWaitsForWhoIsOnTheLine: the call-back that keeps a caller's place dials
// nobody while he waits himself; when he hangs up it takes its turn.
func TestACallBackWaitsForWhoIsOnTheLine(t *testing.T) { // F6
	w := newWorld(t)
	leg, _ := w.resident("+79000900001")
	w.waits(1)
	back := order("task-1-1", "+79000900001", telephony.OperatorFirst)
	back.Purpose, back.OperatorWithin, back.Words = telephony.Callback, 0, telephony.Speech{}
	w.desk.place(back)
	other := order("task-2-1", "+79000900002", telephony.OperatorFirst)
	other.Purpose, other.OperatorWithin, other.Words = telephony.Callback, 0, telephony.Speech{}
	w.desk.place(other)
	w.waits(2) // the caller and the other's call-back
	require.Empty(t, w.desk.invited)
	w.inLoop(func() { require.Len(t, w.engine.held, 1) })
	leg.Hangup()
	w.desk.ended(t)
	w.waits(2)
	w.inLoop(func() {
		require.Empty(t, w.engine.held)
		require.Equal(t, w.engine.calls["o-task-1-1"], w.engine.busy["+79000900001"])
	})
}
