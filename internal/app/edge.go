package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
)

var errSilent = errors.New("the engine's door does not answer")

// silent is the answer when no engine's door is open.
func silent() *httpapi.Problem {
	return &httpapi.Problem{
		Status: http.StatusBadGateway, Code: "phone.silent",
		Detail: "Телефонная часть не отвечает. Страница подключится сама, как только она заработает.",
	}
}

// socket passes the operator's WebSocket on to the engine that is alive. Who is
// not an operator does not get there, and no page of another site may open it.
func socket(api huma.API, c WebConfig) {
	transport := &http.Transport{
		DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext, ResponseHeaderTimeout: 5 * time.Second, IdleConnTimeout: 30 * time.Second,
	}
	httpapi.Register(api, access.DeskWork, huma.Operation{
		OperationID: "desk-socket", Method: http.MethodGet, Path: "/desk/ws", Summary: "The operator's telephone: a WebSocket", Tags: []string{"desk"},
		Description: "JSON text frames {type, …}. 502 phone.silent when no engine is alive.",
		Responses:   map[string]*huma.Response{"101": {Description: "A WebSocket"}, "502": {Description: "The phone part does not answer"}},
	}, func(ctx context.Context, _ *struct{}) (*stream, error) {
		door, err := c.PhoneDoor(ctx)
		if err != nil {
			return nil, err
		}
		return &stream{func(h huma.Context) {
			r, w := humago.Unwrap(h)
			passOn(w, r, door, transport, c.Log)
		}}, nil
	})
}

func passOn(w http.ResponseWriter, r *http.Request, door string, transport http.RoundTripper, log *slog.Logger) {
	switch {
	case !sameOrigin(r):
		(&httpapi.Problem{Status: http.StatusForbidden, Code: "request.cross_site", Detail: "Запрос пришёл с чужой страницы."}).Write(w)
		return
	case door == "":
		silent().Write(w)
		return
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(&url.URL{Scheme: "http", Host: door})
			p.Out.Host = p.In.Host // the engine compares it with Origin
			p.SetXForwarded()
		},
		Transport:    transport,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { unreachable(w, r, log, err) },
	}
	proxy.ServeHTTP(w, r)
}

func unreachable(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	if r.Context().Err() == nil {
		log.WarnContext(r.Context(), "operator's socket is not passed on", "err", errors.Join(errSilent, err))
	}
	silent().Write(w)
}

// sameOrigin reports whether the page that asks is ours; a program sends no Origin.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// readyWithin is how long each check of /readyz may take.
const readyWithin = 2 * time.Second

// health serves what machines ask: /healthz says that the process lives, /readyz
// that people can work, /metrics only to this machine.
func health(mux *http.ServeMux, c WebConfig) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "alive"})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		status, body := http.StatusOK, map[string]string{}
		for _, check := range c.Ready {
			body[check.Name] = "ok"
			ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
			if err := check.Ask(ctx); err != nil {
				status, body[check.Name] = http.StatusServiceUnavailable, "fails"
				c.Log.DebugContext(r.Context(), "not ready", "check", check.Name, "err", err) // asked many times a minute: the answer says it
			}
			cancel()
		}
		answer(w, status, body)
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if c.Metrics == nil || !local(r) {
			http.NotFound(w, r)
			return
		}
		c.Metrics.ServeHTTP(w, r)
	})
}

func answer(w http.ResponseWriter, status int, body map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// local reports whether the request was made on this machine and not passed on for another.
func local(r *http.Request) bool {
	if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" || r.Header.Get("X-Real-Ip") != "" {
		return false
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

// spa serves the built pages. Names under /assets/ carry the hash of what is in
// them and are kept for ever; everything else that is no file is a page of the
// program and gets index.html, which is asked for anew each time.
func spa(files fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		if files != nil && name != "" && name != "index.html" && isFile(files, name) {
			if strings.HasPrefix(name, "assets/") {
				w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			} else {
				w.Header().Set("Cache-Control", "no-cache")
			}
			http.ServeFileFS(w, r, files, name)
			return
		}
		if strings.HasPrefix(name, "assets/") {
			http.NotFound(w, r) // an old page asks for what is not there any more
			return
		}
		index(w, files)
	})
}

func isFile(files fs.FS, name string) bool {
	if !fs.ValidPath(name) {
		return false
	}
	info, err := fs.Stat(files, name)
	return err == nil && !info.IsDir()
}

func index(w http.ResponseWriter, files fs.FS) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if files == nil {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "<!doctype html><title>Диспетчер24</title><p>Страницы не собраны: make build.</p>")
		return
	}
	page, err := fs.ReadFile(files, "index.html")
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "<!doctype html><title>Диспетчер24</title><p>Страницы не собраны: make build.</p>")
		return
	}
	_, _ = w.Write(page)
}
