package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/page"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/pg"
)

// digest is what the database holds, but for what a reading leaves on purpose: the
// moment a session was seen, and who read what.
func (h *house) digest() (out string) { // but what is made at the first look: the picture of a recording
	h.t.Helper()
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		rows, err := tx.Query(h.sys, `select relname::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname not in ('known_devices', 'goose_db_version', 'recording_peaks') and relname not like 'audit\_%'
			and relname not like 'river\_%' order by 1`)
		if err != nil {
			return err
		}
		tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.Greater(h.t, len(tables), 40)
		for _, name := range tables {
			drop, sum := "", ""
			if name == "sessions" {
				drop = " - 'seen_at'"
			}
			if err := tx.QueryRow(h.sys, `select coalesce(md5(string_agg(r, '|' order by r)), '') from (select (to_jsonb(t)`+drop+`)::text as r from `+name+` t) x`).Scan(&sum); err != nil {
				return err
			}
			out += name + " " + sum + "\n"
		}
		return err
	}))
	return out
}

// TestChangesComeFromOurPagesAlone is A7: every changing operation without an Origin,
// from a foreign one, from another site, and as a form; nothing is changed by it.
func TestChangesComeFromOurPagesAlone(t *testing.T) {
	t.Parallel()
	h := open(t)
	own := h.server.URL
	attacks := map[string]http.Header{
		"no origin":            {"Sec-Fetch-Site": {""}},
		"foreign origin":       {"Sec-Fetch-Site": {""}, "Origin": {"http://evil.example"}},
		"null origin":          {"Sec-Fetch-Site": {""}, "Origin": {"null"}},
		"our name as a prefix": {"Sec-Fetch-Site": {""}, "Origin": {own + ".evil.example"}},
		"cross-site":           {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"http://evil.example"}},
		"same-site":            {"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://sub.example"}},
		"cross-site, ours":     {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"http://evil.example"}, "Content-Type": {"text/plain"}},
		"form":                 {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"http://evil.example"}, "Content-Type": {"application/x-www-form-urlencoded"}},
		"upload form":          {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"http://evil.example"}, "Content-Type": {"multipart/form-data; boundary=x"}},
		"form of our own page": {"Content-Type": {"application/x-www-form-urlencoded"}},
		"text of our own page": {"Content-Type": {"Text/Plain; charset=utf-8"}},
	}
	for _, login := range []string{"admin", "supervisor", "platform"} {
		h.token(login)
	}
	before, tried := h.digest(), 0
	for _, r := range httpapi.Routes(h.api) {
		if r.Method == http.MethodGet {
			continue
		}
		path := strings.NewReplacer("{id}", "1", "{key}", "x").Replace(r.Path)
		for name, head := range attacks {
			for _, login := range []string{"admin", "supervisor", "platform"} {
				tried++
				a := h.send(login, r.Method, path, strings.NewReader(jsonOf(t, example(h.api, operation(h.api, r)))), head)
				require.Equal(t, http.StatusForbidden, a.status, "%s as %s: %s", r.ID, name, a.body)
				require.Equal(t, "request.cross_site", a.get(t, "code"), "%s as %s", r.ID, name)
			}
		}
	}
	require.Equal(t, before, h.digest())
	t.Logf("%d requests refused", tried)
	ok := h.send("admin", "POST", "/roles", strings.NewReader(`{"name": "Своя", "base": "foreman", "permissions": ["ticket.read"]}`), http.Header{"Sec-Fetch-Site": {""}, "Origin": {own}})
	require.Equal(t, 200, ok.status, "an old browser says Origin alone: %s", ok.body)
}

// TestReadingChangesNothing is A7: a crawl of all GET operations by everybody leaves
// the database as it was.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	key := h.call(ours, resident)
	id, task := h.emergency()
	ids := map[string]int64{"tickets": id, "buildings": h.building(ours), "calls": h.one(`select min(id) from calls`), "recordings": h.recording(key, sound(800)), "tasks": task, "users": h.user("foreman")}
	logins := []string{"admin", "supervisor", "platform", "gusev"}
	for _, login := range logins {
		h.token(login)
	}
	before, seen := h.digest(), 0
	for _, r := range httpapi.Routes(h.api) {
		if r.Method != http.MethodGet || r.ID == "live" || r.ID == "desk-socket" {
			continue
		}
		path := strings.NewReplacer("{key}", key, "{id}", fmt.Sprint(idOf(ids, r.Path))).Replace(r.Path)
		for _, login := range logins {
			if h.as(login, r.Method, path, nil).status == 200 {
				seen++
			}
		}
	}
	require.Greater(t, seen, 40)
	require.Equal(t, before, h.digest())
}

// abuse is something nobody may do: who, what, how it is refused.
type abuse struct {
	by, method, path string
	body             any
	want             []int
}

// TestAbuseIsRefused is A14: the last administrator, rights raised by oneself, foreign
// things, sizes past the bounds, steps repeated and out of order. Nothing is accepted,
// and nothing is changed by what was refused.
func TestAbuseIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	cases := h.abuses()
	require.GreaterOrEqual(t, len(cases), 200)
	for _, login := range []string{"admin", "admin2", "manager", "foreman", "gusev", "contractor", "readonly", "operator", "op-strange", "supervisor", "shared", "platform"} {
		h.token(login)
	}
	before := h.digest()
	for _, c := range cases {
		a := h.as(c.by, c.method, c.path, c.body)
		what := fmt.Sprintf("%s %s %s %v: %d %s", c.by, c.method, c.path, c.body, a.status, a.body)
		require.Contains(t, c.want, a.status, what)
		check(t, a, what)
	}
	after := h.digest()
	for i, l := range strings.Split(before, "\n") {
		if !strings.HasPrefix(l, "login_attempts") { // wrong passwords are counted
			require.Equal(t, l, strings.Split(after, "\n")[i])
		}
	}
	t.Logf("%d abuses, 0 accepted", len(cases))
}

func (h *house) abuses() (out []abuse) {
	h.t.Helper()
	add := func(by, method, path string, body any, want ...int) {
		out = append(out, abuse{by, method, path, body, want})
	}
	user := func(login, what string) string { return fmt.Sprintf("/users/%d/%s", h.user(login), what) }
	own := h.ok("admin", "POST", "/roles", map[string]any{"name": "Своя", "base": "foreman", "permissions": []string{"ticket.read"}}).id(h.t, "id")
	far := h.ok("admin2", "POST", "/roles", map[string]any{"name": "Чужая", "base": "foreman", "permissions": []string{"ticket.read"}}).id(h.t, "id")
	used, usedID := h.invite("admin", map[string]any{"name": "Был", "role": "readonly"})
	require.Equal(h.t, 200, h.accept(used, "was-invited").status)
	shut, shutID := h.invite("admin", map[string]any{"name": "Отозван", "role": "readonly"})
	h.ok("admin", "POST", fmt.Sprintf("/invitations/%d/revoke", shutID), nil)
	open, openID := h.invite("admin2", map[string]any{"name": "Чужой", "role": "readonly"})
	foreignMember := h.one(`select min(id) from members where company_id = 2`)
	foreignHouse, house := h.building(strange), h.building(ours)

	// rights raised by oneself, and by people who have none to give: 11 people × 14 ways
	for _, by := range []string{"", "manager", "foreman", "gusev", "contractor", "readonly", "operator", "op-strange", "supervisor"} {
		no := http.StatusForbidden
		if by == "" {
			no = http.StatusUnauthorized
		}
		me := by
		if me == "" {
			me = "foreman"
		}
		role := map[string]any{"role": "admin"}
		add(by, "PUT", user(me, "role"), role, no)
		add(by, "PUT", user("foreman", "role"), role, no)
		add(by, "PUT", user(me, "grants"), sees(line("all", nil, nil, nil)), no)
		add(by, "PUT", user(me, "grants"), map[string]any{"own_grants": false, "grants": []any{}}, no)
		add(by, "POST", "/invitations", map[string]any{"name": "Я сам", "role": "admin"}, no)
		add(by, "POST", "/roles", map[string]any{"name": "Для себя", "base": "manager", "permissions": []string{"building.write"}}, no)
		add(by, "PUT", fmt.Sprintf("/roles/%d", own), map[string]any{"name": "Своя", "base": "foreman", "permissions": []string{"ticket.read", "staff.write"}}, no)
		add(by, "POST", user("admin", "remove"), nil, no)
		add(by, "POST", user("admin", "block"), nil, no)
		add(by, "POST", user("admin", "sessions/end"), map[string]any{}, no)
		add(by, "PUT", fmt.Sprintf("/colleagues/%d", h.user("operator")), map[string]any{"kind": "admin", "team_ids": []int64{}, "skills": []string{}, "is_blocked": false}, no)
		add(by, "POST", "/colleagues/invitations", map[string]any{"name": "Я сам", "kind": "admin", "team_ids": []int64{}}, no)
		add(by, "POST", "/teams", map[string]any{"name": "Все", "company_ids": []int64{1, 2, 3}, "city_ids": []int64{}, "skills": []string{}}, no)
		add(by, "GET", "/users", nil, no)
		add(by, "GET", "/rights/choices", nil, no)
	}
	// an administrator of one company, and what is not his
	for _, c := range []struct {
		by   string
		role map[string]any
	}{{"admin", map[string]any{"role_id": far}}, {"admin", map[string]any{"role_id": 987654}}, {"admin", map[string]any{"role": "readonly", "member_id": foreignMember}}, {"admin", map[string]any{}}, {"admin", map[string]any{"role": "staff"}}} {
		add(c.by, "PUT", user("foreman", "role"), c.role, 422)
		body := map[string]any{"name": "Подставной"}
		for k, v := range c.role {
			body[k] = v
		}
		add(c.by, "POST", "/invitations", body, 422)
	}
	for _, what := range []string{"remove", "block", "unblock"} {
		add("admin", "POST", user("admin2", what), nil, 404)
		add("admin", "POST", user("operator", what), nil, 404)
		add("admin", "POST", user("admin2", what)+"?company_id=2", nil, 404)
		add("platform", "POST", user("operator", what)+"?company_id=1", nil, 404)
		add("platform", "POST", user("foreman", what), nil, 422)
	}
	add("admin", "PUT", user("admin2", "role"), map[string]any{"role": "readonly"}, 404)
	add("admin", "PUT", user("op-strange", "role"), map[string]any{"role": "admin"}, 404)
	add("admin", "POST", "/invitations?company_id=2", map[string]any{"name": "В чужую", "role": "admin"}, 404)
	add("platform", "POST", "/invitations?company_id=999", map[string]any{"name": "В никакую", "role": "admin"}, 404)
	add("admin", "PUT", fmt.Sprintf("/roles/%d", far), map[string]any{"name": "Моя", "base": "foreman", "permissions": []string{"ticket.read"}}, 404)
	add("admin", "DELETE", fmt.Sprintf("/roles/%d", far), nil, 404)
	// the last administrator
	add("admin", "POST", user("admin", "remove"), nil, 409)
	add("admin", "POST", user("admin", "block"), nil, 409)
	for _, role := range []string{"manager", "foreman", "executor", "contractor", "readonly"} {
		add("admin", "PUT", user("admin", "role"), map[string]any{"role": role}, 409)
	}
	add("admin", "PUT", user("admin", "role"), map[string]any{"role_id": own}, 409)
	add("platform", "POST", user("admin", "remove")+"?company_id=1", nil, 409)
	add("platform", "PUT", fmt.Sprintf("/colleagues/%d", h.user("platform")), map[string]any{"kind": "operator", "team_ids": []int64{}, "skills": []string{}, "is_blocked": false}, 409)
	add("platform", "PUT", fmt.Sprintf("/colleagues/%d", h.user("platform")), map[string]any{"kind": "admin", "team_ids": []int64{}, "skills": []string{}, "is_blocked": true}, 409)
	// permissions that cannot be ticked
	for _, p := range []string{"user.write", "user.read", "company.write", "audit.read", "desk.work", "desk.supervise", "platform.operate", "", "*", "ticket.read ", "TICKET.READ", "нет такого"} {
		add("admin", "POST", "/roles", map[string]any{"name": "Хитрая", "base": "foreman", "permissions": []string{"ticket.read", p}}, 422)
	}
	for _, body := range []map[string]any{
		{"name": "Хитрая", "base": "admin", "permissions": []string{"ticket.read"}},
		{"name": "Хитрая", "base": "staff", "permissions": []string{"ticket.read"}},
		{"name": "  ", "base": "foreman", "permissions": []string{"ticket.read"}},
		{"name": "Хитрая", "base": "foreman", "permissions": []string{}},
		{"name": "Хитрая", "base": "foreman", "permissions": []string{"ticket.read"}, "company_id": 2},
	} {
		add("admin", "POST", "/roles", body, 422)
	}
	add("admin", "POST", "/roles", map[string]any{"name": " своя ", "base": "foreman", "permissions": []string{"ticket.read"}}, 409)
	add("admin", "PUT", fmt.Sprintf("/roles/%d", own), map[string]any{"name": "Своя", "base": "foreman", "permissions": []string{"ticket.read"}, "version": 77}, 409)
	// grants on foreign things, empty ones, too many
	many := make([]map[string]any, 21)
	for i := range many {
		many[i] = line("all", nil, nil, nil)
	}
	for _, lines := range [][]map[string]any{
		{line("part", nil, []int64{foreignHouse}, nil)},
		{line("part", nil, []int64{house, foreignHouse}, nil)},
		{line("part", nil, []int64{-1}, nil)},
		{line("part", []int64{9999}, nil, nil)},
		{line("part", nil, nil, []int64{1})},
		{line("part", nil, nil, nil)},
		{line("own", nil, nil, nil)},
		{line("all", nil, []int64{house}, nil)},
		{line("own", []int64{1}, nil, nil)},
		{line("everything", nil, nil, nil)},
		many,
		{line("part", nil, []int64{0}, nil)},
		{line("part", nil, make([]int64, 2001), nil)},
	} {
		add("admin", "PUT", user("foreman", "grants"), sees(lines...), 422)
		add("admin", "POST", "/invitations", map[string]any{"name": "Подставной", "role": "foreman", "own_grants": true, "grants": lines}, 422)
	}
	add("admin", "PUT", user("admin", "grants"), sees(line("all", nil, nil, nil)), 409)
	add("admin", "PUT", user("admin", "grants"), sees(), 409)
	add("admin", "POST", "/invitations", map[string]any{"name": "Узкий", "role": "admin", "own_grants": true, "grants": []any{}}, 422)
	for _, days := range []int{-1, 31, 100000} {
		add("admin", "POST", "/invitations", map[string]any{"name": "Надолго", "role": "foreman", "days": days}, 422)
	}
	// prices and terms below nothing
	for _, amount := range []int64{-1, -100, 100_000_000_01} {
		add("admin", "POST", "/reasons", reasonBody(map[string]any{"company_id": 1, "name": "Даром", "kind": "paid", "prices": []any{map[string]any{"name": "Замена", "unit": "шт.", "amount": amount}}}), 422)
	}
	add("admin", "POST", "/reasons", reasonBody(map[string]any{"company_id": 1, "name": "Вчера", "rules": map[string]any{
		"accept": map[string]any{"base": map[string]any{"amount": -5, "unit": "minutes"}, "variants": []any{}}, "localise": map[string]any{"base": map[string]any{"amount": 0, "unit": "minutes"}, "variants": []any{}},
		"finish": map[string]any{"base": map[string]any{"amount": 0, "unit": "minutes"}, "variants": []any{}},
	}}), 422)
	// links used, revoked, guessed, of others
	for _, token := range []string{used, shut, "x", strings.Repeat("A", 43), used + "A", strings.ToUpper(open), open[:42]} {
		add("", "POST", "/invitation/look", map[string]any{"token": token}, 404)
		add("", "POST", "/invitation/accept", map[string]any{"token": token, "login": "intruder", "password": strongPassword}, 404)
		add("foreman", "POST", "/invitation/join", map[string]any{"token": token}, 404)
	}
	for _, what := range []string{"resend", "revoke"} {
		for _, id := range []int64{usedID, shutID, openID, 987654} {
			add("admin", "POST", fmt.Sprintf("/invitations/%d/%s", id, what), nil, 404)
		}
		add("platform", "POST", fmt.Sprintf("/colleagues/invitations/%d/%s", openID, what), nil, 404)
	}
	// steps out of order
	add("foreman", "POST", "/me/totp/confirm", map[string]any{"code": "123456"}, 409)
	add("foreman", "POST", "/me/totp/codes", map[string]any{"password": "foreman"}, 409)
	add("foreman", "POST", "/me/totp/remove", map[string]any{"password": "foreman"}, 404)
	add("foreman", "POST", "/me/totp/remove", map[string]any{"password": "wrong"}, 422)
	add("foreman", "POST", "/me/passkeys", map[string]any{"challenge": "x", "name": "", "credential": map[string]any{"id": "x"}}, 409, 422)
	add("foreman", "POST", "/me/passkeys/start", map[string]any{"password": "foreman"}, 422) // an address of digits
	add("", "POST", "/login/passkey", map[string]any{"challenge": "x", "credential": map[string]any{"id": "x"}}, 422)
	add("", "POST", "/invitation/accept", map[string]any{"token": open, "login": "intruder", "challenge": "x", "credential": map[string]any{"id": "x"}}, 422)
	add("", "POST", "/invitation/accept", map[string]any{"token": open, "login": "intruder"}, 422)
	add("foreman", "POST", "/me/password", map[string]any{"current": "foreman", "password": "foreman"}, 422)
	add("foreman", "POST", "/me/company", map[string]any{"company_id": strange}, 404)
	// a second factor is taken away by two who may, and neither is its owner
	for _, way := range []string{"ask", "confirm", "drop"} {
		for _, by := range []string{"manager", "foreman", "gusev", "contractor", "readonly", "operator", "supervisor"} {
			add(by, "POST", user("foreman", "second-factor/"+way)+"?company_id=1", nil, 403)
			add(by, "POST", fmt.Sprintf("/colleagues/%d/second-factor/%s", h.user("platform"), way), nil, 403)
		}
		add("admin", "POST", user("admin", "second-factor/"+way), nil, 409)
		add("admin", "POST", user("admin2", "second-factor/"+way), nil, 404)
		add("admin", "POST", user("admin2", "second-factor/"+way)+"?company_id=2", nil, 404)
		add("admin", "POST", user("operator", "second-factor/"+way), nil, 404)
		add("platform", "POST", fmt.Sprintf("/colleagues/%d/second-factor/%s", h.user("foreman"), way), nil, 404)
		add("platform", "POST", fmt.Sprintf("/colleagues/%d/second-factor/%s", h.user("platform"), way), nil, 409)
	}
	h.asked(h.user("contractor"), ours, "admin")
	add("admin", "POST", user("contractor", "second-factor/confirm"), nil, 409)
	add("foreman", "POST", "/me/second-factor/refuse", nil, 409)
	// a foreign executor, a page past its bound
	ticket := h.ticket(ours, "ВС-02")
	add("readonly", "POST", fmt.Sprintf("/tickets/%d/move", ticket.ID), map[string]any{"to": "accepted", "version": 1}, 403)
	add("shared", "POST", fmt.Sprintf("/tickets/%d/accept", ticket.ID), nil, 404, 403)
	for _, n := range []int{page.Max + 1, 100000, -1} {
		add("admin", "GET", fmt.Sprintf("/tickets?limit=%d", n), nil, 422)
	}
	add("admin", "GET", "/users?q="+strings.Repeat("x", 101), nil, 422)
	return out
}
