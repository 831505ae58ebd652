package app_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/phone"
)

// TestWhatIsNoNumberIsNobodysNumber: a caller without a number, or with junk for one, is served
// like everybody; no contact is made of it, and two who hide their numbers are not taken for one.
func TestWhatIsNoNumberIsNobodysNumber(t *testing.T) { // F12
	t.Parallel()
	h := open(t)
	contacts := h.one(`select count(*) from contacts`)
	for _, from := range []string{"", "anonymous", "Restricted", "sip:operator", "101", `<i data-x="89120004127">`} {
		from = phone.Caller(from)
		key := h.call(ours, from)
		card := h.ok("operator", http.MethodGet, "/desk/calls/"+key, nil)
		require.Empty(t, card.get(t, "known"), from)
		if from == "" {
			require.Empty(t, card.get(t, "recent_calls"), "whoever hides his number has no calls before")
		}
		h.ok("operator", http.MethodPost, "/desk/calls/"+key+"/place", map[string]any{"building_id": h.building(ours), "unit": "5"})
		form := h.form(ours, "ВС-02")
		form["call_key"] = key
		delete(form, "caller_phone")
		made := h.ok("operator", http.MethodPost, "/tickets", form)
		require.Equal(t, int64(1), h.one(`select count(*) from calls where key = $1 and ticket_id = $2`, key, made.id(t, "id")), from)
		require.Equal(t, contacts, h.one(`select count(*) from contacts`), "%q makes no contact", from)
	}
	for as, number := range map[string]string{"8 (900) 090-00-59": "+79000900059", "+7 900 090-00-58": "+79000900058", "9000900057": "+79000900057"} {
		key := h.call(ours, phone.Caller(as))
		h.ok("operator", http.MethodPost, "/desk/calls/"+key+"/place", map[string]any{"building_id": h.building(ours), "unit": "5"})
		require.Equal(t, int64(1), h.one(`select count(*) from contacts where phone = $1 and unit = '5' and building_id = $2`, number, h.building(ours)), as)
	}
}
