package city_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"d24/city"
	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/tone"
)

type page struct {
	t *testing.T
	*httptest.Server
}

func newPage(t *testing.T, c *city.City) page {
	t.Helper()
	s := httptest.NewServer(c.Handler())
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return page{t, s}
}

func (p page) post(path string, body any) (int, city.View, string) {
	p.t.Helper()
	b, err := json.Marshal(body)
	require.NoError(p.t, err)
	res, err := http.Post(p.URL+"/api/"+path, "application/json", bytes.NewReader(b)) //nolint:noctx // a test's own server
	require.NoError(p.t, err)
	defer func() { _ = res.Body.Close() }()
	all, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	var v city.View
	var e struct{ Error string }
	_ = json.Unmarshal(all, &v)
	_ = json.Unmarshal(all, &e)
	return res.StatusCode, v, e.Error
}

type m map[string]any

func find(v city.View, number string) city.SubscriberView {
	for _, s := range v.Subscribers {
		if "+"+s.Number == number {
			return s
		}
	}
	return city.SubscriberView{}
}

// TestThePageRingsAndIsRung: everything by hand, with its sound over a WebSocket.
func TestThePageRingsAndIsRung(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.25.11", "127.0.25.12", nil)
	p := newProduct(t, "127.0.25.13", c)
	w := newPage(t, c)
	code, _, _ := w.post("subscribers/"+resident+"/call", m{"to": lineX})
	require.Equal(t, 200, code)
	leg := p.next()
	code, _, why := w.post("subscribers/"+resident+"/call", m{"to": lineX})
	require.Equal(t, 409, code)
	require.Equal(t, "он уже говорит по телефону", why)

	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, strings.Replace(w.URL, "http", "ws", 1)+"/api/subscribers/"+resident+"/sound", nil) //nolint:bodyclose // the library's
	require.NoError(t, err)
	defer func() { _ = ws.CloseNow() }()
	h := listen(leg)
	require.NoError(t, leg.Answer())
	p.pacer.Start(leg.Media(), media.Tone(880, time.Second), true)
	var pcm []int16
	for len(pcm) < 4000 || tone.Level(pcm[len(pcm)-4000:], 880) < -30 { // he hears us
		kind, b, err := ws.Read(ctx)
		require.NoError(t, err)
		require.Equal(t, websocket.MessageBinary, kind)
		for ; len(b) > 0; b = b[2:] {
			pcm = append(pcm, int16(binary.LittleEndian.Uint16(b))) //nolint:gosec // two's complement
		}
	}
	hz, _ := tone.Dominant(pcm[len(pcm)-4000:])
	require.InDelta(t, 880, hz, 5)

	mic := g711.Decode(media.Tone(1700, time.Second).ALaw(), g711.ALaw)
	for i := 0; i+160 <= len(mic); i += 160 { // the microphone, at its pace
		b := make([]byte, 0, 320)
		for _, v := range mic[i : i+160] {
			b = binary.LittleEndian.AppendUint16(b, uint16(v)) //nolint:gosec // two's complement
		}
		require.NoError(t, ws.Write(ctx, websocket.MessageBinary, b))
		time.Sleep(20 * time.Millisecond)
	}
	eventually(t, "we hear the microphone", func() bool { return h.heard(1700) })

	code, _, _ = w.post("subscribers/"+resident+"/say", m{"text": "{address}"})
	require.Equal(t, 200, code)
	code, _, _ = w.post("subscribers/"+resident+"/press", m{"keys": "7"})
	require.Equal(t, 200, code)
	eventually(t, "a key", func() bool { return h.pressed() == "7" })
	require.Equal(t, "Озёрная, дом 4, квартира 2.", events(c, city.Said)[0].Text)
	code, v, _ := w.post("subscribers/"+resident+"/hangup", m{})
	require.Equal(t, 200, code)
	require.NotEmpty(t, v.Providers)
	<-leg.Done()
	for err == nil {
		_, _, err = ws.Read(ctx)
	}
	require.Equal(t, websocket.StatusNormalClosure, websocket.CloseStatus(err), "the sound ends with the call")

	code, v, _ = w.post("subscribers/"+executor+"/mode", m{"mode": "manual"})
	require.Equal(t, 200, code)
	require.Equal(t, city.ByHand, find(v, executor).Mode)
	go func() {
		if l, de := p.dial(ctx, "X", executor); de == nil {
			l.Hangup()
		}
	}()
	eventually(t, "it rings", func() bool { k := c.Executor(executor).Current(); return k != nil && k.State() == city.Rings })
	code, v, _ = w.post("subscribers/"+executor+"/answer", m{})
	require.Equal(t, 200, code)
	require.Equal(t, "73430000101", find(v, executor).Call.Other)
	require.True(t, c.Executor(executor).Last().End().Answered)
}

func TestThePageRefuses(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.25.21", "127.0.25.22", nil)
	w := newPage(t, c)
	for _, x := range []struct {
		path string
		body any
		code int
	}{
		{"subscribers/" + executor + "/say", m{"text": "Алло"}, 409},
		{"subscribers/" + executor + "/mode", m{"mode": "angry"}, 400},
		{"subscribers/" + executor + "/dance", m{}, 404},
		{"subscribers/+79995550000/call", m{"to": lineX}, 404},
		{"subscribers/" + executor + "/call", "text", 400},
		{"providers/Z", m{"mode": "up"}, 404},
		{"providers/X", m{"mode": "broken"}, 400},
		{"play", m{"scenario": "../../etc/passwd"}, 400},
		{"play", m{"per_hour": 60, "for": "-5m"}, 400},
	} {
		code, _, why := w.post(x.path, x.body)
		require.Equal(t, x.code, code, x.path)
		require.NotEmpty(t, why)
	}
	code, v, _ := w.post("providers/X", m{"mode": "silent"})
	require.Equal(t, 200, code)
	require.Equal(t, city.Silent, v.Providers[0].Mode)

	ask := func(change func(*http.Request)) int {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, w.URL+"/api/stop", nil)
		require.NoError(t, err)
		change(req)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		_ = res.Body.Close()
		return res.StatusCode
	}
	require.Equal(t, 200, ask(func(*http.Request) {}))
	require.Equal(t, 403, ask(func(r *http.Request) { r.Host = "evil.example" }), "a name that was made to mean this machine")
	require.Equal(t, 403, ask(func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }), "a page of the web")
	_, err := c.Serve("0.0.0.0:0", io.Discard)
	require.ErrorContains(t, err, "этой машины")
}

func TestThePageIsToldOfEvents(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.25.31", "127.0.25.32", nil)
	require.NoError(t, c.Provider("X").Switch(city.Silent))
	w := newPage(t, c)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/api/events", nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	next := func() (e city.Event) {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				require.NoError(t, json.Unmarshal([]byte(data), &e))
				return e
			}
		}
		return e
	}
	require.Equal(t, city.Switched, next().Kind, "what was before")
	require.NoError(t, c.Provider("X").Switch(city.Up))
	e := next()
	require.Equal(t, 2, e.N)
	require.Equal(t, "up", e.Text)
}

// TestThePageInABrowser: a real Chromium opens the page of a resident in a talk:
// it shows the talk, and his sound flows into it. With D24_LOOK set to a directory
// pictures are left there.
func TestThePageInABrowser(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.25.41", "127.0.25.42", nil)
	p := newProduct(t, "127.0.25.43", c)
	w := newPage(t, c)
	c.Resident(resident).Call(lineX, city.Script{Say: []string{"Топит с потолка, вода льёт в коридор."}})
	leg := p.next()
	require.NoError(t, leg.Answer())
	p.pacer.Start(leg.Media(), media.Music(), true)
	c.Executor(executor).SetMode(city.ByHand)
	go func() { _, _ = p.dial(t.Context(), "Y", executor) }()
	eventually(t, "the executor's phone rings", func() bool { return c.Executor(executor).Current() != nil })
	c.Resident("+79000900003").Call("+73430000999", city.Script{})
	require.NoError(t, c.Provider("Y").Switch(city.Refuses))

	b := newBrowser(t)
	b.look("city-desk", w.URL+"/?number=79000900001", 1440, 900)
	for _, text := range []string{"Озёрная, 4, кв. 2", "Ждёт", "Открыть телефон", "не дозвонился", "Отказывает"} {
		require.Contains(t, b.eval("document.body.innerText"), text)
	}
	eventually(t, "sound flows into the browser", func() bool {
		n, ok := b.eval("Number(document.getElementById('wave').dataset.frames)").(float64)
		return ok && n > 10
	})
	h := listen(leg)
	b.eval("document.querySelectorAll('.keys button')[4].click()")
	eventually(t, "a key of the page", func() bool { return h.pressed() == "5" })
	b.eval("document.querySelector('.says button').click()")
	eventually(t, "a sentence of the page", func() bool { return h.heard(620) })
	b.look("city-phone", w.URL+"/?number=79000900001", 412, 1500)
	b.look("city-executor", w.URL+"/?role=executor&number=79000001000", 1440, 900)
	b.eval("document.getElementById('answer').click()")
	eventually(t, "answered on the page", func() bool { return c.Executor(executor).Current().State() == city.Talks })
	b.look("city-executor-phone", w.URL+"/?role=executor&number=79000001000", 412, 1500)
	b.look("city-resident", w.URL+"/?number=79000900020", 1440, 900)
	b.look("city-idle", w.URL+"/", 1100, 1400)
	require.Equal(t, []any{}, b.eval("window.wrongs || []"))
}
