package app_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/httpapi"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

func (h *house) raw(method, path string, header http.Header) answer {
	h.t.Helper()
	req := httptest.NewRequestWithContext(h.t.Context(), method, path, nil)
	for k, v := range header {
		req.Header[k] = v
	}
	if f := header.Get("X-Test-From"); f != "" {
		req.RemoteAddr = f
	} else {
		req.RemoteAddr = "127.0.0.1:5555"
	}
	w := httptest.NewRecorder()
	h.server.Config.Handler.ServeHTTP(w, req)
	return answer{w.Code, w.Header(), w.Body.String()}
}

func TestPagesHealthAndMetrics(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, path := range []string{"/", "/tickets/15", "/index.html", "/desk?x=1"} {
		a := h.raw("GET", path, nil)
		require.Equal(t, http.StatusOK, a.status, path)
		require.Contains(t, a.body, "id=root", path)
		require.Equal(t, "no-cache", a.header.Get("Cache-Control"), path)
		require.Contains(t, a.header.Get("Content-Security-Policy"), "default-src 'self'")
	}
	asset := h.raw("GET", "/assets/app-1a2b.js", nil)
	require.Equal(t, "export {}", asset.body)
	require.Contains(t, asset.header.Get("Cache-Control"), "immutable")
	require.Contains(t, asset.header.Get("Content-Type"), "javascript")
	require.Equal(t, http.StatusNotFound, h.raw("GET", "/assets/app-old.js", nil).status, "a page never pretends to be a script")
	require.Equal(t, "<svg/>", h.raw("GET", "/favicon.svg", nil).body)
	require.NotContains(t, h.raw("GET", "/%2e%2e/%2e%2e/etc/passwd", nil).body, "root:")
	require.Equal(t, http.StatusMethodNotAllowed, h.raw("POST", "/tickets/15", nil).status)

	unknown := h.raw("GET", "/api/v1/nothing", nil)
	require.Equal(t, http.StatusNotFound, unknown.status)
	require.Equal(t, "request.unknown", unknown.get(t, "code"))

	require.JSONEq(t, `{"status": "alive"}`, h.raw("GET", "/healthz", nil).body)
	ready := h.raw("GET", "/readyz", nil)
	require.Equal(t, http.StatusServiceUnavailable, ready.status)
	require.JSONEq(t, `{"database": "ok", "engine": "fails"}`, ready.body)
	h.door = "127.0.0.1:1"
	require.Equal(t, http.StatusOK, h.raw("GET", "/readyz", nil).status)

	require.Equal(t, "d24_up 1\n", h.raw("GET", "/metrics", nil).body)
	require.Equal(t, http.StatusNotFound, h.raw("GET", "/metrics", http.Header{"X-Test-From": {"192.0.2.7:99"}}).status)
	require.Equal(t, http.StatusNotFound, h.raw("GET", "/metrics", http.Header{"X-Forwarded-For": {"192.0.2.7"}}).status, "passed on for somebody else")

	doc := h.raw("GET", "/api/openapi.json", nil)
	require.Equal(t, http.StatusOK, doc.status)
	require.Contains(t, doc.body, "/api/v1/tickets/{id}/move")
}

// echo is an engine's door: it says who came and repeats what is said.
func echo(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		cookie, _ := r.Cookie(httpapi.Cookie)
		_ = ws.Write(r.Context(), websocket.MessageText, []byte(cookie.Value))
		for {
			kind, b, err := ws.Read(r.Context())
			if err != nil {
				return
			}
			_ = ws.Write(r.Context(), kind, b)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func TestTheSocketIsPassedOn(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	dial := func(login, origin string) (*websocket.Conn, *http.Response, error) {
		head := http.Header{"Cookie": {httpapi.Cookie + "=" + h.token(login)}}
		if origin != "" {
			head.Set("Origin", origin)
		}
		return websocket.Dial(ctx, h.server.URL+"/api/v1/desk/ws", &websocket.DialOptions{HTTPHeader: head})
	}
	silent := h.fails("operator", "GET", "/desk/ws", nil, http.StatusBadGateway, "phone.silent")
	require.Contains(t, silent.get(t, "detail"), "Телефонная часть не отвечает")
	h.door = "127.0.0.1:1" // nobody listens there
	h.fails("operator", "GET", "/desk/ws", nil, http.StatusBadGateway, "phone.silent")

	h.door = strings.TrimPrefix(echo(t).URL, "http://")
	ws, _, err := dial("operator", h.server.URL)
	require.NoError(t, err)
	defer ws.CloseNow()
	_, b, err := ws.Read(ctx)
	require.NoError(t, err)
	require.Equal(t, h.token("operator"), string(b), "the engine sees the session")
	long := strings.Repeat("а", 8000)
	require.NoError(t, ws.Write(ctx, websocket.MessageText, []byte(long)))
	_, b, err = ws.Read(ctx)
	require.NoError(t, err)
	require.Equal(t, long, string(b))

	for name, c := range map[string]struct {
		login, origin string
		want          int
	}{
		"a page of another site": {"operator", "http://evil.example", http.StatusForbidden},
		"a broken origin":        {"operator", "null", http.StatusForbidden},
		"a company's user":       {"admin", h.server.URL, http.StatusForbidden},
		"nobody":                 {"", h.server.URL, http.StatusUnauthorized},
	} {
		_, res, err := dial(c.login, c.origin)
		require.Error(t, err, name)
		require.Equal(t, c.want, res.StatusCode, name)
	}
}

// TestAStreamCarriesNothingOfOthers: changes of company 2 do not reach company 1,
// and the end of a session ends its stream.
func TestAStreamCarriesNothingOfOthers(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.server.URL+"/api/v1/live", nil)
	require.NoError(t, err)
	req.AddCookie(&http.Cookie{Name: httpapi.Cookie, Value: h.token("admin")})
	res, err := h.server.Client().Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, "text/event-stream; charset=utf-8", res.Header.Get("Content-Type"))
	lines := bufio.NewScanner(res.Body)
	next := func() string {
		event := ""
		for lines.Scan() {
			switch l := lines.Text(); {
			case strings.HasPrefix(l, "event: "):
				event = strings.TrimPrefix(l, "event: ")
			case strings.HasPrefix(l, "data: ") && event == "change":
				return strings.TrimPrefix(l, "data: ")
			}
		}
		return ""
	}
	go h.hub.Run(ctx)
	require.JSONEq(t, `{"topic": "all", "id": 0}`, next(), "the hub listens now")
	tell := func(c live.Change) {
		must(t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error { return live.Tell(h.sys, tx, c) }))
	}
	tell(live.Change{Topic: "ticket", ID: 77, CompanyID: strange})
	tell(live.Change{Topic: "figures"})
	tell(live.Change{Topic: "ticket", ID: 78, CompanyID: ours})
	require.JSONEq(t, `{"topic": "ticket", "id": 78}`, next(), "the first thing heard is our own")
	h.ok("admin", "POST", "/ticket-views", map[string]any{"company_id": ours, "name": "Ночные", "query": "view=open"})
	require.JSONEq(t, `{"topic": "view", "id": 0}`, next(), "open dialogs of kept lists look again")
	h.ok("admin", "POST", "/logout", nil)
	require.JSONEq(t, `{"topic": "session", "id": 0}`, next(), "the screen is told to ask who it is")
	require.Empty(t, next(), "the stream is over")
	require.Eventually(t, func() bool { return h.hub.Streams() == 0 }, 10*time.Second, 10*time.Millisecond)
}

func TestLoginLogoutAndCrossSite(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.as("", "POST", "/login", map[string]any{"login": "admin", "password": "admin"})
	require.Equal(t, http.StatusOK, a.status)
	require.Contains(t, a.header.Get("Set-Cookie"), "HttpOnly")
	require.Equal(t, "УК «Северный берег»", a.get(t, "company.name"))
	h.fails("", "POST", "/login", map[string]any{"login": "admin", "password": "wrong"}, http.StatusUnprocessableEntity, "login.wrong")
	require.Equal(t, "operator", h.ok("operator", "GET", "/me", nil).get(t, "kind"))

	res := h.send("admin", "POST", "/logout", strings.NewReader("{}"), http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"http://evil.example"}})
	require.Equal(t, http.StatusForbidden, res.status)
	h.ok("admin", "GET", "/me", nil)
	h.ok("admin", "POST", "/logout", nil)
	h.fails("admin", "GET", "/me", nil, http.StatusUnauthorized, "login.required")
}

// TestABrokenDatabaseIsOurFault: operations say so with a number, pages are served all the same.
func TestABrokenDatabaseIsOurFault(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.token("operator")
	h.app.DB.Pool.Close()
	a := h.as("operator", "GET", "/tickets", nil)
	require.Equal(t, http.StatusInternalServerError, a.status)
	require.Contains(t, a.get(t, "detail"), fmt.Sprint(a.get(t, "incident")))
	require.Equal(t, http.StatusOK, h.raw("GET", "/", nil).status)
	require.Equal(t, http.StatusOK, h.raw("GET", "/healthz", nil).status)
	require.Equal(t, http.StatusServiceUnavailable, h.raw("GET", "/readyz", nil).status)
}

// TestWhatIsLeftOfABodyIsNoRequest: a body that was refused before its end is not
// taken for the next request of the connection, which may be somebody else's behind
// a proxy.
func TestWhatIsLeftOfABodyIsNoRequest(t *testing.T) {
	t.Parallel()
	h := open(t)
	smuggled := strings.Repeat("POST /api/v1/logout HTTP/1.1\r\nHost: d24\r\nContent-Length: 0\r\n\r\n", 24_000) // 1.5 MB, of which a request may carry one
	for range 3 {
		a := h.as("operator", http.MethodPost, "/tickets", smuggled)
		require.Equal(t, http.StatusRequestEntityTooLarge, a.status, a.body)
		a = h.as("operator", http.MethodPost, "/tickets", "{}")
		require.Equal(t, http.StatusUnprocessableEntity, a.status, a.body)
	}
}
