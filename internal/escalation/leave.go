package escalation

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/desk"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// Left is the job of a ticket whose executor left after he had accepted (F37), or that
// has another now.
type Left struct {
	TicketID int64 `json:"ticket_id"`
	MemberID int64 `json:"member_id"` // who left, or who has it now
	Over     bool  `json:"over"`      // somebody has it
	IsSame   bool  `json:"is_same"`   // the same as before: nothing to tell him
	Quiet    bool  `json:"quiet"`     // one of many at once: he is not called for each
}

// Kind names the job.
func (Left) Kind() string { return "escalation.left" }

// InsertOpts puts the job before everything else.
func (Left) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Emergency} }

// LeftWorker runs Left.
type LeftWorker struct {
	river.WorkerDefaults[Left]
	Runner *Runner
}

// Work does it once.
func (w *LeftWorker) Work(ctx context.Context, job *river.Job[Left]) error {
	return w.Runner.OnLeft(access.AsSystem(ctx, "escalation"), job.Args)
}

func (r *Runner) hearLeaving(q *jobs.Queue) {
	jobs.On(q, func(e ticket.Orphaned) river.JobArgs { return Left{TicketID: e.TicketID, MemberID: e.MemberID} })
	jobs.On(q, func(e ticket.Reassigned) river.JobArgs {
		if e.IsUntaken {
			return nil
		}
		return Left{TicketID: e.TicketID, MemberID: e.MemberID, Over: true, IsSame: e.IsSame, Quiet: e.Quiet}
	})
}

// OnLeft gives an operator the task to call the responsible person of a ticket without
// its executor; when another is set, the task is dropped and the new one is called.
func (r *Runner) OnLeft(ctx context.Context, l Left) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		t, err := r.Tickets.ByID(ctx, tx, l.TicketID)
		if err != nil {
			return err
		}
		if err := r.shownTwice(ctx, tx, t); err != nil { // another was set: there may be nothing to decide any more
			return err
		}
		stale := []telephony.Purpose{telephony.Responsible, telephony.StatusInquiry}
		if t.Status != ticket.New { // nobody is looked for by an escalation: a call goes to an heir who has left too
			stale = append(stale, telephony.Handover)
		}
		_, err = r.Tasks.Withdraw(ctx, tx, desk.Which{TicketID: t.ID, Purposes: stale}, "исполнитель сменился")
		if err != nil {
			return err
		}
		c, err := r.Companies.ByID(ctx, tx, t.CompanyID)
		if err != nil {
			return err
		}
		p, err := r.freeze(ctx, tx, t)
		if err != nil {
			return err
		}
		if t.Kind != ticket.Emergency { // nobody is woken up for what can wait
			p.Dial.Quiet = c.Settings.Quiet(t.Zone)
		}
		tag, until := fmt.Sprintf("8.%d", t.Version), tx.Now.Add(c.Settings.Minutes(c.Settings.StepMin))
		if !l.Over && t.ExecutorLeftAt != nil {
			return r.askLead(ctx, tx, t, p, tag, until)
		}
		if l.IsSame || l.Quiet || t.ExecutorID != l.MemberID || !t.Status.Open() {
			return nil
		}
		who, err := r.Staff.ByID(ctx, tx, l.MemberID)
		if err != nil || len(who.Phones) == 0 {
			return err
		}
		plan, _ := desk.Fit(p.Dial, len(who.Phones), p.Step)
		return r.call(ctx, tx, t, Person{MemberID: who.MemberID, Name: who.Name, Phones: who.Phones}, telephony.Handover, plan, tag, "Передать заявку новому исполнителю: "+t.ReasonName+", "+t.Address, until)
	})
}

func (r *Runner) askLead(ctx context.Context, tx *pg.Tx, t ticket.Ticket, p Plan, tag string, until time.Time) error {
	if p.Responsible == nil || len(p.Responsible.Phones) == 0 || p.Responsible.MemberID == t.ExecutorID {
		return nil // the alarm is for the supervisor
	}
	plan, _ := desk.Fit(p.Dial, len(p.Responsible.Phones), p.Repeat)
	return r.call(ctx, tx, t, *p.Responsible, telephony.Responsible, plan, tag, "Переназначить исполнителя: "+t.ReasonName+", "+t.Address, until)
}
