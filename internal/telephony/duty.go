package telephony

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// Duty is what an engine does among its peers: of several one is at work, as the queue
// and the operators are in one place.
type Duty string

// The closed set of duties.
const (
	Active   Duty = "active"   // takes calls and orders
	Standby  Duty = "standby"  // waits to take over
	Draining Duty = "draining" // is about to end: finishes what it has
)

// Shift is what an engine learns when it beats.
type Shift struct {
	Duty     Duty
	Peer     bool // another engine is at work
	Relieved bool // and its trunks are up: calls arrive there
	Others   bool // another engine lives, whatever it does
	Leaving  bool // and so does no other but such as are about to end
	fresh    bool
}

// Who has beaten for presentFor without a gap of presentGap may follow an engine that is silent:
// after an absence of the database everybody looks silent for a moment, and one who is at work
// then has calls and operators. missedFor is how long such a one is waited for by others.
const (
	presentGap = 4 * time.Second
	presentFor = 6 * time.Second
	missedFor  = time.Hour
)

// dutyLock lets one engine at a time decide who is at work.
const dutyLock = 24_001

// Beat is Shift of an engine that stays.
func (d *Desk) Beat(ctx context.Context, node, address string, f Floor) error {
	_, err := d.Shift(ctx, node, address, f, false)
	return err
}

// Shift says that the node lives, where its door is and what its floor looks like. It
// decides who is at work: one who is stays, one who is leaving or silent is followed by
// whoever beats first.
func (d *Desk) Shift(ctx context.Context, node, address string, f Floor, leaving bool) (s Shift, err error) {
	raw, err := json.Marshal(f)
	if err != nil {
		return s, err
	}
	err = pg.Do(ctx, d.db, func(tx *pg.Tx) error {
		if s, err = duty(ctx, tx, node, leaving); err != nil {
			return fmt.Errorf("duty: %w", err)
		}
		_, err := tx.Exec(ctx, `insert into engine_nodes as n (node, address, seen_at, floor, duty, present_since) values ($1, $2, $3, $4, $5, $3)
			on conflict (node) do update set address = excluded.address, seen_at = excluded.seen_at, floor = excluded.floor, duty = excluded.duty,
			present_since = case when n.seen_at > $6 then coalesce(n.present_since, $3) else $3 end`, node, address, tx.Now, raw, s.Duty, tx.Now.Add(-presentGap))
		if err != nil {
			return err
		}
		return live.Tell(ctx, tx, live.Change{Topic: "figures"})
	})
	return s, err
}

func duty(ctx context.Context, tx *pg.Tx, node string, leaving bool) (s Shift, err error) {
	if _, err = tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, dutyLock); err != nil {
		return s, err
	}
	var mine Duty
	silent := nodeDead
	err = tx.QueryRow(ctx, `select not exists (select from engine_nodes where node = $1 and seen_at > $2 and present_since <= $3)`,
		node, tx.Now.Add(-presentGap), tx.Now.Add(-presentFor)).Scan(&s.fresh)
	if err != nil {
		return s, err
	}
	if s.fresh {
		silent = missedFor
	}
	var first bool // no living engine at work has a name before mine
	err = tx.QueryRow(ctx, `select coalesce((select duty from engine_nodes where node = $1), ''), coalesce(bool_or(true), false), coalesce(bool_and(node > $1), true),
		coalesce(bool_or(exists (select from jsonb_path_query(floor, '$.trunks[*]') t where t->>'state' = 'up')), false), exists (select from engine_nodes where node <> $1 and seen_at > $2),
		coalesce((select bool_and(duty = 'draining') from engine_nodes where node <> $1 and seen_at > $3), false)
		from engine_nodes where node <> $1 and duty = 'active' and seen_at > $2`, node, tx.Now.Add(-silent), tx.Now.Add(-nodeDead)).Scan(&mine, &s.Peer, &first, &s.Relieved, &s.Others, &s.Leaving)
	switch {
	case err != nil:
		return s, err
	case leaving:
		s.Duty = Draining
	case s.Peer && (mine != Active || !first):
		s.Duty = Standby
	default:
		s.Duty = Active
		_, err = tx.Exec(ctx, `update engine_nodes set duty = 'standby' where node <> $1 and duty = 'active' and seen_at <= $2`, node, tx.Now.Add(-silent))
	}
	return s, err
}

// Release gives orders back that the node has claimed and not dialled.
func (d *Desk) Release(ctx context.Context, node string, keys []string) error {
	return pg.Do(ctx, d.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update call_orders set state = 'placed', node = '', claimed_at = null where node = $1 and key = any($2) and state = 'claimed' and invited_at is null`, node, keys)
		if err != nil {
			return err
		}
		return notify(ctx, tx, "released")
	})
}

// SeenSince reports whether the node has shown itself after a moment.
func (d *Desk) SeenSince(ctx context.Context, node string, at time.Time) (bool, error) {
	return pg.InTx(ctx, d.db, func(tx *pg.Tx) (seen bool, err error) {
		err = tx.QueryRow(ctx, `select exists (select from engine_nodes where node = $1 and seen_at > $2)`, node, at).Scan(&seen)
		return seen, err
	})
}

// Node is the door of the engine at work; "" when there is none.
func (d *Desk) Node(ctx context.Context) (string, error) { return d.NodeOf(ctx, 0) }

// NodeOf is the door for an operator: of the engine that has his call, else of the one
// at work; "" when none lives.
func (d *Desk) NodeOf(ctx context.Context, user int64) (string, error) {
	return pg.InTx(ctx, d.db, func(tx *pg.Tx) (a string, err error) {
		err = tx.QueryRow(ctx, `select address from engine_nodes where seen_at > $1 order by
			exists (select from jsonb_path_query(floor, '$.operators[*]') o where (o->>'user_id')::bigint = $2 and o->>'state' in ('talking', 'ringing')) desc,
			duty = 'active' desc, duty = 'standby' desc, node limit 1`, tx.Now.Add(-nodeDead), user).Scan(&a)
		if err == pgx.ErrNoRows { //nolint:errorlint // none is an answer
			return "", nil
		}
		return a, err
	})
}

// DoorOf is NodeOf for a request of a signed-in operator.
func (d *Desk) DoorOf(ctx context.Context) (string, error) {
	return d.NodeOf(access.AsSystem(ctx, "door"), access.From(ctx).UserID)
}
