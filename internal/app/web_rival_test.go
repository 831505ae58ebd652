package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/escalation"
)

// passedOn is an emergency that Гусев, who has a login, was called for first and that Сафин, the
// second, has accepted on the phone. It returns the task of the first call too.
func (h *house) passedOn() (id, first int64) {
	h.t.Helper()
	id, first = h.emergency()
	h.pass(11 * time.Minute)
	second := h.one(`select max(id) from call_tasks where ticket_id = $1 and purpose = 'handover'`, id)
	h.ok("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", second), map[string]any{"kind": "accepted"})
	h.work()
	require.Equal(h.t, "Сафин Р. М.", h.ok("operator", http.MethodGet, fmt.Sprintf("/tickets/%d", id), nil).get(h.t, "executor.name"))
	return id, first
}

func (h *house) alarmed(login, code string) (texts []string) {
	h.t.Helper()
	items, _ := h.ok(login, http.MethodGet, "/alarms", nil).get(h.t, "items").([]any)
	for _, x := range items {
		if a, _ := x.(map[string]any); a["code"] == code {
			texts = append(texts, fmt.Sprint(a["text"]))
		}
	}
	return texts
}

// TestALateAcceptanceIsTheSameByWhicheverWay is F35: the first level takes what the second has
// already. Both stand on the card, the whole floor has the alarm, an operator decides, and both
// are told: whether he pressed the key, told the operator, or pressed «Принять» in the program.
func TestALateAcceptanceIsTheSameByWhicheverWay(t *testing.T) {
	t.Parallel()
	taken := func(h *house, a answer) {
		require.Equal(h.t, http.StatusConflict, a.status, a.body)
		require.Equal(h.t, "ticket.taken", a.get(h.t, "code"))
		require.Contains(h.t, a.body, "Заявку уже взял Сафин Р. М.")
	}
	for way, late := range map[string]func(h *house, id, first int64){
		"key": func(h *house, id, first int64) {
			member := h.one(`select member_id from call_tasks where id = $1`, first)
			must(h.t, h.app.Escalation.Run(h.sys, escalation.Step{TicketID: id, Accepted: member, Channel: "по телефону, клавиша 1", ByHandover: true}))
		},
		"operator": func(h *house, _, first int64) {
			said := h.ok("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", first), map[string]any{"kind": "accepted"})
			require.Contains(h.t, said.get(h.t, "remark"), "Решите, кто едет.")
		},
		"screen": func(h *house, id, _ int64) {
			for range 2 {
				taken(h, h.as("gusev", http.MethodPost, fmt.Sprintf("/tickets/%d/accept", id), nil))
			}
		},
		"phone without a network": func(h *house, id, _ int64) {
			for range 2 { // the answer was lost
				taken(h, h.later("gusev", fmt.Sprintf("/tickets/%d/accept", id), "k", h.clock.Now().Add(-5*time.Minute), nil))
			}
			require.Zero(h.t, h.one(`select count(*) from device_deeds where ticket_id = $1`, id))
		},
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			id, first := h.passedOn()
			path := fmt.Sprintf("/tickets/%d", id)
			require.Empty(t, h.alarmed("operator", "taken-twice"))

			late(h, id, first)
			h.work()
			card := h.ok("operator", http.MethodGet, path, nil)
			require.Equal(t, "Сафин Р. М.", card.get(t, "executor.name"), "one active executor")
			both := h.ok("operator", http.MethodGet, path+"/takers", nil)
			require.Equal(t, "Сафин Р. М.", both.get(t, "items.0.name"))
			require.Equal(t, "Гусев П. Н.", both.get(t, "items.1.name"))
			for _, who := range []string{"operator", "supervisor"} {
				said := h.alarmed(who, "taken-twice")
				require.Len(t, said, 1, who)
				require.Contains(t, said[0], fmt.Sprintf("Решите, кто едет: заявку № %d приняли Сафин Р. М. и Гусев П. Н.", card.id(t, "number")))
			}
			require.Empty(t, h.alarmed("op-strange", "taken-twice"), "of another company")
			require.Equal(t, int64(1), h.one(`select count(*) from ticket_events where ticket_id = $1 and text ilike '%тоже принял%раньше принял Сафин Р. М.%'`, id))

			h.ok("operator", http.MethodPost, path+"/takers", map[string]any{"member_id": both.id(t, "items.1.member_id")})
			h.work()
			require.Empty(t, h.alarmed("operator", "taken-twice"))
			require.Equal(t, "Гусев П. Н.", h.ok("gusev", http.MethodGet, path, nil).get(t, "executor.name"))
			require.Equal(t, int64(2), h.one(`select count(*) from call_tasks where ticket_id = $1 and purpose = 'announcement' and state in ('waiting', 'active')`, id), "both are told")
		})
	}
}

// TestTheAlarmOfTwoEndsWithWhatItIsAbout: the request is done, or another is set.
func TestTheAlarmOfTwoEndsWithWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(h *house, path string, version int64){
		"done": func(h *house, path string, version int64) {
			h.ok("admin", http.MethodPost, path+"/move", map[string]any{"to": "done", "version": version, "pair_seen": true})
		},
		"the other one is set": func(h *house, path string, version int64) {
			h.ok("admin", http.MethodPost, path+"/assign", assign("executor", h.one(`select id from members where name = 'Гусев П. Н.'`), version))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			id, _ := h.passedOn()
			path := fmt.Sprintf("/tickets/%d", id)
			require.Equal(t, http.StatusConflict, h.as("gusev", http.MethodPost, path+"/accept", nil).status)
			h.work()
			require.Len(t, h.alarmed("operator", "taken-twice"), 1)
			end(h, path, h.ok("admin", http.MethodGet, path, nil).id(t, "version"))
			h.work()
			require.Empty(t, h.alarmed("operator", "taken-twice"))
		})
	}
}

// TestOnlyWhoWasCalledIsToldWhoHasARequest: to everybody else it is a strange one, as before;
// and whose turn has passed while nobody has it is told to whom it went (F34).
func TestOnlyWhoWasCalledIsToldWhoHasARequest(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, _ := h.passedOn()
	path := fmt.Sprintf("/tickets/%d/accept", id)
	login := h.user("gusev")
	third := h.one(`select id from members where name = 'Орлов Д. С.'`)
	was := h.one(`select member_id from company_users where user_id = $1 and company_id = $2`, login, ours)
	member := func(id int64) {
		h.do(`update company_users set member_id = $2 where user_id = $1 and company_id = $3`, login, id, ours)
	}
	member(third)
	h.fails("gusev", http.MethodPost, path, nil, http.StatusNotFound, "ticket.not_found")
	member(was)
	h.fails("admin2", http.MethodPost, path, nil, http.StatusNotFound, "ticket.not_found")
	h.work()
	require.Empty(t, h.alarmed("operator", "taken-twice"))

	waits, _ := h.emergency()
	h.pass(11 * time.Minute)
	a := h.fails("gusev", http.MethodPost, fmt.Sprintf("/tickets/%d/accept", waits), nil, http.StatusConflict, "ticket.passed")
	require.Contains(t, a.body, "уже передана: Сафин Р. М.")
	h.ok("admin", http.MethodPost, fmt.Sprintf("/tickets/%d/move", waits), map[string]any{"to": "cancelled", "reason": "ошибка", "version": h.one(`select version from tickets where id = $1`, waits), "pair_seen": true})
	a = h.fails("gusev", http.MethodPost, fmt.Sprintf("/tickets/%d/accept", waits), nil, http.StatusConflict, "ticket.move_impossible")
	require.Contains(t, a.body, "тклонена")
}

// TestWhoIsLateTakesItBackInTheProgram is F34: the level has changed while he had the card before
// him. He is told to whom it went and takes it back, on the page or by what waited on his phone;
// who is called for it now is left in peace.
func TestWhoIsLateTakesItBackInTheProgram(t *testing.T) { // F34
	t.Parallel()
	for way, back := range map[string]func(h *house, id int64) answer{
		"page": func(h *house, id int64) answer {
			return h.as("gusev", http.MethodPost, fmt.Sprintf("/tickets/%d/accept?take_back=true", id), nil)
		},
		"phone": func(h *house, id int64) answer {
			for range 2 { // the answer was lost
				h.later("gusev", fmt.Sprintf("/tickets/%d/accept?take_back=true", id), "k", h.clock.Now(), nil)
			}
			return h.as("gusev", http.MethodGet, fmt.Sprintf("/tickets/%d", id), nil)
		},
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			id, _ := h.emergency()
			path := fmt.Sprintf("/tickets/%d", id)
			h.ok("gusev", http.MethodGet, path, nil)
			h.pass(11 * time.Minute)
			a := h.fails("gusev", http.MethodGet, path, nil, http.StatusConflict, "ticket.passed")
			require.Contains(t, a.body, "уже передана: Сафин Р. М.")
			require.NotContains(t, a.body, "Льёт", "nothing of the request itself")
			require.Equal(t, http.StatusConflict, h.as("gusev", http.MethodPost, path+"/accept", nil).status, "not without being asked")
			ringing := func() int64 {
				return h.one(`select count(*) from call_tasks where ticket_id = $1 and purpose = 'handover' and state in ('waiting', 'active')`, id)
			}
			require.Equal(t, int64(1), ringing(), "the second is called")

			a = back(h, id)
			require.Equal(t, http.StatusOK, a.status, a.body)
			require.Equal(t, "accepted", a.get(t, "status"))
			require.Equal(t, "Гусев П. Н.", a.get(t, "executor.name"))
			h.work()
			require.Zero(t, ringing(), "the second is left in peace")
			require.Equal(t, int64(1), h.one(`select count(*) from ticket_events where ticket_id = $1 and kind = 'handover' and by_name = 'Гусев П. Н.' and text like 'Принял Гусев П. Н.: %Забрал обратно, была передана: Сафин Р. М.'`, id))
			require.Empty(t, h.alarmed("operator", "taken-twice"), "one has it")
		})
	}
}

// TestTakingBackIsNobodyElses: not of who was not called, nor of another company; and of two the
// first commit wins (R5).
func TestTakingBackIsNobodyElses(t *testing.T) { // F34
	t.Parallel()
	h := open(t)
	id, _ := h.emergency()
	path := fmt.Sprintf("/tickets/%d", id)
	h.pass(11 * time.Minute)
	login := h.user("gusev")
	was := h.one(`select member_id from company_users where user_id = $1 and company_id = $2`, login, ours)
	member := func(id int64) {
		h.do(`update company_users set member_id = $2 where user_id = $1 and company_id = $3`, login, id, ours)
	}
	member(h.one(`select id from members where name = 'Орлов Д. С.'`)) // whose turn has not come
	h.fails("gusev", http.MethodPost, path+"/accept?take_back=true", nil, http.StatusNotFound, "ticket.not_found")
	h.fails("gusev", http.MethodGet, path, nil, http.StatusNotFound, "ticket.not_found")
	member(was)
	h.pass(time.Minute) // a session is remembered so long
	h.fails("admin2", http.MethodPost, path+"/accept?take_back=true", nil, http.StatusNotFound, "ticket.not_found")

	second := h.one(`select max(id) from call_tasks where ticket_id = $1 and purpose = 'handover'`, id)
	h.token("gusev")
	h.token("operator")
	answers := make(chan answer, 2)
	go func() { answers <- h.as("gusev", http.MethodPost, path+"/accept?take_back=true", nil) }()
	go func() {
		answers <- h.as("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", second), map[string]any{"kind": "accepted"})
	}()
	first, other := <-answers, <-answers
	h.work()
	require.Equal(t, int64(1), h.one(`select count(*) from ticket_events where ticket_id = $1 and kind = 'handover' and text like 'Принял %'`, id), "one has taken it")
	has := h.ok("operator", http.MethodGet, path, nil).get(t, "executor.name")
	require.Contains(t, []any{"Гусев П. Н.", "Сафин Р. М."}, has)
	if has == "Сафин Р. М." {
		require.Len(t, h.alarmed("operator", "taken-twice"), 1, "the other one's word is not lost (F35): %s, %s", first.body, other.body)
	}
}
