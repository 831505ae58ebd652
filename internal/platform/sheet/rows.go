package sheet

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// each reads the rows of a sheet.
func (b *book) each(sheet int, f func(Row, float64) error) error {
	if sheet < 0 || sheet >= len(b.targets) {
		return refuse("no_sheet", "В файле нет такого листа.")
	}
	if err := b.loadStrings(); err != nil {
		return err
	}
	name := b.targets[sheet]
	areas, err := b.merged(name)
	if err != nil {
		return err
	}
	read := int64(0)
	d, c, err := b.stream(name, &read)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // read only
	size := float64(max(1, b.files[name].UncompressedSize64))
	r := &reader{book: b, areas: areas}
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return wrong(err)
		}
		switch v := tok.(type) {
		case xml.StartElement:
			err = r.start(v)
		case xml.EndElement:
			if v.Name.Local == "row" {
				r.cover()
				err = f(r.row, min(1, float64(read)/size))
			} else {
				err = r.end(v.Name.Local)
			}
		case xml.CharData:
			if r.text {
				r.value = append(r.value, v...)
			}
		}
		if err != nil {
			return err
		}
	}
}

// reader is where the reading of a sheet stands.
type reader struct {
	book    *book
	areas   []area // merged, those not yet reached
	active  []area
	row     Row
	col     int
	kind    string
	value   []byte
	text    bool
	formula bool
}

func (r *reader) start(v xml.StartElement) error {
	switch v.Name.Local {
	case "row":
		line := r.row.Line + 1
		if s := attr(v, "r"); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < line {
				return broken()
			}
			line = n
		}
		r.row.Line, r.row.Cells, r.col = line, r.row.Cells[:0], -1
	case "c":
		r.col++
		if s := attr(v, "r"); s != "" {
			col, _, ok := place(s)
			if !ok || col < r.col {
				return broken()
			}
			r.col = col
		}
		r.kind, r.value, r.formula = attr(v, "t"), r.value[:0], false
	case "f":
		r.formula = true
	case "v", "t":
		r.text = true
	}
	return nil
}

func (r *reader) end(tag string) error {
	switch tag {
	case "v", "t":
		r.text = false
	case "c":
		c, ok := r.cell()
		if !ok {
			return broken()
		}
		if c.Text == "" && c.Trouble == "" {
			return nil
		}
		if r.col >= MaxColumns {
			return refuse("columns", "В таблице больше %d столбцов.", MaxColumns)
		}
		r.grow(r.col)
		r.row.Cells[r.col] = c
	}
	return nil
}

func (r *reader) grow(col int) {
	for len(r.row.Cells) <= col {
		r.row.Cells = append(r.row.Cells, Cell{})
	}
}

// cell reads what was gathered; false: the sheet points to a string that is not there.
func (r *reader) cell() (c Cell, ok bool) {
	text := string(r.value)
	switch r.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return c, text == ""
		}
		if text, ok = r.book.strings.at(i); !ok {
			return c, false
		}
	case "", "n":
		text, c.IsNumber = number(strings.TrimSpace(text)), text != ""
	case "b":
		text = map[string]string{"1": "да", "0": "нет"}[text]
	}
	if len(text) > 4*MaxCell {
		text = text[:4*MaxCell]
	}
	if c.Text, c.Trouble = clean(text); r.kind == "e" {
		c.Trouble = Failed
	}
	if r.formula {
		c.Trouble = Formula
	}
	return c, true
}

// number writes a stored number as people see it: 7.9120004127E10 is 79120004127.
func number(s string) string {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return s
	}
	if math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return s
}

// area is a merged one, in rows and columns from 0 and 1.
type area struct{ row1, row2, col1, col2 int }

// cover marks the cells of the row that others are spread over.
func (r *reader) cover() {
	for len(r.areas) > 0 && r.areas[0].row1 <= r.row.Line {
		r.active = append(r.active, r.areas[0])
		r.areas = r.areas[1:]
	}
	r.active = slices.DeleteFunc(r.active, func(a area) bool { return a.row2 < r.row.Line })
	for _, a := range r.active {
		for col := a.col1; col <= min(a.col2, MaxColumns-1); col++ {
			if col == a.col1 && r.row.Line == a.row1 {
				continue
			}
			r.grow(col)
			r.row.Cells[col] = Cell{Trouble: Merged}
		}
	}
}

// merged finds the merged cells, which stand behind the rows.
func (b *book) merged(name string) (out []area, err error) {
	f := b.files[name]
	if f == nil {
		return nil, broken()
	}
	z, err := f.Open()
	if err != nil {
		return nil, broken()
	}
	defer z.Close() //nolint:errcheck // read only
	br := bufio.NewReaderSize(&guard{r: z, left: MaxUnzipped}, 64<<10)
	mark := []byte("mergeCell ")
	for {
		tag, err := br.ReadSlice('>')
		if i := bytes.Index(tag, mark); i >= 0 {
			if a, ok := areaOf(string(tag[i:])); ok {
				out = append(out, a)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			slices.SortFunc(out, func(a, b area) int { return a.row1 - b.row1 })
			return out, nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, wrong(err)
		case len(out) > maxMerged:
			return nil, refuse("merged", "В таблице слишком много объединённых ячеек: разъедините их.")
		}
	}
}

func areaOf(tag string) (a area, ok bool) {
	_, ref, ok := strings.Cut(tag, `ref="`)
	if !ok {
		return a, false
	}
	ref, _, _ = strings.Cut(ref, `"`)
	from, to, ok := strings.Cut(ref, ":")
	if !ok {
		return a, false
	}
	var fine, too bool
	a.col1, a.row1, fine = place(from)
	a.col2, a.row2, too = place(to)
	return a, fine && too && a.row2 >= a.row1 && a.col2 >= a.col1
}

// place reads «AB12»: the column from 0, the row from 1.
func place(s string) (col, row int, ok bool) {
	i := 0
	for ; i < len(s) && s[i] >= 'A' && s[i] <= 'Z' && i < 4; i++ {
		col = col*26 + int(s[i]-'A') + 1
	}
	row, err := strconv.Atoi(s[i:])
	return col - 1, row, i > 0 && err == nil && row > 0
}

func attr(v xml.StartElement, name string) string {
	for _, a := range v.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
