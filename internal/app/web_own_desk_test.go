package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/fault"
	"d24/internal/telephony"
)

// TestACompanysOwnOperatorWorksAtTheDesk is C8: who has the role sits at the desk, takes the
// caller's word, and has his company's things; another company's and those that are nobody's
// yet are not there for him.
func TestACompanysOwnOperatorWorksAtTheDesk(t *testing.T) {
	t.Parallel()
	h := open(t)
	seat, err := h.app.Accounts.Seat(h.sys, h.token("dispatcher"))
	must(t, err)
	require.Equal(t, telephony.Seat{UserID: h.user("dispatcher"), Name: "dispatcher", Companies: []int64{ours}, Own: ours}, seat, "no city: who calls its number is nobody's yet")
	_, err = h.app.Accounts.Seat(h.sys, h.token("foreman"))
	require.Equal(t, fault.Forbidden, fault.KindOf(err))

	mine, city := h.call(ours, resident), h.call(0, "+79000900061")
	path := func(key, what string) string { return "/desk/calls/" + key + what }
	house := h.building(ours)
	h.ok("op-ours", http.MethodGet, path(city, ""), nil)
	h.fails("dispatcher", http.MethodGet, path(city, ""), nil, http.StatusNotFound, "call.not_found")
	h.fails("dispatcher", http.MethodPost, path(city, "/place"), map[string]any{"building_id": house, "unit": "1"}, http.StatusNotFound, "call.not_found")
	draft := map[string]any{"body": map[string]any{"description": "течёт"}}
	h.fails("dispatcher", http.MethodPut, "/desk/drafts/"+city, draft, http.StatusNotFound, "call.not_found")
	h.ok("dispatcher", http.MethodPut, "/desk/drafts/"+mine, draft)
	h.ok("dispatcher", http.MethodPut, "/desk/drafts/not-written-yet", draft)
	require.Equal(t, int64(2), h.one(`select count(*) from drafts where company_id = $1 and user_id = $2`, ours, h.user("dispatcher")))
	require.Equal(t, "течёт", h.ok("dispatcher", http.MethodGet, path(mine, ""), nil).get(t, "draft.body.description"))
	h.ok("dispatcher", http.MethodPost, path(mine, "/place"), map[string]any{"building_id": house, "unit": "1"})
	form := h.form(ours, "ВС-02")
	form["call_key"] = mine
	made := h.ok("dispatcher", http.MethodPost, "/tickets", form)
	require.Equal(t, "phone", made.get(t, "source"))
	h.ok("dispatcher", http.MethodPost, path(mine, "/dispose"), map[string]any{"kind": "ticket", "ticket_id": made.id(t, "id")})
	task := h.task(ours, "+79000900062")
	h.ok("dispatcher", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/take", task), nil)
	h.ok("dispatcher", http.MethodGet, "/desk/my", nil)
	h.ok("dispatcher", http.MethodGet, "/alarms", nil)
}

// TestACompanysOwnOperatorSeesNobodyElsesFloor: of the floor he sees his company's callers and
// his own colleagues; our people see whose operator somebody is.
func TestACompanysOwnOperatorSeesNobodyElsesFloor(t *testing.T) {
	t.Parallel()
	h := open(t)
	must(t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{
		Waiting: []telephony.FloorWaiting{
			{CallKey: "a", CompanyID: ours, Since: noon, Kind: "inbound", Own: true}, {CallKey: "b", Since: noon, Kind: "inbound"}, {CallKey: "c", CompanyID: strange, Since: noon, Kind: "inbound"},
		},
		Operators: []telephony.FloorSeat{
			{UserID: 9001, Name: "Наш", State: "ready", Since: noon}, {UserID: h.user("dispatcher"), Name: "Свой", Own: ours, State: "ready", Since: noon}, {UserID: 9003, Name: "Чужой", Own: strange, State: "ready", Since: noon},
		},
		Trunks: []telephony.FloorTrunk{{ID: 1, Name: "Транк X", State: "up", Since: noon}},
	}))
	f := h.ok("dispatcher", http.MethodGet, "/desk/figures", nil)
	require.InDelta(t, 1, f.get(t, "waiting"), 0)
	require.Len(t, f.get(t, "seats"), 1)
	require.Equal(t, "Свой", f.get(t, "seats.0.name"))
	require.Empty(t, f.get(t, "trunks"))
	require.Equal(t, true, f.get(t, "engine_alive"))

	f = h.ok("op-ours", http.MethodGet, "/desk/figures", nil)
	require.InDelta(t, 2, f.get(t, "waiting"), 0)
	require.Len(t, f.get(t, "seats"), 2)
	require.Equal(t, "УК «Северный берег»", f.get(t, "seats.1.company"))
	require.Len(t, f.get(t, "trunks"), 1)
	require.Equal(t, true, f.get(t, "queue.0.is_own"))
	require.InDelta(t, 1, h.ok("supervisor", http.MethodGet, "/desk/wallboard", nil).get(t, "own"), 0)

	require.InDelta(t, 1, h.ok("admin", http.MethodGet, "/desk/present", nil).get(t, "on"), 0, "he answers the company's residents")
}

// TestTheSeatIsGivenByTheCompany: its administrator invites and makes operators, for the whole
// of the company; a role of its own cannot be made of it.
func TestTheSeatIsGivenByTheCompany(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.user("foreman")
	user := fmt.Sprintf("/users/%d", id)
	h.fails("foreman", http.MethodGet, "/desk/figures", nil, http.StatusForbidden, "access.desk.work")
	grants := map[string]any{"own_grants": true, "grants": []any{map[string]any{"kind": "part", "work_type_ids": []int{1}, "building_ids": []int{}, "group_ids": []int{}}}}
	h.ok("admin", http.MethodPut, user+"/grants", grants)
	h.ok("admin", http.MethodPut, user+"/role", map[string]any{"role": "dispatcher"})
	delete(h.tokens, "foreman") // he comes in anew
	require.Equal(t, "dispatcher", h.ok("foreman", http.MethodGet, "/me", nil).get(t, "companies.0.role"))
	h.ok("foreman", http.MethodGet, "/desk/figures", nil)
	require.Zero(t, h.one(`select count(*) from user_grants where user_id = $1`, id)+h.one(`select count(*) from company_users where user_id = $1 and has_grants`, id))
	require.NotZero(t, h.ok("foreman", http.MethodGet, "/tickets/count", nil).get(t, "count"), "any resident may call him")
	h.fails("admin", http.MethodPut, user+"/grants", grants, http.StatusConflict, "grant.admin")
	h.ok("admin", http.MethodPost, "/invitations", map[string]any{"name": "Власова О. Н.", "role": "dispatcher"})
	h.fails("admin", http.MethodPost, "/roles", map[string]any{"name": "Пульт", "base": "dispatcher", "permissions": []string{"ticket.read"}}, http.StatusUnprocessableEntity, "request.invalid")
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'user.role' and object = $1`, fmt.Sprintf("user:%d", id)))
	h.ok("admin", http.MethodPut, user+"/role", map[string]any{"role": "readonly"})
	delete(h.tokens, "foreman")
	h.fails("foreman", http.MethodGet, "/desk/figures", nil, http.StatusForbidden, "access.desk.work")
}

// TestWhoAnswersInACompanysHours is C8 with F22 and F23: its telephones, its own operators or
// both, for as long as is set; decided by the instant of the INVITE.
func TestWhoAnswersInACompanysHours(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := fmt.Sprintf("/companies/%d/window", ours)
	window := func(answers string, sec int, phones ...string) map[string]any {
		return map[string]any{"answers": answers, "overflow_sec": sec, "phones": append([]string{}, phones...), "from": "08:00", "to": "18:00"}
	}
	ural, err := time.LoadLocation("Asia/Yekaterinburg")
	must(t, err)
	border := time.Date(2026, 11, 24, 18, 0, 0, 0, ural) // Tuesday
	route := func(at time.Time) telephony.Decision {
		t.Helper()
		d, err := h.app.Director.Route(h.sys, telephony.Incoming{CallKey: "c", Called: "+73430000101", Caller: "+79000900077", At: at})
		must(t, err)
		return d
	}
	in := func() telephony.Decision { return route(border.Add(-time.Second)) }

	h.do(`insert into notices (company_id, number, is_company, service, text, starts_at, ends_at, created_at) values ($1, 900, true, 'gas', 'Нет газа', $2, $2::timestamptz + interval '9 hours', $2)`, ours, noon)
	row := h.ok("platform", http.MethodPut, path, window("operators", 45, "+79000003001"))
	require.InDelta(t, 1, row.get(t, "operators"), 0, "who could answer")
	d := in()
	require.True(t, d.OwnDesk)
	require.Empty(t, d.Own, "its telephones are left in peace")
	require.NotEmpty(t, d.Notices, "they are heard before its own people are rung (C5)")
	require.Equal(t, 45*time.Second, d.OwnFor)
	require.Equal(t, telephony.ServiceOwn, d.Service)
	d = route(border)
	require.False(t, d.OwnDesk)
	require.Equal(t, telephony.ServiceOurs, d.Service)

	h.ok("platform", http.MethodPut, path, window("both", 20, "8 900 000 30 01"))
	d = in()
	require.True(t, d.OwnDesk)
	require.Equal(t, []string{"+79000003001"}, d.Own)
	h.ok("platform", http.MethodPut, path, window("phones", 30, "8 900 000 30 01"))
	require.False(t, in().OwnDesk)
	h.ok("platform", http.MethodPut, path, window("nobody", 30, "8 900 000 30 01"))
	require.Empty(t, in().Service, "no hours of its own")
	h.do(`update companies set own_phones = '{+79000003001}' where id = $1`, ours) // by the version before
	require.Equal(t, telephony.ServiceOwn, in().Service)

	for field, form := range map[string]map[string]any{
		"phones": window("both", 30), "overflow_sec": window("operators", 5), "phones[0]": window("phones", 30, "12"),
	} {
		a := h.fails("platform", http.MethodPut, path, form, http.StatusUnprocessableEntity, "window.wrong")
		require.Equal(t, "body."+field, a.get(t, "errors.0.location"))
		require.Len(t, a.get(t, "errors"), 1)
	}
	h.fails("platform", http.MethodPut, path, window("operators", 121), http.StatusUnprocessableEntity, "window.wrong")
	h.fails("platform", http.MethodPut, path, window("somebody", 30), http.StatusUnprocessableEntity, "request.invalid")
	h.fails("admin", http.MethodPut, path, window("operators", 30), http.StatusForbidden, "access.platform.operate")
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'company.window' and company_id = $1 and data->'after'->>'answers' = 'both' and (data->'after'->>'overflow_sec')::int = 20`, ours))
}

// TestACompanySaysWhatItsOperatorSpeaks is C8: the company itself, of its own operator alone; the
// queue knows it, as long as he is one.
func TestACompanySaysWhatItsOperatorSpeaks(t *testing.T) { // C8
	t.Parallel()
	h := open(t)
	id := h.user("dispatcher")
	path := fmt.Sprintf("/users/%d/desk", id)
	speaks := func() []string {
		t.Helper()
		q, _, err := h.app.Shift.Rules(h.sys, []int64{id})
		must(t, err)
		return q.Operators[id]
	}
	require.Contains(t, h.ok("admin", http.MethodGet, "/rights/choices", nil).get(t, "languages"), "tt")
	card := h.ok("admin", http.MethodPut, path, map[string]any{"phone": "8 900 555 00 77", "languages": []string{"tt", "ba"}})
	require.Equal(t, "+79005550077", card.get(t, "phone"))
	require.ElementsMatch(t, []string{"tt", "ba"}, speaks())
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'user.desk' and company_id = $1 and data->'after'->>'phone' = '+79005550077'`, ours))

	a := h.fails("admin", http.MethodPut, path, map[string]any{"phone": "12", "languages": []string{}}, http.StatusUnprocessableEntity, "user.phone")
	require.Equal(t, "body.phone", a.get(t, "errors.0.location"))
	a = h.fails("admin", http.MethodPut, path, map[string]any{"phone": "", "languages": []string{"xx"}}, http.StatusUnprocessableEntity, "language.unknown")
	require.Equal(t, "body.languages", a.get(t, "errors.0.location"))
	h.fails("admin", http.MethodPut, fmt.Sprintf("/users/%d/desk", h.user("foreman")), map[string]any{"phone": "", "languages": []string{}}, http.StatusConflict, "user.no_dispatcher")
	h.fails("admin2", http.MethodPut, path, map[string]any{"phone": "", "languages": []string{}}, http.StatusNotFound, "user.not_found")
	h.fails("foreman", http.MethodPut, path, map[string]any{"phone": "", "languages": []string{}}, http.StatusForbidden, "access.user.write")

	h.ok("admin", http.MethodPut, fmt.Sprintf("/users/%d/role", id), map[string]any{"role": "readonly"})
	require.Empty(t, speaks(), "no operator any more")
}

// TestOperatorsOwnTelephonesAreInTheEmergencyList is F8: each sees those at the desks of his
// companies; a company sees its own operators alone.
func TestOperatorsOwnTelephonesAreInTheEmergencyList(t *testing.T) { // F8
	t.Parallel()
	h := open(t)
	set := func(login, phone string) {
		t.Helper()
		id := h.user(login)
		teams := []int64{} // of the companies he was given by hand
		kind := "operator"
		if login == "supervisor" {
			kind = "supervisor"
		}
		row := h.ok("platform", http.MethodPut, fmt.Sprintf("/colleagues/%d", id), map[string]any{"kind": kind, "team_ids": teams, "skills": []string{}, "is_blocked": false, "phone": phone})
		require.NotEqual(t, phone, row.get(t, "phone"), "as E.164")
	}
	set("op-ours", "8 900 555 00 01")
	set("op-strange", "8 900 555 00 02")
	set("supervisor", "8 900 555 00 03")
	h.ok("admin", http.MethodPut, fmt.Sprintf("/users/%d/desk", h.user("dispatcher")), map[string]any{"phone": "8 900 555 00 04", "languages": []string{}})
	listed := func(login string) (out []string) {
		t.Helper()
		items, _ := h.ok(login, http.MethodGet, "/emergency-list", nil).get(t, "operators").([]any)
		for _, x := range items {
			o, _ := x.(map[string]any)
			out = append(out, fmt.Sprint(o["kind"], " ", o["phone"]))
		}
		return out
	}
	const lead, our, own, far = "supervisor +79005550003", "operator +79005550001", "own +79005550004", "operator +79005550002"
	require.Equal(t, []string{lead, our, own}, listed("op-ours"))
	require.NotContains(t, listed("op-strange"), our)
	require.Contains(t, listed("op-strange"), far)
	require.NotContains(t, listed("op-strange"), own)
	require.Equal(t, []string{own}, listed("admin"), "our people's numbers are ours")
	require.Equal(t, []string{own}, listed("dispatcher"))
	require.Empty(t, listed("admin2"))
	a := h.fails("platform", http.MethodPut, fmt.Sprintf("/colleagues/%d", h.user("op-ours")), map[string]any{"kind": "operator", "team_ids": []int64{}, "skills": []string{}, "is_blocked": false, "phone": "нет"}, http.StatusUnprocessableEntity, "user.phone")
	require.Equal(t, "body.phone", a.get(t, "errors.0.location"))
	h.do(`update users set is_active = false where login = 'op-ours'`)
	require.NotContains(t, listed("supervisor"), our, "who is shut out")
}
