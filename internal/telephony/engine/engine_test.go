package engine

import (
	"context"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/sip"
	"d24/voip/tone"
)

func TestResidentIsGreetedQueuedJoinedAndRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leg, ear := w.resident("+79000900001")
	w.eventually("the greeting is heard", func() bool { return ear.heard(voiceTone) })
	op := w.operator(1, true)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, "inbound", v.Direction)
	require.Equal(t, "+79000900001", v.Phone)
	require.Equal(t, "УК, диспетчер", v.Greeting)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	w.eventually("each hears the other", func() bool { return ear.heard(operatorTone) && tone.Heard(op.Heard(), residentTone) })
	op.Do(w.ctx(), "hangup", v.Key)
	<-leg.Done()
	end := w.desk.ended(t)
	require.Equal(t, telephony.Answered, end.Outcome)
	require.EqualValues(t, 1, end.Operator)
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	op.Send(w.ctx(), map[string]any{"type": "wrapped_up"})
	require.NoError(t, op.InState(w.ctx(), "ready"))

	left, right := w.tones(w.desk.until(t, "recorded", recorded))
	require.True(t, left(residentTone) && right(operatorTone) && right(voiceTone), "the recording holds both and the greeting")
	require.False(t, left(operatorTone) || right(residentTone), "each on his own channel")
	w.inOrder()
}

func TestCallerHangsUpInTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leg, ear := w.resident("+79000900001")
	w.eventually("the greeting is heard", func() bool { return ear.heard(voiceTone) })
	leg.Hangup()
	end := w.desk.ended(t)
	require.Equal(t, telephony.Abandoned, end.Outcome)
	require.Equal(t, telephony.Theirs, end.Blame)
}

func TestUnknownNumberAndStaffAreRefusedUnanswered(t *testing.T) {
	t.Parallel()
	for action, want := range map[telephony.Action]struct {
		code    int
		outcome telephony.Outcome
	}{telephony.Reject: {404, telephony.BadNumber}, telephony.DropAndCallBack: {486, telephony.Rejected}} {
		t.Run(string(action), func(t *testing.T) {
			w := newWorld(t, func(d *desk) { d.decision = telephony.Decision{Action: action} })
			a := w.engine.SIPAddr()
			_, de := w.provider.Dial(w.ctx(), sip.Target{User: "+73430000999", Host: a.Addr().String(), Dest: a.String(), From: "+79000000001"})
			require.NotNil(t, de)
			require.Equal(t, want.code, de.Code)
			require.Equal(t, want.outcome, w.desk.ended(t).Outcome)
		})
	}
}

// TestDatabaseIsAway: the call is greeted, answered and recorded all the same, and
// its record is written when the database is back.
func TestDatabaseIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	w.desk.away.Store(true)
	leg, ear := w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	w.eventually("they talk", func() bool { return ear.heard(operatorTone) })
	leg.Hangup()
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	require.Empty(t, w.desk.reports)
	w.desk.away.Store(false)
	require.EqualValues(t, 1, w.desk.ended(t).Operator)
	w.inOrder()
}

func TestOrderRingsTheOperatorThenThePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ears := w.answering("+79000001001")
	op := w.operator(1, true)
	w.desk.place(telephony.Order{Key: "task-1-1", CompanyID: 1, LineID: 1, Phone: "+79000001001", Purpose: telephony.Handover, Title: "Передать аварийную заявку № 1", Mode: telephony.OperatorFirst, TaskID: 1, Priority: telephony.PriorityEmergency, OperatorWithin: time.Minute})
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, "task", v.Direction)
	require.Equal(t, "Передать аварийную заявку № 1", v.Title)
	require.Empty(t, w.desk.invited, "nobody is dialled before the operator took it")
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "counting")
	require.NoError(t, err)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	ear := <-ears
	w.eventually("each hears the other", func() bool { return ear.heard(operatorTone) && tone.Heard(op.Heard(), executorTone) })
	op.Do(w.ctx(), "hangup", v.Key)
	end := w.desk.ended(t)
	require.Equal(t, "task-1-1", end.OrderKey)
	require.Equal(t, telephony.Answered, end.Outcome)
	require.EqualValues(t, 1, end.Operator)
	left, right := w.tones(w.desk.until(t, "recorded", recorded))
	require.True(t, left(executorTone) && right(operatorTone))
}

func order(key, phone string, mode telephony.Mode) telephony.Order {
	return telephony.Order{Key: key, CompanyID: 1, LineID: 1, Phone: phone, Purpose: telephony.Handover, Mode: mode, Priority: telephony.PriorityEmergency, OperatorWithin: 2 * time.Second, RingFor: 10 * time.Second, Words: telephony.Speech{Text: "Заявка один"}, Keys: "1"}
}

// TestNobodyFree: the system dials alone, speaks and takes key 1 (F89).
func TestNobodyFree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.phones.set("+79000001001", func(l *sip.Leg) {
		if l.Answer() != nil {
			return
		}
		e := w.party(l, executorTone)
		w.eventually("the words are heard", func() bool { return e.heard(voiceTone) })
		l.Media().SendDigit('1', 0)
	})
	w.desk.place(order("task-1-1", "+79000001001", telephony.OperatorFirst))
	end := w.desk.ended(t)
	require.Equal(t, "1", end.Digit)
	require.Equal(t, telephony.Answered, end.Outcome)
	require.Zero(t, end.Operator)
}

// TestOperatorJoinsWhoHearsTheWords: one who gets free meanwhile is joined (F89).
func TestOperatorJoinsWhoHearsTheWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ears := w.answering("+79000001001")
	o := order("task-1-1", "+79000001001", telephony.OperatorFirst)
	o.Words.Text = "очень длинные слова, которые не кончаются прежде, чем освободится оператор, и ещё немного слов, чтобы хватило времени всем участникам проверки, и ещё, и ещё, и ещё, и ещё"
	w.desk.place(o)
	e := <-ears
	w.eventually("the words are heard", func() bool { return e.heard(voiceTone) })
	op := w.operator(1, true)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	w.eventually("the operator is heard", func() bool { return e.heard(operatorTone) })
	op.Do(w.ctx(), "hangup", v.Key)
	require.EqualValues(t, 1, w.desk.ended(t).Operator)
}

func TestHowDialsEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		phone   func(*sip.Leg)
		outcome telephony.Outcome
		blame   telephony.Blame
	}{
		"busy":      {func(l *sip.Leg) { l.Reject(486, "Busy") }, telephony.Busy, telephony.Theirs},
		"declined":  {func(l *sip.Leg) { l.Reject(603, "Decline") }, telephony.Rejected, telephony.Theirs},
		"no number": {nil, telephony.BadNumber, telephony.Theirs},
		"rings out": {func(l *sip.Leg) { _ = l.Ring(); <-l.Done() }, telephony.NoAnswer, telephony.Theirs},
		"trunk":     {func(l *sip.Leg) { l.Reject(503, "Service Unavailable") }, telephony.CarrierFailed, telephony.Carrier},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if c.phone != nil {
				w.phones.set("+79000001001", c.phone)
			}
			w.desk.place(order("task-1-1", "+79000001001", telephony.AnnounceOnly))
			end := w.desk.ended(t)
			require.Equal(t, c.outcome, end.Outcome)
			require.Equal(t, c.blame, end.Blame)
		})
	}
}

// TestSilentTrunkIsGivenUp: a port that swallows packets is left after 3 s and the
// second trunk rings the phone within the same order.
func TestSilentTrunkIsGivenUp(t *testing.T) {
	t.Parallel()
	hole, err := net.ListenPacket("udp", "127.0.63.1:0")
	require.NoError(t, err)
	defer hole.Close()
	port, _ := strconv.Atoi(hole.LocalAddr().String()[len("127.0.63.1:"):])
	w := newWorld(t, func(d *desk) {
		d.trunks = append(d.trunks, telephony.Trunk{ID: 2, Name: "hole", Host: "127.0.63.1", Port: port, Priority: -1, Lines: map[int64]string{2: "+73430000200"}})
	})
	w.phones.set("+79000001001", func(l *sip.Leg) { l.Reject(486, "Busy") })
	w.engine.trunks.mu.Lock()
	for _, a := range w.engine.trunks.list {
		a.up = true // half dead: known as alive (F9)
	}
	w.engine.trunks.mu.Unlock()
	o := order("task-1-1", "+79000001001", telephony.AnnounceOnly)
	o.LineID, o.RingFor = 2, time.Minute
	began := time.Now()
	w.desk.place(o)
	require.Equal(t, telephony.Busy, w.desk.ended(t).Outcome)
	require.InDelta(t, 3, time.Since(began).Seconds(), 1)
	require.Len(t, w.desk.invited, 2, "written down for each trunk")
	w.desk.until(t, "trunk changed", func(r telephony.Report) bool { return r.Kind == telephony.CallTrunk && r.TrunkID == 1 })
}

func TestWithdrawnOrderStopsRinging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone := make(chan sip.Ending, 1)
	rings := make(chan struct{})
	w.phones.set("+79000001001", func(l *sip.Leg) {
		_ = l.Ring()
		close(rings)
		gone <- l.End()
	})
	w.desk.place(order("task-1-1", "+79000001001", telephony.AnnounceOnly))
	<-rings
	began := time.Now()
	w.desk.cancel("task-1-1")
	require.Equal(t, sip.ByCancel, (<-gone).Cause)
	require.Less(t, time.Since(began), 2*time.Second)
	require.Equal(t, telephony.Cancelled, w.desk.ended(t).Outcome)
}

// TestOnePhoneIsRungByOneOrder (F40).
func TestOnePhoneIsRungByOneOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ringing atomic.Int32
	var together atomic.Bool
	w.phones.set("+79000001001", func(l *sip.Leg) {
		if ringing.Add(1) > 1 {
			together.Store(true)
		}
		_ = l.Ring()
		select { // so long that another order would meet it
		case <-l.Done():
		case <-time.After(700 * time.Millisecond):
		}
		ringing.Add(-1) // before the engine can know of the end
		l.Reject(486, "Busy Here")
	})
	for i := range 3 {
		w.desk.place(order("task-1-"+strconv.Itoa(i), "+79000001001", telephony.AnnounceOnly))
	}
	for i := range 3 {
		w.desk.until(t, "all end", func(r telephony.Report) bool {
			return r.Kind == telephony.CallEnded && r.OrderKey == "task-1-"+strconv.Itoa(i)
		})
	}
	require.False(t, together.Load(), "two orders ring one phone")
}

// TestBrowserVanishes: the resident hears that somebody else comes, and the next
// operator has him within 6 s (F1).
func TestBrowserVanishes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.operator(1, true)
	leg, ear := w.resident("+79000900001")
	v, err := first.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	first.Do(w.ctx(), "answer", v.Key)
	w.eventually("they talk", func() bool { return ear.heard(operatorTone) })
	second := w.operator(2, true)
	ear.forget()
	began := time.Now()
	first.Close()
	v2, err := second.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Less(t, time.Since(began), 6*time.Second)
	require.Equal(t, v.Key, v2.Key)
	require.True(t, v2.Returned)
	w.eventually("the resident is told", func() bool { return ear.heard(voiceTone) })
	second.Do(w.ctx(), "answer", v2.Key)
	w.eventually("they talk", func() bool { return ear.heard(operatorTone) })
	leg.Hangup()
	require.EqualValues(t, 2, w.desk.ended(t).Operator)
}

// TestBrowserComesBack: a short break of the connection changes nothing (F2).
func TestBrowserComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	_, ear := w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	w.eventually("they talk", func() bool { return ear.heard(operatorTone) })
	op.Close()
	ear.forget()
	again := w.operator(1, false)
	v2, err := again.Call(w.ctx(), "talking")
	require.NoError(t, err)
	require.Equal(t, v.Key, v2.Key)
	w.eventually("they talk on", func() bool { return ear.heard(operatorTone) })
}

// TestTwoTabs: the second tab is told, and takes over when asked (F3).
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.operator(1, true)
	o := softphone.Options{URL: "ws://" + w.engine.DoorAddr() + "/api/v1/desk/ws", Token: "op-1", Tab: "other"}
	_, err := softphone.Open(w.ctx(), o)
	require.ErrorContains(t, err, "busy_elsewhere")
	o.Takeover = true
	second, err := softphone.Open(w.ctx(), o)
	require.NoError(t, err)
	defer second.Close()
	_, err = first.Message(w.ctx(), "superseded")
	require.NoError(t, err)
	require.NoError(t, second.InState(w.ctx(), "ready"))
}

// TestNotTaken: who does not answer rests, the next one rings.
func TestNotTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.operator(1, true)
	_, _ = w.resident("+79000900001")
	_, err := first.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	second := w.operator(2, true)
	_, err = second.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.NoError(t, first.InState(w.ctx(), "pause"))
}

func TestStrangersHaveNoSeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := softphone.Open(w.ctx(), softphone.Options{URL: "ws://" + w.engine.DoorAddr() + "/api/v1/desk/ws", Token: "nobody"})
	require.ErrorContains(t, err, "401")
}

// TestReportsSurviveOurDeath: what the database did not take is offered by the next run.
func TestReportsSurviveOurDeath(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/n1.journal"
	d := &desk{changed: make(chan struct{})}
	d.away.Store(true)
	r, err := openReports(path, d, quietLog())
	require.NoError(t, err)
	for i := range 3 {
		r.add(telephony.Report{CallKey: "c", Seq: i + 1, Kind: telephony.CallDigit})
	}
	require.Error(t, r.flush(context.Background()))
	r.add(telephony.Report{CallKey: "c", Seq: 4, Kind: telephony.CallEnded})
	// no close: the process was killed
	d.away.Store(false)
	next, err := openReports(path, d, quietLog())
	require.NoError(t, err)
	require.NoError(t, next.flush(context.Background()))
	require.Len(t, d.reports, 4)
	require.Equal(t, telephony.CallEnded, d.reports[3].Kind)
	again, err := openReports(path, d, quietLog())
	require.NoError(t, err)
	require.Empty(t, again.wait, "delivered ones are not offered again")
}
