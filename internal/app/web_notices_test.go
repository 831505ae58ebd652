package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (h *house) outage(more map[string]any) map[string]any {
	body := map[string]any{
		"company_id": ours, "is_company": false, "building_ids": []int64{h.building(ours)}, "group_ids": []int64{}, "service": "cold_water", "reason": "порыв трубы",
		"text": "На Озёрной, 2 нет холодной воды", "is_voiced": true, "ends_at": noon.Add(4 * time.Hour),
	}
	for k, v := range more {
		body[k] = v
	}
	return body
}

// TestANoticeFromTheRaisingToTheEnd walks N1, N2, N4 and C4: raised by a supervisor, seen
// at the house, joined with a call that gets a number, tied with a request, prolonged,
// ended together with the request a person chose.
func TestANoticeFromTheRaisingToTheEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	fresh, other := h.ticket(ours, "ВС-02"), h.ticket(ours, "ВС-02")
	h.fails("operator", "POST", "/notices", h.outage(nil), http.StatusForbidden, "access.notice.write")
	n := h.ok("supervisor", "POST", "/notices", h.outage(nil))
	id := n.id(t, "id")
	path := fmt.Sprintf("/notices/%d", id)
	require.Equal(t, "in_force", n.get(t, "state"))
	require.Equal(t, "Озёрная, 2", n.get(t, "where"))
	require.Equal(t, "Asia/Yekaterinburg", n.get(t, "zone"))
	require.Contains(t, h.ok("readonly", "GET", fmt.Sprintf("/notices/at?building_id=%d", h.building(ours)), nil).body, "нет холодной воды")

	key := h.call(ours, resident)
	said := map[string]any{"kind": "notice", "notice_id": id, "note": "третий этаж"}
	row := h.ok("operator", "POST", "/desk/calls/"+key+"/dispose", said)
	require.Equal(t, "notice", row.get(t, "disposition"))
	require.Equal(t, "1/1: третий этаж", row.get(t, "disposition_note"), "a number is given all the same")
	require.Equal(t, "1/1: третий этаж", h.ok("operator", "POST", "/desk/calls/"+key+"/dispose", said).get(t, "disposition_note"), "said twice it is the same")
	h.fails("operator", "POST", "/desk/calls/"+key+"/dispose", map[string]any{"kind": "wrong_number"}, http.StatusConflict, "call.disposed")
	h.fails("operator", "POST", "/desk/calls/"+h.call(ours, resident)+"/dispose", map[string]any{"kind": "notice"}, http.StatusUnprocessableEntity, "call.notice_required")

	card := h.ok("supervisor", "GET", path, nil)
	require.Equal(t, false, card.get(t, "tickets.0.is_tied"))
	require.Equal(t, int64(1), card.id(t, "calls"))
	card = h.ok("supervisor", "POST", path+"/tickets", map[string]any{"ticket_ids": []int64{fresh.ID, other.ID}})
	require.Equal(t, true, card.get(t, "tickets.1.is_tied"))
	require.Contains(t, h.ok("admin", "GET", fmt.Sprintf("/tickets/%d/events", fresh.ID), nil).body, "Связана с оповещением № 1")
	require.Contains(t, h.ok("admin", "GET", fmt.Sprintf("/notices/of-ticket?ticket_id=%d", fresh.ID), nil).body, "нет холодной воды")

	late := map[string]any{"version": 1, "ends_at": noon.Add(6 * time.Hour)}
	require.Equal(t, "prolonged", h.ok("manager", "POST", path+"/prolong", late).get(t, "state"))
	h.fails("admin", "POST", path+"/prolong", late, http.StatusConflict, "notice.changed")
	h.fails("admin", "POST", path+"/prolong", map[string]any{"version": 2, "ends_at": noon.Add(time.Hour)}, http.StatusUnprocessableEntity, "notice.till")
	h.fails("admin", "POST", path+"/end", map[string]any{"version": 2, "done_ticket_ids": []int64{h.ticket(ours, "ВС-02").ID}}, http.StatusUnprocessableEntity, "notice.ticket")
	require.Equal(t, "ended", h.ok("supervisor", "POST", path+"/end", map[string]any{"version": 2, "done_ticket_ids": []int64{fresh.ID}}).get(t, "state"))
	require.Equal(t, "done", h.ok("admin", "GET", fmt.Sprintf("/tickets/%d", fresh.ID), nil).get(t, "status"))
	require.NotEqual(t, "done", h.ok("admin", "GET", fmt.Sprintf("/tickets/%d", other.ID), nil).get(t, "status"), "closed with it is only what a person chose (F54)")
	h.fails("admin", "POST", path+"/cancel", map[string]any{"version": 3}, http.StatusConflict, "notice.closed")

	// F55: still no water after the end comes to an operator and is marked
	h.ok("operator", "POST", "/desk/calls/"+h.call(ours, "+79000900031")+"/dispose", map[string]any{"kind": "notice", "notice_id": id})
	card = h.ok("supervisor", "GET", path, nil)
	require.Equal(t, int64(1), card.id(t, "after"))
	require.Equal(t, "ended", card.get(t, "events.0.kind"))
	require.Equal(t, int64(3), h.one(`select count(*) from audit_entries where object = $1`, fmt.Sprintf("notice:%d", id)))
}

// TestWhatIsWrongInANoticeStandsAtItsField: nothing wrong is kept, and the place is named.
func TestWhatIsWrongInANoticeStandsAtItsField(t *testing.T) {
	t.Parallel()
	h := open(t)
	for field, change := range map[string]map[string]any{
		"body.text":         {"text": "  "},
		"body.building_ids": {"building_ids": []int64{h.building(strange)}},
		"body.group_ids":    {"building_ids": []int64{}, "group_ids": []int64{987}},
		"body.supplier_id":  {"supplier_id": 987},
		"body.ends_at":      {"ends_at": noon.Add(-time.Hour), "starts_at": noon.Add(-2 * time.Hour)},
		"body.starts_at":    {"starts_at": noon.Add(-30 * 24 * time.Hour)},
	} {
		a := h.as("supervisor", "POST", "/notices", h.outage(change)) // serves both companies: no fence stands between
		require.Equal(t, http.StatusUnprocessableEntity, a.status, a.body)
		require.Equal(t, field, a.get(t, "errors.0.location"), a.body)
	}
	require.Contains(t, h.as("admin", "POST", "/notices", h.outage(map[string]any{"building_ids": []int64{}})).body, "выберите дома")
	require.Zero(t, h.one(`select count(*) from notices`))
	planned := h.ok("admin", "POST", "/notices", h.outage(map[string]any{"starts_at": noon.Add(time.Hour)}))
	require.Equal(t, "planned", planned.get(t, "state"))
	path := fmt.Sprintf("/notices/%d", planned.id(t, "id"))
	h.fails("admin", "POST", path+"/end", map[string]any{"version": 1, "done_ticket_ids": []int64{}}, http.StatusUnprocessableEntity, "notice.planned")
	body := h.outage(map[string]any{"text": "Перенесли", "version": 1})
	delete(body, "company_id")
	require.Equal(t, "Перенесли", h.ok("admin", "PUT", path, body).get(t, "text"))
	require.Equal(t, "cancelled", h.ok("admin", "POST", path+"/cancel", map[string]any{"version": 2, "why": "перенесли"}).get(t, "state"))
}

// TestWhatIsInForceStandsFirstAtAHouse: before works that are planned and what is over.
func TestWhatIsInForceStandsFirstAtAHouse(t *testing.T) {
	t.Parallel()
	h := open(t)
	over := h.ok("admin", "POST", "/notices", h.outage(nil)).id(t, "id")
	planned := h.ok("admin", "POST", "/notices", h.outage(map[string]any{"starts_at": noon.Add(time.Hour)})).id(t, "id")
	now := h.ok("admin", "POST", "/notices", h.outage(map[string]any{"starts_at": noon.Add(-time.Hour)})).id(t, "id")
	h.ok("admin", "POST", fmt.Sprintf("/notices/%d/end", over), map[string]any{"version": 1, "done_ticket_ids": []int64{}})
	at := h.ok("operator", "GET", fmt.Sprintf("/notices/at?building_id=%d", h.building(ours)), nil)
	require.Equal(t, []int64{now, planned, over}, []int64{at.id(t, "items.0.id"), at.id(t, "items.1.id"), at.id(t, "items.2.id")})
}
