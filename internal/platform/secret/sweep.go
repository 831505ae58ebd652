package secret

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// Beside is how long a secret lies in its old column too, so that the program's version
// before still reads it: an upgrade goes role by role, and may be taken back.
const Beside = 24 * time.Hour

// Table is a table with sealed secrets, in the words of its owner.
type Table struct {
	Place string // the table's name, before the row's id in what seals
	// Select gives id, old column as bytea, sealed (null: not yet), and whether the old one
	// is to be emptied, of the rows that want work, locked: $1 is the moment sealed at or
	// before which it is; $2 the sealing key's id.
	Select string
	// Update writes a row: $1 id, $2 sealed, $3 now, $4 whether the old column is emptied.
	Update string
}

// Sweep seals what is not sealed yet or by an older key, empties old columns after their
// day, and says how many rows it wrote. A row that does not open is left as it is, and told.
// The fence must be the system's.
func Sweep(ctx context.Context, tx *pg.Tx, r *Ring, t Table) (n int, err error) {
	if r == nil {
		return 0, nil
	}
	type row struct {
		ID            int64
		Plain, Sealed []byte
		Empty         bool
	}
	rows, err := tx.Query(ctx, t.Select, tx.Now.Add(-Beside), r.keys[0].id[:])
	if err != nil {
		return 0, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		return 0, err
	}
	var bad []error
	for _, x := range all {
		place := Place(t.Place, x.ID)
		if x.Sealed != nil {
			if x.Plain, err = r.Open(x.Sealed, place); err != nil {
				bad = append(bad, fmt.Errorf("%s: %w", place, err))
				continue
			}
		}
		if _, err := tx.Exec(ctx, t.Update, x.ID, r.Seal(x.Plain, place), tx.Now, x.Empty); err != nil {
			return n, err
		}
		n++
	}
	return n, errors.Join(bad...)
}

// Place names a row for Seal and Open.
func Place(table string, id int64) string { return fmt.Sprintf("%s/%d", table, id) }
