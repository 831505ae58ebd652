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
		must(h.t, h.app.Telephony.Beat(h.sys, "n2", "127.0.0.1:2", telephony.Floor{Calls: []telephony.FloorCall{{CallKey: "c-strange", CompanyID: strange, Phone: "+79000900020", IsInbound: true, State: "waiting"}}}))
		h.sos(strange)
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
			"list-incidents":   {{method: "GET", path: "/shift/incidents", list: true, by: "lead-strange"}},
			"look-at-incident": {{method: "POST", path: fmt.Sprintf("/shift/incidents/%d/look", incident), body: map[string]any{"note": "разобрались"}, by: "lead-strange"}},
		}
	})
	unaudited["look-at-incident"] = "an incident keeps who looked into it and what he found"
}

// sos is an emergency of a company whose escalation has begun.
func (h *house) sos(company int64) int64 {
	h.t.Helper()
	t := h.ticket(company, "ВС-02")
	must(h.t, h.app.Escalation.Run(h.sys, escalation.Step{TicketID: t.ID, In: escalation.Input{Started: true}}))
	return t.ID
}
