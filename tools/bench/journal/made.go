package journal

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"d24/internal/ticket"
)

// made is a request of the benchmark.
type made struct {
	ticket.Ticket
	comment string
	index   ticket.Indexed
}

// generator draws requests: people's phrases, a word of a vocabulary that some use often
// and most hardly ever, and serial numbers.
type generator struct {
	world *World
	size  Size
	often *rand.Zipf
	r     *rand.Rand
	names []string
	words map[string]struct{}
}

// vocabulary is how many words besides those of the phrases there are.
const vocabulary = 50_000

func newGenerator(w *World, size Size) *generator {
	r := draw(1)
	g := &generator{world: w, size: size, r: r, often: rand.NewZipf(r, 1.1, 4, vocabulary-1), words: map[string]struct{}{}}
	for n := range vocabulary {
		g.names = append(g.names, word(n))
	}
	return g
}

var (
	heads = []string{"пер", "за", "под", "на", "об", "рас", "вы", "до", "при", "от"}
	roots = []string{"вод", "труб", "крыш", "двер", "окн", "лест", "ламп", "сток", "щит", "порог", "камен", "бал", "ниш", "рам", "шов", "люк", "сет", "кож", "вал", "мост"}
	mids  = []string{"ар", "ен", "ик", "ов", "ул", "ёг", "ыш", "ян", "ос", "ег", "ит", "аж"}
	tails = []string{"ка", "ник", "ость", "ание", "ок", "ица", "ство", "тель", "ура", "ец"}
)

// word is the nth of the vocabulary, of Russian make.
func word(n int) string {
	s := heads[n%len(heads)]
	n /= len(heads)
	s += roots[n%len(roots)]
	n /= len(roots)
	s += mids[n%len(mids)]
	n /= len(mids)
	return s + tails[n%len(tails)] + strings.Repeat("о", n/len(tails)%4)
}

var phrases = []string{
	"Течёт батарея на кухне, у соседей сухо", "Нет горячей воды с утра", "Холодные батареи во всей квартире", "Не горит свет на лестнице", "Лифт стоит между этажами",
	"Засор канализации, поднимается вода", "Протечка с потолка после дождя", "Не закрывается входная дверь подъезда", "Искрит розетка в коридоре", "Прорвало стояк, топит нижних",
	"Сломан домофон, не открывает", "Запах газа в подъезде", "Мусор не вывезен третий день", "Гудит труба в ванной", "Капает кран, нужен слесарь",
	"Нет отопления в детской комнате", "Разбито стекло на площадке", "Не работает вентиляция", "Забит ливнесток", "Шумит насос в подвале",
}

var notes = []string{"Слесарь заменил прокладку", "Житель просит прийти после шести", "Подрядчик выехал", "Нужна деталь, заказана", "Нет доступа в квартиру", "Стояк перекрыт"}

// some are the requests from number n on, oldest first.
func (g *generator) some(n, count int) []made {
	out := make([]made, 0, count)
	for i := n; i < n+count; i++ {
		out = append(out, g.one(i))
	}
	return out
}

func (g *generator) one(i int) made {
	r, w := g.r, g.world
	at := i % g.size.Companies
	f := w.firms[at]
	h := r.IntN(len(f.houses))
	why := r.IntN(len(f.reasons))
	unit := 1 + r.IntN(90)
	x := w.reasons[why]
	created := w.Now.Add(-spread + time.Duration(float64(spread)*float64(i)/float64(g.size.Requests))).Truncate(time.Microsecond)
	due := created.Add(time.Duration(2+r.IntN(200)) * time.Hour)
	t := ticket.Ticket{
		ID: int64(i + 1), CompanyID: int64(at + 1), Number: int64(i/g.size.Companies + 1), Kind: ticket.Kind(x.Kind), Source: []string{"phone", "phone", "phone", "journal"}[r.IntN(4)],
		BuildingID: f.houses[h], Unit: itoa(int64(unit)), Address: f.streets[h] + ", кв. " + itoa(int64(unit)), Zone: "Asia/Yekaterinburg", ReasonID: f.reasons[why], ReasonName: x.Name,
		WorkTypeID: x.WorkTypeID, CallerPhone: fmt.Sprintf("+79%09d", r.IntN(1_000_000_000)), ExecutorID: f.members[r.IntN(len(f.members))], ResponsibleID: f.members[r.IntN(3)],
		DueAt: &due, CreatedAt: created, Description: phrases[r.IntN(len(phrases))] + ", " + g.names[g.often.Uint64()] + " " + g.names[g.often.Uint64()],
	}
	if r.IntN(20) == 0 {
		t.Description += fmt.Sprintf(". Счётчик %08d", r.IntN(100_000_000))
	}
	if r.IntN(10) == 0 {
		t.TagIDs = []int64{f.tags[r.IntN(len(f.tags))]}
	}
	g.state(&t)
	m := made{Ticket: t}
	var said []string
	if r.IntN(5) == 0 {
		m.comment = notes[r.IntN(len(notes))] + ", " + g.names[g.often.Uint64()]
		said = append(said, m.comment)
	}
	m.index = ticket.Index(t, said...)
	for _, k := range m.index.Keys {
		if len(g.words) < 2_000_000 {
			g.words[k] = struct{}{}
		}
	}
	return m
}

// state is old requests closed, and one of fifty, or a younger one, in work.
func (g *generator) state(t *ticket.Ticket) {
	r := g.r
	took, done := t.CreatedAt.Add(10*time.Minute), t.CreatedAt.Add(time.Duration(1+r.IntN(100))*time.Hour)
	switch young := g.world.Now.Sub(t.CreatedAt) < 5*24*time.Hour; {
	case young && r.IntN(4) == 0:
		t.Status = ticket.New
	case young || r.IntN(50) == 0:
		t.Status = []ticket.Status{ticket.Accepted, ticket.InProgress, ticket.InProgress, ticket.Postponed}[r.IntN(4)]
		t.AcceptedAt = &took
	case r.IntN(30) == 0:
		t.Status, t.ClosedAt = ticket.Cancelled, &done
	case r.IntN(5) == 0:
		t.Status, t.AcceptedAt, t.DoneAt = ticket.Done, &took, &done
	default:
		t.Status, t.AcceptedAt, t.DoneAt, t.ClosedAt = ticket.Closed, &took, &done, &done
	}
}

const (
	ticketColumns = `tickets (id, company_id, number, kind, status, source, building_id, unit, address, zone, reason_id, reason_version, reason_name, work_type_id, description, caller_phone,
		executor_id, responsible_id, due_at, accepted_at, done_at, closed_at, created_at, updated_at, tag_ids)`
	eventColumns  = `ticket_events (id, company_id, ticket_id, at, kind, by_system, by_name, text)`
	searchColumns = `ticket_search (ticket_id, company_id, doc, body)`
)

var sign = strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n")

func line(b *bufio.Writer, fields ...string) {
	for i, f := range fields {
		if i > 0 {
			_ = b.WriteByte('\t')
		}
		_, _ = b.WriteString(f)
	}
	_ = b.WriteByte('\n')
}

func stamp(t *time.Time) string {
	if t == nil {
		return `\N`
	}
	return t.UTC().Format("2006-01-02 15:04:05.999999+00")
}

func (m made) ticketRow(b *bufio.Writer) {
	t, work, tags := m.Ticket, `\N`, "{}"
	if t.WorkTypeID != 0 {
		work = itoa(t.WorkTypeID)
	}
	if len(t.TagIDs) > 0 {
		tags = "{" + itoa(t.TagIDs[0]) + "}"
	}
	line(b, itoa(t.ID), itoa(t.CompanyID), itoa(t.Number), string(t.Kind), string(t.Status), t.Source, itoa(t.BuildingID), t.Unit, sign.Replace(t.Address), t.Zone, itoa(t.ReasonID), "1",
		sign.Replace(t.ReasonName), work, sign.Replace(t.Description), t.CallerPhone, itoa(t.ExecutorID), itoa(t.ResponsibleID), stamp(t.DueAt), stamp(t.AcceptedAt), stamp(t.DoneAt), stamp(t.ClosedAt),
		stamp(&t.CreatedAt), stamp(&t.CreatedAt), tags)
}

func (m made) eventRows(b *bufio.Writer) {
	t := m.Ticket
	line(b, itoa(2*t.ID-1), itoa(t.CompanyID), itoa(t.ID), stamp(&t.CreatedAt), "created", "bench", "bench", sign.Replace("Заявка зарегистрирована: "+t.ReasonName))
	if m.comment != "" {
		line(b, itoa(2*t.ID), itoa(t.CompanyID), itoa(t.ID), stamp(&t.CreatedAt), "comment", "bench", "bench", sign.Replace(m.comment))
	}
}

func (m made) searchRow(b *bufio.Writer) {
	keys := slices.Clone(m.index.Keys)
	for i, k := range keys {
		keys[i] = "'" + strings.ReplaceAll(k, "'", "''") + "'"
	}
	line(b, itoa(m.index.TicketID), itoa(m.index.CompanyID), strings.Join(keys, " "), sign.Replace(m.index.Body))
}
