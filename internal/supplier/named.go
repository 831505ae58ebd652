package supplier

import (
	"context"

	"d24/internal/platform/pg"
)

// In are a company's suppliers in use, in the caller's transaction.
func (s *Service) In(ctx context.Context, tx *pg.Tx, companyID int64) ([]Own, error) {
	return own(ctx, tx, "o.company_id = $1 and not o.is_archived", companyID)
}
