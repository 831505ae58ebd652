package calendar_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/calendar"
)

// zones of Russia, all there are in the tz data.
var zones = []string{
	"Europe/Kaliningrad", "Europe/Moscow", "Europe/Simferopol", "Europe/Kirov", "Europe/Volgograd", "Europe/Astrakhan", "Europe/Saratov", "Europe/Ulyanovsk", "Europe/Samara",
	"Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk", "Asia/Barnaul", "Asia/Tomsk", "Asia/Novokuznetsk", "Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Chita", "Asia/Yakutsk",
	"Asia/Khandyga", "Asia/Vladivostok", "Asia/Ust-Nera", "Asia/Magadan", "Asia/Sakhalin", "Asia/Srednekolymsk", "Asia/Kamchatka", "Asia/Anadyr",
}

var (
	dayShift   = calendar.Hours{{From: 480, To: 1200}}
	nightShift = calendar.Hours{{From: 1200, To: 1920}}
	fullDay    = calendar.Hours{{From: 480, To: 1920}}
	office     = calendar.Hours{{From: 480, To: 720}, {From: 780, To: 1020}}
)

// random makes schedules as people have them, and stranger ones.
func random(r *rand.Rand) calendar.Pattern {
	switch r.IntN(5) {
	case 0:
		return calendar.Pattern{Days: []calendar.Hours{office, office, office, office, office, nil, nil}, ByCalendar: r.IntN(2) == 0}
	case 1:
		return calendar.Pattern{Cycle: true, Days: []calendar.Hours{dayShift, nightShift, nil, nil}}
	case 2:
		return calendar.Pattern{Cycle: true, Days: []calendar.Hours{fullDay, nil, nil, nil}}
	case 3:
		return calendar.Pattern{Cycle: true, Days: []calendar.Hours{dayShift, dayShift, nil, nil}}
	}
	p := calendar.Pattern{Cycle: true}
	for range 1 + r.IntN(8) {
		var h calendar.Hours
		if r.IntN(3) > 0 { // bounds fall into the hours that are skipped and repeated, too
			from := r.IntN(1440)
			h = calendar.Hours{{From: from, To: from + 1 + r.IntN(1440)}}
		}
		p.Days = append(p.Days, h)
	}
	return p
}

// slow walks minute by minute with a clock that stands still while an hour is
// repeated, and looks at each minute whether a shift of today or yesterday covers it.
func slow(from, to time.Time, zone *time.Location, on func(calendar.Date) calendar.Hours) (out []calendar.Span) {
	shown, open := -1<<60, false
	var today calendar.Date
	var hours [2]calendar.Hours
	const minutes = 1440
	for at := from.Unix(); at < to.Unix(); at += 60 {
		_, offset := time.Unix(at, 0).In(zone).Zone()
		shown = max(shown, int(at+int64(offset))/60)
		if d := calendar.Date(shown / minutes); d != today {
			today, hours = d, [2]calendar.Hours{on(d), on(d - 1)}
		}
		minute, works := shown-int(today)*minutes, false
		for back, hs := range hours {
			for _, s := range hs {
				works = works || minute+back*minutes >= s.From && minute+back*minutes < s.To
			}
		}
		if works != open {
			now := time.Unix(at, 0).UTC()
			if open {
				out[len(out)-1].To = now
			} else {
				out = append(out, calendar.Span{From: now})
			}
			open = works
		}
	}
	if open {
		out[len(out)-1].To = to
	}
	return out
}

// TestSpansAgreeWithAClockReadEveryMinute is R24: every zone of Russia, ten years
// with all reforms between 2010 and 2020, against a reference too slow to be wrong.
func TestSpansAgreeWithAClockReadEveryMinute(t *testing.T) {
	t.Parallel()
	from, to := time.Date(2010, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)
	for i, name := range zones {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err, "the zones are in the binary")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(i), 24))
			p, first := random(r), calendar.On(2012, time.May, r.IntN(60))
			var c calendar.Production
			on := func(d calendar.Date) calendar.Hours { return p.On(d, first, c) }
			want := slow(from, to, zone, on)
			got := cut(calendar.Spans(calendar.DateOf(from)-2, calendar.DateOf(to)+2, zone, on), from, to)
			require.Len(t, got, len(want), "%+v", p)
			for n := range want {
				if got[n] != want[n] {
					require.Failf(t, "differ", "%+v\nwant %s\ngot  %s", p, want[n], got[n])
				}
			}
		})
	}
}

// TestReforms does the same, thickly, around every change of a clock of the country
// from 2009 to 2030: a dozen schedules for each.
func TestReforms(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	changes := 0
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for at := time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC).In(zone); at.Year() < 2030; {
			_, to := at.ZoneBounds()
			if to.IsZero() || to.Year() >= 2030 {
				break
			}
			changes++
			at = to
			from, until := to.Add(-60*time.Hour).UTC(), to.Add(60*time.Hour).UTC()
			for range 12 {
				p := random(r)
				on := func(d calendar.Date) calendar.Hours { return p.On(d, 0, calendar.Production{}) }
				want := slow(from.Add(-48*time.Hour), until, zone, on)
				got := calendar.Spans(calendar.DateOf(from)-5, calendar.DateOf(until)+2, zone, on)
				require.Equal(t, cut(want, from, until), cut(got, from, until), "%s %s %+v", name, to, p)
			}
		}
	}
	require.Greater(t, changes, 150)
	t.Logf("%d changes of clocks", changes)
}

func cut(in []calendar.Span, from, to time.Time) (out []calendar.Span) {
	for _, s := range in {
		if s.From.Before(from) {
			s.From = from
		}
		if s.To.After(to) {
			s.To = to
		}
		if s.From.Before(s.To) {
			out = append(out, s)
		}
	}
	return out
}

func TestAtWorkUntilWhen(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Yekaterinburg")
	require.NoError(t, err)
	p := calendar.Pattern{Cycle: true, Days: []calendar.Hours{dayShift, nightShift, nil, nil}}
	first := on(t, "2026-11-23")
	spans := calendar.Spans(first-2, first+9, zone, func(d calendar.Date) calendar.Hours { return p.On(d, first, calendar.Production{}) })
	for _, x := range []struct {
		at    string
		works bool
		until string
	}{
		{"2026-11-23T08:00:00+05:00", true, "2026-11-23T20:00:00+05:00"},
		{"2026-11-23T19:59:59+05:00", true, "2026-11-23T20:00:00+05:00"},
		{"2026-11-23T20:00:00+05:00", false, "2026-11-24T20:00:00+05:00"},
		{"2026-11-25T03:00:00+05:00", true, "2026-11-25T08:00:00+05:00"}, // over midnight
		{"2026-11-25T08:00:00+05:00", false, "2026-11-27T08:00:00+05:00"},
	} {
		at, err := time.Parse(time.RFC3339, x.at)
		require.NoError(t, err)
		works, until := calendar.At(spans, at)
		require.Equal(t, x.works, works, x.at)
		require.Equal(t, x.until, until.In(at.Location()).Format(time.RFC3339), x.at)
	}
	always := calendar.Spans(first, first+3, zone, func(calendar.Date) calendar.Hours { return calendar.Hours{{From: 0, To: 1440}} })
	require.Len(t, always, 1, "days that touch are one stretch")
}

func TestTheWeekFollowsTheProductionCalendar(t *testing.T) {
	t.Parallel()
	week := calendar.Pattern{Days: []calendar.Hours{office, office, office, office, {{From: 480, To: 960}}, nil, nil}, ByCalendar: true}
	var c calendar.Production
	for date, want := range map[string]calendar.Hours{
		"2026-11-02": office, "2026-11-03": {{From: 480, To: 720}, {From: 780, To: 960}}, "2026-11-04": nil, "2026-11-07": nil, "2026-05-08": {{From: 480, To: 900}},
		"2024-11-02": {{From: 480, To: 720}, {From: 780, To: 960}}, // a Saturday worked as a Tuesday, and short
		"2024-04-29": nil,
	} {
		require.Equal(t, want, week.On(on(t, date), 0, c), date)
	}
	week.ByCalendar = false
	require.Equal(t, office, week.On(on(t, "2026-11-04"), 0, c))
	six := calendar.Pattern{Days: []calendar.Hours{office, office, office, office, office, dayShift, nil}, ByCalendar: true}
	require.Equal(t, dayShift, six.On(on(t, "2026-11-21"), 0, c), "an ordinary Saturday of a six-day week")
}

func TestAfterWork(t *testing.T) {
	t.Parallel()
	week := calendar.Pattern{Days: []calendar.Hours{office, office, office, office, office, nil, nil}, ByCalendar: true}
	hours := func(d calendar.Date) calendar.Hours { return week.On(d, 0, calendar.Production{}) }
	friday := time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)
	require.Equal(t, "2026-11-23T11:00:00Z", calendar.AfterWork(friday, 4*time.Hour, time.UTC, hours).Format(time.RFC3339))
	require.Equal(t, "2026-11-20T16:30:00Z", calendar.AfterWork(friday, 30*time.Minute, time.UTC, hours).Format(time.RFC3339))
	require.Zero(t, calendar.AfterWork(friday, time.Hour, time.UTC, func(calendar.Date) calendar.Hours { return nil }))
}

func TestStretches(t *testing.T) {
	t.Parallel()
	h := func(from, to int) calendar.Span {
		return calendar.Span{From: time.Unix(int64(from)*3600, 0).UTC(), To: time.Unix(int64(to)*3600, 0).UTC()}
	}
	require.Equal(t, []calendar.Span{h(1, 4), h(6, 7)}, calendar.Merge([]calendar.Span{h(6, 7), h(2, 4), h(1, 2), h(5, 5)}))
	require.Equal(t, []calendar.Span{h(1, 2), h(3, 4), h(8, 9)}, calendar.Without([]calendar.Span{h(1, 4), h(6, 9)}, []calendar.Span{h(2, 3), h(5, 8)}))
	require.Empty(t, calendar.Without([]calendar.Span{h(1, 4)}, []calendar.Span{h(0, 9)}))
	require.Equal(t, "[false false true]", fmt.Sprint([]bool{calendar.Hours{{From: -1, To: 5}}.Valid(), calendar.Hours{{From: 0, To: 100}, {From: 50, To: 200}}.Valid(), office.Valid()}))
}
