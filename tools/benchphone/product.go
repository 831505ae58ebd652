package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"d24/tools/bench"
)

// line is the number of the first demo company.
const line = "+73430000101"

// measureProduct puts the same loads on the engine of the whole program: residents
// call, are greeted, hear music, are recorded, and hang up themselves, as no
// operator is there. Every one of them leaves his line in the journal of calls.
func measureProduct(ctx context.Context, out *bench.Figures, s settings, dir string) error {
	h, err := bench.Start(ctx, s.binary, dir, s.net)
	if err != nil {
		return err
	}
	defer h.Stop()
	phones, err := bench.NewSipp(dir, bench.ProviderIP(s.net))
	if err != nil {
		return err
	}
	r := &rig{name: "product", process: h.Engine, figures: h.Figures, sip: h.SIP, phones: phones, out: out, lv: s.levels()}
	if err := r.warm(ctx, "resident", line); err != nil {
		return err
	}
	before, err := r.idle(ctx)
	if err != nil {
		return err
	}
	for range s.reps {
		if s.wants("announce") {
			if err := r.announcements(ctx, "resident", line); err != nil {
				return err
			}
			if err := r.written(ctx, "announce"); err != nil {
				return err
			}
		}
		if s.wants("rate") {
			if err := r.rate(ctx, r.lv.productRates, "resident", line); err != nil {
				return err
			}
			if err := r.written(ctx, "rate"); err != nil {
				return err
			}
		}
		if err := r.returns(ctx, before); err != nil {
			return err
		}
	}
	return nil
}

// writeFor bounds the wait for the journal.
const writeFor = 5 * time.Minute

// written waits until every fact of the calls is in the database and adds how long
// that took after the last call.
func (r *rig) written(ctx context.Context, what string) error {
	began := time.Now()
	most := 0.0
	for {
		now, err := bench.Scrape(ctx, r.figures)
		if err != nil {
			return err
		}
		waiting := now["d24_phone_reports_waiting"]
		most = max(most, waiting)
		if waiting == 0 {
			break
		}
		if time.Since(began) > writeFor {
			return fmt.Errorf("%.0f facts of calls wait for the database after %s", waiting, writeFor)
		}
		time.Sleep(100 * time.Millisecond)
	}
	fmt.Fprintf(os.Stderr, "product: %.0f facts waited, written after %.1f s\n", most, time.Since(began).Seconds())
	r.out.Add("product_"+what+"_written_after", time.Since(began).Seconds(), "s")
	return nil
}
