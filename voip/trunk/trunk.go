// Package trunk keeps an account at a provider alive: registration with digest,
// or OPTIONS to a provider that trusts our address.
package trunk

import (
	"context"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	vsip "d24/voip/sip"
)

// Config of an account.
type Config struct {
	ID        string // our Contact's user is "t-<ID>": an incoming target names the trunk
	Host      string
	Port      int
	Transport string // udp, tcp
	Registers bool
	User      string
	Password  string
	Expiry    time.Duration // asked for; 60 s when zero
	// OnChange hears of every change: up, and why not.
	OnChange func(up bool, text string)
}

const (
	firstRetry = time.Second
	lastRetry  = time.Minute
	pingEvery  = 15 * time.Second
	tryFor     = 5 * time.Second
)

// Account is a running registration (or watch) at a provider.
type Account struct {
	cfg    Config
	s      *vsip.Stack
	cancel context.CancelFunc
	gone   chan struct{}
	mu     sync.Mutex
	known  bool
	up     bool
	text   string
}

// Start registers and keeps registered until Close.
func Start(s *vsip.Stack, cfg Config) *Account {
	if cfg.Expiry == 0 {
		cfg.Expiry = time.Minute
	}
	ctx, cancel := context.WithCancel(context.Background())
	a := &Account{cfg: cfg, s: s, cancel: cancel, gone: make(chan struct{})}
	go a.run(ctx)
	return a
}

// State says whether the provider answers, and why not.
func (a *Account) State() (up bool, text string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.up, a.text
}

// Close unregisters and stops.
func (a *Account) Close() {
	a.cancel()
	<-a.gone
}

func (a *Account) run(ctx context.Context) {
	defer close(a.gone)
	req, retry := a.request(), firstRetry
	for {
		wait, err := a.once(ctx, req)
		if ctx.Err() != nil {
			break
		}
		if err == "" {
			retry = firstRetry
			a.set(true, "")
		} else {
			a.set(false, err)
			if wait == 0 {
				wait, retry = retry, min(2*retry, lastRetry)
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
			continue
		}
		break
	}
	if up, _ := a.State(); up && a.cfg.Registers {
		a.cfg.Expiry = 0
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_, _ = a.once(ctx, req)
	}
}

func (a *Account) set(up bool, text string) {
	a.mu.Lock()
	changed := !a.known || a.up != up || a.text != text
	a.known, a.up, a.text = true, up, text
	a.mu.Unlock()
	if changed && a.cfg.OnChange != nil {
		a.cfg.OnChange(up, text)
	}
}

func (a *Account) request() *sip.Request {
	method := sip.REGISTER
	if !a.cfg.Registers {
		method = sip.OPTIONS
	}
	to := sip.Uri{Scheme: "sip", Host: a.cfg.Host, Port: a.cfg.Port}
	aor := sip.Uri{Scheme: "sip", User: a.cfg.User, Host: a.cfg.Host}
	req := sip.NewRequest(method, to)
	if strings.EqualFold(a.cfg.Transport, "tcp") {
		req.SetTransport("TCP")
	}
	from := &sip.FromHeader{Address: aor, Params: sip.NewParams()}
	from.Params.Add("tag", sip.GenerateTagN(16))
	req.AppendHeader(from)
	req.AppendHeader(&sip.ToHeader{Address: aor, Params: sip.NewParams()})
	addr := a.s.Addr()
	req.AppendHeader(&sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "t-" + a.cfg.ID, Host: addr.Addr().String(), Port: int(addr.Port())}})
	return req
}

// once registers (or pings) one time. It returns how long that lasts, or why it
// failed; a failure with a wait is to be repeated after just that long.
func (a *Account) once(ctx context.Context, req *sip.Request) (wait time.Duration, failed string) {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	for _, h := range []string{"Expires", "Authorization", "Proxy-Authorization", "Via"} {
		req.RemoveHeader(h)
	}
	if a.cfg.Registers {
		req.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(int(a.cfg.Expiry.Seconds()))))
	}
	c := a.s.Client()
	res, err := c.Do(ctx, req, sipgo.ClientRequestRegisterBuild)
	if err == nil && (res.StatusCode == 401 || res.StatusCode == 407) && a.cfg.Registers {
		res, err = c.DoDigestAuth(ctx, req, res, sipgo.DigestAuth{Username: a.cfg.User, Password: a.cfg.Password})
	}
	switch {
	case err != nil:
		return 0, "нет ответа от " + net.JoinHostPort(a.cfg.Host, strconv.Itoa(a.cfg.Port))
	case !a.cfg.Registers:
		return pingEvery, "" // any answer is a sign of life
	case res.StatusCode == 423:
		if h := res.GetHeader("Min-Expires"); h != nil {
			if n, err := strconv.Atoi(strings.TrimSpace(h.Value())); err == nil && n > 0 && n <= 86400 {
				a.cfg.Expiry = time.Duration(n) * time.Second
				return time.Millisecond, "срок регистрации мал"
			}
		}
		return 0, "423 без Min-Expires"
	case res.StatusCode == 401 || res.StatusCode == 403 || res.StatusCode == 407:
		return 0, "провайдер не принял имя или пароль"
	case res.StatusCode != 200:
		return 0, "провайдер ответил " + strconv.Itoa(res.StatusCode)
	}
	return a.granted(res) * 4 / 5, ""
}

// granted is the expiry of OUR contact among all bindings.
func (a *Account) granted(res *sip.Response) time.Duration {
	n := int(a.cfg.Expiry.Seconds())
	if h := res.GetHeader("Expires"); h != nil {
		if v, err := strconv.Atoi(strings.TrimSpace(h.Value())); err == nil {
			n = v
		}
	}
	for _, h := range res.GetHeaders("Contact") {
		_, v, ok := strings.Cut(strings.ToLower(h.Value()), "expires=")
		if !ok || !strings.Contains(h.Value(), "t-"+a.cfg.ID+"@") {
			continue
		}
		v, _, _ = strings.Cut(v, ";")
		v, _, _ = strings.Cut(v, ",")
		if e, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
			n = e
		}
	}
	return time.Duration(max(n, 2)) * time.Second
}
