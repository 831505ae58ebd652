package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func openCSV(data []byte) (*Table, error) {
	text, encoding, err := decode(data)
	if err != nil {
		return nil, err
	}
	d := delimiter(text)
	t := &Table{Format: "csv", Encoding: encoding, Delimiter: string(d)}
	t.each = func(sheet int, f func(Row, float64) error) error {
		if sheet != 0 {
			return refuse("no_sheet", "В файле нет такого листа.")
		}
		return eachCSV(text, d, f)
	}
	return t, nil
}

// decode makes the text UTF-8: Russian table programs write Windows-1251 still.
func decode(data []byte) (text []byte, encoding string, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		text, encoding = data[3:], "utf-8"
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		text, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		encoding = "utf-16"
	case utf8.Valid(data):
		text, encoding = data, "utf-8"
	default:
		text, err = charmap.Windows1251.NewDecoder().Bytes(data)
		encoding = "windows-1251"
	}
	head := text[:min(len(text), 4096)]
	if err != nil || bytes.Count(head, []byte{0})*20 > len(head) || encoding == "windows-1251" && noise(head) {
		return nil, "", broken()
	}
	return text, encoding, nil
}

// noise reports whether a text is none: pictures and programs have control signs.
func noise(head []byte) bool {
	n := 0
	for _, b := range head {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' {
			n++
		}
	}
	return n > 2
}

// delimiter is the sign that parts the first lines most alike.
func delimiter(text []byte) rune {
	lines := bytes.SplitN(text, []byte("\n"), 11)
	lines = lines[:min(len(lines), 10)]
	best, most := ';', 0
	for _, d := range []rune{';', '\t', ',', '|'} {
		least := -1
		for _, l := range lines {
			if len(bytes.TrimSpace(l)) == 0 {
				continue
			}
			if n := outside(l, d); least < 0 || n < least {
				least = n
			}
		}
		if least > most {
			best, most = d, least
		}
	}
	return best
}

// outside counts a sign outside of quotes.
func outside(line []byte, d rune) (n int) {
	quoted := false
	for _, b := range string(line) {
		switch {
		case b == '"':
			quoted = !quoted
		case b == d && !quoted:
			n++
		}
	}
	return n
}

func eachCSV(text []byte, d rune, f func(Row, float64) error) error {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = d, true, -1, true
	folded := 0 // lines inside quotes: a table program shows them as one row
	row := Row{}
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken()
		}
		if len(rec) > MaxColumns {
			return refuse("columns", "В таблице больше %d столбцов.", MaxColumns)
		}
		line, _ := r.FieldPos(0)
		row.Line, row.Cells = line-folded, row.Cells[:0]
		for _, s := range rec {
			folded += strings.Count(s, "\n")
			if len(s) > 4*MaxCell {
				return refuse("cell", "Строка %d: в ячейке больше %d знаков, не закрыта кавычка.", row.Line, MaxCell)
			}
			c := Cell{}
			if c.Text, c.Trouble = clean(s); strings.HasPrefix(c.Text, "=") {
				c = plain(c)
			}
			row.Cells = append(row.Cells, c)
		}
		if err := f(row, float64(r.InputOffset())/float64(len(text))); err != nil {
			return err
		}
	}
}

// plain reads ="0123", by which programs keep a zero; anything else is a formula.
func plain(c Cell) Cell {
	if s, ok := strings.CutPrefix(c.Text, `="`); ok && strings.HasSuffix(s, `"`) && !strings.Contains(s[:len(s)-1], `"`) {
		c.Text, c.Trouble = clean(s[:len(s)-1])
		return c
	}
	c.Trouble = Formula
	return c
}

// WriteCSV writes rows for Russian table programs: UTF-8 with its mark, semicolons. A cell
// that would be taken for a formula gets an apostrophe (A9).
func WriteCSV(w io.Writer, rows func(yield func([]string) bool)) error {
	if _, err := w.Write([]byte("\xef\xbb\xbf")); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	for r := range rows {
		safe := make([]string, len(r))
		for i, s := range r {
			safe[i] = Safe(s)
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Safe is a text that no table program runs as a formula.
func Safe(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
