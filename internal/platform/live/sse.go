package live

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"d24/internal/access"
	"d24/internal/clock"
)

// Beat is how often a stream proves that it is alive; two missed beats mean
// "offline" on the screen.
const Beat = 2 * time.Second

// Handler streams changes as server-sent events: event "change" {topic, id} and
// event "beat" {time}. The request's context carries the actor; still asks whether
// his session goes on with the same rights, now for sure when he was just told that
// they changed. A stream of other rights ends with a change of the topic "session":
// the screen asks anew who it is, and forgets what it has (F71).
func (h *Hub) Handler(clk clock.Clock, still func(r *http.Request, now bool) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := access.From(r.Context())
		if a.Kind == access.Nobody {
			http.Error(w, "login required", http.StatusUnauthorized)
			return
		}
		out := http.NewResponseController(w)
		_ = out.SetWriteDeadline(time.Time{})
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Accel-Buffering", "no")
		s := h.Open(a)
		defer s.Close()
		beat := make(chan struct{}, 1)
		go clock.Every(r.Context(), Beat, func() {
			select {
			case beat <- struct{}{}:
			default:
			}
		})
		write := func(event string, v any) bool {
			b, err := json.Marshal(v)
			if err != nil {
				return false
			}
			if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, b); err != nil {
				return false
			}
			return out.Flush() == nil
		}
		tick := func() bool { return write("beat", map[string]time.Time{"time": clk.Now()}) }
		for ok := tick(); ok; {
			select {
			case <-r.Context().Done():
				return
			case <-beat:
				ok = over(still(r, false), write) && tick()
			case c := <-s.C:
				if c.Topic == Session {
					ok = over(still(r, true), write)
					continue
				}
				ok = write("change", c)
			}
		}
	})
}

// over says the last word of a stream that may not go on; it returns ok.
func over(ok bool, write func(string, any) bool) bool {
	if !ok {
		write("change", Change{Topic: Session})
	}
	return ok
}
