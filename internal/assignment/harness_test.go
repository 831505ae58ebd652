package assignment

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/calendar"
	"d24/internal/clock/clocktest"
	"d24/internal/company"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/seed/seedtest"
	"d24/internal/staff"
)

// 12:00 of the demo city, a Tuesday.
var noon = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

type city struct {
	t     testing.TB
	db    *pg.DB
	clock *clocktest.Clock
	s     *Service
	staff *staff.Service
	sys   context.Context
	admin context.Context // of company 1
}

// groups are given by the test: they stand in for the directory of houses.
type groups []Group

func (g groups) Groups(context.Context, *pg.Tx, int64) ([]Group, error) { return g, nil }

// grouped are houses in the test's groups.
type grouped struct {
	*building.Service
	groups
}

func (g grouped) GroupsOf(_ context.Context, _ *pg.Tx, _ int64, ids []int64) (out []int64, err error) {
	for _, x := range g.groups {
		if slices.Contains(ids, x.ID) {
			out = append(out, x.ID)
		}
	}
	return out, nil
}

func (g grouped) Grouped(context.Context, *pg.Tx, int64) (map[int64][]int64, error) {
	out := map[int64][]int64{}
	for _, x := range g.groups {
		for _, h := range x.Houses {
			out[h] = append(out[h], x.ID)
		}
	}
	return out, nil
}

// suppliers stand in for their directory.
type suppliers []Named

func (s suppliers) Suppliers(context.Context, *pg.Tx, int64) ([]Named, error) { return s, nil }

func (s suppliers) SupplierFor(context.Context, *pg.Tx, int64, int64, string) (Named, error) {
	return Named{}, nil
}

func demo(t testing.TB) *city {
	t.Helper()
	c := &city{t: t, clock: clocktest.New(noon), sys: access.AsSystem(context.Background(), "test")}
	c.db = seedtest.New(t, c.clock)
	q := jobs.NewQueue()
	client, err := river.NewClient(riverpgxv5.New(c.db.Pool), &river.Config{Test: river.TestConfig{Time: c.clock}}) // nobody runs the jobs
	require.NoError(t, err)
	q.Attach(client)
	c.staff = staff.NewService(c.db, q)
	houses := building.NewService(c.db)
	gs := groups{{Named{1, "Северные"}, []int64{c.house(0), c.house(1)}}, {Named{2, "Второй"}, []int64{c.house(1)}}}
	c.staff.Houses = grouped{houses, gs}
	c.s = NewService(c.db, Needs{
		Companies: company.NewService(c.db), Buildings: houses, Staff: c.staff, Reasons: reason.NewService(c.db),
		Groups: gs[:1], Suppliers: suppliers{{7, "Водоканал"}},
	})
	c.admin = access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: 1, UserID: 5, Name: "Администратор", May: access.RolePermissions(access.Admin), Grants: access.RoleGrants(access.Admin, 1, 0)})
	return c
}

func (c *city) one(q string, args ...any) (n int64) {
	c.t.Helper()
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error { return tx.QueryRow(c.sys, q, args...).Scan(&n) }))
	return n
}

func (c *city) do(q string, args ...any) {
	c.t.Helper()
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(c.sys, q, args...)
		return err
	}))
}

func (c *city) house(n int) int64 {
	return c.one(`select id from buildings where company_id = 1 order by id offset $1 limit 1`, n)
}

func (c *city) reason(code string) int64 {
	return c.one(`select id from reasons where company_id = 1 and code = $1`, code)
}

// levels are chains of one person each.
func levels(ids ...int64) (out []staff.Level) {
	for i, id := range ids {
		out = append(out, staff.Level{N: i + 1, Members: []int64{id}})
	}
	return out
}

func (c *city) add(r Rule) Rule {
	c.t.Helper()
	r.CompanyID = 1
	if r.Hours == "" {
		r.Hours = Any
	}
	r, err := c.s.Create(c.admin, r)
	require.NoError(c.t, err)
	return r
}

func (c *city) decide(code string, house int64, at time.Time) (a Answer) {
	c.t.Helper()
	q := Question{CompanyID: 1, BuildingID: house, ReasonID: c.reason(code), Zone: "Asia/Yekaterinburg", At: at}
	q.WorkTypeID = c.one(`select coalesce(work_type_id, 0) from reasons where id = $1`, q.ReasonID)
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) (err error) {
		a, err = c.s.Decide(c.sys, tx, q)
		return err
	}))
	return a
}

func (a Answer) ids() (out []int64) {
	for _, s := range a.Steps {
		out = append(out, s.MemberID)
	}
	return out
}

func (c *city) settings() company.Settings {
	var out company.Company
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) (err error) {
		out, err = c.s.companies.ByID(c.sys, tx, 1)
		return err
	}))
	return out.Settings
}

// mess makes a week with rules of every sort, shifts, a leave and a person twice.
func (c *city) mess() {
	c.t.Helper()
	day, night := calendar.Hours{{From: 480, To: 1200}}, calendar.Hours{{From: 1200, To: 1920}}
	plan := func(name string, days ...staff.ShiftDay) int64 {
		s, err := c.staff.CreateSchedule(c.admin, staff.Schedule{CompanyID: 1, Name: name, IsCycle: true, Days: days})
		require.NoError(c.t, err)
		return s.ID
	}
	d, n, off := staff.ShiftDay{Code: staff.DayShift, Hours: day}, staff.ShiftDay{Code: staff.NightShift, Hours: night}, staff.ShiftDay{Code: staff.Off}
	shifts := plan("Д Н", d, n, off, off)
	days := plan("Д", d, off)
	first := calendar.On(2026, 11, 20)
	for id, p := range map[int64]int64{1: shifts, 2: days, 3: shifts, 5: days, 8: shifts} {
		_, err := c.staff.Assign(c.admin, id, staff.Assignment{ScheduleID: p, StartsOn: first, FirstOn: first + calendar.Date(id)})
		require.NoError(c.t, err)
	}
	for _, l := range []struct{ who, sub int64 }{{1, 2}, {4, 0}, {5, 3}} {
		_, err := c.staff.AddLeave(c.admin, l.who, staff.Leave{Kind: "vacation", StartsOn: calendar.On(2026, 11, 26), EndsOn: calendar.On(2026, 11, 28), SubstituteID: l.sub})
		require.NoError(c.t, err)
	}
	c.do(`update member_phones set hours = '[{"days": [], "from": 480, "to": 1320}]' where member_id in (3, 6)`)
	c.add(Rule{ReasonID: c.reason("ВС-02"), Hours: Off, Levels: levels(1, 2, 3)})
	c.add(Rule{ReasonID: c.reason("ВС-02"), GroupID: 1, Levels: levels(5, 3, 8)})
	c.add(Rule{WorkTypeID: c.one(`select work_type_id from reasons where id = $1`, c.reason("ЭЛ-01")), Hours: Windows, Windows: []staff.PhoneHours{{Days: []int{2, 5}, From: 1320, To: 1800}}, Levels: levels(4)})
	c.add(Rule{BuildingID: c.house(2), Hours: Working, Levels: []staff.Level{{N: 1, Members: []int64{6, 7}}, {N: 2, Members: []int64{2, 8}}, {N: 3, Members: []int64{9}}}})
	c.do(`insert into member_duties (company_id, member_id, role, work_type_id, building_id, level) select 1, 9, 'executor', work_type_id, $2, 2 from reasons where id = $1`, c.reason("ВС-01"), c.house(1))
	c.do(`update member_duties set work_type_id = null where member_id = 1`)
	c.do(`delete from member_duties where member_id in (3, 5)`) // theirs are by groups
	for _, x := range [][3]int64{{3, 1, 1}, {5, 1, 3}, {3, 2, 2}} {
		c.do(`insert into member_group_duties (company_id, member_id, role, group_id, level) values (1, $1, 'executor', $2, $3)`, x[0], x[1], x[2])
	}
}

// load reads the world as Coverage does.
func (c *city) load(w *world) (err error) {
	if w.reasons, err = c.s.reasons.List(c.admin, 1); err != nil {
		return err
	}
	if w.houses, err = c.s.buildings.List(c.admin, 1); err != nil {
		return err
	}
	return pg.Do(c.admin, c.db, func(tx *pg.Tx) error {
		if w.company, err = c.s.companies.ByID(c.admin, tx, 1); err != nil {
			return err
		}
		if w.groups, err = c.s.groups(c.admin, tx, 1); err != nil {
			return err
		}
		if w.rules, err = inForce(c.admin, tx, 1); err != nil {
			return err
		}
		w.from = tx.Now.UTC().Truncate(slot)
		first := calendar.DateOf(w.from)
		w.board, err = c.staff.Board(c.admin, tx, 1, first, first+8)
		return err
	})
}
