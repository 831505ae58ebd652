package app_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func init() {
	more = append(more, func(h *house) map[string][]request {
		call := h.one(`select min(id) from calls where company_id = 2`)
		ticket := h.one(`select min(id) from tickets where company_id = 2`)
		ofCall, ofTicket := fmt.Sprintf("/calls/%d/hold", call), fmt.Sprintf("/tickets/%d/recording-hold", ticket)
		why := map[string]any{"reason": "запрос суда"}
		name := map[string]any{"name": h.words(`select name from companies where id = 2`)}
		// there is something to release, whichever is asked first
		h.do(`insert into recording_holds (company_id, call_id, reason, set_by, set_at) values (2, $1, 'спор', 'Орлова', now())`, call)
		h.do(`insert into recording_holds (company_id, ticket_id, reason, set_by, set_at) values (2, $1, 'спор', 'Орлова', now())`, ticket)
		h.as("platform", http.MethodPost, "/companies/2/recording-keys/rotate", nil)
		version := h.one(`select coalesce(max(version), 0) from recording_terms where company_id = 2`)
		return map[string][]request{
			"get-recording-term":        {{method: "GET", path: "/companies/2/recording-term", by: "admin2"}},
			"set-recording-term":        {{method: "PUT", path: "/companies/2/recording-term", body: map[string]any{"days": 365, "version": version}, by: "admin2"}},
			"confirm-recording-expiry":  {{method: "POST", path: "/companies/2/recording-term/confirm", body: map[string]any{"due": 1000}, by: "admin2"}},
			"hold-call-recordings":      {{method: "PUT", path: ofCall, body: why, by: "admin2"}},
			"release-call-recordings":   {{method: "DELETE", path: ofCall, by: "admin2"}},
			"hold-ticket-recordings":    {{method: "PUT", path: ofTicket, body: why, by: "admin2"}},
			"release-ticket-recordings": {{method: "DELETE", path: ofTicket, by: "admin2"}},
			"get-recording-keys":        {{method: "GET", path: "/companies/2/recording-keys", by: "platform", want: http.StatusForbidden}},
			"rotate-recording-key":      {{method: "POST", path: "/companies/2/recording-keys/rotate", by: "platform", want: http.StatusForbidden}},
			"destroy-recording-keys":    {{method: "POST", path: "/companies/2/recording-keys/destroy", body: name, by: "platform", want: http.StatusForbidden}},
			"keep-recording-keys":       {{method: "DELETE", path: "/companies/2/recording-keys/destroy", by: "platform", want: http.StatusForbidden}},
		}
	})
}

// old makes n recordings of a company that are so many days old.
func (h *house) old(company int64, n, days int) (ids []int64) {
	h.t.Helper()
	for range n {
		id := h.talked(company, sound(80))
		h.do(`update recordings set started_at = $2 where id = $1`, id, noon.AddDate(0, 0, -days))
		ids = append(ids, id)
	}
	return ids
}

func (h *house) expire() int {
	h.t.Helper()
	n, err := h.app.Calls.Expire(context.Background())
	must(h.t, err)
	return n
}

func (h *house) files() (n int) {
	h.t.Helper()
	must(h.t, filepath.WalkDir(filepath.Join(h.data, "recordings"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	}))
	return n
}

// TestRecordingsGoWhenTheirTermIsOver is D2: by the company's own term, file and row; what
// somebody's word keeps stays until it is lifted; another company's stay.
func TestRecordingsGoWhenTheirTermIsOver(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.ok("admin", http.MethodPut, "/companies/1/recording-term", map[string]any{"days": 90, "version": 0})
	h.fails("admin", http.MethodPut, "/companies/1/recording-term", map[string]any{"days": 30, "version": 0}, http.StatusConflict, "recording_term.changed")
	h.fails("admin", http.MethodPut, "/companies/1/recording-term", map[string]any{"days": 0, "version": 1}, http.StatusUnprocessableEntity, "recording_term.wrong")
	gone, young := h.old(ours, 1, 91)[0], h.old(ours, 1, 89)[0]
	theirs := h.old(strange, 1, 91)[0]
	held, ofTicket := h.old(ours, 1, 400)[0], h.old(ours, 1, 400)[0]
	call := func(recording int64) int64 { return h.one(`select call_id from recordings where id = $1`, recording) }
	k := h.ticket(ours, "ВС-02")
	h.do(`update calls set ticket_id = $2 where id = $1`, call(ofTicket), k.ID)
	onCall, onTicket := fmt.Sprintf("/calls/%d/hold", call(held)), fmt.Sprintf("/tickets/%d/recording-hold", k.ID)
	h.fails("manager", http.MethodPut, onCall, map[string]any{"reason": "суд"}, http.StatusForbidden, "access.recording.hold")
	h.fails("admin", http.MethodPut, onCall, map[string]any{"reason": " "}, http.StatusUnprocessableEntity, "hold.reason")
	h.ok("admin", http.MethodPut, onCall, map[string]any{"reason": "запрос суда"})
	h.ok("admin", http.MethodPut, onTicket, map[string]any{"reason": "спор о заливе"})
	fate := h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d/peaks", held), nil)
	require.Equal(t, "запрос суда", fate.get(t, "hold.reason"))
	term := h.ok("admin", http.MethodGet, "/companies/1/recording-term", nil)
	require.Equal(t, []int64{90, 4, 2, 1, 0}, []int64{term.id(t, "days"), term.id(t, "count"), term.id(t, "held"), term.id(t, "due"), term.id(t, "waiting")})

	goneCall := call(gone)
	require.Equal(t, 5, h.files())
	require.Equal(t, 1, h.expire())
	require.Zero(t, h.expire())
	require.Equal(t, 4, h.files())
	h.fails("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", gone), nil, http.StatusNotFound, "recording.not_found")
	require.NotNil(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/calls/%d", goneCall), nil).get(t, "recording_gone_at"), "the call says so")
	for _, id := range []int64{young, held, ofTicket} {
		h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", id), nil)
	}
	h.ok("admin2", http.MethodGet, fmt.Sprintf("/recordings/%d", theirs), nil)
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'recording.expire' and company_id = 1 and data->>'count' = '1'`))
	require.Equal(t, int64(1), h.ok("admin", http.MethodGet, "/companies/1/recording-term", nil).id(t, "sweeps.0.removed"))

	h.ok("admin", http.MethodDelete, onCall, nil)
	h.fails("admin", http.MethodDelete, onCall, nil, http.StatusNotFound, "hold.not_found")
	require.Equal(t, 1, h.expire(), "the request's hold stays")
	h.ok("admin", http.MethodDelete, onTicket, nil)
	require.Equal(t, 1, h.expire())
	require.Equal(t, int64(2), h.one(`select count(*) from audit_entries where action = 'recording_hold.drop'`))
}

// TestAWrongTermEmptiesNoArchive is D2: more than a day's share waits for a person, with an
// alarm; twice in one night takes no more than once; confirmed, all of it goes.
func TestAWrongTermEmptiesNoArchive(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.old(ours, 30, 1200)
	require.Equal(t, 20, h.expire(), "a day's share of a small archive")
	require.Zero(t, h.expire(), "the share of this day is gone")
	require.Equal(t, int64(1), h.one(`select count(*) from alarms where code = 'retention-waits' and company_id = 1 and cleared_at is null`))
	term := h.ok("admin", http.MethodGet, "/companies/1/recording-term", nil)
	require.Equal(t, int64(10), term.id(t, "due"))
	h.fails("admin", http.MethodPost, "/companies/1/recording-term/confirm", map[string]any{"due": 9}, http.StatusConflict, "recording_term.grown")
	h.ok("admin", http.MethodPost, "/companies/1/recording-term/confirm", map[string]any{"due": 10})
	require.Equal(t, 10, h.expire())
	require.Zero(t, h.files())
	require.Zero(t, h.one(`select count(*) from alarms where code = 'retention-waits' and cleared_at is null`))
	h.old(ours, 30, 1090)
	h.clock.Set(noon.AddDate(0, 0, 10))
	require.Equal(t, 20, h.expire(), "what was confirmed was of that day")
}

// TestTakingARecordingIsARightOfItsOwn: who may listen does not yet take the file with him.
func TestTakingARecordingIsARightOfItsOwn(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.talked(ours, sound(800))
	path := fmt.Sprintf("/recordings/%d", id)
	h.ok("foreman", http.MethodGet, path, nil)
	h.fails("foreman", http.MethodGet, path+"?download=true", nil, http.StatusForbidden, "access.recording.download")
	require.Equal(t, false, h.ok("foreman", http.MethodGet, path+"/peaks", nil).get(t, "may_download"))
	h.ok("manager", http.MethodGet, path+"?download=true", nil)
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'recording.download'`))
}
