package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/page"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

func inOrder(entries []sealed) []sealed {
	slices.SortFunc(entries, func(a, b sealed) int { return cmp.Compare(a.ID, b.ID) })
	return entries
}

// Service reads the journal for screens.
type Service struct{ db *pg.DB }

// NewService returns the service.
func NewService(db *pg.DB) *Service { return &Service{db: db} }

// Entry is one thing a person did.
type Entry struct {
	ID        int64
	CompanyID int64
	At        time.Time
	UserID    int64
	Actor     string // a person's name, or the named part of the program
	Action    string // "staff.change"
	Object    string // "member:15"
	Data      json.RawMessage
	Source    string // network address
	Seq       int64  // its place in the chain; 0: not sealed yet
}

// Search narrows the journal; empty fields do not.
type Search struct {
	UserID   int64
	Area     string // the first word of an action: "staff"
	Object   string // "member:15"
	Text     string // a part of the actor's name, of the object or of what was written
	From, To time.Time
	After    page.Cursor
	Limit    int
}

// Page returns what the actor's company did, newest first, and the cursor of the
// next page, "" at the end.
func (s *Service) Page(ctx context.Context, f Search) (rows []Entry, next string, err error) {
	size := page.Size(f.Limit)
	rows, err = pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Entry, error) {
		w := f.where(tx)
		found, err := tx.Query(ctx, `select e.id, coalesce(e.company_id, 0) as company_id, e.at, coalesce(e.user_id, 0) as user_id, e.actor, e.action, e.object, e.data, e.source, coalesce(s.seq, 0) as seq
			from audit_entries e left join audit_seals s on s.entry_id = e.id where `+w.String()+" order by e.at desc, e.id desc limit "+strconv.Itoa(size+1), w.Args...)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(found, pgx.RowToStructByName[Entry])
	})
	rows, next = page.Cut(rows, size, func(e Entry) page.Cursor { return page.Cursor{At: e.At, ID: e.ID} })
	return rows, next, err
}

func (f Search) where(tx *pg.Tx) *where.Clause {
	var w where.Clause
	if c := tx.Actor.CompanyID; c != 0 { // beside the fence: the index begins with it
		w.And("e.company_id = ?", c)
	}
	if f.UserID != 0 {
		w.And("e.user_id = ?", f.UserID)
	}
	if f.Area != "" {
		w.And("e.action like ?", like(f.Area)+".%")
	}
	if f.Object != "" {
		w.And("e.object = ?", f.Object)
	}
	if f.Text != "" {
		t := "%" + like(f.Text) + "%"
		w.And("(e.actor ilike ? or e.object ilike ? or e.action ilike ? or e.data::text ilike ?)", t, t, t, t)
	}
	if !f.From.IsZero() {
		w.And("e.at >= ?", f.From)
	}
	if !f.To.IsZero() {
		w.And("e.at < ?", f.To)
	}
	if f.After.ID != 0 {
		w.And("(e.at, e.id) < (?, ?)", f.After.At, f.After.ID)
	}
	return &w
}

// like escapes what LIKE would take for a pattern.
func like(s string) string {
	var b []rune
	for _, r := range s {
		if r == '%' || r == '_' || r == '\\' {
			b = append(b, '\\')
		}
		b = append(b, r)
	}
	return string(b)
}

// People are who did something in the company, by name, for a filter.
func (s *Service) People(ctx context.Context) (out []Person, err error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Person, error) {
		rows, err := tx.Query(ctx, `select user_id as id, max(actor) as name from audit_entries where user_id is not null group by user_id order by 2 limit 500`)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByName[Person])
	})
}

// Person is a user who stands in the journal.
type Person struct {
	ID   int64
	Name string
}
