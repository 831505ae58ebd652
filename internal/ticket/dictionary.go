package ticket

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// mostWords bounds the words a process keeps in memory; some 10 MB.
const mostWords = 100_000

// dictionary are words that the database is known to have: none is ever taken out there, so
// that a request of common words does not ask for them once more.
type dictionary struct {
	mu     sync.Mutex
	have   map[string]struct{}
	isRead bool // what the database has was read, or is being read
}

// learn teaches the database those of words that are new; they are known once tx is committed.
func (d *dictionary) learn(ctx context.Context, tx *pg.Tx, words []string) error {
	words = d.unknown(words)
	if len(words) == 0 {
		return nil
	}
	tx.AfterCommit(func() { d.keep(words) })
	return asSearch(ctx, tx, func(tx *pg.Tx) error {
		if err := d.read(ctx, tx); err != nil {
			return err
		}
		if words = d.unknown(words); len(words) == 0 {
			return nil
		}
		_, err := tx.Exec(ctx, learn, words)
		return err
	})
}

// read takes over what the database has, once in the life of a process: some 50 ms of one
// request instead of a look for each of thousands.
func (d *dictionary) read(ctx context.Context, tx *pg.Tx) error {
	d.mu.Lock()
	was := d.isRead
	d.isRead = true
	d.mu.Unlock()
	if was {
		return nil
	}
	rows, err := tx.Query(ctx, `select word from ticket_words limit $1`, mostWords)
	if err != nil {
		return err
	}
	words, err := pgx.CollectRows(rows, pgx.RowTo[string])
	d.keep(words)
	return err
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

// keep remembers words; any others go when there are too many.
func (d *dictionary) keep(words []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.have == nil {
		d.have = make(map[string]struct{}, len(words))
	}
	for w := range d.have {
		if len(d.have)+len(words) <= mostWords {
			break
		}
		delete(d.have, w)
	}
	for _, w := range words {
		d.have[w] = struct{}{}
	}
}
