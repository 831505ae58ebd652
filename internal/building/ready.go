package building

import (
	"context"

	"d24/internal/platform/pg"
)

// Filled is how well a company's houses are described.
type Filled struct {
	Houses      int
	WithoutUnit int // houses without a single flat
	NoPassport  int // houses without a passport office
}

// Filled counts a company's houses and what is missing of them.
func (s *Service) Filled(ctx context.Context, tx *pg.Tx, companyID int64) (f Filled, err error) {
	err = tx.QueryRow(ctx, `select count(*), count(*) filter (where not exists (select from units u where u.building_id = b.id)), count(*) filter (where b.passport_office = '{}')
		from buildings b where b.company_id = $1 and not b.is_archived and coalesce(b.served_until > $2, true)`, companyID, tx.Now).Scan(&f.Houses, &f.WithoutUnit, &f.NoPassport)
	return f, err
}
