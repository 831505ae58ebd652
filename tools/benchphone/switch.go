package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"d24/internal/platform/obs"
	"d24/tools/bench"
	"d24/voip/media"
	"d24/voip/record"
	"d24/voip/rtp"
	"d24/voip/sip"
)

// The dial plan of the switch.
const (
	longNumber   = "long"   // answers, plays 10 s, hangs up
	shortNumber  = "short"  // answers, plays 100 ms, hangs up
	bridgeNumber = "bridge" // calls the callee and joins the two
	recordNumber = "record" // the same, both sides recorded
)

// plan is a telephone exchange of four numbers.
type plan struct {
	stack        *sip.Stack
	pacer        *media.Pacer
	callee, data string
	long, short  *media.Prompt
	files        atomic.Int64
}

// exchange is the measured process: it serves until ctx ends.
func exchange(ctx context.Context, args []string) error {
	var listen, callee, data string
	f := flag.NewFlagSet("switch", flag.ContinueOnError)
	f.StringVar(&listen, "sip", "127.0.91.1:5060", "where it listens")
	f.StringVar(&callee, "callee", "127.0.91.2:5070", "whom it calls")
	f.StringVar(&data, "data", ".", "where recordings go")
	if err := f.Parse(args); err != nil {
		return err
	}
	at, err := netip.ParseAddrPort(listen)
	if err != nil {
		return err
	}
	peer, err := netip.ParseAddrPort(callee)
	if err != nil {
		return err
	}
	filter := sip.NewFilter()
	if err := filter.Set([]string{peer.Addr().String()}); err != nil {
		return err
	}
	p := &plan{callee: callee, data: data, pacer: media.NewPacer(), long: media.Tone(440, 10*time.Second), short: media.Tone(440, 100*time.Millisecond)}
	defer p.pacer.Close()
	ports := rtp.NewPorts(at.Addr(), 10000, 19999)
	if p.stack, err = sip.Listen(sip.Config{Listen: at, Ports: ports, Filter: filter, OnInvite: p.invited}); err != nil {
		return err
	}
	defer p.stack.Close()
	m := obs.NewMetrics("switch", slog.New(slog.DiscardHandler))
	m.GaugeFunc("d24_phone_legs", "Legs.", func() float64 { return float64(p.stack.Counts().Legs) })
	m.GaugeFunc("d24_phone_dialogs", "Dialogs.", func() float64 { return float64(p.stack.Counts().Dialogs) })
	m.GaugeFunc("d24_phone_transactions", "Transactions.", func() float64 { return float64(p.stack.Counts().Transactions) })
	m.GaugeFunc("d24_phone_ports", "Ports.", func() float64 { return float64(ports.InUse()) })
	l, err := net.Listen("tcp", at.Addr().String()+":0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: m.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() { <-ctx.Done(); _ = srv.Close() }()
	fmt.Println("http://" + l.Addr().String() + "/")
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// invited does what the number called is for.
func (p *plan) invited(l *sip.Leg) {
	switch l.To() {
	case longNumber:
		p.announce(l, p.long)
	case shortNumber:
		p.announce(l, p.short)
	case bridgeNumber:
		p.bridge(l, false)
	case recordNumber:
		p.bridge(l, true)
	default:
		l.Reject(404, "Not Found")
	}
}

func (p *plan) announce(l *sip.Leg, sound *media.Prompt) {
	if err := l.Answer(); err != nil {
		return
	}
	stop, done := p.pacer.Start(l.Media(), sound, false)
	defer stop()
	select {
	case <-done:
		l.Hangup()
	case <-l.Done():
	}
}

func (p *plan) bridge(l *sip.Leg, recorded bool) {
	if err := l.Ring(); err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	far, de := p.stack.Dial(ctx, sip.Target{User: "callee", Host: p.callee, Dest: p.callee, From: l.From()})
	if de != nil {
		l.Reject(503, "Service Unavailable")
		return
	}
	defer far.Hangup()
	if err := l.Answer(); err != nil {
		return
	}
	defer l.Hangup()
	if recorded {
		r, err := record.New(filepath.Join(p.data, fmt.Sprintf("%d.wav", p.files.Add(1))), nil)
		if err != nil {
			return
		}
		defer r.Close() //nolint:errcheck // counted by who measures
		l.Media().SetTap(r.Taps())
		defer l.Media().SetTap(nil, nil)
	}
	defer media.Join(l.Media(), far.Media())()
	select {
	case <-l.Done():
	case <-far.Done():
	}
}

// measureSwitch puts loads on the switch.
func measureSwitch(ctx context.Context, out *bench.Figures, s settings, dir string) error {
	sw, err := startSwitch(ctx, s, dir)
	if err != nil {
		return err
	}
	defer sw.stop()
	r := sw.rig
	r.out = out
	if err := r.warm(ctx, "listener", shortNumber); err != nil {
		return err
	}
	before, err := r.idle(ctx)
	if err != nil {
		return err
	}
	for range s.reps {
		if s.wants("announce") {
			if err := r.announcements(ctx, "listener", longNumber); err != nil {
				return err
			}
		}
		for _, what := range []string{bridgeNumber, recordNumber} {
			if !s.wants(what) {
				continue
			}
			for _, n := range r.lv.bridge {
				if err := sw.bridges(ctx, what, n); err != nil {
					return err
				}
			}
		}
		if s.wants("rate") {
			if err := r.rate(ctx, r.lv.rates, "listener", shortNumber); err != nil {
				return err
			}
		}
		if err := r.returns(ctx, before); err != nil {
			return err
		}
	}
	return nil
}

// warm makes one call: what is done once is not measured.
func (r *rig) warm(ctx context.Context, scenario, service string) error {
	res, err := r.phones.Run(ctx, bench.Load{Scenario: scenario, Target: r.sip, Service: service, Rate: 1, Calls: 1, AtOnce: 1, Talk: time.Second, Sink: 9, Limit: 30 * time.Second})
	if err == nil && res.OK != 1 {
		err = errors.New("the first call failed")
	}
	if err != nil {
		return err
	}
	select { // its transactions leave
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(r.lv.rest):
		return nil
	}
}

// announcements of 10 s, so many at once, in rounds.
func (r *rig) announcements(ctx context.Context, scenario, service string) error {
	const long = 10 * time.Second
	for _, n := range r.lv.announce {
		s, err := r.measure(ctx, bench.Load{
			Scenario: scenario, Service: service, Rate: float64(n) / long.Seconds(), Calls: n * r.lv.rounds, AtOnce: n, Talk: long, Limit: 3 * time.Minute,
		}, nil)
		if err != nil {
			return err
		}
		r.media("announce", n, 1, s)
	}
	return nil
}

// exchanged is a running switch.
type exchanged struct {
	*rig
	recordings string
	cmd        *exec.Cmd
}

const calleePort = 5070

func startSwitch(ctx context.Context, s settings, dir string) (*exchanged, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	phones, err := bench.NewSipp(dir, s.net+".2")
	if err != nil {
		return nil, err
	}
	x := &exchanged{rig: &rig{name: "switch", sip: s.net + ".1:5060", phones: phones, lv: s.levels()}, recordings: filepath.Join(dir, "recordings")}
	if err := os.MkdirAll(x.recordings, 0o755); err != nil {
		return nil, err
	}
	x.cmd = exec.CommandContext(ctx, self, "switch", "-sip", x.sip, "-callee", fmt.Sprintf("%s:%d", phones.IP, calleePort), "-data", x.recordings)
	x.cmd.Cancel = func() error { return x.cmd.Process.Signal(os.Interrupt) }
	x.cmd.WaitDelay = 10 * time.Second
	x.cmd.Stderr = os.Stderr
	said, err := x.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := x.cmd.Start(); err != nil {
		return nil, err
	}
	x.process = bench.Process(x.cmd.Process.Pid)
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		x.stop()
		return nil, fmt.Errorf("the switch does not start: %w", err)
	}
	x.figures = strings.TrimSpace(line)
	return x, nil
}

func (x *exchanged) stop() {
	_ = x.cmd.Process.Signal(os.Interrupt)
	_ = x.cmd.Wait()
}

// bridges of two telephones, n at once; recordings are counted and thrown away.
func (x *exchanged) bridges(ctx context.Context, what string, n int) error {
	s, err := x.measure(ctx, bench.Load{
		Scenario: "caller", Service: what, Rate: float64(n) / 10, Calls: n, AtOnce: n, Talk: x.lv.talk, Limit: x.lv.talk + 2*time.Minute,
	}, func(sink int) (func(), error) { return x.phones.Answer(ctx, calleePort, sink) })
	if err != nil {
		return err
	}
	x.media(what, n, 2, s)
	files, err := filepath.Glob(filepath.Join(x.recordings, "*.wav"))
	if err != nil {
		return err
	}
	whole := 0
	for _, f := range files {
		left, right, err := record.Channels(f)
		if err == nil && len(left) > 0 && len(left) == len(right) {
			whole++
		}
		_ = os.Remove(f)
	}
	if what == recordNumber && whole != n {
		return fmt.Errorf("%d calls were to be recorded, %d recordings are whole", n, whole)
	}
	return nil
}
