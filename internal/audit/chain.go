package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// sealBatch is how many entries are sealed in one transaction.
const sealBatch = 1000

// sealLock keeps two workers from sealing at the same time.
const sealLock = 24050

// sealed is an entry as the chain sees it. Everything a person may read of it is
// under the hash; data is PostgreSQL's own rendering of the jsonb, which is stable.
type sealed struct {
	ID        int64
	CompanyID int64
	Micros    int64
	UserID    int64
	Actor     string
	Action    string
	Object    string
	Data      string
	Source    string
}

const sealedColumns = `e.id, coalesce(e.company_id, 0), (extract(epoch from e.at) * 1000000)::bigint, coalesce(e.user_id, 0), e.actor, e.action, e.object, e.data::text, e.source`

// link is the hash of an entry after the hash before it (nil for the first): each
// field by its length, so that no two entries can read the same.
func (e sealed) link(before []byte) []byte {
	h := sha256.New()
	put := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	number := func(v int64) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(v)) //nolint:gosec // the bits of a number
		put(n[:])
	}
	put(before)
	for _, v := range []int64{e.ID, e.CompanyID, e.Micros, e.UserID} {
		number(v)
	}
	for _, s := range []string{e.Actor, e.Action, e.Object, e.Data, e.Source} {
		put([]byte(s))
	}
	return h.Sum(nil)
}

type tail struct {
	seq  int64
	hash []byte
}

// Seal puts what was written since the last time into the chains of the companies
// and tells how many entries that were. It is safe to call from several workers:
// one works, the others find nothing to do. Entries of a transaction that commits
// later are sealed later; a chain's order is the order of sealing.
func Seal(ctx context.Context, db *pg.DB) (n int, err error) {
	for {
		some, err := pg.InTx(ctx, db, func(tx *pg.Tx) (int, error) { return sealSome(ctx, tx) })
		n += some
		if err != nil || some < sealBatch {
			return n, err
		}
	}
}

func sealSome(ctx context.Context, tx *pg.Tx) (int, error) {
	var mine bool
	if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1)`, sealLock).Scan(&mine); err != nil || !mine {
		return 0, err
	}
	rows, err := tx.Query(ctx, `delete from audit_unsealed u using audit_entries e
		where e.id = u.entry_id and u.entry_id in (select entry_id from audit_unsealed order by entry_id limit $1) returning `+sealedColumns, sealBatch)
	if err != nil {
		return 0, err
	}
	entries, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sealed])
	if err != nil {
		return 0, err
	}
	ends := map[int64]tail{}
	for _, e := range inOrder(entries) {
		end, known := ends[e.CompanyID]
		if !known {
			if end, err = endOf(ctx, tx, e.CompanyID); err != nil {
				return 0, err
			}
		}
		end = tail{end.seq + 1, e.link(end.hash)}
		ends[e.CompanyID] = end
		if _, err := tx.Exec(ctx, `insert into audit_seals (entry_id, company_id, seq, hash, sealed_at) values ($1, nullif($2, 0), $3, $4, $5)`,
			e.ID, e.CompanyID, end.seq, end.hash, tx.Now); err != nil {
			return 0, err
		}
	}
	return len(entries), nil
}

func endOf(ctx context.Context, tx *pg.Tx, company int64) (t tail, err error) {
	err = tx.QueryRow(ctx, `select seq, hash from audit_seals where coalesce(company_id, 0) = $1 order by seq desc limit 1`, company).Scan(&t.seq, &t.hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return tail{}, nil
	}
	return t, err
}

// Chain is what a check of one company's chain found.
type Chain struct {
	CompanyID int64  // 0: our own affairs
	Entries   int64  // seals that were checked
	Hash      []byte // of the last one: written down elsewhere it proves that nothing was cut off
	Waiting   int64  // entries not sealed yet
	Broken    string // where and how it breaks first; "" when it holds
}

// Verify walks every chain from its first link. A chain that does not hold says so
// in Broken; an error means that it could not be read.
func Verify(ctx context.Context, db *pg.DB) ([]Chain, error) {
	return pg.InTx(ctx, db, func(tx *pg.Tx) ([]Chain, error) {
		chains, err := companies(ctx, tx)
		for i := range chains {
			if err == nil {
				err = verify(ctx, tx, &chains[i])
			}
		}
		return chains, err
	})
}

func companies(ctx context.Context, tx *pg.Tx) ([]Chain, error) {
	rows, err := tx.Query(ctx, `select company, max(waiting) from (
			select coalesce(company_id, 0) as company, count(*) as waiting from audit_unsealed group by 1
			union all select coalesce(company_id, 0), 0 from audit_seals group by 1) c group by 1 order by 1`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (c Chain, err error) {
		err = r.Scan(&c.CompanyID, &c.Waiting)
		return c, err
	})
}

func verify(ctx context.Context, tx *pg.Tx, c *Chain) error {
	rows, err := tx.Query(ctx, `select s.entry_id, s.seq, s.hash, coalesce(s.company_id, 0) = coalesce(e.company_id, 0), `+sealedColumns+`
		from audit_seals s left join audit_entries e on e.id = s.entry_id where coalesce(s.company_id, 0) = $1 order by s.seq`, c.CompanyID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, seq int64
		var hash []byte
		var same *bool
		var e struct {
			ID, CompanyID, Micros, UserID       *int64
			Actor, Action, Object, Data, Source *string
		}
		if err := rows.Scan(&id, &seq, &hash, &same, &e.ID, &e.CompanyID, &e.Micros, &e.UserID, &e.Actor, &e.Action, &e.Object, &e.Data, &e.Source); err != nil {
			return err
		}
		switch {
		case seq != c.Entries+1:
			c.Broken = fmt.Sprintf("звено %d пропало", c.Entries+1)
		case e.ID == nil || e.Actor == nil:
			c.Broken = fmt.Sprintf("звено %d: записи %d нет", seq, id)
		default:
			is := sealed{*e.ID, *e.CompanyID, *e.Micros, *e.UserID, *e.Actor, *e.Action, *e.Object, *e.Data, *e.Source}
			if same == nil || !*same || !bytes.Equal(is.link(c.Hash), hash) {
				c.Broken = fmt.Sprintf("звено %d: запись %d изменена", seq, id)
			}
		}
		if c.Broken != "" {
			return nil
		}
		c.Entries, c.Hash = seq, hash
	}
	return rows.Err()
}
