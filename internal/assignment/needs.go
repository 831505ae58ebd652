package assignment

import (
	"context"

	"d24/internal/platform/pg"
)

// Named is something with a name.
type Named struct {
	ID   int64
	Name string
}

// Group is a group of houses.
type Group struct {
	Named
	Houses []int64
}

// Groups are the groups of a company's houses; the directory of houses supplies them.
type Groups interface {
	Groups(ctx context.Context, tx *pg.Tx, companyID int64) ([]Group, error)
}

// Suppliers are the resource suppliers of a company; their directory supplies them.
type Suppliers interface {
	// Suppliers of a company by name.
	Suppliers(ctx context.Context, tx *pg.Tx, companyID int64) ([]Named, error)
	// SupplierFor is who supplies a house with what a reason is about; zero when nobody
	// is set.
	SupplierFor(ctx context.Context, tx *pg.Tx, companyID, buildingID int64, kind string) (Named, error)
}
