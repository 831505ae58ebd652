package account

import (
	"context"

	"d24/internal/platform/pg"
)

// Entering counts who may come into a company: administrators, and all of them.
func (s *Service) Entering(ctx context.Context, tx *pg.Tx, companyID int64) (admins, all int, err error) {
	err = tx.QueryRow(ctx, `select count(*) filter (where m.role = 'admin'), count(*) from company_users m join users u on u.id = m.user_id where m.company_id = $1 and u.is_active`, companyID).Scan(&admins, &all)
	return admins, all, err
}
