package app_test

import (
	"fmt"

	"d24/internal/escalation"
	"d24/internal/telephony"
)

func init() {
	more = append(more, func(h *house) map[string][]request {
		call := h.one(`insert into calls (key, company_id, direction, phone, started_at, queued_at) values ('late-strange', $1, 'inbound', '+79000900099', $2, $2) returning id`, strange, noon)
		incident := h.one(`insert into incidents (company_id, kind, call_id, at) values ($1, 'late_answer', $2, $3) returning id`, strange, call, noon)
		must(h.t, h.app.Telephony.Beat(h.sys, "n2", "127.0.0.1:2", telephony.Floor{Operators: []telephony.FloorSeat{{UserID: h.user("op-strange"), Name: "Оператор", State: "ready", Since: noon}}, Calls: []telephony.FloorCall{{CallKey: "c-strange", CompanyID: strange, Phone: "+79000900020", IsInbound: true, State: "waiting"}}}))
		h.sos(strange)
		team := h.one(`insert into teams (name, company_ids, created_at) values ('Заречье, ночная', array[$1::bigint], $2) returning id`, strange, noon)
		given := func(by string) int64 {
			id := h.one(`insert into handovers (company_ids, given_by, given_by_name, given_at, note) values (array[$1::bigint], $2, 'Ершов', $3, 'Мостовая без воды') returning id`, strange, h.user(by), noon)
			h.do(`insert into handover_matters (handover_id, n, company_id, kind, ref, text) values ($1, 1, $2, 'alarm', 'alarm:1', 'Мостовая, 1')`, id, strange)
			return id
		}
		h.lead("night-strange", "Ночной старший два", strange)
		own, others := given("night-strange"), given("op-strange")
		task := h.task(strange, "+79000900045")
		taken := h.ticket(strange, "ВС-02")
		mine, late := h.one(`select min(id) from members where company_id = $1`, strange), h.one(`select max(id) from members where company_id = $1`, strange)
		h.do(`update tickets set status = 'accepted', executor_id = $2, accepted_at = $3 where id = $1`, taken.ID, mine, noon)
		h.do(`insert into escalation_rivals (ticket_id, member_id, company_id, at) values ($1, $2, $3, $4)`, taken.ID, late, strange, noon)
		running := func() string { return fmt.Sprintf("/escalations/%d/step-in", h.sos(strange)) }
		word := func(do string) map[string]any { return map[string]any{"do": do, "level": 1} }
		return map[string][]request{
			"live-calls":       {{method: "GET", path: "/desk/live-calls", list: true, by: "lead-strange"}},
			"list-escalations": {{method: "GET", path: "/escalations", list: true, by: "lead-strange"}},
			"step-in": {
				{method: "POST", path: running(), body: word("skip"), by: "lead-strange"},
				{method: "POST", path: running(), body: word("take_over"), by: "lead-strange"},
				{method: "POST", path: running(), body: word("responsible"), by: "lead-strange"},
			},
			"queue-settings":       {{method: "GET", path: "/shift/queue", list: true, by: "lead-strange"}},
			"slow-numbers":         {{method: "GET", path: "/shift/slow-numbers", list: true, by: "lead-strange"}},
			"lift-slow-number":     {{method: "POST", path: fmt.Sprintf("/shift/slow-numbers/%d/lift", h.fax(strange)), by: "lead-strange"}},
			"change-queue":         nil, // of the platform, not of a company: TestRightsOfEveryRole
			"change-queue-company": {{method: "PUT", path: "/shift/queue/companies/2", body: map[string]any{"weight": 3, "wrap_up_sec": 60, "language": "tt"}, by: "lead-strange"}},
			"change-queue-line":    {{method: "PUT", path: fmt.Sprintf("/shift/queue/lines/%d", h.line(strange)), body: map[string]any{"language": "tt"}, by: "lead-strange"}},
			"move-operator":        {{method: "POST", path: fmt.Sprintf("/shift/operators/%d/move", h.user("op-strange")), body: map[string]any{"state": "pause"}, by: "lead-strange"}},
			"shift-teams":          {{method: "GET", path: "/shift/teams", list: true, by: "lead-strange"}},
			"move-operator-team":   {{method: "PUT", path: fmt.Sprintf("/shift/operators/%d/team", h.user("op-strange")), body: map[string]any{"team_id": team}, by: "lead-strange"}},
			"ask-resident":         {{method: "POST", path: fmt.Sprintf("/tickets/%d/ask-resident", h.ticket(strange, "ВС-02").ID), body: map[string]any{"what": "когда будет дома"}}},
			"ticket-takers":        {{method: "GET", path: fmt.Sprintf("/tickets/%d/takers", taken.ID)}},
			"decide-taker":         {{method: "POST", path: fmt.Sprintf("/tickets/%d/takers", taken.ID), body: map[string]any{"member_id": late}}},
			"give-task":            {{method: "POST", path: fmt.Sprintf("/desk/tasks/%d/give", task), body: map[string]any{"user_id": h.user("op-strange")}, by: "lead-strange"}},
			"shift-ending":         {{method: "GET", path: "/shift/ending", list: true, by: "lead-strange"}},
			"list-handovers":       {{method: "GET", path: "/shift/handovers", list: true, by: "lead-strange"}},
			"get-handover":         {{method: "GET", path: fmt.Sprintf("/shift/handovers/%d", own), by: "lead-strange"}},
			"give-shift":           nil, // of the actor himself: TestAShiftIsHandedOver
			"take-shift":           {{method: "POST", path: fmt.Sprintf("/shift/handovers/%d/take", others), body: map[string]any{"is_read": true}, by: "lead-strange"}},
			"withdraw-shift":       {{method: "POST", path: fmt.Sprintf("/shift/handovers/%d/withdraw", own), by: "night-strange"}},
			"list-incidents":       {{method: "GET", path: "/shift/incidents", list: true, by: "lead-strange"}},
			"look-at-incident":     {{method: "POST", path: fmt.Sprintf("/shift/incidents/%d/look", incident), body: map[string]any{"note": "разобрались"}, by: "lead-strange"}},
		}
	})
	unaudited["decide-taker"] = "a request has its own history"
	unaudited["ask-resident"] = "a request has its own history"
	unaudited["look-at-incident"] = "an incident keeps who looked into it and what he found"
}

// sos is an emergency of a company whose escalation has begun.
// fax is the last of three calls of a fax machine.
func (h *house) fax(company int64) (id int64) {
	h.t.Helper()
	for n := range 3 {
		id = h.one(`insert into calls (key, company_id, direction, phone, started_at, ended_at, outcome, disposition) values ($1, $2, 'inbound', '+79000900077', $3, $3, 'answered', 'fax') returning id`,
			fmt.Sprint("fax-", company, "-", h.one(`select count(*) from calls`), n), company, noon)
	}
	return id
}

func (h *house) sos(company int64) int64 {
	h.t.Helper()
	t := h.ticket(company, "ВС-02")
	must(h.t, h.app.Escalation.Run(h.sys, escalation.Step{TicketID: t.ID, In: escalation.Input{Started: true}}))
	return t.ID
}
