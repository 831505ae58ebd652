// Package scenario plays whole stories: real PostgreSQL, real jobs, a clock we turn, phones that are not there.
package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/app"
	"d24/internal/assignment"
	"d24/internal/clock/clocktest"
	"d24/internal/desk"
	"d24/internal/escalation"
	"d24/internal/fault"
	"d24/internal/followup"
	"d24/internal/notify"
	"d24/internal/passage"
	"d24/internal/platform/pg"
	"d24/internal/seed"
	"d24/internal/seed/seedtest"
	duty "d24/internal/staff"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// answer is what a phone does when it is dialled.
type answer struct {
	after    time.Duration
	outcome  telephony.Outcome
	digit    string // a key is pressed
	operator string // an operator is joined and says this result; "-": joined, says nothing
	note     string
	speaks   bool          // he has answered: a withdrawal does not cut him off
	lingers  time.Duration // after the key he stays on the line, as the engine keeps him
}

var (
	silent   = answer{after: 45 * time.Second, outcome: telephony.NoAnswer}
	busy     = answer{after: 2 * time.Second, outcome: telephony.Busy}
	accepts  = answer{after: 20 * time.Second, outcome: telephony.Answered, operator: desk.Accepted}
	refuses  = answer{after: 20 * time.Second, outcome: telephony.Answered, operator: desk.Refused, note: "болен"}
	presses1 = answer{after: 20 * time.Second, outcome: telephony.Answered, digit: "1"}
	noTrunk  = answer{after: 4 * time.Second, outcome: telephony.CarrierFailed}
)

type story struct {
	t         *testing.T
	pool      *pgxpool.Pool
	clock     *clocktest.Clock
	app       *app.App
	start     time.Time
	sys       context.Context
	op        context.Context // an operator
	floor     *desk.Floor
	phone     map[string][]answer
	rings     func(telephony.Order) answer // instead of phone
	calls     []flight
	rang      []string
	farewells []string // farewells, by who had answered
	seq       int
	doubts    []string                // what operators were asked before a word counted
	pushed    map[int64][]notify.Word // what devices showed
	each      func()                  // after everything that happens
}

type flight struct {
	at    time.Time
	order telephony.Order
	a     answer
}

// 22:00 in the demo city, a Tuesday.
var evening = time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)

func begin(t *testing.T) *story {
	t.Helper()
	t.Parallel()
	return anew(t)
}

// anew is one more story of the same test.
func anew(t *testing.T) *story {
	t.Helper()
	s := &story{t: t, start: evening, clock: clocktest.New(evening), phone: map[string][]answer{}, pushed: map[int64][]notify.Word{}}
	s.pool = seedtest.New(t, s.clock).Pool
	s.sys = access.AsSystem(context.Background(), "test")
	s.op = operator()
	s.starts()
	return s
}

// starts is the program's start: what it knows, it knows from the database.
func (s *story) starts() {
	s.t.Helper()
	a, err := app.New(app.Config{Pool: s.pool, Clock: s.clock, Log: slog.New(slog.DiscardHandler), Time: s.clock})
	require.NoError(s.t, err)
	s.app = a
	s.floor = &desk.Floor{
		DB: a.DB, Tasks: a.Tasks, Calls: a.Calls, Tickets: a.Tickets, Contacts: a.Contacts, Buildings: a.Buildings, Companies: a.Companies, Staff: a.Staff, Reasons: a.Reasons, Phones: a.Telephony, Pairs: a.Pairs,
	}
}

func operator() context.Context {
	return access.With(context.Background(), access.Actor{Kind: access.Operator, UserID: 1, Name: "Миронова О. Л.", Companies: []int64{1, 2, 3}, May: access.StaffPermissions("operator")})
}

// says scripts a phone; the last answer repeats.
func (s *story) says(number string, as ...answer) { s.phone[number] = as }

// staff is the phone of the n-th person of the first company: 0–2 plumbers by level, 9 the responsible.
func staff(n int) string { return seed.MemberPhone(0, n) }

// pass lets time pass: every job and every call due until then happens in order, each at its own time.
func (s *story) pass(d time.Duration) {
	s.t.Helper()
	until := s.clock.Now().Add(d)
	for {
		for s.runDueJob() || s.endDueCall() {
			if s.each != nil {
				s.each()
			}
		}
		next := s.next()
		if next.IsZero() || next.After(until) {
			s.clock.Set(until)
			return
		}
		s.clock.Set(next)
	}
}

func (s *story) next() (at time.Time) {
	var job *time.Time
	require.NoError(s.t, s.pool.QueryRow(s.sys, `select min(scheduled_at) from river_job where state in ('available', 'scheduled')`).Scan(&job))
	if job != nil {
		at = *job
	}
	for _, f := range s.calls {
		if at.IsZero() || f.at.Before(at) {
			at = f.at
		}
	}
	return at
}

func (s *story) runDueJob() bool {
	var id int64
	var kind string
	var args []byte
	err := s.pool.QueryRow(s.sys, `update river_job set state = 'completed', finalized_at = $1 where id = (select id from river_job where state in ('available', 'scheduled') and scheduled_at <= $1
		order by scheduled_at, id limit 1) returning id, kind, args`, s.clock.Now()).Scan(&id, &kind, &args)
	if errors.Is(err, pgx.ErrNoRows) {
		s.dial()
		return false
	}
	require.NoError(s.t, err)
	require.NoError(s.t, s.run(kind, args), "%s %s", kind, args)
	s.dial()
	return true
}

func (s *story) run(kind string, args []byte) error {
	switch kind {
	case escalation.Step{}.Kind():
		return with(args, func(a escalation.Step) error { return s.app.Escalation.Run(s.sys, a) })
	case escalation.Duty{}.Kind():
		return with(args, func(a escalation.Duty) error { return s.app.Escalation.OnDuty(s.sys, a) })
	case escalation.Left{}.Kind():
		return with(args, func(a escalation.Left) error { return s.app.Escalation.OnLeft(s.sys, a) })
	case escalation.Twice{}.Kind():
		return with(args, func(a escalation.Twice) error { return s.app.Escalation.OnTwice(s.sys, a) })
	case ticket.Away{}.Kind():
		return with(args, func(a ticket.Away) error { return s.app.Tickets.Away(s.sys, a) })
	case account.Leaving{}.Kind():
		return with(args, func(a account.Leaving) error { return s.app.Accounts.Leave(s.sys, a) })
	case assignment.Check{}.Kind():
		return with(args, func(a assignment.Check) error { return s.app.Rules.Check(s.sys, a.CompanyID) })
	case duty.Wake{}.Kind():
		return with(args, func(a duty.Wake) error { return s.app.Staff.Wake(s.sys, a) })
	case ticket.Takeover{}.Kind():
		return with(args, func(a ticket.Takeover) error { return s.app.Tickets.Takeover(s.sys, a) })
	case desk.Step{}.Kind():
		return with(args, func(a desk.Step) error { return s.app.Tasks.Run(s.sys, a) })
	case followup.Ask{}.Kind():
		return with(args, func(a followup.Ask) error { return s.app.Followup.Ask(s.sys, a) })
	case followup.Unreached{}.Kind():
		return with(args, func(a followup.Unreached) error { return s.app.Followup.SayUnreached(s.sys, a) })
	case followup.CallBack{}.Kind():
		return with(args, func(a followup.CallBack) error { return s.app.Followup.CallBack(s.sys, a.Lost) })
	case followup.Late{}.Kind():
		return with(args, func(a followup.Late) error { return s.app.Followup.WriteLate(s.sys, a.Late) })
	case followup.Join{}.Kind():
		return with(args, func(a followup.Join) error { return s.app.Followup.Join(s.sys, a.Told) })
	case followup.Supplier{}.Kind():
		return with(args, func(a followup.Supplier) error { return s.app.Followup.Supplier(s.sys, a) })
	case followup.Log{}.Kind():
		return with(args, func(a followup.Log) error { return s.app.Followup.Log(s.sys, a.Rode) })
	case followup.GotThrough{}.Kind():
		return with(args, func(a followup.GotThrough) error { return s.app.Followup.GotThrough(s.sys, a.Phone) })
	case notify.Spread{}.Kind():
		return with(args, func(a notify.Spread) error { return s.app.Notify.Tell(s.sys, a.Fact) })
	case notify.Push{}.Kind():
		return with(args, func(a notify.Push) error { s.pushed[a.DeviceID] = append(s.pushed[a.DeviceID], a.Word); return nil })
	case passage.Step{}.Kind():
		return with(args, func(a passage.Step) error { return s.app.Passages.Run(s.sys, a) })
	}
	return fmt.Errorf("the story does not know job %s", kind)
}

func with[T any](raw []byte, f func(T) error) error {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	return f(v)
}

// dial takes the orders placed, as the engine does, and stops those withdrawn.
func (s *story) dial() {
	orders, err := s.app.Telephony.Claim(s.sys, "test", 100)
	require.NoError(s.t, err)
	for _, o := range orders {
		s.rang = append(s.rang, fmt.Sprintf("%d′ %s %s", int(s.clock.Now().Sub(s.start).Minutes()), o.Phone[len(o.Phone)-4:], o.Purpose))
		a := silent
		if script := s.phone[o.Phone]; len(script) > 0 {
			a = script[0]
			if len(script) > 1 {
				s.phone[o.Phone] = script[1:]
			}
		}
		if s.rings != nil {
			a = s.rings(o)
		}
		s.calls = append(s.calls, flight{s.clock.Now().Add(a.after), o, a})
	}
	gone, err := s.app.Telephony.Cancelled(s.sys, "test")
	require.NoError(s.t, err)
	for _, w := range gone {
		for i, f := range s.calls {
			if f.order.Key == w.Key && f.a.speaks && w.Farewell.Words != "" && !slices.Contains(s.farewells, w.Farewell.Words) {
				s.farewells = append(s.farewells, w.Farewell.Words)
			}
			if f.order.Key == w.Key && !f.a.speaks {
				s.calls = append(s.calls[:i], s.calls[i+1:]...)
				s.report(f.order, answer{outcome: telephony.Cancelled})
				break
			}
		}
	}
}

func (s *story) endDueCall() bool {
	for i, f := range s.calls {
		if f.at.After(s.clock.Now()) {
			continue
		}
		if f.a.lingers > 0 {
			s.press()
			return true
		}
		s.calls = append(s.calls[:i], s.calls[i+1:]...)
		if f.a.operator != "" && f.a.operator != "-" {
			s.result(f.order.TaskID, f.a.operator, f.a.note)
		}
		s.report(f.order, f.a)
		return true
	}
	return false
}

func (s *story) report(o telephony.Order, a answer) {
	s.seq++
	r := telephony.Report{
		CallKey: "call-" + o.Key, Seq: s.seq, At: s.clock.Now(), Kind: telephony.CallEnded, Node: "test", Phone: o.Phone, CompanyID: o.CompanyID,
		OrderKey: o.Key, Outcome: a.outcome, Blame: telephony.Nobody, Digit: a.digit,
	}
	if a.operator != "" {
		r.Operator = 1
	}
	require.NoError(s.t, s.app.Telephony.Report(s.sys, r))
}

// press is the key of everybody who presses it now.
func (s *story) press() {
	for i, f := range s.calls {
		if f.a.lingers > 0 && !f.at.After(s.clock.Now()) {
			s.pressed(f.order, f.a.digit)
			s.calls[i].at, s.calls[i].a.lingers = f.at.Add(f.a.lingers), 0
		}
	}
}

// pressed is a key that the engine has understood; the call goes on.
func (s *story) pressed(o telephony.Order, key string) {
	s.seq++
	require.NoError(s.t, s.app.Telephony.Report(s.sys, telephony.Report{
		CallKey: "call-" + o.Key, Seq: s.seq, At: s.clock.Now(), Kind: telephony.CallDigit, Node: "test", Phone: o.Phone, CompanyID: o.CompanyID,
		OrderKey: o.Key, Digit: key, Means: true,
	}))
}

// result is the operator's key: accepted, refused, not reached.
func (s *story) result(task int64, kind, note string) {
	said := desk.Said{Kind: kind, Note: note}
	_, err := s.floor.Say(s.op, task, said)
	if fault.CodeOf(err) == "task.passed" { // the operator asks, he takes it back
		s.doubts = append(s.doubts, err.Error())
		said.TakeBack = true
		_, err = s.floor.Say(s.op, task, said)
	}
	require.NoError(s.t, err)
}

// emergency registers the flood of the source: a plumber's work in the first company's first house.
func (s *story) emergency() ticket.Ticket {
	s.t.Helper()
	return s.request("ВС-02")
}

func (s *story) request(code string) ticket.Ticket {
	s.t.Helper()
	return s.requestOf(1, code)
}

func (s *story) requestOf(company int64, code string) ticket.Ticket {
	s.t.Helper()
	var reason, building int64
	require.NoError(s.t, pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) error {
		return tx.QueryRow(s.sys, `select (select id from reasons where company_id = $2 and code = $1), (select min(id) from buildings where company_id = $2)`, code, company).Scan(&reason, &building)
	}))
	r := []ticket.Answer{{ID: 1, Value: "не знает"}}
	t, _, err := s.app.Tickets.Create(s.op, ticket.NewTicket{CompanyID: company, BuildingID: building, Unit: "5", ReasonID: reason, Answers: r, CallerPhone: "+79000900001", Source: "phone"})
	require.NoError(s.t, err)
	return t
}

func (s *story) ticket(id int64) ticket.Ticket {
	s.t.Helper()
	t, err := s.app.Tickets.Get(s.op, id)
	require.NoError(s.t, err)
	return t
}

// lostCall is a resident who hung up in the queue.
func (s *story) lostCall(key, phone string, cut bool, more ...func(*telephony.Report)) {
	s.t.Helper()
	line := int64(2)
	for i, r := range []telephony.Report{
		{Kind: telephony.CallStarted, Direction: "inbound", Phone: phone, LineID: line, CompanyID: 1},
		{Kind: telephony.CallEnded, Outcome: telephony.Abandoned, Cut: cut},
	} {
		r.CallKey, r.Seq, r.At, r.Node = key, i+1, s.clock.Now(), "test"
		for _, f := range more {
			f(&r)
		}
		require.NoError(s.t, s.app.Telephony.Report(s.sys, r))
		require.NoError(s.t, s.app.Telephony.Report(s.sys, r), "a report that comes twice counts once")
	}
}

func (s *story) do(q string, args ...any) {
	s.t.Helper()
	require.NoError(s.t, pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) error {
		_, err := tx.Exec(s.sys, q, args...)
		return err
	}))
}

func (s *story) count(q string, args ...any) (n int) {
	s.t.Helper()
	require.NoError(s.t, pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) error { return tx.QueryRow(s.sys, q, args...).Scan(&n) }))
	return n
}
