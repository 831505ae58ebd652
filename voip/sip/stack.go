// Package sip speaks SIP: it listens, answers and dials, and gives every call as
// a Leg. It knows no business. The transactions are sipgo's; what telephones and
// providers do to them (repeated 180s, a CANCEL crossing a 200, dead trunks) is
// dealt with here.
package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"d24/voip/rtp"
)

// Config of a stack. Listen is where SIP is spoken, over UDP and TCP.
type Config struct {
	Listen    netip.AddrPort // port 0: a free one
	Ports     *rtp.Ports     // where the sound goes
	Filter    *Filter
	UserAgent string
	Log       *slog.Logger
	// OnInvite owns a new inbound call; it runs in a goroutine of its own.
	OnInvite func(*Leg)
	// OnRegister answers REGISTER; nil: 405.
	OnRegister func(*sip.Request, sip.ServerTransaction)
	// Authorise may demand proof from who sends an INVITE; false: it has answered.
	Authorise func(*sip.Request, sip.ServerTransaction) bool
}

// Stack is one SIP address.
type Stack struct {
	cfg     Config
	ua      *sipgo.UserAgent
	srv     *sipgo.Server
	client  *sipgo.Client
	dua     *sipgo.DialogUA
	addr    netip.AddrPort
	udp     net.PacketConn
	tcp     net.Listener
	dialogs sync.Map // dialog id → *Leg
	legs    atomic.Int64
	ids     atomic.Int64
	wg      sync.WaitGroup
}

const allow = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, NOTIFY"

// 1500 refuses messages over 1300 bytes, which providers do send
func init() { sip.UDPMTUSize = 4000 }

// Listen opens the sockets and serves until Close.
func Listen(cfg Config) (*Stack, error) {
	s := &Stack{cfg: cfg}
	s.ids.Store(time.Now().Unix())
	if err := s.open(); err != nil {
		return nil, err
	}
	if err := s.build(); err != nil {
		s.shut()
		return nil, err
	}
	s.handlers()
	s.wg.Add(2)
	go func() { defer s.wg.Done(); _ = s.srv.ServeUDP(s.udp) }()
	go func() { defer s.wg.Done(); _ = s.srv.ServeTCP(s.tcp) }()
	return s, s.serving()
}

// open takes the same port for UDP and TCP.
func (s *Stack) open() error {
	var err error
	for range 20 {
		var u *net.UDPConn
		if u, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(s.cfg.Listen)); err != nil {
			return fmt.Errorf("sip: %w", err)
		}
		s.addr = netip.AddrPortFrom(s.cfg.Listen.Addr(), uint16(u.LocalAddr().(*net.UDPAddr).Port)) //nolint:forcetypeassert // a UDP socket
		var l net.Listener
		if l, err = net.Listen("tcp", s.addr.String()); err == nil {
			s.udp, s.tcp = quietConn{u, s.cfg.Filter}, quietListener{l, s.cfg.Filter}
			return nil
		}
		_ = u.Close()
		if s.cfg.Listen.Port() != 0 {
			break
		}
	}
	return fmt.Errorf("sip: %w", err)
}

func (s *Stack) shut() {
	_ = s.udp.Close()
	_ = s.tcp.Close()
}

func (s *Stack) build() (err error) {
	quiet := slog.New(quietHandler{s.cfg.Log.Handler()})
	sip.SetDefaultLogger(quiet)
	host := s.addr.Addr().String()
	if s.ua, err = sipgo.NewUA(sipgo.WithUserAgent(s.cfg.UserAgent), sipgo.WithUserAgentHostname(host)); err != nil {
		return err
	}
	if s.srv, err = sipgo.NewServer(s.ua, sipgo.WithServerLogger(quiet)); err != nil {
		return err
	}
	// requests leave from the listening address: providers answer there
	s.client, err = sipgo.NewClient(s.ua, sipgo.WithClientHostname(host), sipgo.WithClientConnectionAddr(s.addr.String()), sipgo.WithClientNAT(), sipgo.WithClientLogger(quiet))
	s.dua = &sipgo.DialogUA{
		Client: s.client, RewriteContact: true,
		ContactHDR: sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "d24", Host: host, Port: int(s.addr.Port())}},
	}
	return err
}

// serving waits until the library has taken the sockets: a request sent earlier
// would leave from another port.
func (s *Stack) serving() error {
	for range 500 {
		if _, err := s.srv.TransportLayer().GetConnection("udp", s.addr.String()); err == nil {
			return nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return errors.New("sip: the listener does not come up")
}

// Addr is where the stack listens.
func (s *Stack) Addr() netip.AddrPort { return s.addr }

// Live is the number of calls that have a leg.
func (s *Stack) Live() int { return int(s.legs.Load()) }

// Client sends requests outside of calls (REGISTER, OPTIONS).
func (s *Stack) Client() *sipgo.Client { return s.client }

// Close hangs up every call and frees the address.
func (s *Stack) Close() {
	var ends sync.WaitGroup
	s.dialogs.Range(func(_, v any) bool {
		ends.Add(1)
		go func() { defer ends.Done(); v.(*Leg).Hangup() }() //nolint:forcetypeassert // our map
		return true
	})
	ends.Wait()
	_ = s.ua.Close()
	s.shut()
	s.wg.Wait()
}

func (s *Stack) handlers() {
	s.srv.OnInvite(s.onInvite)
	s.srv.OnAck(s.onAck)
	s.srv.OnBye(s.onBye)
	s.srv.OnCancel(reply(481, "Call/Transaction Does Not Exist"))
	s.srv.OnOptions(func(req *sip.Request, tx sip.ServerTransaction) {
		r := sip.NewResponseFromRequest(req, 200, "OK", nil)
		r.AppendHeader(sip.NewHeader("Allow", allow))
		r.AppendHeader(sip.NewHeader("Accept", "application/sdp"))
		_ = tx.Respond(r)
	})
	s.srv.OnUpdate(s.onInDialog)
	s.srv.OnInfo(s.onInDialog)
	s.srv.OnNotify(reply(200, "OK"))
	s.srv.OnRefer(reply(603, "Decline")) // never followed: it may lead to a paid number (F84)
	if s.cfg.OnRegister != nil {
		s.srv.OnRegister(s.cfg.OnRegister)
	}
}

func reply(code int, reason string) sipgo.RequestHandler {
	return func(req *sip.Request, tx sip.ServerTransaction) {
		_ = tx.Respond(sip.NewResponseFromRequest(req, code, reason, nil))
	}
}

// find returns the leg a request belongs to; a request from an address the call
// does not come from belongs to none (S10).
func (s *Stack) find(req *sip.Request) *Leg {
	for _, id := range []func(*sip.Request) (string, error){sip.DialogIDFromRequestUAS, sip.DialogIDFromRequestUAC} {
		key, err := id(req)
		if err != nil {
			continue
		}
		if v, ok := s.dialogs.Load(key); ok {
			l := v.(*Leg) //nolint:forcetypeassert // our map
			if host, _, err := net.SplitHostPort(req.Source()); err == nil && (l.peer == "" || l.peer == host) {
				return l
			}
		}
	}
	return nil
}

// quietHandler drops the library's debug lines and cuts its errors: it would
// log whole packets, and those hold numbers.
type quietHandler struct{ slog.Handler }

func (h quietHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

func (h quietHandler) Handle(ctx context.Context, r slog.Record) error {
	msg, _, _ := strings.Cut(r.Message, "\n")
	return h.Handler.Handle(ctx, slog.NewRecord(r.Time, slog.LevelDebug, "sip: "+msg, 0))
}

func (h quietHandler) WithAttrs([]slog.Attr) slog.Handler { return h }

func (h quietHandler) WithGroup(string) slog.Handler { return h }

func hostport(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
