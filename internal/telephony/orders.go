package telephony

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// Channel is where the engine hears of new and cancelled orders.
const Channel = "d24_orders"

// Desk stores orders and takes the engine's reports; the engine works on the
// other side of the table.
type Desk struct {
	db    *pg.DB
	jobs  *jobs.Queue
	calls Calls
	// Caps of a company and who is told when it reaches one; nil: none. The assembly supplies them.
	Caps   func(ctx context.Context, tx *pg.Tx, companyID int64) (Caps, error)
	Capped Capped
	// Refused hears what desk phones were not allowed to dial; nil: nobody does.
	Refused func(ctx context.Context, tx *pg.Tx, r PhoneRefused) error
	// Pronounced is words as a company has them said; nil: as they are written.
	Pronounced func(ctx context.Context, tx *pg.Tx, companyID int64, in Speech) (Speech, error)
}

// NewDesk returns the desk.
func NewDesk(db *pg.DB, q *jobs.Queue, calls Calls) *Desk {
	return &Desk{db: db, jobs: q, calls: calls}
}

var _ Orders = (*Desk)(nil)

// Place stores an order; a repeated key is a no-op.
func (d *Desk) Place(ctx context.Context, tx *pg.Tx, o Order) error {
	if d.Pronounced != nil {
		var err error
		if o.Words, err = d.Pronounced(ctx, tx, o.CompanyID, o.Words); err != nil {
			return err
		}
	}
	plan, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into call_orders (key, company_id, line_id, phone, purpose, ref, plan, created_at) values ($1, nullif($2, 0), nullif($3, 0), $4, $5, $6, $7, $8)
		on conflict (key) do nothing`, o.Key, o.CompanyID, o.LineID, o.Phone, o.Purpose, o.Ref, plan, tx.Now)
	if err != nil {
		return fmt.Errorf("place order: %w", err)
	}
	return notify(ctx, tx, "placed")
}

// Cancel withdraws an order. One that no engine has taken yet ends at once.
func (d *Desk) Cancel(ctx context.Context, tx *pg.Tx, key string, f Farewell) error {
	_, err := tx.Exec(ctx, `update call_orders set cancel = true, plan = plan || jsonb_build_object('farewell', $3::jsonb), ended_at = case when state = 'placed' then $2 else ended_at end,
		outcome = case when state = 'placed' then 'cancelled' else outcome end, state = case when state = 'placed' then 'ended' else state end
		where key = $1 and state <> 'ended'`, key, tx.Now, f)
	if err != nil {
		return fmt.Errorf("cancel order: %w", err)
	}
	return notify(ctx, tx, "cancelled")
}

// Waits reports whether no phone rings for an order yet.
func (d *Desk) Waits(ctx context.Context, tx *pg.Tx, key string) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from call_orders where key = $1 and state <> 'ended' and invited_at is null)`, key).Scan(&yes)
	return yes, err
}

// CallKey is the name that the call of an order has in the journal.
func CallKey(orderKey string) string { return "o-" + orderKey }

// Placed is what became of an order.
type Placed struct {
	Ended   bool
	Outcome Outcome // when it has ended
}

// Placed is what became of an order; the zero Placed for one that is not known.
func (d *Desk) Placed(ctx context.Context, tx *pg.Tx, key string) (p Placed, err error) {
	err = tx.QueryRow(ctx, `select state = 'ended', coalesce(outcome, '') from call_orders where key = $1`, key).Scan(&p.Ended, &p.Outcome)
	if err == pgx.ErrNoRows { //nolint:errorlint // there is no such order
		err = nil
	}
	return p, err
}

func notify(ctx context.Context, tx *pg.Tx, what string) error {
	_, err := tx.Exec(ctx, "select pg_notify($1, $2)", Channel, what)
	return err
}

// Claim gives the node the orders nobody has taken, the oldest first; none while another
// engine is at work.
func (d *Desk) Claim(ctx context.Context, node string, limit int) ([]Order, error) {
	return pg.InTx(ctx, d.db, func(tx *pg.Tx) ([]Order, error) {
		rows, err := tx.Query(ctx, `update call_orders set state = 'claimed', node = $1, claimed_at = $2 where id in (
			select id from call_orders where state = 'placed' and not exists (select from engine_nodes where node <> $1 and duty = 'active' and seen_at > $4)
			order by id limit $3 for update skip locked) returning plan`, node, tx.Now, limit, tx.Now.Add(-nodeDead))
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, func(r pgx.CollectableRow) (o Order, err error) {
			var raw []byte
			if err = r.Scan(&raw); err == nil {
				err = json.Unmarshal(raw, &o)
			}
			return o, err
		})
	})
}

// Begin writes an order that its engine makes itself, of a second phone of a call that goes
// on, as one that is about to ring. ErrCapped: its company has called enough.
func (d *Desk) Begin(ctx context.Context, node string, o Order) error {
	plan, err := json.Marshal(o)
	if err != nil {
		return err
	}
	capped := false
	err = pg.Do(ctx, d.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into call_orders (key, company_id, line_id, phone, purpose, plan, state, node, created_at, claimed_at)
			values ($1, nullif($2, 0), nullif($3, 0), $4, $5, $6, 'claimed', $7, $8, $8)`, o.Key, o.CompanyID, o.LineID, o.Phone, o.Purpose, plan, node, tx.Now)
		if err != nil {
			return err
		}
		over, company, err := d.within(ctx, tx, o.Key)
		if err != nil {
			return err
		}
		if capped = over != ""; capped {
			if err := d.Capped(ctx, tx, company, over); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `delete from call_orders where key = $1`, o.Key)
			return err
		}
		_, err = tx.Exec(ctx, `update call_orders set invited_at = $2 where key = $1`, o.Key, tx.Now)
		return err
	})
	if err == nil && capped {
		err = ErrCapped
	}
	return err
}

// Cancelled lists a node's orders that are to be stopped.
func (d *Desk) Cancelled(ctx context.Context, node string) ([]Withdrawn, error) {
	return pg.InTx(ctx, d.db, func(tx *pg.Tx) ([]Withdrawn, error) {
		rows, err := tx.Query(ctx, `select key, coalesce(plan->'farewell', '{}') from call_orders where node = $1 and cancel and state = 'claimed'`, node)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[Withdrawn])
	})
}

// Invited is written before an INVITE leaves (F46). False: the order was withdrawn meanwhile,
// or given to another engine while the node stood still (R10), and must not ring. ErrCapped: its
// company has called enough.
func (d *Desk) Invited(ctx context.Context, node, key string, trunkID int64) (bool, error) {
	capped := false
	ok, err := pg.InTx(ctx, d.db, func(tx *pg.Tx) (bool, error) {
		over, company, err := d.within(ctx, tx, key)
		if err == pgx.ErrNoRows { //nolint:errorlint // there is no such order
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if capped = over != ""; capped {
			return false, d.Capped(ctx, tx, company, over)
		}
		tag, err := tx.Exec(ctx, `update call_orders set invited_at = $2, trunk_id = $3 where key = $1 and node = $4 and state = 'claimed' and not cancel`, key, tx.Now, trunkID, node)
		return tag.RowsAffected() == 1, err
	})
	if err == nil && capped {
		err = ErrCapped
	}
	return ok, err
}

// Report stores facts of the engine, all or none, and tells whoever waits for
// them. The same report may come twice: the first counts.
func (d *Desk) Report(ctx context.Context, rs ...Report) error {
	return pg.Do(ctx, d.db, func(tx *pg.Tx) error {
		called := make([]Report, 0, len(rs))
		for _, r := range rs {
			var err error
			switch {
			case r.Kind == DeskPhoneRefused:
				err = d.refused(ctx, tx, r)
			case r.CallKey == "": // an order that ended before anything was dialled: there is no call
				err = d.end(ctx, tx, r)
			default:
				called = append(called, r)
			}
			if err != nil {
				return err
			}
		}
		if len(called) == 0 {
			return nil
		}
		fresh, err := d.calls.Store(ctx, tx, called...)
		if err != nil {
			return err
		}
		for i, r := range called {
			if !fresh[i] {
				continue
			}
			if err := d.follow(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// follow is what a fresh report means for its order.
func (d *Desk) follow(ctx context.Context, tx *pg.Tx, r Report) error {
	if r.Repeat && r.OrderKey != "" {
		if _, err := tx.Exec(ctx, `update call_orders set is_possible_repeat = true where key = $1`, r.OrderKey); err != nil {
			return err
		}
	}
	switch {
	case r.OrderKey == "":
		return nil
	case r.Kind == CallEnded:
		return d.end(ctx, tx, r)
	case r.Kind == CallDigit && r.Means:
		return d.keyed(ctx, tx, r)
	}
	return nil
}

func (d *Desk) keyed(ctx context.Context, tx *pg.Tx, r Report) error {
	k := Keyed{Key: r.OrderKey, Digit: r.Digit}
	err := tx.QueryRow(ctx, `select ref from call_orders where key = $1 and state <> 'ended'`, r.OrderKey).Scan(&k.Ref)
	if err == pgx.ErrNoRows { //nolint:errorlint // its end is known, and the key with it
		return nil
	}
	if err != nil {
		return err
	}
	return d.jobs.Publish(ctx, tx, k)
}

func (d *Desk) end(ctx context.Context, tx *pg.Tx, r Report) error {
	e := Ended{Key: r.OrderKey, Outcome: r.Outcome, Blame: r.Blame, Joined: r.Operator != 0, Digit: r.Digit}
	err := tx.QueryRow(ctx, `update call_orders set state = 'ended', ended_at = $2, outcome = $3, blame = $4 where key = $1 and state <> 'ended' and ($5 = '' or node = $5) returning purpose, ref`,
		r.OrderKey, tx.Now, r.Outcome, r.Blame, r.Node).Scan(&e.Purpose, &e.Ref)
	if err == pgx.ErrNoRows { //nolint:errorlint // ended already, or another engine's by now (R10)
		return nil
	}
	if err != nil {
		return err
	}
	return d.jobs.Publish(ctx, tx, e)
}

// nodeDead is when an engine that does not beat counts as dead.
const nodeDead = 10 * time.Second

// Floors are the floors of the living engines.
func (d *Desk) Floors(ctx context.Context, tx *pg.Tx) ([]Floor, error) {
	rows, err := tx.Query(ctx, `select node, floor from engine_nodes where seen_at > $1`, tx.Now.Add(-nodeDead))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (f Floor, err error) {
		var node string
		var raw []byte
		if err = r.Scan(&node, &raw); err == nil {
			err = json.Unmarshal(raw, &f)
		}
		f.Node = node
		return f, err
	})
}

// LivingFloors is Floors for a process that has no Desk, as a part of the program.
func LivingFloors(ctx context.Context, db *pg.DB) ([]Floor, error) {
	ctx = access.AsSystem(ctx, "doctor")
	return pg.InTx(ctx, db, func(tx *pg.Tx) ([]Floor, error) { return (&Desk{}).Floors(ctx, tx) })
}

// Recover ends what a node had in hand when it died: its calls are «cut by failure»,
// orders whose telephone may have rung are unknown by our fault and do not count as
// attempts (F46), those that never left are to be taken by the next at once.
func (d *Desk) Recover(ctx context.Context, node string) (orders, calls int, err error) {
	err = pg.Do(ctx, d.db, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `update call_orders set state = 'placed', node = '', claimed_at = null where node = $1 and state = 'claimed' and invited_at is null and not cancel`, node)
		if err != nil {
			return err
		}
		if orders = int(tag.RowsAffected()); orders > 0 {
			if err := notify(ctx, tx, "released"); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, `select key from call_orders where node = $1 and state = 'claimed' for update`, node)
		if err != nil {
			return err
		}
		keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, k := range keys {
			if err := d.end(ctx, tx, Report{OrderKey: k, Outcome: Unknown, Blame: Ours}); err != nil {
				return err
			}
		}
		orders += len(keys)
		calls, err = d.calls.Orphans(ctx, tx, node)
		return err
	})
	return orders, calls, err
}

// Lose ends the order of a call that no engine has in hand, as Recover does; a call of none is
// left alone.
func (d *Desk) Lose(ctx context.Context, tx *pg.Tx, callKey string) error {
	order, is := strings.CutPrefix(callKey, CallKey(""))
	if !is {
		return nil
	}
	return d.end(ctx, tx, Report{OrderKey: order, Outcome: Unknown, Blame: Ours})
}

// DeadNodes lists engines that stopped beating.
func (d *Desk) DeadNodes(ctx context.Context) ([]string, error) {
	return pg.InTx(ctx, d.db, func(tx *pg.Tx) ([]string, error) {
		rows, err := tx.Query(ctx, `select node from engine_nodes where seen_at < $1`, tx.Now.Add(-nodeDead))
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[string])
	})
}
