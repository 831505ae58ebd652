package company_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/calendar"
	"d24/internal/company"
)

// TestWhoseACallIs is F22 and F23: the instant it came decides, to the second, in the
// house's zone, by the production calendar.
func TestWhoseACallIs(t *testing.T) {
	ural, err := time.LoadLocation("Asia/Yekaterinburg")
	require.NoError(t, err)
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	w := company.Window{Answers: company.AnswersOperators, From: "08:00", To: "18:00"}
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04:05", s, ural)
		require.NoError(t, err)
		return x
	}
	moved := calendar.Production{}.With(calendar.Day{Date: calendar.DateOf(at("2026-11-25 12:00:00")), Kind: calendar.Holiday, Own: true})
	for _, x := range []struct {
		at   string
		zone *time.Location
		p    calendar.Production
		own  bool
	}{
		{"2026-11-24 17:59:59", ural, calendar.Production{}, true},
		{"2026-11-24 18:00:00", ural, calendar.Production{}, false},
		{"2026-11-24 07:59:59", ural, calendar.Production{}, false},
		{"2026-11-24 08:00:00", ural, calendar.Production{}, true},
		{"2026-11-24 19:30:00", moscow, calendar.Production{}, true}, // 17:30 where the house is
		{"2026-11-24 09:30:00", moscow, calendar.Production{}, false},
		{"2026-11-28 12:00:00", ural, calendar.Production{}, false}, // Saturday
		{"2026-11-04 12:00:00", ural, calendar.Production{}, false}, // День народного единства
		{"2026-11-03 16:59:59", ural, calendar.Production{}, true},  // the short day before it
		{"2026-11-03 17:00:00", ural, calendar.Production{}, false},
		{"2026-11-25 12:00:00", ural, calendar.Production{}, true},
		{"2026-11-25 12:00:00", ural, moved, false}, // the company's own day off
	} {
		require.Equal(t, x.own, w.Open(at(x.at), x.zone, x.p), "%s %s", x.at, x.zone)
	}
	w.Answers = company.AnswersNobody
	require.False(t, w.Open(at("2026-11-24 12:00:00"), ural, calendar.Production{}), "a plan without own hours")
}
