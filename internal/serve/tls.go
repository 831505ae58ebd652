package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"time"

	"d24/internal/platform/config"
)

// PagesHost is HOST:PORT of the address that people open, when it is https.
func PagesHost(c config.Config) (string, bool) {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return "", false
	}
	if u.Port() == "" {
		return net.JoinHostPort(u.Hostname(), "443"), true
	}
	return u.Host, true
}

// CertificateEnds is the last moment of the certificate that the host shows. A certificate
// that browsers refuse is an error.
func CertificateEnds(ctx context.Context, host string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	d := tls.Dialer{NetDialer: &net.Dialer{}}
	conn, err := d.DialContext(ctx, "tcp", host)
	if err != nil {
		return time.Time{}, err
	}
	defer conn.Close() //nolint:errcheck // only asked
	t, ok := conn.(*tls.Conn)
	if !ok || len(t.ConnectionState().PeerCertificates) == 0 {
		return time.Time{}, errors.New("не показывает сертификата")
	}
	return t.ConnectionState().PeerCertificates[0].NotAfter, nil
}
