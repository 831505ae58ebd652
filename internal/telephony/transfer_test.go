package telephony_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// TestShortNumbers: an operator's never passes for a competent person's, and nothing else for
// either; an emergency number is nobody's, whatever numbers people have.
func TestShortNumbers(t *testing.T) {
	for number, want := range map[string][2]int64{
		"7": {7, 0}, "120": {120, 0}, "07": {0, 7}, "999999": {999999, 0}, telephony.ShortNumber(120): {0, 120},
	} {
		person, operator, ok := telephony.Shorter(number)
		require.True(t, ok, number)
		require.Equal(t, want, [2]int64{person, operator}, number)
	}
	for id := range int64(20_000) {
		for number, want := range map[string][2]int64{telephony.ShortNumber(id + 1): {0, id + 1}, telephony.PersonNumber(id + 1): {id + 1, 0}} {
			require.False(t, telephony.Emergency(number), number)
			person, operator, ok := telephony.Shorter(number)
			require.True(t, ok, number)
			require.Equal(t, want, [2]int64{person, operator}, number)
		}
	}
	for _, number := range []string{"01", "02", "03", "04", "010", "040", "101", "102", "103", "104", "112", "911", "1-1-2", "0112", "9112", "001", "901", "0101"} {
		require.True(t, telephony.Emergency(number), number)
		_, _, ok := telephony.Shorter(number)
		require.False(t, ok, number)
	}
	for _, number := range []string{"00112", "0007", "000", "00007", "", "0", "00", "007", "+7", "0+7", "-1", "0-1", " 7", "7a", "boss", "1000000", "81000008966595", "99999999999999999999", "0x7"} {
		_, _, ok := telephony.Shorter(number)
		require.False(t, ok, number)
	}
}
