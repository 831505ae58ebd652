package account

import (
	"context"

	"d24/internal/platform/pg"
)

// Directory is what grants speak of: the houses, kinds of work and people of a
// company, kept by the modules beside this one; app supplies it. Every method
// returns only what is the company's, so that an id of another opens nothing.
type Directory interface {
	// Houses are those of ids that are houses of the company.
	Houses(ctx context.Context, tx *pg.Tx, companyID int64, ids []int64) ([]int64, error)
	// Groups are those of ids that are house groups of the company.
	Groups(ctx context.Context, tx *pg.Tx, companyID int64, ids []int64) ([]int64, error)
	// HousesOf are the houses in the company's groups now.
	HousesOf(ctx context.Context, tx *pg.Tx, companyID int64, groupIDs []int64) ([]int64, error)
	// WorkTypes are those of ids that are kinds of work.
	WorkTypes(ctx context.Context, tx *pg.Tx, ids []int64) ([]int64, error)
	// Member tells the name of a person of the company's staff, "" when there is none.
	Member(ctx context.Context, tx *pg.Tx, companyID, memberID int64) (string, error)
	// Choices are what the pickers of the rights' screens offer.
	Choices(ctx context.Context, tx *pg.Tx, companyID int64) (Choices, error)
}

// Choices are the things rights may be given on, by name.
type Choices struct{ Houses, Groups, WorkTypes, Members []Choice }

// Choice is a thing with its name.
type Choice struct {
	ID   int64
	Name string
}
