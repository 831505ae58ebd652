package report

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

const onPaper = "02.01.2006 15:04"

// table is a CSV as Russian table programs open it: semicolons, and the mark of UTF-8.
type table struct{ w *csv.Writer }

func newTable(w io.Writer, p spec) (*table, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	t := &table{csv.NewWriter(w)}
	t.w.Comma, t.w.UseCRLF = ';', true
	head := make([]string, len(p.Columns))
	for i, c := range p.Columns {
		head[i] = columns[c].title
	}
	return t, t.w.Write(head)
}

func (t *table) add(row []cell) error {
	out := make([]string, len(row))
	for i, c := range row {
		switch c.sort {
		case number:
			out[i] = strconv.FormatInt(c.number, 10)
		case moment:
			out[i] = c.at.Format(onPaper)
		case words, digits: // a phone begins with +: the mark keeps it text here too
			out[i] = harmless(c.text)
		}
	}
	return t.w.Write(out)
}

func (t *table) close(error) error {
	t.w.Flush()
	return t.w.Error()
}

// workbook is an XLSX that is written row by row: what does not fit lies in a file.
type workbook struct {
	out    io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	date   int // the style of a moment
	quoted int // the style of a text that is no formula
	row    int
}

const sheetName = "Заявки"

func newWorkbook(w io.Writer, p spec) (*workbook, error) {
	b := &workbook{out: w, file: excelize.NewFile(), row: 1}
	err := b.file.SetSheetName("Sheet1", sheetName)
	if err == nil {
		b.stream, err = b.file.NewStreamWriter(sheetName)
	}
	if err != nil {
		return nil, errors.Join(err, b.file.Close())
	}
	format := "dd.mm.yyyy hh:mm"
	var head int
	var errs [3]error
	b.date, errs[0] = b.file.NewStyle(&excelize.Style{CustomNumFmt: &format})
	b.quoted, errs[1] = b.file.NewStyle(&excelize.Style{NumFmt: 49}) // «@»: text
	head, errs[2] = b.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	err = errors.Join(errs[:]...)
	titles := make([]any, len(p.Columns))
	for i, c := range p.Columns {
		titles[i] = excelize.Cell{Value: columns[c].title, StyleID: head}
		err = errors.Join(err, b.stream.SetColWidth(i+1, i+1, columns[c].width))
	}
	err = errors.Join(err, b.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}), b.stream.SetRow("A1", titles))
	if err != nil {
		return nil, errors.Join(err, b.file.Close())
	}
	return b, nil
}

// add writes the row. Every text is typed as text: no cell is a formula.
func (b *workbook) add(row []cell) error {
	b.row++
	out := make([]any, len(row))
	for i, c := range row {
		switch c.sort {
		case number:
			out[i] = c.number
		case moment: // a table has no zones: the clock of the house as it is
			out[i] = excelize.Cell{Value: time.Date(c.at.Year(), c.at.Month(), c.at.Day(), c.at.Hour(), c.at.Minute(), 0, 0, time.UTC), StyleID: b.date}
		case digits:
			out[i] = excelize.Cell{Value: c.text, StyleID: b.quoted}
		case words:
			if c.text != "" {
				out[i] = harmless(c.text)
			}
		}
	}
	return b.stream.SetRow("A"+strconv.Itoa(b.row), out)
}

func (b *workbook) close(failed error) error {
	if failed != nil {
		return b.file.Close()
	}
	err := b.stream.Flush()
	if err == nil {
		_, err = b.file.WriteTo(b.out)
	}
	return errors.Join(err, b.file.Close())
}
