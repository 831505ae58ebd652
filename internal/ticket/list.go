package ticket

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Filter narrows a list. A zero field does not restrict.
type Filter struct {
	Status        []Status
	Kind          []Kind
	CompanyID     int64
	BuildingID    int64
	ExecutorID    int64
	ResponsibleID int64
	ReasonID      int64
	Number        int64
	Phone         string
	Address       string // part of the address
	CreatedFrom   time.Time
	CreatedTo     time.Time
	OverdueAt     time.Time // overdue at that moment
	After         Cursor
	Limit         int
}

// Cursor is the place a page ends at.
type Cursor struct {
	CreatedAt time.Time `json:"a"`
	ID        int64     `json:"i"`
}

// String is the cursor for a URL; "" at the start.
func (c Cursor) String() string {
	if c.ID == 0 {
		return ""
	}
	b, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseCursor reads what String wrote.
func ParseCursor(s string) (c Cursor, err error) {
	if s == "" {
		return c, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		return c, fault.New(fault.Invalid, "page.cursor", "Страница списка устарела, откройте список заново.")
	}
	return c, nil
}

const (
	pageMax  = 100
	countMax = 1001
)

// List returns one page of the tickets the actor may see, newest first, and the
// cursor of the next page ("" at the end).
func (s *Service) List(ctx context.Context, f Filter) (page []Ticket, next string, err error) {
	if f.Limit <= 0 || f.Limit > pageMax {
		f.Limit = pageMax
	}
	page, err = pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Ticket, error) {
		w := f.where(tx)
		rows, err := tx.Query(ctx, "select "+columns+source+"where "+w.String()+" order by t.created_at desc, t.id desc limit "+strconv.Itoa(f.Limit+1), w.Args...)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, scan)
	})
	if len(page) > f.Limit {
		page = page[:f.Limit]
		last := page[f.Limit-1]
		next = Cursor{last.CreatedAt, last.ID}.String()
	}
	return page, next, err
}

// Count counts at most to 1001; more is shown as «1000+».
func (s *Service) Count(ctx context.Context, f Filter) (n int, err error) {
	f.After = Cursor{}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (n int, err error) {
		w := f.where(tx)
		err = tx.QueryRow(ctx, "select count(*) from (select 1 from tickets t where "+w.String()+" limit "+strconv.Itoa(countMax)+") x", w.Args...).Scan(&n)
		return n, err
	})
}

func (f Filter) where(tx *pg.Tx) (w where.Clause) {
	only := func(present bool, cond string, args ...any) {
		if present {
			w.And(cond, args...)
		}
	}
	cond, args := tx.Actor.Scope().Where("t")
	w.And(cond, args...)
	only(len(f.Status) > 0, "t.status = any(?)", f.Status)
	only(len(f.Kind) > 0, "t.kind = any(?)", f.Kind)
	only(f.CompanyID != 0, "t.company_id = ?", f.CompanyID)
	only(f.BuildingID != 0, "t.building_id = ?", f.BuildingID)
	only(f.ExecutorID != 0, "t.executor_id = ?", f.ExecutorID)
	only(f.ResponsibleID != 0, "t.responsible_id = ?", f.ResponsibleID)
	only(f.ReasonID != 0, "t.reason_id = ?", f.ReasonID)
	only(f.Number != 0, "t.number = ?", f.Number)
	if f.Phone != "" {
		e, err := phone.Parse(f.Phone, "")
		if err != nil {
			e = f.Phone
		}
		w.And("t.caller_phone = ?", e)
	}
	only(f.Address != "", "t.address ilike ?", "%"+f.Address+"%")
	only(!f.CreatedFrom.IsZero(), "t.created_at >= ?", f.CreatedFrom)
	only(!f.CreatedTo.IsZero(), "t.created_at < ?", f.CreatedTo)
	only(!f.OverdueAt.IsZero(), "t.due_at < ? and t.status not in ('done', 'closed', 'cancelled')", f.OverdueAt)
	only(f.After.ID != 0, "(t.created_at, t.id) < (?, ?)", f.After.CreatedAt, f.After.ID)
	return w
}
