// Command testsum runs the Go tests and says in one closing line how many passed:
//
//	go run ./tools/testsum [-alone PATTERN]… [-vitest REPORT] -- go test flags… packages…
//
// Packages whose path contains an -alone pattern are run after the others, one at a
// time: they measure real time, and neighbours would disturb them. The figures of
// the web's tests (a JSON report of Vitest) are added. Output of what failed is
// printed, of what passed is not; at the end stand the longest tests and packages, and each failure
// is told again in few lines. Exit code 1 when anything failed or nothing ran.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

type patterns []string

func (p *patterns) String() string     { return strings.Join(*p, " ") }
func (p *patterns) Set(s string) error { *p = append(*p, s); return nil }

func main() {
	var alone patterns
	flag.Var(&alone, "alone", "run packages whose path contains this one at a time")
	vitest := flag.String("vitest", "", "Vitest's JSON report")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	total, why, err := run(ctx, flag.Args(), alone, *vitest)
	for _, w := range why {
		fmt.Print(w)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
	}
	fmt.Println(total)
	if err != nil || total.Failed > 0 || total.Passed == 0 {
		os.Exit(1) //nolint:gocritic // the signals' end does not matter any more
	}
}

func run(ctx context.Context, args, alone []string, vitest string) (total Count, why []string, err error) {
	flags, wanted := split(args)
	together, apart, err := packages(ctx, wanted, alone)
	if err != nil {
		return total, nil, err
	}
	compile(ctx, flags, wanted)
	began := time.Now()
	var times, tests []took
	var cpu time.Duration
	defer func() {
		fmt.Print(longest(tests, 25))
		fmt.Print(longest(times, 10))
		fmt.Printf("%7.1f s  all; %.1f s of the processor without the database\n", time.Since(began).Seconds(), cpu.Seconds())
	}()
	for _, group := range []struct{ args, packages []string }{
		{flags, together},
		{append(flags[:len(flags):len(flags)], "-p=1"), apart},
	} {
		if len(group.packages) == 0 || ctx.Err() != nil {
			continue
		}
		r, used, err := goTest(ctx, append(group.args, group.packages...))
		total, why, times, cpu = total.plus(r.count), append(why, r.Short()...), append(times, r.times...), cpu+used
		tests = append(tests, r.tests...)
		if err != nil {
			return total, why, err
		}
	}
	if vitest != "" {
		n, short, err := vitestCount(vitest)
		total, why = total.plus(n), append(why, short...)
		if err != nil {
			return total, why, err
		}
	}
	return total, why, context.Cause(ctx)
}

// split parts flags from packages: "-race -timeout=5m ./a ./b"; values stand after "=".
func split(args []string) (flags, packages []string) {
	for _, a := range args {
		if strings.HasPrefix(a, "-") {
			flags = append(flags, a)
		} else {
			packages = append(packages, a)
		}
	}
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	return flags, packages
}

// packages lists those that are tested together and those tested alone.
func packages(ctx context.Context, wanted, alone []string) (together, apart []string, err error) {
	c := exec.CommandContext(ctx, "go", append([]string{"list"}, wanted...)...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("go list: %w", err)
	}
	for _, p := range strings.Fields(string(out)) {
		into := &together
		for _, a := range alone {
			if strings.Contains(p, a) {
				into = &apart
			}
		}
		*into = append(*into, p)
	}
	return together, apart, nil
}

// compile fills the cache with all cores at work: one package at a time compiles on one.
// What does not compile is told by go test.
func compile(ctx context.Context, flags, wanted []string) {
	args := []string{"list", "-e", "-export", "-deps", "-test"}
	for _, f := range flags {
		if f == "-race" || strings.HasPrefix(f, "-tags=") {
			args = append(args, f)
		}
	}
	_ = exec.CommandContext(ctx, "go", append(args, wanted...)...).Run()
}

// goTest runs go test, reads what it says and tells the processor time of all that it started and that ended.
// An interrupt is passed on, so that tests clean up after themselves.
func goTest(ctx context.Context, args []string) (r *Reader, used time.Duration, err error) {
	r = NewReader(os.Stdout)
	c := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGINT) }
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return r, 0, err
	}
	if err := c.Start(); err != nil {
		return r, 0, err
	}
	n, err := r.Read(out)
	_, _ = io.Copy(io.Discard, out)
	end := c.Wait()
	used = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	var failed *exec.ExitError
	switch {
	case err != nil:
		return r, used, err
	case errors.As(end, &failed) && n.Failed == 0:
		return r, used, fmt.Errorf("go test failed without a failed test: %w", end)
	case end != nil && !errors.As(end, &failed):
		return r, used, end
	}
	return r, used, nil
}

// longest names those of times that took the most, n at most.
func longest(times []took, n int) string {
	slices.SortFunc(times, func(a, b took) int { return cmp.Compare(b.seconds, a.seconds) })
	var b strings.Builder
	for _, t := range times[:min(n, len(times))] {
		fmt.Fprintf(&b, "%7.1f s  %s\n", t.seconds, t.name)
	}
	return b.String()
}

// vitestCount reads the figures of Vitest's JSON report, and what failed in few lines.
func vitestCount(path string) (Count, []string, error) {
	var r struct {
		Passed  int  `json:"numPassedTests"`
		Failed  int  `json:"numFailedTests"`
		Pending int  `json:"numPendingTests"`
		Suites  int  `json:"numFailedTestSuites"`
		Success bool `json:"success"`
		Results []struct {
			Name    string `json:"name"`
			Status  string `json:"status"`
			Message string `json:"message"`
			Tests   []struct {
				Name    string   `json:"fullName"`
				Status  string   `json:"status"`
				Reasons []string `json:"failureMessages"`
			} `json:"assertionResults"`
		} `json:"testResults"`
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Count{}, nil, fmt.Errorf("the web's tests left no report: %w", err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return Count{}, nil, fmt.Errorf("%s: %w", path, err)
	}
	n := Count{Passed: r.Passed, Failed: r.Failed, Skipped: r.Pending}
	if !r.Success && n.Failed == 0 {
		n.Failed = max(1, r.Suites)
	}
	var why []string
	for _, file := range r.Results {
		if file.Status == "failed" && len(file.Tests) == 0 {
			why = append(why, fmt.Sprintf("✗ %s\n    %s\n", file.Name, firstLine(file.Message)))
		}
		for _, t := range file.Tests {
			if t.Status == "failed" {
				why = append(why, fmt.Sprintf("✗ %s: %s\n    %s\n", file.Name, t.Name, firstLine(strings.Join(t.Reasons, " "))))
			}
		}
	}
	return n, why, nil
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}
