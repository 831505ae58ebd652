package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// seatsNow is who is at his place, as the engine sees it.
func (h *house) seatsNow(logins ...string) {
	h.t.Helper()
	var f telephony.Floor
	for _, l := range logins {
		f.Operators = append(f.Operators, telephony.FloorSeat{UserID: h.user(l), Name: l, State: "ready", Since: h.clock.Now()})
	}
	must(h.t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", f))
}

// TestQuestionsAreHandedOverWithTheShift is F45: two requests of one executor are to be asked about
// when the shift changes. The next one reads of one call about both; an operator has taken it on
// himself and gone home: the next operator sees it as nobody's, takes it, it is still one call, and
// each request has an answer. What is due after the change is asked in its hour as if nothing was.
func TestQuestionsAreHandedOverWithTheShift(t *testing.T) { // F45
	t.Parallel()
	h := open(t)
	h.lead("night", "Ночной старший", 1, 2, 3)
	accepted := func() int64 {
		t.Helper()
		id, task := h.emergency()
		h.ok("op-ours", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", task), map[string]any{"kind": "accepted"})
		h.work()
		return id
	}
	first, second := accepted(), accepted()
	h.pass(10 * time.Minute) // so that its question does not come along
	h.pass(50 * time.Minute)
	later := accepted()
	h.pass(time.Hour) // two hours: the first two are due
	asks := func(id int64) int64 {
		return h.one(`select count(*) from call_tasks where ticket_id = $1 and purpose = 'status_inquiry'`, id)
	}
	task := func(id int64) int64 {
		return h.one(`select max(id) from call_tasks where ticket_id = $1 and purpose = 'status_inquiry'`, id)
	}
	require.Equal(t, int64(1), asks(first))
	require.Equal(t, int64(1), asks(second))
	require.Zero(t, asks(later))
	orders := func() int64 {
		return h.one(`select count(*) from call_orders where state = 'placed' and ref = any($1)`, []string{fmt.Sprint("task:", task(first)), fmt.Sprint("task:", task(second))})
	}
	require.Equal(t, int64(1), orders(), "one call")

	h.seatsNow("op-ours")
	h.ok("op-ours", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/take", task(first)), nil)
	h.work()
	name := func() any {
		t.Helper()
		items, _ := h.ok("operator", http.MethodGet, "/desk/tasks", nil).get(t, "items").([]any)
		for _, x := range items {
			if k, _ := x.(map[string]any); k["id"] == float64(task(first)) {
				return k["operator_name"]
			}
		}
		t.Fatal("the next operator does not see it")
		return nil
	}
	require.Equal(t, "Оператор один", name())
	ending := func(by string) (out []string) {
		t.Helper()
		matters, _ := h.ok(by, http.MethodGet, "/shift/ending", nil).get(t, "matters").([]any)
		for _, x := range matters {
			if m, _ := x.(map[string]any); m["kind"] == "task" && strings.Contains(fmt.Sprint(m["text"]), "Спросить") {
				out = append(out, fmt.Sprint(m["text"]))
			}
		}
		return out
	}
	numbers := fmt.Sprintf("№ %d, № %d", h.one(`select number from tickets where id = $1`, first), h.one(`select number from tickets where id = $1`, second))
	want := []string{"Спросить одним звонком, как идёт работа: Гусев П. Н., заявки " + numbers + " – взял Оператор один"}
	require.Equal(t, want, ending("supervisor"))

	// he goes home, the shift is given and taken
	h.seatsNow("operator")
	want[0] = strings.TrimSuffix(want[0], " – взял Оператор один")
	given := h.ok("supervisor", http.MethodPost, "/shift/handovers", map[string]any{"note": "спросить Гусева", "seen": h.grave("supervisor")}).id(t, "id")
	require.Contains(t, h.ok("night", http.MethodGet, fmt.Sprintf("/shift/handovers/%d", given), nil).body, want[0])
	h.ok("night", http.MethodPost, fmt.Sprintf("/shift/handovers/%d/take", given), map[string]any{"is_read": true})
	require.Equal(t, want, ending("night"), "it is owed still")
	require.Empty(t, name(), "nobody has it")
	h.ok("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/take", task(first)), nil)
	require.Equal(t, "Миронова О. Л.", name())
	require.Equal(t, int64(1), orders(), "one call still")
	beside, _ := h.ok("operator", http.MethodGet, fmt.Sprintf("/desk/tasks/%d", task(first)), nil).get(t, "beside").([]any)
	require.Len(t, beside, 1, "the other request is spoken of in it")
	for _, id := range []int64{first, second} {
		h.ok("operator", http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", task(id)), map[string]any{"kind": "in_progress"})
	}
	h.work()
	require.Empty(t, ending("night"))
	for _, id := range []int64{first, second} {
		require.Equal(t, int64(1), h.one(`select count(*) from tickets where id = $1 and status = 'in_progress'`, id))
	}
	h.pass(time.Hour)
	require.Equal(t, int64(1), asks(later), "asked in its hour by the next shift")
}
