// Package sheettest writes XLSX files for tests: texts, numbers, formulas, merged cells.
package sheettest

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// Raw is a cell as XML: a number "<v>5</v>", a formula "<f>A1</f><v>5</v>".
type Raw string

// Part is a file inside of the archive.
type Part struct{ Name, Text string }

// XLSX is a book of one sheet. Cells: string, int, Raw; merged are areas: "A2:A3".
func XLSX(rows [][]any, merged ...string) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for i, r := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, v := range r {
			ref := fmt.Sprintf("%s%d", column(j), i+1)
			switch x := v.(type) {
			case int:
				fmt.Fprintf(&b, `<c r="%s"><v>%d</v></c>`, ref, x)
			case Raw:
				fmt.Fprintf(&b, `<c r="%s">%s</c>`, ref, string(x))
			default:
				fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>`, ref)
				_ = xml.EscapeText(&b, []byte(fmt.Sprint(x)))
				b.WriteString(`</t></is></c>`)
			}
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData>`)
	if len(merged) > 0 {
		fmt.Fprintf(&b, `<mergeCells count="%d">`, len(merged))
		for _, m := range merged {
			fmt.Fprintf(&b, `<mergeCell ref="%s"/>`, m)
		}
		b.WriteString(`</mergeCells>`)
	}
	b.WriteString(`</worksheet>`)
	return Zip(append(Book(1), Part{"xl/worksheets/sheet1.xml", b.String()})...)
}

// Book is the frame of a book with n sheets, without the sheets.
func Book(n int) []Part {
	var book, rels strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&book, `<sheet name="Лист%d" sheetId="%d" r:id="rId%d"/>`, i, i, i)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="t" Target="worksheets/sheet%d.xml"/>`, i, i)
	}
	return []Part{
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>` + book.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + rels.String() + `</Relationships>`},
	}
}

// Zip packs the parts, quickly: bombs of hundreds of megabytes are packed with the race detector on.
func Zip(parts ...Part) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, p := range parts {
		w, err := z.Create(p.Name)
		if err == nil {
			_, err = w.Write([]byte(p.Text))
		}
		if err != nil {
			panic(err) // memory only
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func column(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}
