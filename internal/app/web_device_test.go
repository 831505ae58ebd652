package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// later sends a deed that waited on a phone.
func (h *house) later(login, path, key string, at time.Time, body any) answer {
	h.t.Helper()
	b, err := json.Marshal(body)
	must(h.t, err)
	head := http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {key}, "X-Done-At": {at.UTC().Format(time.RFC3339Nano)}}
	return h.send(login, "POST", path, strings.NewReader(string(b)), head)
}

// J12: what was done without a network comes once, with the hour of the phone and ours.
func TestWhatAPhoneDidWithoutANetworkComesOnceWithItsHours(t *testing.T) {
	t.Parallel()
	h := open(t)
	tk := h.ticket(ours, "ВС-09")
	path := fmt.Sprintf("/tickets/%d", tk.ID)
	h.clock.Set(h.clock.Now().Add(3 * time.Hour))
	now := h.clock.Now()
	took, said, done := now.Add(-2*time.Hour), now.Add(-100*time.Minute), now.Add(-90*time.Minute)
	var all sync.WaitGroup
	for range 4 { // the page and its second tab, and again after a broken answer
		all.Go(func() { require.Equal(t, 200, h.later("gusev", path+"/accept", "a", took, nil).status) })
	}
	all.Wait()
	for range 2 {
		require.Equal(t, 204, h.later("gusev", path+"/comments", "b", said, map[string]any{"text": "Кран под замену", "is_for_resident": false}).status)
		photo := h.send("gusev", "POST", fmt.Sprintf("/ticket-files?of=%d&name=a.jpg&at=%s", tk.ID, url.QueryEscape(said.Format(time.RFC3339))), strings.NewReader(snapshot(3)), http.Header{"Content-Type": {"application/octet-stream"}})
		require.Equal(t, 200, photo.status, photo.body)
		a := h.later("gusev", path+"/move", "c", done, map[string]any{"to": "done", "version": 1, "pair_seen": true})
		require.Equal(t, 200, a.status, a.body)
		require.Equal(t, "done", a.get(t, "status"))
	}
	require.Equal(t, int64(1), h.one(`select count(*) from tickets where id = $1 and accepted_at = $2 and done_at = $3`, tk.ID, took, done), "the phone's hours are the request's")
	for kind, at := range map[string]time.Time{"handover": took, "comment": said, "status": done, "file": said.Truncate(time.Second)} {
		require.Equal(t, int64(1), h.one(`select count(*) from ticket_events where ticket_id = $1 and kind = $2 and data ? 'device_at'`, tk.ID, kind), kind)
		require.Equal(t, int64(1), h.one(`select count(*) from ticket_events where ticket_id = $1 and kind = $2 and at = $3 and (data->>'device_at')::timestamptz = $4`, tk.ID, kind, now, at), kind)
	}
	require.Equal(t, int64(3), h.one(`select count(*) from device_deeds where ticket_id = $1 and received_at = $2`, tk.ID, now))
}

// J12, R5: who was first is said, and what is refused is not kept as done.
func TestALateDeedOfAPhoneIsToldWhoHasTheRequest(t *testing.T) {
	t.Parallel()
	h := open(t)
	tk := h.ticket(ours, "ВС-09")
	path := fmt.Sprintf("/tickets/%d", tk.ID)
	h.ok("admin", "POST", path+"/accept", nil) // for the executor: it is his all the same
	require.Equal(t, 200, h.later("gusev", path+"/accept", "a", h.clock.Now(), nil).status)

	other := h.ticket(ours, "ВС-09")
	path = fmt.Sprintf("/tickets/%d", other.ID)
	h.ok("gusev", "POST", path+"/accept", nil)
	a := h.later("foreman", path+"/accept", "a", h.clock.Now(), nil)
	require.Equal(t, 409, a.status)
	require.Contains(t, a.body, "Заявку уже взял Гусев")
	h.ok("admin", "POST", path+"/move", map[string]any{"to": "cancelled", "reason": "ошибка", "version": 2, "pair_seen": true})
	a = h.later("gusev", path+"/move", "b", h.clock.Now(), map[string]any{"to": "done", "version": 2})
	require.Equal(t, 409, a.status)
	require.Contains(t, a.body, "отклонена")
	require.Zero(t, h.one(`select count(*) from device_deeds where ticket_id = $1`, other.ID))
	require.Equal(t, 404, h.later("admin2", path+"/accept", "a", h.clock.Now(), nil).status, "not of this company")
}

// J12: the clock of a phone is believed for a week back and never ahead.
func TestAPhonesClockIsBelievedWithinBounds(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, at := range map[string]time.Duration{"of tomorrow": 24 * time.Hour, "of last year": -365 * 24 * time.Hour, "before there was a request": -time.Hour} {
		tk := h.ticket(ours, "ВС-09")
		a := h.later("gusev", fmt.Sprintf("/tickets/%d/accept", tk.ID), "k", h.clock.Now().Add(at), nil)
		require.Equal(t, 200, a.status, name)
		require.Equal(t, int64(1), h.one(`select count(*) from tickets where id = $1 and accepted_at = $2`, tk.ID, h.clock.Now()), name)
		require.Equal(t, int64(1), h.one(`select count(*) from device_deeds where ticket_id = $1 and said_at = $2 and at = received_at`, tk.ID, h.clock.Now().Add(at)), name)
	}
}
