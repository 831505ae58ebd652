package bench

import (
	"context"
	"embed"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"d24/voip/media"
)

//go:embed scenarios/*.xml
var scenarios embed.FS

// Sipp is the foreign telephone that makes the load.
type Sipp struct {
	Dir string // what it needs and writes
	IP  string // its address
}

// residents is how many different numbers call.
const residents = 200

// NewSipp prepares a directory under dir for telephones on ip.
func NewSipp(dir, ip string) (Sipp, error) {
	s := Sipp{Dir: filepath.Join(dir, "sipp"), IP: ip}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return s, err
	}
	files := map[string][]byte{"voice.alaw": media.Tone(440, time.Second).ALaw()}
	for _, n := range []string{"listener", "resident", "caller", "callee"} {
		b, err := scenarios.ReadFile("scenarios/" + n + ".xml")
		if err != nil {
			return s, err
		}
		files[n+".xml"] = b
	}
	numbers := "SEQUENTIAL\n"
	for n := range residents {
		numbers += fmt.Sprintf("+7900009%04d;\n", n)
	}
	files["numbers.csv"] = []byte(numbers)
	for n, b := range files {
		if err := os.WriteFile(filepath.Join(s.Dir, n), b, 0o600); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Load is one run of callers.
type Load struct {
	Scenario string // listener, resident, caller
	Target   string // host:port
	Service  string // whom they call
	Rate     float64
	Calls    int
	AtOnce   int           // more calls than these wait
	Talk     time.Duration // of resident and caller
	Sink     int           // port on our IP
	Limit    time.Duration
}

// Result of a run of callers.
type Result struct {
	OK, Failed, Retransmitted, AtOnce int
	CallMinutes                       float64
	Took                              time.Duration
	SetUp                             []float64 // INVITE → 200, milliseconds
}

func (s Sipp) command(ctx context.Context, scenario string, more ...string) (*exec.Cmd, error) {
	args := append([]string{"-sf", scenario + ".xml", "-i", s.IP, "-mi", s.IP, "-nostdin", "-trace_err", "-error_file", scenario + ".err"}, more...)
	c := exec.CommandContext(ctx, "sipp", args...)
	c.Dir = s.Dir
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 5 * time.Second
	out, err := os.Create(filepath.Join(s.Dir, scenario+".out"))
	if err != nil {
		return nil, err
	}
	defer out.Close() //nolint:errcheck // the child has its own
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		return nil, err
	}
	return c, nil
}

// Answer lets a telephone on port answer calls, with its sound at the sink, until stop.
func (s Sipp) Answer(ctx context.Context, port, sink int) (stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	c, err := s.command(ctx, "callee", "-p", strconv.Itoa(port), "-key", "sink", strconv.Itoa(sink))
	if err != nil {
		cancel()
		return nil, err
	}
	return func() { cancel(); _ = c.Wait() }, nil
}

// Run makes the calls and waits for the last one.
func (s Sipp) Run(ctx context.Context, l Load) (r Result, err error) {
	ctx, cancel := context.WithTimeout(ctx, l.Limit+10*time.Second)
	defer cancel()
	stat := filepath.Join(s.Dir, "stat.csv")
	_ = os.Remove(stat)
	began := time.Now()
	c, err := s.command(ctx, l.Scenario, l.Target, "-s", l.Service, "-r", strconv.FormatFloat(l.Rate, 'f', -1, 64), "-m", strconv.Itoa(l.Calls), "-l", strconv.Itoa(l.AtOnce),
		"-d", strconv.FormatInt(l.Talk.Milliseconds(), 10), "-timeout", fmt.Sprintf("%.0fs", l.Limit.Seconds()), "-inf", "numbers.csv", "-key", "sink", strconv.Itoa(l.Sink),
		"-trace_stat", "-stf", "stat.csv", "-fd", "1", "-trace_rtt", "-rtt_freq", "1", "-mp", "45000")
	if err != nil {
		return r, err
	}
	_ = c.Wait() // calls that failed are in the figures
	r.Took = time.Since(began)
	if err := r.read(stat); err != nil {
		said, _ := os.ReadFile(filepath.Join(s.Dir, l.Scenario+".out"))
		return r, fmt.Errorf("sipp left no figures: %w\n%s", err, said[max(0, len(said)-500):])
	}
	r.Failed = max(r.Failed, l.Calls-r.OK)
	rtt := filepath.Join(s.Dir, fmt.Sprintf("%s_%d_rtt.csv", l.Scenario, c.Process.Pid))
	defer os.Remove(rtt) //nolint:errcheck // the directory goes as a whole
	err = r.setUps(rtt)
	return r, err
}

func table(path string) ([][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	c := csv.NewReader(f)
	c.Comma, c.FieldsPerRecord, c.LazyQuotes = ';', -1, true
	return c.ReadAll()
}

// read takes the totals of sipp's table of seconds.
func (r *Result) read(path string) error {
	rows, err := table(path)
	if err != nil {
		return err
	}
	if len(rows) < 2 {
		return fmt.Errorf("%s is empty", path)
	}
	at := map[string]int{}
	for i, n := range rows[0] {
		at[n] = i
	}
	number := func(row []string, name string) int {
		n, _ := strconv.Atoi(row[at[name]])
		return n
	}
	last := rows[len(rows)-1]
	r.OK, r.Failed, r.Retransmitted = number(last, "SuccessfulCall(C)"), number(last, "FailedCall(C)"), number(last, "Retransmissions(C)")
	for _, row := range rows[1:] {
		r.AtOnce = max(r.AtOnce, number(row, "CurrentCall"))
	}
	r.CallMinutes = clockTime(last[at["CallLength(C)"]]).Minutes() * float64(r.OK+r.Failed)
	return nil
}

// clockTime reads sipp's HH:MM:SS:µµµµµµ.
func clockTime(s string) (d time.Duration) {
	for i, p := range strings.Split(s, ":") {
		n, err := strconv.Atoi(p)
		if err == nil && i < 4 {
			d += time.Duration(n) * []time.Duration{time.Hour, time.Minute, time.Second, time.Microsecond}[i]
		}
	}
	return d
}

// setUps takes the times from INVITE to 200.
func (r *Result) setUps(path string) error {
	rows, err := table(path)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if len(row) < 3 || strings.TrimSpace(row[2]) != "1" {
			continue
		}
		if v, err := strconv.ParseFloat(row[1], 64); err == nil {
			r.SetUp = append(r.SetUp, v)
		}
	}
	return nil
}
