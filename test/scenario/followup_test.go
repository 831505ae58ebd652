package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
	s.says(staff(0), answer{after: time.Minute, outcome: telephony.Answered, operator: "told"})
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
