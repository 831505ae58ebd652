package scenario

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/assignment"
	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	duty "d24/internal/staff"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// member is the id of the n-th person of the first company.
func member(n int) int64 { return int64(n + 1) }

// rule adds a rule about the flood of the source; people are numbers of staff by level.
func (s *story) rule(when assignment.Hours, people ...int) {
	s.t.Helper()
	r := assignment.Rule{CompanyID: 1, Hours: when, ReasonID: int64(s.count(`select id from reasons where company_id = 1 and code = 'ВС-02'`))}
	for i, n := range people {
		r.Levels = append(r.Levels, duty.Level{N: i + 1, Members: []int64{member(n)}})
	}
	_, err := s.app.Rules.Create(s.sys, r)
	require.NoError(s.t, err)
}

// roundTheClock takes the demo city's shifts away: who is at work is the story's own.
func (s *story) roundTheClock() {
	s.t.Helper()
	s.do(`delete from member_schedules where company_id = 1`)
	s.do(`delete from member_leaves where company_id = 1`)
}

// hours gives a person hours of every day from the day before on.
func (s *story) hours(n, from, to int) {
	s.t.Helper()
	day := duty.ShiftDay{Code: duty.Other, Hours: calendar.Hours{{From: from, To: to}}}
	x, err := s.app.Staff.CreateSchedule(s.sys, duty.Schedule{CompanyID: 1, Name: staff(n), IsCycle: true, Days: []duty.ShiftDay{day}})
	require.NoError(s.t, err)
	first := calendar.DateOf(s.clock.Now()) - 1
	_, err = s.app.Staff.Assign(s.sys, member(n), duty.Assignment{ScheduleID: x.ID, StartsOn: first, FirstOn: first})
	require.NoError(s.t, err)
}

func (s *story) leave(n int, from, to calendar.Date, substitute int) {
	s.t.Helper()
	_, err := s.app.Staff.AddLeave(s.sys, member(n), duty.Leave{Kind: "vacation", StartsOn: from, EndsOn: to, SubstituteID: member(substitute)})
	require.NoError(s.t, err)
}

// TestACallFindsTheRightPersonAtAnyHour: one rule for working hours, one for nights and
// days off; a leave begins; each time the phone of the right person rings.
func TestACallFindsTheRightPersonAtAnyHour(t *testing.T) {
	s := begin(t)
	s.roundTheClock()
	s.rule(assignment.Working, 3, 4, 5)
	s.rule(assignment.Off, 6, 7, 8)
	s.rings = func(o telephony.Order) answer {
		if o.Purpose == telephony.Handover {
			return accepts
		}
		return silent // asked hours later how it goes
	}
	zone, err := time.LoadLocation("Asia/Yekaterinburg")
	require.NoError(t, err)
	s.leave(3, calendar.On(2026, 12, 8), calendar.On(2026, 12, 20), 9)
	for _, x := range []struct {
		at   time.Time
		who  string
		what string
	}{
		{time.Date(2026, 11, 25, 12, 0, 0, 0, zone), "1003", "a working day"},
		{time.Date(2026, 11, 25, 23, 30, 0, 0, zone), "1006", "the night after it"},
		{time.Date(2026, 11, 28, 12, 0, 0, 0, zone), "1006", "a Saturday"},
		{time.Date(2026, 12, 7, 16, 59, 0, 0, zone), "1003", "the last minute of a working day"},
		{time.Date(2026, 12, 8, 10, 0, 0, 0, zone), "1009", "the first day of his leave: the substitute"},
		{time.Date(2026, 12, 21, 10, 0, 0, 0, zone), "1003", "he is back"},
		{time.Date(2027, 1, 4, 12, 0, 0, 0, zone), "1006", "a Monday of the New Year's holidays"},
	} {
		s.do(`delete from river_job`) // what would be asked meanwhile is no part of this story
		s.clock.Set(x.at)
		s.rang, s.calls = nil, nil
		e := s.emergency()
		s.pass(time.Minute)
		handovers := slices.DeleteFunc(slices.Clone(s.rang), func(r string) bool { return !strings.HasSuffix(r, "handover") })
		require.Len(t, handovers, 1, x.what)
		require.Contains(t, handovers[0], x.who+" handover", x.what)
		require.Equal(t, ticket.Accepted, s.ticket(e.ID).Status, x.what)
	}
}

// TestARuleSkipsWhoseShiftEndsInTheMiddle is F37 by a rule: the shift of the one
// who is called ends at 22:03, the leave of the second begins at midnight and his
// substitute stands in his place without a word to anybody.
func TestARuleSkipsWhoseShiftEndsInTheMiddle(t *testing.T) {
	s := begin(t) // 22:00
	s.rule(assignment.Any, 0, 1, 2)
	s.hours(0, 480, 1323)
	s.pass(0)
	s.emergency()
	s.pass(4 * time.Minute)
	require.Equal(t, []string{"0′ 1000 handover", "2′ 1000 handover", "3′ 1001 handover"}, s.rang)
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where text like '%ушёл с дежурства%'`))
}

func TestALeaveThatBeginsInTheMiddlePutsTheSubstituteThere(t *testing.T) {
	s := begin(t)
	s.pass(115 * time.Minute) // 23:55
	s.rule(assignment.Any, 0, 1, 2)
	s.leave(1, calendar.On(2026, 11, 25), calendar.On(2026, 11, 30), 6)
	s.start = s.clock.Now()
	s.pass(0)
	e := s.emergency()
	s.pass(12 * time.Minute)
	require.Contains(t, s.rang, "8′ 1006 handover", "at 00:03 the second level is the substitute's")
	for _, r := range s.rang {
		require.NotContains(t, r, "1001", "who is on leave is not called")
	}
	require.NoError(t, pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) error {
		v, err := s.app.Escalation.Of(s.sys, tx, e.ID)
		require.Equal(t, member(6), v.Plan.Levels[1].MemberID, "and the ticket's card says so")
		require.Equal(t, []int64{member(1)}, v.Plan.Levels[1].Members, "the order stays as it was frozen (F38)")
		return err
	}))
}

// TestARuleChangedInTheMiddleChangesTheNextOnly is F38.
func TestARuleChangedInTheMiddleChangesTheNextOnly(t *testing.T) {
	s := begin(t)
	s.roundTheClock()
	s.rule(assignment.Any, 0, 1, 2)
	s.emergency()
	s.pass(time.Minute)
	x, err := s.app.Rules.Table(s.sys, 1)
	require.NoError(t, err)
	r := x.Rules[0]
	r.Levels = []duty.Level{{N: 1, Members: []int64{member(3)}}}
	_, err = s.app.Rules.Change(s.sys, r.ID, r.Version, r)
	require.NoError(t, err)
	running, err := s.app.Escalation.Count(s.sys, 1)
	require.NoError(t, err)
	require.Equal(t, 1, running, "the editor is told of it")
	s.pass(10 * time.Minute)
	require.Contains(t, s.rang, "8′ 1001 handover")
	s.emergency()
	s.pass(time.Second)
	require.Contains(t, s.rang, "11′ 1003 handover")
}

// TestNewRulesAreAppliedToRunningOnesByAnActOnly is F38: whoever was called stays, the
// rest of the order is the new one, on the line of time and in the audit journal.
func TestNewRulesAreAppliedToRunningOnesByAnActOnly(t *testing.T) {
	s := begin(t)
	s.roundTheClock()
	s.rule(assignment.Any, 0, 1, 2)
	e := s.emergency()
	s.pass(time.Minute)
	x, err := s.app.Rules.Table(s.sys, 1)
	require.NoError(t, err)
	r := x.Rules[0]
	r.Levels = []duty.Level{{N: 1, Members: []int64{member(3)}}, {N: 2, Members: []int64{member(0)}}}
	_, err = s.app.Rules.Change(s.sys, r.ID, r.Version, r)
	require.NoError(t, err)
	_, err = s.app.Escalation.Apply(s.op, 77)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	n, err := s.app.Escalation.Apply(s.op, 1)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	n, err = s.app.Escalation.Apply(s.op, 1)
	require.NoError(t, err)
	require.Zero(t, n, "a second time changes nothing")
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where ticket_id = $1 and by_name = 'Миронова О. Л.' and text like 'К идущей эскалации применены новые правила%'`, e.ID))
	require.Equal(t, 2, s.count(`select count(*) from audit_entries where action = 'routing.apply'`))
	s.pass(10 * time.Minute)
	require.Contains(t, s.rang, "8′ 1003 handover", "the level after the one that was called is the new one")
	for _, rang := range s.rang {
		require.NotContains(t, rang, "1001 handover")
	}
}
