package app_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/platform/pg"
)

// guarded makes a login with a second factor that nobody knows.
func (h *house) guarded(u account.NewUser) int64 {
	h.t.Helper()
	u.Name, u.Password = u.Login, u.Login
	id, err := pg.InTx(h.sys, h.app.DB, func(tx *pg.Tx) (int64, error) { return account.Create(h.sys, tx, u) })
	require.NoError(h.t, err)
	h.do(`insert into user_totp (user_id, secret, confirmed_at, created_at) values ($1, sha256('x'), $2, $2)`, id, noon)
	return id
}

func foremanOf(company int64) []account.Membership {
	return []account.Membership{{ID: company, Role: access.Foreman}}
}

// asked is a question that waits for a second person.
func (h *house) asked(id, company int64, by string) int64 {
	h.do(`insert into factor_resets (user_id, company_id, asked_by, asked_at, expires_at) values ($1, nullif($2::bigint, 0), $3, $4, $5)`, id, company, h.user(by), noon, noon.Add(24*time.Hour))
	return id
}

func init() {
	more = append(more, func(h *house) map[string][]request {
		out := map[string][]request{"my-factor-reset": nil, "refuse-my-factor-reset": nil, "seen-my-factor-reset": nil}
		for way, by := range map[string]string{"ask": "admin2", "confirm": "platform", "drop": "admin2"} {
			out[way+"-factor-reset-of-colleague"] = nil // of the platform, not of a company
			id := h.guarded(account.NewUser{Login: "far-" + way, Kind: "company", Memberships: foremanOf(strange)})
			if way != "ask" {
				h.asked(id, strange, "admin2")
			}
			out[way+"-factor-reset"] = []request{{method: "POST", path: fmt.Sprintf("/users/%d/second-factor/%s?company_id=2", id, way), by: by}}
		}
		return out
	})
}

// TestALostSecondFactorIsTakenAwayByTwo is F68: one asks, another confirms; all that was
// on the lost phone is gone, sessions end, the person is told; each step has its row.
func TestALostSecondFactorIsTakenAwayByTwo(t *testing.T) {
	t.Parallel()
	h := open(t)
	key, codes := h.factored("foreman")
	id := h.user("foreman")
	path := func(way string) string { return fmt.Sprintf("/users/%d/second-factor/%s", id, way) }
	h.do(`update company_users set role = 'admin' where user_id = $1`, h.user("manager"))
	h.do(`insert into passkeys (user_id, credential_id, credential, name, created_at) values ($1, 'x', '{}', 'Телефон', $2)`, id, noon)
	h.clock.Set(h.clock.Now().Add(30 * time.Second))
	_, session, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman", "code": code(t, key, h.clock.Now())}, "")

	h.fails("admin", "POST", path("confirm"), nil, 409, "factor.not_asked")
	h.fails("admin", "POST", path("drop"), nil, 409, "factor.not_asked")
	h.fails("admin", "POST", fmt.Sprintf("/users/%d/second-factor/ask", h.user("gusev")), nil, 409, "factor.none")
	h.fails("admin", "POST", fmt.Sprintf("/users/%d/second-factor/ask", h.user("admin")), nil, 409, "factor.self")
	card := h.ok("admin", "POST", path("ask"), nil)
	require.Equal(t, true, card.get(t, "factor_reset.by_me"))
	h.fails("manager", "POST", path("ask"), nil, 409, "factor.asked")
	h.fails("admin", "POST", path("confirm"), nil, 409, "factor.same")
	require.Equal(t, "asked", h.with(session, "GET", "/me/second-factor", nil).get(t, "state"), "the person sees that somebody asks")
	require.Equal(t, 204, h.with(session, "POST", "/me/second-factor/refuse", nil).status)
	h.fails("manager", "POST", path("confirm"), nil, 409, "factor.not_asked")

	h.ok("admin", "POST", path("ask"), nil)
	h.clock.Set(h.clock.Now().Add(25 * time.Hour))
	h.fails("manager", "POST", path("confirm"), nil, 409, "factor.not_asked")
	h.ok("admin", "POST", path("ask"), nil) // after a day anew
	require.Equal(t, "Администратор", h.ok("manager", "GET", fmt.Sprintf("/users/%d", id), nil).get(t, "factor_reset.asked_by"))
	done := h.ok("manager", "POST", path("confirm"), nil)
	require.Equal(t, false, done.get(t, "has_totp"))
	require.Nil(t, done.get(t, "factor_reset"))
	require.Zero(t, h.one(`select count(*) from recovery_codes`)+h.one(`select count(*) from passkeys`)+h.one(`select count(*) from known_devices where user_id = $1`, id))
	require.Equal(t, 401, h.with(session, "GET", "/me", nil).status, "his sessions end")
	h.fails("manager", "POST", path("confirm"), nil, 409, "factor.not_asked")

	a, session, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman"}, "")
	require.Equal(t, 200, a.status, "the password alone lets in until there is another second factor")
	told := h.with(session, "GET", "/me/second-factor", nil)
	require.Equal(t, "done", told.get(t, "state"))
	require.Equal(t, "manager", told.get(t, "done_by"))
	require.Equal(t, 204, h.with(session, "POST", "/me/second-factor/seen", nil).status)
	require.Equal(t, "none", h.with(session, "GET", "/me/second-factor", nil).get(t, "state"))
	require.NotEmpty(t, codes)
	for action, n := range map[string]int64{"user.factor_ask": 3, "user.factor_refuse": 1, "user.factor_reset": 1} {
		require.Equal(t, n, h.one(`select count(*) from audit_entries where action = $1 and object = $2 and company_id = 1`, action, fmt.Sprintf("user:%d", id)), action)
	}
}

// TestWhoMayTakeASecondFactorAway: the last administrator's is the platform's business, so
// is that of who works in other companies too; who has no say any more has asked nothing;
// of two who confirm at once one does.
func TestWhoMayTakeASecondFactorAway(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.guarded(account.NewUser{Login: "platform2", Kind: "admin"})
	h.do(`delete from user_totp where user_id = $1`, h.user("platform2"))
	of := func(id int64, way string) string {
		return fmt.Sprintf("/users/%d/second-factor/%s?company_id=1", id, way)
	}

	h.factored("admin") // the only one of his company
	h.ok("platform", "POST", of(h.user("admin"), "ask"), nil)
	h.fails("platform", "POST", of(h.user("admin"), "confirm"), nil, 409, "factor.same")
	h.ok("platform2", "POST", of(h.user("admin"), "confirm"), nil)
	h.ok("admin", "GET", "/me", nil)

	h.do(`update company_users set role = 'admin' where user_id = $1`, h.user("manager"))
	both := h.guarded(account.NewUser{Login: "both", Kind: "company", Memberships: append(foremanOf(ours), foremanOf(strange)...)})
	h.ok("admin", "POST", of(both, "ask"), nil)
	h.fails("manager", "POST", of(both, "confirm"), nil, 409, "factor.elsewhere")
	h.ok("platform", "POST", of(both, "confirm"), nil)

	one := h.guarded(account.NewUser{Login: "one", Kind: "company", Memberships: foremanOf(ours)})
	h.ok("manager", "POST", of(one, "ask"), nil)
	h.ok("admin", "POST", fmt.Sprintf("/users/%d/block", h.user("manager")), nil)
	h.fails("admin", "POST", of(one, "confirm"), nil, 409, "factor.not_asked")

	h.ok("admin", "POST", of(one, "ask"), nil)
	var did, late atomic.Int64
	var all sync.WaitGroup
	h.token("platform")
	h.token("platform2")
	for i := range 10 {
		by := []string{"platform", "platform2"}[i%2]
		all.Go(func() {
			switch a := h.as(by, "POST", of(one, "confirm"), nil); a.status {
			case 200:
				did.Add(1)
			case 409:
				late.Add(1)
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(1), did.Load())
	require.Equal(t, int64(9), late.Load())
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'user.factor_reset' and object = $1`, fmt.Sprintf("user:%d", one)))

	op := h.guarded(account.NewUser{Login: "op", Kind: "operator"})
	ours := func(way string) string { return fmt.Sprintf("/colleagues/%d/second-factor/%s", op, way) }
	h.fails("admin", "POST", ours("ask"), nil, 403, "access.platform.operate")
	require.Equal(t, true, h.ok("platform", "POST", ours("ask"), nil).get(t, "factor_reset.by_me"))
	h.ok("platform", "POST", ours("drop"), nil)
	h.ok("platform", "POST", ours("ask"), nil)
	h.fails("platform", "POST", ours("confirm"), nil, 409, "factor.same")
	require.Equal(t, false, h.ok("platform2", "POST", ours("confirm"), nil).get(t, "has_totp"))
}
