package pg_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock/clocktest"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
)

// TestFenceHoldsWhenTheQueryForgets proves the last line: even SQL without any
// condition cannot show anybody a company that is not his.
func TestFenceHoldsWhenTheQueryForgets(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := pgtest.New(t, clocktest.New(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)))
	require.NoError(t, pg.Do(access.AsSystem(ctx, "test"), db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into cities (name, zone) values ('Город', 'Asia/Yekaterinburg');
			insert into companies (name, city_id, zone, created_at) select 'УК ' || n, 1, 'Asia/Yekaterinburg', '2026-01-01' from generate_series(1, 3) n;
			insert into buildings (company_id, city_id, street, house, zone, search, created_at) select c, 1, 'Мира', h::text, 'Asia/Yekaterinburg', '', '2026-01-01'
			  from (values (1, 1), (1, 2), (2, 1), (3, 1)) v (c, h)`)
		return err
	}))
	count := func(a access.Actor) (n int) {
		require.NoError(t, pg.Do(access.With(ctx, a), db, func(tx *pg.Tx) error {
			return tx.QueryRow(ctx, "select count(*) from buildings").Scan(&n)
		}))
		return n
	}
	require.Equal(t, 2, count(access.Actor{Kind: access.Company, UserID: 5, CompanyID: 1}))
	require.Equal(t, 3, count(access.Actor{Kind: access.Operator, UserID: 6, Companies: []int64{1, 2}}), "an operator sees his team's companies only")
	require.Equal(t, 4, count(access.Actor{Kind: access.System, System: "test"}))
	require.Equal(t, 0, count(access.Actor{}), "nobody")

	err := pg.Do(access.With(ctx, access.Actor{Kind: access.Company, CompanyID: 1}), db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update buildings set company_id = 2 where house = '1'`)
		return err
	})
	require.ErrorContains(t, err, "row-level security", "nor can a row be moved over the fence")
}

// TestAsGivesTheFenceBack checks that a visit to the other side ends.
func TestAsGivesTheFenceBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := pgtest.New(t, clocktest.New(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)))
	role := func(tx *pg.Tx) (r string) {
		require.NoError(t, tx.QueryRow(ctx, "select current_user").Scan(&r))
		return r
	}
	require.NoError(t, pg.Do(access.With(ctx, access.Actor{Kind: access.Company, CompanyID: 1}), db, func(tx *pg.Tx) error {
		require.Equal(t, "d24_journal", role(tx))
		require.NoError(t, tx.As(ctx, access.Actor{Kind: access.System, System: "test"}, func(tx *pg.Tx) error {
			require.Equal(t, "d24_system", role(tx))
			return nil
		}))
		require.Equal(t, "d24_journal", role(tx))
		return nil
	}))
}
