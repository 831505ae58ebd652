package scenario

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/desk"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// TestOneAccidentIsOneCall is F44: three burst pipes for one plumber ring his phone once;
// each is accepted separately, and who is not spoken of is called about again.
func TestOneAccidentIsOneCall(t *testing.T) {
	s := begin(t)
	a, b, c := s.emergency(), s.emergency(), s.emergency()
	s.says(staff(0), answer{after: time.Minute, outcome: telephony.Answered, operator: desk.Accepted}, silent)
	s.pass(30 * time.Second)
	require.Equal(t, []string{"0′ 1000 handover"}, s.rang, "one call")
	k, err := s.floor.Talk(s.op, s.calls[0].order.TaskID)
	require.NoError(t, err)
	require.Len(t, k.Beside, 2, "the others are on the card")
	second, third := k.Beside[0], k.Beside[1]
	s.result(second.ID, desk.Refused, "не успею")
	s.pass(time.Minute)
	status := map[ticket.Status]int{}
	for _, x := range []ticket.Ticket{a, b, c} {
		status[s.ticket(x.ID).Status]++
	}
	require.Equal(t, map[ticket.Status]int{ticket.Accepted: 1, ticket.New: 2}, status, "each by itself")
	require.Contains(t, s.rang, "0′ 1001 handover", "what he refused has gone to the second level")
	s.pass(3 * time.Minute)
	require.Contains(t, s.rang, "4′ 1000 handover", "nothing was said of the third: he is called about it again")
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where ticket_id = $1 and text = 'Звонок о нескольких заявках сразу: ответил'`, third.TicketID), "it is in its history (O4)")
}

// TestASilentPhoneIsDialledForAll is F44: a dial that nobody answered is a dial of each,
// and the levels of all change in their time.
func TestASilentPhoneIsDialledForAll(t *testing.T) {
	s := begin(t)
	for range 3 {
		s.emergency()
	}
	s.pass(9 * time.Minute)
	require.Equal(t, []string{"0′ 1000 handover", "2′ 1000 handover", "4′ 1000 handover", "6′ 1000 handover", "8′ 1000 handover", "8′ 1001 handover"}, s.rang, "five dials, not fifteen")
	require.Equal(t, 3, s.count(`select count(*) from call_tasks where purpose = 'handover' and result = 'not_reached' and (progress->>'dialled')::int = 5`))
}

// TestAClosedRequestLeavesTheCallToTheOthers: whose order rings is cancelled, and the phone
// falls silent (F39); those who came along are dialled for at once.
func TestAClosedRequestLeavesTheCallToTheOthers(t *testing.T) {
	s := begin(t)
	s.emergency()
	s.emergency()
	s.pass(10 * time.Second)
	carrier := s.calls[0].order.TicketID
	_, err := s.app.Tickets.Move(s.op, carrier, ticket.Move{To: ticket.Cancelled, Reason: "ошибка"})
	require.NoError(t, err)
	s.pass(0)
	require.Empty(t, s.calls)
	s.pass(20 * time.Second)
	require.Len(t, s.calls, 1, "the other one rings")
	require.NotEqual(t, carrier, s.calls[0].order.TicketID)
}

// TestAKeyAcceptsWhatWasSpoken: without an operator the machine speaks of one request, and
// the key accepts that one; the other is dialled at once.
func TestAKeyAcceptsWhatWasSpoken(t *testing.T) {
	s := begin(t)
	a, b := s.emergency(), s.emergency()
	s.says(staff(0), presses1, silent)
	s.pass(30 * time.Second)
	require.Equal(t, 1, s.count(`select count(*) from tickets where status = 'accepted' and id in ($1, $2)`, a.ID, b.ID))
	require.Equal(t, []string{"0′ 1000 handover", "0′ 1000 handover"}, s.rang)
}

// TestQuestionsToOnePersonAreOneCall is F45: a question that is due while he is being asked
// another comes along in that call; each has an answer of its own, and neither is asked again.
func TestQuestionsToOnePersonAreOneCall(t *testing.T) {
	s := begin(t)
	s.says(staff(0), accepts)
	first := s.emergency()
	s.pass(time.Minute)
	second := s.emergency()
	s.pass(119*time.Minute - time.Second)
	s.rang = nil
	s.says(staff(0), answer{after: 5 * time.Minute, outcome: telephony.Answered, operator: "-"})
	s.pass(2 * time.Minute) // 122′: they speak of the first, the second was due at 121′
	require.Equal(t, []string{"120′ 1000 status_inquiry"}, s.rang)
	for _, k := range []int64{first.ID, second.ID} {
		s.result(int64(s.count(`select id from call_tasks where ticket_id = $1 and purpose = 'status_inquiry' and state = 'active'`, k)), desk.InProgress, "")
	}
	s.pass(50 * time.Minute)
	require.Equal(t, []string{"120′ 1000 status_inquiry"}, s.rang)
}

// TestAQuestionOfTheNextHalfHourComesAlong is F45 as well: the second is due twenty minutes
// later, but he is being called now. It is not asked again at its hour.
func TestAQuestionOfTheNextHalfHourComesAlong(t *testing.T) {
	s := begin(t)
	s.says(staff(0), accepts)
	first := s.emergency()
	s.pass(20 * time.Minute)
	second := s.emergency()
	s.pass(20 * time.Minute)
	third := s.emergency() // due at 160′: too early to speak of
	s.pass(80*time.Minute - time.Second)
	s.rang = nil
	s.says(staff(0), answer{after: time.Minute, outcome: telephony.Answered, operator: "-"})
	s.pass(30 * time.Second)
	require.Equal(t, []string{"120′ 1000 status_inquiry"}, s.rang)
	for _, k := range []int64{first.ID, second.ID} {
		s.result(int64(s.count(`select id from call_tasks where ticket_id = $1 and purpose = 'status_inquiry' and state = 'active'`, k)), desk.InProgress, "")
	}
	require.Zero(t, s.count(`select count(*) from call_tasks where ticket_id = $1 and purpose = 'status_inquiry'`, third.ID))
	s.pass(39 * time.Minute) // 159′
	require.Equal(t, []string{"120′ 1000 status_inquiry"}, s.rang, "nobody calls at 140′ again")
	s.pass(2 * time.Minute)
	require.Equal(t, []string{"120′ 1000 status_inquiry", "160′ 1000 status_inquiry"}, s.rang)
}

// TestPlannedWorkIsNotSpokenOfAtNight is F45: the question about planned work, due in ten
// minutes, does not come along in an emergency's call while its person sleeps; by day it does.
func TestPlannedWorkIsNotSpokenOfAtNight(t *testing.T) {
	for name, asked := range map[string]int{"night": 0, "day": 1} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			if name == "day" {
				s.pass(14 * time.Hour)
			}
			s.says(staff(0), accepts)
			first, asks := s.emergency(), s.clock.Now().Add(2*time.Hour)
			s.pass(time.Minute)
			planned := s.emergency()
			s.pass(time.Minute)
			s.do(`update tickets set kind = 'planned' where id = $1`, planned.ID)
			s.do(`update followups set next_at = $2 where ticket_id = $1 and kind = 'status_inquiry'`, planned.ID, asks.Add(10*time.Minute))
			s.says(staff(0), answer{after: time.Minute, outcome: telephony.Answered, operator: "-"})
			s.pass(118*time.Minute + 30*time.Second)
			of := func(id int64) int {
				return s.count(`select count(*) from call_tasks where ticket_id = $1 and purpose = 'status_inquiry'`, id)
			}
			require.Equal(t, 1, of(first.ID), "an emergency is asked about at any hour")
			require.Equal(t, asked, of(planned.ID))
		})
	}
}

// TestASupplierIsCalledOnceForAll is F50 and RS3: requests of two companies to one busy
// line are one call with a list; an operator sees those of his companies; the supplier's
// number is noted and hour X counted from the handing over, then it is asked again.
func TestASupplierIsCalledOnceForAll(t *testing.T) {
	s := begin(t)
	const line = "+73430000310"
	water := func(company int) int64 {
		return int64(s.count(`select o.id from company_suppliers o join suppliers p on p.id = o.supplier_id where o.company_id = $1 and p.kind = 'водоканал'`, company))
	}
	s.do(`update suppliers set phones = '[{"phone": "+73430000310", "note": "", "hours": ""}]' where kind = 'водоканал'`)
	s.says(line, busy)
	var pairs []int64
	for range 3 {
		k := s.request("ЭЛ-07")
		p, err := s.app.Pairs.Make(s.op, k.ID, water(1))
		require.NoError(t, err)
		pairs = append(pairs, p.ID)
	}
	strange := s.requestOf(2, "ЭЛ-07")
	_, err := s.app.Pairs.Make(s.op, strange.ID, water(2))
	require.NoError(t, err)
	s.pass(5 * time.Minute)
	first := len(s.rang)
	require.LessOrEqual(t, first, 3, "%v", s.rang)
	s.pass(40 * time.Minute)
	require.Less(t, len(s.rang), 12, "one line, not four: %v", s.rang)
	require.Zero(t, s.count(`select count(*) from supplier_tickets where status <> 'new'`))
	require.Equal(t, 4, s.count(`select count(*) from call_tasks where supplier_ticket_id is not null and state in ('waiting', 'active')`), "a busy line is called again")

	s.says(line, answer{after: 2 * time.Minute, outcome: telephony.Answered, operator: "-"})
	for s.count(`select count(*) from call_tasks where ride_key <> ''`) == 0 || len(s.calls) == 0 {
		s.pass(20 * time.Second)
	}
	ours := access.With(context.Background(), access.Actor{Kind: access.Operator, UserID: 1, Name: "Миронова О. Л.", Companies: []int64{1}, May: access.StaffPermissions("operator")})
	mine := int64(s.count(`select id from call_tasks where supplier_ticket_id = $1 and state = 'active'`, pairs[0]))
	k, err := s.floor.Talk(ours, mine)
	require.NoError(t, err)
	require.Len(t, k.Beside, 2, "the other company's request is not shown")
	_, err = s.floor.Say(ours, mine, desk.Said{Kind: desk.Told, Supplier: desk.ToSupplier{Number: "В-117", Taken: "Орлова"}})
	require.NoError(t, err)
	told := s.clock.Now()
	require.Equal(t, 1, s.count(`select count(*) from supplier_tickets where id = $1 and status = 'accepted' and their_number = 'В-117' and handed_to = 'Орлова' and followup_at > $2`, pairs[0], told))
	s.pass(0)
	ask := s.moment(`select due_at from call_tasks where purpose = 'supplier_inquiry' order by id limit 1`)
	require.Equal(t, s.moment(`select followup_at from supplier_tickets where their_number = 'В-117'`), ask, "hour X")
	require.Equal(t, 1, s.count(`select count(*) from call_tasks where supplier_ticket_id = $1 and state in ('waiting', 'active')`, pairs[0]))
}
