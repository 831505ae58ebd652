package ticket

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/building"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Place is where the trouble is, as it is corrected.
type Place struct {
	BuildingID int64
	Unit       string
	Entrance   int   // 0: as the directory has it
	Floor      int   // 0: as the directory has it
	ReasonID   int64 // of another company's catalogue; 0: its reason of the same code
}

// MayReplace reports whether the actor may say that an open ticket is of another address.
func (t Ticket) MayReplace(a access.Actor) bool { return t.MaySort(a) && a.Can(access.TicketCreate) }

// Replace moves an open ticket to the address it is really about (F14). At a house of the same
// company it stays the same ticket: the terms are those of the house from its registration on,
// and nobody had taken it yet: it goes to whom the rules give it now (F39). At a house of
// another one, which only people of the dispatch centre who serve both can say, it is over
// where it was and registered anew there; either company's history tells of it, and neither of
// the other company. version is the one the person saw. It returns the ticket that goes on.
func (s *Service) Replace(ctx context.Context, id int64, to Place, version int) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		was, err := s.lockToSort(ctx, tx, id, version)
		if err != nil {
			return was, err
		}
		to.Unit = strings.TrimSpace(to.Unit)
		if to.BuildingID == was.BuildingID && to.Unit == was.Unit {
			return was, fault.New(fault.Invalid, "ticket.same_place", "Это и есть её адрес.").At("body.building_id", "выберите другой адрес")
		}
		house, err := s.buildings.ByID(ctx, tx, to.BuildingID)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			return was, fault.New(fault.Invalid, "ticket.building", "Выберите дом из списка.").At("body.building_id", "дом не найден")
		case err != nil:
			return was, err
		case house.CompanyID == was.CompanyID:
			return s.readdress(ctx, tx, was, to)
		}
		return s.handOver(ctx, tx, was, to, house)
	})
}

// readdress gives a ticket another address of its company.
func (s *Service) readdress(ctx context.Context, tx *pg.Tx, was Ticket, to Place) (Ticket, error) {
	in := NewTicket{CompanyID: was.CompanyID, BuildingID: to.BuildingID, Unit: to.Unit, Entrance: to.Entrance, Floor: to.Floor, ReasonID: was.ReasonID, Answers: was.Answers}
	p, err := s.planAt(ctx, tx, in, was.CreatedAt)
	if err != nil {
		return was, err
	}
	if err := s.served(ctx, tx, in, p.Building); err != nil {
		return was, err
	}
	there, t := open(in, p, tx), was
	t.BuildingID, t.Unit, t.Entrance, t.Floor, t.Address, t.Zone = there.BuildingID, there.Unit, there.Entrance, there.Floor, there.Address, there.Zone
	if !tx.Actor.Scope().Allows(t.Facts()) {
		return was, fault.Missing("building")
	}
	t.AcceptBy, t.LocaliseBy, t.DueAt, t.Limits = there.AcceptBy, there.LocaliseBy, there.DueAt, there.Limits
	text := fmt.Sprintf("Адрес: %s вместо «%s»", t.Address, was.Address)
	if t.Status == New {
		t.ExecutorID, t.ExecutorName, t.ResponsibleID, t.ResponsibleName = there.ExecutorID, there.ExecutorName, there.ResponsibleID, there.ResponsibleName
		text += ", исполнитель: " + called(t.ExecutorName)
	}
	t.Version++
	if _, err := tx.Exec(ctx, `update tickets set building_id = $2, unit = $3, entrance = $4, floor = $5, address = $6, zone = $7 where id = $1`,
		t.ID, t.BuildingID, t.Unit, t.Entrance, t.Floor, t.Address, t.Zone); err != nil {
		return was, err
	}
	if err := resort(ctx, tx, t, p.Reason.Version); err != nil {
		return was, err
	}
	if err := s.moveContact(ctx, tx, was, t); err != nil {
		return was, err
	}
	return t, s.perform(ctx, tx, deed{ticket: t, events: []Event{{Kind: "edit", Text: text}}, fact: Resorted{TicketID: t.ID, CompanyID: t.CompanyID, From: was.Kind, To: t.Kind}})
}

// handOver registers a ticket anew with the company whose house it is about, and ends it here.
// What the resident said goes along, what the first company wrote does not; the call it came
// from follows it from a city's number.
func (s *Service) handOver(ctx context.Context, tx *pg.Tx, was Ticket, to Place, house building.Building) (Ticket, error) {
	if !tx.Actor.Serves(house.CompanyID) {
		return was, fault.New(fault.Invalid, "ticket.building", "Выберите дом из списка.").At("body.building_id", "дом другой компании")
	}
	if to.ReasonID == 0 {
		var err error
		to.ReasonID, err = s.reasons.SameIn(ctx, tx, was.ReasonID, house.CompanyID)
		if err != nil {
			return was, err
		}
		if to.ReasonID == 0 {
			return was, fault.New(fault.Invalid, "ticket.reason", "Выберите причину: у этой компании такой нет.").At("body.reason_id", "выберите причину")
		}
	}
	t, err := s.create(ctx, tx, NewTicket{
		CompanyID: house.CompanyID, BuildingID: to.BuildingID, Unit: to.Unit, Entrance: to.Entrance, Floor: to.Floor, ReasonID: to.ReasonID, Answers: was.Answers,
		Description: was.Description, CallerPhone: was.CallerPhone, AccessNote: was.AccessNote, Source: was.Source, IdempotencyKey: fmt.Sprintf("moved-%d", was.ID), isMoved: true,
	})
	if err != nil {
		return was, err
	}
	if s.calls != nil {
		if err := s.calls.Follow(ctx, tx, was.ID, t.ID, t.CompanyID); err != nil {
			return was, err
		}
	}
	if err := s.moveContact(ctx, tx, was, t); err != nil {
		return was, err
	}
	if err := s.Log(ctx, tx, t, Event{Kind: "edit", Text: "Обращение принято " + was.CreatedAt.In(company.Location(t.Zone)).Format("02.01 в 15:04") + " и сначала записано по другому адресу"}); err != nil {
		return was, err
	}
	if _, err := s.MoveTx(ctx, tx, was.ID, Move{To: Cancelled, Reason: "записана по ошибке: это дом другой компании"}); err != nil {
		return was, err
	}
	about := func(t Ticket) map[string]any { return map[string]any{"number": t.Number, "address": t.Address} }
	if err := audit.Change(ctx, tx, was.CompanyID, "ticket.place", fmt.Sprintf("ticket:%d", was.ID), about(was), nil); err != nil {
		return was, err
	}
	return t, audit.Change(ctx, tx, t.CompanyID, "ticket.place", fmt.Sprintf("ticket:%d", t.ID), nil, about(t))
}

// moveContact makes the caller's number one of the address he really called from.
func (s *Service) moveContact(ctx context.Context, tx *pg.Tx, was, t Ticket) error {
	b := &pgx.Batch{}
	s.contacts.Doubting(b, was.CompanyID, was.BuildingID, was.Unit, was.CallerPhone, was.CreatedAt)
	s.contacts.Confirming(b, tx.Now, t.CompanyID, t.BuildingID, t.Unit, t.CallerPhone, contactSource(t.Source))
	if b.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, b).Close()
}
