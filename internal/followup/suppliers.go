package followup

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"d24/internal/company"
	"d24/internal/desk"
	"d24/internal/phone"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/supplier"
	"d24/internal/telephony"
	"d24/internal/ticket"
	"d24/internal/ticket/supplierticket"
)

// busyFor is when a supplier whose line was busy, or silent, for all dials is called
// again (F50).
const busyFor = 15 * time.Minute

// Supplier is the job that looks after a supplier's request: whom to call, and when.
type Supplier struct {
	ID       int64 `json:"id"`
	Version  int   `json:"version"`
	NotYet   int   `json:"not_yet,omitempty"` // how often all dials reached nobody
	FromTask int64 `json:"from_task,omitempty"`
}

// Kind names the job.
func (Supplier) Kind() string { return "followup.supplier" }

// InsertOpts puts the job where it belongs.
func (Supplier) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Calls} }

func (r *Runner) hearSuppliers(q *jobs.Queue) {
	jobs.On(q, func(e supplierticket.Changed) river.JobArgs { return Supplier{ID: e.ID, Version: e.Version} })
	jobs.On(q, func(e desk.TaskFinished) river.JobArgs {
		if e.Supplier == 0 || e.Result != desk.NotReached {
			return nil
		}
		return Supplier{ID: e.Supplier, FromTask: e.TaskID}
	})
	jobs.On(q, func(e desk.Rode) river.JobArgs { return Log{e} })
}

// Supplier makes the task that tells the supplier of a request, or asks at hour X how it
// goes (RS3). What has changed meanwhile takes its calls along (O5); a line that was busy
// for all dials is called again later.
func (r *Runner) Supplier(ctx context.Context, a Supplier) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		s, err := r.Pairs.ByID(ctx, tx, a.ID)
		if err != nil || a.FromTask == 0 && s.Version != a.Version {
			return err // of an older state: the newer one has its own
		}
		if _, err := r.Tasks.Withdraw(ctx, tx, desk.Which{Supplier: s.ID}, "больше не нужно"); err != nil {
			return err
		}
		t, err := r.Tickets.ByID(ctx, tx, s.TicketID)
		if err != nil {
			return err
		}
		purpose, title, due := telephony.SupplierHandover, "Передать в РСО «%s» заявку № %d: %s", tx.Now
		switch {
		case s.Status == supplierticket.New:
		case s.Status.Open() && s.FollowupAt != nil:
			purpose, title, due = telephony.SupplierInquiry, "Спросить РСО «%s» о заявке № %d: %s", *s.FollowupAt
		default:
			return nil
		}
		key := fmt.Sprintf("supplier-%d-%d", s.ID, s.Version)
		if a.FromTask != 0 {
			key, due = fmt.Sprintf("%s-after-%d", key, a.FromTask), tx.Now.Add(busyFor)
		}
		return r.callSupplier(ctx, tx, s, t, desk.NewTask{
			Key: key, CompanyID: s.CompanyID, Purpose: purpose, TicketID: s.TicketID, Supplier: s.ID, DueAt: due,
			Title: fmt.Sprintf(title, s.SupplierName, s.Number, t.ReasonName+", "+s.Address),
		})
	})
}

func (r *Runner) callSupplier(ctx context.Context, tx *pg.Tx, s supplierticket.Ticket, t ticket.Ticket, n desk.NewTask) error {
	c, err := r.Companies.ByID(ctx, tx, s.CompanyID)
	if err != nil {
		return err
	}
	o, err := r.Suppliers.ByID(ctx, tx, s.SupplierID)
	if err != nil {
		return err
	}
	for _, p := range o.AllPhones() {
		if phone.IsE164(p.Phone) { // a short number is dialled from the place itself only
			n.Phones = append(n.Phones, p.Phone)
		}
	}
	if len(n.Phones) == 0 {
		return r.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "supplier", Text: "РСО " + s.SupplierName + ": нет телефона для звонка, передайте сами"})
	}
	n.Plan, err = r.supplierPlan(ctx, tx, t, c.Settings, len(n.Phones), n.Purpose)
	if err != nil {
		return err
	}
	return r.Tasks.Create(ctx, tx, n)
}

func (r *Runner) supplierPlan(ctx context.Context, tx *pg.Tx, t ticket.Ticket, s company.Settings, numbers int, purpose telephony.Purpose) (desk.DialPlan, error) {
	p, err := r.plan(ctx, tx, t, s, numbers, purpose)
	if t.Kind == ticket.Emergency {
		p.Priority = telephony.PriorityInbound
	}
	return p, err
}

// Suppliers are the lists of companies; supplier.Service supplies them.
type Suppliers interface {
	ByID(ctx context.Context, tx *pg.Tx, id int64) (supplier.Own, error)
}

// Log is the job that writes a call about several requests into the history of each (O4).
type Log struct {
	Rode desk.Rode `json:"rode"`
}

// Kind names the job.
func (Log) Kind() string { return "followup.log" }

// InsertOpts puts the job where it belongs.
func (Log) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Calls} }

var outcomes = map[telephony.Outcome]string{
	telephony.Answered: "ответил", telephony.NoAnswer: "не ответил", telephony.Busy: "занято", telephony.Rejected: "сбросил", telephony.BadNumber: "неверный номер",
	telephony.CarrierFailed: "сбой связи", telephony.Cancelled: "отменён", telephony.Unknown: "исход неизвестен",
}

// Log writes it down. Of another company's call only that it was (F50).
func (r *Runner) Log(ctx context.Context, e desk.Rode) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		t, err := r.Tickets.ByID(ctx, tx, e.TicketID)
		if err != nil {
			return err
		}
		call, err := r.Calls.OfTask(ctx, tx, e.CarrierID, e.CompanyID)
		if err != nil {
			return err
		}
		return r.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "call", Text: "Звонок о нескольких заявках сразу: " + outcomes[e.Outcome], CallID: call})
	})
}
