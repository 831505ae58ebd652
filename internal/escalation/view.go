package escalation

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// unsoughtFor is how far back emergencies are looked for whose escalation has not begun: what
// is older was made without one.
const unsoughtFor = time.Hour

// Rearm wakes escalations whose moment has passed by more than late, and begins those of
// emergencies for which nobody is sought at all: the watchman's net under the jobs (R27).
// Returns how many.
func (r *Runner) Rearm(ctx context.Context, late time.Duration) (n int, err error) {
	err = pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select ticket_id, mark from escalations where finished_at is null and next_at < $1 for update skip locked`, tx.Now.Add(-late))
		if err != nil {
			return err
		}
		type row struct {
			ID   int64
			Mark int
		}
		es, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
		for _, e := range es {
			if err := r.Jobs.Again(ctx, tx, Step{TicketID: e.ID, In: Input{Woken: &e.Mark}}); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		unsought, err := r.unsought(ctx, tx, late)
		for _, id := range unsought {
			if err := r.Jobs.Again(ctx, tx, Step{TicketID: id, In: Input{Started: true}}); err != nil {
				return err
			}
		}
		n = len(es) + len(unsought)
		return err
	})
	return n, err
}

// unsought are emergencies that nobody has taken and that have no escalation.
func (r *Runner) unsought(ctx context.Context, tx *pg.Tx, late time.Duration) ([]int64, error) {
	ids, err := r.Tickets.Untaken(ctx, tx, tx.Now.Add(-unsoughtFor), tx.Now.Add(-late))
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select id from unnest($1::bigint[]) id where not exists (select from escalations e where e.ticket_id = id)`, ids)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// View is an escalation for the ticket's card (E3).
type View struct {
	Plan  Plan
	State State
}

// Of returns a ticket's escalation; nil when there is none.
func (r *Runner) Of(ctx context.Context, tx *pg.Tx, ticketID int64) (*View, error) {
	var plan, state []byte
	err := tx.QueryRow(ctx, `select plan, state from escalations where ticket_id = $1`, ticketID).Scan(&plan, &state)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // none is an answer
	}
	v := &View{}
	if err == nil {
		err = errors.Join(json.Unmarshal(plan, &v.Plan), json.Unmarshal(state, &v.State))
	}
	return v, err
}

// DueSince is the oldest step that is due, of those that are not parked; nil: none.
func (r *Runner) DueSince(ctx context.Context, tx *pg.Tx, parked []string) (at *time.Time, err error) {
	err = tx.QueryRow(ctx, `select min(next_at) from escalations where finished_at is null and next_at < $1 and not ($2::text || ':' || ticket_id = any(coalesce($3::text[], '{}')))`, tx.Now, Step{}.Kind(), parked).Scan(&at)
	return at, err
}
