// Package engine is the phone engine: trunks, calls, the queue of operators,
// orders, recordings. It knows no tickets; what to do with a call it asks the
// Director, what happened it reports.
//
// One goroutine, the loop, owns every call and every seat: whatever comes from a
// telephone, a browser, a timer or the database is a function posted to it. What
// takes time (dialling, answering, speaking) runs beside and posts its end.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"d24/internal/phone"
	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/rtp"
	"d24/voip/sip"
	"d24/voip/speech"
	"d24/voip/trunk"
	"d24/voip/webrtc"
)

// Orders is the engine's side of the table of orders.
type Orders interface {
	Claim(ctx context.Context, node string, limit int) ([]telephony.Order, error)
	Cancelled(ctx context.Context, node string) ([]telephony.Withdrawn, error)
	Begin(ctx context.Context, node string, o telephony.Order) error
	Invited(ctx context.Context, node, key string, trunkID int64) (bool, error)
	Shift(ctx context.Context, node, address string, f telephony.Floor, leaving bool) (telephony.Shift, error)
	Release(ctx context.Context, node string, keys []string) error
	Recover(ctx context.Context, node string) (orders, calls int, err error)
	// Heard blocks until something may have changed, or ctx ends.
	Heard(ctx context.Context)
}

// Reporter stores reports, all or none; an error means that they must be offered again.
type Reporter interface {
	Report(ctx context.Context, rs ...telephony.Report) error
}

// Config of an engine.
type Config struct {
	Node    string
	SIP     netip.AddrPort
	RTPLow  int
	RTPHigh int
	WebRTC  netip.AddrPort
	Door    string // HOST:PORT of the HTTP door; port 0: a free one
	Data    string // recordings, uploaded phrases and the journal live under it
	// Drain is how long calls may take to end after Run's ctx has; 0: they are cut off.
	Drain time.Duration
	// AtOnce closes when calls are not to be waited for any more; nil: never.
	AtOnce <-chan struct{}
	// CallsPerSecond is how many calls the address of a provider may bring within a second (S6); 0: any.
	CallsPerSecond int
	// Pace divides the waits of people (ring of a seat, wrap-up, counting): tests only; 0 is 1.
	Pace int
	// Part is how much sound a file of a recording holds before the next one begins (F19); 0: one file a call.
	Part time.Duration
	// KeepFor is how long a caller waits for the operator whose network is gone before he goes
	// to another; 0: 30 s.
	KeepFor time.Duration
	// Cert and Key are files in PEM by which we prove ourselves to providers that connect over
	// TLS, on the port after SIP's; read anew for each. Empty: none may.
	Cert, Key string
	// Abroad are beginnings of numbers that are dialled beside Russian ones.
	Abroad []string
	// Phones is where desk phones register; zero: there are none. PhonesFrom are the networks
	// that they may come from: what others send is not read.
	Phones     netip.AddrPort
	PhonesFrom []string
}

// Deps are what the engine asks and tells.
type Deps struct {
	Director telephony.Director
	Seats    telephony.Seats
	Trunks   telephony.Trunks
	Queues   telephony.Queues // nil: the queue works as by default
	People   telephony.Competents
	Phones   telephony.DeskPhones
	Orders   Orders
	Reporter Reporter
	Voice    speech.Voice
	Keys     Sealer // of the trunks that are remembered on the disk; nil: without their passwords
	Log      *slog.Logger
	// Lookup asks where a provider's name leads (RFC 3263); nil: the system's name servers.
	Lookup func(ctx context.Context, host string, port int, transport string) (trunk.Answer, error)
}

// Engine is a running phone engine.
type Engine struct {
	cfg      Config
	d        Deps
	log      *slog.Logger
	begun    time.Time
	posts    chan func()
	quit     chan struct{}
	stopOnce sync.Once
	work     sync.WaitGroup
	stack    *sip.Stack
	ports    *rtp.Ports
	filter   *sip.Filter
	trust    sip.Trust
	web      *webrtc.API
	pacer    *media.Pacer
	prompts  *prompts
	reports  *reports
	trunks   *trunks
	handsets *handsets // nil: desk phones are not listened to
	probes   *probes
	emptied  func(telephony.Empty) // counts calls in which nobody spoke
	door     *http.Server
	doorAddr string
	routes   routeCache
	shift    shift
	rates    rates
	ending   bool            // the loop takes nothing new
	base     context.Context //nolint:containedctx // who acts, for what outlives Run's ctx

	// owned by the loop
	calls   map[string]*call
	seats   map[int64]*seat
	queue   []*call
	set     telephony.QueueRules // by the supervisors
	rules   Rules                // the same, as the decision takes them
	slow    map[telephony.SlowNumber]bool
	shares  Shares               // whose turn it is in a surge
	handled time.Duration        // how long a caller keeps an operator, of late
	fresh   bool                 // what the queue remembers has changed since it was written
	backAt  map[int64]time.Time  // till when a company's own operators may come back after a restart
	givenUp map[string]time.Time // when a number last hung up before anybody spoke to it
	busy    map[string]*call     // by far number: one order at a time rings a phone (F40)
	held    []*call              // orders waiting for their number

	certRead time.Time // the file of our certificate, when it was read last
	certEnds time.Time

	lineless []*call // orders waiting for any trunk to come back
}

// New opens everything; Run makes it work.
func New(cfg Config, d Deps) (*Engine, error) {
	e := &Engine{
		cfg: cfg, d: d, log: d.Log, begun: time.Now(), posts: make(chan func(), 1024), quit: make(chan struct{}),
		base: context.Background(), calls: map[string]*call{}, seats: map[int64]*seat{}, busy: map[string]*call{}, givenUp: map[string]time.Time{}, handled: handledAtFirst, filter: sip.NewFilter(), pacer: media.NewPacer(),
	}
	if e.cfg.KeepFor <= 0 {
		e.cfg.KeepFor = keepFor
	}
	e.routes = newRouteCache()
	e.adopt(telephony.DefaultQueue())
	e.shift.now = make(chan struct{}, 1)
	e.probes = newProbes(e)
	if err := e.open(); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

func (e *Engine) open() (err error) {
	for _, dir := range []string{"recordings", telephony.Announcements, "engine"} {
		if err := os.MkdirAll(filepath.Join(e.cfg.Data, dir), 0o750); err != nil {
			return fmt.Errorf("каталог данных: %w", err)
		}
	}
	e.recall()
	e.prompts = newPrompts(e.d.Voice, filepath.Join(e.cfg.Data, telephony.Announcements), e.log)
	if e.reports, err = openReports(filepath.Join(e.cfg.Data, "engine", e.cfg.Node+".journal"), e.d.Reporter, e.log); err != nil {
		return err
	}
	e.ports = rtp.NewPorts(e.cfg.SIP.Addr(), e.cfg.RTPLow, e.cfg.RTPHigh)
	if e.stack, err = sip.Listen(sip.Config{Listen: e.cfg.SIP, Ports: e.ports, Filter: e.filter, UserAgent: "Dispatcher24", Log: e.log, TLS: &e.trust, Certificate: e.certificate(), SRTP: e.sealed, OnInvite: e.onInvite, MayDial: e.mayDial, OnNoSound: e.noSound, Admit: e.admit}); err != nil {
		return fmt.Errorf("адрес SIP %s: %w", e.cfg.SIP, err)
	}
	if e.web, err = webrtc.NewAPI(webrtc.Config{Listen: e.cfg.WebRTC}); err != nil {
		return fmt.Errorf("адрес звука браузеров %s: %w", e.cfg.WebRTC, err)
	}
	e.trunks = newTrunks(e)
	if e.handsets, err = e.openHandsets(); err != nil {
		return err
	}
	return e.openDoor()
}

func (e *Engine) openDoor() error {
	l, err := net.Listen("tcp", e.cfg.Door)
	if err != nil {
		return fmt.Errorf("дверь телефонной части %s: %w", e.cfg.Door, err)
	}
	e.doorAddr = l.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /api/v1/desk/ws", e.serveDesk)
	mux.Handle("GET /metrics", e.metrics())
	e.door = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	e.work.Add(1)
	go func() {
		defer e.work.Done()
		if err := e.door.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			e.log.Error("the door is closed", "err", err)
		}
	}()
	return nil
}

// SIPAddr, DoorAddr are where the engine listens.
func (e *Engine) SIPAddr() netip.AddrPort { return e.stack.Addr() }

// DoorAddr is HOST:PORT of the HTTP door.
func (e *Engine) DoorAddr() string { return e.doorAddr }

// Live says how many legs and ports are open, for leak checks.
func (e *Engine) Live() (legs, ports int) {
	legs, ports = e.handsets.live()
	return legs + e.stack.Live(), ports + e.ports.InUse()
}

// Run works until ctx ends, then lets its calls end for as long as Config.Drain says,
// hangs up and frees everything. What a dead predecessor of the same name left is ended first.
func (e *Engine) Run(ctx context.Context) {
	defer e.close()
	e.base = context.WithoutCancel(ctx)
	e.recover(ctx)
	asked := ctx
	ctx, cancel := context.WithCancel(e.base)
	defer cancel()
	e.beside(func() { e.leave(asked, cancel) })
	for _, f := range []func(context.Context){e.reports.run, e.trunks.run, e.claiming, e.beating, e.keepAsking, e.informing, e.ruling, e.probes.run, e.looking, e.handsets.run} {
		e.work.Add(1)
		go func() { defer e.work.Done(); f(ctx) }()
	}
	e.loop(ctx)
	e.shut()
}

func (e *Engine) loop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-e.posts:
			e.safely(f)
		}
	}
}

// mayDial is asked before every INVITE that leaves for a provider (S9).
func (e *Engine) mayDial(number string) error { return phone.MayDial(number, e.cfg.Abroad...) }

// safely keeps one bad call from taking the others with it.
func (e *Engine) safely(f func()) {
	defer func() {
		if v := recover(); v != nil {
			e.log.Error("the loop panicked", "panic", v)
		}
	}()
	f()
}

// post gives the loop something to do; after the end it does nothing.
func (e *Engine) post(f func()) {
	select {
	case e.posts <- f:
	case <-e.quit:
	}
}

// after posts f when d has passed; stop it by its timer.
func (e *Engine) after(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(e.paced(d), func() { e.post(f) })
}

// beside runs what takes time off the loop.
func (e *Engine) beside(f func()) {
	e.work.Add(1)
	go func() { defer e.work.Done(); f() }()
}

func (e *Engine) shut() {
	e.ending = true
	for _, c := range e.calls {
		c.finish(telephony.Unknown, telephony.Ours, true)
	}
	for _, s := range e.seats {
		s.gone("engine stops")
	}
}

func (e *Engine) close() {
	e.stopOnce.Do(func() {
		close(e.quit)
		if e.door != nil {
			_ = e.door.Close()
		}
		if e.trunks != nil {
			e.trunks.close()
		}
		e.handsets.close()
		if e.stack != nil {
			e.stack.Close()
		}
		if e.web != nil {
			e.web.Close()
		}
		e.pacer.Close()
		e.work.Wait()
		if e.reports != nil {
			e.reports.close(e.base)
		}
	})
}

func (e *Engine) recover(ctx context.Context) {
	e.repairRecordings()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := e.reports.flush(ctx); err != nil {
		e.log.Warn("reports of the last run wait for the database", "err", err)
	}
	orders, calls, err := e.d.Orders.Recover(ctx, e.cfg.Node)
	if err != nil {
		e.log.Warn("what the last run left is not ended yet", "err", err)
	} else if orders+calls > 0 {
		e.log.Warn("the last run died with calls in hand", "orders", orders, "calls", calls)
	}
}

// claiming takes orders and stops those withdrawn.
func (e *Engine) claiming(ctx context.Context) {
	for ctx.Err() == nil {
		var orders []telephony.Order
		var err error
		if e.shift.takes() {
			orders, err = e.d.Orders.Claim(ctx, e.cfg.Node, 50)
		}
		if err == nil {
			for _, o := range orders {
				e.post(func() { e.newOrder(o) })
			}
			var gone []telephony.Withdrawn
			if gone, err = e.d.Orders.Cancelled(ctx, e.cfg.Node); err == nil && len(gone) > 0 {
				e.post(func() { e.withdraw(gone) })
			}
		}
		if err != nil && ctx.Err() == nil {
			e.log.Warn("orders cannot be read", "err", err)
		}
		wait, cancel := context.WithTimeout(ctx, time.Second)
		e.d.Orders.Heard(wait)
		cancel()
	}
}

func (e *Engine) floor() telephony.Floor {
	f := telephony.Floor{At: time.Now(), Behind: e.reports.oldest(), Waiting: []telephony.FloorWaiting{}, Operators: []telephony.FloorSeat{}, Trunks: e.trunks.floor(), Mute: e.prompts.isMute(), CertEnds: e.ownCertEnds()}
	for _, c := range e.queue {
		kind := "inbound"
		if !c.inbound {
			kind = "task"
		}
		f.Waiting = append(f.Waiting, telephony.FloorWaiting{CallKey: c.key, CompanyID: c.company, Since: c.since, Kind: kind, Urgent: c.urgent(), Repeated: c.repeated, Slow: c.isSlow(), Own: c.reserved, Spilled: c.spilled})
	}
	for _, s := range e.seats {
		o := telephony.FloorSeat{UserID: s.who.UserID, Name: s.who.Name, Own: s.who.Own, State: s.state, Reason: s.reason, Since: s.since, Trouble: s.trouble()}
		if limit := e.set.Limit(s.reason); s.state == statePause && limit > 0 {
			until := s.since.Add(limit)
			o.Until = &until
		}
		f.Operators = append(f.Operators, o)
	}
	e.live(&f)
	e.handsets.floor(&f)
	return f
}
