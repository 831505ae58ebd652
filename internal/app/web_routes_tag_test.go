package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		out := map[string][]request{}
		for list, name := range map[string]string{"tags": "tag", "postpone-reasons": "postpone-reason"} {
			path := "/" + list
			id := h.one(`select min(id) from ` + map[string]string{"tags": "tags", "postpone-reasons": "postpone_reasons"}[list] + ` where company_id = 2`)
			out["list-"+list] = []request{{method: "GET", path: path + "?company_id=2"}}
			out["add-"+name] = []request{{method: "POST", path: path, body: map[string]any{"company_id": strange, "name": "Чужая", "colour": "blue"}, by: "admin2"}}
			out["change-"+name] = []request{{method: "PATCH", path: fmt.Sprintf("%s/%d", path, id), body: map[string]any{"name": "Их", "version": 1}, by: "admin2"}}
		}
		return out
	})
}
