package intake

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"d24/internal/platform/sheet"
	"d24/internal/search"
)

// Column is a column of a table handed in, as it looks.
type Column struct {
	Index   int
	Heading string
	Samples []string // of the first rows; none of a column with names
	Field   string   // what it seems to be, "" when it cannot be told
	IsNames bool     // names of people: it is not read (K1)
}

// Look is what a file seems to be, before anything of it is taken.
type Look struct {
	Format, Encoding, Delimiter string
	Sheets                      []string
	Sheet, Header               int // Header is the line of the headings
	Columns                     []Column
	Fields                      []Field
}

const samples = 20

// Look reads the head of a table and guesses its columns; the person has the last word.
// header 0: the line that looks most like headings.
func (s *Service) Look(ctx context.Context, kind string, companyID int64, data []byte, n, header int) (Look, error) {
	if _, err := own(ctx, companyID); err != nil {
		return Look{}, err
	}
	t, err := sheet.Open(data)
	if err != nil {
		return Look{}, err
	}
	head, err := heading(t, s.kinds[kind], n, header)
	if err != nil {
		return Look{}, err
	}
	return Look{
		Format: t.Format, Encoding: t.Encoding, Delimiter: t.Delimiter, Sheets: append([]string{}, t.Sheets...), Sheet: n, Header: head.line, Columns: head.columns, Fields: s.kinds[kind].Fields(),
	}, nil
}

// headings are the columns of a table and the line they are named in.
type headings struct {
	line    int
	columns []Column
}

func heading(t *sheet.Table, k Kind, n, line int) (h headings, err error) {
	rows, err := t.Head(n, max(samples, line)+samples)
	if err != nil {
		return h, err
	}
	at, best := 0, -1
	for i, r := range rows[:min(len(rows), samples)] {
		known := 0
		for _, c := range r.Cells {
			if guess(k, c.Text, true) != "" || guess(k, c.Text, false) != "" || isNames(c.Text) {
				known++
			}
		}
		if r.Line == line || line == 0 && known > best {
			at, best = i, known
		}
	}
	if len(rows) == 0 {
		return h, nil
	}
	h.line = rows[at].Line
	width := 0
	for _, r := range rows[at:] {
		width = max(width, len(r.Cells))
	}
	for i := range width {
		c := Column{Index: i, Heading: short(rows[at].Cell(i).Text), Samples: []string{}}
		texts := []string{}
		for _, r := range rows[at+1:] {
			if s := r.Cell(i).Text; s != "" {
				texts = append(texts, short(s))
			}
		}
		c.IsNames = isNames(c.Heading) || people(texts)
		if !c.IsNames {
			c.Samples = append(c.Samples, texts[:min(len(texts), 5)]...)
		}
		h.columns = append(h.columns, c)
	}
	h.guess(k)
	return h, nil
}

// guess tells the fields of the columns: those named by a field's very word come first.
func (h *headings) guess(k Kind) {
	taken := map[string]bool{"": true}
	for _, whole := range []bool{true, false} {
		for i := range h.columns {
			c := &h.columns[i]
			if f := guess(k, c.Heading, whole); !c.IsNames && c.Field == "" && !taken[f] && suits(k, f, c.Samples) {
				c.Field, taken[f] = f, true
			}
		}
	}
}

func suits(k Kind, key string, samples []string) bool {
	for _, f := range k.Fields() {
		if f.Key == key && f.Longest > 0 {
			return !slices.ContainsFunc(samples, func(s string) bool { return utf8.RuneCountInString(s) > f.Longest })
		}
	}
	return true
}

// guess is the field a heading names: by a word of the field alone, or by one with
// others around it; a machine's heading («shortname_city») is taken whole only.
func guess(k Kind, text string, whole bool) string {
	machine := strings.Contains(text, "_")
	text = search.Fold(text)
	if text == "" || len(text) > 120 || machine && !whole {
		return ""
	}
	best, length := "", 0
	for _, f := range k.Fields() {
		for _, w := range append([]string{f.Label}, f.Words...) {
			w = search.Fold(w)
			if whole && w == text {
				return f.Key
			}
			if !whole && len(w) > length && strings.Contains(" "+text+" ", " "+w+" ") {
				best, length = f.Key, len(w)
			}
		}
	}
	return best
}

var (
	namesHeading = regexp.MustCompile(`(^| )(фио|ф и о|фамил[а-я]*|имя|имена|отчеств[а-я]*|собственник[а-я]*|жил(ец|ьцы|ьца)|житель|жители|квартиросъ[её]мщик[а-я]*|нанимател[а-я]*|арендатор[а-я]*|владел[а-я]*|абонент[а-я]*|заявител[а-я]*|плательщик[а-я]*|контактное лицо|прописан[а-я]*|зарегистрирован[а-я]*|fio|full name|first name|last name|surname|owner|resident|tenant)( |$)`)
	notNames     = regexp.MustCompile(`(^| )(номер|телефон[а-я]*|тел|счет[а-я]*|лицевой|id|код|площад[а-я]*|количеств[а-я]*|число|дата|phone|number)( |$)`)
	patronymic   = regexp.MustCompile(`(?i)(^|\s)[а-яё-]{3,}(вич|вна|ична|инична|оглы|кызы)(\s|$)`)
	initials     = regexp.MustCompile(`^[А-ЯЁ][а-яё-]{2,}\s+[А-ЯЁ]\.\s?([А-ЯЁ]\.)?$`)
)

// isNames reports whether a heading speaks of people: «ФИО», «Собственник».
func isNames(heading string) bool {
	h := search.Fold(heading)
	return namesHeading.MatchString(h) && !notNames.MatchString(h)
}

// people reports whether values are names whatever the heading says.
func people(texts []string) bool {
	n := 0
	for _, s := range texts {
		if patronymic.MatchString(s) && !strings.ContainsAny(s, "0123456789") || initials.MatchString(s) {
			n++
		}
	}
	return n >= 2 && 2*n >= len(texts)
}

func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}
