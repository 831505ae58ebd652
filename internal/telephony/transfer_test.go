package telephony_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// TestShortNumbers: an operator's never passes for a competent person's, and nothing else for
// either.
func TestShortNumbers(t *testing.T) {
	for number, want := range map[string][2]int64{
		"7": {7, 0}, "120": {120, 0}, "07": {0, 7}, "999999": {999999, 0}, telephony.ShortNumber(120): {0, 120},
	} {
		person, operator, ok := telephony.Shorter(number)
		require.True(t, ok, number)
		require.Equal(t, want, [2]int64{person, operator}, number)
	}
	for _, number := range []string{"", "0", "00", "007", "+7", "0+7", "-1", "0-1", " 7", "7a", "boss", "1000000", "81000008966595", "99999999999999999999", "0x7"} {
		_, _, ok := telephony.Shorter(number)
		require.False(t, ok, number)
	}
}
