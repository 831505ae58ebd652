package engine

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"d24/internal/fault"
	"d24/internal/telephony"
	"d24/voip/webrtc"
)

// CallView is the operator's call as his browser shows it.
type CallView struct {
	Key         string            `json:"key"`
	Direction   string            `json:"direction"` // inbound, task
	State       string            `json:"state"`     // ringing, counting, dialling, talking, held, ended
	Since       time.Time         `json:"since"`
	TalkSince   *time.Time        `json:"talk_since,omitempty"` // of the whole talk, holds and all
	DialAt      *time.Time        `json:"dial_at"`
	Phone       string            `json:"phone"`
	LinePhone   string            `json:"line_phone"`
	LineKind    string            `json:"line_kind"`
	City        string            `json:"city"`
	Zone        string            `json:"zone"`
	CompanyID   int64             `json:"company_id"`
	CompanyName string            `json:"company_name"`
	Greeting    string            `json:"greeting"`
	WaitedSince time.Time         `json:"waited_since"`
	Purpose     telephony.Purpose `json:"purpose"`
	Title       string            `json:"title"`
	TaskID      int64             `json:"task_id"`
	TicketID    int64             `json:"ticket_id"`
	Outcome     telephony.Outcome `json:"outcome"`
	Recording   bool              `json:"recording"`
	Written     bool              `json:"written"` // the journal knows it: a task before its dial is none yet
	Returned    bool              `json:"returned"`
	Urgent      bool              `json:"urgent"`               // he pressed the key for emergencies
	Own         bool              `json:"own,omitempty"`        // in its hours he is the company's own operators' alone
	Spilled     bool              `json:"overflow,omitempty"`   // the company did not answer him in its hours (F23)
	HeldAt      *time.Time        `json:"held_at,omitempty"`    // since when he waits on hold, of nobody's doing but the operator's (F19)
	Silent      bool              `json:"silent,omitempty"`     // no sound comes from the operator's microphone (F4)
	Unheard     bool              `json:"unheard,omitempty"`    // nobody has been heard since the talk began (F17)
	Repeated    bool              `json:"repeated"`             // he called a short while ago and reached nobody
	WatchedBy   string            `json:"watched_by,omitempty"` // a supervisor who hears the talk
	WatchMode   string            `json:"watch_mode,omitempty"` // listen, whisper, join
	Transfer    *TransferView     `json:"transfer,omitempty"`
}

// out is what the browser is told.
type out struct {
	Type       string             `json:"type"`
	Operator   *operator          `json:"operator,omitempty"`
	State      string             `json:"state,omitempty"`
	StateSince *time.Time         `json:"state_since,omitempty"`
	Since      *time.Time         `json:"since,omitempty"`
	Reason     string             `json:"reason,omitempty"`
	ServerTime *time.Time         `json:"server_time,omitempty"`
	Node       string             `json:"node,omitempty"`
	WrapUpSec  int                `json:"wrap_up_sec,omitempty"`
	Pauses     *[]telephony.Pause `json:"pauses,omitempty"`
	SDP        string             `json:"sdp,omitempty"`
	Connected  *bool              `json:"connected,omitempty"`
	Call       string             `json:"-"`
	View       *CallView          `json:"-"`
	Watch      *WatchView         `json:"watch,omitempty"`
	Taken      *TakenView         `json:"taken,omitempty"`
	Phone      *PhoneView         `json:"phone,omitempty"`
	Leads      bool               `json:"leads,omitempty"` // of welcome: callers can be led to colleagues
	Colleagues *[]ColleagueView   `json:"colleagues,omitempty"`
	T          int64              `json:"t,omitempty"`
	Code       string             `json:"code,omitempty"`
	Text       string             `json:"text,omitempty"`
}

type operator struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// MarshalJSON writes "call" as what the message's type has there: a view, or a key.
func (o out) MarshalJSON() ([]byte, error) {
	type plain out
	switch o.Type {
	case "call", "welcome":
		return json.Marshal(struct {
			plain
			Call *CallView `json:"call"`
		}{plain(o), o.View})
	case "missed":
		return json.Marshal(struct {
			plain
			Call string `json:"call"`
		}{plain(o), o.Call})
	}
	return json.Marshal(plain(o))
}

// said is what the browser says.
type said struct {
	Type     string  `json:"type"`
	Tab      string  `json:"tab"`
	Takeover bool    `json:"takeover"`
	SDP      string  `json:"sdp"`
	State    string  `json:"state"`
	Reason   string  `json:"reason"`
	Call     string  `json:"call"`
	On       bool    `json:"on"`
	Digit    string  `json:"digit"`
	Level    float64 `json:"level"`
	OK       bool    `json:"ok"`
	T        int64   `json:"t"`
	Mode     string  `json:"mode"`     // of watch: listen, whisper, join; of transfer: consult, at_once
	Person   int64   `json:"person"`   // of transfer: a competent one
	Operator int64   `json:"operator"` // of transfer: a colleague
	Device   string  `json:"device"`   // of state ready: browser, phone; "": as it is
}

const (
	frameMax  = 256 << 10 // an offer is about 2 KiB
	sendFor   = 5 * time.Second
	sendQueue = 64
	quietMax  = 20 * time.Second // the browser pings every 5 s
)

// conn is one tab's connection.
type conn struct {
	ws    *websocket.Conn
	queue chan out
	stop  context.CancelFunc
	who   telephony.Seat
	token string
	beat  time.Time // when it was last heard; the loop's
}

func (c *conn) tell(o out) {
	select {
	case c.queue <- o:
	default:
		c.stop() // it does not read: it comes back and is told all
	}
}

func (s *seat) tell(o out) {
	if s.conn != nil {
		s.conn.tell(o)
	}
}

func (s *seat) fail(code, text string) { s.tell(out{Type: "error", Code: code, Text: text}) }

// serveDesk is the operators' door. The session cookie says who comes.
func (e *Engine) serveDesk(w http.ResponseWriter, r *http.Request) {
	token := sessionOf(r)
	limit, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	who, err := e.d.Seats.Seat(limit, token)
	cancel()
	switch kind := fault.KindOf(err); {
	case err == nil:
	case kind == fault.Login:
		http.Error(w, "Войдите снова.", http.StatusUnauthorized)
		return
	case kind == fault.Forbidden:
		http.Error(w, "Телефон есть только у диспетчеров.", http.StatusForbidden)
		return
	default:
		http.Error(w, "База данных не отвечает, попробуйте ещё раз.", http.StatusServiceUnavailable)
		return
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return
	}
	ws.SetReadLimit(frameMax)
	ctx, stop := context.WithCancel(context.Background())
	c := &conn{ws: ws, queue: make(chan out, sendQueue), stop: stop, who: who, token: token}
	e.work.Add(2)
	go func() { defer e.work.Done(); c.write(ctx) }()
	go func() {
		defer e.work.Done()
		defer stop()
		died := c.read(ctx, e)
		e.post(func() { e.left(c, died) })
	}()
	go func() {
		select {
		case <-e.quit:
			stop()
		case <-ctx.Done():
		}
	}()
}

// Names of the session cookie; the second over https.
var cookies = []string{"d24_session", "__Host-d24_session"}

func sessionOf(r *http.Request) string {
	for _, n := range cookies {
		if c, err := r.Cookie(n); err == nil {
			return c.Value
		}
	}
	return ""
}

func (c *conn) write(ctx context.Context) {
	defer c.ws.CloseNow() //nolint:errcheck // it is over
	for {
		select {
		case <-ctx.Done():
			return
		case o := <-c.queue:
			b, err := json.Marshal(o)
			if err != nil {
				return
			}
			limit, cancel := context.WithTimeout(ctx, sendFor)
			err = c.ws.Write(limit, websocket.MessageText, b)
			cancel()
			if err != nil {
				c.stop()
				return
			}
		}
	}
}

// read hears the browser until its end; died: the connection was closed without a word, as
// the system closes that of a killed browser. A page that is left says so, a network that is
// gone says nothing at all.
func (c *conn) read(ctx context.Context, e *Engine) (died bool) {
	for {
		limit, cancel := context.WithTimeout(ctx, quietMax)
		_, b, err := c.ws.Read(limit)
		quiet := limit.Err() != nil
		cancel()
		if err != nil {
			return !quiet && websocket.CloseStatus(err) == -1
		}
		var m said
		if err := json.Unmarshal(b, &m); err != nil {
			c.tell(out{Type: "error", Code: "message.invalid", Text: "Сообщение не понято."})
			continue
		}
		e.post(func() { e.heard(c, m) })
	}
}

// heard obeys a browser.
func (e *Engine) heard(c *conn, m said) {
	c.beat = time.Now()
	switch m.Type {
	case "ping":
		now := time.Now()
		c.tell(out{Type: "pong", T: m.T, ServerTime: &now})
		return
	case "hello":
		e.hello(c, m)
		return
	}
	s := e.seats[c.who.UserID]
	if s == nil || s.conn != c {
		c.tell(out{Type: "error", Code: "seat.elsewhere", Text: "Рабочее место открыто в другой вкладке."})
		return
	}
	switch m.Type {
	case "offer":
		s.offered(m.SDP)
	case "mic":
		s.mic = m.OK
		s.settle()
	case "state":
		if m.State != stateReady || s.choose(m.Device) {
			s.want(m.State, m.Reason)
		}
	case "answer":
		s.device.answer(m.Call)
	case "decline":
		if s.call != nil && s.call.key == m.Call && s.view == viewRinging {
			s.missed(declined)
		}
	case "dial_now":
		if k := s.call; k != nil && k.key == m.Call && k.phase == counting {
			k.dial()
		}
	case "hangup":
		s.hangup(m.Call)
	case "silence":
		s.silence(m.Call)
	case "hold":
		s.hold(m.Call, m.On)
	case "transfer":
		s.transfer(m.Call, whom{m.Person, m.Operator}, telephony.TransferMode(m.Mode), nil)
	case "colleagues":
		s.colleagues(m.Call)
	case "transfer_connect":
		s.connect(m.Call)
	case "transfer_back":
		s.takeBack(m.Call)
	case "digit":
		if k := s.call; k != nil && k.key == m.Call && k.seat == s && k.leg != nil && len(m.Digit) == 1 {
			k.leg.Media().SendDigit(m.Digit[0], 0)
		}
	case "wrapped_up":
		s.wrapped()
	case "echo":
		s.echo()
	case "watch":
		s.watch(m.Call, m.Mode)
	case "unwatch":
		s.unwatch()
	default:
		s.fail("message.unknown", "Неизвестная команда.")
	}
}

// hello seats the operator. One tab of one person has the phone (F3).
func (e *Engine) hello(c *conn, m said) {
	s := e.seatOf(c.who)
	if s.conn != nil && s.conn != c && s.tab != m.Tab {
		if !m.Takeover && time.Since(s.conn.beat) < beatMax { // one that is silent has no network, or is dead
			c.tell(out{Type: "busy_elsewhere"})
			return
		}
		s.conn.tell(out{Type: "superseded"})
	}
	if s.tab != m.Tab { // the other tab's sound and microphone are not this one's
		s.mic = false
		if s.leg != nil {
			s.leg.Close()
			s.leg, s.media = nil, false
		}
	}
	if s.away != nil {
		s.away.Stop()
		s.away = nil
	}
	sound := s.leg != nil && s.media && s.tab == m.Tab // only the pages were away
	s.conn, s.tab, s.token, s.ended = c, m.Tab, c.token, false
	e.reclaim(s)
	now, since, pauses := time.Now(), s.since, e.set.Pauses
	w := out{
		Type: "welcome", Operator: &operator{s.who.UserID, s.who.Name}, State: s.state, StateSince: &since, Reason: s.reason,
		ServerTime: &now, Node: e.cfg.Node, WrapUpSec: s.wrapUpSec(), Pauses: &pauses, View: s.last, Connected: &sound, Taken: e.takenFrom(s), Phone: s.phoneView(), Leads: true,
	}
	s.registered = w.Phone.Registered
	if s.call != nil {
		v := s.call.shown(s)
		w.View = &v
	}
	c.tell(w)
	s.settle()
}

// left is the end of a connection.
func (e *Engine) left(c *conn, died bool) {
	if s := e.seats[c.who.UserID]; s != nil && s.conn == c {
		s.lost(died)
	}
}

func (s *seat) want(state, reason string) {
	s.unwatch()
	switch state {
	case stateReady:
		s.wanted, s.why = stateReady, ""
	case statePause:
		if reason == "" {
			reason = defaultPause
		}
		s.wanted, s.why = statePause, reason
	case stateOff:
		s.wanted, s.why = stateOff, reason
		s.disown()
	default:
		s.fail("state.unknown", "Такого состояния нет.")
		return
	}
	s.settle()
}

// offered answers the browser's offer of sound with a new leg.
func (s *seat) offered(sdp string) {
	e := s.e
	c := s.conn
	e.beside(func() {
		limit, cancel := context.WithTimeout(context.Background(), sendFor)
		defer cancel()
		leg, answer, err := e.web.Answer(limit, sdp)
		e.post(func() {
			if err != nil {
				text := "Звук с браузером не установлен, обновите страницу."
				if errors.Is(err, webrtc.ErrOffer) {
					text = "Браузер не предложил подходящего звука (G.711)."
				}
				c.tell(out{Type: "error", Code: "media.offer", Text: text})
				return
			}
			if s.conn != c {
				leg.Close()
				return
			}
			if s.leg != nil {
				s.leg.Close()
			}
			s.leg, s.media = leg, false
			leg.OnState(func(st webrtc.State) { e.post(func() { s.heard(leg, st) }) })
			if st := leg.State(); st != webrtc.Connecting {
				s.heard(leg, st)
			}
			c.tell(out{Type: "sdp_answer", SDP: answer})
		})
	})
}

// shown is the call on the screen of an operator.
func (c *call) shown(s *seat) CallView {
	v := CallView{
		Key: c.key, Direction: "inbound", State: s.view, Since: s.viewAt, DialAt: s.dialAt, Phone: c.phone, WaitedSince: c.since, CompanyID: c.company,
		Recording: c.tape.runs(), Written: c.started, Returned: c.returned, Urgent: c.urgent(), Repeated: c.repeated, LinePhone: c.dec.Card.LinePhone, LineKind: c.dec.Card.LineKind, City: c.dec.Card.City,
		Zone: c.dec.Card.Zone, CompanyName: c.dec.Card.CompanyName, Greeting: c.dec.Card.Greeting,
	}
	if at := s.talkAt; !at.IsZero() {
		v.TalkSince = &at
	}
	v.Silent, v.Own, v.Spilled, v.Unheard = s.dumb, c.reserved, c.spilled, c.nobody
	v.WatchedBy, v.WatchMode = c.watcher()
	v.Transfer = c.went
	if c.held && c.transfer == nil {
		at := c.heldAt
		v.HeldAt = &at
	}
	if c.transfer != nil {
		v.Transfer = c.transfer.shown()
		if t := s.guest(); t != nil && c.seat != nil {
			v.Transfer.By = c.seat.who.Name
		}
	}
	if !c.inbound {
		v.Direction = "task"
		v.Purpose, v.Title, v.TaskID, v.TicketID = c.order.Purpose, c.order.Title, c.order.TaskID, c.order.TicketID
	}
	return v
}
