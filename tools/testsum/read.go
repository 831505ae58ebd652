package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Count is how many tests ended in which way. A test with subtests is counted by
// them, and by itself only when it failed on its own.
type Count struct{ Passed, Failed, Skipped int }

func (c Count) plus(d Count) Count {
	return Count{c.Passed + d.Passed, c.Failed + d.Failed, c.Skipped + d.Skipped}
}

// String is the closing line.
func (c Count) String() string {
	s := fmt.Sprintf("%d passed, %d failed", c.Passed, c.Failed)
	if c.Skipped > 0 {
		s += fmt.Sprintf(", %d skipped", c.Skipped)
	}
	return s
}

// event is a line of go test -json (go doc test2json).
type event struct {
	Action      string
	Package     string
	ImportPath  string // of a build
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string
}

// keep bounds the output kept for each test; its end is what matters.
const keep = 256 << 10

// Reader understands go test -json and prints what a person wants of it: a line per
// package, and the output of what failed.
type Reader struct {
	out    io.Writer
	count  Count
	times  []took            // of packages
	tests  []took            // of tests
	said   map[string]string // output by package and test
	parent map[string]bool   // tests that have subtests
	failed map[string]int    // failures counted in a package or under a test
	short  []string          // what failed and why, in few lines each
}

// took is how long a package's tests ran, or one test of it with its subtests.
type took struct {
	name    string
	seconds float64
}

// NewReader prints to out.
func NewReader(out io.Writer) *Reader {
	return &Reader{out: out, said: map[string]string{}, parent: map[string]bool{}, failed: map[string]int{}}
}

// Read reads events to the end and returns the figures.
func (r *Reader) Read(in io.Reader) (Count, error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(r.out, lines.Text()) // go itself speaks
			continue
		}
		r.take(e)
	}
	return r.count, lines.Err()
}

func (r *Reader) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "run":
		if i := strings.LastIndex(e.Test, "/"); i >= 0 {
			r.parent[e.Package+" "+e.Test[:i]] = true
		}
	case "output":
		if s := r.said[key] + e.Output; len(s) <= keep {
			r.said[key] = s
		} else {
			r.said[key] = s[len(s)-keep:]
		}
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.packageEnds(e)
		} else {
			r.testEnds(e, key)
		}
		delete(r.said, key)
	}
}

func (r *Reader) testEnds(e event, key string) {
	if !strings.Contains(e.Test, "/") {
		r.tests = append(r.tests, took{strings.TrimPrefix(e.Package, "d24/") + " " + e.Test, e.Elapsed})
	}
	switch {
	case e.Action == "fail":
		if r.failed[key] == 0 { // else its subtests are counted
			r.count.Failed++
			r.mark(e)
			fmt.Fprintf(r.out, "--- FAIL %s %s (%.2fs)\n%s", e.Package, e.Test, e.Elapsed, r.said[key])
			r.note(e, r.said[key])
		} else {
			fmt.Fprint(r.out, r.said[key])
		}
	case r.parent[key]:
	case e.Action == "skip":
		r.count.Skipped++
		fmt.Fprintf(r.out, "skipped: %s %s\n", e.Package, e.Test)
	default:
		r.count.Passed++
	}
}

// mark notes a failure at every test above and at the package.
func (r *Reader) mark(e event) {
	r.failed[e.Package+" "]++
	for name := e.Test; ; {
		i := strings.LastIndex(name, "/")
		if i < 0 {
			return
		}
		name = name[:i]
		r.failed[e.Package+" "+name]++
	}
}

func (r *Reader) packageEnds(e event) {
	if e.Elapsed > 0 {
		r.times = append(r.times, took{e.Package, e.Elapsed})
	}
	if e.Action == "fail" {
		if r.failed[e.Package+" "] == 0 { // it did not build, or died: a panic, the time
			r.count.Failed++
			r.note(e, r.saidIn(e.Package))
		}
		for key, said := range r.said { // of tests that never ended
			if strings.HasPrefix(key, e.Package+" ") {
				fmt.Fprint(r.out, said)
			}
		}
		fmt.Fprintf(r.out, "FAIL %s (%.1fs)\n", e.Package, e.Elapsed)
		return
	}
	said := r.said[e.Package+" "]
	if e.Action == "skip" || strings.Contains(said, "[no test files]") {
		return
	}
	note := ""
	if strings.Contains(said, "(cached)") {
		note = " (as before)"
	}
	fmt.Fprintf(r.out, "ok   %s (%.1fs)%s\n", e.Package, e.Elapsed, note)
}

// saidIn is what a package's tests said that never ended.
func (r *Reader) saidIn(pkg string) string {
	var b strings.Builder
	for key, said := range r.said {
		if strings.HasPrefix(key, pkg+" ") {
			b.WriteString(said)
		}
	}
	return b.String()
}

func (r *Reader) note(e event, said string) {
	r.short = append(r.short, fmt.Sprintf("✗ %s %s (%.1f s)\n%s", e.Package, e.Test, e.Elapsed, why(said)))
}

// Short tells each failure again in few lines: a log that is cut keeps its end.
func (r *Reader) Short() []string { return r.short }

var (
	// verdict is a line that tells why a test failed.
	verdict = regexp.MustCompile(`^\s*(Error Trace:|Error:|Messages:|panic:|fatal error:|WARNING: DATA RACE)`)
	// logged is what a test said itself, which has to do where there is no verdict.
	logged = regexp.MustCompile(`^\s*\S+_test\.go:\d+: .*\S`)
)

// why picks the lines that tell the reason, with what testify says below "Error:".
func why(said string) string {
	const lines, runes = 7, 200
	var verdicts, logs []string
	below := 0
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		into := &verdicts
		switch {
		case verdict.MatchString(line):
			below = 0
			if strings.HasPrefix(line, "Error:") || strings.HasPrefix(line, "WARNING") {
				below = 3
			}
		case strings.HasPrefix(line, "Test:"):
			below = 0
			continue
		case below > 0 && line != "":
			below--
		case logged.MatchString(line):
			into = &logs
		default:
			continue
		}
		if r := []rune(line); len(r) > runes {
			line = string(r[:runes]) + "…"
		}
		*into = append(*into, "    "+line+"\n")
	}
	if len(verdicts) > 0 {
		return strings.Join(verdicts[:min(lines, len(verdicts))], "")
	}
	return strings.Join(logs[max(0, len(logs)-lines):], "")
}
