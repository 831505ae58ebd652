package scenario

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/desk"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// calls is an employee who calls the company's number and is turned away.
func (s *story) staffCalls(key, called, caller string) {
	s.t.Helper()
	d, err := s.app.Director.Route(s.sys, telephony.Incoming{CallKey: key, Called: called, Caller: caller})
	require.NoError(s.t, err)
	require.Equal(s.t, telephony.DropAndCallBack, d.Action)
}

const firstLine = "+73430000101"

// TestAStormOfStaff is F25: thirty people at eight in the morning, one of them seven
// times: one call-back each, his counter grows, each has a promise of his own, and who
// holds an emergency goes first.
func TestAStormOfStaff(t *testing.T) {
	s := begin(t)
	s.rings = func(telephony.Order) answer { return answer{after: time.Hour} } // nobody is free
	e := s.emergency()
	_, err := s.app.Tickets.AcceptOwn(company(access.Executor, e.ExecutorID), e.ID)
	require.NoError(t, err)
	s.pass(time.Second)
	for n := range 7 {
		s.staffCalls(fmt.Sprintf("often-%d", n), firstLine, staff(1))
	}
	holder := s.text(`select phone from member_phones where member_id = $1 order by position limit 1`, e.ExecutorID)
	s.staffCalls("holder", firstLine, holder)
	s.pass(time.Second)
	require.Equal(t, 2, s.count(`select count(*) from call_tasks where purpose = 'callback'`))
	require.Equal(t, 6, s.count(`select repeats from call_tasks where key = 'staff-often-0'`))
	require.Equal(t, telephony.PriorityHolder, s.count(`select (plan->>'priority')::int from call_orders where phone = $1 and purpose = 'callback'`, holder))
	require.Equal(t, telephony.PriorityCallback, s.count(`select (plan->>'priority')::int from call_orders where phone = $1 and purpose = 'callback'`, staff(1)))
	require.Equal(t, 2, s.count(`select count(*) from call_tasks where purpose = 'callback' and promise_at > $1 and promise_at <= $2`, s.start.Add(4*time.Minute), s.clock.Now().Add(4*time.Minute)))
}

// TestStaffIsTriedThreeTimesAndStaysInSight is F29: at once, a minute later, two minutes
// after that; four minutes more, and he stands in the list until somebody has spoken to him.
func TestStaffIsTriedThreeTimesAndStaysInSight(t *testing.T) {
	s := begin(t)
	s.staffCalls("a", firstLine, staff(1))
	s.pass(20 * time.Minute)
	require.Equal(t, []string{"0′ 1001 callback", "1′ 1001 callback", "3′ 1001 callback"}, s.rang)
	require.Equal(t, s.start.Add(7*time.Minute), s.moment(`select finished_at from call_tasks where key = 'staff-a'`))
	open, err := s.app.Tasks.Queue(s.op)
	require.NoError(t, err)
	require.Len(t, open, 1)
	require.True(t, open[0].Unanswered)

	s.says(staff(1), answer{after: time.Minute, outcome: telephony.Answered, operator: desk.Answered})
	s.staffCalls("b", firstLine, staff(1)) // he calls again: the old one is no business any more
	s.pass(5 * time.Minute)
	open, err = s.app.Tasks.Queue(s.op)
	require.NoError(t, err)
	require.Empty(t, open)
}

// TestThePromiseToStaffIsWatched is F24 and F30: the supervisor is alarmed at three
// minutes, at four the promise counts as broken; the alarm goes when he is spoken to.
func TestThePromiseToStaffIsWatched(t *testing.T) {
	s := begin(t)
	s.rings = func(telephony.Order) answer {
		return answer{after: 6 * time.Minute, outcome: telephony.Answered, operator: desk.Answered}
	}
	s.staffCalls("a", firstLine, staff(1))
	raised := `select count(*) from alarms where code = 'callback-late' and cleared_at is null`
	look := func() int {
		n, err := s.app.Tasks.Promises(s.sys)
		require.NoError(t, err)
		return n
	}
	s.pass(2*time.Minute + 59*time.Second)
	look()
	require.Zero(t, s.count(raised))
	s.pass(2 * time.Second)
	require.Zero(t, look())
	require.Equal(t, 1, s.count(raised), "a minute is left")
	s.pass(time.Minute)
	require.Equal(t, 1, look())
	require.Zero(t, look(), "once")
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where is_late`))
	s.pass(3 * time.Minute)
	look()
	require.Zero(t, s.count(raised))
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where is_late and result = 'answered'`), "the broken promise stays written down")
}

// TestOnePhoneOfTwoEmployees is F27: the operator asks who it is; he may choose among
// people of his own companies, and only the chosen one's company has the call.
func TestOnePhoneOfTwoEmployees(t *testing.T) {
	s := begin(t)
	const shared = "+79000007777"
	s.do(`insert into member_phones (member_id, company_id, position, phone) select min(id), company_id, 2, '+79000007777' from members where company_id in (1, 2) group by company_id`)
	s.staffCalls("a", "+73430000200", shared) // the city's number: of either company
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where key = 'staff-a' and company_id is null and member_id is null and cardinality(candidates) = 2`))
	require.Equal(t, "Перезвонить сотруднику: спросите, кто звонил", s.text(`select title from call_tasks where key = 'staff-a'`))
	task := int64(s.count(`select id from call_tasks where key = 'staff-a'`))

	ours := access.With(context.Background(), access.Actor{Kind: access.Operator, UserID: 1, Name: "Миронова О. Л.", Companies: []int64{1}, May: access.StaffPermissions("operator")})
	k, err := s.floor.Talk(ours, task)
	require.NoError(t, err)
	require.Len(t, k.MayBe, 1, "the other company's man is not shown")
	_, err = s.floor.Bind(ours, task, int64(s.count(`select min(id) from members where company_id = 2`)))
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = s.floor.Bind(ours, task, 5) // not one of those who have the phone
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	k, err = s.floor.Bind(ours, task, k.MayBe[0].MemberID)
	require.NoError(t, err)
	require.Equal(t, int64(1), k.Task.CompanyID)
	require.Empty(t, k.MayBe)

	s.staffCalls("b", firstLine, shared) // the company's number: of its own man
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where purpose = 'callback'`), "it is the same person, who waits already")
}

func (s *story) moment(q string) (at time.Time) {
	s.t.Helper()
	require.NoError(s.t, pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) error { return tx.QueryRow(s.sys, q).Scan(&at) }))
	return at.UTC()
}
