package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		errand := func(state, result string) int64 {
			h.do(`insert into errands (company_id, user_id, user_name, kind, title, spec, state, total, result_key, result_name, result_kind, result_bytes, expires_at, created_at, moved_at)
				select 2, id, name, 'change', 'Ершов: метки', '{}', $2, 1, $3, 'Заречье.csv', 'text/csv', 3, $1::timestamptz + interval '1 day', $1, $1 from users where login = 'op-strange'`, noon, state, result)
			id := h.one(`select max(id) from errands`)
			h.do(`insert into errand_items (errand_id, company_id, subject_id, number, version, outcome, why) values ($1, 2, 1, 1, 1, 'refused', 'Ершов был первым')`, id)
			return id
		}
		h.keep("results", "2026/11/foreign", "Заречье")
		done, alive, halted := errand("done", "2026/11/foreign"), errand("running", ""), errand("stopped", "")
		at := func(id int64, tail string) string { return fmt.Sprintf("/errands/%d%s", id, tail) }
		ticket := h.ticket(strange, "ВС-02")
		picked := map[string]any{"what": "labels", "put": []int64{h.one(`select min(id) from tags where company_id = 2`)}, "picks": []any{map[string]any{"id": ticket.ID, "version": ticket.Version}}, "expected": 1}
		return map[string][]request{
			"list-errands":            {{method: "GET", path: "/errands", list: true}},
			"get-errand":              {{method: "GET", path: at(done, "")}},
			"stop-errand":             {{method: "POST", path: at(alive, "/stop")}},
			"resume-errand":           {{method: "POST", path: at(halted, "/resume")}},
			"errand-outcomes":         {{method: "GET", path: at(done, "/outcomes")}},
			"errand-report":           {{method: "GET", path: at(done, "/report")}},
			"errand-result":           {{method: "GET", path: at(done, "/result")}},
			"count-tickets-to-change": {{method: "GET", path: "/ticket-changes/count?company_id=2", list: true}},
			"export-tickets":          {{method: "POST", path: "/ticket-exports?company_id=2", body: map[string]any{"format": "csv"}}},
			"ticket-work-order":       {{method: "GET", path: fmt.Sprintf("/tickets/%d/work-order", ticket.ID)}},
			"ticket-act":              {{method: "GET", path: fmt.Sprintf("/tickets/%d/act", ticket.ID)}},
			"change-tickets":          {{method: "POST", path: "/ticket-changes?company_id=2", body: picked}},
		}
	})
}
