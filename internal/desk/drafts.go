package desk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Draft is what an operator typed beside a call and has not saved. It belongs to
// the call: a call that comes back to another operator brings it along (F1).
type Draft struct {
	Key       string
	Phone     string
	UserID    int64
	Body      json.RawMessage // an object
	UpdatedAt time.Time
}

func (f *Floor) draft(ctx context.Context, tx *pg.Tx, key string) (*Draft, error) {
	var d Draft
	err := tx.QueryRow(ctx, `select call_key, user_id, body, updated_at from drafts where call_key = $1`, key).Scan(&d.Key, &d.UserID, &d.Body, &d.UpdatedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // none is an answer
	}
	return &d, err
}

// Keep keeps a draft; an empty body takes it away. The call's record may come
// later than the first letters, so a key nobody knows is taken; fault.NotFound for
// a call of others, and for somebody's draft of a call that is not known; fault.Conflict
// "draft.taken" while another operator speaks on it: what a browser sends that comes back
// too late must not cover what he types (F2).
func (f *Floor) Keep(ctx context.Context, key string, body map[string]any) (at time.Time, err error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return at, err
	}
	err = pg.Do(ctx, f.DB, func(tx *pg.Tx) error {
		at = tx.Now
		me := tx.Actor
		company, err := f.mayDraft(ctx, tx, key)
		if err != nil {
			return err
		}
		if len(body) == 0 {
			_, err = tx.Exec(ctx, `delete from drafts where call_key = $1`, key)
			return err
		}
		_, err = tx.Exec(ctx, `insert into drafts (user_id, call_key, company_id, body, updated_at) values ($1, $2, nullif($3, 0), $4, $5)
			on conflict (call_key) do update set user_id = excluded.user_id, body = excluded.body, updated_at = excluded.updated_at`, me.UserID, key, company, raw, tx.Now)
		return err
	})
	return at, err
}

// mayDraft asks under the system's fence, as the key may be of a call that the
// operator may not see.
func (f *Floor) mayDraft(ctx context.Context, tx *pg.Tx, key string) (company int64, err error) {
	me := tx.Actor
	err = tx.As(ctx, access.Actor{Kind: access.System, System: "desk", Name: "desk"}, func(tx *pg.Tx) error {
		owner, found, err := f.Calls.Owner(ctx, tx, key)
		if err != nil {
			return err
		}
		company = owner
		if found {
			if (owner != 0 || me.OwnsDesk()) && !slices.Contains(me.Companies, owner) {
				return fault.Missing("call")
			}
			talker, err := f.Calls.Talker(ctx, tx, key)
			if err == nil && talker != 0 && talker != me.UserID {
				err = fault.New(fault.Conflict, "draft.taken", "Этот звонок ведёт другой диспетчер: черновик теперь у него.")
			}
			return err
		}
		company = me.CompanyID // a company's own operator has no other's call
		d, err := f.draft(ctx, tx, key)
		if err == nil && d != nil && d.UserID != me.UserID {
			err = fault.Missing("call")
		}
		return err
	})
	return company, err
}

// Drafts are the operator's own, the last first.
func (f *Floor) drafts(ctx context.Context, tx *pg.Tx) ([]Draft, error) {
	rows, err := tx.Query(ctx, `select d.call_key, coalesce((select c.phone from calls c where c.key = d.call_key), ''), d.user_id, d.body, d.updated_at
		from drafts d where d.user_id = $1 order by d.updated_at desc limit 20`, tx.Actor.UserID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Draft])
}
