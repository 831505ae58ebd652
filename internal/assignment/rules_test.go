package assignment

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/calendar"
	"d24/internal/company"
	"d24/internal/staff"
)

var zone = company.Location("Asia/Yekaterinburg")

// random makes rules over few reasons, works, houses and groups, so that many meet.
func random(r *rand.Rand, n int) (out []Rule) {
	pick := func(most int) int64 { return int64(r.IntN(most) + 1) }
	for id := int64(1); len(out) < n && id < int64(10*n); id++ {
		x := Rule{ID: id, Hours: Any}
		switch r.IntN(3) {
		case 0:
			x.ReasonID = pick(6)
		case 1:
			x.WorkTypeID = pick(3)
		}
		switch r.IntN(3) {
		case 0:
			x.BuildingID = pick(6)
		case 1:
			x.GroupID = pick(3)
		}
		switch r.IntN(5) {
		case 0:
			x.Hours = Working
		case 1:
			x.Hours = Off
		case 2, 3:
			x.Hours = Windows
			for range 1 + r.IntN(2) {
				from := r.IntN(1440)
				x.Windows = append(x.Windows, staff.PhoneHours{Days: r.Perm(7)[:r.IntN(4)], From: from, To: from + 1 + r.IntN(900)})
			}
		}
		if r.IntN(4) > 0 {
			x.Levels = []staff.Level{{N: 1, Members: []int64{id}}}
		}
		if r.IntN(2) > 0 {
			x.ResponsibleID = id
		}
		if r.IntN(3) == 0 {
			x.SupplierID = id
		}
		if !slices.ContainsFunc(out, func(o Rule) bool { return tie(o, x, sharing(groupsOf3)) }) {
			out = append(out, x)
		}
	}
	return out
}

var groupsOf3 = []Group{{Named{1, "а"}, []int64{1, 2}}, {Named{2, "б"}, []int64{2, 3}}, {Named{3, "в"}, []int64{5}}}

// naive asks each rule and keeps those that no other one beats; it shares no code
// with choose.
func naive(t *testing.T, rules []Rule, p Place, at time.Time, o Office, names func(Rule) bool) int64 {
	t.Helper()
	local := at.In(zone)
	minute, today := local.Hour()*60+local.Minute(), calendar.DateOf(local)
	inOffice := false
	if d := o.Production.Day(today); d.Kind == calendar.Workday || d.Kind == calendar.Short {
		end := o.To
		if d.Kind == calendar.Short {
			end -= 60
		}
		inOffice = o.From <= minute && minute < end
	}
	var fit []Rule
	for _, r := range rules {
		ok := names(r)
		ok = ok && (r.ReasonID == 0 || r.ReasonID == p.ReasonID)
		ok = ok && (r.WorkTypeID == 0 || r.WorkTypeID == p.WorkTypeID)
		ok = ok && (r.BuildingID == 0 || r.BuildingID == p.BuildingID)
		in := r.GroupID == 0
		for _, g := range groupsOf3 {
			for _, h := range g.Houses {
				in = in || g.ID == r.GroupID && h == p.BuildingID
			}
		}
		ok = ok && in
		switch r.Hours {
		case Any:
		case Working:
			ok = ok && inOffice
		case Off:
			ok = ok && !inOffice
		case Windows:
			hit := false
			for _, w := range r.Windows {
				for d := range 7 {
					if len(w.Days) == 0 || slices.Contains(w.Days, d) {
						now := today.Monday()*1440 + minute
						for _, m := range []int{now, now + 7*1440} {
							hit = hit || m >= d*1440+w.From && m < d*1440+w.To
						}
					}
				}
			}
			ok = ok && hit
		}
		if ok {
			fit = append(fit, r)
		}
	}
	score := func(r Rule) (n int) {
		for _, x := range []struct {
			is     bool
			weight int
		}{
			{r.ReasonID > 0, 200}, {r.WorkTypeID > 0, 100}, {r.BuildingID > 0, 20}, {r.GroupID > 0, 10}, {r.Hours == Windows, 2}, {r.Hours == Working || r.Hours == Off, 1},
		} {
			if x.is {
				n += x.weight
			}
		}
		return n
	}
	best := int64(0)
	top := -1
	for _, r := range fit {
		require.NotEqual(t, top, score(r), "rules %d and %d tie at %s, though both were saved", best, r.ID, local)
		if score(r) > top {
			best, top = r.ID, score(r)
		}
	}
	return best
}

// TestTheMostSpecificRuleWins asks 10,000 questions of random rules and compares with
// a slow reference that knows nothing of order; ties that saving lets through fail it.
func TestTheMostSpecificRuleWins(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(24, 4))
	o := OfficeOf(company.Settings{}, calendar.Production{})
	decided := 0
	for range 200 {
		rules := random(r, 5+r.IntN(60))
		sorted := slices.Clone(rules)
		slices.SortFunc(sorted, order)
		for range 50 {
			p := Place{ReasonID: int64(r.IntN(7) + 1), WorkTypeID: int64(r.IntN(4)), BuildingID: int64(r.IntN(7) + 1)}
			for _, g := range groupsOf3 {
				if slices.Contains(g.Houses, p.BuildingID) {
					p.Groups = append(p.Groups, g.ID)
				}
			}
			at := time.Date(2026, time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), r.IntN(60), 0, 0, time.UTC)
			got := choose(sorted, p, at.In(zone), o)
			for part, x := range map[string]struct {
				got   *Rule
				names func(Rule) bool
			}{
				"executors":   {got.Executors, func(r Rule) bool { return len(r.Levels) > 0 }},
				"responsible": {got.Responsible, func(r Rule) bool { return r.ResponsibleID != 0 }},
				"supplier":    {got.Supplier, func(r Rule) bool { return r.SupplierID != 0 }},
			} {
				id := int64(0)
				if x.got != nil {
					id = x.got.ID
					decided++
				}
				require.Equal(t, naive(t, rules, p, at, o, x.names), id, "%s of %+v at %s", part, p, at)
			}
		}
	}
	require.Greater(t, decided, 10_000, "most questions meet a rule")
}

func TestWhatTies(t *testing.T) {
	t.Parallel()
	w := func(days []int, from, to int) []staff.PhoneHours {
		return []staff.PhoneHours{{Days: days, From: from, To: to}}
	}
	for name, x := range map[string]struct {
		a, b Rule
		want bool
	}{
		"the same":                  {Rule{Hours: Any, ReasonID: 1}, Rule{Hours: Any, ReasonID: 1}, true},
		"another reason":            {Rule{Hours: Any, ReasonID: 1}, Rule{Hours: Any, ReasonID: 2}, false},
		"a reason and its work":     {Rule{Hours: Any, ReasonID: 1}, Rule{Hours: Any, WorkTypeID: 1}, false},
		"a house and all":           {Rule{Hours: Any, BuildingID: 1}, Rule{Hours: Any}, false},
		"groups with a house alike": {Rule{Hours: Any, GroupID: 1}, Rule{Hours: Any, GroupID: 2}, true},
		"groups apart":              {Rule{Hours: Any, GroupID: 1}, Rule{Hours: Any, GroupID: 3}, false},
		"day and night":             {Rule{Hours: Working}, Rule{Hours: Off}, false},
		"day and own hours":         {Rule{Hours: Working}, Rule{Hours: Windows, Windows: w(nil, 600, 660)}, false},
		"hours that meet":           {Rule{Hours: Windows, Windows: w(nil, 1320, 1800)}, Rule{Hours: Windows, Windows: w([]int{0}, 300, 400)}, true},
		"hours that touch":          {Rule{Hours: Windows, Windows: w(nil, 480, 600)}, Rule{Hours: Windows, Windows: w(nil, 600, 700)}, false},
		"Sunday night and Monday":   {Rule{Hours: Windows, Windows: w([]int{6}, 1320, 1500)}, Rule{Hours: Windows, Windows: w([]int{0}, 0, 30)}, true},
	} {
		x.a.ID, x.b.ID = 1, 2
		require.Equal(t, x.want, tie(x.a, x.b, sharing(groupsOf3)), name)
		require.Equal(t, x.want, tie(x.b, x.a, sharing(groupsOf3)), name)
	}
}

func TestHoursAreSaidInShort(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC) // Tuesday noon there
	night := everySlot(func(i int) bool {
		h := from.Add(time.Duration(i) * slot).In(zone).Hour()
		return h >= 20 || h < 8
	})
	require.Equal(t, []HourRange{{Days: []int{0, 1, 2, 3, 4, 5, 6}, From: 1200, To: 1920}}, ranges(night, from, zone))
	require.Equal(t, []HourRange{{Days: []int{0, 1, 2, 3, 4, 5, 6}, From: 0, To: 1440}}, ranges(everything, from, zone))
	weekend := everySlot(func(i int) bool { return calendar.DateOf(from.Add(time.Duration(i) * slot).In(zone)).Weekend() })
	require.Equal(t, []HourRange{{Days: []int{5, 6}, From: 0, To: 1440}}, ranges(weekend, from, zone))
	noon := everySlot(func(i int) bool { // the week begins and ends in it
		at := from.Add(time.Duration(i) * slot).In(zone)
		return calendar.DateOf(at).Monday() == 1 && at.Hour() >= 11 && at.Hour() < 13
	})
	require.Equal(t, []HourRange{{Days: []int{1}, From: 660, To: 780}}, ranges(noon, from, zone))
}

// TestDialsFitAsTheyArePlanned: what the settings call fitting is what Fit of the desk
// does; see internal/desk.
func TestDialsFit(t *testing.T) {
	t.Parallel()
	var s company.Settings // five dials in ten minutes
	require.True(t, s.Fits(1))
	require.Equal(t, 6, s.MostNumbers())
	s.StepMin = 1
	require.Equal(t, 0, s.MostNumbers(), "five dials do not fit into a minute")
	s.StepMin, s.RingSec = 10, 10
	require.Equal(t, 0, s.MostNumbers(), "ten seconds are no ring")
}
