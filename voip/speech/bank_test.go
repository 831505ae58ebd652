package speech_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/speech"
)

// TestTheBankIsWhole is F42: every phrase is in the program, and is heard.
func TestTheBankIsWhole(t *testing.T) {
	t.Parallel()
	for name := range speech.Phrases {
		b, err := speech.Recorded(name)
		require.NoError(t, err)
		require.Greater(t, len(b), g711.Rate/5, name)
		loud := 0
		for _, v := range g711.Decode(b, g711.ALaw) {
			if v > 3000 || v < -3000 {
				loud++
			}
		}
		require.Greater(t, loud, 200, name)
	}
	_, err := speech.Recorded("../speech")
	require.Error(t, err)
}

// TestANumberIsReadDigitByDigit is F42.
func TestANumberIsReadDigitByDigit(t *testing.T) {
	t.Parallel()
	all, err := speech.Digits(1042)
	require.NoError(t, err)
	want := 0
	for _, d := range []string{"1", "0", "4", "2"} {
		b, err := speech.Recorded(d)
		require.NoError(t, err)
		want += len(b) + g711.Rate*15/100
	}
	require.Len(t, all, want)
}
