package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		form := func(name string) map[string]any {
			return map[string]any{"name": name, "url": "https://example.com/hook", "events": []string{"ticket.created"}, "is_on": true}
		}
		id := h.ok("admin2", "POST", "/webhooks", form("Шубин")).id(h.t, "item.id")
		gone := h.ok("admin2", "POST", "/webhooks", form("Лишний")).id(h.t, "item.id")
		h.do(`insert into webhook_deliveries (company_id, webhook_id, event, kind, subject_id, created_at, until, state, note) values (2, $1, 'evt_1', 'ticket.created', 1, $2, $2, 'dead', 'Бойко')`, id, noon)
		at := fmt.Sprintf("/webhooks/%d", id)
		return map[string][]request{
			"list-webhooks":           {{method: "GET", path: "/webhooks", list: true, by: "admin2"}},
			"make-webhook":            nil, // of one's own company always: there is no way to name another
			"change-webhook":          {{method: "PUT", path: at, body: form("Шубин"), by: "admin2"}},
			"rotate-webhook-secret":   {{method: "POST", path: at + "/secret", by: "admin2"}},
			"test-webhook":            {{method: "POST", path: at + "/test", by: "admin2"}},
			"list-webhook-deliveries": {{method: "GET", path: at + "/deliveries", by: "admin2"}},
			"retry-webhook-delivery":  {{method: "POST", path: fmt.Sprintf("%s/deliveries/%d/retry", at, h.one(`select max(id) from webhook_deliveries`)), by: "admin2"}},
			"remove-webhook":          {{method: "DELETE", path: fmt.Sprintf("/webhooks/%d", gone), by: "admin2"}},
		}
	})
}
