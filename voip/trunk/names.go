package trunk

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Place is where a provider's name leads: an address, and a port when a record says one (0: none
// does, the transport's usual one). Lower priorities come first, of the same priority the heavier
// more often (RFC 2782); both are 0 without such records.
type Place struct {
	Addr             string // IP
	Port             int
	Priority, Weight int
}

// Answer is what name servers say of a provider, and for how long it is good; 0: they do not say.
type Answer struct {
	Places []Place // by priority, address and port
	TTL    time.Duration
}

// Names asks name servers for providers (RFC 3263 without NAPTR: the transport is the trunk's). It
// asks itself, as the system's resolver does not tell how long an answer is good.
type Names struct {
	// Servers are the name servers, host:port each; nil: those of the system.
	Servers func() []string
	// System resolves what is written in the system's own tables, and names that no server knows;
	// nil: the system does.
	System func(ctx context.Context, host string) ([]string, error)
}

const (
	tryName   = 600 * time.Millisecond // before the next server is asked, or the first again
	tryRounds = 2
	mostHosts = 8 // of one service: a provider has two or three
)

// errNoName: the servers know of no such record.
var errNoName = errors.New("trunk: no such name")

// Find is where a provider is. A port that is given, or an address, asks for no SRV record.
func (n *Names) Find(ctx context.Context, host string, port int, transport string) (Answer, error) {
	if port == 0 && isPublic(host) {
		a, err := n.service(ctx, host, transport)
		if !errors.Is(err, errNoName) {
			return a, err
		}
	}
	ips, ttl, err := n.addresses(ctx, host)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{TTL: ttl}
	for _, ip := range ips {
		a.Places = append(a.Places, Place{Addr: ip})
	}
	return a.sorted(), nil
}

func (a Answer) sorted() Answer {
	slices.SortFunc(a.Places, func(x, y Place) int {
		return cmp.Or(x.Priority-y.Priority, strings.Compare(x.Addr, y.Addr), x.Port-y.Port)
	})
	return a
}

// service asks for the SRV records; errNoName: there are none.
func (n *Names) service(ctx context.Context, host, transport string) (out Answer, err error) {
	name := map[string]string{"tcp": "_sip._tcp.", "tls": "_sips._tcp."}[transport]
	if name == "" {
		name = "_sip._udp."
	}
	records, ttl, err := n.ask(ctx, name+host, dnsmessage.TypeSRV)
	if err != nil {
		return out, err
	}
	out.TTL = ttl
	var first error
	for _, r := range records[:min(len(records), mostHosts)] {
		srv, is := r.(*dnsmessage.SRVResource)
		target := ""
		if is {
			target = strings.TrimSuffix(srv.Target.String(), ".")
		}
		if target == "" { // «.»: decidedly not here
			continue
		}
		ips, lasts, err := n.addresses(ctx, target)
		if err != nil {
			first = cmp.Or(first, err)
			continue
		}
		out.TTL = shorter(out.TTL, lasts)
		for _, ip := range ips {
			out.Places = append(out.Places, Place{ip, int(srv.Port), int(srv.Priority), int(srv.Weight)})
		}
	}
	if len(out.Places) == 0 {
		return out, cmp.Or(first, fmt.Errorf("trunk: %s is not served here", name+host))
	}
	return out.sorted(), nil
}

// shorter of two times, of which 0 is none.
func shorter(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// addresses of a host: what the machine's own table says is above all name servers, and short
// names and those that no server knows are the system's.
func (n *Names) addresses(ctx context.Context, host string) (ips []string, ttl time.Duration, err error) {
	system := n.System
	if system == nil {
		system = net.DefaultResolver.LookupHost
	}
	if isPublic(host) {
		for _, kind := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA} {
			var records []dnsmessage.ResourceBody
			if records, ttl, err = n.ask(ctx, host, kind); errors.Is(err, errNoName) {
				continue
			} else if err != nil {
				break
			}
			for _, r := range records {
				switch a := r.(type) {
				case *dnsmessage.AResource:
					ips = append(ips, netip.AddrFrom4(a.A).String())
				case *dnsmessage.AAAAResource:
					ips = append(ips, netip.AddrFrom16(a.AAAA).String())
				}
			}
			return ips, ttl, nil
		}
	}
	ips, err = system(ctx, host)
	return ips, 0, err
}

// isPublic says that name servers are to be asked: of a name that is short, or stands in the
// machine's own table, they know nothing, and may be absent.
func isPublic(host string) bool {
	return net.ParseIP(host) == nil && strings.Contains(host, ".") && !inHosts(host)
}

func (n *Names) servers() []string {
	if n.Servers != nil {
		return n.Servers()
	}
	var out []string
	lines("/etc/resolv.conf", func(f []string) {
		if f[0] == "nameserver" && len(f) > 1 {
			out = append(out, net.JoinHostPort(f[1], "53"))
		}
	})
	return out
}

func inHosts(host string) (yes bool) {
	lines("/etc/hosts", func(f []string) {
		yes = yes || slices.ContainsFunc(f[1:], func(name string) bool { return strings.EqualFold(name, host) })
	})
	return yes
}

// lines are the words of each line of one of the system's tables.
func lines(path string, f func(words []string)) {
	b, err := os.ReadFile(path)
	if err != nil {
		return // a system without one
	}
	for s := bufio.NewScanner(strings.NewReader(string(b))); s.Scan(); {
		line, _, _ := strings.Cut(s.Text(), "#")
		if words := strings.Fields(line); len(words) > 0 {
			f(words)
		}
	}
}

// ask puts one question to the servers, one after another, until one knows; errNoName: it says
// that there is no such record.
func (n *Names) ask(ctx context.Context, name string, kind dnsmessage.Type) (out []dnsmessage.ResourceBody, ttl time.Duration, err error) {
	q, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return nil, 0, fmt.Errorf("trunk: %q: %w", name, err)
	}
	err = errors.New("trunk: there is no name server")
	servers := n.servers()
	for range tryRounds {
		for _, s := range servers {
			var m dnsmessage.Message
			if m, err = exchange(ctx, s, dnsmessage.Question{Name: q, Type: kind, Class: dnsmessage.ClassINET}); err != nil {
				continue
			}
			switch m.RCode {
			case dnsmessage.RCodeSuccess, dnsmessage.RCodeNameError:
				out, ttl = said(m, kind)
				if len(out) == 0 {
					return nil, 0, errNoName
				}
				return out, ttl, nil
			default:
				err = fmt.Errorf("trunk: the name server %s says %s", s, m.RCode)
			}
		}
	}
	return nil, 0, err
}

// said are the records of a kind, behind whatever other names they stand; they are good for as
// long as the shortest of the chain.
func said(m dnsmessage.Message, kind dnsmessage.Type) (out []dnsmessage.ResourceBody, ttl time.Duration) {
	seconds := uint32(0)
	for i, r := range m.Answers {
		if i == 0 || r.Header.TTL < seconds {
			seconds = r.Header.TTL
		}
		if r.Header.Type == kind {
			out = append(out, r.Body)
		}
	}
	return out, max(time.Second, time.Duration(seconds)*time.Second) // one of none is good for this call
}

// exchange asks one server; an answer that did not fit into a datagram is asked for by TCP.
func exchange(ctx context.Context, server string, q dnsmessage.Question) (m dnsmessage.Message, err error) {
	ctx, cancel := context.WithTimeout(ctx, tryName)
	defer cancel()
	if m, err = over(ctx, "udp", server, q); err == nil && m.Truncated {
		return over(ctx, "tcp", server, q)
	}
	return m, err
}

func over(ctx context.Context, network, server string, q dnsmessage.Question) (m dnsmessage.Message, err error) {
	id, err := rand.Int(rand.Reader, big.NewInt(1<<16))
	if err != nil {
		return m, err
	}
	ask := dnsmessage.Message{Header: dnsmessage.Header{ID: uint16(id.Uint64()), RecursionDesired: true}, Questions: []dnsmessage.Question{q}} //nolint:gosec // below 65536
	b, err := ask.Pack()
	if err != nil {
		return m, fmt.Errorf("trunk: %w", err)
	}
	c, err := (&net.Dialer{}).DialContext(ctx, network, server)
	if err != nil {
		return m, fmt.Errorf("trunk: %w", err)
	}
	defer c.Close() //nolint:errcheck // nothing is left to be told
	end, _ := ctx.Deadline()
	if err := c.SetDeadline(end); err != nil {
		return m, fmt.Errorf("trunk: %w", err)
	}
	if network == "tcp" {
		b = append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...) //nolint:gosec // a question is short
	}
	if _, err := c.Write(b); err != nil {
		return m, fmt.Errorf("trunk: %w", err)
	}
	for { // what is no answer to this question is somebody else's
		if b, err = read(c, network); err != nil {
			return m, fmt.Errorf("trunk: %w", err)
		}
		m = dnsmessage.Message{}
		if m.Unpack(b) == nil && m.Response && m.ID == ask.ID && len(m.Questions) == 1 && same(m.Questions[0], q) {
			return m, nil
		}
	}
}

func same(a, b dnsmessage.Question) bool {
	return a.Type == b.Type && a.Class == b.Class && strings.EqualFold(a.Name.String(), b.Name.String())
}

func read(c net.Conn, network string) ([]byte, error) {
	if network == "udp" {
		b := make([]byte, 4096)
		n, err := c.Read(b)
		return b[:n], err
	}
	var size [2]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(c, b)
	return b, err
}

// Order is the order in which places are tried: by priority, and within one drawn by weight
// (RFC 2782); draw gives a number below n. Places without weights stay as they are.
func Order(places []Place, draw func(n int) int) []Place {
	out := make([]Place, 0, len(places))
	for rest := slices.Clone(places); len(rest) > 0; {
		same := 1
		for same < len(rest) && rest[same].Priority == rest[0].Priority {
			same++
		}
		out = append(out, drawn(rest[:same], draw)...)
		rest = rest[same:]
	}
	return out
}

func drawn(ps []Place, draw func(n int) int) (out []Place) {
	for ps = slices.Clone(ps); len(ps) > 0; {
		sum := 0
		for _, p := range ps {
			sum += p.Weight
		}
		i := 0
		if sum > 0 {
			for at := draw(sum); at >= ps[i].Weight; i++ {
				at -= ps[i].Weight
			}
		}
		out = append(out, ps[i])
		ps = slices.Delete(ps, i, i+1)
	}
	return out
}
