package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/tools/bench"
	"d24/tools/bench/journal"
)

// most requests that are being made at once; more are late, and their lateness counts.
const most = 64

// create makes requests at a steady rate, beside twenty lists a second.
func (b *bed) create(ctx context.Context) error {
	maker, err := b.enter(ctx, journal.Floor)
	if err != nil {
		return err
	}
	reader, err := b.enter(ctx, journal.Admin)
	if err != nil {
		return err
	}
	if err := b.warm(ctx, maker); err != nil {
		return err
	}
	if err := b.dearest(ctx, 1); err != nil {
		return err
	}
	if err := b.resting(ctx); err != nil {
		return err
	}
	for _, rate := range b.rates {
		form := b.forms() // of each rate its own: the same key twice is the same request
		mid, cancel := context.WithCancel(ctx)
		var read []float64
		var readErr error
		var wg sync.WaitGroup
		wg.Go(func() {
			lists := journal.Lists()[:9]
			r := rand.New(rand.NewPCG(3, 3)) //nolint:gosec // the draw repeats
			read, readErr = steady(mid, 20, 1<<30, func(i int) error {
				_, err := reader.ask(ctx, http.MethodGet, "/tickets?"+lists[i%len(lists)].Query(b.world, r).Encode(), nil)
				return err
			})
		})
		began := time.Now()
		cost := b.cpu()
		waits := b.waits(mid)
		took, err := steady(ctx, rate, int(b.making.Seconds())*rate, func(i int) error {
			_, err := maker.ask(ctx, http.MethodPost, "/tickets", form(i))
			return err
		})
		over := time.Since(began)
		cancel()
		wg.Wait()
		waits()
		if err := errors.Join(err, readErr); err != nil {
			return err
		}
		b.keepFigures(fmt.Sprintf("create_%d", rate), took, over)
		b.keepFigures(fmt.Sprintf("create_%d_reading", rate), read, over)
		cost(fmt.Sprintf("create_%d", rate), len(took)) // the reading too
		if err := b.dearest(ctx, len(took)); err != nil {
			return err
		}
	}
	return nil
}

// warm makes requests that do not count: what the program knows of each company is read at the
// first of them, and the pages of the indexes are written whole at their first change.
func (b *bed) warm(ctx context.Context, maker person) error {
	form := b.forms()
	var i atomic.Int64
	_, over, err := b.load(ctx, 8, b.size.Companies*8, func(*rand.Rand) error {
		_, err := maker.ask(ctx, http.MethodPost, "/tickets", form(int(i.Add(1))))
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "  warm after %d requests, %.0f a second, load %.1f\n", i.Load(), float64(i.Load())/over.Seconds(), bench.Busy())
	return b.idle(ctx)
}

// resting tells what the house costs when nobody asks: a second's CPU is that of one operation.
func (b *bed) resting(ctx context.Context) error {
	const seconds = 5
	cost := b.cpu()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(seconds * time.Second):
	}
	cost("resting", seconds)
	return b.dearest(ctx, seconds)
}

// idle waits until the workers have done what the start and the requests before gave them.
func (b *bed) idle(ctx context.Context) error {
	c, err := pgx.Connect(ctx, b.server.OwnerURL())
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is lost
	began := time.Now()
	for range time.Tick(time.Second) {
		var left int
		if err := c.QueryRow(ctx, `select count(*) from river_job where state in ('available', 'running')`).Scan(&left); err != nil {
			return err
		}
		if left < 10 {
			break
		}
		if time.Since(began) > 10*time.Minute {
			return fmt.Errorf("%d jobs are still waiting", left)
		}
	}
	fmt.Fprintf(os.Stderr, "  the workers are idle after %.0f s\n", time.Since(began).Seconds())
	return nil
}

// steady starts n operations, rate a second, and tells how long after its moment each was done, in ms.
func steady(ctx context.Context, rate, n int, f func(i int) error) (took []float64, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, most)
	began := time.Now()
	for i := 0; i < n && ctx.Err() == nil; i++ {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		select {
		case <-ctx.Done():
		case <-time.After(time.Until(due)):
		}
		slots <- struct{}{}
		wg.Go(func() {
			e := f(i)
			d := time.Since(due).Seconds() * 1000
			mu.Lock()
			defer mu.Unlock()
			took, err = append(took, d), errors.Join(err, e)
			<-slots
		})
		if mu.Lock(); err != nil {
			mu.Unlock()
			break
		}
		mu.Unlock()
	}
	wg.Wait()
	return took, err
}

// forms are the requests to be made, of all companies.
func (b *bed) forms() func(i int) map[string]any {
	key := time.Now().UnixNano()
	return func(i int) map[string]any {
		form := b.world.Form(rand.New(rand.NewPCG(uint64(key), uint64(i)))) //nolint:gosec // which house is of no matter
		form["idempotency_key"] = fmt.Sprintf("bench-%d-%d", key, i)
		return form
	}
}
