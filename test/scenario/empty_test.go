package scenario

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// empty is a call in which nobody speaks.
func (s *story) empty(key, phone string, why telephony.Empty, operator int64) {
	s.t.Helper()
	facts := []telephony.Report{
		{Kind: telephony.CallStarted, Direction: "inbound", Phone: phone, LineID: 2, CompanyID: 1},
		{Kind: telephony.CallAnswered},
		{Kind: telephony.CallQueued},
	}
	if operator != 0 {
		facts = append(facts, telephony.Report{Kind: telephony.CallJoined, Operator: operator})
	}
	facts = append(facts, telephony.Report{Kind: telephony.CallEmpty, Empty: why},
		telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Answered, Blame: telephony.Nobody, Empty: why, Operator: operator})
	for i, r := range facts {
		r.CallKey, r.Seq, r.At, r.Node = key, i+1, s.clock.Now(), "test"
		require.NoError(s.t, s.app.Telephony.Report(s.sys, r))
	}
}

// TestAnEmptyCallIsNeitherATicketNorALostCall: it has its result at once, nobody is called
// back, and a fax machine is not counted among those who waited for an operator.
func TestAnEmptyCallIsNeitherATicketNorALostCall(t *testing.T) { // F17, R25
	s := begin(t)
	s.empty("in-1", "+79000900007", telephony.EmptyFax, 0)
	s.empty("in-2", "+79000900008", telephony.EmptySilence, 1)
	s.pass(20 * time.Minute)
	require.Empty(t, s.rang)
	require.Zero(t, s.count(`select count(*) from call_tasks`))
	require.Zero(t, s.count(`select count(*) from tickets where created_at >= $1`, s.start))
	for _, why := range telephony.Empties {
		require.Equal(t, 1, s.count(fmt.Sprintf(`select count(*) from calls where disposition = '%s' and outcome = 'answered'`, why)))
	}
}

// TestANumberOfEmptyCallsWaitsLonger: three in a day make the mark, it passes with them by
// itself, a supervisor takes it off before; another company knows nothing of it, and neither does
// a number withheld.
func TestANumberOfEmptyCallsWaitsLonger(t *testing.T) { // F17
	s := begin(t)
	const fax = "+79000900007"
	slow := func() []telephony.SlowNumber {
		t.Helper()
		q, _, err := s.app.Shift.Rules(s.sys, nil)
		require.NoError(t, err)
		return q.Slow
	}
	for n, why := range []telephony.Empty{telephony.EmptyFax, telephony.EmptySilence} {
		s.empty(fmt.Sprint("in-", n), fax, why, 0)
		s.empty(fmt.Sprint("hidden-", n), "anonymous", why, 0)
		s.pass(time.Hour)
	}
	require.Empty(t, slow(), "two are no habit")
	s.empty("hidden-3", "anonymous", telephony.EmptyFax, 0)
	s.empty("in-3", fax, telephony.EmptyFax, 0)
	require.Equal(t, []telephony.SlowNumber{{CompanyID: 1, Phone: fax}}, slow())

	list, err := s.app.Shift.Slow(s.sys)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, 3, list[0].Calls)
	require.WithinDuration(t, s.start.Add(24*time.Hour), list[0].Until, time.Minute, "the first of the three is a day old then")
	s.pass(23 * time.Hour)
	require.Empty(t, slow(), "it has passed by itself")

	for n := range 3 {
		s.empty(fmt.Sprint("again-", n), fax, telephony.EmptyFax, 0)
	}
	list, err = s.app.Shift.Slow(s.sys)
	require.NoError(t, err)
	s.pass(time.Second)
	require.NoError(t, s.app.Shift.Lift(s.sys, list[0].CallID))
	require.Empty(t, slow(), "a supervisor has taken it off")
	require.ErrorContains(t, s.app.Shift.Lift(s.sys, list[0].CallID), "slow.gone")
	require.Equal(t, 1, s.count(`select count(*) from audit_entries where action = 'queue.pardon'`))
	s.pass(time.Second)
	s.empty("once-more", fax, telephony.EmptyFax, 0)
	require.Empty(t, slow(), "what was before counts no more")
	require.Zero(t, s.count(`select count(*) from calls where disposition = 'lost'`))
}
