package sheet_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"d24/internal/fault"
	"d24/internal/platform/sheet"
	"d24/internal/platform/sheet/sheettest"
)

func all(t *testing.T, data []byte) (*sheet.Table, []sheet.Row) {
	t.Helper()
	table, err := sheet.Open(data)
	require.NoError(t, err)
	rows, err := table.Head(0, 1000)
	require.NoError(t, err)
	return table, rows
}

// TestCSVIsReadAsItIsWritten: encodings, delimiters, quotes, the rows' numbers.
func TestCSVIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	const text = "Улица;Дом;Телефон\r\nБелинского;86;\"8 (900) 000-00-01\"\r\n\r\n\"Мира; бывшая\nЛенина\";12;\"\"\"\"\r\nЁлочная;1;=\"0123\"\r\n"
	cp1251, err := charmap.Windows1251.NewEncoder().Bytes([]byte(text))
	require.NoError(t, err)
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	require.NoError(t, err)
	for encoding, data := range map[string][]byte{"utf-8": []byte(text), "windows-1251": cp1251, "utf-16": utf16} {
		table, rows := all(t, data)
		require.Equal(t, encoding, table.Encoding)
		require.Equal(t, ";", table.Delimiter)
		require.Len(t, rows, 4, encoding)
		require.Equal(t, "Белинского", rows[1].Cell(0).Text)
		require.Equal(t, 4, rows[2].Line, "an empty row counts, as a table program shows it")
		require.Equal(t, "Мира; бывшая Ленина", rows[2].Cell(0).Text)
		require.Equal(t, 5, rows[3].Line, "a row of two lines is one row")
		require.Equal(t, sheet.Cell{Text: "0123"}, rows[3].Cell(2), "a zero kept by a program's own trick")
	}
	for _, d := range []string{",", "\t", "|"} {
		table, rows := all(t, []byte(strings.ReplaceAll("а;б;в\n1;2;3\n", ";", d)))
		require.Equal(t, d, table.Delimiter)
		require.Len(t, rows[1].Cells, 3)
	}
}

// TestWhatCannotBeTakenIsSaid: nothing is guessed silently (F64).
func TestWhatCannotBeTakenIsSaid(t *testing.T) {
	t.Parallel()
	book := sheettest.XLSX([][]any{
		{"Дом", "Телефон", "Номер"},
		{"86", 79000000001, sheettest.Raw(`<f>B2+1</f><v>79000000002</v>`)},
		{"88", sheettest.Raw(`<v>7.9000000001E10</v>`), "7,9E+10"},
		{"", "#Н/Д", "0123"},
	}, "A2:A4")
	_, rows := all(t, book)
	require.Equal(t, "79000000001", rows[1].Cell(1).Text)
	require.Equal(t, sheet.Formula, rows[1].Cell(2).Trouble)
	require.Equal(t, sheet.Merged, rows[2].Cell(0).Trouble)
	require.Equal(t, "79000000001", rows[2].Cell(1).Text, "a whole number, however it is stored")
	require.Equal(t, sheet.Mangled, rows[2].Cell(2).Trouble)
	require.Equal(t, sheet.Failed, rows[3].Cell(1).Trouble)
	require.Equal(t, "0123", rows[3].Cell(2).Text)
	_, rows = all(t, []byte("а;б\n=A1;7.9E+10\n"))
	require.Equal(t, sheet.Formula, rows[1].Cell(0).Trouble)
	require.Equal(t, sheet.Mangled, rows[1].Cell(1).Trouble)
	for _, x := range []sheet.Trouble{sheet.Formula, sheet.Merged, sheet.Failed, sheet.Mangled, sheet.Broken} {
		require.NotEmpty(t, x.Words())
	}
}

func TestSharedStrings(t *testing.T) {
	t.Parallel()
	parts := append(sheettest.Book(2),
		sheettest.Part{Name: "xl/sharedStrings.xml", Text: `<sst><si><t>Мира</t></si><si><r><t>Бел</t></r><r><t>инского</t></r><rPh><t>no</t></rPh></si></sst>`},
		sheettest.Part{Name: "xl/worksheets/sheet1.xml", Text: `<worksheet><sheetData/></worksheet>`},
		sheettest.Part{Name: "xl/worksheets/sheet2.xml", Text: `<worksheet><sheetData><row r="3"><c r="B3" t="s"><v>1</v></c><c r="C3" t="s"><v>0</v></c></row><row><c t="s"><v>9</v></c></row></sheetData></worksheet>`})
	table, err := sheet.Open(sheettest.Zip(parts...))
	require.NoError(t, err)
	require.Equal(t, []string{"Лист1", "Лист2"}, table.Sheets)
	rows, err := table.Head(1, 1)
	require.NoError(t, err)
	require.Equal(t, 3, rows[0].Line)
	require.Equal(t, []string{"", "Белинского", "Мира"}, []string{rows[0].Cell(0).Text, rows[0].Cell(1).Text, rows[0].Cell(2).Text})
	_, err = table.Head(1, 5)
	require.Equal(t, "sheet.broken", fault.CodeOf(err), "a string that is not there")
}

// TestBombsAreRefused is A10 for tables: in words, soon, in little memory.
func TestBombsAreRefused(t *testing.T) {
	zeros := strings.Repeat("\x00", 1<<20)
	sheetOf := func(text string) []byte {
		return sheettest.Zip(append(sheettest.Book(1), sheettest.Part{Name: "xl/worksheets/sheet1.xml", Text: text})...)
	}
	many := make([]sheettest.Part, 0, 2000)
	for i := range 2000 {
		many = append(many, sheettest.Part{Name: fmt.Sprintf("xl/worksheets/sheet%d.xml", i), Text: "<worksheet/>"})
	}
	strs := "<sst>" + strings.Repeat("<si><t>а</t></si>", 1_000_001) + "</sst>"
	cases := map[string]struct {
		data []byte
		code string
	}{
		"empty":          {nil, "sheet.empty"},
		"old":            {[]byte("\xd0\xcf\x11\xe0\xa1\xb1"), "sheet.old"},
		"picture":        {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00"), "sheet.broken"},
		"cut zip":        {[]byte("PK\x03\x04abc"), "sheet.broken"},
		"zip, no table":  {sheettest.Zip(sheettest.Part{Name: "../../etc/passwd", Text: "x"}), "sheet.broken"},
		"nested":         {sheettest.Zip(sheettest.Part{Name: "a.xlsx", Text: string(sheettest.XLSX(nil))}), "sheet.broken"},
		"unpacks to 300": {sheettest.Zip(append(sheettest.Book(1), sheettest.Part{Name: "xl/worksheets/sheet1.xml", Text: strings.Repeat(zeros, 257)})...), "sheet.unzipped"},
		"parts":          {sheettest.Zip(many...), "sheet.entries"},
		"sheets":         {sheettest.Zip(append(sheettest.Book(500), many[:3]...)...), "sheet.sheets"},
		"strings":        {sheettest.Zip(append(sheettest.Book(1), sheettest.Part{Name: "xl/sharedStrings.xml", Text: strs}, many[1])...), "sheet.strings"},
		"entities":       {sheetOf(`<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&c;</t></is></c></row></sheetData></worksheet>`), "sheet.broken"},
		"long cell":      {sheetOf(`<worksheet><sheetData><row><c t="inlineStr"><is><t>` + strings.Repeat("a", 9<<20) + `</t></is></c></row></sheetData></worksheet>`), "sheet.cell"},
		"wide":           {sheetOf(`<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>`), "sheet.columns"},
		"back":           {sheetOf(`<worksheet><sheetData><row r="5"/><row r="2"/></sheetData></worksheet>`), "sheet.broken"},
		"open quote":     {[]byte("а;б\n\"" + strings.Repeat("x;\n", 200_000)), "sheet.cell"},
		"wide csv":       {[]byte(strings.Repeat(";", 5000)), "sheet.columns"},
	}
	for name, c := range cases {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		table, err := sheet.Open(c.data)
		if err == nil {
			err = table.Each(0, func(sheet.Row, float64) error { return nil })
		}
		runtime.ReadMemStats(&after)
		require.Equal(t, c.code, fault.CodeOf(err), "%s: %v", name, err)
		require.Equal(t, fault.Invalid, fault.KindOf(err), name)
		require.Less(t, int64(after.HeapSys)-int64(before.HeapSys), int64(128<<20), name)
	}
}

func TestCSVIsWrittenSafely(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	rows := [][]string{{"=1+1", "+7 900", "-5", "@x", "\ty", "дом; 5", "\"q\""}}
	require.NoError(t, sheet.WriteCSV(&out, func(yield func([]string) bool) { yield(rows[0]) }))
	text, ok := strings.CutPrefix(out.String(), "\xef\xbb\xbf")
	require.True(t, ok)
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = ';'
	back, err := r.Read()
	require.NoError(t, err)
	require.Equal(t, []string{"'=1+1", "'+7 900", "'-5", "'@x", "'\ty", "дом; 5", "\"q\""}, back)
}

func FuzzOpen(f *testing.F) {
	f.Add(sheettest.XLSX([][]any{{"а", 1}}, "A1:B2"))
	f.Add([]byte("а;б\n1;2"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := sheet.Open(data)
		if err == nil {
			err = table.Each(0, func(sheet.Row, float64) error { return nil })
		}
		require.NotEqual(t, fault.Internal, map[bool]fault.Kind{true: fault.Invalid, false: fault.KindOf(err)}[err == nil])
	})
}
