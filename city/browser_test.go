package city_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

// browser is a headless Chromium, driven over its DevTools protocol.
type browser struct {
	t       *testing.T
	ws      *websocket.Conn
	n       int
	session string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--user-data-dir="+t.TempDir(), "--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0", "about:blank")
	cmd.WaitDelay = 5 * time.Second
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it ends its children, and leaves the profile whole
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	b := &browser{t: t}
	gone := make(chan struct{})
	t.Cleanup(func() {
		cancel()
		<-gone
	})
	at := make(chan string, 1)
	go func() {
		defer close(gone)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if _, url, ok := strings.Cut(lines.Text(), "DevTools listening on "); ok {
				at <- url
			}
		}
		_, _ = io.Copy(io.Discard, stderr)
		_ = cmd.Wait()
	}()
	select {
	case url := <-at:
		limit, stop := context.WithTimeout(ctx, 10*time.Second)
		defer stop()
		b.ws, _, err = websocket.Dial(limit, url, nil) //nolint:bodyclose // the library's
		require.NoError(t, err)
	case <-time.After(30 * time.Second):
		require.Fail(t, "chromium does not start")
	}
	b.ws.SetReadLimit(64 << 20)
	t.Cleanup(func() { _ = b.ws.CloseNow() })
	target, _ := b.do("Target.createTarget", m{"url": "about:blank"})["targetId"].(string)
	b.session, _ = b.do("Target.attachToTarget", m{"targetId": target, "flatten": true})["sessionId"].(string)
	b.do("Page.enable", m{})
	b.do("Page.addScriptToEvaluateOnNewDocument", m{"source": "window.wrongs = []; addEventListener('error', (e) => wrongs.push(e.message)); addEventListener('unhandledrejection', (e) => wrongs.push(String(e.reason)))"})
	return b
}

// do sends a command and waits for its answer.
func (b *browser) do(method string, params m) map[string]any {
	b.t.Helper()
	b.n++
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	order := m{"id": b.n, "method": method, "params": params}
	if b.session != "" {
		order["sessionId"] = b.session
	}
	raw, err := json.Marshal(order)
	require.NoError(b.t, err)
	require.NoError(b.t, b.ws.Write(ctx, websocket.MessageText, raw))
	for {
		_, raw, err := b.ws.Read(ctx)
		require.NoError(b.t, err, method)
		var answer struct {
			ID     int
			Result map[string]any
			Error  any
		}
		require.NoError(b.t, json.Unmarshal(raw, &answer))
		if answer.ID == b.n {
			require.Nil(b.t, answer.Error, method)
			return answer.Result
		}
	}
}

// eval is the value of an expression on the page.
func (b *browser) eval(expression string) any {
	b.t.Helper()
	r := b.do("Runtime.evaluate", m{"expression": expression, "returnByValue": true})
	require.Nil(b.t, r["exceptionDetails"], expression)
	v, _ := r["result"].(map[string]any)
	return v["value"]
}

// look opens a page at a size and takes its picture; with D24_LOOK set to a
// directory it stays there.
func (b *browser) look(name, url string, width, height int) {
	b.t.Helper()
	b.do("Emulation.setDeviceMetricsOverride", m{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 720})
	b.do("Page.navigate", m{"url": url})
	eventually(b.t, name+" is drawn", func() bool {
		return b.eval("document.readyState === 'complete' && document.querySelectorAll('.person').length > 5 && document.querySelectorAll('#log time').length > 2") == true
	})
	require.Equal(b.t, true, b.eval("document.documentElement.scrollWidth <= innerWidth"), "%s: nothing sticks out at the side", name)
	if strings.Contains(url, "number=79000900001") { // some sound is to be seen
		eventually(b.t, "sound", func() bool {
			return b.eval("Number(document.getElementById('wave')?.dataset.frames || 0) > 100") == true
		})
	}
	data, _ := b.do("Page.captureScreenshot", m{"format": "png"})["data"].(string)
	png, err := base64.StdEncoding.DecodeString(data)
	require.NoError(b.t, err)
	require.Greater(b.t, len(png), 20_000, "%s shows something", name)
	if dir := os.Getenv("D24_LOOK"); dir != "" {
		require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600))
	}
}
