package contact

import (
	"context"
	"time"

	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Houses is what contacts need of the directory of houses.
type Houses interface {
	// Named are the addresses of houses by id.
	Named(ctx context.Context, tx *pg.Tx, ids []int64) (map[int64]string, error)
	// CompanyOf is the company that serves a house; fault.NotFound for a stranger's.
	CompanyOf(ctx context.Context, tx *pg.Tx, id int64) (int64, error)
	// Narrow leaves the rows of houses the actor may see; house is the column of the id.
	Narrow(ctx context.Context, tx *pg.Tx, w *where.Clause, house string) error
	// Served leaves the rows of houses that their companies serve at an instant (F15).
	Served(w *where.Clause, house string, at time.Time)
	// Find are the houses a typed address means, and the flat named in it.
	Find(ctx context.Context, q string, companyID int64) (ids []int64, unit string, err error)
	// Directory is for reading a table by addresses.
	Directory(ctx context.Context, tx *pg.Tx, companyID int64) (Directory, error)
}

// Directory finds houses by addresses in writing; it does not guess.
type Directory interface {
	// City is the id of a city, the company's own for ""; 0: unknown.
	City(name string) int64
	House(city int64, street, house string) []int64
	Address(text string) (ids []int64, unit string)
	// Unit is a flat's number as the house has it; known is false when the house has no such flat.
	Unit(id int64, number string) (unit string, known bool)
}
