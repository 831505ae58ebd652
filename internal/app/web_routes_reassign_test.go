package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		id := h.one(`select min(id) from tickets where company_id = 2`)
		return map[string][]request{
			"reassign-ticket": {{method: "POST", path: fmt.Sprintf("/tickets/%d/reassign", id), body: map[string]any{"version": 1}}},
		}
	})
}
