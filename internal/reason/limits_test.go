package reason

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/calendar"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	require.NoError(t, err)
	return z
}

func degrees(f float64) *float64 { return &f }

func ofBase(t *testing.T, code string) Reason {
	t.Helper()
	r, ok := base().byCode[code]
	require.True(t, ok, code)
	return r
}

// TestEveryTermOfTheLaw is the table of the acts that a reason can keep, registered in
// the demo city's zone (UTC+5).
func TestEveryTermOfTheLaw(t *testing.T) {
	t.Parallel()
	z := zone(t, "Asia/Yekaterinburg")
	for _, c := range []struct {
		code, at   string
		facts      Facts
		stage      Stage
		want, name string
	}{
		{"ВС-01", "2026-11-24 23:50", Facts{}, ToLocalise, "2026-11-25 00:20", "ПП 416 п. 13: localise in 30 minutes"},
		{"ВС-01", "2026-11-24 23:50", Facts{}, ToFinish, "2026-11-27 23:50", "ПП 416 п. 13: repair in three days"},
		{"КН-01", "2026-11-24 23:50", Facts{}, ToFinish, "2026-11-25 01:50", "ПП 416 п. 13: a sewer clog, two hours, at night too"},
		{"МС-01", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-24 14:00", "ПП 416 п. 13: a rubbish chute, two hours"},
		{"МС-01", "2026-11-24 21:00", Facts{}, ToFinish, "2026-11-24 23:00", "to the last minute of the day"},
		{"МС-01", "2026-11-24 22:30", Facts{}, ToFinish, "2026-11-25 09:30", "half an hour in the evening, the rest from 8"},
		{"МС-01", "2026-11-24 23:00", Facts{}, ToFinish, "2026-11-25 10:00", "the night does not count"},
		{"МС-01", "2026-11-25 03:15", Facts{}, ToFinish, "2026-11-25 10:00", "the night does not count"},
		{"МС-01", "2026-11-25 08:00", Facts{}, ToFinish, "2026-11-25 10:00", "from the first minute"},
		{"УП-03", "2026-11-24 18:30", Facts{}, ToFinish, "2026-12-09 00:00", "ПП 416 VIII: ten working days"},
		{"УП-03", "2026-12-28 12:00", Facts{}, ToFinish, "2027-01-21 00:00", "over the long holidays"},
		{"ВС-10", "2026-11-24 12:00", Facts{}, ToLocalise, "2026-11-24 14:00", "ПП 354 п. 108: a check in two hours"},
		{"ВС-06", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-24 16:00", "ПП 354: water, four hours at once"},
		{"ЭЛ-01", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-24 14:00", "ПП 354: power, inputs not known"},
		{"ЭЛ-01", "2026-11-24 12:00", Facts{Inputs: 2}, ToFinish, "2026-11-24 14:00", "two inputs"},
		{"ЭЛ-01", "2026-11-24 12:00", Facts{Inputs: 1}, ToFinish, "2026-11-25 12:00", "one input, a day"},
		{"ОТ-02", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-25 04:00", "ПП 354: heating, temperature not known"},
		{"ОТ-02", "2026-11-24 12:00", Facts{Temperature: degrees(12)}, ToFinish, "2026-11-25 04:00", "12 °C and warmer: 16 hours"},
		{"ОТ-02", "2026-11-24 12:00", Facts{Temperature: degrees(11.9)}, ToFinish, "2026-11-24 20:00", "10 to 12: 8 hours"},
		{"ОТ-02", "2026-11-24 12:00", Facts{Temperature: degrees(10)}, ToFinish, "2026-11-24 20:00", "10 to 12: 8 hours"},
		{"ОТ-02", "2026-11-24 12:00", Facts{Temperature: degrees(9.5)}, ToFinish, "2026-11-24 16:00", "8 to 10: 4 hours"},
		{"ГЗ-02", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-24 16:00", "ПП 354: gas, four hours"},
		{"ЛФ-01", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-24 12:30", "ГОСТ Р 55964: a person in a lift"},
		{"ЛФ-02", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-25 12:00", "ГОСТ Р 55964: a lift in a day"},
		{"КР-01", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-25 12:00", "Госстрой 170: a roof, a day"},
		{"КР-03", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-29 12:00", "Госстрой 170: a drain pipe, five days"},
		{"ПД-01", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-25 12:00", "Госстрой 170: an entrance door, a day"},
		{"ПД-03", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-29 12:00", "Госстрой 170: plaster, five days"},
		{"ПД-02", "2026-01-15 12:00", Facts{}, ToFinish, "2026-01-16 12:00", "Госстрой 170: a pane in winter, a day"},
		{"ПД-02", "2026-07-15 12:00", Facts{}, ToFinish, "2026-07-18 12:00", "a pane in summer, three days"},
		{"ПД-02", "2026-04-30 23:59", Facts{}, ToFinish, "2026-05-01 23:59", "the last evening of the cold season, here"},
		{"ПД-02", "2026-05-01 00:01", Facts{}, ToFinish, "2026-05-04 00:01", "the first night of the warm one, here"},
		{"ПД-02", "2026-09-30 23:59", Facts{}, ToFinish, "2026-10-03 23:59", "its last evening"},
		{"ЭЛ-07", "2026-11-24 12:00", Facts{}, ToFinish, "2026-12-01 12:00", "Госстрой 170: common lights, seven days"},
		{"ЭЛ-02", "2026-11-24 12:00", Facts{}, ToFinish, "2026-11-24 15:00", "Госстрой 170: riser breakers, three hours"},
		{"ДК-02", "2026-11-24 20:00", Facts{}, ToFinish, "2026-11-25 08:00", "ПП 354 п. 152: an act in twelve hours"},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, z)
		require.NoError(t, err)
		r := ofBase(t, c.code)
		terms := r.Terms(Moment{At: at.UTC(), Zone: z, Facts: c.facts})
		got := map[Stage]*time.Time{ToAccept: terms.Accept, ToLocalise: terms.Localise, ToFinish: terms.Finish}[c.stage]
		require.NotNil(t, got, "%s %s", c.code, c.name)
		require.Equal(t, c.want, got.In(z).Format("2006-01-02 15:04"), "%s: %s", c.code, c.name)
	}
}

// TestTheSameLimitsInAHouseElsewhere: it is the house's clock that counts.
func TestTheSameLimitsInAHouseElsewhere(t *testing.T) {
	t.Parallel()
	chute, letter := ofBase(t, "МС-01"), ofBase(t, "УП-03")
	at := time.Date(2026, 11, 24, 18, 30, 0, 0, time.UTC) // 20:30 in Kaliningrad, 06:30 of the next day in Kamchatka
	west, east := zone(t, "Europe/Kaliningrad"), zone(t, "Asia/Kamchatka")
	require.Equal(t, "24 22:30", chute.Terms(Moment{At: at, Zone: west}).Finish.In(west).Format("02 15:04"))
	require.Equal(t, "25 10:00", chute.Terms(Moment{At: at, Zone: east}).Finish.In(east).Format("02 15:04"))
	require.Equal(t, "09 00:00", letter.Terms(Moment{At: at, Zone: west}).Finish.In(west).Format("02 15:04"))
	require.Equal(t, "10 00:00", letter.Terms(Moment{At: at, Zone: east}).Finish.In(east).Format("02 15:04"))
}

// TestClocksAreChanged: Russia has not changed its clocks since 2014, but rows of the
// past and houses elsewhere have lived through it. Hours that pass are hours.
func TestClocksAreChanged(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Berlin")
	day := Limit{Amount: 24, Unit: Hours}
	chute := Limit{Amount: 2, Unit: Hours, From: 60, Till: 240} // 1:00–4:00, over the leap
	spring := time.Date(2026, 3, 28, 12, 0, 0, 0, z)
	require.Equal(t, "29 13:00", day.Due(Moment{At: spring, Zone: z}).In(z).Format("02 15:04"), "24 hours, though the day has 23")
	require.Equal(t, "29 04:00", chute.Due(Moment{At: spring, Zone: z}).In(z).Format("02 15:04"), "1:00–2:00, and 3:00–4:00: the hour between is not")
	autumn := time.Date(2026, 10, 24, 12, 0, 0, 0, z)
	require.Equal(t, "25 11:00", day.Due(Moment{At: autumn, Zone: z}).In(z).Format("02 15:04"))
	require.Equal(t, "25 02:00", chute.Due(Moment{At: autumn, Zone: z}).In(z).Format("02 15:04"), "1:00–2:00 and 2:00–3:00 for the first time")
	was := zone(t, "Asia/Yekaterinburg")
	back := time.Date(2014, 10, 25, 20, 0, 0, 0, was)
	require.Equal(t, "26 19:00", day.Due(Moment{At: back, Zone: was}).In(was).Format("02 15:04"))
}

// TestCountedHoursAgainstTheSlowWay walks minute by minute and counts those that lie
// in the hours of the limit, in many zones, at random moments.
func TestCountedHoursAgainstTheSlowWay(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(24, 416))
	zones := []string{"Europe/Kaliningrad", "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Kamchatka", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"}
	for range 3000 {
		z := zone(t, zones[dice.IntN(len(zones))])
		l := Limit{Amount: 1 + dice.IntN(600), Unit: Minutes, From: dice.IntN(1441), Till: dice.IntN(1441)}
		if span := (l.Till - l.From + 1440) % 1440; span < 60 || span == 0 {
			continue
		}
		at := time.Date(2026, time.Month(1+dice.IntN(12)), 1+dice.IntN(28), dice.IntN(24), dice.IntN(60), 0, 0, z)
		if dice.IntN(3) == 0 { // about the changes of the clocks
			at = time.Date(2026, 3, 28+dice.IntN(2), dice.IntN(24), dice.IntN(60), 0, 0, z)
		}
		got := l.Due(Moment{At: at, Zone: z})
		require.Equal(t, slowly(l, at, z).UTC(), got.UTC(), "%+v from %s", l, at)
	}
}

func slowly(l Limit, at time.Time, z *time.Location) time.Time {
	left := l.Amount
	for {
		h, m, _ := at.In(z).Clock()
		now := h*60 + m
		in := now >= l.From && now < l.Till
		if l.From > l.Till {
			in = now >= l.From || now < l.Till
		}
		at = at.Add(time.Minute)
		if in {
			if left--; left == 0 {
				return at
			}
		}
	}
}

func TestWorkingDaysFollowTheCompanysCalendar(t *testing.T) {
	t.Parallel()
	z := zone(t, "Asia/Yekaterinburg")
	l := Limit{Amount: 3, Unit: WorkingDays}
	friday := time.Date(2026, 11, 27, 15, 0, 0, 0, z)
	require.Equal(t, "03 00:00", l.Due(Moment{At: friday, Zone: z}).In(z).Format("02 15:04"))
	own := calendar.Production{}.With(calendar.Day{Date: calendar.On(2026, 11, 30), Kind: calendar.DayOff})
	require.Equal(t, "04 00:00", l.Due(Moment{At: friday, Zone: z, Production: own}).In(z).Format("02 15:04"))
}

func TestLaxerThanTheLaw(t *testing.T) {
	t.Parallel()
	h := func(n int) Rule { return Rule{Base: Limit{Amount: n, Unit: Hours}} }
	heat := base().law["ОТ-02"].Finish
	chute := base().law["МС-01"].Finish
	letter := base().law["УП-03"].Finish
	pane := base().law["ПД-02"].Finish
	cold := func(n int) Rule {
		return Rule{Base: Limit{Amount: 16, Unit: Hours}, Variants: []Variant{{Condition{TempBelow: degrees(12)}, Limit{Amount: n, Unit: Hours}}}}
	}
	for name, c := range map[string]struct {
		ours, law Rule
		want      bool
	}{
		"the same":                               {h(2), h(2), false},
		"stricter":                               {h(1), h(2), false},
		"laxer":                                  {h(3), h(2), true},
		"none":                                   {h(0), h(2), true},
		"no law":                                 {h(100), Rule{}, false},
		"minutes and hours":                      {Rule{Base: Limit{Amount: 120, Unit: Minutes}}, h(2), false},
		"heating without its conditions":         {h(16), heat, true},
		"heating, 4 hours always":                {h(4), heat, false},
		"heating, 8 hours below 12":              {cold(8), heat, true},
		"heating, 4 hours below 12":              {cold(4), heat, false},
		"heating, the law":                       {heat, heat, false},
		"a chute round the clock":                {h(2), chute, false},
		"a chute, the law":                       {chute, chute, false},
		"a chute from 9":                         {Rule{Base: Limit{Amount: 2, Unit: Hours, From: 540, Till: 1380}}, chute, true},
		"a letter in 15 days of the calendar":    {h(15 * 24), letter, true},
		"a letter in 10 days of the calendar":    {h(240), letter, false},
		"a letter in 11 working days":            {Rule{Base: Limit{Amount: 11, Unit: WorkingDays}}, letter, true},
		"a pane in three days all the year":      {h(72), pane, true},
		"a pane in a day all the year":           {h(24), pane, false},
		"a pane, the warm season a day too long": {Rule{Base: Limit{Amount: 24, Unit: Hours}, Variants: []Variant{{Condition{SeasonFrom: "05-01", SeasonTill: "10-01"}, Limit{Amount: 72, Unit: Hours}}}}, pane, true},
	} {
		require.Equal(t, c.want, c.ours.Laxer(c.law), name)
	}
}

// TestTheCatalogueKeepsTheLaw: what a company gets is nowhere laxer, and every line of
// the law's table has its reason.
func TestTheCatalogueKeepsTheLaw(t *testing.T) {
	t.Parallel()
	for _, r := range base().list {
		require.False(t, r.Laxer(), r.Code)
		require.Equal(t, [3]int{r.AcceptMin, r.LocaliseMin, r.FinishMin}, [3]int{r.Rules.Accept.Base.minutes(), r.Rules.Localise.Base.minutes(), r.Rules.Finish.Base.minutes()},
			"%s: the minutes and the rules say the same", r.Code)
		require.Empty(t, r.Differs(), r.Code)
		if r.Kind == Consultation {
			require.NotEmpty(t, r.Answer, "%s: a consultation has what to read out", r.Code)
		}
	}
	for code, law := range base().law {
		require.NotEmpty(t, base().byCode[code].Code, code)
		for s, ref := range law.References {
			require.Regexp(t, `^(ПП|Госстрой|ГОСТ) `, ref)
			require.Positive(t, law.Of(s).Base.Amount, code)
		}
	}
}

func TestWhatIsWarnedOf(t *testing.T) {
	t.Parallel()
	r := ofBase(t, "ВС-01")
	r.Rules.Localise.Base = Limit{Amount: 45, Unit: Minutes}
	ws := Weigh(r.Rules, LawOf(r.Code, false, r.Kind), Moment{Zone: time.UTC})
	require.Equal(t, "мягче закона: ПП 416 п. 13 – 30 минут", ws[1].Warning)
	require.Empty(t, ws[0].Warning)
	require.Empty(t, ws[2].Warning)
	require.Nil(t, ws[0].Due)
	require.Equal(t, []string{"4 часа: в квартире ниже 10 °C", "8 часов: в квартире от 10 до 12 °C"}, Weigh(Rules{}, LawOf("ОТ-02", false, Emergency), Moment{})[2].Variants)
	require.Equal(t, "мягче закона: ПП 416 п. 13 – 72 часа", Weigh(rulesOf(10, 30, 73*60), LawOf("СВ-01", true, Emergency), Moment{})[2].Warning, "a company's own emergency")
	require.Empty(t, Weigh(rulesOf(10, 30, 73*60), LawOf("СВ-01", true, Planned), Moment{})[2].Law)
	require.Equal(t, "2 часа, считая с 08:00 до 23:00", ofBase(t, "МС-01").Rules.Finish.Base.String())
}

func TestFactsComeFromAnswers(t *testing.T) {
	t.Parallel()
	r := ofBase(t, "ОТ-02")
	require.Equal(t, Temperature, r.Questions[1].Fact)
	f := r.FactsOf(map[int]string{1: "5", 2: " 11,5 "})
	require.InDelta(t, 11.5, *f.Temperature, 0)
	require.Nil(t, r.FactsOf(map[int]string{2: "не знает"}).Temperature)
	terms := r.Terms(Moment{At: time.Unix(0, 0), Zone: time.UTC, Facts: f})
	require.Equal(t, Applied{ToFinish, "8 часов: в квартире от 10 до 12 °C"}, terms.Applied[2])
}
