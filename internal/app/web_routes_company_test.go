package app_test

import (
	"fmt"
	"net/http"
)

func init() {
	more = append(more, func(h *house) map[string][]request {
		second := h.secondLine(strange, "+73430000902")
		// Our own platform's people only: no role of a company and no operator has the right.
		return map[string][]request{
			"list-companies": {{method: "GET", path: "/companies", by: "platform", want: http.StatusForbidden}},
			"found-company": {{
				method: "POST", path: "/companies", by: "platform", want: http.StatusForbidden,
				body: map[string]any{"name": "УК «Новая»", "city_id": 1},
			}},
			"add-line": {{
				method: "POST", path: "/companies/2/lines", by: "platform", want: http.StatusForbidden,
				body: map[string]any{"phone": "+73430000777", "trunk_id": 1},
			}},
			"list-trunks": {{method: "GET", path: "/trunks", by: "platform", want: http.StatusForbidden}},
			"add-trunk":   {{method: "POST", path: "/trunks", by: "platform", want: http.StatusForbidden, body: trunkForm("Новый")}},
			"move-line":   {{method: "PUT", path: fmt.Sprintf("/lines/%d/moved", h.line(strange)), body: map[string]any{"to_line_id": second}, by: "admin2"}},
			"set-service-window": {{
				method: "PUT", path: "/companies/2/window", by: "platform", want: http.StatusForbidden,
				body: map[string]any{"phones": []string{"+79000000001"}, "from": "08:00", "to": "17:00", "answers": "both", "overflow_sec": 45},
			}},
			"cap-company": {{method: "PUT", path: "/companies/2/caps", by: "platform", want: http.StatusForbidden, body: map[string]any{"concurrent": 5, "hourly": 50, "minutes": 500}}},
			"change-trunk": {{
				method: "PUT", path: "/trunks/1", by: "platform", want: http.StatusForbidden, body: trunkForm("Другой"),
			}},
			"invite-administrator": {{
				method: "POST", path: "/companies/2/administrators", by: "platform", want: http.StatusForbidden,
				body: map[string]any{"name": "Новый А. А."},
			}},
		}
	})
}
