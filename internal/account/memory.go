package account

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"d24/internal/access"
	"d24/internal/clock"
	"d24/internal/fault"
)

const (
	cacheFor  = time.Second      // rights taken away reach every process within it (A4)
	cacheSoon = cacheFor / 4     // before it ends somebody looks anew, and nobody waits for him
	cacheSize = 10000            // tokens
	lookFor   = 30 * time.Second // a look that nobody waits for any more ends by then
)

// cached is who stands behind a token.
type cached struct {
	actor access.Actor
	me    Me
	until time.Time
}

// memory keeps who stands behind a token for a second. Those who ask at the same time share one
// look: to read the companies of an operator who has 500 of them costs milliseconds, and where
// all requests of his page did it at once, each second began with a standstill.
type memory struct {
	clock clock.Clock
	looks singleflight.Group
	mu    sync.Mutex
	kept  map[[32]byte]cached
	turn  uint64 // of what was forgotten: a look that began before it is neither shared nor kept
}

// of is what is kept of a token, or what look finds; an error is not kept. A caller who goes
// leaves the look to the others.
func (m *memory) of(ctx context.Context, key [32]byte, look func(context.Context) (cached, error)) (cached, error) {
	m.mu.Lock()
	now := m.clock.Now()
	c, ok := m.kept[key]
	turn := m.turn
	m.mu.Unlock()
	if ok = ok && now.Before(c.until); ok && c.until.Sub(now) > cacheSoon {
		return c, nil
	}
	found := m.looks.DoChan(string(key[:])+strconv.FormatUint(turn, 10), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookFor)
		defer cancel()
		return m.look(ctx, key, turn, look)
	})
	if ok {
		return c, nil
	}
	select {
	case r := <-found:
		c, _ = r.Val.(cached)
		return c, r.Err
	case <-ctx.Done():
		return cached{}, fmt.Errorf("who asks: %w", ctx.Err())
	}
}

func (m *memory) look(ctx context.Context, key [32]byte, turn uint64, look func(context.Context) (cached, error)) (c cached, err error) {
	defer func() { // singleflight would end the program
		if p := recover(); p != nil {
			err = fmt.Errorf("who asks: %v\n%s", p, debug.Stack())
		}
	}()
	began := m.clock.Now()
	c, err = look(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	if turn != m.turn {
		return c, err
	}
	if err != nil {
		if fault.KindOf(err) == fault.Login {
			delete(m.kept, key)
		}
		return cached{}, err
	}
	if len(m.kept) >= cacheSize {
		clear(m.kept)
	}
	c.until = began.Add(cacheFor)
	m.kept[key] = c
	return c, nil
}

// forget drops those that gone names.
func (m *memory) forget(gone func(key [32]byte, c cached) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn++
	maps.DeleteFunc(m.kept, gone)
}
