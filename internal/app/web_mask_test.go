package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// canary is a resident's number, and the ways in which it may be written.
const canary = "+79123456789"

var canaries = []string{"9123456789", "912 345", "(912) 345", "912-345", "345-67", "3456789"}

// TestNumbersAreHiddenFromWhoMayNotSeeContacts is K1: a resident's number in requests,
// calls, contacts, events, search: every GET operation of the router is asked by who has
// every tickable right but contact.read, and by the default roles that lack it; whoever has
// it sees the number in the same places, so the test cannot pass by looking at nothing.
func TestNumbersAreHiddenFromWhoMayNotSeeContacts(t *testing.T) {
	t.Parallel()
	h := open(t)
	key := h.call(ours, canary)
	h.recording(key, sound(800))
	form := h.form(ours, "ВС-02")
	form["caller_phone"], form["call_key"] = canary, key
	made := h.ok("op-ours", "POST", "/tickets", form)
	id := made.id(t, "id")
	h.do(`update tickets set executor_id = (select member_id from company_users c join users u on u.id = c.user_id where u.login = 'gusev') where id = $1`, id)
	h.work()
	line := h.one(`select id from lines where company_id = 1`)
	h.report(telephony.Report{CallKey: "out", Seq: 1, Kind: telephony.CallStarted, Direction: "outbound", Phone: canary, LineID: line, CompanyID: ours, CityID: 1})
	h.do(`update calls set called = $1, ticket_id = $2 where key = 'out'`, canary, id)
	require.NotZero(t, h.one(`select count(*) from contacts where phone = $1`, canary))

	var ticks []string
	for _, p := range access.Tickable() {
		if p != access.ContactRead && p != access.ContactWrite {
			ticks = append(ticks, string(p))
		}
	}
	role := h.ok("admin", "POST", "/roles", map[string]any{"name": "Без номеров", "base": "manager", "permissions": ticks}).id(t, "id")
	must(t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		_, err := account.Create(h.sys, tx, account.NewUser{Login: "blind", Name: "Без номеров", Password: "blind", Kind: "company", Memberships: []account.Membership{{ID: ours, Role: access.Manager}}})
		return err
	}))
	h.do(`update company_users set role_id = $1 where user_id = $2`, role, h.user("blind"))
	ids := map[string]int64{
		"tickets": id, "buildings": h.building(ours), "calls": h.one(`select id from calls where key = $1`, key), "recordings": h.one(`select max(id) from recordings`),
		"tasks": h.one(`select max(id) from call_tasks`), "users": h.user("foreman"), "staff": h.one(`select min(id) from members where company_id = 1`),
	}
	outgoing := h.one(`select id from calls where key = 'out'`)
	holds := func(body string) bool {
		for _, c := range canaries {
			if strings.Contains(body, c) {
				return true
			}
		}
		return false
	}
	shown, asked := map[string]bool{}, 0
	for _, r := range httpapi.Routes(h.api) {
		if r.Method != http.MethodGet || r.ID == "live" || r.ID == "desk-socket" {
			continue
		}
		path := strings.NewReplacer("{key}", key, "{id}", fmt.Sprint(idOf(ids, r.Path))).Replace(r.Path)
		paths := []string{path}
		if r.ID == "get-call" {
			paths = append(paths, fmt.Sprintf("/calls/%d", outgoing))
		}
		for _, p := range paths {
			for _, login := range []string{"blind", "gusev", "contractor"} {
				asked++
				a := h.as(login, r.Method, p, nil)
				require.Less(t, a.status, 500, p)
				require.False(t, holds(a.body), "%s %s shows %s the number: %s", r.ID, p, login, a.body)
			}
			for _, login := range []string{"admin", "op-ours"} {
				if a := h.as(login, r.Method, p, nil); holds(a.body) {
					shown[r.ID] = true
				}
			}
		}
	}
	t.Logf("%d answers hide it; those who may see it do in %v", asked, shown)
	for _, op := range []string{"get-ticket", "list-calls", "get-call", "list-contacts"} {
		require.True(t, shown[op], op)
	}
	require.Equal(t, "+7 912 •••-67-89", h.ok("blind", "GET", fmt.Sprintf("/tickets/%d", id), nil).get(t, "caller_phone"))
	require.Equal(t, "+7 912 •••-67-89", h.ok("gusev", "GET", fmt.Sprintf("/tickets/%d", id), nil).get(t, "caller_phone"))
	require.Contains(t, h.ok("blind", "GET", "/calls", nil).body, "+7 912 •••-67-89")
	require.Equal(t, "+7 912 •••-67-89", h.ok("readonly", "GET", "/contacts?q=912", nil).get(t, "items.0.phone"), "a list of contacts is whole for who keeps it")

	// what is hidden cannot be found out by asking for it
	for _, path := range []string{"/tickets", "/tickets/count", "/calls"} {
		h.fails("blind", "GET", path+"?phone=%2B79123456789", nil, 403, "access.contact.read")
	}
	h.ok("readonly", "GET", "/tickets?phone=%2B79123456789", nil)
	require.NotContains(t, h.ok("blind", "GET", "/tickets?q=89123456789", nil).body, `"id"`)
	require.Contains(t, h.ok("readonly", "GET", "/tickets?q=89123456789", nil).body, fmt.Sprintf(`"id":%d`, id))
}
