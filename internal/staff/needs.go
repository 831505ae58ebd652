package staff

import (
	"context"

	"d24/internal/platform/pg"
)

// Houses tells whose a house is and which groups it is in; the directory of houses
// supplies it.
type Houses interface {
	// CompanyOf is the company that serves a house; fault.NotFound for a house the
	// transaction's actor may not see.
	CompanyOf(ctx context.Context, tx *pg.Tx, buildingID int64) (int64, error)
	// GroupsOf are those of ids that are groups of houses of the company.
	GroupsOf(ctx context.Context, tx *pg.Tx, companyID int64, ids []int64) ([]int64, error)
	// Grouped are the groups of each house that is in one, of a company; 0: of all
	// companies the transaction's actor may see.
	Grouped(ctx context.Context, tx *pg.Tx, companyID int64) (map[int64][]int64, error)
}
