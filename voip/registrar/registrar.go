// Package registrar lets telephones and trunks register with digest, and demands
// digest of who sends an INVITE (RFC 3261, 10 and 22; RFC 2617).
package registrar

import (
	"crypto/md5" //nolint:gosec // G501: what digest of telephones is made of (RFC 2617)
	"crypto/subtle"
	"encoding/hex"
	"maps"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

const (
	nonceLife     = 5 * time.Minute
	maxNonces     = 10000
	defaultExpiry = 120 * time.Second
	maxExpiry     = 300 * time.Second
)

// Binding is where a registered user is.
type Binding struct {
	Contact   sip.Uri
	Source    string // host:port its REGISTER came from, the way back through NAT
	Transport string // by which it came: "udp", "tcp"
	Agent     string // what the phone says it is
	Since     time.Time
	Until     time.Time
}

// Registrar keeps users, nonces and bindings in memory. A user has one binding:
// the last that registered.
type Registrar struct {
	// OnChange, when set before use, hears of users that come (up), renew and
	// leave; not of those whose time runs out.
	OnChange func(user string, b Binding, up bool)
	// MinExpiry refuses shorter times with 423; zero: none.
	MinExpiry time.Duration
	// Guard, when set before use, hears who asks, proves and guesses; a wrong password and an
	// unknown name get 403 then, not another question.
	Guard *Guard

	realm  string
	mu     sync.Mutex
	users  map[string]string // name → HA1
	nonces map[string]*nonce
	bound  map[string]Binding
	switches
}

type nonce struct {
	until time.Time
	count int // highest count used: a repeated request does not pass
}

// New returns a registrar of users (name → password).
func New(realm string, users map[string]string) *Registrar {
	r := &Registrar{realm: realm, nonces: map[string]*nonce{}, bound: map[string]Binding{}}
	r.SetUsers(users)
	return r
}

// SetUsers replaces the users (name → password); the bindings of those who are gone end.
func (r *Registrar) SetUsers(users map[string]string) {
	digests := make(map[string]string, len(users))
	for user, password := range users {
		digests[user] = ha1(user, r.realm, password)
	}
	r.SetDigests(digests)
}

// SetDigests is SetUsers of those whose passwords nobody knows: name → HA1, which is
// MD5(name:realm:password) in hex. The binding of one with another password ends too.
func (r *Registrar) SetDigests(digests map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.users
	r.users = maps.Clone(digests)
	maps.DeleteFunc(r.bound, func(u string, _ Binding) bool { a1, stays := digests[u]; return !stays || a1 != was[u] })
}

func ha1(user, realm, password string) string {
	sum := md5.Sum([]byte(user + ":" + realm + ":" + password)) //nolint:gosec // G401: see the import
	return hex.EncodeToString(sum[:])
}

// Bound is who is registered now.
func (r *Registrar) Bound() map[string]Binding {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.bound, func(_ string, b Binding) bool { return !now.Before(b.Until) })
	return maps.Clone(r.bound)
}

// From reports whether anybody is registered from an address.
func (r *Registrar) From(ip netip.Addr) bool {
	for _, b := range r.Bound() {
		if at, err := netip.ParseAddrPort(b.Source); err == nil && at.Addr().Unmap() == ip {
			return true
		}
	}
	return false
}

// At reports whether somebody is registered from exactly this source.
func (r *Registrar) At(source netip.AddrPort) bool {
	at := source.String()
	for _, b := range r.Bound() {
		if b.Source == at {
			return true
		}
	}
	return false
}

// Lookup says where a user is registered now.
func (r *Registrar) Lookup(user string) (Binding, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, ok := r.bound[user]
	if ok && !time.Now().Before(b.Until) {
		delete(r.bound, user)
		return Binding{}, false
	}
	return b, ok
}

// Register answers a REGISTER: sip.Config.OnRegister.
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
	c := req.Contact()
	if c == nil { // only asks
		r.tell(req, tx, user)
		return
	}
	expiry := asked(req, c)
	if expiry > 0 && expiry < r.MinExpiry {
		res := sip.NewResponseFromRequest(req, 423, "Interval Too Brief", nil)
		res.AppendHeader(sip.NewHeader("Min-Expires", strconv.Itoa(int(r.MinExpiry.Seconds()))))
		_ = tx.Respond(res)
		return
	}
	expiry = max(0, min(expiry, max(maxExpiry, r.MinExpiry)))
	now := time.Now()
	b := Binding{Contact: *c.Address.Clone(), Source: req.Source(), Transport: strings.ToLower(req.Transport()), Since: now, Until: now.Add(expiry)}
	if h := req.GetHeader("User-Agent"); h != nil {
		b.Agent = h.Value()
	}
	r.mu.Lock()
	if was, ok := r.bound[user]; ok && was.Source == b.Source && now.Before(was.Until) {
		b.Since = was.Since
	}
	if expiry == 0 {
		if was := r.bound[user]; c.Address.Wildcard || was.Contact.HostPort() == c.Address.HostPort() { // another one's stays
			delete(r.bound, user)
		}
	} else {
		r.bound[user] = b
	}
	r.mu.Unlock()
	if r.OnChange != nil {
		r.OnChange(user, b, expiry > 0)
	}
	r.tell(req, tx, user)
}

// asked is the time a Contact is to last.
func asked(req *sip.Request, c *sip.ContactHeader) time.Duration {
	seconds := func(s string, or time.Duration) time.Duration {
		n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
		if err != nil {
			return or
		}
		return time.Duration(n) * time.Second
	}
	expiry := defaultExpiry
	if h := req.GetHeader("Expires"); h != nil {
		expiry = seconds(h.Value(), expiry)
	}
	if v, ok := c.Params.Get("expires"); ok {
		expiry = seconds(v, expiry)
	}
	return expiry
}

// tell answers 200 with the binding that is left.
func (r *Registrar) tell(req *sip.Request, tx sip.ServerTransaction, user string) {
	res := sip.NewResponseFromRequest(req, 200, "OK", nil)
	left := "0"
	if b, ok := r.Lookup(user); ok {
		left = strconv.Itoa(int(time.Until(b.Until).Round(time.Second).Seconds()))
		c := sip.ContactHeader{Address: b.Contact, Params: sip.NewParams()}
		c.Params.Add("expires", left)
		res.AppendHeader(&c)
	}
	res.AppendHeader(sip.NewHeader("Expires", left))
	_ = tx.Respond(res)
}

// Prove demands digest of an INVITE; it returns who sent it, or has answered 407.
func (r *Registrar) Prove(req *sip.Request, tx sip.ServerTransaction) (user string, ok bool) {
	return r.prove(req, tx, "Proxy-Authorization", "Proxy-Authenticate", 407)
}

func (r *Registrar) prove(req *sip.Request, tx sip.ServerTransaction, given, wanted string, code int) (string, bool) {
	stale, wrong := false, false
	for _, h := range req.GetHeaders(given) {
		cred, err := digest.ParseCredentials(h.Value())
		if err != nil || cred.Realm != r.realm {
			continue // of another scheme or realm
		}
		var ok bool
		if ok, stale = r.check(req.Method.String(), cred); ok {
			r.Guard.proved(req.Source())
			return cred.Username, true
		}
		wrong = wrong || !stale
	}
	r.Guard.asked(req.Source(), wrong)
	if wrong && r.Guard != nil { // asked anew some telephones try the same password ten times in a second
		_ = tx.Respond(sip.NewResponseFromRequest(req, 403, "Forbidden", nil))
		return "", false
	}
	c := digest.Challenge{Realm: r.realm, Nonce: r.nonce(), Algorithm: "MD5", QOP: []string{"auth"}, Stale: stale}
	text := map[int]string{401: "Unauthorized", 407: "Proxy Authentication Required"}[code]
	res := sip.NewResponseFromRequest(req, code, text, nil)
	res.AppendHeader(sip.NewHeader(wanted, c.String()))
	_ = tx.Respond(res)
	return "", false
}

// nobody's HA1 is compared with what a stranger says of a name that does not exist.
var nobodys = ha1("", "", sip.GenerateTagN(32))

// check verifies a proof. An unknown user costs the same work and gets the same
// answer as a wrong password, and a nonce is good for one guess (S8).
func (r *Registrar) check(method string, cred *digest.Credentials) (ok, stale bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, known := r.nonces[cred.Nonce]
	if !known || time.Now().After(n.until) {
		return false, true
	}
	count := cred.Nc
	var qop []string
	if cred.QOP == "" {
		count = 1 // no counter without qop (RFC 2069): good once
	} else {
		qop = []string{cred.QOP}
	}
	if count <= n.count {
		return false, true // used before
	}
	a1, has := r.users[cred.Username]
	if !has {
		a1 = nobodys
	}
	want, err := digest.Digest(
		&digest.Challenge{Realm: r.realm, Nonce: cred.Nonce, Algorithm: "MD5", QOP: qop},
		digest.Options{Method: method, URI: cred.URI, Username: cred.Username, A1: a1, Cnonce: cred.Cnonce, Count: cred.Nc},
	)
	if err != nil || !has || subtle.ConstantTimeCompare([]byte(want.Response), []byte(cred.Response)) != 1 {
		delete(r.nonces, cred.Nonce)
		return false, false
	}
	n.count = count
	return true, false
}

func (r *Registrar) nonce() string {
	v := sip.GenerateTagN(24)
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.nonces) >= maxNonces {
		maps.DeleteFunc(r.nonces, func(_ string, n *nonce) bool { return now.After(n.until) })
		if len(r.nonces) >= maxNonces {
			clear(r.nonces) // a flood: the honest are asked once more (stale)
		}
	}
	r.nonces[v] = &nonce{until: now.Add(nonceLife)}
	return v
}
