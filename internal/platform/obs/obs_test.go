package obs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock/clocktest"
)

func TestALineKnowsItsContextAndHidesPhones(t *testing.T) {
	var out bytes.Buffer
	log := NewLog(slog.LevelInfo, JSON, &out).With("part", "test")
	ctx := access.With(t.Context(), access.Actor{Kind: access.Company, UserID: 7, CompanyID: 3})
	ctx = With(ctx, slog.Int64("ticket", 5))
	_ = With(ctx, slog.String("call", "of another branch"))
	log.DebugContext(ctx, "below the level")
	log.InfoContext(ctx, "ticket accepted", "phone", "+73431234567")

	var line map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &line), out.String())
	delete(line, "time")
	require.Equal(t, map[string]any{
		"level": "INFO", "msg": "ticket accepted", "part": "test",
		"actor": 7.0, "company": 3.0, "ticket": 5.0, "phone": line["phone"],
	}, line)
	require.NotContains(t, out.String(), "1234567")

	out.Reset()
	NewLog(slog.LevelInfo, Text, &out).InfoContext(access.AsSystem(t.Context(), "escalation"), "step")
	require.Contains(t, out.String(), "actor=escalation")
}

func TestFiguresAreForThisMachineOnly(t *testing.T) {
	m := NewMetrics("work", slog.New(slog.DiscardHandler))
	for _, c := range []struct {
		from, header string
		status       int
	}{
		{"127.0.0.1:5000", "", http.StatusOK},
		{"[::1]:5000", "", http.StatusOK},
		{"10.0.0.8:5000", "", http.StatusForbidden},
		{"127.0.0.1:5000", "X-Forwarded-For", http.StatusForbidden},
		{"@", "", http.StatusForbidden},
	} {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.RemoteAddr = c.from
		if c.header != "" {
			r.Header.Set(c.header, "203.0.113.9")
		}
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, r)
		require.Equal(t, c.status, w.Code, c)
		require.Equal(t, c.status == http.StatusOK, bytes.Contains(w.Body.Bytes(), []byte("go_goroutines")), c)
	}
}

func TestFiguresAreCountedAskedAndLabelled(t *testing.T) {
	m := NewMetrics("all", slog.New(slog.DiscardHandler))
	m.Counter("d24_calls_total", "Calls.", "outcome").WithLabelValues("busy").Add(2)
	m.Ask("d24_jobs_waiting", "Jobs.", []string{"queue"}, func(context.Context) ([]Sample, error) {
		return []Sample{{[]string{"calls"}, 4}}, nil
	})
	m.Ask("d24_broken", "Never there.", nil, func(context.Context) ([]Sample, error) { return nil, errors.New("no database") })
	m.GaugeFunc("d24_streams", "Streams.", func() float64 { return 3 })
	mux := http.NewServeMux()
	turned := clocktest.New(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	mux.HandleFunc("GET /tickets/{id}", func(w http.ResponseWriter, _ *http.Request) {
		turned.Set(turned.Now().Add(30 * time.Millisecond))
		w.WriteHeader(http.StatusNotFound)
	})
	served := m.HTTP(mux, turned)
	for _, path := range []string{"/tickets/1", "/tickets/2", "/wp-login.php"} {
		served.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	}

	page := read(t, m)
	for _, want := range []string{
		`d24_info{role="all"} 1`,
		`d24_calls_total{outcome="busy"} 2`,
		`d24_jobs_waiting{queue="calls"} 4`,
		`d24_streams 3`,
		`d24_http_seconds_bucket{code="404",method="GET",route="GET /tickets/{id}",le="0.025"} 0`,
		`d24_http_seconds_bucket{code="404",method="GET",route="GET /tickets/{id}",le="0.05"} 2`,
		`d24_http_seconds_count{code="404",method="GET",route="other"} 1`,
	} {
		require.Contains(t, page, want)
	}
	require.NotContains(t, page, "wp-login")
	require.NotContains(t, page, "d24_broken ")
}

func TestStreamsAndSocketsPassTheMeter(t *testing.T) {
	m := NewMetrics("web", slog.New(slog.DiscardHandler))
	srv := httptest.NewServer(m.HTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stream" {
			_, _ = io.WriteString(w, "first")
			if http.NewResponseController(w).Flush() == nil {
				<-r.Context().Done()
			}
			return
		}
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\n\r\n")
			_ = c.Close()
		}
	}), clocktest.New(time.Unix(0, 0))))
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/stream", nil)
	require.NoError(t, err)
	resp, err := srv.Client().Do(r)
	require.NoError(t, err)
	got := make([]byte, 5)
	_, err = io.ReadFull(resp.Body, got) // comes while the handler is still at work
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())

	r, err = http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/socket", nil)
	require.NoError(t, err)
	resp, err = srv.Client().Do(r)
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	require.NoError(t, resp.Body.Close())
}

func read(t *testing.T, m *Metrics) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
	return w.Body.String()
}
