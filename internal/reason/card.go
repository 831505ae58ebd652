package reason

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// All is a company's whole catalogue, the archived too, by category and code;
// fault.NotFound for a company the actor has nothing to do with.
func (s *Service) All(ctx context.Context, companyID int64) ([]Reason, error) {
	if !access.From(ctx).Serves(companyID) {
		return nil, fault.Missing("company")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Reason, error) {
		rows, err := tx.Query(ctx, "select "+columns+" from reasons where company_id = $1 order by category, code", companyID)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, scan)
	})
}

// Get is a reason the actor may see, the archived too; fault.NotFound otherwise.
func (s *Service) Get(ctx context.Context, id int64) (Reason, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Reason, error) { return s.get(ctx, tx, id) })
}

// Base is a reason of the base catalogue by its code; false for a company's own.
func Base(r Reason) (Reason, bool) {
	b, ok := base().byCode[r.Code]
	return b, ok && !r.IsOwn
}

// Version is a version of a reason as history keeps it.
type Version struct {
	Version int
	At      time.Time
	By      string
	Verb    string   // create, change, return, archive, restore; install: as it was copied from the base
	Fields  []string // what it changed, by the names of Body's JSON
	Body    Body
}

// Versions is a reason's history, newest first.
func (s *Service) Versions(ctx context.Context, id int64) ([]Version, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Version, error) {
		if _, err := s.get(ctx, tx, id); err != nil {
			return nil, err
		}
		rows, err := tx.Query(ctx, `select version, at, by_name, verb, body from reason_versions where reason_id = $1 order by version desc limit 200`, id)
		if err != nil {
			return nil, err
		}
		var raws []json.RawMessage
		out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
			var raw []byte
			err = errors.Join(row.Scan(&v.Version, &v.At, &v.By, &v.Verb, &raw))
			if err == nil {
				raws = append(raws, raw)
				err = json.Unmarshal(raw, &v.Body)
			}
			return v, err
		})
		for i := range out {
			out[i].Fields = []string{}
			if i+1 < len(out) {
				out[i].Fields = changes(raws[i+1], raws[i])
			}
		}
		return out, err
	})
}

// changes are the names of fields that differ, in the order a person looks at them.
func changes(before, after json.RawMessage) []string {
	var a, b map[string]any
	out := []string{}
	if json.Unmarshal(before, &a) != nil || json.Unmarshal(after, &b) != nil {
		return out
	}
	for _, name := range []string{"category", "name", "kind", "work_type_id", "rules", "safety", "questions", "promise", "answer", "synonyms", "supplier_kind", "supplier_id", "prices", "is_archived"} {
		if !reflect.DeepEqual(a[name], b[name]) {
			out = append(out, name)
		}
	}
	return out
}

// Now is the time of the program.
func (s *Service) Now() time.Time { return s.db.Clock.Now() }

// FactsOf are the facts that answers tell; given is by the id of the question.
func (r Reason) FactsOf(given map[int]string) (f Facts) {
	for _, q := range r.Questions {
		n, err := ParseNumber(given[q.ID])
		switch {
		case err != nil || q.Type != Number:
		case q.Fact == Temperature:
			f.Temperature = &n
		case q.Fact == Inputs && n >= 1 && n <= 9:
			f.Inputs = int(n)
		}
	}
	return f
}

// ParseNumber reads a number as people write it: "11,5", "−3".
func ParseNumber(s string) (float64, error) {
	return strconv.ParseFloat(strings.NewReplacer(",", ".", "−", "-", " ", "").Replace(strings.TrimSpace(s)), 64)
}
