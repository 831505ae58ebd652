package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"d24/internal/app"
	"d24/internal/clock/clocktest"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/live"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/platform/secret"
)

// plan is a node of a plan as PostgreSQL tells it after the statement has run. Rows are
// those of a turn, so many turns were made.
type plan struct {
	Node    string  `json:"Node Type"`
	Table   string  `json:"Relation Name"`
	Index   string  `json:"Index Name"`
	Rows    float64 `json:"Actual Rows"`
	Turns   float64 `json:"Actual Loops"`
	Dropped float64 `json:"Rows Removed by Filter"`
	Unfit   float64 `json:"Rows Removed by Index Recheck"`
	Plans   []plan  `json:"Plans"`
}

// told is a statement that ran, with its plan.
type told struct {
	SQL  string `json:"Query Text"`
	Plan plan   `json:"Plan"`
}

// large are the tables that grow with the requests.
var large = []string{"tickets", "ticket_events", "ticket_search"}

// read adds up how many rows of each large table were read, and how many entries of its
// indexes for a bitmap; a turn that found nothing has looked once. It gives the nodes that
// walk through a whole one.
func (p plan) read(rows map[string]int) (walks []string) {
	for _, t := range large {
		switch {
		case p.Turns == 0:
		case p.Table == t:
			rows[t] += int(p.Turns * max(1, p.Rows+p.Dropped+p.Unfit))
			if strings.HasSuffix(p.Node, "Seq Scan") {
				walks = append(walks, p.Node+" of "+t)
			}
		case p.Node == "Bitmap Index Scan" && strings.HasPrefix(p.Index, t+"_"):
			rows["index of "+t] += int(p.Turns * max(1, p.Rows))
		}
	}
	for _, below := range p.Plans {
		walks = append(walks, below.read(rows)...)
	}
	return walks
}

// explained collects the plans of what a pool's connections run: the database explains each
// statement itself, as it was run, with its values and behind its fence.
type explained struct {
	mu    sync.Mutex
	plans []told
	err   error
}

func (e *explained) hear(_ *pgconn.PgConn, n *pgconn.Notice) {
	_, text, ok := strings.Cut(n.Message, "plan:\n")
	if !ok {
		return
	}
	var p told
	err := json.Unmarshal([]byte(text), &p)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.plans, e.err = append(e.plans, p), errors.Join(e.err, err)
}

// take gives the plans heard since it was asked last.
func (e *explained) take(t *testing.T) []told {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	require.NoError(t, e.err)
	defer func() { e.plans = nil }()
	return e.plans
}

func (e *explained) pool(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(url)
	require.NoError(t, err)
	cfg.ConnConfig.OnNotice = e.hear
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, `load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_analyze = on; set auto_explain.log_timing = off; set auto_explain.log_format = json;
			set auto_explain.log_nested_statements = on; set auto_explain.log_level = notice; set session authorization d24_test_app`)
		return err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// most is how many rows of a table a list or its count may read in one statement: a page is
// 50, a count ends at 1,001, a search names 500 at least.
const most = 1500

// entries of an index for a bitmap cost less than a row; so many may be read in place of one.
const entries = 5

// more may read more of 300,000 requests, with their reason, and of a million three times that;
// at 10,000,000 the benchmark measures them.
var more = map[string]struct {
	rows int
	why  string
}{
	"emergencies":               {4_000, "the count reads up to 1,001 emergencies by the way of all requests, two in five of which are"},
	"of_group":                  {9_000, "the count reads up to 1,001 requests of a fifth of the houses by the way of all requests"},
	"search_common":             {13_000, "the count: to look at the 12,000 requests of the company costs what 800 looked up one by one do"},
	"search_common_operator_on": {80_000, "the same behind the first page, which looks through a part"},
	"search_common_operator":    {80_000, "words of half of all requests, seldom together, of 20 companies: the count walks until it has found 1,001"},
}

// TestNoListReadsAllRequests: none of the twenty lists, nor a search, reads more than a page's
// worth of requests, however many there are. D24_LONG: of a million requests.
func TestNoListReadsAllRequests(t *testing.T) {
	size := Size{Requests: 300_000, Companies: 25, Drawn: 30_000}
	if os.Getenv("D24_LONG") != "" {
		size = Size{Requests: 1_000_000, Companies: 25, Drawn: 50_000}
	}
	name := pgtest.Database(t)
	owner, err := pgx.Connect(t.Context(), pgtest.URL(name))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, owner.Close(context.Background())) })
	now := time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)
	began := time.Now()
	w, err := Fill(t.Context(), owner, size, now, func(what string) { t.Log(time.Since(began), what) })
	require.NoError(t, err)
	require.NoError(t, w.Enter(t.Context(), owner))

	d := &desk{t: t, world: w, draw: draw(2), tokens: map[string]string{}}
	pool := d.heard.pool(t, pgtest.URL(name))
	log := slog.New(slog.DiscardHandler)
	keys, err := secret.Generate()
	require.NoError(t, err)
	clk := clocktest.New(now)
	a, err := app.New(app.Config{Pool: pool, Clock: clk, Log: log, Time: clk, Keys: keys, Data: t.TempDir()})
	require.NoError(t, err)
	_, handler := a.API(app.WebConfig{DataDir: t.TempDir(), Log: log, Hub: live.NewHub(a.DB, log), PhoneDoor: func(context.Context) (string, error) { return "", nil }})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	d.url = server.URL

	lists := append(Lists(), Searches()...)
	for _, l := range lists {
		assert.Empty(t, d.faults(l), l.Name)
	}
	for name := range more {
		require.True(t, slices.ContainsFunc(lists, func(l List) bool { return l.Name == name }), name)
	}

	// The measure sees what it is there for: without its index the list of a reason reads on.
	_, err = owner.Exec(t.Context(), "drop index tickets_reason")
	require.NoError(t, err)
	for _, l := range lists {
		if l.Name == "of_reason" {
			require.NotEmpty(t, d.faults(l), "without its index a list is found to be slow")
		}
	}
}

// desk opens lists and looks at what they cost.
type desk struct {
	t      *testing.T
	world  *World
	draw   *rand.Rand
	url    string
	heard  explained
	tokens map[string]string
}

// opened is how often a list is opened: from the sixth time on a plan that is kept may be used.
const opened = 8

// faults opens a list eight times and its count, that of a slow one three times, each time another one of its kind,
// and tells of the statements that read too many requests.
func (d *desk) faults(l List) (out []string) {
	d.t.Helper()
	if d.tokens[l.Who] == "" {
		d.tokens[l.Who] = enter(d.t, d.url, l.Who)
	}
	bound := most
	if x, ok := more[l.Name]; ok {
		bound = x.rows * d.world.Requests / 300_000
	}
	worst := map[string]int{}
	for i := range opened {
		query := l.Query(d.world, d.draw).Encode()
		paths := []string{"/tickets?" + query, "/tickets/count?" + without(query)}
		if _, slow := more[l.Name]; slow && i >= 3 {
			paths = paths[:1]
		}
		for _, path := range paths {
			d.heard.take(d.t)
			get(d.t, d.url+httpapi.Prefix+path, d.tokens[l.Who])
			seen := map[string]int{}
			for _, p := range d.heard.take(d.t) {
				rows := map[string]int{}
				for _, walk := range p.Plan.read(rows) {
					out = append(out, path+": "+walk+": "+p.SQL)
				}
				for table, n := range rows {
					most := bound
					if strings.HasPrefix(table, "index of ") {
						most *= entries
					}
					seen[table] = max(seen[table], n)
					worst[table] = max(worst[table], n)
					if n > most {
						out = append(out, fmt.Sprintf("%s: %d rows of %s read, %d allowed: %s", path, n, table, most, p.SQL))
					}
				}
			}
			require.NotZero(d.t, seen["tickets"], "%s: the database told nothing of the requests", path)
		}
	}
	d.t.Log(l.Name, worst)
	return out
}

func without(query string) string {
	return regexp.MustCompile(`(^|&)(cursor|order|limit)=[^&]*`).ReplaceAllString(query, "")
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
