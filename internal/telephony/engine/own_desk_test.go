package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/media"
	"d24/voip/sip"
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

// ownDesk: in its hours the company's own operators answer; after ten seconds (one here) the
// caller is everybody's.
func ownDesk(d *desk) {
	d.decision.OwnDesk, d.decision.OwnFor, d.decision.Service = true, 10*time.Second, telephony.ServiceOwn
}

func (w *world) overflows() int { return w.desk.count(telephony.CallOverflow) }

// overflowed waits till one call that came over to us is written down: phones ring before it is.
func (w *world) overflowed() {
	w.t.Helper()
	w.eventually("it is written down", func() bool { return w.overflows() > 0 })
	require.Equal(w.t, 1, w.overflows())
}

// rings waits till an operator's phone rings.
func (w *world) rings(p *softphone.Phone) softphone.View {
	w.t.Helper()
	v, err := p.Call(w.ctx(), "ringing")
	require.NoError(w.t, err)
	return v
}

// talks lets the operator answer what rings.
func (w *world) talks(p *softphone.Phone) softphone.View {
	w.t.Helper()
	v := w.rings(p)
	p.Do(w.ctx(), "answer", v.Key)
	v, err := p.Call(w.ctx(), "talking")
	require.NoError(w.t, err)
	return v
}

// TestInItsHoursTheCompanysOwnOperatorsAnswer is C8: whoever of ours is free is left in peace,
// and so is another company's own operator.
func TestInItsHoursTheCompanysOwnOperatorsAnswer(t *testing.T) { // C8, F22
	t.Parallel()
	w := newWorld(t, ownDesk)
	ours, others, own := w.operator(1, true), w.own(2, 22), w.own(1, 21)
	leg, resident := w.resident("+79000900001")
	v := w.rings(own)
	require.True(t, v.Own)
	require.False(t, v.Overflow)
	own.Do(w.ctx(), "answer", v.Key)
	w.eventually("he is heard", func() bool { return resident.heard(operatorTone) })
	r := w.desk.until(t, "started", func(r telephony.Report) bool { return r.Kind == telephony.CallStarted })
	require.Equal(t, telephony.ServiceOwn, r.Service, "stored when it came")
	leg.Hangup()
	end := w.desk.ended(t)
	require.Equal(t, int64(21), end.Operator)
	require.Zero(t, w.overflows())
	require.Zero(t, ours.Rings())
	require.Zero(t, others.Rings())
}

// TestWhomTheCompanysOwnOperatorsDoNotAnswerIsEverybodys is F23: they all speak; when the time
// has passed whoever is free has him, with the wait he had, and never another company's own.
func TestWhomTheCompanysOwnOperatorsDoNotAnswerIsEverybodys(t *testing.T) { // F23
	t.Parallel()
	w := newWorld(t, func(d *desk) { ownDesk(d); d.decision.OwnFor = 40 * time.Second })
	ours, others, own := w.operator(1, true), w.own(2, 22), w.own(1, 21)
	w.resident("+79000900001")
	w.talks(own)
	began := time.Now()
	_, second := w.resident("+79000900002")
	w.waits(1)
	var kept bool
	w.inLoop(func() { kept = w.engine.floor().Waiting[0].Own })
	require.True(t, kept, "the wallboard tells whose he is")
	v := w.rings(ours)
	require.GreaterOrEqual(t, time.Since(began), w.desk.decision.OwnFor/10)
	require.Equal(t, "+79000900002", v.Phone)
	require.False(t, v.Own)
	require.True(t, v.Overflow)
	require.WithinDuration(t, began, v.Waited, 500*time.Millisecond, "his wait goes on")
	ours.Do(w.ctx(), "answer", v.Key)
	w.eventually("he is heard", func() bool { return second.heard(operatorTone) })
	w.overflowed() // of the second alone
	require.Zero(t, others.Rings())
	require.Zero(t, w.offered(22))
}

// TestWithNobodyOfTheCompanyAtWorkTheCallerIsOursAtOnce is F23: nobody of its own is there, or
// the last of them goes away while the caller waits.
func TestWithNobodyOfTheCompanyAtWorkTheCallerIsOursAtOnce(t *testing.T) { // F23
	t.Parallel()
	long := func(d *desk) { ownDesk(d); d.decision.OwnFor = 2 * time.Hour }
	for name, leave := range map[string]func(w *world, own *softphone.Phone, first *sip.Leg){
		"nobody": nil,
		"he declines": func(w *world, own *softphone.Phone, _ *sip.Leg) {
			own.Do(w.ctx(), "decline", w.rings(own).Key)
		},
		"he does not answer": func(w *world, own *softphone.Phone, _ *sip.Leg) { w.rings(own) },
		"his browser is gone": func(w *world, own *softphone.Phone, _ *sip.Leg) {
			w.rings(own)
			own.Close()
		},
		"he takes a break after his talk": func(w *world, own *softphone.Phone, first *sip.Leg) {
			w.talks(own)
			w.resident("+79000900002")
			w.waits(1)
			own.Send(w.ctx(), map[string]any{"type": "state", "state": "pause", "reason": "Обед"})
			first.Hangup()
			require.NoError(w.t, own.InState(w.ctx(), "wrap_up"))
			own.Send(w.ctx(), map[string]any{"type": "wrapped_up"})
		},
		"he is on another company's desk now": func(w *world, own *softphone.Phone, _ *sip.Leg) {
			w.talks(own)
			w.resident("+79000900002")
			w.waits(1)
			w.inLoop(func() {
				s := w.engine.seats[21]
				s.who.Own, s.who.Companies = 2, []int64{2}
				w.engine.deserted()
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, long)
			var own *softphone.Phone
			if leave != nil {
				own = w.own(1, 21)
			}
			first, _ := w.resident("+79000900001")
			if leave != nil {
				leave(w, own, first)
			}
			ours := w.operator(1, true)
			require.True(t, w.rings(ours).Overflow)
			w.overflowed()
		})
	}
}

// TestARingDoesNotOutliveTheCompanysTime: when its seconds have passed while an own operator is
// rung, whoever of ours is free has the caller; with nobody else free he may still answer.
func TestARingDoesNotOutliveTheCompanysTime(t *testing.T) { // F23
	t.Parallel()
	slow := func(d *desk) { ownDesk(d); d.ruled.Ring = time.Hour }
	t.Run("another is free", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, slow)
		own, ours := w.own(1, 21), w.operator(1, true)
		w.resident("+79000900001")
		w.rings(own)
		w.rings(ours)
		require.NoError(t, own.InState(w.ctx(), "ready"), "he is not to blame")
	})
	t.Run("nobody else is", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, slow)
		own := w.own(1, 21)
		_, resident := w.resident("+79000900001")
		w.rings(own)
		w.eventually("he sees that the time is over", func() bool { v := own.View(); return v.Overflow && !v.Own })
		w.talks(own)
		w.eventually("he is heard", func() bool { return resident.heard(operatorTone) })
		require.Equal(t, 1, w.offered(21))
	})
}

// TestAnEmergencyDoesNotWaitForTheCompany is F16: the key leads to whoever is free at once.
func TestAnEmergencyDoesNotWaitForTheCompany(t *testing.T) { // F16
	t.Parallel()
	w := newWorld(t, func(d *desk) { ownDesk(d); d.decision.OwnFor = 2 * time.Hour })
	own, ours := w.own(1, 21), w.operator(1, true)
	w.resident("+79000900001")
	w.talks(own)
	leg, _ := w.resident("+79000900002")
	w.waits(1)
	require.Contains(t, w.guidance("+79000900002"), "Вы следующий", "his place is among the company's own")
	leg.Media().SendDigit('0', 0)
	v := w.rings(ours)
	require.Equal(t, "+79000900002", v.Phone)
	require.True(t, v.Urgent)
	w.overflowed()
}

// TestACutTalkGoesToWhoeverIsFree is F1 in the company's hours: who was answered and lost his
// operator does not wait for its others.
func TestACutTalkGoesToWhoeverIsFree(t *testing.T) { // F1
	t.Parallel()
	w := newWorld(t, ownDesk)
	own := w.own(1, 21)
	w.resident("+79000900001")
	w.talks(own)
	ours := w.operator(1, true)
	w.inLoop(func() { w.engine.seats[21].gone(browserIsGone) })
	v := w.rings(ours)
	require.True(t, v.Returned)
	require.Zero(t, w.overflows(), "the company did answer")
}

// TestPhonesAndOperatorsRingTogether: the first to answer has the caller, the others are left
// in peace; when all phones refuse and nobody is at the desk, he is ours.
func TestPhonesAndOperatorsRingTogether(t *testing.T) { // C8, F23
	t.Parallel()
	both := func(d *desk) { ownHours(d); ownDesk(d); d.decision.OwnFor = 2 * time.Hour; d.ruled.Ring = time.Hour }
	t.Run("a phone answers", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, both)
		own := w.own(1, 21)
		ears := make(chan *ear, 1)
		rung := make(chan struct{})
		w.phones.set("+79000003001", func(l *sip.Leg) {
			_ = l.Ring()
			<-rung
			if l.Answer() == nil {
				ears <- w.party(l, executorTone)
			}
		})
		_, resident := w.resident("+79000900001")
		v := w.rings(own)
		close(rung)
		<-ears
		w.eventually("the phone is heard", func() bool { return resident.heard(executorTone) })
		require.NoError(t, own.Until(w.ctx(), "his ring ends", own.Ended(v.Key, "ended")))
		require.NoError(t, own.InState(w.ctx(), "ready"))
		require.Zero(t, w.overflows())
	})
	t.Run("an operator answers", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, both)
		own := w.own(1, 21)
		rings, ended := make(chan struct{}), make(chan sip.Ending, 1)
		w.phones.set("+79000003001", func(l *sip.Leg) { _ = l.Ring(); close(rings); ended <- l.End() })
		w.resident("+79000900001")
		<-rings
		w.talks(own)
		require.Equal(t, sip.ByCancel, (<-ended).Cause)
	})
	t.Run("all phones refuse, nobody is at the desk", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, both)
		for _, n := range w.desk.decision.Own {
			w.phones.set(n, func(l *sip.Leg) { l.Reject(486, "Busy Here") })
		}
		ours := w.operator(1, true)
		w.resident("+79000900001")
		require.True(t, w.rings(ours).Overflow)
	})
}

// TestOwnOperatorsComeBackAfterARestart: the next run knows that a company's own were at work,
// and a caller of the first seconds waits for their browsers; who does not come is not waited for.
func TestOwnOperatorsComeBackAfterARestart(t *testing.T) { // R14
	t.Parallel()
	w := newWorld(t, ownDesk)
	w.own(1, 21)
	next := func() *Engine {
		e := &Engine{cfg: w.engine.cfg, log: w.engine.log, givenUp: map[string]time.Time{}, handled: handledAtFirst, probes: &probes{of: map[int64]*probe{}}, posts: make(chan func(), 16), quit: make(chan struct{})}
		e.recall()
		return e
	}
	var e *Engine
	w.eventually("it is written within a beat", func() bool { e = next(); return len(e.backAt) == 1 })
	caller := func(company int64) *call {
		return &call{e: e, reserved: true, company: company, dec: telephony.Decision{OwnDesk: true}}
	}
	require.False(t, caller(1).deserted())
	require.True(t, caller(2).deserted(), "nobody of that one was at work")
	e.backAt[1] = time.Now()
	require.True(t, caller(1).deserted())
	select {
	case <-e.posts: // the queue is looked at again then, by itself
	case <-w.ctx().Done():
		t.Fatal("who waits for nobody is never looked at")
	}
}
