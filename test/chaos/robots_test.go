package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"d24/city"
	"d24/internal/platform/httpapi"
	"d24/test/softphone"
	"d24/voip/media"
)

// person is somebody signed in; his requests go to either of the pages' addresses.
type person struct {
	w     *world
	login string
	http  *http.Client
	token string
	form  map[string]any // a request of the first company, but for what differs
}

func (w *world) signIn(ctx context.Context, login string) *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err)
	}
	p := &person{w: w, login: login, http: &http.Client{Jar: jar, Timeout: 5 * time.Second}}
	for ctx.Err() == nil {
		if _, err = p.try(ctx, http.MethodPost, "/login", map[string]string{"login": login, "password": login}, nil); err == nil {
			break
		}
		pause(ctx, 300*time.Millisecond)
	}
	for _, at := range w.web {
		u, err := url.Parse(at)
		if err != nil {
			panic(err)
		}
		for _, c := range jar.Cookies(u) {
			if c.Name == httpapi.Cookie {
				p.token = c.Value
			}
		}
	}
	return p
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// refused is an answer of the program that is not a success.
type refused struct {
	status int
	text   string
}

func (r *refused) Error() string { return fmt.Sprintf("%d %s", r.status, r.text) }

// final reports that asking again would not help: the program has decided.
func final(err error) bool {
	var r *refused
	return errors.As(err, &r) && r.status < 500 && r.status != http.StatusTooManyRequests
}

// try makes one request at one of the addresses.
func (p *person) try(ctx context.Context, method, path string, in, out any) (string, error) {
	at := p.w.web[p.w.chance(len(p.w.web))]
	b, err := json.Marshal(in)
	if err != nil {
		return at, err
	}
	req, err := http.NewRequestWithContext(ctx, method, at+httpapi.Prefix+path, bytes.NewReader(b))
	if err != nil {
		return at, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if p.token != "" {
		req.Header.Set("Cookie", httpapi.Cookie+"="+p.token)
	}
	res, err := p.http.Do(req)
	if err != nil {
		return at, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return at, err
	}
	if res.StatusCode >= 300 {
		return at, &refused{res.StatusCode, string(body)}
	}
	if out == nil || len(body) == 0 {
		return at, nil
	}
	return at, json.Unmarshal(body, out)
}

// insist asks until the program has decided.
func (p *person) insist(ctx context.Context, method, path string, in, out any) error {
	for {
		_, err := p.try(ctx, method, path, in, out)
		if err == nil || final(err) || !pause(ctx, 300*time.Millisecond) {
			return err
		}
	}
}

// learn reads what a request of the first company is made of.
func (p *person) learn(ctx context.Context) error {
	var me struct {
		Companies []struct {
			ID   int64
			Name string
		}
	}
	var houses, reasons struct {
		Items []struct {
			ID        int64
			Kind      string
			Questions []struct {
				ID       int64
				Type     string
				Required bool
				Options  []string
			}
		}
	}
	if err := p.insist(ctx, http.MethodGet, "/me", nil, &me); err != nil {
		return err
	}
	var company int64
	for _, c := range me.Companies {
		if strings.Contains(c.Name, "Северный берег") {
			company = c.ID
		}
	}
	err := p.insist(ctx, http.MethodGet, fmt.Sprintf("/buildings/search?q=%s&company_id=%d", url.QueryEscape("озёр"), company), nil, &houses)
	if err == nil {
		err = p.insist(ctx, http.MethodGet, fmt.Sprintf("/reasons/search?q=%s&company_id=%d", url.QueryEscape("топит"), company), nil, &reasons)
	}
	if err != nil {
		return err
	}
	if len(houses.Items) == 0 || len(reasons.Items) == 0 {
		return fmt.Errorf("the demo city has no such house or reason: %+v %+v", houses, reasons)
	}
	answers := []map[string]any{}
	for _, q := range reasons.Items[0].Questions {
		value := "1"
		switch {
		case len(q.Options) > 0:
			value = q.Options[0]
		case q.Type == "yes_no":
			value = "yes"
		}
		if q.Required {
			answers = append(answers, map[string]any{"id": q.ID, "value": value})
		}
	}
	p.form = map[string]any{"company_id": company, "building_id": houses.Items[0].ID, "reason_id": reasons.Items[0].ID, "answers": answers, "description": "Льёт с потолка"}
	return nil
}

// write makes a request and a comment, each acknowledged or unknown.
func (p *person) write(ctx context.Context, key, phone, call string) {
	in := map[string]any{"unit": "5", "caller_phone": phone, "idempotency_key": key}
	if call != "" {
		in["call_key"] = call
	}
	for k, v := range p.form {
		in[k] = v
	}
	var made struct{ ID, Number int64 }
	for n := 0; ; n++ {
		p.w.ledger.Write(Entry{Kind: TicketTried, Key: key, Phone: phone})
		_, err := p.try(ctx, http.MethodPost, "/tickets", in, &made)
		if err == nil {
			break
		}
		if final(err) {
			p.w.ledger.Write(Entry{Kind: TicketTried, Key: key, Text: err.Error()})
			return
		}
		if !pause(ctx, 200*time.Millisecond) {
			return
		}
	}
	p.w.ledger.Write(Entry{Kind: TicketAcked, Key: key, ID: made.ID})
	p.add(ctx, key)
}

// add writes a comment to the latest request, acknowledged or unknown.
func (p *person) add(ctx context.Context, key string) {
	all := p.w.ledger.Of(TicketAcked)
	if len(all) == 0 {
		return
	}
	id, text := all[len(all)-1].ID, "замечание chaos-"+key
	p.w.ledger.Write(Entry{Kind: CommentTried, Key: text, ID: id})
	if _, err := p.try(ctx, http.MethodPost, fmt.Sprintf("/tickets/%d/comments", id), map[string]any{"text": text}, nil); err == nil {
		p.w.ledger.Write(Entry{Kind: CommentAcked, Key: text, ID: id})
	}
}

// operator answers what rings, in his browser, which may die.
type operator struct {
	*person
	die chan time.Duration // how long he is away
	n   int
}

// open is his telephone in a new tab, ready.
func (p *person) open(ctx context.Context, tab string) (*softphone.Phone, error) {
	at := p.w.web[p.w.chance(len(p.w.web))]
	s, err := softphone.Open(ctx, softphone.Options{
		URL: "ws" + strings.TrimPrefix(at, "http") + "/api/v1/desk/ws", Token: p.token, Cookie: httpapi.Cookie, Tab: tab, Takeover: true, Deaf: true, Voice: media.Tone(1100, time.Second),
	})
	if err != nil {
		return nil, err
	}
	s.Send(ctx, map[string]any{"type": "state", "state": "ready"})
	if err := s.Until(ctx, "readiness or the talk he had", s.Back); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// work answers calls until ctx ends.
func (o *operator) work(ctx context.Context) {
	for ctx.Err() == nil {
		o.n++
		opening, cancel := context.WithTimeout(ctx, 8*time.Second)
		s, err := o.open(opening, fmt.Sprint(o.login, o.n))
		cancel()
		if err != nil {
			pause(ctx, 300*time.Millisecond)
			continue
		}
		away := o.serve(ctx, s)
		s.Close()
		pause(ctx, away)
	}
}

// serve answers with one browser until it dies; it returns how long to be away.
func (o *operator) serve(ctx context.Context, s *softphone.Phone) time.Duration {
	over := make(chan time.Duration, 1)
	life, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case d := <-o.die:
			over <- d
			cancel()
		case <-life.Done():
		}
	}()
	if v := s.View(); v.State == "talking" { // his browser is back in time, and so is who speaks with him (F2)
		o.finish(life, s, v)
	}
	for life.Err() == nil {
		v, err := within(life, 2*time.Second, func(ctx context.Context) (softphone.View, error) { return s.Call(ctx, "ringing") })
		switch {
		case errors.Is(err, context.DeadlineExceeded): // a call he missed has sent him to a pause
			_, _ = within(life, time.Second, func(ctx context.Context) (any, error) { return nil, s.Ready(ctx) })
		case err != nil && life.Err() == nil: // the engine is gone
			return 200 * time.Millisecond
		case err == nil:
			o.talk(life, s, v)
		}
	}
	select {
	case d := <-over:
		o.w.ledger.Write(Entry{Kind: OperatorsGone, Key: o.login})
		return d
	default:
		return 0
	}
}

func within[T any](ctx context.Context, d time.Duration, f func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return f(ctx)
}

// results are an operator's words about a task.
var results = map[string]string{"handover": "accepted", "feedback": "done", "callback": "answered", "status_inquiry": "in_progress", "responsible": "told", "announcement": "told"}

func (o *operator) talk(ctx context.Context, s *softphone.Phone, v softphone.View) {
	s.Do(ctx, "answer", v.Key)
	_, err := within(ctx, 25*time.Second, func(ctx context.Context) (any, error) {
		return nil, s.Until(ctx, "a talk or its end", s.Ended(v.Key, "talking"))
	})
	if err != nil {
		return
	}
	if now := s.View(); now.Key == v.Key && now.State == "talking" {
		if v.Direction == "inbound" && o.w.chance(3) > 0 {
			o.add(ctx, v.Key)
		} else if v.Direction == "inbound" {
			o.save(ctx, fmt.Sprintf("chaos-%s-%s", o.login, v.Key), v.Phone, v.Key)
		} else if kind := results[v.Purpose]; kind != "" {
			_ = o.insist(ctx, http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", v.TaskID), map[string]any{"kind": kind}, nil)
		}
		o.finish(ctx, s, v)
		return
	}
	o.file(ctx, s)
}

// finish speaks a little longer, hangs up and is ready again.
func (o *operator) finish(ctx context.Context, s *softphone.Phone, v softphone.View) {
	pause(ctx, time.Duration(1000+o.w.chance(2000))*time.Millisecond)
	s.Do(ctx, "hangup", v.Key)
	o.file(ctx, s)
}

// file is the paperwork after a call.
func (o *operator) file(ctx context.Context, s *softphone.Phone) {
	_, _ = within(ctx, 5*time.Second, func(ctx context.Context) (any, error) { return nil, s.InState(ctx, "wrap_up") })
	s.Send(ctx, map[string]any{"type": "wrapped_up"})
	_, _ = within(ctx, 5*time.Second, func(ctx context.Context) (any, error) { return nil, s.Ready(ctx) })
}

// save writes a request; while the database is away its draft waits and he goes on with the next call.
func (o *operator) save(ctx context.Context, key, phone, call string) {
	if o.w.wire == nil || !o.w.wire.down.Load() {
		o.write(ctx, key, phone, call)
		return
	}
	o.w.placed.Add(1)
	go func() { defer o.w.placed.Done(); o.write(ctx, key, phone, call) }()
}

// residents call the lines, each number once, until ctx ends.
func (w *world) residents(ctx context.Context, every time.Duration) {
	lines := []string{"+73430000101", "+73430000102", "+73430000103", "+73430000200"}
	for n := 100; n < 1000 && ctx.Err() == nil; n++ {
		phone := fmt.Sprintf("+79000900%03d", n)
		script := city.Script{Say: []string{"Топит с потолка, вода льёт в коридор.", "Спасибо."}, HangUp: city.Duration(time.Duration(12+w.chance(18)) * time.Second)}
		if w.chance(4) == 0 { // he does not wait
			script.HangUp = city.Duration(time.Duration(1000+w.chance(4000)) * time.Millisecond)
		}
		w.placed.Add(1)
		go func() { defer w.placed.Done(); w.one(phone, lines[w.chance(len(lines))], script) }()
		pause(ctx, time.Duration(float64(every)*(0.3+1.4*float64(w.chance(1000))/1000)))
	}
}

func (w *world) one(phone, line string, script city.Script) {
	w.ledger.Write(Entry{Kind: CallPlaced, Phone: phone, Key: line})
	k := w.city.Resident(phone).Call(line, script)
	end := k.End()
	times := k.Times()
	if !times.Rang.IsZero() || !times.Answered.IsZero() {
		w.ledger.Write(Entry{Kind: CallRang, Phone: phone})
	}
	if !times.Answered.IsZero() {
		w.ledger.Write(Entry{Kind: CallAnswered, Phone: phone, Text: times.Answered.Sub(times.Placed).Round(time.Millisecond).String()})
	}
	w.ledger.Write(Entry{Kind: CallOver, Phone: phone, Code: end.Code, Text: string(end.By) + ": " + end.Text, ID: times.Placed.UnixMilli()})
}

// listens counts the telephones we ring.
func (w *world) listens(ctx context.Context) {
	events, stop := w.city.Watch()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-events:
			if e.Kind == city.Ringing && !e.Out {
				w.ledger.Write(Entry{Kind: PhoneRang, Phone: "+" + e.Number, Key: e.Other})
			}
		}
	}
}
