package assignment

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/calendar"
	"d24/internal/platform/pg"
	"d24/internal/staff"
)

// TestKeptPeopleAreNeverOld (F37): after any change of anything that decides who is at work,
// committed or rolled back, the people kept in memory are those the database has.
func TestKeptPeopleAreNeverOld(t *testing.T) {
	c := demo(t)
	d := calendar.DateOf(noon)
	same := func(tx *pg.Tx, what string) {
		kept, err := c.staff.KeptBoard(c.sys, tx, 1, d, d+2)
		require.NoError(t, err)
		read, err := c.staff.Board(c.sys, tx, 1, d, d+2)
		require.NoError(t, err)
		require.Equal(t, read.Members(noon), kept.Members(noon), what)
		require.Equal(t, read.Production, kept.Production, what)
		for w := int64(1); w < 6; w++ {
			q := staff.Query{CompanyID: 1, BuildingID: w, WorkTypeID: w}
			require.Equal(t, read.Executors(q, noon), kept.Executors(q, noon), what)
		}
		now, err := c.staff.Changes(c.sys, tx, 1)
		require.NoError(t, err)
		_, _, err = c.s.rulesAbout(c.sys, tx, Question{CompanyID: 1}, now)
		require.NoError(t, err)
		inMemory, ok := c.s.kept.get(1, now)
		require.True(t, ok)
		rules, err := inForce(c.sys, tx, 1)
		require.NoError(t, err)
		require.Equal(t, rules, inMemory.rules, what)
	}
	in := func(f func(tx *pg.Tx) error) error { return pg.Do(c.sys, c.db, f) }
	member := `(select id from members where company_id = 1 order by id offset $1 % 5 limit 1)`
	changes := []string{
		`update members set is_on_duty = not is_on_duty where id = ` + member,
		`update members set name = name || '!' where id = ` + member,
		`update members set is_archived = not is_archived where id = ` + member,
		`insert into members (company_id, name, created_at) values (1, 'Новый ' || $1::int, '2026-11-24')`,
		`delete from member_phones where member_id = ` + member,
		`insert into member_phones (member_id, company_id, position, phone) values (` + member + `, 1, 5 + $1 % 1000, '+79000900009')`,
		`update member_duties set level = 1 + level % 9 where member_id = ` + member,
		`insert into work_schedules (company_id, name, is_cycle, by_calendar, days) values (1, 'График ' || $1::int, true, false, '[{"code": "day", "hours": [{"from": 480, "to": 700}]}, {"code": "off", "hours": []}]')`,
		`insert into member_schedules (company_id, member_id, schedule_id, starts_on, first_on) select 1, ` + member + `, max(id), '2026-11-20', '2026-11-20' from work_schedules where company_id = 1 and is_cycle having max(id) > 0
			on conflict (member_id, starts_on) do update set schedule_id = excluded.schedule_id`,
		`update work_schedules set days = '[{"code": "off", "hours": []}]' where company_id = 1 and is_cycle and $1 > 0`,
		`insert into schedule_days (company_id, member_id, on_day, code, hours) values (1, ` + member + `, '2026-11-24', 'off', '[]') on conflict do nothing`,
		`delete from schedule_days where company_id = 1`,
		`insert into member_leaves (company_id, member_id, kind, starts_on, ends_on, created_at) select 1, ` + member + `, 'vacation', '2026-11-23', '2026-11-25', '2026-11-24'`,
		`delete from member_leaves where company_id = 1`,
		`insert into calendar_days (company_id, on_day, kind, note) values (1, '2026-11-24', 'holiday', '') on conflict do nothing`,
		`delete from calendar_days where company_id = 1 and $1 > 0`,
		`update companies set zone = case zone when 'Asia/Yekaterinburg' then 'Europe/Moscow' else 'Asia/Yekaterinburg' end where id = 1 and $1 > 0`,
	}
	changes = append(changes,
		`insert into assignment_rules (company_id, building_id, hours, windows, responsible_id, note, created_at) values (1, 1, 'any', '[]', `+member+`, 'правило ' || $1::int, '2026-11-24')`,
		`insert into assignment_executors (company_id, rule_id, level, position, member_id) select 1, max(id), 1, 1 + $1 % 1000, `+member+` from assignment_rules where company_id = 1 having max(id) > 0 on conflict do nothing`,
		`update assignment_rules set is_archived = not is_archived where company_id = 1 and $1 > 0`,
		`delete from assignment_executors where company_id = 1 and $1 > 0`,
	)
	undo := errors.New("undo")
	r := rand.New(rand.NewPCG(37, 1)) //nolint:gosec // the draw repeats
	for i := range 150 {
		at := i % len(changes)
		if i >= len(changes) {
			at = r.IntN(len(changes))
		}
		sql, n := changes[at], 1+r.IntN(1_000_000)
		if n%4 == 0 { // what is rolled back is seen by its own transaction alone
			require.ErrorIs(t, in(func(tx *pg.Tx) error {
				if _, err := tx.Exec(c.sys, sql, args(sql, n)...); err != nil {
					return err
				}
				same(tx, "within "+sql)
				return undo
			}), undo)
		} else {
			require.NoError(t, in(func(tx *pg.Tx) error {
				_, err := tx.Exec(c.sys, sql, args(sql, n)...)
				return err
			}), sql)
		}
		require.NoError(t, in(func(tx *pg.Tx) error { same(tx, "after "+sql); return nil }))
	}
	var unwatched []string
	require.NoError(t, c.db.Pool.QueryRow(c.sys, `select coalesce(array_agg(relname::text), '{}') from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
		and (relname like 'member%' or relname in ('work_schedules', 'schedule_days', 'calendar_days', 'building_group_members', 'assignment_rules', 'assignment_executors'))
		and 3 <> (select count(*) from pg_trigger where tgrelid = pg_class.oid and tgname in ('staff_added', 'staff_changed', 'staff_removed'))`).Scan(&unwatched))
	require.Empty(t, unwatched, "a new table of people tells of its changes too")
}

func args(sql string, n int) []any {
	for i := range len(sql) - 1 {
		if sql[i] == '$' {
			return []any{n}
		}
	}
	return nil
}

// TestKeptPeopleAreSharedSafely: many decide while somebody comes and goes; a decision after
// the change has been committed knows of it (-race sees who writes what is shared).
func TestKeptPeopleAreSharedSafely(t *testing.T) {
	c := demo(t)
	d := calendar.DateOf(noon)
	var member int64
	require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		return tx.QueryRow(c.sys, `select min(id) from members where company_id = 1 and not is_archived`).Scan(&member)
	}))
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				_ = pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
					_, err := c.s.Decide(c.sys, tx, Question{CompanyID: 1, BuildingID: 1, ReasonID: 1, WorkTypeID: 1, Zone: "Asia/Yekaterinburg"})
					return err
				})
			}
		})
	}
	for i := range 30 {
		require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
			_, err := tx.Exec(c.sys, `update members set is_on_duty = $2 where id = $1`, member, i%2 == 0)
			return err
		}))
		require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
			b, err := c.staff.KeptBoard(c.sys, tx, 1, d, d+2)
			if err != nil {
				return err
			}
			m, _ := b.Member(member, noon)
			require.Equal(t, i%2 == 0, m.SwitchedOn)
			return nil
		}))
	}
	close(stop)
	wg.Wait()
}

// TestOldChangesOfStaffGo: the last changes of a company stay, whatever there were before, and
// the people kept in memory are still those of the database.
func TestOldChangesOfStaffGo(t *testing.T) {
	c := demo(t)
	c.do(`insert into staff_changes (company_id) select 1 from generate_series(1, 1500)`)
	last, others := c.one(`select max(id) from staff_changes where company_id = 1`), c.one(`select count(*) from staff_changes where company_id = 2`)
	require.NoError(t, c.staff.Prune(c.sys))
	require.Equal(t, int64(1000), c.one(`select count(*) from staff_changes where company_id = 1`))
	require.Equal(t, last, c.one(`select max(id) from staff_changes where company_id = 1`))
	require.Equal(t, others, c.one(`select count(*) from staff_changes where company_id = 2`), "few of another company stay")
	require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		d := calendar.DateOf(noon)
		kept, err := c.staff.KeptBoard(c.sys, tx, 1, d, d+2)
		if err != nil {
			return err
		}
		read, err := c.staff.Board(c.sys, tx, 1, d, d+2)
		require.Equal(t, read.Members(noon), kept.Members(noon))
		return err
	}))
}
