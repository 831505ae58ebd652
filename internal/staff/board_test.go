package staff

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/calendar"
)

var yekb = location("Asia/Yekaterinburg")

// person of a board in the zone of the demo city.
func person(id int64, name string, more ...func(*onBoard)) *onBoard {
	m := &onBoard{zone: yekb, days: map[calendar.Date]ShiftDay{}}
	m.MemberID, m.Name, m.Zone, m.SwitchedOn = id, name, "Asia/Yekaterinburg", true
	for _, f := range more {
		f(m)
	}
	return m
}

func works(first calendar.Date, codes ...Code) func(*onBoard) {
	return func(m *onBoard) {
		p := Plan{StartsOn: first, FirstOn: first, ScheduleID: 1, IsCycle: true}
		for _, c := range codes {
			p.Days = append(p.Days, ShiftDay{c, usual[c]})
		}
		m.Plans = append(m.Plans, p)
	}
}

func away(from, to calendar.Date, substitute int64) func(*onBoard) {
	return func(m *onBoard) {
		m.Leaves = append(m.Leaves, Leave{ID: m.MemberID, Kind: "vacation", StartsOn: from, EndsOn: to, SubstituteID: substitute})
	}
}

func does(ds ...Duty) func(*onBoard) {
	return func(m *onBoard) {
		for i, d := range ds {
			d.ID = m.MemberID*10 + int64(i)
			if d.Role == "" {
				d.Role = "executor"
			}
			m.Duties = append(m.Duties, d)
		}
	}
}

func board(first, last calendar.Date, ms ...*onBoard) *Board {
	b := &Board{CompanyID: 1, First: first, Last: last, byID: map[int64]*onBoard{}}
	for _, m := range ms {
		b.members, b.byID[m.MemberID] = append(b.members, m), m
		if len(m.Leaves) > 0 {
			b.leavers = append(b.leavers, m)
		}
	}
	return b
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	x, err := time.ParseInLocation("2006-01-02 15:04", s, yekb)
	require.NoError(t, err)
	return x
}

var monday = calendar.On(2026, time.November, 23)

func TestWhoIsAtWorkAndUntilWhen(t *testing.T) {
	t.Parallel()
	b := board(monday-3, monday+9,
		person(1, "Сменный", works(monday, DayShift, NightShift, Off, Off)), person(2, "Всегда"),
		person(3, "Снят", func(m *onBoard) { m.SwitchedOn = false }), person(4, "Уволен", func(m *onBoard) { m.IsArchived = true }),
		person(5, "Ушёл", away(monday+1, monday+2, 0)))
	for _, x := range []struct {
		id    int64
		at    string
		on    bool
		why   Why
		until string // "" none
	}{
		{1, "2026-11-23 08:00", true, "", "2026-11-23 20:00"},
		{1, "2026-11-24 03:00", false, ShiftOver, "2026-11-24 20:00"},
		{1, "2026-11-25 03:00", true, "", "2026-11-25 08:00"},
		{2, "2026-11-25 03:00", true, "", ""},
		{3, "2026-11-25 03:00", false, SwitchedOff, ""},
		{4, "2026-11-25 03:00", false, Dismissed, ""},
		{5, "2026-11-23 12:00", true, "", "2026-11-24 00:00"},
		{5, "2026-11-25 23:59", false, OnLeave, "2026-11-26 00:00"},
		{5, "2026-11-26 00:00", true, "", ""},
	} {
		m, known := b.Member(x.id, at(t, x.at))
		require.True(t, known)
		require.Equal(t, x.on, m.OnDuty, "%s %s", m.Name, x.at)
		require.Equal(t, x.why, m.State.Why, "%s %s", m.Name, x.at)
		until := ""
		if m.State.Until != nil {
			until = m.State.Until.In(yekb).Format("2006-01-02 15:04")
		}
		require.Equal(t, x.until, until, "%s %s", m.Name, x.at)
	}
	require.Equal(t, at(t, "2026-11-24 00:00").UTC(), b.NextChange(at(t, "2026-11-23 20:00")), "the leave begins before the night shift")
}

// TestASubstituteWorksTheShiftsToTheMinute: whatever the schedules, at any moment of a
// leave the place is held exactly when it would have been without the leave.
func TestASubstituteWorksTheShiftsToTheMinute(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 9))
	codes := []Code{DayShift, NightShift, FullDay, Office, Off}
	schedule := func() (out []Code) {
		for range 1 + r.IntN(6) {
			out = append(out, codes[r.IntN(len(codes))])
		}
		return out
	}
	for range 60 {
		first, last := monday, monday+20
		theirs, his := schedule(), schedule()
		from := first + calendar.Date(3+r.IntN(6))
		leave := away(from, from+calendar.Date(r.IntN(7)), 2)
		without := board(first, last, person(1, "Он", works(first-8, theirs...)), person(2, "Заместитель", works(first-8, his...)))
		with := board(first, last, person(1, "Он", works(first-8, theirs...), leave), person(2, "Заместитель", works(first-8, his...)))
		for n := range 400 {
			moment := (first + 1).Begins(yekb).Add(time.Duration(n*67) * time.Minute)
			would, _ := without.Member(1, moment)
			is, _ := with.Member(1, moment)
			stands, _ := with.Member(2, moment)
			if is.State.Leave == nil {
				require.Equal(t, would.OnDuty, is.OnDuty)
				continue
			}
			require.False(t, is.OnDuty)
			if would.OnDuty {
				require.True(t, stands.OnDuty, "%s %v %v", moment, theirs, his)
			}
			require.Equal(t, []int64{1}, stands.State.StandsFor)
		}
	}
}

func TestASubstituteStandsInThePlaceOfWhoIsAway(t *testing.T) {
	t.Parallel()
	pipes := Duty{WorkTypeID: 3, Level: 1}
	b := board(monday-3, monday+9,
		person(1, "Первый", does(pipes), away(monday, monday+2, 2)), person(2, "Второй", does(Duty{WorkTypeID: 3, Level: 2}), away(monday+1, monday+1, 3)), person(3, "Третий", does(Duty{Level: 3})),
		person(4, "Замена без конца", away(monday, monday, 4)))
	q := Query{CompanyID: 1, WorkTypeID: 3}
	names := func(moment string) (out []string) {
		for _, p := range b.Executors(q, at(t, moment)) {
			out = append(out, p.Name)
		}
		return out
	}
	require.Equal(t, []string{"Первый", "Второй", "Третий"}, names("2026-11-22 12:00"))
	require.Equal(t, []string{"Второй", "Третий"}, names("2026-11-23 12:00"), "nobody stands on two levels (F36)")
	require.Equal(t, []string{"Третий"}, names("2026-11-24 12:00"), "who is away himself is replaced by his own substitute")
	m, _ := b.Member(4, at(t, "2026-11-23 12:00"))
	require.False(t, m.OnDuty, "a ring of substitutes ends")
}

func TestOnEachLevelWhoIsAtWorkThenTheMostSpecificDuty(t *testing.T) {
	t.Parallel()
	b := board(monday-3, monday+9,
		person(1, "Дневной", works(monday, DayShift), does(Duty{WorkTypeID: 3, Level: 1})),
		person(2, "Любые работы", does(Duty{Level: 1})),
		person(3, "Этого дома", works(monday, DayShift), does(Duty{WorkTypeID: 3, BuildingID: 8, Level: 1})),
		person(4, "Другой работы", does(Duty{WorkTypeID: 4, Level: 1})),
		person(5, "Ночной", works(monday, NightShift), does(Duty{WorkTypeID: 3, Level: 2})),
		person(6, "Ответственный", does(Duty{Role: "responsible", Level: 1})))
	first := func(house int64, moment string) string {
		return b.Executors(Query{CompanyID: 1, WorkTypeID: 3, BuildingID: house}, at(t, moment))[0].Name
	}
	require.Equal(t, "Дневной", first(7, "2026-11-24 12:00"))
	require.Equal(t, "Этого дома", first(8, "2026-11-24 12:00"))
	require.Equal(t, "Любые работы", first(8, "2026-11-24 23:00"))
	chain := b.Executors(Query{CompanyID: 1, WorkTypeID: 3, BuildingID: 8}, at(t, "2026-11-24 12:00"))
	require.Equal(t, "Ночной", chain[1].Name)
	require.False(t, chain[1].OnDuty, "a level nobody of is at work is there, to be skipped with a word")
	require.Equal(t, "Ответственный", b.Responsible(Query{CompanyID: 1}, at(t, "2026-11-24 12:00")).Name)
	require.Nil(t, board(monday, monday+1).Responsible(Query{}, at(t, "2026-11-24 12:00")))
}

func TestPhonesOfTheHour(t *testing.T) {
	t.Parallel()
	b := board(monday-3, monday+9, person(1, "Двое телефонов", func(m *onBoard) {
		m.AllPhones = []Phone{
			{Phone: "+79000000001", Hours: []PhoneHours{{Days: []int{0, 1, 2, 3, 4}, From: 480, To: 1020}}}, {Phone: "+79000000002", Hours: []PhoneHours{{From: 1320, To: 1800}}}, {Phone: "+79000000003"},
		}
		m.Channels = []Channel{{Channel: "sms", Kinds: []string{"planned"}}, {Channel: "push", Hours: []PhoneHours{{From: 480, To: 1320}}}}
	}))
	for moment, want := range map[string][]string{
		"2026-11-23 12:00": {"+79000000001", "+79000000003"}, "2026-11-22 12:00": {"+79000000003"}, "2026-11-23 23:00": {"+79000000002", "+79000000003"},
		"2026-11-24 05:59": {"+79000000002", "+79000000003"}, "2026-11-24 06:00": {"+79000000003"},
	} {
		m, _ := b.Member(1, at(t, moment))
		require.Equal(t, want, m.Phones, moment)
	}
	m, _ := b.Member(1, at(t, "2026-11-23 12:00"))
	require.Len(t, m.ChannelsAt("planned", at(t, "2026-11-23 12:00")), 2)
	require.Equal(t, "push", m.ChannelsAt("paid", at(t, "2026-11-23 12:00"))[0].Channel)
	require.Empty(t, m.ChannelsAt("paid", at(t, "2026-11-23 23:00")))
}

func TestACellOfTheGrid(t *testing.T) {
	t.Parallel()
	b := board(monday-3, monday+9,
		person(1, "Он", works(monday, DayShift, NightShift, Off, Off), away(monday, monday+3, 2)),
		person(2, "Резерв", works(monday, Office), func(m *onBoard) { m.days[monday+1] = ShiftDay{Code: FullDay, Hours: usual[FullDay]} }))
	c := b.Cell(2, monday)
	require.Equal(t, DayShift, c.Code)
	require.Equal(t, []int64{1}, c.StandsFor)
	require.Equal(t, FullDay, b.Cell(2, monday+1).Code, "what is written by hand rules over everything")
	require.True(t, b.Cell(2, monday+1).Own)
	require.Equal(t, Off, b.Cell(2, monday+2).Code, "he works the other's days off, too")
	require.Equal(t, Office, b.Cell(2, monday+4).Code)
	require.NotNil(t, b.Cell(1, monday).Leave)
	require.False(t, b.Cell(9, monday).Scheduled)
}
