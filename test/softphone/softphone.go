// Package softphone is an operator's browser without a browser: the desk's
// WebSocket and a peer connection with a tone for a voice. Tests and benchmarks
// use it where a real browser would only cost time; end-to-end tests use Chromium.
package softphone

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"
	prtp "github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"d24/voip/media"
)

// Message is what the engine says; see the engine's protocol.
type Message struct {
	Type      string          `json:"type"`
	State     string          `json:"state"`
	Reason    string          `json:"reason"`
	SDP       string          `json:"sdp"`
	Connected bool            `json:"connected"`
	Code      string          `json:"code"`
	Text      string          `json:"text"`
	Call      json.RawMessage `json:"call"`
	Taken     *Taken          `json:"taken"`

	Colleagues []Colleague `json:"colleagues"`
	At         time.Time   `json:"-"`
}

// View is the operator's call.
type View struct {
	Key       string    `json:"key"`
	Direction string    `json:"direction"`
	State     string    `json:"state"`
	Phone     string    `json:"phone"`
	CompanyID int64     `json:"company_id"`
	Greeting  string    `json:"greeting"`
	Since     time.Time `json:"since"`
	TalkSince time.Time `json:"talk_since"`
	Waited    time.Time `json:"waited_since"`
	Purpose   string    `json:"purpose"`
	Title     string    `json:"title"`
	TaskID    int64     `json:"task_id"`
	TicketID  int64     `json:"ticket_id"`
	Outcome   string    `json:"outcome"`
	Returned  bool      `json:"returned"`
	Silent    bool      `json:"silent"`
	Unheard   bool      `json:"unheard"`
	Urgent    bool      `json:"urgent"`
	Own       bool      `json:"own"`
	Overflow  bool      `json:"overflow"`
	Written   bool      `json:"written"`
	HeldAt    time.Time `json:"held_at"`
	WatchedBy string    `json:"watched_by"`
	WatchMode string    `json:"watch_mode"`
	Transfer  Went      `json:"transfer"`
}

// Went is a transfer as the operator sees it.
type Went struct {
	By      string `json:"by"`
	Name    string `json:"name"`
	State   string `json:"state"`
	Warned  bool   `json:"warned"`
	Till    string `json:"till"`
	Outcome string `json:"outcome"`
	Why     string `json:"why"`
}

// Taken is who has the call that was ours; By "": nobody yet.
type Taken struct {
	Call string `json:"call"`
	By   string `json:"by"`
	Led  bool   `json:"led"`
}

// Colleague is an operator to whom a caller may be led.
type Colleague struct {
	ID     int64  `json:"id"`
	State  string `json:"state"`
	Number string `json:"number"`
}

// Phone is an operator at work.
type Phone struct {
	ws     *websocket.Conn
	pc     *pion.PeerConnection
	track  *pion.TrackLocalStaticRTP
	socket io.Closer // of the sound, when it goes over a Wire
	cancel context.CancelFunc
	ended  sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{}
	view     View
	viewAt   time.Time
	state    string
	media    bool
	closed   bool
	messages []Message
	heard    []byte
	taken    Taken
}

// Options of a phone.
type Options struct {
	URL      string // ws://host:port/api/v1/desk/ws
	Token    string // of the session
	Cookie   string // its name; d24_session when empty
	Tab      string
	Takeover bool
	Voice    *media.Prompt // what the microphone hears, again and again; nil: silence
	Deaf     bool          // keeps no sound: for loads
	Wire     *Wire         // its network; nil: one that is never cut
}

// Open connects, offers sound and waits until it flows.
func Open(ctx context.Context, o Options) (*Phone, error) {
	name := o.Cookie
	if name == "" {
		name = "d24_session"
	}
	h := http.Header{}
	h.Set("Cookie", name+"="+o.Token)
	dial := &websocket.DialOptions{HTTPHeader: h}
	if o.Wire != nil {
		dial.HTTPClient = o.Wire.client()
	}
	ws, res, err := websocket.Dial(ctx, o.URL, dial)
	if err != nil {
		return nil, fmt.Errorf("desk: %w", err)
	}
	if res.Body != nil {
		_ = res.Body.Close()
	}
	ws.SetReadLimit(1 << 20)
	run, cancel := context.WithCancel(context.Background())
	p := &Phone{ws: ws, cancel: cancel, changed: make(chan struct{})}
	p.ended.Add(2)
	go func() { defer p.ended.Done(); p.read(run) }()
	go func() { defer p.ended.Done(); p.ping(run) }()
	p.Send(ctx, map[string]any{"type": "hello", "tab": o.Tab, "takeover": o.Takeover})
	if _, err := p.Message(ctx, "welcome"); err != nil {
		p.Close()
		return nil, err
	}
	if err := p.sound(ctx, run, o); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *Phone) sound(ctx, run context.Context, o Options) (err error) {
	me := &pion.MediaEngine{}
	pcma := pion.RTPCodecCapability{MimeType: "audio/PCMA", ClockRate: 8000}
	if err := me.RegisterCodec(pion.RTPCodecParameters{RTPCodecCapability: pcma, PayloadType: 8}, pion.RTPCodecTypeAudio); err != nil {
		return err
	}
	se := pion.SettingEngine{}
	se.SetIncludeLoopbackCandidate(true)
	se.SetNetworkTypes([]pion.NetworkType{pion.NetworkTypeUDP4})
	if o.Wire != nil {
		if p.socket, err = o.Wire.packets(&se); err != nil {
			return err
		}
	}
	if p.pc, err = pion.NewAPI(pion.WithMediaEngine(me), pion.WithSettingEngine(se)).NewPeerConnection(pion.Configuration{}); err != nil {
		return err
	}
	if p.track, err = pion.NewTrackLocalStaticRTP(pcma, "mic", "mic"); err != nil {
		return err
	}
	if _, err = p.pc.AddTrack(p.track); err != nil {
		return err
	}
	p.pc.OnTrack(func(tr *pion.TrackRemote, _ *pion.RTPReceiver) {
		for {
			pk, _, err := tr.ReadRTP()
			if err != nil {
				return
			}
			if !o.Deaf {
				p.mu.Lock()
				p.heard = append(p.heard, pk.Payload...)
				p.mu.Unlock()
			}
		}
	})
	offer, err := p.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	done := pion.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(offer); err != nil {
		return err
	}
	<-done
	p.Send(ctx, map[string]any{"type": "offer", "sdp": p.pc.LocalDescription().SDP})
	m, err := p.Message(ctx, "sdp_answer")
	if err != nil {
		return err
	}
	if err := p.pc.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeAnswer, SDP: m.SDP}); err != nil {
		return err
	}
	p.ended.Add(1)
	go func() { defer p.ended.Done(); p.speak(run, o.Voice) }()
	p.Send(ctx, map[string]any{"type": "mic", "ok": true, "level": 0.5})
	return p.Until(ctx, "sound flows", func() bool { return p.media })
}

// speak is the microphone.
func (p *Phone) speak(ctx context.Context, voice *media.Prompt) {
	quiet := make([]byte, 160)
	for i := range quiet {
		quiet[i] = 0xd5
	}
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	var seq uint16
	for pos := 0; ; seq++ {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		frame := quiet
		if voice != nil {
			all := voice.ALaw()
			frame = all[pos : pos+160]
			if pos += 160; pos+160 > len(all) {
				pos = 0
			}
		}
		_ = p.track.WriteRTP(&prtp.Packet{Header: prtp.Header{Version: 2, PayloadType: 8, SequenceNumber: seq, Timestamp: uint32(seq) * 160}, Payload: frame})
	}
}

func (p *Phone) read(ctx context.Context) {
	for {
		_, b, err := p.ws.Read(ctx)
		p.mu.Lock()
		if err != nil {
			p.closed = true
			p.wake()
			p.mu.Unlock()
			return
		}
		var m Message
		if json.Unmarshal(b, &m) == nil {
			p.take(m)
		}
		p.wake()
		p.mu.Unlock()
	}
}

func (p *Phone) take(m Message) {
	m.At = time.Now()
	switch m.Type {
	case "welcome", "state":
		p.state = m.State
	case "media":
		p.media = m.Connected
	}
	if m.Type == "call" || m.Type == "welcome" {
		var v *View
		if json.Unmarshal(m.Call, &v) == nil && v != nil {
			p.view, p.viewAt = *v, m.At
		}
	}
	if m.Taken != nil {
		p.taken = *m.Taken
	}
	p.messages = append(p.messages, m)
	if len(p.messages) > 500 {
		p.messages = p.messages[250:]
	}
}

// wake tells those who wait. The caller holds the lock.
func (p *Phone) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Phone) ping(ctx context.Context) {
	t := time.NewTicker(2 * time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			p.Send(ctx, map[string]any{"type": "ping", "t": time.Now().UnixMilli()})
		}
	}
}

// Send says something to the engine.
func (p *Phone) Send(ctx context.Context, m map[string]any) {
	b, err := json.Marshal(m)
	if err == nil {
		_ = p.ws.Write(ctx, websocket.MessageText, b)
	}
}

// Until waits for a condition, which is asked under the lock.
func (p *Phone) Until(ctx context.Context, what string, f func() bool) error {
	for {
		p.mu.Lock()
		ok, closed, changed := f(), p.closed, p.changed
		state, view := p.state, p.view
		p.mu.Unlock()
		if ok {
			return nil
		}
		if closed {
			return fmt.Errorf("desk: closed before %s (state %s)", what, state)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("desk: no %s (state %s, call %+v): %w", what, state, view, ctx.Err())
		case <-changed:
		}
	}
}

// Message waits for a message of the type, or an error of the engine.
func (p *Phone) Message(ctx context.Context, typ string) (out Message, err error) {
	var failed *Message
	err = p.Until(ctx, typ, func() bool {
		for i, m := range p.messages {
			if m.Type == typ {
				out = m
				p.messages = append(p.messages[:i:i], p.messages[i+1:]...)
				return true
			}
			if m.Type == "error" || m.Type == "busy_elsewhere" {
				failed = &m
				return true
			}
		}
		return false
	})
	if err == nil && failed != nil && out.Type == "" {
		return out, fmt.Errorf("desk: %s %s %s", failed.Type, failed.Code, failed.Text)
	}
	return out, err
}

// Ready puts the operator to work and waits until he is.
func (p *Phone) Ready(ctx context.Context) error {
	p.Send(ctx, map[string]any{"type": "state", "state": "ready"})
	return p.Until(ctx, "readiness", func() bool { return p.state == "ready" || p.state == "ringing" })
}

// Back is a condition for Until: he is at work, or in the talk that his last browser left (F2).
func (p *Phone) Back() bool {
	return p.state == "ready" || p.state == "ringing" || p.view.State == "talking"
}

// InState waits for the operator's state.
func (p *Phone) InState(ctx context.Context, state string) error {
	return p.Until(ctx, "state "+state, func() bool { return p.state == state })
}

// Call waits until the operator's call is in the state and returns it.
func (p *Phone) Call(ctx context.Context, state string) (v View, err error) {
	err = p.Until(ctx, "call "+state, func() bool { v = p.view; return v.State == state })
	return v, err
}

// View is the operator's call of now, or the last one.
func (p *Phone) View() View {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.view
}

// Ended is a condition for Until: the call is in the state, over, or not his any more.
func (p *Phone) Ended(call, state string) func() bool {
	return func() bool {
		return p.view.Key != call || p.view.State == state || p.view.State == "ended" || p.state == "ready"
	}
}

// IsSilent is a condition for Until: the engine hears nothing of this phone.
func (p *Phone) IsSilent() bool { return p.view.Silent }

// HearsNobody is a condition for Until: the engine hears nothing of the caller of the talk.
func (p *Phone) HearsNobody() bool { return p.view.Unheard }

// Rings is when the phone last began to ring or changed.
func (p *Phone) Rings() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.viewAt
}

// Do sends a command for a call: answer, decline, dial_now, hangup.
func (p *Phone) Do(ctx context.Context, command, call string) {
	p.Send(ctx, map[string]any{"type": command, "call": call})
}

// Heard is all the sound so far, A-law.
func (p *Phone) Heard() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]byte(nil), p.heard...)
}

// Lost waits until this phone is told that its call is another's, and by whom.
func (p *Phone) Lost(ctx context.Context) (t Taken, err error) {
	err = p.Until(ctx, "word that the call is another's", func() bool { t = p.taken; return t.By != "" })
	return t, err
}

// Errors drops what the engine has refused so far and returns the codes.
func (p *Phone) Errors() (codes []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = slices.DeleteFunc(p.messages, func(m Message) bool {
		if m.Type != "error" {
			return false
		}
		codes = append(codes, m.Code)
		return true
	})
	return codes
}

// Forget drops the sound heard so far.
func (p *Phone) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = nil
}

// Leave is a page that is left, as for a reload: it says so.
func (p *Phone) Leave() {
	_ = p.ws.Close(websocket.StatusGoingAway, "")
	p.Close()
}

// Close is a browser that is killed.
func (p *Phone) Close() {
	p.cancel()
	_ = p.ws.CloseNow()
	if p.pc != nil {
		_ = p.pc.Close()
	}
	if p.socket != nil {
		_ = p.socket.Close()
	}
	p.ended.Wait()
}
