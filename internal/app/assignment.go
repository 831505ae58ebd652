package app

import (
	"context"
	"time"

	"d24/internal/access"
	"d24/internal/assignment"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/supplier"
	"d24/internal/ticket"
	"d24/internal/ticket/ticketapi"
)

// suppliersOf shows the suppliers to the rules of routing.
type suppliersOf struct{ s *supplier.Service }

// Suppliers of a company by name.
func (x suppliersOf) Suppliers(ctx context.Context, tx *pg.Tx, companyID int64) (out []assignment.Named, err error) {
	all, err := x.s.In(ctx, tx, companyID)
	for _, o := range all {
		out = append(out, assignment.Named{ID: o.ID, Name: o.Named()})
	}
	return out, err
}

// SupplierFor is who supplies a house.
func (x suppliersOf) SupplierFor(ctx context.Context, tx *pg.Tx, companyID, buildingID int64, kind string) (assignment.Named, error) {
	o, err := x.s.For(ctx, tx, companyID, buildingID, kind)
	if err != nil || o == nil {
		return assignment.Named{}, err
	}
	return assignment.Named{ID: o.ID, Name: o.Named()}, nil
}

// supplierOf is the supplier that a request concerns, as the directory has it now; nil
// when none is, or when the actor may not read suppliers.
func (a *App) supplierOf(ctx context.Context, companyID, buildingID, reasonID int64, zone string, at time.Time) (*ticketapi.TicketSupplier, error) {
	if !access.From(ctx).Can(access.SupplierRead) {
		return nil, nil //nolint:nilnil // no supplier is an answer
	}
	return pg.InTx(ctx, a.DB, func(tx *pg.Tx) (*ticketapi.TicketSupplier, error) {
		n, err := a.Rules.SupplierFor(ctx, tx, assignment.Question{CompanyID: companyID, BuildingID: buildingID, ReasonID: reasonID, Zone: zone, At: at})
		if fault.KindOf(err) == fault.NotFound || err == nil && n.ID == 0 {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		o, err := a.Suppliers.ByID(ctx, tx, n.ID)
		if err != nil {
			return nil, err
		}
		out := &ticketapi.TicketSupplier{ID: o.ID, Name: o.Named(), Kind: o.OfKind(), Contract: o.Contract, Hours: o.Hours, Phones: []ticketapi.SupplierNumber{}}
		if out.Hours == "" && o.Shared != nil {
			out.Hours = o.Shared.Hours
		}
		for _, p := range o.AllPhones() {
			out.Phones = append(out.Phones, ticketapi.SupplierNumber(p))
		}
		return out, nil
	})
}

// pairOf is the supplier's half of a ticket the actor may see; nil: it has none.
func (a *App) pairOf(ctx context.Context, t ticket.Ticket) (*ticketapi.TicketPair, error) {
	p, err := a.Pairs.OfTicket(ctx, t.ID)
	if err != nil || p == nil {
		return nil, err
	}
	return &ticketapi.TicketPair{ID: p.ID, SupplierName: p.SupplierName, Status: string(p.Status), TheirNumber: p.TheirNumber, FollowupAt: p.FollowupAt, IsOpen: p.Status.Open()}, nil
}

// escalating counts a company's escalations that go on now.
func (a *App) escalating(ctx context.Context, companyID int64) (int, error) {
	return a.Escalation.Count(ctx, companyID)
}
