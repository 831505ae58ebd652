// Package chromium drives a headless Chromium over its DevTools protocol, with a
// microphone that hears a tone. Tests and benchmarks use it where the page itself
// is what counts.
package chromium

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// Browser is one page of a Chromium. Its methods are called one at a time.
type Browser struct {
	cmd     *exec.Cmd
	gone    chan struct{}
	ws      *websocket.Conn
	n       int
	session string
}

// flags: nothing is fetched from the net, sound plays unasked, the microphone is Chromium's own.
var flags = []string{
	"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
	"--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0",
}

// startFor bounds the start.
const startFor = 30 * time.Second

// Open starts a browser with its profile in dir; Close it.
func Open(ctx context.Context, dir string) (*Browser, error) {
	ctx, cancel := context.WithTimeout(ctx, startFor)
	defer cancel()
	b := &Browser{cmd: exec.Command("chromium", append(flags, "--user-data-dir="+dir, "--window-size=1440,900", "about:blank")...), gone: make(chan struct{})}
	stderr, err := b.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	at := make(chan string, 1)
	go func() {
		defer close(b.gone)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if _, url, ok := strings.Cut(lines.Text(), "DevTools listening on "); ok {
				at <- url
			}
		}
		_, _ = io.Copy(io.Discard, stderr)
		_ = b.cmd.Wait()
	}()
	select {
	case url := <-at:
		err = b.attach(ctx, url)
	case <-b.gone:
		err = errors.New("chromium ended")
	case <-ctx.Done():
		err = fmt.Errorf("chromium does not start: %w", ctx.Err())
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *Browser) attach(ctx context.Context, url string) (err error) {
	if b.ws, _, err = websocket.Dial(ctx, url, nil); err != nil {
		return err
	}
	b.ws.SetReadLimit(64 << 20)
	var target struct{ TargetID string }
	if err := b.do(ctx, "Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		return err
	}
	var session struct{ SessionID string }
	if err := b.do(ctx, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session); err != nil {
		return err
	}
	b.session = session.SessionID
	return b.do(ctx, "Page.enable", nil, nil)
}

// do sends a command and waits for its answer.
func (b *Browser) do(ctx context.Context, method string, params map[string]any, out any) error {
	b.n++
	if params == nil {
		params = map[string]any{}
	}
	order := map[string]any{"id": b.n, "method": method, "params": params}
	if b.session != "" {
		order["sessionId"] = b.session
	}
	raw, err := json.Marshal(order)
	if err != nil {
		return err
	}
	if err := b.ws.Write(ctx, websocket.MessageText, raw); err != nil {
		return err
	}
	for {
		_, raw, err := b.ws.Read(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
		var answer struct {
			ID     int
			Result json.RawMessage
			Error  json.RawMessage
		}
		switch err := json.Unmarshal(raw, &answer); {
		case err != nil:
			return err
		case answer.ID != b.n: // an event
		case answer.Error != nil:
			return fmt.Errorf("%s: %s", method, answer.Error)
		case out == nil:
			return nil
		default:
			return json.Unmarshal(answer.Result, out)
		}
	}
}

// Cookie gives the browser a cookie for an address.
func (b *Browser) Cookie(ctx context.Context, url, name, value string) error {
	return b.do(ctx, "Network.setCookie", map[string]any{"url": url, "name": name, "value": value, "httpOnly": true}, nil)
}

// Before has a script run in every page that is opened, before the page's own.
func (b *Browser) Before(ctx context.Context, script string) error {
	return b.do(ctx, "Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": script}, nil)
}

// Go opens an address.
func (b *Browser) Go(ctx context.Context, url string) error {
	return b.do(ctx, "Page.navigate", map[string]any{"url": url}, nil)
}

// Eval stores the value of an expression on the page in out; it waits for a promise.
func (b *Browser) Eval(ctx context.Context, expression string, out any) error {
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	err := b.do(ctx, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	switch {
	case err != nil:
		return err
	case r.ExceptionDetails != nil:
		return fmt.Errorf("%s: %s", expression, r.ExceptionDetails)
	case out == nil || r.Result.Value == nil:
		return nil
	}
	return json.Unmarshal(r.Result.Value, out)
}

// Until waits until an expression is true.
func (b *Browser) Until(ctx context.Context, expression string) error {
	for {
		var is bool
		if err := b.Eval(ctx, "Boolean("+expression+")", &is); err != nil || is {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("never true: %s: %w", expression, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Click presses what the selector finds, once it is there and may be pressed.
func (b *Browser) Click(ctx context.Context, selector string) error {
	found, err := json.Marshal(selector)
	if err != nil {
		return err
	}
	at := fmt.Sprintf("document.querySelector(%s)", found)
	if err := b.Until(ctx, at+" && !"+at+".disabled"); err != nil {
		return err
	}
	return b.Eval(ctx, at+".click()", nil)
}

// Authenticator plugs a virtual authenticator in: it holds keys of its own and says
// that the person was verified, as a finger or a PIN does.
func (b *Browser) Authenticator(ctx context.Context) error {
	if err := b.do(ctx, "WebAuthn.enable", nil, nil); err != nil {
		return err
	}
	return b.do(ctx, "WebAuthn.addVirtualAuthenticator", map[string]any{"options": map[string]any{
		"protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
	}}, nil)
}

// Type puts text into the field that the selector finds, once it is there.
func (b *Browser) Type(ctx context.Context, selector, text string) error {
	found, err := json.Marshal(selector)
	if err != nil {
		return err
	}
	at := fmt.Sprintf("document.querySelector(%s)", found)
	if err := b.Until(ctx, at); err != nil {
		return err
	}
	if err := b.Eval(ctx, at+".focus(), "+at+".select()", nil); err != nil {
		return err
	}
	return b.do(ctx, "Input.insertText", map[string]any{"text": text}, nil)
}

// Press presses the button with these words on it, once it is there and may be pressed.
func (b *Browser) Press(ctx context.Context, words string) error {
	found, err := json.Marshal(words)
	if err != nil {
		return err
	}
	at := fmt.Sprintf("[...document.querySelectorAll('button, [role=menuitem]')].find((b) => b.textContent.trim() === %s && !b.disabled)", found)
	if err := b.Until(ctx, at); err != nil {
		return err
	}
	return b.Eval(ctx, at+".click()", nil)
}

// Close ends it and waits until it is gone.
func (b *Browser) Close() {
	if b.ws != nil {
		_ = b.ws.CloseNow()
	}
	_ = b.cmd.Process.Signal(os.Interrupt) // it ends its children
	select {
	case <-b.gone:
	case <-time.After(5 * time.Second):
		_ = b.cmd.Process.Kill()
		<-b.gone
	}
}
