package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		call := h.one(`insert into calls (key, company_id, direction, phone, started_at, queued_at) values ('late-strange', $1, 'inbound', '+79000900099', $2, $2) returning id`, strange, noon)
		incident := h.one(`insert into incidents (company_id, kind, call_id, at) values ($1, 'late_answer', $2, $3) returning id`, strange, call, noon)
		return map[string][]request{
			"list-incidents":   {{method: "GET", path: "/shift/incidents", list: true, by: "lead-strange"}},
			"look-at-incident": {{method: "POST", path: fmt.Sprintf("/shift/incidents/%d/look", incident), body: map[string]any{"note": "разобрались"}, by: "lead-strange"}},
		}
	})
	unaudited["look-at-incident"] = "an incident keeps who looked into it and what he found"
}
