// Package outbound asks addresses that somebody typed into a form, and nothing of ours: the
// address that is dialled is looked at after the name was resolved, so no spelling of it and no
// change of the name between two questions leads inside (A11). Redirects are not followed,
// answers are bounded in time and size.
package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	patience   = 10 * time.Second // for a whole question
	maxHeaders = 32 << 10
	maxAnswer  = 64 << 10 // read and thrown away, so that the other side sees its answer taken
)

// ErrInside is a question to an address that is not on the open internet.
var ErrInside = errors.New("the address is not on the open internet")

// Rules say where questions may go besides the open internet, and whom to believe.
type Rules struct {
	Allow    []netip.Prefix // networks of the installation's own; tests allow loopback
	Roots    *x509.CertPool // nil: those of the machine
	Resolver *net.Resolver  // nil: that of the machine
}

// inside are networks no stranger may make us ask; what is not global is inside anyway.
var inside = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", // addresses that carry or name others
)

// global is what of IPv6 is given out; mapped, translated and local addresses are outside of it.
var global = netip.MustParsePrefix("2000::/3")

func prefixes(all ...string) (out []netip.Prefix) {
	for _, p := range all {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// Allowed tells whether an address may be asked.
func (r Rules) Allowed(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	within := func(p netip.Prefix) bool { return p.Contains(a) }
	switch {
	case slices.ContainsFunc(r.Allow, within):
		return true
	case !a.IsGlobalUnicast(), a.IsPrivate(), a.IsLoopback(), a.IsLinkLocalUnicast(), slices.ContainsFunc(inside, within):
		return false
	}
	return a.Is4() || global.Contains(a)
}

// Check says what is wrong with an address as it was typed, "" when nothing: it must be https
// without a login in it. Where its name leads is asked when it is dialled, each time.
func (r Rules) Check(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return "это не адрес: нужен вид https://хост/путь"
	case u.Scheme != "https":
		return "нужен адрес, который начинается с https://"
	case u.User != nil:
		return "в адресе не должно быть логина и пароля"
	case u.Fragment != "":
		return "в адресе не должно быть знака #"
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if a, err := netip.ParseAddr(host); err == nil && !r.Allowed(a) || host == "localhost" && !r.Allowed(netip.MustParseAddr("127.0.0.1")) {
		return "это внутренний адрес: нужен адрес в открытом интернете"
	}
	return ""
}

// NewClient returns a client that keeps the rules.
func NewClient(r Rules) *http.Client {
	d := &net.Dialer{
		Timeout: 5 * time.Second, Resolver: r.Resolver,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil || !r.Allowed(ap.Addr()) {
				return ErrInside
			}
			return nil
		},
	}
	return &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, DialContext: d.DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: maxHeaders, TLSHandshakeTimeout: 5 * time.Second,
			TLSClientConfig: &tls.Config{RootCAs: r.Roots, MinVersion: tls.VersionTLS12},
		},
	}
}

// Post sends a body to an https address and tells the status of the answer; the answer itself
// is thrown away: what stands inside must not be read by asking it from here.
func Post(ctx context.Context, c *http.Client, to string, header http.Header, body []byte) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	if req.URL.Scheme != "https" {
		return 0, fmt.Errorf("%w: not https", ErrInside)
	}
	req.Header = header.Clone()
	res, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close() //nolint:errcheck // read
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswer)
	return res.StatusCode, nil
}

// Words says what went wrong to who set the address up, and no more of our network than he
// needs.
func Words(err error) string {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var late interface{ Timeout() bool }
	switch {
	case errors.Is(err, ErrInside):
		return "адрес ведёт во внутреннюю сеть: туда мы не обращаемся"
	case errors.As(err, &cert):
		return "сертификат адреса не подтверждён"
	case errors.As(err, &late) && late.Timeout():
		return "нет ответа за 10 секунд"
	case errors.As(err, &dns):
		return "имя адреса не находится"
	}
	return "соединения нет"
}
