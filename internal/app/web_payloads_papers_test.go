package app_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/sheet"
)

// TestFilesOfTheListHoldWords is A8 and A9: each file is one of its own kind, which its
// program opens, and nothing that was typed into a request is run in it.
func TestFilesOfTheListHoldWords(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, p := range payloads {
		for _, typed := range []string{p, "=" + p} {
			form := h.form(strange, "ВС-02")
			form["description"] = typed
			h.ok("op-strange", "POST", "/tickets", form)
		}
	}
	made := func(format string) string {
		id := h.ok("admin2", "POST", "/ticket-exports?company_id=2", map[string]any{"format": format, "is_detailed": true}).id(t, "id")
		h.work()
		return h.ok("admin2", "GET", fmt.Sprintf("/errands/%d/result", id), nil).body
	}
	harmless := func(cells []string) (shows bool) {
		for _, cell := range cells {
			if strings.Contains(cell, "pwned") {
				require.NotContains(t, cell, "\x1b")
				require.False(t, strings.ContainsRune("=+-@\t\r", rune(cell[0])), "a formula: %q", cell)
				shows = true
			}
		}
		return shows
	}
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(made("csv"), "\ufeff")))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	must(t, err)
	shown := 0
	for _, row := range rows {
		if harmless(row) {
			shown++
		}
	}
	require.Equal(t, 2*len(payloads), shown)
	book, err := sheet.Open([]byte(made("xlsx")))
	must(t, err)
	inBook := 0
	must(t, book.Each(0, func(r sheet.Row, _ float64) error {
		var cells []string
		for i := range rows[0] {
			cells = append(cells, r.Cell(i).Text)
		}
		if harmless(cells) {
			inBook++
		}
		return nil
	}))
	require.Equal(t, shown, inBook)
	register := made("pdf")
	require.True(t, strings.HasPrefix(register, "%PDF-"))
	for _, runs := range []string{"/JavaScript", "/Launch", "/URI", "/OpenAction"} {
		require.NotContains(t, register, runs)
	}
}
