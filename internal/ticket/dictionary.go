package ticket

import (
	"context"
	"sync"

	"d24/internal/platform/pg"
)

// mostWords bounds the words a process keeps in memory; some 10 MB.
const mostWords = 100_000

// dictionary are words that the database is known to have: none is ever taken out there, so
// that a request of common words does not ask for them once more.
type dictionary struct {
	mu   sync.Mutex
	have map[string]struct{}
}

// learn teaches the database those of words that are new; they are known once tx is committed.
func (d *dictionary) learn(ctx context.Context, tx *pg.Tx, words []string) error {
	words = d.unknown(words)
	if len(words) == 0 {
		return nil
	}
	tx.AfterCommit(func() { d.keep(words) })
	return asSearch(ctx, tx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, learn, words)
		return err
	})
}

func (d *dictionary) unknown(words []string) (out []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range words {
		if _, ok := d.have[w]; !ok {
			out = append(out, w)
		}
	}
	return out
}

// keep remembers words; all others go when there are too many.
func (d *dictionary) keep(words []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.have == nil || len(d.have)+len(words) > mostWords {
		d.have = make(map[string]struct{}, len(words))
	}
	for _, w := range words {
		d.have[w] = struct{}{}
	}
}
