package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		made := func() (ticket, pair int64) {
			ticket = h.ticket(strange, noWater).ID
			return ticket, h.one(`select id from supplier_tickets where ticket_id = $1`, ticket)
		}
		bare := h.ticket(strange, "ВС-02").ID
		_, seen := made()
		_, told := made()
		h.do(`update supplier_tickets set status = 'accepted' where id = $1`, told)
		return map[string][]request{
			"list-supplier-tickets":     {{method: "GET", path: "/supplier-tickets", list: true}, {method: "GET", path: "/supplier-tickets?company_id=2", list: true}},
			"count-supplier-tickets":    {{method: "GET", path: "/supplier-tickets/count?company_id=2", list: true}},
			"get-supplier-ticket":       {{method: "GET", path: fmt.Sprintf("/supplier-tickets/%d", seen)}},
			"open-supplier-ticket":      {{method: "POST", path: "/supplier-tickets", body: map[string]any{"ticket_id": bare, "supplier_id": h.one(`select min(id) from company_suppliers where company_id = 2`)}}},
			"hand-over-supplier-ticket": {{method: "POST", path: fmt.Sprintf("/supplier-tickets/%d/hand-over", seen), body: map[string]any{"version": 1}}},
			"tell-supplier-ticket":      {{method: "POST", path: fmt.Sprintf("/supplier-tickets/%d/news", told), body: map[string]any{"version": 1, "text": "едут"}}},
		}
	})
}
