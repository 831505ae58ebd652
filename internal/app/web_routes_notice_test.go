package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		number := 0
		raised := func() int64 { // one for each change
			number++
			return h.one(`insert into notices (company_id, number, building_ids, service, text, starts_at, ends_at, created_at)
				values (2, $3, array[$1::bigint], 'power', 'На Мостовой нет света', $2, $2::timestamptz + interval '3 hours', $2) returning id`, h.building(strange), noon, number)
		}
		n := raised()
		t := h.ticket(strange, "ВС-02").ID
		h.do(`insert into notice_tickets (notice_id, ticket_id, company_id, at) values ($1, $2, 2, $3)`, n, t, noon)
		h.do(`insert into notices (company_id, number, is_company, service, text, starts_at, ends_at, closed_as, closed_at, created_at)
			values (2, 99, true, 'gas', 'В Заречье нет газа', $1, $1::timestamptz + interval '3 hours', 'ended', $1, $1)`, noon)
		id := fmt.Sprintf("/notices/%d", n)
		late := noon.Add(4 * 3600e9)
		body := map[string]any{
			"company_id": strange, "is_company": true, "building_ids": []int64{}, "group_ids": []int64{}, "service": "power", "text": "Заречье без света", "is_voiced": true, "ends_at": late,
		}
		change := map[string]any{"version": 1, "is_company": true, "building_ids": []int64{}, "group_ids": []int64{}, "service": "power", "text": "Заречье без света", "is_voiced": true, "ends_at": late}
		return map[string][]request{
			"list-notices":      {{method: "GET", path: "/notices", list: true}, {method: "GET", path: "/notices?company_id=2"}, {method: "GET", path: "/notices?which=past", list: true}},
			"notices-at":        {{method: "GET", path: "/notices/at?company_id=2"}, {method: "GET", path: fmt.Sprintf("/notices/at?building_id=%d", h.building(strange))}},
			"notices-of-ticket": {{method: "GET", path: fmt.Sprintf("/notices/of-ticket?ticket_id=%d", t)}},
			"get-notice":        {{method: "GET", path: id}},
			"raise-notice":      {{method: "POST", path: "/notices", body: body, by: "admin2"}},
			"join-notice":       {{method: "POST", path: id + "/join", body: map[string]any{"building_id": h.building(strange), "idempotency_key": "чужой-ключ"}}},
			"tie-notice":        {{method: "POST", path: id + "/tickets", body: map[string]any{"ticket_ids": []int64{t}}, by: "admin2"}},
			"change-notice":     {{method: "PUT", path: fmt.Sprintf("/notices/%d", raised()), body: change, by: "admin2"}},
			"prolong-notice":    {{method: "POST", path: fmt.Sprintf("/notices/%d/prolong", raised()), body: map[string]any{"version": 1, "ends_at": late.Add(3600e9)}, by: "admin2"}},
			"end-notice":        {{method: "POST", path: fmt.Sprintf("/notices/%d/end", raised()), body: map[string]any{"version": 1, "done_ticket_ids": []int64{}}, by: "admin2"}},
			"cancel-notice":     {{method: "POST", path: fmt.Sprintf("/notices/%d/cancel", raised()), body: map[string]any{"version": 1}, by: "admin2"}},
		}
	})
}
