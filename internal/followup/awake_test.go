package followup

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/company"
)

// TestNobodyIsWokenUp: quiet hours are those of the house's zone, over midnight or
// not, also on the nights when the clocks are moved (F51).
func TestNobodyIsWokenUp(t *testing.T) {
	t.Parallel()
	night, noonRest, none := company.Settings{}.WithDefaults(), company.Settings{QuietFrom: "13:00", QuietTo: "14:30"}, company.Settings{QuietFrom: "00:00", QuietTo: "00:00"}
	for _, c := range []struct {
		s              company.Settings
		zone, at, want string
	}{
		{night, "Asia/Yekaterinburg", "2026-11-24T20:59:59+05:00", "2026-11-24T20:59:59+05:00"},
		{night, "Asia/Yekaterinburg", "2026-11-24T21:00:00+05:00", "2026-11-25T08:00:00+05:00"},
		{night, "Asia/Yekaterinburg", "2026-11-25T00:30:00+05:00", "2026-11-25T08:00:00+05:00"},
		{night, "Asia/Yekaterinburg", "2026-11-25T08:00:00+05:00", "2026-11-25T08:00:00+05:00"},
		{night, "Asia/Yekaterinburg", "2026-12-31T23:00:00+05:00", "2027-01-01T08:00:00+05:00"},
		{night, "Asia/Kamchatka", "2026-11-24T10:00:00Z", "2026-11-25T08:00:00+12:00"},
		{night, "Europe/Kaliningrad", "2026-11-24T10:00:00Z", "2026-11-24T12:00:00+02:00"},
		{night, "Europe/Berlin", "2027-03-27T22:00:00+01:00", "2027-03-28T08:00:00+02:00"}, // a night of nine hours
		{night, "Europe/Berlin", "2026-10-24T22:00:00+02:00", "2026-10-25T08:00:00+01:00"}, // and one of eleven
		{night, "nowhere", "2026-11-24T23:00:00Z", "2026-11-25T08:00:00Z"},
		{noonRest, "UTC", "2026-11-24T13:00:00Z", "2026-11-24T14:30:00Z"},
		{noonRest, "UTC", "2026-11-24T12:59:00Z", "2026-11-24T12:59:00Z"},
		{none, "UTC", "2026-11-24T03:00:00Z", "2026-11-24T03:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		require.NoError(t, err)
		want, err := time.Parse(time.RFC3339, c.want)
		require.NoError(t, err)
		require.WithinDuration(t, want, Awake(at, c.s, c.zone), 0, "%s %s", c.zone, c.at)
	}
}

// TestTheLastDialIsNotInTheNightEither: half an hour of dials that would run on
// into the quiet hours waits for the morning.
func TestTheLastDialIsNotInTheNightEither(t *testing.T) {
	t.Parallel()
	s := company.Settings{}.WithDefaults()
	at := time.Date(2026, 11, 24, 20, 29, 0, 0, time.UTC)
	require.Equal(t, at, calm(at, s, "UTC"))
	require.Equal(t, time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC), calm(at.Add(2*time.Minute), s, "UTC"))
	require.Equal(t, time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC), calm(at.Add(5*time.Hour), s, "UTC"))
}
