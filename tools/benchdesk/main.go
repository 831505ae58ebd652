// Command benchdesk measures what people at the desk wait for, against the whole
// program with its private database, and prints one figure a line, «name value
// unit»:
//
//   - from a resident's INVITE to the card on the screen of a free operator, and to
//     the first sound of the greeting in the resident's ear;
//   - from the commit of an order to its INVITE at the provider.
//
// The operator is test/softphone: the protocol and the sound of a browser, without
// its drawing. At the end fewer calls ring in a headless Chromium with the real page.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"d24/tools/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "benchdesk:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func run(ctx context.Context, args []string) error {
	var binary, net string
	var reps, ops, screens int
	f := flag.NewFlagSet("benchdesk", flag.ContinueOnError)
	f.StringVar(&binary, "d24", "bin/d24", "the program")
	f.StringVar(&net, "net", "127.0.91", "the first three numbers of loopback addresses nobody else uses")
	f.IntVar(&reps, "reps", 3, "how often everything runs; medians are printed")
	f.IntVar(&ops, "ops", 1000, "operations of each kind in a run")
	f.IntVar(&screens, "screens", 100, "calls that ring in a real browser; 0: none")
	if err := f.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "d24-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // nothing to do about it
	fmt.Fprintln(os.Stderr, bench.Machine())
	h, err := bench.Start(ctx, binary, dir, net)
	if err != nil {
		return err
	}
	defer h.Stop()
	t, err := newTown(ctx, h, net)
	if err != nil {
		return err
	}
	defer t.close()
	out := bench.NewFigures()
	for range reps {
		if err := t.cards(ctx, out, ops); err != nil {
			return err
		}
		if err := t.orders(ctx, out, ops); err != nil {
			return err
		}
	}
	if screens > 0 {
		if err := t.screen(ctx, out, screens); err != nil {
			return err
		}
	}
	out.Print(os.Stdout)
	return nil
}

// add keeps the percentiles of one run.
func add(out *bench.Figures, name string, took []time.Duration) {
	ms := make([]float64, len(took))
	for i, d := range took {
		ms[i] = float64(d.Microseconds()) / 1e3
	}
	for _, p := range []struct {
		name  string
		share float64
	}{{"p50", .5}, {"p95", .95}, {"p99", .99}, {"max", 1}} {
		out.Add(name+"_"+p.name, bench.Percentile(ms, p.share), "ms")
	}
	fmt.Fprintf(os.Stderr, "%s: p50 %.1f, p99 %.1f, max %.1f ms of %d, load %.1f\n",
		name, bench.Percentile(ms, .5), bench.Percentile(ms, .99), bench.Percentile(ms, 1), len(ms), bench.Busy())
}
