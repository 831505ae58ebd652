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

// J12, J1: periods of work that were begun and broken off without a network come with their
// hours, once each, in their order; what another did meanwhile is said, and nothing is kept.
func TestPeriodsOfWorkComeFromAPhoneWithTheirHours(t *testing.T) {
	t.Parallel()
	h := open(t)
	tk := h.ticket(ours, "ВС-02")
	path := fmt.Sprintf("/tickets/%d", tk.ID)
	h.ok("gusev", "POST", path+"/accept", nil)
	h.clock.Set(h.clock.Now().Add(5 * time.Hour))
	now := h.clock.Now()
	at := func(minutes int) time.Time { return now.Add(-4*time.Hour + time.Duration(minutes)*time.Minute) }
	why := map[string]any{"reason": "нет ключа от подвала"}
	for range 2 { // the answer to the first was lost
		require.Equal(t, 200, h.later("gusev", path+"/move", "a", at(0), map[string]any{"to": "in_progress", "version": 1}).status)
		require.Equal(t, 200, h.later("gusev", path+"/localise", "b", at(10), nil).status)
		require.Equal(t, 200, h.later("gusev", path+"/pause", "c", at(20), why).status)
		a := h.later("gusev", path+"/resume", "d", at(80), nil)
		require.Equal(t, 200, a.status, a.body)
		require.Contains(t, a.get(t, "can"), "pause")
	}
	period := `select count(*) from ticket_works where ticket_id = $1 and began_at = $2 and ended_at is not distinct from $3 and began_by = 'Гусев П. Н.'`
	require.Equal(t, int64(1), h.one(period, tk.ID, at(0), at(20)), "the phone's hours are those of the work")
	require.Equal(t, int64(1), h.one(period, tk.ID, at(80), nil))
	require.Equal(t, int64(2), h.one(`select count(*) from ticket_works where ticket_id = $1`, tk.ID))
	require.Equal(t, int64(1), h.one(`select count(*) from tickets where id = $1 and localised_at = $2`, tk.ID, at(10)))
	for text, when := range map[string]time.Time{"Авария локализована": at(10), "Работа прервана – нет ключа от подвала": at(20), "Работа продолжена": at(80)} {
		require.Equal(t, int64(1), h.one(`select count(*) from ticket_events where ticket_id = $1 and text = $2 and at = $3 and (data->>'device_at')::timestamptz = $4`, tk.ID, text, now, when), text)
	}

	// two clocks: a period does not begin before the last one ended
	require.Equal(t, 200, h.later("gusev", path+"/pause", "e", at(100), why).status)
	require.Equal(t, 200, h.later("gusev", path+"/resume", "f", at(90), nil).status)
	require.Equal(t, int64(1), h.one(period, tk.ID, at(100), nil))

	// what others did meanwhile is said
	h.ok("admin", "POST", path+"/pause", map[string]any{"reason": "ждём поставщика"})
	a := h.later("gusev", path+"/pause", "g", at(110), why)
	require.Equal(t, 409, a.status)
	require.Contains(t, a.body, "сейчас не идёт")
	other := h.one(`select max(id) from members where company_id = $1 and not is_archived and id <> $2`, ours, tk.ExecutorID)
	h.ok("admin", "POST", path+"/assign", assign("executor", other, h.one(`select version from tickets where id = $1`, tk.ID)))
	a = h.later("foreman", path+"/resume", "h", at(120), nil)
	require.Equal(t, 200, a.status, "who may give work may do it for another")
	h.do(`update tickets set responsible_id = (select member_id from company_users c join users u on u.id = c.user_id where u.login = 'gusev') where id = $1`, tk.ID)
	h.ok("admin", "POST", path+"/move", map[string]any{"to": "done", "version": h.one(`select version from tickets where id = $1`, tk.ID), "pair_seen": true})
	a = h.later("gusev", path+"/pause", "i", at(130), why)
	require.Equal(t, 409, a.status, a.body)
	require.Contains(t, a.body, "выполнена")
	require.Zero(t, h.one(`select count(*) from device_deeds where ticket_id = $1 and key in ('g', 'i')`, tk.ID))
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
