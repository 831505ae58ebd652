package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"d24/internal/fault"
)

// book is an XLSX opened.
type book struct {
	files   map[string]*zip.File
	targets []string // of the sheets
	strings shared
}

// shared are the strings that cells point to, in one piece.
type shared struct {
	text []byte
	ends []uint32
	read bool
}

func (s *shared) at(i int) (string, bool) {
	if i < 0 || i >= len(s.ends) {
		return "", false
	}
	from := uint32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	return string(s.text[from:s.ends[i]]), true
}

func openXLSX(data []byte) (*Table, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, broken()
	}
	if len(z.File) > maxEntries {
		return nil, refuse("entries", "В файле слишком много частей: сохраните один лист отдельно.")
	}
	b := &book{files: map[string]*zip.File{}}
	size := uint64(0)
	for _, f := range z.File {
		if size += f.UncompressedSize64; size > MaxUnzipped || f.UncompressedSize64 > MaxUnzipped {
			return nil, refuse("unzipped", "Файл распаковывается больше чем в %d МБ: сохраните один лист отдельно или как .csv.", MaxUnzipped>>20)
		}
		b.files[strings.TrimPrefix(strings.ToLower(f.Name), "/")] = f
	}
	t := &Table{Format: "xlsx"}
	if t.Sheets, err = b.sheets(); err != nil {
		return nil, err
	}
	t.each = b.each
	return t, nil
}

// sheets reads the names of the sheets and where they stand.
func (b *book) sheets() (names []string, err error) {
	var w struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		R []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := b.small("xl/workbook.xml", &w); err != nil {
		return nil, err
	}
	if err := b.small("xl/_rels/workbook.xml.rels", &rels); err != nil {
		return nil, err
	}
	if len(w.Sheets) == 0 || len(w.Sheets) > maxSheets {
		return nil, refuse("sheets", "В файле должно быть от 1 до %d листов.", maxSheets)
	}
	at := map[string]string{}
	for _, r := range rels.R {
		at[r.ID] = r.Target
	}
	for _, s := range w.Sheets {
		target := at[s.ID]
		if !strings.HasPrefix(target, "/") {
			target = path.Join("xl", target)
		}
		names, b.targets = append(names, s.Name), append(b.targets, strings.ToLower(strings.TrimPrefix(target, "/")))
	}
	return names, nil
}

// small reads a part of the book that is never big.
func (b *book) small(name string, into any) error {
	f := b.files[name]
	if f == nil {
		return broken()
	}
	r, err := f.Open()
	if err != nil {
		return broken()
	}
	defer r.Close() //nolint:errcheck // read only
	if err := xml.NewDecoder(&guard{r: r, left: 1 << 20}).Decode(into); err != nil {
		return wrong(err)
	}
	return nil
}

// wrong keeps a refusal of ours and makes everything else a broken file.
func wrong(err error) error {
	if errors.Is(err, errStop) || fault.CodeOf(err) != "" {
		return err
	}
	return broken()
}

// guard bounds what is unpacked, whatever the head of the archive says, and refuses what
// no table program writes: declarations (entities that grow), comments, raw blocks.
type guard struct {
	r    io.Reader
	left int64
	run  int  // signs since the last tag
	open bool // the last sign was «<»
	read *int64
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if g.left -= int64(n); g.left < 0 {
		return 0, refuse("unzipped", "Файл распаковывается больше, чем обещает.")
	}
	if g.read != nil {
		*g.read += int64(n)
	}
	rest := p[:n]
	if n > 0 && g.open && rest[0] == '!' {
		return 0, broken()
	}
	for {
		i := bytes.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		if g.run += i; g.run > 8*MaxCell {
			return 0, refuse("cell", "В ячейке больше %d знаков.", MaxCell)
		}
		g.run = 0
		rest = rest[i+1:]
		if len(rest) > 0 && rest[0] == '!' {
			return 0, broken()
		}
	}
	if g.run += len(rest); g.run > 8*MaxCell {
		return 0, refuse("cell", "В ячейке больше %d знаков.", MaxCell)
	}
	if n > 0 {
		g.open = p[n-1] == '<'
	}
	return n, err
}

// stream opens a part of the book for reading tag by tag.
func (b *book) stream(name string, read *int64) (*xml.Decoder, io.Closer, error) {
	f := b.files[name]
	if f == nil {
		return nil, nil, broken()
	}
	r, err := f.Open()
	if err != nil {
		return nil, nil, broken()
	}
	return xml.NewDecoder(bufio.NewReaderSize(&guard{r: r, left: MaxUnzipped, read: read}, 64<<10)), r, nil
}

// loadStrings reads the shared strings once; furigana stands aside.
func (b *book) loadStrings() error {
	if b.strings.read || b.files["xl/sharedstrings.xml"] == nil {
		return nil
	}
	d, c, err := b.stream("xl/sharedstrings.xml", nil)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // read only
	text, aside := false, 0
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			b.strings.read = true
			return nil
		}
		if err != nil {
			return wrong(err)
		}
		switch v := tok.(type) {
		case xml.StartElement:
			switch v.Name.Local {
			case "t":
				text = true
			case "rPh":
				aside++
			}
		case xml.EndElement:
			switch v.Name.Local {
			case "t":
				text = false
			case "rPh":
				aside--
			case "si":
				b.strings.ends = append(b.strings.ends, uint32(len(b.strings.text))) //nolint:gosec // bounded below
			}
		case xml.CharData:
			if text && aside == 0 {
				b.strings.text = append(b.strings.text, v...)
			}
		}
		if len(b.strings.ends) > maxStrings || len(b.strings.text) > maxShared {
			return refuse("strings", "В файле слишком много текста: сохраните один лист отдельно или как .csv.")
		}
	}
}
