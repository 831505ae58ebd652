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
