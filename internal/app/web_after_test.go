package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// said are the warnings in the answer to a change.
func said(t *testing.T, a answer) string {
	t.Helper()
	var x struct{ Warnings []string }
	a.into(t, &x)
	return strings.Join(x.Warnings, "\n")
}

// card is what a form writes of a person as he is.
func (h *house) card(id int64) map[string]any {
	h.t.Helper()
	all := map[string]any{}
	h.ok("admin", http.MethodGet, fmt.Sprintf("/staff/%d", id), nil).into(h.t, &all)
	out := map[string]any{"phones": all["phone_list"], "zone": all["own_zone"]}
	for _, k := range []string{"name", "spoken_name", "position", "is_contractor", "channels", "duties", "version"} {
		out[k] = all[k]
	}
	for _, d := range slices.All(out["duties"].([]any)) {
		delete(d.(map[string]any), "work_type")
	}
	return out
}

// TestSavingSaysWhatItOpens is F36 over HTTP: a leave, days of a schedule, a card and a
// reason answer with the gaps they open; a look at the coverage follows.
func TestSavingSaysWhatItOpens(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.ok("admin", http.MethodPost, "/assignment/rules", map[string]any{
		"company_id": ours, "reason_id": h.reason(ours, "ВС-02"), "work_type_id": 0, "building_id": 0, "group_id": 0, "hours": "any", "windows": []any{},
		"responsible_id": 0, "supplier_id": 0, "note": "", "levels": []any{map[string]any{"members": []int{1}}, map[string]any{"members": []int{2}}, map[string]any{"members": []int{3}}},
	})
	h.work()
	count := func() int64 {
		return h.ok("admin", http.MethodGet, "/assignment/coverage/count?company_id=1", nil).id(t, "gaps")
	}
	require.Zero(t, count())
	away := map[string]any{"kind": "vacation", "starts_on": "2026-12-14", "ends_on": "2026-12-27", "substitute_id": nil}
	text := said(t, h.ok("admin", http.MethodPost, "/staff/1/leaves", away))
	require.Contains(t, text, "Аварийные, меньше трёх уровней: ")
	require.Contains(t, text, "Неделя с ", "it begins in three weeks")
	h.work()
	require.Zero(t, count(), "the coming week has nobody on leave")
	require.Empty(t, said(t, h.ok("admin", http.MethodGet, "/staff/1", nil)), "a look says nothing")

	off := map[string]any{"company_id": ours, "month": "2026-11", "cells": []any{map[string]any{"member_id": 2, "day": "2026-11-27", "code": "off"}}}
	require.Contains(t, said(t, h.ok("admin", http.MethodPut, "/schedule", off)), "Аварийные, меньше трёх уровней: ")
	h.work()
	require.Positive(t, count(), "and the badge has it")

	alone := h.one(`insert into work_types (name) values ('колокола') returning id`)
	h.do(`delete from member_duties where work_type_id is null`)
	body := reasonBody(map[string]any{"company_id": ours, "work_type_id": alone, "name": "Колокол молчит"})
	require.Contains(t, said(t, h.ok("admin", http.MethodPost, "/reasons", body)), "Никого на дежурстве: ")

	card := h.card(3)
	card["phones"] = []any{}
	text = said(t, h.ok("admin", http.MethodPut, "/staff/3", card))
	require.Contains(t, text, ": нет телефона, аварийная пройдёт мимо.")
	h.fails("admin", http.MethodPut, "/staff/3", card, http.StatusConflict, "member.changed")
	h.fails("operator", http.MethodGet, "/assignment/coverage/count?company_id=999", nil, http.StatusNotFound, "company.not_found")
}

// TestRunningEscalationsAreOfferedTheNewSettings is F38: other duties and other rules of
// calling leave what runs as it is and say how many that are; to apply is one's own act.
func TestRunningEscalationsAreOfferedTheNewSettings(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, _ := h.emergency()
	plan := func() (levels int64) {
		return h.one(`select jsonb_array_length(plan -> 'levels') from escalations where ticket_id = $1`, id)
	}
	was := plan()
	card := h.card(1)
	card["position"] = "Слесарь"
	a := h.ok("admin", http.MethodPut, "/staff/1", card)
	require.Zero(t, a.id(t, "running"), "another position concerns nothing that runs")

	work := h.one(`select work_type_id from reasons where id = $1`, h.reason(ours, "ВС-02"))
	card = h.card(8)
	card["duties"] = []any{map[string]any{"role": "executor", "work_type_id": work, "building_id": nil, "level": 9}}
	a = h.ok("admin", http.MethodPut, "/staff/8", card)
	require.Equal(t, int64(1), a.id(t, "running"))
	require.Equal(t, was, plan(), "the order of the start goes on")
	require.Equal(t, int64(1), h.ok("admin", http.MethodPost, "/assignment/apply", map[string]any{"company_id": ours}).id(t, "changed"))
	require.Equal(t, was+1, plan())

	rules := map[string]any{}
	path := fmt.Sprintf("/companies/%d/calling", ours)
	h.ok("admin", http.MethodGet, path, nil).into(t, &rules)
	maps.DeleteFunc(rules, func(k string, _ any) bool { return k == "most_numbers" || k == "warnings" || k == "running" })
	rules["step_min"] = 15
	require.Equal(t, int64(1), h.ok("admin", http.MethodPut, path, rules).id(t, "running"))
	minutes := func() int64 {
		return h.one(`select (plan ->> 'step')::bigint from escalations where ticket_id = $1`, id)
	}
	before := minutes()
	h.ok("admin", http.MethodPost, "/assignment/apply", map[string]any{"company_id": ours})
	require.Greater(t, minutes(), before)
}
