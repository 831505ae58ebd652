package company

import (
	"context"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// LinesOf are the numbers of a company and the line with the given id, which
// comes first; either may be 0.
func (s *Service) LinesOf(ctx context.Context, tx *pg.Tx, companyID, lineID int64) ([]Line, error) {
	rows, err := tx.Query(ctx, `select l.id, coalesce(l.company_id, 0), l.city_id, t.name, t.zone, l.kind, l.phone, l.trunk_id, l.greeting, l.greeting_file
		from lines l join cities t on t.id = l.city_id where l.is_active and (l.company_id = $1 or l.id = $2) order by l.id <> $2, l.id`, companyID, lineID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Line])
}
