package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/sip"
)

// byDesk puts operator n to work by the telephone of his that is registered.
func (w *world) byDesk(n int) *softphone.Phone {
	w.t.Helper()
	op := w.operator(n, false)
	op.Send(w.ctx(), map[string]any{"type": "state", "state": "ready", "device": "phone"})
	require.NoError(w.t, op.InState(w.ctx(), "ready"))
	return op
}

// ownPhone is operator n's telephone, registered.
func (w *world) ownPhone(ip, user string) *telephone {
	w.t.Helper()
	w.eventually("the accounts are known", func() bool { return w.engine.handsets.known.Load() != nil })
	p := w.telephone(ip, user)
	require.Equal(w.t, 200, p.register("secret-"+user, "300"))
	return p
}

// over waits for the end of a leg.
func (w *world) over(leg *sip.Leg) {
	w.t.Helper()
	select {
	case <-leg.Done():
	case <-w.ctx().Done():
		w.t.Fatal("the leg goes on")
	}
}

// onLoop looks at what the loop owns.
func onLoop[T any](w *world, f func() T) T {
	got := make(chan T, 1)
	w.engine.post(func() { got <- f() })
	return <-got
}

// TestACallByTheDeskPhone: a telephone that we have not made rings with the caller's number,
// is answered, holds, returns and hangs up; the browser shows the call all the way and cannot
// answer for it; the recording has both.
func TestACallByTheDeskPhone(t *testing.T) {
	w := newWorld(t, withPhones(1))
	w.eventually("the accounts are known", func() bool { return w.engine.handsets.known.Load() != nil })
	at, say := w.baresip("127.0.64.1", "op1", "manual")
	w.eventually("it registers", func() bool { return w.registered("op1") == at })
	op := w.byDesk(1)
	leg, resident := w.resident("+79000001001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Errors()
	op.Do(w.ctx(), "answer", v.Key)
	w.eventually("the receiver is to be picked up", func() bool { return strings.Join(op.Errors(), "") == "phone.pick_up" })
	require.Equal(t, "ringing", op.View().State)

	say("accept", "")
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	w.eventually("the resident hears the telephone", func() bool { return resident.heard(operatorTone) })

	say("hold", "")
	_, err = op.Call(w.ctx(), "held")
	require.NoError(t, err)
	require.True(t, resident.without(operatorTone), "music, not the telephone")
	say("resume", "")
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	resident.forget()
	w.eventually("he is heard again", func() bool { return resident.heard(operatorTone) })

	say("hangup", "")
	w.over(leg)
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	end := w.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, int64(1)}, []any{end.Outcome, end.Operator})
	left, right := w.tones(w.desk.until(t, "recorded", recorded))
	require.True(t, left(residentTone) && right(operatorTone), "both are recorded")
	w.inOrder()
}

// TestADeskPhoneThatDoesNotTakeTheCall: it rings no longer than a browser would, and the next
// operator has the caller; a receiver that hangs up before is a refusal; one that is gone is
// known within seconds.
func TestADeskPhoneThatDoesNotTakeTheCall(t *testing.T) {
	for name, tt := range map[string]struct {
		pick func(*telephone, *sip.Leg)
		why  string
	}{
		"rings out": {func(_ *telephone, l *sip.Leg) { _ = l.Ring() }, notTaken},
		"declines":  {func(_ *telephone, l *sip.Leg) { l.Reject(603, "Decline") }, declined},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, withPhones(1), func(d *desk) { d.ruled.Ring = 10 * time.Second }) // a second here
			p := w.ownPhone("127.0.64.2", "op1")
			op := w.byDesk(1)
			_, _ = w.resident("+79000001001")
			leg := <-p.in
			require.Equal(t, "+79000001001", leg.From(), "the caller's number is on its display")
			tt.pick(p, leg)
			require.NoError(t, op.InState(w.ctx(), "pause"))
			require.Equal(t, tt.why, onLoop(w, func() string { return w.engine.seats[1].reason }))
			w.over(leg)
			next := w.operator(2, true)
			v, err := next.Call(w.ctx(), "ringing")
			require.NoError(t, err)
			next.Do(w.ctx(), "answer", v.Key)
			_, err = next.Call(w.ctx(), "talking")
			require.NoError(t, err)
		})
	}
}

// TestADeskPhoneComesAndGoes: who works by it is ready while it is registered; the caller who
// gives up stops its ring; a choice without a telephone is refused.
func TestADeskPhoneComesAndGoes(t *testing.T) {
	w := newWorld(t, withPhones(1))
	none := w.operator(2, false)
	none.Send(w.ctx(), map[string]any{"type": "state", "state": "ready", "device": "phone"})
	w.eventually("nobody works by a telephone that is not there", func() bool { return strings.Join(none.Errors(), "") == "phone.away" })
	require.NotEqual(t, stateReady, onLoop(w, func() string { return w.engine.seats[2].state }))

	p := w.ownPhone("127.0.64.3", "op1")
	op := w.byDesk(1)
	caller, _ := w.resident("+79000001001")
	ring := <-p.in
	caller.Hangup()
	w.over(ring)
	require.NoError(t, op.InState(w.ctx(), "ready"))

	require.Equal(t, 200, p.register("secret-op1", "0"))
	require.NoError(t, op.InState(w.ctx(), "not_ready"))
	require.Equal(t, noPhone, onLoop(w, func() string { return w.engine.seats[1].reason }))
	require.Equal(t, 200, p.register("secret-op1", "300"))
	require.NoError(t, op.InState(w.ctx(), "ready"))
	op.Send(w.ctx(), map[string]any{"type": "state", "state": "ready", "device": "browser"})
	_, _ = w.resident("+79000001002")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	require.Empty(t, p.in, "the telephone does not ring for who works by his browser")
}

// phoneTalk is an operator who speaks with a resident by his telephone.
func (w *world) phoneTalk(ip string) (op *softphone.Phone, key string, phone *sip.Leg, resident *ear) {
	w.t.Helper()
	p := w.ownPhone(ip, "op1")
	op = w.byDesk(1)
	_, resident = w.resident("+79000001001")
	phone = <-p.in
	require.NoError(w.t, phone.Answer())
	mine := w.party(phone, executorTone)
	v, err := op.Call(w.ctx(), "talking")
	require.NoError(w.t, err)
	w.eventually("they speak", func() bool { return resident.heard(executorTone) && mine.heard(residentTone) })
	return op, v.Key, phone, resident
}

// TestATalkByTheDeskPhoneOutlivesThePages: his browser dies, the receiver is still in his
// hand; when the telephone's sound is lost the caller goes to another.
func TestATalkByTheDeskPhoneOutlivesThePages(t *testing.T) {
	w := newWorld(t, withPhones(1))
	op, key, phone, resident := w.phoneTalk("127.0.64.4")
	op.Close()
	w.eventually("the page is away", func() bool { return onLoop(w, func() bool { return w.engine.seats[1].conn == nil }) })
	onLoop(w, func() bool {
		s := w.engine.seats[1]
		s.lostAt = time.Now().Add(-2 * cutOffFor)
		s.look(time.Now())
		return true
	})
	resident.forget()
	w.eventually("they speak on", func() bool { return resident.heard(executorTone) })

	next := w.operator(2, true)
	onLoop(w, func() bool {
		h := w.engine.seats[1].device.(*handset)
		h.hung(h.leg, sip.Ending{By: sip.Line, Cause: sip.ByMediaLost})
		return true
	})
	v, err := next.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, key, v.Key)
	require.True(t, v.Returned)
	phone.Hangup()
}

// TestATaskByTheDeskPhone: he picks up, hears how the resident's telephone rings, and speaks.
func TestATaskByTheDeskPhone(t *testing.T) {
	w := newWorld(t, withPhones(1))
	p := w.ownPhone("127.0.64.5", "op1")
	op := w.byDesk(1)
	answer := make(chan struct{})
	w.phones.set("+79000001001", func(l *sip.Leg) {
		_ = l.Ring()
		<-answer
		if l.Answer() == nil {
			w.party(l, residentTone)
		}
	})
	w.desk.place(order("task-1-1", "+79000001001", telephony.OperatorFirst))
	phone := <-p.in
	require.NoError(t, phone.Answer())
	mine := w.party(phone, executorTone)
	_, err := op.Call(w.ctx(), "dialling")
	require.NoError(t, err)
	w.eventually("he hears it ring", func() bool { return mine.heard(425) })
	close(answer)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	w.eventually("he hears the resident", func() bool { return mine.heard(residentTone) })
	require.True(t, mine.without(425), "it rings no more")
	phone.Hangup()
	require.Equal(t, telephony.Answered, w.desk.ended(t).Outcome)
}

// TestTheReceiverEndsAConsultation: who puts it down in the talk with the competent person leaves
// the two together; before he has answered, the caller is no stranger's.
func TestTheReceiverEndsAConsultation(t *testing.T) {
	w := newWorld(t, withPhones(1), competent)
	ears := w.answering(bookkeepers)
	op, key, phone, resident := w.phoneTalk("127.0.64.6")
	w.transfer(op, key, bookkeeper, telephony.Consult)
	person := <-ears
	w.transferIs(op, telephony.TransferAnswered)
	phone.Hangup()
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	resident.forget()
	w.eventually("the caller has him", func() bool { return resident.heard(executorTone) && person.heard(residentTone) })
}

// TestTheReceiverIsDownTooEarly: the company wants callers to be announced; they wait for an
// operator again.
func TestTheReceiverIsDownTooEarly(t *testing.T) {
	w := newWorld(t, withPhones(1), competent)
	w.phones.set(bookkeepers, func(l *sip.Leg) { _ = l.Ring(); <-l.Done() })
	op, key, phone, _ := w.phoneTalk("127.0.64.7")
	w.transfer(op, key, 2, telephony.Consult)
	w.transferIs(op, telephony.TransferAsked)
	phone.Hangup()
	next := w.operator(2, true)
	v, err := next.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, key, v.Key)
	steps := w.steps()
	require.Equal(t, telephony.Cancelled, steps[len(steps)-1].Outcome, "nobody waited for the person to answer")
}
