package contact

import (
	"context"

	"d24/internal/platform/pg"
)

// Count is how many contacts a company has.
func (s *Service) Count(ctx context.Context, tx *pg.Tx, companyID int64) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from contacts where company_id = $1`, companyID).Scan(&n)
	return n, err
}
