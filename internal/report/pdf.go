package report

import (
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
)

const (
	family = "liberation"
	margin = 8.0 // mm
	points = 0.352778
)

// sheet is a document of A4 with our typeface, which has all of Cyrillic, № and «».
type sheet struct {
	*fpdf.Fpdf
	size float64 // of the words now
}

// newSheet begins a document; at is written into it, so that the same list gives the same file.
func newSheet(landscape bool, title string, at time.Time) *sheet {
	orientation := "P"
	if landscape {
		orientation = "L"
	}
	s := &sheet{Fpdf: fpdf.New(orientation, "mm", "A4", "")}
	s.AddUTF8FontFromBytes(family, "", liberationsansregular.TTF)
	s.AddUTF8FontFromBytes(family, "B", liberationsansbold.TTF)
	s.SetMargins(margin, margin, margin)
	s.SetAutoPageBreak(false, margin)
	s.SetCreationDate(at)
	s.SetModificationDate(at)
	s.SetTitle(title, true)
	s.SetCatalogSort(true)
	s.SetLineWidth(0.15)
	s.AliasNbPages("{всего}")
	return s
}

func (s *sheet) font(style string, size float64) {
	s.size = size
	s.SetFont(family, style, size)
}

// line is how high a line of the words now is.
func (s *sheet) line() float64 { return s.size * points * 1.18 }

func (s *sheet) width() float64  { w, _ := s.GetPageSize(); return w - 2*margin }
func (s *sheet) bottom() float64 { _, h := s.GetPageSize(); return h - margin - 6 }

// lines breaks a text to a width; a word that is too long is broken too.
func (s *sheet) lines(text string, width float64) []string {
	text = printable(text)
	if text == "" {
		return nil
	}
	return s.SplitText(text, width)
}

// printable leaves what the typeface can show: a smile in a request must not end a report.
func printable(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ' && r != '\n':
			return -1
		case r > 0xFFFF || r == 0xFEFF || r == 0xFFFE || r == 0xFFFF:
			return '□'
		}
		return r
	}, s))
}

// write puts lines at a place, the first one's top at y.
func (s *sheet) write(x, y float64, lines []string) {
	for i, l := range lines {
		if l != "" {
			s.Text(x, y+s.line()*(float64(i)+0.8), l)
		}
	}
}

// paragraph writes a text over a width at the place where the last one ended.
func (s *sheet) paragraph(text string) {
	lines := s.lines(text, s.width())
	s.write(margin, s.GetY(), lines)
	s.SetY(s.GetY() + s.line()*float64(len(lines)))
}

// numbered writes «стр. 3 из 12» under every page.
func (s *sheet) numbered(left string) {
	s.SetFooterFunc(func() {
		_, h := s.GetPageSize()
		s.font("", 7)
		s.SetXY(margin, h-margin-4)
		s.CellFormat(s.width()/2, 4, left, "", 0, "L", false, 0, "")
		s.CellFormat(s.width()/2, 4, "стр. "+itoa(s.PageNo())+" из {всего}", "", 0, "R", false, 0, "")
	})
}

// signature is a place for a hand: whose, a line, a name.
func (s *sheet) signature(who string) {
	y := s.GetY() + 9
	s.Text(margin, y, who)
	x := margin + 62
	s.Line(x, y+0.6, x+45, y+0.6)
	s.Text(x+47, y, "/")
	s.Line(x+50, y+0.6, x+105, y+0.6)
	s.Text(x+107, y, "/")
	small := s.size
	s.font("", small-2)
	s.Text(x+15, y+3.4, "подпись")
	s.Text(x+68, y+3.4, "фамилия, инициалы")
	s.font("", small)
	s.SetY(y + 3)
}

func (s *sheet) output(w io.Writer) error { return s.Output(w) }
