package escalation

import (
	"context"
	"fmt"

	"d24/internal/desk"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// CallInstead gives an operator the task to call the responsible person of a request whose
// escalation cannot go on (F48): once, however often it is asked for. Without him the
// supervisor's alarm is all there is.
func (r *Runner) CallInstead(ctx context.Context, ticketID int64) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		t, err := r.Tickets.ByID(ctx, tx, ticketID)
		if err != nil || !sought(t) {
			return err
		}
		p, err := r.freeze(ctx, tx, t)
		if err != nil || p.Responsible == nil || len(p.Responsible.Phones) == 0 {
			return err
		}
		plan, _ := desk.Fit(p.Dial, len(p.Responsible.Phones), p.Repeat)
		title := "Позвонить ответственному: обзвон остановился, " + t.Address
		return r.call(ctx, tx, t, *p.Responsible, telephony.Responsible, plan, fmt.Sprintf("instead.%d", t.Version), title, tx.Now.Add(p.Repeat))
	})
}
