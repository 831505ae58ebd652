// Package trunk keeps an account at a provider alive: registration with digest,
// or OPTIONS to a provider that trusts our address.
package trunk

import (
	"context"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	vsip "d24/voip/sip"
)

// Config of an account.
type Config struct {
	ID        string // our Contact's user is "t-<ID>": an incoming target names the trunk
	Host      string // domain of the account
	Port      int    // 0: 5060
	Dest      string // host:port to send to, when it differs (an outbound proxy)
	Transport string // udp (also when empty), tcp
	Registers bool   // false: the provider trusts our address and is only asked whether it lives
	User      string
	AuthUser  string // when it differs from User
	Password  string
	Expiry    time.Duration // asked for; 60 s when zero
	PingEvery time.Duration // how often the provider is asked by OPTIONS whether it lives; 5 s when zero
	// OnChange hears of every change: up, and in words why not. It runs on the
	// account's goroutine and must not call Close.
	OnChange func(up bool, text string)
}

// Phase of an account.
type Phase string

// The closed set of phases.
const (
	Unregistered Phase = "unregistered" // not yet answered, or closed
	Registered   Phase = "registered"   // the provider answers
	Failed       Phase = "failed"       // it does not, or refuses: Text says why
)

// Status is what is known of an account.
type Status struct {
	Phase Phase
	Text  string    // in words, "" when all is well
	Since time.Time // of this phase and text
	Pong  time.Time // when it last answered OPTIONS; zero: never
	Mute  bool      // nobody answered where it was asked last: not even a refusal
}

const (
	firstRetry  = time.Second
	lastRetry   = 5 * time.Second // of a provider that is away: its return is noticed within seconds
	refusedFor  = time.Minute     // of one who refuses us: asking again and again gets us banned
	closeWithin = 2 * time.Second
	// A dead provider is known within 15 s (R17): a question of a second ago was
	// answered, the next is not, and neither is the registration that then decides.
	pingEvery = 5 * time.Second
	pingFor   = 2 * time.Second
	tryFor    = 4 * time.Second
)

const refused = "провайдер не принял имя или пароль"

// Account is a running registration (or watch) at a provider.
type Account struct {
	cfg    Config
	s      *vsip.Stack
	cancel context.CancelFunc
	gone   chan struct{}
	check  chan struct{}
	rests  atomic.Bool
	mu     sync.Mutex
	status Status
}

// Start registers and keeps registered until Close.
func Start(s *vsip.Stack, cfg Config) *Account {
	if cfg.Expiry == 0 {
		cfg.Expiry = time.Minute
	}
	if cfg.PingEvery == 0 {
		cfg.PingEvery = pingEvery
	}
	if cfg.AuthUser == "" {
		cfg.AuthUser = cfg.User
	}
	ctx, cancel := context.WithCancel(context.Background())
	a := &Account{cfg: cfg, s: s, cancel: cancel, gone: make(chan struct{}), check: make(chan struct{}, 1), status: Status{Phase: Unregistered, Since: time.Now()}}
	go a.run(ctx)
	return a
}

// State says whether the provider answers, and why not.
func (a *Account) State() (up bool, text string) {
	st := a.Status()
	return st.Phase == Registered, st.Text
}

// Status says all that is known of the account.
func (a *Account) Status() Status {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.status
}

// Close unregisters and stops. It waits for the provider at most 2 s.
func (a *Account) Close() {
	a.cancel()
	<-a.gone
}

func (a *Account) run(ctx context.Context) {
	defer close(a.gone)
	req, retry := a.request(), firstRetry
	for {
		if a.rests.Load() {
			a.sleep(ctx, lastRetry)
			if ctx.Err() != nil {
				break
			}
			continue
		}
		wait, failed := a.once(ctx, req, a.cfg.Expiry)
		if ctx.Err() != nil {
			break
		}
		if failed == "" {
			retry = firstRetry
			a.set(Registered, "")
		} else if wait == 0 {
			a.set(Failed, failed)
			limit := lastRetry
			if failed == refused {
				limit = refusedFor
			}
			wait, retry = min(retry, limit), min(2*retry, refusedFor)
		}
		if failed == "" && a.cfg.Registers {
			a.hold(ctx, wait)
		} else {
			a.sleep(ctx, wait)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if up, _ := a.State(); up && a.cfg.Registers {
		last, cancel := context.WithTimeout(context.Background(), closeWithin)
		defer cancel()
		_, _ = a.once(last, req, 0)
	}
	a.mu.Lock()
	a.status = Status{Phase: Unregistered, Since: time.Now()}
	a.mu.Unlock()
}

// Check asks the provider at once, not when its time has come: something tells that
// it does not work.
func (a *Account) Check() {
	select {
	case a.check <- struct{}{}:
	default: // it is being asked
	}
}

// Rest keeps the registration as it is and refreshes it no more: another engine of ours
// takes it over, and many a provider keeps the latest one alone.
func (a *Account) Rest() { a.rests.Store(true) }

// sleep waits; early: it was asked to look at once, or ctx ended.
func (a *Account) sleep(ctx context.Context, d time.Duration) (early bool) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return true
	case <-a.check:
		return true
	case <-t.C:
		return false
	}
}

// hold keeps a registration until it is to be renewed. A provider that used to answer
// OPTIONS and does not any more is asked for a registration at once: that decides.
func (a *Account) hold(ctx context.Context, wait time.Duration) {
	ping := a.s.Request(sip.OPTIONS, a.cfg.User, a.host(), a.cfg.Dest, a.cfg.Transport)
	for end := time.Now().Add(wait); ; {
		left := time.Until(end)
		if left <= a.cfg.PingEvery {
			a.sleep(ctx, left)
			return
		}
		if a.sleep(ctx, a.cfg.PingEvery) {
			return
		}
		if !a.ping(ctx, ping) && !a.Status().Pong.IsZero() {
			a.mu.Lock()
			a.status.Pong = time.Time{} // it may be one that answers no OPTIONS any more
			a.mu.Unlock()
			return
		}
	}
}

// ping asks by OPTIONS; any answer is a sign of life.
func (a *Account) ping(ctx context.Context, req *sip.Request) bool {
	ctx, cancel := context.WithTimeout(ctx, pingFor)
	defer cancel()
	vsip.Again(req)
	if _, err := a.s.Do(ctx, req, a.cfg.AuthUser, a.cfg.Password); err != nil {
		return false
	}
	a.pong()
	return true
}

func (a *Account) pong() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status.Pong = time.Now()
}

func (a *Account) heard(answer bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status.Mute = !answer
}

func (a *Account) set(p Phase, text string) {
	a.mu.Lock()
	changed := a.status.Phase != p || a.status.Text != text
	if changed {
		a.status.Phase, a.status.Text, a.status.Since = p, text, time.Now()
	}
	a.mu.Unlock()
	if changed && a.cfg.OnChange != nil {
		a.cfg.OnChange(p == Registered, text)
	}
}

func (a *Account) host() string {
	if a.cfg.Port == 0 {
		return a.cfg.Host
	}
	return net.JoinHostPort(a.cfg.Host, strconv.Itoa(a.cfg.Port))
}

// request is used again and again: one Call-ID, a growing CSeq (RFC 3261, 10.2.4).
func (a *Account) request() *sip.Request {
	if !a.cfg.Registers {
		return a.s.Request(sip.OPTIONS, a.cfg.User, a.host(), a.cfg.Dest, a.cfg.Transport)
	}
	req := a.s.Request(sip.REGISTER, a.cfg.User, a.host(), a.cfg.Dest, a.cfg.Transport)
	req.AppendHeader(a.s.Contact("t-"+a.cfg.ID, a.cfg.Transport))
	return req
}

// once registers (or pings) one time. It returns how long that lasts, or in
// words why it failed; a failure with a wait is to be repeated after just that.
func (a *Account) once(ctx context.Context, req *sip.Request, expiry time.Duration) (wait time.Duration, failed string) {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	for _, h := range []string{"Expires", "Authorization", "Proxy-Authorization"} {
		req.RemoveHeader(h)
	}
	if a.cfg.Registers {
		req.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(int(expiry.Seconds()))))
	}
	vsip.Again(req)
	res, err := a.s.Do(ctx, req, a.cfg.AuthUser, a.cfg.Password)
	a.heard(err == nil)
	if err != nil {
		return 0, "нет ответа от " + a.host()
	}
	switch {
	case !a.cfg.Registers:
		a.pong()
		return a.cfg.PingEvery, "" // any answer is a sign of life
	case res.StatusCode == 423:
		return a.longer(res)
	case res.StatusCode == 401 || res.StatusCode == 403 || res.StatusCode == 407:
		return 0, refused
	case res.StatusCode != 200:
		return 0, "провайдер ответил " + strconv.Itoa(res.StatusCode)
	}
	return a.granted(res) * 4 / 5, ""
}

// longer asks for the time the provider wants at least.
func (a *Account) longer(res *sip.Response) (time.Duration, string) {
	if h := res.GetHeader("Min-Expires"); h != nil {
		n, err := strconv.Atoi(strings.TrimSpace(h.Value()))
		if d := time.Duration(n) * time.Second; err == nil && d > a.cfg.Expiry && d <= 24*time.Hour {
			a.cfg.Expiry = d
			return time.Millisecond, "срок регистрации мал"
		}
	}
	return 0, "провайдер ответил 423"
}

// granted is the expiry of OUR contact among all bindings.
func (a *Account) granted(res *sip.Response) time.Duration {
	n := int(a.cfg.Expiry.Seconds())
	if h := res.GetHeader("Expires"); h != nil {
		if v, err := strconv.Atoi(strings.TrimSpace(h.Value())); err == nil {
			n = v
		}
	}
	ours := "t-" + a.cfg.ID + "@"
	for _, h := range res.GetHeaders("Contact") {
		at := strings.Index(h.Value(), ours)
		if at < 0 {
			continue
		}
		// several bindings may stand in one header: look from ours to the next
		v, _, _ := strings.Cut(strings.ToLower(h.Value()[at:]), ",")
		if _, v, ok := strings.Cut(v, "expires="); ok {
			v, _, _ = strings.Cut(v, ";")
			if e, err := strconv.Atoi(strings.Trim(strings.TrimSpace(v), `"`)); err == nil {
				n = e
			}
		}
	}
	return time.Duration(max(n, 2)) * time.Second
}
