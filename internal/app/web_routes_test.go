package app_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
	"d24/internal/telephony"
)

// request is one call of an operation with everything it needs.
type request struct {
	method, path string
	body         any
	by           string // who may: a stranger's login, the control of the case
	want         int    // what ours get; 0: 404
	list         bool   // ours get a list, and nothing of the strangers in it
}

// prey is what belongs to company 2 and must stay there.
type prey struct {
	ticket, building, call, recording, task, reason, line int64
	open, moved                                           int64
	staff                                                 staffPrey
	key, late                                             string
}

// more are the cases of modules that keep them in files of their own: each makes its
// prey and names its requests.
var more []func(h *house) map[string][]request

func (h *house) prey() (p prey) {
	h.t.Helper()
	p.key, p.late = h.call(strange, "+79000900020"), h.call(strange, "+79000900021")
	p.call = h.one(`select id from calls where key = $1`, p.key)
	p.recording = h.recording(p.key, sound(800))
	p.ticket, p.open, p.moved = h.ticket(strange, "ВС-02").ID, h.ticket(strange, "ВС-02").ID, h.ticket(strange, "ВС-02").ID
	h.do(`update calls set ticket_id = $2 where key = $1`, p.key, p.ticket)
	p.task = h.task(strange, "+79000900022")
	p.building, p.reason, p.line = h.building(strange), h.reason(strange, "ВС-02"), h.line(strange)
	p.staff = h.staffPrey()
	h.do(`insert into alarms (code, subject, company_id, text, raised_at) values ('nobody-takes', 'ticket:1', 2, 'Мостовая, 1', $1)`, noon)
	h.do(`insert into audit_entries (company_id, at, user_id, actor, action, object, data) values (2, $1, 1, 'Ершов', 'test.prey', 'member:7', '{"before": null, "after": {"name": "Ершов"}}')`, noon)
	must(h.t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{Waiting: []telephony.FloorWaiting{{CallKey: p.key, CompanyID: strange, Since: noon, Kind: "inbound"}}}))
	return p
}

// marks are words that only company 2's things have.
var marks = []string{"Заречье", "Мостовая", "Ткацкая", "Звёздная", "Ершов", "Галиев", "Шубин", "Бойко", "+7900000200", "+7900090002", "call-2-", "+73430000102"}

// isolation has a case for every operation; the tests below fail when one is missing.
func isolation(h *house, p prey) map[string][]request {
	id := func(format string, n int64) string { return fmt.Sprintf(format, n) }
	form := h.form(strange, "ВС-02")
	cases := withStaff(p.staff, map[string][]request{
		"login": nil, "logout": nil, "me": {{method: "GET", path: "/me", list: true}},
		"choose-company": {{method: "POST", path: "/me/company", body: map[string]any{"company_id": strange}, by: "admin2"}},
		"live":           nil, // TestAStreamCarriesNothingOfOthers
		"desk-socket":    nil, // TestTheSocketIsPassedOn: the engine asks the session itself
		"list-tickets": {
			{method: "GET", path: "/tickets?limit=100", list: true},
			{method: "GET", path: "/tickets?company_id=2", list: true},
			{method: "GET", path: id("/tickets?building_id=%d", p.building), list: true},
			{method: "GET", path: "/tickets?phone=%2B79000900059&limit=100", list: true},
		},
		"count-tickets": {{method: "GET", path: "/tickets/count?company_id=2", list: true}},
		"get-ticket":    {{method: "GET", path: id("/tickets/%d", p.ticket)}},
		"ticket-events": {{method: "GET", path: id("/tickets/%d/events", p.ticket)}},
		"create-ticket": {{method: "POST", path: "/tickets", body: form, want: http.StatusForbidden}},
		"preview-ticket": {{
			method: "POST", path: "/tickets/preview", want: http.StatusUnprocessableEntity,
			body: map[string]any{"company_id": strange, "building_id": p.building, "reason_id": p.reason},
		}},
		"move-ticket":      {{method: "POST", path: id("/tickets/%d/move", p.moved), body: map[string]any{"to": "accepted", "version": 1}}},
		"comment-ticket":   {{method: "POST", path: id("/tickets/%d/comments", p.ticket), body: map[string]any{"text": "чужой"}}},
		"accept-ticket":    {{method: "POST", path: id("/tickets/%d/accept", p.open)}},
		"refuse-ticket":    {{method: "POST", path: id("/tickets/%d/refuse", p.ticket), body: map[string]any{"reason": "чужой", "version": 1}, by: "executor-strange"}},
		"search-buildings": {{method: "GET", path: "/buildings/search?q=" + "мостовая", list: true}, {method: "GET", path: "/buildings/search?company_id=2&q=мост", list: true}},
		"list-buildings":   {{method: "GET", path: "/buildings", list: true}, {method: "GET", path: "/buildings?company_id=2", list: true}},
		"get-building":     {{method: "GET", path: id("/buildings/%d", p.building)}},
		"list-reasons":     {{method: "GET", path: "/reasons?company_id=2"}},
		"search-reasons":   {{method: "GET", path: "/reasons/search?company_id=2&q=топит"}},
		"list-staff":       {{method: "GET", path: "/staff", list: true}, {method: "GET", path: "/staff?company_id=2"}},
		"list-calls": {
			{method: "GET", path: "/calls?limit=100", list: true},
			{method: "GET", path: "/calls?company_id=2", list: true},
			{method: "GET", path: id("/calls?ticket_id=%d", p.ticket), list: true},
			{method: "GET", path: "/calls?phone=%2B79000900020", list: true},
		},
		"get-call":        {{method: "GET", path: id("/calls/%d", p.call)}},
		"play-recording":  {{method: "GET", path: id("/recordings/%d", p.recording)}},
		"recording-peaks": {{method: "GET", path: id("/recordings/%d/peaks", p.recording)}},
		"desk-call":       {{method: "GET", path: "/desk/calls/" + p.key}},
		"place-call":      {{method: "POST", path: "/desk/calls/" + p.key + "/place", body: map[string]any{"building_id": p.building, "unit": "1"}}},
		"keep-draft":      {{method: "PUT", path: "/desk/drafts/" + p.key, body: map[string]any{"body": map[string]any{"a": 1}}}},
		"dispose-call":    {{method: "POST", path: "/desk/calls/" + p.late + "/dispose", body: map[string]any{"kind": "linked", "ticket_id": p.ticket}}},
		"list-tasks":      {{method: "GET", path: "/desk/tasks", list: true}},
		"get-task":        {{method: "GET", path: id("/desk/tasks/%d", p.task)}},
		"task-result":     {{method: "POST", path: id("/desk/tasks/%d/result", p.task), body: map[string]any{"kind": "answered"}}},
		"desk-figures":    {{method: "GET", path: "/desk/figures", list: true}},
		"desk-my":         {{method: "GET", path: "/desk/my", list: true}},
		"list-alarms":     {{method: "GET", path: "/alarms", list: true}},
		"list-lines":      {{method: "GET", path: "/lines", list: true, by: "admin2"}},
		"list-audit":      {{method: "GET", path: "/audit?limit=100", list: true, by: "admin2"}, {method: "GET", path: "/audit?object=member:7&q=ерш", list: true, by: "admin2"}},
		"audit-people":    {{method: "GET", path: "/audit/people", list: true, by: "admin2"}},
	})
	maps.Copy(cases, h.accounts())
	return cases
}

// TestNothingOfAnotherCompanyIsSeen walks every operation of the router: users of
// company 1 ask for the things of company 2 by their ids and by filters and get
// nothing; company 2's own people get them, so that a case cannot pass by asking wrongly.
func TestNothingOfAnotherCompanyIsSeen(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.prey()
	cases := isolation(h, p)
	for _, f := range more {
		maps.Copy(cases, f(h))
	}
	for _, q := range slices.Concat(cases["search-reasons"], cases["list-reasons"], cases["get-ticket"]) {
		h.ok("op-strange", q.method, q.path, q.body) // whatever is kept in memory is there now
	}
	for _, r := range httpapi.Routes(h.api) {
		reqs, known := cases[r.ID]
		require.True(t, known, "%s %s: the operation %q has no case here", r.Method, r.Path, r.ID)
		for _, q := range reqs {
			require.Equal(t, r.Method, q.method, r.ID)
			for _, login := range []string{"admin", "foreman", "readonly", "gusev", "op-ours", "dispatcher", "api-admin"} {
				a := h.as(login, q.method, q.path, q.body)
				refused(t, a, q, login+" "+r.ID+" "+q.path)
			}
		}
	}
	for _, r := range httpapi.Routes(h.api) {
		for _, q := range cases[r.ID] {
			by := q.by
			if by == "" {
				by = "op-strange"
			}
			a := h.ok(by, q.method, q.path, q.body)
			if q.list && !strings.HasPrefix(r.ID, "count-") && r.ID != "desk-my" && r.ID != "desk-figures" {
				require.True(t, slices.ContainsFunc(marks, func(m string) bool { return strings.Contains(a.body, m) }), "%s shows its owner nothing: %s", q.path, a.body)
			}
		}
	}
	require.NotZero(t, h.ok("op-strange", "GET", "/tickets/count?company_id=2", nil).get(t, "count"))
	require.InDelta(t, 1, h.ok("op-strange", "GET", "/desk/figures", nil).get(t, "waiting"), 0)
	require.Zero(t, h.one(`select count(*) from ticket_events where text = 'чужой' and by_name <> 'Оператор два'`))
	require.Zero(t, h.one(`select count(*) from audit_entries where company_id = 2 and action <> 'test.prey'
		and user_id not in (select user_id from company_users where company_id = 2 union select user_id from operator_companies where company_id = 2)`), "no stranger did or read a thing there")
}

func refused(t *testing.T, a answer, q request, what string) {
	t.Helper()
	for _, m := range marks {
		require.NotContains(t, a.body, m, what)
	}
	switch want := q.want; {
	case a.status == http.StatusForbidden && strings.Contains(a.body, `"access.`): // not a thing of this role at all
	case q.list:
		require.Equal(t, http.StatusOK, a.status, "%s: %s", what, a.body)
		if strings.Contains(a.body, `"waiting"`) {
			require.Contains(t, a.body, `"waiting":0`, what)
		}
		if strings.Contains(a.body, `"count"`) {
			require.JSONEq(t, `{"count": 0, "capped": false}`, a.body, what)
		}
	case want == 0:
		require.Equal(t, http.StatusNotFound, a.status, "%s: %s", what, a.body)
	default:
		require.Equal(t, want, a.status, "%s: %s", what, a.body)
	}
}

// TestAForeignIDAndNoIDAreTheSame: nobody learns by the answer what exists elsewhere.
func TestAForeignIDAndNoIDAreTheSame(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.prey()
	for format, foreign := range map[string]int64{
		"/tickets/%d": p.ticket, "/tickets/%d/events": p.ticket, "/buildings/%d": p.building, "/calls/%d": p.call, "/recordings/%d": p.recording,
		"/recordings/%d/peaks": p.recording, "/desk/tasks/%d": p.task, "/reasons?company_id=%d": strange, "/staff?company_id=%d": strange, "/staff/%d": p.staff.member, "/staff/on-duty?company_id=%d": strange, "/work-schedules?company_id=%d": strange,
		"/schedule?month=2026-11&company_id=%d": strange, "/calendar?year=2026&company_id=%d": strange,
	} {
		a, b := h.as("op-ours", "GET", fmt.Sprintf(format, foreign), nil), h.as("op-ours", "GET", fmt.Sprintf(format, 987654321), nil)
		require.Equal(t, b.body, a.body, format)
		require.Equal(t, http.StatusNotFound, a.status, format)
	}
}

// TestRightsOfEveryRole: each operation by each role is let in or refused as its permission says.
func TestRightsOfEveryRole(t *testing.T) {
	t.Parallel()
	h := open(t)
	roles := map[string][]access.Permission{
		"admin": access.RolePermissions(access.Admin), "manager": access.RolePermissions(access.Manager), "foreman": access.RolePermissions(access.Foreman),
		"gusev": access.RolePermissions(access.Executor), "contractor": access.RolePermissions(access.Contractor), "readonly": access.RolePermissions(access.Readonly),
		"dispatcher": access.RolePermissions(access.Dispatcher), "operator": access.StaffPermissions("operator"), "supervisor": access.StaffPermissions("supervisor"), "platform": access.StaffPermissions("admin"),
		"api-admin": access.Tickable(), // a program: of the giving of rights and of one's own account it has nothing
	}
	for _, r := range httpapi.Routes(h.api) {
		path := strings.NewReplacer("{id}", "987654321", "{key}", "no-such-call").Replace(r.Path)
		if r.Permission == httpapi.Unsigned {
			require.Contains(t, []string{"login", "ask-passkey", "login-passkey", "look-at-invitation", "invited-passkey", "accept-invitation"}, r.ID, "who may call this without signing in?")
			continue
		}
		a := h.as("", r.Method, path, nil)
		require.Equal(t, http.StatusUnauthorized, a.status, "%s unsigned: %s", r.ID, a.body)
		require.Equal(t, "login.required", a.get(t, "code"))
		if r.ID == "live" || r.ID == "logout" { // the one does not end, the other ends the session: both are anyone's
			require.Empty(t, r.Permission)
			continue
		}
		for login, may := range roles {
			a := h.as(login, r.Method, path, nil)
			stopped := a.status == http.StatusForbidden && a.get(t, "code") == "access."+cmp.Or(r.Permission, "person")
			allowed := r.Permission == "" && login != "api-admin" || slices.Contains(may, access.Permission(r.Permission))
			require.Equal(t, !allowed, stopped, "%s by %s: %d %s", r.ID, login, a.status, a.body)
			require.NotEqual(t, http.StatusUnauthorized, a.status, r.ID)
		}
	}
}
