// Package passkey signs in by a key through the real screens: Chromium with a virtual
// authenticator at http://localhost.
package passkey

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/seed"
	"d24/test/chromium"
	"d24/web"
)

const limit = 2 * time.Minute

// visit is a browser with an authenticator at a program with the demo city.
type visit struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // lives as long as one test
	app  *app.App
	page string
	*chromium.Browser
}

func open(t *testing.T) *visit {
	t.Helper()
	ctx, cancel := context.WithTimeout(access.AsSystem(context.Background(), "test"), limit)
	t.Cleanup(cancel)
	log := slog.New(slog.DiscardHandler)
	a, err := app.New(app.Config{Pool: pgtest.Pool(t), Clock: clock.System{}, Log: log})
	require.NoError(t, err)
	_, err = seed.Demo(ctx, a.DB, seed.Trunks{HostX: "127.0.0.2", PortX: 5060, HostY: "127.0.0.3", PortY: 5060})
	require.NoError(t, err)
	pages, err := web.Dist()
	require.NoError(t, err)
	hub := live.NewHub(a.DB, log)
	_, handler := a.API(app.WebConfig{Log: log, Hub: hub, Spa: pages})
	go hub.Run(ctx)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	require.NoError(t, err)
	b, err := chromium.Open(ctx, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(b.Close)
	require.NoError(t, b.Authenticator(ctx))
	return &visit{t: t, ctx: ctx, app: a, page: "http://localhost:" + at.Port(), Browser: b}
}

func (v *visit) must(err error) {
	v.t.Helper()
	if err != nil {
		var text string
		_ = v.Eval(context.Background(), "location.href + '\\n' + document.body.innerText", &text)
		require.NoError(v.t, err, text)
	}
}

func (v *visit) goTo(path string)          { v.t.Helper(); v.must(v.Go(v.ctx, v.page+path)) }
func (v *visit) press(words string)        { v.t.Helper(); v.must(v.Press(v.ctx, words)) }
func (v *visit) put(selector, text string) { v.t.Helper(); v.must(v.Type(v.ctx, selector, text)) }
func (v *visit) see(text string) {
	v.t.Helper()
	v.must(v.Until(v.ctx, fmt.Sprintf("document.body?.innerText.includes(%q)", text)))
}

func (v *visit) at(path string) {
	v.t.Helper()
	v.must(v.Until(v.ctx, fmt.Sprintf("location.pathname.startsWith(%q)", path)))
}

func (v *visit) one(q string, args ...any) (n int64) {
	v.t.Helper()
	require.NoError(v.t, pg.Do(v.ctx, v.app.DB, func(tx *pg.Tx) error { return tx.QueryRow(v.ctx, q, args...).Scan(&n) }))
	return n
}

const byKey = "Войти ключом (палец, лицо, PIN)"

// TestAKeyIsAddedAndLetsIn: a person adds a key on his page, goes out, comes in by it
// without a password, takes it away, and it does not let in any more.
func TestAKeyIsAddedAndLetsIn(t *testing.T) {
	v := open(t)
	v.goTo("/login?back=%2Fprofile")
	v.put("input[autocomplete=username]", "admin")
	v.put("input[type=password]", "admin")
	v.press("Войти")
	v.at("/profile")
	v.press("Добавить ключ этого устройства")
	v.put(`form:has(input[value^="Chrome"]) input[type=password]`, "admin")
	v.press("Добавить ключ этого устройства")
	v.see("ещё не входили")
	require.Equal(t, int64(1), v.one(`select count(*) from passkeys p join users u on u.id = p.user_id where u.login = 'admin'`))

	v.must(v.Eval(v.ctx, `fetch("/api/v1/logout", {method: "POST"}).then(() => true)`, nil))
	v.goTo("/login?back=%2Fprofile")
	v.press(byKey)
	v.at("/profile")
	v.see("по ключу")
	require.Equal(t, int64(1), v.one(`select count(*) from sessions where way = 'passkey' and ended_at is null`))
	require.Equal(t, int64(1), v.one(`select count(*) from passkeys where used_at is not null and (credential->'authenticator'->>'signCount')::int > 0`))

	v.must(v.Click(v.ctx, "button[aria-label^='Убрать ключ']"))
	v.see("Ключей нет")
	v.must(v.Eval(v.ctx, `fetch("/api/v1/logout", {method: "POST"}).then(() => true)`, nil))
	v.goTo("/login")
	v.press(byKey)
	v.see("Ключ не подошёл")
	require.Equal(t, int64(2), v.one(`select count(*) from audit_entries where action in ('passkey.add', 'passkey.remove') and actor = 'Администратор'`))
}

// TestAnInvitedPersonComesInByAKeyAlone: a link, a login, no password; an answer that
// was used does not answer again.
func TestAnInvitedPersonComesInByAKeyAlone(t *testing.T) {
	v := open(t)
	admin := access.With(v.ctx, access.Actor{Kind: access.Company, CompanyID: 1, UserID: v.one(`select id from users where login = 'admin'`), Name: "Администратор", May: access.RolePermissions(access.Admin), Grants: access.RoleGrants(access.Admin, 1, 0)})
	_, token, err := v.app.Accounts.Invite(admin, 0, account.NewInvitation{Name: "Смирнов А. Б.", RoleChange: account.RoleChange{Role: access.Foreman}})
	require.NoError(t, err)
	v.goTo("/invite/" + token)
	v.see("Смирнов А. Б., роль: Мастер")
	v.put("input[autocomplete=username]", "Smirnov")
	v.press("Без пароля: ключом этого устройства")
	v.at("/journal")
	require.Equal(t, int64(1), v.one(`select count(*) from users where login = 'smirnov' and password_hash = '' and passkey_handle is not null`))

	v.must(v.Eval(v.ctx, `fetch("/api/v1/logout", {method: "POST"}).then(() => true)`, nil))
	v.goTo("/invite/" + token)
	v.see("Ссылка не действует")
	v.goTo("/login?back=%2Fprofile")
	v.must(v.Eval(v.ctx, `(() => { const send = window.fetch; window.sent = []; window.fetch = async (r, o) => { if (r.url?.endsWith("/login/passkey")) window.sent.push(await r.clone().text()); return send(r, o); }; })()`, nil))
	v.press(byKey)
	v.at("/profile")
	v.see("вы входите ключом")
	var again int
	v.must(v.Eval(v.ctx, `fetch("/api/v1/login/passkey", {method: "POST", headers: {"Content-Type": "application/json"}, body: window.sent[0]}).then((r) => r.status)`, &again))
	require.Equal(t, 409, again, "a challenge answers once")
	require.Equal(t, int64(1), v.one(`select count(*) from sessions where way = 'passkey'`))

	// the only way in stays
	v.must(v.Click(v.ctx, "button[aria-label^='Убрать ключ']"))
	v.see("Это единственный способ войти")
}
