package chaos

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"
)

// wire stands between the program and its database, and fails as wires do.
type wire struct {
	w    *world
	l    net.Listener
	to   string // PostgreSQL's socket
	url  string // what the program is told
	down atomic.Bool
	// oneIn cuts one commit in so many; 0: none. deadly: the next one kills PostgreSQL.
	oneIn  atomic.Int64
	deadly atomic.Bool
	cuts   atomic.Int64
	mu     sync.Mutex
	open   map[net.Conn]bool
}

// commit is the message a driver ends a transaction with.
var commit = []byte("Q\x00\x00\x00\x0bcommit\x00")

// throughAWire is for newWorld: every part reaches its database through it.
func throughAWire(w *world) {
	t := w.t
	u, err := url.Parse(w.pg.AppURL())
	require.NoError(t, err)
	l, err := net.Listen("tcp", net3+".40:0")
	require.NoError(t, err)
	x := &wire{w: w, l: l, to: filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432"), open: map[net.Conn]bool{}}
	u.Host, u.RawQuery = l.Addr().String(), "sslmode=disable"
	x.url = u.String()
	w.wire = x
	go x.accept()
	t.Cleanup(func() { _ = l.Close(); x.cutAll() })
}

func (x *wire) accept() {
	for {
		c, err := x.l.Accept()
		if err != nil {
			return
		}
		if x.down.Load() {
			_ = c.Close()
			continue
		}
		go x.join(c)
	}
}

func (x *wire) join(c net.Conn) {
	s, err := net.Dial("unix", x.to)
	if err != nil {
		_ = c.Close()
		return
	}
	x.mu.Lock()
	x.open[c], x.open[s] = true, true
	x.mu.Unlock()
	end := sync.OnceFunc(func() {
		x.mu.Lock()
		delete(x.open, c)
		delete(x.open, s)
		x.mu.Unlock()
		_ = c.Close()
		_ = s.Close()
	})
	go func() { defer end(); pump(c, s) }()
	defer end()
	b := make([]byte, 64<<10)
	for {
		n, err := c.Read(b)
		if err != nil {
			return
		}
		how := goesOn
		if bytes.Contains(b[:n], commit) {
			how = x.fate()
		}
		if how != neverSent {
			if _, err := s.Write(b[:n]); err != nil {
				return
			}
		}
		if how != goesOn {
			return
		}
	}
}

func pump(to, from net.Conn) {
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// What becomes of a commit.
const (
	goesOn    = iota
	neverSent // the database never heard it
	unheard   // done maybe, and the program does not hear of it
)

func (x *wire) fate() int {
	if x.deadly.CompareAndSwap(true, false) {
		x.cuts.Add(1)
		go func() {
			for _, pid := range x.w.postgres() {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}()
		return unheard
	}
	n := int(x.oneIn.Load())
	if n == 0 || x.w.chance(n) > 0 {
		return goesOn
	}
	x.cuts.Add(1)
	if x.w.chance(4) == 0 {
		return neverSent
	}
	return unheard
}

func (x *wire) cutAll() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for c := range x.open {
		_ = c.Close()
	}
}

// away takes the database away for so long, as the ledger knows it.
func (x *wire) away(d time.Duration) (from, to time.Time) {
	x.w.ledger.Write(Entry{Kind: FaultInjected, Key: stopPostgres})
	from = time.Now()
	x.down.Store(true)
	x.cutAll()
	pause(x.w.t.Context(), d)
	x.down.Store(false)
	to = time.Now()
	for end := to.Add(time.Minute); !x.w.whole() && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
	}
	x.w.ledger.Write(Entry{Kind: FaultRecovered, Key: stopPostgres})
	return from, to
}

// kill makes the next commit the death of PostgreSQL.
func (x *wire) kill() {
	x.w.ledger.Write(Entry{Kind: FaultInjected, Key: killPostgres})
	x.deadly.Store(true)
	for end := time.Now().Add(5 * time.Second); x.deadly.Load() && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	pause(x.w.t.Context(), 500*time.Millisecond) // its last beat is not for a sign of life
	for end := time.Now().Add(time.Minute); !x.w.whole() && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
	}
	x.w.ledger.Write(Entry{Kind: FaultRecovered, Key: killPostgres})
}

func (x *wire) String() string { return fmt.Sprintf("%d commits cut", x.cuts.Load()) }
