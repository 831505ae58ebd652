package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		const insert = `insert into assignment_rules (company_id, reason_id, hours, responsible_id, note, created_at)
			select 2, $1, 'any', min(id), 'Мостовая', $2 from members where company_id = 2 returning id`
		rule, gone := h.one(insert, h.reason(strange, "ВС-01"), noon), h.one(insert, h.reason(strange, "ВС-03"), noon)
		body := func(version int) map[string]any {
			return map[string]any{
				"version": version, "reason_id": h.reason(strange, "ВС-01"), "work_type_id": 0, "building_id": h.building(strange), "group_id": 0, "hours": "any", "windows": []any{},
				"responsible_id": h.one(`select min(id) from members where company_id = 2`), "supplier_id": 0, "levels": []any{}, "note": "",
			}
		}
		made := body(0)
		delete(made, "version")
		made["company_id"] = strange
		made["hours"] = "off"
		return map[string][]request{
			"list-rules":   {{method: "GET", path: "/assignment/rules?company_id=2"}},
			"create-rule":  {{method: "POST", path: "/assignment/rules", body: made, by: "admin2"}},
			"change-rule":  {{method: "PUT", path: fmt.Sprintf("/assignment/rules/%d", rule), body: body(1), by: "admin2"}},
			"archive-rule": {{method: "PATCH", path: fmt.Sprintf("/assignment/rules/%d", gone), body: map[string]any{"is_archived": true, "version": 1}, by: "admin2"}},
			"apply-rules":  {{method: "POST", path: "/assignment/apply", body: map[string]any{"company_id": strange}, by: "admin2"}},
			"preview-assignment": {{method: "POST", path: "/assignment/preview", body: map[string]any{
				"company_id": strange, "reason_id": h.reason(strange, "ВС-02"), "building_id": h.building(strange),
			}}},
			"coverage":          {{method: "GET", path: "/assignment/coverage?company_id=2"}},
			"coverage-count":    {{method: "GET", path: "/assignment/coverage/count?company_id=2"}},
			"readiness":         {{method: "GET", path: "/onboarding/readiness?company_id=2"}},
			"get-calling-rules": {{method: "GET", path: "/companies/2/calling"}},
			"set-calling-rules": {{method: "PUT", path: "/companies/2/calling", by: "admin2", body: map[string]any{
				"step_min": 10, "dials": 5, "ring_sec": 45, "operator_within_sec": 60, "inquiry_min": 120, "callback_min": 10, "repeat_min": 10,
				"quiet_from": "21:00", "quiet_to": "08:00", "work_from": "08:00", "work_to": "17:00", "version": 1,
			}}},
		}
	})
}
