package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/calendar"
	duty "d24/internal/staff"
	"d24/internal/ticket"
)

// works gives a person a shift of every day, in minutes from midnight of the demo city.
func (s *story) works(member int64, from, to int) {
	s.t.Helper()
	x, err := s.app.Staff.CreateSchedule(s.sys, duty.Schedule{
		CompanyID: 1, Name: s.t.Name(), IsCycle: true, Days: []duty.ShiftDay{{Code: duty.Other, Hours: calendar.Hours{{From: from, To: to}}}},
	})
	require.NoError(s.t, err)
	_, err = s.app.Staff.Assign(s.sys, member, duty.Assignment{ScheduleID: x.ID, StartsOn: calendar.DateOf(evening)})
	require.NoError(s.t, err)
}

// TestAShiftThatEndsInTheMiddleIsSkippedAtOnce is F37: nobody touches anything, the
// clock alone ends the shift.
func TestAShiftThatEndsInTheMiddleIsSkippedAtOnce(t *testing.T) {
	s := begin(t)
	s.works(1, 10*60, 22*60+5)
	s.emergency()
	s.pass(6 * time.Minute)
	require.Equal(t, []string{"0′ 1000 handover", "2′ 1000 handover", "4′ 1000 handover", "5′ 1001 handover"}, s.rang)
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where text = 'Гусев П. Н. ушёл с дежурства'`))
}

// TestALeaveThatStartsInTheMiddleIsSkippedAtOnce: the leave of the first level begins at
// midnight; the next request finds his substitute in his place.
func TestALeaveThatStartsInTheMiddleIsSkippedAtOnce(t *testing.T) {
	s := begin(t)
	tomorrow := calendar.DateOf(evening) + 1
	_, err := s.app.Staff.AddLeave(s.sys, 1, duty.Leave{Kind: "vacation", StartsOn: tomorrow, EndsOn: tomorrow + 3, SubstituteID: 3})
	require.NoError(t, err)
	s.pass(117 * time.Minute) // 23:57 in the demo city
	s.emergency()
	s.pass(4 * time.Minute)
	require.Equal(t, []string{"117′ 1000 handover", "119′ 1000 handover", "120′ 1001 handover"}, s.rang)
	e := s.emergency()
	require.Equal(t, "Орлов Д. С.", s.ticket(e.ID).ExecutorName, "the substitute stands on the first level")
}

// TestAShiftThatBeginsIsSeen: who comes at five past is called by what is registered then.
func TestAShiftThatBeginsIsSeen(t *testing.T) {
	s := begin(t)
	s.works(1, 22*60+5, 30*60)
	before := s.emergency()
	require.NotEqual(t, "Гусев П. Н.", s.ticket(before.ID).ExecutorName)
	s.pass(6 * time.Minute)
	require.Equal(t, "Гусев П. Н.", s.ticket(s.emergency().ID).ExecutorName)
}

// TestADismissalHandsOverWhatIsOpen is F37 and F72: the running escalation goes on to the
// next level, what was accepted goes to whom the administrator names, or by the rules.
func TestADismissalHandsOverWhatIsOpen(t *testing.T) {
	s := begin(t)
	s.says(staff(0), accepts)
	taken := s.emergency()
	s.pass(time.Minute)
	require.Equal(t, "Гусев П. Н.", s.ticket(taken.ID).ExecutorName)
	s.says(staff(0), silent)
	running := s.emergency()
	s.pass(3 * time.Minute)
	before := len(s.rang)
	_, err := s.app.Staff.Dismiss(s.sys, 1, 2)
	require.NoError(t, err)
	s.pass(time.Minute)
	require.Contains(t, s.rang[before:], "4′ 1001 handover")
	require.Equal(t, "Сафин Р. М.", s.ticket(taken.ID).ExecutorName)
	require.Equal(t, ticket.Accepted, s.ticket(taken.ID).Status, "work that is taken stays taken")
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where ticket_id = $1 and text = 'Исполнитель: Сафин Р. М. вместо Гусев П. Н. (уволен)'`, taken.ID))
	require.Equal(t, "Сафин Р. М.", s.ticket(running.ID).ExecutorName)

	_, err = s.app.Staff.Dismiss(s.sys, 2, 0)
	require.NoError(t, err)
	s.pass(time.Minute)
	require.NotContains(t, []string{"Гусев П. Н.", "Сафин Р. М.", ""}, s.ticket(taken.ID).ExecutorName)
	require.Zero(t, s.count(`select count(*) from tickets where executor_id in (1, 2) and status not in ('done', 'closed', 'cancelled')`))
	require.NotZero(t, s.count(`select count(*) from tickets where executor_id = 1`), "the past keeps its name")
}

// TestAWatchThatIsMissingIsSet: an older program, or a restored base, left companies whose shifts
// and leaves nobody watches; the watchman sees it within a second.
func TestAWatchThatIsMissingIsSet(t *testing.T) {
	s := begin(t)
	day := calendar.DateOf(evening) + 2
	_, err := s.app.Staff.AddLeave(s.sys, 1, duty.Leave{Kind: "vacation", StartsOn: day, EndsOn: day + 3})
	require.NoError(t, err)
	for _, gone := range []string{"schedule_days", "member_schedules"} {
		s.do(`delete from ` + gone)
		s.do(`delete from duty_watches`)
		want := s.count(`select count(*) from (select company_id from member_schedules union select company_id from member_leaves) x`)
		require.Positive(t, want, gone)
		_, err = s.app.Staff.Rearm(s.sys, time.Minute)
		require.NoError(t, err)
		require.Equal(t, want, s.count(`select count(*) from duty_watches where next_at is not null`), gone)
	}
}
