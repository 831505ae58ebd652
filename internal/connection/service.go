package connection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/audit"
	"d24/internal/calllog"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/staff"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// waitsFor is how long an order may wait for the resident's phone or a line: later the
// employee does not expect a call any more.
const waitsFor = time.Minute

// said is what the employee hears when he answers.
const said = "Соединяем с жителем по заявке номер %d."

// Orders places the calls; telephony.Desk supplies it.
type Orders interface {
	telephony.Orders
	// Placed is what became of an order; the zero Placed for one that is not known.
	Placed(ctx context.Context, tx *pg.Tx, key string) (telephony.Placed, error)
}

// Service connects.
type Service struct {
	DB        *pg.DB
	Tickets   *ticket.Service
	Staff     *staff.Service
	Companies *company.Service
	Calls     *calllog.Service
	Orders    Orders
}

// Wish is what an employee asks for.
type Wish struct {
	Key       string // the device's name of it
	Phone     string // of his own, as his card has it
	QuietSeen bool   // he knows that the resident is not to be disturbed at this hour
}

func orderKey(id int64) string { return fmt.Sprintf("connection-%d", id) }

// View is how an actor may be connected with the resident of a request, and how far it is;
// fault.NotFound for a request he may not see.
func (s *Service) View(ctx context.Context, ticketID int64) (View, error) {
	return pg.InTx(ctx, s.DB, func(tx *pg.Tx) (View, error) {
		t, err := s.Tickets.ByID(ctx, tx, ticketID)
		if err != nil {
			return View{}, err
		}
		return s.view(ctx, tx, t)
	})
}

func (s *Service) view(ctx context.Context, tx *pg.Tx, t ticket.Ticket) (v View, err error) {
	v.Resident = t.CallerPhone
	if v.Phones, err = s.phones(ctx, tx); err != nil {
		return v, err
	}
	switch {
	case t.Status == ticket.Closed || t.Status == ticket.Cancelled:
		v.Why = TicketOver
	case !dialable(t.CallerPhone):
		v.Why = NoResident
	case tx.Actor.MemberID == 0:
		v.Why = NoCard
	case len(v.Phones) == 0:
		v.Why = NoPhone
	}
	c, err := s.Companies.ByID(ctx, tx, t.CompanyID)
	if err != nil {
		return v, err
	}
	if awake := c.Settings.Quiet(t.Zone).Awake(tx.Now); awake.After(tx.Now) {
		v.Quiet = &awake
	}
	v.Last, err = s.last(ctx, tx, "ticket_id = $2", t.ID)
	return v, err
}

// phones are the actor's own by his staff card, those of this hour first.
func (s *Service) phones(ctx context.Context, tx *pg.Tx) (out []Phone, err error) {
	if tx.Actor.MemberID == 0 {
		return nil, nil
	}
	m, err := s.Staff.Now(ctx, tx, tx.Actor.MemberID)
	if err != nil {
		return nil, err
	}
	for _, p := range m.AllPhones {
		if dialable(p.Phone) {
			out = append(out, Phone{Phone: p.Phone, Note: p.Note, Now: slices.Contains(m.Phones, p.Phone)})
		}
	}
	slices.SortStableFunc(out, func(a, b Phone) int {
		switch {
		case a.Now == b.Now:
			return 0
		case a.Now:
			return -1
		}
		return 1
	})
	return out, nil
}

const columns = `id, company_id, ticket_id, user_id, name, asked_at, withdrawn_at`

// last is the actor's last connection that a condition finds, with how far it is; nil: none.
func (s *Service) last(ctx context.Context, tx *pg.Tx, cond string, args ...any) (*Connection, error) {
	var c Connection
	err := tx.QueryRow(ctx, "select "+columns+" from connections where user_id = $1 and "+cond+" order by id desc limit 1", append([]any{tx.Actor.UserID}, args...)...).
		Scan(&c.ID, &c.CompanyID, &c.TicketID, &c.UserID, &c.Name, &c.AskedAt, &c.WithdrawnAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // none is no error
	}
	if err != nil {
		return nil, err
	}
	o, err := s.Orders.Placed(ctx, tx, orderKey(c.ID))
	if err != nil {
		return nil, err
	}
	e, err := s.Calls.EntryByKey(ctx, tx, telephony.CallKey(orderKey(c.ID)))
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	c.State, c.Result = c.course(o, e.AnsweredAt != nil, e.JoinedAt != nil, e.EndedAt != nil, telephony.Outcome(e.Outcome))
	return &c, nil
}

// Connect rings the employee's phone, then the resident's. Asked again with the same key, or
// while his call by the same request goes on, it is that call. fault.Conflict
// "connection.quiet": the resident is not to be disturbed; "connection.going": he is being
// connected by another request; "connection.cannot": why not.
func (s *Service) Connect(ctx context.Context, ticketID int64, w Wish) (View, error) {
	return pg.InTx(ctx, s.DB, func(tx *pg.Tx) (v View, err error) {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('connections of a user'), $1::int)`, tx.Actor.UserID); err != nil {
			return v, err
		}
		t, err := s.Tickets.ByID(ctx, tx, ticketID)
		if err != nil {
			return v, err
		}
		if v, err = s.view(ctx, tx, t); err != nil {
			return v, err
		}
		done, err := s.already(ctx, tx, t, w)
		if err != nil || done {
			return v, err
		}
		if err := v.allows(t, w); err != nil {
			return v, err
		}
		if err := s.place(ctx, tx, t, w); err != nil {
			return v, err
		}
		v.Last, err = s.last(ctx, tx, "ticket_id = $2", t.ID)
		return v, err
	})
}

// already reports whether the wish is one that was heard: the same key, or a call that goes on.
func (s *Service) already(ctx context.Context, tx *pg.Tx, t ticket.Ticket, w Wish) (bool, error) {
	same, err := s.last(ctx, tx, "ticket_id = $2 and key = $3", t.ID, w.Key)
	if err != nil || same != nil {
		return same != nil, err
	}
	going, err := s.last(ctx, tx, "true")
	switch {
	case err != nil || going == nil || going.State == Over:
		return false, err
	case going.TicketID == t.ID:
		return true, nil
	}
	other, err := s.Tickets.ByID(ctx, tx, going.TicketID)
	if err != nil {
		return false, err
	}
	return false, fault.New(fault.Conflict, "connection.going", "Вас уже соединяют с жителем по заявке № %d.", other.Number)
}

var refusals = map[Why]string{
	NoCard: "Ваш вход не связан с карточкой сотрудника, поэтому неизвестно, на какой телефон вам звонить. Это исправляет администратор.", NoPhone: "В вашей карточке сотрудника нет телефона.",
	NoResident: "У заявки нет телефона жителя.", TicketOver: "Заявка закрыта: звонить по ней не нужно.",
}

func (v View) allows(t ticket.Ticket, w Wish) error {
	if v.Why != "" {
		return fault.New(fault.Conflict, "connection.cannot", "%s", refusals[v.Why])
	}
	if !slices.ContainsFunc(v.Phones, func(p Phone) bool { return p.Phone == w.Phone }) {
		return fault.New(fault.Invalid, "connection.phone", "Выберите телефон из вашей карточки сотрудника.").At("body.phone", "не ваш телефон")
	}
	if w.Phone == t.CallerPhone {
		return fault.New(fault.Invalid, "connection.phone", "Это номер жителя по заявке: выберите другой свой телефон.").At("body.phone", "номер жителя")
	}
	if v.Quiet != nil && !w.QuietSeen {
		return fault.New(fault.Conflict, "connection.quiet", "Сейчас жителя не беспокоят: тихие часы до %s.", v.Quiet.In(company.Location(t.Zone)).Format("15:04"))
	}
	return nil
}

func (s *Service) place(ctx context.Context, tx *pg.Tx, t ticket.Ticket, w Wish) error {
	c, err := s.Companies.ByID(ctx, tx, t.CompanyID)
	if err != nil {
		return err
	}
	line, err := s.Companies.LineOf(ctx, tx, t.CompanyID)
	if err != nil {
		return err
	}
	var id int64
	err = tx.QueryRow(ctx, `insert into connections (company_id, ticket_id, user_id, name, key, asked_at) values ($1, $2, $3, $4, $5, $6) returning id`,
		t.CompanyID, t.ID, tx.Actor.UserID, tx.Actor.Name, w.Key, tx.Now).Scan(&id)
	if err != nil {
		return err
	}
	err = s.Orders.Place(ctx, tx, telephony.Order{
		Key: orderKey(id), CompanyID: t.CompanyID, LineID: line, First: w.Phone, Phone: t.CallerPhone, Purpose: telephony.Connection, Ref: fmt.Sprintf("ticket:%d", t.ID),
		Title: fmt.Sprintf("Соединение с жителем по заявке № %d", t.Number), TicketID: t.ID, Mode: telephony.Bridge, Priority: telephony.PriorityTask,
		RingFor: time.Duration(c.Settings.RingSec) * time.Second, Words: telephony.Speech{Text: fmt.Sprintf(said, t.Number), Spare: telephony.SpareWait}, Until: tx.Now.Add(waitsFor),
	})
	if err != nil {
		return err
	}
	if err := s.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "contact", Text: "Звонок жителю через диспетчерскую"}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, t.CompanyID, "ticket.call", fmt.Sprintf("ticket:%d", t.ID), map[string]string{"from": phone.Mask(w.Phone)})
}

// Withdraw stops the ringing of the actor's call by a request; a talk is not cut off.
// fault.Conflict "connection.over" when nothing rings.
func (s *Service) Withdraw(ctx context.Context, ticketID int64) (View, error) {
	return pg.InTx(ctx, s.DB, func(tx *pg.Tx) (v View, err error) {
		t, err := s.Tickets.ByID(ctx, tx, ticketID)
		if err != nil {
			return v, err
		}
		c, err := s.last(ctx, tx, "ticket_id = $2", t.ID)
		if err != nil {
			return v, err
		}
		if c == nil || c.State != CallingYou && c.State != CallingResident {
			return v, fault.New(fault.Conflict, "connection.over", "Отменять нечего: звонок уже окончен или вы говорите.")
		}
		if _, err := tx.Exec(ctx, `update connections set withdrawn_at = coalesce(withdrawn_at, $2) where id = $1`, c.ID, tx.Now); err != nil {
			return v, err
		}
		if err := s.Orders.Cancel(ctx, tx, orderKey(c.ID), telephony.Farewell{}); err != nil {
			return v, err
		}
		if err := audit.Write(ctx, tx, t.CompanyID, "ticket.call_withdraw", fmt.Sprintf("ticket:%d", t.ID), struct{}{}); err != nil {
			return v, err
		}
		return s.view(ctx, tx, t)
	})
}

// Who is by whom the calls of a request were asked for, by their keys in the journal.
func (s *Service) Who(ctx context.Context, ticketID int64) (map[string]string, error) {
	out := map[string]string{}
	return out, pg.Do(ctx, s.DB, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select id, name from connections where ticket_id = $1`, ticketID)
		if err != nil {
			return err
		}
		var id int64
		var name string
		_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
			out[telephony.CallKey(orderKey(id))] = name
			return nil
		})
		return err
	})
}

// Names are who was connected by some calls, by the keys of the calls; a key of another call
// has none.
func (s *Service) Names(ctx context.Context, keys []string) (map[string]string, error) {
	out := map[string]string{}
	ids := make([]int64, 0, len(keys))
	for _, k := range keys {
		var id int64
		if _, err := fmt.Sscanf(k, telephony.CallKey("connection-%d"), &id); err == nil {
			ids = append(ids, id)
		}
	}
	return out, pg.Do(ctx, s.DB, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select id, name from connections where id = any($1)`, ids)
		if err != nil {
			return err
		}
		var id int64
		var name string
		_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
			out[telephony.CallKey(orderKey(id))] = name
			return nil
		})
		return err
	})
}
