package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/wav"
)

// part is told by the engine of a part of a call's recording, a second long; it returns the
// part's sound, which is its own.
func (h *house) part(key string, n int, state string) []byte {
	h.t.Helper()
	rel := filepath.Join("recordings", "2026", "11", "24", fmt.Sprintf("%s.%d.wav", key, n))
	must(h.t, os.MkdirAll(filepath.Join(h.data, filepath.Dir(rel)), 0o750))
	sound := bytes.Repeat([]byte{0xd5, byte(0x2a + n)}, 8000)
	f := telephony.RecordingFact{Path: rel, Part: n, State: state}
	if state == "writing" {
		must(h.t, os.WriteFile(filepath.Join(h.data, rel), append(wav.Header(2, 16000), sound...), 0o600))
	} else {
		f.DurationMS, f.Bytes = 1000, 16058
	}
	h.report(telephony.Report{CallKey: key, Seq: 50 + 10*n + len(state), Kind: telephony.CallRecorded, Recording: &f})
	return sound
}

// TestARecordingInPartsIsOne: what is closed is sealed while the call goes on; the card has one
// recording, which is played by range, drawn and taken away whole by the id of any part, with
// one word of it in the audit journal; all parts go together when their term is over.
func TestARecordingInPartsIsOne(t *testing.T) { // F19
	t.Parallel()
	h := open(t)
	key := h.call(ours, resident)
	want := wav.Header(2, 3*16000)
	var ids []int64
	part := func(n int, state string) {
		sound := h.part(key, n, state)
		if state == "writing" {
			ids, want = append(ids, h.one(`select max(id) from recordings`)), append(want, sound...)
		}
	}
	part(1, "writing")
	require.Zero(t, h.sealAll())
	part(1, "done")
	require.Zero(t, h.sealAll(), "the last part of a call that goes on may still be told of")
	part(2, "writing")
	require.Equal(t, 1, h.sealAll(), "a part that is followed by another is closed at once")
	part(2, "done")
	part(3, "writing")
	part(3, "done")
	h.report(telephony.Report{CallKey: key, Seq: 90, Kind: telephony.CallEnded, Outcome: telephony.Answered})
	h.do(`update calls set ended_at = $2 where key = $1`, key, noon.Add(-15*time.Minute))

	look := func() {
		t.Helper()
		heard := h.one(`select count(*) from audit_entries where action = 'recording.play'`)
		for i, id := range ids {
			got := h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", id), nil).body
			require.Len(t, got, len(want))
			require.True(t, bytes.Equal(want, []byte(got)), "by the id of part %d", i+1)
		}
		require.Equal(t, heard+3, h.one(`select count(*) from audit_entries where action = 'recording.play' and object = $1`, fmt.Sprintf("recording:%d", ids[0])))
		p := h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d/peaks?n=30", ids[0]), nil)
		require.Equal(t, float64(3000), p.get(t, "duration_ms")) //nolint:testifylint // the figure itself
		peaks := p.get(t, "ours").([]any)                        //nolint:forcetypeassert // the API's
		require.Len(t, peaks, 30)
		require.Equal(t, peaks[0], peaks[9])
		require.NotEqual(t, peaks[9], peaks[10], "the second part begins after a third of it")
		require.NotEqual(t, peaks[19], peaks[20])
	}
	look()
	require.Equal(t, 2, h.sealAll())
	look()
	call := h.ok("admin", http.MethodGet, fmt.Sprintf("/calls/%d", h.one(`select id from calls where key = $1`, key)), nil)
	require.Len(t, call.get(t, "recordings"), 1)
	require.Equal(t, float64(ids[0]), call.get(t, "recordings.0.id"))        //nolint:testifylint // the figure itself
	require.Equal(t, float64(3000), call.get(t, "recordings.0.duration_ms")) //nolint:testifylint // the figure itself
	require.Equal(t, "done", call.get(t, "recordings.0.state"))

	// the last part began after the edge: none goes before all may
	h.do(`update recordings set started_at = $2 where id <> $1`, ids[2], noon.AddDate(-9, 0, 0))
	n, err := h.app.Calls.Expire(context.Background())
	must(t, err)
	require.Zero(t, n)
	h.do(`update recordings set started_at = $1`, noon.AddDate(-9, 0, 0))
	h.do(`insert into recording_terms (company_id, days, version, confirmed_before) values ($1, 1096, 1, $2)`, ours, noon)
	n, err = h.app.Calls.Expire(context.Background())
	must(t, err)
	require.Equal(t, 3, n)
	require.Zero(t, h.one(`select count(*) from recordings`))
	left, err := filepath.Glob(filepath.Join(h.data, "recordings", "2026", "11", "24", key+"*"))
	must(t, err)
	require.Empty(t, left)
}

// TestPartsGoIntoTheStorage: what is closed of a call that goes on leaves the disk already; the
// recording is heard as one whether its parts lie here, there, or some here and some there, by
// range over a joint too; and from the storage they go together.
func TestPartsGoIntoTheStorage(t *testing.T) { // F19
	t.Parallel()
	h := open(t)
	s3 := newStorage(t)
	h.app.Calls.Kept.Away = s3.away
	move := func() int {
		t.Helper()
		n, err := h.app.Calls.MoveAway(context.Background())
		must(t, err)
		return n
	}
	key := h.call(ours, resident)
	want := append(wav.Header(2, 3*16000), h.part(key, 1, "writing")...)
	first := h.one(`select max(id) from recordings`)
	heard := func() {
		t.Helper()
		path := fmt.Sprintf("/recordings/%d", first)
		require.True(t, bytes.Equal(want, []byte(h.ok("admin", http.MethodGet, path, nil).body)))
		got := h.send("admin", http.MethodGet, path, nil, http.Header{"Range": {"bytes=16000-32100"}}) // of all three
		require.Equal(t, http.StatusPartialContent, got.status)
		require.Equal(t, string(want[16000:32101]), got.body)
	}
	h.part(key, 1, "done")
	want = append(want, h.part(key, 2, "writing")...)
	require.Equal(t, 1, h.sealAll())
	require.Equal(t, 1, move(), "the first part, while the call goes on")
	require.Equal(t, 1, h.files())
	require.Len(t, s3.objects(t), 1)
	h.part(key, 2, "done")
	want = append(want, h.part(key, 3, "writing")...)
	h.part(key, 3, "done")
	heard()
	h.report(telephony.Report{CallKey: key, Seq: 90, Kind: telephony.CallEnded, Outcome: telephony.Answered})
	h.do(`update calls set ended_at = $2 where key = $1`, key, noon.Add(-15*time.Minute))
	require.Equal(t, 2, h.sealAll())
	require.Equal(t, 2, move())
	require.Zero(t, h.files())
	require.Len(t, s3.objects(t), 3)
	heard()

	h.do(`update recordings set started_at = $1`, noon.AddDate(-9, 0, 0))
	h.do(`insert into recording_terms (company_id, days, version, confirmed_before) values ($1, 1096, 1, $2)`, ours, noon)
	s3.down.Store(true)
	require.Zero(t, h.expire(), "while the storage is down none of them goes")
	require.Equal(t, int64(3), h.one(`select count(*) from recordings`))
	s3.down.Store(false)
	require.Equal(t, 3, h.expire())
	require.Empty(t, s3.objects(t))
}
