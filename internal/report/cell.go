package report

import (
	"strings"
	"time"

	"d24/internal/company"
	"d24/internal/phone"
	"d24/internal/ticket"
)

// cell is one value of a table.
type cell struct {
	text   string
	number int64     // when isNumber
	at     time.Time // by the clock of the house; zero: not a moment
	sort   sort
}

type sort int

const (
	words  sort = iota // what people typed: made harmless
	digits             // a phone: text, so that no program adds up +7 900 or drops a zero
	number
	moment
)

// view is a request with what its cells need besides.
type view struct {
	ticket.Ticket
	tags        map[int64]string
	now         time.Time
	seesNumbers bool
	zone        *time.Location // of the house
}

// zones reads each zone of the houses once: a file of the system for every cell is slow.
type zones map[string]*time.Location

func (z zones) of(name string) *time.Location {
	l := z[name]
	if l == nil {
		l = company.Location(name)
		z[name] = l
	}
	return l
}

type column struct {
	title string
	width float64
	of    func(view) cell
}

func text(s string) cell { return cell{text: s} }

func at(v view, t *time.Time) cell {
	if t == nil {
		return cell{}
	}
	return cell{at: t.In(v.zone), sort: moment}
}

var (
	kinds   = map[ticket.Kind]string{ticket.Emergency: "Аварийная", ticket.Planned: "Плановая", ticket.Paid: "Платная"}
	sources = map[string]string{"phone": "телефон", "journal": "журнал", "app": "приложение", "widget": "сайт", "bot": "бот"}
)

// columns are those a table may have, by the names of the list.
var columns = map[string]column{
	"kind":        {"Вид", 12, func(v view) cell { return text(kinds[v.Kind]) }},
	"number":      {"Номер", 10, func(v view) cell { return cell{number: v.Number, sort: number} }},
	"created":     {"Создана", 17, func(v view) cell { return at(v, &v.CreatedAt) }},
	"address":     {"Адрес", 40, func(v view) cell { return text(v.Address) }},
	"reason":      {"Причина", 36, func(v view) cell { return text(v.ReasonName) }},
	"status":      {"Состояние", 14, func(v view) cell { return text(ticket.Label(v.Status)) }},
	"executor":    {"Исполнитель", 24, func(v view) cell { return text(v.ExecutorName) }},
	"responsible": {"Ответственный", 24, func(v view) cell { return text(v.ResponsibleName) }},
	"tags":        {"Метки", 24, func(v view) cell { return text(v.labels()) }},
	"company":     {"Компания", 28, func(v view) cell { return text(v.CompanyName) }},
	"due":         {"Срок", 17, func(v view) cell { return at(v, v.DueAt) }},
	"overdue":     {"Просрочена", 12, func(v view) cell { return text(map[bool]string{true: "да"}[v.Overdue(v.now)]) }},
	"phone":       {"Телефон", 16, func(v view) cell { return cell{text: v.number(), sort: digits} }},
	"unit":        {"Квартира", 10, func(v view) cell { return text(v.Unit) }},
	"description": {"Содержание", 50, func(v view) cell { return text(v.Description) }},
	"source":      {"Откуда", 12, func(v view) cell { return text(sources[v.Source]) }},
	"accepted":    {"Принята", 17, func(v view) cell { return at(v, v.AcceptedAt) }},
	"done":        {"Выполнена", 17, func(v view) cell { return at(v, v.DoneAt) }},
	"closed":      {"Закрыта", 17, func(v view) cell { return at(v, v.ClosedAt) }},
	"postponed":   {"Причина отложения", 28, func(v view) cell { return text(v.PostponeReason) }},
}

// details are the columns that the list has not.
var details = []string{"overdue", "phone", "unit", "description", "source", "accepted", "done", "closed", "postponed"}

func (v view) labels() string {
	var out []string
	for _, id := range v.TagIDs {
		if name := v.tags[id]; name != "" {
			out = append(out, name)
		}
	}
	return strings.Join(out, "; ")
}

// number is the caller's, hidden in the middle from those who may not see contacts.
func (v view) number() string {
	if v.CallerPhone != "" && !v.seesNumbers {
		return phone.Mask(v.CallerPhone)
	}
	return v.CallerPhone
}

// harmless keeps a table program from running what somebody typed into a request: it takes a
// cell that begins so for a formula (A9). Characters that no file may hold are dropped.
func harmless(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, s)
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
