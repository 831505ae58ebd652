package account

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// Languages are what these operators speak besides Russian; of a company's own it has said so (C8).
func (s *Service) Languages(ctx context.Context, tx *pg.Tx, users []int64) (map[int64][]string, error) {
	out := map[int64][]string{}
	rows, err := tx.Query(ctx, `select id, array_agg(distinct l) from (
			select id, unnest(languages) as l from users where id = any($1)
			union all select user_id, unnest(languages) from company_users where user_id = any($1) and role = 'dispatcher' and not is_blocked) x
		group by id`, users)
	if err != nil {
		return nil, err
	}
	var id int64
	var spoken []string
	_, err = pgx.ForEachRow(rows, []any{&id, &spoken}, func() error {
		out[id] = slices.Clone(spoken)
		return nil
	})
	return out, err
}

// ServesMine reports whether an operator serves any of the companies behind the actor's fence.
func (s *Service) ServesMine(ctx context.Context, tx *pg.Tx, userID int64) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from `+seats+` o where o.user_id = $1)`, userID).Scan(&yes)
	return yes, err
}
