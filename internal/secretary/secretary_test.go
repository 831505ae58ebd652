package secretary

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/calendar"
	"d24/internal/staff"
)

func at(t *testing.T, zone, text string) time.Time {
	t.Helper()
	z, err := time.LoadLocation(zone)
	require.NoError(t, err)
	out, err := time.ParseInLocation("2006-01-02 15:04", text, z)
	require.NoError(t, err)
	return out
}

// office is a bookkeeper's hours: Monday to Friday, 9 to 18 with a break.
var office = Competent{
	Name: "Бухгалтер", Phones: []string{"+73430000111"}, ByCalendar: true,
	Hours: []staff.PhoneHours{{Days: []int{0, 1, 2, 3, 4}, From: 840, To: 1080}, {Days: []int{0, 1, 2, 3, 4}, From: 540, To: 780}},
}

// TestHoursAreOfTheHouseAndTheCalendar is SR2: by weekday, in the zone of the caller's house,
// holidays off, short days an hour shorter.
func TestHoursAreOfTheHouseAndTheCalendar(t *testing.T) {
	const ural, moscow = "Asia/Yekaterinburg", "Europe/Moscow"
	for _, c := range []struct {
		moment, zone string
		open         bool
		until        string
	}{
		{"2026-11-24 09:00", ural, true, "2026-11-24 13:00"},
		{"2026-11-24 13:30", ural, false, "2026-11-24 14:00"},
		{"2026-11-24 18:00", ural, false, "2026-11-25 09:00"},
		{"2026-11-27 20:00", ural, false, "2026-11-30 09:00"}, // Friday evening
		{"2026-11-03 17:30", ural, false, "2026-11-05 09:00"}, // a short day before a holiday
		{"2026-11-04 12:00", ural, false, "2026-11-05 09:00"}, // the holiday
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		s := office.state(nil, at(t, c.zone, c.moment), zone, calendar.Production{})
		require.Equal(t, c.open, s.Open, c.moment)
		require.NotNil(t, s.Until, c.moment)
		require.WithinDuration(t, at(t, c.zone, c.until), *s.Until, 0, c.moment)
	}
	z, err := time.LoadLocation(moscow)
	require.NoError(t, err)
	require.False(t, office.state(nil, at(t, ural, "2026-11-24 09:00"), z, calendar.Production{}).Open, "seven in the morning where the house stands")
	always := office
	always.ByCalendar = false
	u, err := time.LoadLocation(ural)
	require.NoError(t, err)
	require.True(t, always.state(nil, at(t, ural, "2026-11-04 12:00"), u, calendar.Production{}).Open, "he works on holidays")
}

// TestTheStaffCardCounts: one of the staff has its leave, its shifts and its phones.
func TestTheStaffCardCounts(t *testing.T) {
	now := at(t, "Asia/Yekaterinburg", "2026-11-24 12:00")
	m := &staff.Member{Person: staff.Person{Phones: []string{"+79000005009"}}}
	m.State.OnDuty = true
	one := Competent{MemberID: 7}
	s := one.state(m, now, now.Location(), calendar.Production{})
	require.True(t, s.Open)
	require.Equal(t, []string{"+79000005009"}, s.Phones)
	m.State.OnDuty = false
	require.Equal(t, OutOfHours, one.state(m, now, now.Location(), calendar.Production{}).Why)
	m.State.OnDuty, m.Phones = true, nil
	require.Equal(t, NoPhone, one.state(m, now, now.Location(), calendar.Production{}).Why)
	own := office
	m.State.Leave = &staff.Leave{EndsOn: calendar.DateOf(now) + 2}
	s = own.state(m, now, now.Location(), calendar.Production{})
	require.Equal(t, Away, s.Why, "his own hours do not call him from his leave")
	require.WithinDuration(t, at(t, "Asia/Yekaterinburg", "2026-11-27 00:00"), *s.Until, 0)
	m.IsArchived = true
	require.Equal(t, Dismissed, own.state(m, now, now.Location(), calendar.Production{}).Why)
}

// TestWhoIsInHisHoursComesFirst, then who answers for the reason.
func TestWhoIsInHisHoursComesFirst(t *testing.T) {
	offer := func(name string, open, fits bool, reasons ...int64) Offer {
		return Offer{Competent: Competent{Name: name, ReasonIDs: reasons}, State: State{Open: open}, Fits: fits}
	}
	all := []Offer{offer("Ж", false, true, 1), offer("Г", true, false, 2), offer("В", true, false), offer("Б", false, false), offer("А", true, true, 1)}
	slices.SortFunc(all, Offer.before)
	var names []string
	for _, o := range all {
		names = append(names, o.Name)
	}
	require.Equal(t, []string{"А", "В", "Г", "Ж", "Б"}, names)
}
