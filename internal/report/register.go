package report

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/company"
	"d24/internal/errand"
	"d24/internal/phone"
	"d24/internal/ticket"
)

func itoa(n int) string { return strconv.Itoa(n) }

// entry is a request with what a supervisory body asks about it.
type entry struct {
	ticket.Ticket
	beside
	zone *time.Location
}

// heading is a column of the register.
type heading struct {
	title string
	width float64
	of    func(entry) []string // its lines; empty ones are left out
}

// register's columns: what ПП РФ № 416 asks of the journal of requests, one request in one row.
// What the program does not know is left empty: nothing is made up for a supervisory body.
var headings = []heading{
	{"№, когда и как поступила, кто принял", 28, func(e entry) []string {
		return []string{fmt.Sprintf("№ %d", e.Number), e.moment(&e.CreatedAt), sources[e.Source], e.registrar}
	}},
	{"Адрес и заявитель", 40, func(e entry) []string {
		return []string{e.Address, given("подъезд ", e.Entrance), given("этаж ", e.Floor), e.masked()}
	}},
	{"Причина и содержание, вид", 50, func(e entry) []string {
		return []string{kinds[e.Kind] + ". " + e.ReasonName, e.Description}
	}},
	{"Предельные сроки", 29, func(e entry) []string {
		return []string{e.limit("принять до ", e.AcceptBy), e.limit("локализовать до ", e.LocaliseBy), e.limit("устранить до ", e.DueAt)}
	}},
	{"Что и когда сообщено заявителю", 38, func(e entry) []string {
		if e.ToldCaller == "" {
			return nil
		}
		return []string{e.moment(&e.CreatedAt) + ": " + e.ToldCaller}
	}},
	{"Исполнитель, когда передана", 28, func(e entry) []string {
		return []string{e.ExecutorName, e.limit("передана ", e.HandedOverAt), e.limit("принята ", e.AcceptedAt)}
	}},
	{"Состояние, локализована, выполнена, результат, фото", 31, func(e entry) []string {
		return []string{ticket.Label(e.Status), e.limit("локализована ", e.LocalisedAt), e.limit("выполнена ", e.DoneAt), e.late(), e.result, counted("фото и документов: ", e.files)}
	}},
	{"Отложена; ответ заявителя", 20, func(e entry) []string {
		if e.PostponeReason == "" {
			return []string{e.confirmed}
		}
		return []string{e.PostponeReason, e.limit("до ", e.PostponedUntil), e.confirmed}
	}},
	{"Записи; № опов., РСО", 17, func(e entry) []string {
		return []string{counted("записей: ", e.recordings), e.notice, e.supplier}
	}},
}

func given(word string, n int) string {
	if n == 0 {
		return ""
	}
	return word + itoa(n)
}

func counted(word string, n int) string { return given(word, n) }

func (e entry) moment(t *time.Time) string { return t.In(e.zone).Format(onPaper) }

func (e entry) limit(word string, t *time.Time) string {
	if t == nil {
		return ""
	}
	return strings.TrimSpace(strings.TrimSpace(word) + "\n" + e.moment(t)) // a day stays with its hour
}

// masked: nobody outside the company needs a resident's whole number (law.md: masked in print).
func (e entry) masked() string {
	if e.CallerPhone == "" {
		return ""
	}
	return "тел. " + phone.Mask(e.CallerPhone)
}

func (e entry) late() string {
	switch {
	case e.DueAt == nil || e.DoneAt == nil:
		return ""
	case e.DoneAt.After(*e.DueAt):
		return "позже срока"
	}
	return "в срок"
}

// register writes the PDF. It is laid out while the rows come; what the database is asked about
// them besides is asked for some hundreds at once.
func (s *Service) register(ctx context.Context, e errand.Errand, p spec, w io.Writer, tell func(done, total int) error) error {
	pdf := newRegister(p)
	n, places := 0, zones{}
	var some []ticket.Ticket
	flush := func() error {
		if len(some) == 0 {
			return nil
		}
		known, err := s.besides(ctx, some)
		if err != nil {
			return err
		}
		for _, t := range some {
			pdf.add(entry{Ticket: t, beside: known[t.ID], zone: places.of(t.Zone)})
		}
		n, some = n+len(some), some[:0]
		return tell(n, max(n, e.Total))
	}
	err := s.tickets.Each(ctx, p.Filter, func(t ticket.Ticket) error {
		if some = append(some, t); len(some) < besidesAtOnce {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	pdf.end(n, access.From(ctx).Name)
	if err := pdf.output(w); err != nil {
		return err
	}
	return tell(n, n)
}

type register struct {
	*sheet
	spec spec
}

const (
	cellPad  = 0.8
	wordSize = 6.5
)

func newRegister(p spec) *register {
	at := p.At.In(company.Location(p.Zone))
	r := &register{newSheet(true, "Реестр заявок", p.At), p}
	r.numbered("Реестр заявок. " + p.Company + ". Составлен " + at.Format(onPaper))
	r.AddPage()
	r.font("B", 12)
	r.paragraph("Реестр заявок аварийно-диспетчерской службы")
	r.font("", 9)
	r.paragraph(p.Company)
	r.paragraph("Период: " + period(p) + ". Составлен " + at.Format(onPaper) + ".")
	r.paragraph("Отбор: " + picked(p.Filter) + ". Номера телефонов скрыты частично. Время – по часам дома.")
	r.SetY(r.GetY() + 2)
	r.head()
	return r
}

// period is the span of registration that was asked for.
func period(p spec) string {
	day := func(t time.Time) string { return t.In(company.Location(p.Zone)).Format("02.01.2006") }
	f := p.Filter
	switch {
	case f.CreatedFrom.IsZero() && f.CreatedTo.IsZero():
		return "за всё время по " + day(p.At)
	case f.CreatedFrom.IsZero():
		return "по " + day(f.CreatedTo.Add(-time.Second))
	case f.CreatedTo.IsZero():
		return "с " + day(f.CreatedFrom) + " по " + day(p.At)
	}
	return "с " + day(f.CreatedFrom) + " по " + day(f.CreatedTo.Add(-time.Second))
}

// picked are the other conditions of the list, in words.
func picked(f ticket.Filter) string {
	var out []string
	add := func(is bool, what string) {
		if is {
			out = append(out, what)
		}
	}
	view := map[ticket.View]string{ticket.Untaken: "новые", ticket.Unfinished: "незаконченные", ticket.Mine: "мои"}[f.View]
	add(view != "", view)
	for _, s := range f.Status {
		add(true, ticket.Label(s))
	}
	for _, k := range f.Kind {
		add(true, strings.ToLower(kinds[k]))
	}
	for _, s := range f.Source {
		add(true, "поступили: "+sources[s])
	}
	add(f.BuildingID != 0, "один дом")
	add(f.GroupID != 0, "группа домов")
	add(f.Unit != "", building.UnitName(f.Unit))
	add(f.Address != "", "адрес: "+f.Address)
	add(f.ReasonID != 0, "одна причина")
	add(f.ExecutorID != 0, "один исполнитель")
	add(f.ResponsibleID != 0, "один ответственный")
	add(len(f.TagIDs) > 0, "с метками")
	add(f.Number != 0, fmt.Sprintf("номер %d", f.Number))
	add(f.Phone != "", "один телефон")
	add(f.Text != "", "по словам «"+f.Text+"»")
	add(!f.OverdueAt.IsZero(), "просроченные")
	add(!f.SoonAt.IsZero(), "скоро срок")
	add(f.Unread, "непрочитанные")
	add(f.PostponeReason != "", "отложены: "+f.PostponeReason)
	add(!f.DueFrom.IsZero() || !f.DueTo.IsZero(), "по сроку")
	if len(out) == 0 {
		return "все заявки"
	}
	return strings.Join(out, ", ")
}

// head repeats the columns at the top of every page.
func (r *register) head() {
	r.font("B", wordSize)
	var cells [][]string
	for _, h := range headings {
		cells = append(cells, r.lines(h.title, h.width-cellPad))
	}
	r.row(cells)
	r.font("", wordSize)
}

func (r *register) add(e entry) {
	cells := make([][]string, len(headings))
	for i, h := range headings {
		for _, part := range h.of(e) {
			cells[i] = append(cells[i], r.lines(part, h.width-cellPad)...)
		}
	}
	// a row longer than a page goes on over the next ones
	fits := int((r.bottom() - margin - 20) / r.line())
	for first := true; first || longest(cells) > 0; first = false {
		part := make([][]string, len(cells))
		for i, c := range cells {
			n := min(len(c), fits)
			part[i], cells[i] = c[:n], c[n:]
		}
		if r.GetY()+r.height(part) > r.bottom() {
			r.AddPage()
			r.SetY(margin)
			r.head()
		}
		r.row(part)
	}
}

func longest(cells [][]string) (n int) {
	for _, c := range cells {
		n = max(n, len(c))
	}
	return n
}

func (r *register) height(cells [][]string) float64 {
	return r.line()*float64(max(longest(cells), 1)) + 2*cellPad
}

// row draws cells with lines around them and goes down.
func (r *register) row(cells [][]string) {
	x, y, h := margin, r.GetY(), r.height(cells)
	for i, c := range cells {
		r.Rect(x, y, headings[i].width, h, "D")
		r.write(x+cellPad, y+cellPad, c)
		x += headings[i].width
	}
	r.SetY(y + h)
}

// end writes the sum and the places of the signatures, together on one page.
func (r *register) end(n int, by string) {
	if r.GetY()+46 > r.bottom() {
		r.AddPage()
		r.SetY(margin)
	}
	r.SetY(r.GetY() + 4)
	r.font("", 9)
	r.paragraph("Всего заявок: " + itoa(n) + ". Составил: " + by + ".")
	r.signature("Руководитель")
	r.signature("Ответственный за АДС")
	r.SetY(r.GetY() + 5)
	r.paragraph("М. П.          Дата: «____» ______________ 20____ г.")
}
