package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// outage is a notice whose words sound for less than two seconds.
var outage = telephony.Spoken{ID: 7, Speech: telephony.Speech{Text: noticeWords + " Нет воды."}}

// long is a notice of half a minute: ten times what is bearable here.
var long = telephony.Spoken{ID: 8, Speech: telephony.Speech{Text: noticeWords + string(make([]byte, 700))}}

func queued(r telephony.Report) bool { return r.Kind == telephony.CallQueued }

// TestTheNoticeIsHeardBeforeTheQueue is C5: greeting, notice, then the queue and an operator.
func TestTheNoticeIsHeardBeforeTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.inForce(outage) })
	op := w.operator(1, true)
	_, ear := w.resident("+79000900001")
	w.eventually("the notice is heard", func() bool { return ear.heard(noticeTone) })
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	told := w.desk.until(t, "spoken", func(r telephony.Report) bool { return r.Kind == telephony.CallSpoken && len(r.Data) > 0 })
	require.JSONEq(t, `{"notice": 7}`, string(told.Data))
	require.Greater(t, w.desk.until(t, "queued", queued).Seq, told.Seq, "the queue comes after")
	op.Do(w.ctx(), "answer", v.Key)
	w.eventually("they talk", func() bool { return ear.heard(operatorTone) })
}

// TestTheEmergencyKeySkipsTheNotice is F16: 0 leads past everything at once, and ahead of others.
func TestTheEmergencyKeySkipsTheNotice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.inForce(long) })
	w.resident("+79000900002")
	w.desk.until(t, "queued", queued)
	leg, ear := w.resident("+79000900001")
	w.eventually("the notice is heard", func() bool { return ear.heard(noticeTone) })
	pressed := time.Now()
	leg.Media().SendDigit('0', 0)
	key := w.desk.until(t, "key", func(r telephony.Report) bool { return r.Kind == telephony.CallDigit }).CallKey
	at := w.desk.until(t, "queued", func(r telephony.Report) bool { return queued(r) && r.CallKey == key }).At
	require.Less(t, at.Sub(pressed), 2*time.Second)
	w.eventually("music plays", func() bool { return ear.without(noticeTone) })
	op := w.operator(1, true)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, key, v.Key, "ahead of who waited before")
}

// TestNobodyIsKeptFromTheQueueByNotices is F56: a minute of notices ends after 45 s (here a tenth of it).
func TestNobodyIsKeptFromTheQueueByNotices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.inForce(long) })
	w.resident("+79000900001")
	answered := w.desk.until(t, "answered", func(r telephony.Report) bool { return r.Kind == telephony.CallAnswered }).At
	wait := w.desk.until(t, "queued", queued).At.Sub(answered)
	require.InDelta(t, 4.5, wait.Seconds(), 1)
}

// TestANoticeOfThisMinuteReachesWhoWaits is F54 and F55: who is in the queue already
// hears a new notice, and it falls silent when it is cancelled.
func TestANoticeOfThisMinuteReachesWhoWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, ear := w.resident("+79000900001")
	w.desk.until(t, "queued", queued)
	w.eventually("the greeting is heard", func() bool { return ear.heard(voiceTone) })
	w.desk.inForce(long)
	raised := time.Now()
	w.eventually("the notice is heard by who waits", func() bool { return ear.heard(noticeTone) })
	require.Less(t, time.Since(raised), 15*time.Second)
	w.desk.inForce()
	cancelled := time.Now()
	w.eventually("it falls silent", func() bool { return ear.without(noticeTone) })
	require.Less(t, time.Since(cancelled), 5*time.Second)
}

// TestWhatWasInForceIsNotSpokenWithoutTheDatabase is F55: the line greets as it did, notices are of the minute.
func TestWhatWasInForceIsNotSpokenWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.inForce(outage) })
	first, _ := w.resident("+79000900001")
	w.desk.until(t, "queued", queued)
	first.Hangup()
	w.desk.ended(t)
	w.desk.away.Store(true)
	d := w.engine.route(telephony.Incoming{Called: "+73430000101"})
	require.Empty(t, d.Notices)
	require.Equal(t, telephony.Queue, d.Action)
	w.desk.away.Store(false)
}

// TestWhoHasHisAnswerIsNoLostCall is F54 and C5: who hangs up right after a whole notice is
// done with it. Who breaks it off, waits on for an operator or asks for help by the key,
// and then hangs up, was not answered.
func TestWhoHasHisAnswerIsNoLostCall(t *testing.T) {
	t.Parallel()
	toldWhole := func(w *world, _ *sip.Leg) { w.desk.until(w.t, "queued", queued) }
	for name, c := range map[string]struct {
		notice telephony.Spoken
		till   func(*world, *sip.Leg)
		want   telephony.Outcome
	}{
		"after the whole notice": {outage, toldWhole, telephony.Answered},
		"in the middle of it": {long, func(w *world, _ *sip.Leg) {
			w.desk.until(w.t, "spoken", func(r telephony.Report) bool { return r.Kind == telephony.CallSpoken && len(r.Data) > 0 })
		}, telephony.Abandoned},
		"after waiting on": {outage, func(w *world, l *sip.Leg) {
			toldWhole(w, l)
			<-time.After(1500 * time.Millisecond) // more than a tenth of ten seconds
		}, telephony.Abandoned},
		"after the emergency key": {outage, func(w *world, l *sip.Leg) {
			toldWhole(w, l)
			l.Media().SendDigit('0', 0)
			w.desk.until(w.t, "key", func(r telephony.Report) bool { return r.Kind == telephony.CallDigit })
		}, telephony.Abandoned},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(d *desk) { d.inForce(c.notice) })
			leg, _ := w.resident("+79000900001")
			c.till(w, leg)
			leg.Hangup()
			end := w.desk.ended(t)
			require.Equal(t, c.want, end.Outcome)
			if c.want == telephony.Answered {
				require.JSONEq(t, `{"notice": 7}`, string(end.Data))
				return
			}
			require.Empty(t, end.Data)
		})
	}
}
