package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/escalation"
	"d24/internal/fault"
	"d24/internal/ticket"
)

func (s *story) hand(id int64, do escalation.StepIn, level int) error {
	lead := access.With(s.op, access.Actor{Kind: access.Operator, UserID: 3, Name: "Старший смены", Companies: []int64{1, 2, 3}, May: access.StaffPermissions("supervisor")})
	return s.app.Escalation.StepIn(lead, id, escalation.Hand{Do: do, Level: level})
}

// TestASupervisorSkipsALevel: the next one is rung now; a second skip of the same level,
// by somebody who saw it late, is refused (E3).
func TestASupervisorSkipsALevel(t *testing.T) {
	s := begin(t)
	e := s.emergency()
	s.pass(time.Minute)
	require.NoError(t, s.hand(e.ID, escalation.Skip, 0))
	s.pass(time.Second)
	require.Equal(t, "1′ 1001 handover", s.rang[len(s.rang)-1])
	require.Equal(t, fault.Conflict, fault.KindOf(s.hand(e.ID, escalation.Skip, 0)))
	require.Equal(t, 1, s.count(`select count(*) from audit_entries where action = 'escalation.skip' and actor = 'Старший смены'`))
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where ticket_id = $1 and text like 'Старший смены: перейти%'`, e.ID))
	require.NoError(t, s.hand(e.ID, escalation.Skip, 1))
	require.NoError(t, s.hand(e.ID, escalation.Skip, 2))
	s.pass(time.Second)
	require.Equal(t, fault.Conflict, fault.KindOf(s.hand(e.ID, escalation.Skip, 2)), "after the last level the announcement calls all")
}

// TestASupervisorTakesOver: the machine calls nobody for a quarter of an hour; when
// nobody has taken the request by then it goes on where it stopped and never gives up (E3, F43).
func TestASupervisorTakesOver(t *testing.T) {
	s := begin(t)
	e := s.emergency()
	s.pass(time.Minute)
	require.NoError(t, s.hand(e.ID, escalation.TakeOver, 0))
	n := len(s.rang)
	s.pass(14 * time.Minute)
	require.Len(t, s.rang, n, "the machine calls meanwhile")
	require.Equal(t, fault.Conflict, fault.KindOf(s.hand(e.ID, escalation.TakeOver, 0)))
	require.Zero(t, s.count(`select count(*) from call_tasks where ticket_id = $1 and state in ('waiting', 'active')`, e.ID))
	s.pass(2 * time.Minute)
	require.Equal(t, "16′ 1000 handover", s.rang[n], "the level it stopped at")
	s.pass(40 * time.Minute)
	require.Greater(t, len(s.rang), n+15, "levels and the announcement follow")

	require.NoError(t, s.hand(e.ID, escalation.TakeOver, 2), "also from the announcement")
	n = len(s.rang)
	_, err := s.app.Tickets.Move(s.op, e.ID, ticket.Move{To: ticket.Accepted})
	require.NoError(t, err)
	s.pass(time.Hour)
	require.Equal(t, fault.Conflict, fault.KindOf(s.hand(e.ID, escalation.Skip, 0)), "it is over")
	for _, r := range s.rang[n:] {
		require.NotContains(t, r, "handover")
		require.NotContains(t, r, "announcement")
	}
}

// TestASupervisorHasTheResponsibleCalled: besides the level, once at a time (E3).
func TestASupervisorHasTheResponsibleCalled(t *testing.T) {
	s := begin(t)
	e := s.emergency()
	s.pass(time.Second)
	require.NoError(t, s.hand(e.ID, escalation.CallNow, 0))
	require.Equal(t, fault.Conflict, fault.KindOf(s.hand(e.ID, escalation.CallNow, 0)))
	s.pass(time.Second)
	require.Equal(t, []string{"0′ 1000 handover", "0′ 1009 responsible"}, s.rang)
	running, err := s.app.Escalation.Running(s.op)
	require.NoError(t, err)
	require.Len(t, running, 1)
	require.Equal(t, escalation.Calling, running[0].State.Stage)
}
