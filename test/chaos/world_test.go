package chaos

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"d24/city"
	"d24/internal/access"
	"d24/internal/clock"
	"d24/internal/platform/pg"
	"d24/internal/platform/pgembed"
	"d24/internal/seed"
	"d24/test/cluster"
)

// pace divides the waits that companies set: ten minutes are two and a half here. What the
// program needs to recover, and what operators need to speak, is not divided.
const pace = 4

// binary is the program under test: D24_BIN, or built here once.
var binary string

// migrated is the database that worlds copy.
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
	dir, err := os.MkdirTemp("", "d24-chaos")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the database's own user passes through it
		return 1, err
	}
	migrated = cluster.New(filepath.Join(dir, "data"))
	if binary = os.Getenv("D24_BIN"); binary == "" {
		binary = filepath.Join(dir, "d24")
		if out, err := exec.Command("go", "build", "-o", binary, "d24/cmd/d24").CombinedOutput(); err != nil { //nolint:gosec // our own program
			return 1, fmt.Errorf("build: %w\n%s", err, out)
		}
	}
	return m.Run(), nil
}

// node is one process of the program; it is started again a moment after it ended,
// as a service manager would.
type node struct {
	name string
	args []string
	env  []string
	w    *world
	stop chan struct{}
	done chan struct{}
	dead sync.Once

	mu  sync.Mutex
	cmd *exec.Cmd
	log bytes.Buffer
	// kept is the whole log, where D24_CHAOS_LOGS names a directory for who looks for a cause
	kept *os.File
}

const restartAfter = 300 * time.Millisecond

func (n *node) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.kept != nil {
		_, _ = n.kept.Write(b)
	}
	if n.log.Len() > 1<<20 {
		n.log.Reset()
	}
	return n.log.Write(b)
}

func (n *node) tail() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.log.String()
	return s[max(0, len(s)-2500):]
}

func (n *node) keep() {
	defer close(n.done)
	for {
		c := exec.Command(binary, n.args...) //nolint:gosec // our own program
		c.Stdout, c.Stderr, c.Env = n, n, n.env
		c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		ended := make(chan struct{})
		if err := c.Start(); err != nil {
			panic(err)
		}
		n.mu.Lock()
		n.cmd = c
		n.mu.Unlock()
		go func() { _ = c.Wait(); close(ended) }()
		select {
		case <-n.stop:
			_ = c.Process.Signal(syscall.SIGTERM)
			select {
			case <-ended:
			case <-time.After(20 * time.Second):
				_ = c.Process.Kill()
				<-ended
			}
			return
		case <-ended:
		}
		select {
		case <-n.stop:
			return
		case <-time.After(restartAfter):
		}
	}
}

// bury kills the process for good.
func (n *node) bury() {
	n.dead.Do(func() { n.signal(syscall.SIGKILL); close(n.stop) })
	<-n.done
}

func (n *node) signal(sig syscall.Signal) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd != nil {
		_ = n.cmd.Process.Signal(sig)
	}
}

// world is the whole program in parts, on one PostgreSQL, with its city.
type world struct {
	t        *testing.T
	dir      string
	pg       *pgembed.Server
	pool     *pgxpool.Pool
	nodes    map[string]*node
	web      []string // addresses of pages
	phones   []string // nodes of the role
	city     *city.City
	ledger   *Ledger
	verdicts string         // what was judged, printed again when it failed
	placed   sync.WaitGroup // calls of residents
	wire     *wire          // to the database; nil: none stands between
	mu       sync.Mutex
	rnd      *rand.Rand
}

func (w *world) chance(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rnd.IntN(n)
}

const net3 = "127.0.196"

func free(t *testing.T, network, ip string) int {
	t.Helper()
	if network == "tcp" {
		l, err := net.Listen("tcp", ip+":0")
		require.NoError(t, err)
		defer l.Close()
		return l.Addr().(*net.TCPAddr).Port
	}
	c, err := net.ListenPacket("udp", ip+":0")
	require.NoError(t, err)
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}

// newWorld starts the program: pages and workers twice, engines as many as asked for.
func newWorld(t *testing.T, seedOf uint64, engines int, before ...func(*world)) *world {
	t.Helper()
	return newWorldOn(t, seedOf, engines, func(string) bool { return true }, before...)
}

// newWorldOn is newWorld on a disk that is made for it; nil: it cannot be.
func newWorldOn(t *testing.T, seedOf uint64, engines int, disk func(dir string) bool, before ...func(*world)) *world {
	t.Helper()
	dir, err := os.MkdirTemp("", "d24-chaos") //nolint:usetesting // the database's own user passes through it
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // the same
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	w := &world{t: t, dir: filepath.Join(dir, "data"), nodes: map[string]*node{}, rnd: rand.New(rand.NewPCG(seedOf, 1))} //nolint:gosec // a play, not a secret
	w.ledger, err = OpenLedger(filepath.Join(dir, "ledger.jsonl"))
	require.NoError(t, err)
	t.Cleanup(w.ledger.Close)
	t.Cleanup(func() {
		if t.Failed() { // behind the logs of the programs, where it is seen
			t.Log(w.verdicts)
		}
	})
	if !disk(w.dir) {
		return nil
	}
	w.database()
	x, y := netip.MustParseAddrPort(net3+".2:5060"), netip.MustParseAddrPort(net3+".3:5060")
	w.people(x, y, seedOf)
	for _, f := range before {
		f(w)
	}
	t.Cleanup(w.end)
	for n := range 2 {
		w.page(n)
		w.begin(fmt.Sprintf("work-%d", n+1), "work")
	}
	for n := range engines {
		w.phone(n)
	}
	w.ready(90 * time.Second)
	return w
}

// database is PostgreSQL with the schema and the demo city's data.
func (w *world) database() {
	ctx := w.t.Context()
	require.NoError(w.t, migrated.Copy(ctx, w.dir))
	s, err := pgembed.Start(ctx, pgembed.Config{DataDir: w.dir, Log: slog.New(slog.DiscardHandler)})
	require.NoError(w.t, err)
	w.pg = s
	w.t.Cleanup(s.Stop)
	pool, err := pgxpool.New(ctx, s.OwnerURL())
	require.NoError(w.t, err)
	w.pool = pool
	w.t.Cleanup(pool.Close)
}

func (w *world) people(x, y netip.AddrPort, seedOf uint64) {
	cfg := city.Demo(x, y)
	cfg.Seed = seedOf
	c, err := city.New(cfg)
	require.NoError(w.t, err)
	w.city = c
	for _, s := range c.Subscribers() { // a dispatcher's ten minutes are short here: nobody lets it ring for long
		if s.Role == city.ExecutorRole {
			s.Behave(city.Behaviour{Do: city.Accept, After: city.Duration(time.Second)})
		}
	}
	w.t.Cleanup(c.Close)
	ctx := access.AsSystem(w.t.Context(), "chaos")
	app, err := pg.Open(ctx, w.pg.AppURL(), 2)
	require.NoError(w.t, err)
	defer app.Close()
	db := &pg.DB{Pool: app, Clock: clock.System{}}
	_, err = seed.Demo(ctx, db, seed.Trunks{HostX: x.Addr().String(), PortX: int(x.Port()), HostY: y.Addr().String(), PortY: int(y.Port())})
	require.NoError(w.t, err)
	require.NoError(w.t, seed.Pace(ctx, db, pace))
}

func (w *world) begin(name, role string, args ...string) {
	url := w.pg.AppURL()
	if w.wire != nil {
		url = w.wire.url
	}
	n := &node{
		name: name, w: w, stop: make(chan struct{}), done: make(chan struct{}),
		args: append([]string{"serve", "--role", role, "--node", name, "--data", w.dir}, args...),
		env:  append(os.Environ(), "D24_LOG_TEXT=true", "D24_DATABASE_URL="+url),
	}
	if dir := os.Getenv("D24_CHAOS_LOGS"); dir != "" {
		f, err := os.Create(filepath.Join(dir, name+".log")) //nolint:gosec // ours
		require.NoError(w.t, err)
		w.t.Cleanup(func() { _ = f.Close() })
		n.kept = f
	}
	w.nodes[name] = n
	go n.keep()
}

// end stops everything, telephones first: an engine waits for its calls.
func (w *world) end() {
	w.city.Close()
	for _, n := range w.nodes {
		n.dead.Do(func() { close(n.stop) })
	}
	for name, n := range w.nodes {
		<-n.done
		if w.t.Failed() {
			w.t.Logf("%s said:\n%s", name, n.tail())
		}
	}
}

func (w *world) page(n int) {
	ip := fmt.Sprintf("%s.%d", net3, 10+n)
	at := fmt.Sprintf("%s:%d", ip, free(w.t, "tcp", ip))
	w.web = append(w.web, "http://"+at)
	w.begin(fmt.Sprintf("web-%d", n+1), "web", "--listen", at)
}

func (w *world) phone(n int) {
	ip := fmt.Sprintf("%s.%d", net3, 20+n)
	name := fmt.Sprintf("phone-%d", n+1)
	w.phones = append(w.phones, name)
	w.begin(name, "phone", "--sip", fmt.Sprintf("%s:%d", ip, free(w.t, "udp", ip)), "--rtp-ports", "20000-21000",
		"--webrtc", fmt.Sprintf("%s:%d", ip, free(w.t, "udp", ip)), "--phone-api", fmt.Sprintf("%s:%d", ip, free(w.t, "tcp", ip)))
}

// ready waits until pages, workers, engine and trunks are there.
func (w *world) ready(limit time.Duration) {
	w.t.Helper()
	end := time.Now().Add(limit)
	for !w.whole() {
		if time.Now().After(end) {
			w.t.Fatalf("not whole within %s", limit)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (w *world) whole() bool {
	for _, at := range w.web {
		if status(at+"/readyz") != http.StatusOK {
			return false
		}
	}
	for _, p := range w.city.Providers() {
		if !p.Registered() {
			return false
		}
	}
	return w.duty("active") != ""
}

var quick = &http.Client{Timeout: 3 * time.Second}

func status(at string) int {
	res, err := quick.Get(at) //nolint:noctx // bounded by its client
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// postgres are the processes of the server.
func (w *world) postgres() (pids []int) {
	pid := w.pg.Pid()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err == nil {
		for _, f := range bytes.Fields(b) {
			var child int
			if _, err := fmt.Sscan(string(f), &child); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return append(pids, pid)
}

// ask reads rows of the database, which may be away for a moment.
func ask[T any](ctx context.Context, w *world, scan func(row func(...any) error) (T, error), q string, args ...any) (out []T, err error) {
	for range 50 {
		if out, err = askOnce(ctx, w, scan, q, args...); err == nil || ctx.Err() != nil {
			return out, err
		}
		time.Sleep(200 * time.Millisecond)
	}
	return out, err
}

func askOnce[T any](ctx context.Context, w *world, scan func(row func(...any) error) (T, error), q string, args ...any) (out []T, err error) {
	rows, err := w.pool.Query(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func one[T any](row func(...any) error) (v T, err error) {
	err = row(&v)
	return v, err
}
