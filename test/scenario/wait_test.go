package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/telephony"
)

// tells reports facts of one call of the first company, each at the time of the clock.
func (s *story) tells(key, phone string, rs ...telephony.Report) {
	s.t.Helper()
	for _, r := range rs {
		s.seq++
		r.CallKey, r.Seq, r.At, r.Node, r.Phone, r.Direction, r.LineID, r.CompanyID = key, s.seq, s.clock.Now(), "test", phone, "inbound", 2, 1
		require.NoError(s.t, s.app.Telephony.Report(s.sys, r))
	}
}

// waits puts a caller into the queue.
func (s *story) waits(key, phone string) {
	s.tells(key, phone, telephony.Report{Kind: telephony.CallStarted}, telephony.Report{Kind: telephony.CallAnswered}, telephony.Report{Kind: telephony.CallQueued})
}

// look is the watchman's.
func (s *story) look() {
	s.t.Helper()
	require.NoError(s.t, s.app.Followup.Waiting(s.sys))
	require.NoError(s.t, s.app.Followup.Waiting(s.sys), "a second worker looks at the same moment")
}

// TestACallerWhoWaitsOn: at 60 s the supervisor is alarmed, at 4:00 a call-back keeps
// his place once, at 5:00 the broken law is written down for somebody to look into.
func TestACallerWhoWaitsOn(t *testing.T) { // F6
	s := begin(t)
	lead := access.With(s.op, access.Actor{Kind: access.Operator, UserID: 3, Name: "Старший смены", Companies: []int64{0, 1, 2, 3}, May: access.StaffPermissions("supervisor")})
	s.waits("in-1", "+79000900007")
	s.waits("in-2", "") // hides his number
	raised := func() int {
		return s.count(`select count(*) from alarms where code = 'long-wait' and cleared_at is null`)
	}
	tasks := func(cond string) int {
		return s.count(`select count(*) from call_tasks where purpose = 'callback' and ` + cond)
	}

	s.pass(59 * time.Second)
	s.look()
	require.Zero(t, raised())
	s.pass(time.Second)
	s.look()
	require.Equal(t, 1, raised(), "one alarm of a company, not one of each caller")
	require.Equal(t, 2, s.count(`select substring(text from 'звонков: (\d+)')::int from alarms where code = 'long-wait'`))

	s.pass(2*time.Minute + 59*time.Second)
	s.look()
	require.Zero(t, tasks("true"))
	s.pass(time.Second)
	s.look()
	s.pass(0)
	require.Equal(t, 1, tasks("state = 'active'"), "the one with a number")
	require.Equal(t, 1, s.count(`select count(*) from call_orders where (plan->>'since')::timestamptz = $1 and (plan->>'promise')::timestamptz = $2`, s.start, s.start.Add(10*time.Minute)), "his place is kept")
	require.Zero(t, s.count(`select count(*) from incidents`))

	s.pass(time.Minute)
	s.look()
	open, err := s.app.Shift.Incidents(lead, false)
	require.NoError(t, err)
	require.Len(t, open, 2)
	require.Nil(t, open[0].Until(), "he waits still")
	require.True(t, open[0].At.Equal(s.start.Add(5*time.Minute)))
	require.Equal(t, "+79000900007", open[0].Call.Phone)

	// one hangs up, the other is answered
	s.tells("in-1", "+79000900007", telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Abandoned})
	s.tells("in-2", "", telephony.Report{Kind: telephony.CallJoined, Operator: 1})
	s.pass(time.Second)
	s.look()
	require.Equal(t, 1, tasks("true"), "the lost call makes no second task")
	require.Zero(t, raised())
	require.Equal(t, 2, s.count(`select count(*) from incidents`), "each is written down once")

	got, err := s.app.Shift.Look(lead, open[0].ID, "двое на перерыве сразу")
	require.NoError(t, err)
	require.Equal(t, "Старший смены", got.LookedBy)
	_, err = s.app.Shift.Look(lead, open[0].ID, "ещё раз")
	require.ErrorContains(t, err, "Старший смены")
	_, err = s.app.Shift.Look(lead, open[1].ID, "  ")
	require.Error(t, err)
	open, err = s.app.Shift.Incidents(lead, false)
	require.NoError(t, err)
	require.Len(t, open, 1)
	looked, err := s.app.Shift.Incidents(lead, true)
	require.NoError(t, err)
	require.Equal(t, "двое на перерыве сразу", looked[0].Note)
}

// TestAnAnswerBetweenTwoLooksIsLateAllTheSame: nobody looked at the moment of the five
// minutes; the answer itself tells.
func TestAnAnswerBetweenTwoLooksIsLateAllTheSame(t *testing.T) { // F6
	s := begin(t)
	s.waits("in-1", "+79000900007")
	s.waits("in-2", "+79000900008")
	s.pass(4*time.Minute + 59*time.Second)
	s.tells("in-2", "+79000900008", telephony.Report{Kind: telephony.CallJoined, Operator: 1})
	s.pass(time.Second)
	s.tells("in-1", "+79000900007", telephony.Report{Kind: telephony.CallJoined, Operator: 1})
	s.pass(time.Second)
	require.Equal(t, 1, s.count(`select count(*) from incidents i join calls c on c.id = i.call_id where c.key = 'in-1'`))
	require.Equal(t, 1, s.count(`select count(*) from incidents`))
	s.tells("in-2", "+79000900008", telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Answered, Operator: 1})
	s.pass(time.Second)
	require.Equal(t, 1, s.count(`select count(*) from incidents`), "who spoke in time is not late when he hangs up")
}

// TestAMessageIsATask: with a number it is to be heard and called back, in the place of
// what kept his place; without one the supervisor hears of it.
func TestAMessageIsATask(t *testing.T) { // F6
	s := begin(t)
	s.waits("in-1", "+79000900007")
	s.waits("in-2", "")
	s.pass(4 * time.Minute)
	s.look()
	s.pass(0)
	end := telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Abandoned, Digit: telephony.KeyMessage}
	s.tells("in-1", "+79000900007", end)
	s.tells("in-2", "", end)
	s.pass(time.Second)
	require.Equal(t, "Прослушать сообщение и перезвонить", s.text(`select title from call_tasks where purpose = 'callback' and state = 'active'`))
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where state = 'withdrawn'`))
	require.Equal(t, 1, s.count(`select count(*) from incidents i join calls c on c.id = i.call_id where i.kind = 'message' and c.key = 'in-2' and c.has_message`))
	require.Equal(t, 1, s.count(`select count(*) from incidents`))
}
