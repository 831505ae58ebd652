package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		line := h.line(strange)
		day := fmt.Sprintf("?company_id=2&line_id=%d", line)
		version := func(n int) string { return fmt.Sprint("&version=", n) }
		words := map[string]any{"text": "Заречье слушает вас", "uses": "text"}
		h.do(`insert into announcements (company_id, kind, version, text, made_at) values (2, 'night', 1, 'Ночь в Заречье', $1), (2, 'hold', 1, 'Заречье просит подождать', $1),
			(2, 'closed', 1, 'Заречье закрыто', $1), (2, 'closed', 2, 'Заречье закрыто до утра', $1)`, noon)
		h.do(`insert into pronunciations (company_id, word, say) values (2, 'Мостовая', 'мостова́я')`)
		return map[string][]request{
			"list-announcements":     {{method: "GET", path: "/announcements?company_id=2", by: "admin2"}},
			"say-announcement":       {{method: "PUT", path: "/announcements/day" + day + version(0), body: words, by: "admin2"}},
			"record-announcement":    {{method: "PUT", path: "/announcements/day/sound" + day + version(2), body: string(tune()), by: "admin2"}},
			"hear-announcement":      {{method: "GET", path: "/announcements/day/sound" + day, by: "admin2"}, {method: "GET", path: "/announcements/night/sound?company_id=2&version=1", by: "admin2"}},
			"announcement-versions":  {{method: "GET", path: "/announcements/night/versions?company_id=2", by: "admin2"}},
			"restore-announcement":   {{method: "POST", path: "/announcements/closed/restore?company_id=2&version=2", body: map[string]any{"to": 1}, by: "admin2"}},
			"give-back-announcement": {{method: "DELETE", path: "/announcements/hold?company_id=2&version=1", by: "admin2"}},
			"listen-announcement":    {{method: "POST", path: "/announcement-samples", body: map[string]any{"company_id": strange, "kind": "night", "text": "Доброй ночи, Заречье"}, by: "admin2"}},
			"list-pronunciations":    {{method: "GET", path: "/pronunciations?company_id=2", by: "admin2"}},
			"set-pronunciation":      {{method: "POST", path: "/pronunciations", body: map[string]any{"company_id": strange, "word": "Заречье", "say": "заре́чье"}, by: "admin2"}},
			"drop-pronunciation":     {{method: "DELETE", path: fmt.Sprintf("/pronunciations/%d", h.one(`select id from pronunciations where company_id = 2`)), by: "admin2"}},
		}
	})
}
