package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestACallerInTheJournalIsJoinedWithANotice is J10 and N2: a caller whom no call of ours
// brought is joined with the notice of his house by one press; the number is of the same
// row as those of calls, one for a key however often it is sent, and stands at the notice.
func TestACallerInTheJournalIsJoinedWithANotice(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.ok("supervisor", "POST", "/notices", h.outage(nil)).id(t, "id")
	path := fmt.Sprintf("/notices/%d", id)
	h.ok("operator", "POST", "/desk/calls/"+h.call(ours, resident)+"/dispose", map[string]any{"kind": "notice", "notice_id": id})
	caller := map[string]any{"building_id": h.building(ours), "unit": "45", "caller_phone": "8 900 090 00 31", "idempotency_key": "одно-нажатие"}
	before := h.one(`select count(*) from tickets`)
	require.Equal(t, "1/2", h.ok("admin", "POST", path+"/join", caller).get(t, "reference"), "the next of the same row")
	require.Equal(t, "1/2", h.ok("admin", "POST", path+"/join", caller).get(t, "reference"), "pressed twice it is the same")
	caller["idempotency_key"], caller["unit"], caller["caller_phone"] = "другой-житель", "46", ""
	require.Equal(t, "1/3", h.ok("foreman", "POST", path+"/join", caller).get(t, "reference"))
	require.Equal(t, before, h.one(`select count(*) from tickets`), "instead of a request")
	require.Equal(t, int64(1), h.one(`select count(*) from contacts where phone = '+79000900031' and unit = '45' and source = 'journal'`))

	card := h.ok("manager", "GET", path, nil)
	require.Equal(t, int64(3), card.id(t, "calls"))
	require.Equal(t, "1/3", card.get(t, "callers.0.reference"), "newest first")
	require.Equal(t, "Озёрная, 2, кв. 45", card.get(t, "callers.1.address"))
	require.Equal(t, "+79000900031", card.get(t, "callers.1.phone"))
	require.NotZero(t, card.id(t, "callers.2.call_id"))
	require.Zero(t, card.get(t, "callers.1.call_id"))

	// F55: after the end it is marked
	h.ok("admin", "POST", path+"/end", map[string]any{"version": 1, "done_ticket_ids": []int64{}})
	caller["idempotency_key"] = "всё-ещё-нет"
	require.Equal(t, "1/4", h.ok("admin", "POST", path+"/join", caller).get(t, "reference"))
	require.Equal(t, true, h.ok("admin", "GET", path, nil).get(t, "callers.0.is_after"))
}

// TestWhoIsNotConcernedIsNotJoined: another house, a notice not begun or taken back, a
// phone that is none, a person who makes no requests.
func TestWhoIsNotConcernedIsNotJoined(t *testing.T) {
	t.Parallel()
	h := open(t)
	raise := func(more map[string]any) string {
		return fmt.Sprintf("/notices/%d", h.ok("admin", "POST", "/notices", h.outage(more)).id(t, "id"))
	}
	path := raise(nil)
	key := 0
	join := func(login, path string, more map[string]any) answer {
		key++
		body := map[string]any{"building_id": h.building(ours), "idempotency_key": fmt.Sprintf("ключ-%04d", key)}
		for k, v := range more {
			body[k] = v
		}
		return h.as(login, "POST", path+"/join", body)
	}
	is := func(a answer, status int, code, field string) {
		t.Helper()
		require.Equal(t, status, a.status, a.body)
		require.Equal(t, code, a.get(t, "code"), a.body)
		if field != "" {
			require.Equal(t, field, a.get(t, "errors.0.location"))
		}
	}
	other := h.one(`select max(id) from buildings where company_id = 1`)
	is(join("admin", path, map[string]any{"building_id": other}), http.StatusUnprocessableEntity, "notice.house", "body.building_id")
	is(join("supervisor", path, map[string]any{"building_id": h.building(strange)}), http.StatusUnprocessableEntity, "notice.house", "body.building_id")
	is(join("admin", path, map[string]any{"caller_phone": "12"}), http.StatusUnprocessableEntity, "notice.join_phone", "body.caller_phone")
	is(join("manager", path, nil), http.StatusForbidden, "access.ticket.create", "")
	is(join("admin", raise(map[string]any{"starts_at": noon.Add(time.Hour)}), nil), http.StatusConflict, "notice.planned", "")
	back := raise(nil)
	h.ok("admin", "POST", back+"/cancel", map[string]any{"version": 1})
	is(join("admin", back, nil), http.StatusConflict, "notice.closed", "")
	require.Zero(t, h.one(`select count(*) from notice_calls`))
	all := raise(map[string]any{"is_company": true, "building_ids": []int64{}})
	require.Equal(t, http.StatusOK, join("admin", all, map[string]any{"building_id": other}).status, "of the whole company is any house")
}

// TestACallerOfAHouseOutOfSightIsNotJoined: who sees a part of the houses joins callers of
// those, though the notice is about others too; a notice of a company that is not his own
// he does not find.
func TestACallerOfAHouseOutOfSightIsNotJoined(t *testing.T) {
	t.Parallel()
	h := open(t)
	mine, other := h.building(ours), h.one(`select max(id) from buildings where company_id = 1`)
	h.ok("admin", "PUT", fmt.Sprintf("/users/%d/grants", h.user("foreman")), sees(line("part", nil, []int64{mine}, nil)))
	for name, about := range map[string]map[string]any{
		"both houses": {"building_ids": []int64{mine, other}}, "the whole company": {"is_company": true, "building_ids": []int64{}},
	} {
		path := fmt.Sprintf("/notices/%d/join", h.ok("admin", "POST", "/notices", h.outage(about)).id(t, "id"))
		at := func(house int64, key string) map[string]any {
			return map[string]any{"building_id": house, "unit": "7", "idempotency_key": key + name}
		}
		a := h.fails("foreman", "POST", path, at(other, "чужой дом "), http.StatusUnprocessableEntity, "notice.house")
		require.Equal(t, "body.building_id", a.get(t, "errors.0.location"))
		h.ok("foreman", "POST", path, at(mine, "свой дом "))
		h.ok("admin", "POST", path, at(other, "чужой дом "))
		h.fails("op-strange", "POST", path, at(mine, "чужой оператор "), http.StatusNotFound, "notice.not_found")
	}
	require.Equal(t, int64(4), h.one(`select count(*) from notice_calls`))
}
