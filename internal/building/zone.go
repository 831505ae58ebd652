package building

import (
	"context"

	"d24/internal/platform/pg"
)

// ZoneOf is the IANA zone of a house.
func (s *Service) ZoneOf(ctx context.Context, tx *pg.Tx, id int64) (zone string, err error) {
	err = tx.QueryRow(ctx, `select zone from buildings where id = $1`, id).Scan(&zone)
	return zone, err
}
