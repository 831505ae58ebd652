// Package sheet reads the tables people hand in, XLSX and CSV, row by row and within
// bounds, and writes CSV that no table program takes for formulas. It guesses nothing
// silently: a cell that is a formula, a part of a merged one, an error or a number
// whose digits are lost says so (F64).
//
// XLSX is read by ourselves: the known libraries give the last result of a formula and
// the text of a merged cell without telling, and hold every shared string as an object.
package sheet

import (
	"bytes"
	"errors"
	"regexp"
	"strings"

	"d24/internal/fault"
)

// Bounds of a table (A10).
const (
	MaxFile     = 32 << 20  // bytes of a file
	MaxUnzipped = 256 << 20 // bytes of an XLSX unpacked
	MaxRows     = 1_000_000
	MaxColumns  = 300
	MaxCell     = 32_767 // signs of a cell, as table programs have it
	maxEntries  = 1000   // files in an XLSX
	maxSheets   = 100
	maxStrings  = 1_000_000
	maxShared   = 48 << 20 // bytes of the shared strings
	maxMerged   = 100_000
)

// Trouble is why a cell cannot be taken as it stands.
type Trouble string

// The troubles.
const (
	Formula Trouble = "formula" // holds a formula
	Merged  Trouble = "merged"  // covered by another cell
	Failed  Trouble = "failed"  // #N/A, #REF!
	Mangled Trouble = "mangled" // 7.9E+10: the last digits are lost
	Broken  Trouble = "broken"  // signs that are no text: a wrong encoding
)

// Words say a trouble to a person and what to do.
func (t Trouble) Words() string {
	switch t {
	case Formula:
		return "в ячейке формула: вставьте столбец как значения"
	case Merged:
		return "ячейка объединена с соседней: разъедините и заполните каждую"
	case Failed:
		return "в ячейке ошибка таблицы вместо значения"
	case Mangled:
		return "таблица записала число сокращённо, последние цифры потеряны: сделайте столбец текстовым и введите заново"
	case Broken:
		return "в ячейке нечитаемые знаки: проверьте кодировку файла"
	}
	return ""
}

// Cell is one value as text, without spaces around.
type Cell struct {
	Text     string
	Trouble  Trouble
	IsNumber bool // an XLSX number: a date may stand behind it
}

// Row is one row; Line counts from 1, as table programs show it.
type Row struct {
	Line  int
	Cells []Cell
}

// Cell is the i-th cell, an empty one when the row is shorter or i is below 0.
func (r Row) Cell(i int) Cell {
	if i < 0 || i >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[i]
}

// IsEmpty reports whether nothing stands in the row.
func (r Row) IsEmpty() bool {
	for _, c := range r.Cells {
		if c.Text != "" || c.Trouble != "" && c.Trouble != Merged {
			return false
		}
	}
	return true
}

// Table is a file taken apart.
type Table struct {
	Format    string   // xlsx, csv
	Encoding  string   // of a CSV: utf-8, utf-16, windows-1251
	Delimiter string   // of a CSV: ";", ",", tab
	Sheets    []string // of an XLSX
	each      func(sheet int, f func(Row, float64) error) error
}

// errStop ends a reading early.
var errStop = errors.New("enough")

// Open tells what a file is. fault.Invalid "sheet.…" says what is wrong with it in words.
func Open(data []byte) (*Table, error) {
	switch {
	case len(data) > MaxFile:
		return nil, refuse("too_big", "Файл больше %d МБ: разделите его на части.", MaxFile>>20)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, refuse("empty", "Файл пустой.")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return openXLSX(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return nil, refuse("old", "Это таблица старого вида (.xls) или с паролем: сохраните её как .xlsx или .csv без пароля.")
	}
	return openCSV(data)
}

// Each gives the rows of a sheet that are not empty to f in their order, with the part
// of the file read, 0 to 1. A CSV has the sheet 0.
func (t *Table) Each(sheet int, f func(Row, float64) error) error {
	n := 0
	return t.each(sheet, func(r Row, part float64) error {
		if n++; n > MaxRows || r.Line > 2*MaxRows {
			return refuse("rows", "В таблице больше %d строк: разделите её на части.", MaxRows)
		}
		if r.IsEmpty() {
			return nil
		}
		for i, c := range r.Cells {
			if c.Trouble == "" && scientific.MatchString(c.Text) && !c.IsNumber {
				r.Cells[i].Trouble = Mangled
			}
		}
		return f(r, part)
	})
}

// Head is the first n rows that are not empty.
func (t *Table) Head(sheet, n int) (rows []Row, err error) {
	err = t.Each(sheet, func(r Row, _ float64) error {
		rows = append(rows, Row{r.Line, append([]Cell{}, r.Cells...)})
		if len(rows) >= n {
			return errStop
		}
		return nil
	})
	if errors.Is(err, errStop) {
		err = nil
	}
	return rows, err
}

var scientific = regexp.MustCompile(`^[+-]?\d([.,]\d+)?[EeЕе][+]?\d{1,2}$`)

func refuse(code, format string, args ...any) error {
	return fault.New(fault.Invalid, "sheet."+code, format, args...)
}

func broken() error {
	return refuse("broken", "Файл повреждён или это не таблица: откройте его в табличной программе и сохраните заново как .xlsx.")
}

// clean takes the spaces around away and the signs that are seen by nobody.
func clean(s string) (string, Trouble) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u00a0' || r == '\u202f' || r == '\t' || r == '\n' || r == '\r' || r == '\u2007':
			return ' '
		case r == '\u200b' || r == '\ufeff' || r == '\u00ad' || r == '\u200e' || r == '\u202c' || r == '\u202d':
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	for _, r := range s {
		if r == '\ufffd' || r < ' ' {
			return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\ufffd"), Broken
		}
	}
	if strings.HasPrefix(s, "#") && failed.MatchString(s) {
		return s, Failed
	}
	return s, ""
}

var failed = regexp.MustCompile(`^#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|Н/Д|ССЫЛКА!|ЗНАЧ!|ИМЯ\?|ДЕЛ/0!|ЧИСЛО!|ПУСТО!)`)
