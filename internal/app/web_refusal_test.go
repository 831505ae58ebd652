package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAnExecutorRefusesAnEmergencyAndTheNextLevelIsCalledAtOnce: the refusal of the
// journal is the same to the ladder as the refusal on the phone (E1).
func TestAnExecutorRefusesAnEmergencyAndTheNextLevelIsCalledAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, task := h.emergency()
	path := fmt.Sprintf("/tickets/%d", id)
	card := h.ok("gusev", http.MethodGet, path, nil)
	require.Contains(t, card.get(t, "can"), "refuse")
	require.NotContains(t, h.ok("admin", http.MethodGet, path, nil).get(t, "can"), "refuse", "it is not his to refuse")
	no := map[string]any{"reason": "нет инструмента", "version": card.id(t, "version")}
	h.fails("admin", http.MethodPost, path+"/refuse", no, http.StatusForbidden, "ticket.refuse_forbidden")
	h.fails("gusev", http.MethodPost, path+"/refuse", map[string]any{"reason": "  ", "version": no["version"]}, http.StatusUnprocessableEntity, "ticket.reason_required")

	h.ok("gusev", http.MethodPost, path+"/refuse", no)
	h.fails("gusev", http.MethodPost, path+"/refuse", no, http.StatusConflict, "ticket.changed")
	h.work()
	card = h.ok("admin", http.MethodGet, path, nil)
	require.Equal(t, "refused", card.get(t, "escalation.levels.0.state"))
	require.Equal(t, "calling", card.get(t, "escalation.levels.1.state"), "nobody waits ten minutes")
	require.Equal(t, "Сафин Р. М.", card.get(t, "executor.name"))
	require.Zero(t, h.one(`select count(*) from call_tasks where id = $1 and state in ('waiting', 'active')`, task), "his phone rings no more")
	require.Contains(t, h.ok("admin", http.MethodGet, path+"/events", nil).body, "Не может принять: нет инструмента")
	h.fails("gusev", http.MethodGet, path, nil, http.StatusConflict, "ticket.passed") // he may think better of it while nobody has it
}

func TestARefusedPlannedTicketGoesToTheNextOnDutyAndThenToNobody(t *testing.T) {
	t.Parallel()
	h := open(t)
	second := h.one(`select id from members where name = 'Сафин Р. М.'`)
	must(t, h.app.Staff.SetDuty(h.sys, second, false))
	tk := h.ticket(ours, "ВС-09")
	require.Equal(t, "planned", string(tk.Kind))
	require.Equal(t, "Гусев П. Н.", tk.ExecutorName)
	path := fmt.Sprintf("/tickets/%d", tk.ID)

	h.ok("gusev", http.MethodPost, path+"/refuse", map[string]any{"reason": "в отпуске", "version": 1})
	card := h.ok("admin", http.MethodGet, path, nil)
	require.Equal(t, "Пахомов Е. Г.", card.get(t, "executor.name"), "the plumber of level 2 is off: who of that level is at work takes it")
	require.Equal(t, "new", card.get(t, "status"))
	require.Equal(t, int64(2), card.id(t, "version"))

	h.do(`update tickets set executor_id = (select id from members where name = 'Гусев П. Н.') where id = $1`, tk.ID)
	h.do(`update members set is_on_duty = false where company_id = 1`)
	h.ok("gusev", http.MethodPost, path+"/refuse", map[string]any{"reason": "болен", "version": 2})
	card = h.ok("admin", http.MethodGet, path, nil)
	require.Nil(t, card.get(t, "executor"))
	require.Contains(t, h.ok("admin", http.MethodGet, path+"/events", nil).body, "исполнителя назначит ответственный")

	taken := h.ticket(ours, "ВС-09")
	mine := fmt.Sprintf("/tickets/%d", taken.ID)
	h.do(`update tickets set executor_id = (select id from members where name = 'Гусев П. Н.') where id = $1`, taken.ID)
	h.ok("gusev", http.MethodPost, mine+"/accept", nil)
	require.NotContains(t, h.ok("gusev", http.MethodGet, mine, nil).get(t, "can"), "refuse")
	h.fails("gusev", http.MethodPost, mine+"/refuse", map[string]any{"reason": "передумал", "version": 2}, http.StatusConflict, "ticket.move_impossible")
}
