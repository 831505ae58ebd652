package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/telephony"
)

// TestATalkOfThreeHours: at 30 min the supervisor is warned, once, whoever looks and however
// often; the words say of a hold; an engine that starts again warns of nothing anew; nobody
// is cut off; the warning goes with the call.
func TestATalkOfThreeHours(t *testing.T) { // F19
	s := begin(t)
	lead := access.With(s.op, access.Actor{Kind: access.Operator, UserID: 3, Name: "Старший смены", Companies: []int64{0, 1, 2, 3}, May: access.StaffPermissions("supervisor")})
	look := func() {
		t.Helper()
		require.NoError(t, s.app.Shift.LongTalks(s.sys))
		require.NoError(t, s.app.Shift.LongTalks(s.sys), "a second worker looks at the same moment")
	}
	said := func() (texts []string) {
		t.Helper()
		as, err := alarm.NewService(s.app.DB).List(lead)
		require.NoError(t, err)
		for _, a := range as {
			if a.Code == "talk-long" {
				texts = append(texts, a.Text)
			}
		}
		return texts
	}
	ever := func() int { return s.count(`select count(*) from alarms where code = 'talk-long'`) }
	const long, short = "+79000900007", "+79000900008"
	s.waits("in-1", long)
	s.pass(20 * time.Minute) // of waiting: no talk yet
	s.tells("in-1", long, telephony.Report{Kind: telephony.CallJoined, Operator: 1})
	s.pass(29*time.Minute + 59*time.Second)
	look()
	require.Empty(t, said())
	s.waits("in-2", short)
	s.tells("in-2", short, telephony.Report{Kind: telephony.CallJoined, Operator: 1})
	s.pass(time.Second)
	look()
	require.Equal(t, []string{"УК «Северный берег»: разговор дольше 30 минут. Оператор: Миронова О. Л."}, said())
	s.tells("in-2", short, telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Answered, Operator: 1})

	s.tells("in-1", long, telephony.Report{Kind: telephony.CallHeld})
	look()
	require.Equal(t, []string{"УК «Северный берег»: разговор дольше 30 минут. Собеседник на удержании. Оператор: Миронова О. Л."}, said())
	s.tells("in-1", long, telephony.Report{Kind: telephony.CallResumed})

	// its operator's browser dies, another takes the call on: the same talk
	s.tells("in-1", long, telephony.Report{Kind: telephony.CallLeft}, telephony.Report{Kind: telephony.CallQueued}, telephony.Report{Kind: telephony.CallJoined, Operator: 1})
	for range 15 {
		s.pass(10 * time.Minute)
		look()
		require.Len(t, said(), 1)
	}
	require.Equal(t, 1, ever(), "one warning a call")
	require.Zero(t, s.count(`select count(*) from calls where key = 'in-1' and ended_at is not null`), "three hours, and nobody has cut it off")
	require.Zero(t, s.count(`select count(*) from call_orders where cancel`))

	s.tells("in-1", long, telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Answered, Operator: 1})
	look()
	require.Empty(t, said())
	require.Equal(t, 1, ever())
}
