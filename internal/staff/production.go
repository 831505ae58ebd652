package staff

import (
	"context"

	"d24/internal/calendar"
	"d24/internal/platform/pg"
)

// Production is the production calendar with a company's own days over it.
func (s *Service) Production(ctx context.Context, tx *pg.Tx, companyID int64) (calendar.Production, error) {
	b := &Board{CompanyID: companyID}
	err := s.production(ctx, tx, companyID, map[int64]*Board{companyID: b})
	return b.Production, err
}
