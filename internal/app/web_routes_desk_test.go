package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

func init() {
	more = append(more, func(h *house) map[string][]request {
		taken, dropped, shared := h.task(strange, "+79000900041"), h.task(strange, "+79000900042"), h.task(strange, "+79000900043")
		member := h.one(`select min(id) from members where company_id = $1`, strange)
		h.do(`update call_tasks set candidates = array[$2::bigint] where id = $1`, shared, member)
		key := h.call(strange, "+79000900044")
		path := func(id int64, what string) string { return fmt.Sprintf("/desk/tasks/%d/%s", id, what) }
		return map[string][]request{
			"take-task":        {{method: "POST", path: path(taken, "take")}},
			"drop-task":        {{method: "POST", path: path(dropped, "drop"), body: map[string]any{"reason": "ошибся номером"}}},
			"name-task-person": {{method: "POST", path: path(shared, "person"), body: map[string]any{"member_id": member}}},
			"bind-caller":      {{method: "POST", path: "/desk/calls/" + key + "/employee", body: map[string]any{"member_id": member}}},
		}
	})
}

// TestAnOperatorTakesAndDropsTasks: a task comes to who takes it; it is dropped with a
// reason only, an emergency's handover not at all.
func TestAnOperatorTakesAndDropsTasks(t *testing.T) {
	t.Parallel()
	h := open(t)
	task := h.task(ours, "+79000900031")
	path := func(id int64, what string) string { return fmt.Sprintf("/desk/tasks/%d/%s", id, what) }
	first := h.one(`select count(*) from call_orders where state = 'placed'`)
	require.Equal(t, int64(1), first)
	took := h.ok("operator", http.MethodPost, path(task, "take"), nil)
	require.NotEmpty(t, took.get(t, "task.operator_name"))
	require.Equal(t, int64(1), h.one(`select count(*) from call_orders where state = 'placed' and (plan->>'for')::bigint > 0`), "his own order")
	require.Equal(t, int64(1), h.one(`select count(*) from call_orders where state = 'ended' and outcome = 'cancelled'`), "in the place of the first")
	h.do(`update call_orders set state = 'claimed', invited_at = $1 where state = 'placed'`, noon)
	h.fails("operator", http.MethodPost, path(task, "take"), nil, http.StatusConflict, "task.rings")
	h.fails("operator", http.MethodPost, path(task, "drop"), map[string]any{"reason": "  "}, http.StatusUnprocessableEntity, "task.reason_required")
	h.ok("operator", http.MethodPost, path(task, "drop"), map[string]any{"reason": "ошибся номером"})
	h.fails("operator", http.MethodPost, path(task, "take"), nil, http.StatusConflict, "task.over")
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'task.drop' and data->>'reason' = 'ошибся номером'`))

	_, handover := h.emergency()
	h.fails("operator", http.MethodPost, path(handover, "drop"), map[string]any{"reason": "некогда"}, http.StatusConflict, "task.emergency")
}

// TestAnOperatorBindsANumberToAnEmployee is F28: an unknown number is a resident's until an
// operator has checked who calls; then it is in the employee's card, in the audit journal,
// and the next call is refused for nothing.
func TestAnOperatorBindsANumberToAnEmployee(t *testing.T) {
	t.Parallel()
	h := open(t)
	const number = "+79000900051"
	route := func(key string) telephony.Action {
		d, err := h.app.Director.Route(h.sys, telephony.Incoming{CallKey: key, Called: "+73430000101", Caller: number})
		require.NoError(t, err)
		return d.Action
	}
	require.Equal(t, telephony.Queue, route("before"))
	key := h.call(ours, number)
	member, other := h.one(`select min(id) from members where company_id = $1`, ours), h.one(`select min(id) from members where company_id = $1`, strange)
	path := "/desk/calls/" + key + "/employee"
	h.fails("operator", http.MethodPost, path, map[string]any{"member_id": other}, http.StatusNotFound, "member.not_found")
	h.ok("operator", http.MethodPost, path, map[string]any{"member_id": member})
	h.fails("operator", http.MethodPost, path, map[string]any{"member_id": member}, http.StatusConflict, "member.phone_known")
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'member.phone' and object = $1 and user_id is not null`, fmt.Sprintf("member:%d", member)))
	require.Equal(t, telephony.DropAndCallBack, route("after"))
}
