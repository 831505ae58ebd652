package alarm

import (
	"context"

	"d24/internal/platform/pg"
)

// Service reads alarms for screens.
type Service struct{ db *pg.DB }

// NewService returns the service.
func NewService(db *pg.DB) *Service { return &Service{db: db} }

// List is Raised in a transaction of its own: the alarms the actor may see.
func (s *Service) List(ctx context.Context) ([]Alarm, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Alarm, error) { return Raised(ctx, tx) })
}
