package sip_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/sip"
)

// TestTheBalancerBeforeTwoEngines runs Kamailio with docs/kamailio.cfg: calls of a provider
// arrive at the engine that takes them; when the shift changes, at the other one; a stranger
// is not answered; a call lives on at the engine that has it.
func TestTheBalancerBeforeTwoEngines(t *testing.T) {
	t.Parallel()
	const at, a, b, me = "127.0.7.90:5060", "127.0.7.91", "127.0.7.92", "127.0.7.93"
	var duty atomic.Int32 // which engine takes calls
	legs := make(chan *sip.Leg, 4)
	engine := func(n int32, ip string) *sip.Stack {
		return stack(t, ip, sip.Config{
			Admit: func(string, bool) time.Duration {
				if duty.Load() != n {
					return time.Second
				}
				return 0
			},
			OnInvite: func(l *sip.Leg) { _ = l.Answer(); legs <- l },
		}, "127.0.7.90", me)
	}
	one, two := engine(1, a), engine(2, b)
	duty.Store(1)
	provider := stack(t, me, sip.Config{}, "127.0.7.90", a, b)
	stranger := stack(t, "127.0.7.94", sip.Config{}, "127.0.7.90")
	balancer(t, at, fmt.Sprintf("1 sip:%s\n1 sip:%s\n2 sip:%s:5060\n", one.Addr(), two.Addr(), me))
	call := func(from *sip.Stack) (*sip.Leg, *sip.DialError) {
		return from.Dial(context.Background(), sip.Target{User: "79000000002", Host: at, Dest: at, From: "79000000001"})
	}
	talk := func() (out, in *sip.Leg) {
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
			out, de := call(provider)
			if de == nil {
				return out, <-legs
			}
			require.True(t, time.Now().Before(end), "%v", de)
		}
	}
	out, in := talk()
	require.Equal(t, 1, one.Live())
	duty.Store(2)
	out2, in2 := talk()
	require.Equal(t, 1, two.Live(), "the new call is at the other engine")
	require.Equal(t, 1, one.Live(), "the talk lives on")
	out.Hangup()
	<-in.Done()
	require.Equal(t, sip.ByBye, in.End().Cause, "its end finds it")
	in2.Hangup()
	<-out2.Done()
	_, de := call(stranger)
	require.NotNil(t, de)
	require.True(t, de.Silent, "a stranger is not answered: %v", de)
}

// balancer runs Kamailio with the configuration of the documentation.
func balancer(t *testing.T, listen, list string) {
	t.Helper()
	dir := t.TempDir()
	raw, err := os.ReadFile("../../docs/kamailio.cfg")
	require.NoError(t, err)
	cfg := strings.NewReplacer("udp:LISTEN", "udp:"+listen, "@LISTEN", "@"+listen, `"DISPATCHER"`, `"`+filepath.Join(dir, "list")+`"`).Replace(string(raw))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "list"), []byte(list), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cfg"), []byte(cfg), 0o600))
	c := exec.Command("kamailio", "-DD", "-E", "-m", "32", "-M", "4", "-Y", dir, "-P", filepath.Join(dir, "pid"), "-f", filepath.Join(dir, "cfg")) //nolint:gosec // a test's own file
	var said strings.Builder
	c.Stdout, c.Stderr, c.Dir = &said, &said, dir
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	c.WaitDelay = time.Second
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		_ = c.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	eventually(t, "kamailio listens", func() bool {
		l, err := net.ListenPacket("udp", listen)
		if err == nil {
			_ = l.Close()
		}
		return err != nil
	})
}
