package report

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"d24/internal/access"
	"d24/internal/ticket"
)

func fromCSV(t *testing.T, b []byte) [][]string {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	r.Comma = ';'
	rows, err := r.ReadAll()
	require.NoError(t, err)
	return rows
}

func fromXLSX(t *testing.T, b []byte) (*excelize.File, [][]string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b))
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	rows, err := f.GetRows(sheetName)
	require.NoError(t, err)
	return f, rows
}

func first(rows [][]string) (out []string) {
	for _, r := range rows[1:] {
		out = append(out, r[0])
	}
	return out
}

// TestTheFileIsTheList is A4 with F73: for random rights and random conditions the list page by
// page, its count, the CSV and the XLSX have the same requests in the same order.
func TestTheFileIsTheList(t *testing.T) { // A4
	t.Parallel()
	c := open(t)
	c.crowd(140)
	var all []ticket.Ticket
	require.NoError(t, c.s.tickets.Each(c.sys, ticket.Filter{}, func(x ticket.Ticket) error { all = append(all, x); return nil }))
	require.Greater(t, len(all), 250)
	r := rand.New(rand.NewPCG(4, 73)) //nolint:gosec // the draw repeats
	pick := func() ticket.Ticket { return all[r.IntN(len(all))] }
	sizes := map[int]int{}
	for range 120 {
		k := pick()
		a := access.Actor{Kind: access.Company, UserID: 1, CompanyID: k.CompanyID, May: []access.Permission{access.TicketRead}}
		for range 1 + r.IntN(2) {
			g := access.Grant{CompanyID: k.CompanyID}
			switch r.IntN(5) {
			case 0:
				g.BuildingIDs = []int64{k.BuildingID, pick().BuildingID}
			case 1:
				g.WorkTypeIDs = []int64{k.WorkTypeID}
			case 2:
				g.ExecutorID = k.ExecutorID
			case 3:
				g.ResponsibleID = k.ResponsibleID
			}
			a.Grants = append(a.Grants, g)
		}
		f := randomFilter(r, k, pick)
		ctx := access.With(context.Background(), a)
		var list []string
		for next := f; ; {
			next.Limit = 1 + r.IntN(60)
			rows, cursor, err := c.s.tickets.List(ctx, next)
			require.NoError(t, err)
			for _, x := range rows {
				list = append(list, fmt.Sprint(x.Number))
			}
			if cursor == "" {
				break
			}
			next.After = cursorOf(t, cursor)
		}
		n, err := c.s.tickets.CountTo(ctx, f, 100_000)
		require.NoError(t, err)
		require.Len(t, list, n, "%+v", f)
		require.Equal(t, list, first(fromCSV(t, c.file(a, CSV, f, "address"))), "%+v of %+v", f, a)
		_, sheet := fromXLSX(t, c.file(a, XLSX, f))
		require.Equal(t, list, first(sheet), "%+v of %+v", f, a)
		sizes[min(n, 2)]++
	}
	require.Greater(t, sizes[2], 30, "the draw finds something: %v", sizes)
}

func randomFilter(r *rand.Rand, k ticket.Ticket, pick func() ticket.Ticket) (f ticket.Filter) {
	f.Order = []ticket.Order{ticket.Newest, ticket.Oldest, ticket.ByDue}[r.IntN(3)]
	for range r.IntN(3) {
		switch r.IntN(11) {
		case 0:
			f.Status = []ticket.Status{k.Status, pick().Status}
		case 1:
			f.Kind = []ticket.Kind{k.Kind}
		case 2:
			f.View = ticket.Unfinished
		case 3:
			f.BuildingID = k.BuildingID
		case 4:
			f.ExecutorID = k.ExecutorID
		case 5:
			f.TagIDs = k.TagIDs
		case 6:
			f.OverdueAt = noon
		case 7:
			f.SoonAt = noon
		case 8:
			f.CreatedFrom = k.CreatedAt
		case 9:
			f.Source = []string{k.Source}
		case 10:
			f.ReasonID = k.ReasonID
		}
	}
	return f
}

// TestCellsDoNoHarm is A9: whatever is typed into a request, no cell of its file is a formula or
// looks like one; a phone is text and keeps its plus and zeros.
func TestCellsDoNoHarm(t *testing.T) { // A9
	t.Parallel()
	c := open(t)
	c.crowd(70)
	bad := []string{"=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tTAB", "\rCR", "=HYPERLINK(\"http://a\";\"b\")", "  =1", "перенос\nстроки", "точка;с;запятой", `кавычки "внутри"`, "\x00\x01=1", "ok"}
	for i, s := range bad {
		if strings.Contains(s, "\x00") {
			s = strings.ReplaceAll(s, "\x00", "") // PostgreSQL keeps no such character
		}
		c.do(`update tickets set description = $2, reason_name = $2, address = $2, unit = left($2, 20), postpone_reason = $2 where company_id = 1 and number % 13 = $1`, i, s)
	}
	c.do(`update tickets set caller_phone = case number % 3 when 0 then '+79000000001' when 1 then '0010203' else '' end where company_id = 1`)
	all := append(append([]string{}, ticket.Columns[2:]...), details...)
	rows := fromCSV(t, c.file(admin(), CSV, ticket.Filter{}, all...))
	require.Greater(t, len(rows), 60)
	dangerous := func(s string) bool { return s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) }
	at := func(name string) int { return 1 + indexOf(t, all, name) }
	phones := map[string]int{}
	for _, r := range rows {
		for i, s := range r {
			require.False(t, dangerous(s), "column %d: %q", i, s)
		}
		phones[r[at("phone")]]++
	}
	require.Positive(t, phones["'+79000000001"])
	require.Positive(t, phones["0010203"])

	f, sheet := fromXLSX(t, c.file(admin(), XLSX, ticket.Filter{}, all...))
	require.Len(t, sheet, len(rows))
	whole := map[string]int{}
	for i, r := range sheet {
		for j, s := range r {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			require.NoError(t, err)
			formula, err := f.GetCellFormula(sheetName, cell)
			require.NoError(t, err)
			require.Empty(t, formula)
			if j == at("phone") && i > 0 {
				kind, err := f.GetCellType(sheetName, cell)
				require.NoError(t, err)
				if s != "" {
					require.Contains(t, []excelize.CellType{excelize.CellTypeInlineString, excelize.CellTypeSharedString}, kind, "a phone is text")
				}
				whole[s]++
				continue
			}
			require.False(t, dangerous(s), "%s: %q", cell, s)
		}
	}
	require.Positive(t, whole["+79000000001"])
	require.Positive(t, whole["0010203"])

	blind := admin()
	blind.May = []access.Permission{access.TicketRead}
	require.NotContains(t, string(c.file(blind, CSV, ticket.Filter{}, "phone")), "79000000001", "who may not see contacts gets no numbers")
}

func indexOf(t *testing.T, all []string, name string) int {
	t.Helper()
	for i, s := range all {
		if s == name {
			return i
		}
	}
	require.Fail(t, "no such column", name)
	return -1
}
