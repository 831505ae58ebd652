package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	at := func(sec int) time.Time { return time.Unix(int64(sec), 0) }
	idle := func(id int64, since int, companies ...int64) Idle {
		return Idle{UserID: id, Companies: companies, Cities: []int64{1}, Since: at(since)}
	}
	for name, c := range map[string]struct {
		waiting []Waiter
		idle    []Idle
		want    []Match
	}{
		"who waits longest":              {[]Waiter{{Key: "b", CompanyID: 1, Since: at(2)}, {Key: "a", CompanyID: 1, Since: at(1)}}, []Idle{idle(1, 0, 1)}, []Match{{"a", 1}}},
		"priority before waiting":        {[]Waiter{{Key: "a", CompanyID: 1, Since: at(1)}, {Key: "b", CompanyID: 1, Priority: 90, Since: at(2)}}, []Idle{idle(1, 0, 1)}, []Match{{"b", 1}}},
		"idle longest":                   {[]Waiter{{Key: "a", CompanyID: 1}}, []Idle{idle(1, 5, 1), idle(2, 3, 1)}, []Match{{"a", 2}}},
		"only who serves it":             {[]Waiter{{Key: "a", CompanyID: 2}}, []Idle{idle(1, 0, 1), idle(2, 5, 1, 2)}, []Match{{"a", 2}}},
		"nobody serves it":               {[]Waiter{{Key: "a", CompanyID: 3}}, []Idle{idle(1, 0, 1)}, nil},
		"a city's call":                  {[]Waiter{{Key: "a", CityID: 1}, {Key: "b", CityID: 2}}, []Idle{idle(1, 0, 1)}, []Match{{"a", 1}}},
		"an unknown line":                {[]Waiter{{Key: "a"}}, []Idle{idle(1, 0, 1)}, []Match{{"a", 1}}},
		"an unknown line, of no company": {[]Waiter{{Key: "a"}}, []Idle{{UserID: 1, Own: 1, Companies: []int64{1}}}, nil},
		"passed: another first":          {[]Waiter{{Key: "a", CompanyID: 1, Passed: []int64{1}}}, []Idle{idle(1, 0, 1), idle(2, 5, 1)}, []Match{{"a", 2}}},
		"passed: better than none": {
			[]Waiter{{Key: "a", CompanyID: 1, Passed: []int64{1}}},
			[]Idle{idle(1, 0, 1)},
			[]Match{{"a", 1}},
		},
		"each gets one": {
			[]Waiter{{Key: "a", CompanyID: 1, Since: at(1)}, {Key: "b", CompanyID: 1, Since: at(2)}},
			[]Idle{idle(1, 0, 1), idle(2, 1, 1)},
			[]Match{{"a", 1}, {"b", 2}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, _ := DefaultRules.Decide(Moment{Waiting: c.waiting, Idle: c.idle})
			require.Equal(t, c.want, out)
		})
	}
}

func TestOutcomeOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err     sip.DialError
		outcome telephony.Outcome
		blame   telephony.Blame
		retry   bool
	}{
		{sip.DialError{Code: 486}, telephony.Busy, telephony.Theirs, false},
		{sip.DialError{Code: 600}, telephony.Busy, telephony.Theirs, false},
		{sip.DialError{Code: 603}, telephony.Rejected, telephony.Theirs, false},
		{sip.DialError{Code: 404}, telephony.BadNumber, telephony.Theirs, false},
		{sip.DialError{Code: 480}, telephony.NoAnswer, telephony.Theirs, false},
		{sip.DialError{Code: 500, Q850: 17}, telephony.Busy, telephony.Theirs, false},
		{sip.DialError{Code: 502, Q850: 1}, telephony.BadNumber, telephony.Theirs, false},
		{sip.DialError{Ended: true, Code: 487}, telephony.NoAnswer, telephony.Theirs, false},
		{sip.DialError{Silent: true}, telephony.CarrierFailed, telephony.Carrier, true},
		{sip.DialError{Unsent: true}, telephony.CarrierFailed, telephony.Carrier, true},
		{sip.DialError{Code: 503}, telephony.CarrierFailed, telephony.Carrier, true},
		{sip.DialError{Code: 403}, telephony.CarrierFailed, telephony.Carrier, true},
		{sip.DialError{Code: 407}, telephony.CarrierFailed, telephony.Carrier, true},
		{sip.DialError{}, telephony.CarrierFailed, telephony.Carrier, true},
	} {
		o, b, retry := outcomeOf(&c.err)
		require.Equal(t, c.outcome, o, "%+v", c.err)
		require.Equal(t, c.blame, b, "%+v", c.err)
		require.Equal(t, c.retry, retry, "%+v", c.err)
	}
}

// TestARepeatedCallerIsKnown: who hung up unheard comes before those who wait as long;
// once he was heard he is like everybody.
func TestARepeatedCallerIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	again := func() bool {
		known := make(chan bool, 1)
		w.engine.post(func() { known <- w.engine.again("+79000900001", time.Now()) })
		return <-known
	}
	leg, ear := w.resident("+79000900001")
	w.eventually("the greeting is heard", func() bool { return ear.heard(voiceTone) })
	require.False(t, again())
	leg.Hangup()
	w.desk.ended(t)
	require.True(t, again())
	op := w.operator(1, true)
	w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	require.False(t, again())
}

// TestTwoCallsOfOneNumberReachOperators is S14: the third waits although somebody is free.
func TestTwoCallsOfOneNumberReachOperators(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.resident("+79000900001")
	w.branch("+79000900001")
	w.branch("+79000900001")
	w.eventually("three calls, no branches of one (F10)", func() bool { return w.calls() == 3 })
	for n := range 3 {
		w.operator(n+1, true)
	}
	floor := func() (waiting, ringing int) {
		done := make(chan struct{})
		w.engine.post(func() {
			waiting = len(w.engine.queue)
			for _, s := range w.engine.seats {
				if s.call != nil {
					ringing++
				}
			}
			close(done)
		})
		<-done
		return waiting, ringing
	}
	w.eventually("two of them ring", func() bool { waiting, ringing := floor(); return waiting == 1 && ringing == 2 })
	w.resident("+79000900002")
	w.eventually("another number is not held up", func() bool { waiting, ringing := floor(); return waiting == 1 && ringing == 3 })
}

// TestTheSlowLane: behind the other callers and before planned tasks; close to the limit he is one
// of them, the key for emergencies puts him ahead, and nobody else is late for him.
func TestTheSlowLane(t *testing.T) { // F17
	t.Parallel()
	at := func(sec int) time.Time { return floorNow.Add(-time.Duration(sec) * time.Second) }
	caller := func(key string, sec int, slow bool) Waiter {
		return Waiter{Key: key, Inbound: true, CompanyID: 1, Priority: telephony.PriorityInbound, Since: at(sec), Slow: slow}
	}
	urgent := caller("urgent", 1, true)
	urgent.Priority = telephony.PriorityEmergency
	task := Waiter{Key: "task", CompanyID: 1, Priority: telephony.PriorityTask, Since: at(900)}
	starving, late := caller("starving", 200, true), caller("late", 190, false)
	waiting := []Waiter{task, caller("slow", 100, true), caller("new", 1, false), starving, late, urgent, caller("old", 210, true)}
	d := newDecision(DefaultRules, Moment{Now: floorNow, Waiting: waiting})
	var order []string
	for _, p := range d.ordered() {
		order = append(order, waiting[p.n].Key)
	}
	require.Equal(t, []string{"urgent", "late", "old", "starving", "new", "slow", "task"}, order)
}
