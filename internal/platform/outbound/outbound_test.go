package outbound

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// watched is a TLS server on loopback, its port, and how many connections it got.
func watched(t *testing.T, h http.Handler) (s *httptest.Server, port string, came *atomic.Int64) {
	t.Helper()
	came = &atomic.Int64{}
	s = httptest.NewUnstartedServer(h)
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			came.Add(1)
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	require.NoError(t, err)
	return s, port, came
}

func post(t *testing.T, c *http.Client, to string) (int, error) {
	t.Helper()
	return Post(t.Context(), c, to, http.Header{"Content-Type": {"application/json"}}, []byte(`{}`))
}

// inward are spellings of addresses that lead inside (A11): loopback, private, link-local,
// shared, mapped and translated ones, numbers in other bases, logins, names, other schemes.
func inward(port string) []string {
	hosts := []string{
		"127.0.0.1", "127.0.0.2", "127.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.1", "0127.0.0.1",
		"localhost", "localhost.", "LOCALHOST", "a.localhost", "ip6-localhost", "0.0.0.0", "0", "0.0.0.1", "00000.0.0.0",
		"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]",
		"[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd00::1]", "[fec0::1]", "[ff02::1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[100::1]", "[2001:db8::1]",
		"169.254.169.254", "169.254.0.1", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518",
		"10.0.0.1", "10.24.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.1.254", "167772161", "0x0a000001", "012.0.0.1",
		"100.64.0.1", "100.127.255.254", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.19.255.254", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
		"user:word@127.0.0.1", "example.com@127.0.0.1", "127.0.0.1%2f", "①②⑦.⓪.⓪.①", "127。0。0。1",
	}
	var out []string
	for _, h := range hosts {
		out = append(out, "https://"+h+":"+port+"/hook")
	}
	for _, s := range []string{"http", "gopher", "file", "ftp", "dict", "ldap", "unix"} {
		out = append(out, s+"://127.0.0.1:"+port+"/hook")
	}
	return append(out, "file:///etc/passwd", "//127.0.0.1:"+port, "https:127.0.0.1:"+port)
}

// TestNoSpellingLeadsInside is A11: no connection by any of them.
func TestNoSpellingLeadsInside(t *testing.T) {
	t.Parallel()
	s, port, came := watched(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := NewClient(Rules{Roots: roots})
	targets := inward(port)
	require.Greater(t, len(targets), 80)
	for _, to := range targets {
		_, err := post(t, c, to)
		require.Error(t, err, to)
	}
	require.Zero(t, came.Load(), "a connection was made")

	ours := NewClient(Rules{Roots: roots, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	status, err := post(t, ours, "https://127.0.0.1:"+port+"/hook")
	require.NoError(t, err, "the control: what the installation allows is reached")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, int64(1), came.Load())
}

// TestAnswersAreBounded: a redirect is an answer and not a way; neither headers nor a body
// without end are taken.
func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	_, inner, came := watched(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	var poured atomic.Int64
	s, port, _ := watched(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "https://127.0.0.1:"+inner+"/", http.StatusTemporaryRedirect)
		case "/headers":
			for i := range 1000 {
				w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 100))
			}
		case "/body":
			for r.Context().Err() == nil {
				n, err := w.Write(make([]byte, 1<<16))
				if poured.Add(int64(n)); err != nil {
					return
				}
			}
		}
	}))
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := NewClient(Rules{Roots: roots, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	at := "https://127.0.0.1:" + port
	status, err := post(t, c, at+"/moved")
	require.NoError(t, err)
	require.Equal(t, http.StatusTemporaryRedirect, status)
	require.Zero(t, came.Load(), "nobody went where the answer pointed")
	_, err = post(t, c, at+"/headers")
	require.Error(t, err)
	_, err = post(t, c, at+"/body")
	require.NoError(t, err)
	require.Less(t, poured.Load(), int64(64<<20))
	_, err = post(t, NewClient(Rules{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}), at)
	require.Equal(t, "сертификат адреса не подтверждён", Words(err))
}

// TestANameThatChangesItsAddressLeadsNowhere: a name that is asked twice and answers first
// with an address of the internet, then with ours, is not dialled (DNS rebinding).
func TestANameThatChangesItsAddressLeadsNowhere(t *testing.T) {
	t.Parallel()
	s, port, came := watched(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	var asked atomic.Int64
	dns := names(t, func() [4]byte {
		if asked.Add(1)%2 == 1 {
			return [4]byte{192, 0, 2, 1} // nobody's
		}
		return [4]byte{127, 0, 0, 1}
	})
	c := NewClient(Rules{Roots: roots, Resolver: dns})
	for range 20 {
		_, err := post(t, c, "https://rebind.example.com:"+port+"/hook")
		require.ErrorIs(t, err, ErrInside)
	}
	require.GreaterOrEqual(t, asked.Load(), int64(20))
	require.Zero(t, came.Load())
}

// names is a resolver over a server of ours that answers any question for an IPv4 address.
func names(t *testing.T, answer func() [4]byte) *net.Resolver {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		b := make([]byte, 1500)
		for {
			n, from, err := l.ReadFrom(b)
			if err != nil {
				return
			}
			end := 12
			for end < n && b[end] != 0 {
				end += int(b[end]) + 1
			}
			end += 5 // the root, the kind, the class
			out := append([]byte{}, b[:end]...)
			binary.BigEndian.PutUint16(out[2:], 0x8180)
			clear(out[6:12])
			if binary.BigEndian.Uint16(b[end-4:]) == 1 {
				a := answer()
				out[7] = 1
				out = append(append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), a[:]...)
			}
			_, _ = l.WriteTo(out, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", l.LocalAddr().String())
	}}
}

// TestAddressesAreCheckedWhenTyped: what cannot be right is said at once.
func TestAddressesAreCheckedWhenTyped(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"https://example.com/hook", "https://example.com:8443/a?b=c", "https://8.8.8.8/", "https://[2a00:1450::1]/x"} {
		require.Empty(t, Rules{}.Check(good), good)
	}
	for _, bad := range []string{"", "example.com", "http://example.com/", "https://", "https://a:b@example.com/", "https://example.com/#a", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1:99/", "https://localhost/", "https:example.com", "ftp://example.com", "https://exa mple.com/"} {
		require.NotEmpty(t, Rules{}.Check(bad), bad)
	}
	require.Empty(t, Rules{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}.Check("https://10.0.0.1/1c"), "an installation's own network")
}
