package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		h.do(`insert into ticket_views (company_id, user_id, name, query, is_shared, created_at)
			select 2, u.id, n || ': аварийные', 'kind=emergency', true, $1 from users u, unnest(array['Ершов', 'Галиев']) n where u.login = 'op-strange'`, noon)
		view, other := h.one(`select min(id) from ticket_views where list = 'tickets' and company_id = 2`), h.one(`select max(id) from ticket_views where list = 'tickets' and company_id = 2`)
		ticket := h.one(`select min(id) from tickets where company_id = 2 and status in ('done', 'closed')`)
		version := h.one(`select version from tickets where id = $1`, ticket)
		label := h.one(`select min(id) from tags where company_id = 2`)
		return map[string][]request{
			"list-ticket-views":  {{method: "GET", path: "/ticket-views?company_id=2"}},
			"keep-ticket-view":   {{method: "POST", path: "/ticket-views", body: map[string]any{"company_id": strange, "name": "Чужой список", "query": "view=open"}}},
			"change-ticket-view": {{method: "PUT", path: fmt.Sprintf("/ticket-views/%d", view), body: map[string]any{"name": "Их", "query": "", "version": 1}}},
			"drop-ticket-view":   {{method: "DELETE", path: fmt.Sprintf("/ticket-views/%d", other)}},
			"label-ticket":       {{method: "POST", path: fmt.Sprintf("/tickets/%d/labels", ticket), body: map[string]any{"put": []int64{label}, "version": version}}},
			"read-ticket":        {{method: "POST", path: fmt.Sprintf("/tickets/%d/read", ticket), body: map[string]any{"said": 1}}},
			"read-tickets":       {{method: "POST", path: "/tickets/read?company_id=2"}},
			"ticket-choices":     {{method: "GET", path: "/ticket-choices?company_id=2"}},
		}
	})
}
