// Package sip speaks SIP: it listens, answers and dials, and gives every call as
// a Leg. It knows no business. Transactions and parsing are sipgo's; dialogs are
// ours, because what telephones and providers really do (repeated 180s, a CANCEL
// crossing a 200, dead trunks, answers nobody waits for any more) decides there.
package sip

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"d24/voip/rtp"
)

// Config of a stack. SIP is spoken over UDP and TCP on the same port.
type Config struct {
	Listen    netip.AddrPort // port 0: a free one
	Hostname  string         // our name in From; empty: the listening address
	MediaIP   netip.Addr     // address written in descriptions; zero: that of Ports
	Ports     *rtp.Ports     // where the sound goes
	Filter    *Filter        // whose packets exist at all; nil: nobody's
	UserAgent string
	Log       *slog.Logger // nil: silent

	// MediaLost ends a call whose peer sends no sound for so long outside hold:
	// its BYE was lost. Zero: 60 s.
	MediaLost time.Duration
	// NoSound is how long after the answer a peer may be silent before OnNoSound
	// hears of it (F9). Zero: 5 s.
	NoSound time.Duration

	// MinSession is the shortest session a peer may ask for (RFC 4028), SessionFor what we ask
	// for. Zero: 90 s and 30 min.
	MinSession, SessionFor time.Duration

	// OnInvite owns a new inbound call and ends it with Answer + Hangup, or
	// Reject; it runs in a goroutine of its own.
	OnInvite func(*Leg)
	// SRTP says whether the sound of a call that comes is sealed; nil: when its description
	// has a key. It is asked before OnInvite, with the request's target and its source.
	SRTP func(contact, host string) SRTP
	// TLS is how providers over TLS are known; nil: none is dialled so.
	TLS *Trust
	// Certificate answers who connects to us over TLS, on the port after Listen's; nil: nobody may.
	Certificate func() (*tls.Certificate, error)
	// OnNoSound hears once of an answered call without sound (F9).
	OnNoSound func(*Leg)
	// OnRegister answers REGISTER; nil: 405.
	OnRegister func(*sip.Request, sip.ServerTransaction)
	// OnOptions answers OPTIONS outside of calls; nil: 200.
	OnOptions func(*sip.Request, sip.ServerTransaction)
	// MayDial is the last word on a number before its INVITE leaves, whoever dials and
	// why (S9); nil: any. Registered phones of ours (Target.Inside) are not asked for.
	MayDial func(number string) error
	// Admit says how long an INVITE or OPTIONS of a host is to be put off with 503 and
	// Retry-After; 0: it may come. It is asked for every one, and must be quick.
	Admit func(host string, invite bool) time.Duration
	// Refers tells peers that they may have their calls led to others (Leg.OnRefer).
	Refers bool
	// Authorise may demand proof from who sends an INVITE; false: it has answered.
	Authorise func(*sip.Request, sip.ServerTransaction) bool
}

// Stack is one SIP address.
type Stack struct {
	cfg       Config
	log       *slog.Logger
	ua        *sipgo.UserAgent
	srv       *sipgo.Server
	udpClient *sipgo.Client
	tcpClient *sipgo.Client
	addr      netip.AddrPort
	udp       *quietConn
	tcp       *quietListener
	tls       *quietListener // nil: none
	dialogs   sync.Map       // dialog key → *Leg
	pending   sync.Map       // branch of an inbound INVITE not answered yet → its host
	abandoned sync.Map       // Call-ID → *abandoned
	legs      atomic.Int64
	given     atomic.Int64 // abandoned dials remembered
	txs       atomic.Int64
	ids       atomic.Int64
	closing   atomic.Bool
	quit      chan struct{}
	serving   sync.WaitGroup
	work      crew
	door      sync.RWMutex // held while a request is handed to the transport
	shutDown  bool         // the transport is closed: whoever sends now would open a socket that nobody closes
}

// methods we serve, in the order of the Allow header
const allow = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, NOTIFY"

func (s *Stack) allowed() string {
	if s.cfg.Refers {
		return allow + ", REFER"
	}
	return allow
}

var setUp sync.Once

// Listen opens the sockets and serves until Close.
func Listen(cfg Config) (*Stack, error) {
	if cfg.Filter == nil {
		cfg.Filter = NewFilter()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.MediaLost == 0 {
		cfg.MediaLost = time.Minute
	}
	if cfg.MinSession == 0 {
		cfg.MinSession = minSession
	}
	if cfg.SessionFor == 0 {
		cfg.SessionFor = sessionFor
	}
	if cfg.NoSound == 0 {
		cfg.NoSound = 5 * time.Second
	}
	setUp.Do(func() {
		sip.UDPMTUSize = 8000 // 1500 refuses messages over 1300 bytes, which providers do send
		sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
	})
	s := &Stack{cfg: cfg, log: slog.New(quietHandler{cfg.Log.Handler()}), quit: make(chan struct{})}
	s.ids.Store(time.Now().Unix())
	if err := s.open(); err != nil {
		return nil, err
	}
	if err := s.build(); err != nil {
		s.shut()
		return nil, err
	}
	s.handlers()
	s.serving.Add(3)
	go func() { defer s.serving.Done(); _ = s.srv.ServeUDP(s.udp) }()
	go func() { defer s.serving.Done(); _ = s.srv.ServeTCP(s.tcp) }()
	go func() { defer s.serving.Done(); s.watch() }()
	if s.tls != nil {
		s.serving.Add(1)
		go func() { defer s.serving.Done(); _ = s.srv.ServeTLS(s.tls) }()
	}
	if err := s.up(); err != nil {
		close(s.quit)
		s.shut()
		s.serving.Wait()
		return nil, err
	}
	return s, nil
}

// open takes the same port for UDP and TCP.
func (s *Stack) open() error {
	var err error
	for range 20 {
		var u *net.UDPConn
		if u, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(s.cfg.Listen)); err != nil {
			return fmt.Errorf("sip: %w", err)
		}
		_ = u.SetReadBuffer(4 << 20)                                                                // a burst waits in the kernel rather than is lost
		s.addr = netip.AddrPortFrom(s.cfg.Listen.Addr(), uint16(u.LocalAddr().(*net.UDPAddr).Port)) //nolint:forcetypeassert,gosec // a UDP socket
		var l net.Listener
		if l, err = net.Listen("tcp", s.addr.String()); err == nil {
			s.udp = newQuietConn(u, s.cfg.Filter, &s.pending)
			s.tcp = &quietListener{Listener: l, f: s.cfg.Filter}
			if err = s.openTLS(); err == nil {
				return nil
			}
			_ = l.Close()
		}
		_ = u.Close()
		if s.cfg.Listen.Port() != 0 {
			break
		}
	}
	return fmt.Errorf("sip: %w", err)
}

// openTLS listens for providers that connect to us over TLS.
func (s *Stack) openTLS() error {
	if s.cfg.Certificate == nil {
		return nil
	}
	l, err := net.Listen("tcp", netip.AddrPortFrom(s.addr.Addr(), s.addr.Port()+1).String())
	if err != nil {
		return err
	}
	s.tls = &quietListener{f: s.cfg.Filter, Listener: tls.NewListener(l, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.cfg.Certificate() },
	})}
	return nil
}

func (s *Stack) shut() {
	if s.tls != nil {
		_ = s.tls.Close()
		s.tls.closeAll()
	}
	_ = s.udp.Close()
	_ = s.tcp.Close()
	s.tcp.closeAll()
}

func (s *Stack) build() (err error) {
	host := s.addr.Addr().String()
	if s.cfg.Hostname == "" {
		s.cfg.Hostname = host
	}
	s.ua, err = sipgo.NewUA(
		sipgo.WithUserAgentParser(sip.NewParser(sip.WithHeadersParsers(parsers()))),
		sipgo.WithUserAgenTLSConfig(s.cfg.TLS.client()),
		sipgo.WithUserAgent(s.cfg.UserAgent), sipgo.WithUserAgentHostname(s.cfg.Hostname),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(s.log)),
		sipgo.WithUserAgentTransactionLayerOptions(
			sip.WithTransactionLayerLogger(s.log),
			sip.WithTransactionLayerUnhandledResponseHandler(s.onStrayResponse),
		),
	)
	if err != nil {
		return err
	}
	if s.srv, err = sipgo.NewServer(s.ua, sipgo.WithServerLogger(s.log)); err != nil {
		return err
	}
	// requests leave from the listening address: providers answer there
	if s.udpClient, err = sipgo.NewClient(s.ua, sipgo.WithClientHostname(host), sipgo.WithClientConnectionAddr(s.addr.String()),
		sipgo.WithClientNAT(), sipgo.WithClientLogger(s.log)); err != nil {
		return err
	}
	// over TCP a connection belongs to its peer: bound to the listening address
	// the library would take any accepted connection, whoever is at its other end
	s.tcpClient, err = sipgo.NewClient(s.ua, sipgo.WithClientAddr(s.addr.String()), sipgo.WithClientConnectionAddr(net.JoinHostPort(host, "0")),
		sipgo.WithClientNAT(), sipgo.WithClientLogger(s.log))
	return err
}

// up waits until the library has taken the sockets: a request sent earlier
// would leave from another port.
func (s *Stack) up() error {
	for range 2500 {
		if _, err := s.srv.TransportLayer().GetConnection("udp", s.addr.String()); err == nil {
			return nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return fmt.Errorf("sip: the listener on %s does not come up", s.addr)
}

// Addr is where the stack listens.
func (s *Stack) Addr() netip.AddrPort { return s.addr }

// Live is the number of calls that have a leg.
func (s *Stack) Live() int { return int(s.legs.Load()) }

// Counts are what a stack holds now; all zero when idle. Transactions stay for
// 64*T1 (32 s) after a call, by RFC 3261; Abandoned for 3 minutes.
type Counts struct{ Legs, Dialogs, Transactions, Abandoned int }

// Counts says what the stack holds: for leak checks and measurements.
func (s *Stack) Counts() Counts {
	c := Counts{Legs: s.Live(), Transactions: int(s.txs.Load()), Abandoned: int(s.given.Load())}
	s.dialogs.Range(func(any, any) bool { c.Dialogs++; return true })
	return c
}

// Close hangs up every call, waits until the peers have confirmed or 3 s have
// passed, and frees the address. Nothing is left behind.
func (s *Stack) Close() {
	if !s.closing.CompareAndSwap(false, true) {
		return
	}
	close(s.quit)
	s.dialogs.Range(func(_, v any) bool {
		s.background(v.(*Leg).Hangup) //nolint:forcetypeassert // our map
		return true
	})
	s.abandoned.Range(func(_, v any) bool { v.(*abandoned).forget(); return true }) //nolint:forcetypeassert // our map
	select {
	case <-s.work.empty():
	case <-time.After(closeWithin):
	}
	s.udp.stopReading() // a request read while the transport closes would get a socket of its own
	s.door.Lock()
	s.shutDown = true
	s.door.Unlock()
	_ = s.ua.Close() // ends every transaction, and with it what still waits
	s.shut()
	s.serving.Wait()
	<-s.work.empty()
	_ = s.ua.Close() // the same for what came over TCP
	// A request that was read, but not looked up yet, gets a socket of its own from the
	// library when it is its turn; nobody can be asked whether there is one.
	for _, later := range []time.Duration{100 * time.Millisecond, time.Second, 5 * time.Second} {
		time.AfterFunc(later, func() { _ = s.ua.Close() })
	}
}

const closeWithin = 3 * time.Second

// background runs f so that Close waits for it.
func (s *Stack) background(f func()) { s.work.run(f) }

// client that speaks a transport.
func (s *Stack) client(transport string) *sipgo.Client {
	if transport != "" && sip.IsReliable(transport) {
		return s.tcpClient
	}
	return s.udpClient
}

// write sends a request that has no answer: an ACK.
func (s *Stack) write(req *sip.Request) {
	s.door.RLock()
	defer s.door.RUnlock()
	if !s.shutDown {
		_ = s.client(req.Transport()).WriteRequest(req)
	}
}

// send starts a client transaction and counts it. The request must be whole but
// for Via and Content-Length.
func (s *Stack) send(ctx context.Context, req *sip.Request) (sip.ClientTransaction, error) {
	s.door.RLock()
	defer s.door.RUnlock()
	if s.shutDown {
		return nil, net.ErrClosed
	}
	s.txs.Add(1)
	tx, err := s.client(req.Transport()).TransactionRequest(ctx, req)
	if err != nil {
		s.txs.Add(-1)
		return nil, err
	}
	if !tx.OnTerminate(func(string, error) { s.txs.Add(-1) }) {
		s.txs.Add(-1)
	}
	return tx, nil
}

// Contact is where we can be reached over a transport ("udp", "tcp"), under a user.
func (s *Stack) Contact(user, transport string) *sip.ContactHeader {
	return s.contact(user, sip.NetworkToUpper(transport))
}

// contact: see Contact; transport as in a request ("UDP", "TCP").
func (s *Stack) contact(user, transport string) *sip.ContactHeader {
	uri := sip.Uri{Scheme: "sip", User: user, Host: s.addr.Addr().String(), Port: int(s.addr.Port()), UriParams: sip.NewParams()}
	if transport != "" && sip.IsReliable(transport) {
		uri.UriParams.Add("transport", strings.ToLower(transport))
		if s.tls != nil && strings.EqualFold(transport, "tls") {
			uri.Port++
		}
	}
	return &sip.ContactHeader{Address: uri, Params: sip.NewParams()}
}

func (s *Stack) mediaIP() netip.Addr {
	if s.cfg.MediaIP.IsValid() {
		return s.cfg.MediaIP
	}
	return s.cfg.Ports.IP()
}
