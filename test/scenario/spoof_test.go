package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/desk"
	"d24/internal/seed"
	"d24/internal/telephony"
)

// TestANumberOfStaffOpensNothing is F13: whoever shows an employee's number is turned away as he
// is, hears and gets nothing, and it is the number written down for the person that is dialled:
// the right owner is asked, whatever the one who showed his number is called from.
func TestANumberOfStaffOpensNothing(t *testing.T) { // F13
	s := begin(t)
	e := s.emergency()
	s.pass(time.Second)
	s.rang = nil
	const shown = "8 (900) 000-10-01" // as no register of ours writes it
	require.Equal(t, staff(1), seed.MemberPhone(0, 1))
	var dialled []telephony.Order
	s.rings = func(o telephony.Order) answer {
		dialled = append(dialled, o)
		return answer{after: time.Second, outcome: telephony.Answered, operator: desk.NotReached, note: "не звонил"} // the owner knows of no call
	}
	d, err := s.app.Director.Route(s.sys, telephony.Incoming{CallKey: "spoof", Called: firstLine, Caller: shown, At: s.clock.Now()})
	require.NoError(t, err)
	require.Equal(t, telephony.DropAndCallBack, d.Action)
	require.Empty(t, d.Notices)
	require.Empty(t, d.Own)
	before := s.ticket(e.ID)
	s.pass(time.Second)
	require.Len(t, dialled, 1)
	require.Equal(t, []any{staff(1), telephony.OperatorFirst, telephony.Callback}, []any{dialled[0].Phone, dialled[0].Mode, dialled[0].Purpose})
	require.Equal(t, 1, s.count(`select count(*) from call_orders where purpose = 'callback' and phone in (select phone from member_phones)`))
	after := s.ticket(e.ID)
	require.Equal(t, []any{before.Status, before.ExecutorID, before.Version}, []any{after.Status, after.ExecutorID, after.Version}, "an emergency of his is not his by a number")
}

// TestANumberOfAResidentOpensNothing is F13: by another's number nothing is told and nothing is
// written down. The operator is offered an address, which is nobody's until the caller has named
// it himself; the one he names in its place leaves the owner's as it was.
func TestANumberOfAResidentOpensNothing(t *testing.T) { // F13
	s := begin(t)
	owner := seed.ResidentPhone(3)
	contacts := func() []string {
		return s.table(`select concat_ws(' ', building_id, unit, doubts, moved_away_at, last_confirmed_at) from contacts where phone = $1 order by building_id, unit`, owner)
	}
	theirs := contacts()
	require.Len(t, theirs, 1)
	for _, called := range []string{firstLine, "+73430000200"} {
		d, err := s.app.Director.Route(s.sys, telephony.Incoming{CallKey: "spoof" + called, Called: called, Caller: owner, At: s.clock.Now()})
		require.NoError(t, err)
		require.Equal(t, telephony.Queue, d.Action)
		home := s.text(`select b.street || ' ' || b.house from buildings b join contacts c on c.building_id = b.id where c.phone = $1`, owner)
		require.NotContains(t, d.Greeting.Text+d.Card.Greeting, home)
	}

	line := int64(s.count(`select id from lines where kind = 'citywide'`))
	for i, kind := range []telephony.ReportKind{telephony.CallStarted, telephony.CallAnswered, telephony.CallQueued, telephony.CallJoined} {
		require.NoError(t, s.app.Telephony.Report(s.sys, telephony.Report{
			CallKey: "city", Seq: i + 1, Kind: kind, At: s.clock.Now(), Node: "test", Phone: owner, Direction: "inbound", LineID: line, Operator: 1,
		}))
	}
	card, err := s.floor.Card(s.op, "city")
	require.NoError(t, err)
	require.Len(t, card.Known, 1)
	require.Nil(t, card.Company, "the city's number is of no company before he has named the house")
	require.Zero(t, card.Call.BuildingID)
	require.Equal(t, theirs, contacts(), "to look is not to confirm")

	named := int64(s.count(`select max(id) from buildings where company_id = 1`))
	require.NotEqual(t, named, card.Known[0].BuildingID)
	card, err = s.floor.Place(s.op, "city", named, "12")
	require.NoError(t, err)
	require.Equal(t, named, card.Call.BuildingID)
	now := contacts()
	require.Len(t, now, 2)
	require.Contains(t, now, theirs[0], "the owner's address is as it was")
}
