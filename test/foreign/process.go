// Package foreign runs telephones and other programs that we have not made, for tests of what
// speaks with them: baresip, which talks a tone and writes down what it hears, and sipp, which
// does what its scenario says.
package foreign

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Process is a foreign program; it ends with the test, and says what it said when that failed.
type Process struct {
	Cmd  *exec.Cmd
	Out  *Output
	Done chan struct{} // closes when it has ended
	err  error
}

// Start runs a program in a directory, with a process group of its own.
func Start(t testing.TB, dir, name string, args ...string) *Process {
	t.Helper()
	p := &Process{Cmd: exec.Command(name, args...), Out: &Output{}, Done: make(chan struct{})}
	p.Cmd.Dir, p.Cmd.Stdout, p.Cmd.Stderr = dir, p.Out, p.Out
	p.Cmd.Env = append(os.Environ(), "TERM=dumb", "HOME="+dir)
	p.Cmd.WaitDelay = 5 * time.Second // a grandchild that got away must not hold us
	p.Cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, p.Cmd.Start())
	go func() { p.err = p.Cmd.Wait(); close(p.Done) }()
	t.Cleanup(func() {
		p.End()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, p.Out.Tail(3000))
		}
	})
	return p
}

// Pause makes the program deaf and dumb.
func (p *Process) Pause() { _ = syscall.Kill(-p.Cmd.Process.Pid, syscall.SIGSTOP) }

// Resume wakes it up again as it was.
func (p *Process) Resume() { _ = syscall.Kill(-p.Cmd.Process.Pid, syscall.SIGCONT) }

// End ends the process and its children.
func (p *Process) End() {
	_ = syscall.Kill(-p.Cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.Done:
	case <-time.After(3 * time.Second):
		_ = syscall.Kill(-p.Cmd.Process.Pid, syscall.SIGKILL)
		<-p.Done
	}
}

// Verdict waits until the program has ended by itself; nil: with success.
func (p *Process) Verdict(limit time.Duration) error {
	select {
	case <-p.Done:
		return p.err
	case <-time.After(limit):
		return fmt.Errorf("it has not ended within %s", limit)
	}
}

// until waits for a fact about the program; one that has ended will not come true.
func (p *Process) until(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); !f(); time.Sleep(20 * time.Millisecond) {
		select {
		case <-p.Done:
			t.Fatalf("%s: it has ended: %v\n%s", what, p.err, p.Out.Tail(2000))
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("%s\n%s", what, p.Out.Tail(2000))
		}
	}
}

// Output keeps what a process writes.
type Output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write keeps more.
func (o *Output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

// String is all that was written so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// Tail is the last n bytes of it.
func (o *Output) Tail(n int) string {
	s := o.String()
	return s[max(0, len(s)-n):]
}

// FreePort is below the ports that the kernel gives away itself: a program may take it late, and
// anybody could have it by then. The one above it is left to TLS; a browser goes to no 10080.
func FreePort(t testing.TB, network, ip string) int {
	t.Helper()
	for range 1000 {
		port := 11000 + int(lastPort.Add(2)+2*uint32(os.Getpid()))%8000 //nolint:gosec // a process's number is positive
		addr := net.JoinHostPort(ip, strconv.Itoa(port))
		if network == "tcp" {
			if l, err := net.Listen("tcp", addr); err == nil {
				_ = l.Close()
				return port
			}
		} else if c, err := net.ListenPacket("udp", addr); err == nil {
			_ = c.Close()
			return port
		}
	}
	t.Fatalf("no free port at %s", ip)
	return 0
}

var lastPort atomic.Uint32

// Taken reports whether somebody listens at an address by "udp" or "tcp". The kernel's list is
// read: whoever tries it by listening himself stands in the way of the one he waits for.
func Taken(network, addr string) bool {
	a := netip.MustParseAddrPort(addr)
	ip := a.Addr().As4()
	state := " "
	if network == "tcp" {
		state = " 00000000:0000 0A " // listens
	}
	table, err := os.ReadFile("/proc/self/net/" + network)
	return err == nil && bytes.Contains(table, fmt.Appendf(nil, ": %02X%02X%02X%02X:%04X%s", ip[3], ip[2], ip[1], ip[0], a.Port(), state))
}
