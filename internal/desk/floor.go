package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"d24/internal/building"
	"d24/internal/calllog"
	"d24/internal/company"
	"d24/internal/contact"
	"d24/internal/fault"
	"d24/internal/notice"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/secretary"
	"d24/internal/staff"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// Floors tells what the living engines see; telephony.Desk supplies it.
type Floors interface {
	Floors(ctx context.Context, tx *pg.Tx) ([]telephony.Floor, error)
}

// Floor is the use cases of an operator's place: what he sees beside a call, what
// he says of it, his drafts, the strip.
type Floor struct {
	DB        *pg.DB
	Tasks     *Tasks
	Calls     *calllog.Service
	Tickets   *ticket.Service
	Contacts  *contact.Service
	Buildings *building.Service
	Companies *company.Service
	Staff     *staff.Service
	Reasons   *reason.Service
	Phones    Floors
	Pairs     Pairs
	Notices   *notice.Service
	// Serves reports whether an operator serves a company (0: any).
	Serves    func(ctx context.Context, tx *pg.Tx, userID, companyID int64) (bool, error)
	Serving   Serving
	Secretary *secretary.Service
	// NextStep is when the handing over of a ticket goes on by itself; nil: not known.
	NextStep func(ctx context.Context, tx *pg.Tx, ticketID int64) (*time.Time, error)
}

// Card is everything an operator sees beside a call.
type Card struct {
	Call    calllog.Entry
	Known   []Known
	Company *company.Company // nil: a city's number, the house not yet known
	Lines   []company.Line   // the line called first
	OnDuty  []staff.Member
	Recent  []calllog.Entry // of the same number
	Draft   *Draft
}

// Known is an address of the number with what goes on there. It is only a guess
// until the caller names it (F13).
type Known struct {
	contact.Known
	Building building.Building
	Flat     building.Unit
	Open     []ticket.Ticket
	Over     []ticket.Ticket
}

const recentCalls = 10

// Card is what stands beside a call; fault.NotFound when the actor may not see it,
// or its record has not come yet.
func (f *Floor) Card(ctx context.Context, key string) (Card, error) {
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (Card, error) { return f.card(ctx, tx, key) })
}

func (f *Floor) card(ctx context.Context, tx *pg.Tx, key string) (c Card, err error) {
	if c.Call, err = f.Calls.EntryByKey(ctx, tx, key); err != nil {
		return c, err
	}
	if c.Known, err = f.known(ctx, tx, c.Call.Phone, c.Call.StartedAt); err != nil {
		return c, err
	}
	if id := c.Call.CompanyID; id != 0 {
		who, err := f.Companies.ByID(ctx, tx, id)
		if err != nil {
			return c, err
		}
		c.Company = &who
		if c.OnDuty, err = f.Staff.AtWork(ctx, tx, id); err != nil {
			return c, err
		}
	}
	if c.Lines, err = f.Companies.LinesOf(ctx, tx, c.Call.CompanyID, c.Call.LineID); err != nil {
		return c, err
	}
	if c.Call.Phone != "" {
		recent, err := f.Calls.PageTx(ctx, tx, calllog.Search{Phone: c.Call.Phone, Limit: recentCalls + 1})
		if err != nil {
			return c, err
		}
		recent = slices.DeleteFunc(recent, func(e calllog.Entry) bool { return e.ID == c.Call.ID })
		c.Recent = recent[:min(recentCalls, len(recent))]
	}
	c.Draft, err = f.draft(ctx, tx, key)
	return c, err
}

func (f *Floor) known(ctx context.Context, tx *pg.Tx, phone string, at time.Time) ([]Known, error) {
	contacts, err := f.Contacts.ByPhone(ctx, tx, phone, at)
	if err != nil {
		return nil, err
	}
	out := make([]Known, 0, len(contacts))
	for _, c := range contacts {
		k := Known{Known: c}
		if k.Building, err = f.Buildings.ByID(ctx, tx, c.BuildingID); err != nil {
			return nil, err
		}
		if c.Unit != "" {
			if k.Flat, err = f.Buildings.UnitAt(ctx, tx, c.BuildingID, c.Unit); err != nil {
				return nil, err
			}
		}
		if k.Open, k.Over, err = f.Tickets.OfPlace(ctx, tx, c.BuildingID, c.Unit); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// Place keeps the address the caller named: his number becomes a contact, and a
// call to a city's number becomes the company's. It returns the card anew.
func (f *Floor) Place(ctx context.Context, key string, buildingID int64, unit string) (Card, error) {
	unit = strings.TrimSpace(unit)
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (c Card, err error) {
		call, err := f.Calls.EntryByKey(ctx, tx, key)
		if err != nil {
			return c, err
		}
		b, err := f.Buildings.ByID(ctx, tx, buildingID)
		if err != nil {
			return c, err
		}
		if err := f.Calls.Settle(ctx, tx, call, b.CompanyID); err != nil {
			return c, err
		}
		if call, err = f.Calls.EntryByKey(ctx, tx, key); err != nil {
			return c, err
		}
		if call.CompanyID == b.CompanyID { // to another company's own number the house is none of its business
			if err := f.Calls.Named(ctx, tx, call, b.ID, building.Address(b, unit), unit); err != nil {
				return c, err
			}
		}
		if _, err := tx.Exec(ctx, `update drafts set company_id = (select company_id from calls where key = $1) where call_key = $1`, key); err != nil {
			return c, err
		}
		if err := f.Contacts.Confirm(ctx, tx, b.CompanyID, b.ID, unit, call.Phone, "call"); err != nil {
			return c, err
		}
		return f.card(ctx, tx, key)
	})
}

// Dispose says how a call ended for people (C4): every call gets a result. The
// ticket of a call gets a line of its history; the draft is not needed any more.
func (f *Floor) Dispose(ctx context.Context, key string, d calllog.Disposition) (calllog.Entry, error) {
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (e calllog.Entry, err error) {
		was, err := f.Calls.EntryByKey(ctx, tx, key)
		if err != nil {
			return e, err
		}
		t, err := f.about(ctx, tx, was, &d)
		if err != nil {
			return e, err
		}
		if err := f.join(ctx, tx, was, &d); err != nil {
			return e, err
		}
		if err := f.same(ctx, tx, was, &d); err != nil {
			return e, err
		}
		if e, err = f.Calls.Result(ctx, tx, key, d); err != nil {
			return e, err
		}
		if d.Kind == "linked" && !d.IsSame && was.Disposition == "" {
			text := "Повторное обращение"
			if d.Note != "" {
				text += ": " + d.Note
			}
			if err := f.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "call", Text: text, CallID: e.ID}); err != nil {
				return e, err
			}
		}
		_, err = tx.Exec(ctx, `delete from drafts where call_key = $1`, key)
		return e, err
	})
}

// join ties the call to a notice; the number to tell the caller comes into the note,
// before what the operator wrote (a notice swallows no registration).
func (f *Floor) join(ctx context.Context, tx *pg.Tx, call calllog.Entry, d *calllog.Disposition) error {
	if d.Kind != "notice" {
		d.NoticeID = 0
		return nil
	}
	if d.NoticeID == 0 {
		return fault.New(fault.Invalid, "call.notice_required", "Выберите оповещение.").At("body.notice_id", "не указано")
	}
	if call.Disposition != "" && call.Disposition != "lost" && call.Disposition != "notice" {
		return fault.New(fault.Conflict, "call.disposed", "Итог этого звонка уже записан.")
	}
	n, reference, err := f.Notices.Join(ctx, tx, d.NoticeID, call.ID)
	if err != nil {
		return err
	}
	d.Note = noted(reference, d.Note)
	return f.Calls.Settle(ctx, tx, call, n.CompanyID)
}

// noted is the number to tell the caller, and what the operator wrote.
func noted(reference, note string) string {
	if note = strings.TrimSpace(note); note != "" {
		return reference + ": " + note
	}
	return reference
}

// same joins the caller to the request that is there already; his number comes into the
// note, as with a notice (F11).
func (f *Floor) same(ctx context.Context, tx *pg.Tx, call calllog.Entry, d *calllog.Disposition) error {
	if d.Kind != "linked" || !d.IsSame {
		return nil
	}
	if call.Disposition != "" && call.Disposition != "lost" && call.Disposition != "linked" {
		return fault.New(fault.Conflict, "call.disposed", "Итог этого звонка уже записан.")
	}
	reference, err := f.Tickets.JoinTx(ctx, tx, d.TicketID, ticket.NewJoin{CallID: call.ID, Phone: known(call.Phone), Unit: d.Unit})
	d.Note = noted(reference, d.Note)
	return err
}

// known is a number that can be called, "" of a hidden one.
func known(number string) string {
	if phone.IsE164(number) {
		return number
	}
	return ""
}

// about checks what a result speaks of: the ticket must be seen by the operator,
// a consultation's reason must be the company's.
func (f *Floor) about(ctx context.Context, tx *pg.Tx, call calllog.Entry, d *calllog.Disposition) (t ticket.Ticket, err error) {
	switch d.Kind {
	case "ticket", "linked":
		if d.TicketID == 0 {
			return t, fault.New(fault.Invalid, "call.ticket_required", "Выберите заявку.").At("body.ticket_id", "не указано")
		}
		if t, err = f.Tickets.ByID(ctx, tx, d.TicketID); err != nil {
			return t, err
		}
		if call.CompanyID != t.CompanyID {
			err = f.Calls.Settle(ctx, tx, call, t.CompanyID)
		}
		d.ReasonID = 0
		return t, err
	case "consultation":
		if d.ReasonID != 0 {
			if _, err := f.Reasons.ByID(ctx, tx, call.CompanyID, d.ReasonID); err != nil && fault.KindOf(err) != fault.NotFound {
				return t, err // a broken wire is no wrong reason (R9)
			} else if err != nil {
				return t, fault.New(fault.Invalid, "call.reason", "Выберите причину из справочника компании.").At("body.reason_id", "причина не найдена")
			}
		}
	default:
		d.ReasonID = 0
	}
	d.TicketID = 0
	return t, nil
}

// Address is how the place is written.
func (k Known) Address() string { return building.Address(k.Building, k.Unit) }
