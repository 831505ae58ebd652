// Package followup asks how it goes: the executor every N minutes until the work
// is done, the resident after it, and it calls back whoever could not be answered.
package followup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/calllog"
	"d24/internal/company"
	"d24/internal/desk"
	"d24/internal/notice"
	"d24/internal/phone"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/shift"
	"d24/internal/staff"
	"d24/internal/telephony"
	"d24/internal/ticket"
	"d24/internal/ticket/supplierticket"
)

// Runner makes the tasks.
type Runner struct {
	DB        *pg.DB
	Jobs      *jobs.Queue
	Tickets   *ticket.Service
	Tasks     *desk.Tasks
	Staff     *staff.Service
	Companies *company.Service
	Calls     *calllog.Service
	Notices   *notice.Service
	Pairs     *supplierticket.Service
	Suppliers Suppliers
	Shift     *shift.Service
}

// Ask is the job that looks after a ticket: something moved, or it is time to ask.
type Ask struct {
	TicketID int64 `json:"ticket_id"`
	Mark     *int  `json:"mark"`           // of the wake-up; nil: the ticket has moved
	Anew     bool  `json:"anew,omitempty"` // its kind is another: when it is asked about is so too (F39)
}

// Kind names the job.
func (Ask) Kind() string { return "followup.ask" }

// InsertOpts puts the job where it belongs.
func (Ask) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Calls} }

// CallBack is the job that answers a lost call.
type CallBack struct {
	Lost calllog.Lost `json:"lost"`
}

// Kind names the job.
func (CallBack) Kind() string { return "followup.call_back" }

// InsertOpts puts the job before everything else: ten minutes are the law's.
func (CallBack) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Emergency} }

// GotThrough is the job that drops call-backs to a number somebody speaks with now.
type GotThrough struct {
	Phone string `json:"phone"`
}

// Kind names the job.
func (GotThrough) Kind() string { return "followup.got_through" }

// InsertOpts puts the job where it belongs.
func (GotThrough) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Calls} }

// Subscribe wires the runner to the events it lives on.
func (r *Runner) Subscribe(q *jobs.Queue) {
	r.hearSuppliers(q)
	jobs.On(q, func(e ticket.Moved) river.JobArgs { return Ask{TicketID: e.TicketID} })
	jobs.On(q, func(e ticket.Resorted) river.JobArgs {
		if e.From == e.To {
			return nil
		}
		return Ask{TicketID: e.TicketID, Anew: true}
	})
	jobs.On(q, func(e desk.TaskFinished) river.JobArgs {
		if e.Purpose != telephony.StatusInquiry || e.Result == desk.Withdrawn {
			return nil
		}
		return Ask{TicketID: e.TicketID}
	})
	jobs.On(q, func(e desk.TaskFinished) river.JobArgs {
		if e.Purpose != telephony.Resident || e.Result != desk.NotReached {
			return nil
		}
		return Unreached{TicketID: e.TicketID, TaskID: e.TaskID}
	})
	jobs.On(q, func(e calllog.Lost) river.JobArgs { return CallBack{e} })
	jobs.On(q, func(e calllog.Late) river.JobArgs { return Late{e} })
	jobs.On(q, func(e calllog.Told) river.JobArgs { return Join{e} })
	jobs.On(q, func(e calllog.Reached) river.JobArgs {
		if e.Direction != "inbound" || !phone.IsE164(e.Phone) {
			return nil
		}
		return GotThrough{e.Phone}
	})
}

// Workers adds the runner's workers.
func (r *Runner) Workers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[Supplier]) error { return r.Supplier(system(ctx), j.Args) }))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[Log]) error { return r.Log(system(ctx), j.Args.Rode) }))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[Ask]) error { return r.Ask(system(ctx), j.Args) }))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[CallBack]) error { return r.CallBack(system(ctx), j.Args.Lost) }))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[Unreached]) error { return r.SayUnreached(system(ctx), j.Args) }))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[Late]) error { return r.WriteLate(system(ctx), j.Args.Late) }))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[Join]) error { return r.Join(system(ctx), j.Args.Told) }))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[GotThrough]) error {
		return r.GotThrough(system(ctx), j.Args.Phone)
	}))
}

func system(ctx context.Context) context.Context { return access.AsSystem(ctx, "followup") }

// Ask does one step for a ticket: it plans the next inquiry, makes its task, or
// the feedback call, or takes them away.
func (r *Runner) Ask(ctx context.Context, a Ask) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		t, err := r.Tickets.ByID(ctx, tx, a.TicketID)
		if err != nil {
			return err
		}
		if a.Anew {
			if err := r.withdraw(ctx, tx, t, telephony.StatusInquiry); err != nil {
				return err
			}
		}
		switch t.Status {
		case ticket.Accepted, ticket.InProgress:
			if err := r.withdraw(ctx, tx, t, telephony.Feedback); err != nil { // reopened: there is nothing to ask the resident
				return err
			}
			return r.inquire(ctx, tx, t, a.Mark)
		case ticket.Done:
			if err := r.stop(ctx, tx, t); err != nil {
				return err
			}
			return r.feedback(ctx, tx, t)
		case ticket.New, ticket.Postponed, ticket.Closed, ticket.Cancelled:
		}
		if err := r.stop(ctx, tx, t); err != nil {
			return err
		}
		if !t.Status.Open() { // nobody needs to know any more
			if err := r.withdraw(ctx, tx, t, telephony.Resident); err != nil {
				return err
			}
		}
		return r.withdraw(ctx, tx, t, telephony.Feedback)
	})
}

func (r *Runner) withdraw(ctx context.Context, tx *pg.Tx, t ticket.Ticket, p telephony.Purpose) error {
	_, err := r.Tasks.Withdraw(ctx, tx, desk.Which{TicketID: t.ID, Purposes: []telephony.Purpose{p}}, "больше не нужно")
	return err
}

func (r *Runner) stop(ctx context.Context, tx *pg.Tx, t ticket.Ticket) error {
	if _, err := tx.Exec(ctx, `update followups set finished_at = $2, next_at = null, mark = mark + 1 where ticket_id = $1 and kind = 'status_inquiry' and finished_at is null`, t.ID, tx.Now); err != nil {
		return err
	}
	return r.withdraw(ctx, tx, t, telephony.StatusInquiry)
}

// inquire asks the executor of an accepted ticket every N minutes (O2). A planned
// ticket's call waits for the working hours (F45); an emergency's does not.
func (r *Runner) inquire(ctx context.Context, tx *pg.Tx, t ticket.Ticket, mark *int) error {
	c, err := r.Companies.ByID(ctx, tx, t.CompanyID)
	if err != nil {
		return err
	}
	next := tx.Now.Add(c.Settings.Minutes(c.Settings.InquiryMin))
	if t.Kind != ticket.Emergency {
		zone := t.Zone
		if t.ExecutorID != 0 {
			night, err := r.nightOf(ctx, tx, c.Settings, t.ExecutorID)
			if err != nil {
				return err
			}
			zone = night.Zone
		}
		next = calm(next, c.Settings, zone)
	}
	current, fresh, err := r.advance(ctx, tx, t, next, mark)
	if err != nil || !fresh {
		return err
	}
	if err := r.Jobs.At(ctx, tx, next, Ask{TicketID: t.ID, Mark: &current}); err != nil || mark == nil {
		return err
	}
	who, found, err := r.asked(ctx, tx, t)
	if err != nil || !found {
		return err
	}
	plan, err := r.plan(ctx, tx, t, c.Settings, len(who.Phones), telephony.StatusInquiry)
	if err != nil {
		return err
	}
	if t.Kind != ticket.Emergency {
		if plan.Quiet, err = r.nightOf(ctx, tx, c.Settings, who.MemberID); err != nil {
			return err
		}
	}
	err = r.Tasks.Create(ctx, tx, desk.NewTask{
		Key: fmt.Sprintf("inquiry-%d-%d", t.ID, current), CompanyID: t.CompanyID, Purpose: telephony.StatusInquiry, TicketID: t.ID, MemberID: who.MemberID, Phones: who.Phones,
		Title: fmt.Sprintf("Спросить о заявке № %d: как идёт работа", t.Number), Plan: plan, DueAt: tx.Now,
	})
	if err != nil {
		return err
	}
	return r.along(ctx, tx, t, who, c.Settings)
}

// along asks what the same person would be asked within the next half hour now: it comes along
// in the call that is made anyway (F45). Planned work does not while he sleeps.
func (r *Runner) along(ctx context.Context, tx *pg.Tx, t ticket.Ticket, who staff.Person, s company.Settings) error {
	// half of the interval at most: the question that has just been asked is never drawn in again
	until := tx.Now.Add(min(desk.RideWithin, s.Minutes(s.InquiryMin)/2))
	rows, err := tx.Query(ctx, `select ticket_id, mark from followups where kind = 'status_inquiry' and finished_at is null and company_id = $1 and next_at > $2 and next_at <= $3 order by next_at limit 200`,
		t.CompanyID, tx.Now, until)
	if err != nil {
		return err
	}
	marks := map[int64]int{}
	var id int64
	var mark int
	if _, err = pgx.ForEachRow(rows, []any{&id, &mark}, func() error { marks[id] = mark; return nil }); err != nil || len(marks) == 0 {
		return err
	}
	soon, err := r.Tickets.In(ctx, tx, slices.Sorted(maps.Keys(marks)))
	if err != nil {
		return err
	}
	night, err := r.nightOf(ctx, tx, s, who.MemberID)
	if err != nil {
		return err
	}
	awake := !calm(tx.Now, s, night.Zone).After(tx.Now)
	var asks []river.JobArgs
	for _, o := range soon {
		if cmp.Or(o.ExecutorID, o.ResponsibleID) == who.MemberID && (awake || o.Kind == ticket.Emergency) {
			asks = append(asks, Ask{TicketID: o.ID, Mark: new(marks[o.ID])})
		}
	}
	return r.Jobs.All(ctx, tx, asks)
}

// asked is who is asked how it goes: the executor, without one the responsible
// person. False: nobody can be called, or he is being called about it already.
func (r *Runner) asked(ctx context.Context, tx *pg.Tx, t ticket.Ticket) (who staff.Person, found bool, err error) {
	tasks, err := r.Tasks.OfTicket(ctx, tx, t.ID)
	if err != nil {
		return who, false, err
	}
	for _, k := range tasks {
		if k.Purpose == telephony.StatusInquiry && (k.State == "waiting" || k.State == "active") {
			return who, false, nil
		}
	}
	for _, id := range []int64{t.ExecutorID, t.ResponsibleID} {
		if id == 0 {
			continue
		}
		if who, err = r.Staff.ByID(ctx, tx, id); err != nil || len(who.Phones) > 0 {
			return who, err == nil, err
		}
	}
	return who, false, nil
}

// advance moves a ticket's inquiry to its next moment. False: the wake-up is stale.
func (r *Runner) advance(ctx context.Context, tx *pg.Tx, t ticket.Ticket, next time.Time, mark *int) (current int, fresh bool, err error) {
	err = tx.QueryRow(ctx, `select mark from followups where ticket_id = $1 and kind = 'status_inquiry' for update`, t.ID).Scan(&current)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, false, err
	}
	if mark != nil && *mark != current {
		return 0, false, nil
	}
	current++
	_, err = tx.Exec(ctx, `insert into followups (ticket_id, company_id, kind, next_at, mark) values ($1, $2, 'status_inquiry', $3, $4)
		on conflict (ticket_id, kind) do update set next_at = excluded.next_at, mark = excluded.mark, finished_at = null, round = followups.round + 1`, t.ID, t.CompanyID, next, current)
	return current, err == nil, err
}

// nightOf is the quiet hours where the person is: he may work in another zone than the house.
func (r *Runner) nightOf(ctx context.Context, tx *pg.Tx, s company.Settings, memberID int64) (company.Quiet, error) {
	zone, err := r.Staff.ZoneOf(ctx, tx, memberID)
	return s.Quiet(zone), err
}

// connecting is what a person hears who is dialled before an operator is there.
const connecting = "Здравствуйте. Это диспетчерская, по заявке номер %d, %s. Соединяем с оператором, не вешайте трубку."

func (r *Runner) plan(ctx context.Context, tx *pg.Tx, t ticket.Ticket, s company.Settings, numbers int, purpose telephony.Purpose) (desk.DialPlan, error) {
	line, err := r.Companies.LineOf(ctx, tx, t.CompanyID)
	mode, words := telephony.OperatorFirst, ""
	if slices.Contains(s.CalleeFirst, string(purpose)) {
		mode, words = telephony.CalleeFirst, fmt.Sprintf(connecting, t.Number, t.Address)
	}
	p, _ := desk.Fit(desk.DialPlan{
		Mode: mode, Words: words, Dials: s.Dials, RingSec: s.RingSec, Pace: s.Pace, Priority: telephony.PriorityTask, LineID: line,
	}, numbers, s.Minutes(askWithin))
	return p, err
}

// askWithin is how long the dials of a question last, in minutes.
const askWithin = 30

// feedback asks the resident whether it is done, when he does not sleep: neither
// the first dial nor the last is in the quiet hours (F51).
func (r *Runner) feedback(ctx context.Context, tx *pg.Tx, t ticket.Ticket) error {
	if !phone.IsE164(t.CallerPhone) {
		return nil
	}
	c, err := r.Companies.ByID(ctx, tx, t.CompanyID)
	if err != nil {
		return err
	}
	plan, err := r.plan(ctx, tx, t, c.Settings, 1, telephony.Feedback)
	if err != nil {
		return err
	}
	plan.Quiet = c.Settings.Quiet(t.Zone)
	return r.Tasks.Create(ctx, tx, desk.NewTask{
		Key: fmt.Sprintf("feedback-%d-%d", t.ID, t.Version), CompanyID: t.CompanyID, Purpose: telephony.Feedback, TicketID: t.ID, Phones: []string{t.CallerPhone},
		Title: fmt.Sprintf("Спросить жителя: выполнена ли заявка № %d", t.Number), Plan: plan, DueAt: calm(tx.Now, c.Settings, t.Zone),
	})
}

// calm is the first moment from which all dials of a question can be made.
func calm(at time.Time, s company.Settings, zone string) time.Time {
	quiet := s.Quiet(zone)
	at = quiet.Awake(at)
	last := at.Add(s.Minutes(askWithin))
	if morning := quiet.Awake(last); morning.After(last) {
		return morning
	}
	return at
}

// CallBack makes the task that answers a lost call within ten minutes of it (ПП
// 416 п. 13, F7). A hidden number cannot be called: of its message the supervisor is
// told (F6). Several lost calls of one
// number make one task.
func (r *Runner) CallBack(ctx context.Context, l calllog.Lost) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		if !phone.IsE164(l.Phone) {
			if l.Digit == telephony.KeyMessage {
				return r.Shift.Note(ctx, tx, shift.Message, l.CompanyID, l.CallID, tx.Now)
			}
			return nil
		}
		title, priority := "Перезвонить: не дождался ответа", telephony.PriorityCallback
		switch {
		case l.Digit == telephony.KeyEmergency:
			title, priority = "Перезвонить: нажал «авария» и не дождался ответа", telephony.PriorityEmergency
		case l.Cut:
			title, priority = "Перезвонить: разговор оборвался по нашей вине", telephony.PriorityCut
		case l.Digit == telephony.KeyCallBack:
			title = "Перезвонить: попросил перезвонить, не дожидаясь на линии"
		case l.Digit == telephony.KeyMessage:
			title = "Прослушать сообщение и перезвонить"
		}
		if l.Digit == telephony.KeyEmergency || l.Digit == telephony.KeyMessage { // the one that kept his place says less
			if _, err := r.Tasks.Withdraw(ctx, tx, desk.Which{Key: keptKey(l)}, "положил трубку"); err != nil {
				return err
			}
		}
		return r.callBack(ctx, tx, backKey(l), l, title, priority)
	})
}

// GotThrough drops call-backs that are not needed: the same number speaks with us.
func (r *Runner) GotThrough(ctx context.Context, number string) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		_, err := r.Tasks.Withdraw(ctx, tx, desk.Which{Phone: number, Purposes: []telephony.Purpose{telephony.Callback}}, "дозвонился сам")
		return err
	})
}

// Rearm wakes follow-ups whose moment has passed by more than late.
func (r *Runner) Rearm(ctx context.Context, late time.Duration) (n int, err error) {
	err = pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select ticket_id, mark from followups where finished_at is null and next_at < $1 for update skip locked`, tx.Now.Add(-late))
		if err != nil {
			return err
		}
		type row struct {
			ID   int64
			Mark int
		}
		fs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
		for _, f := range fs {
			if err := r.Jobs.Again(ctx, tx, Ask{TicketID: f.ID, Mark: &f.Mark}); err != nil {
				return err
			}
		}
		n = len(fs)
		return err
	})
	return n, err
}

// DueSince is the oldest step that is due, of those that are not parked; nil: none.
func (r *Runner) DueSince(ctx context.Context, tx *pg.Tx, parked []string) (at *time.Time, err error) {
	err = tx.QueryRow(ctx, `select min(next_at) from followups where finished_at is null and next_at < $1 and not ($2::text || ':' || ticket_id = any(coalesce($3::text[], '{}')))`, tx.Now, Ask{}.Kind(), parked).Scan(&at)
	return at, err
}
