package city

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"time"
)

//go:embed page
var files embed.FS

// Handler is the page and what it asks: everything the city does, by hand. It
// answers only to names of this machine (a page of the web must not ring
// anybody), and changes nothing for another origin.
func (c *City) Handler() http.Handler {
	mux := http.NewServeMux()
	static, err := fs.Sub(files, "page")
	if err != nil {
		panic(err) // built in
	}
	mux.Handle("GET /", http.FileServerFS(static))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /api/state", func(w http.ResponseWriter, _ *http.Request) { reply(w, c.View()) })
	mux.HandleFunc("GET /api/events", c.serveEvents)
	mux.HandleFunc("GET /api/subscribers/{number}/sound", c.serveSound)
	mux.HandleFunc("POST /api/subscribers/{number}/{action}", c.serveAction)
	mux.HandleFunc("POST /api/providers/{name}", c.serveProvider)
	mux.HandleFunc("POST /api/play", c.servePlay)
	mux.HandleFunc("POST /api/stop", func(w http.ResponseWriter, _ *http.Request) { c.StopPlaying(); reply(w, c.View()) })
	return guard(mux)
}

func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		origin, err := url.Parse(r.Header.Get("Origin"))
		if !local(host) || err != nil || origin.Host != "" && origin.Host != r.Host {
			http.Error(w, "город отвечает только своей странице на этой машине", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; connect-src 'self' ws://"+r.Host+"; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

// refuse says in words what was not done.
func refuse(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": text})
}

// order is the body of every POST; each action takes what it needs.
type order struct {
	To       string  `json:"to"`
	Text     string  `json:"text"`
	Keys     string  `json:"keys"`
	Mode     string  `json:"mode"`
	Hidden   bool    `json:"hidden"`
	Scenario string  `json:"scenario"`
	PerHour  float64 `json:"per_hour"`
	For      string  `json:"for"`
}

func read(w http.ResponseWriter, r *http.Request) (o order, ok bool) {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 16<<10))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		refuse(w, http.StatusBadRequest, "не прочитать: "+err.Error())
		return o, false
	}
	return o, true
}

func (c *City) serveProvider(w http.ResponseWriter, r *http.Request) {
	o, ok := read(w, r)
	if !ok {
		return
	}
	p := c.Provider(r.PathValue("name"))
	if p == nil {
		refuse(w, http.StatusNotFound, "нет такого провайдера")
		return
	}
	if err := p.Switch(Mode(o.Mode)); err != nil {
		refuse(w, http.StatusBadRequest, "нет такого режима")
		return
	}
	reply(w, c.View())
}

func (c *City) servePlay(w http.ResponseWriter, r *http.Request) {
	o, ok := read(w, r)
	if !ok {
		return
	}
	if name, _ := c.Playing(); name != "" {
		refuse(w, http.StatusConflict, ErrPlaying.Error())
		return
	}
	play, err := c.chosen(o)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	c.background(play)
	reply(w, c.View())
}

// chosen is what the page wants played.
func (c *City) chosen(o order) (func(context.Context), error) {
	if o.PerHour > 0 {
		d, err := time.ParseDuration(o.For)
		if err != nil {
			return nil, errors.New("не понять, как долго звонить")
		}
		rate := Rate{PerHour: o.PerHour, For: Duration(d)}
		return func(ctx context.Context) { _, _ = c.Load(ctx, rate) }, rate.check()
	}
	for _, s := range scenarios() { // never a file: the page chooses among the ready ones
		if s.Name == o.Scenario {
			return func(ctx context.Context) { _, _ = c.Play(ctx, s) }, nil
		}
	}
	return nil, errors.New("нет такого сценария")
}

func (c *City) serveAction(w http.ResponseWriter, r *http.Request) {
	o, ok := read(w, r)
	if !ok {
		return
	}
	s := c.subscriber(Normalise(r.PathValue("number")))
	if s == nil {
		refuse(w, http.StatusNotFound, "нет такого абонента")
		return
	}
	if code, text := s.act(r.PathValue("action"), o); code != 0 {
		refuse(w, code, text)
		return
	}
	reply(w, c.View())
}

// act does what a person at the page wants of a subscriber.
func (s *Subscriber) act(action string, o order) (code int, text string) {
	k := s.Current()
	switch action {
	case "mode":
		if _, known := Mood(o.Mode).find(); !known && o.Mode != "" {
			return http.StatusBadRequest, "нет такого поведения"
		}
		s.SetMode(Mood(o.Mode))
		return 0, ""
	case "call":
		if k != nil {
			return http.StatusConflict, "он уже говорит по телефону"
		}
		s.Call(o.To, Script{Anonymous: o.Hidden})
		return 0, ""
	case "answer", "reject", "hangup", "say", "press":
	default:
		return http.StatusNotFound, "нет такого действия"
	}
	if k == nil {
		return http.StatusConflict, "у него нет звонка"
	}
	done := true
	switch action {
	case "answer":
		done = k.Take()
	case "reject":
		done = k.Refuse()
	case "hangup":
		k.Hangup()
	case "say":
		done = o.Text != "" && len(o.Text) < 2000 && k.Say(s.fill(o.Text))
	case "press":
		done = k.Press(o.Keys)
	}
	if !done {
		return http.StatusConflict, "сейчас это невозможно"
	}
	return 0, ""
}

// serveEvents tells what happens as server-sent events: the latest first.
func (c *City) serveEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	flow := http.NewResponseController(w)
	send := func(e Event) bool {
		b, err := json.Marshal(e)
		if err != nil {
			return false
		}
		if _, err = w.Write([]byte("data: " + string(b) + "\n\n")); err != nil {
			return false
		}
		return flow.Flush() == nil
	}
	past, events, stop := c.watch()
	defer stop()
	_ = flow.Flush()
	for _, e := range past[max(0, len(past)-100):] {
		if !send(e) {
			return
		}
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case <-c.ctx.Done():
			return
		case e := <-events:
			if !send(e) {
				return
			}
		}
	}
}
