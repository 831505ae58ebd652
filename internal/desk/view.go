package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// TaskView is a task with the names that stand around it. Zone is the house's, or
// the company's.
type TaskView struct {
	Task
	CompanyName  string
	TicketNumber int64
	MemberName   string
	Zone         string
	OperatorName string
}

const viewColumns = columns + `, coalesce((select c.name from companies c where c.id = call_tasks.company_id), ''), coalesce((select t.number from tickets t where t.id = call_tasks.ticket_id), 0),
	coalesce((select m.name from members m where m.id = call_tasks.member_id), ''),
	coalesce((select t.zone from tickets t where t.id = call_tasks.ticket_id), (select c.zone from companies c where c.id = call_tasks.company_id), 'UTC'),
	coalesce((select u.name from users u where u.id = call_tasks.operator_id), '')`

// around lets scan read the columns of Task and puts the rest where it belongs.
type around struct {
	pgx.CollectableRow
	rest []any
}

func (a around) Scan(dest ...any) error { return a.CollectableRow.Scan(append(dest, a.rest...)...) }

func scanView(r pgx.CollectableRow) (v TaskView, err error) {
	v.Task, err = scan(around{r, []any{&v.CompanyName, &v.TicketNumber, &v.MemberName, &v.Zone, &v.OperatorName}})
	return v, err
}

func (s *Tasks) views(ctx context.Context, tx *pg.Tx, cond string, args ...any) ([]TaskView, error) {
	rows, err := tx.Query(ctx, "select "+viewColumns+" from call_tasks where "+cond, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanView)
}

// Queue is the open tasks of the floor, the most urgent first, then the call-backs that
// reached nobody (F29).
func (s *Tasks) Queue(ctx context.Context) ([]TaskView, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]TaskView, error) {
		return s.views(ctx, tx, "state in ('waiting', 'active') or is_unanswered order by is_unanswered, (plan->>'priority')::int desc, due_at, id limit 500")
	})
}

// Queue is Tasks.Queue as the floor stands now: who has taken a task on himself and left his place
// has it no more, whoever comes next may take it (F45).
func (f *Floor) Queue(ctx context.Context) ([]TaskView, error) {
	vs, err := f.Tasks.Queue(ctx)
	if err != nil || !slices.ContainsFunc(vs, func(v TaskView) bool { return v.OperatorID != 0 }) {
		return vs, err
	}
	err = pg.Do(ctx, f.DB, func(tx *pg.Tx) error {
		floors, err := f.Phones.Floors(ctx, tx)
		for i := range vs {
			if seatOf(floors, vs[i].OperatorID) == nil {
				vs[i].OperatorName = ""
			}
		}
		return err
	})
	return vs, err
}

// View is a task the actor may see; fault.NotFound otherwise.
func (s *Tasks) View(ctx context.Context, tx *pg.Tx, id int64) (TaskView, error) {
	vs, err := s.views(ctx, tx, "id = $1", id)
	if err == nil && len(vs) == 0 {
		err = fault.Missing("task")
	}
	if err != nil {
		return TaskView{}, err
	}
	return vs[0], nil
}

// ViewsOf are the tasks of a ticket, oldest first.
func (s *Tasks) ViewsOf(ctx context.Context, tx *pg.Tx, ticketID int64) ([]TaskView, error) {
	return s.views(ctx, tx, "ticket_id = $1 order by id", ticketID)
}

// Dials are how many dials a task may take for all its numbers that exist.
func (t Task) Dials() int {
	n := 0
	for _, p := range t.Phones {
		if !slices.Contains(t.Progress.Bad, p) {
			n++
		}
	}
	return t.Plan.Dials * n
}

// Lost reports whether the task answers a caller nobody spoke to.
func (t Task) Lost() bool {
	return t.Purpose == telephony.Callback && t.CallID != 0 && len(t.Phones) > 0
}

// More results than those of rules.go; an operator says them.
const (
	Answered    = "answered"     // the caller was spoken to
	Done        = "done"         // the work is done
	NotDone     = "not_done"     // it is not
	InProgress  = "in_progress"  // he works on it
	WrongNumber = "wrong_number" // not the person's number
	Told        = "told"         // the message was passed
)

var results = map[telephony.Purpose][]string{
	telephony.Handover:         {Accepted, Refused, NotReached, WrongNumber},
	telephony.Responsible:      {Accepted, Told, Refused, NotReached, WrongNumber},
	telephony.Announcement:     {Accepted, Told, Refused, NotReached},
	telephony.StatusInquiry:    {InProgress, Done, NotDone, NotReached, WrongNumber},
	telephony.Feedback:         {Done, NotDone, NotReached, WrongNumber},
	telephony.SupplierHandover: {Told, NotReached, WrongNumber},
	telephony.SupplierInquiry:  {InProgress, Done, NotDone, NotReached, WrongNumber},
	telephony.Resident:         {Answered, NotReached, WrongNumber},
	telephony.Message:          {Told, NotReached, WrongNumber},
	telephony.Callback:         {Answered, NotReached, WrongNumber},
}

// Results are what an operator may say of a call with this purpose.
func Results(p telephony.Purpose) []string { return results[p] }

// WrongPhone takes the number just dialled out of a task; with no number left the
// person counts as not reached, and escalation goes on at once.
func (s *Tasks) WrongPhone(ctx context.Context, tx *pg.Tx, id int64, note string) (Task, error) {
	t, err := s.lock(ctx, tx, id)
	if err != nil {
		return t, err
	}
	if t.over() {
		return t, over(t)
	}
	if n := t.Progress.Number; n != "" {
		t.Progress.Bad = append(t.Progress.Bad, n)
	}
	if t.Progress.phone(t.Plan, t.Phones) == "" {
		t.Progress.Flying = false // he is still on the line: hanging up is the operator's
		return t, s.finish(ctx, tx, t, NotReached, strings.TrimSpace("чужой номер. "+note), false)
	}
	return t, s.unreached(ctx, tx, t, note)
}

// Made reports whether a task of this key was ever made.
func (s *Tasks) Made(ctx context.Context, tx *pg.Tx, key string) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from call_tasks where key = $1)`, key).Scan(&yes)
	return yes, err
}

// DueSince is the oldest step that is due, of those that are not parked; nil: none.
func (s *Tasks) DueSince(ctx context.Context, tx *pg.Tx, parked []string) (at *time.Time, err error) {
	err = tx.QueryRow(ctx, `select min(next_at) from call_tasks where state in ('waiting', 'active') and next_at < $1 and not ($2::text || ':' || id = any(coalesce($3::text[], '{}')))`, tx.Now, Step{}.Kind(), parked).Scan(&at)
	return at, err
}
