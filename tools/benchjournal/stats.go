package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// settings are what is tried, and what has the database count what its statements cost.
func (b *bed) settings() map[string]string {
	if !b.stats {
		return b.tried
	}
	s := map[string]string{"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.max": "20000", "pg_stat_statements.track_planning": "on", "pg_stat_statements.track_utility": "on", "track_io_timing": "on"}
	maps.Copy(s, b.tried)
	return s
}

// dearest prints the statements that cost the database most since the last time, for n operations.
func (b *bed) dearest(ctx context.Context, n int) error {
	if !b.stats {
		return nil
	}
	c, err := pgx.Connect(ctx, b.server.OwnerURL())
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is lost
	if _, err := c.Exec(ctx, "create extension if not exists pg_stat_statements"); err != nil {
		return err
	}
	rows, err := c.Query(ctx, `select calls, plans, total_exec_time + total_plan_time, total_plan_time, wal_bytes::float8, left(regexp_replace(query, '\s+', ' ', 'g'), 230) from pg_stat_statements order by 3 desc`)
	if err != nil {
		return err
	}
	var calls, plans int64
	var ms, planning, wal float64
	var query string
	var allCalls int64
	var allMS, allWAL float64
	i := 0
	_, err = pgx.ForEachRow(rows, []any{&calls, &plans, &ms, &planning, &wal, &query}, func() error {
		allCalls, allMS, allWAL = allCalls+calls, allMS+ms, allWAL+wal
		if i++; i <= 45 {
			fmt.Fprintf(os.Stderr, "    %7.3f ms (%.3f to plan) %6.2f calls %6.2f plans %6.0f B: %s\n", ms/float64(n), planning/float64(n), float64(calls)/float64(n), float64(plans)/float64(n), wal/float64(n), query)
		}
		return nil
	})
	fmt.Fprintf(os.Stderr, "  an operation: %.2f statements, %.3f ms in the database, %.0f bytes of WAL\n", float64(allCalls)/float64(n), allMS/float64(n), allWAL/float64(n))
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, "select pg_stat_statements_reset()")
	return err
}

// waits looks every 20 ms at what the database's sessions are busy with until ctx ends; the answer prints it.
func (b *bed) waits(ctx context.Context) func() {
	if !b.stats {
		return func() {}
	}
	seen, done := map[string]int{}, make(chan error, 1)
	go func() {
		c, err := pgx.Connect(ctx, b.server.OwnerURL())
		for ; err == nil && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
			var what string
			var n int
			rows, _ := c.Query(ctx, `select coalesce(wait_event_type || ' ' || wait_event, 'at work'), count(*) from pg_stat_activity where backend_type = 'client backend' and state <> 'idle' and pid <> pg_backend_pid() group by 1`)
			_, err = pgx.ForEachRow(rows, []any{&what, &n}, func() error { seen[what] += n; return nil })
		}
		if ctx.Err() == nil {
			done <- err
		}
		close(done)
	}()
	return func() {
		if err := <-done; err != nil {
			fmt.Fprintln(os.Stderr, "  waits:", err)
		}
		all := 0
		for _, n := range seen {
			all += n
		}
		for _, what := range slices.SortedFunc(maps.Keys(seen), func(x, y string) int { return cmp.Compare(seen[y], seen[x]) }) {
			if share := float64(seen[what]) / float64(all); share > .01 {
				fmt.Fprintf(os.Stderr, "  %3.0f %% of what sessions did: %s\n", share*100, what)
			}
		}
	}
}
