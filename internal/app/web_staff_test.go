package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// staffPrey are people and schedules of company 2.
type staffPrey struct{ member, other, leave, dropped, schedule, away int64 }

func (h *house) staffPrey() (p staffPrey) {
	h.t.Helper()
	p.member, p.other = h.one(`select min(id) from members where company_id = 2`), h.one(`select max(id) from members where company_id = 2`)
	p.schedule = h.one(`insert into work_schedules (company_id, name, days) values (2, 'Заречье, пять через два', '[{"code":"office"},{"code":"office"},{"code":"office"},{"code":"office"},{"code":"office"},{"code":"off"},{"code":"off"}]') returning id`)
	p.away = h.one(`insert into work_schedules (company_id, name, days) select 2, 'Заречье, ночь', days from work_schedules where id = $1 returning id`, p.schedule)
	const leave = `insert into member_leaves (company_id, member_id, kind, starts_on, ends_on, created_at) values (2, $1, 'vacation', $2, $2, $3) returning id`
	p.leave, p.dropped = h.one(leave, p.member, noon.AddDate(0, 1, 0), noon), h.one(leave, p.member, noon.AddDate(0, 2, 0), noon)
	return p
}

// staffInput names rows of our own for the paths of the staff.
func (h *house) staffInput(ids map[string]int64) {
	h.t.Helper()
	ids["leaves"] = h.one(`insert into member_leaves (company_id, member_id, kind, starts_on, ends_on, created_at) values (1, 1, 'vacation', $1, $1, $2) returning id`, noon.AddDate(0, 1, 0), noon)
	ids["work-schedules"] = h.one(`insert into work_schedules (company_id, name, days) values (1, 'Пять через два', '[{"code":"office"}]') returning id`)
}

// withStaff adds the cases of people and schedules.
func withStaff(p staffPrey, to map[string][]request) map[string][]request {
	maps.Copy(to, map[string][]request{
		"get-staff-member": {{method: "GET", path: fmt.Sprintf("/staff/%d", p.member)}},
		"staff-on-duty":    {{method: "GET", path: "/staff/on-duty?company_id=2"}},
		"list-work-types":  nil, // kinds of work are everybody's
		"create-staff-member": {{method: "POST", path: "/staff", by: "admin2", body: map[string]any{
			"company_id": strange, "name": "Новый", "spoken_name": "", "position": "", "zone": "", "is_contractor": false, "phones": []any{}, "channels": []any{}, "duties": []any{},
		}}},
		"change-staff-member": {{method: "PUT", path: fmt.Sprintf("/staff/%d", p.other), by: "admin2", body: map[string]any{
			"version": 1, "name": "Бойко Л. А.", "spoken_name": "", "position": "", "zone": "", "is_contractor": false, "phones": []any{}, "channels": []any{}, "duties": []any{},
		}}},
		"switch-duty":           {{method: "POST", path: fmt.Sprintf("/staff/%d/duty", p.member), by: "admin2", body: map[string]any{"on_duty": false}}},
		"dismiss-staff-member":  {{method: "POST", path: fmt.Sprintf("/staff/%d/dismiss", p.other), by: "admin2", body: map[string]any{"hand_to": p.member}}},
		"restore-staff-member":  {{method: "POST", path: fmt.Sprintf("/staff/%d/restore", p.other), by: "admin2"}},
		"add-leave":             {{method: "POST", path: fmt.Sprintf("/staff/%d/leaves", p.member), by: "admin2", body: map[string]any{"kind": "sick", "starts_on": "2026-11-24", "ends_on": "2026-11-25", "substitute_id": nil}}},
		"change-leave":          {{method: "PUT", path: fmt.Sprintf("/leaves/%d", p.leave), by: "admin2", body: map[string]any{"kind": "sick", "starts_on": "2026-12-24", "ends_on": "2026-12-25", "substitute_id": nil}}},
		"cancel-leave":          {{method: "DELETE", path: fmt.Sprintf("/leaves/%d", p.dropped), by: "admin2"}},
		"assign-schedule":       {{method: "POST", path: fmt.Sprintf("/staff/%d/schedule", p.member), by: "admin2", body: map[string]any{"schedule_id": p.schedule, "starts_on": "2026-12-01"}}},
		"list-work-schedules":   {{method: "GET", path: "/work-schedules?company_id=2"}},
		"create-work-schedule":  {{method: "POST", path: "/work-schedules", by: "admin2", body: map[string]any{"company_id": strange, "name": "Цикл", "is_cycle": true, "by_calendar": false, "days": []any{map[string]any{"code": "day"}}}}},
		"change-work-schedule":  {{method: "PUT", path: fmt.Sprintf("/work-schedules/%d", p.schedule), by: "admin2", body: map[string]any{"version": 1, "name": "Заречье, цикл", "is_cycle": true, "by_calendar": false, "days": []any{map[string]any{"code": "day"}}}}},
		"archive-work-schedule": {{method: "POST", path: fmt.Sprintf("/work-schedules/%d/archive", p.away), by: "admin2"}},
		"schedule-month":        {{method: "GET", path: "/schedule?company_id=2&month=2026-11"}},
		"mark-schedule": {{method: "PUT", path: "/schedule", by: "admin2", body: map[string]any{
			"company_id": strange, "month": "2026-11", "cells": []any{map[string]any{"member_id": p.member, "day": "2026-11-24", "code": "day"}},
		}}},
		"work-calendar":    {{method: "GET", path: "/calendar?company_id=2&year=2026"}},
		"set-calendar-day": {{method: "PUT", path: "/calendar/day", by: "admin2", body: map[string]any{"company_id": strange, "day": "2026-11-24", "kind": "day_off"}}},
	})
	return to
}

func member(name string) map[string]any {
	return map[string]any{
		"name": name, "spoken_name": "Пётр Петрович", "position": "слесарь", "zone": "", "is_contractor": false,
		"phones":   []any{map[string]any{"phone": "8 (900) 111-22-33", "hours": []any{map[string]any{"days": []int{0}, "from": 1320, "to": 360}}, "note": ""}},
		"channels": []any{map[string]any{"channel": "email", "address": "a@example.test", "kinds": []string{"planned"}, "hours": []any{}}},
		"duties":   []any{map[string]any{"role": "executor", "work_type_id": nil, "building_id": nil, "level": 2}},
	}
}

// TestAPersonIsWrittenWhole: made, read, changed; of two who change him at once the
// second is told; everything is in the audit journal.
func TestAPersonIsWrittenWhole(t *testing.T) {
	t.Parallel()
	h := open(t)
	form := member("Новиков П. П.")
	form["company_id"] = ours
	made := h.ok("admin", http.MethodPost, "/staff", form)
	id := made.id(t, "member_id")
	path := fmt.Sprintf("/staff/%d", id)
	card := h.ok("admin", http.MethodGet, path, nil)
	require.Equal(t, "+79001112233", card.get(t, "phone_list.0.phone"))
	require.InDelta(t, 1800, card.get(t, "phone_list.0.hours.0.to"), 0, "an end before its start is of the next day")
	require.Equal(t, true, card.get(t, "on_duty"))
	require.Equal(t, []any{"edit", "dismiss"}, card.get(t, "can"))
	require.Equal(t, []any{}, h.ok("readonly", http.MethodGet, path, nil).get(t, "can"))

	change := member("Новиков Пётр")
	change["version"] = 1
	h.ok("admin", http.MethodPut, path, change)
	h.fails("admin", http.MethodPut, path, change, http.StatusConflict, "member.changed")
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'member.create' and object = $1`, fmt.Sprintf("member:%d", id)))
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'member.change' and data->'before'->>'name' = 'Новиков П. П.' and data->'after'->>'name' = 'Новиков Пётр'`))
	require.Len(t, h.ok("admin", http.MethodGet, "/staff?q=900-111", nil).get(t, "items"), 1)
	require.Len(t, h.ok("admin", http.MethodGet, "/staff?q=yjdbrjd", nil).get(t, "items"), 1, "typed on the wrong layout")
}

// TestWhatIsWrongWithAPersonStandsAtItsField.
func TestWhatIsWrongWithAPersonStandsAtItsField(t *testing.T) {
	t.Parallel()
	h := open(t)
	for field, spoil := range map[string]func(map[string]any){
		"body.name":            func(f map[string]any) { f["name"] = "  " },
		"body.zone":            func(f map[string]any) { f["zone"] = "Europe/Atlantis" },
		"body.phones[0].phone": func(f map[string]any) { f["phones"].([]any)[0].(map[string]any)["phone"] = "12" },
		"body.phones[1].phone": func(f map[string]any) { f["phones"] = append(f["phones"].([]any), f["phones"].([]any)[0]) },
		"body.channels[0].address": func(f map[string]any) {
			f["channels"] = []any{map[string]any{"channel": "email", "address": "нет", "kinds": []string{}, "hours": []any{}}}
		},
		"body.duties[0].work_type_id": func(f map[string]any) { f["duties"].([]any)[0].(map[string]any)["work_type_id"] = 98765 },
		"body.duties[0].building_id":  func(f map[string]any) { f["duties"].([]any)[0].(map[string]any)["building_id"] = h.building(strange) },
	} {
		form := member("Новиков П. П.")
		form["company_id"] = ours
		spoil(form)
		a := h.fails("admin", http.MethodPost, "/staff", form, http.StatusUnprocessableEntity, "member.incomplete")
		require.Equal(t, field, a.get(t, "errors.0.location"), a.body)
	}
	leave := func(from, to string, substitute any) map[string]any {
		return map[string]any{"kind": "vacation", "starts_on": from, "ends_on": to, "substitute_id": substitute}
	}
	h.ok("admin", http.MethodPost, "/staff/1/leaves", leave("2026-12-01", "2026-12-10", 2))
	for field, l := range map[string]map[string]any{
		"body.ends_on": leave("2026-12-20", "2026-12-19", nil), "body.starts_on": leave("2026-12-10", "2026-12-12", nil), "body.substitute_id": leave("2026-12-20", "2026-12-21", 1),
	} {
		require.Equal(t, field, h.fails("admin", http.MethodPost, "/staff/1/leaves", l, http.StatusUnprocessableEntity, "leave.wrong").get(t, "errors.0.location"))
	}
	a := h.fails("admin", http.MethodPost, "/staff/3/leaves", leave("2026-12-05", "2026-12-06", 1), http.StatusUnprocessableEntity, "leave.wrong")
	require.Contains(t, a.body, "Гусев П. Н. сам отсутствует с 01.12.2026 по 10.12.2026")
	h.fails("admin", http.MethodPost, "/work-schedules", map[string]any{"name": "5/2", "is_cycle": true, "by_calendar": false, "days": []any{map[string]any{"code": "day"}}}, http.StatusUnprocessableEntity, "schedule.name")
	used := h.one(`select id from work_schedules where company_id = 1 and name = '5/2'`)
	require.Contains(t, h.fails("admin", http.MethodPost, fmt.Sprintf("/work-schedules/%d/archive", used), nil, http.StatusConflict, "schedule.in_use").body, "Мальцев Ю. Б.")
}

// TestTheGridIsWrittenAndTakenBack: cells over the schedule, and the schedule again.
func TestTheGridIsWrittenAndTakenBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	one := h.one(`select id from members where name = 'Кравец А. И.'`)
	cell := func(a answer) map[string]any {
		for _, r := range a.get(t, "rows").([]any) {
			if row := r.(map[string]any); row["name"] == "Кравец А. И." {
				return row["cells"].([]any)[23].(map[string]any) // the 24th
			}
		}
		return nil
	}
	put := func(code string) map[string]any {
		return map[string]any{"month": "2026-11", "cells": []any{map[string]any{"member_id": one, "day": "2026-11-24", "code": code}}}
	}
	require.Equal(t, "day", cell(h.ok("admin", http.MethodGet, "/schedule?month=2026-11", nil))["code"])
	on := func() any { return h.ok("admin", http.MethodGet, fmt.Sprintf("/staff/%d", one), nil).get(t, "on_duty") }
	require.Equal(t, true, on())
	a := h.ok("admin", http.MethodPut, "/schedule", put("night"))
	require.Equal(t, "night", cell(a)["code"])
	require.Equal(t, true, cell(a)["own"])
	require.Equal(t, false, on(), "it is noon")
	require.Equal(t, int64(1), h.one(`select count(*) from river_job where kind = 'escalation.duty' and (args->>'member_id')::bigint = $1`, one), "running escalations hear of it")
	a = h.ok("admin", http.MethodPut, "/schedule", put(""))
	require.Equal(t, "day", cell(a)["code"])
	require.Equal(t, true, on())
	bad := put("day")
	bad["cells"] = append(bad["cells"].([]any), map[string]any{"member_id": h.one(`select min(id) from members where company_id = 2`), "day": "2026-11-24", "code": "day"})
	require.Equal(t, "body.cells[1].member_id", h.fails("admin", http.MethodPut, "/schedule", bad, http.StatusUnprocessableEntity, "schedule.cell").get(t, "errors.0.location"))
}

// TestOnDutyAtAnyHour: one moment by day, one at night; the filters of the list agree.
func TestOnDutyAtAnyHour(t *testing.T) {
	t.Parallel()
	h := open(t)
	electrics := h.one(`select id from work_types where name = 'электрика'`)
	chain := func(at string) (out []any) {
		a := h.ok("admin", http.MethodGet, fmt.Sprintf("/staff/on-duty?at=%s&work_type_id=%d&building_id=%d", at, electrics, h.building(ours)), nil)
		for i := range a.get(t, "executors").([]any) {
			out = append(out, a.get(t, fmt.Sprintf("executors.%d.name", i)))
		}
		return out
	}
	require.Equal(t, []any{"Кравец А. И.", "Якушев В. И.", "Мальцев Ю. Б."}, chain("2026-11-24T06:30:00Z"), "before the lunch of the office")
	require.Equal(t, "Хасанов Т. Р.", chain("2026-11-24T19:00:00Z")[0], "at night he who does any work")
	h.fails("admin", http.MethodGet, "/staff/on-duty?at=1999-01-01T00:00:00Z", nil, http.StatusUnprocessableEntity, "staff.moment")
	names := func(q string) (out []string) {
		a := h.ok("admin", http.MethodGet, "/staff?"+q, nil)
		for i := range a.get(t, "items").([]any) {
			out = append(out, fmt.Sprint(a.get(t, fmt.Sprintf("items.%d.name", i))))
		}
		return out
	}
	require.Contains(t, names("on_duty=true"), "Кравец А. И.")
	require.NotContains(t, names("on_duty=true"), "Лыткин В. О.")
	require.Equal(t, []string{"Тихонов А. Л."}, names("on_leave=true"))
	require.NotContains(t, names(fmt.Sprintf("work_type_id=%d", electrics)), "Гусев П. Н.")
	require.Empty(t, names("archived=true"))
	h.ok("admin", http.MethodPost, "/staff/1/dismiss", map[string]any{"hand_to": nil})
	require.Equal(t, []string{"Гусев П. Н."}, names("archived=true"))
	h.fails("admin", http.MethodPost, "/staff/1/dismiss", map[string]any{"hand_to": nil}, http.StatusConflict, "member.dismissed")
	require.Equal(t, "switched_off", h.ok("admin", http.MethodPost, "/staff/1/restore", nil).get(t, "why"), "taken back, and not called before he is put on duty")
}
