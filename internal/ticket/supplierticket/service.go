package supplierticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/alarm"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/supplier"
	"d24/internal/ticket"
)

// Changed is published when a supplier's ticket is made (From is "") and at every change.
// To "new": the supplier has to be told (Service.HandOver answers). FollowupAt: when to ask
// how it goes (Service.Tell answers); nil: nothing is to be asked any more.
type Changed struct {
	ID         int64      `json:"id"`
	TicketID   int64      `json:"ticket_id"`
	CompanyID  int64      `json:"company_id"`
	SupplierID int64      `json:"supplier_id"` // of the company's list
	Version    int        `json:"version"`
	From       Status     `json:"from"`
	To         Status     `json:"to"`
	FollowupAt *time.Time `json:"followup_at"`
}

// Service is the use cases of suppliers' tickets.
type Service struct {
	db        *pg.DB
	jobs      *jobs.Queue
	tickets   *ticket.Service
	suppliers *supplier.Service
	companies *company.Service
}

// NewService returns the service.
func NewService(db *pg.DB, q *jobs.Queue, tickets *ticket.Service, suppliers *supplier.Service, companies *company.Service) *Service {
	return &Service{db: db, jobs: q, tickets: tickets, suppliers: suppliers, companies: companies}
}

const columns = `s.id, s.company_id, c.name, s.ticket_id, s.supplier_id, s.supplier_name, s.supplier_kind, s.status, s.their_number, s.handed_to, s.news,
	s.handed_over_at, s.followup_at, s.accepted_at, s.done_at, s.closed_at, s.version, s.created_at,
	t.number, t.kind, t.status, t.address, t.reason_name, t.zone, t.building_id, coalesce(t.work_type_id, 0), coalesce(t.executor_id, 0), coalesce(t.responsible_id, 0)`

const source = ` from supplier_tickets s join tickets t on t.id = s.ticket_id join companies c on c.id = s.company_id `

func find(ctx context.Context, tx *pg.Tx, cond string, arg any) (Ticket, error) {
	rows, err := tx.Query(ctx, "select "+columns+source+"where "+cond, arg)
	if err != nil {
		return Ticket{}, err
	}
	t, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Ticket])
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !tx.Actor.Scope().Allows(t.Facts()) {
		return Ticket{}, fault.Missing("supplier_ticket")
	}
	return t, err
}

// lock reads one that is about to change; it is locked before it is read.
func lock(ctx context.Context, tx *pg.Tx, id int64) (Ticket, error) {
	if _, err := tx.Exec(ctx, "select 1 from supplier_tickets where id = $1 for update", id); err != nil {
		return Ticket{}, err
	}
	return find(ctx, tx, "s.id = $1", id)
}

// ByID is Get inside a transaction.
func (s *Service) ByID(ctx context.Context, tx *pg.Tx, id int64) (Ticket, error) {
	return find(ctx, tx, "s.id = $1", id)
}

// Get returns one the actor may see; fault.NotFound otherwise.
func (s *Service) Get(ctx context.Context, id int64) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) { return find(ctx, tx, "s.id = $1", id) })
}

// OfTicket is the pair of an ordinary ticket; nil when it has none.
func (s *Service) OfTicket(ctx context.Context, ticketID int64) (*Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (*Ticket, error) { return ofTicket(ctx, tx, ticketID) })
}

func ofTicket(ctx context.Context, tx *pg.Tx, ticketID int64) (*Ticket, error) {
	t, err := find(ctx, tx, "s.ticket_id = $1", ticketID)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil //nolint:nilnil // no pair is an answer
	}
	return &t, err
}

// Open makes the second half of a new ticket, in the transaction of the first (F49).
func (s *Service) Open(ctx context.Context, tx *pg.Tx, t ticket.Ticket, supplierID int64) error {
	_, err := s.open(ctx, tx, t, supplierID)
	return err
}

func (s *Service) open(ctx context.Context, tx *pg.Tx, t ticket.Ticket, supplierID int64) (id int64, err error) {
	o, err := s.suppliers.ByID(ctx, tx, supplierID)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `insert into supplier_tickets (company_id, ticket_id, supplier_id, supplier_name, supplier_kind, status, created_at, updated_at)
		values ($1, $2, $3, $4, $5, 'new', $6, $6) returning id`, t.CompanyID, t.ID, o.ID, o.Named(), o.OfKind(), tx.Now).Scan(&id)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `update tickets set supplier_id = $2 where id = $1 and supplier_id is null`, t.ID, o.ID); err != nil {
		return 0, err
	}
	if err := s.tickets.Log(ctx, tx, t, ticket.Event{Kind: "supplier", Text: "Заявка РСО: " + o.Named() + ", ждёт передачи"}); err != nil {
		return 0, err
	}
	if err := alarm.Clear(ctx, tx, alarm.PairMissing, subject(t.ID)); err != nil {
		return 0, err
	}
	f := t.Facts()
	if err := live.Tell(ctx, tx, live.Change{Topic: "supplier_ticket", ID: id, CompanyID: t.CompanyID, Facts: &f}); err != nil {
		return 0, err
	}
	return id, s.jobs.Publish(ctx, tx, Changed{ID: id, TicketID: t.ID, CompanyID: t.CompanyID, SupplierID: o.ID, Version: 1, To: New})
}

// IsOpen reports whether an ordinary ticket has a pair that is not over.
func (s *Service) IsOpen(ctx context.Context, tx *pg.Tx, ticketID int64) (is bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from supplier_tickets where ticket_id = $1 and status not in ('done', 'closed', 'cancelled'))`, ticketID).Scan(&is)
	return is, err
}

// Make opens the pair of a ticket that has none, by a person: to the supplier named, or
// with 0 to whom the rules had named. fault.Conflict when it has one.
func (s *Service) Make(ctx context.Context, ticketID, supplierID int64) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		t, err := s.tickets.ByID(ctx, tx, ticketID)
		if err != nil {
			return Ticket{}, err
		}
		if supplierID == 0 {
			supplierID = t.SupplierID
		}
		switch known, err := s.suppliers.Has(ctx, tx, t.CompanyID, supplierID); {
		case err != nil:
			return Ticket{}, err
		case !known:
			return Ticket{}, fault.New(fault.Invalid, "supplier_ticket.supplier", "Выберите РСО из списка компании.").At("body.supplier_id", "нет в списке")
		case !t.Status.Open():
			return Ticket{}, fault.New(fault.Conflict, "supplier_ticket.ticket_over", "Заявка № %d уже «%s».", t.Number, ticket.Label(t.Status))
		}
		was, err := ofTicket(ctx, tx, ticketID)
		if err != nil {
			return Ticket{}, err
		}
		if was != nil {
			return *was, fault.New(fault.Conflict, "supplier_ticket.exists", "Заявка РСО к № %d уже есть: %s.", t.Number, was.SupplierName)
		}
		id, err := s.open(ctx, tx, t, supplierID)
		if err != nil {
			return Ticket{}, err
		}
		return find(ctx, tx, "s.id = $1", id)
	})
}

// HandOver notes that the supplier was told; hour X counts from now.
func (s *Service) HandOver(ctx context.Context, id int64, h HandOver) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) { return s.HandOverTx(ctx, tx, id, h) })
}

// HandOverTx is HandOver in the caller's transaction.
func (s *Service) HandOverTx(ctx context.Context, tx *pg.Tx, id int64, h HandOver) (Ticket, error) {
	return s.change(ctx, tx, id, func(t Ticket, usual time.Duration) (Ticket, string, error) {
		t, err := t.handedOver(h, usual, tx.Now)
		words := "РСО: передана, " + t.SupplierName
		if t.HandedTo != "" {
			words += ", принял " + t.HandedTo
		}
		if t.TheirNumber != "" {
			words += ", номер у РСО " + t.TheirNumber
		}
		return t, words, err
	})
}

// Tell notes what was heard of it: a state, the supplier's number, the next hour X.
func (s *Service) Tell(ctx context.Context, id int64, n News) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) { return s.TellTx(ctx, tx, id, n) })
}

// TellTx is Tell in the caller's transaction.
func (s *Service) TellTx(ctx context.Context, tx *pg.Tx, id int64, n News) (Ticket, error) {
	return s.change(ctx, tx, id, func(was Ticket, usual time.Duration) (Ticket, string, error) {
		t, err := was.told(n, usual, tx.Now)
		words := "РСО: " + Label(t.Status)
		if t.TheirNumber != was.TheirNumber {
			words += ", номер у РСО " + t.TheirNumber
		}
		if n.Text != "" {
			words += " – " + t.News
		}
		return t, words, err
	})
}

func (s *Service) change(ctx context.Context, tx *pg.Tx, id int64, apply func(t Ticket, usual time.Duration) (Ticket, string, error)) (Ticket, error) {
	was, err := lock(ctx, tx, id)
	if err != nil {
		return was, err
	}
	if !MayChange(tx.Actor) {
		return was, fault.New(fault.Forbidden, "supplier_ticket.forbidden", "Менять заявки РСО вам нельзя.")
	}
	c, err := s.companies.ByID(ctx, tx, was.CompanyID)
	if err != nil {
		return was, err
	}
	t, words, err := apply(was, c.Settings.Minutes(c.Settings.SupplierMin))
	if err != nil {
		return was, err
	}
	if err := save(ctx, tx, t); err != nil {
		return was, err
	}
	ordinary, err := s.tickets.ByID(ctx, tx, t.TicketID)
	if err != nil {
		return was, err
	}
	if err := s.tickets.Log(ctx, tx, ordinary, ticket.Event{Kind: "supplier", Text: words}); err != nil {
		return was, err
	}
	return t, s.jobs.Publish(ctx, tx, Changed{
		ID: t.ID, TicketID: t.TicketID, CompanyID: t.CompanyID, SupplierID: t.SupplierID, Version: t.Version, From: was.Status, To: t.Status, FollowupAt: t.FollowupAt,
	})
}

func save(ctx context.Context, tx *pg.Tx, t Ticket) error {
	_, err := tx.Exec(ctx, `update supplier_tickets set status = $2, their_number = $3, handed_to = $4, news = $5, handed_over_at = $6, followup_at = $7, accepted_at = $8,
		done_at = $9, closed_at = $10, version = $11, updated_at = $12 where id = $1`,
		t.ID, t.Status, t.TheirNumber, t.HandedTo, t.News, t.HandedOverAt, t.FollowupAt, t.AcceptedAt, t.DoneAt, t.ClosedAt, t.Version, tx.Now)
	if err != nil {
		return err
	}
	f := t.Facts()
	return live.Tell(ctx, tx, live.Change{Topic: "supplier_ticket", ID: t.ID, CompanyID: t.CompanyID, Facts: &f})
}

func subject(ticketID int64) string { return fmt.Sprintf("ticket:%d", ticketID) }

// Audit looks for tickets whose rules named a supplier and that have no second half, of
// the last days, and raises an alarm for each (F49). It says how many there are.
func (s *Service) Audit(ctx context.Context) (n int, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select t.id, t.company_id, t.number, t.address from tickets t
			where t.supplier_id is not null and t.created_at > $1 and t.status not in ('closed', 'cancelled')
			and not exists (select from supplier_tickets s where s.ticket_id = t.id) order by t.created_at limit 100`, tx.Now.Add(-audited))
		if err != nil {
			return err
		}
		type half struct {
			ID, CompanyID, Number int64
			Address               string
		}
		halves, err := pgx.CollectRows(rows, pgx.RowToStructByPos[half])
		if err != nil {
			return err
		}
		for _, h := range halves {
			words := fmt.Sprintf("Заявка № %d, %s: нет заявки РСО, поставщику её никто не передаст", h.Number, h.Address)
			if err := alarm.Raise(ctx, tx, alarm.Alarm{Code: alarm.PairMissing, Subject: subject(h.ID), CompanyID: h.CompanyID, Text: words}); err != nil {
				return err
			}
		}
		n = len(halves)
		return nil
	})
	return n, err
}

// audited is how far the auditor looks back.
const audited = 7 * 24 * time.Hour
