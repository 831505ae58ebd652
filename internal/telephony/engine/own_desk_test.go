package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/media"
)

// ownSeat is who stands behind the token of a company's own operator.
func ownSeat(token string) (s telephony.Seat, own bool) {
	_, err := fmt.Sscanf(token, "own-%d-%d", &s.Own, &s.UserID)
	s.Name, s.Companies = "Диспетчер", []int64{s.Own}
	return s, err == nil
}

// seated is at his place when this returns.
func (w *world) seated(token string, ready bool) *softphone.Phone {
	w.t.Helper()
	p, err := softphone.Open(w.ctx(), softphone.Options{
		URL: "ws://" + w.engine.DoorAddr() + "/api/v1/desk/ws", Token: token, Tab: "tab", Voice: media.Tone(operatorTone, time.Second),
	})
	require.NoError(w.t, err)
	w.t.Cleanup(p.Close)
	if ready {
		require.NoError(w.t, p.Ready(w.ctx()))
	}
	return p
}

// own is a company's own operator.
func (w *world) own(company int64, n int) *softphone.Phone {
	w.t.Helper()
	return w.seated(fmt.Sprintf("own-%d-%d", company, n), true)
}

// offered counts how often an operator was rung.
func (w *world) offered(operator int64) (n int) {
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	for _, r := range w.desk.reports {
		if r.Kind == telephony.CallOffered && r.Operator == operator {
			n++
		}
	}
	return n
}

// TestNobodysCallIsNotACompanysOwnOperators: one of company 1 and one of company 2 are free;
// each has the calls of his company, who calls a line that nobody knows waits for us.
func TestNobodysCallIsNotACompanysOwnOperators(t *testing.T) { // C8
	t.Parallel()
	w := newWorld(t)
	first, second := w.own(1, 21), w.own(2, 22)
	company := func(n int64) {
		w.desk.mu.Lock()
		defer w.desk.mu.Unlock()
		w.desk.decision.CompanyID, w.desk.decision.CityID = n, 0
	}
	company(0)
	nobodys, _ := w.resident("+79000900001")
	w.waits(1)
	company(2)
	_, resident := w.resident("+79000900002")
	v, err := second.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, int64(2), v.CompanyID)
	second.Do(w.ctx(), "answer", v.Key)
	w.eventually("he is heard", func() bool { return resident.heard(operatorTone) })
	for n := range 3 { // of company 2 too: they wait beside the free one of company 1
		w.resident(fmt.Sprint("+7900090001", n))
	}
	w.waits(4)
	require.Zero(t, first.Rings())
	ours := w.operator(1, true)
	v, err = ours.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, "+79000900001", v.Phone, "whoever of ours is free has who called nobody's line")
	nobodys.Hangup()
	w.desk.until(t, "offered to ours alone", func(r telephony.Report) bool {
		return r.Kind == telephony.CallEnded && r.Outcome == telephony.Abandoned
	})
	require.Zero(t, w.offered(21))
}
