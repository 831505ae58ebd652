package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

func queueForm(version int, pauses ...any) map[string]any {
	return map[string]any{"ring_sec": 20, "wrap_up_sec": 45, "language_sec": 40, "surge": 7, "slow_calls": 3, "slow_hours": 24, "pauses": pauses, "version": version}
}

func pauseOf(name string, limit int) any { return map[string]any{"name": name, "limit_min": limit} }

// TestTheQueueIsSetOnTheScreen: what a supervisor saves is what the phone engine is told at
// its next question, and stays there for an engine that begins anew.
func TestTheQueueIsSetOnTheScreen(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.fails("op-ours", http.MethodGet, "/shift/queue", nil, http.StatusForbidden, "access.desk.supervise")
	first := h.ok("supervisor", http.MethodGet, "/shift/queue", nil)
	require.InDelta(t, 15, first.get(t, "ring_sec"), 0, "as it always was")
	h.ok("supervisor", http.MethodPut, "/shift/queue", queueForm(1, pauseOf("Обед", 40), pauseOf("  Врач ", 0)))
	h.fails("platform", http.MethodPut, "/shift/queue", queueForm(1, pauseOf("Обед", 40)), http.StatusConflict, "queue.changed")
	for _, bad := range []struct {
		code   string
		pauses []any
	}{
		{"pause.many", nil}, {"pause.name", []any{pauseOf(" ", 1)}}, {"pause.twice", []any{pauseOf("Обед", 1), pauseOf("обед", 2)}}, {"pause.limit", []any{pauseOf("Обед", 481)}},
	} {
		h.fails("supervisor", http.MethodPut, "/shift/queue", queueForm(2, append([]any{}, bad.pauses...)...), http.StatusUnprocessableEntity, bad.code)
	}
	line, operator := h.line(ours), h.user("op-ours")
	h.ok("supervisor", http.MethodPut, "/shift/queue/companies/1", map[string]any{"weight": 3, "wrap_up_sec": 90, "language": "uz"})
	h.ok("supervisor", http.MethodPut, fmt.Sprintf("/shift/queue/lines/%d", line), map[string]any{"language": "tt"})
	h.fails("supervisor", http.MethodPut, fmt.Sprintf("/shift/queue/lines/%d", line), map[string]any{"language": "xx"}, http.StatusUnprocessableEntity, "language.unknown")
	person := map[string]any{"kind": "operator", "team_ids": []int64{}, "skills": []string{}, "is_blocked": false}
	person["languages"] = []string{"tt"}
	h.ok("platform", http.MethodPut, fmt.Sprintf("/colleagues/%d", operator), person)
	delete(person, "languages")
	require.Equal(t, []any{"tt"}, h.ok("platform", http.MethodPut, fmt.Sprintf("/colleagues/%d", operator), person).get(t, "languages"), "a page that knows no languages leaves them")
	person["languages"] = []string{"эльфийский"}
	h.fails("platform", http.MethodPut, fmt.Sprintf("/colleagues/%d", operator), person, http.StatusUnprocessableEntity, "language.unknown")

	q, wishes, err := h.app.Shift.Rules(h.sys, []int64{operator})
	must(t, err)
	require.Empty(t, wishes)
	require.Equal(t, telephony.QueueRules{
		Ring: 20 * time.Second, WrapUp: 45 * time.Second, LanguageFor: 40 * time.Second, Surge: 7, Pauses: []telephony.Pause{{Name: "Обед", LimitMin: 40}, {Name: "Врач"}},
		Weights: map[int64]int{1: 3}, WrapUps: map[int64]time.Duration{1: 90 * time.Second}, Spoken: map[int64]string{1: "uz"}, Lines: map[int64]string{line: "tt"}, Operators: map[int64][]string{operator: {"tt"}},
	}, q)
	h.ok("supervisor", http.MethodPut, fmt.Sprintf("/shift/queue/lines/%d", line), map[string]any{"language": ""})
	q, _, err = h.app.Shift.Rules(h.sys, nil)
	must(t, err)
	require.Empty(t, q.Lines, "as the company's again")
}

// TestALongPauseAlarmsTheSupervisor: over its limit, once, until the operator is back.
func TestALongPauseAlarmsTheSupervisor(t *testing.T) {
	t.Parallel()
	h := open(t)
	until := noon.Add(15 * time.Minute)
	floor := func(state string) {
		seat := telephony.FloorSeat{UserID: h.user("op-ours"), Name: "Оператор один", State: state, Reason: "Перерыв", Since: noon, Until: &until}
		must(t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{Operators: []telephony.FloorSeat{seat}}))
		must(t, h.app.Shift.LongPauses(h.sys))
	}
	raised := func() (n int64) {
		return h.one(`select count(*) from alarms where code = 'pause-long' and cleared_at is null`)
	}
	floor("pause")
	require.Zero(t, raised())
	h.clock.Set(until.Add(time.Second))
	floor("pause")
	require.Equal(t, int64(1), raised())
	floor("pause")
	require.Equal(t, int64(1), raised(), "one and the same")
	must(t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		var text string
		err := tx.QueryRow(h.sys, `select text from alarms where code = 'pause-long'`).Scan(&text)
		require.Equal(t, "Оператор один: «Перерыв» дольше положенных 15 мин.", text)
		return err
	}))
	floor("ready")
	require.Zero(t, raised())
}

// TestASupervisorMovesAnOperator: the engine is told once, the journal keeps who did it;
// who is not at his place cannot be moved.
func TestASupervisorMovesAnOperator(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.user("op-ours")
	path := fmt.Sprintf("/shift/operators/%d/move", id)
	h.fails("supervisor", http.MethodPost, path, map[string]any{"state": "pause"}, http.StatusConflict, "operator.away")
	must(t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{Operators: []telephony.FloorSeat{{UserID: id, Name: "Оператор один", State: "ready", Since: noon}}}))
	h.ok("supervisor", http.MethodPost, path, map[string]any{"state": "pause", "reason": "Обед"})
	_, others, err := h.app.Shift.Rules(h.sys, []int64{id + 1})
	must(t, err)
	require.Empty(t, others, "of another engine's operator")
	_, wishes, err := h.app.Shift.Rules(h.sys, []int64{id})
	must(t, err)
	require.Len(t, wishes, 1)
	require.Equal(t, "pause Обед", wishes[0].State+" "+wishes[0].Reason)
	_, wishes, err = h.app.Shift.Rules(h.sys, []int64{id})
	must(t, err)
	require.Empty(t, wishes, "once")
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'operator.move'`))
}

// TestWhoWaitsIsNotLost: a caller on the line whose call-back is kept has another word.
func TestWhoWaitsIsNotLost(t *testing.T) { // F6
	t.Parallel()
	h := open(t)
	h.report(telephony.Report{CallKey: "kept", Seq: 1, At: noon, Kind: telephony.CallStarted, Node: "n", Direction: "inbound", Phone: "+79000900041", Called: "+73430000101", CompanyID: ours, LineID: h.line(ours)})
	h.report(telephony.Report{CallKey: "kept", Seq: 2, At: noon, Kind: telephony.CallQueued, Node: "n", CompanyID: ours})
	h.clock.Set(noon.Add(4*time.Minute + time.Second))
	must(t, h.app.Followup.Waiting(h.sys))
	waits := func() any {
		lost, _ := h.ok("supervisor", http.MethodGet, "/desk/wallboard", nil).get(t, "lost").([]any)
		require.Len(t, lost, 1)
		row, _ := lost[0].(map[string]any)
		return row["is_waiting"]
	}
	require.Equal(t, true, waits())
	h.report(telephony.Report{CallKey: "kept", Seq: 3, At: h.clock.Now(), Kind: telephony.CallEnded, Node: "n", CompanyID: ours, Outcome: telephony.Abandoned})
	require.Equal(t, false, waits())
}
