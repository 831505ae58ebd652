package company

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestNobodyIsWokenUp: quiet hours are those of the house's zone, over midnight or
// not, also on the nights when the clocks are moved (F51).
func TestNobodyIsWokenUp(t *testing.T) {
	t.Parallel()
	night, noonRest, none := Settings{}.WithDefaults(), Settings{QuietFrom: "13:00", QuietTo: "14:30"}, Settings{QuietFrom: "00:00", QuietTo: "00:00"}
	for _, c := range []struct {
		s              Settings
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
		require.WithinDuration(t, want, c.s.Quiet(c.zone).Awake(at), 0, "%s %s", c.zone, c.at)
	}
}

// TestWhenItGetsQuiet: the next evening of the house, never the one that has come.
func TestWhenItGetsQuiet(t *testing.T) {
	t.Parallel()
	night := Settings{}.WithDefaults()
	for at, want := range map[string]string{
		"2026-11-24T12:00:00+05:00": "2026-11-24T21:00:00+05:00", "2026-11-24T21:00:00+05:00": "2026-11-25T21:00:00+05:00",
		"2026-11-24T20:59:59+05:00": "2026-11-24T21:00:00+05:00", "2026-11-24T18:00:00Z": "2026-11-25T21:00:00+05:00",
	} {
		now, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		then, err := time.Parse(time.RFC3339, want)
		require.NoError(t, err)
		require.WithinDuration(t, then, night.Quiet("Asia/Yekaterinburg").Next(now), 0, at)
	}
	require.Zero(t, Settings{QuietFrom: "00:00", QuietTo: "00:00"}.Quiet("UTC").Next(time.Now()))
	require.Zero(t, Quiet{}.Next(time.Now()))
	require.Equal(t, time.Unix(7, 0), Quiet{}.Awake(time.Unix(7, 0)))
}
