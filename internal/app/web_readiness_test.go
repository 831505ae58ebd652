package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// missing are the steps not done, with how many lack them.
func (h *house) missing() map[string]int {
	h.t.Helper()
	var r struct {
		Percent int
		Items   []struct {
			Key     string
			IsDone  bool `json:"is_done"`
			Missing int
		}
	}
	h.ok("admin", http.MethodGet, "/onboarding/readiness?company_id=1", nil).into(h.t, &r)
	out := map[string]int{}
	for _, x := range r.Items {
		if !x.IsDone {
			out[x.Key] = x.Missing
		}
	}
	require.Equal(h.t, (len(r.Items)-len(out))*100/len(r.Items), r.Percent)
	return out
}

// TestReadinessIsComputedFromTheData: each thing taken away shows, and nothing else.
func TestReadinessIsComputedFromTheData(t *testing.T) {
	t.Parallel()
	h := open(t)
	before := h.missing()
	for _, done := range []string{"lines", "carriers", "greetings", "greeting", "dials", "houses", "units", "passports", "contacts", "staff", "phones", "reasons", "responsible", "coverage", "levels", "admin", "users"} {
		require.NotContains(t, before, done, "the demo city has it")
	}
	for _, x := range []struct {
		take string
		want map[string]int
	}{
		{`update trunks set carrier = 'Провайдер X'`, map[string]int{"carriers": 1}},
		{`update lines set is_active = false where kind = 'citywide'`, map[string]int{"lines": 1, "carriers": 1}},
		{`delete from member_phones where member_id = 1`, map[string]int{"phones": 1}},
		{`update companies set greeting = '' where id = 1`, map[string]int{"greeting": 1}},
		{`update companies set settings = '{"step_min": 1}' where id = 1`, map[string]int{"dials": 1}},
		{`delete from units where building_id = (select min(id) from buildings where company_id = 1)`, map[string]int{"units": 1}},
		{`delete from contacts where company_id = 1`, map[string]int{"contacts": 1}},
		{`update company_users set role = 'manager' where company_id = 1 and role = 'admin' and user_id <> (select id from users where login = 'admin')`, nil},
		{`delete from member_duties where company_id = 1 and role = 'responsible'`, map[string]int{"responsible": int(h.one(`select count(*) from reasons where company_id = 1 and kind <> 'consultation' and not is_archived`))}},
	} {
		h.do(x.take)
		maps.Copy(before, x.want)
		require.Equal(t, before, h.missing(), x.take)
	}
}

// TestDialsThatDoNotFitAreRefused is F33 at saving.
func TestDialsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := fmt.Sprintf("/companies/%d/calling", ours)
	rules := map[string]any{}
	h.ok("admin", http.MethodGet, path, nil).into(t, &rules)
	require.InDelta(t, 6, rules["most_numbers"], 0)
	for _, told := range []string{"most_numbers", "warnings", "running"} {
		delete(rules, told)
	}
	rules["dials"], rules["step_min"] = 10, 2
	a := h.fails("admin", http.MethodPut, path, rules, http.StatusUnprocessableEntity, "settings.wrong")
	require.Equal(t, "body.dials", a.get(t, "errors.0.location"))
	rules["step_min"] = 10
	a = h.ok("admin", http.MethodPut, path, rules)
	require.InDelta(t, 3, a.get(t, "most_numbers"), 0)
	h.fails("admin", http.MethodPut, path, rules, http.StatusConflict, "settings.changed")
	require.Equal(t, int64(10), h.one(`select (settings ->> 'dials')::bigint from companies where id = 1`))
	h.fails("readonly", http.MethodPut, path, rules, http.StatusForbidden, "access.company.write")
}
