package assignment

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/building"
	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/staff"
)

func TestWithoutRulesTheDutiesDecideAsBefore(t *testing.T) {
	t.Parallel()
	c := demo(t)
	for _, code := range []string{"ВС-02", "ЭЛ-07", "ЛФ-01"} {
		a := c.decide(code, c.house(0), noon)
		q := staff.Query{CompanyID: 1, BuildingID: c.house(0), WorkTypeID: c.one(`select coalesce(work_type_id, 0) from reasons where company_id = 1 and code = $1`, code)}
		require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
			was, err := c.staff.Executors(c.sys, tx, q)
			require.NoError(t, err)
			require.Equal(t, was, a.People(), code)
			lead, err := c.staff.Responsible(c.sys, tx, q)
			require.Equal(t, lead, a.Responsible, code)
			return err
		}))
		require.NotEmpty(t, a.Steps)
		require.Nil(t, a.Chosen.Executors)
	}
}

func TestARuleFindsItsPeopleAtDayAtNightOnAHolidayAndDuringLeave(t *testing.T) {
	t.Parallel()
	c := demo(t)
	day := c.add(Rule{ReasonID: c.reason("ВС-02"), Hours: Working, Levels: levels(3, 4, 5), ResponsibleID: 6})
	c.add(Rule{ReasonID: c.reason("ВС-02"), Hours: Off, Levels: levels(7, 8, 9)})
	at := func(m time.Month, d, h int) time.Time { return time.Date(2026, m, d, h, 0, 0, 0, zone) }
	require.Equal(t, []int64{3, 4, 5}, c.decide("ВС-02", c.house(0), at(11, 24, 12)).ids(), "a working day")
	require.Equal(t, []int64{7, 8, 9}, c.decide("ВС-02", c.house(0), at(11, 24, 23)).ids(), "night")
	require.Equal(t, []int64{7, 8, 9}, c.decide("ВС-02", c.house(0), at(11, 4, 12)).ids(), "День народного единства, a Wednesday")
	require.Equal(t, []int64{7, 8, 9}, c.decide("ВС-02", c.house(0), at(11, 3, 16)).ids(), "a short day ends an hour earlier")
	require.Equal(t, day.ID, c.decide("ВС-02", c.house(0), at(11, 24, 12)).Chosen.Executors.ID)
	require.Equal(t, int64(6), c.decide("ВС-02", c.house(0), at(11, 24, 12)).Responsible.MemberID)
	require.NotEqual(t, int64(6), c.decide("ВС-02", c.house(0), at(11, 24, 23)).Responsible.MemberID, "the night's rule names none: the duties do")

	_, err := c.staff.AddLeave(c.sys, 3, staff.Leave{Kind: "vacation", StartsOn: calendar.On(2026, 11, 24), EndsOn: calendar.On(2026, 11, 30), SubstituteID: 2})
	require.NoError(t, err)
	a := c.decide("ВС-02", c.house(0), at(11, 24, 12))
	require.Equal(t, []int64{2, 4, 5}, a.ids(), "the substitute stands in his place")
	require.Equal(t, []int64{3}, a.Steps[0].Members, "the rule's own people are remembered")
	require.NoError(t, c.staff.SetDuty(c.sys, 2, false))
	require.Equal(t, int64(4), c.decide("ВС-02", c.house(0), at(11, 24, 12)).Executor().MemberID, "and is skipped when he is away too")
	_, err = c.staff.Dismiss(c.sys, 4, 0)
	require.NoError(t, err)
	require.Equal(t, []int64{2, 5}, c.decide("ВС-02", c.house(0), at(11, 24, 12)).ids(), "who is dismissed stands nowhere")
}

// TestDecideAgainstTheNaiveOne is the property on the database: what SQL leaves out
// changes nothing.
func TestDecideAgainstTheNaiveOne(t *testing.T) {
	t.Parallel()
	c := demo(t)
	r := rand.New(rand.NewPCG(7, 7))
	codes, houses := []string{"ВС-01", "ВС-02", "ЭЛ-01", "ЭЛ-07"}, []int64{c.house(0), c.house(1), c.house(2)}
	for range 60 {
		x := Rule{CompanyID: 1, Hours: []Hours{Any, Working, Off}[r.IntN(3)], Levels: levels(int64(r.IntN(9) + 1)), ResponsibleID: int64(r.IntN(9) + 1)}
		switch r.IntN(3) {
		case 0:
			x.ReasonID = c.reason(codes[r.IntN(4)])
		case 1:
			x.WorkTypeID = int64(r.IntN(4) + 1)
		}
		switch r.IntN(3) {
		case 0:
			x.BuildingID = houses[r.IntN(3)]
		case 1:
			x.GroupID = 1
		}
		if _, err := c.s.Create(c.admin, x); err != nil {
			require.Equal(t, "rule.tie", fault.CodeOf(err))
		}
	}
	table, err := c.s.Table(c.admin, 1)
	require.NoError(t, err)
	require.Greater(t, len(table.Rules), 15)
	for range 150 {
		code, house := codes[r.IntN(4)], houses[r.IntN(3)]
		at := noon.Add(time.Duration(r.IntN(7*24*60)) * time.Minute)
		a := c.decide(code, house, at)
		p := Place{ReasonID: c.reason(code), BuildingID: house, WorkTypeID: c.one(`select coalesce(work_type_id, 0) from reasons where company_id = 1 and code = $1`, code)}
		if house != houses[2] {
			p.Groups = []int64{1}
		}
		want := choose(table.Rules, p, at.In(zone), OfficeOf(c.settings(), calendar.Production{}))
		require.Equal(t, want, a.Chosen)
	}
}

func TestWhatSavingRefuses(t *testing.T) {
	t.Parallel()
	c := demo(t)
	flood := c.reason("ВС-02")
	first := c.add(Rule{ReasonID: flood, Levels: levels(1, 2, 3)})
	for at, r := range map[string]Rule{
		"body.hours":             {ReasonID: flood, Levels: levels(4), Hours: Any}, // ties
		"body.levels":            {Hours: Any},
		"body.levels[1].members": {Hours: Any, Levels: levels(1, 1)},
		"body.levels[0].members": {Hours: Any, Levels: levels(c.one(`select min(id) from members where company_id = 2`))},
		"body.responsible_id":    {Hours: Any, ResponsibleID: 987654},
		"body.reason_id":         {Hours: Any, ReasonID: c.one(`select min(id) from reasons where company_id = 2`), ResponsibleID: 1},
		"body.work_type_id":      {Hours: Any, WorkTypeID: 987654, ResponsibleID: 1},
		"body.building_id":       {Hours: Any, BuildingID: c.one(`select min(id) from buildings where company_id = 2`), ResponsibleID: 1},
		"body.group_id":          {Hours: Any, GroupID: 5, ResponsibleID: 1},
		"body.supplier_id":       {Hours: Any, SupplierID: 8},
		"body.windows":           {Hours: Windows, ResponsibleID: 1},
		"body.windows[0].from":   {Hours: Windows, ResponsibleID: 1, Windows: []staff.PhoneHours{{From: -1, To: 5}}},
	} {
		r.CompanyID = 1
		_, err := c.s.Create(c.admin, r)
		var f *fault.Error
		require.True(t, fault.As(err, &f), "%s: %v", at, err)
		require.Equal(t, fault.Invalid, f.Kind, at)
		require.Equal(t, at, f.Fields[0].Location, at)
	}
	_, err := c.s.Create(c.admin, Rule{CompanyID: 1, ReasonID: flood, Hours: Any, Levels: levels(4)})
	require.Equal(t, "rule.tie", fault.CodeOf(err))
	require.ErrorContains(t, err, "№")
	_, err = c.s.Change(c.admin, first.ID, first.Version+1, first)
	require.Equal(t, "rule.changed", fault.CodeOf(err))
	_, err = c.s.Create(c.admin, Rule{CompanyID: 2, ResponsibleID: 1, Hours: Any})
	require.Equal(t, fault.NotFound, fault.KindOf(err))

	gone, err := c.s.Archive(c.admin, first.ID, first.Version, true)
	require.NoError(t, err)
	second := c.add(Rule{ReasonID: flood, Levels: levels(4, 5, 6)})
	_, err = c.s.Archive(c.admin, first.ID, gone.Version, false)
	require.Equal(t, "rule.tie", fault.CodeOf(err), "its place is taken")
	second.Levels = levels(6, 5, 4)
	_, err = c.s.Change(c.admin, second.ID, second.Version, second)
	require.NoError(t, err)
	require.Equal(t, []int64{6, 5, 4}, c.decide("ВС-02", c.house(0), noon).ids())
	require.Equal(t, int64(4), c.one(`select count(*) from audit_entries where action like 'routing.%'`))
	w, err := c.s.Warnings(c.admin, Rule{CompanyID: 1, ReasonID: flood, Levels: levels(1)})
	require.NoError(t, err)
	require.Len(t, w, 1, "one level for an emergency")
}

func TestThePreviewWalksTheChain(t *testing.T) {
	t.Parallel()
	c := demo(t)
	c.add(Rule{ReasonID: c.reason("ВС-02"), BuildingID: c.house(0), Levels: []staff.Level{{N: 1, Members: []int64{1, 4}}, {N: 2, Members: []int64{2}}, {N: 3, Members: []int64{3}}}, SupplierID: 7})
	night := calendar.Hours{{From: 0, To: 360}}
	plan, err := c.staff.CreateSchedule(c.admin, staff.Schedule{CompanyID: 1, Name: "до шести", Days: []staff.ShiftDay{{Code: staff.Other, Hours: night}, {Code: staff.Other, Hours: night}, {Code: staff.Other, Hours: night}, {Code: staff.Other, Hours: night}, {Code: staff.Other, Hours: night}, {Code: staff.Other, Hours: night}, {Code: staff.Other, Hours: night}}})
	require.NoError(t, err)
	_, err = c.staff.Assign(c.admin, 2, staff.Assignment{ScheduleID: plan.ID, StartsOn: calendar.On(2026, 11, 20), FirstOn: calendar.On(2026, 11, 20)})
	require.NoError(t, err)
	at := time.Date(2026, 11, 25, 5, 55, 0, 0, zone)
	p, err := c.s.Preview(c.admin, Question{CompanyID: 1, ReasonID: c.reason("ВС-02"), BuildingID: c.house(0), At: at})
	require.NoError(t, err)
	require.Equal(t, int64(1), p.Executor.MemberID)
	require.Equal(t, "Водоканал", p.Supplier.Name)
	require.Len(t, p.Turns, 3)
	require.Len(t, p.Turns[0].Others, 1)
	require.True(t, p.Turns[1].IsSkipped, "his shift ends at six, his turn would be at 6:05")
	require.WithinDuration(t, at.Add(10*time.Minute), p.Turns[2].At, 0, "so no time is lost on him")
	require.WithinDuration(t, at.Add(30*time.Minute), *p.Terms.Localise, 0)
	require.Contains(t, p.Why[0], "по причине, для дома, в любое время")
	p, err = c.s.Preview(c.admin, Question{CompanyID: 1, ReasonID: c.reason("ВС-02"), BuildingID: c.house(0), At: at.Add(-30 * time.Minute)})
	require.NoError(t, err)
	require.False(t, p.Turns[1].IsSkipped)
	_, err = c.s.Preview(c.admin, Question{CompanyID: 1, ReasonID: c.reason("ВС-02"), BuildingID: c.one(`select min(id) from buildings where company_id = 2`)})
	require.Equal(t, "preview.building", fault.CodeOf(err))
}

// TestCoverageAgainstTheChainItself: at random points of the week a gap is told where
// the chain has one, and only there.
func TestCoverageAgainstTheChainItself(t *testing.T) {
	t.Parallel()
	c := demo(t)
	full, err := c.s.Coverage(c.admin, 1)
	require.NoError(t, err)
	require.True(t, full.IsFull(), "three stand round the clock for every work: %+v", full)
	c.mess()
	var w world
	got, err := c.s.Coverage(c.admin, 1)
	require.NoError(t, err)
	require.Zero(t, got.More)
	require.NoError(t, c.load(&w))
	r := rand.New(rand.NewPCG(1, 2))
	office := OfficeOf(w.company.Settings, w.board.Production)
	seen := map[Hole]int{}
	for range 6000 {
		x, h, i := w.reasons[r.IntN(len(w.reasons))], w.houses[r.IntN(len(w.houses))], r.IntN(slots)
		if x.Kind == "consultation" {
			continue
		}
		at := w.from.Add(time.Duration(i) * slot)
		p := Place{ReasonID: x.ID, WorkTypeID: x.WorkTypeID, BuildingID: h.ID}
		for _, g := range w.groups {
			if slices.Contains(g.Houses, h.ID) {
				p.Groups = append(p.Groups, g.ID)
			}
		}
		a := answer(w.board, choose(w.rules, p, at.In(zone), office), p, at)
		can, works := 0, 0
		for _, s := range a.Steps {
			if s.OnDuty {
				works++
				if len(s.Phones) > 0 {
					can++
				}
			}
		}
		want := map[Hole]bool{Nobody: works == 0}
		if x.Kind == "emergency" {
			want[Nobody], want[FewLevels] = can == 0, can > 0 && can < 3
		}
		for _, hole := range []Hole{Nobody, FewLevels} {
			has := slices.ContainsFunc(got.Gaps, func(g Gap) bool {
				return g.Hole == hole && g.mask.has(i) && slices.Contains(g.reasons, x.ID) && slices.Contains(g.houses, h.ID)
			})
			require.Equal(t, want[hole], has, "%s of %s at %s, %s", hole, x.Code, h.Street, at)
			if has {
				seen[hole]++
			}
		}
	}
	require.Greater(t, seen[Nobody], 20)
	require.Greater(t, seen[FewLevels], 20)
}

// TestADutyByGroupFollowsTheHouses: a house that joins a group or leaves it has the
// group's people at once: in the decision, the preview, the coverage, and on duty now.
func TestADutyByGroupFollowsTheHouses(t *testing.T) {
	t.Parallel()
	c := demo(t)
	houses := building.NewService(c.db)
	c.staff.Houses, c.s.groupsFrom = houses, fromHouses{houses}
	g, err := houses.CreateGroup(c.admin, building.Group{CompanyID: 1, Name: "Юг", Buildings: []int64{c.house(0)}})
	require.NoError(t, err)
	c.do(`delete from member_duties where member_id in (2, 3)`)
	card := func(id int64, level int, d staff.Duty) error {
		m, err := c.staff.Get(c.admin, id)
		require.NoError(t, err)
		d.Role, d.Level = "executor", level
		_, err = c.staff.Change(c.admin, id, m.Version, staff.Card{Name: m.Name, Phones: m.AllPhones, Channels: m.Channels, Duties: append(m.Duties, d)})
		return err
	}
	require.NoError(t, card(2, 1, staff.Duty{GroupID: g.ID}))
	var f *fault.Error
	require.True(t, fault.As(card(3, 1, staff.Duty{GroupID: g.ID, BuildingID: c.house(0)}), &f))
	require.Equal(t, "body.duties[0].group_id", f.Fields[0].Location)
	require.True(t, fault.As(card(3, 1, staff.Duty{GroupID: g.ID + 77}), &f))
	require.Equal(t, "body.duties[0].group_id", f.Fields[0].Location)
	m, err := c.staff.Get(c.admin, 2)
	require.NoError(t, err)
	require.Equal(t, g.ID, m.Duties[0].GroupID, "it is kept")

	stands := func(house int64) bool {
		t.Helper()
		in := slices.ContainsFunc(c.decide("ВС-02", house, noon).Steps, func(s Step) bool { return slices.Contains(s.Members, int64(2)) })
		p, err := c.s.Preview(c.admin, Question{CompanyID: 1, ReasonID: c.reason("ВС-02"), BuildingID: house, At: noon})
		require.NoError(t, err)
		require.Equal(t, in, slices.ContainsFunc(p.Turns, func(x Turn) bool { return x.Name == m.Name || slices.Contains(x.Others, m.Name) }), "preview")
		w, err := c.staff.OnDuty(c.admin, staff.Query{CompanyID: 1, BuildingID: house, WorkTypeID: 1, At: noon})
		require.NoError(t, err)
		require.Equal(t, in, slices.ContainsFunc(w.People, func(x staff.Member) bool { return x.MemberID == 2 }), "on duty now")
		return in
	}
	manned := func() (houses []int64) { // those where he alone stands
		t.Helper()
		full, err := c.s.Coverage(c.admin, 1)
		require.NoError(t, err)
		for _, g := range full.Gaps {
			if g.Hole == Nobody {
				houses = append(houses, g.houses...)
			}
		}
		slices.Sort(houses)
		return slices.Compact(houses)
	}
	all := func(but ...int64) (out []int64) {
		for n := range int(c.one(`select count(*) from buildings where company_id = 1`)) {
			if id := c.house(n); !slices.Contains(but, id) {
				out = append(out, id)
			}
		}
		return out
	}
	require.True(t, stands(c.house(0)))
	require.False(t, stands(c.house(1)))
	c.do(`delete from member_duties`)
	require.Equal(t, all(c.house(0)), manned())
	g.Buildings = []int64{c.house(1)}
	g, err = houses.ChangeGroup(c.admin, g)
	require.NoError(t, err)
	require.False(t, stands(c.house(0)))
	require.True(t, stands(c.house(1)))
	require.Equal(t, all(c.house(1)), manned())
	require.NoError(t, houses.DropGroup(c.admin, g.ID, g.Version))
	require.False(t, stands(c.house(1)), "a group that is gone has no houses")
	require.Equal(t, all(), manned())
}

// fromHouses are the groups of the directory.
type fromHouses struct{ *building.Service }

func (g fromHouses) Groups(ctx context.Context, tx *pg.Tx, companyID int64) (out []Group, err error) {
	gs, err := g.AllGroups(ctx, tx, companyID)
	for _, x := range gs {
		out = append(out, Group{Named{x.ID, x.Name}, x.Buildings})
	}
	return out, err
}

func TestCoverageTurnsGreen(t *testing.T) {
	t.Parallel()
	c := demo(t)
	c.add(Rule{Levels: levels(1, 2, 3), ResponsibleID: 4}) // any reason, any house, any time
	got, err := c.s.Coverage(c.admin, 1)
	require.NoError(t, err)
	require.Empty(t, got.Gaps, "three stand round the clock")
	require.True(t, got.IsFull())
	c.do(`delete from member_phones where member_id = 2`)
	got, err = c.s.Coverage(c.admin, 1)
	require.NoError(t, err)
	require.Equal(t, []PersonGap{{Kind: "no_phone", MemberID: 2, Name: "Сафин Р. М."}}, got.People)
	require.Len(t, got.Gaps, 1)
	require.Equal(t, FewLevels, got.Gaps[0].Hole)
	require.True(t, got.Gaps[0].Houses.IsAll)
	require.Equal(t, []HourRange{{Days: []int{0, 1, 2, 3, 4, 5, 6}, From: 0, To: 1440}}, got.Gaps[0].Hours)
	require.NotZero(t, got.Gaps[0].RuleID)
	c.do(`update companies set settings = '{"step_min": 1}' where id = 1`)
	got, err = c.s.Coverage(c.admin, 1)
	require.NoError(t, err)
	require.Contains(t, got.Lacks(), "чьи телефоны не обзвонить", "the alarm says it (F33)")
	require.Contains(t, got.People, PersonGap{Kind: "dials", MemberID: 1, Name: "Гусев П. Н.", Numbers: 1}, "five dials do not fit into a minute (F33)")
}
