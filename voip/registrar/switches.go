package registrar

import (
	"net"
	"sync"
	"sync/atomic"

	"github.com/emiago/sipgo/sip"
)

// switches let a provider behave badly on purpose, and trust addresses.
type switches struct {
	registers atomic.Int32
	calls     atomic.Int32
	trusted   sync.Map // host → struct{}
}

// RefuseRegisters answers every REGISTER with a SIP status; 0: as it should be.
func (r *Registrar) RefuseRegisters(code int) { r.registers.Store(int32(code)) } //nolint:gosec // a SIP status

// RefuseCalls answers every INVITE with a SIP status before it asks for a proof;
// 0: as it should be.
func (r *Registrar) RefuseCalls(code int) { r.calls.Store(int32(code)) } //nolint:gosec // a SIP status

// Trust asks no proof of the INVITEs of a host (a trunk known by its address).
func (r *Registrar) Trust(host string) { r.trusted.Store(host, struct{}{}) }

// Unregister forgets where a user is, as a provider that was restarted does.
func (r *Registrar) Unregister(user string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.bound, user)
}

// Authorise is for a stack's hook of that name: it refuses by switch, lets
// trusted hosts in, and demands digest of everybody else.
func (r *Registrar) Authorise(req *sip.Request, tx sip.ServerTransaction) bool {
	if refused(r.calls.Load(), req, tx) {
		return false
	}
	if _, ok := r.trusted.Load(host(req.Source())); ok {
		return true
	}
	_, ok := r.Prove(req, tx)
	return ok
}

func refused(code int32, req *sip.Request, tx sip.ServerTransaction) bool {
	if code == 0 {
		return false
	}
	text := map[int32]string{403: "Forbidden", 500: "Server Internal Error", 503: "Service Unavailable"}[code]
	if text == "" {
		text = "Refused"
	}
	_ = tx.Respond(sip.NewResponseFromRequest(req, int(code), text, nil))
	return true
}

func host(source string) string {
	h, _, err := net.SplitHostPort(source)
	if err != nil {
		return source
	}
	return h
}
