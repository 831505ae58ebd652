package sip

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Trust is how providers that are spoken with over TLS prove themselves. It may be changed
// at any time; what is connected stays so.
type Trust struct {
	mu    sync.Mutex
	peers []TLSPeer
	seen  map[string]time.Time // host → when its certificate ends, as it was last shown
}

// TLSPeer is a provider: its name must stand in a certificate of an authority that is
// trusted, or its key must be the pinned one.
type TLSPeer struct {
	Host  string
	Roots *x509.CertPool // nil: the system's
	Pin   string         // SHA-256 of the public key (SPKI), hex; "" none
}

// Errors of a provider's proof.
var (
	errUnknownPeer = errors.New("tls: not a provider of ours")
	errPin         = errors.New("tls: the key is not the pinned one")
)

// Set replaces the providers.
func (t *Trust) Set(peers []TLSPeer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.peers = peers
}

// Ends says when the certificate of a host that was last shown ends; zero: none was.
func (t *Trust) Ends(host string) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen[strings.ToLower(host)]
}

func (t *Trust) client() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // G402: VerifyConnection below proves the peer, by the authority or the pin of its trunk
		VerifyConnection:   t.verify,
	}
}

// verify takes a peer for the host that was dialled; for an address (a request inside a
// call goes where its packets come from) he must be one of our providers.
func (t *Trust) verify(cs tls.ConnectionState) error {
	if t == nil {
		return errUnknownPeer
	}
	t.mu.Lock()
	peers := t.peers
	t.mu.Unlock()
	err := errUnknownPeer
	for _, p := range peers {
		if cs.ServerName != "" && !strings.EqualFold(cs.ServerName, p.Host) {
			continue
		}
		if err = p.proves(cs.PeerCertificates); err == nil {
			t.mu.Lock()
			if t.seen == nil {
				t.seen = map[string]time.Time{}
			}
			t.seen[strings.ToLower(p.Host)] = cs.PeerCertificates[0].NotAfter
			t.mu.Unlock()
			return nil
		}
	}
	return err
}

func (p TLSPeer) proves(chain []*x509.Certificate) error {
	if len(chain) == 0 {
		return errUnknownPeer
	}
	if p.Pin != "" {
		sum := sha256.Sum256(chain[0].RawSubjectPublicKeyInfo)
		if !strings.EqualFold(hex.EncodeToString(sum[:]), p.Pin) {
			return errPin
		}
		return nil // whoever signed it
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	if _, err := chain[0].Verify(x509.VerifyOptions{DNSName: p.Host, Roots: p.Roots, Intermediates: between}); err != nil {
		return fmt.Errorf("tls: %w", err)
	}
	return nil
}
