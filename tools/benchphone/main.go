// Command benchphone measures the phone engine under a load by sipp and prints one
// figure a line, «name value unit»; what it does meanwhile goes to stderr.
//
// First the switch: voip's SIP, sound and recording behind a dial plan of four
// numbers, the work a bare telephone exchange is compared by. Then the product: the
// engine's process of `d24 serve`, which greets, plays music, records and reports
// every call to the database.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"d24/tools/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "benchphone:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// settings of a run.
type settings struct {
	binary string // d24
	net    string // the first three numbers of our loopback addresses
	reps   int
	small  bool
	only   string
	loads  string // announce, bridge, record, rate; empty: all
}

// wants reports whether a load was asked for.
func (s settings) wants(load string) bool {
	return s.loads == "" || slices.Contains(strings.Split(s.loads, ","), load)
}

// levels are how much is done at once.
type levels struct {
	announce, bridge, rates, productRates []int
	rounds                                int           // of an announcement
	talk                                  time.Duration // of a bridge
	step                                  time.Duration // of a rate
	held                                  []string      // what must come back afterwards
	rest                                  time.Duration // until the transactions of a call are gone
}

func (s settings) levels() levels {
	if s.small {
		return levels{announce: []int{20}, bridge: []int{5}, rates: []int{50}, productRates: []int{10}, rounds: 1, talk: 3 * time.Second, step: time.Second, held: held[:3]}
	}
	return levels{
		announce: []int{100, 400}, bridge: []int{50, 200}, rates: []int{200, 400, 600, 800, 1000, 1200, 1400, 1600}, productRates: []int{25, 50, 100, 200, 300, 400, 600, 800},
		rounds: 3, talk: 40 * time.Second, step: 10 * time.Second, held: held, rest: 35 * time.Second,
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "switch" {
		return exchange(ctx, args[1:])
	}
	var s settings
	f := flag.NewFlagSet("benchphone", flag.ContinueOnError)
	f.StringVar(&s.binary, "d24", "bin/d24", "the program")
	f.StringVar(&s.net, "net", "127.0.91", "the first three numbers of loopback addresses nobody else uses")
	f.IntVar(&s.reps, "reps", 3, "how often each load runs; medians are printed")
	f.BoolVar(&s.small, "small", false, "a short form that only shows that it works")
	f.StringVar(&s.only, "only", "", "switch or product")
	f.StringVar(&s.loads, "loads", "", "of announce,bridge,record,rate; all without")
	if err := f.Parse(args); err != nil {
		return err
	}
	bench.MoreFiles()
	dir, err := os.MkdirTemp("", "d24-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // nothing to do about it
	fmt.Fprintln(os.Stderr, bench.Machine())
	figures := bench.NewFigures()
	for _, part := range []struct {
		name string
		run  func(context.Context, *bench.Figures, settings, string) error
	}{{"switch", measureSwitch}, {"product", measureProduct}} {
		if s.only != "" && s.only != part.name {
			continue
		}
		if err := part.run(ctx, figures, s, dir); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	figures.Print(os.Stdout)
	return nil
}

// rig is what is measured, with the telephones around it.
type rig struct {
	name    string // before the names of its figures
	process bench.Process
	figures string // URL
	sip     string
	phones  bench.Sipp
	out     *bench.Figures
	lv      levels
}

// busyShare of a core below which a process counts as idle.
const busyShare = 0.1

// settle waits, a minute at most, until the process has finished what a load left
// it to do: it must not be charged to the next.
func (r *rig) settle(ctx context.Context) error {
	for range 60 {
		before, err := r.process.CPU()
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
		after, err := r.process.CPU()
		if err != nil || (after-before).Seconds() < busyShare {
			return err
		}
	}
	return nil
}

// sample is one load measured.
type sample struct {
	bench.Result
	heard bench.Heard
	cpu   time.Duration
	peak  float64 // MB
	floor time.Duration
}

// tail is how long after the last call its end still costs.
const tail = 1500 * time.Millisecond

// measure runs a load against the process; echo makes the sink talk back.
func (r *rig) measure(ctx context.Context, l bench.Load, echo func(sink int) (stop func(), err error)) (s sample, err error) {
	if err := r.settle(ctx); err != nil {
		return s, err
	}
	before, err := bench.Floor()
	if err != nil {
		return s, err
	}
	sink, err := bench.Listen(r.phones.IP, echo != nil)
	if err != nil {
		return s, err
	}
	defer func() { s.heard = sink.Close() }()
	if echo != nil {
		stop, err := echo(sink.Port())
		if err != nil {
			return s, err
		}
		defer stop()
	}
	l.Target, l.Sink = r.sip, sink.Port()
	r.process.ForgetPeak()
	began, err := r.process.CPU()
	if err != nil {
		return s, err
	}
	if s.Result, err = r.phones.Run(ctx, l); err != nil {
		return s, err
	}
	time.Sleep(tail)
	ended, err := r.process.CPU()
	if err != nil {
		return s, errors.New("the process is gone")
	}
	s.cpu, s.peak = ended-began, r.process.Peak()
	after, err := bench.Floor()
	s.floor = (before + after) / 2
	return s, err
}

// packetsAMinute of one direction of sound.
const packetsAMinute = 3000

// media adds the figures of a load with sound; directions of a call that are sent.
func (r *rig) media(what string, n, directions int, s sample) {
	perMinute := 0.0
	if s.CallMinutes > 0 {
		perMinute = s.cpu.Seconds() / s.CallMinutes
	}
	name := fmt.Sprintf("%s_%s_%d", r.name, what, n)
	r.out.Add("floor_sendto", float64(s.floor.Nanoseconds())/1e3, "us/packet")
	r.out.Add(name+"_cpu", perMinute, "s/call-minute")
	r.out.Add(name+"_over_floor", perMinute/(s.floor.Seconds()*packetsAMinute*float64(directions)), "ratio")
	r.out.Add(name+"_memory", s.peak, "MB")
	r.out.Add(name+"_failed", float64(s.Failed), "calls")
	r.out.Add(name+"_retransmitted", float64(s.Retransmitted), "messages")
	r.out.Add(name+"_lost", float64(s.heard.Lost), "packets")
	r.out.Add(name+"_setup_p99", bench.Percentile(s.SetUp, .99), "ms")
	fmt.Fprintf(os.Stderr, "%s: %.4f s/call-minute, floor %s, at once %d, failed %d of %d, repeated %d, lost %d of %d packets, load %.1f\n",
		name, perMinute, s.floor, s.AtOnce, s.Failed, s.OK+s.Failed, s.Retransmitted, s.heard.Lost, s.heard.Packets, bench.Busy())
}

// rate climbs a ladder of calls a second until two steps have failed; it adds the highest step
// on which none did, nothing had to be repeated and the offered rate was reached.
func (r *rig) rate(ctx context.Context, steps []int, scenario, service string) error {
	clean, cost, p99, bad := 0.0, 0.0, 0.0, 0
	for _, q := range steps {
		calls := int(float64(q) * r.lv.step.Seconds())
		s, err := r.measure(ctx, bench.Load{
			Scenario: scenario, Service: service, Rate: float64(q), Calls: calls, AtOnce: q * 20, Talk: 100 * time.Millisecond, Limit: r.lv.step + time.Minute,
		}, nil)
		if err != nil {
			return err
		}
		reached := s.Took < r.lv.step*115/100+time.Second
		fmt.Fprintf(os.Stderr, "%s_rate %d/s: failed %d, repeated %d, in %.1f s, set-up p99 %.0f ms, %.2f ms of CPU a call, %.0f MB, load %.1f\n",
			r.name, q, s.Failed, s.Retransmitted, s.Took.Seconds(), bench.Percentile(s.SetUp, .99), s.cpu.Seconds()*1e3/float64(calls), s.peak, bench.Busy())
		if s.Failed > 0 || s.Retransmitted > 0 || !reached {
			if bad++; bad == 2 {
				break
			}
			continue
		}
		clean, cost = float64(q), s.cpu.Seconds()*1e3/float64(calls)
		p99 = bench.Percentile(s.SetUp, .99)
	}
	r.out.Add(r.name+"_rate_clean", clean, "calls/s")
	r.out.Add(r.name+"_rate_clean_setup_p99", p99, "ms")
	r.out.Add(r.name+"_short_call_cpu", cost, "ms/call")
	return nil
}

// back is how long calls may leave something behind: the transactions of the last
// ones live for 32 s, and those of a repeated request for twice that.
const back = 64 * time.Second

// held are the figures that must come back; the last two take half a minute, which
// the short form does not have.
var held = []string{"d24_phone_ports", "d24_phone_legs", "d24_phone_dialogs", "d24_phone_transactions", "go_goroutines"}

// idle is what the process holds with no call: the least of some moments.
func (r *rig) idle(ctx context.Context) (map[string]float64, error) {
	least := map[string]float64{}
	for n := range 5 {
		now, err := bench.Scrape(ctx, r.figures)
		if err != nil {
			return nil, err
		}
		for _, k := range r.lv.held {
			if v := now[k]; n == 0 || v < least[k] {
				least[k] = v
			}
		}
		time.Sleep(200 * time.Millisecond)
	}
	return least, nil
}

// returns waits until everything is back and adds what is not, and when it was.
func (r *rig) returns(ctx context.Context, before map[string]float64) error {
	began := time.Now()
	var now map[string]float64
	for {
		var err error
		if now, err = r.idle(ctx); err != nil {
			return err
		}
		over := 0.0
		for _, k := range r.lv.held {
			over += max(0, now[k]-before[k])
		}
		if over == 0 || time.Since(began) > back {
			break
		}
	}
	r.out.Add(r.name+"_back_after", time.Since(began).Seconds(), "s")
	for _, k := range r.lv.held {
		r.out.Add(r.name+"_left_"+shortName(k), max(0, now[k]-before[k]), "left")
	}
	return nil
}

func shortName(k string) string {
	return strings.TrimPrefix(strings.TrimPrefix(k, "go_"), "d24_phone_")
}
