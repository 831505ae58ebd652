// Package supplier is resource suppliers and neighbouring organisations (РСО): whom a
// company calls when the trouble is not its own (RS1). They are reached by phone only.
// The list is shared over companies and kept by our own people; a company has its own
// row for each it works with: contract, notes, houses, and those only it knows.
package supplier

import (
	"context"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

//go:embed kinds.csv
var kindsFile string

// Kind is a sort of supplier.
type Kind struct {
	Code    string // as reasons name it: "водоканал"
	Name    string // "Водоканал"
	Scope   string // "холодная вода, канализация, уличные колодцы"
	Typical string // "нет воды в доме; напор"
}

// Kinds are the sorts there are.
var Kinds = sync.OnceValue(func() []Kind {
	r := csv.NewReader(strings.NewReader(kindsFile))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		panic(fmt.Errorf("supplier: kinds.csv: %w", err)) // embedded: stops the program and its tests
	}
	var out []Kind
	for _, f := range rows[1:] {
		out = append(out, Kind{f[0], f[1], f[2], f[3]})
	}
	return out
})

func isKind(code string) bool {
	return slices.ContainsFunc(Kinds(), func(k Kind) bool { return k.Code == code })
}

// Phone is a number of a supplier.
type Phone struct {
	Phone string `json:"phone"` // E.164, or a short number: "104"
	Note  string `json:"note"`  // "аварийная"
	Hours string `json:"hours"` // "круглосуточно"
}

// Shared is a supplier of the list that all companies see.
type Shared struct {
	ID         int64   `json:"id"`
	Name       string  `json:"name"`
	Kind       string  `json:"kind"`
	Phones     []Phone `json:"phones"`
	Hours      string  `json:"hours"` // in words: "пн–пт 9:00–18:00"
	Notes      string  `json:"notes"`
	IsArchived bool    `json:"is_archived"`
	Version    int     `json:"-"`
}

// Own is a company's row: a shared supplier with the company's contract and houses, or
// one that only the company knows.
type Own struct {
	ID          int64   `json:"id"`
	CompanyID   int64   `json:"company_id"`
	SupplierID  int64   `json:"supplier_id"` // 0: only the company knows it
	Name        string  `json:"name"`        // its own; of a shared one ""
	Kind        string  `json:"kind"`        // its own; of a shared one ""
	Phones      []Phone `json:"phones"`      // its own; of a shared one those besides
	Hours       string  `json:"hours"`
	Contract    string  `json:"contract"`
	Notes       string  `json:"notes"`
	AllHouses   bool    `json:"all_houses"`
	BuildingIDs []int64 `json:"building_ids"`
	IsArchived  bool    `json:"is_archived"`
	Version     int     `json:"-"`
	Shared      *Shared `json:"-"` // of a shared one
}

// Named is what the supplier is called.
func (o Own) Named() string {
	if o.Shared != nil {
		return o.Shared.Name
	}
	return o.Name
}

// OfKind is the supplier's kind.
func (o Own) OfKind() string {
	if o.Shared != nil {
		return o.Shared.Kind
	}
	return o.Kind
}

// AllPhones are the company's own numbers, then the shared ones.
func (o Own) AllPhones() []Phone {
	out := slices.Clone(o.Phones)
	if o.Shared != nil {
		out = append(out, o.Shared.Phones...)
	}
	return out
}

// Service keeps suppliers.
type Service struct{ db *pg.DB }

// NewService returns the service.
func NewService(db *pg.DB) *Service { return &Service{db: db} }

const sharedColumns = `s.id, s.name, s.kind, s.phones, s.hours, s.notes, s.is_archived, s.version`

func scanShared(row pgx.CollectableRow) (s Shared, err error) {
	var phones []byte
	if err = row.Scan(&s.ID, &s.Name, &s.Kind, &phones, &s.Hours, &s.Notes, &s.IsArchived, &s.Version); err == nil {
		err = json.Unmarshal(phones, &s.Phones)
	}
	return s, err
}

func shared(ctx context.Context, tx *pg.Tx, cond string, args ...any) ([]Shared, error) {
	rows, err := tx.Query(ctx, "select "+sharedColumns+" from suppliers s where "+cond+" order by s.kind, lower(s.name), s.id limit 2000", args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanShared)
}

// AllShared is the shared list by kind and name; those put away only when asked for.
func (s *Service) AllShared(ctx context.Context, archived bool) ([]Shared, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Shared, error) { return shared(ctx, tx, "(not s.is_archived or $1)", archived) })
}

const ownColumns = `o.id, o.company_id, coalesce(o.supplier_id, 0), o.name, o.kind, o.phones, o.hours, o.contract, o.notes, o.all_houses, o.is_archived, o.version,
	array(select b.building_id from company_supplier_buildings b where b.company_supplier_id = o.id order by b.building_id),
	coalesce(s.name, ''), coalesce(s.kind, ''), coalesce(s.phones, '[]'), coalesce(s.hours, ''), coalesce(s.notes, ''), coalesce(s.is_archived, false)`

func own(ctx context.Context, tx *pg.Tx, cond string, args ...any) ([]Own, error) {
	rows, err := tx.Query(ctx, "select "+ownColumns+" from company_suppliers o left join suppliers s on s.id = o.supplier_id where "+cond+
		" order by o.company_id, coalesce(s.kind, o.kind), lower(coalesce(s.name, o.name)), o.id limit 2000", args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (o Own, err error) {
		var phones, theirs []byte
		var of Shared
		err = row.Scan(&o.ID, &o.CompanyID, &o.SupplierID, &o.Name, &o.Kind, &phones, &o.Hours, &o.Contract, &o.Notes, &o.AllHouses, &o.IsArchived, &o.Version, &o.BuildingIDs,
			&of.Name, &of.Kind, &theirs, &of.Hours, &of.Notes, &of.IsArchived)
		if err == nil {
			err = errors.Join(json.Unmarshal(phones, &o.Phones), json.Unmarshal(theirs, &of.Phones))
		}
		if o.SupplierID != 0 {
			of.ID = o.SupplierID
			o.Shared = &of
		}
		return o, err
	})
}

// Filter narrows a company's list; zero fields do not.
type Filter struct {
	CompanyID  int64
	Kind       string
	BuildingID int64  // that serve this house
	Text       string // of the name, the contract, the notes, a phone
	Archived   bool   // those put away instead of those in use
}

// List is a company's suppliers by kind and name; fault.NotFound for a company the
// actor has nothing to do with.
func (s *Service) List(ctx context.Context, f Filter) ([]Own, error) {
	if !access.From(ctx).Serves(f.CompanyID) {
		return nil, fault.Missing("company")
	}
	all, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Own, error) {
		return own(ctx, tx, "o.company_id = $1 and o.is_archived = $2", f.CompanyID, f.Archived)
	})
	out := make([]Own, 0, len(all))
	for _, o := range all {
		if f.fits(o) {
			out = append(out, o)
		}
	}
	return out, err
}

func (f Filter) fits(o Own) bool {
	return (f.Kind == "" || f.Kind == o.OfKind()) && (f.BuildingID == 0 || o.serves(f.BuildingID)) && f.text(o)
}

func (o Own) serves(buildingID int64) bool {
	return o.AllHouses || slices.Contains(o.BuildingIDs, buildingID)
}

// Get is a row the actor may see; fault.NotFound otherwise.
func (s *Service) Get(ctx context.Context, id int64) (Own, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Own, error) { return s.get(ctx, tx, id) })
}

// ByID reads a company's supplier inside a transaction; fault.NotFound when there is none.
func (s *Service) ByID(ctx context.Context, tx *pg.Tx, id int64) (Own, error) {
	return s.get(ctx, tx, id)
}

func (s *Service) get(ctx context.Context, tx *pg.Tx, id int64) (Own, error) {
	found, err := own(ctx, tx, "o.id = $1", id)
	if err != nil {
		return Own{}, err
	}
	if len(found) == 0 {
		return Own{}, fault.Missing("supplier")
	}
	return found[0], nil
}

// For is the supplier of a kind that serves a house, nil when the company has none: one
// with the house in its list goes before one for all houses, the company's own before
// a shared one.
func (s *Service) For(ctx context.Context, tx *pg.Tx, companyID, buildingID int64, kind string) (*Own, error) {
	all, err := own(ctx, tx, "o.company_id = $1 and not o.is_archived and not coalesce(s.is_archived, false) and coalesce(s.kind, o.kind) = $2", companyID, kind)
	if err != nil {
		return nil, err
	}
	var best *Own
	rank := func(o *Own) int {
		n := 0
		if !o.AllHouses {
			n += 2
		}
		if o.Shared == nil {
			n++
		}
		return n
	}
	for i := range all {
		if o := &all[i]; o.serves(buildingID) && (best == nil || rank(o) > rank(best)) {
			best = o
		}
	}
	return best, nil
}

// Has reports whether the row is of the company's list and in use.
func (s *Service) Has(ctx context.Context, tx *pg.Tx, companyID, id int64) (is bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from company_suppliers where company_id = $1 and id = $2 and not is_archived)`, companyID, id).Scan(&is)
	return is, err
}
