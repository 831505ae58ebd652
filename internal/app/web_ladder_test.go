package app_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTheLadderOfAnEmergencyIsShown: what was tried, what goes on, what would come when (E3).
func TestTheLadderOfAnEmergencyIsShown(t *testing.T) {
	t.Parallel()
	h := open(t)
	second := h.one(`select id from members where name = 'Сафин Р. М.'`)
	id, _ := h.emergency()
	card := func() answer { return h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d", id), nil) }
	states := func(c answer) (out []string) {
		for i := range 3 {
			out = append(out, fmt.Sprint(c.get(t, fmt.Sprintf("escalation.levels.%d.state", i))))
		}
		return out
	}
	require.Equal(t, []string{"calling", "waiting", "waiting"}, states(card()))
	require.Equal(t, int64(5), card().id(t, "escalation.dials"))

	must(t, h.app.Staff.SetDuty(h.sys, second, false))
	must(t, h.app.Staff.SetDuty(h.sys, h.one(`select id from members where name = 'Пахомов Е. Г.'`), false)) // nobody else of that level
	h.do(`delete from river_job where kind = 'escalation.duty'`)
	h.pass(11 * time.Minute)
	c := card()
	require.Equal(t, []string{"timed_out", "skipped", "calling"}, states(c))
	require.Equal(t, int64(3), c.id(t, "escalation.level"))
	require.Equal(t, "Ветров К. А.", c.get(t, "escalation.responsible.name"))

	h.pass(11 * time.Minute)
	c = card()
	require.Equal(t, []string{"timed_out", "skipped", "timed_out"}, states(c))
	require.Equal(t, "announcing", c.get(t, "escalation.stage"))
	require.Equal(t, int64(1), c.id(t, "escalation.round"))
	require.NotNil(t, c.get(t, "escalation.deadline"))

	h.ok("admin", http.MethodPost, fmt.Sprintf("/tickets/%d/accept", id), nil)
	h.work()
	require.Equal(t, "finished", card().get(t, "escalation.stage"))
	planned := h.one(`select min(id) from tickets where company_id = 1 and kind = 'planned'`)
	require.Nil(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d", planned), nil).get(t, "escalation"))
}

func TestManyClicksMakeOneTicket(t *testing.T) {
	t.Parallel()
	h := open(t)
	form := h.form(ours, "ВС-02")
	h.token("admin")
	said := make([]answer, 8)
	var wg sync.WaitGroup
	for i := range said {
		wg.Go(func() { said[i] = h.as("admin", http.MethodPost, "/tickets", form) })
	}
	wg.Wait()
	first := said[0].id(t, "id")
	for _, a := range said {
		require.Equal(t, http.StatusCreated, a.status, a.body)
		require.Equal(t, first, a.id(t, "id"))
	}
	require.Equal(t, int64(25), h.one(`select count(*) from tickets where company_id = 1`))
	require.Equal(t, "journal", h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d", first), nil).get(t, "source"))
}
