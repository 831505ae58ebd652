package contact

import (
	"context"

	"d24/internal/platform/pg"
)

// CarryOver gives a company the numbers known at a house that came to it from another, by
// order alone (F15). Those who moved away stay behind, and so does a consent to messages: it was
// given to who served the house. The actor is the system: two companies are in it.
func (s *Service) CarryOver(ctx context.Context, tx *pg.Tx, from, toCompany, to int64) (int, error) {
	tag, err := tx.Exec(ctx, `insert into contacts (company_id, phone, building_id, unit, source, kind, first_seen_at, last_confirmed_at, doubts)
		select $2, phone, $3, unit, source, kind, first_seen_at, last_confirmed_at, doubts from contacts where building_id = $1 and moved_away_at is null
		on conflict (company_id, phone, building_id, unit) do nothing`, from, toCompany, to)
	return int(tag.RowsAffected()), err
}
