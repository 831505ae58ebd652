package scenario

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/calendar"
	"d24/internal/fault"
	duty "d24/internal/staff"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// takenByGusev is an emergency that the first plumber has accepted; everybody else is silent.
func (s *story) takenByGusev() ticket.Ticket {
	s.t.Helper()
	s.says(staff(0), accepts)
	e := s.emergency()
	s.pass(time.Minute)
	require.Equal(s.t, ticket.Accepted, s.ticket(e.ID).Status)
	return s.ticket(e.ID)
}

// phoneOf is the end of a person's first number.
func (s *story) phoneOf(member int64) string {
	return fmt.Sprintf("%04d", s.count(`select right(phone, 4)::int from member_phones where member_id = $1 order by position limit 1`, member))
}

func (s *story) reassignAlarms() int {
	return s.count(`select count(*) from alarms where code = 'reassign' and cleared_at is null`)
}

// TestWhoAcceptedAndLeavesIsReplaced is F37: the leave of an executor who has accepted
// begins at midnight, hours after his shift; the alarm, the line of time and the task for
// the responsible person are there within a second, and one step gives it to the next, who is called.
func TestWhoAcceptedAndLeavesIsReplaced(t *testing.T) {
	s := begin(t)
	s.works(1, 10*60, 22*60+30)
	tomorrow := calendar.DateOf(evening) + 1
	_, err := s.app.Staff.AddLeave(s.sys, 1, duty.Leave{Kind: "vacation", StartsOn: tomorrow, EndsOn: tomorrow + 3})
	require.NoError(t, err)
	e := s.takenByGusev()
	s.pass(118 * time.Minute) // 23:59: his shift is over, and the request is his still
	require.Zero(t, s.reassignAlarms(), "the end of a shift takes nothing from who is at work on it")
	require.Nil(t, s.ticket(e.ID).ExecutorLeftAt)
	s.pass(time.Minute + time.Second)
	require.Equal(t, 1, s.reassignAlarms())
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where ticket_id = $1 and text like 'Переназначить: Гусев П. Н. принял%'`, e.ID))
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where ticket_id = $1 and purpose = 'responsible' and state in ('waiting', 'active')`, e.ID))
	now := s.ticket(e.ID)
	_, err = s.app.Tickets.HandOn(s.op, e.ID, now.Version-1)
	require.Equal(t, fault.Conflict, fault.KindOf(err), "somebody changed it meanwhile")
	now, err = s.app.Tickets.HandOn(s.op, e.ID, now.Version)
	require.NoError(t, err)
	require.NotContains(t, []string{"Гусев П. Н.", ""}, now.ExecutorName)
	heir := s.phoneOf(now.ExecutorID)
	require.Equal(t, ticket.Accepted, now.Status, "work that is taken stays taken")
	require.Zero(t, s.reassignAlarms())
	s.pass(time.Minute)
	require.Zero(t, s.count(`select count(*) from call_tasks where ticket_id = $1 and purpose = 'responsible' and state in ('waiting', 'active')`, e.ID))
	require.Contains(t, s.rang, "120′ "+heir+" handover")
	_, err = s.app.Tickets.HandOn(s.op, e.ID, s.ticket(e.ID).Version)
	require.Equal(t, fault.Conflict, fault.KindOf(err), "its executor is there")
}

// TestWhoComesBackKeepsHisRequest: he was taken off duty by mistake, or the request was
// closed without him; the alarm goes by itself (F37).
func TestWhoComesBackKeepsHisRequest(t *testing.T) {
	s := begin(t)
	e := s.takenByGusev()
	require.NoError(t, s.app.Staff.SetDuty(s.sys, 1, false))
	s.pass(time.Second)
	require.Equal(t, 1, s.reassignAlarms())
	require.NoError(t, s.app.Staff.SetDuty(s.sys, 1, true))
	s.pass(time.Second)
	require.Zero(t, s.reassignAlarms())
	require.Equal(t, "Гусев П. Н.", s.ticket(e.ID).ExecutorName)
	require.NoError(t, s.app.Staff.SetDuty(s.sys, 1, false))
	s.pass(time.Second)
	_, err := s.app.Tickets.Move(s.op, e.ID, ticket.Move{To: ticket.Done})
	require.NoError(t, err)
	require.Zero(t, s.reassignAlarms())
}

// TestADismissedExecutorsHeirIsCalled is F37: what a dismissed person had accepted goes to
// the next, who is called and hears of it.
func TestADismissedExecutorsHeirIsCalled(t *testing.T) {
	s := begin(t)
	e := s.takenByGusev()
	before := len(s.rang)
	_, err := s.app.Staff.Dismiss(s.sys, 1, 0)
	require.NoError(t, err)
	s.pass(10 * time.Second)
	now := s.ticket(e.ID)
	require.NotContains(t, []string{"Гусев П. Н.", ""}, now.ExecutorName)
	require.Contains(t, s.rang[before:], "1′ "+s.phoneOf(now.ExecutorID)+" "+string(telephony.Handover))
	require.Zero(t, s.reassignAlarms())
}

// TestTheRingingPhoneOfWhoLeavesStops is F37: the leg to a person who is dismissed, goes
// on leave or is taken off duty ends within a second, in the same moment here, and the
// next one is called; also when his shift was over and only his leave is new.
func TestTheRingingPhoneOfWhoLeavesStops(t *testing.T) {
	for name, leave := range map[string]func(s *story) error{
		"dismissed": func(s *story) error { _, err := s.app.Staff.Dismiss(s.sys, 1, 0); return err },
		"off duty":  func(s *story) error { return s.app.Staff.SetDuty(s.sys, 1, false) },
		"on leave": func(s *story) error {
			_, err := s.app.Staff.AddLeave(s.sys, 1, duty.Leave{Kind: "sick", StartsOn: calendar.DateOf(evening), EndsOn: calendar.DateOf(evening) + 3})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			e := s.emergency()
			s.pass(10 * time.Second) // the first phone rings
			require.Len(t, s.calls, 1)
			require.Equal(t, []string{"0′ 1000 handover"}, s.rang)
			require.NoError(t, leave(s))
			s.pass(0)
			for _, f := range s.calls {
				require.NotContains(t, f.order.Phone, "1000", "his leg is cancelled at once")
			}
			s.pass(time.Second)
			require.Equal(t, []string{"0′ 1000 handover", "0′ 1001 handover"}, s.rang)
			require.NotEqual(t, int64(1), s.ticket(e.ID).ExecutorID)
			s.pass(5 * time.Minute)
			require.Zero(t, s.count(`select count(*) from call_tasks where ticket_id = $1 and member_id = 1 and state in ('waiting', 'active')`, e.ID))
		})
	}
}
