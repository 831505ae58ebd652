package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
)

// byToken sends what a program sends: no cookie, no word of a page.
func (h *house) byToken(token, method, path string, body any) answer {
	h.t.Helper()
	var r io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		require.NoError(h.t, err)
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+httpapi.Prefix+path, r)
	require.NoError(h.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	return h.sent(req)
}

func (h *house) sent(req *http.Request) answer {
	h.t.Helper()
	res, err := h.server.Client().Do(req)
	require.NoError(h.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(h.t, err)
	return answer{res.StatusCode, res.Header, string(raw)}
}

func (h *house) issue(name string, may ...string) (token string, id int64) {
	h.t.Helper()
	a := h.ok("admin", "POST", "/tokens", map[string]any{"name": name, "permissions": may, "days": 30})
	token, _ = a.get(h.t, "token").(string)
	return token, a.id(h.t, "item.id")
}

func (a answer) refused(t *testing.T, status int, code string) {
	t.Helper()
	require.Equal(t, status, a.status, a.body)
	require.Equal(t, code, a.get(t, "code"), a.body)
}

// TestATokenOpensWhatItWasGiven: rights of its person that were ticked, one's own account
// never; only its hash is kept; the audit journal and the history name it.
func TestATokenOpensWhatItWasGiven(t *testing.T) {
	t.Parallel()
	h := open(t)
	token, _ := h.issue("1С", "ticket.read", "ticket.create", "building.read")
	require.True(t, strings.HasPrefix(token, "d24_"), "a leaked token is known for what it is")
	require.Equal(t, http.StatusOK, h.byToken(token, "GET", "/tickets", nil).status)
	made := h.byToken(token, "POST", "/tickets", h.form(ours, "ВС-02"))
	require.Equal(t, http.StatusCreated, made.status, made.body)
	h.byToken(token, "GET", "/staff", nil).refused(t, 403, "access.staff.read")
	h.byToken(token, "GET", "/me", nil).refused(t, 403, "access.person")
	h.byToken(token, "POST", "/me/sessions/end-others", nil).refused(t, 403, "access.person")
	h.byToken(token, "POST", "/tokens", map[string]any{"name": "ещё", "permissions": []string{"ticket.read"}, "days": 1}).refused(t, 403, "access.user.write")
	h.byToken(token+"x", "GET", "/tickets", nil).refused(t, 401, "token.invalid")
	h.byToken(h.token("admin"), "GET", "/tickets", nil).refused(t, 401, "token.invalid") // a session's token is none
	require.Equal(t, "Bearer", h.byToken("", "GET", "/tickets", nil).header.Get("WWW-Authenticate"))

	require.Zero(t, h.one(`select count(*) from api_tokens where encode(token_hash, 'escape') = $1`, token))
	require.NotContains(t, h.words(`select to_jsonb(t)::text from api_tokens t limit 1`), token)
	require.Equal(t, int64(1), h.one(`select count(*) from ticket_events where ticket_id = $1 and by_name like 'API «1С», %'`, made.id(t, "id")))
	h.byToken(token, "GET", "/tickets/"+h.words(`select max(id)::text from tickets`), nil)
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'ticket.open' and actor like 'API «1С», %' and user_id = $1`, h.user("admin")))
	require.NotContains(t, h.words(`select string_agg(data::text, '') from audit_entries`), token[4:])

	seen := h.ok("admin", "GET", "/tokens", nil)
	require.NotNil(t, seen.get(t, "items.0.seen_at"))
	require.Equal(t, "127.0.0.1", seen.get(t, "items.0.seen_source"))
}

// TestATokenIsNoMoreThanItsPerson: what he may not give it has not, and what is taken from
// him is taken from it; revoked and out of date it opens nothing from then on.
func TestATokenIsNoMoreThanItsPerson(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, p := range []string{"user.write", "company.write", "audit.read", "platform.operate", "nonsense", ""} {
		a := h.fails("admin", "POST", "/tokens", map[string]any{"name": "Много", "permissions": []string{"ticket.read", p}, "days": 30}, 422, "token.permission")
		require.Equal(t, "body.permissions", a.get(t, "errors.0.location"))
	}
	h.fails("platform", "POST", "/tokens?company_id=1", map[string]any{"name": "Наш", "permissions": []string{"ticket.read"}, "days": 30}, 403, "token.company_only")

	first, id := h.issue("Первый", "ticket.read")
	require.Equal(t, 200, h.byToken(first, "GET", "/tickets", nil).status)
	h.ok("admin", "POST", fmt.Sprintf("/tokens/%d/revoke", id), nil)
	h.byToken(first, "GET", "/tickets", nil).refused(t, 401, "token.invalid")
	require.Equal(t, 404, h.as("admin", "POST", fmt.Sprintf("/tokens/%d/revoke", id), nil).status)

	old, _ := h.issue("Месячный", "ticket.read")
	h.clock.Set(h.clock.Now().Add(30*24*time.Hour - time.Minute))
	require.Equal(t, 200, h.byToken(old, "GET", "/tickets", nil).status)
	h.clock.Set(h.clock.Now().Add(2 * time.Minute))
	h.byToken(old, "GET", "/tickets", nil).refused(t, 401, "token.invalid")

	delete(h.tokens, "admin") // its session is out of date too
	third, _ := h.issue("Третий", "ticket.read", "staff.read")
	h.do(`update company_users set role = 'admin' where company_id = 1 and user_id = $1`, h.user("manager"))
	h.do(`update company_users set role = 'executor' where company_id = 1 and user_id = $1`, h.user("admin"))
	h.app.Accounts.Forget(h.user("admin"))
	h.byToken(third, "GET", "/staff", nil).refused(t, 403, "access.staff.read")
	h.do(`update company_users set is_blocked = true where company_id = 1 and user_id = $1`, h.user("admin"))
	h.app.Accounts.Forget(h.user("admin"))
	h.byToken(third, "GET", "/tickets", nil).refused(t, 401, "token.invalid")
	require.Equal(t, "person", h.ok("manager", "GET", "/tokens", nil).get(t, "items.0.idle"))
}

// TestATokenIsOfOneCompany: of a person of two companies it opens the one it was issued in,
// and with a cookie beside it the cookie is not looked at.
func TestATokenIsOfOneCompany(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.ok("shared", "POST", "/me/company", map[string]any{"company_id": strange})
	a := h.ok("shared", "POST", "/tokens", map[string]any{"name": "Вторая", "permissions": []string{"ticket.read"}, "days": 30})
	token, _ := a.get(t, "token").(string)
	h.ok("shared", "POST", "/me/company", map[string]any{"company_id": ours})
	who, err := h.app.Accounts.Bearer(t.Context(), token, "")
	require.NoError(t, err)
	require.Equal(t, strange, who.CompanyID)
	require.Equal(t, []access.Grant{{CompanyID: strange}}, who.Grants)
	h.do(`delete from company_users where company_id = $1 and user_id = $2`, strange, h.user("shared"))
	h.app.Accounts.Forget(h.user("shared"))
	h.byToken(token, "GET", "/tickets", nil).refused(t, 401, "token.invalid") // and not his other company's

	mine, _ := h.issue("Узкий", "ticket.read")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.server.URL+httpapi.Prefix+"/staff", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+mine)
	req.AddCookie(&http.Cookie{Name: httpapi.Cookie, Value: h.token("admin")})
	h.sent(req).refused(t, 403, "access.staff.read")
}

// TestATokensErrandHasTheTokensRights: an export that a program started shows what the
// program may see, and its person's files are not the program's.
func TestATokensErrandHasTheTokensRights(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.ticket(ours, "ВС-02")
	token, _ := h.issue("Выгрузки", "ticket.read")
	form := map[string]any{"format": "csv", "is_detailed": true}
	his := h.ok("admin", "POST", "/ticket-exports", form).id(t, "id")
	h.work() // one of a company's at a time
	started := h.byToken(token, "POST", "/ticket-exports", form)
	require.Less(t, started.status, 300, started.body)
	its := started.id(t, "id")
	h.work()
	require.Equal(t, 404, h.byToken(token, "GET", fmt.Sprintf("/errands/%d", his), nil).status)
	require.Equal(t, 404, h.as("admin", "GET", fmt.Sprintf("/errands/%d", its), nil).status)
	require.Contains(t, h.ok("admin", "GET", fmt.Sprintf("/errands/%d/result", his), nil).body, "+79000900059")
	file := h.byToken(token, "GET", fmt.Sprintf("/errands/%d/result", its), nil)
	require.Equal(t, 200, file.status, file.body)
	require.NotContains(t, file.body, "+79000900059")
}
