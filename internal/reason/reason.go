// Package reason is the catalogue of what residents call about: kind, terms,
// what the operator says and asks, and the words by which a reason is found.
package reason

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
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
	Number QuestionType = "number"
	YesNo  QuestionType = "yes_no"
	Text   QuestionType = "text"
)

// Fact is what an answer tells the limits.
type Fact string

// The facts; "" for an answer that tells nothing.
const (
	Temperature Fact = "temperature" // °C in the flat
	Inputs      Fact = "inputs"      // independent electric inputs of the house
)

// Question is asked while registering (R3). ID is never given again to another one.
type Question struct {
	ID       int          `json:"id"`
	Text     string       `json:"text"`
	Type     QuestionType `json:"type" enum:"choice,number,yes_no,text"`
	Options  []string     `json:"options"`
	Required bool         `json:"required"`
	Fact     Fact         `json:"fact,omitempty"` // of a number
}

// Price is a row of the price list of paid work (R5). A ticket keeps those of its day.
type Price struct {
	Name   string `json:"name"`   // "Замена смесителя"
	Unit   string `json:"unit"`   // "шт."
	Amount int64  `json:"amount"` // kopecks
}

// String is «Замена смесителя – 1 200 руб. за шт.».
func (p Price) String() string {
	s := fmt.Sprintf("%s – %d", p.Name, p.Amount/100)
	if k := p.Amount % 100; k != 0 {
		s += fmt.Sprintf(",%02d", k)
	}
	if s += " руб."; p.Unit != "" {
		s += " за " + p.Unit
	}
	return s
}

// Body is what a company sets in a reason.
type Body struct {
	Category     string     `json:"category"`
	Name         string     `json:"name"`
	Kind         Kind       `json:"kind"`
	WorkTypeID   int64      `json:"work_type_id"` // 0: none
	SupplierKind string     `json:"supplier_kind"`
	SupplierID   int64      `json:"supplier_id"` // of the company's own list; 0: whoever of the kind serves the house
	Safety       string     `json:"safety"`      // said before the questions
	Questions    []Question `json:"questions"`
	Promise      string     `json:"promise"` // said after saving, with {number} {localise} {finish}; "": the usual words
	Answer       string     `json:"answer"`  // of a consultation
	Synonyms     []string   `json:"synonyms"`
	Prices       []Price    `json:"prices"`
	Rules        Rules      `json:"rules"`
}

// Reason is one entry of a company's catalogue. AcceptMin, LocaliseMin and FinishMin
// are its unconditional limits in minutes, 0: none; they are about what Rules say.
type Reason struct {
	ID        int64
	CompanyID int64
	Code      string // of the base catalogue, or "СВ-03" of the company's own
	Body
	AcceptMin   int
	LocaliseMin int
	FinishMin   int
	Basis       string
	Reference   string // "ПП 416 п.13: …"
	Price       string
	IsOwn       bool
	IsArchived  bool
	Version     int
}

// Service keeps the catalogues. Suppliers and Tickets are set before it is used for
// changes; see needs.go.
type Service struct {
	Suppliers Suppliers
	Tickets   Tickets
	db        *pg.DB
	mu        sync.Mutex
	cache     map[int64]cachedList
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
	coalesce(finish_min, 0), basis, reference, supplier_kind, safety, questions, synonyms, price, version, is_own, is_archived, promise, answer,
	coalesce(supplier_id, 0), prices, terms`

func scan(row pgx.CollectableRow) (r Reason, err error) {
	var q, prices, terms []byte
	err = row.Scan(&r.ID, &r.CompanyID, &r.Code, &r.Category, &r.Name, &r.Kind, &r.WorkTypeID, &r.AcceptMin, &r.LocaliseMin,
		&r.FinishMin, &r.Basis, &r.Reference, &r.SupplierKind, &r.Safety, &q, &r.Synonyms, &r.Price, &r.Version, &r.IsOwn, &r.IsArchived,
		&r.Promise, &r.Answer, &r.SupplierID, &prices, &terms)
	if err == nil {
		err = errors.Join(json.Unmarshal(q, &r.Questions), json.Unmarshal(prices, &r.Prices))
	}
	switch {
	case err != nil:
	case terms == nil:
		r.Rules = r.before()
	default:
		err = json.Unmarshal(terms, &r.Rules)
	}
	return r, err
}

// before is the limits of a row written by a version that knew minutes only: those of
// the catalogue it was copied from.
func (r Reason) before() Rules {
	b := base().byCode[r.Code]
	if !r.IsOwn && b.AcceptMin == r.AcceptMin && b.LocaliseMin == r.LocaliseMin && b.FinishMin == r.FinishMin {
		return b.Rules
	}
	return rulesOf(r.AcceptMin, r.LocaliseMin, r.FinishMin)
}

// ByID returns a reason of a company; fault.NotFound otherwise.
func (s *Service) ByID(ctx context.Context, tx *pg.Tx, companyID, id int64) (Reason, error) {
	var b pgx.Batch
	return pg.One(ctx, tx, &b, Ask(&b, companyID, id))
}

// SameIn is the reason in force of another company that has the code of one; 0: it has none.
func (s *Service) SameIn(ctx context.Context, tx *pg.Tx, id, companyID int64) (same int64, err error) {
	err = tx.QueryRow(ctx, `select coalesce((select n.id from reasons n join reasons o on o.id = $1 and o.code = n.code where n.company_id = $2 and not n.is_archived), 0)`, id, companyID).Scan(&same)
	return same, err
}

// Ask is ByID together with other questions.
func Ask(b *pgx.Batch, companyID, id int64) *pg.Asked[Reason] {
	return pg.Ask(b, fault.Missing("reason"), scan, "select "+columns+" from reasons where id = $1 and company_id = $2", id, companyID)
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
