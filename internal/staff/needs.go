package staff

import (
	"context"

	"d24/internal/platform/pg"
)

// Houses tells whose a house is; the directory of houses supplies it.
type Houses interface {
	// CompanyOf is the company that serves a house; fault.NotFound for a house the
	// transaction's actor may not see.
	CompanyOf(ctx context.Context, tx *pg.Tx, buildingID int64) (int64, error)
}
