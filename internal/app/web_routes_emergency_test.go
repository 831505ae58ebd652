package app_test

func init() {
	more = append(more, func(h *house) map[string][]request {
		h.sos(strange)
		return map[string][]request{
			"emergency-list": {
				{method: "GET", path: "/emergency-list", list: true, by: "admin2"},
				{method: "GET", path: "/emergency-list?company_id=2", by: "admin2"},
				{method: "GET", path: "/emergency-list", list: true, by: "op-strange"},
			},
		}
	})
}
