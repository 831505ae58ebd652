package serve

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/alarm"
	"d24/internal/telephony"
)

// TestGuessersAlarmTheSupervisor: each address that is shut out is an alarm of its own (S8).
func TestGuessersAlarmTheSupervisor(t *testing.T) {
	now := time.Now()
	as := trunkAlarms([]telephony.Floor{{Bans: []telephony.FloorBan{{ID: "b1", Address: "10.9.9.9", Since: now}, {ID: "b2", Address: "10.8.8.8", Since: now}}}})
	require.Len(t, as, 2)
	require.Equal(t, alarm.PhoneGuessed, as[0].Code)
	require.NotEqual(t, as[0].Subject, as[1].Subject)
	require.Contains(t, as[0].Text, "10.9.9.9")
	require.Contains(t, ofTrunks, alarm.PhoneGuessed, "it clears itself")
}
