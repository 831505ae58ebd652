package trunk_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"d24/voip/registrar"
	"d24/voip/rtp"
	"d24/voip/sip"
	"d24/voip/trunk"
)

func stack(t *testing.T, ip string, cfg sip.Config, friends ...string) *sip.Stack {
	t.Helper()
	a := netip.MustParseAddr(ip)
	cfg.Listen, cfg.Ports = netip.AddrPortFrom(a, 0), rtp.NewPorts(a, 33200, 33300)
	cfg.Log, cfg.Filter = slog.New(slog.DiscardHandler), sip.NewFilter()
	require.NoError(t, cfg.Filter.Set(friends))
	s, err := sip.Listen(cfg)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		require.True(t, time.Now().Before(deadline), what)
	}
}

// TestRefreshAndAShortTime: 423 Min-Expires, then refreshed at 80 %.
func TestRefreshAndAShortTime(t *testing.T) {
	r := registrar.New("provider", map[string]string{"trunk": "secret"})
	r.MinExpiry = 2 * time.Second
	var times atomic.Int64
	r.OnChange = func(_ string, _ registrar.Binding, up bool) {
		if up {
			times.Add(1)
		}
	}
	p := stack(t, "127.0.7.190", sip.Config{OnRegister: r.Register}, "127.0.7.191")
	us := stack(t, "127.0.7.191", sip.Config{}, "127.0.7.190")
	a := trunk.Start(us, trunk.Config{ID: "7", Host: "127.0.7.190", Port: int(p.Addr().Port()), Registers: true, User: "trunk", Password: "secret", Expiry: time.Second})
	eventually(t, "refreshed", func() bool { return times.Load() >= 3 })
	require.Equal(t, trunk.Registered, a.Status().Phase)
	b, ok := r.Lookup("trunk")
	require.True(t, ok)
	require.Equal(t, "t-7", b.Contact.User)
	a.Close()
	_, ok = r.Lookup("trunk")
	require.False(t, ok, "unregistered")
	require.Equal(t, trunk.Unregistered, a.Status().Phase)
}

// TestAProviderThatComesBack: silence is said in words; the account mends itself.
func TestAProviderThatComesBack(t *testing.T) {
	for _, registers := range []bool{true, false} {
		r := registrar.New("provider", map[string]string{"trunk": "secret"})
		us := stack(t, "127.0.7.193", sip.Config{}, "127.0.7.192")
		c, err := net.ListenPacket("udp", "127.0.7.192:0")
		require.NoError(t, err)
		port := c.LocalAddr().(*net.UDPAddr).Port
		changes := make(chan string, 100)
		a := trunk.Start(us, trunk.Config{
			ID: "7", Host: "127.0.7.192", Port: port, Registers: registers, User: "trunk", Password: "secret", PingEvery: 100 * time.Millisecond,
			OnChange: func(up bool, text string) { changes <- fmt.Sprint(up, " ", text) },
		})
		require.Equal(t, "false нет ответа от 127.0.7.192:"+strconv.Itoa(port), <-changes)
		require.Equal(t, trunk.Failed, a.Status().Phase)
		require.NoError(t, c.Close())
		ip := netip.MustParseAddr("127.0.7.192")
		f := sip.NewFilter()
		require.NoError(t, f.Set([]string{"127.0.7.193"}))
		p, err := sip.Listen(sip.Config{Listen: netip.AddrPortFrom(ip, uint16(port)), Ports: rtp.NewPorts(ip, 33200, 33300), Filter: f, OnRegister: r.Register})
		require.NoError(t, err)
		require.Equal(t, "true ", <-changes)
		a.Close()
		p.Close()
	}
}

func TestAnotherRefusal(t *testing.T) {
	p := stack(t, "127.0.7.194", sip.Config{OnRegister: func(req *lib.Request, tx lib.ServerTransaction) {
		_ = tx.Respond(lib.NewResponseFromRequest(req, 503, "Service Unavailable", nil))
	}}, "127.0.7.195")
	us := stack(t, "127.0.7.195", sip.Config{}, "127.0.7.194")
	a := trunk.Start(us, trunk.Config{ID: "7", Host: p.Addr().String(), Registers: true, User: "trunk", Password: "secret"})
	defer a.Close()
	eventually(t, "said", func() bool { up, text := a.State(); return !up && text == "провайдер ответил 503" })
}

// TestACheckDoesNotWaitForItsTime: the registration is good for a minute yet, and
// the provider is asked at once; its return is noticed within seconds.
func TestACheckDoesNotWaitForItsTime(t *testing.T) {
	var away atomic.Bool
	p := stack(t, "127.0.7.196", sip.Config{OnRegister: func(req *lib.Request, tx lib.ServerTransaction) {
		code := 200
		if away.Load() {
			code = 503
		}
		_ = tx.Respond(lib.NewResponseFromRequest(req, code, "", nil))
	}}, "127.0.7.197")
	us := stack(t, "127.0.7.197", sip.Config{}, "127.0.7.196")
	a := trunk.Start(us, trunk.Config{ID: "7", Host: p.Addr().String(), Registers: true, User: "trunk", Password: "secret"})
	defer a.Close()
	state := func(want bool) func() bool { return func() bool { up, _ := a.State(); return up == want } }
	eventually(t, "registered", state(true))
	away.Store(true)
	began := time.Now()
	a.Check()
	eventually(t, "found out", state(false))
	away.Store(false)
	eventually(t, "noticed", state(true))
	require.Less(t, time.Since(began), 20*time.Second)
}

// kamailio starts a provider we did not write; see testdata/kamailio.cfg.
func kamailio(t *testing.T, ip string) (port int) {
	t.Helper()
	text, err := os.ReadFile("testdata/kamailio.cfg")
	require.NoError(t, err)
	c, err := net.ListenPacket("udp", ip+":0")
	require.NoError(t, err)
	port = c.LocalAddr().(*net.UDPAddr).Port
	require.NoError(t, c.Close())
	dir, err := os.MkdirTemp("", "kam") //nolint:usetesting // unix sockets: the path must be short
	require.NoError(t, err)
	cfg := filepath.Join(dir, "kamailio.cfg")
	require.NoError(t, os.WriteFile(cfg, []byte(strings.NewReplacer("@IP@", ip, "@PORT@", strconv.Itoa(port)).Replace(string(text))), 0o600))
	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	cmd := exec.Command("kamailio", "-f", cfg, "-DD", "-E", "-m", "64", "-M", "8", "-w", dir, "-Y", dir)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // the main process ends its children
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
		if t.Failed() {
			b, _ := os.ReadFile(log.Name())
			t.Logf("kamailio: %s", b[max(0, len(b)-3000):])
		}
		_ = os.RemoveAll(dir)
	})
	return port
}

// TestAForeignProvider: Kamailio demands digest for REGISTER and INVITE, sends
// the calls to our number to our registration, and stays in between by
// Record-Route. Calls go both ways and are hung up from both ends.
func TestAForeignProvider(t *testing.T) {
	const prov = "127.0.7.196"
	port := kamailio(t, prov)
	legs := make(chan *sip.Leg, 2)
	us := stack(t, "127.0.7.197", sip.Config{OnInvite: func(l *sip.Leg) {
		if l.Answer() == nil {
			legs <- l
		}
	}}, prov)
	subscriber := stack(t, "127.0.7.198", sip.Config{OnInvite: func(l *sip.Leg) {
		if l.Answer() == nil {
			legs <- l
		}
	}}, prov)
	account := func(s *sip.Stack, id, user, password string) *trunk.Account {
		a := trunk.Start(s, trunk.Config{ID: id, Host: prov, Port: port, Registers: true, User: user, Password: password, Expiry: 60 * time.Second})
		t.Cleanup(a.Close)
		return a
	}
	ours, theirs, wrong := account(us, "5", "trunk1", "pw-trunk1"), account(subscriber, "r", "resident", "pw-resident"), account(us, "6", "trunk2", "guess")
	eventually(t, "registered", func() bool {
		a, _ := ours.State()
		b, _ := theirs.State()
		return a && b
	})
	eventually(t, "refused", func() bool {
		up, text := wrong.State()
		return !up && text == "провайдер не принял имя или пароль"
	})

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	dest := net.JoinHostPort(prov, strconv.Itoa(port))
	// a resident calls our number: in the target stands our registration
	out, de := subscriber.Dial(ctx, sip.Target{User: "78001000001", Host: prov, Dest: dest, From: "resident", FromHost: prov, Silence: 20 * time.Second})
	require.Nil(t, de)
	in := <-legs
	require.Equal(t, "78001000001", in.To())
	require.Equal(t, "t-5", in.Contact())
	require.Equal(t, "resident", in.From())
	out.Hangup()
	require.Equal(t, sip.Them, in.End().By)

	// we call a subscriber: 407 first
	out, de = us.Dial(ctx, sip.Target{User: "resident", Host: prov, Dest: dest, From: "trunk1", FromHost: prov, AuthUser: "trunk1", Password: "pw-trunk1", Silence: 20 * time.Second})
	require.Nil(t, de)
	in = <-legs
	in.Hangup()
	require.Equal(t, sip.Them, out.End().By)

	_, de = us.Dial(ctx, sip.Target{User: "resident", Host: prov, Dest: dest, From: "trunk1", FromHost: prov, AuthUser: "trunk1", Password: "wrong", Silence: 20 * time.Second})
	require.Equal(t, 407, de.Code)
	_, de = us.Dial(ctx, sip.Target{User: "nobody", Host: prov, Dest: dest, From: "trunk1", FromHost: prov, AuthUser: "trunk1", Password: "pw-trunk1", Silence: 20 * time.Second})
	require.Equal(t, 404, de.Code)
	require.Zero(t, us.Live())
	require.Zero(t, subscriber.Live())
}
