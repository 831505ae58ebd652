package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock/clocktest"
	"d24/internal/fault"
)

// doorman knows people by cookies "p7" and programs by tokens "t7".
type doorman struct{}

func (doorman) Actor(_ context.Context, token string) (a access.Actor, err error) {
	if _, err := fmt.Sscanf(token, "p%d", &a.UserID); err != nil {
		return a, fault.New(fault.Login, "login.required", "")
	}
	a.Kind = access.Company
	if a.UserID > 100 {
		a.Kind = access.Operator
	}
	return a, nil
}

func (doorman) Bearer(_ context.Context, token, _ string) (a access.Actor, err error) {
	if _, err := fmt.Sscanf(token, "t%d", &a.TokenID); err != nil {
		return a, fault.New(fault.Login, "token.invalid", "")
	}
	a.Kind, a.UserID = access.Company, 1
	return a, nil
}

// TestRequestsAreCounted: by token, by person, by the address of who has not signed in; each
// has his own count, a quarter of a minute's may come at once, and what is let through again
// is told in seconds, in the language asked for. Pages and the operators' desk are not counted.
func TestRequestsAreCounted(t *testing.T) {
	t.Parallel()
	c := clocktest.New(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC))
	l := NewLimiter(Rates{Token: 40, Person: 80, Address: 20}, c)
	h := Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), doorman{}, l, slog.New(slog.DiscardHandler))
	ask := func(who, path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr = "192.0.2.1:9"
		switch who[0] {
		case 'p':
			r.AddCookie(&http.Cookie{Name: Cookie, Value: who})
		case 't':
			r.Header.Set("Authorization", "Bearer "+who)
		case 'a':
			r.RemoteAddr = who[1:] + ":9"
		}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	const path = Prefix + "/tickets"
	through := func(who, path string, tries int) (n int) {
		for range tries {
			if ask(who, path).Code == http.StatusOK {
				n++
			}
		}
		return n
	}
	require.Equal(t, 10, through("t1", path, 50))
	require.Equal(t, 10, through("t2", path, 50), "each token has its own count")
	require.Equal(t, 20, through("p1", path, 50), "and its person his own")
	require.Equal(t, 5, through("a198.51.100.1", path, 50))
	require.Equal(t, 5, through("twrong", path, 50), "a token that does not fit is counted by its address")
	require.Equal(t, 1000, through("p7", "/assets/app.js", 1000))
	require.Equal(t, 1000, through("p101", Prefix+"/desk/tasks", 1000), "the operators' desk is never held up")
	require.Equal(t, 20, through("p101", path, 50))

	w := ask("t1", path)
	require.Equal(t, http.StatusTooManyRequests, w.Code)
	require.Equal(t, "2", w.Header().Get("Retry-After")) // one and a half, rounded up
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	require.Contains(t, w.Body.String(), `"code":"request.too_many"`)
	require.Contains(t, w.Body.String(), "Повторите через 2 с.")
	require.Contains(t, ask("t1", path, "Accept-Language", "en-GB,ru").Body.String(), "Try again in 2 s.")
	c.Set(c.Now().Add(1500 * time.Millisecond))
	require.Equal(t, 1, through("t1", path, 5))
	c.Set(c.Now().Add(time.Hour))
	require.Equal(t, 10, through("t1", path, 50), "no more than a quarter is saved up")
}

// TestTheCountersMemoryIsBounded: addresses without end take no more than their place; who
// was held up before is held up still.
func TestTheCountersMemoryIsBounded(t *testing.T) {
	t.Parallel()
	c := clocktest.New(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC))
	l := NewLimiter(Rates{Address: 20}, c)
	ask := func(from string) bool {
		return l.wait(httptest.NewRequest(http.MethodGet, Prefix+"/login", nil), access.Actor{Source: from}) == 0
	}
	for range 6 {
		ask("bad")
	}
	require.False(t, ask("bad"))
	through := 0
	for i := range 3 * maxCounted {
		if ask(strings.Repeat("x", 10) + fmt.Sprint(i)) {
			through++
		}
	}
	require.LessOrEqual(t, len(l.full), maxCounted+1)
	require.Equal(t, maxCounted-1+5, through, "those who do not fit share one count")
	require.False(t, ask("bad"))
	c.Set(c.Now().Add(time.Minute))
	require.True(t, ask("another"), "who owes nothing makes room")
	require.Less(t, len(l.full), 10)

	free := NewLimiter(Rates{}, c)
	for range 1000 {
		require.Zero(t, free.wait(httptest.NewRequest(http.MethodGet, Prefix+"/login", nil), access.Actor{Source: "any"}))
	}
	require.Empty(t, free.full)
}
