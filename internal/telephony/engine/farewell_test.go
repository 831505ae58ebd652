package engine

import (
	"testing"

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
