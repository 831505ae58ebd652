package app_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/account"
	"d24/internal/assignment"
	"d24/internal/desk"
	"d24/internal/errand"
	"d24/internal/escalation"
	"d24/internal/followup"
	"d24/internal/notify"
	"d24/internal/passage"
	"d24/internal/staff"
	"d24/internal/ticket"
	"d24/internal/webhook"
)

// work runs every job that is due, in order, as the work role would.
func (h *house) work() {
	h.t.Helper()
	for {
		var kind string
		var args []byte
		err := h.app.DB.Pool.QueryRow(h.sys, `update river_job set state = 'completed', finalized_at = $1 where id = (select id from river_job
			where state in ('available', 'scheduled') and scheduled_at <= $1 order by scheduled_at, id limit 1) returning kind, args`, h.clock.Now()).Scan(&kind, &args)
		if errors.Is(err, pgx.ErrNoRows) {
			return
		}
		require.NoError(h.t, err)
		switch kind {
		case escalation.Step{}.Kind():
			must(h.t, h.app.Escalation.Run(h.sys, read[escalation.Step](h.t, args)))
		case escalation.Duty{}.Kind():
			must(h.t, h.app.Escalation.OnDuty(h.sys, read[escalation.Duty](h.t, args)))
		case escalation.Twice{}.Kind():
			must(h.t, h.app.Escalation.OnTwice(h.sys, read[escalation.Twice](h.t, args)))
		case escalation.Left{}.Kind():
			must(h.t, h.app.Escalation.OnLeft(h.sys, read[escalation.Left](h.t, args)))
		case followup.Supplier{}.Kind():
			must(h.t, h.app.Followup.Supplier(h.sys, read[followup.Supplier](h.t, args)))
		case followup.Log{}.Kind():
			must(h.t, h.app.Followup.Log(h.sys, read[followup.Log](h.t, args).Rode))
		case ticket.Away{}.Kind():
			must(h.t, h.app.Tickets.Away(h.sys, read[ticket.Away](h.t, args)))
		case account.Leaving{}.Kind():
			must(h.t, h.app.Accounts.Leave(h.sys, read[account.Leaving](h.t, args)))
		case assignment.Check{}.Kind():
			must(h.t, h.app.Rules.Check(h.sys, read[assignment.Check](h.t, args).CompanyID))
		case staff.Wake{}.Kind():
			must(h.t, h.app.Staff.Wake(h.sys, read[staff.Wake](h.t, args)))
		case ticket.Takeover{}.Kind():
			must(h.t, h.app.Tickets.Takeover(h.sys, read[ticket.Takeover](h.t, args)))
		case passage.Step{}.Kind():
			must(h.t, h.app.Passages.Run(h.sys, read[passage.Step](h.t, args)))
		case notify.Spread{}.Kind():
			must(h.t, h.app.Notify.Tell(h.sys, read[notify.Spread](h.t, args).Fact))
		case notify.Push{}.Kind():
			_ = h.app.Notify.Send(h.sys, read[notify.Push](h.t, args)) // a service that is away is asked again later; who waits for a word looks whether it came
		case webhook.Send{}.Kind():
			must(h.t, h.app.Webhooks.Try(h.sys, read[webhook.Send](h.t, args)))
		case errand.Run{}.Kind():
			must(h.t, h.app.Errands.Run(h.sys, read[errand.Run](h.t, args).ErrandID))
		case desk.Step{}.Kind():
			must(h.t, h.app.Tasks.Run(h.sys, read[desk.Step](h.t, args)))
		case followup.Ask{}.Kind():
			must(h.t, h.app.Followup.Ask(h.sys, read[followup.Ask](h.t, args)))
		case followup.CallBack{}.Kind():
			must(h.t, h.app.Followup.CallBack(h.sys, read[followup.CallBack](h.t, args).Lost))
		case followup.GotThrough{}.Kind():
			must(h.t, h.app.Followup.GotThrough(h.sys, read[followup.GotThrough](h.t, args).Phone))
		default:
			require.Failf(h.t, "unknown job", "%s", kind)
		}
	}
}

// pass turns the clock and runs what became due.
func (h *house) pass(d time.Duration) {
	h.t.Helper()
	h.clock.Set(h.clock.Now().Add(d))
	h.work()
}

func read[T any](t testing.TB, raw []byte) (v T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(raw, &v))
	return v
}
