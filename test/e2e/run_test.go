package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/pg/pgtest"
	"d24/internal/seed"
	"d24/test/foreign"
)

// d24 runs the program to its end.
func d24(t *testing.T, env []string, args ...string) (said string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, binary, args...) //nolint:gosec // our own program
	c.Env = append(append(os.Environ(), "D24_DATABASE_URL=", "D24_LOG_TEXT=true", "D24_LOG_LEVEL=error"), env...)
	out, err := c.CombinedOutput()
	require.NoError(t, ctx.Err(), "it does not end: %s", out)
	return string(out), err
}

// cityArgs are the addresses of a demo city of the test's own.
func (p place) cityArgs(t *testing.T) []string {
	t.Helper()
	page := fmt.Sprintf("%s:%d", p.ip(atHouse), foreign.FreePort(t, "tcp", p.ip(atHouse)))
	return []string{"--city-x", p.ip(atX) + ":5060", "--city-y", p.ip(atY) + ":5060", "--city-page", page}
}

// TestAStrangerRunsItTwice is `make run`: everything comes up with its city, the
// addresses, the logins and what to try are printed, every login enters; Ctrl-C in
// the terminal (SIGINT to the whole group) leaves nothing behind, and the second
// run finds the data of the first, in a path of 200 characters too.
func TestAStrangerRunsItTwice(t *testing.T) {
	t.Parallel()
	p := newPlace()
	h := planHouse(t, p, append([]string{"--no-city=false"}, p.cityArgs(t)...)...)
	h.dir = filepath.Join(filepath.Dir(h.dir), strings.Repeat("глубоко/", 10), strings.Repeat("x", 60), "data")
	require.Greater(t, len(h.dir), 200)
	h.args = append(h.args, "--data", h.dir)
	h.bare = true
	h.started = func(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
	h.begin()
	eventually(t, 30*time.Second, "it says what to try", func() bool { return strings.Contains(h.log.String(), "Попробуйте") })
	for _, l := range seed.Logins {
		require.Contains(t, h.log.String(), l.Login)
		require.Contains(t, h.log.String(), l.Who)
		h.login(l.Login)
	}
	require.Contains(t, h.log.String(), "http://"+strings.TrimPrefix(h.page, "http://"))
	h.trunkUp("operator", "Транк X")
	h.trunkUp("operator", "Транк Y")
	op := h.login("operator")
	made := op.flood("")
	listens := func() int { return strings.Count(h.log.String(), "the phone engine listens") }
	before := listens()
	require.NoError(t, syscall.Kill(h.engine(), syscall.SIGKILL))
	eventually(t, 30*time.Second, "the engine comes back beside the city, whose addresses are taken", func() bool { return listens() > before })
	h.ready(30 * time.Second)
	h.trunkUp("operator", "Транк X")

	postgres := h.postgres()
	require.NoError(t, syscall.Kill(-h.cmd.Process.Pid, syscall.SIGINT))
	select {
	case <-h.exited:
	case <-time.After(30 * time.Second):
		t.Fatalf("Ctrl-C did not end it:\n%s", h.log.Tail(3000))
	}
	require.True(t, h.cmd.ProcessState.Success(), "%s\n%s", h.cmd.ProcessState, h.log.Tail(3000))
	require.Empty(t, processes(h.dir), "nothing is left")
	require.Error(t, syscall.Kill(postgres, 0), "nor PostgreSQL")

	h.start()
	require.Equal(t, made.Number, h.login("operator").ticket(made.ID).Number, "the second run finds the data of the first")
}

// TestBusyAddressesAreNamed: the program ends at once and says all of them.
func TestBusyAddressesAreNamed(t *testing.T) {
	t.Parallel()
	ip := newPlace().ip(atHouse)
	page, err := net.Listen("tcp", ip+":0")
	require.NoError(t, err)
	defer page.Close()
	sip, err := net.ListenPacket("udp", ip+":0")
	require.NoError(t, err)
	defer sip.Close()
	args := []string{
		"--data", filepath.Join(t.TempDir(), "data"), "--listen", page.Addr().String(), "--sip", sip.LocalAddr().String(),
		"--webrtc", fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "udp", ip)), "--phone-api", fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "tcp", ip)),
	}
	said, err := d24(t, nil, append([]string{"serve"}, args...)...)
	require.Error(t, err)
	require.Contains(t, said, "страницы: адрес "+page.Addr().String()+" занят другой программой")
	require.Contains(t, said, "SIP по UDP: адрес "+sip.LocalAddr().String()+" занят")
	said, err = d24(t, nil, append([]string{"doctor"}, args...)...)
	require.Error(t, err)
	require.Contains(t, said, "✗ страницы")
	require.Contains(t, said, "✗ SIP по UDP")
	require.Contains(t, said, "✓ SIP по TCP")
	said, err = d24(t, nil, "serve", "--data", filepath.Join(t.TempDir(), "data"), "--listen", "192.0.2.1:8024")
	require.Error(t, err)
	require.Contains(t, said, "адреса 192.0.2.1:8024 на этой машине нет")
}

// TestWhatIsMissingIsNamed: no PostgreSQL, no voice.
func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	ip := newPlace().ip(atHouse)
	dir := filepath.Join(t.TempDir(), "data")
	env := []string{"PATH=" + t.TempDir(), "D24_PG_BIN=" + t.TempDir()}
	args := []string{"--data", dir, "--listen", fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "tcp", ip)), "--sip", fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "udp", ip)), "--webrtc", ip + ":8025", "--phone-api", ip + ":8026"}
	said, err := d24(t, env, append([]string{"doctor"}, args...)...)
	require.Error(t, err)
	require.Contains(t, said, "нет программ postgres и initdb")
	require.Contains(t, said, "apt-get install espeak-ng")
	said, err = d24(t, env, append([]string{"serve"}, args...)...)
	require.Error(t, err)
	require.Contains(t, said, "нет программ postgres и initdb")
	said, err = d24(t, []string{"D24_DATABASE_URL=postgres://d24:sehr-geheim@db/d24"}, "config")
	require.NoError(t, err)
	require.Contains(t, said, "postgres://d24:***@db/d24")
	require.NotContains(t, said, "geheim")
}

// TestSeed fills the private database without a program, and beside a working one.
func TestSeed(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "d24-seed") //nolint:usetesting // another user passes through it
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // the database's own user passes through it
	said, err := d24(t, nil, "seed", "--demo", "--data", filepath.Join(dir, "data"))
	require.NoError(t, err, said)
	require.Contains(t, said, "наполнена")
	require.Empty(t, processes(dir))
	h := newHouse(t, newPlace())
	said, err = d24(t, nil, "seed", "--demo", "--data", h.dir)
	require.NoError(t, err, said)
	require.Contains(t, said, "уже есть компании")
}

// role is one process of several that share a database.
func (h *house) role(name, db string, more ...string) *house {
	h.t.Helper()
	r := *h
	r.log = &foreign.Output{}
	args := append([]string{"serve", "--role", name, "--data", h.dir}, more...)
	r.cmd = exec.Command(binary, args...) //nolint:gosec // our own program
	r.cmd.Stdout, r.cmd.Stderr = r.log, r.log
	r.cmd.Env = append(os.Environ(), "D24_LOG_TEXT=true", "D24_DATABASE_URL="+db)
	require.NoError(h.t, r.cmd.Start())
	r.exited = make(chan struct{})
	go func() { _ = r.cmd.Wait(); close(r.exited) }()
	h.t.Cleanup(func() {
		_ = r.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-r.exited:
		case <-time.After(30 * time.Second):
			_ = r.cmd.Process.Kill()
			h.t.Errorf("the role %s does not end:\n%s", name, r.log.Tail(2000))
		}
		if h.t.Failed() {
			h.t.Logf("%s said:\n%s", name, r.log.Tail(3000))
		}
	})
	return &r
}

// TestThreeProcessesAndOneDatabase: web, work and phone apart, with a PostgreSQL of
// somebody else. A request saved through the one is dialled by the other because
// the third gave out the step.
func TestThreeProcessesAndOneDatabase(t *testing.T) {
	t.Parallel()
	p := newPlace()
	db := ownDatabase(t)
	x := startKamailio(t, p.ip(atX), seed.UserX, seed.PasswordX, line, map[string]string{seed.MemberPhone(0, 0): sippExecutor(t, p.ip(atExecutor), 486)})
	said, err := d24(t, []string{"D24_DATABASE_URL=" + db}, append([]string{"seed", "--demo"}, trunkArgs(x.addr, nowhere(t, p.ip(atY)))...)...)
	require.NoError(t, err, said)

	ip := p.ip(atHouse)
	listen := fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "tcp", ip))
	h := &house{t: t, place: p, dir: filepath.Join(t.TempDir(), "data"), page: "http://" + listen}
	web := h.role("web", db, "--listen", listen)
	eventually(t, 20*time.Second, "the pages are there", func() bool { return ask(h.page+"/healthz") == http.StatusOK })
	require.Equal(t, http.StatusServiceUnavailable, ask(h.page+"/readyz"), "no engine, no workers: not ready")
	h.role("work", db)
	h.role("phone", db, "--node", "phone-1", "--sip", fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "udp", ip)), "--rtp-ports", "20000-20400",
		"--webrtc", fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "udp", ip)), "--phone-api", fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "tcp", ip)))
	web.ready(30 * time.Second)
	h.trunkUp("operator", "Транк X")
	op := h.login("operator")
	desk := op.desk(nil)
	op.flood("")
	v, err := desk.Call(within(t, 20*time.Second), "ringing")
	require.NoError(t, err)
	require.Equal(t, "handover", v.Purpose)
	desk.Do(within(t, time.Second), "answer", v.Key)
	eventually(t, 20*time.Second, "the executor's phone was rung and is busy", func() bool {
		for _, c := range op.calls() {
			if c.Phone == seed.MemberPhone(0, 0) && c.Outcome == "busy" {
				return true
			}
		}
		return false
	})
}

func ask(at string) int {
	res, err := http.Get(at) //nolint:gosec // our own program
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// ownDatabase is made the way docs/operations.md says: its owner migrates, the
// program's login is bound by the fence.
func ownDatabase(t *testing.T) string {
	t.Helper()
	ctx := t.Context()
	name := fmt.Sprintf("d24_e2e_%d", os.Getpid())
	run := func(url string, qs ...string) {
		c, err := pgx.Connect(ctx, url)
		require.NoError(t, err)
		defer c.Close(ctx)
		for _, q := range qs {
			_, err = c.Exec(ctx, q)
			require.NoError(t, err)
		}
	}
	run(pgtest.URL("postgres"), "create database "+name, "create role "+name+" login password 'secret'")
	t.Cleanup(func() {
		ctx = context.WithoutCancel(ctx)
		run(pgtest.URL("postgres"), "drop database "+name+" with (force)", "drop role "+name)
	})
	u, err := url.Parse(pgtest.URL(name))
	require.NoError(t, err)
	u.User = url.UserPassword(name, "secret")
	said, err := d24(t, []string{"D24_DATABASE_OWNER_URL=" + pgtest.URL(name), "D24_DATABASE_URL=" + u.String()}, "migrate")
	require.NoError(t, err, said)
	run(pgtest.URL(name), "grant d24_journal, d24_desk, d24_system to "+name)
	return u.String()
}

// children are the processes that a process has started.
func children(pid int) (out []int) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	for _, f := range strings.Fields(string(b)) {
		if n, err := strconv.Atoi(f); err == nil {
			out = append(out, n)
		}
	}
	return out
}
