package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// TestWhoHasAnsweredHearsWhyItIsOver is F34 and F39: an order is withdrawn while the machine
// speaks to the person. It says why and ends; the key means something only where he may take
// the request back.
func TestWhoHasAnsweredHearsWhyItIsOver(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]telephony.Farewell{
		"taken by another": {Words: "Заявку уже принял Сафин. Спасибо."},
		"passed on":        {Words: "Заявка передана Сафину. Чтобы забрать её обратно, нажмите один.", Keys: "1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			legs := make(chan *sip.Leg, 1)
			w.phones.set("+79000001001", func(l *sip.Leg) {
				if l.Answer() == nil {
					legs <- l
					<-l.Done()
				}
			})
			o := order("task-1-1", "+79000001001", telephony.AnnounceOnly)
			o.Keys = "1"
			w.desk.place(o)
			leg := <-legs
			w.desk.until(t, "spoken", func(r telephony.Report) bool { return r.Kind == telephony.CallSpoken })
			w.desk.mu.Lock()
			w.desk.farewell = f
			w.desk.mu.Unlock()
			w.desk.cancel("task-1-1")
			w.eventually("he is told", func() (is bool) {
				w.inLoop(func() { c := w.engine.calls["o-task-1-1"]; is = c != nil && c.dismissed })
				return is
			})
			leg.Media().SendDigit('1', 0)
			end := w.desk.ended(t)
			require.Equal(t, telephony.Answered, end.Outcome)
			require.Equal(t, f.Keys, end.Digit)
		})
	}
}

// TestWhoPressedSecondHearsWhoGoes is F41 at three phones: the key of each counts when it is
// pressed and both are thanked; who was second hears, to the end, who goes, whether the verdict
// comes before the thanks or during them; the first hears nothing of it, and the third's ring ends.
func TestWhoPressedSecondHearsWhoGoes(t *testing.T) { // F41
	t.Parallel()
	for name, thanked := range map[string]bool{"before the thanks": false, "during the thanks": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			type phone struct {
				*sip.Leg
				*ear
			}
			phones := make(chan phone, 2)
			answer := func(l *sip.Leg) {
				if l.Answer() == nil {
					phones <- phone{l, w.party(l, executorTone)}
					<-l.Done()
				}
			}
			w.phones.set("+79000001001", answer)
			w.phones.set("+79000001002", answer)
			ringing := make(chan *sip.Leg, 1)
			w.phones.set("+79000001003", func(l *sip.Leg) {
				_ = l.Ring()
				ringing <- l
				<-l.Done()
			})
			o := order("task-1-1", "+79000001001", telephony.AnnounceOnly)
			w.desk.place(o)
			first := <-phones
			o.Key, o.Phone = "task-2-1", "+79000001002"
			w.desk.place(o)
			second := <-phones
			o.Key, o.Phone = "task-3-1", "+79000001003"
			w.desk.place(o)
			third := <-ringing
			w.eventually("both hear the words", func() bool { return first.heard(voiceTone) && second.heard(voiceTone) })
			means := func(key string) func(telephony.Report) bool {
				return func(r telephony.Report) bool { return r.Kind == telephony.CallDigit && r.OrderKey == key && r.Means }
			}
			first.Media().SendDigit('1', 0)
			second.Media().SendDigit('1', 0)
			w.desk.until(t, "the first's key", means("task-1-1"))
			w.desk.until(t, "the second's key", means("task-2-1"))
			require.Zero(t, w.desk.count(telephony.CallEnded), "they count before the calls end")
			if thanked {
				w.eventually("both are thanked", func() bool { return first.lasts(thanksTone) > 0.4 && second.lasts(thanksTone) > 0.4 })
			}

			w.desk.mu.Lock()
			w.desk.farewell = telephony.Farewell{Words: alreadyTaken}
			w.desk.mu.Unlock()
			began := time.Now()
			w.desk.cancel("task-3-1")
			w.desk.cancel("task-2-1")
			<-third.Done()
			require.Less(t, time.Since(began), 2*time.Second)
			w.desk.until(t, "the second's end", func(r telephony.Report) bool {
				return r.Kind == telephony.CallEnded && r.OrderKey == "task-2-1" && r.Digit == "1" && r.Outcome == telephony.Answered
			})
			require.InDelta(t, namedLasts.Seconds(), second.lasts(namedTone), 0.15, "who goes, to the end")
			w.desk.until(t, "the first's end", func(r telephony.Report) bool { return r.Kind == telephony.CallEnded && r.OrderKey == "task-1-1" })
			require.InDelta(t, 1, first.lasts(thanksTone), 0.15)
			require.Zero(t, first.lasts(namedTone))
		})
	}
}
