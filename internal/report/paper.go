package report

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"d24/internal/access"
	"d24/internal/company"
	"d24/internal/ticket"
)

// Paper is a document of one request.
type Paper string

// The papers.
const (
	Order Paper = "order" // наряд
	Act   Paper = "act"   // акт выполненных работ
)

// Paper reads a request and returns the name of its paper and what writes it (J11). The
// executor needs the resident's number, so the order has it whole for who may see it.
func (s *Service) Paper(ctx context.Context, id int64, p Paper) (name string, write func(io.Writer) error, err error) {
	t, err := s.opened(ctx, id)
	if err != nil {
		return "", nil, err
	}
	known, err := s.besides(ctx, []ticket.Ticket{t})
	if err != nil {
		return "", nil, err
	}
	now := s.db.Clock.Now()
	e := entry{Ticket: t, beside: known[t.ID], zone: company.Location(t.Zone)}
	number := view{Ticket: t, seesNumbers: access.From(ctx).Can(access.ContactRead)}.number()
	if p == Act {
		return fmt.Sprintf("Акт по заявке %d.pdf", t.Number), func(w io.Writer) error { return act(e, now).output(w) }, nil
	}
	return fmt.Sprintf("Наряд по заявке %d.pdf", t.Number), func(w io.Writer) error { return order(e, number, now).output(w) }, nil
}

func paper(title string, e entry, now time.Time) *sheet {
	s := newSheet(false, title, now)
	s.numbered(fmt.Sprintf("%s, заявка № %d. Напечатано %s", e.CompanyName, e.Number, now.In(e.zone).Format(onPaper)))
	s.AddPage()
	s.font("", 10)
	s.paragraph(e.CompanyName)
	s.SetY(s.GetY() + 3)
	s.font("B", 15)
	s.paragraph(title)
	s.SetY(s.GetY() + 3)
	return s
}

const labelWidth = 52.0

// fact is a line «what: which»; a wish that is not known is left for a hand when blank is set.
func (s *sheet) fact(label, value string, blank bool) {
	if strings.TrimSpace(value) == "" && !blank {
		return
	}
	s.font("", 10)
	lines := s.lines(value, s.width()-labelWidth)
	h := s.line()*float64(max(len(lines), 1)) + 2.4
	if s.GetY()+h > s.bottom() {
		s.AddPage()
		s.SetY(margin)
	}
	y := s.GetY()
	s.font("B", 9)
	s.write(margin, y+1.2, []string{label})
	s.font("", 10)
	s.write(margin+labelWidth, y+1.2, lines)
	s.SetDrawColor(190, 190, 190)
	s.Line(margin, y+h, margin+s.width(), y+h)
	s.SetDrawColor(0, 0, 0)
	s.SetY(y + h)
}

// room are empty lines to be written on.
func (s *sheet) room(label string, n int) {
	if s.GetY()+float64(n)*7+8 > s.bottom() {
		s.AddPage()
		s.SetY(margin)
	}
	s.SetY(s.GetY() + 4)
	s.font("B", 10)
	s.paragraph(label)
	s.font("", 10)
	for range n {
		y := s.GetY() + 7
		s.Line(margin, y, margin+s.width(), y)
		s.SetY(y)
	}
	s.SetY(s.GetY() + 2)
}

func (s *sheet) signatures(who ...string) {
	if s.GetY()+float64(len(who))*13+6 > s.bottom() {
		s.AddPage()
		s.SetY(margin)
	}
	s.font("", 10)
	for _, w := range who {
		s.signature(w)
	}
}

func (e entry) place() string {
	parts := []string{e.Address, given("подъезд ", e.Entrance), given("этаж ", e.Floor)}
	out := parts[:0]
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ", ")
}

func (e entry) answered() string {
	var out []string
	for _, a := range e.Answers {
		if a.Value != "" {
			out = append(out, a.Question+" "+a.Value)
		}
	}
	return strings.Join(out, "\n")
}

func (e entry) priced() string {
	var out []string
	for _, p := range e.Prices {
		out = append(out, p.String())
	}
	return strings.Join(out, "\n")
}

// worked are the periods of work, each in a line: when, whose, why it ended.
func (e entry) worked() string {
	out := make([]string, 0, len(e.works))
	for _, w := range e.works {
		line := "с " + e.moment(&w.BeganAt)
		if w.EndedAt != nil {
			line += " по " + e.moment(w.EndedAt)
		}
		out = append(out, line+given2(", ", w.Executor)+given2(", ", w.Why))
	}
	return strings.Join(out, "\n")
}

// order is the work order: what to do, where, by when, how to get in.
func order(e entry, number string, now time.Time) *sheet {
	s := paper(fmt.Sprintf("Наряд на работы по заявке № %d", e.Number), e, now)
	s.fact("Вид", kinds[e.Kind], false)
	s.fact("Поступила", e.moment(&e.CreatedAt)+", "+sources[e.Source]+given2(", принял ", e.registrar), false)
	s.fact("Адрес", e.place(), true)
	s.fact("Телефон заявителя", number, true)
	s.fact("Доступ", e.AccessNote, true)
	s.fact("Причина", e.ReasonName, true)
	s.fact("Со слов заявителя", e.Description, false)
	s.fact("Ответы", e.answered(), false)
	s.fact("Принять до", e.limit("", e.AcceptBy), false)
	s.fact("Локализовать до", e.limit("", e.LocaliseBy), false)
	s.fact("Устранить до", e.limit("", e.DueAt), true)
	s.fact("Исполнитель", e.ExecutorName, true)
	s.fact("Ответственный", e.ResponsibleName, false)
	s.fact("Цены работ", e.priced(), false)
	s.room("Что сделано", 4)
	s.room("Израсходованные материалы", 3)
	s.fact("Периоды работ", e.worked(), false)
	s.fact("Начато", "", true)
	s.fact("Закончено", "", true)
	s.signatures("Наряд выдал", "Наряд получил", "Работу принял (заявитель)")
	return s
}

// act is signed by who had the work done.
func act(e entry, now time.Time) *sheet {
	s := paper(fmt.Sprintf("Акт выполненных работ по заявке № %d", e.Number), e, now)
	s.fact("Дата составления", "", true)
	s.fact("Адрес", e.place(), true)
	s.fact("Заявка", "от "+e.moment(&e.CreatedAt)+", "+strings.ToLower(kinds[e.Kind]), false)
	s.fact("Причина", e.ReasonName, true)
	s.fact("Исполнитель", e.ExecutorName, true)
	s.fact("Периоды работ", e.worked(), false)
	s.fact("Локализована", e.limit("", e.LocalisedAt), false)
	s.fact("Выполнена", e.limit("", e.DoneAt), true)
	s.fact("Результат", e.result, false)
	s.fact("Цены работ", e.priced(), false)
	s.room("Выполненные работы", 5)
	s.room("Материалы", 3)
	if e.Kind == ticket.Paid {
		s.fact("Стоимость, руб.", "", true)
	}
	s.room("Замечания заявителя", 2)
	s.font("", 10)
	s.paragraph("Работы выполнены, претензий по объёму, качеству и срокам:   нет [   ]   есть [   ]")
	s.signatures("Исполнитель", "Заявитель", "Представитель компании")
	return s
}

func given2(word, s string) string {
	if s == "" {
		return ""
	}
	return word + s
}
