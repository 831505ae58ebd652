package httpapi

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"d24/internal/access"
	"d24/internal/clock"
)

// Rates are how many requests of the API a minute are let through, a quarter of them at
// once; 0: any number. Each process of the web role counts its own.
type Rates struct {
	Token   int // of one token
	Person  int // of one signed-in person, all his screens together
	Address int // of one network address from which nobody has signed in
}

const (
	maxCounted = 20_000 // whoever does not fit is counted together with the others who do not
	sweepEvery = time.Second
)

// Limiter counts requests. Its memory is bounded, whatever comes.
type Limiter struct {
	rates Rates
	clock clock.Clock
	mu    sync.Mutex
	full  map[caller]time.Time // when the caller will owe nothing again
	swept time.Time
}

// caller is whom requests are counted of: a token, a person, an address.
type caller struct {
	kind byte
	id   int64
	from string
}

// NewLimiter returns a limiter.
func NewLimiter(r Rates, c clock.Clock) *Limiter {
	return &Limiter{rates: r, clock: c, full: map[caller]time.Time{}}
}

// of is whom a request is counted of and the rate of such; 0: it is not counted. The
// operators' desk and the telephone behind it are never held up by a count.
func (l *Limiter) of(r *http.Request, a access.Actor) (caller, int) {
	switch {
	case !strings.HasPrefix(r.URL.Path, Prefix+"/"), a.Kind == access.Operator && strings.HasPrefix(r.URL.Path, Prefix+"/desk/"):
		return caller{}, 0
	case a.TokenID != 0:
		return caller{kind: 't', id: a.TokenID}, l.rates.Token
	case a.UserID != 0:
		return caller{kind: 'p', id: a.UserID}, l.rates.Person
	}
	return caller{kind: 'a', from: a.Source}, l.rates.Address
}

// wait counts a request; 0: it is let through, otherwise after how long the next one will be.
func (l *Limiter) wait(r *http.Request, a access.Actor) time.Duration {
	who, rate := l.of(r, a)
	if rate <= 0 {
		return 0
	}
	each := time.Minute / time.Duration(rate)
	burst := each * time.Duration(max(rate/4, 1))
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.full[who]; !known && len(l.full) >= maxCounted {
		l.sweep(now)
		if len(l.full) >= maxCounted {
			who = caller{kind: who.kind}
		}
	}
	owes := max(l.full[who].Sub(now), 0)
	if over := owes + each - burst; over > 0 {
		return over
	}
	l.full[who] = now.Add(owes + each)
	return 0
}

// sweep forgets those who owe nothing: they are as if they had never come.
func (l *Limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < sweepEvery {
		return
	}
	l.swept = now
	for who, full := range l.full {
		if !full.After(now) {
			delete(l.full, who)
		}
	}
}

// limited wraps what is served; the actor is known by then.
func (l *Limiter) limited(next http.Handler) http.Handler {
	if l == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wait := l.wait(r, access.From(r.Context()))
		if wait == 0 {
			next.ServeHTTP(w, r)
			return
		}
		seconds := int(math.Ceil(wait.Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		tooMany(r, seconds).Write(w)
	})
}

func tooMany(r *http.Request, seconds int) *Problem {
	p := &Problem{Status: http.StatusTooManyRequests, Code: "request.too_many", Detail: "Слишком много запросов подряд. Повторите через " + strconv.Itoa(seconds) + " с."}
	if lang, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ","); strings.HasPrefix(strings.ToLower(strings.TrimSpace(lang)), "en") {
		p.Detail = "Too many requests in a row. Try again in " + strconv.Itoa(seconds) + " s."
	}
	return p
}
