package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"d24/internal/platform/httpapi"
)

// House is the whole program, `d24 serve` with a private database and demo data,
// on addresses of its own.
type House struct {
	Engine  Process // the phone engine alone
	SIP     string  // host:port of the engine
	Page    string  // http://host:port
	Figures string  // URL of the engine's figures
	data    string
	log     string
	cmd     *exec.Cmd
	exited  chan struct{}
}

// Places on the loopback: net is "127.0.91".
func program(net string) string { return net + ".1" }

// ProviderIP is where the demo provider X is expected: what comes from there is let in.
func ProviderIP(net string) string { return net + ".11" }

// Start runs binary under dir until Stop; it is ready when this returns.
func Start(ctx context.Context, binary, dir, net string) (*House, error) {
	return start(ctx, binary, dir, net, []string{"D24_DATABASE_URL=", "D24_DATABASE_OWNER_URL="}, "--demo", "--no-city", "--city-x", ProviderIP(net)+":5060", "--city-y", net+".12:5060")
}

// StartOn is Start on a database filled before: the program's address of it, and the owner's.
func StartOn(ctx context.Context, binary, dir, net, database, owner string) (*House, error) {
	return start(ctx, binary, dir, net, []string{"D24_DATABASE_URL=" + database, "D24_DATABASE_OWNER_URL=" + owner})
}

func start(ctx context.Context, binary, dir, net string, env []string, args ...string) (*House, error) {
	ip := program(net)
	h := &House{SIP: ip + ":5062", Page: "http://" + ip + ":8024", Figures: "http://" + ip + ":8026/metrics", data: filepath.Join(dir, "data"), log: filepath.Join(dir, "d24.log"), exited: make(chan struct{})}
	if err := os.Chmod(dir, 0o755); err != nil { // the database's own user passes through it
		return nil, err
	}
	log, err := os.Create(h.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()                                                                                                                                                                      //nolint:errcheck // the child has its own
	h.cmd = exec.Command(binary, append([]string{"serve", "--data", h.data, "--listen", ip + ":8024", "--sip", h.SIP, "--webrtc", ip + ":8025", "--phone-api", ip + ":8026"}, args...)...) //nolint:gosec // the program measured
	h.cmd.Stdout, h.cmd.Stderr = log, log
	h.cmd.Env = append(append(os.Environ(), "D24_TRUNK_CPS=0", "D24_PERSON_RATE=0", "D24_ADDRESS_RATE=0"), env...) // one address is the whole city here, one person all clients
	if err := h.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = h.cmd.Wait(); close(h.exited) }()
	if err := h.ready(ctx); err != nil {
		h.Stop()
		return nil, err
	}
	return h, nil
}

func (h *House) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the program is not ready: %w\n%s", ctx.Err(), h.said())
		case <-h.exited:
			return errors.New("the program ended\n" + h.said())
		case <-time.After(100 * time.Millisecond):
		}
		res, err := http.Get(h.Page + "/readyz")
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			continue
		}
		engine, found := find(map[string]string{"D24_ROLE": "phone", "D24_DATA": h.data})
		if !found {
			return errors.New("no process of the phone engine")
		}
		h.Engine = engine
		return nil
	}
}

func (h *House) said() string {
	b, _ := os.ReadFile(h.log)
	return string(b[max(0, len(b)-2000):])
}

// DatabaseURL is the address of the private database, as the engine was told it.
func (h *House) DatabaseURL() string { return h.Engine.Environ("D24_DATABASE_URL") }

// Stop is Ctrl-C; it waits until everything is gone.
func (h *House) Stop() {
	_ = h.cmd.Process.Signal(os.Interrupt)
	select {
	case <-h.exited:
	case <-time.After(40 * time.Second):
		_ = h.cmd.Process.Kill()
		<-h.exited
	}
}

// Process is the program itself, without the engine.
func (h *House) Process() Process { return Process(h.cmd.Process.Pid) }

// Person is somebody signed in.
type Person struct {
	house *House
	Token string // of the session
}

// Login signs a demo person in.
func (h *House) Login(ctx context.Context, login string) (*Person, error) {
	p := &Person{house: h}
	res, err := p.send(ctx, http.MethodPost, "/login", map[string]string{"login": login, "password": login})
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	for _, c := range res.Cookies() {
		if c.Name == httpapi.Cookie {
			p.Token = c.Value
			return p, nil
		}
	}
	return nil, errors.New("no session")
}

// Get reads an answer of the API into out.
func (p *Person) Get(ctx context.Context, path string, out any) error {
	res, err := p.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	return json.NewDecoder(res.Body).Decode(out)
}

func (p *Person) send(ctx context.Context, method, path string, in any) (*http.Response, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, p.house.Page+httpapi.Prefix+path, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "same-origin") // as a browser says on our own pages
	req.Header.Set("Cookie", httpapi.Cookie+"="+p.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		said, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		return nil, fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, said)
	}
	return res, nil
}

// Scrape reads the figures of a process: those without labels, by name.
func Scrape(ctx context.Context, url string) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Close = true // a kept connection would be a goroutine of the measured process
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for l := range strings.Lines(string(b)) {
		name, value, ok := strings.Cut(strings.TrimSpace(l), " ")
		if v, err := strconv.ParseFloat(value, 64); ok && err == nil {
			out[name] = v
		}
	}
	return out, nil
}
