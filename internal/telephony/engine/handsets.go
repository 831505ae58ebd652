package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	lib "github.com/emiago/sipgo/sip"

	"d24/internal/telephony"
	"d24/voip/registrar"
	"d24/voip/rtp"
	"d24/voip/sip"
)

// handsets are the telephones on operators' desks: who is registered, and who is shut out
// because he guesses (S8). They have an address of their own, so that whatever comes to it
// never passes for a provider.
type handsets struct {
	e     *Engine
	reg   *registrar.Registrar
	guard *registrar.Guard
	stack *sip.Stack
	ports *rtp.Ports // nil: the engine's own
	known atomic.Pointer[map[string]telephony.DeskPhone]
	users atomic.Pointer[map[int64]string] // whose phone has which name

	mu      sync.Mutex
	denials map[denial]*denied
}

const (
	phonesEvery = 2 * time.Second
	phonesAsk   = 2 * time.Second
	phoneLost   = 20 * time.Second // without sound outside hold its call is over
	phoneRate   = 200              // datagrams a second of one address: a hundred phones behind it
)

func (e *Engine) openHandsets() (*handsets, error) {
	if !e.cfg.Phones.IsValid() || e.d.Phones == nil {
		return nil, nil //nolint:nilnil // without an address there are none
	}
	h := &handsets{e: e, reg: registrar.New(telephony.PhoneRealm, nil), denials: map[denial]*denied{}}
	h.guard = &registrar.Guard{Spare: h.reg.At, Home: h.reg.From, OnBan: func(b registrar.Ban) {
		e.log.Warn("desk phones' passwords are guessed: who does it is shut out", "source", b.Source(), "guesses", b.Guesses, "until", b.Until)
	}}
	h.reg.Guard = h.guard
	filter, ports := sip.NewFilter(), e.ports
	if err := filter.Set(e.cfg.PhonesFrom); err != nil {
		return nil, fmt.Errorf("сети настольных телефонов: %w", err)
	}
	filter.SetRate(phoneRate)
	filter.Bar(h.guard.Shut)
	if ip := e.cfg.Phones.Addr(); ip != e.cfg.SIP.Addr() {
		h.ports = rtp.NewPorts(ip, e.cfg.RTPLow, e.cfg.RTPHigh)
		ports = h.ports
	}
	var err error
	h.stack, err = sip.Listen(sip.Config{
		Listen: e.cfg.Phones, Ports: ports, Filter: filter, UserAgent: "Dispatcher24", Log: e.log,
		MediaLost: phoneLost, Refers: true, OnRegister: h.register, Authorise: h.authorise, OnInvite: h.invited,
		MayDial: func(string) error { return errNotByPhone },
	})
	if err != nil {
		return nil, fmt.Errorf("адрес настольных телефонов %s: %w", e.cfg.Phones, err)
	}
	return h, nil
}

// register answers a REGISTER. Before the accounts are known no password is wrong.
func (h *handsets) register(req *lib.Request, tx lib.ServerTransaction) {
	if h.known.Load() == nil {
		notYet(req, tx)
		return
	}
	h.reg.Register(req, tx)
}

func (h *handsets) authorise(req *lib.Request, tx lib.ServerTransaction) bool {
	if h.known.Load() == nil {
		notYet(req, tx)
		return false
	}
	user, ok := h.reg.Prove(req, tx)
	if ok && req.From().Address.User != user {
		_ = tx.Respond(lib.NewResponseFromRequest(req, 403, "Forbidden", nil))
		h.denied(user, telephony.DeniedAccount, req.From().Address.User, req.Source())
		return false
	}
	return ok
}

func notYet(req *lib.Request, tx lib.ServerTransaction) {
	res := lib.NewResponseFromRequest(req, 503, "Service Unavailable", nil)
	res.AppendHeader(lib.NewHeader("Retry-After", "5"))
	_ = tx.Respond(res)
}

// errNotByPhone: nothing is dialled from the phones' address but the phones themselves.
var errNotByPhone = errors.New("desk phones have no way outside")

// run reads the accounts again and again: what a supervisor changes works within seconds,
// and an absent database leaves what is known in force.
func (h *handsets) run(ctx context.Context) {
	if h == nil {
		return
	}
	t := time.NewTicker(phonesEvery)
	defer t.Stop()
	for {
		h.read(ctx)
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func (h *handsets) read(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, phonesAsk)
	defer cancel()
	list, lifted, err := h.e.d.Phones.DeskPhones(ctx)
	if err != nil {
		if ctx.Err() == nil {
			h.e.log.Warn("desk phones cannot be read", "err", err)
		}
		return
	}
	known, digests, users := map[string]telephony.DeskPhone{}, map[string]string{}, map[int64]string{}
	for _, p := range list {
		known[p.Name], digests[p.Name], users[p.UserID] = p, p.Digest, p.Name
	}
	h.reg.SetDigests(digests)
	h.users.Store(&users)
	h.known.Store(&known)
	for _, id := range lifted {
		h.guard.Lift(id)
	}
}

// registered reports whether an operator's phone is here.
func (h *handsets) registered(user int64) bool {
	_, ok := h.binding(user)
	return ok
}

// binding is where an operator's phone is.
func (h *handsets) binding(user int64) (b registrar.Binding, ok bool) {
	if h == nil {
		return b, false
	}
	users := h.users.Load()
	if users == nil {
		return b, false
	}
	return h.reg.Lookup((*users)[user])
}

// floor shows who is registered and who is shut out.
func (h *handsets) floor(f *telephony.Floor) {
	if h == nil {
		return
	}
	f.PhonesAt = h.stack.Addr().String()
	bound, known := h.reg.Bound(), h.known.Load()
	for _, name := range slices.Sorted(maps.Keys(bound)) {
		if b := bound[name]; known != nil {
			f.Phones = append(f.Phones, telephony.FloorPhone{ID: (*known)[name].ID, From: b.Source, Agent: b.Agent, Since: b.Since})
		}
	}
	for _, b := range h.guard.Bans() {
		f.Bans = append(f.Bans, telephony.FloorBan{ID: b.ID, Address: b.Source(), Guesses: b.Guesses, Since: b.Since, Until: b.Until})
	}
}

// Addr is where desk phones register.
func (h *handsets) addr() netip.AddrPort { return h.stack.Addr() }

func (h *handsets) live() (legs, ports int) {
	if h == nil {
		return 0, 0
	}
	if h.ports != nil {
		ports = h.ports.InUse()
	}
	return h.stack.Live(), ports
}

func (h *handsets) close() {
	if h != nil {
		h.stack.Close()
	}
}
