package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func init() {
	more = append(more, func(h *house) map[string][]request {
		x, y, z := h.ticket(strange, "ВС-02"), h.ticket(strange, "ВС-02"), h.ticket(strange, "ВС-02")
		other := h.one(`select max(id) from reasons where company_id = $1 and kind = 'planned' and not is_archived`, strange)
		return map[string][]request{
			"resort-ticket": {{method: "POST", path: fmt.Sprintf("/tickets/%d/reason", x.ID), body: map[string]any{"reason_id": other, "version": x.Version}}},
			"merge-ticket":  {{method: "POST", path: fmt.Sprintf("/tickets/%d/merge", y.ID), body: map[string]any{"into": z.ID, "version": y.Version}}},
		}
	})
}

// TestARequestIsSortedAnewAndMerged is F39 over HTTP: who may, what is refused in words at
// the field, what is on the card and in the history.
func TestARequestIsSortedAnewAndMerged(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, _ := h.emergency()
	path := fmt.Sprintf("/tickets/%d", id)
	card := h.ok("admin", http.MethodGet, path, nil)
	planned := h.one(`select max(id) from reasons where company_id = 1 and kind = 'planned' and not is_archived`)
	theirs := h.one(`select max(id) from reasons where company_id = 2 and kind = 'planned' and not is_archived`)
	version := card.id(t, "version")
	ask := func(as string, reason, version int64) answer {
		return h.as(as, http.MethodPost, path+"/reason", map[string]any{"reason_id": reason, "version": version})
	}
	require.Contains(t, card.body, `"resort"`)
	h.token("gusev")
	h.token("admin")
	require.Equal(t, http.StatusForbidden, ask("gusev", planned, version).status)
	require.Equal(t, http.StatusConflict, ask("admin", planned, version+1).status)
	a := ask("admin", theirs, version)
	require.Equal(t, http.StatusUnprocessableEntity, a.status, a.body)
	require.Contains(t, a.body, "reason_id")
	a = ask("admin", card.id(t, "reason_id"), version)
	require.Equal(t, http.StatusUnprocessableEntity, a.status, a.body)
	a = ask("admin", planned, version)
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.Equal(t, "planned", a.get(t, "kind"))
	require.Contains(t, h.ok("admin", http.MethodGet, path+"/events", nil).body, "теперь плановая")

	other, _ := h.emergency()
	merge := func(into, version int64) answer {
		return h.as("admin", http.MethodPost, path+"/merge", map[string]any{"into": into, "version": version})
	}
	version = a.id(t, "version")
	require.Equal(t, http.StatusUnprocessableEntity, merge(id, version).status)
	a = merge(other, version)
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.Equal(t, "cancelled", a.get(t, "status"))
	require.Contains(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/tickets/%d", other), nil).body, `/2"`)
	require.Equal(t, http.StatusConflict, merge(other, a.id(t, "version")).status, "it is over")
}
