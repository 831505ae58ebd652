package engine

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/record"
)

// packet is 20 ms of sound.
const packet = g711.Rate / 50

// seam is a joint of two parts of a recording, in samples of the whole.
type seam struct {
	at   int
	lost int // samples of what was said that are missing over it; below zero: they are there twice
}

// seams measures every joint of recordings of sound in which no 10 ms are like any others: where
// the last of them before a joint and the first after it stand in what was said.
func seams(t *testing.T, said []byte, parts [][]byte) (out []seam) {
	t.Helper()
	const mark, near = packet / 2, 10 * packet
	whole := bytes.Join(parts, nil)
	find := func(at, step int) (from, in int) {
		for k := 0; k < near; k += mark / 4 {
			from = at + step*k
			if step < 0 {
				from -= mark
			}
			if from < 0 || from+mark > len(whole) {
				break
			}
			if in = bytes.Index(said, whole[from:from+mark]); in >= 0 {
				return from, in
			}
		}
		require.Fail(t, "nothing of what was said is near a joint", "at %d", at)
		return 0, 0
	}
	at := 0
	for _, p := range parts[:len(parts)-1] {
		at += len(p)
		before, b := find(at, -1)
		after, a := find(at, 1)
		out = append(out, seam{at, a - b - (after - before)})
	}
	return out
}

// noise is sound in which no two moments are alike.
func noise(d time.Duration) []byte {
	r := rand.New(rand.NewPCG(1, 19)) //nolint:gosec // a test's sound
	b := make([]byte, int(d.Seconds()*g711.Rate))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// TestNothingIsLostOrDoubledWhereTwoPartsMeet: what the caller says goes on over every joint, to
// one packet; 100 ms less or more would be heard.
func TestNothingIsLostOrDoubledWhereTwoPartsMeet(t *testing.T) { // F19
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.part = 1010 * time.Millisecond }) // a joint is in the middle of a packet
	said := noise(30 * time.Second)
	leg, _ := w.sends("+79000900001", media.NewPrompt(said))
	sixth := w.desk.until(t, "parts are closed", func(r telephony.Report) bool {
		return r.Kind == telephony.CallRecorded && r.Recording.Part == 6 && r.Recording.State == "done"
	})
	leg.Hangup()
	w.desk.ended(t)
	var parts [][]byte
	for n := 1; n <= 6; n++ {
		l, _, err := record.Channels(filepath.Join(w.dir, partOf(filepath.Join(filepath.Dir(sixth.Recording.Path), sixth.CallKey+".wav"), n)))
		require.NoError(t, err)
		parts = append(parts, l)
	}
	for _, s := range seams(t, said, parts) {
		require.LessOrEqual(t, max(s.lost, -s.lost), packet, "at %d of %d samples", s.at, len(said))
	}
}

// TestASeamIsMeasured: what the measure says of joints at which sound is missing, or is there twice.
func TestASeamIsMeasured(t *testing.T) {
	t.Parallel()
	said := noise(10 * time.Second)
	second, tenth := g711.Rate, g711.Rate/10
	require.Equal(t, []seam{{second, 0}, {2 * second, 0}}, seams(t, said, [][]byte{said[:second], said[second : 2*second], said[2*second:]}))
	require.Equal(t, []seam{{second, tenth}}, seams(t, said, [][]byte{said[:second], said[second+tenth:]}), "100 ms are missing")
	require.Equal(t, []seam{{second, -tenth}}, seams(t, said, [][]byte{said[:second], said[second-tenth:]}), "100 ms are there twice")
	hole := bytes.Clone(said)
	copy(hole[second-packet:], bytes.Repeat([]byte{g711.Silence(g711.ALaw)}, 2*packet))
	require.Equal(t, []seam{{second, 0}}, seams(t, said, [][]byte{hole[:second], hole[second:]}), "a packet that never came moves nothing")
}
