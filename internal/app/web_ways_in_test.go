package app_test

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/account"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/fault"
	"d24/internal/platform/httpapi"
)

const strongPassword = "Белка и 4 ореха"

// with sends a request with a session's token; goroutines may.
func (h *house) with(token, method, path string, body any) answer {
	h.t.Helper()
	head := http.Header{"Cookie": {httpapi.Cookie + "=" + token}}
	if body == nil {
		return h.send("", method, path, nil, head)
	}
	return h.send("", method, path, strings.NewReader(jsonOf(h.t, body)), head)
}

// enter signs in through the door and returns the session's and the device's tokens.
func (h *house) enter(body map[string]any, known string) (a answer, token, device string) {
	h.t.Helper()
	head := http.Header{}
	if known != "" {
		head.Set("Cookie", httpapi.KnownCookie+"="+known)
	}
	raw := jsonOf(h.t, body)
	a = h.send("", "POST", "/login", strings.NewReader(raw), head)
	return a, cookieFrom(a, httpapi.Cookie), cookieFrom(a, httpapi.KnownCookie)
}

func cookieFrom(a answer, name string) string {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// code is what an authenticator shows: RFC 6238 once more, written apart.
func code(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	require.NoError(t, err)
	m := hmac.New(sha1.New, key)
	_ = binary.Write(m, binary.BigEndian, at.Unix()/30)
	sum := m.Sum(nil)
	o := sum[19] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[o:])&0x7fffffff)%1_000_000)
}

// TestASecondFactor: enrolment, single use, recovery codes, five tries (A6).
func TestASecondFactor(t *testing.T) {
	t.Parallel()
	h := open(t)
	token := h.token("foreman")
	_, other, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman"}, "")
	h.fails("foreman", "POST", "/me/totp", map[string]any{"password": "wrong"}, 422, "password.wrong")
	h.fails("foreman", "POST", "/me/totp/confirm", map[string]any{"code": "123456"}, 409, "totp.not_started")
	e := h.ok("foreman", "POST", "/me/totp", map[string]any{"password": "foreman"})
	secret, _ := e.get(t, "secret").(string)
	require.Contains(t, e.get(t, "uri"), "secret="+secret)
	require.NotEmpty(t, e.get(t, "qr.path"))
	_, plain, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman"}, "")
	require.NotEmpty(t, plain, "nothing is asked before a code was shown")
	h.fails("foreman", "POST", "/me/totp/confirm", map[string]any{"code": "000000"}, 422, "totp.wrong")
	done := h.ok("foreman", "POST", "/me/totp/confirm", map[string]any{"code": code(t, secret, h.clock.Now())})
	fresh := cookieFrom(done, httpapi.Cookie)
	require.NotEmpty(t, fresh)
	for _, old := range []string{token, other, plain} {
		require.Equal(t, 401, h.with(old, "GET", "/me", nil).status, "a token from before the second factor is worth nothing")
	}
	require.Equal(t, 200, h.with(fresh, "GET", "/me", nil).status)
	var codes struct{ Codes []string }
	done.into(t, &codes)
	require.Len(t, codes.Codes, 10)

	in := func(code string) answer {
		a, _, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman", "code": code}, "")
		return a
	}
	ask := in("")
	require.Equal(t, "login.code_required", ask.get(t, "code"))
	require.Equal(t, "body.code", ask.get(t, "errors.0.location"))
	require.Equal(t, "login.code", in(code(t, secret, h.clock.Now())).get(t, "code"), "the code shown at the enrolment is used")
	h.clock.Set(h.clock.Now().Add(30 * time.Second))
	now := code(t, secret, h.clock.Now())
	require.Equal(t, 200, in(now[:3]+" "+now[3:]).status)
	require.Equal(t, "login.code", in(now).get(t, "code"), "a code is good once")
	require.Equal(t, 200, in(strings.ToUpper(codes.Codes[0])).status)
	require.Equal(t, "login.code", in(codes.Codes[0]).get(t, "code"), "so is a recovery code")
	h.clock.Set(h.clock.Now().Add(30 * time.Second))
	for range 2 {
		require.Equal(t, "login.code", in("111111").get(t, "code"))
	}
	require.Equal(t, "login.throttled", in(code(t, secret, h.clock.Now())).get(t, "code"), "after five wrong ones the right one does not help")
	h.clock.Set(h.clock.Now().Add(16 * time.Minute))
	require.Equal(t, 200, in(code(t, secret, h.clock.Now())).status)
	require.Zero(t, h.one(`select count(*) from recovery_codes where position($1 in encode(code_hash, 'escape')) > 0`, codes.Codes[1][:5]), "only hashes are kept")

	require.Equal(t, 409, h.with(fresh, "POST", "/me/totp", map[string]any{"password": "foreman"}).status)
	more := h.with(fresh, "POST", "/me/totp/codes", map[string]any{"password": "foreman"})
	require.Equal(t, 200, more.status, more.body)
	require.Equal(t, "login.code", in(codes.Codes[2]).get(t, "code"), "new codes in place of the old ones")
	require.Equal(t, 204, h.with(fresh, "POST", "/me/totp/remove", map[string]any{"password": "foreman"}).status)
	require.Equal(t, 200, in("").status)
	require.Equal(t, int64(3), h.one(`select count(*) from audit_entries where action in ('totp.on', 'totp.off', 'recovery.new') and actor = 'foreman'`))
}

// TestAPasswordIsChanged: other sessions end, this one has another token, weak ones are refused.
func TestAPasswordIsChanged(t *testing.T) {
	t.Parallel()
	h := open(t)
	was := h.token("manager")
	_, other, _ := h.enter(map[string]any{"login": "manager", "password": "manager"}, "")
	for password, why := range map[string]string{
		"short": "10 знаков", "aaaaaaaaaaaaab": "разных", "manager-2026-x": "логина", "password123!": "первых", "йцукенгшщзх": "первых", "0123456789012": "первых", strings.Repeat("Абв1", 60): "200",
	} {
		a := h.fails("manager", "POST", "/me/password", map[string]any{"current": "manager", "password": password}, 422, map[bool]string{true: "request.invalid", false: "password.weak"}[len([]rune(password)) > 200])
		if len([]rune(password)) <= 200 {
			require.Equal(t, "body.password", a.get(t, "errors.0.location"))
			require.Contains(t, a.get(t, "errors.0.message"), why)
		}
	}
	h.fails("manager", "POST", "/me/password", map[string]any{"current": "wrong", "password": strongPassword}, 422, "password.wrong")
	a := h.ok("manager", "POST", "/me/password", map[string]any{"current": "manager", "password": strongPassword})
	fresh := cookieFrom(a, httpapi.Cookie)
	require.Equal(t, 401, h.with(was, "GET", "/me", nil).status)
	require.Equal(t, 401, h.with(other, "GET", "/me", nil).status)
	require.Equal(t, 200, h.with(fresh, "GET", "/me", nil).status)
	old, _, _ := h.enter(map[string]any{"login": "manager", "password": "manager"}, "")
	require.Equal(t, "login.wrong", old.get(t, "code"))
	again, _, _ := h.enter(map[string]any{"login": "manager", "password": strongPassword}, "")
	require.Equal(t, 200, again.status)
}

// TestTheDoorGivesItsOwnToken is A5: no fixation, what a cookie says, only hashes kept,
// and the end of a session on every node at once.
func TestTheDoorGivesItsOwnToken(t *testing.T) {
	t.Parallel()
	h := open(t)
	fixed := h.send("", "POST", "/login", strings.NewReader(`{"login": "admin", "password": "admin"}`), http.Header{"Cookie": {httpapi.Cookie + "=chosen-by-a-stranger"}})
	require.Equal(t, 200, fixed.status)
	token := cookieFrom(fixed, httpapi.Cookie)
	require.NotEqual(t, "chosen-by-a-stranger", token)
	require.Equal(t, 401, h.with("chosen-by-a-stranger", "GET", "/me", nil).status)
	require.Len(t, token, 43, "256 bits")
	for _, c := range fixed.header["Set-Cookie"] {
		require.Contains(t, c, "HttpOnly")
		require.Contains(t, c, "SameSite=Lax")
		require.Contains(t, c, "Path=/")
		require.NotContains(t, c, "Domain")
	}
	require.Zero(t, h.one(`select count(*) from sessions where position($1 in encode(token_hash, 'escape')) > 0 or device = $1 or source = $1`, token))
	seen := map[string]bool{}
	for range 50 {
		_, token, known := h.enter(map[string]any{"login": "admin", "password": "admin"}, "")
		require.False(t, seen[token] || seen[known])
		seen[token], seen[known] = true, true
	}

	// The same over https: the cookies are bound to this host.
	_, secure := h.app.API(app.WebConfig{Secure: true, Log: quiet(), Hub: h.hub})
	a := h.through(secure, "POST", "/api/v1/login", `{"login": "admin", "password": "admin"}`)
	require.Equal(t, 200, a.status, a.body)
	for _, c := range a.header["Set-Cookie"] {
		require.True(t, strings.HasPrefix(c, "__Host-d24_"), c)
		require.Contains(t, c, "Secure")
	}
}

// TestAnEndedSessionIsOverOnEveryNode: two programs on one database, each remembers
// sessions; what one ends is over in the other within a second (A5).
func TestAnEndedSessionIsOverOnEveryNode(t *testing.T) {
	t.Parallel()
	h := open(t)
	second, err := app.New(app.Config{Pool: h.app.DB.Pool, Clock: h.clock, Log: quiet()})
	require.NoError(t, err)
	hub := newHub(t, second)
	_, far := second.API(app.WebConfig{Log: quiet(), Hub: hub})
	run(t, hub)
	member := h.user("foreman")
	for name, kill := range map[string]func(token string){
		"end others": func(string) {
			_, other, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman"}, "")
			require.Equal(t, 200, h.with(other, "POST", "/me/sessions/end-others", nil).status)
		},
		"a second factor": func(string) {
			_, other, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman"}, "")
			key, _ := h.with(other, "POST", "/me/totp", map[string]any{"password": "foreman"}).get(t, "secret").(string)
			require.Equal(t, 200, h.with(other, "POST", "/me/totp/confirm", map[string]any{"code": code(t, key, h.clock.Now())}).status)
		},
		"a reset of the second factor": func(string) {
			h.do(`insert into user_totp (user_id, secret, confirmed_at, created_at) values ($1, sha256('x'), $2, $2) on conflict do nothing`, member, noon)
			h.ok("admin", "POST", fmt.Sprintf("/users/%d/second-factor/ask", member), nil)
			h.ok("platform", "POST", fmt.Sprintf("/users/%d/second-factor/confirm?company_id=1", member), nil)
		},
		"removal":      func(string) { h.ok("admin", "POST", fmt.Sprintf("/users/%d/remove", member), nil) },
		"logout":       func(token string) { require.Equal(t, 204, h.with(token, "POST", "/logout", nil).status) },
		"block":        func(string) { h.ok("admin", "POST", fmt.Sprintf("/users/%d/block", member), nil) },
		"end sessions": func(string) { h.ok("admin", "POST", fmt.Sprintf("/users/%d/sessions/end", member), map[string]any{}) },
		"role": func(string) {
			h.ok("admin", "PUT", fmt.Sprintf("/users/%d/role", member), map[string]any{"role": "manager"})
		},
		"change password": func(token string) {
			require.Equal(t, 204, h.with(token, "POST", "/me/password", map[string]any{"current": "foreman", "password": strongPassword}).status)
		},
	} {
		h.do(`insert into company_users (company_id, user_id, role) values (1, $1, 'foreman') on conflict do nothing`, member)
		h.do(`delete from user_totp where user_id = $1`, member)
		h.ok("admin", "POST", fmt.Sprintf("/users/%d/unblock", member), nil)
		h.ok("admin", "PUT", fmt.Sprintf("/users/%d/role", member), map[string]any{"role": "foreman"})
		h.do(`update users set password_hash = $2 where id = $1`, member, account.Hash("foreman"))
		_, token, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman"}, "")
		look := func() int {
			return h.through(far, "GET", "/api/v1/me", "", httpapi.Cookie+"="+token).status
		}
		require.Equal(t, 200, look(), name)
		kill(token)
		began := clock.System{}.Now()
		for look() != 401 { // the other node remembers for a second of the turned clock, which stands: only the word of the database ends it
			require.Less(t, clock.System{}.Now().Sub(began), time.Second, name)
		}
	}
}

// TestGuessingIsBounded is A6: ten thousand guesses from a hundred addresses.
func TestGuessingIsBounded(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := context.Background()
	first, _, known := h.enter(map[string]any{"login": "admin", "password": "admin"}, "")
	require.Equal(t, 200, first.status)
	var looked, throttled atomic.Int64
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 2500 {
				_, err := h.app.Accounts.Login(ctx, account.Entry{Login: "Admin ", Password: fmt.Sprintf("guess-%d-%d", w, i), Source: fmt.Sprintf("192.0.2.%d", (w*2500+i)%100)})
				switch fault.CodeOf(err) {
				case "login.wrong":
					looked.Add(1)
				case "login.throttled":
					throttled.Add(1)
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(10), looked.Load())
	require.Equal(t, int64(9990), throttled.Load())
	stranger, _, _ := h.enter(map[string]any{"login": "admin", "password": "admin"}, "")
	require.Equal(t, "login.throttled", stranger.get(t, "code"), "even with the right password, from an unknown browser")
	owner, _, next := h.enter(map[string]any{"login": "admin", "password": "admin"}, known)
	require.Equal(t, 200, owner.status, "the owner's browser has a count of its own")
	require.NotEqual(t, known, next)
	forged, _, _ := h.enter(map[string]any{"login": "admin", "password": "admin"}, strings.Repeat("A", 43))
	require.Equal(t, 429, forged.status)
	for range 10 {
		_, _, _ = h.enter(map[string]any{"login": "admin", "password": "wrong"}, next)
	}
	locked, _, _ := h.enter(map[string]any{"login": "admin", "password": "admin"}, next)
	require.Equal(t, 429, locked.status, "but a stolen browser is no way round")
	h.clock.Set(h.clock.Now().Add(16 * time.Minute))
	later, _, _ := h.enter(map[string]any{"login": "admin", "password": "admin"}, "")
	require.Equal(t, 200, later.status)
}

// TestACodeLetsInOnceHoweverManyTry is A6: twenty at once with the same code of the
// authenticator, then with the same recovery code.
func TestACodeLetsInOnceHoweverManyTry(t *testing.T) {
	t.Parallel()
	h := open(t)
	key, codes := h.factored("foreman")
	h.clock.Set(h.clock.Now().Add(30 * time.Second))
	for _, code := range []string{code(t, key, h.clock.Now()), codes[0]} {
		var in atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := h.app.Accounts.Login(context.Background(), account.Entry{Login: "foreman", Password: "foreman", Code: code}); err == nil {
					in.Add(1)
				}
			})
		}
		all.Wait()
		require.Equal(t, int64(1), in.Load(), code)
		h.clock.Set(h.clock.Now().Add(16 * time.Minute))
	}
}

// TestNobodyLearnsWhoExists: the same words and the same work for a login that is there
// and one that is not (A6).
func TestNobodyLearnsWhoExists(t *testing.T) {
	h := open(t)
	h.do(`insert into users (login, name, password_hash, kind, created_at) select 'real-' || n, 'Кто-то', $2, 'company', $1 from generate_series(1, 100) n`, noon, account.Hash("x"))
	h.do(`insert into users (login, name, password_hash, kind, created_at) values ('by-key', 'С ключом', '', 'company', $1)`, noon)
	took := h.guesses(32)
	t.Logf("work of the processor: %v and %v; more for those that are there: %.1f deviations", middle(took["real"]), middle(took["none"]), ranks(took["real"], took["none"]))
	require.InDelta(t, 0, ranks(took["real"], took["none"]), 5, "without the decoy it is 6.9, whatever else the machine does")
	_, err := h.app.Accounts.Login(context.Background(), account.Entry{Login: "by-key"})
	require.Equal(t, "login.wrong", fault.CodeOf(err), "no password is not the empty password")
}

// guesses signs in with wrong passwords as n who are there and n who are not, in an order by
// chance, and tells the work of each: the time of the processor in this process, which does
// nothing else meanwhile. What is thrown away is swept up between them, out of the count.
func (h *house) guesses(n int) map[string][]time.Duration {
	h.t.Helper()
	_, _ = h.app.Accounts.Login(context.Background(), account.Entry{Login: "first", Password: "guess"}) // what is made once is made
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	order := slices.Concat(slices.Repeat([]string{"real"}, n), slices.Repeat([]string{"none"}, n))
	rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	took := map[string][]time.Duration{}
	for _, kind := range order {
		runtime.GC()
		began := processorTime(h.t)
		_, err := h.app.Accounts.Login(context.Background(), account.Entry{Login: fmt.Sprintf("%s-%d", kind, len(took[kind])+1), Password: "guess"})
		took[kind] = append(took[kind], processorTime(h.t)-began)
		require.Equal(h.t, "login.wrong: Логин или пароль не подходит.", err.Error())
	}
	return took
}

func middle(took []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(took))[len(took)/2]
}

// ranks is by how many deviations a is more than b (Mann and Whitney). When both come from the
// same work in an order by chance, beyond 5 it is once in a million, however the times are spread.
func ranks(a, b []time.Duration) float64 {
	wins := 0.0
	for _, x := range a {
		for _, y := range b {
			wins += float64(cmp.Compare(x, y)+1) / 2
		}
	}
	n, m := float64(len(a)), float64(len(b))
	return (wins - n*m/2) / math.Sqrt(n*m*(n+m+1)/12)
}

func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestNobodyTouchesAnothersWaysIn: one's own sessions and keys only.
func TestNobodyTouchesAnothersWaysIn(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.token("foreman")
	h.token("admin2")
	mine := h.ok("admin", "GET", "/me/sessions", nil)
	require.Equal(t, true, mine.get(t, "items.0.is_this"))
	require.NotContains(t, mine.body, "items.1")
	for _, login := range []string{"foreman", "admin2"} {
		id := h.one(`select max(id) from sessions where user_id = $1`, h.user(login))
		h.fails("admin", "POST", fmt.Sprintf("/me/sessions/%d/end", id), nil, 404, "session.not_found")
		h.ok(login, "GET", "/me", nil)
	}
	h.fails("admin", "POST", fmt.Sprintf("/users/%d/sessions/end", h.user("foreman")), map[string]any{"session_id": h.one(`select max(id) from sessions where user_id = $1`, h.user("admin2"))}, 404, "session.not_found")
	h.do(`insert into passkeys (user_id, credential_id, credential, name, created_at) values ($1, 'x', '{}', 'Ключ', $2)`, h.user("foreman"), noon)
	h.fails("admin", "POST", fmt.Sprintf("/me/passkeys/%d/remove", h.one(`select id from passkeys`)), nil, 404, "passkey.not_found")
	require.Equal(t, int64(1), h.one(`select count(*) from passkeys`))
	_, other, _ := h.enter(map[string]any{"login": "admin", "password": "admin"}, "")
	require.InDelta(t, 1, h.ok("admin", "POST", "/me/sessions/end-others", nil).get(t, "ended"), 0)
	require.Equal(t, 401, h.with(other, "GET", "/me", nil).status)
	h.ok("admin", "GET", "/me", nil)
	last := h.ok("foreman", "GET", "/me/sessions", nil).id(t, "items.0.id")
	h.ok("foreman", "POST", fmt.Sprintf("/me/sessions/%d/end", last), nil)
	h.fails("foreman", "GET", "/me", nil, 401, "login.required")
}
