package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/calendar"
)

func on(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	require.NoError(t, err)
	return d
}

// TestTheYearsAddUpAsPublished holds the files against the norms of working time
// published for a week of forty hours: working days and hours of a year.
func TestTheYearsAddUpAsPublished(t *testing.T) {
	t.Parallel()
	var c calendar.Production
	for year, want := range map[int]struct{ days, hours int }{2024: {248, 1979}, 2025: {247, 1972}, 2026: {247, 1972}} {
		days, hours := 0, 0
		for d := calendar.On(year, time.January, 1); d.Year() == year; d++ {
			switch x := c.Day(d); x.Kind {
			case calendar.Workday:
				days, hours = days+1, hours+8
			case calendar.Short:
				days, hours = days+1, hours+7
			case calendar.DayOff, calendar.Holiday:
			}
			require.False(t, c.Day(d).Provisional)
		}
		require.Equal(t, want.days, days, year)
		require.Equal(t, want.hours, hours, year)
		d, known := calendar.Decreed(year)
		require.True(t, known)
		require.Contains(t, d.Source, "Постановление Правительства РФ от ")
	}
}

// TestTheMonthsAddUp: hours of each month of 2026 for a week of forty hours.
func TestTheMonthsAddUp(t *testing.T) {
	t.Parallel()
	var c calendar.Production
	var got []int
	for m := time.January; m <= time.December; m++ {
		h := 0
		for d := calendar.On(2026, m, 1); d < calendar.On(2026, m+1, 1); d++ {
			switch c.Day(d).Kind {
			case calendar.Workday:
				h += 8
			case calendar.Short:
				h += 7
			case calendar.DayOff, calendar.Holiday:
			}
		}
		got = append(got, h)
	}
	require.Equal(t, []int{120, 152, 168, 175, 151, 167, 184, 168, 176, 176, 159, 176}, got)
}

// TestAYearWithoutADecreeIsComputedAndSaysSo is ТК РФ ст. 112 for 2027: only what
// follows from the law itself, marked as provisional.
func TestAYearWithoutADecreeIsComputedAndSaysSo(t *testing.T) {
	t.Parallel()
	var c calendar.Production
	_, known := calendar.Decreed(2027)
	require.False(t, known)
	for date, kind := range map[string]calendar.Kind{
		"2027-01-01": calendar.Holiday, "2027-01-08": calendar.Holiday, "2027-01-11": calendar.Workday, "2027-02-22": calendar.Short, "2027-02-23": calendar.Holiday,
		"2027-03-08": calendar.Holiday, "2027-03-05": calendar.Workday, "2027-05-01": calendar.Holiday, "2027-05-03": calendar.DayOff, "2027-05-10": calendar.DayOff,
		"2027-06-11": calendar.Short, "2027-06-14": calendar.DayOff, "2027-11-03": calendar.Short, "2027-11-04": calendar.Holiday, "2027-12-31": calendar.Short,
	} {
		d := c.Day(on(t, date))
		require.Equal(t, kind, d.Kind, date)
		require.True(t, d.Provisional, date)
	}
}

// TestTheComputedDaysAgreeWithDecreesWhereTheLawAloneDecides compares the rule with the
// years that are known, less the days the Government moved by itself.
func TestTheComputedDaysAgreeWithDecreesWhereTheLawAloneDecides(t *testing.T) {
	t.Parallel()
	var c calendar.Production
	for _, date := range []string{"2024-02-22", "2024-05-08", "2025-03-07", "2025-06-11", "2026-03-09", "2026-05-08", "2026-05-11", "2026-11-03"} {
		known := c.Day(on(t, date))
		require.NotEqual(t, calendar.Workday, known.Kind, date)
	}
}

func TestACompanySetsItsOwnDays(t *testing.T) {
	t.Parallel()
	own := calendar.Production{}.With(calendar.Day{Date: on(t, "2026-11-03"), Kind: calendar.DayOff, Note: "День компании"}, calendar.Day{Date: on(t, "2026-11-07"), Kind: calendar.Workday})
	require.False(t, own.Works(on(t, "2026-11-03")))
	require.Equal(t, on(t, "2026-11-06"), own.Day(on(t, "2026-11-07")).WorkedAs, "a Saturday is worked as the Friday before")
	require.True(t, calendar.Production{}.Works(on(t, "2026-11-03")), "others keep theirs")
	more := own.With(calendar.Day{Date: on(t, "2026-11-05"), Kind: calendar.DayOff})
	require.True(t, own.Works(on(t, "2026-11-05")), "a calendar is not changed in place")
	require.False(t, more.Works(on(t, "2026-11-03")))
}

func TestInWorkingDays(t *testing.T) {
	t.Parallel()
	var c calendar.Production
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-11-20", 3, "2026-11-25"}, // from a Friday
		{"2026-11-21", 1, "2026-11-23"}, // from a Saturday
		{"2026-04-30", 1, "2026-05-04"}, // over the first of May
		{"2025-12-30", 1, "2026-01-12"}, // over the New Year
		{"2024-12-27", 1, "2024-12-28"}, // a working Saturday
		{"2026-11-20", 0, "2026-11-20"},
	} {
		require.Equal(t, x.want, c.AfterWorkingDays(on(t, x.from), x.n).String(), "%s + %d", x.from, x.n)
	}
	zone, err := time.LoadLocation("Asia/Yekaterinburg")
	require.NoError(t, err)
	late := time.Date(2026, 11, 20, 20, 30, 0, 0, time.UTC) // already Saturday there
	require.Equal(t, "2026-11-24T19:00:00Z", c.EndOfWorkingDays(late, 2, zone).Format(time.RFC3339))
}
