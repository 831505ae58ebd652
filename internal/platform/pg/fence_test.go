package pg_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
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

// TestPlansAreKeptForEachRole: a statement that several roles run by turns is planned for each of
// them a few times, not at each turn.
func TestPlansAreKeptForEachRole(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cfg, err := pgxpool.ParseConfig(pgtest.URL(pgtest.Database(t)))
	require.NoError(t, err)
	planned := 0
	cfg.MaxConns = 1
	cfg.ConnConfig.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if strings.Contains(n.Message, "PLANNER STATISTICS") {
			planned++
		}
	}
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "set log_planner_stats = on; set client_min_messages = log; set session authorization d24_test_app")
		return err
	}
	one, err := pgxpool.NewWithConfig(ctx, cfg)
	require.NoError(t, err)
	t.Cleanup(one.Close)
	db := &pg.DB{Pool: one, Clock: clocktest.New(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))}
	const turns = 20
	roles := []access.Actor{{Kind: access.Company, CompanyID: 1}, {Kind: access.Operator, Companies: []int64{1, 2}}, {Kind: access.System, System: "test"}}
	for i := range turns * len(roles) {
		require.NoError(t, pg.Do(access.With(ctx, roles[i%len(roles)]), db, func(tx *pg.Tx) error {
			var n int
			own, theirs := &pgx.Batch{}, &pgx.Batch{}
			own.Queue("select count(*) from members where id = $1", i)
			theirs.Queue("select count(*) from members where id = $1", i)
			return errors.Join(tx.QueryRow(ctx, "select count(*) from members where id = $1", i).Scan(&n), tx.Together(ctx, own, roles[(i+1)%len(roles)], theirs))
		}))
	}
	require.Greater(t, planned, 5*len(roles))
	require.LessOrEqual(t, planned, 9*len(roles), "each role's own statement: five times for its values, once for any; the fence besides")
}

// TestReadingIsOneTransaction: all that is read below is of one transaction, under the fence
// of whoever reads; who writes there is refused; a refusal that its caller takes for an answer
// leaves the fence where it was.
func TestReadingIsOneTransaction(t *testing.T) {
	t.Parallel()
	ctx := access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: 1})
	db := pgtest.New(t, clocktest.New(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)))
	type at struct{ began, role string }
	look := func(ctx context.Context) (x at) {
		require.NoError(t, pg.Do(ctx, db, func(tx *pg.Tx) error {
			return tx.QueryRow(ctx, "select transaction_timestamp()::text, current_user").Scan(&x.began, &x.role)
		}))
		return x
	}
	require.NoError(t, pg.Reading(ctx, db, func(ctx context.Context) error {
		first := look(ctx)
		require.Equal(t, "d24_journal", first.role)
		other := look(access.AsSystem(ctx, "test"))
		require.Equal(t, at{first.began, "d24_system"}, other)
		no := errors.New("no")
		require.ErrorIs(t, pg.Do(access.AsSystem(ctx, "test"), db, func(*pg.Tx) error { return no }), no)
		require.Equal(t, first, look(ctx), "the fence is given back")
		return nil
	}))
	require.ErrorContains(t, pg.Reading(access.AsSystem(ctx, "test"), db, func(ctx context.Context) error {
		return pg.Do(ctx, db, func(tx *pg.Tx) error {
			_, err := tx.Exec(ctx, "insert into cities (name, zone) values ('Город', 'Asia/Yekaterinburg')")
			return err
		})
	}), "read-only transaction")
}

// TestWhatIsToldComesAfterTheCommit: everything of every transaction once, nothing of one
// that was rolled back; and what is to run after the commit has run when the transaction returns.
func TestWhatIsToldComesAfterTheCommit(t *testing.T) {
	t.Parallel()
	ctx := access.AsSystem(t.Context(), "test")
	db := pgtest.New(t, clocktest.New(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)))
	conn, err := db.Pool.Acquire(ctx)
	require.NoError(t, err)
	defer conn.Release()
	_, err = conn.Exec(ctx, "listen said")
	require.NoError(t, err)
	const many = 200
	var kept atomic.Int64
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			err := pg.Do(ctx, db, func(tx *pg.Tx) error {
				tx.Tell("said", strconv.Itoa(i))
				tx.AfterCommit(func() { kept.Add(1) })
				if i%2 == 1 {
					return errors.New("no")
				}
				return nil
			})
			if (err != nil) != (i%2 == 1) {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	heard := map[string]int{}
	for len(heard) < many/2 {
		n, err := conn.Conn().WaitForNotification(ctx)
		require.NoError(t, err)
		heard[n.Payload]++
	}
	wg.Wait()
	require.Equal(t, int64(many/2), kept.Load())
	for i := 0; i < many; i += 2 {
		require.Equal(t, 1, heard[strconv.Itoa(i)], i)
	}
}
