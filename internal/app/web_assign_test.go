package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/notify"
)

// assign gives a request to somebody as the screen of a card does.
func assign(what string, member, version int64) map[string]any {
	return map[string]any{"what": what, "member_id": member, "version": version}
}

// TestOneRequestIsGivenToAChosenPerson is J6 of one request: of a taken one the new executor is
// called and the old one is not any more; history and audit name who chose; who comes second
// with an old card hears who was first; rights and the preset list hold.
func TestOneRequestIsGivenToAChosenPerson(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, was := h.accepted()
	path := fmt.Sprintf("/tickets/%d", id)
	card := h.ok("admin", http.MethodGet, path, nil)
	require.Contains(t, card.get(t, "can"), "assign")
	require.NotContains(t, h.ok("gusev", http.MethodGet, path, nil).get(t, "can"), "assign", "an executor chooses nobody")
	version := card.id(t, "version")
	other := h.one(`select max(id) from members where company_id = $1 and not is_archived and id <> $2 and exists (select from member_phones p where p.member_id = members.id)`, ours, was)
	h.fails("gusev", http.MethodPost, path+"/assign", assign("executor", other, version), http.StatusForbidden, "access.ticket.assign")
	stranger := h.one(`select min(id) from members where company_id = $1`, strange)
	h.fails("admin", http.MethodPost, path+"/assign", assign("executor", stranger, version), http.StatusUnprocessableEntity, "ticket.member")

	now := h.ok("admin", http.MethodPost, path+"/assign", assign("executor", other, version))
	require.Equal(t, other, now.id(t, "executor.id"))
	h.work()
	calls := func(member int64) int64 {
		return h.one(`select count(*) from call_tasks where ticket_id = $1 and member_id = $2 and purpose = 'handover' and state in ('waiting', 'active')`, id, member)
	}
	require.Equal(t, int64(1), calls(other), "the chosen one is called")
	require.Zero(t, calls(was))
	line := h.one(`select id from ticket_events where ticket_id = $1 and kind = 'executor' and text like 'Исполнитель: % вместо Гусев П. Н.' and by_user = $2`, id, h.user("admin"))
	require.Positive(t, line)
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'ticket.assign' and object = $1 and user_id = $2 and data->'before'->>'executor' = 'Гусев П. Н.'`, fmt.Sprintf("ticket:%d", id), h.user("admin")))

	// a second click is the same wish; another wish with the old card is told who was first
	h.ok("admin", http.MethodPost, path+"/assign", assign("executor", other, version))
	require.Equal(t, line, h.one(`select max(id) from ticket_events where ticket_id = $1 and kind = 'executor'`, id))
	a := h.fails("foreman", http.MethodPost, path+"/assign", assign("executor", was, version), http.StatusConflict, "ticket.changed")
	require.Contains(t, a.get(t, "detail"), "вместо Гусев П. Н.")
	require.Equal(t, other, h.one(`select executor_id from tickets where id = $1`, id))

	// who answers for it is of the preset list
	fresh := now.id(t, "version")
	guard := h.guard()
	h.fails("foreman", http.MethodPost, path+"/assign", assign("responsible", guard, fresh), http.StatusUnprocessableEntity, "ticket.not_preset")
	h.do(`insert into member_duties (company_id, member_id, role, level) values ($1, $2, 'responsible', 1)`, ours, guard)
	require.Equal(t, guard, h.ok("foreman", http.MethodPost, path+"/assign", assign("responsible", guard, fresh)).id(t, "responsible.id"))

	h.do(`update tickets set status = 'closed', done_at = $2, closed_at = $2 where id = $1`, id, noon)
	require.NotContains(t, h.ok("admin", http.MethodGet, path, nil).get(t, "can"), "assign")
	h.fails("admin", http.MethodPost, path+"/assign", assign("executor", was, h.one(`select version from tickets where id = $1`, id)), http.StatusConflict, "ticket.move_impossible")
}

// guard is an employee whom no duty and no rule makes responsible.
func (h *house) guard() int64 {
	h.t.Helper()
	h.do(`insert into members (company_id, name, spoken_name, created_at) values ($1, 'Сторож Л. Л.', '', $2)`, ours, noon)
	return h.one(`select max(id) from members where company_id = $1`, ours)
}

// TestAChosenExecutorOfAnUntakenRequest: nobody has taken it, so the calls by the ladder go on;
// the chosen one is told besides.
func TestAChosenExecutorOfAnUntakenRequest(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	h := openToBrowsers(t, b)
	h.told("gusev", b) // a company where nobody listens has nothing spread
	id, task := h.emergency()
	was := h.one(`select executor_id from tickets where id = $1`, id)
	other := h.one(`select max(id) from members where company_id = $1 and not is_archived and id <> $2`, ours, was)
	h.ok("admin", http.MethodPost, fmt.Sprintf("/tickets/%d/assign", id), assign("executor", other, h.one(`select version from tickets where id = $1`, id)))
	told := `select count(*) from river_job where kind = $1 and (args->'fact'->>'member_id')::bigint = $2`
	require.Equal(t, int64(1), h.one(told, notify.Spread{}.Kind(), other))
	h.work()
	require.Equal(t, int64(1), h.one(`select count(*) from call_tasks where id = $1 and state in ('waiting', 'active')`, task), "the ladder's call stands")
	require.Equal(t, int64(1), h.one(`select count(*) from call_tasks where ticket_id = $1`, id), "and is the only one")
}
