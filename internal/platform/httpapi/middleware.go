package httpapi

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"

	"d24/internal/access"
	"d24/internal/fault"
)

// Cookie is the name of the session cookie.
const Cookie = "d24_session"

// Authenticator tells who stands behind a session token. An unknown or ended
// token is fault.Login.
type Authenticator interface {
	Actor(ctx context.Context, token string) (access.Actor, error)
}

// maxBody is the most a request may carry; uploads have their own operations.
const maxBody = 4 << 20

// policy lets a page load only what we serve, besides styles in elements, which
// the component kit writes.
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

// Guard wraps everything served: who is asking, cross-site posts refused, bodies
// bounded, a panic is one failed request.
func Guard(next http.Handler, auth Authenticator, log *slog.Logger) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		(&Problem{Status: http.StatusForbidden, Code: "request.cross_site", Detail: "Запрос пришёл с чужой страницы."}).Write(w)
	}))
	inner := cross.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := access.Actor{}
		if c, err := r.Cookie(Cookie); err == nil {
			if a, err = auth.Actor(r.Context(), c.Value); err != nil && fault.KindOf(err) != fault.Login {
				ProblemOf(r.Context(), "session", err).Write(w)
				return
			}
		}
		a.Source, _, _ = net.SplitHostPort(r.RemoteAddr)
		next.ServeHTTP(w, r.WithContext(access.With(r.Context(), a)))
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				log.ErrorContext(r.Context(), "handler panicked", "panic", v, "path", r.URL.Path, "stack", string(debug.Stack()))
				(&Problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "Не получилось: сбой на нашей стороне. Повторите."}).Write(w)
			}
		}()
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		inner.ServeHTTP(w, r)
	})
}
