package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/db"
)

func init() {
	more = append(more, func(h *house) map[string][]request {
		of := func(n int) (ids []int64) {
			for range n {
				ids = append(ids, h.ticket(strange, "ВС-02").ID)
			}
			return ids
		}(4)
		h.do(`update tickets set status = 'in_progress', accepted_at = $2 where id = any($1)`, of[:3], noon)
		h.do(`insert into ticket_works (company_id, ticket_id, began_at) values (2, $1, $2)`, of[0], noon)
		edit := map[string]any{"edits": []any{map[string]any{"field": "access_note", "was": "", "now": "Ершов дома"}}}
		return map[string][]request{
			"pause-ticket":    {{method: "POST", path: fmt.Sprintf("/tickets/%d/pause", of[0]), body: map[string]any{"reason": "чужой"}}},
			"resume-ticket":   {{method: "POST", path: fmt.Sprintf("/tickets/%d/resume", of[1])}},
			"localise-ticket": {{method: "POST", path: fmt.Sprintf("/tickets/%d/localise", of[2])}},
			"edit-ticket":     {{method: "POST", path: fmt.Sprintf("/tickets/%d/edit", of[3]), body: edit}},
		}
	})
}

// TestWorkGoesOnInPeriods is J1 over HTTP: work begins with the state, is broken off and taken
// up, and ends with the state; who and when stands on the card and in the history.
func TestWorkGoesOnInPeriods(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.ticket(ours, "ВС-02").ID
	path := fmt.Sprintf("/tickets/%d", id)
	for _, x := range []string{"gusev", "admin", "readonly", "contractor"} {
		h.token(x)
	}
	h.fails("gusev", http.MethodPost, path+"/resume", nil, http.StatusConflict, "ticket.move_impossible")
	card := h.ok("gusev", http.MethodPost, path+"/accept", map[string]any{})
	require.Contains(t, card.get(t, "can"), "localise")
	card = h.ok("gusev", http.MethodPost, path+"/move", map[string]any{"to": "in_progress", "version": card.id(t, "version")})
	require.Contains(t, card.get(t, "can"), "pause")
	require.NotContains(t, card.get(t, "can"), "resume")
	h.fails("gusev", http.MethodPost, path+"/resume", nil, http.StatusConflict, "ticket.working")
	h.pass(25 * time.Minute)
	h.fails("gusev", http.MethodPost, path+"/pause", map[string]any{"reason": " "}, http.StatusUnprocessableEntity, "ticket.reason_required")
	h.ok("gusev", http.MethodPost, path+"/localise", nil)
	h.fails("admin", http.MethodPost, path+"/localise", nil, http.StatusConflict, "ticket.localised")
	card = h.ok("gusev", http.MethodPost, path+"/pause", map[string]any{"reason": "ждём ключ"})
	require.Contains(t, card.get(t, "can"), "resume")
	require.Equal(t, noon.Add(25*time.Minute).Format(time.RFC3339), card.get(t, "localised_at"))
	h.fails("gusev", http.MethodPost, path+"/pause", map[string]any{"reason": "ещё раз"}, http.StatusConflict, "ticket.not_working")
	h.pass(time.Hour)
	card = h.ok("admin", http.MethodPost, path+"/resume", nil)
	h.pass(10 * time.Minute)
	card = h.ok("gusev", http.MethodPost, path+"/move", map[string]any{"to": "done", "version": card.id(t, "version")})
	card = h.ok("admin", http.MethodPost, path+"/move", map[string]any{"to": "in_progress", "reason": "течёт снова", "version": card.id(t, "version")})

	var c struct {
		Works []struct {
			BeganAt  time.Time  `json:"began_at"`
			EndedAt  *time.Time `json:"ended_at"`
			BeganBy  string     `json:"began_by"`
			EndedBy  string     `json:"ended_by"`
			Why      string
			Executor string
		}
	}
	card.into(t, &c)
	require.Len(t, c.Works, 3)
	at := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	require.True(t, c.Works[0].BeganAt.Equal(noon) && c.Works[0].EndedAt.Equal(at(25)))
	require.Equal(t, "перерыв – ждём ключ", c.Works[0].Why)
	require.Equal(t, "Гусев П. Н.", c.Works[0].Executor)
	require.True(t, c.Works[1].BeganAt.Equal(at(85)) && c.Works[1].EndedAt.Equal(at(95)))
	require.Equal(t, "выполнена", c.Works[1].Why)
	require.NotEqual(t, c.Works[1].BeganBy, c.Works[1].EndedBy, "one began it, another ended it")
	require.Nil(t, c.Works[2].EndedAt)
	history := h.ok("admin", http.MethodGet, path+"/events", nil)
	for _, text := range []string{"Работа прервана – ждём ключ", "Работа продолжена", "Авария локализована"} {
		require.Contains(t, history.body, text)
	}
	order := h.ok("admin", http.MethodGet, path, nil)
	require.NotContains(t, h.ok("readonly", http.MethodGet, path, nil).get(t, "can"), "pause")
	require.Contains(t, order.get(t, "can"), "pause")
}

// TestTwoPeopleEditOneTicket is F70: different fields are both kept, a move is not refused for
// a corrected word; of the same field, and of a state, the second is told who was first, and
// what the first wrote stays.
func TestTwoPeopleEditOneTicket(t *testing.T) {
	t.Parallel()
	h := open(t)
	x := h.ticket(ours, "ВС-02")
	path := fmt.Sprintf("/tickets/%d", x.ID)
	seen := h.ok("admin", http.MethodGet, path, nil)
	was, version := seen.get(t, "description").(string), seen.id(t, "version")
	edit := func(by, field, was, now string) answer {
		return h.as(by, http.MethodPost, path+"/edit", map[string]any{"edits": []any{map[string]any{"field": field, "was": was, "now": now}}})
	}
	h.token("admin")
	h.token("foreman")
	h.token("operator")
	h.token("gusev")
	require.Equal(t, http.StatusForbidden, edit("gusev", "description", was, "нельзя").status)
	require.Equal(t, http.StatusOK, edit("admin", "description", was, "Льёт с потолка в ванной").status)
	a := edit("operator", "access_note", "", "ключ у соседей")
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.Equal(t, "Льёт с потолка в ванной", a.get(t, "description"), "what another corrected is kept")
	require.Equal(t, "ключ у соседей", a.get(t, "access_note"))

	a = edit("operator", "description", was, "Капает")
	require.Equal(t, http.StatusConflict, a.status, a.body)
	require.Contains(t, a.body, "ticket.edited")
	require.Contains(t, a.body, "успел раньше")
	require.Contains(t, a.body, "body.description")
	card := h.ok("operator", http.MethodGet, path, nil)
	require.Equal(t, "Льёт с потолка в ванной", card.get(t, "description"), "the first one's word stays")
	require.Equal(t, http.StatusOK, edit("operator", "description", "Льёт с потолка в ванной", "Капает").status, "he has seen it and decides")
	require.Contains(t, h.ok("admin", http.MethodGet, path+"/events", nil).body, "Льёт с потолка в ванной", "nothing that was written is lost")
	require.Equal(t, int64(1), h.one(`select count(*) from ticket_search where ticket_id = $1 and body like '%капает%' and body not like '%в ванной%'`, x.ID), "the search knows what is written now")

	for field, bad := range map[string]string{"entrance": "x", "floor": "999", "caller_phone": "12"} {
		a := edit("operator", field, "", bad)
		require.Equal(t, http.StatusUnprocessableEntity, a.status, a.body)
		require.Contains(t, a.body, "body."+field)
	}

	moved := h.ok("admin", http.MethodPost, path+"/move", map[string]any{"to": "accepted", "version": version})
	require.Equal(t, "accepted", moved.get(t, "status"), "corrected words are no reason to refuse a move")
	a = h.as("foreman", http.MethodPost, path+"/move", map[string]any{"to": "in_progress", "version": version})
	require.Equal(t, http.StatusConflict, a.status)
	require.Contains(t, a.body, "принята", "he is told who was first and what was done")
	require.Contains(t, a.body, "Первым")
}

// TestWorkBeforeTheUpgradeHasAPeriod: a request in work that has never had a period is given one
// from its last change to that state; one whose work is broken off is let alone.
func TestWorkBeforeTheUpgradeHasAPeriod(t *testing.T) {
	t.Parallel()
	h := open(t)
	start := func() (int64, string) {
		id := h.ticket(ours, "ВС-02").ID
		path := fmt.Sprintf("/tickets/%d", id)
		card := h.ok("gusev", http.MethodPost, path+"/accept", map[string]any{})
		h.pass(20 * time.Minute)
		h.ok("gusev", http.MethodPost, path+"/move", map[string]any{"to": "in_progress", "version": card.id(t, "version")})
		return id, path
	}
	old, path := start()
	began := h.clock.Now()
	paused, _ := start()
	h.ok("gusev", http.MethodPost, fmt.Sprintf("/tickets/%d/pause", paused), map[string]any{"reason": "ждём ключ"})
	h.do(`delete from ticket_works where ticket_id = $1`, old)
	require.NotContains(t, h.ok("gusev", http.MethodGet, path, nil).get(t, "can"), "pause")
	script, err := db.Migrations.ReadFile("migrations/00301_works_before.sql")
	must(t, err)
	_, fill, _ := strings.Cut(string(script), "insert into")
	for range 2 {
		h.do("insert into" + fill)
	}
	require.Equal(t, int64(1), h.one(`select count(*) from ticket_works where ticket_id = $1 and began_at = $2 and ended_at is null and began_by = 'Гусев П. Н.' and executor = 'Гусев П. Н.'`, old, began))
	require.Equal(t, int64(1), h.one(`select count(*) from ticket_works where ticket_id = $1`, old))
	require.Zero(t, h.one(`select count(*) from ticket_works where ticket_id = $1 and ended_at is null`, paused))
	require.Contains(t, h.ok("gusev", http.MethodGet, path, nil).get(t, "can"), "pause")
}
