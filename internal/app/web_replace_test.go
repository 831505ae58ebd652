package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func init() {
	more = append(more, func(h *house) map[string][]request {
		x := h.ticket(strange, "ВС-02")
		body := map[string]any{"building_id": h.building(strange), "unit": "6", "version": x.Version}
		return map[string][]request{"place-ticket": {{method: "POST", path: fmt.Sprintf("/tickets/%d/place", x.ID), body: body}}}
	})
}

// TestARequestGetsAnotherAddress: it stays the same request at another flat of its company's,
// with the people of that house; its number is one of the new address, and of the old no more.
func TestARequestGetsAnotherAddress(t *testing.T) { // F14
	t.Parallel()
	h := open(t)
	made := h.ok("operator", http.MethodPost, "/tickets", h.form(ours, "ВС-02"))
	id, version := made.id(t, "id"), made.id(t, "version")
	path := fmt.Sprintf("/tickets/%d/place", id)
	h.work()
	house := h.one(`select building_id from tickets where id = $1`, id)
	move := func(as, unit string, version int64) answer {
		return h.as(as, http.MethodPost, path, map[string]any{"building_id": house, "unit": unit, "entrance": 2, "version": version})
	}
	require.Contains(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d", id), nil).body, `"replace"`)
	require.Equal(t, http.StatusForbidden, move("gusev", "7", version).status)
	require.Equal(t, http.StatusConflict, move("admin", "7", version+5).status)
	same := move("admin", " 5 ", version)
	require.Equal(t, http.StatusUnprocessableEntity, same.status, same.body)
	require.Contains(t, same.body, "Это и есть её адрес")

	moved := move("admin", "7", version)
	require.Equal(t, http.StatusOK, moved.status, moved.body)
	require.Equal(t, id, moved.id(t, "id"))
	require.Equal(t, "Озёрная, 2, кв. 7", moved.get(t, "address"))
	require.InDelta(t, 2, moved.get(t, "entrance"), 0)
	require.Contains(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d/events", id), nil).body, "Адрес: Озёрная, 2, кв. 7 вместо «Озёрная, 2, кв. 5»")
	require.Zero(t, h.one(`select count(*) from contacts where unit = '5' and phone = '+79000900059'`))
	require.Equal(t, int64(1), h.one(`select count(*) from contacts where unit = '7' and phone = '+79000900059'`))
	require.Contains(t, h.ok("admin", http.MethodGet, "/tickets?q=кв+7+Озёрная", nil).body, fmt.Sprintf(`"id":%d,`, id))
	h.work()
	require.Equal(t, int64(1), h.one(`select count(*) from escalations where ticket_id = $1 and finished_at is null`, id), "it is still being handed over")
}

// TestARequestOfAWrongCompanyIsMovedWithItsCall: a caller on the city's number was written down
// with a company that is not his. The request and its call go to the right one, both histories
// tell of it, and neither company is shown anything of the other.
func TestARequestOfAWrongCompanyIsMovedWithItsCall(t *testing.T) { // F14
	t.Parallel()
	h := open(t)
	key := h.call(0, "+79000900059")
	rec := h.recording(key, sound(8000))
	form := h.form(ours, "ВС-02")
	form["call_key"], form["description"] = key, "течёт у стояка"
	made := h.ok("operator", http.MethodPost, "/tickets", form)
	id := made.id(t, "id")
	h.work()
	h.ok("admin", http.MethodPost, fmt.Sprintf("/tickets/%d/comments", id), map[string]any{"text": "ключ у консьержа Северного берега"})
	h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", rec), nil)
	version := h.one(`select version from tickets where id = $1`, id)
	path := fmt.Sprintf("/tickets/%d/place", id)
	there := map[string]any{"building_id": h.building(strange), "unit": "12", "version": version}

	for _, who := range []string{"admin", "op-ours"} {
		h.fails(who, http.MethodPost, path, there, http.StatusUnprocessableEntity, "ticket.building")
	}
	code := `(select reason_id from tickets where id = (select max(id) from tickets where company_id = 1))`
	h.do(`update reasons set is_archived = true where company_id = 2 and code = (select code from reasons where id = ` + code + `)`)
	h.fails("operator", http.MethodPost, path, there, http.StatusUnprocessableEntity, "ticket.reason")
	h.do(`update reasons set is_archived = false where company_id = 2`)

	moved := h.ok("operator", http.MethodPost, path, there)
	require.NotEqual(t, id, moved.id(t, "id"))
	require.Equal(t, strange, moved.id(t, "company_id"))
	require.Equal(t, "течёт у стояка", moved.get(t, "description"))
	require.Equal(t, "new", moved.get(t, "status"))
	now := moved.id(t, "id")
	h.fails("operator", http.MethodPost, path, there, http.StatusConflict, "ticket.changed")

	was := h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d", id), nil)
	require.Equal(t, "cancelled", was.get(t, "status"))
	mine := was.body + h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d/events", id), nil).body
	require.Contains(t, mine, "это дом другой компании")
	for _, secret := range []string{moved.get(t, "company_name").(string), moved.get(t, "address").(string)} {
		require.NotContains(t, mine, secret)
	}
	next := h.ok("admin2", http.MethodGet, fmt.Sprintf("/tickets/%d", now), nil).body + h.ok("admin2", http.MethodGet, fmt.Sprintf("/tickets/%d/events", now), nil).body
	require.Contains(t, next, "сначала записано по другому адресу")
	for _, secret := range []string{"Северный берег", "Озёрная", "консьержа"} {
		require.NotContains(t, next, secret)
	}

	require.Equal(t, int64(1), h.one(`select count(*) from calls where key = $1 and company_id = 2 and ticket_id = $2`, key, now))
	h.ok("admin2", http.MethodGet, fmt.Sprintf("/recordings/%d", rec), nil)
	require.Equal(t, http.StatusNotFound, h.as("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", rec), nil).status)
	require.Zero(t, h.one(`select count(*) from contacts where company_id = 1 and phone = '+79000900059'`), "his number is not the first company's")
	require.Equal(t, int64(1), h.one(`select count(*) from contacts where company_id = 2 and phone = '+79000900059' and unit = '12'`))
	for company, ticket := range map[int64]int64{ours: id, strange: now} {
		require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where company_id = $1 and action = 'ticket.place' and object = $2`, company, fmt.Sprintf("ticket:%d", ticket)))
	}
	h.work()
	require.Zero(t, h.one(`select count(*) from escalations where ticket_id = $1 and finished_at is null`, id), "nobody is called for the first any more")
	require.Equal(t, int64(1), h.one(`select count(*) from escalations where ticket_id = $1 and finished_at is null`, now))
}

// TestACallToACompanysOwnNumberStaysItsOwn though its request was another company's.
func TestACallToACompanysOwnNumberStaysItsOwn(t *testing.T) { // F14
	t.Parallel()
	h := open(t)
	key := h.call(ours, "+79000900059")
	form := h.form(ours, "ВС-02")
	form["call_key"] = key
	made := h.ok("operator", http.MethodPost, "/tickets", form)
	moved := h.ok("operator", http.MethodPost, fmt.Sprintf("/tickets/%d/place", made.id(t, "id")), map[string]any{"building_id": h.building(strange), "unit": "12", "version": made.id(t, "version")})
	require.Equal(t, strange, moved.id(t, "company_id"))
	require.Equal(t, int64(1), h.one(`select count(*) from calls where key = $1 and company_id = 1 and ticket_id = $2`, key, made.id(t, "id")))
}
