package webrtc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	prtp "github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"

	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/rtp"
	"d24/voip/sdp"
)

// State is how a browser's connection is.
type State string

// The states of a leg.
const (
	Connecting   State = "connecting"
	Connected    State = "connected"
	Disconnected State = "disconnected" // not heard for a while; may come back
	Closed       State = "closed"
)

// Leg is one operator's browser. It implements media.Port.
type Leg struct {
	media.Listeners
	api       *API
	pc        *pion.PeerConnection
	track     *pion.TrackLocalStaticRTP
	clock     *rtp.Clock
	choice    sdp.Choice
	meter     rtp.Meter
	sent      atomic.Uint64
	heard     atomic.Int64 // since epoch, 0 never
	state     atomic.Value // State
	onState   atomic.Pointer[func(State)]
	connected chan struct{}
	connOnce  sync.Once
	done      chan struct{}
	closeOnce sync.Once
}

var _ media.Port = (*Leg)(nil)

// epoch makes instants out of counters without losing the monotonic clock.
var epoch = time.Now()

func newLeg(a *API, pc *pion.PeerConnection, c sdp.Choice) *Leg {
	l := &Leg{api: a, pc: pc, choice: c, clock: rtp.NewClock(), connected: make(chan struct{}), done: make(chan struct{})}
	l.state.Store(Connecting)
	return l
}

// negotiate answers the offer; ICE lite has its candidates at once.
func (l *Leg) negotiate(ctx context.Context, offer string) (string, error) {
	l.pc.OnConnectionStateChange(l.changed)
	l.pc.OnTrack(func(t *pion.TrackRemote, _ *pion.RTPReceiver) { l.read(t) })
	var err error
	l.track, err = pion.NewTrackLocalStaticRTP(pion.RTPCodecCapability{MimeType: mime(l.choice.Law), ClockRate: g711.Rate}, "audio", "d24")
	if err != nil {
		return "", fmt.Errorf("webrtc: %w", err)
	}
	sender, err := l.pc.AddTrack(l.track)
	if err != nil {
		return "", fmt.Errorf("webrtc: %w", err)
	}
	if err := l.pc.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeOffer, SDP: offer}); err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	answer, err := l.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	gathered := pion.GatheringCompletePromise(l.pc)
	if err := l.pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	go l.drain(sender)
	select {
	case <-gathered:
		return l.pc.LocalDescription().SDP, nil
	case <-l.done:
		return "", ErrClosed
	case <-ctx.Done():
		return "", fmt.Errorf("webrtc: %w", ctx.Err())
	}
}

// drain reads the browser's reports.
func (l *Leg) drain(s *pion.RTPSender) {
	var ours uint32
	if e := s.GetParameters().Encodings; len(e) > 0 {
		ours = uint32(e[0].SSRC)
	}
	b := make([]byte, 1500)
	for {
		n, _, err := s.Read(b)
		if err != nil {
			return
		}
		l.meter.Reported(b[:n], time.Now(), ours, l.sent.Load())
	}
}

// Sums are what the sound of the leg has come to.
func (l *Leg) Sums() rtp.Sums { return l.meter.Sums() }

func (l *Leg) changed(s pion.PeerConnectionState) {
	switch s {
	case pion.PeerConnectionStateConnected:
		l.set(Connected)
		l.connOnce.Do(func() { close(l.connected) })
	case pion.PeerConnectionStateDisconnected:
		l.set(Disconnected)
	case pion.PeerConnectionStateFailed, pion.PeerConnectionStateClosed:
		l.Close()
	case pion.PeerConnectionStateUnknown, pion.PeerConnectionStateNew, pion.PeerConnectionStateConnecting:
	}
}

func (l *Leg) set(s State) {
	for {
		old := l.State()
		if old == Closed || old == s {
			return
		}
		if l.state.CompareAndSwap(old, s) {
			break
		}
	}
	if f := l.onState.Load(); f != nil {
		(*f)(s)
	}
}

// OnState hears of every change of state after it is set; it must not block.
func (l *Leg) OnState(f func(State)) { l.onState.Store(&f) }

// State is how the connection is now.
func (l *Leg) State() State { return l.state.Load().(State) } //nolint:forcetypeassert // ours

// Connected closes when sound can flow for the first time.
func (l *Leg) Connected() <-chan struct{} { return l.connected }

// Done closes when the leg has ended, by Close or because the browser is gone.
func (l *Leg) Done() <-chan struct{} { return l.done }

// Close ends the leg; what pion holds is freed soon afterwards (API.Close waits
// for it).
func (l *Leg) Close() {
	l.closeOnce.Do(func() {
		l.set(Closed)
		l.Silence()
		close(l.done)
		go func() { // not here: pion waits for its callbacks, and this may be one
			defer l.api.forget(l)
			_ = l.pc.GracefulClose()
		}()
	})
}

// Closed reports whether the leg has ended.
func (l *Leg) Closed() bool { return l.State() == Closed }

// read hears the browser until its track ends.
func (l *Leg) read(t *pion.TrackRemote) {
	b := make([]byte, 1600)
	var h rtp.Header
	var p media.Packet
	var keys rtp.KeyDetector
	for {
		n, _, err := t.Read(b)
		if err != nil && (n == 0 || errors.Is(err, io.EOF) || l.Closed()) {
			return
		}
		if err != nil || !rtp.Parse(b[:n], &h) {
			continue // a payload type that was not agreed on
		}
		now := time.Now()
		l.heard.Store(int64(now.Sub(epoch)))
		p = media.Packet{
			PT: h.PT, Marker: h.Marker, Seq: h.Seq, TS: h.TS, SSRC: h.SSRC, Payload: h.Payload, At: now, Law: l.choice.Law,
			Digit: l.choice.DTMF != 0 && h.PT == l.choice.DTMF,
		}
		if !p.Digit && p.PT != uint8(p.Law) {
			continue
		}
		l.meter.Note(&p)
		l.Heard(&p)
		if key, ok := keys.Feed(&p); ok {
			l.Press(key)
		}
	}
}

// Play sends one frame of our own.
func (l *Leg) Play(frame []byte) {
	now := time.Now()
	if s, ok := l.clock.Local(now); ok {
		l.send(s, frame, now)
	}
}

// Forward relays a peer's sound. Keys are not relayed: a browser has no use for
// them.
func (l *Leg) Forward(p *media.Packet) {
	if p.Digit || p.PT == media.ComfortNoise || len(p.Payload) > maxPayload {
		l.clock.Skip(p)
		return
	}
	s, ok := l.clock.Relay(p)
	if !ok {
		return
	}
	if p.Law == l.choice.Law {
		l.send(s, p.Payload, p.At)
		return
	}
	bp := buffers.Get().(*[]byte) //nolint:forcetypeassert // our pool
	l.send(s, g711.Transcode(*bp, p.Payload, p.Law, l.choice.Law), p.At)
	buffers.Put(bp)
}

const maxPayload = 1200

var buffers = sync.Pool{New: func() any { b := make([]byte, maxPayload); return &b }}

// send writes a packet; its errors never end a call, and pion puts its own SSRC
// and payload type.
func (l *Leg) send(s rtp.Stamp, payload []byte, at time.Time) {
	if l.Closed() {
		return
	}
	p := packets.Get().(*prtp.Packet) //nolint:forcetypeassert // our pool
	*p = prtp.Packet{Header: prtp.Header{Version: 2, Marker: s.Marker, SequenceNumber: s.Seq, Timestamp: s.TS}, Payload: payload}
	if l.track.WriteRTP(p) == nil {
		l.sent.Add(1)
	}
	p.Payload = nil
	packets.Put(p)
	if l.Tapped() {
		l.Told(&media.Packet{PT: uint8(l.choice.Law), Marker: s.Marker, Seq: s.Seq, TS: s.TS, SSRC: l.clock.SSRC(), Payload: payload, At: at, Law: l.choice.Law})
	}
}

var packets = sync.Pool{New: func() any { return new(prtp.Packet) }}

// SendDigit does nothing: a browser has no use for keys.
func (l *Leg) SendDigit(byte, time.Duration) {}

// Law is the law agreed on with the browser.
func (l *Leg) Law() g711.Law { return l.choice.Law }

// LastHeard is when the browser was last heard; zero when never. A browser whose
// microphone is detached is not heard although it is connected.
func (l *Leg) LastHeard() time.Time {
	if n := l.heard.Load(); n != 0 {
		return epoch.Add(time.Duration(n))
	}
	return time.Time{}
}
