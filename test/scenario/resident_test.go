package scenario

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/desk"
	"d24/internal/fault"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// TestAResidentIsCalledOnRequest is O1 and O3: a company's user asks in the evening, the
// resident is called in the morning, five times with pauses between; what he said is in the
// request's history, and so is that he was not reached.
func TestAResidentIsCalledOnRequest(t *testing.T) {
	s := begin(t)
	k := s.request("ЭЛ-07") // 22:00
	ask := desk.Ask{What: "когда будет дома"}
	_, err := s.floor.AskResident(company(access.Executor, 1), k.ID, ask)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "not his request")
	v, err := s.floor.AskResident(company(access.Admin, 0), k.ID, ask)
	require.NoError(t, err)
	require.Equal(t, s.start.Add(10*time.Hour), v.DueAt.UTC(), "at eight, in the house's zone")
	require.Equal(t, s.start.Add(12*time.Hour), v.PromiseAt.UTC())
	_, err = s.floor.AskResident(s.op, k.ID, desk.Ask{What: "ещё раз"})
	require.Equal(t, fault.Conflict, fault.KindOf(err), "one call at a time")
	s.pass(13 * time.Hour)
	require.Equal(t, []string{"600′ 0001 resident", "602′ 0001 resident", "607′ 0001 resident", "617′ 0001 resident", "632′ 0001 resident"}, s.rang)
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where ticket_id = $1 and text = 'Жителю не дозвонились, наборов 5: когда будет дома'`, k.ID))

	s.rang = nil
	s.says("+79000900001", answer{after: time.Minute, outcome: telephony.Answered, operator: desk.Answered, note: "после шести"})
	_, err = s.floor.AskResident(s.op, k.ID, ask)
	require.NoError(t, err)
	s.pass(time.Hour)
	require.Len(t, s.rang, 1)
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where ticket_id = $1 and text = 'Житель ответил. когда будет дома: после шести'`, k.ID))

	_, err = s.floor.AskResident(s.op, k.ID, ask)
	require.NoError(t, err)
	_, err = s.app.Tickets.Move(s.op, k.ID, ticket.Move{To: ticket.Cancelled, Reason: "ошибка"})
	require.NoError(t, err)
	s.pass(time.Second)
	require.Zero(t, s.count(`select count(*) from call_tasks where purpose = 'resident' and state in ('waiting', 'active')`), "over: nobody needs to know (O5)")
	_, err = s.floor.AskResident(s.op, k.ID, ask)
	require.Equal(t, fault.Conflict, fault.KindOf(err))
}

// TestNumbersHaveTheirHours is O3: at each dial the person is called by the numbers of that
// hour, five times each; at an hour in which he has none he is let alone.
func TestNumbersHaveTheirHours(t *testing.T) {
	s := begin(t)
	s.pass(11*time.Hour + 30*time.Minute) // 9:30 in the city
	k := s.request("ЭЛ-07")
	s.do(`delete from member_phones where member_id = $1`, k.ExecutorID)
	s.do(`insert into member_phones (member_id, company_id, position, phone, hours) values ($1, 1, 1, '+79000008001', '[{"days": [], "from": 0, "to": 693}]'), ($1, 1, 2, '+79000008002', '[{"days": [], "from": 700, "to": 840}]')`, k.ExecutorID)
	_, err := s.app.Tickets.AcceptOwn(company(access.Executor, k.ExecutorID), k.ID)
	require.NoError(t, err)
	s.pass(2*time.Hour + 29*time.Minute) // 11:59; asked at 11:30
	require.Equal(t, []string{
		"810′ 8001 status_inquiry", "812′ 8001 status_inquiry", // till 11:33
		"825′ 8002 status_inquiry", "827′ 8002 status_inquiry", "829′ 8002 status_inquiry", "831′ 8002 status_inquiry", "833′ 8002 status_inquiry", // from 11:45, a quarter after 11:40
	}, s.rang)
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where purpose = 'status_inquiry' and result = 'not_reached'`))
}

// TestWhatMayRingAtNight is F45 and F51: by the clock of the person who is called. Two
// planned requests and an emergency, accepted at the same hour; the executor of the second
// works three hours to the east, where the night ends sooner.
func TestWhatMayRingAtNight(t *testing.T) {
	s := begin(t)
	s.says(staff(0), accepts, answer{after: time.Minute, outcome: telephony.Answered, operator: desk.InProgress})
	s.emergency()
	near, far := s.request("ЭЛ-07"), s.request("ЭЛ-07")
	east := int64(s.count(`select max(m.id) from members m where m.company_id = 1 and m.id not in (1, $1) and exists (select from member_phones p where p.member_id = m.id)`, near.ExecutorID))
	s.do(`update tickets set executor_id = $2 where id = $1`, far.ID, east)
	s.do(`update members set zone = 'Asia/Irkutsk' where id = $1`, east)
	for member, k := range map[int64]ticket.Ticket{near.ExecutorID: near, east: far} {
		_, err := s.app.Tickets.AcceptOwn(company(access.Executor, member), k.ID)
		require.NoError(t, err)
	}
	s.pass(2*time.Hour + 10*time.Minute)
	require.Equal(t, []string{"0′ 1000 handover", "120′ 1000 status_inquiry"}, s.rang, "an emergency's executor is asked at midnight")
	s.pass(8 * time.Hour) // 8:10 in the city
	first := func(member int64) (at string) {
		for _, r := range s.rang {
			if strings.HasSuffix(r, s.phoneOf(member)+" status_inquiry") {
				return strings.Fields(r)[0]
			}
		}
		return ""
	}
	require.Equal(t, "420′", first(east), "8:00 in Irkutsk is 5:00 here")
	require.Equal(t, "600′", first(near.ExecutorID), "8:00 here")
}

// TestTheHeirOfPlannedWorkIsNotWokenUp is F45: who accepted a planned request is dismissed
// at night; the new one hears of it by phone in the morning.
func TestTheHeirOfPlannedWorkIsNotWokenUp(t *testing.T) {
	s := begin(t)
	k := s.request("ЭЛ-07")
	_, err := s.app.Tickets.AcceptOwn(company(access.Executor, k.ExecutorID), k.ID)
	require.NoError(t, err)
	s.pass(time.Hour) // 23:00
	require.NoError(t, s.app.Staff.SetDuty(s.sys, k.ExecutorID, false))
	s.pass(time.Second)
	require.Equal(t, 1, s.count(`select count(*) from alarms where code = 'reassign' and subject = $1 and cleared_at is null`, fmt.Sprintf("ticket:%d", k.ID)))
	_, err = s.app.Tickets.HandOn(s.op, k.ID, s.ticket(k.ID).Version)
	require.NoError(t, err)
	heir := s.phoneOf(s.ticket(k.ID).ExecutorID)
	s.pass(8*time.Hour + 55*time.Minute) // 7:55
	require.Empty(t, s.rang)
	s.pass(10 * time.Minute)
	require.Contains(t, s.rang, "600′ "+heir+" handover")
}

// TestACompanyChoosesWhoIsDialledFirst: of a question the company may have the person dialled
// before an operator is rung; who takes such a task himself is rung first all the same.
func TestACompanyChoosesWhoIsDialledFirst(t *testing.T) {
	s := begin(t)
	s.do(`update companies set settings = settings || '{"callee_first": ["status_inquiry"], "inquiry_min": 60}' where id = 1`)
	var modes []telephony.Mode
	s.rings = func(o telephony.Order) answer {
		modes = append(modes, o.Mode)
		if o.Purpose == telephony.StatusInquiry {
			require.Contains(t, o.Words.Text, "Соединяем с оператором")
			return silent
		}
		return accepts
	}
	s.emergency()
	s.pass(61 * time.Minute)
	require.Equal(t, []telephony.Mode{telephony.OperatorFirst, telephony.CalleeFirst}, modes, "an emergency is spoken of by an operator")
	s.pass(20 * time.Second)
	id := int64(s.count(`select id from call_tasks where purpose = 'status_inquiry'`))
	_, err := s.floor.Take(s.op, id)
	require.NoError(t, err)
	s.pass(0)
	require.Equal(t, telephony.OperatorFirst, modes[len(modes)-1])
}
