package city

import (
	"context"
	"encoding/binary"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"d24/voip/g711"
)

// callFor is how long a listener waits for the subscriber's call.
const callFor = 5 * time.Second

// soundWrite bounds one write: a page that reads nothing is left.
const soundWrite = 5 * time.Second

// serveSound is the telephone's sound over a WebSocket while the subscriber's
// call lasts: binary messages of 16-bit little-endian samples, 8 kHz, mono, both
// ways. What the page sends is his microphone, in whole frames of 160 samples.
func (c *City) serveSound(w http.ResponseWriter, r *http.Request) {
	s := c.subscriber(Normalise(r.PathValue("number")))
	if s == nil {
		refuse(w, http.StatusNotFound, "нет такого абонента")
		return
	}
	k := s.Current()
	for deadline := time.Now().Add(callFor); k == nil && time.Now().Before(deadline) && wait(r.Context(), time.Now().Add(tick)); {
		k = s.Current()
	}
	if k == nil {
		refuse(w, http.StatusConflict, "у него нет звонка")
		return
	}
	ws, err := websocket.Accept(w, r, nil) // it checks the origin
	if err != nil {
		return
	}
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(64 << 10)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() {
		defer cancel()
		microphone(ctx, ws, k)
	}()
	if hear(ctx, ws, k) == nil {
		_ = ws.Close(websocket.StatusNormalClosure, "звонок окончен")
	}
}

// hear sends what the subscriber hears until the call is over.
func hear(ctx context.Context, ws *websocket.Conn, k *Call) error {
	frames, stop := k.Frames()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-k.Done():
			return nil
		case f := <-frames:
			limit, cancel := context.WithTimeout(ctx, soundWrite)
			err := ws.Write(limit, websocket.MessageBinary, samples(f))
			cancel()
			if err != nil {
				return err
			}
		}
	}
}

// microphone passes on what the page says until it leaves.
func microphone(ctx context.Context, ws *websocket.Conn, k *Call) {
	for {
		kind, b, err := ws.Read(ctx)
		if err != nil {
			return
		}
		if kind != websocket.MessageBinary || len(b)%(2*g711.Frame) != 0 {
			_ = ws.Close(websocket.StatusUnsupportedData, "звук: целые кадры по 160 отсчётов")
			return
		}
		pcm := make([]int16, len(b)/2)
		for i := range pcm {
			pcm[i] = int16(binary.LittleEndian.Uint16(b[2*i:])) //nolint:gosec // two's complement
		}
		k.Speak(g711.Encode(pcm, g711.ALaw))
	}
}

func samples(alaw []byte) []byte {
	out := make([]byte, 0, 2*len(alaw))
	for _, v := range g711.Decode(alaw, g711.ALaw) {
		out = binary.LittleEndian.AppendUint16(out, uint16(v)) //nolint:gosec // two's complement
	}
	return out
}
