package engine

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/record"
)

// TestALongCallIsRecordedInParts: each part is told of as soon as it is there and when it is
// closed, the call goes on, and the parts joined are the whole talk.
func TestALongCallIsRecordedInParts(t *testing.T) { // F19
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.part = time.Second })
	_, key, leg, _ := w.inTalk()
	closed := func(part int) telephony.Report {
		return w.desk.until(t, "a part is closed", func(r telephony.Report) bool {
			return r.Kind == telephony.CallRecorded && r.Recording.Part == part && r.Recording.State == "done"
		})
	}
	third := closed(3)
	require.Equal(t, telephony.RecordingFact{Path: third.Recording.Path, Part: 3, State: "done", DurationMS: 1000, Bytes: 16058}, *third.Recording)
	leg.Hangup()
	w.desk.ended(t)
	var pieces []record.Piece
	var told int64
	last := closed(4) // the last, or one of the last
	for n := 1; ; n++ {
		path := filepath.Join(w.dir, partOf(filepath.Join(filepath.Dir(last.Recording.Path), key+".wav"), n))
		f, err := os.Open(path)
		if os.IsNotExist(err) {
			break
		}
		require.NoError(t, err)
		defer f.Close() //nolint:errcheck // only read
		r := closed(n)
		require.Equal(t, filepath.Base(path), filepath.Base(r.Recording.Path))
		told += r.Recording.DurationMS
		pieces = append(pieces, record.Piece{File: f})
		if n > 1 {
			begun := w.desk.until(t, "a part begins", func(r telephony.Report) bool {
				return r.Kind == telephony.CallRecorded && r.Recording.Part == n && r.Recording.State == "writing"
			})
			require.Equal(t, r.Recording.Path, begun.Recording.Path)
		}
	}
	require.GreaterOrEqual(t, len(pieces), 4)
	j, err := record.Join(pieces...)
	require.NoError(t, err)
	_, _, d, err := record.Waveform(j, 10)
	require.NoError(t, err)
	require.InDelta(t, told, d.Milliseconds(), float64(len(pieces)))
}
