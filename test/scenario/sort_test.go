package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/ticket"
)

func (s *story) reason(code string) int64 {
	return int64(s.count(`select id from reasons where company_id = 1 and code = $1`, code))
}

func (s *story) planned() int64 {
	return int64(s.count(`select max(id) from reasons where company_id = 1 and kind = 'planned' and not is_archived`))
}

// TestAnEmergencyThatIsNoneFallsSilent is F39: its kind changes while a phone rings; the
// phone falls silent within the second, the timers are off, nobody is alarmed any more.
func TestAnEmergencyThatIsNoneFallsSilent(t *testing.T) {
	s := begin(t)
	e := s.emergency()
	s.pass(26*time.Minute + 30*time.Second) // all the phones ring, the supervisor is alarmed
	require.NotEmpty(t, s.calls)
	require.Equal(t, 1, s.count(`select count(*) from alarms where code = 'nobody-takes' and cleared_at is null`))
	now, err := s.app.Tickets.Resort(s.op, e.ID, s.planned(), s.ticket(e.ID).Version)
	require.NoError(t, err)
	require.Equal(t, ticket.Planned, now.Kind)
	s.pass(time.Second)
	require.Empty(t, s.calls, "every phone is silent")
	require.Zero(t, s.count(`select count(*) from alarms where code = 'nobody-takes' and cleared_at is null`))
	before := len(s.rang)
	s.pass(time.Hour)
	require.Len(t, s.rang, before)
	require.Zero(t, s.count(`select count(*) from escalations where finished_at is null`))

	_, err = s.app.Tickets.Resort(s.op, e.ID, s.reason("ВС-02"), s.ticket(e.ID).Version) // it was one after all
	require.NoError(t, err)
	s.pass(time.Second)
	require.Len(t, s.rang, before+1)
	require.Contains(t, s.rang[before], "1000 handover", "from the first level")
	require.Equal(t, e.CreatedAt.Add(30*time.Minute), s.ticket(e.ID).LocaliseBy.UTC(), "the terms count from the registration")
}

// TestAnotherEmergencyIsAnothersWork is F39: with the reason the trade changes; who rings
// by the old one falls silent, and those of the new one are called.
func TestAnotherEmergencyIsAnothersWork(t *testing.T) {
	s := begin(t)
	e := s.emergency()
	s.pass(30 * time.Second)
	require.Len(t, s.calls, 1)
	electric := int64(s.count(`select min(id) from reasons where company_id = 1 and kind = 'emergency' and code like 'ЭЛ-%'`))
	was := s.ticket(e.ID).ExecutorID
	_, err := s.app.Tickets.Resort(s.op, e.ID, electric, s.ticket(e.ID).Version)
	require.NoError(t, err)
	s.pass(time.Second)
	require.Len(t, s.calls, 1, "one phone rings")
	require.NotContains(t, s.calls[0].order.Phone, staff(0))
	require.NotEqual(t, was, s.ticket(e.ID).ExecutorID)
	require.Equal(t, 1, s.count(`select count(*) from escalations where finished_at is null`))
}

// TestAMergedRequestFallsSilent is F39: it is over, its caller has a number there, and the
// other one goes on.
func TestAMergedRequestFallsSilent(t *testing.T) {
	s := begin(t)
	first := s.emergency()
	s.pass(11 * time.Minute) // its second level is called
	second := s.emergency()
	s.pass(time.Second)
	require.Len(t, s.calls, 2)
	_, err := s.app.Tickets.Merge(s.op, second.ID, first.ID, s.ticket(second.ID).Version)
	require.NoError(t, err)
	s.pass(time.Second)
	require.Len(t, s.calls, 1, "what rings is of the first")
	require.Equal(t, first.ID, s.calls[0].order.TicketID)
	require.Equal(t, ticket.Cancelled, s.ticket(second.ID).Status)
	joins, err := s.app.Tickets.Joins(s.op, first.ID)
	require.NoError(t, err)
	require.Len(t, joins, 1)
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where ticket_id = $1 and text like '%та же проблема%'`, second.ID))
	_, err = s.app.Tickets.Merge(company(access.Executor, 1), first.ID, second.ID, s.ticket(first.ID).Version)
	require.Error(t, err, "an executor does not")
}
