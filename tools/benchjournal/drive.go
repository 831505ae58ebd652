package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"d24/internal/platform/httpapi"
	"d24/tools/bench"
	"d24/tools/bench/journal"
)

// client keeps its connections open, as browsers do.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}, Timeout: 30 * time.Second}

// person is somebody signed in.
type person struct {
	page, token string
}

func (b *bed) enter(ctx context.Context, login string) (person, error) {
	p, err := b.house.Login(ctx, login)
	if err != nil {
		return person{}, fmt.Errorf("%s: %w", login, err)
	}
	return person{page: b.house.Page + httpapi.Prefix, token: p.Token}, nil
}

// ask sends one request and reads the answer whole.
func (p person) ask(ctx context.Context, method, path string, in any) ([]byte, error) {
	var body io.Reader
	if in != nil {
		j, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(j)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.page+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Cookie", httpapi.Cookie+"="+p.token)
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close() //nolint:errcheck // read whole
	said, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, said)
	}
	return said, err
}

// lists opens every list by one and by eight clients.
func (b *bed) lists(ctx context.Context) error {
	people := map[string]person{}
	for _, login := range []string{journal.Admin, journal.Executor, journal.Operator} {
		p, err := b.enter(ctx, login)
		if err != nil {
			return err
		}
		people[login] = p
	}
	named := append(journal.Lists(), journal.Searches()...)
	var worst, all []float64
	for _, clients := range b.clients {
		for i, l := range named {
			if !strings.Contains(l.Name, b.match) {
				continue
			}
			cost := b.cpu()
			took, over, err := b.load(ctx, clients, b.ops, func(r *rand.Rand) error {
				_, err := people[l.Who].ask(ctx, http.MethodGet, "/tickets?"+l.Query(b.world, r).Encode(), nil)
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", l.Name, err)
			}
			b.keepFigures(fmt.Sprintf("%s_%d", l.Name, clients), took, over)
			cost(fmt.Sprintf("%s_%d", l.Name, clients), len(took))
			if err := b.dearest(ctx, len(took)); err != nil {
				return err
			}
			if clients == 8 && i < len(journal.Lists()) {
				worst, all = append(worst, bench.Percentile(took, .99)), append(all, took...)
			}
		}
		for _, q := range []string{"view=new", "view=open", "view=all"} {
			took, over, err := b.load(ctx, clients, b.ops, func(*rand.Rand) error {
				_, err := people[journal.Admin].ask(ctx, http.MethodGet, "/tickets/count?"+q, nil)
				return err
			})
			if err != nil {
				return err
			}
			b.keepFigures(fmt.Sprintf("count_%s_%d", q[5:], clients), took, over)
		}
	}
	b.figures.Add("lists_8_worst_p99", bench.Percentile(worst, 1), "ms")
	b.figures.Add("lists_8_p99", bench.Percentile(all, .99), "ms")
	return nil
}

// load lets several clients do n operations together, after a few that do not count, and
// returns how long each took, in ms.
func (b *bed) load(ctx context.Context, clients, n int, f func(r *rand.Rand) error) (took []float64, over time.Duration, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 3 {
		if err := f(rand.New(rand.NewPCG(1, 1))); err != nil { //nolint:gosec // the draw repeats
			return nil, 0, err
		}
	}
	began := time.Now()
	for c := range clients {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(7, uint64(c))) //nolint:gosec // the draw repeats
			for range n / clients {
				start := time.Now()
				e := f(r)
				d := time.Since(start).Seconds() * 1000
				mu.Lock()
				took, err = append(took, d), errors.Join(err, e)
				mu.Unlock()
				if e != nil || ctx.Err() != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return took, time.Since(began), err
}

// cpu begins to count what the program and the database use; the answer keeps it, by n operations.
func (b *bed) cpu() func(name string, n int) {
	now := func() (program, database time.Duration) {
		program, _ = b.house.Process().CPU()
		database, _ = bench.Process(b.server.Pid()).FamilyCPU()
		return program, database
	}
	program, database := now()
	return func(name string, n int) {
		p, d := now()
		each := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(n) }
		b.figures.Add(name+"_cpu", each(p-program), "ms")
		b.figures.Add(name+"_database_cpu", each(d-database), "ms")
		fmt.Fprintf(os.Stderr, "%32s CPU %.2f ms of the program, %.2f ms of the database\n", "", each(p-program), each(d-database))
	}
}
