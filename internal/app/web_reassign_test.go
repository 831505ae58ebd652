package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/pg"
)

// accepted is an emergency that the first plumber, who has a login, has accepted.
func (h *house) accepted() (id, member int64) {
	h.t.Helper()
	id, task := h.emergency()
	h.ok("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", task), map[string]any{"kind": "accepted", "note": ""})
	h.work()
	member = h.one(`select executor_id from tickets where id = $1 and status = 'accepted'`, id)
	require.Equal(h.t, member, h.one(`select member_id from company_users where user_id = $1`, h.user("gusev")))
	return id, member
}

func (h *house) many(query string, args ...any) []int64 {
	h.t.Helper()
	var ids []int64
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		rows, err := tx.Query(h.sys, query, args...)
		if err == nil {
			ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		}
		return err
	}))
	return ids
}

func (h *house) toReassign(id int64) int64 {
	h.t.Helper()
	return h.one(`select count(*) from alarms where code = 'reassign' and cleared_at is null and subject = $1`, fmt.Sprintf("ticket:%d", id))
}

// TestAClosedLoginAsksToReassign is F37: an executor whose login is closed cannot go on
// with what he has accepted; one button gives it to the next, who is called.
func TestAClosedLoginAsksToReassign(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, member := h.accepted()
	logins := h.many(`select user_id from company_users where member_id = $1 order by user_id`, member)
	door := func(user int64, verb string) {
		h.ok("admin", http.MethodPost, fmt.Sprintf("/users/%d/%s", user, verb), map[string]any{"company_id": ours})
		h.work()
	}
	require.Len(t, logins, 2)
	door(logins[0], "block")
	require.Zero(t, h.toReassign(id), "his other login is open")
	door(logins[1], "block")
	require.Equal(t, int64(1), h.toReassign(id))
	require.Equal(t, int64(1), h.one(`select count(*) from ticket_events where ticket_id = $1 and text like 'Переназначить: Гусев П. Н. принял заявку, но его вход в программу закрыт'`, id))
	door(logins[0], "unblock")
	require.Zero(t, h.toReassign(id), "he is in again: nothing to do")
	door(logins[0], "block")
	require.Equal(t, int64(1), h.toReassign(id))

	path := fmt.Sprintf("/tickets/%d", id)
	card := h.ok("operator", http.MethodGet, path, nil)
	require.Contains(t, card.get(t, "can"), "reassign")
	version := card.id(t, "version")
	h.fails("readonly", http.MethodPost, path+"/reassign", map[string]any{"version": version}, http.StatusForbidden, "access.ticket.assign")
	now := h.ok("operator", http.MethodPost, path+"/reassign", map[string]any{"version": version})
	heir := now.id(t, "executor.id")
	require.NotEqual(t, member, heir)
	require.NotContains(t, now.get(t, "can"), "reassign")
	require.Zero(t, h.toReassign(id))
	h.work()
	require.Equal(t, int64(1), h.one(`select count(*) from call_tasks where ticket_id = $1 and member_id = $2 and purpose = 'handover' and state in ('waiting', 'active')`, id, heir))

	h.ok("admin", http.MethodPost, fmt.Sprintf("/staff/%d/duty", heir), map[string]any{"on_duty": false})
	h.work()
	require.Zero(t, h.one(`select count(*) from call_tasks where ticket_id = $1 and member_id = $2 and purpose = 'handover' and state in ('waiting', 'active')`, id, heir),
		"who leaves too is not called any more")
	require.Equal(t, int64(1), h.toReassign(id))
}

// TestADismissedExecutorWithoutAnHeir is F37 with nobody by the rules: the request is
// nobody's, and says so: an alarm, a line of its history, a button that explains.
func TestADismissedExecutorWithoutAnHeir(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, member := h.accepted()
	h.do(`delete from member_duties where company_id = $1 and member_id <> $2`, ours, member)
	h.ok("admin", http.MethodPost, fmt.Sprintf("/staff/%d/dismiss", member), map[string]any{"hand_to": nil})
	h.work()
	require.Zero(t, h.one(`select coalesce(executor_id, 0) from tickets where id = $1`, id))
	require.Equal(t, int64(1), h.toReassign(id))
	require.Equal(t, int64(1), h.one(`select count(*) from ticket_events where ticket_id = $1 and text = 'Исполнитель: никто не назначен вместо Гусев П. Н. (уволен)'`, id))
	path := fmt.Sprintf("/tickets/%d", id)
	card := h.ok("operator", http.MethodGet, path, nil)
	require.Contains(t, card.get(t, "can"), "reassign")
	a := h.fails("operator", http.MethodPost, path+"/reassign", map[string]any{"version": card.id(t, "version")}, http.StatusConflict, "ticket.nobody")
	require.Equal(t, "По правилам на дежурстве больше никого: позвоните ответственному.", a.get(t, "detail"))
	next := h.one(`select min(id) from members where company_id = $1 and id <> $2 and not is_archived`, ours, member)
	h.do(`insert into member_duties (company_id, member_id, role, level) values ($1, $2, 'executor', 1)`, ours, next)
	h.ok("admin", http.MethodPost, fmt.Sprintf("/staff/%d/duty", next), map[string]any{"on_duty": true})
	h.work()
	require.Positive(t, h.ok("operator", http.MethodPost, path+"/reassign", map[string]any{"version": card.id(t, "version")}).id(t, "executor.id"), "as soon as there is somebody")
	require.Zero(t, h.toReassign(id))
}
