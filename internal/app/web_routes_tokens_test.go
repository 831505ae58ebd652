package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		form := func(name string) map[string]any {
			return map[string]any{"name": name, "permissions": []string{"ticket.read"}, "days": 30}
		}
		id := h.ok("admin2", "POST", "/tokens", form("Шубин")).id(h.t, "item.id")
		h.ok("admin2", "POST", "/tokens", form("Бойко"))
		return map[string][]request{
			"list-tokens":  {{method: "GET", path: "/tokens", list: true, by: "admin2"}, {method: "GET", path: "/tokens?company_id=2", by: "admin2"}},
			"make-token":   {{method: "POST", path: "/tokens?company_id=2", body: form("Чужой"), by: "admin2"}},
			"revoke-token": {{method: "POST", path: fmt.Sprintf("/tokens/%d/revoke", id), by: "admin2"}},
		}
	})
}
