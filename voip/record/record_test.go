package record

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/tone"
)

// speak feeds one second of hz to a tap, as if it had come in time.
func speak(tap func(*media.Packet), start time.Time, hz float64, ssrc uint32, law g711.Law) {
	sound := media.Tone(hz, time.Second).ALaw()
	for i := 0; i < len(sound); i += g711.Frame {
		tap(&media.Packet{
			Law: law, TS: uint32(i) + 5000, SSRC: ssrc, At: start.Add(time.Duration(i/8) * time.Millisecond),
			Payload: g711.Transcode(make([]byte, 160), sound[i:i+160], g711.ALaw, law),
		})
	}
}

func TestBothSidesAreHeardInTheirChannels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	r, err := New(path, nil)
	require.NoError(t, err)
	rx, tx := r.Taps()
	speak(rx, r.start, 700, 1, g711.ALaw)
	speak(tx, r.start, 440, 2, g711.MuLaw)
	speak(tx, r.start.Add(time.Second), 900, 3, g711.ALaw) // a transfer: another source
	d, err := r.Close()
	require.NoError(t, err)
	require.InDelta(t, 2, d.Seconds(), 0.1)

	b, err := os.ReadFile(path)
	require.NoError(t, err)
	l, rt, err := Channels(bytes.NewReader(b))
	require.NoError(t, err)
	require.True(t, tone.Heard(l, 700))
	require.False(t, tone.Heard(l, 440))
	require.True(t, tone.Heard(rt[:8000], 440))
	require.True(t, tone.Heard(rt[8000:], 900))
	require.False(t, tone.Heard(rt[8000:], 440))
}

// TestAKilledRecordingIsRepaired is R13: what is on the disk plays.
func TestAKilledRecordingIsRepaired(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.wav")
	r, err := New(path, nil)
	require.NoError(t, err)
	defer r.Close()
	rx, _ := r.Taps()
	speak(rx, r.start, 700, 1, g711.ALaw)
	killed := filepath.Join(dir, "killed.wav")
	deadline := time.Now().Add(10 * time.Second)
	for {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		if len(b) > headerLen+2*7000 { // the writer works while the call goes on
			require.NoError(t, os.WriteFile(killed, b[:len(b)-3], 0o600))
			break
		}
		require.True(t, time.Now().Before(deadline), "nothing is flushed during the call")
		time.Sleep(10 * time.Millisecond)
	}
	for range 2 {
		d, err := Repair(killed)
		require.NoError(t, err)
		require.Greater(t, d, 800*time.Millisecond)
	}
	b, err := os.ReadFile(killed)
	require.NoError(t, err)
	l, _, err := Channels(bytes.NewReader(b))
	require.NoError(t, err)
	require.True(t, tone.Heard(l, 700))
	_, err = Repair(filepath.Join(dir, "none.wav"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestAFullDiskIsSaidOnce is F21.
func TestAFullDiskIsSaidOnce(t *testing.T) {
	said := 0
	r, err := New(filepath.Join(t.TempDir(), "a.wav"), func(error) { said++ })
	require.NoError(t, err)
	require.NoError(t, r.f.Close())
	rx, _ := r.Taps()
	speak(rx, r.start, 700, 1, g711.ALaw)
	_, err = r.Close()
	require.True(t, errors.Is(err, os.ErrClosed))
	require.Equal(t, 1, said)
}
