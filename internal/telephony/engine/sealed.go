package engine

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"os"
	"time"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// providers are how trunks over TLS prove themselves.
func providers(list []telephony.Trunk, log *slog.Logger) (out []sip.TLSPeer) {
	for _, t := range list {
		if t.Transport != "tls" {
			continue
		}
		p := sip.TLSPeer{Host: t.Host, Pin: t.Pin}
		if t.CA != "" {
			p.Roots = x509.NewCertPool()
			if !p.Roots.AppendCertsFromPEM([]byte(t.CA)) { // nobody is believed then
				log.Error("the authority of a trunk is not readable", "trunk", t.Name)
			}
		}
		out = append(out, p)
	}
	return out
}

// certificate is ours, read anew for each connection: a renewed one needs no restart.
func (e *Engine) certificate() func() (*tls.Certificate, error) {
	if e.cfg.Cert == "" {
		return nil
	}
	return func() (*tls.Certificate, error) {
		c, err := tls.LoadX509KeyPair(e.cfg.Cert, e.cfg.Key)
		if err != nil {
			e.log.Error("our certificate for providers is not read", "err", err)
		}
		return &c, err
	}
}

// ownCertEnds is when the certificate that we show providers ends, as the file says now.
func (e *Engine) ownCertEnds() time.Time {
	if e.cfg.Cert == "" {
		return time.Time{}
	}
	st, err := os.Stat(e.cfg.Cert)
	if err != nil || st.ModTime().Equal(e.certRead) {
		return e.certEnds
	}
	if c, err := tls.LoadX509KeyPair(e.cfg.Cert, e.cfg.Key); err == nil && c.Leaf != nil {
		e.certRead, e.certEnds = st.ModTime(), c.Leaf.NotAfter
	}
	return e.certEnds
}

// sealed says whether a call that comes is to be sealed: as its trunk is set up.
func (e *Engine) sealed(contact, host string) sip.SRTP {
	way := sip.SRTPOff
	e.trunks.on(e.trunks.byAddress(contact, host), func(a *account) { way = sip.SRTP(a.SRTP) })
	return way
}
