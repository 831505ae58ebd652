package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/account"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// grave are the names of the things nobody hands over without having seen them.
func (h *house) grave(by string) (names []string) {
	h.t.Helper()
	names = []string{}
	var ending struct {
		Matters []struct {
			Ref     string `json:"ref"`
			IsGrave bool   `json:"is_grave"`
		} `json:"matters"`
	}
	h.ok(by, http.MethodGet, "/shift/ending", nil).into(h.t, &ending)
	for _, m := range ending.Matters {
		if m.IsGrave {
			names = append(names, m.Ref)
		}
	}
	return names
}

// lead makes one more supervisor.
func (h *house) lead(login, name string, companies ...int64) {
	h.t.Helper()
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		_, err := account.Create(h.sys, tx, account.NewUser{Login: login, Name: name, Kind: "supervisor", Serves: companies, Password: login})
		return err
	}))
}

// TestAShiftIsHandedOver: what is open is listed and kept with the words of who goes; what
// came meanwhile stops him; the next one has it when he has read it, and nobody else.
func TestAShiftIsHandedOver(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.lead("night", "Ночной старший", 1, 2, 3)
	h.lead("half", "Старший половины", ours)
	must(t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{
		Operators: []telephony.FloorSeat{{UserID: h.user("op-ours"), Name: "Оператор один", State: "pause", Reason: "Обед", Since: noon}},
		Waiting:   []telephony.FloorWaiting{{CallKey: "w", CompanyID: ours, Since: noon, Kind: "inbound"}},
	}))
	task := h.task(ours, "+79000900061")
	sos := h.sos(ours)
	a := h.ok("supervisor", http.MethodGet, "/shift/ending", nil)
	for _, want := range []string{"waiting", "escalation", "task", "operator"} {
		require.Contains(t, a.body, fmt.Sprintf(`"kind":%q`, want))
	}
	require.Contains(t, a.body, "1-й уровень, звоним: ")
	require.Contains(t, a.body, "Оператор один – перерыв: Обед")
	require.Contains(t, a.body, fmt.Sprintf("task:%d", task))
	takers := fmt.Sprint(a.get(t, "takers"))
	require.Contains(t, takers, "Ночной старший")
	require.NotContains(t, takers, "Старший половины", "he serves one company of three")
	seen := h.grave("supervisor")
	require.Contains(t, seen, fmt.Sprintf("ticket:%d", sos))

	give := func(note string, seen []string) map[string]any { return map[string]any{"note": note, "seen": seen} }
	h.fails("supervisor", http.MethodPost, "/shift/handovers", give("", seen), http.StatusUnprocessableEntity, "handover.note")
	h.sos(ours)
	h.fails("supervisor", http.MethodPost, "/shift/handovers", give("на Белинского вода", seen), http.StatusConflict, "handover.moved")
	given := h.ok("supervisor", http.MethodPost, "/shift/handovers", give(" на Белинского вода ", h.grave("supervisor")))
	id := given.id(t, "id")
	require.Equal(t, "на Белинского вода", given.get(t, "note"))
	h.fails("supervisor", http.MethodPost, "/shift/handovers", give("ещё раз", h.grave("supervisor")), http.StatusConflict, "handover.waits")

	path := fmt.Sprintf("/shift/handovers/%d", id)
	h.fails("half", http.MethodGet, path, nil, http.StatusNotFound, "handover.not_found")
	h.fails("half", http.MethodPost, path+"/take", map[string]any{"is_read": true}, http.StatusNotFound, "handover.not_found")
	h.fails("night", http.MethodPost, path+"/take", map[string]any{"is_read": false}, http.StatusUnprocessableEntity, "handover.unread")
	h.fails("supervisor", http.MethodPost, path+"/take", map[string]any{"is_read": true}, http.StatusConflict, "handover.own")
	h.fails("night", http.MethodPost, path+"/withdraw", nil, http.StatusConflict, "handover.others")
	require.Contains(t, h.ok("night", http.MethodGet, "/shift/ending", nil).body, "на Белинского вода")
	require.Contains(t, h.ok("night", http.MethodGet, path, nil).body, fmt.Sprintf(`"ticket_id":%d`, sos))
	took := h.ok("night", http.MethodPost, path+"/take", map[string]any{"is_read": true, "note": "принял"})
	require.Equal(t, "Ночной старший", took.get(t, "taken_by"))
	h.fails("supervisor", http.MethodPost, path+"/withdraw", nil, http.StatusConflict, "handover.taken")
	require.Empty(t, h.ok("night", http.MethodGet, "/shift/ending", nil).get(t, "given"))

	again := h.ok("supervisor", http.MethodPost, "/shift/handovers", give("второй раз", h.grave("supervisor"))).id(t, "id")
	h.ok("supervisor", http.MethodPost, fmt.Sprintf("/shift/handovers/%d/withdraw", again), nil)
	h.fails("night", http.MethodPost, fmt.Sprintf("/shift/handovers/%d/take", again), map[string]any{"is_read": true}, http.StatusConflict, "handover.withdrawn")
	history := h.ok("night", http.MethodGet, "/shift/handovers", nil)
	require.Equal(t, again, history.id(t, "items.0.id"))
	require.Equal(t, id, history.id(t, "items.1.id"))
	require.Empty(t, h.ok("half", http.MethodGet, "/shift/handovers", nil).get(t, "items"))
	require.Equal(t, int64(4), h.one(`select count(*) from audit_entries where action like 'handover.%' and company_id is null and user_id is not null`))
}

// TestASupervisorMovesAnOperatorToAnotherTeam: he serves its companies and no others; no
// company is opened that the supervisor does not serve himself.
func TestASupervisorMovesAnOperatorToAnotherTeam(t *testing.T) {
	t.Parallel()
	h := open(t)
	team := func(name string, companies ...int64) int64 {
		return h.ok("platform", http.MethodPost, "/teams", map[string]any{"name": name, "company_ids": companies, "city_ids": []int64{}, "skills": []string{}}).id(t, "id")
	}
	day, all := team("Дневная", ours, 3), team("Общая", 1, 2, 3)
	h.lead("half", "Старший половины", ours, 3)
	op := h.user("op-ours")
	path := fmt.Sprintf("/shift/operators/%d/team", op)
	serves := func() int64 {
		return h.one(`select coalesce(sum(company_id), 0)::bigint from operator_companies where user_id = $1`, op)
	}
	list := h.ok("half", http.MethodGet, "/shift/teams", nil)
	require.Contains(t, list.body, "Дневная")
	require.NotContains(t, list.body, "Общая")
	h.fails("half", http.MethodPut, path, map[string]any{"team_id": all}, http.StatusNotFound, "team.not_found")
	h.fails("half", http.MethodPut, fmt.Sprintf("/shift/operators/%d/team", h.user("op-strange")), map[string]any{"team_id": day}, http.StatusNotFound, "operator.not_found")
	h.fails("half", http.MethodPut, fmt.Sprintf("/shift/operators/%d/team", h.user("operator")), map[string]any{"team_id": day}, http.StatusConflict, "operator.beyond")
	h.ok("half", http.MethodPut, path, map[string]any{"team_id": day})
	require.Equal(t, ours+3, serves())
	h.fails("half", http.MethodPut, path, map[string]any{"team_id": day}, http.StatusConflict, "operator.there")
	h.ok("supervisor", http.MethodPut, path, map[string]any{"team_id": all})
	require.Equal(t, int64(6), serves())
	h.fails("half", http.MethodPut, path, map[string]any{"team_id": day}, http.StatusConflict, "operator.beyond")
	require.Equal(t, int64(2), h.one(`select count(*) from audit_entries where action = 'operator.team' and company_id is null and user_id is not null`))
}

// TestASupervisorTakesATaskOffAnOperator: it comes to another one's phone, or to whoever is
// free; not while the person's phone rings, nor to one who serves another company.
func TestASupervisorTakesATaskOffAnOperator(t *testing.T) {
	t.Parallel()
	h := open(t)
	task := h.task(ours, "+79000900062")
	path := fmt.Sprintf("/desk/tasks/%d/give", task)
	to := func(login string) map[string]any {
		if login == "" {
			return map[string]any{"user_id": 0}
		}
		return map[string]any{"user_id": h.user(login)}
	}
	placed := func() int64 {
		return h.one(`select coalesce(sum((plan->>'for')::bigint), 0)::bigint from call_orders where state = 'placed' and ref = $1`, fmt.Sprintf("task:%d", task))
	}
	h.fails("supervisor", http.MethodPost, path, to(""), http.StatusConflict, "task.nobodys")
	h.fails("supervisor", http.MethodPost, path, to("op-ours"), http.StatusConflict, "operator.away")
	h.fails("supervisor", http.MethodPost, path, to("op-strange"), http.StatusUnprocessableEntity, "task.operator")
	must(t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{Operators: []telephony.FloorSeat{{UserID: h.user("op-ours"), Name: "Оператор один", State: "ready", Since: noon}}}))
	h.ok("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/take", task), nil)
	require.Equal(t, h.user("operator"), placed())
	got := h.ok("supervisor", http.MethodPost, path, to("op-ours"))
	require.Equal(t, "Оператор один", got.get(t, "task.operator_name"))
	require.Equal(t, h.user("op-ours"), placed(), "the first order is withdrawn")
	got = h.ok("supervisor", http.MethodPost, path, to(""))
	require.Empty(t, got.get(t, "task.operator_name"))
	require.Zero(t, placed())
	require.Equal(t, int64(1), h.one(`select count(*) from call_orders where state = 'placed' and ref = $1`, fmt.Sprintf("task:%d", task)))
	h.do(`update call_orders set state = 'claimed', invited_at = $1 where state = 'placed'`, noon)
	h.fails("supervisor", http.MethodPost, path, to("op-ours"), http.StatusConflict, "task.rings")
	require.Equal(t, int64(2), h.one(`select count(*) from audit_entries where action = 'task.give' and company_id = $1`, ours))
}
