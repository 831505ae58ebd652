package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnOperatorRegistersATicketAndTheCompanyWorksOnIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	form := h.form(ours, "ВС-02")

	ask := map[string]any{"company_id": ours, "building_id": form["building_id"], "reason_id": form["reason_id"]}
	p := h.ok("operator", http.MethodPost, "/tickets/preview", ask)
	require.Equal(t, "emergency", p.get(t, "kind"))
	require.Equal(t, "Гусев П. Н.", p.get(t, "executor.name"))
	require.Equal(t, "Asia/Yekaterinburg", p.get(t, "zone"))
	require.Contains(t, p.get(t, "say"), "Заявка № …")
	require.Equal(t, int64(24), h.one(`select count(*) from tickets where company_id = 1`), "a preview keeps nothing")

	key := h.call(ours, "+79000900059")
	form["call_key"], form["entrance"] = key, 3
	a := h.as("operator", http.MethodPost, "/tickets", form)
	require.Equal(t, http.StatusCreated, a.status, a.body)
	id := a.id(t, "id")
	require.Equal(t, int64(25), a.id(t, "number"))
	require.Equal(t, "phone", a.get(t, "source"))
	require.Contains(t, a.get(t, "say"), "Заявка № 25 принята")
	require.Equal(t, "+79000900059", a.get(t, "caller_phone"))
	require.InDelta(t, 3, a.get(t, "entrance"), 0)
	require.Equal(t, []any{"accept", "start", "postpone", "done", "cancel", "assign", "resort", "merge", "replace", "edit", "comment"}, a.get(t, "can"))
	twin := h.ok("operator", http.MethodPost, "/tickets", form)
	require.Equal(t, id, twin.id(t, "id"), "a double click makes one ticket")
	require.Equal(t, id, h.one(`select ticket_id from calls where key = $1 and disposition = 'ticket'`, key), "the call became the ticket's")
	h.work()

	path := fmt.Sprintf("/tickets/%d", id)
	card := h.ok("admin", http.MethodGet, path, nil)
	require.Equal(t, "calling", card.get(t, "escalation.stage"))
	require.Equal(t, "calling", card.get(t, "escalation.levels.0.state"))
	require.Equal(t, "waiting", card.get(t, "escalation.levels.1.state"))
	require.Equal(t, noon.Add(10*time.Minute).Format(time.RFC3339), card.get(t, "escalation.deadline"))
	require.Equal(t, noon.Add(10*time.Minute).Format(time.RFC3339), card.get(t, "escalation.levels.1.at"))
	require.Equal(t, "handover", card.get(t, "tasks.0.purpose"))

	h.ok("admin", http.MethodPost, path+"/comments", map[string]any{"text": "Ключ от подвала у дворника", "is_for_resident": false})
	taken := h.ok("gusev", http.MethodPost, path+"/accept", map[string]any{})
	require.Equal(t, "accepted", taken.get(t, "status"))
	h.fails("gusev", http.MethodPost, path+"/accept", nil, http.StatusConflict, "ticket.taken")
	h.work()
	card = h.ok("gusev", http.MethodGet, path, nil)
	require.Equal(t, "finished", card.get(t, "escalation.stage"))
	require.Equal(t, "accepted", card.get(t, "escalation.levels.0.state"))
	require.Equal(t, "not_needed", card.get(t, "escalation.levels.1.state"))
	require.Nil(t, card.get(t, "escalation.deadline"))
	require.Equal(t, "+7 900 •••-00-59", card.get(t, "caller_phone"), "an executor may not read contacts")
	require.Contains(t, card.get(t, "tasks.0.phones.0"), "•••")

	version := card.id(t, "version")
	h.fails("gusev", http.MethodPost, path+"/move", map[string]any{"to": "in_progress", "version": version - 1}, http.StatusConflict, "ticket.changed")
	h.fails("gusev", http.MethodPost, path+"/move", map[string]any{"to": "postponed", "version": version}, http.StatusUnprocessableEntity, "ticket.reason_required")
	done := h.ok("gusev", http.MethodPost, path+"/move", map[string]any{"to": "done", "comment": "Заменил кран", "version": version})
	require.Equal(t, "done", done.get(t, "status"))
	h.fails("gusev", http.MethodPost, path+"/move", map[string]any{"to": "closed", "version": done.id(t, "version")}, http.StatusForbidden, "ticket.move_forbidden")
	closed := h.ok("admin", http.MethodPost, path+"/move", map[string]any{"to": "closed", "version": done.id(t, "version")})
	require.Equal(t, []any{"reopen", "edit", "comment"}, closed.get(t, "can"))

	history := h.ok("admin", http.MethodGet, path+"/events", nil)
	require.Equal(t, "created", history.get(t, "items.0.kind"))
	require.Equal(t, "inbound", history.get(t, "items.0.call.direction"), "the call stands beside the line it made")
	for _, text := range []string{"Ключ от подвала", "Заменил кран", "Принял Гусев"} {
		require.Contains(t, history.body, text)
	}
	require.Contains(t, h.ok("gusev", http.MethodGet, path+"/events", nil).body, "inbound", "an executor sees the calls of his own")
	require.NotContains(t, h.ok("contractor", http.MethodGet, path+"/events", nil).body, "inbound", "who may not hear calls sees none")
}

func TestTheJournalIsFilteredAndCutIntoPages(t *testing.T) {
	t.Parallel()
	h := open(t)
	seen := map[int64]bool{}
	path, pages := "/tickets?limit=10", 0
	for path != "" {
		a := h.ok("admin", http.MethodGet, path, nil)
		var page struct {
			Items []struct {
				ID        int64
				CompanyID int64 `json:"company_id"`
				CreatedAt time.Time
			}
			Next *string `json:"next_cursor"`
		}
		a.into(t, &page)
		for _, x := range page.Items {
			require.False(t, seen[x.ID], "no row comes twice")
			require.Equal(t, ours, x.CompanyID)
			seen[x.ID] = true
		}
		path = ""
		if pages++; page.Next != nil {
			path = "/tickets?limit=10&cursor=" + *page.Next
		}
	}
	require.Len(t, seen, 24)
	require.Equal(t, 3, pages)

	fresh := h.ticket(ours, "ВС-02")
	for query, want := range map[string]int{
		"":                                     25,
		"view=new":                             1,
		"view=open":                            6,
		"view=all&status=done":                 4,
		"status=done&status=closed":            19,
		"kind=emergency&view=new":              1,
		fmt.Sprintf("number=%d", fresh.Number): 1,
		"phone=8+900+090-00-59":                1,
		fmt.Sprintf("building_id=%d&view=new", fresh.BuildingID):     1,
		"from=2026-11-24T07:00:00Z":                                  1,
		"to=2026-11-24T07:00:00Z":                                    24,
		"company_id=2":                                               0,
		"q=" + "%D0%BE%D0%B7%D1%91%D1%80%D0%BD%D0%B0%D1%8F&view=new": 1, // озёрная
	} {
		a := h.ok("admin", http.MethodGet, "/tickets/count?"+query, nil)
		require.Equal(t, int64(want), a.id(t, "count"), query)
		require.Equal(t, false, a.get(t, "capped"))
	}
	h.clock.Set(fresh.DueAt.Add(time.Minute))
	late := h.ok("admin", http.MethodGet, "/tickets?overdue=true&view=new", nil)
	require.Equal(t, fresh.ID, late.id(t, "items.0.id"))
	require.Equal(t, true, late.get(t, "items.0.overdue"))

	mine := h.ok("gusev", http.MethodGet, "/tickets?limit=100", nil)
	var list struct {
		Items []struct {
			Executor    struct{ Name string }
			Responsible *struct{ Name string }
		}
	}
	mine.into(t, &list)
	require.NotEmpty(t, list.Items)
	require.Less(t, len(list.Items), 25, "an executor sees his own only")
	for _, x := range list.Items {
		require.Equal(t, "Гусев П. Н.", x.Executor.Name)
	}
}

func TestWhatIsMissingInAFormIsSaidByField(t *testing.T) {
	t.Parallel()
	h := open(t)
	form := h.form(ours, "ВС-02")
	delete(form, "answers")
	form["caller_phone"] = "03"
	a := h.fails("operator", http.MethodPost, "/tickets", form, http.StatusUnprocessableEntity, "ticket.incomplete")
	require.Equal(t, "body.answers.1", a.get(t, "errors.0.location"))
	require.Equal(t, "body.caller_phone", a.get(t, "errors.1.location"))
	require.Contains(t, a.get(t, "errors.1.message"), "не похоже на номер")

	a = h.fails("operator", http.MethodPost, "/tickets", map[string]any{"company_id": "x"}, http.StatusUnprocessableEntity, "request.invalid")
	require.Contains(t, a.body, "нужно целое число")
	require.Contains(t, a.body, `{"location":"body.building_id","message":"поле не заполнено"}`, "what is missing is said at its own place")
	require.Equal(t, int64(24), h.one(`select count(*) from tickets where company_id = 1`), "nothing was kept")

	form = h.form(ours, "ВС-02")
	form["building_id"] = h.building(3)
	h.fails("operator", http.MethodPost, "/tickets", form, http.StatusUnprocessableEntity, "ticket.company")
	form["building_id"] = 999999
	h.fails("operator", http.MethodPost, "/tickets", form, http.StatusUnprocessableEntity, "ticket.building")
}

func TestDirectoriesAreFoundByWhatPeopleType(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.ok("operator", http.MethodGet, "/buildings/search?q=jp`h+14+rd+7", nil) // «озёр 14 кв 7» on the wrong layout
	require.Equal(t, "Озёрная, 14, кв. 7", a.get(t, "items.0.address"))
	require.Equal(t, "7", a.get(t, "items.0.unit"))
	require.Equal(t, "Asia/Yekaterinburg", a.get(t, "items.0.zone"))
	none := h.ok("operator", http.MethodGet, "/buildings/search?q=zzz", nil)
	require.JSONEq(t, `{"items": []}`, none.body)

	b := h.ok("admin", http.MethodGet, fmt.Sprintf("/buildings/%d", h.building(ours)), nil)
	require.Equal(t, "1", b.get(t, "units.0.number"))
	require.NotEmpty(t, b.get(t, "door_codes.1"))
	require.IsType(t, []any{}, b.get(t, "open_tickets"))
	fresh := h.ticket(ours, "ВС-02")
	b = h.ok("admin", http.MethodGet, fmt.Sprintf("/buildings/%d", fresh.BuildingID), nil)
	require.Equal(t, fresh.ID, b.id(t, "open_tickets.0.id"))
	require.Len(t, h.ok("admin", http.MethodGet, "/buildings", nil).get(t, "items"), 22)

	r := h.ok("operator", http.MethodGet, "/reasons/search?company_id=1&q=njgbn", nil) // «топит»
	require.Equal(t, "ВС-02", r.get(t, "items.0.code"))
	require.Equal(t, "emergency", r.get(t, "items.0.kind"))
	require.NotEmpty(t, r.get(t, "items.0.questions.0.text"))
	all := h.ok("admin", http.MethodGet, "/reasons", nil)
	require.Greater(t, len(all.get(t, "items").([]any)), 50)
	h.fails("operator", http.MethodGet, "/reasons", nil, http.StatusUnprocessableEntity, "request.invalid")

	s := h.ok("admin", http.MethodGet, "/staff", nil)
	require.Contains(t, s.body, "Гусев П. Н.")
	require.Contains(t, s.body, `"work_type":"сантехника"`)
	require.EqualValues(t, h.one(`select count(*) from members where not is_archived`), strings.Count(h.ok("operator", http.MethodGet, "/staff", nil).body, `"member_id"`), "an operator sees all he serves")
}

// RS1: a request that is not the company's alone says whom it concerns and how they are reached.
func TestACardNamesTheSupplier(t *testing.T) {
	t.Parallel()
	h := open(t)
	form := h.form(ours, "ВС-06")
	ask := map[string]any{"company_id": ours, "building_id": form["building_id"], "reason_id": form["reason_id"]}
	p := h.ok("operator", http.MethodPost, "/tickets/preview", ask)
	require.Equal(t, "водоканал", p.get(t, "supplier.kind"))
	id := h.as("admin", http.MethodPost, "/tickets", form).id(t, "id")
	card := h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d", id), nil)
	require.Equal(t, p.get(t, "supplier.name"), card.get(t, "supplier.name"))
	require.Regexp(t, `^\d{5}/26$`, card.get(t, "supplier.contract"))
	require.NotEmpty(t, card.get(t, "supplier.phones.0.phone"))
	other := h.as("admin", http.MethodPost, "/tickets", h.form(ours, "ВС-02")).id(t, "id")
	require.Nil(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d", other), nil).get(t, "supplier"), "a burst pipe is the company's own")
}
