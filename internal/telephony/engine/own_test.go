package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

func ownHours(d *desk) {
	d.decision.Own, d.decision.Service = []string{"+79000003001", "+79000003002"}, telephony.ServiceOwn
}

// TestInItsHoursTheCompanyAnswersItself is C8: its phones ring together, the first to
// answer has the caller, the other is left in peace, nobody of us is troubled.
func TestInItsHoursTheCompanyAnswersItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ownHours)
	op := w.operator(1, true)
	other, rings, ears := make(chan sip.Ending, 1), make(chan struct{}), make(chan *ear, 1)
	w.phones.set("+79000003001", func(l *sip.Leg) {
		_ = l.Ring()
		close(rings)
		other <- l.End()
	})
	w.phones.set("+79000003002", func(l *sip.Leg) {
		_ = l.Ring()
		<-rings // who answers before the other was dialled leaves it in peace
		if l.Answer() == nil {
			ears <- w.party(l, executorTone)
		}
	})
	leg, resident := w.resident("+79000001001")
	company := <-ears
	require.Equal(t, sip.ByCancel, (<-other).Cause)
	w.eventually("they hear each other", func() bool { return resident.heard(executorTone) && company.heard(residentTone) })
	require.Zero(t, op.Rings())
	r := w.desk.until(t, "started", func(r telephony.Report) bool { return r.Kind == telephony.CallStarted })
	require.Equal(t, telephony.ServiceOwn, r.Service, "stored when it came")
	w.desk.until(t, "the company's", func(r telephony.Report) bool { return r.Kind == telephony.CallOwn })
	leg.Hangup()
	require.Equal(t, telephony.Answered, w.desk.ended(t).Outcome)
	w.eventually("no channel is held", func() bool { return w.engine.trunks.floor()[0].Calls == 0 })
}

// TestWhomTheCompanyDoesNotAnswerIsOurs is F23: after 30 seconds (three here), or at once
// when all its phones refuse, the caller is in our queue with a remark.
func TestWhomTheCompanyDoesNotAnswerIsOurs(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(l *sip.Leg){
		"silent": func(l *sip.Leg) { _ = l.Ring(); <-l.Done() },
		"busy":   func(l *sip.Leg) { l.Reject(486, "Busy Here") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, ownHours)
			w.phones.set("+79000003001", f)
			w.phones.set("+79000003002", f)
			op := w.operator(1, true)
			began := time.Now()
			_, resident := w.resident("+79000001001")
			v, err := op.Call(w.ctx(), "ringing")
			require.NoError(t, err)
			if name == "silent" {
				require.GreaterOrEqual(t, time.Since(began), telephony.OwnFor/10)
			}
			op.Do(w.ctx(), "answer", v.Key)
			w.eventually("the operator is heard", func() bool { return resident.heard(operatorTone) })
			w.desk.until(t, "a remark", func(r telephony.Report) bool { return r.Kind == telephony.CallOverflow })
			require.Equal(t, 1, w.desk.count(telephony.CallOverflow))
		})
	}
}

// TestWhoGivesUpInTheCompanysHoursIsLost: he is called back as any other.
func TestWhoGivesUpInTheCompanysHoursIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ownHours)
	rings := make(chan struct{}, 2)
	for _, n := range w.desk.decision.Own {
		w.phones.set(n, func(l *sip.Leg) { _ = l.Ring(); rings <- struct{}{}; <-l.Done() })
	}
	leg, _ := w.resident("+79000001001")
	<-rings
	leg.Hangup()
	require.Equal(t, telephony.Abandoned, w.desk.ended(t).Outcome)
	require.Zero(t, w.desk.count(telephony.CallOverflow))
}

// TestTheCompanysCallerIsToldThatHeIsRecorded: its phones ring when he has heard it, as who
// answers at once would cut the words off; the key for emergencies leads to us meanwhile.
func TestTheCompanysCallerIsToldThatHeIsRecorded(t *testing.T) {
	t.Parallel()
	recorded := func(d *desk) {
		ownHours(d)
		d.decision.After = []telephony.Speech{{Text: noticeWords + " Разговор записывается"}}
	}
	t.Run("heard", func(t *testing.T) {
		w := newWorld(t, recorded)
		var resident *ear
		told := make(chan bool, 1)
		began := make(chan struct{})
		w.phones.set("+79000003001", func(l *sip.Leg) {
			<-began
			told <- resident.heard(noticeTone)
			if l.Answer() == nil {
				w.party(l, executorTone)
			}
		})
		_, resident = w.resident("+79000001001")
		close(began)
		require.True(t, <-told, "the phones ring before he is told")
		w.eventually("they speak", func() bool { return resident.heard(executorTone) })
	})
	t.Run("in a hurry", func(t *testing.T) {
		w := newWorld(t, recorded)
		op := w.operator(1, true)
		leg, resident := w.resident("+79000001001")
		w.eventually("he is greeted", func() bool { return resident.heard(voiceTone) })
		leg.Media().SendDigit('0', 0)
		v, err := op.Call(w.ctx(), "ringing")
		require.NoError(t, err)
		require.True(t, v.Urgent)
		w.eventually("it is written down", func() bool { return w.desk.count(telephony.CallOverflow) == 1 })
	})
}

// TestATaskIsNotInTheJournalBeforeItsDial: the browser is told when there is something to
// ask for; asked before, every answer is a 404.
func TestATaskIsNotInTheJournalBeforeItsDial(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.answering("+79000001001")
	op := w.operator(1, true)
	w.desk.place(order("task-1-1", "+79000001001", telephony.OperatorFirst))
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.False(t, v.Written)
	op.Do(w.ctx(), "answer", v.Key)
	v, err = op.Call(w.ctx(), "counting")
	require.NoError(t, err)
	require.False(t, v.Written)
	v, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	require.True(t, v.Written)
}

// TestTheCompanysCallerHearsItsNoticesFirst is C5 in the company's hours, as in our queue: its
// people are rung when he has heard what is in force, the key for emergencies leads past all of it.
func TestTheCompanysCallerHearsItsNoticesFirst(t *testing.T) { // C5, C8, F54
	t.Parallel()
	spoken := func(r telephony.Report) bool { return r.Kind == telephony.CallSpoken && len(r.Data) > 0 }
	t.Run("its phones", func(t *testing.T) {
		w := newWorld(t, ownHours, func(d *desk) { d.inForce(outage) })
		var resident *ear
		told, began := make(chan bool, 2), make(chan struct{})
		w.phones.set("+79000003001", func(l *sip.Leg) {
			<-began
			told <- resident.heard(noticeTone)
			if l.Answer() == nil {
				w.party(l, executorTone)
			}
		})
		_, resident = w.resident("+79000001001")
		close(began)
		require.True(t, <-told, "the phones ring before he has heard it")
		w.eventually("they speak", func() bool { return resident.heard(executorTone) })
		require.JSONEq(t, `{"notice": 7}`, string(w.desk.until(t, "told", spoken).Data))
	})
	t.Run("its operators", func(t *testing.T) {
		w := newWorld(t, ownDesk, func(d *desk) { d.inForce(outage) })
		own := w.own(1, 21)
		_, resident := w.resident("+79000001001")
		w.rings(own)
		require.True(t, resident.heard(noticeTone), "he rings before it was heard")
		require.Zero(t, w.overflows())
	})
	t.Run("what comes while its phones ring", func(t *testing.T) {
		w := newWorld(t, ownHours, func(d *desk) { d.decision.OwnFor = 2 * time.Hour })
		rings := make(chan struct{}, 2)
		for _, n := range w.desk.decision.Own {
			w.phones.set(n, func(l *sip.Leg) { _ = l.Ring(); rings <- struct{}{}; <-l.Done() })
		}
		_, resident := w.resident("+79000001001")
		<-rings
		w.desk.inForce(outage)
		w.eventually("it is heard", func() bool { return resident.heard(noticeTone) })
	})
	t.Run("in a hurry", func(t *testing.T) {
		w := newWorld(t, ownDesk, func(d *desk) { d.inForce(long) })
		ours := w.operator(1, true)
		w.own(1, 21)
		leg, resident := w.resident("+79000001001")
		w.eventually("the notice is heard", func() bool { return resident.heard(noticeTone) })
		leg.Media().SendDigit('0', 0)
		require.True(t, w.rings(ours).Urgent, "who has been free longest")
		w.overflowed()
	})
	t.Run("nobody is at work", func(t *testing.T) {
		w := newWorld(t, ownDesk, func(d *desk) { d.inForce(outage) })
		ours := w.operator(1, true)
		_, resident := w.resident("+79000001001")
		require.True(t, w.rings(ours).Overflow)
		require.True(t, resident.heard(noticeTone))
	})
}

// TestTheOtherWayRingsTheCompanysPhonesToo is F10: the first way breaks during the words that
// its phones wait for.
func TestTheOtherWayRingsTheCompanysPhonesToo(t *testing.T) { // F10
	t.Parallel()
	w := newWorld(t, ownHours, func(d *desk) {
		d.decision.After = []telephony.Speech{{Text: noticeWords + " Разговор записывается"}}
	})
	w.answering("+79000003001")
	leg, first := w.resident("+79000001001")
	answered, _ := w.branch("+79000001001")
	w.eventually("it is held", func() bool { return w.twins() == 1 })
	w.eventually("he is greeted", func() bool { return first.heard(voiceTone) })
	leg.Hangup()
	resident := w.party(<-answered, residentTone)
	w.eventually("the company is heard", func() bool { return resident.heard(executorTone) })
}
