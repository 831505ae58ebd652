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

// TestAConsultationIsHeardInTheCard: the talk before a transfer is a recording of its own in
// the call's card, played by the same right and written into the audit journal; the journal's
// row, the length and the parts of the line's recording know nothing of it; it is sealed and
// goes at its term as all others.
func TestAConsultationIsHeardInTheCard(t *testing.T) { // SR2, T6, A3
	t.Parallel()
	h := open(t)
	key := h.call(ours, resident)
	files := map[string][]byte{}
	tell := func(seq, talk, part int, with string) int64 {
		rel := filepath.Join("recordings", "2026", "11", "24", fmt.Sprintf("%s-%d.%d.wav", key, talk, part))
		must(t, os.MkdirAll(filepath.Join(h.data, filepath.Dir(rel)), 0o750))
		files[rel] = bytes.Repeat([]byte{0xd5, byte(0x2a + 10*talk + part)}, 8000)
		must(t, os.WriteFile(filepath.Join(h.data, rel), append(wav.Header(2, 16000), files[rel]...), 0o600))
		h.report(telephony.Report{CallKey: key, Seq: seq, Kind: telephony.CallRecorded, Recording: &telephony.RecordingFact{
			Path: rel, Part: part, Talk: talk, With: with, State: "done", DurationMS: 1000, Bytes: 16058,
		}})
		return h.one(`select max(id) from recordings`)
	}
	// what is short is closed, and told of, first
	talk := tell(50, 1, 1, "Бухгалтер")
	tell(51, 1, 2, "Бухгалтер")
	line := tell(52, 0, 1, "")
	h.report(telephony.Report{CallKey: key, Seq: 90, Kind: telephony.CallEnded, Outcome: telephony.Answered})
	h.do(`update calls set ended_at = $2 where key = $1`, key, noon.Add(-15*time.Minute))

	look := func() {
		t.Helper()
		card := h.ok("admin", http.MethodGet, fmt.Sprintf("/calls/%d", h.one(`select id from calls where key = $1`, key)), nil)
		require.Equal(t, line, card.id(t, "recording_id"))
		require.Len(t, card.get(t, "recordings"), 2)
		require.Equal(t, []int64{line, 1000, 0}, []int64{card.id(t, "recordings.0.id"), card.id(t, "recordings.0.duration_ms"), card.id(t, "recordings.0.talk")})
		require.Equal(t, []int64{talk, 2000, 1}, []int64{card.id(t, "recordings.1.id"), card.id(t, "recordings.1.duration_ms"), card.id(t, "recordings.1.talk")})
		require.Equal(t, "Бухгалтер", card.get(t, "recordings.1.with"))
		for id, seconds := range map[int64]int{line: 1, talk: 2} {
			const plays = `select count(*) from audit_entries where action = 'recording.play' and object = $1`
			before := h.one(plays, fmt.Sprintf("recording:%d", id))
			got := h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", id), nil)
			require.Len(t, got.body, 58+16000*seconds)
			require.Equal(t, before+1, h.one(plays, fmt.Sprintf("recording:%d", id)))
			require.Equal(t, int64(1000*seconds), h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d/peaks?n=30", id), nil).id(t, "duration_ms"))
			require.Equal(t, http.StatusNotFound, h.as("admin2", http.MethodGet, fmt.Sprintf("/recordings/%d", id), nil).status)
		}
	}
	look()
	require.Equal(t, 3, h.sealAll())
	look()
	require.Contains(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/calls/%d", h.one(`select id from calls where key = $1`, key)), nil).body, "Запись консультации (Бухгалтер) сохранена")

	h.do(`update recordings set started_at = $1`, noon.AddDate(-9, 0, 0))
	h.do(`insert into recording_terms (company_id, days, version, confirmed_before) values ($1, 1096, 1, $2)`, ours, noon)
	n, err := h.app.Calls.Expire(context.Background())
	must(t, err)
	require.Equal(t, 3, n)
	left, err := filepath.Glob(filepath.Join(h.data, "recordings", "2026", "11", "24", key+"*"))
	must(t, err)
	require.Empty(t, left)
}

// TestOnlyAConsultationIsNoRecordingOfTheCall: where the line's own failed, its row has none.
func TestOnlyAConsultationIsNoRecordingOfTheCall(t *testing.T) { // SR2, F21
	t.Parallel()
	h := open(t)
	key := h.call(ours, resident)
	h.report(telephony.Report{CallKey: key, Seq: 50, Kind: telephony.CallRecorded, Recording: &telephony.RecordingFact{
		Path: "recordings/x.wav", Talk: 1, With: "Бухгалтер", State: "done", DurationMS: 1000,
	}})
	card := h.ok("admin", http.MethodGet, fmt.Sprintf("/calls/%d", h.one(`select id from calls where key = $1`, key)), nil)
	require.Nil(t, card.get(t, "recording_id"))
	require.Len(t, card.get(t, "recordings"), 1)
}
