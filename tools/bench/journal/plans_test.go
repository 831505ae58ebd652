package journal

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"d24/internal/app"
	"d24/internal/clock/clocktest"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/live"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/platform/secret"
)

// asked is what the program asked the database, with the fence it asked behind.
type asked struct {
	mu     sync.Mutex
	fence  map[*pgx.Conn][]any
	listed []question
}

type question struct {
	fence, args []any
	sql         string
}

func (a *asked) TraceQueryStart(ctx context.Context, c *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	a.mu.Lock()
	defer a.mu.Unlock()
	if strings.HasPrefix(q.SQL, "select set_config('role'") {
		a.fence[c] = q.Args
	}
	if !strings.HasPrefix(q.SQL, "explain") && (strings.Contains(q.SQL, "from tickets") || strings.Contains(q.SQL, "from ticket_search")) {
		args := q.Args
		if len(args) > 0 {
			if _, is := args[0].(pgx.QueryExecMode); is {
				args = args[1:]
			}
		}
		a.listed = append(a.listed, question{a.fence[c], args, q.SQL})
	}
	return ctx
}

func (*asked) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

var scanned = regexp.MustCompile(`Seq Scan on (tickets|ticket_search|ticket_events|ticket_words)\b`)

// TestNoListReadsAllRequests: none of the twenty lists, nor a search, walks through the
// requests; the plans are those of the very questions the program asks, behind its fence.
// D24_LONG: of a million requests.
func TestNoListReadsAllRequests(t *testing.T) {
	size := Size{Requests: 100_000, Companies: 25}
	if os.Getenv("D24_LONG") != "" {
		size = Size{Requests: 1_000_000, Companies: 50}
	}
	name := pgtest.Database(t)
	owner, err := pgx.Connect(t.Context(), pgtest.URL(name))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, owner.Close(context.Background())) })
	now := time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)
	w, err := Fill(t.Context(), owner, size, now, func(what string) { t.Log(what) })
	require.NoError(t, err)
	require.NoError(t, w.Enter(t.Context(), owner))

	tracer := &asked{fence: map[*pgx.Conn][]any{}}
	cfg, err := pgxpool.ParseConfig(pgtest.URL(name))
	require.NoError(t, err)
	cfg.ConnConfig.Tracer = tracer
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "set session authorization d24_test_app")
		return err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	log := slog.New(slog.DiscardHandler)
	keys, err := secret.Generate()
	require.NoError(t, err)
	clk := clocktest.New(now)
	a, err := app.New(app.Config{Pool: pool, Clock: clk, Log: log, Time: clk, Keys: keys, Data: t.TempDir()})
	require.NoError(t, err)
	_, handler := a.API(app.WebConfig{DataDir: t.TempDir(), Log: log, Hub: live.NewHub(a.DB, log), PhoneDoor: func(context.Context) (string, error) { return "", nil }})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	tokens := map[string]string{}
	r := draw(2)
	for _, l := range append(Lists(), Searches()...) {
		if tokens[l.Who] == "" {
			tokens[l.Who] = enter(t, server.URL, l.Who)
		}
		tracer.listed = nil
		get(t, server.URL+httpapi.Prefix+"/tickets?"+l.Query(w, r).Encode(), tokens[l.Who])
		get(t, server.URL+httpapi.Prefix+"/tickets/count?"+without(l.Query(w, r).Encode()), tokens[l.Who])
		questions := tracer.listed
		require.GreaterOrEqual(t, len(questions), 2, l.Name)
		for _, q := range questions {
			plan := explain(t, pool, q)
			require.NotRegexp(t, scanned, plan, "%s: %s\n%s", l.Name, q.sql, plan)
		}
	}
}

func without(query string) string {
	return regexp.MustCompile(`(^|&)(cursor|order|limit)=[^&]*`).ReplaceAllString(query, "")
}

func explain(t *testing.T, pool *pgxpool.Pool, q question) string {
	t.Helper()
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.Background()) //nolint:errcheck // only asked
	_, err = tx.Exec(t.Context(), `select set_config('role', $1, true), set_config('app.company_id', $2, true), set_config('app.companies', $3, true)`, q.fence...)
	require.NoError(t, err)
	rows, err := tx.Query(t.Context(), "explain "+q.sql, append([]any{pgx.QueryExecModeCacheDescribe}, q.args...)...)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err, q.sql)
	return strings.Join(lines, "\n")
}

func enter(t *testing.T, page, login string) string {
	t.Helper()
	res, err := send(http.MethodPost, page+httpapi.Prefix+"/login", fmt.Sprintf(`{"login": %q, "password": %q}`, login, login), "")
	require.NoError(t, err)
	defer res.Body.Close() //nolint:errcheck // only read
	for _, c := range res.Cookies() {
		if c.Name == httpapi.Cookie {
			return c.Value
		}
	}
	said, _ := io.ReadAll(res.Body)
	require.Failf(t, "not signed in", "%s: %s", login, said)
	return ""
}

func get(t *testing.T, url, token string) {
	t.Helper()
	res, err := send(http.MethodGet, url, "", token)
	require.NoError(t, err)
	defer res.Body.Close() //nolint:errcheck // only read
	said, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, "%s: %s", url, said)
}

func send(method, url, body, token string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Cookie", httpapi.Cookie+"="+token)
	return http.DefaultClient.Do(req)
}
