package live_test

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
)

func TestWhoHearsWhat(t *testing.T) {
	t.Parallel()
	admin := access.Actor{Kind: access.Company, CompanyID: 1, Grants: []access.Grant{{CompanyID: 1}}}
	plumber := access.Actor{Kind: access.Company, CompanyID: 1, Grants: []access.Grant{{CompanyID: 1, ExecutorID: 7}}}
	operator := access.Actor{Kind: access.Operator, Companies: []int64{1}}
	own := access.Actor{Kind: access.Operator, CompanyID: 1, Companies: []int64{1}}
	for name, tt := range map[string]struct {
		actor access.Actor
		c     live.Change
		id    int64
		hears bool
	}{
		"own company":               {admin, live.Change{ID: 5, CompanyID: 1}, 5, true},
		"foreign company":           {admin, live.Change{ID: 5, CompanyID: 2}, 0, false},
		"our own affairs":           {admin, live.Change{ID: 5}, 0, false},
		"operator, team":            {operator, live.Change{ID: 5, CompanyID: 1}, 5, true},
		"operator, another team":    {operator, live.Change{ID: 5, CompanyID: 2}, 5, false},
		"operator, our own affairs": {operator, live.Change{ID: 5}, 5, true},
		"own operator":              {own, live.Change{Topic: "call", ID: 5, CompanyID: 1}, 5, true},
		"own operator, another's":   {own, live.Change{Topic: "call", ID: 5, CompanyID: 2}, 0, false},
		"own operator, a city's":    {own, live.Change{Topic: "call", ID: 5}, 0, false},
		"own operator, the floor":   {own, live.Change{Topic: "figures", ID: 5}, 0, true},
		"mine":                      {plumber, live.Change{ID: 5, CompanyID: 1, Facts: &access.Facts{CompanyID: 1, ExecutorID: 7}}, 5, true},
		"somebody else's":           {plumber, live.Change{ID: 5, CompanyID: 1, Facts: &access.Facts{CompanyID: 1, ExecutorID: 8}}, 5, false},
		"not known whose":           {plumber, live.Change{ID: 5, CompanyID: 1}, 0, true},
		"nobody":                    {access.Actor{}, live.Change{ID: 5}, 0, false},
	} {
		got, hears := tt.c.For(tt.actor)
		require.Equal(t, tt.hears, hears, name)
		if hears {
			require.Equal(t, tt.id, got.ID, name)
			require.Zero(t, got.CompanyID, name)
		}
	}
}

// TestStreamTellsAfterCommitAndEndsWithTheSession drives a real stream over a real NOTIFY.
func TestStreamTellsAfterCommitAndEndsWithTheSession(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(access.AsSystem(context.Background(), "test"))
	defer cancel()
	db := pgtest.New(t, clock.System{})
	hub := live.NewHub(db, slog.New(slog.DiscardHandler))
	done := make(chan struct{})
	go func() { hub.Run(ctx); close(done) }()
	var over atomic.Bool
	h := hub.Handler(clock.System{}, func(*http.Request, bool) bool { return !over.Load() })
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(access.With(r.Context(), access.Actor{Kind: access.Operator, UserID: 3, Companies: []int64{1}})))
	}))
	defer srv.Close()
	res, err := http.Get(srv.URL)
	require.NoError(t, err)
	defer res.Body.Close()
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	wait := func(want string) {
		t.Helper()
		deadline := time.After(20 * time.Second)
		for {
			select {
			case l, ok := <-lines:
				require.True(t, ok, "stream ended before %q", want)
				if strings.Contains(l, want) {
					return
				}
			case <-deadline:
				require.Fail(t, "not told", want)
			}
		}
	}
	wait("event: beat")
	wait(`"topic":"all"`) // the hub listens now
	require.NoError(t, pg.Do(ctx, db, func(tx *pg.Tx) error {
		return live.Tell(ctx, tx, live.Change{Topic: "ticket", ID: 42, CompanyID: 1})
	}))
	wait(`{"topic":"ticket","id":42}`)

	over.Store(true)
	require.NoError(t, pg.Do(ctx, db, func(tx *pg.Tx) error { return live.Tell(ctx, tx, live.Change{Topic: live.Session, ID: 3}) }))
	require.Eventually(t, func() bool { return hub.Streams() == 0 }, 20*time.Second, 10*time.Millisecond, "an ended session ends its streams")
	cancel()
	<-done
}
