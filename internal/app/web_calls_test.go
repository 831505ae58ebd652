package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/wav"
)

// sound is a recording of so many samples: the left side grows loud, the right is silent.
func sound(samples int) []byte {
	b := wav.Header(2, uint32(2*samples))
	for i := range samples {
		left := byte(0xd5) // silence in A-law
		if i >= samples/2 {
			left = 0xaa
		}
		b = append(b, left, 0xd5)
	}
	return b
}

func TestCallsAreListedAndOpened(t *testing.T) {
	t.Parallel()
	h := open(t)
	key := h.call(ours, resident)
	h.call(strange, resident)
	id := h.one(`select id from calls where key = $1`, key)
	h.recording(key, sound(800))
	h.report(telephony.Report{CallKey: key, Seq: 60, Kind: telephony.CallEnded, Outcome: telephony.Abandoned})

	list := h.ok("admin", http.MethodGet, "/calls?limit=1", nil)
	require.Equal(t, key, list.get(t, "items.0.key"))
	require.Equal(t, "lost", list.get(t, "items.0.disposition"))
	require.Nil(t, list.get(t, "next_cursor"))
	page := h.ok("operator", http.MethodGet, "/calls?limit=1", nil)
	next := h.ok("operator", http.MethodGet, fmt.Sprintf("/calls?limit=1&cursor=%s", page.get(t, "next_cursor")), nil)
	require.Equal(t, key, next.get(t, "items.0.key"))
	require.Nil(t, next.get(t, "next_cursor"))
	for query, want := range map[string]int{"lost=true": 1, "direction=outbound": 0, "phone=89000900000": 1, "from=2026-11-24T07:00:01Z": 0, "ticket_id=7": 0} {
		require.Len(t, h.ok("admin", http.MethodGet, "/calls?"+query, nil).get(t, "items"), want, query)
	}
	call := h.ok("admin", http.MethodGet, fmt.Sprintf("/calls/%d", id), nil)
	require.Equal(t, "done", call.get(t, "recordings.0.state"))
	require.Contains(t, call.body, "Встал в очередь")
	require.Contains(t, call.body, "не дождался ответа")
}

func TestARecordingIsPlayedInPartsAndWrittenDown(t *testing.T) {
	t.Parallel()
	h := open(t)
	wave := sound(8000)
	id := h.recording(h.call(ours, resident), wave)
	path := fmt.Sprintf("/recordings/%d", id)

	whole := h.ok("admin", http.MethodGet, path, nil)
	require.Equal(t, "audio/wav", whole.header.Get("Content-Type"))
	require.Equal(t, "bytes", whole.header.Get("Accept-Ranges"))
	require.True(t, bytes.Equal(wave, []byte(whole.body)))
	part := h.send("admin", http.MethodGet, path, nil, http.Header{"Range": {"bytes=100-199"}})
	require.Equal(t, http.StatusPartialContent, part.status)
	require.Equal(t, string(wave[100:200]), part.body)
	bad := h.send("admin", http.MethodGet, path, nil, http.Header{"Range": {"bytes=999999-"}})
	require.Equal(t, http.StatusRequestedRangeNotSatisfiable, bad.status)
	require.Equal(t, int64(3), h.one(`select count(*) from audit_entries where action = 'recording.play' and company_id = 1`))

	peaks := h.ok("admin", http.MethodGet, path+"/peaks?n=10", nil)
	require.Len(t, peaks.get(t, "peer"), 10)
	require.Equal(t, int64(1000), peaks.id(t, "duration_ms"))
	require.Greater(t, peaks.get(t, "peer.9"), peaks.get(t, "peer.0"))
	require.InDelta(t, 0, peaks.get(t, "ours.9"), 1)

	h.fails("admin2", http.MethodGet, path, nil, http.StatusNotFound, "recording.not_found")
	h.fails("admin", http.MethodGet, "/recordings/999999", nil, http.StatusNotFound, "recording.not_found")
	h.fails("readonly", http.MethodGet, path, nil, http.StatusForbidden, "access.recording.play")
	must(t, os.RemoveAll(filepath.Join(h.data, "recordings")))
	h.fails("admin", http.MethodGet, path, nil, http.StatusNotFound, "recording.no_file")
	h.do(`update recordings set path = 'recordings/../../etc/passwd' where id = $1`, id)
	require.Equal(t, http.StatusInternalServerError, h.as("admin", http.MethodGet, path, nil).status, "a row that leads out of the directory is our own error")
}

// TestAnExecutorHearsTheCallsOfHisOwnTickets, and nobody else's: in the history of
// the ticket and by the address of the recording (A1).
func TestAnExecutorHearsTheCallsOfHisOwnTickets(t *testing.T) {
	t.Parallel()
	h := open(t)
	heard := func(own bool) (ticketID, recording int64) {
		k := h.ticket(ours, "ВС-02")
		member := h.one(`select member_id from company_users where user_id = $1`, h.user("gusev"))
		if !own {
			member = h.one(`select min(id) from members where company_id = $1 and id <> $2`, ours, member)
		}
		h.do(`update tickets set executor_id = $2, responsible_id = null where id = $1`, k.ID, member)
		key := h.call(ours, resident)
		h.do(`update calls set ticket_id = $2 where key = $1`, key, k.ID)
		return k.ID, h.recording(key, sound(800))
	}
	k, own := heard(true)
	_, other := heard(false)
	lone := h.recording(h.call(ours, resident), sound(800))

	h.ok("gusev", http.MethodGet, fmt.Sprintf("/recordings/%d", own), nil)
	h.ok("gusev", http.MethodGet, fmt.Sprintf("/recordings/%d/peaks?n=10", own), nil)
	require.Contains(t, h.ok("gusev", http.MethodGet, fmt.Sprintf("/tickets/%d/events", k), nil).body, fmt.Sprintf(`"recording_id":%d`, own))
	for what, id := range map[string]int64{"of another's ticket": other, "of no ticket": lone} {
		for _, path := range []string{"/recordings/%d", "/recordings/%d/peaks?n=10"} {
			require.Equal(t, http.StatusNotFound, h.as("gusev", http.MethodGet, fmt.Sprintf(path, id), nil).status, what)
		}
		h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", id), nil)
	}
	h.fails("gusev", http.MethodGet, "/calls", nil, http.StatusForbidden, "access.call.read")
}
