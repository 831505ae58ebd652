package trunk

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

// nameServer is one on the loopback, by UDP and TCP, that knows these records.
type nameServer struct {
	mu      sync.Mutex
	records map[string][]dnsmessage.Resource // by "type name."
	asked   []string
	fails   bool // refuses
	narrow  bool // nothing fits into its datagrams
	at      string
}

func serveNames(t *testing.T) *nameServer {
	t.Helper()
	udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	tcp, err := net.Listen("tcp4", udp.LocalAddr().String())
	require.NoError(t, err)
	s := &nameServer{records: map[string][]dnsmessage.Resource{}, at: udp.LocalAddr().String()}
	var all sync.WaitGroup
	t.Cleanup(func() { _, _ = udp.Close(), tcp.Close(); all.Wait() })
	all.Go(func() {
		for b := make([]byte, 1500); ; {
			n, from, err := udp.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = udp.WriteTo([]byte("not an answer"), from)
			_, _ = udp.WriteTo(s.answer(b[:n], true), from)
		}
	})
	all.Go(func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			var size [2]byte
			_, _ = io.ReadFull(c, size[:])
			b := make([]byte, binary.BigEndian.Uint16(size[:]))
			_, _ = io.ReadFull(c, b)
			out := s.answer(b, false)
			_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...)) //nolint:gosec // a test's answer is short
			_ = c.Close()
		}
	})
	return s
}

func (s *nameServer) answer(b []byte, datagram bool) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var m dnsmessage.Message
	if m.Unpack(b) != nil {
		return nil
	}
	q := m.Questions[0]
	key := q.Type.String() + " " + q.Name.String()
	s.asked = append(s.asked, key)
	m.Response, m.Answers, m.RCode = true, s.records[key], dnsmessage.RCodeSuccess
	switch {
	case s.fails:
		m.Answers, m.RCode = nil, dnsmessage.RCodeServerFailure
	case s.narrow && datagram:
		m.Answers, m.Truncated = nil, true
	case m.Answers == nil:
		m.RCode = dnsmessage.RCodeNameError
	}
	out, _ := m.Pack()
	return out
}

// is changes the server and says what it was asked till now.
func (s *nameServer) is(fails, narrow bool) (asked []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked, s.asked, s.fails, s.narrow = s.asked, nil, fails, narrow
	return asked
}

func (s *nameServer) put(name string, ttl uint32, body dnsmessage.ResourceBody) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := dnsmessage.TypeA
	if _, is := body.(*dnsmessage.SRVResource); is {
		kind = dnsmessage.TypeSRV
	}
	key := kind.String() + " " + name + "."
	s.records[key] = append(s.records[key], dnsmessage.Resource{
		Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name + "."), Type: kind, Class: dnsmessage.ClassINET, TTL: ttl}, Body: body,
	})
}

func (s *nameServer) service(name string, ttl uint32, priority, weight, port uint16, target string) {
	s.put(name, ttl, &dnsmessage.SRVResource{Priority: priority, Weight: weight, Port: port, Target: dnsmessage.MustNewName(target + ".")})
}

func (s *nameServer) host(name string, ttl uint32, last byte) {
	s.put(name, ttl, &dnsmessage.AResource{A: [4]byte{192, 0, 2, last}})
}

func (s *nameServer) names() *Names {
	return &Names{Servers: func() []string { return []string{s.at} }, System: func(context.Context, string) ([]string, error) { return nil, errors.New("no such host") }}
}

// TestAProvidersServiceIsFoundByItsRecords is RFC 3263, 4.2: without a port the service of the
// transport is asked for, with one the host alone; how long it is good is the shortest of the chain.
func TestAProvidersServiceIsFoundByItsRecords(t *testing.T) {
	t.Parallel()
	s := serveNames(t)
	s.service("_sip._udp.provider.example", 300, 20, 0, 5060, "spare.provider.example")
	s.service("_sip._udp.provider.example", 300, 10, 60, 5070, "one.provider.example")
	s.service("_sip._udp.provider.example", 300, 10, 40, 5080, "two.provider.example")
	s.service("_sips._tcp.provider.example", 120, 0, 0, 5062, "one.provider.example")
	s.host("one.provider.example", 60, 1)
	s.host("two.provider.example", 600, 2)
	s.host("spare.provider.example", 600, 3)
	s.host("provider.example", 900, 9)
	find := func(port int, transport string) Answer {
		a, err := s.names().Find(t.Context(), "provider.example", port, transport)
		require.NoError(t, err)
		return a
	}
	require.Equal(t, Answer{[]Place{{"192.0.2.1", 5070, 10, 60}, {"192.0.2.2", 5080, 10, 40}, {"192.0.2.3", 5060, 20, 0}}, time.Minute}, find(0, "udp"))
	require.Equal(t, Answer{[]Place{{"192.0.2.1", 5062, 0, 0}}, time.Minute}, find(0, "tls"))
	require.Equal(t, Answer{[]Place{{Addr: "192.0.2.9"}}, 15 * time.Minute}, find(0, "tcp"), "no such service: the host, at the usual port")
	require.Contains(t, s.is(false, false), "TypeSRV _sip._tcp.provider.example.")
	require.Equal(t, Answer{[]Place{{Addr: "192.0.2.9"}}, 15 * time.Minute}, find(5060, "udp"), "the port is written down")
	require.Equal(t, []string{"TypeA provider.example."}, s.is(false, true))
	require.Equal(t, Answer{[]Place{{"192.0.2.1", 5062, 0, 0}}, time.Minute}, find(0, "tls"), "what does not fit into a datagram is asked for by TCP")
}

// TestAServiceThatIsNotThere: «.» says so, and the host is not tried instead; a name server
// that refuses is no word about the provider; an address is asked of nobody.
func TestAServiceThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := serveNames(t)
	s.service("_sip._udp.provider.example", 300, 0, 0, 0, "")
	s.host("provider.example", 900, 9)
	_, err := s.names().Find(t.Context(), "provider.example", 0, "udp")
	require.ErrorContains(t, err, "not served here")
	s.is(true, false)
	_, err = s.names().Find(t.Context(), "provider.example", 0, "tcp")
	require.ErrorContains(t, err, "RCodeServerFailure")
	s.is(false, false)
	n := s.names()
	n.System = nil
	a, err := n.Find(t.Context(), "127.0.0.7", 0, "udp")
	require.NoError(t, err)
	require.Equal(t, []Place{{Addr: "127.0.0.7"}}, a.Places)
	require.Empty(t, s.is(false, false))
}

// TestTheNextServerIsAsked where the first is dead, and the system for what no server knows.
func TestTheNextServerIsAsked(t *testing.T) {
	t.Parallel()
	s := serveNames(t)
	s.host("provider.example", 900, 9)
	dead, err := net.ListenPacket("udp4", "127.0.0.1:0") // takes questions and says nothing
	require.NoError(t, err)
	defer dead.Close() //nolint:errcheck // nothing is left to be told
	n := s.names()
	n.Servers = func() []string { return []string{dead.LocalAddr().String(), s.at} }
	a, err := n.Find(t.Context(), "provider.example", 5060, "udp")
	require.NoError(t, err)
	require.Equal(t, []Place{{Addr: "192.0.2.9"}}, a.Places)
	n = s.names()
	n.System = func(context.Context, string) ([]string, error) { return []string{"10.0.0.7"}, nil }
	n.Servers = func() []string { return nil } // a machine that lives by its own table
	a, err = n.Find(t.Context(), "pbx", 0, "udp")
	require.NoError(t, err)
	require.Equal(t, Answer{Places: []Place{{Addr: "10.0.0.7"}}}, a)
}

// TestPlacesAreTriedByPriorityAndDrawnByWeight is RFC 2782: of two the one that weighs three times
// as much is first three times out of four; the lower priority is always behind.
func TestPlacesAreTriedByPriorityAndDrawnByWeight(t *testing.T) {
	t.Parallel()
	heavy, light, spare := Place{"192.0.2.1", 5060, 10, 75}, Place{"192.0.2.2", 5060, 10, 25}, Place{"192.0.2.3", 5060, 20, 100}
	first := map[Place]int{}
	for i := range 100 { // every number that can be drawn, once
		o := Order([]Place{heavy, light, spare}, func(n int) int { return i % n })
		require.Len(t, o, 3)
		require.Equal(t, spare, o[2])
		first[o[0]]++
	}
	require.Equal(t, map[Place]int{heavy: 75, light: 25}, first)
	plain := []Place{{Addr: "192.0.2.1"}, {Addr: "192.0.2.2"}}
	require.Equal(t, plain, Order(plain, func(int) int { t.Error("nothing is drawn"); return 0 }))
}
