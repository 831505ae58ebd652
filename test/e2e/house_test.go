// Package e2e runs the built program beside telephones, a provider and a browser
// that we did not write. No test double stands in these paths.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/httpapi"
	"d24/test/cluster"
	"d24/test/foreign"
	"d24/test/softphone"
	"d24/voip/media"
)

// binary is the program under test: D24_BIN, or built here once.
var binary string

// migrated is the database that houses copy; D24_BARE=1 has each make its own from nothing.
var migrated *cluster.Template

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "d24-e2e")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // another user runs it in one test, the database's passes through it
		return 1, err
	}
	migrated = cluster.New(filepath.Join(dir, "data"))
	if binary = os.Getenv("D24_BIN"); binary == "" {
		binary = filepath.Join(dir, "d24")
		if out, err := exec.Command("go", "build", "-o", binary, "d24/cmd/d24").CombinedOutput(); err != nil { //nolint:gosec // our own program
			return 1, fmt.Errorf("build: %w\n%s", err, out)
		}
	}
	flag.Parse()
	_ = flag.Set("test.parallel", "3") // what has no browser mostly waits for telephones
	return m.Run(), nil
}

// place is a set of addresses nobody else uses: every test has a third octet of its own.
var lastPlace atomic.Int32

type place struct{ n int32 }

func newPlace() place { return place{120 + lastPlace.Add(1)} }

func (p place) ip(last int) string { return fmt.Sprintf("127.0.%d.%d", p.n, last) }

// Who lives where.
const (
	atHouse = 1 + iota
	atX
	atY
	atResident
	atExecutor
	atCaller
)

// house is a running program with the demo city in it.
type house struct {
	t       *testing.T
	place   place
	dir     string
	sip     string
	page    string // http://host:port
	log     *foreign.Output
	cmd     *exec.Cmd
	exited  chan struct{}
	args    []string
	started func(*exec.Cmd)
	env     []string // besides the test's own
	binary  string   // another copy of the program; "": the common one
	dropped bool     // the test ends it by itself
	bare    bool     // it makes its database itself, or has none of its own
}

// newHouse starts the program; it is ready when this returns.
func newHouse(t *testing.T, p place, more ...string) *house {
	t.Helper()
	h := planHouse(t, p, more...)
	h.begin()
	return h
}

// planHouse chooses directory and addresses; begin starts it.
func planHouse(t *testing.T, p place, more ...string) *house {
	t.Helper()
	dir, err := os.MkdirTemp("", "d24-house") //nolint:usetesting // another user passes through it
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // the database's own user passes through it
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	h := &house{t: t, place: p, dir: filepath.Join(dir, "data"), log: &foreign.Output{}}
	ip := p.ip(atHouse)
	h.sip = fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "udp", ip))
	listen := fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "tcp", ip))
	h.page = "http://" + listen
	h.args = append([]string{
		"serve", "--demo", "--no-city", "--data", h.dir, "--listen", listen, "--sip", h.sip, "--webrtc", fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "udp", ip)),
		"--phone-api", fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "tcp", ip)), "--rtp-ports", "20000-20400",
	}, more...)
	return h
}

// begin is the first start; the program ends with the test.
func (h *house) begin() {
	h.t.Helper()
	h.t.Cleanup(func() {
		if h.t.Failed() {
			h.t.Logf("the program said:\n%s", h.log.Tail(6000))
		}
		h.stop()
	})
	if !h.bare && os.Getenv("D24_BARE") == "" {
		require.NoError(h.t, migrated.Copy(context.Background(), h.dir))
	}
	h.start()
}

func (h *house) start() {
	h.t.Helper()
	program := binary
	if h.binary != "" {
		program = h.binary
	}
	h.cmd = exec.Command(program, h.args...) //nolint:gosec // our own program
	h.cmd.Stdout, h.cmd.Stderr = h.log, h.log
	h.cmd.WaitDelay = time.Second // the engine of a killed program holds the pipe
	h.cmd.Env = append(append(os.Environ(), "D24_LOG_TEXT=true", "D24_DATABASE_URL="), h.env...)
	if h.started != nil {
		h.started(h.cmd)
	}
	require.NoError(h.t, h.cmd.Start())
	h.exited = make(chan struct{})
	go func(c *exec.Cmd, done chan struct{}) { _ = c.Wait(); close(done) }(h.cmd, h.exited)
	h.ready(4 * time.Minute) // the first makes and fills a database, beside other tests
}

func (h *house) ready(limit time.Duration) {
	h.t.Helper()
	eventually(h.t, limit, "the program is ready", func() bool {
		select {
		case <-h.exited:
			h.t.Fatalf("the program ended:\n%s", h.log.Tail(4000))
		default:
		}
		res, err := http.Get(h.page + "/readyz")
		if err != nil {
			return false
		}
		defer res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

// stop is Ctrl-C; everything the program started must go with it.
func (h *house) stop() {
	h.t.Helper()
	if h.dropped {
		return
	}
	_ = h.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-h.exited:
	case <-time.After(40 * time.Second):
		_ = h.cmd.Process.Kill()
		<-h.exited
		h.t.Errorf("Ctrl-C did not end the program:\n%s", h.log.Tail(3000))
	}
	if left := processes(h.dir); len(left) > 0 {
		h.t.Errorf("processes are left: %v", left)
	}
	if left := h.engines(); len(left) > 0 {
		h.t.Errorf("engines are left: %v", left)
	}
}

// processes finds those whose command line names the data directory.
func processes(dir string) (out []int) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range all {
		b, err := os.ReadFile(f)
		if err != nil || !strings.Contains(string(b), dir) {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(f, "/proc/%d/", &pid); err == nil && pid != os.Getpid() {
			out = append(out, pid)
		}
	}
	return out
}

// engine is the process of the phone engine.
func (h *house) engine() int {
	h.t.Helper()
	found := h.engines()
	require.Len(h.t, found, 1, "the engine's process")
	return found[0]
}

func (h *house) at(pid int, word string) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return err == nil && bytes.Contains(b, []byte(word))
}

func hasAll(b []byte, words ...string) bool {
	for _, w := range words {
		if !bytes.Contains(b, []byte(w)) {
			return false
		}
	}
	return true
}

// postgres is the process of the private database server.
func (h *house) postgres() int {
	h.t.Helper()
	for _, dir := range []string{"postgres/cluster"} {
		b, err := os.ReadFile(filepath.Join(h.dir, dir, "postmaster.pid"))
		if err == nil {
			var pid int
			_, err = fmt.Sscanf(string(b), "%d", &pid)
			require.NoError(h.t, err)
			return pid
		}
	}
	h.t.Fatal("no postmaster.pid")
	return 0
}

func eventually(t testing.TB, limit time.Duration, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !f(); time.Sleep(25 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}

// person is somebody signed in.
type person struct {
	h     *house
	http  *http.Client
	token string
}

func (h *house) login(login string) *person {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(h.t, err)
	p := &person{h: h, http: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
	p.do(http.MethodPost, "/login", map[string]string{"login": login, "password": login}, nil)
	u, err := url.Parse(h.page)
	require.NoError(h.t, err)
	for _, c := range jar.Cookies(u) {
		if c.Name == httpapi.Cookie {
			p.token = c.Value
		}
	}
	require.NotEmpty(h.t, p.token)
	return p
}

// try makes a request of the API.
func (p *person) try(method, path string, in, out any) (int, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return 0, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, p.h.page+httpapi.Prefix+path, body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := p.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return res.StatusCode, err
	}
	if res.StatusCode >= 300 {
		return res.StatusCode, fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, b)
	}
	if out == nil || len(b) == 0 {
		return res.StatusCode, nil
	}
	return res.StatusCode, json.Unmarshal(b, out)
}

func (p *person) do(method, path string, in, out any) {
	p.h.t.Helper()
	_, err := p.try(method, path, in, out)
	require.NoError(p.h.t, err)
}

// desk sits the operator down at his telephone, ready.
func (p *person) desk(voice *media.Prompt) *softphone.Phone {
	p.h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	s, err := softphone.Open(ctx, softphone.Options{URL: "ws" + strings.TrimPrefix(p.h.page, "http") + "/api/v1/desk/ws", Token: p.token, Cookie: httpapi.Cookie, Tab: "test", Voice: voice})
	require.NoError(p.h.t, err)
	p.h.t.Cleanup(s.Close)
	require.NoError(p.h.t, s.Ready(ctx))
	return s
}

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}
