package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"d24/internal/app"
	"d24/internal/platform/httpapi"
	"d24/internal/telephony"
	"d24/test/chromium"
	"d24/web"
)

// eyelid runs in a page before its own scripts: it keeps what must not happen, and knows when
// the page has come to rest.
const eyelid = `(() => {
  const faults = (window.faults = []);
  Object.defineProperty(window, "pwned", { set: () => faults.push("a script ran") });
  for (const ask of ["alert", "confirm", "prompt"]) window[ask] = () => faults.push(ask);
  document.addEventListener("securitypolicyviolation", (e) => faults.push("policy: " + e.violatedDirective + " " + e.blockedURI + " " + e.sample));
  window.addEventListener("error", (e) => faults.push("thrown: " + e.message));
  let asked = 0;
  const fetched = window.fetch;
  window.fetch = (...args) => { asked++; return fetched(...args).finally(() => setTimeout(() => asked--, 0)); };
  window.rests = () => asked === 0 && window.__TSR_ROUTER__?.state.status === "idle" && !document.querySelector(".mantine-Skeleton-root, .mantine-Loader-root");
  window.taken = () => [...faults.splice(0),
    ...[...document.querySelectorAll("[data-pwned], base[href*=pwned], [href^='javascript:'], [src^='javascript:'], [action^='javascript:']")].map((e) => "an element of a text: " + e.outerHTML.slice(0, 160))];
})()`

// TestNoTextBecomesAScript is A8: payloads in every field of text that the document has are
// kept as they are or refused in words, no field is left out, and no screen runs them, takes
// them for its own elements, or breaks the policy of its content; the screens named here show
// them.
func TestNoTextBecomesAScript(t *testing.T) {
	t.Parallel()
	h := open(t)
	placed, lost, refused, left := h.poison()
	require.Empty(t, left, "every field is tried: what keeps a text from coming to it needs a fixture")
	require.Greater(t, len(placed), 150)
	require.Empty(t, lost, "taken, and not kept as it was sent")
	t.Logf("%d fields kept payloads, %d refused them", len(placed), len(refused))

	// what comes by telephone: a caller's own number, and a call that ends
	caller := h.call(strange, strings.Join(payloads[:4], " "))
	h.report(telephony.Report{CallKey: caller, Seq: 60, Kind: telephony.CallEnded, Outcome: telephony.Abandoned})
	h.work()
	e := h.openEyes()
	e.walk("admin2", func(string) bool { return true })
	e.walk("op-strange", func(route string) bool { return !strings.HasPrefix(route, "/settings") })
	e.walk("platform", func(route string) bool { return strings.HasPrefix(route, "/settings") })
	for _, screen := range []string{"/journal", "/journal/$id", "/calls", "/calls/$id", "/settings/staff", "/settings/houses", "/settings/houses/$id", "/settings/reasons", "/settings/contacts", "/settings/tags", "/settings/suppliers", "/notices", "/supplier-requests", "/desk", "/tasks"} {
		assert.True(t, e.shown[screen], "%s shows no payload: its look proves nothing", screen)
	}
	paper := h.ok("admin2", "GET", fmt.Sprintf("/tickets/%d/work-order", e.ids["/journal/$id"]), nil)
	require.Equal(t, "application/pdf", paper.header.Get("Content-Type"))
	require.NotContains(t, paper.body, "/JavaScript")
}

// eyes look at the screens in a real browser.
type eyes struct {
	*house
	ctx   context.Context
	page  *chromium.Browser
	at    string
	ids   map[string]int64 // of the things to be opened
	shown map[string]bool  // routes that showed a payload
}

func (h *house) openEyes() *eyes {
	h.t.Helper()
	pages, err := web.Dist()
	must(h.t, err)
	_, handler := h.app.API(app.WebConfig{DataDir: h.data, Log: slog.New(slog.DiscardHandler), Hub: h.hub, Spa: pages, PhoneDoor: func(context.Context) (string, error) { return "", nil }})
	server := httptest.NewServer(handler)
	h.t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(h.t.Context(), 5*time.Minute)
	h.t.Cleanup(cancel)
	b, err := chromium.Open(ctx, h.t.TempDir())
	must(h.t, err)
	h.t.Cleanup(b.Close)
	must(h.t, b.Before(ctx, eyelid))
	id := func(q string) int64 { return h.one("select coalesce(max(id), 0) from " + q) }
	return &eyes{house: h, ctx: ctx, page: b, at: server.URL, shown: map[string]bool{}, ids: map[string]int64{
		"/journal/$id":           id("tickets where company_id = 2 and description like '%pwned%'"),
		"/calls/$id":             id("calls where company_id = 2 and phone like '%pwned%'"),
		"/supplier-requests/$id": id("supplier_tickets where company_id = 2"),
		"/settings/houses/$id":   id("buildings where company_id = 2 and street like '%pwned%'"),
		"/settings/users/$id":    id("users where login = 'admin2'"),
	}}
}

// walk goes through the routes that the router has, as one person.
func (e *eyes) walk(login string, want func(route string) bool) {
	e.t.Helper()
	must(e.t, e.page.Cookie(e.ctx, e.at, httpapi.Cookie, e.token(login)))
	must(e.t, e.page.Go(e.ctx, e.at+"/profile"))
	must(e.t, e.page.Until(e.ctx, "window.rests?.()"))
	var routes []string
	must(e.t, e.page.Eval(e.ctx, "Object.keys(window.__TSR_ROUTER__.routesByPath)", &routes))
	require.NotEmpty(e.t, routes)
	for _, route := range routes {
		if !want(route) || route == "/login" || route == "/wallboard" || strings.HasPrefix(route, "/invite") {
			continue
		}
		path := route
		if id, ok := e.ids[route]; ok {
			path = strings.ReplaceAll(route, "$id", fmt.Sprint(id))
		}
		require.NotContains(e.t, path, "$", "no example of this route")
		e.look(login, route, path)
	}
}

// look opens a screen and each of its tabs.
func (e *eyes) look(login, route, path string) {
	e.t.Helper()
	to, err := json.Marshal(path)
	must(e.t, err)
	must(e.t, e.page.Eval(e.ctx, fmt.Sprintf("window.__TSR_ROUTER__.navigate({ href: %s, replace: true }).then(() => null)", to), nil))
	for tab := 0; ; tab++ {
		var faults []string
		var tabs int
		var says bool
		if err := e.page.Until(e.ctx, "window.rests()"); err != nil {
			require.NoError(e.t, err, "%s %s", login, path)
		}
		must(e.t, e.page.Eval(e.ctx, "window.taken()", &faults))
		must(e.t, e.page.Eval(e.ctx, "document.querySelectorAll('main [role=tab]').length", &tabs))
		must(e.t, e.page.Eval(e.ctx, "document.body.innerText.includes('pwned') || [...document.querySelectorAll('input, textarea')].some((x) => x.value.includes('pwned'))", &says))
		e.shown[route] = e.shown[route] || says
		assert.Empty(e.t, faults, "%s %s, tab %d", login, path, tab)
		if tab+1 >= tabs {
			return
		}
		must(e.t, e.page.Eval(e.ctx, fmt.Sprintf("document.querySelectorAll('main [role=tab]')[%d].click()", tab+1), nil))
	}
}
