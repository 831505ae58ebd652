package assignment

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// Count is how many gaps a company's coverage had when it was last looked at: at the last
// change of what it is made of, an hour ago at most. A zero time: it was not looked at yet.
type Count struct {
	Gaps     int
	LookedAt time.Time
}

// Count of a company. fault.NotFound for one the actor has nothing to do with.
func (s *Service) Count(ctx context.Context, companyID int64) (c Count, err error) {
	if !access.From(ctx).Serves(companyID) {
		return c, fault.Missing("company")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		err := tx.QueryRow(ctx, `select gaps, looked_at from coverage_counts where company_id = $1`, companyID).Scan(&c.Gaps, &c.LookedAt)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	return c, err
}

// keepCount keeps what a look has counted and tells the screens when it is another number.
func keepCount(ctx context.Context, tx *pg.Tx, companyID int64, gaps int) error {
	was := -1
	err := tx.QueryRow(ctx, `select gaps from coverage_counts where company_id = $1`, companyID).Scan(&was)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	_, err = tx.Exec(ctx, `insert into coverage_counts (company_id, gaps, looked_at) values ($1, $2, $3)
		on conflict (company_id) do update set gaps = excluded.gaps, looked_at = excluded.looked_at`, companyID, gaps, tx.Now)
	if err != nil || was == gaps {
		return err
	}
	return live.Tell(ctx, tx, live.Change{Topic: "coverage", ID: companyID, CompanyID: companyID})
}
