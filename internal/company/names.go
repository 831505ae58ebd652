package company

import (
	"context"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// Named is a company by name.
type Named struct {
	ID   int64
	Name string
}

// Names are the active companies the actor may see, by name.
func (s *Service) Names(ctx context.Context, tx *pg.Tx) ([]Named, error) {
	rows, err := tx.Query(ctx, `select id, name from companies where is_active order by name, id limit 2000`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Named])
}

// Number is a number that is called, with its company's name.
type Number struct {
	LineID    int64
	CompanyID int64  // 0: a city's
	Company   string // "" a city's
	Phone     string
}

// Numbers are the active numbers the actor may see, cities' first.
func (s *Service) Numbers(ctx context.Context, tx *pg.Tx) ([]Number, error) {
	rows, err := tx.Query(ctx, `select l.id, coalesce(l.company_id, 0), coalesce(c.name, ''), l.phone from lines l left join companies c on c.id = l.company_id
		where l.is_active order by c.name nulls first, l.phone limit 5000`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Number])
}
