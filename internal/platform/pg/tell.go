package pg

import (
	"context"
	"sync"
	"time"

	"d24/internal/clock"
)

// A NOTIFY inside a transaction makes its commit wait for that of every other one with a
// NOTIFY: PostgreSQL writes them down one after another, and each waits for the disk. At 6 ms
// a flush that is 160 a second, whatever the machine. So hints to screens are sent after the
// commit, together, by a transaction that does not wait for the disk.

// word is one notification.
type word struct{ channel, payload string }

// teller sends what transactions of this process have to say.
type teller struct {
	mu      sync.Mutex
	words   []word
	sending bool
}

// tellFor is how long one batch is tried for. Who listens has lost his connection by then
// too, and fetches everything when it is back (F79).
const tellFor = 5 * time.Second

// Tell sends payload on channel soon after the commit, for whoever listens and can do
// without: a process that is killed in between has not told. Once a process is started
// again, the screens are told to fetch everything.
func (tx *Tx) Tell(channel, payload string) {
	*tx.words = append(*tx.words, word{channel, payload})
}

func (db *DB) tell(words []word) {
	if len(words) == 0 {
		return
	}
	t := &db.teller
	t.mu.Lock()
	defer t.mu.Unlock()
	t.words = append(t.words, words...)
	if !t.sending {
		t.sending = true
		go db.send()
	}
}

// send goes on while there is something to say: what comes up meanwhile goes together.
func (db *DB) send() {
	for {
		t := &db.teller
		t.mu.Lock()
		words := t.words
		t.words = nil
		t.sending = len(words) > 0
		t.mu.Unlock()
		if len(words) == 0 {
			return
		}
		db.sendAll(words)
	}
}

func (db *DB) sendAll(words []word) {
	ctx, cancel := context.WithTimeout(context.Background(), tellFor)
	defer cancel()
	channels, payloads := make([]string, len(words)), make([]string, len(words))
	for i, w := range words {
		channels[i], payloads[i] = w.channel, w.payload
	}
	for ctx.Err() == nil {
		raw, err := db.Pool.Begin(ctx)
		if err == nil {
			_, err = raw.Exec(ctx, "select set_config('synchronous_commit', 'off', true), pg_notify(c, p) from unnest($1::text[], $2::text[]) x (c, p)", channels, payloads)
			if err == nil {
				err = raw.Commit(ctx)
			}
			_ = raw.Rollback(ctx)
		}
		if err == nil {
			return
		}
		_ = clock.Wait(ctx, 50*time.Millisecond) // the database is being started again
	}
}
