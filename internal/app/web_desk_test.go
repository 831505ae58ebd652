package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/seed"
	"d24/internal/telephony"
)

const resident = "+79000900000" // the first resident of the demo city: company 1, its first house, flat 1

func TestTheCardOfACallShowsWhoMayRing(t *testing.T) {
	t.Parallel()
	h := open(t)
	require.Equal(t, resident, seed.ResidentPhone(0))
	fresh := h.ticket(ours, "ВС-02")
	h.do(`update tickets set unit = '1' where id = $1`, fresh.ID)
	before := h.call(ours, resident)
	key := h.call(ours, resident)

	card := h.ok("operator", http.MethodGet, "/desk/calls/"+key, nil)
	require.Equal(t, key, card.get(t, "call.key"))
	require.Equal(t, "Asia/Yekaterinburg", card.get(t, "call.zone"))
	require.Equal(t, "Озёрная, 2, кв. 1", card.get(t, "known.0.address"))
	require.Equal(t, fresh.ID, card.id(t, "known.0.open_tickets.0.id"))
	require.Equal(t, "УК «Северный берег»", card.get(t, "company.name"))
	require.Contains(t, card.get(t, "company.greeting"), "Назовите, пожалуйста, адрес")
	require.Equal(t, "+73430000101", card.get(t, "lines.0.phone"))
	require.Contains(t, card.body, "сантехника")
	require.Equal(t, before, card.get(t, "recent_calls.0.key"))
	require.Nil(t, card.get(t, "draft"))
	h.fails("operator", http.MethodGet, "/desk/calls/nobody-rang", nil, http.StatusNotFound, "call.not_found")

	body := map[string]any{"body": map[string]any{"reason": "топит", "step": 2}}
	h.ok("operator", http.MethodPut, "/desk/drafts/"+key, body)
	card = h.ok("operator2", http.MethodGet, "/desk/calls/"+key, nil)
	require.Equal(t, "топит", card.get(t, "draft.body.reason"), "a call that comes back brings the draft along")
	require.Equal(t, key, h.ok("operator", http.MethodGet, "/desk/my", nil).get(t, "drafts.0.key"))
	h.ok("operator2", http.MethodPut, "/desk/drafts/"+key, body)
	h.ok("operator", http.MethodPut, "/desk/drafts/early", body)
	h.fails("operator2", http.MethodPut, "/desk/drafts/early", body, http.StatusNotFound, "call.not_found")
	h.ok("operator", http.MethodPut, "/desk/drafts/early", map[string]any{"body": map[string]any{}})
	require.Zero(t, h.one(`select count(*) from drafts where call_key = 'early'`))

	h.ok("operator", http.MethodPut, "/desk/drafts/"+before, body)
	h.report(telephony.Report{CallKey: before, Seq: 4, Kind: telephony.CallJoined, Operator: h.one(`select id from users where login = 'operator2'`)})
	h.fails("operator", http.MethodPut, "/desk/drafts/"+before, body, http.StatusConflict, "draft.taken")
	h.ok("operator2", http.MethodPut, "/desk/drafts/"+before, map[string]any{"body": map[string]any{}})

	said := map[string]any{"kind": "linked", "ticket_id": fresh.ID, "note": "течёт сильнее"}
	row := h.ok("operator", http.MethodPost, "/desk/calls/"+key+"/dispose", said)
	require.Equal(t, "linked", row.get(t, "disposition"))
	require.Equal(t, fresh.ID, row.id(t, "ticket_id"))
	h.ok("operator", http.MethodPost, "/desk/calls/"+key+"/dispose", said)
	h.fails("operator", http.MethodPost, "/desk/calls/"+key+"/dispose", map[string]any{"kind": "wrong_number"}, http.StatusConflict, "call.disposed")
	require.Zero(t, h.one(`select count(*) from drafts`), "what is said is no draft any more")
	history := h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d/events", fresh.ID), nil)
	require.Contains(t, history.body, "Повторное обращение: течёт сильнее")
	require.Equal(t, int64(1), h.one(`select count(*) from ticket_events where kind = 'call'`))

	for _, bad := range []struct {
		body map[string]any
		code string
	}{
		{map[string]any{"kind": "ticket"}, "call.ticket_required"},
		{map[string]any{"kind": "consultation", "reason_id": h.reason(strange, "ВС-02")}, "call.reason"},
	} {
		h.fails("operator", http.MethodPost, "/desk/calls/"+before+"/dispose", bad.body, http.StatusUnprocessableEntity, bad.code)
	}
	h.fails("operator", http.MethodPost, "/desk/calls/"+before+"/dispose", map[string]any{"kind": "linked", "ticket_id": 999999}, http.StatusNotFound, "ticket.not_found")
	h.ok("operator", http.MethodPost, "/desk/calls/"+before+"/dispose", map[string]any{"kind": "consultation", "reason_id": h.reason(ours, "ВС-02")})
}

func TestACallToTheCitysNumberBecomesTheCompanysWhenTheAddressIsNamed(t *testing.T) {
	t.Parallel()
	h := open(t)
	key := h.call(0, "+79000900777")
	rec := h.recording(key, sound(8000))
	card := h.ok("op-ours", http.MethodGet, "/desk/calls/"+key, nil)
	require.Nil(t, card.get(t, "company"))
	require.Equal(t, "citywide", card.get(t, "lines.0.kind"))
	require.Empty(t, card.get(t, "known"))
	h.fails("op-ours", http.MethodPost, "/desk/calls/"+key+"/place", map[string]any{"building_id": h.building(strange)}, http.StatusNotFound, "building.not_found")

	card = h.ok("op-ours", http.MethodPost, "/desk/calls/"+key+"/place", map[string]any{"building_id": h.building(ours), "unit": " 7 "})
	require.Equal(t, "УК «Северный берег»", card.get(t, "company.name"))
	require.Equal(t, "Озёрная, 2, кв. 7", card.get(t, "known.0.address"), "number and address became a contact")
	h.fails("op-strange", http.MethodGet, "/desk/calls/"+key, nil, http.StatusNotFound, "call.not_found")
	h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", rec), nil)

	own := h.call(ours, "+79000900778")
	h.ok("operator", http.MethodPost, "/desk/calls/"+own+"/place", map[string]any{"building_id": h.building(strange)})
	require.Equal(t, ours, h.one(`select company_id from calls where key = $1`, own), "a call to a company's own number stays its own")
}

// emergency is a ticket whose executor is being called; it returns the ticket's and the task's id.
func (h *house) emergency() (ticketID, taskID int64) {
	h.t.Helper()
	tk := h.ticket(ours, "ВС-02")
	h.work()
	return tk.ID, h.one(`select max(id) from call_tasks where ticket_id = $1 and purpose = 'handover'`, tk.ID)
}

func TestTheOperatorsWordAboutATaskMovesTheTicket(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, task := h.emergency()
	path := fmt.Sprintf("/desk/tasks/%d", task)

	queue := h.ok("operator", http.MethodGet, "/desk/tasks", nil)
	require.Equal(t, task, queue.id(t, "items.0.id"))
	require.Equal(t, "Гусев П. Н.", queue.get(t, "items.0.member.name"))
	require.Equal(t, int64(25), queue.id(t, "items.0.ticket_number"))
	card := h.ok("operator", http.MethodGet, path, nil)
	require.Contains(t, card.get(t, "words"), "Павел Николаевич")
	require.Contains(t, card.get(t, "words"), "№ 25")
	require.Equal(t, id, card.id(t, "ticket.id"))
	require.Equal(t, []any{"accepted", "refused", "not_reached", "wrong_number"}, card.get(t, "results"))
	_, err := h.app.Telephony.Claim(h.sys, "test", 10)
	must(t, err)
	h.report(telephony.Report{
		CallKey: "dial", Seq: 1, Kind: telephony.CallStarted, OrderKey: fmt.Sprintf("task-%d-1", task), Phone: seed.MemberPhone(0, 0), CompanyID: ours,
		Data: []byte(fmt.Sprintf(`{"task_id": %d, "ticket_id": %d, "purpose": "handover"}`, task, id)),
	})
	h.report(telephony.Report{CallKey: "dial", Seq: 2, Kind: telephony.CallEnded, OrderKey: fmt.Sprintf("task-%d-1", task), Outcome: telephony.Busy})
	h.work()
	card = h.ok("operator", http.MethodGet, path, nil)
	require.Equal(t, "busy", card.get(t, "numbers.0.dials.0.outcome"))
	require.Equal(t, int64(1), card.id(t, "task.dialled"))
	require.Contains(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d/events", id), nil).body, "Звонок исполнителю: передать заявку, занято")

	h.fails("operator", http.MethodPost, path+"/result", map[string]any{"kind": "done"}, http.StatusUnprocessableEntity, "task.result")
	h.fails("operator", http.MethodPost, path+"/result", map[string]any{"kind": "refused"}, http.StatusUnprocessableEntity, "task.reason_required")
	h.fails("operator", http.MethodPost, path+"/result", map[string]any{"kind": "accepted", "eta": noon.Add(-time.Hour)}, http.StatusUnprocessableEntity, "task.eta")
	said := h.ok("operator", http.MethodPost, path+"/result", map[string]any{"kind": "accepted", "eta": noon.Add(40 * time.Minute)})
	require.Equal(t, "done", said.get(t, "task.state"))
	require.Equal(t, "accepted", said.get(t, "ticket.status"))
	require.Empty(t, said.get(t, "remark"))
	require.Contains(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d/events", id), nil).body, "Исполнитель будет к 12:40 24.11")
	h.fails("operator", http.MethodPost, path+"/result", map[string]any{"kind": "accepted"}, http.StatusConflict, "task.over")
	h.work()

	h.pass(2 * time.Hour) // the executor is asked how it goes
	inquiry := h.one(`select id from call_tasks where ticket_id = $1 and purpose = 'status_inquiry'`, id)
	h.ok("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", inquiry), map[string]any{"kind": "done", "note": "кран заменён"})
	require.Equal(t, "done", h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d", id), nil).get(t, "status"))
	h.work()
	feedback := h.one(`select id from call_tasks where ticket_id = $1 and purpose = 'feedback'`, id)
	h.ok("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", feedback), map[string]any{"kind": "not_done", "note": "капает"})
	require.Equal(t, "in_progress", h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d", id), nil).get(t, "status"))
}

func TestWhoAcceptedSecondIsTold(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, task := h.emergency()
	h.ok("admin", http.MethodPost, fmt.Sprintf("/tickets/%d/accept", id), nil)
	said := h.ok("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", task), map[string]any{"kind": "accepted"})
	require.Contains(t, said.get(t, "remark"), "раньше принял Гусев П. Н.")
}

func TestARefusalAndAWrongNumberCallTheNextLevel(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, task := h.emergency()
	h.ok("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", task), map[string]any{"kind": "refused", "note": "болен"})
	h.work()
	card := h.ok("operator", http.MethodGet, fmt.Sprintf("/tickets/%d", id), nil)
	require.Equal(t, "refused", card.get(t, "escalation.levels.0.state"))
	require.Equal(t, "calling", card.get(t, "escalation.levels.1.state"))
	require.Equal(t, "Сафин Р. М.", card.get(t, "executor.name"))

	second := h.one(`select max(id) from call_tasks where ticket_id = $1`, id)
	h.ok("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", second), map[string]any{"kind": "wrong_number"})
	h.work()
	card = h.ok("operator", http.MethodGet, fmt.Sprintf("/tickets/%d", id), nil)
	require.Equal(t, "not_reached", card.get(t, "escalation.levels.1.state"), "his only number is wrong: nobody waits")
	require.Equal(t, "Орлов Д. С.", card.get(t, "executor.name"))
}

func TestTheStripSpeaksOfThisMoment(t *testing.T) {
	t.Parallel()
	h := open(t)
	f := h.ok("operator", http.MethodGet, "/desk/figures", nil)
	require.Nil(t, f.get(t, "answered_in_5_pct"))
	require.Equal(t, false, f.get(t, "engine_alive"))
	require.Equal(t, "2026-11-24T03:00:00Z", f.get(t, "shift.since"), "08:00 of the city")

	id, _ := h.emergency()
	task := h.task(ours, "+79000900031")
	h.task(strange, "+79000900032")
	since := noon.Add(-90 * time.Second)
	must(t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{
		Waiting: []telephony.FloorWaiting{
			{CallKey: "a", CompanyID: ours, Since: since, Kind: "inbound"},
			{CallKey: "b", Since: noon, Kind: "inbound"},
			{CallKey: "c", CompanyID: strange, Since: noon.Add(-time.Hour), Kind: "inbound"},
			{CallKey: "d", CompanyID: ours, Since: noon.Add(-time.Hour), Kind: "task"},
		},
		Operators: []telephony.FloorSeat{{UserID: 1, State: "ready"}, {UserID: 2, State: "wrap_up"}, {UserID: 3, State: "pause"}, {UserID: 4, State: "off"}},
		Trunks:    []telephony.FloorTrunk{{ID: 1, Name: "Транк X", State: "down", Text: "не отвечает", Since: noon}},
	}))
	f = h.ok("op-ours", http.MethodGet, "/desk/figures", nil)
	require.Equal(t, int64(2), f.id(t, "waiting"))
	require.Equal(t, since.Format(time.RFC3339), f.get(t, "longest_since"))
	require.Equal(t, map[string]any{"total": 3.0, "ready": 1.0, "talking": 1.0, "pause": 1.0}, f.get(t, "operators"))
	require.Equal(t, "down", f.get(t, "trunks.0.state"))
	require.Len(t, f.get(t, "lost"), 1)
	require.Equal(t, task, f.id(t, "lost.0.task_id"))
	require.Equal(t, noon.Add(10*time.Minute).Format(time.RFC3339), f.get(t, "lost.0.promise_at"))
	require.Equal(t, id, f.id(t, "not_handed_over.0.ticket_id"))
	require.Equal(t, noon.Add(10*time.Minute).Format(time.RFC3339), f.get(t, "not_handed_over.0.next_step_at"))
	require.InDelta(t, 0, f.get(t, "answered_in_5_pct"), 0, "the only caller of the shift was lost")

	me := h.one(`select id from users where login = 'op-ours'`)
	key := h.call(ours, resident)
	h.clock.Set(noon.Add(20 * time.Second))
	h.report(telephony.Report{CallKey: key, Seq: 10, Kind: telephony.CallJoined, Operator: me})
	h.clock.Set(noon.Add(80 * time.Second))
	h.report(telephony.Report{CallKey: key, Seq: 11, Kind: telephony.CallEnded, Outcome: telephony.Answered, Operator: me})
	f = h.ok("op-ours", http.MethodGet, "/desk/figures", nil)
	require.InDelta(t, 50, f.get(t, "answered_in_5_pct"), 0)
	my := h.ok("op-ours", http.MethodGet, "/desk/my", nil)
	require.Equal(t, key, my.get(t, "recent.0.key"))
	require.Equal(t, map[string]any{"since": "2026-11-24T03:00:00Z", "calls": 1.0, "outgoing": 0.0, "tickets": 0.0, "talk_sec": 60.0, "avg_answer_sec": 20.0}, my.get(t, "shift"))

	require.JSONEq(t, `{"items": []}`, h.ok("op-ours", http.MethodGet, "/alarms", nil).body)
	for range 4 { // three levels that nobody answers, then everybody
		h.pass(11 * time.Minute)
	}
	alarms := h.ok("op-ours", http.MethodGet, "/alarms", nil)
	require.Equal(t, "nobody-takes", alarms.get(t, "items.0.code"))
	require.Equal(t, int64(1), alarms.id(t, "items.0.severity"))
	require.Equal(t, fmt.Sprintf("ticket:%d", id), alarms.get(t, "items.0.subject"))
	require.JSONEq(t, `{"items": []}`, h.ok("op-strange", http.MethodGet, "/alarms", nil).body)
}
