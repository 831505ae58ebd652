package app_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// reasonBody is a reason as a person would send it.
func reasonBody(more map[string]any) map[string]any {
	rule := map[string]any{"base": map[string]any{"amount": 0, "unit": "minutes"}, "variants": []any{}}
	out := map[string]any{
		"category": "Двор", "name": "Заречье, фонтан", "kind": "planned", "work_type_id": nil, "supplier_kind": "", "supplier_id": nil, "safety": "", "questions": []any{},
		"promise": "", "answer": "", "synonyms": []any{}, "prices": []any{}, "rules": map[string]any{"accept": rule, "localise": rule, "finish": rule},
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

func supplierBody(more map[string]any) map[string]any {
	out := map[string]any{
		"name": "Заречье, скважина", "kind": "водоканал", "phones": []any{map[string]any{"phone": "112", "note": "", "hours": ""}}, "hours": "", "contract": "", "notes": "",
		"all_houses": true, "building_ids": []any{},
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

func init() {
	more = append(more, func(h *house) map[string][]request {
		a, b, c := h.reason(strange, "ЭЛ-07"), h.reason(strange, "ЭЛ-08"), h.reason(strange, "ЭЛ-10")
		return map[string][]request{
			"reason-catalogue": {{method: "GET", path: "/reasons/catalogue?company_id=2"}},
			"get-reason":       {{method: "GET", path: fmt.Sprintf("/reasons/%d", a)}},
			"reason-versions":  {{method: "GET", path: fmt.Sprintf("/reasons/%d/versions", a)}},
			"create-reason":    {{method: "POST", path: "/reasons", body: reasonBody(map[string]any{"company_id": strange}), by: "admin2"}},
			"change-reason":    {{method: "PUT", path: fmt.Sprintf("/reasons/%d", a), body: reasonBody(map[string]any{"version": 1, "name": "Заречье, лампа"}), by: "admin2"}},
			"return-reason":    {{method: "POST", path: fmt.Sprintf("/reasons/%d/return", b), body: map[string]any{"version": 1, "fields": []any{}}, by: "admin2"}},
			"archive-reason":   {{method: "POST", path: fmt.Sprintf("/reasons/%d/archive", c), body: map[string]any{"version": 1, "archived": true, "sure": true}, by: "admin2"}},
			"weigh-limits":     nil, // limits beside the law's: nobody's rows
			"supplier-kinds":   nil, // kinds are everybody's
			// the list of all companies is everybody's; only our own people write it
			"list-shared-suppliers": nil, "add-shared-supplier": nil, "change-shared-supplier": nil,
		}
	}, func(h *house) map[string][]request {
		id := h.one(`select min(id) from company_suppliers where company_id = 2 and supplier_id is null`)
		return map[string][]request{
			"list-suppliers":   {{method: "GET", path: "/suppliers?company_id=2"}},
			"get-supplier":     {{method: "GET", path: fmt.Sprintf("/suppliers/%d", id)}},
			"serving-supplier": {{method: "GET", path: fmt.Sprintf("/suppliers/serving?company_id=2&kind=газ&building_id=%d", h.building(strange))}},
			"add-supplier":     {{method: "POST", path: "/suppliers", body: supplierBody(map[string]any{"company_id": strange, "supplier_id": nil}), by: "admin2"}},
			"change-supplier":  {{method: "PUT", path: fmt.Sprintf("/suppliers/%d", id), body: supplierBody(map[string]any{"version": 1}), by: "admin2"}},
		}
	})
}

// reasonIDs names rows of our own for the paths of reasons and suppliers.
func (h *house) reasonIDs() map[string]int64 {
	h.t.Helper()
	return map[string]int64{
		"reasons": h.reason(ours, "ЭЛ-07"), "suppliers": h.one(`select min(id) from company_suppliers where company_id = 1`), "shared-suppliers": h.one(`select min(id) from suppliers`),
	}
}

// TestARequestKeepsTheTermsOfItsDay: R5 and R6 through the API: a change of the
// catalogue alters neither words, nor limits, nor prices of what was registered.
func TestARequestKeepsTheTermsOfItsDay(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.reason(ours, "ОТ-02")
	form := h.form(ours, "ОТ-02")
	form["answers"] = []any{map[string]any{"id": 1, "value": "ночью"}, map[string]any{"id": 2, "value": "тепло"}}
	a := h.as("op-ours", "POST", "/tickets", form)
	require.Equal(t, 422, a.status, a.body)
	require.Contains(t, a.body, "впишите число")
	form["answers"] = []any{map[string]any{"id": 1, "value": "ночью"}, map[string]any{"id": 2, "value": "11,5"}}
	preview := map[string]any{"company_id": ours, "building_id": form["building_id"], "reason_id": id, "answers": form["answers"]}
	require.Equal(t, noon.Add(8*time.Hour).Format(time.RFC3339), h.ok("op-ours", "POST", "/tickets/preview", preview).get(t, "due_at"), "by the temperature")
	made := h.ok("op-ours", "POST", "/tickets", form)
	require.Equal(t, noon.Add(8*time.Hour).Format(time.RFC3339), made.get(t, "due_at"))
	require.Contains(t, made.body, `"8 часов: в квартире от 10 до 12 °C"`)

	card := h.ok("admin", "GET", fmt.Sprintf("/reasons/%d", id), nil)
	var body map[string]any
	card.into(t, &body)
	edit := map[string]any{"version": body["version"]}
	for k := range reasonBody(nil) {
		edit[k] = body[k]
	}
	edit["name"], edit["kind"] = "Нет тепла", "paid"
	edit["promise"] = "Номер {number}, готово до {finish}."
	edit["prices"] = []any{map[string]any{"name": "Слив стояка", "unit": "раз", "amount": 150050}}
	finish := map[string]any{"base": map[string]any{"amount": 3, "unit": "working_days"}, "variants": []any{}}
	edit["rules"].(map[string]any)["finish"] = finish
	h.ok("admin", "PUT", fmt.Sprintf("/reasons/%d", id), edit)
	h.fails("admin", "PUT", fmt.Sprintf("/reasons/%d", id), edit, 409, "reason.changed")
	old := h.ok("op-ours", "GET", fmt.Sprintf("/tickets/%v", made.get(t, "id")), nil)
	require.Equal(t, made.get(t, "due_at"), old.get(t, "due_at"))
	require.Equal(t, "Нет отопления во всём доме", old.get(t, "reason_name"))
	require.Contains(t, old.body, `"prices":[]`)

	form["idempotency_key"] = "another-day"
	now := h.ok("op-ours", "POST", "/tickets", form)
	require.Contains(t, now.body, `"prices":[{"name":"Слив стояка","unit":"раз","amount":150050}]`)
	require.Contains(t, now.get(t, "say"), "готово до 24:00 27.11.", "three working days in the house's zone")
	h.ok("admin", "POST", fmt.Sprintf("/reasons/%d/archive", id), map[string]any{"version": 2, "archived": true, "sure": true})
	form["idempotency_key"] = "after-archiving"
	h.fails("op-ours", "POST", "/tickets", form, 422, "ticket.reason_archived")
	require.Equal(t, "Нет тепла", h.ok("op-ours", "GET", fmt.Sprintf("/tickets/%v", now.get(t, "id")), nil).get(t, "reason_name"))
}

// TestOnlyOurOwnPeopleWriteTheSharedList: all read it (RS1).
func TestOnlyOurOwnPeopleWriteTheSharedList(t *testing.T) {
	t.Parallel()
	h := open(t)
	body := map[string]any{"name": "Сети", "kind": "электросети", "phones": []any{map[string]any{"phone": "8 343 000 04 00", "note": "", "hours": ""}}, "hours": "", "notes": ""}
	h.fails("admin", "POST", "/shared-suppliers", body, 403, "access.platform.operate")
	made := h.ok("platform", "POST", "/shared-suppliers", body)
	require.Contains(t, h.ok("readonly", "GET", "/shared-suppliers", nil).body, `"+73430000400"`)
	row := supplierBody(map[string]any{"company_id": ours, "supplier_id": made.get(t, "id"), "contract": "7"})
	require.Contains(t, h.ok("admin", "POST", "/suppliers", row).body, `"name":"Сети"`)
	h.fails("admin", "POST", "/suppliers", row, 422, "supplier.twice")
}
