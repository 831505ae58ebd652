package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/alarm"
	"d24/internal/platform/pg"
	"d24/internal/ticket"
	"d24/internal/ticket/supplierticket"
)

// noWater is a reason that names a supplier: no cold water in the house.
const noWater = "ВС-06"

// TestAPairIsMadeWholeOrNotAtAll is F49: a reason that names a supplier makes two requests
// in one transaction; when the second cannot be made, the first is not either.
func TestAPairIsMadeWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	h := open(t)
	made := h.ok("operator", "POST", "/tickets", h.form(ours, noWater))
	require.Equal(t, "Водоканал Новоозёрска", made.get(t, "pair.supplier_name"))
	require.Equal(t, "new", made.get(t, "pair.status"))
	require.Equal(t, true, made.get(t, "pair.is_open"))
	require.Nil(t, h.ok("operator", "POST", "/tickets", h.form(ours, "ВС-02")).get(t, "pair"), "its reason names none")

	h.app.Tickets.Pairs = broken{h.app.Pairs}
	tickets, events := h.one(`select count(*) from tickets`), h.one(`select count(*) from ticket_events`)
	require.Equal(t, http.StatusInternalServerError, h.as("operator", "POST", "/tickets", h.form(ours, noWater)).status)
	require.Equal(t, tickets, h.one(`select count(*) from tickets`), "half a pair is none")
	require.Equal(t, events, h.one(`select count(*) from ticket_events`))
	h.app.Tickets.Pairs = h.app.Pairs
	h.ok("operator", "POST", "/tickets", h.form(ours, noWater))
	require.Equal(t, tickets+1, h.one(`select count(*) from tickets`))
	require.Zero(t, h.one(`select count(*) from tickets t where supplier_id is not null and not exists (select from supplier_tickets s where s.ticket_id = t.id)`))
}

// broken makes the second half and fails then, as a crash between would.
type broken struct{ *supplierticket.Service }

func (b broken) Open(ctx context.Context, tx *pg.Tx, t ticket.Ticket, supplierID int64) error {
	return errors.Join(b.Service.Open(ctx, tx, t, supplierID), errors.New("the lights went out"))
}

// TestASuppliersRequestLivesItsOwnLife walks RS2 and RS3: own states and number, hour X
// from the handing over; closing one half warns of the other and never moves it (F49).
func TestASuppliersRequestLivesItsOwnLife(t *testing.T) {
	t.Parallel()
	h := open(t)
	made := h.ok("operator", "POST", "/tickets", h.form(ours, noWater))
	ticketID, id := made.id(t, "id"), made.id(t, "pair.id")
	path, ordinary := fmt.Sprintf("/supplier-tickets/%d", id), fmt.Sprintf("/tickets/%d", ticketID)
	card := h.ok("foreman", "GET", path, nil)
	require.Equal(t, ticketID, card.id(t, "ticket_id"))
	require.Equal(t, []any{"handed_over", "cancelled"}, card.get(t, "to"))
	require.NotEmpty(t, card.get(t, "phones.0.phone"))
	require.Empty(t, h.ok("readonly", "GET", path, nil).get(t, "to"))

	h.fails("readonly", "POST", path+"/hand-over", map[string]any{"version": 1}, http.StatusForbidden, "access.ticket.assign")
	h.fails("operator", "POST", path+"/news", map[string]any{"version": 1, "to": "done", "text": "готово"}, http.StatusConflict, "supplier_ticket.move_impossible")
	h.fails("operator", "POST", path+"/hand-over", map[string]any{"version": 1, "followup_at": noon.Add(-time.Hour)}, http.StatusUnprocessableEntity, "supplier_ticket.followup")
	h.clock.Set(h.clock.Now().Add(40 * time.Minute))
	card = h.ok("operator", "POST", path+"/hand-over", map[string]any{"version": 1, "handed_to": "диспетчер 4"})
	require.Equal(t, "handed_over", card.get(t, "status"))
	require.Equal(t, h.clock.Now().Add(2*time.Hour).UTC().Format(time.RFC3339), card.get(t, "followup_at"), "hour X counts from the handing over")
	h.fails("operator", "POST", path+"/hand-over", map[string]any{"version": 2}, http.StatusConflict, "supplier_ticket.move_impossible")
	h.fails("operator", "POST", path+"/news", map[string]any{"version": 1, "text": "едут"}, http.StatusConflict, "supplier_ticket.changed")
	later := h.clock.Now().Add(5 * time.Hour)
	card = h.ok("operator", "POST", path+"/news", map[string]any{"version": 2, "to": "accepted", "their_number": "В-417", "text": "бригада после обеда", "followup_at": later})
	require.Equal(t, "В-417", card.get(t, "their_number"))
	require.Equal(t, later.UTC().Format(time.RFC3339), card.get(t, "followup_at"))
	require.Equal(t, "accepted", h.ok("admin", "GET", ordinary, nil).get(t, "pair.status"))
	require.Equal(t, "new", h.ok("admin", "GET", ordinary, nil).get(t, "status"), "the ordinary one is not moved")
	require.Contains(t, h.ok("admin", "GET", ordinary+"/events", nil).body, "номер у РСО В-417 – бригада после обеда")

	h.fails("operator", "POST", path+"/news", map[string]any{"version": 3, "to": "done", "text": "пустили воду"}, http.StatusConflict, "supplier_ticket.ticket_open")
	done := map[string]any{"version": made.id(t, "version"), "to": "done"}
	h.fails("admin", "POST", ordinary+"/move", done, http.StatusConflict, "ticket.pair_open")
	require.Equal(t, "new", h.ok("admin", "GET", ordinary, nil).get(t, "status"), "nothing was done before the answer")
	done["pair_seen"] = true
	require.Equal(t, "done", h.ok("admin", "POST", ordinary+"/move", done).get(t, "status"))
	require.Equal(t, "accepted", h.ok("admin", "GET", path, nil).get(t, "status"), "never by itself")
	card = h.ok("operator", "POST", path+"/news", map[string]any{"version": 3, "to": "done", "text": "пустили воду"})
	require.Nil(t, card.get(t, "followup_at"), "nothing to ask any more")
	require.Equal(t, []any{"closed", "in_progress"}, card.get(t, "to"))
	h.fails("operator", "POST", path+"/news", map[string]any{"version": 4, "to": "in_progress"}, http.StatusUnprocessableEntity, "supplier_ticket.text_required")
}

// TestTheAuditorFindsAMissingHalf is F49: a half that is gone is an alarm; a person makes it anew.
func TestTheAuditorFindsAMissingHalf(t *testing.T) {
	t.Parallel()
	h := open(t)
	made := h.ok("operator", "POST", "/tickets", h.form(ours, noWater))
	raised := func() (n int) {
		_, err := h.app.Pairs.Audit(h.sys)
		must(t, err)
		must(t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
			as, err := alarm.Raised(h.sys, tx)
			for _, a := range as {
				if a.Code == alarm.PairMissing {
					n++
				}
			}
			return err
		}))
		return n
	}
	require.Zero(t, raised())
	body := map[string]any{"ticket_id": made.id(t, "id")}
	h.fails("foreman", "POST", "/supplier-tickets", body, http.StatusConflict, "supplier_ticket.exists")
	h.do(`delete from supplier_tickets`)
	require.Equal(t, 1, raised())
	require.Equal(t, 1, raised())
	require.Contains(t, h.ok("supervisor", "GET", "/alarms", nil).body, "нет заявки РСО")
	require.Equal(t, "new", h.ok("foreman", "POST", "/supplier-tickets", body).get(t, "status"))
	require.Zero(t, raised())
	bare := h.ok("operator", "POST", "/tickets", h.form(ours, "ВС-02")).id(t, "id")
	h.fails("foreman", "POST", "/supplier-tickets", map[string]any{"ticket_id": bare}, http.StatusUnprocessableEntity, "supplier_ticket.supplier")
	theirs := h.one(`select min(id) from company_suppliers where company_id = 2`)
	h.fails("operator", "POST", "/supplier-tickets", map[string]any{"ticket_id": bare, "supplier_id": theirs}, http.StatusUnprocessableEntity, "supplier_ticket.supplier")
}

// TestEachFilterOfSuppliersRequests: alone and all together; the count is the length of the list.
func TestEachFilterOfSuppliersRequests(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := h.ok("operator", "POST", "/tickets", h.form(ours, noWater))
	h.clock.Set(h.clock.Now().Add(time.Minute))
	light := h.ok("operator", "POST", "/tickets", h.form(ours, "ЭЛ-01"))
	h.ok("operator", "POST", fmt.Sprintf("/supplier-tickets/%d/hand-over", light.id(t, "pair.id")), map[string]any{"version": 1, "their_number": "Э-9%1", "followup_at": h.clock.Now().Add(time.Hour)})
	h.clock.Set(h.clock.Now().Add(2 * time.Hour))
	water, power := first.id(t, "pair.id"), light.id(t, "pair.id")
	supplierOf := h.one(`select supplier_id from supplier_tickets where id = $1`, water)
	list := func(query string) (ids []int64) {
		var out struct {
			Items []struct {
				ID    int64 `json:"id"`
				IsDue bool  `json:"is_due"`
			} `json:"items"`
		}
		h.ok("admin", "GET", "/supplier-tickets?"+query, nil).into(t, &out)
		for _, x := range out.Items {
			require.Equal(t, x.ID == power, x.IsDue)
			ids = append(ids, x.ID)
		}
		require.Len(t, ids, int(h.ok("admin", "GET", "/supplier-tickets/count?"+query, nil).id(t, "count")), query)
		return ids
	}
	both := []int64{power, water}
	at := func(d time.Duration) string { return noon.Add(d).UTC().Format(time.RFC3339) }
	house := fmt.Sprintf("building_id=%d", h.building(ours))
	for query, want := range map[string][]int64{
		"": both, "view=all": both, "view=open": both, "view=new": {water}, "view=due": {power}, "status=accepted": {power}, "status=new&status=accepted": both, "status=closed": nil,
		"kind=водоканал": {water}, fmt.Sprintf("supplier_id=%d", supplierOf): {water}, "company_id=1": both, "company_id=2": nil, house: both,
		fmt.Sprintf("number=%d", first.id(t, "number")): {water}, "q=горэлектро": {power}, "q=э-9%251": {power}, "q=э-9%25": {power}, "q=э%25": nil, "q=озерная": both, "q=водоканал+озёрн": {water},
		"from=" + at(30*time.Second): {power}, "to=" + at(30*time.Second): {water},
		"view=open&status=new&kind=водоканал&company_id=1&q=озёрная&" + house + "&from=" + at(-time.Hour) + "&to=" + at(time.Hour): {water},
	} {
		require.Equal(t, want, list(query), query)
	}
	page := h.ok("admin", "GET", "/supplier-tickets?limit=1", nil)
	next, _ := page.get(t, "next_cursor").(string)
	require.Equal(t, water, h.ok("admin", "GET", "/supplier-tickets?limit=1&cursor="+next, nil).id(t, "items.0.id"))
	h.ok("admin", "PUT", fmt.Sprintf("/users/%d/grants", h.user("readonly")), sees(line("part", nil, []int64{h.one(`select max(id) from buildings where company_id = 1`)}, nil)))
	require.Zero(t, h.ok("readonly", "GET", "/supplier-tickets/count", nil).id(t, "count"), "the rights of the ordinary request are the pair's")
	require.Equal(t, http.StatusNotFound, h.as("readonly", "GET", fmt.Sprintf("/supplier-tickets/%d", water), nil).status)
}

// TestHalvesAreToldApart: what the words of the two are.
func TestHalvesAreToldApart(t *testing.T) {
	t.Parallel()
	require.Equal(t, "ждёт передачи", supplierticket.Label(supplierticket.New))
	require.Equal(t, "новая", ticket.Label(ticket.New))
}
