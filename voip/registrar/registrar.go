// Package registrar lets telephones and trunks register with digest, and demands
// digest of who sends an INVITE.
package registrar

import (
	"crypto/subtle"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

const (
	nonceLife = 5 * time.Minute
	maxNonces = 10000
	maxExpiry = 300
)

// Binding is where a registered user is.
type Binding struct {
	Contact sip.Uri
	Source  string // host:port its REGISTER came from, the way back through NAT
	Until   time.Time
}

// Registrar keeps users, nonces and bindings in memory.
type Registrar struct {
	realm  string
	mu     sync.Mutex
	users  map[string]string
	nonces map[string]*nonce
	bound  map[string]Binding
	switches
}

type nonce struct {
	until time.Time
	count uint64 // highest count used: a repeated request does not pass
}

// New returns a registrar of users (name → password).
func New(realm string, users map[string]string) *Registrar {
	return &Registrar{realm: realm, users: users, nonces: map[string]*nonce{}, bound: map[string]Binding{}}
}

// Lookup says where a user is registered now.
func (r *Registrar) Lookup(user string) (Binding, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, ok := r.bound[user]
	return b, ok && time.Now().Before(b.Until)
}

// Register answers a REGISTER.
func (r *Registrar) Register(req *sip.Request, tx sip.ServerTransaction) {
	if refused(r.registers.Load(), req, tx) {
		return
	}
	user, ok := r.prove(req, tx, "Authorization", "WWW-Authenticate", 401)
	if !ok {
		return
	}
	if user != req.To().Address.User {
		_ = tx.Respond(sip.NewResponseFromRequest(req, 403, "Forbidden", nil))
		return
	}
	expiry := 120
	if h := req.GetHeader("Expires"); h != nil {
		if n, err := strconv.Atoi(strings.TrimSpace(h.Value())); err == nil {
			expiry = n
		}
	}
	res := sip.NewResponseFromRequest(req, 200, "OK", nil)
	if c := req.Contact(); c != nil {
		if v, ok := c.Params.Get("expires"); ok {
			if n, err := strconv.Atoi(v); err == nil {
				expiry = n
			}
		}
		expiry = max(0, min(expiry, maxExpiry))
		r.mu.Lock()
		if expiry == 0 {
			delete(r.bound, user)
		} else {
			r.bound[user] = Binding{Contact: *c.Address.Clone(), Source: req.Source(), Until: time.Now().Add(time.Duration(expiry) * time.Second)}
		}
		r.mu.Unlock()
		c := c.Clone()
		c.Params = sip.NewParams()
		c.Params.Add("expires", strconv.Itoa(expiry))
		res.AppendHeader(c)
	}
	res.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(expiry)))
	_ = tx.Respond(res)
}

// Prove demands digest of an INVITE; it returns who sent it, or has answered 407.
func (r *Registrar) Prove(req *sip.Request, tx sip.ServerTransaction) (user string, ok bool) {
	return r.prove(req, tx, "Proxy-Authorization", "Proxy-Authenticate", 407)
}

func (r *Registrar) prove(req *sip.Request, tx sip.ServerTransaction, given, asked string, code int) (string, bool) {
	stale := false
	if h := req.GetHeader(given); h != nil {
		cred, err := digest.ParseCredentials(h.Value())
		if err == nil {
			var ok bool
			if ok, stale = r.check(req.Method.String(), cred); ok {
				return cred.Username, true
			}
		}
	}
	c := digest.Challenge{Realm: r.realm, Nonce: r.nonce(), Algorithm: "MD5", QOP: []string{"auth"}, Stale: stale}
	res := sip.NewResponseFromRequest(req, code, "Unauthorized", nil)
	res.AppendHeader(sip.NewHeader(asked, c.String()))
	_ = tx.Respond(res)
	return "", false
}

func (r *Registrar) check(method string, cred *digest.Credentials) (ok, stale bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, known := r.nonces[cred.Nonce]
	if !known || time.Now().After(n.until) {
		return false, true
	}
	count := uint64(max(cred.Nc, 0)) //nolint:gosec // not negative
	if cred.QOP == "" {
		count = 1 // no counter without qop (RFC 2069): good once
	}
	if count <= n.count {
		return false, true // used before
	}
	password, has := r.users[cred.Username]
	var qop []string
	if cred.QOP != "" {
		qop = []string{cred.QOP}
	}
	want, err := digest.Digest(
		&digest.Challenge{Realm: r.realm, Nonce: cred.Nonce, Algorithm: "MD5", QOP: qop},
		digest.Options{Method: method, URI: cred.URI, Username: cred.Username, Password: password, Cnonce: cred.Cnonce, Count: cred.Nc},
	)
	if err != nil || !has || subtle.ConstantTimeCompare([]byte(want.Response), []byte(cred.Response)) != 1 {
		return false, false
	}
	n.count = count
	return true, false
}

func (r *Registrar) nonce() string {
	v := sip.GenerateTagN(24)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.nonces) >= maxNonces {
		for k, n := range r.nonces {
			if time.Now().After(n.until) {
				delete(r.nonces, k)
			}
		}
		if len(r.nonces) >= maxNonces {
			clear(r.nonces)
		}
	}
	r.nonces[v] = &nonce{until: time.Now().Add(nonceLife)}
	return v
}
