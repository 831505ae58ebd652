package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// inLoop runs f where the engine's things may be looked at.
func (w *world) inLoop(f func()) {
	done := make(chan struct{})
	w.engine.post(func() { defer close(done); f() })
	<-done
}

// guidance is what the caller with this number would be told now.
func (w *world) guidance(phone string) (text string) {
	w.inLoop(func() {
		for _, c := range w.engine.queue {
			if c.phone == phone {
				text = c.guidance()
			}
		}
	})
	return text
}

func (w *world) waits(n int) {
	w.t.Helper()
	w.eventually(fmt.Sprint(n, " wait"), func() (yes bool) {
		w.inLoop(func() { yes = len(w.engine.queue) == n })
		return yes
	})
}

// TestTheKeyForEmergenciesGoesAheadOfEverything: who came last and pressed it, during
// the greeting even, is rung first, and the operator sees why.
func TestTheKeyForEmergenciesGoesAheadOfEverything(t *testing.T) { // F16
	w := newWorld(t)
	for n := range 3 {
		leg, _ := w.resident(fmt.Sprint("+7900090000", n+1))
		w.waits(n + 1)
		if n == 2 {
			leg.Media().SendDigit('0', 0)
			w.desk.until(t, "the key", func(r telephony.Report) bool { return r.Kind == telephony.CallDigit && r.Digit == "0" })
		}
	}
	require.Contains(t, w.guidance("+79000900003"), "104")
	op := w.operator(1, true)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, "+79000900003", v.Phone)
	require.True(t, v.Urgent)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
}

// TestKeyOneIsACallBack: he is told goodbye, and his call ends as one to be called back
// however soon he hangs up.
func TestKeyOneIsACallBack(t *testing.T) { // F6
	for _, patient := range []bool{true, false} {
		t.Run(fmt.Sprint("hears the words out: ", patient), func(t *testing.T) {
			w := newWorld(t)
			leg, _ := w.resident("+79000900001")
			w.waits(1)
			leg.Media().SendDigit('1', 0)
			w.waits(0)
			if !patient {
				leg.Hangup()
			}
			<-leg.Done()
			end := w.desk.ended(t)
			require.Equal(t, telephony.Abandoned, end.Outcome)
			require.Equal(t, "1", end.Digit)
			require.Equal(t, telephony.Nobody, end.Blame)
		})
	}
}

// TestAHiddenNumberIsNotOfferedACallBack: it could not be kept.
func TestAHiddenNumberIsNotOfferedACallBack(t *testing.T) { // F12
	w := newWorld(t)
	leg, _ := w.resident("anonymous")
	w.waits(1)
	var text string
	w.inLoop(func() { text = w.engine.queue[0].guidance() })
	require.NotContains(t, text, backWords)
	require.Contains(t, text, keyWords)
	leg.Media().SendDigit('1', 0)
	w.desk.until(t, "the key", func(r telephony.Report) bool { return r.Kind == telephony.CallDigit && r.Digit == "1" })
	w.waits(1)
}

// TestPositionAndWaitAreSpoken: the place is where he comes when operators get free one
// after another; without anybody at work nothing is promised.
func TestPositionAndWaitAreSpoken(t *testing.T) { // F6
	w := newWorld(t)
	for n := range 3 {
		w.resident(fmt.Sprint("+7900090000", n+1))
		w.waits(n + 1)
	}
	require.Contains(t, w.guidance("+79000900001"), emptyWords, "nobody is at work")
	w.inLoop(func() {
		for n := range 2 {
			s := w.engine.seatOf(telephony.Seat{UserID: int64(n + 1), Companies: []int64{1}})
			s.state = stateTalking
		}
		elsewhere := w.engine.seatOf(telephony.Seat{UserID: 3, Companies: []int64{2}})
		elsewhere.state = stateTalking
		w.engine.handled = 2 * time.Minute
	})
	require.Contains(t, w.guidance("+79000900001"), "Вы следующий в очереди. Ожидание: около минуты.")
	require.Contains(t, w.guidance("+79000900002"), "У вас второе место в очереди. Ожидание: две минуты.")
	require.Contains(t, w.guidance("+79000900003"), "У вас третье место в очереди. Ожидание: три минуты.")
	require.Contains(t, w.guidance("+79000900003"), backWords)
	w.inLoop(func() { clear(w.engine.seats) })
}

// TestTheWaitIsMeasured: how long callers keep operators is counted with the wrap-up.
func TestTheWaitIsMeasured(t *testing.T) {
	t.Parallel()
	e := &Engine{handled: 3 * time.Minute}
	s := &seat{e: e}
	s.occupied(stateRinging, stateTalking)
	s.busySince = time.Now().Add(-15 * time.Minute)
	s.occupied(stateTalking, stateWrapUp)
	require.Equal(t, 3*time.Minute, e.handled)
	s.occupied(stateWrapUp, stateReady)
	require.InDelta(t, 4*time.Minute, e.handled, float64(time.Second))
}

func TestWaitWords(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{0: "меньше минуты", 40 * time.Second: "около минуты", 2 * time.Minute: "две минуты", 10 * time.Minute: "десять минут", time.Hour: "больше десяти минут"} {
		require.Equal(t, "Ожидание: "+want+".", waitWords(d))
	}
	require.Equal(t, "В очереди больше двадцати человек.", placeWords(21))
}
