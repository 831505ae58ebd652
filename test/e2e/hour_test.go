package e2e

import (
	"bufio"
	"context"
	little "encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/city"
	"d24/internal/platform/pg/pgtest"
	voices "d24/voip/speech"
)

// hour is how long the city calls, and how often.
type hour struct {
	lasts   time.Duration
	perHour float64
}

// theHour is two minutes at a busy rate; D24_HOUR_FOR and D24_HOUR_RATE make it a real one (`make hour`).
func theHour(t *testing.T) (h hour) {
	t.Helper()
	h = hour{2 * time.Minute, 120}
	var err error
	if s := os.Getenv("D24_HOUR_FOR"); s != "" {
		h.lasts, err = time.ParseDuration(s)
		require.NoError(t, err)
	}
	if s := os.Getenv("D24_HOUR_RATE"); s != "" {
		h.perHour, err = strconv.ParseFloat(s, 64)
		require.NoError(t, err)
	}
	return h
}

// dispatcher is somebody in a browser who works by himself (hour.mjs).
type dispatcher struct {
	login string
	cmd   *exec.Cmd
	in    interface{ Close() error }
	end   func()
	said  chan string
}

// work is what a dispatcher says he has done.
type work struct {
	Answered, Saved, Disposed, Tasks int
	ToSaved                          []float64
	Wrongs, Missed                   []string
}

func startDispatcher(t *testing.T, h *house, login, directory string) *dispatcher {
	t.Helper()
	c := startBrowser(t, phrasesWAV(t))
	d := &dispatcher{login: login, said: make(chan string, 1000), cmd: exec.Command("node", "hour.mjs", c.address, h.page, login, directory)} //nolint:gosec // ours
	d.cmd.Stderr = c.Process.Out
	in, err := d.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := d.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, d.cmd.Start())
	d.in, d.end = in, func() { _, _ = in.Write([]byte("end\n")) }
	go func() {
		defer close(d.said)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			d.said <- lines.Text()
		}
	}()
	t.Cleanup(func() { _ = d.cmd.Process.Kill(); _ = d.cmd.Wait() })
	d.hears(t, 2*time.Minute, func(s string) bool { return s == "ready" })
	return d
}

// hears waits for a line.
func (d *dispatcher) hears(t *testing.T, limit time.Duration, want func(string) bool) string {
	t.Helper()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case s, ok := <-d.said:
			require.True(t, ok, "%s has left", d.login)
			if want(s) {
				return s
			}
			t.Logf("%s: %s", d.login, s)
		case <-timer.C:
			t.Fatalf("%s says nothing", d.login)
		}
	}
}

// leaves ends his shift.
func (d *dispatcher) leaves(t *testing.T) (w work) {
	t.Helper()
	d.end()
	s := d.hears(t, 90*time.Second, func(s string) bool { return strings.HasPrefix(s, "{") })
	require.NoError(t, json.Unmarshal([]byte(s), &w))
	return w
}

// phrasesWAV is a voice that speaks and waits for an answer: whoever hears it knows his turn.
func phrasesWAV(t *testing.T) string {
	t.Helper()
	const rate, seconds = 48000, 4
	b := make([]byte, 44, 44+2*rate*seconds)
	copy(b, "RIFF....WAVEfmt ")
	copy(b[36:], "data")
	for at, v := range map[int]uint32{4: 36 + 2*rate*seconds, 16: 16, 24: rate, 28: 2 * rate, 40: 2 * rate * seconds} {
		little.LittleEndian.PutUint32(b[at:], v)
	}
	for at, v := range map[int]uint16{20: 1, 22: 1, 32: 2, 34: 16} {
		little.LittleEndian.PutUint16(b[at:], v)
	}
	for i := range rate * seconds {
		v := 0.0
		if i < rate*3/2 {
			v = 9000 * math.Sin(2*math.Pi*operatorHz*float64(i)/rate)
		}
		b = little.LittleEndian.AppendUint16(b, uint16(int16(v))) //nolint:gosec // a sample
	}
	path := filepath.Join(t.TempDir(), "phrases.wav")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	return path
}

// newCity is the demo city with people who speak.
func newCity(t *testing.T, x, y netip.AddrPort) *city.City {
	t.Helper()
	cfg := city.Demo(x, y)
	cfg.Seed = 12
	if v, err := voices.NewEspeak(); err == nil {
		if kept, err := voices.NewCached(v, t.TempDir()); err == nil {
			cfg.Voice = kept
		}
	}
	c, err := city.New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// onOwnDatabase makes the house use a database that the test looks into as its owner.
func (h *house) onOwnDatabase() *pgx.Conn {
	h.t.Helper()
	db := ownDatabase(h.t)
	h.bare = true
	u, err := url.Parse(db)
	require.NoError(h.t, err)
	owner := pgtest.URL(strings.TrimPrefix(u.Path, "/"))
	h.started = func(c *exec.Cmd) {
		c.Env = append(c.Env, "D24_DATABASE_URL="+db, "D24_DATABASE_OWNER_URL="+owner)
	}
	c, err := pgx.Connect(h.t.Context(), owner)
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// TestADispatchersHour: two dispatchers in real browsers serve the demo city's calls for
// a while. Nobody waits for five minutes, whoever was not spoken to is called back within
// ten (R25), and at the end no task, order or escalation stands still.
func TestADispatchersHour(t *testing.T) {
	span := theHour(t)
	p := newPlace()
	x, y := netip.MustParseAddrPort(p.ip(atX)+":5060"), netip.MustParseAddrPort(p.ip(atY)+":5060")
	c := newCity(t, x, y)
	h := planHouse(t, p, trunkArgs(x.String(), y.String())...)
	db := h.onOwnDatabase()
	h.begin()
	h.trunkUp("operator", "Транк X")
	h.trunkUp("operator", "Транк Y")
	look := os.Getenv("D24_LOOK")
	var all []*dispatcher
	for _, login := range []string{"operator", "operator2"} {
		all = append(all, startDispatcher(t, h, login, look))
	}
	wall := startChromium(t, h, operatorHz).open("wall")
	wall.signIn("/wallboard", "supervisor")

	picture := func(name string) {
		if look != "" {
			wall.do("", "screenshot", map[string]any{"path": filepath.Join(look, "wall-"+name+".png")})
		}
	}
	half := time.AfterFunc(span.lasts/2, func() { picture("half") })
	defer half.Stop()
	_, err := c.Load(t.Context(), city.Rate{PerHour: span.perHour, For: city.Duration(span.lasts)})
	require.NoError(t, err)
	picture("end")
	number := func(q string) (n int) {
		t.Helper()
		require.NoError(t, db.QueryRow(t.Context(), q).Scan(&n))
		return n
	}
	eventually(t, 5*time.Minute, "the last are spoken to and called back", func() bool {
		return number(`select (select count(*) from calls where ended_at is null and direction = 'inbound')
			+ (select count(*) from call_tasks where state in ('waiting', 'active') and next_at < now() + interval '20 s')`) == 0
	})
	var done []work
	for _, d := range all {
		done = append(done, d.leaves(t))
	}
	h.judge(db, number, done, span)
}

// judge prints what came of it, one «name value unit» a line, and says what must not be.
func (h *house) judge(db *pgx.Conn, number func(string) int, done []work, span hour) {
	t := h.t
	t.Helper()
	var total, joined, quick, abandoned int
	var longest, median float64
	require.NoError(t, db.QueryRow(t.Context(), `select count(*), count(joined_at), count(*) filter (where joined_at - started_at <= interval '30 s'), count(*) filter (where joined_at is null),
		coalesce(max(extract(epoch from coalesce(joined_at, ended_at) - started_at)), 0)::float8, coalesce(percentile_cont(0.5) within group (order by extract(epoch from joined_at - started_at)), 0)::float8
		from calls where direction = 'inbound'`).Scan(&total, &joined, &quick, &abandoned, &longest, &median))
	var sum work
	for _, w := range done {
		sum.Answered, sum.Saved, sum.Disposed, sum.Tasks = sum.Answered+w.Answered, sum.Saved+w.Saved, sum.Disposed+w.Disposed, sum.Tasks+w.Tasks
		sum.ToSaved, sum.Wrongs, sum.Missed = append(sum.ToSaved, w.ToSaved...), append(sum.Wrongs, w.Wrongs...), append(sum.Missed, w.Missed...)
	}
	slices.Sort(sum.ToSaved)
	late := number(`select count(*)::int from calls c where direction = 'inbound' and joined_at is null and not exists (select from call_orders o where o.phone = c.phone and o.purpose = 'callback'
		and o.invited_at between c.started_at and c.started_at + interval '10 min') and not exists (select from calls d where d.phone = c.phone and d.joined_at between c.started_at and c.started_at + interval '10 min')`)
	stuck := number(`select count(*)::int from call_tasks t where state = 'waiting' and next_at < now() - interval '60 s' and not exists (select from call_orders o where o.ref = 'task:' || t.id and o.state <> 'ended')`)
	orders := number(`select count(*)::int from call_orders where state <> 'ended' and created_at < now() - interval '5 min'`)
	still := number(`select count(*)::int from escalations where finished_at is null and (next_at is null or next_at < now() - interval '15 s')`)
	for _, f := range []struct {
		name  string
		value any
		unit  string
	}{
		{"lasted", span.lasts.Minutes(), "min"},
		{"rate", span.perHour, "calls/h"},
		{"calls", total, ""},
		{"spoken_to", joined, ""},
		{"within_30s", percent(quick, total), "%"},
		{"waited_median", fmt.Sprintf("%.1f", median), "s"},
		{"waited_most", fmt.Sprintf("%.1f", longest), "s"},
		{"abandoned", abandoned, ""},
		{"abandoned_not_called_back", late, ""},
		{"requests_saved", sum.Saved, ""},
		{"consultations", sum.Disposed, ""},
		{"tasks_done", sum.Tasks, ""},
		{"to_saved_median", fmt.Sprintf("%.1f", middle(sum.ToSaved)/1000), "s"},
		{"stuck_tasks", stuck, ""},
		{"stuck_orders", orders, ""},
		{"stuck_escalations", still, ""},
		{"hand_failed", len(sum.Missed), ""},
	} {
		t.Logf("hour_%s %v %s", f.name, f.value, f.unit)
	}
	require.Empty(t, sum.Wrongs, "nothing is thrown on a page")
	require.GreaterOrEqual(t, total, 3)
	require.Less(t, longest, 300.0, "nobody waits for five minutes")
	require.Zero(t, late, "whoever was not spoken to is called back within ten minutes")
	require.Zero(t, stuck+orders+still, "nothing stands still")
	if total >= 10 { // of a few calls one is a quarter
		require.GreaterOrEqual(t, percent(quick, total), 80, "the service level")
		require.GreaterOrEqual(t, sum.Saved*10, joined*7, "calls become requests")
	}
	require.Positive(t, sum.Saved)
	require.Equal(t, sum.Saved, number(`select count(*)::int from tickets where idempotency_key <> ''`), "each of them is there")
}

func percent(part, whole int) int { return part * 100 / max(whole, 1) }

func middle(sorted []float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}
