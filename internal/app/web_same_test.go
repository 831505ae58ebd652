package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func init() {
	more = append(more, func(h *house) map[string][]request {
		t := h.ticket(strange, "ЭЛ-04")
		return map[string][]request{
			"similar-tickets": {{method: "GET", path: fmt.Sprintf("/tickets/similar?building_id=%d&reason_id=%d", t.BuildingID, t.ReasonID), list: true}},
			"join-ticket":     {{method: "POST", path: fmt.Sprintf("/tickets/%d/join", t.ID), body: map[string]any{"idempotency_key": "чужой-ключ"}}},
		}
	})
}

// TestTheSameTroubleIsShownWhileOneTypes is J10: the same house and reason, near in time and
// still owed, the caller's own flat first; nothing that the person may not see.
func TestTheSameTroubleIsShownWhileOneTypes(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := h.ok("operator", "POST", "/tickets", h.form(ours, "ВС-02"))
	h.clock.Set(h.clock.Now().Add(time.Minute))
	other := h.form(ours, "ВС-02")
	other["unit"] = "7"
	second := h.ok("operator", "POST", "/tickets", other)
	h.ok("operator", "POST", "/tickets", h.form(ours, noWater)) // another reason
	elsewhere := h.form(ours, "ВС-02")
	elsewhere["building_id"], elsewhere["unit"] = h.one(`select max(id) from buildings where company_id = 1`), ""
	h.ok("operator", "POST", "/tickets", elsewhere)
	path := fmt.Sprintf("/tickets/similar?building_id=%d&reason_id=%d&unit=", h.building(ours), h.reason(ours, "ВС-02"))
	found := func(login, unit string) (ids []int64) {
		var out struct {
			Items []struct {
				ID int64 `json:"id"`
			} `json:"items"`
		}
		h.ok(login, "GET", path+unit, nil).into(t, &out)
		for _, x := range out.Items {
			ids = append(ids, x.ID)
		}
		return ids
	}
	a, b := first.id(t, "id"), second.id(t, "id")
	unit, _ := first.get(t, "unit").(string)
	require.Equal(t, []int64{b, a}, found("foreman", ""), "newest first")
	require.Equal(t, []int64{a, b}, found("operator", unit), "the flat's own first")
	h.do(`update tickets set executor_id = null, responsible_id = null where id = any($1)`, []int64{a, b})
	require.Empty(t, found("gusev", unit), "an executor is shown his own only")
	require.Empty(t, found("op-strange", unit))
	h.ok("admin", "POST", fmt.Sprintf("/tickets/%d/move", b), map[string]any{"to": "done", "version": second.id(t, "version")})
	require.Equal(t, []int64{a}, found("foreman", ""), "what is done is not the same trouble")
	h.clock.Set(h.clock.Now().Add(8 * 24 * time.Hour))
	require.Empty(t, found("foreman", ""), "a week later it is another one")
}

// TestTheSameTroubleGivesANumber is F11: whoever calls about a request that is there already
// is joined to it, once for a call and once for a key, and is told a number; no second
// request is made and the caller is never dropped.
func TestTheSameTroubleGivesANumber(t *testing.T) {
	t.Parallel()
	h := open(t)
	made := h.ok("operator", "POST", "/tickets", h.form(ours, "ВС-02"))
	id, number := made.id(t, "id"), made.id(t, "number")
	tickets := h.one(`select count(*) from tickets`)
	key, again := h.call(ours, resident), h.call(ours, "+79000900077")
	same := map[string]any{"kind": "linked", "ticket_id": id, "is_same": true, "unit": "7", "note": "капает"}
	said := fmt.Sprintf("%d/2: капает", number)
	require.Equal(t, said, h.ok("operator", "POST", "/desk/calls/"+key+"/dispose", same).get(t, "disposition_note"))
	require.Equal(t, said, h.ok("operator", "POST", "/desk/calls/"+key+"/dispose", same).get(t, "disposition_note"), "said twice it is the same")
	delete(same, "note")
	require.Equal(t, fmt.Sprintf("%d/3", number), h.ok("operator", "POST", "/desk/calls/"+again+"/dispose", same).get(t, "disposition_note"))
	require.Equal(t, id, h.one(`select ticket_id from calls where key = $1`, again))

	path, body := fmt.Sprintf("/tickets/%d/join", id), map[string]any{"unit": "оф. 9", "caller_phone": "8 900 090 00 78", "idempotency_key": "ключ-формы-1"}
	h.fails("readonly", "POST", path, body, http.StatusForbidden, "access.ticket.create")
	require.Equal(t, fmt.Sprintf("%d/4", number), h.ok("foreman", "POST", path, body).get(t, "reference"))
	require.Equal(t, fmt.Sprintf("%d/4", number), h.ok("foreman", "POST", path, body).get(t, "reference"), "a double click joins once")
	h.fails("foreman", "POST", path, map[string]any{"caller_phone": "12", "idempotency_key": "ключ-формы-2"}, http.StatusUnprocessableEntity, "ticket.join_phone")
	require.NotZero(t, h.one(`select count(*) from contacts where phone = '+79000900078'`))
	card := h.ok("admin", "GET", fmt.Sprintf("/tickets/%d", id), nil)
	require.Equal(t, fmt.Sprintf("%d/4", number), card.get(t, "joins.2.reference"))
	require.Equal(t, "+79000900078", card.get(t, "joins.2.phone"))
	require.Contains(t, h.ok("admin", "GET", fmt.Sprintf("/tickets/%d/events", id), nil).body, fmt.Sprintf("Та же проблема, обращение № %d/3, кв. 7", number))
	require.Contains(t, h.ok("admin", "GET", fmt.Sprintf("/tickets/%d/events", id), nil).body, fmt.Sprintf("Та же проблема, обращение № %d/4, оф. 9", number), "an office is no flat")
	require.Equal(t, tickets, h.one(`select count(*) from tickets`), "no second request")

	h.ok("admin", "POST", fmt.Sprintf("/tickets/%d/move", id), map[string]any{"to": "done", "version": made.id(t, "version")})
	h.fails("foreman", "POST", path, map[string]any{"idempotency_key": "ключ-формы-3"}, http.StatusConflict, "ticket.join_over")
	require.Equal(t, fmt.Sprintf("%d/4", number), h.ok("foreman", "POST", path, body).get(t, "reference"), "a number once given stays")
}
