package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"d24/internal/platform/httpapi"
	"d24/test/chromium"
	"d24/tools/bench"
	"d24/voip/sip"
)

// watch tells the next card that the page draws: nextCard is a promise of the
// milliseconds since 1970 after the frame with the card was made.
const watch = `(() => {
	let tell = null;
	new MutationObserver(() => {
		const ringing = document.querySelector('[data-testid=call-panel][data-state=ringing]');
		if (!ringing || !tell) return;
		const told = tell;
		tell = null;
		requestAnimationFrame(() => setTimeout(() => told(performance.timeOrigin + performance.now())));
	}).observe(document.body, {subtree: true, childList: true, attributes: true});
	window.nextCard = () => new Promise((f) => { tell = f; });
})()`

// screen makes calls that ring in a real browser: the figure has the page's own
// work in it, up to the frame that shows the card.
func (t *town) screen(ctx context.Context, out *bench.Figures, ops int) error {
	t.operator.Close()
	t.operator = nil
	dir, err := os.MkdirTemp("", "d24-chromium")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // nothing to do about it
	b, err := chromium.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := t.sitDown(ctx, b); err != nil {
		var shown string
		_ = b.Eval(ctx, "location.pathname + ' ' + document.body.innerText.slice(0, 500)", &shown)
		return fmt.Errorf("the operator's page: %w\nit shows %s", err, shown)
	}
	var took []time.Duration
	for n := range ops + warmUp {
		d, err := t.drawn(ctx, b)
		if err != nil {
			return fmt.Errorf("call %d: %w", n, err)
		}
		if n >= warmUp {
			took = append(took, d)
		}
	}
	add(out, "invite_to_screen", took)
	return nil
}

// sitDown signs in, opens the desk and gets ready.
func (t *town) sitDown(ctx context.Context, b *chromium.Browser) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	p, err := t.house.Login(ctx, "operator")
	if err != nil {
		return err
	}
	if err := b.Cookie(ctx, t.house.Page, httpapi.Cookie, p.Token); err != nil {
		return err
	}
	if err := b.Go(ctx, t.house.Page+"/desk"); err != nil {
		return err
	}
	if err := b.Until(ctx, getReady); err != nil {
		return err
	}
	return b.Eval(ctx, watch, nil)
}

// getReady presses what stands between the operator and his calls; a seat that was
// left a moment ago, or whose call is disposed of, may be ready by itself.
const getReady = `(document.querySelector('[data-testid=work-here],[data-testid=state-ready]:not(:disabled)')?.click(), ` + isReady + `)`

const isReady = `document.querySelector('[data-testid=my-state]')?.dataset.state === 'ready'`

// drawn is one call: the card is drawn, the operator answers by a click, the
// resident hangs up, it was a wrong number, the operator is ready again.
func (t *town) drawn(ctx context.Context, b *chromium.Browser) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*opFor)
	defer cancel()
	t.calls++
	var began time.Time
	dialled := make(chan *sip.Leg, 1)
	if err := b.Eval(ctx, "void (window.card = nextCard())", nil); err != nil {
		return 0, err
	}
	go func() {
		began = time.Now()
		leg, _ := t.provider.Dial(ctx, sip.Target{User: line, Host: t.house.SIP, Dest: t.house.SIP, From: fmt.Sprintf("+7900009%04d", t.calls%10000)})
		dialled <- leg
	}()
	var at float64 // milliseconds
	err := b.Eval(ctx, "window.card", &at)
	leg := <-dialled
	if leg == nil {
		return 0, errors.Join(errors.New("the call was not answered"), err)
	}
	defer leg.Hangup()
	if err != nil {
		return 0, err
	}
	took := time.UnixMicro(int64(at * 1e3)).Sub(began)
	for _, step := range []string{"click answer", "state talking", "click other-outcome", "click dispose-wrong_number", "hang up"} {
		what, name, _ := strings.Cut(step, " ")
		switch what {
		case "click":
			err = b.Click(ctx, "[data-testid="+name+"]")
		case "state":
			err = b.Until(ctx, `document.querySelector('[data-testid=call-panel]').dataset.state === '`+name+`'`)
		default:
			leg.Hangup()
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", step, err)
		}
	}
	return took, b.Until(ctx, getReady)
}
