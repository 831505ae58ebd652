package app_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/clock"
	"d24/internal/platform/httpapi"
)

func line(kind string, works, houses, groups []int64) map[string]any {
	some := func(ids []int64) []int64 { return append([]int64{}, ids...) }
	return map[string]any{"kind": kind, "work_type_ids": some(works), "building_ids": some(houses), "group_ids": some(groups)}
}

func sees(lines ...map[string]any) map[string]any {
	return map[string]any{"own_grants": true, "grants": append([]map[string]any{}, lines...)}
}

// TestTheLastAdministratorStays is F68: he cannot go, be demoted or blocked; a second
// one frees him; of two who remove each other at once one stays.
func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	h := open(t)
	me := h.user("admin")
	path := func(id int64, what string) string { return fmt.Sprintf("/users/%d/%s", id, what) }
	h.fails("admin", "POST", path(me, "remove"), nil, 409, "user.last_admin")
	h.fails("admin", "POST", path(me, "block"), nil, 409, "user.last_admin")
	h.fails("admin", "PUT", path(me, "role"), map[string]any{"role": "manager"}, 409, "user.last_admin")
	role := h.ok("admin", "POST", "/roles", map[string]any{"name": "Почти администратор", "base": "manager", "permissions": []string{"ticket.read"}}).id(t, "id")
	h.fails("admin", "PUT", path(me, "role"), map[string]any{"role_id": role}, 409, "user.last_admin")
	h.ok("admin", "GET", "/me", nil)
	require.Zero(t, h.one(`select count(*) from audit_entries where action in ('user.remove', 'user.block', 'user.role')`), "what was refused is not written down as done")

	second := h.user("manager")
	for range 20 {
		h.do(`update company_users set role = 'admin', is_blocked = false, role_id = null where company_id = 1 and user_id in ($1, $2)`, me, second)
		h.do(`insert into company_users (company_id, user_id, role) select 1, id, 'admin' from users where id in ($1, $2) on conflict do nothing`, me, second)
		h.app.Accounts.Forget(me)
		h.app.Accounts.Forget(second)
		delete(h.tokens, "admin")
		delete(h.tokens, "manager")
		h.do(`delete from login_attempts`)
		tokens := []string{h.token("admin"), h.token("manager")}
		victims := []int64{second, me}
		ways := []func(token string, id int64) answer{
			func(token string, id int64) answer { return h.with(token, "POST", path(id, "remove"), nil) },
			func(token string, id int64) answer {
				return h.with(token, "PUT", path(id, "role"), map[string]any{"role": "readonly"})
			},
			func(token string, id int64) answer { return h.with(token, "POST", path(id, "block"), nil) },
		}
		var start, done sync.WaitGroup
		start.Add(1)
		for i, token := range tokens {
			way := ways[(h.seq+i)%len(ways)]
			h.with(token, "GET", "/me", nil)
			done.Go(func() {
				start.Wait()
				way(token, victims[i])
			})
		}
		h.seq++
		start.Done()
		done.Wait()
		require.Equal(t, int64(1), h.one(`select count(*) from company_users where company_id = 1 and role = 'admin' and not is_blocked`))
	}
	// the database itself refuses, whoever asks
	_, err := h.app.DB.Pool.Exec(context.Background(), `set role d24_system; delete from company_users where company_id = 2 and role = 'admin'`)
	require.ErrorContains(t, err, "the last administrator")
	_, err = h.app.DB.Pool.Exec(context.Background(), `set role d24_system; update users set is_active = false where kind = 'admin'`)
	require.ErrorContains(t, err, "the last administrator")
}

// screen is an open stream of changes.
type screen struct {
	lines  *bufio.Scanner
	events chan string
}

func (h *house) screen(token string) *screen {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.server.URL+httpapi.Prefix+"/live", nil)
	require.NoError(h.t, err)
	req.AddCookie(&http.Cookie{Name: httpapi.Cookie, Value: token})
	res, err := h.server.Client().Do(req)
	require.NoError(h.t, err)
	require.Equal(h.t, 200, res.StatusCode)
	s := &screen{lines: bufio.NewScanner(res.Body), events: make(chan string, 100)}
	go func() {
		defer res.Body.Close()
		defer close(s.events)
		for s.lines.Scan() {
			if l, ok := strings.CutPrefix(s.lines.Text(), "data: "); ok && strings.Contains(l, "topic") {
				s.events <- l
			}
		}
	}()
	return s
}

// ends waits for the stream's end and says its last word and how long it took.
func (s *screen) ends(t *testing.T, began time.Time) (last string, took time.Duration) {
	t.Helper()
	for {
		select {
		case e, open := <-s.events:
			if !open {
				return last, clock.System{}.Now().Sub(began)
			}
			last = e
		case <-time.After(10 * time.Second):
			require.Fail(t, "the stream goes on")
			return
		}
	}
}

// TestRightsTakenAwayCloseTheStream is F71 and A4: the stream ends within a second of
// the change, the next request has the new rights.
func TestRightsTakenAwayCloseTheStream(t *testing.T) {
	t.Parallel()
	h := open(t)
	run(t, h.hub)
	id := h.user("foreman")
	ticket := h.ticket(ours, "ВС-02")
	own := h.ok("admin", "POST", "/roles", map[string]any{"name": "Мастер участка", "base": "foreman", "permissions": []string{"ticket.read", "ticket.comment"}}).id(t, "id")
	h.ok("admin", "PUT", fmt.Sprintf("/users/%d/role", id), map[string]any{"role_id": own})
	path := func(what string) string { return fmt.Sprintf("/users/%d/%s", id, what) }
	card := fmt.Sprintf("/tickets/%d", ticket.ID)
	other := h.one(`select min(id) from buildings where company_id = 1 and id <> $1`, ticket.BuildingID)
	steps := []struct {
		name   string
		change func()
		status int // of the ticket's card after it
	}{
		{"grants narrowed to another house", func() { h.ok("admin", "PUT", path("grants"), sees(line("part", nil, []int64{other}, nil))) }, 404},
		{"grants given back", func() { h.ok("admin", "PUT", path("grants"), map[string]any{"own_grants": false, "grants": []any{}}) }, 200},
		{"a group without houses is nothing, not everything", func() {
			h.do(`update company_users set has_grants = true where user_id = $1`, id)
			h.do(`insert into user_grants (company_id, user_id, kind, group_ids) values (1, $1, 'part', '{77}')`, id)
			h.do(`select pg_notify('d24_live', '{"topic": "session", "id": ' || $1::bigint || '}')`, id)
		}, 404},
		{"grants given back again", func() { h.ok("admin", "PUT", path("grants"), map[string]any{"own_grants": false, "grants": []any{}}) }, 200},
		{"his role without the right", func() {
			h.ok("admin", "PUT", fmt.Sprintf("/roles/%d", own), map[string]any{"name": "Мастер участка", "base": "foreman", "permissions": []string{"building.read"}})
		}, 403},
		{"blocked", func() { h.ok("admin", "POST", path("block"), nil) }, 401},
		{"removed", func() { h.ok("admin", "POST", path("remove"), nil) }, 401},
	}
	_, token, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman"}, "")
	for _, s := range steps {
		if s.name == "removed" {
			h.ok("admin", "POST", path("unblock"), nil)
			_, token, _ = h.enter(map[string]any{"login": "foreman", "password": "foreman"}, "")
		}
		open := h.screen(token)
		bystander := h.screen(h.token("manager"))
		require.Eventually(t, func() bool { return h.hub.Streams() >= 2 }, 5*time.Second, time.Millisecond)
		began := clock.System{}.Now()
		s.change()
		last, took := open.ends(t, began)
		require.JSONEq(t, `{"topic": "session", "id": 0}`, last, s.name)
		require.Less(t, took, time.Second, s.name)
		require.Equal(t, s.status, h.with(token, "GET", card, nil).status, s.name)
		select {
		case e, open := <-bystander.events:
			require.True(t, open && !strings.Contains(e, "session"), "%s: somebody else's stream is not touched: %s", s.name, e)
		default:
		}
		t.Logf("%s: %v", s.name, took)
	}
}

// TestOnePersonInSeveralCompanies: the switch, and what is left after one lets him go.
func TestOnePersonInSeveralCompanies(t *testing.T) {
	t.Parallel()
	h := open(t)
	me := h.ok("shared", "POST", "/me/company", map[string]any{"company_id": ours})
	require.InDelta(t, ours, me.get(t, "company.id"), 0)
	h.fails("shared", "GET", "/users", nil, 403, "access.user.read")
	h.ok("shared", "POST", "/me/company", map[string]any{"company_id": strange})
	list := h.ok("shared", "GET", "/users", nil)
	require.NotContains(t, list.body, `"login":"manager"`, "an administrator of the second company sees nobody of the first")
	h.fails("shared", "GET", "/users?company_id=1", nil, 404, "company.not_found")
	id := h.user("shared")
	card := h.ok("admin", "GET", fmt.Sprintf("/users/%d", id), nil)
	require.Equal(t, true, card.get(t, "elsewhere"))
	require.Equal(t, "readonly", card.get(t, "role"))

	h.ok("admin2", "POST", fmt.Sprintf("/users/%d/remove", id), nil)
	now := h.ok("shared", "GET", "/me", nil)
	require.InDelta(t, ours, now.get(t, "company.id"), 0, "his session goes on where he still is")
	h.fails("shared", "POST", "/me/company", map[string]any{"company_id": strange}, 404, "company.not_found")
	h.fails("shared", "GET", "/users", nil, 403, "access.user.read")
	h.ok("admin", "POST", fmt.Sprintf("/users/%d/block", id), nil)
	h.fails("shared", "GET", "/me", nil, 401, "login.required")
	_, err := h.app.Accounts.Look(context.Background(), "nothing")
	require.Error(t, err)
	a, _, _ := h.enter(map[string]any{"login": "shared", "password": "shared"}, "")
	require.Equal(t, "login.no_company", a.get(t, "code"))
}

// TestNarrowRights: what a role of the company's own and lines of grants open, in list,
// card and count.
func TestNarrowRights(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.user("readonly")
	house := h.building(ours)
	h.ticket(ours, "ВС-02")
	here, all := h.one(`select count(*) from tickets where company_id = 1 and building_id = $1`, house), h.one(`select count(*) from tickets where company_id = 1`)
	require.Less(t, here, all)
	count := func() int64 { return h.ok("readonly", "GET", "/tickets/count", nil).id(t, "count") }
	require.Equal(t, all, count())
	h.ok("admin", "PUT", fmt.Sprintf("/users/%d/grants", id), sees(line("part", nil, []int64{house}, nil)))
	require.Equal(t, here, count())
	h.ok("admin", "PUT", fmt.Sprintf("/users/%d/grants", id), sees())
	require.Zero(t, count(), "no line is nothing")
	h.fails("admin", "PUT", fmt.Sprintf("/users/%d/grants", id), sees(line("own", nil, nil, nil)), 422, "grant.invalid")
	member := h.one(`select executor_id from tickets where company_id = 1 and executor_id is not null limit 1`)
	h.ok("admin", "PUT", fmt.Sprintf("/users/%d/role", id), map[string]any{"role": "readonly", "member_id": member})
	h.ok("admin", "PUT", fmt.Sprintf("/users/%d/grants", id), sees(line("own", nil, nil, nil)))
	require.Equal(t, h.one(`select count(*) from tickets where company_id = 1 and (executor_id = $1 or responsible_id = $1)`, member), count())
	bad := h.fails("admin", "PUT", fmt.Sprintf("/users/%d/role", id), map[string]any{"role": "readonly"}, 422, "user.member")
	require.Equal(t, "body.member_id", bad.get(t, "errors.0.location"))
	h.fails("admin", "PUT", fmt.Sprintf("/users/%d/grants", h.user("admin")), sees(line("all", nil, nil, nil)), 409, "grant.admin")
	entry := h.one(`select count(*) from audit_entries where action = 'user.grants' and object = $1 and data ? 'before' and data ? 'after' and user_id = $2`, fmt.Sprintf("user:%d", id), h.user("admin"))
	require.Equal(t, int64(3), entry)
}
