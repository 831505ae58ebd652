package app_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheCardOfANewRequestIsItsCard: what is answered to who makes a request, and to who
// makes the same one again, is what he sees when he opens it – of a plain one and of one that
// concerns a supplier.
func TestTheCardOfANewRequestIsItsCard(t *testing.T) {
	t.Parallel()
	h := open(t)
	concerned := 0
	for i, code := range []string{"ВС-02", "ВС-01", "ЭЛ-01", "ОТ-01"} {
		if h.one(`select count(*) from reasons where company_id = 1 and code = $1`, code) == 0 {
			continue
		}
		form := h.form(ours, code)
		form["idempotency_key"] = fmt.Sprintf("the-same-card-%d", i)
		card := func(b []byte) (m map[string]any) {
			require.NoError(t, json.Unmarshal(b, &m))
			delete(m, "say")
			delete(m, "$schema")
			return m
		}
		made := h.ok("op-ours", "POST", "/tickets", form)
		opened := h.ok("op-ours", "GET", fmt.Sprintf("/tickets/%d", made.id(t, "id")), nil)
		require.Equal(t, card([]byte(opened.body)), card([]byte(made.body)), code)
		again := h.ok("op-ours", "POST", "/tickets", form)
		require.Equal(t, card([]byte(opened.body)), card([]byte(again.body)), code)
		if card([]byte(made.body))["pair"] != nil {
			concerned++
		}
	}
	require.NotZero(t, concerned, "one of them concerns a supplier")
}
