package engine

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/sip"
)

const (
	bookkeeper  = int64(1)
	bookkeepers = "+79000005001"
	spare       = "+79000005002"
)

// competent people of the company 1, and one of another.
func competent(d *desk) {
	d.people = map[int64]telephony.Competent{
		bookkeeper: {ID: bookkeeper, CompanyID: 1, Name: "Бухгалтер", Phones: []string{bookkeepers}, AtOnce: true},
		2:          {ID: 2, CompanyID: 1, Name: "Паспортист", Phones: []string{bookkeepers, spare}},
		3:          {ID: 3, CompanyID: 2, Name: "Чужой", Phones: []string{spare}, AtOnce: true},
	}
}

// inTalk is an operator who speaks with a resident.
func (w *world) inTalk() (op *softphone.Phone, key string, leg *sip.Leg, resident *ear) {
	w.t.Helper()
	op = w.operator(1, true)
	leg, resident = w.resident("+79000001001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(w.t, err)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(w.t, err)
	w.eventually("they speak", func() bool { return resident.heard(operatorTone) })
	return op, v.Key, leg, resident
}

func (w *world) transfer(op *softphone.Phone, call string, person int64, mode telephony.TransferMode) {
	op.Send(w.ctx(), map[string]any{"type": "transfer", "call": call, "person": person, "mode": mode})
}

// transferIs waits until the operator sees the transfer so.
func (w *world) transferIs(op *softphone.Phone, state telephony.TransferState) (v softphone.View) {
	w.t.Helper()
	w.eventually("the transfer is "+string(state), func() bool { v = op.View(); return v.Transfer.State == string(state) })
	return v
}

// steps are the facts of transfers in the journal.
func (w *world) steps() (out []telephony.Transferred) {
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	for _, r := range w.desk.reports {
		if r.Kind == telephony.CallTransfer {
			var d telephony.Transferred
			require.NoError(w.t, json.Unmarshal(r.Data, &d))
			require.Equal(w.t, int64(1), r.Operator, "whose it was")
			out = append(out, d)
		}
	}
	return out
}

// TestTheOperatorSpeaksToThePersonFirst is SR2: the caller hears music while the operator
// speaks with the competent person, then has him, and the operator is free; the company's
// number is shown, the recording goes on, and the journal knows each step.
func TestTheOperatorSpeaksToThePersonFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, competent)
	ears := w.answering(bookkeepers)
	op, key, leg, resident := w.inTalk()
	w.transfer(op, key, bookkeeper, telephony.Consult)
	person := <-ears
	w.transferIs(op, telephony.TransferAnswered)
	w.eventually("the person hears the operator", func() bool { return person.heard(operatorTone) })
	w.hears("the operator hears the person", op, executorTone)
	require.True(t, resident.without(operatorTone), "the caller does not hear the operator")
	require.False(t, resident.heard(executorTone), "nor the person")
	person.forget()
	op.Do(w.ctx(), "transfer_connect", key)
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	w.eventually("they hear each other", func() bool { return resident.heard(executorTone) && person.heard(residentTone) })
	w.phones.mu.Lock()
	require.Equal(t, "+73430000101", w.phones.legs[0].From(), "the company's number is shown")
	w.phones.mu.Unlock()
	leg.Hangup()
	require.Equal(t, telephony.Answered, w.desk.ended(t).Outcome)
	_, right := w.tones(w.desk.until(t, "recorded", consultation(0)))
	require.True(t, right(executorTone), "the recording goes on")
	var states []telephony.TransferState
	for _, x := range w.steps() {
		require.Equal(t, "Бухгалтер", x.Name)
		states = append(states, x.State)
	}
	require.Equal(t, []telephony.TransferState{telephony.TransferAsked, telephony.TransferAnswered, telephony.TransferJoined}, states)
	w.desk.mu.Lock()
	require.Len(t, w.desk.begun, 1, "written before the phone rings")
	w.desk.mu.Unlock()
	w.eventually("its order is closed", func() bool {
		w.desk.mu.Lock()
		defer w.desk.mu.Unlock()
		for _, r := range w.desk.reports {
			if r.Kind == telephony.CallEnded && r.CallKey == "" && r.OrderKey == w.desk.begun[0].Key {
				return r.Outcome == telephony.Answered
			}
		}
		return false
	})
}

// TestWhoIsNotAnsweredIsBack: after 25 seconds (two and a half here), or at once when the
// phone is busy, the caller speaks with the same operator, who sees why (F20).
func TestWhoIsNotAnsweredIsBack(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(l *sip.Leg){
		"не отвечает": func(l *sip.Leg) { _ = l.Ring(); <-l.Done() },
		"занято":      func(l *sip.Leg) { l.Reject(486, "Busy Here") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, competent)
			w.phones.set(bookkeepers, f)
			op, key, _, resident := w.inTalk()
			began := time.Now()
			w.transfer(op, key, bookkeeper, telephony.Consult)
			v := w.transferIs(op, telephony.TransferBack)
			require.Equal(t, name, v.Transfer.Why)
			require.Equal(t, "talking", v.State)
			if name == "не отвечает" {
				require.InDelta(t, transferFor.Seconds()/10, time.Since(began).Seconds(), 1)
			}
			resident.forget()
			w.eventually("he speaks with the same operator", func() bool { return resident.heard(operatorTone) })
			steps := w.steps()
			require.Equal(t, name, steps[len(steps)-1].Why)
		})
	}
}

// TestHisPhonesRingInTurn: of a busy one the next is rung, within the same 25 seconds.
func TestHisPhonesRingInTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, competent)
	w.phones.set(bookkeepers, func(l *sip.Leg) { l.Reject(486, "Busy Here") })
	ears := w.answering(spare)
	op, key, _, _ := w.inTalk()
	w.transfer(op, key, 2, telephony.Consult)
	person := <-ears
	w.eventually("they speak", func() bool { return person.heard(operatorTone) })
	op.Do(w.ctx(), "transfer_back", key)
	v := w.transferIs(op, telephony.TransferBack)
	require.Equal(t, "перевод отменён", v.Transfer.Why)
}

// TestTheOperatorWhoLeavesIsNotNeeded: transferred at once, the caller goes on without him;
// when nobody answers he is at the head of the queue, not with nobody.
func TestTheOperatorWhoLeavesIsNotNeeded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, competent)
	rings := make(chan struct{}, 1)
	w.phones.set(bookkeepers, func(l *sip.Leg) { _ = l.Ring(); rings <- struct{}{}; <-l.Done() })
	op, key, _, resident := w.inTalk()
	other := w.operator(2, true)
	w.transfer(op, key, bookkeeper, telephony.AtOnce)
	<-rings
	op.Do(w.ctx(), "hangup", key)
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	v, err := other.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.True(t, v.Returned)
	require.Equal(t, "не отвечает", v.Transfer.Why)
	other.Do(w.ctx(), "answer", v.Key)
	resident.forget()
	w.eventually("somebody speaks with him", func() bool { return resident.heard(operatorTone) })
}

// TestWhoAnswersAtOnceHasTheCaller: no word of the operator is needed.
func TestWhoAnswersAtOnceHasTheCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t, competent)
	ears := w.answering(bookkeepers)
	op, key, _, resident := w.inTalk()
	w.transfer(op, key, bookkeeper, telephony.AtOnce)
	person := <-ears
	w.eventually("they hear each other", func() bool { return resident.heard(executorTone) && person.heard(residentTone) })
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
}

// TestWhoMayNotBeTransferredStays: another company's people are not offered, at once only
// where the company lets it, and nobody is rung (F20).
func TestWhoMayNotBeTransferredStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, competent)
	op, key, _, resident := w.inTalk()
	for person, mode := range map[int64]telephony.TransferMode{3: telephony.Consult, 2: telephony.AtOnce, 9: telephony.Consult, bookkeeper: "anyhow"} {
		w.transfer(op, key, person, mode)
		w.eventually("refused", func() bool { return len(op.Errors()) == 1 })
	}
	resident.forget()
	w.eventually("they speak on", func() bool { return resident.heard(operatorTone) })
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	require.Empty(t, w.phones.legs)
	require.Empty(t, w.steps())
}

// TestACallerWhoGoesEndsTheTransfer: the person's phone stops ringing.
func TestACallerWhoGoesEndsTheTransfer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, competent)
	end := make(chan sip.Ending, 1)
	w.phones.set(bookkeepers, func(l *sip.Leg) { _ = l.Ring(); end <- l.End() })
	op, key, leg, _ := w.inTalk()
	w.transfer(op, key, bookkeeper, telephony.Consult)
	w.transferIs(op, telephony.TransferAsked)
	w.eventually("it rings", func() bool { w.phones.mu.Lock(); defer w.phones.mu.Unlock(); return len(w.phones.legs) == 1 })
	gone := time.Now()
	leg.Hangup()
	require.Equal(t, sip.ByCancel, (<-end).Cause)
	require.Less(t, time.Since(gone), time.Second, "at once, not when its time is over")
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
}

// TestAnOperatorWhoVanishesLosesNobody: his browser dies while he speaks with the person;
// the caller is given to the next operator, the person hung up (F1).
func TestAnOperatorWhoVanishesLosesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, competent)
	gone := make(chan struct{})
	w.phones.set(bookkeepers, func(l *sip.Leg) {
		if l.Answer() == nil {
			w.party(l, executorTone)
			<-l.Done()
			close(gone)
		}
	})
	op, key, _, resident := w.inTalk()
	w.transfer(op, key, bookkeeper, telephony.Consult)
	w.transferIs(op, telephony.TransferAnswered)
	other := w.operator(2, true)
	op.Close()
	v, err := other.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	<-gone
	other.Do(w.ctx(), "answer", v.Key)
	resident.forget()
	w.eventually("the next speaks with him", func() bool { return resident.heard(operatorTone) })
}

// TestAPersonWhoHangsUpGivesTheCallerBack: before he has him.
func TestAPersonWhoHangsUpGivesTheCallerBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, competent)
	w.phones.set(bookkeepers, func(l *sip.Leg) {
		if l.Answer() == nil {
			<-time.After(300 * time.Millisecond)
			l.Hangup()
		}
	})
	op, key, _, resident := w.inTalk()
	w.transfer(op, key, bookkeeper, telephony.Consult)
	v := w.transferIs(op, telephony.TransferBack)
	require.Equal(t, "положил трубку", v.Transfer.Why)
	resident.forget()
	w.eventually("they speak", func() bool { return resident.heard(operatorTone) })
}

// TestNoForbiddenNumberLeavesByATransfer is S9 for the directory's phones.
func TestNoForbiddenNumberLeavesByATransfer(t *testing.T) {
	t.Parallel()
	list := forbidden(40)
	w := newWorld(t, competent, func(d *desk) {
		d.people[bookkeeper] = telephony.Competent{ID: bookkeeper, CompanyID: 1, Name: "Мошенник", Phones: list, AtOnce: true}
	})
	op, key, _, _ := w.inTalk()
	w.transfer(op, key, bookkeeper, telephony.Consult)
	v := w.transferIs(op, telephony.TransferBack)
	require.Equal(t, string(telephony.BadNumber), v.Transfer.Outcome)
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	require.Empty(t, w.phones.legs, "an INVITE left")
}
