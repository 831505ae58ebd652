// Package intake takes tables in: which column is what, a verdict for every row, and
// then all of it or nothing. What the rows mean is the business of a Kind; the file is
// read in a stream and never kept, and columns with names of people are not read at
// all (K1, H4).
package intake

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/platform/sheet"
)

// Field is what a column may be.
type Field struct {
	Key, Label string
	IsRequired bool
	Words      []string // headings it is known by; «house_number» too
	Longest    int      // signs of its longest value, 0: any: «building» is a number in one table and "apartments" in another
}

// Record is a row of the table read by the columns chosen.
type Record struct {
	Line int
	row  sheet.Row
	cols map[string]int
}

// Cell is the cell of a field, an empty one when the field has no column.
func (r Record) Cell(key string) sheet.Cell {
	i, chosen := r.cols[key]
	if !chosen {
		return sheet.Cell{}
	}
	return r.row.Cell(i)
}

// Text is the text of a field.
func (r Record) Text(key string) string { return r.Cell(key).Text }

// Has reports whether the field has a column.
func (r Record) Has(key string) bool { _, chosen := r.cols[key]; return chosen }

// Bad is what is wrong with a row.
type Bad struct {
	Key     string // of the field
	Value   string
	Message string
}

// Part counts one sort of things of a table.
type Part struct {
	Name    string `json:"name"` // houses, units, contacts
	New     int    `json:"new"`
	Changed int    `json:"changed"`
	Same    int    `json:"same"`
}

// Reader judges the rows of one table, in their order.
type Reader interface {
	// Read keeps the row aside when nothing is wrong with it.
	Read(ctx context.Context, r Record) ([]Bad, error)
	// Close tells what would become of the rows kept aside.
	Close(ctx context.Context) ([]Part, error)
}

// Kind is a sort of tables. Its methods run in a transaction of the import.
type Kind interface {
	Name() string
	Fields() []Field
	// Fit refuses a choice of columns that makes no sense together.
	Fit(chosen map[string]int) error
	Open(ctx context.Context, tx *pg.Tx, in Import) (Reader, error)
	// Apply makes the rows kept aside real, all of them; it audits itself.
	Apply(ctx context.Context, tx *pg.Tx, in Import) ([]Part, error)
	// Drop forgets what was kept aside for these imports.
	Drop(ctx context.Context, tx *pg.Tx, importIDs []int64) error
}

// Result is what a check or an application found.
type Result struct {
	Rows     int      `json:"rows"` // besides the heading
	Bad      int      `json:"bad"`
	Parts    []Part   `json:"parts"`
	Notes    []string `json:"notes"`   // what was left out and why
	Columns  []string `json:"columns"` // headings of the columns read
	OnlyGood bool     `json:"only_good"`
}

// Import is one table handed in.
type Import struct {
	ID        int64
	CompanyID int64
	Kind      string
	File      string
	State     string // new, checked, applied, dropped
	Step      string
	Done      int // parts of a thousand
	Result    Result
	CreatedAt time.Time
	Errors    []Error // the first hundred
}

// Error is a bad row as it is shown.
type Error struct {
	Line                  int
	Field, Value, Message string
}

// Service takes tables in.
type Service struct {
	db    *pg.DB
	kinds map[string]Kind
	room  chan struct{} // how many tables are read at the same time: memory is bounded
}

// NewService returns the service for these kinds.
func NewService(db *pg.DB, kinds ...Kind) *Service {
	s := &Service{db: db, kinds: map[string]Kind{}, room: make(chan struct{}, 2)}
	for _, k := range kinds {
		s.kinds[k.Name()] = k
	}
	return s
}

func own(ctx context.Context, companyID int64) (int64, error) {
	a := access.From(ctx)
	if companyID == 0 {
		companyID = a.CompanyID
	}
	if companyID == 0 {
		return 0, fault.New(fault.Invalid, "company.required", "Выберите компанию.").At("query.company_id", "выберите компанию")
	}
	if !a.Serves(companyID) {
		return 0, fault.Missing("company")
	}
	if all, _, _ := a.Places(); !all {
		return 0, fault.New(fault.Forbidden, "import.part", "Вам открыта часть домов: таблицы загружает тот, кто видит все.")
	}
	return companyID, nil
}

const columns = `select id, company_id, kind, file, state, step, done, result, created_at from imports where `

func scan(r pgx.CollectableRow) (in Import, err error) {
	var raw []byte
	if err = r.Scan(&in.ID, &in.CompanyID, &in.Kind, &in.File, &in.State, &in.Step, &in.Done, &raw, &in.CreatedAt); err == nil {
		err = json.Unmarshal(raw, &in.Result)
	}
	return in, err
}

// byID hides imports from who sees a part of the houses: a table is of all of them.
func (s *Service) byID(ctx context.Context, tx *pg.Tx, kind string, id int64) (Import, error) {
	if all, _, _ := tx.Actor.Places(); !all {
		return Import{}, fault.Missing("import")
	}
	rows, err := tx.Query(ctx, columns+`id = $1 and kind = $2`, id, kind)
	if err != nil {
		return Import{}, err
	}
	in, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return in, fault.Missing("import")
	}
	return in, err
}

const shownErrors = 100

// Get is an import as it stands, with its first bad rows; fault.NotFound for others'.
func (s *Service) Get(ctx context.Context, kind string, id int64) (Import, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Import, error) {
		in, err := s.byID(ctx, tx, kind, id)
		if err != nil {
			return in, err
		}
		rows, err := tx.Query(ctx, `select line, field, value, message from import_errors where import_id = $1 order by line, field limit $2`, id, shownErrors)
		if err != nil {
			return in, err
		}
		in.Errors, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Error])
		return in, err
	})
}

// Errors gives every bad row to f, by lines.
func (s *Service) Errors(ctx context.Context, kind string, id int64, f func(Error) bool) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if _, err := s.byID(ctx, tx, kind, id); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select line, field, value, message from import_errors where import_id = $1 order by line, field`, id)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e Error
			if err := rows.Scan(&e.Line, &e.Field, &e.Value, &e.Message); err != nil {
				return err
			}
			if !f(e) {
				return nil
			}
		}
		return rows.Err()
	})
}

// kept is how long rows wait aside for a decision, and bad rows for a reader.
const (
	waits = 24 * time.Hour
	kept  = 30 * 24 * time.Hour
)

// Start opens an import; what was left lying of the company's earlier ones is dropped.
func (s *Service) Start(ctx context.Context, kind string, companyID int64, file string) (in Import, err error) {
	if companyID, err = own(ctx, companyID); err != nil {
		return in, err
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Import, error) {
		rows, err := tx.Query(ctx, `update imports set state = 'dropped' where company_id = $1 and kind = $2 and state in ('new', 'checked') and created_at < $3 returning id`,
			companyID, kind, tx.Now.Add(-waits))
		if err != nil {
			return in, err
		}
		old, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return in, err
		}
		if err := s.kinds[kind].Drop(ctx, tx, old); err != nil {
			return in, err
		}
		if _, err := tx.Exec(ctx, `delete from import_errors where import_id in (select id from imports where company_id = $1 and created_at < $2)`, companyID, tx.Now.Add(-kept)); err != nil {
			return in, err
		}
		var id int64
		err = tx.QueryRow(ctx, `insert into imports (company_id, kind, file, created_by, created_at) values ($1, $2, $3, nullif($4, 0), $5) returning id`,
			companyID, kind, file, tx.Actor.UserID, tx.Now).Scan(&id)
		if err != nil {
			return in, err
		}
		return s.byID(ctx, tx, kind, id)
	})
}
