package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/desk"
	"d24/internal/ticket"
)

// TestAnEmergencyPutOffComesBackToSomebody is F39 and E1: put off before anybody had taken
// it, it falls silent at once; when its hour has come somebody is looked for anew, from
// the first level, with the phones and the rules of that moment.
func TestAnEmergencyPutOffComesBackToSomebody(t *testing.T) {
	s := begin(t)
	e := s.emergency()
	s.pass(11 * time.Minute)
	require.Equal(t, "10′ 1001 handover", s.rang[len(s.rang)-1], "the second level is called")
	until := s.clock.Now().Add(2 * time.Hour)
	_, err := s.app.Tickets.Move(s.op, e.ID, ticket.Move{To: ticket.Postponed, Reason: "нет доступа", Until: &until})
	require.NoError(t, err)
	s.pass(0)
	require.Empty(t, s.calls, "the phone is silent")
	s.rang = nil
	s.pass(119 * time.Minute)
	require.Empty(t, s.rang)
	s.do(`update member_phones set phone = '+79000009999' where member_id = 1`)
	s.pass(time.Minute)
	require.NoError(t, s.app.Tickets.ComeBack(s.sys))
	s.pass(time.Minute)
	require.Equal(t, ticket.New, s.ticket(e.ID).Status)
	require.Equal(t, []string{"131′ 9999 handover"}, s.rang, "the first level, at the phone he has now")
	s.pass(10 * time.Minute)
	require.Contains(t, s.rang, "139′ 1001 handover", "and the ladder goes on")
	s.says(staff(1), answer{after: 20 * time.Second, outcome: silent.outcome, operator: desk.Accepted})
	s.pass(5 * time.Minute)
	require.Equal(t, ticket.Accepted, s.ticket(e.ID).Status)
	require.Zero(t, s.count(`select count(*) from escalations where finished_at is null`))
	before := len(s.rang)
	s.pass(30 * time.Minute)
	require.Len(t, s.rang, before, "nobody is called any more")
}
