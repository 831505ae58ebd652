package mp3_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/mp3"
	"d24/voip/tone"
	"d24/voip/wav"
)

// speech is read-aloud public domain text, MPEG-2 layer III.
func speech(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/speech.mp3")
	require.NoError(t, err)
	return b
}

func TestSpeechIsHeard(t *testing.T) {
	t.Parallel()
	b := speech(t)
	require.True(t, mp3.Is(b))
	s, err := mp3.Decode(b, wav.Upload)
	require.NoError(t, err)
	t.Log(s.Duration(), s.From)
	require.Greater(t, s.Duration(), 2*time.Second)
	require.Greater(t, tone.RMS(s.PCM), -40.0)
}

// TestAFileCannotGrow is A10: the length is bounded while it is decoded, junk is refused.
func TestAFileCannotGrow(t *testing.T) {
	t.Parallel()
	b := speech(t)
	_, err := mp3.Decode(b, wav.Limits{Bytes: len(b), Duration: time.Second})
	require.ErrorIs(t, err, wav.ErrTooLong)
	_, err = mp3.Decode(b, wav.Limits{Bytes: len(b) - 1, Duration: time.Hour})
	require.ErrorIs(t, err, wav.ErrTooBig)
	for _, junk := range [][]byte{nil, []byte("ID3\x04"), append([]byte("ID3\x04"), make([]byte, 1000)...), append([]byte{0xFF, 0xFB}, make([]byte, 1000)...)} {
		_, err := mp3.Decode(junk, wav.Upload)
		require.Error(t, err)
	}
}

// FuzzDecode: whatever is sent, the answer is a sound within its bounds or an error.
func FuzzDecode(f *testing.F) {
	b := speech(f)
	f.Add(b[:2000])
	f.Add([]byte("ID3\x04"))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := mp3.Decode(in, wav.Limits{Bytes: 1 << 20, Duration: 10 * time.Second})
		if err == nil && s.Duration() > 11*time.Second {
			t.Fatal("longer than allowed")
		}
	})
}
