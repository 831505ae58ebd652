package foreign

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Scenario is what a sipp does.
type Scenario struct {
	IP        string
	Transport string            // "udp" (also when empty) or "tcp"
	Remote    string            // host:port that it calls; "": it is called
	Steps     string            // the inside of the scenario
	Files     map[string][]byte // beside the scenario: what it plays
	Args      []string
}

// Sipp is a telephone or a provider made of a scenario.
type Sipp struct {
	*Process
	Addr string // host:port
	dir  string
}

// StartSipp runs a scenario; one that is called listens when this returns.
func StartSipp(t testing.TB, s Scenario) *Sipp {
	t.Helper()
	p := &Sipp{dir: t.TempDir()}
	files := map[string][]byte{"s.xml": fmt.Appendf(nil, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"s\">\n%s</scenario>\n", s.Steps)}
	for name, b := range s.Files {
		files[name] = b
	}
	for name, b := range files {
		require.NoError(t, os.WriteFile(filepath.Join(p.dir, name), b, 0o600))
	}
	network, mode := "udp", "u1"
	if s.Transport == "tcp" {
		network, mode = "tcp", "t1"
	}
	port := FreePort(t, network, s.IP)
	p.Addr = net.JoinHostPort(s.IP, fmt.Sprint(port))
	sound := FreePort(t, "udp", s.IP)
	_ = FreePort(t, "udp", s.IP) // the one after it is taken for pictures
	args := append([]string{"-sf", "s.xml", "-i", s.IP, "-mi", s.IP, "-p", fmt.Sprint(port), "-mp", fmt.Sprint(sound), "-t", mode, "-nostdin", "-trace_err", "-error_file", "err"}, s.Args...)
	if s.Remote != "" {
		args = append(args, s.Remote)
	}
	p.Process = Start(t, p.dir, "sipp", args...)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("sipp wrote: %s", p.Errors())
		}
	})
	if s.Remote == "" {
		p.until(t, "sipp listens", func() bool { return Taken(network, p.Addr) })
	}
	return p
}

// Errors is what did not go by the scenario.
func (p *Sipp) Errors() string { return p.File("err") }

// File is a file that it has written; "" when there is none.
func (p *Sipp) File(name string) string {
	b, _ := os.ReadFile(filepath.Join(p.dir, name))
	return string(b)
}
