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
	"d24/internal/seed"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// company is a context of a user of the first company.
func company(r access.Role, member int64) context.Context {
	return access.With(context.Background(), access.Actor{
		Kind: access.Company, CompanyID: 1, UserID: 4, Name: "Администратор", MemberID: member, May: access.RolePermissions(r), Grants: access.RoleGrants(r, 1, member),
	})
}

// steps are how many phones ring in an emergency that nobody takes: three levels
// of five dials, then the announcement to all three and the responsible person.
const steps = 3*5 + 4

// TestAnAcceptanceAtAnyStepByAnyChannel plays the emergency of the source with an
// acceptance at each of its steps, by each channel: whoever accepts has the
// ticket, and everything else stops (E4).
func TestAnAcceptanceAtAnyStepByAnyChannel(t *testing.T) {
	for _, how := range []string{"the operator's word", "key 1", "the administrator's journal", "the executor's own journal"} {
		t.Run(how, func(t *testing.T) {
			s := begin(t)
			for step := 1; step <= steps; step++ {
				if how == "the executor's own journal" && step > 15 {
					break // the announcement rings others than the executor set
				}
				s.acceptedAt(step, how)
			}
		})
	}
}

func (s *story) acceptedAt(step int, how string) {
	s.t.Helper()
	e := s.emergency()
	n, by, at := 0, int64(0), time.Time{}
	s.rang = nil
	s.rings = func(o telephony.Order) answer {
		if o.TicketID != e.ID {
			return silent
		}
		if n++; n != step {
			return silent
		}
		executor := s.ticket(e.ID).ExecutorID
		by, at = int64(s.count(`select member_id from call_tasks where id = $1`, o.TaskID)), s.clock.Now()
		switch how {
		case "the operator's word":
			at = at.Add(accepts.after)
			return accepts
		case "key 1":
			at = at.Add(presses1.after)
			return presses1
		case "the administrator's journal":
			by = executor
			_, err := s.app.Tickets.AcceptOwn(company(access.Admin, 0), e.ID)
			require.NoError(s.t, err)
		default:
			require.Equal(s.t, executor, by)
			_, err := s.app.Tickets.AcceptOwn(company(access.Executor, by), e.ID)
			require.NoError(s.t, err)
		}
		return silent
	}
	s.pass(60 * time.Minute)
	got := s.ticket(e.ID)
	what := fmt.Sprintf("step %d: %v", step, s.rang)
	require.Equal(s.t, ticket.Accepted, got.Status, what)
	require.Equal(s.t, by, got.ExecutorID, what)
	require.WithinDuration(s.t, at, *got.AcceptedAt, 0, what)
	require.WithinDuration(s.t, at, *got.HandedOverAt, 0, what)
	least := step
	if step > 15 { // the announcement and the operator ring together
		least = steps
	}
	require.Len(s.t, s.rang, least, "nobody is rung any more")
	require.Zero(s.t, s.count(`select count(*) from call_tasks where state in ('waiting', 'active') and purpose <> 'status_inquiry'`), what)
	require.Zero(s.t, s.count(`select count(*) from escalations where finished_at is null`), what)
	require.Zero(s.t, s.count(`select count(*) from alarms where cleared_at is null`), what)
	require.Empty(s.t, s.calls, what)
	_, err := s.app.Tickets.Move(s.op, e.ID, ticket.Move{To: ticket.Cancelled, Reason: "следующий"})
	require.NoError(s.t, err)
	s.pass(0)
}

// TestWhoIsSpokenToWhenTheLevelChangesKeepsHisWord is F34: the withdrawal does not
// cut a talk, and an acceptance in it is an acceptance, by the key and by the
// operator's word alike; the next level's phone is silent at once.
func TestWhoIsSpokenToWhenTheLevelChangesKeepsHisWord(t *testing.T) {
	for name, last := range map[string]answer{
		"key":      {after: 3 * time.Minute, outcome: telephony.Answered, digit: "1", speaks: true},
		"operator": {after: 3 * time.Minute, outcome: telephony.Answered, operator: desk.Accepted, speaks: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			s.says(staff(0), silent, silent, silent, silent, last)
			e := s.emergency()
			s.pass(10*time.Minute + 50*time.Second)
			require.Equal(t, "10′ 1001 handover", s.rang[len(s.rang)-1], "45 seconds of grace, then the level changes (F33)")
			require.Equal(t, "Сафин Р. М.", s.ticket(e.ID).ExecutorName)
			s.pass(10 * time.Second) // at 11:00 he accepts
			require.Equal(t, ticket.Accepted, s.ticket(e.ID).Status)
			require.Equal(t, "Гусев П. Н.", s.ticket(e.ID).ExecutorName)
			require.Empty(t, s.calls, "the next level's phone is silent")
			s.pass(time.Hour)
			require.Len(t, s.rang, 6)
		})
	}
}

// TestTwoPressTheKey is F41: the first wins, the other's press is written down.
func TestTwoPressTheKey(t *testing.T) {
	s := begin(t)
	e := s.emergency()
	s.rings = func(o telephony.Order) answer {
		if o.Purpose != telephony.Announcement {
			return silent
		}
		a := presses1
		a.speaks = true
		return a
	}
	s.pass(30 * time.Minute)
	require.Equal(t, ticket.Accepted, s.ticket(e.ID).Status)
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where kind = 'handover'`))
	require.Equal(t, 2, s.count(`select count(*) from ticket_events where text like '%тоже принял, но раньше принял '||$1`, s.ticket(e.ID).ExecutorName))
}

// TestWhoPressesSecondHearsWhoGoes is F41: the key counts while the call goes on, the third's
// ring stops in the same moment, and the second hears whose the request is whether his key is
// weighed before the withdrawal or after it.
func TestWhoPressesSecondHearsWhoGoes(t *testing.T) {
	for name, later := range map[string]time.Duration{"in the same moment": 0, "a second later": time.Second} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			e := s.emergency()
			pressed := 0
			s.rings = func(o telephony.Order) answer {
				if o.Purpose != telephony.Announcement || pressed == 2 {
					return silent
				}
				a := presses1
				a.speaks, a.after, a.lingers = true, a.after+time.Duration(pressed)*later, 5*time.Second
				pressed++
				return a
			}
			for pressed < 2 {
				s.pass(time.Second)
			}
			s.pass(presses1.after - 2*time.Second)
			require.Equal(t, ticket.New, s.ticket(e.ID).Status)
			s.pass(3*time.Second + later)
			got := s.ticket(e.ID)
			require.Equal(t, ticket.Accepted, got.Status, "before the first has hung up")
			require.Len(t, s.calls, 2, "the third does not ring")
			require.Equal(t, []string{fmt.Sprintf("Заявка номер %d. Её уже принял %s Спасибо.", e.Number, got.ExecutorName)}, s.farewells)
			s.pass(time.Minute)
			require.Empty(t, s.calls)
			require.Equal(t, got.ExecutorID, s.ticket(e.ID).ExecutorID)
			require.Equal(t, 1, s.count(`select count(*) from ticket_events where kind = 'handover'`))
			require.Equal(t, 1, s.count(`select count(*) from ticket_events where text like '%тоже принял, но раньше принял '||$1`, got.ExecutorName))
		})
	}
}

// TestAMachineIsNotAnAcceptance is F32: told during the call, the next dial comes by the plan.
func TestAMachineIsNotAnAcceptance(t *testing.T) {
	s := begin(t)
	s.says(staff(0), answer{after: 30 * time.Second, outcome: telephony.Answered, operator: desk.NotReached})
	s.emergency()
	s.pass(9 * time.Minute)
	require.Equal(t, []string{"0′ 1000 handover", "2′ 1000 handover", "4′ 1000 handover", "6′ 1000 handover", "8′ 1000 handover", "8′ 1001 handover"}, s.rang)
}

// TestAWordIsAwaitedAfterATalk: the operator said nothing; three minutes later it goes on.
func TestAWordIsAwaitedAfterATalk(t *testing.T) {
	s := begin(t)
	s.says(staff(0), answer{after: 30 * time.Second, outcome: telephony.Answered, operator: "-"})
	s.emergency()
	s.pass(4 * time.Minute)
	require.Equal(t, []string{"0′ 1000 handover", "3′ 1000 handover"}, s.rang)
}

// TestThePlanIsFrozenAndPeopleAreNot is F37 and F38: order and limits stay as they
// were when it began, phones and duty are read at each step.
func TestThePlanIsFrozenAndPeopleAreNot(t *testing.T) {
	s := begin(t)
	s.emergency()
	s.pass(time.Minute)
	s.do(`delete from member_duties where member_id = 2`)                                          // the chain is edited
	s.do(`update companies set settings = settings || '{"step_min": 3, "dials": 2}' where id = 1`) // and the limits
	s.do(`update member_phones set phone = '+79000009999' where member_id = 3`)                    // the third has a new phone
	s.pass(25 * time.Minute)
	require.Contains(t, s.rang, "16′ 1001 handover", "he is still the second")
	require.Equal(t, "8′ 1001 handover", s.rang[5])
	require.Equal(t, "17′ 9999 handover", s.rang[10])
	require.NotContains(t, s.rang, "17′ 1002 handover")

	s.rang = nil
	began := s.clock.Now()
	s.emergency()
	s.pass(5 * time.Minute)
	minute := int(began.Sub(s.start).Minutes())
	require.Contains(t, s.rang, fmt.Sprintf("%d′ 1007 handover", minute+2), "the next emergency has two dials, and another second level")
}

// TestOnePersonIsOneLevel is F36: set twice, he is called as the first only.
func TestOnePersonIsOneLevel(t *testing.T) {
	s := begin(t)
	s.do(`update member_duties set member_id = 1 where member_id = 2`)
	s.emergency()
	s.pass(20 * time.Minute)
	require.Equal(t, "8′ 1007 handover", s.rang[5], "the other second")
}

// TestNobodyAtAll is F36: without executors the responsible person and the
// supervisor at once; without him too, the alarm.
func TestNobodyAtAll(t *testing.T) {
	s := begin(t)
	s.do(`update members set is_on_duty = false where company_id = 1`)
	s.emergency()
	s.pass(time.Second)
	require.ElementsMatch(t, []string{"0′ 1000 announcement", "0′ 1001 announcement", "0′ 1002 announcement", "0′ 1009 responsible"}, s.rang)
	require.Equal(t, 1, s.count(`select count(*) from alarms where code = 'nobody-takes' and cleared_at is null`))

	s.do(`delete from member_duties where company_id = 1`)
	s.rang = nil
	e := s.emergency()
	require.Zero(t, e.ExecutorID)
	s.pass(11 * time.Minute)
	require.Equal(t, 2, s.count(`select count(*) from alarms where code = 'nobody-takes' and cleared_at is null`))
	_, err := s.app.Tickets.Move(s.op, e.ID, ticket.Move{To: ticket.InProgress})
	require.NoError(t, err)
	s.pass(0)
	require.Equal(t, 1, s.count(`select count(*) from alarms where code = 'nobody-takes' and cleared_at is null`))
	s.pass(5 * time.Hour)
	require.Zero(t, s.count(`select count(*) from call_tasks where ticket_id = $1`, e.ID), "nobody can be asked, and nothing breaks")
}

// TestSeveralNumbersOfOnePerson: five dials to each, in turn (O3), within his ten minutes.
func TestSeveralNumbersOfOnePerson(t *testing.T) {
	s := begin(t)
	s.do(`insert into member_phones (member_id, company_id, position, phone) values (1, 1, 2, '+79000008888')`)
	s.emergency()
	s.pass(11 * time.Minute)
	require.Equal(t, []string{
		"0′ 1000 handover", "1′ 8888 handover", "2′ 1000 handover", "3′ 8888 handover", "4′ 1000 handover", "5′ 8888 handover", "6′ 1000 handover", "7′ 8888 handover",
		"8′ 1000 handover", "9′ 8888 handover", "9′ 1001 handover",
	}, s.rang[:11])
}

// TestTheNightTheClocksAreMoved: the ten minutes and the five dials do not see it.
func TestTheNightTheClocksAreMoved(t *testing.T) {
	s := begin(t)
	s.do(`update companies set zone = 'Europe/Berlin'`)
	s.do(`update buildings set zone = 'Europe/Berlin'`)
	s.clock.Set(time.Date(2027, 3, 28, 0, 55, 0, 0, time.UTC)) // five minutes later it is three o'clock there
	s.start = s.clock.Now()
	e := s.emergency()
	require.Contains(t, s.ticket(e.ID).ToldCaller, "до 03:25.", "half an hour later by the clock of the house")
	s.pass(9 * time.Minute)
	require.Equal(t, []string{"0′ 1000 handover", "2′ 1000 handover", "4′ 1000 handover", "6′ 1000 handover", "8′ 1000 handover", "8′ 1001 handover"}, s.rang)
	require.Equal(t, seed.MemberPhone(0, 1), staff(1))
}

// TestWhoIsLateIsAskedWhetherHeTakesItBack is F34: the level has changed while he was being
// called; the operator asks before his word counts, and who hears the machine is told who
// has it now.
func TestWhoIsLateIsAskedWhetherHeTakesItBack(t *testing.T) {
	s := begin(t)
	late := answer{after: 3 * time.Minute, outcome: telephony.Answered, operator: desk.Accepted, speaks: true}
	s.says(staff(0), silent, silent, silent, silent, late)
	e := s.emergency()
	s.pass(10*time.Minute + 55*time.Second)
	require.Equal(t, []string{fmt.Sprintf("Заявка номер %d. Она передана: Сафин Р. М. Чтобы забрать её обратно, нажмите один.", e.Number)}, s.farewells)
	require.Empty(t, s.doubts)
	s.pass(10 * time.Second)
	require.Equal(t, []string{fmt.Sprintf("task.passed: Заявка № %d уже передана (Сафин Р. М.). Спросите: забираете её обратно?", e.Number)}, s.doubts)
	require.Equal(t, "Гусев П. Н.", s.ticket(e.ID).ExecutorName)

	s.says(staff(0), answer{after: time.Minute, outcome: telephony.Answered, operator: "-", speaks: true})
	s.farewells = nil
	e = s.emergency()
	s.pass(20 * time.Second)
	_, err := s.app.Tickets.AcceptOwn(company(access.Admin, 0), e.ID)
	require.NoError(t, err)
	s.pass(time.Second)
	require.Equal(t, []string{fmt.Sprintf("Заявка номер %d. Её уже принял Гусев П. Н. Спасибо.", e.Number)}, s.farewells)
}

// TestTwoHaveTakenIt is F35: the first level accepts when the second is on his way. Both
// stand there, the operator says who goes, one is the executor and both are told.
func TestTwoHaveTakenIt(t *testing.T) {
	s := begin(t)
	s.says(staff(0), silent, silent, silent, silent, answer{after: 5 * time.Minute, outcome: telephony.Answered, operator: desk.Accepted, speaks: true})
	s.says(staff(1), accepts)
	e := s.emergency()
	s.pass(12 * time.Minute)
	require.Equal(t, "Сафин Р. М.", s.ticket(e.ID).ExecutorName)
	none, err := s.app.Escalation.Takers(s.op, e.ID)
	require.NoError(t, err)
	require.Empty(t, none)
	s.pass(2 * time.Minute) // 13:00: the first says «accepted»
	require.Equal(t, "Сафин Р. М.", s.ticket(e.ID).ExecutorName, "one active executor")
	two, err := s.app.Escalation.Takers(s.op, e.ID)
	require.NoError(t, err)
	require.Len(t, two, 2)
	require.Equal(t, "Сафин Р. М. Гусев П. Н.", two[0].Name+" "+two[1].Name)
	require.True(t, two[0].Has && !two[1].Has)

	_, err = s.app.Escalation.Decide(s.op, e.ID, 3)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "he has not taken it")
	words := map[string]string{}
	s.rings = func(o telephony.Order) answer {
		words[o.Phone] = o.Words.Text
		return answer{after: 10 * time.Second, outcome: telephony.Answered}
	}
	s.rang = nil
	_, err = s.app.Escalation.Decide(s.op, e.ID, two[1].MemberID)
	require.NoError(t, err)
	s.pass(30 * time.Minute)
	now := s.ticket(e.ID)
	require.Equal(t, "Гусев П. Н.", now.ExecutorName)
	require.Equal(t, ticket.Accepted, now.Status)
	require.Contains(t, words[staff(0)], "Едете вы.")
	require.Contains(t, words[staff(1)], "Едет Гусев П. Н. Вам ехать не нужно.")
	require.ElementsMatch(t, []string{"14′ 1000 announcement", "14′ 1001 announcement"}, s.rang, "told once: an answer is enough")
	_, err = s.app.Escalation.Decide(s.op, e.ID, two[0].MemberID)
	require.Equal(t, "takers.settled", fault.CodeOf(err))
	require.Equal(t, 1, s.count(`select count(*) from ticket_events where ticket_id = $1 and text like 'Взялись двое, едет Гусев П. Н.; не едет: Сафин Р. М.%'`, e.ID))
}
