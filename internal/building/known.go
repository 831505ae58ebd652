package building

import (
	"context"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// OfCompany are those of ids that are houses of the company, archived ones too: a
// right on a house outlives its contract's end, as its requests do.
func (s *Service) OfCompany(ctx context.Context, tx *pg.Tx, companyID int64, ids []int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `select id from buildings where company_id = $1 and id = any($2)`, companyID, ids)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// Addresses are the houses of the company by street, for pickers.
func (s *Service) Addresses(ctx context.Context, tx *pg.Tx, companyID int64) (ids []int64, addresses []string, err error) {
	rows, err := tx.Query(ctx, `select id, street, house from buildings where company_id = $1 and not is_archived and coalesce(served_until > $2, true) order by street, house, id`, companyID, tx.Now)
	if err != nil {
		return nil, nil, err
	}
	var b Building
	_, err = pgx.ForEachRow(rows, []any{&b.ID, &b.Street, &b.House}, func() error {
		ids, addresses = append(ids, b.ID), append(addresses, Address(b, ""))
		return nil
	})
	return ids, addresses, err
}
