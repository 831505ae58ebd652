package followup

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/company"
)

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
