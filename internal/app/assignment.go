package app

import (
	"context"

	"d24/internal/assignment"
	"d24/internal/platform/pg"
	"d24/internal/supplier"
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

// escalating counts a company's escalations that go on now.
func (a *App) escalating(ctx context.Context, companyID int64) (int, error) {
	return a.Escalation.Count(ctx, companyID)
}
