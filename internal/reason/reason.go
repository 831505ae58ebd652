// Package reason is the catalogue of what residents call about: kind, terms,
// what the operator says and asks, and the words by which a reason is found.
package reason

import (
	"context"
	"encoding/json"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/search"
)

// Kind is what a reason makes.
type Kind string

// The kinds of reasons.
const (
	Emergency    Kind = "emergency"    // аварийная
	Planned      Kind = "planned"      // плановая
	Paid         Kind = "paid"         // платная
	Consultation Kind = "consultation" // консультация: makes no ticket
)

// QuestionType is how a question is answered.
type QuestionType string

// The types of answers.
const (
	Choice QuestionType = "choice"
	YesNo  QuestionType = "yes_no"
	Text   QuestionType = "text"
)

// Question is asked while registering (R3).
type Question struct {
	ID       int          `json:"id"`
	Text     string       `json:"text"`
	Type     QuestionType `json:"type" enum:"choice,yes_no,text"`
	Options  []string     `json:"options"`
	Required bool         `json:"required"`
}

// Reason is one entry of a company's catalogue. Terms are minutes; 0: none.
type Reason struct {
	ID           int64
	CompanyID    int64
	Code         string
	Category     string
	Name         string
	Kind         Kind
	WorkTypeID   int64
	AcceptMin    int
	LocaliseMin  int
	FinishMin    int
	Basis        string
	Reference    string // "ПП 416 п.13: …"
	SupplierKind string
	Safety       string
	Questions    []Question
	Synonyms     []string
	Price        string
	Version      int
}

// Terms are the moments by which a ticket is to be accepted, localised, finished;
// nil where the reason sets none.
type Terms struct{ Accept, Localise, Finish *time.Time }

// Terms counts from the moment of registration (ПП 416 п. 13).
func (r Reason) Terms(now time.Time) Terms {
	at := func(m int) *time.Time {
		if m == 0 {
			return nil
		}
		t := now.Add(time.Duration(m) * time.Minute)
		return &t
	}
	return Terms{at(r.AcceptMin), at(r.LocaliseMin), at(r.FinishMin)}
}

// Service keeps the catalogues.
type Service struct {
	db    *pg.DB
	mu    sync.Mutex
	cache map[int64]cachedList
}

type cachedList struct {
	list  []Reason
	index [][]string // folded stems of names and synonyms, a phrase each
	bags  [][]string // all stems of a reason
	until time.Time
}

// NewService returns the service.
func NewService(db *pg.DB) *Service { return &Service{db: db, cache: map[int64]cachedList{}} }

const columns = `id, company_id, code, category, name, kind, coalesce(work_type_id, 0), coalesce(accept_min, 0), coalesce(localise_min, 0),
	coalesce(finish_min, 0), basis, reference, supplier_kind, safety, questions, synonyms, price, version`

func scan(row pgx.CollectableRow) (r Reason, err error) {
	var q []byte
	err = row.Scan(&r.ID, &r.CompanyID, &r.Code, &r.Category, &r.Name, &r.Kind, &r.WorkTypeID, &r.AcceptMin, &r.LocaliseMin,
		&r.FinishMin, &r.Basis, &r.Reference, &r.SupplierKind, &r.Safety, &q, &r.Synonyms, &r.Price, &r.Version)
	if err == nil {
		err = json.Unmarshal(q, &r.Questions)
	}
	return r, err
}

// ByID returns a reason of a company; fault.NotFound otherwise.
func (s *Service) ByID(ctx context.Context, tx *pg.Tx, companyID, id int64) (Reason, error) {
	rows, err := tx.Query(ctx, "select "+columns+" from reasons where id = $1 and company_id = $2", id, companyID)
	if err != nil {
		return Reason{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, scan)
	if err == pgx.ErrNoRows { //nolint:errorlint // returned as it is
		return r, fault.Missing("reason")
	}
	return r, err
}

// List is a company's catalogue in the order of its codes; fault.NotFound for a
// company the actor has nothing to do with.
func (s *Service) List(ctx context.Context, companyID int64) ([]Reason, error) {
	if !access.From(ctx).Serves(companyID) {
		return nil, fault.Missing("company")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Reason, error) {
		rows, err := tx.Query(ctx, "select "+columns+" from reasons where company_id = $1 and not is_archived order by category, code", companyID)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, scan)
	})
}

// Found is a search result; By is the word it was found by.
type Found struct {
	Reason
	By string
}

// Search finds reasons by what the resident says: «топит», «njgbn», «батарея холодня».
// An empty question returns nothing; fault.NotFound for a company the actor has
// nothing to do with.
func (s *Service) Search(ctx context.Context, companyID int64, q string, limit int) ([]Found, error) {
	if !access.From(ctx).Serves(companyID) { // the cache knows no fence
		return nil, fault.Missing("company")
	}
	c, err := s.cached(ctx, companyID)
	if err != nil {
		return nil, err
	}
	if search.IsLatin(q) {
		q = search.Layout(q)
	}
	asked := stems(q)
	if len(asked) == 0 {
		return nil, nil
	}
	type hit struct {
		Found
		score float64
	}
	var hits []hit
	for i, phrases := range c.index {
		best, by := 0.0, ""
		for n, p := range phrases {
			if v := score(asked, strings.Fields(p)); v > best {
				best, by = v, phraseOf(c.list[i], n)
			}
		}
		// words scattered over the reason's phrases: «затопили соседи»
		if v := 0.8 * score(asked, c.bags[i]); v > best {
			best, by = v, c.list[i].Name
		}
		if best > 0.4 {
			hits = append(hits, hit{Found{c.list[i], by}, best})
		}
	}
	sort.SliceStable(hits, func(i, j int) bool { return hits[i].score > hits[j].score })
	out := make([]Found, 0, limit)
	for _, h := range hits[:min(limit, len(hits))] {
		out = append(out, h.Found)
	}
	return out, nil
}

func phraseOf(r Reason, n int) string {
	if n == 0 {
		return r.Name
	}
	return r.Synonyms[n-1]
}

// score: each word asked must be met by a word of the phrase; a whole phrase met
// by as many words is the best.
func score(asked, phrase []string) float64 {
	sum := 0.0
	for _, a := range asked {
		best := 0.0
		for _, p := range phrase {
			v := search.Similar(a, p)
			switch {
			case a == p:
				v = 1
			case len([]rune(a)) >= 3 && strings.HasPrefix(p, a), len([]rune(p)) >= 5 && strings.HasPrefix(a, p):
				v = max(v, 0.9)
			case v < 0.4:
				v = 0
			}
			best = max(best, v)
		}
		sum += best
	}
	covered := sum / float64(len(asked))
	extra := min(10, max(0, len(phrase)-len(asked)))
	return covered - 0.02*float64(extra)
}

var noise = map[string]bool{"у": true, "нас": true, "меня": true, "в": true, "на": true, "из": true, "с": true, "и": true, "очень": true, "по": true, "к": true, "что": true, "вас": true, "мне": true}

func stems(s string) (out []string) {
	for _, w := range strings.Fields(search.Fold(s)) {
		if !noise[w] {
			out = append(out, search.Stem(w))
		}
	}
	return out
}

const cacheFor = 5 * time.Second

func (s *Service) cached(ctx context.Context, companyID int64) (cachedList, error) {
	now := s.db.Clock.Now()
	s.mu.Lock()
	c, ok := s.cache[companyID]
	s.mu.Unlock()
	if ok && now.Before(c.until) {
		return c, nil
	}
	list, err := s.List(ctx, companyID)
	if err != nil {
		return c, err
	}
	c = cachedList{list: list, until: now.Add(cacheFor)}
	for _, r := range list {
		phrases := []string{strings.Join(stems(r.Name), " ")}
		for _, syn := range r.Synonyms {
			phrases = append(phrases, strings.Join(stems(syn), " "))
		}
		c.index = append(c.index, phrases)
		c.bags = append(c.bags, strings.Fields(strings.Join(phrases, " ")))
	}
	s.mu.Lock()
	s.cache[companyID] = c
	s.mu.Unlock()
	return c, nil
}
