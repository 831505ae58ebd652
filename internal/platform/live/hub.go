package live

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"d24/internal/access"
	"d24/internal/clock"
	"d24/internal/platform/pg"
)

// Hub listens to the database and hands changes to the open streams of this process.
type Hub struct {
	// Changed hears whose session or rights changed, before his streams do: what is
	// remembered of him is to be forgotten. nil: nobody.
	Changed func(userID int64)

	db   *pg.DB
	log  *slog.Logger
	mu   sync.Mutex
	subs map[*Stream]struct{}
}

// Stream is one open screen.
type Stream struct {
	// C carries changes the actor may hear of. A screen that reads too slowly gets
	// a change with the topic "all" instead: fetch everything again.
	C     chan Change
	actor access.Actor
	hub   *Hub
	full  bool
}

// NewHub returns a hub; Run makes it listen.
func NewHub(db *pg.DB, log *slog.Logger) *Hub {
	return &Hub{db: db, log: log, subs: map[*Stream]struct{}{}}
}

// Open starts a stream for the actor. Close it.
func (h *Hub) Open(a access.Actor) *Stream {
	s := &Stream{C: make(chan Change, 64), actor: a, hub: h}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subs[s] = struct{}{}
	return s
}

// Close ends the stream.
func (s *Stream) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.subs, s)
}

// Streams says how many screens are open.
func (h *Hub) Streams() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subs)
}

// Run listens until ctx ends, and listens again when the database comes back;
// then every screen is told to fetch again, as changes may have been missed (F79).
func (h *Hub) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := h.listen(ctx); err != nil && ctx.Err() == nil {
			h.log.WarnContext(ctx, "live changes are not heard", "err", err)
			_ = clock.Wait(ctx, time.Second)
		}
	}
}

func (h *Hub) listen(ctx context.Context) error {
	conn, err := h.db.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	raw := conn.Hijack()                        // a listening connection must not go back to the pool
	defer raw.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing to lose
	if _, err := raw.Exec(ctx, "listen "+Channel); err != nil {
		return err
	}
	h.deliver(Change{Topic: All})
	for {
		n, err := raw.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var c Change
		if err := json.Unmarshal([]byte(n.Payload), &c); err != nil {
			h.log.ErrorContext(ctx, "live change is not readable", "err", err)
			continue
		}
		h.deliver(c)
	}
}

func (h *Hub) deliver(c Change) {
	if c.Topic == Session && h.Changed != nil {
		h.Changed(c.ID)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs {
		s.offer(c)
	}
}

// offer never blocks: the hub serves everybody. The caller holds the hub's lock.
func (s *Stream) offer(c Change) {
	told, ok := c.For(s.actor)
	switch {
	case c.Topic == All:
		told = c
	case c.Topic == Session:
		if c.ID != s.actor.UserID {
			return
		}
		told = Change{Topic: Session, ID: c.ID}
	case !ok:
		return
	}
	if s.full {
		select {
		case s.C <- Change{Topic: All}:
			s.full = false
		default:
			return
		}
	}
	select {
	case s.C <- told:
	default:
		s.full = true
	}
}
