package building

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
	"d24/internal/search"
)

// index is the addresses of companies in memory, each with the mark it was read at.
type index struct {
	mu   sync.Mutex
	held map[int64]*holder
}

type holder struct {
	mu      sync.Mutex
	mark    int64
	streets *streets
}

func newIndex() *index { return &index{held: map[int64]*holder{}} }

type mark struct{ companyID, mark int64 }

// marks are those of the companies the actor may see: the fence stands in the database.
func marks(ctx context.Context, tx *pg.Tx, companyID int64) ([]mark, error) {
	rows, err := tx.Query(ctx, `select company_id, mark from building_marks where $1::bigint in (0, company_id)`, companyID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (m mark, err error) { return m, r.Scan(&m.companyID, &m.mark) })
}

// of is a company's streets, read again when its houses have changed since.
func (x *index) of(ctx context.Context, tx *pg.Tx, m mark) (*streets, error) {
	x.mu.Lock()
	h := x.held[m.companyID]
	if h == nil {
		h = &holder{}
		x.held[m.companyID] = h
	}
	x.mu.Unlock()

	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streets != nil && h.mark >= m.mark {
		return h.streets, nil
	}
	rows, err := tx.Query(ctx, `select id, city_id, street, house, served_from, served_until from buildings where company_id = $1 and not is_archived order by city_id, street`, m.companyID)
	if err != nil {
		return nil, err
	}
	b := builder{out: &streets{grams: map[gram][]int32{}}, words: map[string]int32{}}
	for rows.Next() {
		var id, city int64
		var street, house string
		var from, until *time.Time
		if err := rows.Scan(&id, &city, &street, &house, &from, &until); err != nil {
			return nil, err
		}
		b.add(id, city, street, house)
		b.last().from, b.last().until = from, until
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	h.mark, h.streets = m.mark, b.done()
	return h.streets, nil
}

// streets are the streets of one company and the words of their names.
type streets struct {
	rows  []street
	words []word
	grams map[gram][]int32 // to words
}

type street struct {
	words  int // in its name
	houses []houseAt
}

type houseAt struct {
	id            int64
	house, folded string
	from, until   *time.Time // Building.ServedFrom, ServedUntil
}

// is tells whether the house is there at an instant, or with coming will be.
func (h *houseAt) is(now time.Time, coming bool) bool {
	b := Building{ServedFrom: h.from, ServedUntil: h.until}
	return !b.gone(now) && (coming || !b.coming(now))
}

type word struct {
	text    string
	grams   int
	streets []int32
}

type gram [3]rune

func gramsOf(w string) map[gram]struct{} {
	r := []rune("  " + w + " ")
	m := make(map[gram]struct{}, len(r))
	for i := 0; i+3 <= len(r); i++ {
		m[gram{r[i], r[i+1], r[i+2]}] = struct{}{}
	}
	return m
}

type builder struct {
	out   *streets
	words map[string]int32
	city  int64
	name  string
}

// add takes the houses street by street.
func (b *builder) add(id, city int64, name, house string) {
	if len(b.out.rows) == 0 || city != b.city || name != b.name {
		b.city, b.name = city, name
		b.out.rows = append(b.out.rows, street{})
		for _, w := range strings.Fields(search.Fold(name)) {
			b.word(w)
		}
	}
	s := &b.out.rows[len(b.out.rows)-1]
	s.houses = append(s.houses, houseAt{id: id, house: house, folded: foldedHouse(house)})
}

// last is the house that was added last.
func (b *builder) last() *houseAt {
	s := &b.out.rows[len(b.out.rows)-1]
	return &s.houses[len(s.houses)-1]
}

func (b *builder) word(text string) {
	at := int32(len(b.out.rows) - 1) //nolint:gosec // streets of one company
	i, known := b.words[text]
	if !known {
		i = int32(len(b.out.words)) //nolint:gosec // words of one company's streets
		b.words[text] = i
		gs := gramsOf(text)
		for g := range gs {
			b.out.grams[g] = append(b.out.grams[g], i)
		}
		b.out.words = append(b.out.words, word{text: text, grams: len(gs)})
	}
	w := &b.out.words[i]
	if n := len(w.streets); n == 0 || w.streets[n-1] != at {
		w.streets = append(w.streets, at)
	}
	b.out.rows[at].words++
}

func (b *builder) done() *streets {
	for _, s := range b.out.rows {
		slices.SortFunc(s.houses, func(a, c houseAt) int {
			return cmp.Or(cmp.Compare(len(a.house), len(c.house)), strings.Compare(a.house, c.house))
		})
	}
	return b.out
}

// How alike a word must be to count, and a street to be looked at; how many streets are.
const (
	alikeWord   = 0.25
	alikeStreet = 0.3
	looked      = 60
)

// similar gives the words of the company that are like w.
func (s *streets) similar(w string, f func(i int32, v float64)) {
	gs := gramsOf(w)
	common := make([]uint16, len(s.words))
	for g := range gs {
		for _, i := range s.grams[g] {
			common[i]++
		}
	}
	middle := len([]rune(w)) >= 3
	for i := range s.words {
		x := &s.words[i]
		v := 0.0
		if n := int(common[i]); n > 0 {
			v = float64(n) / float64(len(gs)+x.grams-n)
		}
		switch {
		case strings.HasPrefix(x.text, w):
			v = max(v, 0.95)
		case middle && strings.Contains(x.text, w):
			v = max(v, 0.6)
		}
		if v >= alikeWord {
			f(int32(i), v)
		}
	}
}

// find is the houses that answer and are there, the best first, some more than limit at most.
func (s *streets) find(ask Question, limit int, is func(*houseAt) bool) []hit {
	sums, best := make([]float64, len(s.rows)), make([]float64, len(s.rows)) // by street: a map costs ten times as much
	var seen, ofWord []int32
	for _, w := range ask.Words {
		ofWord = ofWord[:0]
		s.similar(w, func(i int32, v float64) {
			for _, at := range s.words[i].streets {
				if best[at] == 0 {
					ofWord = append(ofWord, at)
				}
				best[at] = max(best[at], v)
			}
		})
		for _, at := range ofWord {
			if sums[at] == 0 {
				seen = append(seen, at)
			}
			sums[at] += best[at]
			best[at] = 0
		}
	}
	type scored struct {
		at int32
		v  float64
	}
	var top []scored
	for _, at := range seen {
		if v := sums[at] / float64(len(ask.Words)); v >= alikeStreet {
			top = append(top, scored{at, v})
		}
	}
	slices.SortFunc(top, func(a, b scored) int { return cmp.Or(cmp.Compare(b.v, a.v), cmp.Compare(a.at, b.at)) })
	var out []hit
	for _, t := range top[:min(len(top), looked)] {
		n := 0
		for i := range s.rows[t.at].houses {
			h := &s.rows[t.at].houses[i]
			if v, unit, fits := fit(ask, h.folded); fits && is(h) {
				out = append(out, hit{h.id, h.house, unit, t.v + v})
				if n++; ask.House == "" && n >= limit {
					break
				}
			}
		}
	}
	return out
}

// fit says how well a house answers and which flat is left of the question.
func fit(ask Question, house string) (v float64, unit string, fits bool) {
	switch {
	case ask.House == "":
		return 0, ask.Unit, true
	case ask.Unit != "" && house == ask.House+" "+ask.Unit: // "12 1" is 12/1 where there is such a house
		return 1.1, "", true
	case house == ask.House:
		return 1, ask.Unit, true
	case strings.HasPrefix(house, ask.House):
		return 0.4, ask.Unit, true
	}
	return 0, "", false
}
