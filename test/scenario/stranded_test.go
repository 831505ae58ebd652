package scenario

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/seed"
)

// TestAStepHinderedByTheDatabaseIsNotParked is F46 and R2: steps meet a database that goes away
// under them, oftener than a step may fail. They have not failed: nothing is parked, and each
// goes on a second after the database is well.
func TestAStepHinderedByTheDatabaseIsNotParked(t *testing.T) {
	t.Parallel()
	s := workers(t)
	for _, q := range []string{
		`create sequence hindered`,
		`grant all on sequence hindered to public`,
		`create function hinder() returns trigger language plpgsql as $$ begin perform nextval('hindered'); raise exception 'the database system is shutting down' using errcode = '57P03'; end $$`,
		`create trigger hinder before insert on call_orders for each row execute function hinder()`,
	} {
		s.owner(q)
	}
	k := s.emergency()
	require.Eventually(t, func() bool {
		require.NoError(t, pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) error { _, err := jobs.Due(s.sys, tx); return err }))
		return s.count(`select last_value from hindered`) > 5
	}, 20*time.Second, 50*time.Millisecond, "it is tried again each second")
	s.owner(`drop trigger hinder on call_orders`)
	require.Eventually(t, func() bool {
		return s.count(`select count(*) from call_orders where company_id = (select company_id from tickets where id = $1)`, k.ID) > 0
	}, 5*time.Second, 50*time.Millisecond, "it goes on at once")
	require.Zero(t, s.count(`select count(*) from alarms where code = 'step-parked'`))
}

// TestAStepInNobodysHandIsGivenOutAgain is R2: a worker died with steps in hand, or could not
// write down their end.
func TestAStepInNobodysHandIsGivenOutAgain(t *testing.T) {
	t.Parallel()
	s := workers(t)
	require.NoError(t, s.app.River.StopAndCancel(s.sys))
	s.emergency()
	s.emergency()
	lost, held := s.count(`select min(id) from river_job where kind = 'escalation.step'`), s.count(`select max(id) from river_job where kind = 'escalation.step'`)
	require.NotEqual(t, lost, held)
	s.do(`update river_job set state = 'running', attempt = 1, attempted_by = '{gone}', attempted_at = now() - interval '1 s' - $1::bigint * interval '1 us' where id = $2`, jobs.StepLasts.Microseconds(), lost)
	s.do(`update river_job set state = 'running', attempt = 1, attempted_by = '{there}', attempted_at = now() where id = $1`, held)
	require.NoError(t, pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) error { _, err := jobs.Stranded(s.sys, tx); return err }))
	require.Equal(t, 1, s.count(`select count(*) from river_job where id = $1 and state = 'available'`, lost))
	require.Equal(t, 1, s.count(`select count(*) from river_job where id = $1 and state = 'running'`, held))
}

// workers are the program's workers, at work in real time.
func workers(t *testing.T) *story {
	t.Helper()
	s := &story{t: t, pool: pgtest.Pool(t), op: operator()}
	s.sys = access.AsSystem(context.Background(), "test")
	var err error
	s.app, err = app.New(app.Config{Pool: s.pool, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Work: true, Node: "work"})
	require.NoError(t, err)
	_, err = seed.Demo(context.Background(), s.app.DB, seed.Trunks{HostX: "127.0.0.2", PortX: 5060, HostY: "127.0.0.3", PortY: 5060})
	require.NoError(t, err)
	s.do(`update members set is_on_duty = true`)
	require.NoError(t, s.app.River.Start(s.sys))
	t.Cleanup(func() {
		end, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = s.app.River.StopAndCancel(end)
	})
	return s
}

// owner changes the test's database as its owner may.
func (s *story) owner(q string) {
	s.t.Helper()
	c, err := pgx.Connect(s.sys, pgtest.URL(s.pool.Config().ConnConfig.Database))
	require.NoError(s.t, err)
	defer c.Close(s.sys)
	_, err = c.Exec(s.sys, q)
	require.NoError(s.t, err)
}
