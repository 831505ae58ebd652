package escalation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/ticket"
)

// Apply puts the rules of this moment under the running escalations of a company: an
// explicit act (F38). The levels that were tried stay; those after them are the ones the
// rules name now. It is on each request's line of time and in the audit journal. Returns
// how many were changed; fault.NotFound for a company the actor has nothing to do with.
func (r *Runner) Apply(ctx context.Context, companyID int64) (n int, err error) {
	who := access.From(ctx)
	if !who.Serves(companyID) {
		return 0, fault.Missing("company")
	}
	ctx = access.With(ctx, access.Actor{Kind: access.System, System: "escalation", UserID: who.UserID, Name: who.Name, Source: who.Source})
	ids, err := r.running(ctx, companyID)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		changed, err := pg.InTx(ctx, r.DB, func(tx *pg.Tx) (bool, error) { return r.applyOne(ctx, tx, id) })
		if err != nil {
			return n, err
		}
		if changed {
			n++
		}
	}
	return n, pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		return audit.Write(ctx, tx, companyID, "routing.apply", fmt.Sprintf("company:%d", companyID), map[string]int{"running": len(ids), "changed": n})
	})
}

// applyOne changes one escalation; false: it is over, or the rules name the same people.
func (r *Runner) applyOne(ctx context.Context, tx *pg.Tx, ticketID int64) (bool, error) {
	t, err := r.Tickets.ByID(ctx, tx, ticketID)
	if err != nil {
		return false, err
	}
	e, found, err := r.load(ctx, tx, t, Step{TicketID: ticketID})
	if err != nil || !found || e.state.Stage != Calling && e.state.Stage != Announcing || t.Status != ticket.New {
		return false, err
	}
	fresh, err := r.freeze(ctx, tx, t)
	if err != nil {
		return false, err
	}
	now, changed := renew(e.plan, fresh, e.state)
	if !changed {
		return false, nil
	}
	raw, err := json.Marshal(now)
	if err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, `update escalations set plan = $2 where ticket_id = $1`, t.ID, raw); err != nil {
		return false, err
	}
	var names []string
	for _, l := range now.Levels[min(e.state.Level+1, len(now.Levels)):] {
		names = append(names, l.Name)
	}
	next := "дальше автоинформатор и ответственный"
	if len(names) > 0 {
		next = "дальше " + strings.Join(names, ", ")
	}
	return true, errors.Join(
		r.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "escalation", Text: "К идущей эскалации применены новые правила: " + next}),
		live.Tell(ctx, tx, live.Change{Topic: "escalation", ID: t.ID, CompanyID: t.CompanyID}),
	)
}

// renew is a plan under new rules: what was tried stays, what follows and the limits are
// the new ones; nobody is called by two levels (F36).
func renew(was, fresh Plan, s State) (now Plan, changed bool) {
	now = fresh
	now.Levels = nil
	tried := map[int64]bool{}
	for i, l := range was.Levels {
		if i <= s.Level {
			now.Levels = append(now.Levels, l)
			tried[l.MemberID] = true
		}
	}
	for _, l := range fresh.Levels {
		if !tried[l.MemberID] {
			now.Levels = append(now.Levels, l)
		}
	}
	a, err := json.Marshal(was)
	b, worse := json.Marshal(now)
	return now, err == nil && worse == nil && !bytes.Equal(a, b)
}
