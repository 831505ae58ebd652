package scenario

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/pg"
	"d24/internal/ticket"
)

// TestTheEmergencyOfTheSourceMinuteByMinute: three executors do not answer, the
// announcement calls all three, an operator the responsible person, and again.
func TestTheEmergencyOfTheSourceMinuteByMinute(t *testing.T) {
	s := begin(t)
	s.says(staff(2), busy)
	e := s.emergency()
	s.pass(40 * time.Minute)
	require.Equal(t, []string{
		"0′ 1000 handover", "2′ 1000 handover", "4′ 1000 handover", "6′ 1000 handover", "8′ 1000 handover",
		"8′ 1001 handover", "10′ 1001 handover", "12′ 1001 handover", "14′ 1001 handover", "16′ 1001 handover", // all five failed: the next level at once (E1)
		"17′ 1002 handover", "19′ 1002 handover", "21′ 1002 handover", "23′ 1002 handover", "25′ 1002 handover",
		"25′ 1000 announcement", "25′ 1001 announcement", "25′ 1002 announcement", "25′ 1009 responsible",
	}, s.rang[:19])
	require.Equal(t, 1, s.count(`select count(*) from alarms where code = 'nobody-takes' and cleared_at is null`))
	require.Contains(t, s.rang, "35′ 1009 responsible", "it never gives up (F43)")
	require.Equal(t, ticket.New, s.ticket(e.ID).Status)
	require.Zero(t, s.count(`select count(*) from escalations where finished_at is not null`))

	before := len(s.rang)
	_, err := s.app.Tickets.AcceptOwn(s.op, e.ID) // the supervisor acts
	require.NoError(t, err)
	s.pass(time.Hour)
	require.Len(t, s.rang, before, "nobody is called any more")
	require.Zero(t, s.count(`select count(*) from alarms where cleared_at is null`))
}

// TestAnAcceptanceAtEveryStepStopsTheRest plays the same with somebody accepting
// at the n-th call.
func TestAnAcceptanceAtEveryStepStopsTheRest(t *testing.T) {
	for _, who := range []int{0, 1, 2, 9} {
		for _, how := range []string{"operator", "key"} {
			for dial := 1; dial <= 5; dial += 2 {
				t.Run(fmt.Sprintf("%s, person %d, dial %d", how, who, dial), func(t *testing.T) {
					s := begin(t)
					script := make([]answer, 0, dial)
					for range dial - 1 {
						script = append(script, silent)
					}
					last := accepts
					if how == "key" {
						last = presses1
					}
					s.says(staff(who), append(script, last)...)
					e := s.emergency()
					s.pass(70 * time.Minute)
					got := s.ticket(e.ID)
					require.Equal(t, ticket.Accepted, got.Status)
					if who != 9 {
						require.Equal(t, staffName(who), got.ExecutorName)
					}
					require.NotNil(t, got.HandedOverAt)
					require.Zero(t, s.count(`select count(*) from call_tasks where state in ('waiting', 'active') and purpose <> 'status_inquiry'`))
					require.Zero(t, s.count(`select count(*) from escalations where finished_at is null`))
					last4 := staff(who)[8:]
					require.Contains(t, s.rang[len(s.rang)-1], last4+" ", "the one who accepted was called last, or asked later")
				})
			}
		}
	}
}

func staffName(n int) string {
	return []string{"Гусев П. Н.", "Сафин Р. М.", "Орлов Д. С."}[n]
}

func TestARefusalPassesOnAtOnceWithItsReason(t *testing.T) {
	s := begin(t)
	s.says(staff(0), refuses)
	s.says(staff(1), accepts)
	e := s.emergency()
	s.pass(2 * time.Minute)
	require.Equal(t, []string{"0′ 1000 handover", "0′ 1001 handover"}, s.rang)
	require.Equal(t, "Сафин Р. М.", s.ticket(e.ID).ExecutorName)
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where text like '%отказался: болен%'`))
}

// TestWhoLeavesIsSkippedAtOnce is F37, and F36 for those absent from the start.
func TestWhoLeavesIsSkippedAtOnce(t *testing.T) {
	s := begin(t)
	for n := range s.count(`select max(id) from members where company_id = 1`) { // the second level has a day off, whatever else its people do
		if s.count(`select count(*) from member_duties where member_id = $1 and level = 2`, n+1) > 0 {
			require.NoError(t, s.app.Staff.SetDuty(s.sys, int64(n+1), false))
		}
	}
	s.pass(0)
	s.emergency()
	s.pass(3 * time.Minute)
	require.NoError(t, s.app.Staff.SetDuty(s.sys, 1, false)) // the first goes home in the middle
	s.pass(time.Minute)
	require.Equal(t, []string{"0′ 1000 handover", "2′ 1000 handover", "3′ 1002 handover"}, s.rang)
}

// TestTrunksDownBlameNobody is F8: no attempt counts, the calls go on afterwards.
func TestTrunksDownBlameNobody(t *testing.T) {
	s := begin(t)
	s.says(staff(0), noTrunk, noTrunk, noTrunk, noTrunk, noTrunk, noTrunk, noTrunk, accepts)
	e := s.emergency()
	s.pass(9 * time.Minute)
	require.Equal(t, "Гусев П. Н.", s.ticket(e.ID).ExecutorName)
	require.Equal(t, ticket.Accepted, s.ticket(e.ID).Status)
	for _, r := range s.rang[:8] {
		require.Contains(t, r, "1000 handover")
	}
}

// TestAClosedTicketStopsTheRinging is F39.
func TestAClosedTicketStopsTheRinging(t *testing.T) {
	s := begin(t)
	e := s.emergency()
	s.pass(10 * time.Second) // the first phone rings
	require.Len(t, s.calls, 1)
	_, err := s.app.Tickets.Move(s.op, e.ID, ticket.Move{To: ticket.Cancelled, Reason: "ошибка"})
	require.NoError(t, err)
	s.pass(0)
	require.Empty(t, s.calls, "the leg is cancelled at once")
	s.pass(time.Hour)
	require.Len(t, s.rang, 1)
}

// TestAnEngineThatDiedIsNotTheExecutorsFault is F46.
func TestAnEngineThatDiedIsNotTheExecutorsFault(t *testing.T) {
	s := begin(t)
	s.emergency()
	s.pass(10 * time.Second)
	dialled, err := s.app.Telephony.Invited(s.sys, "test", s.calls[0].order.Key, 1)
	require.NoError(t, err)
	require.True(t, dialled)
	s.calls = nil // the engine is gone with a telephone that may be ringing
	orders, _, err := s.app.Telephony.Recover(s.sys, "test")
	require.NoError(t, err)
	require.Equal(t, 1, orders)
	s.pass(20 * time.Second)
	require.Equal(t, []string{"0′ 1000 handover", "0′ 1000 handover"}, s.rang)
	require.Equal(t, 1, s.count(`select count(*) from call_orders where outcome = 'unknown' and blame = 'ours'`))
	require.Equal(t, 0, s.count(`select (progress->>'dialled')::int from call_tasks where purpose = 'handover'`))
}

// TestPlannedRequestsDoNotRing: they reach the executor in the journal.
func TestPlannedRequestsDoNotRing(t *testing.T) {
	s := begin(t)
	s.request("ЭЛ-07")
	s.pass(3 * time.Hour)
	require.Empty(t, s.rang)
}

// TestAcceptAgainstEscalate is R5 in short: the key and the change of level race;
// the ticket ends with exactly one executor, and history says who was first.
func TestAcceptAgainstEscalate(t *testing.T) {
	s := begin(t)
	for range 60 {
		e := s.emergency()
		s.pass(0)
		var wg sync.WaitGroup
		results := make([]bool, 2)
		errs := make([]error, 2)
		for i, member := range []int64{1, 2} {
			wg.Add(1)
			go func() {
				defer wg.Done()
				errs[i] = pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) (err error) {
					results[i], _, err = s.app.Tickets.Accept(s.sys, tx, e.ID, member, "клавиша 1")
					return err
				})
			}()
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		require.NotEqual(t, results[0], results[1], "exactly one wins")
		got := s.ticket(e.ID)
		require.Equal(t, ticket.Accepted, got.Status)
		want := int64(1)
		if results[1] {
			want = 2
		}
		require.Equal(t, want, got.ExecutorID)
	}
}
