// Command benchjournal measures the journal of requests at full size: it fills a throw-away
// PostgreSQL, starts the real program on it, signs in, and asks over HTTP for the lists that
// people open, searches, and makes requests beside people who read. One «name value unit» a
// line, medians of the rounds.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
	"d24/internal/platform/pgembed"
	"d24/tools/bench"
	"d24/tools/bench/journal"
)

func main() {
	b := &bed{figures: bench.NewFigures(), tried: map[string]string{}, rates: []int{50, 100, 200, 300}, clients: []int{1, 8}}
	flag.IntVar(&b.size.Requests, "rows", 10_000_000, "requests")
	flag.IntVar(&b.size.Companies, "companies", 500, "companies")
	flag.IntVar(&b.rounds, "rounds", 3, "how often everything is measured")
	flag.IntVar(&b.ops, "ops", 300, "how often a list is opened in a round")
	flag.DurationVar(&b.making, "making", 20*time.Second, "how long requests are made in a round")
	flag.Func("rates", "at which requests are made, a second, however slow the answers are (50 100 200 300)", func(s string) (err error) {
		b.rates, err = numbers(s)
		return err
	})
	flag.Func("clients", "how many open lists at once, each in a turn (1 8)", func(s string) (err error) {
		b.clients, err = numbers(s)
		return err
	})
	flag.StringVar(&b.binary, "d24", "bin/d24", "the program")
	flag.StringVar(&b.net, "net", "127.0.93", "the first three numbers of loopback addresses that nobody else uses")
	flag.StringVar(&b.keep, "keep", "", "directory of a database that is kept, and used when it is there")
	flag.StringVar(&b.match, "match", "", "only lists whose names have this")
	flag.Func("set", "a setting of the database to be tried, as name=value; may be repeated", func(s string) error {
		name, value, ok := strings.Cut(s, "=")
		if !ok {
			return fmt.Errorf("%q is no name=value", s)
		}
		b.tried[name] = value
		return nil
	})
	flag.BoolVar(&b.stats, "stats", false, "print the statements that cost the database most")
	only := flag.String("only", "", "fill, lists or create; all without")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := b.run(ctx, *only)
	stop()
	b.figures.Print(os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchjournal:", err)
		os.Exit(1)
	}
}

// bed is what is measured in, and what has been measured.
type bed struct {
	size              journal.Size
	rounds, ops       int
	making            time.Duration
	rates, clients    []int
	binary, net, keep string
	match             string
	tried             map[string]string
	stats             bool
	figures           *bench.Figures
	world             *journal.World
	house             *bench.House
	server            *pgembed.Server
}

func (b *bed) run(ctx context.Context, only string) (err error) {
	fmt.Fprintln(os.Stderr, bench.Machine())
	dir, err := os.MkdirTemp("", "d24-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	data, program := b.keep, b.keep // the program's keys are kept beside what they have closed
	if data == "" {
		data, program = filepath.Join(dir, "db"), dir
	}
	if err := errors.Join(os.MkdirAll(data, 0o755), os.Chmod(dir, 0o755)); err != nil { // the database's own user passes through
		return err
	}
	if err := b.prepare(ctx, data); err != nil {
		return err
	}
	if only == "fill" {
		return nil
	}
	b.server, err = pgembed.Start(ctx, pgembed.Config{DataDir: data, Log: slog.New(slog.DiscardHandler), Settings: b.settings()})
	if err != nil {
		return err
	}
	defer b.server.Stop()
	if b.house, err = bench.StartOn(ctx, b.binary, program, b.net, b.server.AppURL(), b.server.OwnerURL()); err != nil {
		return err
	}
	defer b.house.Stop()
	for range b.rounds {
		if only != "create" {
			if err := b.lists(ctx); err != nil {
				return err
			}
		}
		if only != "lists" {
			if err := b.create(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// prepare has the database filled, unless it was before: by a server that keeps nothing safe.
func (b *bed) prepare(ctx context.Context, data string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s, err := pgembed.Start(ctx, pgembed.Config{DataDir: data, Port: port, Log: slog.New(slog.DiscardHandler), Settings: map[string]string{
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "16GB",
		"maintenance_work_mem": "1GB", "max_parallel_maintenance_workers": "1", "autovacuum": "off", "checkpoint_timeout": "30min",
	}})
	if err != nil {
		return err
	}
	defer s.Stop()
	if err := pg.Migrate(ctx, s.OwnerURL()); err != nil {
		return err
	}
	if err := s.EnsureApp(ctx); err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, s.OwnerURL())
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is lost
	began := time.Now()
	say := func(what string) {
		fmt.Fprintf(os.Stderr, "%4.0f s %s (load %.1f)\n", time.Since(began).Seconds(), what, bench.Busy())
	}
	var filled bool
	if err := c.QueryRow(ctx, `select exists (select from users where login = $1)`, journal.Floor).Scan(&filled); err != nil {
		return err
	}
	if filled {
		// filled without triggers by an earlier version, which left out that companies have people
		if _, err := c.Exec(ctx, journal.CountStaff); err != nil {
			return err
		}
		b.world, err = journal.Open(ctx, c)
		return err
	}
	if b.world, err = journal.Fill(ctx, c, b.size, time.Now().UTC().Truncate(time.Second), say); err != nil {
		return err
	}
	if err := b.world.Enter(ctx, c); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "checkpoint"); err != nil {
		return err
	}
	var tables string
	if err := c.QueryRow(ctx, `select string_agg(format('%s %s', r, pg_size_pretty(pg_total_relation_size(r))), ', ') from unnest(array['tickets', 'ticket_events', 'ticket_search', 'ticket_search_doc', 'ticket_words']::regclass[]) r`).Scan(&tables); err != nil {
		return err
	}
	say("filled: " + tables)
	b.figures.Add("fill", time.Since(began).Seconds(), "s")
	return nil
}

// numbers are whole numbers with spaces between them.
func numbers(s string) (ns []int, err error) {
	for _, f := range strings.Fields(s) {
		n, err := strconv.Atoi(f)
		if err != nil || n <= 0 {
			return nil, fmt.Errorf("%q is no rate", f)
		}
		ns = append(ns, n)
	}
	return ns, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()                          //nolint:errcheck // only asked for a number
	return l.Addr().(*net.TCPAddr).Port, nil //nolint:forcetypeassert // a TCP listener
}

// keepFigures adds the percentiles of what took so long, in ms.
func (b *bed) keepFigures(name string, took []float64, over time.Duration) {
	b.figures.Add(name+"_p50", bench.Percentile(took, .5), "ms")
	b.figures.Add(name+"_p95", bench.Percentile(took, .95), "ms")
	b.figures.Add(name+"_p99", bench.Percentile(took, .99), "ms")
	b.figures.Add(name+"_rate", float64(len(took))/over.Seconds(), "1/s")
	fmt.Fprintf(os.Stderr, "%-32s p50 %6.1f p95 %6.1f p99 %6.1f ms, %5.0f/s of %d, load %.1f\n", strings.TrimSpace(name), bench.Percentile(took, .5), bench.Percentile(took, .95), bench.Percentile(took, .99),
		float64(len(took))/over.Seconds(), len(took), bench.Busy())
}
