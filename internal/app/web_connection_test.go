package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

func init() {
	more = append(more, func(h *house) map[string][]request {
		path := func() string { return fmt.Sprintf("/tickets/%d/connection", h.ticket(strange, "ВС-02").ID) }
		mine, others := path(), path()
		h.do(`update company_users set member_id = (select min(id) from members where company_id = 2) where company_id = 2 and user_id = $1`, h.user("admin2"))
		h.app.Accounts.Forget(h.user("admin2"))
		wish := func(by, path string) map[string]any {
			phone := h.ok(by, http.MethodGet, path, nil).get(h.t, "phones.0.phone")
			return map[string]any{"key": "press-" + by, "phone": phone, "quiet_seen": true}
		}
		h.ok("admin2", http.MethodPost, others, wish("admin2", others))
		return map[string][]request{
			"get-connection":      {{method: "GET", path: mine, by: "executor-strange"}},
			"connect-resident":    {{method: "POST", path: mine, body: wish("executor-strange", mine), by: "executor-strange"}},
			"withdraw-connection": {{method: "POST", path: others + "/withdraw", by: "admin2"}},
		}
	})
}

// mine is a planned request of gusev's with the canary's number.
func (h *house) mine() (id int64, path string) {
	form := h.form(ours, "ЭЛ-07")
	form["caller_phone"] = canary
	id = h.ok("op-ours", http.MethodPost, "/tickets", form).id(h.t, "id")
	h.do(`update tickets set executor_id = (select member_id from company_users c join users u on u.id = c.user_id where u.login = 'gusev') where id = $1`, id)
	return id, fmt.Sprintf("/tickets/%d/connection", id)
}

// ring is what the engine tells of the last order that connects somebody.
func (h *house) ring() func(kinds ...telephony.Report) {
	key, plan := h.words(`select key from call_orders where purpose = 'connection' order by id desc limit 1`), h.words(`select plan::text from call_orders where purpose = 'connection' order by id desc limit 1`)
	seq := 0
	var o telephony.Order
	must(h.t, json.Unmarshal([]byte(plan), &o))
	return func(rs ...telephony.Report) {
		for _, r := range rs {
			seq++
			r.CallKey, r.Seq, r.OrderKey, r.CompanyID, r.Phone, r.LineID, r.Direction = telephony.CallKey(key), seq, key, ours, o.Phone, o.LineID, "outbound"
			if r.Kind == telephony.CallStarted {
				r.Data = json.RawMessage(plan)
			}
			h.report(r)
		}
	}
}

// TestAnEmployeeIsConnectedWithTheResident is J12: his own phone is rung first, then the
// resident's, whose number he is never shown; how far it is, what became of it, and who asked
// stand on the card, in its history, in the calls and in the audit; pressed twice it is one call.
func TestAnEmployeeIsConnectedWithTheResident(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, path := h.mine()
	for _, login := range []string{"gusev", "admin", "foreman", "readonly"} {
		h.token(login)
	}
	v := h.ok("gusev", http.MethodGet, path, nil)
	require.Equal(t, "+7 912 •••-67-89", v.get(t, "resident"))
	require.Nil(t, v.get(t, "quiet"))
	phone := v.get(t, "phones.0.phone")
	wish := func(key string) map[string]any { return map[string]any{"key": key, "phone": phone} }

	h.fails("readonly", http.MethodPost, path, wish("press-0000"), http.StatusForbidden, "access.ticket.call")
	h.fails("op-ours", http.MethodPost, path, wish("press-0000"), http.StatusForbidden, "access.ticket.call")
	require.Equal(t, "no_card", h.ok("foreman", http.MethodGet, path, nil).get(t, "why"))
	h.fails("foreman", http.MethodPost, path, wish("press-0000"), http.StatusConflict, "connection.cannot")
	a := h.as("gusev", http.MethodPost, path, map[string]any{"key": "press-0000", "phone": "+79120000000"})
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, "body.phone", "only his own telephones are rung")
	require.Zero(t, h.one(`select count(*) from call_orders where purpose = 'connection'`))

	var presses sync.WaitGroup
	for i := range 4 {
		presses.Go(func() { h.with(h.tokens["gusev"], http.MethodPost, path, wish(fmt.Sprintf("press-000%d", 1+i%2))) })
	}
	presses.Wait()
	require.Equal(t, int64(1), h.one(`select count(*) from call_orders where purpose = 'connection'`), "one call however often it is pressed")
	require.Equal(t, int64(1), h.one(`select count(*) from call_orders where purpose = 'connection' and plan->>'mode' = 'bridge' and plan->>'first' = $1 and phone = $2 and line_id is not null
		and (plan->>'until')::timestamptz = $3`, phone, canary, noon.Add(time.Minute)))
	_, other := h.mine()
	h.fails("gusev", http.MethodPost, other, wish("press-0003"), http.StatusConflict, "connection.going")

	state := func() (string, string) {
		v := h.ok("gusev", http.MethodGet, path, nil)
		require.NotContains(t, v.body, canary)
		return v.get(t, "last.state").(string), v.get(t, "last.result").(string)
	}
	is := func(state1, result string) {
		t.Helper()
		s, r := state()
		require.Equal(t, [2]string{state1, result}, [2]string{s, r})
	}
	is("calling_you", "")
	tells := h.ring()
	tells(telephony.Report{Kind: telephony.CallStarted}, telephony.Report{Kind: telephony.CallRinging})
	is("calling_you", "")
	tells(telephony.Report{Kind: telephony.CallAnswered})
	is("calling_resident", "")
	tells(telephony.Report{Kind: telephony.CallBridged})
	is("talking", "")
	h.fails("gusev", http.MethodPost, path+"/withdraw", nil, http.StatusConflict, "connection.over")
	tells(telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Answered, Blame: telephony.Nobody})
	is("over", "talked")

	history := h.ok("gusev", http.MethodGet, fmt.Sprintf("/tickets/%d/events", id), nil)
	require.Contains(t, history.body, "Звонок жителю через диспетчерскую")
	require.Contains(t, history.body, `"by":"Гусев П. Н.","text":"Соединение сотрудника с жителем, состоялся"`)
	require.NotContains(t, history.body, canary)
	calls := h.ok("admin", http.MethodGet, fmt.Sprintf("/calls?ticket_id=%d", id), nil)
	require.Equal(t, "connection", calls.get(t, "items.0.purpose"))
	require.Equal(t, "Гусев П. Н.", calls.get(t, "items.0.employee"), "the journal of calls says who spoke")
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'ticket.call' and object = $1 and actor = 'Гусев П. Н.' and data::text not like '%' || $2 || '%'`, fmt.Sprintf("ticket:%d", id), phone))

	ends := func(key string, result string, rs ...telephony.Report) {
		t.Helper()
		h.ok("gusev", http.MethodPost, path, wish(key))
		h.ring()(append([]telephony.Report{{Kind: telephony.CallStarted}}, rs...)...)
		is("over", result)
	}
	answered := telephony.Report{Kind: telephony.CallAnswered}
	end := func(o telephony.Outcome) telephony.Report {
		return telephony.Report{Kind: telephony.CallEnded, Outcome: o}
	}
	ends("press-0011", "busy", answered, end(telephony.Busy))
	require.Contains(t, h.ok("gusev", http.MethodGet, fmt.Sprintf("/tickets/%d/events", id), nil).body, "телефон жителя: занято")
	ends("press-0012", "no_answer", answered, end(telephony.NoAnswer))
	ends("press-0013", "you_no_answer", end(telephony.NoAnswer))
	ends("press-0014", "you_busy", end(telephony.Rejected))
	ends("press-0015", "bad_number", answered, end(telephony.BadNumber))
	ends("press-0016", "failed", end(telephony.CarrierFailed))
	require.Equal(t, int64(7), h.one(`select count(*) from call_orders where purpose = 'connection'`))
}

// TestAConnectionMayBeWithdrawn: before a phone rings it ends at once, while one rings by the
// engine's word; nobody else's is touched.
func TestAConnectionMayBeWithdrawn(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, path := h.mine()
	phone := h.ok("gusev", http.MethodGet, path, nil).get(t, "phones.0.phone")
	press := func(key string) answer {
		return h.ok("gusev", http.MethodPost, path, map[string]any{"key": key, "phone": phone})
	}
	press("press-0001")
	h.fails("admin", http.MethodPost, path+"/withdraw", nil, http.StatusConflict, "connection.over")
	v := h.ok("gusev", http.MethodPost, path+"/withdraw", nil)
	require.Equal(t, "over", v.get(t, "last.state"))
	require.Equal(t, "withdrawn", v.get(t, "last.result"))
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'ticket.call_withdraw' and object = $1`, fmt.Sprintf("ticket:%d", id)))

	press("press-0002")
	h.do(`update call_orders set state = 'claimed', node = 'test', invited_at = created_at where state = 'placed' and purpose = 'connection'`)
	tells := h.ring()
	tells(telephony.Report{Kind: telephony.CallStarted}, telephony.Report{Kind: telephony.CallAnswered})
	require.Equal(t, "calling_resident", h.ok("gusev", http.MethodPost, path+"/withdraw", nil).get(t, "last.state"), "the engine stops it")
	require.Equal(t, int64(1), h.one(`select count(*) from call_orders where cancel and state = 'claimed' and purpose = 'connection'`))
	tells(telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Cancelled})
	require.Equal(t, "withdrawn", h.ok("gusev", http.MethodGet, path, nil).get(t, "last.result"))
}

// TestAResidentIsNotRungAtNightUnawares is F51: who knows of the quiet hours of the house may
// call all the same; nobody is called by a request that is over.
func TestAResidentIsNotRungAtNightUnawares(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, path := h.mine()
	phone := h.ok("gusev", http.MethodGet, path, nil).get(t, "phones.0.phone")
	h.do(`update companies set settings = settings || '{"quiet_from": "06:00", "quiet_to": "23:30"}' where id = 1`)
	v := h.ok("gusev", http.MethodGet, path, nil)
	require.Equal(t, "2026-11-24T18:30:00Z", v.get(t, "quiet"), "in the zone of the house")
	a := h.fails("gusev", http.MethodPost, path, map[string]any{"key": "press-0001", "phone": phone}, http.StatusConflict, "connection.quiet")
	require.Contains(t, a.body, "23:30")
	require.Equal(t, "calling_you", h.ok("gusev", http.MethodPost, path, map[string]any{"key": "press-0001", "phone": phone, "quiet_seen": true}).get(t, "last.state"))
	h.ok("gusev", http.MethodPost, path+"/withdraw", nil)
	h.do(`update tickets set status = 'closed' where id = $1`, id)
	require.Equal(t, "over", h.ok("gusev", http.MethodGet, path, nil).get(t, "why"))
	h.fails("gusev", http.MethodPost, path, map[string]any{"key": "press-0002", "phone": phone, "quiet_seen": true}, http.StatusConflict, "connection.cannot")
}
