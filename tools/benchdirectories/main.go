// Command benchdirectories measures the directories of the whole program: the search of
// addresses among many houses, what narrowing it to somebody's houses costs, whose work a
// request is, and the coverage of a week; one «name value unit» a line, medians of the
// rounds. The database is the one of D24_TEST_POSTGRES (see tools/testenv); what it makes
// there it drops.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/tools/bench"
)

func main() {
	b := &bed{figures: bench.NewFigures()}
	flag.IntVar(&b.ops, "searches", 2000, "how many operations of each sort a round")
	flag.IntVar(&b.rounds, "rounds", 3, "how many rounds")
	only := flag.String("only", "", "address or routing; both without")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := b.run(ctx, *only)
	stop()
	b.figures.Print(os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchdirectories:", err)
		os.Exit(1)
	}
}

// bed is the database measured in and what has been measured.
type bed struct {
	pool        *pgxpool.Pool
	db          *pg.DB
	ops, rounds int
	figures     *bench.Figures
}

func (b *bed) run(ctx context.Context, only string) (err error) {
	name := fmt.Sprintf("bench_%d", os.Getpid())
	if err := admin(ctx, "create database "+name); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, admin(context.WithoutCancel(ctx), "drop database "+name+" with (force)"))
	}()
	if err := pg.Migrate(ctx, pgtest.URL(name)); err != nil {
		return err
	}
	if b.pool, err = pg.Open(ctx, pgtest.URL(name), 8); err != nil {
		return err
	}
	defer b.pool.Close()
	b.db = &pg.DB{Pool: b.pool, Clock: clock.System{}}
	if only != "routing" {
		if err := b.addresses(ctx); err != nil {
			return err
		}
	}
	if only != "address" {
		return b.routing(ctx)
	}
	return nil
}

// program is the whole program, fresh: nothing is in its memory.
func (b *bed) program() (*app.App, error) {
	return app.New(app.Config{Pool: b.pool, Clock: b.db.Clock, Log: slog.New(slog.DiscardHandler)})
}

func admin(ctx context.Context, q string) error {
	c, err := pgx.Connect(ctx, pgtest.URL("postgres"))
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is lost
	_, err = c.Exec(ctx, q)
	return err
}

// load lets several clients do n operations together and returns how long each took, in ms.
func load(clients, n int, f func(client, i int) error) (took []float64, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for i := range n / clients {
				start := time.Now()
				e := f(c, i)
				d := time.Since(start).Seconds() * 1000
				mu.Lock()
				took, err = append(took, d), errors.Join(err, e)
				mu.Unlock()
				if e != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return took, err
}

// measured does a load beside its floor and keeps both: the floor is a transaction that asks
// nothing, by as many clients, in the minute of the load, half before it and half after.
func (b *bed) measured(ctx context.Context, name string, clients int, f func(client, i int) error) error {
	floor := func() ([]float64, error) {
		return load(clients, b.ops/2, func(int, int) error {
			return pg.Do(ctx, b.db, func(tx *pg.Tx) error { _, err := tx.Exec(ctx, "select"); return err })
		})
	}
	before, err := floor()
	if err != nil {
		return err
	}
	took, err := load(clients, b.ops, f)
	if err != nil {
		return err
	}
	after, err := floor()
	if err != nil {
		return err
	}
	least := slices.Concat(before, after)
	b.figures.Add(name+"_p50", bench.Percentile(took, .5), "ms")
	b.figures.Add(name+"_p95", bench.Percentile(took, .95), "ms")
	b.figures.Add(name+"_p99", bench.Percentile(took, .99), "ms")
	b.figures.Add(name+"_floor_p99", bench.Percentile(least, .99), "ms")
	b.figures.Add(name+"_over_floor", bench.Percentile(took, .5)/bench.Percentile(least, .5), "times")
	busy, _ := os.ReadFile("/proc/loadavg")
	fmt.Fprintf(os.Stderr, "%s: p99 %.1f ms, floor %.1f ms, load %s\n", name, bench.Percentile(took, .99), bench.Percentile(least, .99), strings.TrimSpace(string(busy)))
	return nil
}

// system is the context in which the beds are made.
func system(ctx context.Context) context.Context { return access.AsSystem(ctx, "bench") }

// administrator of a company; houses: the only ones he may see, none: all.
func administrator(ctx context.Context, company int64, houses ...int64) context.Context {
	return access.With(ctx, access.Actor{
		Kind: access.Company, CompanyID: company, UserID: 1, Name: "bench", May: access.RolePermissions(access.Admin),
		Grants: []access.Grant{{CompanyID: company, BuildingIDs: houses}},
	})
}
