package building

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
	"d24/internal/search"
)

var (
	fillers = regexp.MustCompile(`(^| )(ул|улица|д|дом|пр|просп|проспект|пер|переулок|бульвар|б р|корпус|корп|кор|г|город|подъезд)( |$)`)
	flat    = regexp.MustCompile(`(^| )(кв|квартира|оф|офис|пом)( |$)`)
	glued   = regexp.MustCompile(`(\d+)(к|корп|кв)(\d+)`)
	numbers = regexp.MustCompile(`^\d+[а-я]?$`)
)

// Question is a typed address taken apart.
type Question struct {
	Words []string // of the street
	House string
	Unit  string
}

func (q Question) all() []string {
	if q.House == "" {
		return q.Words
	}
	return append(slices.Clone(q.Words), q.House)
}

// Ask takes a typed address apart: "ул. бел 86 кв 45", "ленена 12", ",tk 86".
func Ask(q string) Question {
	if search.IsLatin(q) {
		q = search.Layout(q)
	}
	q = glued.ReplaceAllString(alike(search.Fold(q)), "$1 $2 $3")
	for range 2 {
		q = fillers.ReplaceAllString(q, " ")
	}
	street, unit, _ := cutFlat(q)
	out := Question{Unit: unit}
	for i, w := range strings.Fields(street) {
		switch {
		case numbers.MatchString(w) && i > 0 && out.House == "":
			out.House = w
		case numbers.MatchString(w) && out.House != "" && out.Unit == "":
			out.Unit = w
		case out.House == "":
			out.Words = append(out.Words, w)
		case out.Unit == "":
			out.House += " " + w
		}
	}
	return out
}

func cutFlat(q string) (before, unit string, ok bool) {
	m := flat.FindStringIndex(q)
	if m == nil {
		return q, "", false
	}
	return q[:m[0]], strings.TrimSpace(q[m[1]:]), true
}

// folded is a house's number as the search compares it: "12 к 2" for "12 корп. 2".
func foldedHouse(house string) string {
	return strings.Join(strings.Fields(fillers.ReplaceAllString(alike(search.Fold(house)), " ")), " ")
}

// Search finds houses by what people type: two letters are enough, errors and the
// wrong layout are forgiven. companyID 0: all that the actor may see. Addresses lie in
// memory by company; whose they are and whether they are fresh the database says.
// A house is found with the company that serves it at this instant (F15).
func (s *Service) Search(ctx context.Context, q string, companyID int64, limit int) ([]Found, error) {
	return s.search(ctx, q, companyID, limit, false)
}

// Kept is Search among the houses of the directory: those too that will come.
func (s *Service) Kept(ctx context.Context, q string, companyID int64, limit int) ([]Found, error) {
	return s.search(ctx, q, companyID, limit, true)
}

func (s *Service) search(ctx context.Context, q string, companyID int64, limit int, coming bool) ([]Found, error) {
	ask := Ask(q)
	if len([]rune(strings.Join(ask.Words, ""))) < 2 {
		return nil, nil
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Found, error) {
		marks, err := marks(ctx, tx, companyID)
		if err != nil {
			return nil, err
		}
		mine, all, err := s.Places(ctx, tx)
		if err != nil {
			return nil, err
		}
		most := limit
		if !all {
			most = MaxList // his are sought among more: the first may all be strange to him
		}
		var hits []hit
		for _, m := range marks {
			streets, err := s.index.of(ctx, tx, m)
			if err != nil {
				return nil, err
			}
			hits = append(hits, streets.find(ask, most, func(h *houseAt) bool { return h.is(tx.Now, coming) })...)
		}
		if !all {
			his := make(map[int64]bool, len(mine))
			for _, id := range mine {
				his[id] = true
			}
			hits = slices.DeleteFunc(hits, func(h hit) bool { return !his[h.id] })
		}
		slices.SortFunc(hits, hit.compare)
		return found(ctx, tx, hits[:min(limit, len(hits))])
	})
}

// hit is a house that answers a question.
type hit struct {
	id    int64
	house string
	unit  string
	score float64
}

func (a hit) compare(b hit) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(len(a.house), len(b.house)), strings.Compare(a.house, b.house), cmp.Compare(a.id, b.id))
}

// found reads the houses that were hit, in their order.
func found(ctx context.Context, tx *pg.Tx, hits []hit) ([]Found, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	ids := make([]int64, 0, len(hits))
	for _, h := range hits {
		ids = append(ids, h.id)
	}
	rows, err := tx.Query(ctx, "select "+columns+source+"where b.id = any($1)", ids)
	if err != nil {
		return nil, err
	}
	houses, err := pgx.CollectRows(rows, scan(tx.Now))
	byID := map[int64]Building{}
	for _, b := range houses {
		byID[b.ID] = b
	}
	out := make([]Found, 0, len(hits))
	for _, h := range hits {
		if b, seen := byID[h.id]; seen {
			out = append(out, Found{b, h.unit})
		}
	}
	return out, err
}
