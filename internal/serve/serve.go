// Package serve runs the program: the private database, the web part, the
// workers, and the phone engine as a child process.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/config"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/live"
	"d24/internal/platform/obs"
	"d24/internal/platform/outbound"
	"d24/internal/platform/pg"
	"d24/internal/platform/pgembed"
	"d24/internal/platform/supervise"
)

// Options of a run besides the settings.
type Options struct {
	Pages   fs.FS         // the built pages
	Log     *slog.Logger  // of the process
	Out     io.Writer     // where people read
	Path    string        // this program, for children
	Welcome func() string // printed when everything is ready; nil: nothing
	// Seed fills the database before anything starts; nil: nothing.
	Seed func(ctx context.Context, db *pg.DB) error
	// Children run beside the engine: the demo city. Ports are those they listen on.
	Children []supervise.Child
	Ports    []Port
	// Restart asks Run to end with ErrRestart and to leave the phone engine to whoever comes next.
	Restart <-chan os.Signal
}

// ErrRestart is the end of a Run that was asked to start anew.
var ErrRestart = errors.New("starts anew")

// Run runs the role of the settings until ctx ends, then stops everything it started.
func Run(ctx context.Context, c config.Config, o Options) error {
	if err := os.MkdirAll(c.Data, 0o755); err != nil { //nolint:gosec // the database's own user passes through it; what is private inside is closed itself
		return fmt.Errorf("каталог данных %s: %w", c.Data, err)
	}
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return err
	}
	c.Data = data
	ports := Ports(c)
	if c.Role == config.All && engineLives(c) { // its addresses are taken by it
		pages := c
		pages.Role = config.Web
		ports = Ports(pages)
	}
	if c.Role == config.All { // the engine is started beside the city, whose addresses are taken by then
		ports = append(ports, o.Ports...)
	}
	if err := vacant(ctx, ports); err != nil {
		return err
	}
	if c.Role == config.Phone {
		return phone(ctx, c, o.Log)
	}
	stop, err := database(ctx, &c, o.Log)
	if err != nil {
		return err
	}
	defer stop()
	return house(ctx, c, o)
}

// Database is the address of the database for a short errand: the one of the
// settings, the private one of a program that works now, or one started for the
// moment with the newest schema. Call stop when done.
func Database(ctx context.Context, c config.Config, log *slog.Logger) (url string, stop func(), err error) {
	if c.DatabaseURL != "" {
		return c.DatabaseURL, func() {}, nil
	}
	if url, ok := pgembed.Running(c.Data); ok {
		return url, func() {}, nil
	}
	stop, err = database(ctx, &c, log)
	return c.DatabaseURL, stop, err
}

// database starts the private database when no other is named, and brings the
// schema up to date. c gets the program's address.
func database(ctx context.Context, c *config.Config, log *slog.Logger) (stop func(), err error) {
	stop = func() {}
	owner := c.OwnerURL
	if owner == "" {
		owner = c.DatabaseURL
	}
	var s *pgembed.Server
	if c.DatabaseURL == "" {
		if s, err = pgembed.Start(ctx, pgembed.Config{DataDir: c.Data, Log: log}); err != nil {
			return stop, err
		}
		stop = s.Stop
		owner, c.DatabaseURL = s.OwnerURL(), s.AppURL()
	}
	if c.Role == config.All {
		if err = pg.Migrate(ctx, owner); err == nil && s != nil {
			err = s.EnsureApp(ctx)
		}
		if err != nil {
			stop()
			return func() {}, fmt.Errorf("обновление схемы базы: %w", err)
		}
	}
	return stop, nil
}

// connections are those of the web part and the workers to the database.
const connections = 30

// turns are n, or four of each core: the private database has the same ones. Some connections
// are left to the workers and to who could not wait.
func turns(n int) *pg.Turns {
	if n == 0 {
		n = max(6, 4*runtime.GOMAXPROCS(0))
	}
	return pg.NewTurns(min(n, connections*2/3), 250*time.Millisecond)
}

// house runs the web part and the workers, and keeps the phone engine.
func house(ctx context.Context, c config.Config, o Options) error {
	pool, err := pg.Open(ctx, c.DatabaseURL, connections)
	if err != nil {
		return err
	}
	defer pool.Close()
	works, serves := c.Role != config.Web, c.Role != config.Work
	ring, err := keys(ctx, c, &pg.DB{Pool: pool, Clock: clock.System{}}, o.Log)
	if err != nil {
		return err
	}
	a, err := app.New(app.Config{Pool: pool, Clock: clock.System{}, Log: o.Log, Work: works, Node: c.Node, Keys: ring, Data: c.Data, Turns: turns(c.Turns), Away: c.Away, Address: c.Address(), Outbound: outbound.Rules{Allow: c.OutboundAllow()}})
	if err != nil {
		return err
	}
	if o.Seed != nil {
		if err := o.Seed(ctx, a.DB); err != nil {
			return fmt.Errorf("показательные данные: %w", err)
		}
	}
	if err := a.Notify.Prepare(ctx); err != nil {
		return fmt.Errorf("ключ уведомлений: %w", err)
	}
	// what this node had to tell the screens of others when it was killed
	if err := pg.Do(access.AsSystem(ctx, "start"), a.DB, func(tx *pg.Tx) error { return live.Tell(ctx, tx, live.Change{Topic: live.All}) }); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	defer all.Wait()
	if works {
		if err := work(ctx, a, c, o.Log, &all); err != nil {
			return err
		}
	}
	if serves {
		if err := web(ctx, a, c, o, &all, cancel); err != nil {
			cancel(nil)
			return err
		}
	}
	if c.Role == config.All {
		if err := children(ctx, a, c, o, &all); err != nil {
			cancel(nil)
			return err
		}
	}
	go func() {
		select {
		case <-o.Restart:
			o.Log.Info("the program starts anew, the phone engine goes on")
			cancel(fmt.Errorf("%w: %w", ErrRestart, supervise.ErrLeave))
		case <-ctx.Done():
		}
	}()
	if o.Welcome != nil {
		go welcome(ctx, c, o)
	}
	<-ctx.Done()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// work starts the workers; what this node had in hand when it was killed goes on at once.
func work(ctx context.Context, a *app.App, c config.Config, log *slog.Logger, all *sync.WaitGroup) error {
	if err := a.Reclaim(ctx, c.Node); err != nil {
		return fmt.Errorf("рабочие: %w", err)
	}
	if err := a.River.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("рабочие: %w", err)
	}
	w := &watchman{app: a, log: log, node: c.Node, pages: pagesEnd(c)}
	all.Add(4)
	go func() { defer all.Done(); sealing(ctx, a, log) }()
	go func() { defer all.Done(); w.punctual(ctx) }()
	go func() { defer all.Done(); w.engineers(ctx) }()
	go func() {
		defer all.Done()
		w.run(ctx)
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := a.River.StopAndCancel(end); err != nil {
			log.Warn("the workers did not end in time", "err", err)
		}
	}()
	return nil
}

func web(ctx context.Context, a *app.App, c config.Config, o Options, all *sync.WaitGroup, fail context.CancelCauseFunc) error {
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return busy("страницы", c.Listen, err)
	}
	hub := live.NewHub(a.DB, o.Log)
	m := obs.NewMetrics(c.Role, o.Log)
	m.GaugeFunc("d24_live_streams", "Screens that hear of changes.", func() float64 { return float64(hub.Streams()) })
	watchfulness(m, a)
	_, h := a.API(app.WebConfig{
		DataDir: c.Data, Secure: c.HTTPS(), Log: o.Log, Hub: hub, Spa: o.Pages, Metrics: m.Handler(), Ready: checks(a), Voice: voice(filepath.Join(c.Data, "voice"), o.Log),
		Meter:     func(next http.Handler) http.Handler { return m.HTTP(next, clock.System{}) },
		PhoneDoor: a.Telephony.DoorOf,
		DialAlso:  c.DialAlso(),
		Rates:     httpapi.Rates{Token: c.TokenRate, Person: c.PersonRate, Address: c.AddressRate},
	})
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	srv.BaseContext = func(net.Listener) context.Context { return ctx } // streams end with us
	all.Add(4)
	go func() { defer all.Done(); listen(ctx, a.DB, o.Log) }()
	go func() { defer all.Done(); hub.Run(ctx) }()
	go func() {
		defer all.Done()
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fail(fmt.Errorf("веб-часть: %w", err))
		}
	}()
	go func() {
		defer all.Done()
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if srv.Shutdown(end) != nil {
			_ = srv.Close()
		}
	}()
	return nil
}

// checks are what /readyz asks.
func checks(a *app.App) []app.Check {
	return []app.Check{
		{Name: "database", Ask: func(ctx context.Context) error { return a.DB.Pool.Ping(ctx) }},
		{Name: "engine", Ask: func(ctx context.Context) error {
			door, err := a.Telephony.Node(access.AsSystem(ctx, "ready"))
			if err == nil && door == "" {
				err = errors.New("no engine beats")
			}
			return err
		}},
		{Name: "watchman", Ask: func(ctx context.Context) error { return heard(access.AsSystem(ctx, "ready"), a.DB) }},
		{Name: "workers", Ask: func(ctx context.Context) error {
			return pg.Do(access.AsSystem(ctx, "ready"), a.DB, func(tx *pg.Tx) error {
				var alive bool
				err := tx.QueryRow(ctx, `select exists (select from worker_nodes where seen_at > $1)`, tx.Now.Add(-workerDead)).Scan(&alive)
				if err == nil && !alive {
					err = errors.New("no worker beats")
				}
				return err
			})
		}},
	}
}

// children keeps the phone engine and whatever else runs beside us. The engine outlives
// us when we are to come back at once.
func children(ctx context.Context, a *app.App, c config.Config, o Options, all *sync.WaitGroup) error {
	k := newKeeper(a, c, o)
	release, err := k.hold()
	if err != nil {
		return err
	}
	all.Add(1)
	go func() { defer all.Done(); defer release(); k.run(ctx) }()
	for _, child := range o.Children {
		all.Add(1)
		go func() {
			defer all.Done()
			if err := child.Run(ctx); err != nil {
				o.Log.Error("a child was not ended", "child", child.Name, "err", err)
			}
		}()
	}
	return nil
}

// welcome speaks once everything is ready.
func welcome(ctx context.Context, c config.Config, o Options) {
	client := &http.Client{Timeout: 3 * time.Second}
	var said atomic.Bool
	for ctx.Err() == nil && !said.Load() {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.Listen+"/readyz", nil)
		if err != nil {
			return
		}
		if res, err := client.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				said.Store(true)
				_, _ = io.WriteString(o.Out, o.Welcome())
				return
			}
		}
		_ = clock.Wait(ctx, 200*time.Millisecond)
	}
}

// withoutSettings is an environment whose settings are given anew.
func withoutSettings(env []string) (out []string) {
	for _, e := range env {
		if len(e) < 4 || e[:4] != "D24_" || len(e) > 10 && e[:10] == "D24_PG_BIN" {
			out = append(out, e)
		}
	}
	return out
}
