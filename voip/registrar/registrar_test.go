package registrar_test

import (
	"context"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
	"github.com/stretchr/testify/require"

	"d24/voip/registrar"
	"d24/voip/rtp"
	"d24/voip/sip"
)

func stack(t *testing.T, ip string, cfg sip.Config, friends ...string) *sip.Stack {
	t.Helper()
	a := netip.MustParseAddr(ip)
	cfg.Listen, cfg.Ports = netip.AddrPortFrom(a, 0), rtp.NewPorts(a, 33000, 33100)
	cfg.Log, cfg.Filter = slog.New(slog.DiscardHandler), sip.NewFilter()
	require.NoError(t, cfg.Filter.Set(friends))
	s, err := sip.Listen(cfg)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// phone is a stack that registers.
type phone struct {
	*sip.Stack
	at   string
	user string
}

func (p phone) register(t *testing.T, expires string, more ...lib.Header) *lib.Request {
	t.Helper()
	req := p.Request(lib.REGISTER, p.user, p.at, "", "")
	req.AppendHeader(p.Contact(p.user, ""))
	req.AppendHeader(lib.NewHeader("Expires", expires))
	for _, h := range more {
		req.AppendHeader(h)
	}
	return req
}

func (p phone) do(t *testing.T, req *lib.Request, password string) *lib.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	res, err := p.Do(ctx, req, p.user, password)
	require.NoError(t, err)
	return res
}

func TestRegistration(t *testing.T) {
	r := registrar.New("d24", map[string]string{"op1": "secret"})
	seen := make(chan bool, 10)
	r.OnChange = func(_ string, _ registrar.Binding, up bool) { seen <- up }
	s := stack(t, "127.0.7.180", sip.Config{OnRegister: r.Register}, "127.0.7.181")
	p := phone{stack(t, "127.0.7.181", sip.Config{}, "127.0.7.180"), s.Addr().String(), "op1"}

	res := p.do(t, p.register(t, "60"), "secret")
	require.Equal(t, 200, res.StatusCode)
	require.Equal(t, "60", res.GetHeader("Expires").Value())
	require.True(t, <-seen)
	b, ok := r.Lookup("op1")
	require.True(t, ok)
	require.Equal(t, p.Addr().String(), b.Source)

	res = p.do(t, p.register(t, "100000"), "secret")
	require.Equal(t, "300", res.GetHeader("Expires").Value(), "no longer than 5 minutes")
	require.True(t, <-seen)
	require.Equal(t, 200, p.do(t, p.register(t, "0"), "secret").StatusCode)
	require.False(t, <-seen)
	_, ok = r.Lookup("op1")
	require.False(t, ok)

	require.Equal(t, 200, p.do(t, p.register(t, "1"), "secret").StatusCode)
	deadline := time.Now().Add(20 * time.Second)
	for ok = true; ok && time.Now().Before(deadline); _, ok = r.Lookup("op1") {
		time.Sleep(10 * time.Millisecond)
	}
	require.False(t, ok, "it runs out")

	require.Equal(t, 200, p.do(t, p.register(t, "60"), "secret").StatusCode)
	r.SetUsers(nil)
	_, ok = r.Lookup("op1")
	require.False(t, ok, "a user that is gone is not registered")
}

// TestGuessersLearnNothing: S8: the same answer to a wrong password and a wrong name.
func TestGuessersLearnNothing(t *testing.T) {
	r := registrar.New("d24", map[string]string{"op1": "secret", "op2": "other"})
	s := stack(t, "127.0.7.182", sip.Config{OnRegister: r.Register}, "127.0.7.183")
	p := phone{stack(t, "127.0.7.183", sip.Config{}, "127.0.7.182"), s.Addr().String(), "op1"}
	wrong := p.do(t, p.register(t, "60"), "guess")
	p.user = "nobody"
	unknown := p.do(t, p.register(t, "60"), "guess")
	require.Equal(t, 401, wrong.StatusCode)
	require.Equal(t, wrong.StatusCode, unknown.StatusCode)
	require.Equal(t, wrong.Reason, unknown.Reason)
	_, ok := r.Lookup("op1")
	require.False(t, ok)

	p.user = "op1" // op1 may not speak for op2
	req := p.Request(lib.REGISTER, "op2", p.at, "", "")
	req.AppendHeader(p.Contact("op2", ""))
	require.Equal(t, 403, p.do(t, req, "secret").StatusCode)
}

// TestNoncesAreUsedOnce: a recorded REGISTER cannot be sent again.
func TestNoncesAreUsedOnce(t *testing.T) {
	r := registrar.New("d24", map[string]string{"op1": "secret"})
	s := stack(t, "127.0.7.184", sip.Config{OnRegister: r.Register}, "127.0.7.185")
	p := phone{stack(t, "127.0.7.185", sip.Config{}, "127.0.7.184"), s.Addr().String(), "op1"}
	asked := p.do(t, p.register(t, "60"), "")
	ch, err := digest.ParseChallenge(asked.GetHeader("WWW-Authenticate").Value())
	require.NoError(t, err)
	proof := func(n int) lib.Header {
		uri := p.register(t, "60").Recipient
		c, err := digest.Digest(ch, digest.Options{Method: "REGISTER", URI: uri.Addr(), Username: "op1", Password: "secret", Count: n})
		require.NoError(t, err)
		return lib.NewHeader("Authorization", c.String())
	}
	first := proof(1)
	require.Equal(t, 200, p.do(t, p.register(t, "60", first), "").StatusCode)
	again := p.do(t, p.register(t, "60", first), "")
	require.Equal(t, 401, again.StatusCode, "the same proof")
	require.Contains(t, again.GetHeader("WWW-Authenticate").Value(), "stale=true")
	require.Equal(t, 200, p.do(t, p.register(t, "60", proof(2)), "").StatusCode, "the next count")
	require.Equal(t, 401, p.do(t, p.register(t, "60", proof(1)), "").StatusCode, "an older count")
	ch.Nonce = "made up"
	require.Contains(t, p.do(t, p.register(t, "60", proof(1)), "").GetHeader("WWW-Authenticate").Value(), "stale=true")
	require.Equal(t, 401, p.do(t, p.register(t, "60", lib.NewHeader("Authorization", "NoOneKnowsThisScheme opaque-data=here")), "").StatusCode)
}

func TestAnInviteMustBeProved(t *testing.T) {
	r := registrar.New("d24", map[string]string{"trunk": "secret"})
	who := make(chan string, 10)
	s := stack(t, "127.0.7.186", sip.Config{
		Authorise: func(req *lib.Request, tx lib.ServerTransaction) bool {
			user, ok := r.Prove(req, tx)
			if ok {
				who <- user
			}
			return ok
		},
		OnInvite: func(l *sip.Leg) { _ = l.Answer() },
	}, "127.0.7.187")
	p := stack(t, "127.0.7.187", sip.Config{}, "127.0.7.186")
	to := sip.Target{User: "1", Host: s.Addr().String(), From: "2", AuthUser: "trunk", Password: "secret", Silence: 20 * time.Second}
	for range 3 {
		l, de := p.Dial(context.Background(), to)
		require.Nil(t, de)
		l.Hangup()
	}
	for range 3 {
		require.Equal(t, "trunk", <-who)
	}
	to.Password = "wrong"
	_, de := p.Dial(context.Background(), to)
	require.Equal(t, 407, de.Code)
	to.Password = ""
	_, de = p.Dial(context.Background(), to)
	require.Equal(t, 407, de.Code)
	var err error = de
	require.ErrorAs(t, err, &de)
	require.Eventually(t, func() bool { return s.Live() == 0 }, 10*time.Second, 10*time.Millisecond, "the last BYE may still be on its way")
	require.Empty(t, who, "wrong proofs are not believed")
}
