package city

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"d24/voip/speech"
)

// Options of the city's command.
type Options struct {
	Listen string         // HOST:PORT of the page, on this machine; "": no page
	X, Y   netip.AddrPort // where the providers are; zero: 127.0.0.11:5060 and 127.0.0.12:5060
	// Scenario is a ready one's name or a file; Rate is calls an hour. With one of
	// them the command ends when it is over; with none it lives until ctx ends.
	Scenario string
	Rate     float64
	For      time.Duration // bound of either; 0: to the scenario's end, or until ctx ends
	// Day, burst and HangUp are as in Rate.
	Day, BurstEvery, BurstFor time.Duration
	BurstTimes                float64
	HangUp                    time.Duration
	Seed                      uint64
	Voice                     string    // directory that keeps what was spoken; "": in memory alone
	Mute                      bool      // tones instead of speech: a load must not pay for synthesis
	Out                       io.Writer // addresses first, figures last
	Log                       *slog.Logger
}

// Where the demo city's providers are when nothing else is said.
var (
	DefaultX = netip.MustParseAddrPort("127.0.0.11:5060")
	DefaultY = netip.MustParseAddrPort("127.0.0.12:5060")
)

// Command runs the demo city. After a scenario or a rate it prints what the calls
// came to as "name value unit" lines. Errors are in Russian.
func Command(ctx context.Context, o Options) error {
	if o.Scenario != "" && o.Rate != 0 {
		return errors.New("сценарий и поток звонков вместе не играются: выберите одно")
	}
	if !o.X.IsValid() {
		o.X = DefaultX
	}
	if !o.Y.IsValid() {
		o.Y = DefaultY
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	cfg := Demo(o.X, o.Y)
	cfg.Seed, cfg.Log = o.Seed, o.Log
	if !o.Mute {
		v, err := voice(o.Voice)
		if err != nil {
			_, _ = fmt.Fprintln(o.Out, "Голоса нет, вместо слов будет гудок:", err)
		}
		cfg.Voice = v
	}
	c, err := New(cfg)
	if err != nil {
		return err
	}
	defer c.Close()
	if o.Listen != "" {
		stop, err := c.Serve(o.Listen, o.Out)
		if err != nil {
			return err
		}
		defer stop()
	}
	for _, p := range c.providers {
		_, _ = fmt.Fprintf(o.Out, "%s: %s\n", p.cfg.Title, p.Addr())
	}
	return c.follow(ctx, o)
}

// voice is the offline engine; nil with an error.
func voice(dir string) (speech.Voice, error) {
	e, err := speech.NewEspeak()
	if err != nil {
		return nil, err
	}
	if dir == "" {
		return e, nil
	}
	kept, err := speech.NewCached(e, dir)
	if err != nil {
		return nil, err
	}
	return kept, nil
}

// Serve opens the page at an address of this machine until stop is called.
func (c *City) Serve(listen string, out io.Writer) (stop func(), err error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || !local(host) {
		return nil, fmt.Errorf("страница города %q: нужен адрес этой машины, например 127.0.0.1:8095", listen)
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("страница города: %w", err)
	}
	srv := &http.Server{Handler: c.Handler(), ReadHeaderTimeout: 5 * time.Second}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			c.log.Error("the page is closed", "err", err)
		}
	}()
	_, _ = fmt.Fprintf(out, "Демо-город: http://%s\n", l.Addr())
	return func() {
		_ = srv.Close()
		<-gone
	}, nil
}

// local reports whether a host name means this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// follow plays what the options say, or lives until ctx ends.
func (c *City) follow(ctx context.Context, o Options) error {
	var f *Figures
	var err error
	switch {
	case o.Scenario != "":
		var s Scenario
		if s, err = Load(o.Scenario); err != nil {
			return err
		}
		if o.For > 0 {
			s.Lasts = Duration(min(o.For, time.Duration(s.Lasts)))
		}
		f, err = c.Play(ctx, s)
	case o.Rate != 0:
		if o.For == 0 {
			o.For = 365 * 24 * time.Hour
		}
		f, err = c.Load(ctx, Rate{
			PerHour: o.Rate, For: Duration(o.For), Day: Duration(o.Day), Every: Duration(o.BurstEvery), BurstFor: Duration(o.BurstFor), BurstTimes: o.BurstTimes, HangUp: Duration(o.HangUp),
		})
	default:
		<-ctx.Done()
		return nil
	}
	if err != nil {
		return err
	}
	f.Print(o.Out)
	return nil
}
