package escalation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/assignment"
	"d24/internal/company"
	"d24/internal/desk"
	"d24/internal/platform/jobs"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/staff"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// Runner loads an escalation, asks Next what follows, and does it, all in one transaction.
type Runner struct {
	DB        *pg.DB
	Jobs      *jobs.Queue
	Tickets   *ticket.Service
	Tasks     *desk.Tasks
	Staff     *staff.Service
	Companies *company.Service
	Rules     *assignment.Service
}

// Step is the only job of the escalation: something happened to a ticket.
type Step struct {
	TicketID int64 `json:"ticket_id"`
	In       Input `json:"in"`
	// Accepted is set when a phone's key accepted: the ticket is taken in the same
	// transaction, and the first commit wins (R5).
	Accepted int64  `json:"accepted,omitempty"`
	Channel  string `json:"channel,omitempty"`
	TaskID   int64  `json:"task_id,omitempty"` // of Accepted: in whose call the key was pressed
	// Anew: the request's reason is another: who is called by the old one is not the right one.
	Anew bool `json:"anew,omitempty"`
	// Refused is the member who said in the journal that he cannot, with his reason.
	Refused int64  `json:"refused,omitempty"`
	Reason  string `json:"reason,omitempty"`
	// ByHandover: of Accepted, to who was called to take it, not to all at once (F35, F41).
	ByHandover bool `json:"by_handover,omitempty"`
}

// Kind names the job.
func (Step) Kind() string { return "escalation.step" }

// InsertOpts puts the job before everything else.
func (Step) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Emergency} }

// Subscribe wires the escalation to the events it lives on.
func (r *Runner) Subscribe(q *jobs.Queue) {
	jobs.On(q, func(e ticket.Created) river.JobArgs {
		if e.Kind != ticket.Emergency {
			return nil
		}
		return Step{TicketID: e.TicketID, In: Input{Started: true}}
	})
	jobs.On(q, func(e ticket.Moved) river.JobArgs {
		switch {
		case e.Kind != ticket.Emergency:
			return nil
		case e.To == ticket.New: // put off before anybody had it, and back: somebody must take it
			return Step{TicketID: e.TicketID, In: Input{Started: true}}
		}
		return Step{TicketID: e.TicketID, In: Input{Taken: true}}
	})
	jobs.On(q, func(e ticket.Resorted) river.JobArgs { // no emergency any more, one now, or another one (F39)
		if e.From != ticket.Emergency && e.To != ticket.Emergency {
			return nil
		}
		return Step{TicketID: e.TicketID, In: Input{Started: true}, Anew: true}
	})
	jobs.On(q, func(e ticket.Refused) river.JobArgs {
		if e.Kind != ticket.Emergency {
			return nil
		}
		return Step{TicketID: e.TicketID, Refused: e.MemberID, Reason: e.Reason}
	})
	jobs.On(q, func(e desk.TaskFinished) river.JobArgs {
		switch {
		case e.TicketID == 0 || e.Purpose != telephony.Handover && e.Purpose != telephony.Announcement && e.Purpose != telephony.Responsible:
			return nil
		case e.Result == desk.Accepted && e.ByDigit:
			return Step{TicketID: e.TicketID, Accepted: e.MemberID, TaskID: e.TaskID, Channel: "по телефону, клавиша 1", ByHandover: e.Purpose == telephony.Handover}
		case e.Purpose == telephony.Handover && (e.Result == desk.NotReached || e.Result == desk.Refused):
			var level, round int
			if _, err := fmt.Sscanf(e.Key[strings.LastIndex(e.Key, "-")+1:], "%d.%d", &level, &round); err != nil {
				return nil
			}
			return Step{TicketID: e.TicketID, In: Input{Over: &Over{Level: level, Result: e.Result, Note: e.Note}}}
		}
		return nil
	})
	r.hearLeaving(q)
	jobs.On(q, func(e ticket.TakenTwice) river.JobArgs {
		return Twice{TicketID: e.TicketID, MemberID: e.MemberID, Channel: e.Channel}
	})
	jobs.On(q, func(e staff.DutyChanged) river.JobArgs { return Duty{MemberID: e.MemberID, CompanyID: e.CompanyID} })
}

// Worker runs steps.
type Worker struct {
	river.WorkerDefaults[Step]
	Runner *Runner
}

// Work runs one step.
func (w *Worker) Work(ctx context.Context, job *river.Job[Step]) error {
	return w.Runner.Run(access.AsSystem(ctx, "escalation"), job.Args)
}

// Duty is the job that looks at the escalations of a person who came or left (F37).
type Duty struct {
	MemberID  int64 `json:"member_id"`
	CompanyID int64 `json:"company_id"` // 0, of a job of the version before: every company's
}

// Kind names the job.
func (Duty) Kind() string { return "escalation.duty" }

// InsertOpts puts the job before everything else.
func (Duty) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Emergency} }

// DutyWorker runs Duty.
type DutyWorker struct {
	river.WorkerDefaults[Duty]
	Runner *Runner
}

// Work steps every running escalation of the person's company once.
func (w *DutyWorker) Work(ctx context.Context, job *river.Job[Duty]) error {
	return w.Runner.OnDuty(access.AsSystem(ctx, "escalation"), job.Args)
}

// OnDuty steps every running escalation of the person's company once: who is absent
// is read live.
func (r *Runner) OnDuty(ctx context.Context, d Duty) error {
	ids, err := r.running(ctx, d.CompanyID)
	for _, id := range ids {
		err = errors.Join(err, r.Run(ctx, Step{TicketID: id}))
	}
	return err
}

func (r *Runner) running(ctx context.Context, companyID int64) ([]int64, error) {
	return pg.InTx(ctx, r.DB, func(tx *pg.Tx) ([]int64, error) {
		rows, err := tx.Query(ctx, `select ticket_id from escalations where finished_at is null and (company_id = $1 or $1 = 0) order by ticket_id`, companyID)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[int64])
	})
}

// Count is how many escalations of a company go on now.
func (r *Runner) Count(ctx context.Context, companyID int64) (int, error) {
	ids, err := r.running(ctx, companyID)
	return len(ids), err
}

// Run does one step. It is safe to run twice: tasks have keys, wake-ups marks,
// and finished states ignore input.
func (r *Runner) Run(ctx context.Context, step Step) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		t, err := r.Tickets.ByID(ctx, tx, step.TicketID)
		if err != nil {
			return err
		}
		if step.Accepted != 0 {
			return r.accept(ctx, tx, t, step)
		}
		if step.In.Taken {
			if err := r.shownTwice(ctx, tx, t); err != nil {
				return err
			}
		}
		if step.Refused != 0 {
			return r.Tasks.RefusedElsewhere(ctx, tx, t.ID, step.Refused, step.Reason) // the end of the task is the next step
		}
		if step.Anew && sought(t) {
			if _, err := r.Tasks.Withdraw(ctx, tx, desk.Which{TicketID: t.ID, Purposes: mine}, "сменилась причина заявки"); err != nil {
				return err
			}
		}
		e, found, err := r.load(ctx, tx, t, step)
		if err != nil || !found {
			return err
		}
		in := step.In
		in.Taken = !sought(t) // as it is now: a word of what it was comes late
		if err := r.restand(ctx, tx, t, &e); err != nil {
			return err
		}
		if in.Absent, err = r.live(ctx, tx, &e.plan); err != nil {
			return err
		}
		if in.Busy, err = r.busy(ctx, tx, t.ID); err != nil {
			return err
		}
		next, acts := Next(e.plan, e.state, in, tx.Now)
		for _, a := range acts {
			if err := r.do(ctx, tx, t, e.plan, next, a); err != nil {
				return err
			}
		}
		return r.save(ctx, tx, t, next, acts)
	})
}

func (r *Runner) accept(ctx context.Context, tx *pg.Tx, t ticket.Ticket, step Step) error {
	won, by, err := r.Tickets.Accept(ctx, tx, t.ID, step.Accepted, step.Channel)
	if err != nil || won {
		return err
	}
	if t, err = r.Tickets.ByID(ctx, tx, t.ID); err != nil { // as who was quicker has left it
		return err
	}
	p, err := r.Staff.ByID(ctx, tx, step.Accepted)
	if err != nil {
		return err
	}
	text := p.Name + " тоже принял, но раньше принял " + by
	if by == "" {
		text = p.Name + " принял, но заявка уже «" + ticket.Label(t.Status) + "»"
	} else if step.ByHandover {
		if _, err := r.rival(ctx, tx, t, step.Accepted); err != nil {
			return err
		}
	}
	if step.TaskID != 0 && t.ExecutorID != step.Accepted {
		if err := r.Tasks.Farewell(ctx, tx, step.TaskID, farewell(t, Plan{}, State{})); err != nil {
			return err
		}
	}
	return r.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "escalation", Text: text})
}

// sought: somebody has to be found for the request.
func sought(t ticket.Ticket) bool { return t.Status == ticket.New && t.Kind == ticket.Emergency }

type loaded struct {
	plan  Plan
	state State
}

func (r *Runner) load(ctx context.Context, tx *pg.Tx, t ticket.Ticket, step Step) (e loaded, found bool, err error) {
	if step.In.Started && sought(t) {
		if e.plan, err = r.freeze(ctx, tx, t); err != nil {
			return e, false, err
		}
		raw, err := json.Marshal(e.plan)
		if err != nil {
			return e, false, err
		}
		// One that is over begins anew with the rules of now; its rounds and marks go on, so
		// that no call and no wake-up is taken for one of before.
		_, err = tx.Exec(ctx, `insert into escalations as e (ticket_id, company_id, plan, state, stage, started_at) values ($1, $2, $3, '{}', '', $4)
			on conflict (ticket_id) do update set plan = excluded.plan, stage = '', started_at = excluded.started_at, finished_at = null, next_at = null,
				state = jsonb_build_object('stage', '', 'round', coalesce((e.state->>'round')::int, 0) + 1, 'before', coalesce((e.state->>'round')::int, 0) + 1,
					'mark', coalesce((e.state->>'mark')::int, 0) + 1)
			where e.finished_at is not null or $5`,
			t.ID, t.CompanyID, raw, tx.Now, step.Anew)
		if err != nil {
			return e, false, err
		}
	}
	var plan, state []byte
	err = tx.QueryRow(ctx, `select plan, state from escalations where ticket_id = $1 for update`, t.ID).Scan(&plan, &state)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, false, nil // not an emergency, or not started yet
	}
	if err != nil {
		return e, false, err
	}
	return e, true, errors.Join(json.Unmarshal(plan, &e.plan), json.Unmarshal(state, &e.state))
}

// freeze makes the plan from the directories as they are now.
func (r *Runner) freeze(ctx context.Context, tx *pg.Tx, t ticket.Ticket) (p Plan, err error) {
	c, err := r.Companies.ByID(ctx, tx, t.CompanyID)
	if err != nil {
		return p, err
	}
	a, err := r.Rules.Decide(ctx, tx, t.Question())
	if err != nil {
		return p, err
	}
	for _, l := range a.Steps { // one person is one level, the first (F36)
		p.Levels = append(p.Levels, Person{MemberID: l.MemberID, Name: l.Name, Phones: l.Phones, Members: l.Members})
	}
	if lead := a.Responsible; lead != nil {
		p.Responsible = &Person{MemberID: lead.MemberID, Name: lead.Name, Phones: lead.Phones}
	}
	line, err := r.Companies.LineOf(ctx, tx, t.CompanyID)
	if err != nil {
		return p, err
	}
	s := c.Settings
	p.Step, p.Repeat = s.Minutes(s.StepMin), s.Minutes(s.RepeatMin)
	p.Words = fmt.Sprintf("Аварийная заявка номер %d. %s. Адрес: %s. Чтобы принять заявку, нажмите один.", t.Number, t.ReasonName, t.Address)
	p.Title = "Передать аварийную заявку: " + t.ReasonName + ", " + t.Address
	p.Dial = desk.DialPlan{
		Mode: telephony.OperatorFirst, Dials: s.Dials, RingSec: s.RingSec, OperatorWithinSec: s.OperatorWithinSec, Pace: s.Pace,
		Priority: telephony.PriorityEmergency, Words: p.Words, Number: t.Number, Keys: "1", LineID: line,
	}
	return p, nil
}

// restand puts on the levels not tried yet whoever stands there now: a substitute
// whose leave has begun, a colleague of the level whose shift has. The order of the
// levels stays as it was frozen (F37, F38).
func (r *Runner) restand(ctx context.Context, tx *pg.Tx, t ticket.Ticket, e *loaded) error {
	if e.state.Stage != Calling {
		return nil
	}
	var taken []int64
	var levels []staff.Level
	for i, l := range e.plan.Levels {
		if i > e.state.Level && len(l.Members) > 0 {
			levels = append(levels, staff.Level{N: i, Members: l.Members})
		} else {
			taken = append(taken, l.MemberID)
		}
	}
	if len(levels) == 0 {
		return nil
	}
	now, err := r.Rules.Restand(ctx, tx, t.CompanyID, levels, taken...)
	if err != nil {
		return err
	}
	changed := false
	for _, who := range now {
		if l := &e.plan.Levels[who.Level]; l.MemberID != who.MemberID {
			l.MemberID, l.Name, l.Phones, changed = who.MemberID, who.Name, who.Phones, true
		}
	}
	if !changed {
		return nil
	}
	raw, err := json.Marshal(e.plan)
	if err == nil {
		_, err = tx.Exec(ctx, `update escalations set plan = $2 where ticket_id = $1`, t.ID, raw)
	}
	return err
}

// live reads what is not frozen in the plan (F37): the phones its people have now
// are put into p, those who are not at work are returned.
func (r *Runner) live(ctx context.Context, tx *pg.Tx, p *Plan) (absent []int64, err error) {
	for i, l := range p.Levels {
		who, err := r.Staff.ByID(ctx, tx, l.MemberID)
		if err != nil {
			return nil, err
		}
		p.Levels[i].Phones = who.Phones
		if !who.OnDuty {
			absent = append(absent, l.MemberID)
		}
	}
	if p.Responsible != nil {
		who, err := r.Staff.ByID(ctx, tx, p.Responsible.MemberID)
		if err != nil {
			return nil, err
		}
		p.Responsible.Phones = who.Phones
	}
	return absent, nil
}

func (r *Runner) busy(ctx context.Context, tx *pg.Tx, ticketID int64) (bool, error) {
	tasks, err := r.Tasks.OfTicket(ctx, tx, ticketID)
	for _, t := range tasks {
		if t.State == "active" && t.Purpose == telephony.Handover && t.Progress.Flying {
			return true, err
		}
	}
	return false, err
}

var mine = []telephony.Purpose{telephony.Handover, telephony.Announcement, telephony.Responsible}

func (r *Runner) do(ctx context.Context, tx *pg.Tx, t ticket.Ticket, p Plan, s State, a Action) error {
	switch a.Do {
	case HandOver:
		who := p.Levels[a.Level]
		if err := r.Tickets.Reassign(ctx, tx, t.ID, who.MemberID, fmt.Sprintf("%d-й уровень", a.Level+1)); err != nil {
			return err
		}
		plan, _ := desk.Fit(p.Dial, len(who.Phones), p.Step)
		return r.call(ctx, tx, t, who, telephony.Handover, plan, fmt.Sprintf("%d.%d", a.Level, s.Round), p.Title, s.Deadline)
	case AnnounceAll:
		return r.announce(ctx, tx, t, p, s)
	case CallLead:
		return r.lead(ctx, tx, t, p, s)
	case CallLeadNow:
		return r.leadNow(ctx, tx, t, p)
	case Withdraw:
		_, err := r.Tasks.Withdraw(ctx, tx, desk.Which{TicketID: t.ID, Purposes: mine, Farewell: farewell(t, p, s)}, "больше не нужно")
		return err
	case WakeAt:
		return r.Jobs.At(ctx, tx, a.At, Step{TicketID: t.ID, In: Input{Woken: &s.Mark}})
	case Say:
		return r.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "escalation", Text: a.Text})
	case AlarmsAreOff:
		return alarm.Clear(ctx, tx, alarm.NobodyTakes, subject(t))
	}
	return fmt.Errorf("escalation: unknown action %q", a.Do)
}

func subject(t ticket.Ticket) string { return fmt.Sprintf("ticket:%d", t.ID) }

func (r *Runner) call(ctx context.Context, tx *pg.Tx, t ticket.Ticket, who Person, purpose telephony.Purpose, plan desk.DialPlan, tag, title string, promise time.Time) error {
	return r.Tasks.Create(ctx, tx, desk.NewTask{
		Key: fmt.Sprintf("escalation-%d-%s-%d-%s", t.ID, purpose, who.MemberID, tag), CompanyID: t.CompanyID, Purpose: purpose, TicketID: t.ID, MemberID: who.MemberID,
		Phones: who.Phones, Title: title, Plan: plan, DueAt: tx.Now, PromiseAt: &promise,
	})
}

// announce calls every executor who has a phone, also those not at work: it is
// the last resort.
func (r *Runner) announce(ctx context.Context, tx *pg.Tx, t ticket.Ticket, p Plan, s State) error {
	for i, who := range p.Levels {
		if len(who.Phones) == 0 {
			continue
		}
		plan := p.Dial
		plan.Mode = telephony.AnnounceOnly
		plan, _ = desk.Fit(plan, len(who.Phones), p.Step)
		if err := r.call(ctx, tx, t, who, telephony.Announcement, plan, fmt.Sprintf("%d.%d", i, s.Round), p.Title, s.Deadline); err != nil {
			return err
		}
	}
	return nil
}

// NotTaken is published when nobody has taken an emergency in time, at each round of calls.
type NotTaken struct {
	TicketID  int64
	CompanyID int64
}

// lead gives an operator the task to call the responsible person and alarms the
// supervisor, who acts when there is none.
func (r *Runner) lead(ctx context.Context, tx *pg.Tx, t ticket.Ticket, p Plan, s State) error {
	err := alarm.Raise(ctx, tx, alarm.Alarm{
		Code: alarm.NobodyTakes, Subject: subject(t), CompanyID: t.CompanyID,
		Text: fmt.Sprintf("Аварийную № %d никто не принял: %s, %s", t.Number, t.ReasonName, t.Address),
	})
	if err == nil {
		err = r.Jobs.Publish(ctx, tx, NotTaken{TicketID: t.ID, CompanyID: t.CompanyID})
	}
	if err != nil || p.Responsible == nil || len(p.Responsible.Phones) == 0 {
		return err
	}
	plan, _ := desk.Fit(p.Dial, len(p.Responsible.Phones), p.Repeat)
	title := "Позвонить ответственному: аварийную никто не принял, " + t.Address
	return r.call(ctx, tx, t, *p.Responsible, telephony.Responsible, plan, fmt.Sprintf("9.%d", s.Round), title, s.Deadline)
}

// save keeps the state and the moment asked for last: the watchman looks at it.
func (r *Runner) save(ctx context.Context, tx *pg.Tx, t ticket.Ticket, s State, acts []Action) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	var next, finished *time.Time
	if s.Stage == Finished {
		finished = &tx.Now
	}
	for _, a := range acts {
		if a.Do == WakeAt {
			next = &a.At
		}
	}
	_, err = tx.Exec(ctx, `update escalations set state = $2, stage = $3, next_at = case when $6::timestamptz is null then coalesce($4, next_at) end, mark = $5,
		finished_at = coalesce(finished_at, $6) where ticket_id = $1`,
		t.ID, raw, s.Stage, next, s.Mark, finished)
	if err != nil {
		return err
	}
	return live.Tell(ctx, tx, live.Change{Topic: "escalation", ID: t.ID, CompanyID: t.CompanyID})
}
