package app_test

import (
	"fmt"
	"maps"
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
