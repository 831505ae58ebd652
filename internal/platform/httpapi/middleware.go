package httpapi

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"

	"d24/internal/access"
	"d24/internal/fault"
)

// Cookie is the name of the session cookie; over https it has the prefix that
// binds it to this host alone.
const (
	Cookie       = "d24_session"
	SecureCookie = "__Host-" + Cookie
	KnownCookie  = "d24_known" // outlives sessions: the browser was signed in before
)

// Authenticator tells who stands behind a session's token, and behind a token of the API
// that came from a network address. An unknown or ended token is fault.Login.
type Authenticator interface {
	Actor(ctx context.Context, token string) (access.Actor, error)
	Bearer(ctx context.Context, token, source string) (access.Actor, error)
}

// The most a request may carry, and a sound or a table that is uploaded; operations
// have narrower bounds of their own.
const (
	maxBody  = 4 << 20
	maxSound = 21 << 20
	maxTable = 33 << 20
)

func bound(r *http.Request) int64 {
	switch t := r.Header.Get("Content-Type"); {
	case strings.HasPrefix(t, "audio/"):
		return maxSound
	case t == "application/octet-stream":
		return maxTable
	}
	return maxBody
}

// policy lets a page load only what we serve, besides styles in elements, which
// the component kit writes.
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

type (
	tokenKey   struct{}
	troubleKey struct{}
	hostKey    struct{}
	knownKey   struct{}
)

// Known is the token by which the browser is known from an earlier sign-in, "" when
// it is not.
func Known(ctx context.Context) string { t, _ := ctx.Value(knownKey{}).(string); return t }

// Host is the HOST or HOST:PORT the browser is at.
func Host(ctx context.Context) string { h, _ := ctx.Value(hostKey{}).(string); return h }

// Token is the session token of the request, "" without one.
func Token(ctx context.Context) string { t, _ := ctx.Value(tokenKey{}).(string); return t }

// Trouble says why it could not be told who is asking (the database is away): the
// pages are served all the same, operations answer with it.
func Trouble(ctx context.Context) error { err, _ := ctx.Value(troubleKey{}).(error); return err }

// Guard wraps everything served: who is asking and how often, cross-site posts refused,
// bodies bounded, a panic is one failed request with a number. A nil limit counts nothing.
func Guard(next http.Handler, auth Authenticator, limit *Limiter, log *slog.Logger) http.Handler {
	next = limit.limited(next)
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		(&Problem{Status: http.StatusForbidden, Code: "request.cross_site", Detail: "Запрос пришёл с чужой страницы."}).Write(w)
	})
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(refuse)
	known := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r.WithContext(identify(r, auth))) })
	placed := cross.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if changes(r) && (unplaced(r) || form(r)) {
			refuse(w, r)
			return
		}
		known.ServeHTTP(w, r)
	}))
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, program := bearer(r); program { // no page of another site can send it for a person: it has no cookie's powers
			known.ServeHTTP(w, r)
			return
		}
		placed.ServeHTTP(w, r)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer survive(w, r, log)
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store") // flats and phones do not stay in a browser's cache
		}
		bounded := r.WithContext(r.Context()) // the server's own request keeps its body: by it the server knows that one was not read to its end
		bounded.Body = http.MaxBytesReader(w, r.Body, bound(r))
		inner.ServeHTTP(w, bounded)
	})
}

func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions && strings.HasPrefix(r.URL.Path, "/api/")
}

// unplaced reports whether a request says nothing of the page it comes from. Every
// browser says it with a change; a program that uses a session sends Origin or
// Sec-Fetch-Site: same-origin too.
func unplaced(r *http.Request) bool {
	return r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == ""
}

// form reports whether a page without scripts could have sent it: files come as
// multipart from pages of ours, everything else is JSON.
func form(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "application/x-www-form-urlencoded", "text/plain":
		return true
	}
	return false
}

// identify puts the actor, his token and his address into the request's context.
func identify(r *http.Request, auth Authenticator) context.Context {
	ctx := context.WithValue(r.Context(), hostKey{}, r.Host)
	source, _, _ := net.SplitHostPort(r.RemoteAddr)
	if token, program := bearer(r); program { // whatever cookies come with it are not looked at
		a, err := auth.Bearer(ctx, token, source)
		if err != nil {
			a, ctx = access.Actor{}, context.WithValue(ctx, troubleKey{}, err)
		}
		a.Source = source
		return access.With(ctx, a)
	}
	a := access.Actor{}
	ctx = context.WithValue(ctx, knownKey{}, cookieOf(r, KnownCookie))
	if token := cookieOf(r, Cookie); token != "" {
		ctx = context.WithValue(ctx, tokenKey{}, token)
		var err error
		if a, err = auth.Actor(ctx, token); err != nil && fault.KindOf(err) != fault.Login {
			a, ctx = access.Actor{}, context.WithValue(ctx, troubleKey{}, err)
		}
	}
	a.Source = source
	return access.With(ctx, a)
}

// bearer is the token of the API in a request, and whether it says to have one.
func bearer(r *http.Request) (token string, program bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}

// cookieOf reads a cookie, the one bound to this host alone first.
func cookieOf(r *http.Request, name string) string {
	for _, n := range []string{"__Host-" + name, name} {
		if c, err := r.Cookie(n); err == nil {
			return c.Value
		}
	}
	return ""
}

func survive(w http.ResponseWriter, r *http.Request, log *slog.Logger) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler { //nolint:errorlint // the value by which a handler ends a broken stream
		panic(v)
	}
	p := broken()
	log.ErrorContext(r.Context(), "handler panicked", "incident", p.Incident, "panic", v, "path", r.URL.Path, "stack", string(debug.Stack()))
	p.Write(w)
}
