package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/test/foreign"
)

// patience is how long the hand waits for what it is to press or to see.
const patience = 20 * time.Second

// chromium is a real browser whose microphone whistles, and the hand on it.
type chromium struct {
	*foreign.Process
	t       *testing.T
	base    string
	address string // of its DevTools
	in      io.WriteCloser
	out     *bufio.Scanner
	mu      sync.Mutex
	n       int
	pages   []*page
}

// page is a window of a person of his own.
type page struct {
	*chromium
	name string
}

// startChromium runs a browser beside the program; hz is what its microphone hears.
func startChromium(t *testing.T, h *house, hz float64) *chromium {
	t.Helper()
	c := startBrowser(t, foreign.ToneWAV(t, hz, 48000))
	c.base = h.page
	hand := exec.Command("node", "browser.mjs", c.address, h.page, fmt.Sprint(patience.Milliseconds())) //nolint:gosec // ours
	hand.Stderr = c.Process.Out
	in, err := hand.StdinPipe()
	require.NoError(t, err)
	out, err := hand.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, hand.Start())
	c.in, c.out = in, bufio.NewScanner(out)
	c.out.Buffer(nil, 16<<20)
	t.Cleanup(func() {
		if t.Failed() {
			c.tell()
		}
		_ = in.Close()
		timer := time.AfterFunc(5*time.Second, func() { _ = hand.Process.Kill() })
		_ = hand.Wait()
		timer.Stop()
	})
	return c
}

// startBrowser runs a browser with nobody at it; its microphone hears the file.
func startBrowser(t *testing.T, wav string) *chromium {
	t.Helper()
	dir := t.TempDir()
	c := &chromium{t: t}
	c.Process = foreign.Start(t, dir, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+filepath.Join(dir, "profile"),
		"--use-fake-device-for-media-stream", "--use-file-for-fake-audio-capture="+wav, "--autoplay-policy=no-user-gesture-required",
		"--allow-loopback-in-peer-connection", "--remote-debugging-port=0", "about:blank")
	eventually(t, 40*time.Second, "chromium listens", func() bool {
		_, after, ok := strings.Cut(c.Process.Out.String(), "DevTools listening on ")
		address, _, _ := strings.Cut(after, "\n")
		c.address = strings.TrimSpace(address)
		return ok && strings.Contains(after, "\n")
	})
	return c
}

// tell shows what is on the screens of a failed test; with D24_LOOK set to a
// directory their pictures stay there.
func (c *chromium) tell() {
	for _, p := range c.pages {
		text, err := p.try("body", "innerText")
		c.t.Logf("on the screen of %s (%v):\n%s", p.name, err, text)
		if dir := os.Getenv("D24_LOOK"); dir != "" {
			_, _ = p.try("", "screenshot", map[string]any{"path": filepath.Join(dir, strings.ReplaceAll(c.t.Name(), "/", "-")+"-"+p.name+".png")})
		}
	}
}

// open gives a person a window; permissions are what he lets the page have.
func (c *chromium) open(name string, permissions ...any) *page {
	c.t.Helper()
	p := &page{chromium: c, name: name}
	p.do("", "open", permissions...)
	c.pages = append(c.pages, p)
	c.t.Cleanup(func() {
		if slices.Contains(c.pages, p) && !c.t.Failed() {
			require.JSONEq(c.t, "[]", string(p.do("", "wrongs")), "nothing is thrown on the page of %s", name)
		}
	})
	return p
}

// try gives one order to the hand: at is a selector, "keyboard", "context" or "" for the page.
func (p *page) try(at, method string, args ...any) (json.RawMessage, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	order, err := json.Marshal(map[string]any{"id": p.n, "page": p.name, "at": at, "method": method, "args": append([]any{}, args...)})
	if err != nil {
		return nil, err
	}
	if _, err := p.in.Write(append(order, '\n')); err != nil {
		return nil, err
	}
	var answer struct {
		ID    int
		Value json.RawMessage
		Error string
	}
	if !p.out.Scan() {
		return nil, fmt.Errorf("the hand is gone: %w", io.ErrUnexpectedEOF)
	}
	if err := json.Unmarshal(p.out.Bytes(), &answer); err != nil {
		return nil, err
	}
	if answer.Error != "" {
		return nil, fmt.Errorf("%s: %s %s: %s", p.name, at, method, answer.Error)
	}
	return answer.Value, nil
}

func (p *page) do(at, method string, args ...any) json.RawMessage {
	p.t.Helper()
	v, err := p.try(at, method, args...)
	require.NoError(p.t, err)
	return v
}

// id is the selector of an element by its name for tests.
func id(name string) string { return `[data-testid="` + name + `"]` }

// inState is the call panel while the call is in a state.
func inState(state string) string { return `[data-testid="call-panel"][data-state="` + state + `"]` }

func (p *page) goTo(path string)     { p.t.Helper(); p.do("", "goto", path) }
func (p *page) click(at string)      { p.t.Helper(); p.do(at, "click") }
func (p *page) fill(at, text string) { p.t.Helper(); p.do(at, "fill", text) }

// press presses keys one after another: "F2", "Control+Enter".
func (p *page) press(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		p.do("keyboard", "press", k)
	}
}

// write types where the cursor is, key by key.
func (p *page) write(text string) { p.t.Helper(); p.do("keyboard", "type", text) }

// sees waits until the person sees it.
func (p *page) sees(at string) { p.t.Helper(); p.within(patience, at) }

func (p *page) within(limit time.Duration, at string) {
	p.t.Helper()
	p.do(at+" >> nth=0", "waitFor", map[string]any{"state": "visible", "timeout": limit.Milliseconds()})
}

// gone waits until it is not to be seen.
func (p *page) gone(at string) {
	p.t.Helper()
	p.do(at, "waitFor", map[string]any{"state": "hidden"})
}

// text is what a person reads there.
func (p *page) text(at string) string { p.t.Helper(); return asText(p.t, p.do(at, "innerText")) }

func asText(t *testing.T, raw json.RawMessage) (s string) {
	t.Helper()
	require.NoError(t, json.Unmarshal(raw, &s))
	return plain(s)
}

// plain has ordinary spaces alone.
func plain(s string) string { return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s) }

// eval is the value of an expression on the page.
func (p *page) eval(expression string, out any) {
	p.t.Helper()
	require.NoError(p.t, json.Unmarshal(p.do("", "evaluate", expression), out))
}

// An analyser on what the operator's headphones play.
const ear = `(() => {
	const stream = document.querySelector('[data-testid="remote-audio"]')?.srcObject;
	if (!stream) return {hz: 0, level: -200};
	if (window.ear?.stream !== stream) {
		const context = new AudioContext(), analyser = context.createAnalyser();
		analyser.fftSize = 8192;
		context.createMediaStreamSource(stream).connect(analyser);
		window.ear = {stream, context, analyser};
	}
	const {context, analyser} = window.ear;
	const bins = new Float32Array(analyser.frequencyBinCount);
	analyser.getFloatFrequencyData(bins);
	let k = 0;
	bins.forEach((v, i) => { if (v > bins[k]) k = i; });
	return {hz: k * context.sampleRate / analyser.fftSize, level: Math.max(-200, bins[k])};
})()`

// hears tells whether the tone is what the headphones play now.
func (p *page) hears(hz float64) bool {
	p.t.Helper()
	var h struct{ Hz, Level float64 }
	p.eval(ear, &h)
	return math.Abs(h.Hz-hz) < 12 && h.Level > -45
}

// The login screen.
const (
	loginField    = `input[autocomplete="username"]`
	passwordField = `input[autocomplete="current-password"]`
)

// enter fills the login screen in.
func (p *page) enter(login, password string) {
	p.t.Helper()
	p.fill(loginField, login)
	p.fill(passwordField, password)
	p.press("Enter")
}

// signIn goes to a screen through the login.
func (p *page) signIn(path, login string) {
	p.t.Helper()
	p.goTo(path)
	p.enter(login, login)
	p.gone(passwordField)
}

// atDesk signs an operator in, checks the microphone and stands him ready.
func (c *chromium) atDesk(name, login string) *page {
	c.t.Helper()
	p := c.open(name, "microphone")
	p.signIn("/desk", login)
	p.rawSound()
	p.ready()
	return p
}

// rawSound switches the browser's sound processing off: it takes a steady tone for noise.
func (p *page) rawSound() {
	p.t.Helper()
	p.click(`button[aria-label="Гарнитура и звонок"]`)
	p.do(id("processing"), "setChecked", false)
	p.press("Escape")
	p.do(id("mic-ok"), "waitFor", map[string]any{"state": "attached"})
}

// ready presses «Готов»; calls come when this returns.
func (p *page) ready() {
	p.t.Helper()
	p.filed()
	p.sees(`text=Готово, звонок придёт сам`)
}

// filed is the key by which he is ready again; before its button is alive it does nothing.
func (p *page) filed() {
	p.t.Helper()
	p.sees(id("state-ready") + ":enabled")
	p.press("F2")
}

// kill is the power cut of the operator's computer.
func (c *chromium) kill() {
	c.t.Helper()
	c.pages = nil
	require.NoError(c.t, syscall.Kill(-c.Cmd.Process.Pid, syscall.SIGKILL))
	<-c.Done
}

// tab opens a second tab of the same person.
func (p *page) tab(name string) *page {
	p.t.Helper()
	p.do("", "tab", name)
	q := &page{chromium: p.chromium, name: name}
	p.pages = append(p.pages, q)
	return q
}

// leave closes the window.
func (p *page) leave() {
	p.t.Helper()
	p.do("", "close")
	p.pages = slices.DeleteFunc(p.pages, func(q *page) bool { return q == p })
}

// count is how many of them there are on the page now.
func (p *page) count(at string) (n int) {
	p.t.Helper()
	require.NoError(p.t, json.Unmarshal(p.do(at, "count"), &n))
	return n
}

// value is what is typed there.
func (p *page) value(at string) string { p.t.Helper(); return asText(p.t, p.do(at, "inputValue")) }
