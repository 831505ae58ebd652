package serve

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/app"
	"d24/internal/clock/clocktest"
	"d24/internal/escalation"
	"d24/internal/platform/pg"
	"d24/internal/seed/seedtest"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// faulty is a house in which something is broken on purpose, and its watchman.
type faulty struct {
	*watched
	op    context.Context
	floor telephony.Floor // of the engine beside
	calls int
}

func breaks(t *testing.T) *faulty {
	t.Helper()
	t.Parallel()
	clk := clocktest.New(time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC))
	log := slog.New(slog.DiscardHandler)
	a, err := app.New(app.Config{Pool: seedtest.New(t, clk).Pool, Clock: clk, Log: log, Time: clk})
	require.NoError(t, err)
	h := &faulty{watched: &watched{t, clk, a, access.AsSystem(context.Background(), "test"), &watchman{app: a, log: log, node: "work"}}}
	h.op = access.With(context.Background(), access.Actor{Kind: access.Operator, UserID: 1, Name: "Миронова О. Л.", Companies: []int64{1}, May: access.StaffPermissions("operator")})
	return h
}

// emergency is a new one; its jobs are all that is waiting.
func (h *faulty) emergency() ticket.Ticket {
	h.t.Helper()
	var reason, building int64
	require.NoError(h.t, pg.Do(h.ctx, h.app.DB, func(tx *pg.Tx) error {
		return tx.QueryRow(h.ctx, `select (select id from reasons where company_id = 1 and code = 'ВС-02'), (select min(id) from buildings where company_id = 1)`).Scan(&reason, &building)
	}))
	t, _, err := h.app.Tickets.Create(h.op, ticket.NewTicket{CompanyID: 1, BuildingID: building, Unit: "5", ReasonID: reason, Answers: []ticket.Answer{{ID: 1, Value: "не знает"}}, CallerPhone: "+79000900001", Source: "phone"})
	require.NoError(h.t, err)
	return t
}

// faults are the ways in which what should happen does not, each with the alarm that tells it.
func (h *faulty) faults() map[string]func() alarm.Code {
	begun := func() ticket.Ticket {
		t := h.emergency()
		require.NoError(h.t, h.app.Escalation.Run(h.ctx, escalation.Step{TicketID: t.ID, In: escalation.Input{Started: true}}))
		return t
	}
	out := map[string]func() alarm.Code{
		"an emergency without an escalation": func() alarm.Code {
			h.emergency()
			h.do(`delete from river_job`)
			return alarm.Overdue
		},
		"an escalation's wake-up is gone": func() alarm.Code {
			t := begun()
			h.do(`delete from river_job`)
			h.do(`update call_tasks set state = 'done', finished_at = $2, next_at = null where ticket_id = $1`, t.ID, h.clk.Now())
			h.until(`select next_at from escalations where ticket_id = $1`, t.ID)
			return alarm.Overdue
		},
		"a call's wake-up is gone": func() alarm.Code {
			t := begun()
			h.do(`delete from river_job`)
			h.until(`select min(next_at) from call_tasks where ticket_id = $1 and state in ('waiting', 'active')`, t.ID)
			return alarm.Overdue
		},
		"a question's wake-up is gone": func() alarm.Code {
			t := begun()
			h.do(`update escalations set finished_at = $2, next_at = null where ticket_id = $1`, t.ID, h.clk.Now())
			h.do(`update call_tasks set state = 'done', finished_at = $2, next_at = null where ticket_id = $1`, t.ID, h.clk.Now())
			h.do(`insert into followups (ticket_id, company_id, kind, next_at) values ($1, 1, 'status_inquiry', $2)`, t.ID, h.clk.Now().Add(time.Minute))
			h.do(`delete from river_job`)
			h.until(`select next_at from followups where ticket_id = $1`, t.ID)
			return alarm.Overdue
		},
		"nobody takes the jobs": func() alarm.Code {
			h.emergency() // and no worker lives: its job waits
			return alarm.StepsLate
		},
		"a request without its supplier's half": func() alarm.Code {
			t := h.emergency()
			h.do(`delete from river_job`)
			h.do(`insert into escalations (ticket_id, company_id, plan, state, stage, started_at, finished_at) values ($1, 1, '{}', '{}', '', $2, $2)`, t.ID, h.clk.Now())
			h.do(`update tickets set supplier_id = (select min(id) from company_suppliers where company_id = 1) where id = $1`, t.ID)
			return alarm.PairMissing
		},
	}
	maps.Copy(out, h.unrecorded())
	return out
}

// unrecorded are the ways in which a call is without its record.
func (h *faulty) unrecorded() map[string]func() alarm.Code {
	writing := &telephony.RecordingFact{State: "writing"}
	return map[string]func() alarm.Code{
		"an answered call without a recording": func() alarm.Code {
			h.call(telephony.CallStarted, telephony.CallAnswered, telephony.CallEnded)
			return alarm.CallUnrecorded
		},
		"a recording that does not end": func() alarm.Code {
			h.tell(writing, telephony.CallStarted, telephony.CallAnswered, telephony.CallRecorded, telephony.CallEnded)
			return alarm.CallUnrecorded
		},
		"a call that does not end": func() alarm.Code {
			h.tell(writing, telephony.CallStarted, telephony.CallAnswered, telephony.CallRecorded)
			return alarm.CallUnrecorded
		},
		"a call that nobody has told of": func() alarm.Code {
			h.floor.Calls = []telephony.FloorCall{{CallKey: "c-untold", Phone: "+79000900001", IsInbound: true, State: "waiting", StartedAt: h.clk.Now()}}
			return alarm.CallUnrecorded
		},
	}
}

// call is one of which these facts are told.
func (h *faulty) call(kinds ...telephony.ReportKind) { h.t.Helper(); h.tell(nil, kinds...) }

func (h *faulty) tell(rec *telephony.RecordingFact, kinds ...telephony.ReportKind) {
	h.t.Helper()
	h.calls++
	key := fmt.Sprintf("c-%d", h.calls)
	for i, k := range kinds {
		r := telephony.Report{CallKey: key, Seq: i + 1, At: h.clk.Now(), Kind: k, Node: "phone", Direction: "inbound", Phone: "+79000900001", Called: "+73430000101", CompanyID: 1, LineID: 1}
		if k == telephony.CallRecorded {
			f := *rec
			f.Path = "recordings/" + key + ".wav"
			r.Recording = &f
		}
		if k == telephony.CallEnded {
			r.Outcome = telephony.Answered
		}
		require.NoError(h.t, h.app.Telephony.Report(h.ctx, r))
	}
	h.do(`delete from river_job`)
}

// until lets the clock come to a moment of a row.
func (h *faulty) until(q string, args ...any) {
	h.t.Helper()
	var at *time.Time
	require.NoError(h.t, pg.Do(h.ctx, h.app.DB, func(tx *pg.Tx) error { return tx.QueryRow(h.ctx, q, args...).Scan(&at) }))
	require.NotNil(h.t, at, "it has no hour")
	if at.After(h.clk.Now()) {
		h.clk.Set(*at)
	}
}

// look is the watchman's, with the engine alive beside him.
func (h *faulty) look() []string {
	h.t.Helper()
	h.floor.At = h.clk.Now()
	require.NoError(h.t, h.app.Telephony.Beat(h.ctx, "phone", "127.0.0.1:1", h.floor))
	h.w.look(h.ctx)
	return h.alarms()
}

// mend takes the fault away, as whoever hears of it does.
func (h *faulty) mend() {
	h.t.Helper()
	now := h.clk.Now()
	h.do(`delete from river_job`)
	h.do(`update call_tasks set state = 'done', finished_at = $1, next_at = null where state in ('waiting', 'active')`, now)
	h.do(`update escalations set finished_at = $1, next_at = null where finished_at is null`, now)
	h.do(`update followups set finished_at = $1, next_at = null where finished_at is null`, now)
	h.do(`update duty_watches set next_at = $1`, now.AddDate(0, 0, 1)) // nobody comes or goes meanwhile: no worker would see it
	h.do(`update tickets set status = 'cancelled', supplier_id = null where status = 'new'`)
	h.do(`update alarms set cleared_at = $1 where code = 'pair-missing' and cleared_at is null`, now) // it goes when a person makes the half anew
	h.floor.Calls = nil
	h.do(`update calls set ended_at = $1 where ended_at is null`, now)
	h.do(`update recordings set state = 'done' where state = 'writing'`)
	h.do(`update calls c set recording_gone_at = $1 where answered_at is not null and recording_gone_at is null and not exists (select from recordings where call_id = c.id)`, now)
}

// TestFaultsAreTold is R27: whatever is broken is an alarm within a minute, and nothing is one
// when all is well. D24_FAULTS=100 is its long form.
func TestFaultsAreTold(t *testing.T) {
	h := breaks(t)
	many := 10
	if n, err := strconv.Atoi(os.Getenv("D24_FAULTS")); err == nil && n > 0 {
		many = n
	}
	h.mend() // what the demo city has in hand
	for range quietRuns + 1 {
		h.clk.Set(h.clk.Now().Add(lookEvery))
		h.look()
	}
	require.Empty(t, h.alarms(), "all is well")
	faults := h.faults()
	names := slices.Sorted(maps.Keys(faults))
	worst := time.Duration(0)
	for i := range many {
		name := names[i%len(names)]
		code := faults[name]()
		began := h.clk.Now()
		require.Empty(t, h.alarms())
		said := h.look()
		for !slices.Contains(said, string(code)) && h.clk.Now().Sub(began) < time.Minute {
			h.clk.Set(h.clk.Now().Add(lookEvery))
			said = h.look()
		}
		took := h.clk.Now().Sub(began)
		worst = max(worst, took)
		require.Contains(t, said, string(code), "%d: %s, after %s", i, name, took)
		h.mend()
		for n := 0; len(h.alarms()) > 0; n++ {
			require.LessOrEqual(t, n, 2*quietRuns, "%s: it does not end when all is well: %v", name, h.alarms())
			h.clk.Set(h.clk.Now().Add(lookEvery))
			h.look()
		}
	}
	fmt.Fprintf(t.Output(), "%d faults, told after %s at most\n", many, worst)
}

// TestWhoIsBehindIsNotJudged: facts of an engine that come late are late, not lost; its callers
// are not called back for calls that went well.
func TestWhoIsBehindIsNotJudged(t *testing.T) {
	h := breaks(t)
	h.mend()
	code := h.unrecorded()["a call that does not end"]()
	look := func(behind time.Duration) (told bool) {
		for range time.Minute / lookEvery {
			h.clk.Set(h.clk.Now().Add(lookEvery))
			h.floor.Behind = h.clk.Now().Add(-behind)
			told = slices.Contains(h.look(), string(code)) || told
		}
		return told
	}
	require.False(t, look(time.Minute), "it still has facts to deliver")
	require.Equal(t, 1, h.going())
	require.True(t, look(time.Second), "a fact of a moment ago is no excuse")
	require.Zero(t, h.going(), "whoever was on the line is called back")
}

// going counts the calls that are not over.
func (h *faulty) going() (n int) {
	h.t.Helper()
	require.NoError(h.t, pg.Do(h.ctx, h.app.DB, func(tx *pg.Tx) error {
		return tx.QueryRow(h.ctx, `select count(*) from calls where ended_at is null`).Scan(&n)
	}))
	return n
}
