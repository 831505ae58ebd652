package app_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/clock"
	"d24/internal/platform/httpapi"
)

// invite makes a link and returns its token and the invitation's id.
func (h *house) invite(login string, body map[string]any) (token string, id int64) {
	h.t.Helper()
	a := h.ok(login, "POST", "/invitations", body)
	link, _ := a.get(h.t, "link").(string)
	return strings.TrimPrefix(link, "/invite/"), a.id(h.t, "id")
}

func (h *house) accept(token, login string) answer {
	h.t.Helper()
	return h.as("", "POST", "/invitation/accept", map[string]any{"token": token, "login": login, "password": strongPassword})
}

// TestALinkLetsInOnce: used, sent anew, revoked, past its term, of somebody who has no
// say any more; the token is not in the database.
func TestALinkLetsInOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	house := h.building(ours)
	token, id := h.invite("admin", map[string]any{"name": " Смирнов  А. Б. ", "role": "foreman", "own_grants": true, "grants": []any{line("part", nil, []int64{house}, nil)}})
	require.Zero(t, h.one(`select count(*) from invitations where position($1 in encode(token_hash, 'escape') || name) > 0`, token))
	face := h.ok("", "POST", "/invitation/look", map[string]any{"token": token})
	require.JSONEq(t, `{"name": "Смирнов А. Б.", "company": "УК «Северный берег»", "kind": "company", "role": "foreman", "role_name": "", "expires_at": "2026-12-01T07:00:00Z"}`, face.body)
	for login, code := range map[string]string{"Имя": "login.form", "a": "login.form", "admin": "login.taken", " Admin ": "login.taken", "with space": "login.form", "'; drop": "login.form"} {
		a := h.accept(token, login)
		require.Equal(t, 422, a.status, login)
		require.Equal(t, code, a.get(t, "code"), login)
		require.Equal(t, "body.login", a.get(t, "errors.0.location"))
	}
	weak := h.fails("", "POST", "/invitation/accept", map[string]any{"token": token, "login": "smirnov", "password": "smirnov-2026"}, 422, "password.weak")
	require.Equal(t, "body.password", weak.get(t, "errors.0.location"))

	in := h.accept(token, "Smirnov")
	require.Equal(t, 200, in.status, in.body)
	require.Equal(t, "foreman", in.get(t, "companies.0.role"))
	count := h.with(cookieFrom(in, httpapi.Cookie), "GET", "/tickets/count", nil).id(t, "count")
	require.Equal(t, h.one(`select count(*) from tickets where company_id = 1 and building_id = $1`, house), count)
	again := h.accept(token, "smirnov2")
	require.Equal(t, "invitation.gone", again.get(t, "code"))
	h.fails("", "POST", "/invitation/look", map[string]any{"token": token}, 404, "invitation.gone")
	h.fails("admin", "POST", fmt.Sprintf("/invitations/%d/resend", id), nil, 404, "invitation.not_found")
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'invitation.accept' and actor = 'Смирнов А. Б.' and company_id = 1`))

	old, id := h.invite("admin", map[string]any{"name": "Второй", "role": "readonly"})
	link, _ := h.ok("admin", "POST", fmt.Sprintf("/invitations/%d/resend", id), nil).get(t, "link").(string)
	fresh := strings.TrimPrefix(link, "/invite/")
	require.Equal(t, 404, h.accept(old, "second").status, "the link before")
	h.ok("admin", "POST", fmt.Sprintf("/invitations/%d/revoke", id), nil)
	require.Equal(t, 404, h.accept(fresh, "second").status, "revoked")
	h.fails("admin", "POST", fmt.Sprintf("/invitations/%d/revoke", id), nil, 404, "invitation.not_found")

	short, id := h.invite("admin", map[string]any{"name": "Третий", "role": "readonly", "days": 1})
	h.clock.Set(h.clock.Now().Add(25 * time.Hour))
	require.Equal(t, 404, h.accept(short, "third").status, "past its term")
	delete(h.tokens, "admin")
	link, _ = h.ok("admin", "POST", fmt.Sprintf("/invitations/%d/resend", id), nil).get(t, "link").(string)
	require.Equal(t, 200, h.accept(strings.TrimPrefix(link, "/invite/"), "third").status, "a new link of the same invitation")

	h.do(`update company_users set role = 'admin' where user_id = $1`, h.user("manager"))
	h.app.Accounts.Forget(h.user("manager"))
	left, _ := h.invite("manager", map[string]any{"name": "Чёрный ход", "role": "admin"})
	h.ok("admin", "POST", fmt.Sprintf("/users/%d/remove", h.user("manager")), nil)
	require.Equal(t, 404, h.accept(left, "backdoor").status, "who was taken out leaves no way in behind")
}

// TestOfTwoWhoOpenALinkAtOnceOneComesIn: a race of twenty for one link.
func TestOfTwoWhoOpenALinkAtOnceOneComesIn(t *testing.T) {
	t.Parallel()
	h := open(t)
	token, _ := h.invite("admin", map[string]any{"name": "Один", "role": "readonly"})
	var in, gone atomic.Int64
	var all sync.WaitGroup
	h.token("shared")
	for i := range 20 {
		all.Go(func() {
			switch h.accept(token, fmt.Sprintf("racer-%d", i)).status {
			case 200:
				in.Add(1)
			case 404:
				gone.Add(1)
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(1), in.Load())
	require.Equal(t, int64(19), gone.Load())
	require.Equal(t, int64(1), h.one(`select count(*) from users where login like 'racer-%'`))
}

// TestALoginJoinsOneMoreCompany: who has a login takes the link with it.
func TestALoginJoinsOneMoreCompany(t *testing.T) {
	t.Parallel()
	h := open(t)
	token, _ := h.invite("admin2", map[string]any{"name": "Мастер", "role": "foreman"})
	h.fails("", "POST", "/invitation/join", map[string]any{"token": token}, 401, "login.required")
	h.fails("operator", "POST", "/invitation/join", map[string]any{"token": token}, 409, "invitation.other_kind")
	me := h.ok("foreman", "POST", "/invitation/join", map[string]any{"token": token})
	require.Contains(t, me.body, "Заречье")
	require.InDelta(t, strange, me.get(t, "company.id"), 0, "he looks at what he came for")
	require.Contains(t, h.ok("foreman", "GET", "/buildings", nil).body, "Мостовая")
	h.fails("foreman", "POST", "/invitation/join", map[string]any{"token": token}, 404, "invitation.gone")
	again, _ := h.invite("admin2", map[string]any{"name": "Мастер", "role": "admin"})
	h.fails("foreman", "POST", "/invitation/join", map[string]any{"token": again}, 409, "invitation.already")
	require.Equal(t, int64(1), h.one(`select count(*) from company_users where user_id = $1 and company_id = 2 and role = 'foreman'`, h.user("foreman")), "a link does not raise who is there")
	h.ok("", "POST", "/invitation/look", map[string]any{"token": again})

	staff := h.ok("platform", "POST", "/colleagues/invitations", map[string]any{"name": "Новый оператор", "kind": "operator", "team_ids": []int64{}})
	link, _ := staff.get(t, "link").(string)
	h.fails("foreman", "POST", "/invitation/join", map[string]any{"token": strings.TrimPrefix(link, "/invite/")}, 409, "invitation.other_kind")
	in := h.accept(strings.TrimPrefix(link, "/invite/"), "new-operator")
	require.Equal(t, "operator", in.get(t, "kind"))
}

// TestTeamsSayWhoServesWhom: the sum of the teams is what the fence reads; a change is
// in force at once.
func TestTeamsSayWhoServesWhom(t *testing.T) {
	t.Parallel()
	h := open(t)
	run(t, h.hub)
	id := h.user("op-ours")
	form := func(name string, companies, cities []int64) map[string]any {
		return map[string]any{"name": name, "company_ids": append([]int64{}, companies...), "city_ids": append([]int64{}, cities...), "skills": []string{"Английский ", "английский", "лифты"}}
	}
	first := h.ok("platform", "POST", "/teams", form("Первая", []int64{strange}, nil))
	require.Equal(t, []any{"английский", "лифты"}, first.get(t, "skills"))
	h.fails("platform", "POST", "/teams", form("ПЕРВАЯ", nil, nil), 409, "name.taken")
	h.fails("platform", "POST", "/teams", form("Вторая", []int64{999}, nil), 422, "team.unknown")
	city := h.one(`select city_id from companies where id = 3`)
	second := h.ok("platform", "POST", "/teams", form("Город", nil, []int64{city})).id(t, "id")
	put := func(kind string, teams ...int64) answer {
		return h.as("platform", "PUT", fmt.Sprintf("/colleagues/%d", id), map[string]any{"kind": kind, "team_ids": append([]int64{}, teams...), "skills": []string{}, "is_blocked": false})
	}
	h.ok("op-ours", "GET", "/me", nil)
	screen := h.screen(h.token("op-ours"))
	require.Eventually(t, func() bool { return h.hub.Streams() >= 1 }, 5*time.Second, time.Millisecond)
	require.Equal(t, 200, put("operator", first.id(t, "id")).status)
	_, took := screen.ends(t, clock.System{}.Now())
	t.Logf("the stream ended in %v", took)
	serves := func(n int, why string) {
		t.Helper() // what a session may see is remembered until the change is told
		require.Eventually(t, func() bool { return len(h.ok("op-ours", "GET", "/me", nil).get(t, "companies").([]any)) == n }, 5*time.Second, 5*time.Millisecond, why)
	}
	serves(1, "the first team's")
	require.Contains(t, h.ok("op-ours", "GET", "/buildings", nil).body, "Мостовая")
	require.Equal(t, 200, put("operator", first.id(t, "id"), second).status)
	serves(int(h.one(`select count(*) from companies where city_id = $1 or id = 2`, city)), "and the city's")
	h.ok("platform", "DELETE", fmt.Sprintf("/teams/%d", second), nil)
	serves(1, "the city's team is gone")
	h.ok("platform", "PUT", fmt.Sprintf("/teams/%d", first.id(t, "id")), form("Первая", nil, nil))
	serves(0, "a team that serves nobody")
	h.fails("platform", "PUT", fmt.Sprintf("/teams/%d", first.id(t, "id")), map[string]any{"name": "Первая", "company_ids": []int64{}, "city_ids": []int64{}, "skills": []string{}, "version": 1}, 409, "team.changed")

	require.Equal(t, 200, put("supervisor").status)
	require.Equal(t, 401, h.as("op-ours", "GET", "/me", nil).status, "another kind comes in anew")
	a := h.as("platform", "PUT", fmt.Sprintf("/colleagues/%d", h.user("platform")), map[string]any{"kind": "operator", "team_ids": []int64{}, "skills": []string{}, "is_blocked": false})
	require.Equal(t, "user.last_admin", a.get(t, "code"), "the platform keeps an administrator")
	h.fails("platform", "PUT", fmt.Sprintf("/colleagues/%d", h.user("foreman")), map[string]any{"kind": "admin", "team_ids": []int64{}, "skills": []string{}, "is_blocked": false}, 404, "user.not_found")
	require.Equal(t, h.one(`select count(*) from operator_companies where user_id = $1`, h.user("operator")), int64(len(h.ok("operator", "GET", "/me", nil).get(t, "companies").([]any))), "who is in no team keeps what he was given")
}

// TestThePlatformSetsUpACompanyItDoesNotServe: the first administrator of a new company
// is invited by the platform's own.
func TestThePlatformSetsUpACompanyItDoesNotServe(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(`delete from operator_companies where user_id = $1`, h.user("platform"))
	link, _ := h.ok("platform", "POST", "/invitations?company_id=3", map[string]any{"name": "Первый администратор", "role": "admin"}).get(t, "link").(string)
	in := h.accept(strings.TrimPrefix(link, "/invite/"), "first-admin")
	require.InDelta(t, 3, in.get(t, "company.id"), 0)
	require.Contains(t, h.ok("platform", "GET", "/users?company_id=3", nil).body, "first-admin")
	h.fails("platform", "GET", "/users?company_id=987654", nil, 404, "company.not_found")
	h.fails("supervisor", "GET", "/users?company_id=1", nil, 403, "access.user.read")
}
