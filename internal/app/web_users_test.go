package app_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/platform/live"
)

// user is the id of a login.
func (h *house) user(login string) int64 {
	return h.one(`select id from users where login = $1`, login)
}

// accountIDs are things of accounts for the tests that walk the router.
func (h *house) accountIDs() map[string]int64 {
	h.t.Helper()
	role := h.ok("admin", "POST", "/roles", map[string]any{"name": "Для проверки", "base": "foreman", "permissions": []string{"ticket.read"}}).id(h.t, "id")
	team := h.ok("platform", "POST", "/teams", map[string]any{"name": "Для проверки", "company_ids": []int64{ours}, "city_ids": []int64{}, "skills": []string{}}).id(h.t, "id")
	invitation := h.ok("admin", "POST", "/invitations", map[string]any{"name": "Для проверки", "role": "foreman"}).id(h.t, "id")
	return map[string]int64{"users": h.user("foreman"), "roles": role, "teams": team, "invitations": invitation, "colleagues": h.user("op-strange")}
}

// accounts are the cases of isolation of users, roles, invitations and teams: things
// of company 2, asked for by others; its administrator is the control.
func (h *house) accounts() map[string][]request {
	h.t.Helper()
	id := func(format string, n int64) string { return fmt.Sprintf(format, n) }
	invite := func(name string) int64 {
		return h.ok("admin2", "POST", "/invitations", map[string]any{"name": name, "role": "foreman"}).id(h.t, "id")
	}
	makeRole := func(name string) int64 {
		return h.ok("admin2", "POST", "/roles", map[string]any{"name": name, "base": "foreman", "permissions": []string{"ticket.read", "ticket.comment"}}).id(h.t, "id")
	}
	h.do(`insert into users (login, name, password_hash, kind, created_at) select 'far-' || n, 'Галиев Р. ' || n, '', 'company', $1 from generate_series(1, 3) n`, noon)
	h.do(`insert into company_users (company_id, user_id, role) select 2, id, 'foreman' from users where login like 'far-%'`)
	h.do(`update company_users set role = 'dispatcher' where user_id = (select id from users where login = 'far-3')`)
	far, gone := h.user("far-1"), h.user("far-2")
	role, spare := makeRole("Мастер «Заречье»"), makeRole("Лишняя роль")
	again, shut := invite("Шубин А. А."), invite("Бойко В. В.")
	by := func(method, path string, body any) []request {
		return []request{{method: method, path: path, body: body, by: "admin2"}}
	}
	roleForm := map[string]any{"name": "Мастер «Заречье»", "base": "foreman", "permissions": []string{"ticket.read"}}
	cases := map[string][]request{
		"ask-passkey": nil, "login-passkey": nil, "look-at-invitation": nil, "invited-passkey": nil, "accept-invitation": nil, "join-company": nil, // who holds a link, or a key
		"my-security": nil, "my-sessions": nil, "end-my-session": nil, "end-my-other-sessions": nil, "change-password": nil, "start-totp": nil, "confirm-totp": nil, "remove-totp": nil, "new-recovery-codes": nil,
		"start-passkey": nil, "add-passkey": nil, "remove-passkey": nil, // TestNobodyTouchesAnothersWaysIn
		"list-users":        {{method: "GET", path: "/users", list: true, by: "admin2"}, {method: "GET", path: "/users?company_id=2", by: "admin2"}},
		"get-user":          by("GET", id("/users/%d", far), nil),
		"rights-choices":    {{method: "GET", path: "/rights/choices", list: true, by: "admin2"}, {method: "GET", path: "/rights/choices?company_id=2", by: "admin2"}},
		"set-user-role":     by("PUT", id("/users/%d/role", far), map[string]any{"role": "readonly"}),
		"set-user-grants":   by("PUT", id("/users/%d/grants", far), map[string]any{"own_grants": true, "grants": []any{map[string]any{"kind": "all", "work_type_ids": []int64{}, "building_ids": []int64{}, "group_ids": []int64{}}}}),
		"set-user-desk":     by("PUT", id("/users/%d/desk", h.user("far-3")), map[string]any{"phone": "8 900 555 00 01", "languages": []string{"tt"}}),
		"block-user":        by("POST", id("/users/%d/block", far), nil),
		"unblock-user":      by("POST", id("/users/%d/unblock", far), nil),
		"remove-user":       by("POST", id("/users/%d/remove", gone), nil),
		"end-user-sessions": by("POST", id("/users/%d/sessions/end", far), map[string]any{}),
		"list-roles":        {{method: "GET", path: "/roles", list: true, by: "admin2"}, {method: "GET", path: "/roles?company_id=2", by: "admin2"}},
		"make-role":         by("POST", "/roles?company_id=2", map[string]any{"name": "Новая", "base": "foreman", "permissions": []string{"ticket.read"}}),
		"change-role":       by("PUT", id("/roles/%d", role), roleForm),
		"remove-role":       by("DELETE", id("/roles/%d", spare), nil),
		"list-invitations":  {{method: "GET", path: "/invitations", list: true, by: "admin2"}, {method: "GET", path: "/invitations?company_id=2", by: "admin2"}},
		"invite-user":       by("POST", "/invitations?company_id=2", map[string]any{"name": "Ершов П. П.", "role": "foreman"}),
		"resend-invitation": by("POST", id("/invitations/%d/resend", again), nil),
		"revoke-invitation": by("POST", id("/invitations/%d/revoke", shut), nil),
	}
	for _, op := range strings.Fields("list-teams make-team change-team remove-team list-colleagues change-colleague end-colleague-sessions invite-colleague resend-colleague revoke-colleague") {
		cases[op] = nil // of the platform, not of a company: TestRightsOfEveryRole lets its administrator alone in
	}
	return cases
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func newHub(t testing.TB, a *app.App) *live.Hub {
	t.Helper()
	return live.NewHub(a.DB, quiet())
}

// run makes a hub listen, and waits until it does.
func run(t *testing.T, hub *live.Hub) {
	t.Helper()
	s := hub.Open(access.Actor{Kind: access.System, System: "test"})
	defer s.Close()
	go hub.Run(t.Context())
	select {
	case <-s.C: // "all": it listens
	case <-time.After(20 * time.Second):
		require.Fail(t, "the hub does not listen")
	}
}

// through sends a request past the server of the house, to another handler.
func (h *house) through(to http.Handler, method, path, body string, cookies ...string) answer {
	h.t.Helper()
	req := httptest.NewRequestWithContext(h.t.Context(), method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header["Cookie"] = cookies
	w := httptest.NewRecorder()
	to.ServeHTTP(w, req)
	return answer{w.Code, w.Header(), w.Body.String()}
}
