package scenario

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// TestTheExecutorIsAskedUntilItIsDone: every two hours, at night too, as it is an emergency (O2, F45).
func TestTheExecutorIsAskedUntilItIsDone(t *testing.T) {
	s := begin(t)
	s.says(staff(0), accepts, answer{after: time.Minute, outcome: telephony.Answered, operator: "in_progress"})
	e := s.emergency()
	s.pass(5 * time.Hour)
	require.Equal(t, []string{"0′ 1000 handover", "120′ 1000 status_inquiry", "241′ 1000 status_inquiry"}, s.rang)

	_, err := s.app.Tickets.Move(s.op, e.ID, ticket.Move{To: ticket.Done})
	require.NoError(t, err)
	s.says("+79000900001", answer{after: time.Minute, outcome: telephony.Answered, operator: "done"})
	s.pass(12 * time.Hour)
	// done at 3:00 in the city; the resident is not woken (F51), he is asked at 8:00
	require.Equal(t, "600′ 0001 feedback", s.rang[3])
	require.Len(t, s.rang, 4)
}

func TestALostCallIsCalledBackWithinTenMinutes(t *testing.T) {
	s := begin(t)
	s.lostCall("in-1", "+79000900007", false)
	s.lostCall("in-2", "+79000900007", false) // he tries again
	s.pass(5 * time.Second)
	require.Equal(t, []string{"0′ 0007 callback"}, s.rang, "one person, one task")
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where promise_at = $1`, s.start.Add(10*time.Minute)))
	require.Equal(t, 2, s.count(`select count(*) from calls where disposition = 'lost'`))
}

// TestAKeyInTheQueueSaysHowToCallBack: «1» keeps the caller's place, which is from the
// moment he called; who pressed «0» and gave up goes ahead of all.
func TestAKeyInTheQueueSaysHowToCallBack(t *testing.T) { // F6, F7, F16
	s := begin(t)
	called := s.start.Add(-3 * time.Minute)
	for phone, digit := range map[string]string{"+79000900007": "1", "+79000900008": "0"} {
		s.lostCall("in-"+digit, phone, false, func(r *telephony.Report) {
			r.Phone = phone
			if r.Kind == telephony.CallStarted {
				r.At = called
			} else {
				r.Digit = digit
			}
		})
	}
	s.pass(5 * time.Second)
	place := func(phone string) (since, promise time.Time, priority int, title string) {
		var o telephony.Order
		require.NoError(t, json.Unmarshal([]byte(s.text(`select plan::text from call_orders where phone = $1`, phone)), &o))
		return o.Since, o.Promise, o.Priority, o.Title
	}
	since, promise, _, title := place("+79000900007")
	require.True(t, since.Equal(called) && promise.Equal(called.Add(10*time.Minute)), "%s %s", since, promise)
	require.Equal(t, "Перезвонить: попросил перезвонить, не дожидаясь на линии", title)
	_, _, priority, title := place("+79000900008")
	require.Equal(t, telephony.PriorityEmergency, priority)
	require.Equal(t, "Перезвонить: нажал «авария» и не дождался ответа", title)
}

// TestWhoGotThroughIsNotCalledBack is F7.
func TestWhoGotThroughIsNotCalledBack(t *testing.T) {
	s := begin(t)
	s.lostCall("in-1", "+79000900007", false)
	s.pass(time.Second)
	for i, r := range []telephony.Report{{Kind: telephony.CallStarted, Direction: "inbound", Phone: "+79000900007", CompanyID: 1}, {Kind: telephony.CallJoined, Operator: 1}} {
		r.CallKey, r.Seq, r.At = "in-2", i+1, s.clock.Now()
		require.NoError(t, s.app.Telephony.Report(s.sys, r))
	}
	s.pass(time.Second)
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where state = 'withdrawn'`))
	require.Empty(t, s.calls)
}

// TestACutCallIsCalledBackFirst: the engine died in the middle of a talk.
func TestACutCallIsCalledBackFirst(t *testing.T) {
	s := begin(t)
	for i, r := range []telephony.Report{{Kind: telephony.CallStarted, Direction: "inbound", Phone: "+79000900007", LineID: 2, CompanyID: 1}, {Kind: telephony.CallJoined, Operator: 1}} {
		r.CallKey, r.Seq, r.At, r.Node = "in-1", i+1, s.clock.Now(), "test"
		require.NoError(t, s.app.Telephony.Report(s.sys, r))
	}
	_, calls, err := s.app.Telephony.Recover(s.sys, "test")
	require.NoError(t, err)
	require.Equal(t, 1, calls)
	s.pass(time.Second)
	require.Equal(t, []string{"0′ 0007 callback"}, s.rang)
	require.Equal(t, telephony.PriorityCut, s.count(`select (plan->>'priority')::int from call_tasks where purpose = 'callback'`))
	require.Equal(t, 1, s.count(`select count(*) from calls where is_cut`))
}

// TestStaffPayNothing is C7: refused, and called back; once, however often they try (F25).
func TestStaffPayNothing(t *testing.T) {
	s := begin(t)
	for _, key := range []string{"a", "b"} {
		d, err := s.app.Director.Route(s.sys, telephony.Incoming{CallKey: key, Called: "+73430000101", Caller: staff(0)})
		require.NoError(t, err)
		require.Equal(t, telephony.DropAndCallBack, d.Action)
	}
	s.says(staff(0), answer{after: time.Minute, outcome: telephony.Answered, operator: "answered"})
	s.pass(time.Minute)
	require.Equal(t, []string{"0′ 1000 callback"}, s.rang)
}

func TestWhoIsCalledDecidesTheCompany(t *testing.T) {
	s := begin(t)
	for called, want := range map[string]telephony.Decision{
		"+73430000102": {Action: telephony.Queue, CompanyID: 2},
		"83430000102":  {Action: telephony.Queue, CompanyID: 2},
		"+73430000200": {Action: telephony.Queue},
		"+73430009999": {Action: telephony.Reject},
	} {
		for _, caller := range []string{"", "anonymous", "+79000900001", "12", "вася"} {
			d, err := s.app.Director.Route(s.sys, telephony.Incoming{CallKey: "x", Called: called, Caller: caller})
			require.NoError(t, err)
			require.Equal(t, want.Action, d.Action, called)
			require.Equal(t, want.CompanyID, d.CompanyID, called)
		}
	}
}

// TestAnEmergencyForWhichNobodyIsSoughtIsFound is R27: the job that begins its escalation is lost
// before it ran, so that no step of it is late.
func TestAnEmergencyForWhichNobodyIsSoughtIsFound(t *testing.T) {
	s := begin(t)
	tk := s.emergency()
	s.says(staff(0), silent)
	_, err := s.pool.Exec(s.sys, `delete from river_job where kind = 'escalation.step'`)
	require.NoError(t, err)
	s.pass(2 * time.Second)
	n, err := s.app.Escalation.Rearm(s.sys, 5*time.Second)
	require.NoError(t, err)
	require.Zero(t, n, "a job takes its time")
	s.pass(20 * time.Second)
	require.Empty(t, s.rang, "without the job nothing happens")
	for range 2 { // the watchman looks again before the job has run
		n, err = s.app.Escalation.Rearm(s.sys, 5*time.Second)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	}
	s.pass(time.Minute)
	require.NotEmpty(t, s.rang)
	require.Equal(t, 1, s.count(`select count(*) from escalations where ticket_id = $1`, tk.ID))
	n, err = s.app.Escalation.Rearm(s.sys, 5*time.Second)
	require.NoError(t, err)
	require.Zero(t, n)
	s.emergency() // whose job has run
	s.pass(time.Minute)
	n, err = s.app.Escalation.Rearm(s.sys, 5*time.Second)
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestTheWatchmanArmsWhatWasLost(t *testing.T) {
	s := begin(t)
	s.emergency()
	s.pass(time.Second)
	s.says(staff(0), silent)
	s.pass(time.Minute) // the next dial is asked for
	_, err := s.pool.Exec(s.sys, `delete from river_job where state in ('available', 'scheduled')`)
	require.NoError(t, err)
	s.pass(20 * time.Minute)
	require.Len(t, s.rang, 1, "without jobs nothing happens")
	n, err := s.app.Tasks.Rearm(s.sys, 5*time.Second)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	m, err := s.app.Escalation.Rearm(s.sys, 5*time.Second)
	require.NoError(t, err)
	require.Equal(t, 1, m)
	s.pass(time.Second)
	require.Greater(t, len(s.rang), 1)
}

// TestPlannedAndPaidReachTheExecutorInTheJournal: he finds them there and takes
// them, and no phone rings; how it goes he is asked in working hours (F45).
func TestPlannedAndPaidReachTheExecutorInTheJournal(t *testing.T) {
	s := begin(t)
	for _, code := range []string{"ЭЛ-07", "ПЛ-01"} {
		k := s.request(code)
		require.NotZero(t, k.ExecutorID, code)
		s.pass(3 * time.Hour)
		require.Empty(t, s.rang, code)
		own := company(access.Executor, k.ExecutorID)
		rows, _, err := s.app.Tickets.List(own, ticket.Filter{View: ticket.Untaken})
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Equal(t, k.ID, rows[0].ID)
		got, err := s.app.Tickets.AcceptOwn(own, k.ID)
		require.NoError(t, err)
		require.Equal(t, ticket.Accepted, got.Status)
	}
	// accepted at 1:00 and 4:00 in the city; N minutes later it is night still
	s.pass(4*time.Hour - time.Second)
	require.Empty(t, s.rang)
	s.pass(2 * time.Second)
	require.Len(t, s.rang, 2)
	for _, r := range s.rang {
		require.Contains(t, r, "600′ ")
		require.Contains(t, r, "status_inquiry")
	}
}

// TestQuestionsGoOnAndStop: again and again until done, with the company's N; done
// asks the resident, his word closes the request, and nobody is called any more.
func TestQuestionsGoOnAndStop(t *testing.T) {
	s := begin(t)
	s.do(`update companies set settings = settings || '{"inquiry_min": 60, "quiet_from": "00:00", "quiet_to": "00:00"}' where id = 1`)
	says := func(word string) answer { return answer{outcome: telephony.Answered, operator: word} }
	s.says(staff(0), says("accepted"), says("in_progress"), says("in_progress"), says("not_done"), says("done"))
	s.says("+79000900001", says("done"))
	e := s.emergency()
	s.pass(24 * time.Hour)
	require.Equal(t, []string{
		"0′ 1000 handover", "60′ 1000 status_inquiry", "120′ 1000 status_inquiry", "180′ 1000 status_inquiry", "240′ 1000 status_inquiry", "240′ 0001 feedback",
	}, s.rang)
	require.Equal(t, ticket.Closed, s.ticket(e.ID).Status)
	require.Zero(t, s.count(`select count(*) from call_tasks where state in ('waiting', 'active')`))
}

// TestWhatIsOverTakesItsCallsAlong is O5: whatever the request became, the calls
// that waited for its past go at once.
func TestWhatIsOverTakesItsCallsAlong(t *testing.T) {
	s := begin(t)
	later := s.clock.Now().Add(200 * time.Hour)
	for _, to := range []ticket.Move{{To: ticket.Done}, {To: ticket.Cancelled, Reason: "ошибка"}, {To: ticket.Postponed, Reason: "ждём деталь", Until: &later}} {
		s.rings = func(o telephony.Order) answer {
			if o.Purpose == telephony.Handover {
				return answer{outcome: telephony.Answered, operator: "accepted"}
			}
			return silent
		}
		e := s.emergency()
		s.pass(2*time.Hour + 10*time.Second)
		require.Equal(t, 1, s.count(`select count(*) from call_tasks where ticket_id = $1 and purpose = 'status_inquiry' and state = 'active'`, e.ID))
		_, err := s.app.Tickets.Move(s.op, e.ID, to)
		require.NoError(t, err)
		s.pass(0)
		require.Empty(t, s.calls, "%s: the phone is silent at once", to.To)
		require.Zero(t, s.count(`select count(*) from call_tasks where ticket_id = $1 and purpose = 'status_inquiry' and state in ('waiting', 'active')`, e.ID))
		if to.To != ticket.Done {
			continue
		}
		require.Equal(t, 1, s.count(`select count(*) from call_tasks where ticket_id = $1 and purpose = 'feedback' and state = 'waiting'`, e.ID), "it is night: the resident sleeps")
		_, err = s.app.Tickets.Move(s.op, e.ID, ticket.Move{To: ticket.InProgress, Reason: "снова течёт"})
		require.NoError(t, err)
		s.pass(0)
		require.Zero(t, s.count(`select count(*) from call_tasks where ticket_id = $1 and purpose = 'feedback' and state in ('waiting', 'active')`, e.ID), "reopened: there is nothing to ask him")
		_, err = s.app.Tickets.Move(s.op, e.ID, ticket.Move{To: ticket.Cancelled, Reason: "ошибка"})
		require.NoError(t, err)
		s.pass(0)
	}
	s.rang = nil
	s.pass(48 * time.Hour)
	require.Empty(t, s.rang)
}

// TestALostCallIsPromisedByTheCompanysSettings, and a hidden number cannot be called.
func TestALostCallIsPromisedByTheCompanysSettings(t *testing.T) {
	s := begin(t)
	s.do(`update companies set settings = settings || '{"callback_min": 5}' where id = 1`)
	s.lostCall("in-1", "", false)
	s.lostCall("in-2", "anonymous", false)
	s.pass(time.Second)
	require.Zero(t, s.count(`select count(*) from call_tasks`))
	s.lostCall("in-3", "+79000900007", false)
	s.pass(0)
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where promise_at = $1`, s.start.Add(time.Second+5*time.Minute)))
	s.says("+79000900007", silent)
	s.pass(20 * time.Minute)
	require.Len(t, s.rang, 3, "three tries (F7)")
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where result = 'not_reached'`))
}

// TestWhoLostHisOperatorIsCalledBack: the operator's browser was closed, the caller
// waited for the next one and gave up (F1, F7).
func TestWhoLostHisOperatorIsCalledBack(t *testing.T) {
	s := begin(t)
	for i, r := range []telephony.Report{
		{Kind: telephony.CallStarted, Direction: "inbound", Phone: "+79000900007", LineID: 2, CompanyID: 1},
		{Kind: telephony.CallJoined, Operator: 1},
		{Kind: telephony.CallLeft, Operator: 1},
		{Kind: telephony.CallEnded, Outcome: telephony.Abandoned, Operator: 1},
	} {
		r.CallKey, r.Seq, r.At = "in-1", i+1, s.clock.Now()
		require.NoError(t, s.app.Telephony.Report(s.sys, r))
	}
	s.pass(time.Second)
	require.Equal(t, []string{"0′ 0007 callback"}, s.rang)
	require.Equal(t, 1, s.count(`select count(*) from calls where disposition = 'lost'`))
}

// TestTrunksDownInEveryKindOfCall is F8: «не дозвонились» of nobody, whoever is called.
func TestTrunksDownInEveryKindOfCall(t *testing.T) {
	s := begin(t)
	s.rings = func(telephony.Order) answer { return noTrunk }
	s.emergency()
	s.lostCall("in-1", "+79000900007", false)
	s.pass(35 * time.Minute)
	require.Greater(t, len(s.rang), 100)
	require.Zero(t, s.count(`select count(*) from call_tasks where result = 'not_reached'`))
	require.Zero(t, s.count(`select count(*) from call_tasks where (progress->>'dialled')::int > 0`))
	require.Zero(t, s.count(`select count(*) from ticket_events where text like '%не дозвонились%'`))
}

// TestWhoIsOfTheStaff is C7, F13 and F27: a person of the company called, or of any
// company on the city's number; to another company he is a resident.
func TestWhoIsOfTheStaff(t *testing.T) {
	s := begin(t)
	s.do(`insert into member_phones (member_id, company_id, position, phone) select min(id), company_id, 2, '+79000007777' from members where company_id in (1, 2) group by company_id`)
	for name, c := range map[string]struct {
		called, caller string
		want           telephony.Action
		company        int
	}{
		"his own company": {"+73430000101", staff(0), telephony.DropAndCallBack, 1}, "as providers write it": {"83430000101", "8" + staff(1)[2:], telephony.DropAndCallBack, 1},
		"another company": {"+73430000102", staff(2), telephony.Queue, 0}, "the city's number": {"+73430000200", staff(2), telephony.DropAndCallBack, 1},
		"a phone of two, the second company": {"+73430000102", "+79000007777", telephony.DropAndCallBack, 2},
		"hidden":                             {"+73430000101", "anonymous", telephony.Queue, 0}, "a number that is not ours": {"+73430009999", staff(0), telephony.Reject, 0},
	} {
		d, err := s.app.Director.Route(s.sys, telephony.Incoming{CallKey: name, Called: c.called, Caller: c.caller})
		require.NoError(t, err, name)
		require.Equal(t, c.want, d.Action, name)
		n := s.count(`select coalesce(max(company_id), 0) from call_tasks where key = $1`, "staff-"+name)
		if c.want == telephony.DropAndCallBack {
			require.Equal(t, c.company, n, name)
			require.Equal(t, 1, s.count(`select count(*) from call_tasks where key = $1 and promise_at = $2`, "staff-"+name, s.start.Add(4*time.Minute)))
		} else {
			require.Zero(t, n, name)
		}
		s.do(`update call_tasks set state = 'withdrawn'`)
	}
	d, err := s.app.Director.Route(s.sys, telephony.Incoming{CallKey: "x", Called: "+73430000200", Caller: "+79000900001"})
	require.NoError(t, err)
	require.Zero(t, d.CompanyID)
	require.Equal(t, "citywide", d.Card.LineKind)
	require.NotContains(t, d.Greeting.Text, "«", "the city's number does not name the company (T2)")
	d, err = s.app.Director.Route(s.sys, telephony.Incoming{CallKey: "y", Called: "+73430000101", Caller: "+79000900001"})
	require.NoError(t, err)
	require.Contains(t, d.Greeting.Text, "Северный берег")
	require.Equal(t, "УК «Северный берег»", d.Card.CompanyName)
	require.Equal(t, "Asia/Yekaterinburg", d.Card.Zone)
}

// TestAQuestionThatFoundNoOperatorSleepsToo: asked for in the daytime, it waited for
// an operator until the quiet hours; nobody's phone rings in them (F51, O3).
func TestAQuestionThatFoundNoOperatorSleepsToo(t *testing.T) {
	s := begin(t)
	s.pass(11*time.Hour + 5*time.Minute) // 9:05 in the city
	k := s.request("ЭЛ-07")
	_, err := s.app.Tickets.AcceptOwn(company(access.Executor, k.ExecutorID), k.ID)
	require.NoError(t, err)
	night := s.start.Add(23 * time.Hour) // 21:00
	var until []time.Time
	s.rings = func(o telephony.Order) answer {
		until = append(until, o.Until)
		return answer{after: night.Sub(s.clock.Now()), outcome: telephony.Cancelled} // as the engine ends it
	}
	s.pass(12 * time.Hour) // 21:05
	require.Len(t, s.rang, 1)
	require.Equal(t, []time.Time{night}, until, "the engine is told when to stop")
	s.rings = func(telephony.Order) answer { return silent }
	s.pass(11*time.Hour - 10*time.Minute) // 7:55
	require.Len(t, s.rang, 1, "nobody is woken up")
	s.pass(10 * time.Minute)
	require.Contains(t, s.rang[1], "2040′ ", "asked at 8:00")
}
