package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// NewTask asks for a person to be called.
type NewTask struct {
	Key       string // the same key makes one task
	CompanyID int64
	Purpose   telephony.Purpose
	TicketID  int64
	CallID    int64 // the lost call it answers
	MemberID  int64
	Phones    []string
	Title     string // the reason of the call in words
	Plan      DialPlan
	DueAt     time.Time
	PromiseAt *time.Time
	// Candidates are members who have this phone, when MemberID is not known: the
	// operator asks who it is (F27).
	Candidates []int64
	Supplier   int64 // the supplier's request it is about
}

// Task is a call task.
type Task struct {
	ID         int64
	Key        string
	CompanyID  int64
	Purpose    telephony.Purpose
	TicketID   int64
	CallID     int64
	MemberID   int64
	Phones     []string
	Title      string
	Plan       DialPlan
	State      string // waiting, active, done, withdrawn
	Result     string
	Note       string
	Progress   Progress
	DueAt      time.Time
	PromiseAt  *time.Time
	NextAt     *time.Time
	CreatedAt  time.Time
	FinishedAt *time.Time
	Repeats    int     // calls of the person while he waits, after the first
	Candidates []int64 // whose phone it may be
	IsLate     bool    // the promise was broken
	Unanswered bool    // not reached, and nobody has seen to it
	OperatorID int64   // who has taken it on himself
	RideKey    string  // the order of another task in whose call it is spoken of
	Supplier   int64   // the supplier's request it is about
	farewell   telephony.Farewell
}

// TaskFinished is published when a task is over.
type TaskFinished struct {
	TaskID    int64             `json:"task_id"`
	Key       string            `json:"key"`
	CompanyID int64             `json:"company_id"`
	Purpose   telephony.Purpose `json:"purpose"`
	TicketID  int64             `json:"ticket_id"`
	MemberID  int64             `json:"member_id"`
	Supplier  int64             `json:"supplier,omitempty"` // the supplier's request
	Result    string            `json:"result"`
	Note      string            `json:"note"`
	ByDigit   bool              `json:"by_digit"` // accepted by a key of the phone
}

// Tasks is the use cases of call tasks.
type Tasks struct {
	db     *pg.DB
	jobs   *jobs.Queue
	orders telephony.Orders
	// Reach tells by which numbers a member may be called now, and when there is none, when
	// there will be (zero: never). The assembly supplies it; nil: as the task was made.
	Reach func(ctx context.Context, tx *pg.Tx, memberID int64) (phones []string, at time.Time, err error)
}

// NewTasks returns the service and subscribes it to the ends of its orders.
func NewTasks(db *pg.DB, q *jobs.Queue, orders telephony.Orders) *Tasks {
	step := func(ref string, in Input) river.JobArgs {
		if id, ok := strings.CutPrefix(ref, "task:"); ok {
			if n, err := strconv.ParseInt(id, 10, 64); err == nil {
				return Step{TaskID: n, In: in}
			}
		}
		return nil
	}
	jobs.On(q, func(e telephony.Ended) river.JobArgs { return step(e.Ref, Input{Ended: &e}) })
	jobs.On(q, func(e telephony.Keyed) river.JobArgs { return step(e.Ref, Input{Keyed: &e}) })
	return &Tasks{db: db, jobs: q, orders: orders}
}

// Step is the job of a task: something happened to it.
type Step struct {
	TaskID int64 `json:"task_id"`
	In     Input `json:"in"`
}

// Kind names the job.
func (Step) Kind() string { return "desk.task_step" }

// InsertOpts puts the job where it belongs.
func (Step) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Calls} }

const columns = `id, key, coalesce(company_id, 0), purpose, coalesce(ticket_id, 0), coalesce(call_id, 0), coalesce(member_id, 0), phones, title, plan, state, result, note, progress, due_at, promise_at, next_at, created_at, finished_at,
	repeats, candidates, is_late, is_unanswered, coalesce(operator_id, 0), ride_key, coalesce(supplier_ticket_id, 0)`

func scan(r pgx.CollectableRow) (t Task, err error) {
	var plan, progress []byte
	err = r.Scan(&t.ID, &t.Key, &t.CompanyID, &t.Purpose, &t.TicketID, &t.CallID, &t.MemberID, &t.Phones, &t.Title, &plan, &t.State, &t.Result, &t.Note, &progress, &t.DueAt, &t.PromiseAt, &t.NextAt, &t.CreatedAt, &t.FinishedAt,
		&t.Repeats, &t.Candidates, &t.IsLate, &t.Unanswered, &t.OperatorID, &t.RideKey, &t.Supplier)
	if err == nil {
		err = errors.Join(json.Unmarshal(plan, &t.Plan), json.Unmarshal(progress, &t.Progress))
	}
	return t, err
}

// Create makes a task in tx; it is dialled at DueAt. A repeated key is a no-op.
func (s *Tasks) Create(ctx context.Context, tx *pg.Tx, n NewTask) error {
	plan, err := json.Marshal(n.Plan)
	if err != nil {
		return err
	}
	var id int64
	err = tx.QueryRow(ctx, `insert into call_tasks (key, company_id, purpose, ticket_id, call_id, member_id, phones, title, plan, state, due_at, promise_at, next_at, created_at, candidates, supplier_ticket_id)
		values ($1, nullif($2, 0), $3, nullif($4, 0), nullif($5, 0), nullif($6, 0), $7, $8, $9, 'waiting', $10, $11, $10, $12, coalesce($13::bigint[], '{}'), nullif($14, 0)) on conflict (key) do nothing returning id`,
		n.Key, n.CompanyID, n.Purpose, n.TicketID, n.CallID, n.MemberID, n.Phones, n.Title, plan, n.DueAt, n.PromiseAt, tx.Now, n.Candidates, n.Supplier).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create task: %w", err)
	}
	if err := live.Tell(ctx, tx, live.Change{Topic: "task", ID: id, CompanyID: n.CompanyID}); err != nil {
		return err
	}
	zero := 0
	return s.jobs.At(ctx, tx, n.DueAt, Step{TaskID: id, In: Input{Woken: &zero}})
}

// Worker runs steps.
type Worker struct {
	river.WorkerDefaults[Step]
	Tasks *Tasks
}

// Work runs one step.
func (w *Worker) Work(ctx context.Context, job *river.Job[Step]) error {
	return w.Tasks.Run(access.AsSystem(ctx, "desk"), job.Args)
}

// Run does one step. It is safe to run twice: marks, order keys, finished states.
func (s *Tasks) Run(ctx context.Context, step Step) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		t, err := s.lock(ctx, tx, step.TaskID)
		if err != nil {
			return err
		}
		if e := step.In.Ended; e != nil {
			if err := s.alight(ctx, tx, t.ID, *e); err != nil {
				return err
			}
		}
		if e := step.In.Ended; e != nil && e.Key != "" && e.Key != orderKey(t) {
			return nil // of an order that another has taken the place of
		}
		if k := step.In.Keyed; k != nil && k.Key != orderKey(t) {
			return nil
		}
		byDigit := step.In.Keyed != nil || step.In.Ended != nil && step.In.Ended.Digit != ""
		if t.over() {
			if t.State == "withdrawn" && byDigit { // he pressed the key while the task was withdrawn: his word counts (E4, F34)
				t.Progress.Flying = false
				return s.finish(ctx, tx, t, Accepted, "", true)
			}
			return nil
		}
		if waits, err := s.reach(ctx, tx, &t, step.In); err != nil || waits {
			return err
		}
		next, act := Next(t.Plan, t.Phones, t.Progress, step.In, tx.Now)
		t.Progress = next
		if act.Result != "" {
			return s.finish(ctx, tx, t, act.Result, "", byDigit)
		}
		return s.do(ctx, tx, t, act)
	})
}

// reach takes the numbers the person may be called by at this hour (O3): those of the day
// are silent at night, and one that has changed is dialled as it is now. True: at this hour
// he may be called by none, and the task sleeps until he may.
func (s *Tasks) reach(ctx context.Context, tx *pg.Tx, t *Task, in Input) (waits bool, err error) {
	if s.Reach == nil || t.MemberID == 0 || t.Plan.Priority >= telephony.PriorityEmergency || t.Progress.Flying || in.Woken == nil || *in.Woken != t.Progress.Mark || t.Purpose == telephony.Callback {
		return false, nil // an emergency's dials are fitted into its level; who has called is called back by that number
	}
	phones, at, err := s.Reach(ctx, tx, t.MemberID)
	switch {
	case err != nil:
		return false, err
	case len(phones) > 0:
		if !slices.Equal(phones, t.Phones) {
			t.Phones = phones
			_, err = tx.Exec(ctx, `update call_tasks set phones = $2 where id = $1`, t.ID, phones)
		}
		return false, err
	case at.IsZero():
		return false, nil
	}
	t.Progress.Mark++
	return true, s.do(ctx, tx, *t, Action{WakeAt: at})
}

func (s *Tasks) lock(ctx context.Context, tx *pg.Tx, id int64) (Task, error) {
	rows, err := tx.Query(ctx, "select "+columns+" from call_tasks where id = $1 for update", id)
	if err != nil {
		return Task{}, err
	}
	t, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, fault.Missing("task")
	}
	return t, err
}

func (s *Tasks) do(ctx context.Context, tx *pg.Tx, t Task, act Action) error {
	t.NextAt = nil
	if act.Dial != "" {
		t.State = "active"
		if err := s.ring(ctx, tx, &t, act.Dial); err != nil {
			return err
		}
	}
	if !act.WakeAt.IsZero() {
		t.NextAt = &act.WakeAt
		if err := s.jobs.At(ctx, tx, act.WakeAt, Step{TaskID: t.ID, In: Input{Woken: &t.Progress.Mark}}); err != nil {
			return err
		}
	}
	return s.save(ctx, tx, t)
}

func order(t Task, phone string, now time.Time) telephony.Order {
	p := t.Plan
	o := telephony.Order{
		Key: orderKey(t), CompanyID: t.CompanyID, LineID: p.LineID, Phone: phone, Purpose: t.Purpose, Ref: fmt.Sprintf("task:%d", t.ID), Title: t.Title,
		TaskID: t.ID, TicketID: t.TicketID, Mode: p.Mode, Priority: p.Priority, RingFor: p.Seconds(p.RingSec),
		OperatorWithin: p.operatorWithin(t.Progress.Dialled), Words: spoken(t), Keys: p.Keys,
		Until: p.Quiet.Next(now), For: t.OperatorID,
	}
	if t.OperatorID != 0 && o.Mode == telephony.CalleeFirst {
		o.Mode = telephony.OperatorFirst // who took it has it on his phone first
	}
	if t.Purpose == telephony.Callback {
		if o.Since = p.Since; o.Since.IsZero() {
			o.Since = t.CreatedAt
		}
		if t.PromiseAt != nil {
			o.Promise, o.Leads = *t.PromiseAt, t.MemberID != 0 || len(t.Candidates) > 0
		}
	}
	return o
}

// spoken are the words of the announcement; an executor hears at least the number of his
// request and the key (F42).
func spoken(t Task) telephony.Speech {
	s := telephony.Speech{Text: t.Plan.Words, Spare: telephony.SpareCall}
	if t.Plan.Number != 0 {
		s.Spare, s.Number = telephony.SpareOrder, t.Plan.Number
	}
	return s
}

func orderKey(t Task) string { return fmt.Sprintf("task-%d-%d", t.ID, t.Progress.Tries) }

func (s *Tasks) save(ctx context.Context, tx *pg.Tx, t Task) error {
	progress, err := json.Marshal(t.Progress)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update call_tasks set state = $2, result = $3, note = $4, progress = $5, next_at = $6, mark = $7, finished_at = $8, is_late = $9, is_unanswered = $10, ride_key = $11 where id = $1`,
		t.ID, t.State, t.Result, t.Note, progress, t.NextAt, t.Progress.Mark, t.FinishedAt, t.IsLate, t.Unanswered, t.RideKey)
	if err != nil {
		return err
	}
	return live.Tell(ctx, tx, live.Change{Topic: "task", ID: t.ID, CompanyID: t.CompanyID})
}

func (s *Tasks) finish(ctx context.Context, tx *pg.Tx, t Task, result, note string, byDigit bool) error {
	if t.Progress.Flying && t.RideKey == "" {
		if err := s.orders.Cancel(ctx, tx, orderKey(t), t.farewell); err != nil {
			return err
		}
	}
	t.State, t.Result, t.Note, t.NextAt, t.FinishedAt = "done", result, note, nil, &tx.Now
	if result == Withdrawn {
		t.State = "withdrawn"
	}
	t.RideKey = ""
	t.Unanswered = result == NotReached && t.Purpose == telephony.Callback // F29: it stays in sight
	t.IsLate = t.IsLate || t.PromiseAt != nil && t.Purpose == telephony.Callback && t.PromiseAt.Before(tx.Now) && result != Withdrawn
	if err := s.save(ctx, tx, t); err != nil {
		return err
	}
	return s.jobs.Publish(ctx, tx, TaskFinished{
		TaskID: t.ID, Key: t.Key, CompanyID: t.CompanyID, Purpose: t.Purpose, TicketID: t.TicketID, MemberID: t.MemberID, Supplier: t.Supplier, Result: result, Note: note, ByDigit: byDigit,
	})
}

// Which selects tasks to be withdrawn; zero fields do not restrict, but one must be set.
type Which struct {
	TicketID int64
	Supplier int64 // the supplier's request
	Purposes []telephony.Purpose
	Phone    string             // of a call-back
	Farewell telephony.Farewell // heard by who has answered the machine already (F34, F39)
	Key      string
}

// Withdraw ends the open tasks that are not needed any more, and stops their
// ringing at once (O5, F39). Returns how many.
func (s *Tasks) Withdraw(ctx context.Context, tx *pg.Tx, w Which, why string) (int, error) {
	if w.TicketID == 0 && w.Supplier == 0 && w.Phone == "" && w.Key == "" {
		return 0, errors.New("withdraw: which tasks?")
	}
	rows, err := tx.Query(ctx, "select "+columns+` from call_tasks where state in ('waiting', 'active') and ($1 = 0 or ticket_id = $1) and ($2::text[] is null or purpose = any($2))
		and ($3 = '' or $3 = any(phones)) and ($4 = '' or key = $4) and ($5 = 0 or supplier_ticket_id = $5) order by id for update`, w.TicketID, w.Purposes, w.Phone, w.Key, w.Supplier)
	if err != nil {
		return 0, err
	}
	ts, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return 0, err
	}
	for _, t := range ts {
		t.farewell = w.Farewell
		if err := s.finish(ctx, tx, t, Withdrawn, why, false); err != nil {
			return 0, err
		}
	}
	return len(ts), nil
}

// Farewell tells who has pressed the key of a task, and is still on the line, what came of it:
// another was the first (F41). Nothing of one who has hung up.
func (s *Tasks) Farewell(ctx context.Context, tx *pg.Tx, id int64, f telephony.Farewell) error {
	t, err := s.lock(ctx, tx, id)
	if err != nil || !t.over() {
		return err
	}
	return s.orders.Cancel(ctx, tx, orderKey(t), f)
}

// Result is the operator's word about a task; fault.Conflict when it is over.
func (s *Tasks) Result(ctx context.Context, tx *pg.Tx, id int64, result, note string) (Task, error) {
	t, err := s.lock(ctx, tx, id)
	if err != nil {
		return t, err
	}
	if t.over() {
		return t, over(t)
	}
	if result == NotReached { // one dial, not the task: the next one follows by the plan
		return t, s.unreached(ctx, tx, t, note)
	}
	t.Progress.Flying = false // he is still on the line: hanging up is his
	return t, s.finish(ctx, tx, t, result, note, false)
}

// unreached is the operator's word that the dial reached nobody. Said while the
// call goes on, it is remembered until the call ends.
func (s *Tasks) unreached(ctx context.Context, tx *pg.Tx, t Task, note string) error {
	if t.Progress.Flying {
		t.Progress.Said = true
		return s.save(ctx, tx, t)
	}
	next, act := t.Progress.further(t.Plan, t.Phones, tx.Now)
	t.Progress = next
	if act.Result != "" {
		return s.finish(ctx, tx, t, act.Result, note, false)
	}
	t.Progress.Mark++
	return s.do(ctx, tx, t, act)
}

func (t Task) over() bool { return t.State == "done" || t.State == "withdrawn" }

var ends = map[string]string{
	Accepted: "заявку приняли", Refused: "исполнитель отказался", NotReached: "не дозвонились", Withdrawn: "звонок больше не нужен",
	Answered: "поговорили", Done: "выполнено", NotDone: "не выполнено", InProgress: "в работе", WrongNumber: "чужой номер", Told: "передано",
}

func over(t Task) error {
	return fault.New(fault.Conflict, "task.over", "Задача уже закрыта: %s.", ends[t.Result])
}

// Find is a task the actor may see.
func (s *Tasks) Find(ctx context.Context, tx *pg.Tx, id int64) (Task, error) {
	return s.lock(ctx, tx, id)
}

// Open lists the tasks of the floor, the most urgent first.
func (s *Tasks) Open(ctx context.Context, tx *pg.Tx) ([]Task, error) {
	rows, err := tx.Query(ctx, "select "+columns+" from call_tasks where state in ('waiting', 'active') order by (plan->>'priority')::int desc, due_at limit 200")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// OfTicket lists the tasks of a ticket, oldest first.
func (s *Tasks) OfTicket(ctx context.Context, tx *pg.Tx, ticketID int64) ([]Task, error) {
	rows, err := tx.Query(ctx, "select "+columns+" from call_tasks where ticket_id = $1 order by id", ticketID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// Rearm gives tasks whose moment has passed by more than late another wake-up:
// the watchman's net under the jobs. Returns how many.
func (s *Tasks) Rearm(ctx context.Context, late time.Duration) (n int, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select id, mark from call_tasks where state in ('waiting', 'active') and next_at < $1 for update skip locked`, tx.Now.Add(-late))
		if err != nil {
			return err
		}
		type row struct {
			ID   int64
			Mark int
		}
		ts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
		for _, t := range ts {
			if err := s.jobs.Again(ctx, tx, Step{TaskID: t.ID, In: Input{Woken: &t.Mark}}); err != nil {
				return err
			}
		}
		n = len(ts)
		return err
	})
	return n, err
}
