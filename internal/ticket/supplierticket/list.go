package supplierticket

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/page"
	"d24/internal/platform/pg"
	"d24/internal/ticket"
	"d24/internal/where"
)

// View is a list with a name.
type View string

// The views of the list.
const (
	All     View = ""
	Waiting View = "new"  // nobody has told the supplier yet
	Owed    View = "open" // work is still owed
	Asking  View = "due"  // hour X has come
)

// Filter narrows a list. A zero field does not restrict; conditions join by AND.
type Filter struct {
	View       View
	Now        time.Time // of Asking
	Status     []Status
	Kind       string // of the supplier
	SupplierID int64
	CompanyID  int64
	BuildingID int64
	Number     int64  // of the ordinary one
	Text       string // words of address, reason, supplier, its number
	From, To   time.Time
	After      page.Cursor
	Limit      int
}

func (f Filter) where(tx *pg.Tx) (w where.Clause) {
	only := func(present bool, cond string, args ...any) {
		if present {
			w.And(cond, args...)
		}
	}
	cond, args := tx.Actor.Scope().Where("t")
	w.And(cond, args...)
	const owed = "s.status not in ('done', 'closed', 'cancelled')"
	switch f.View {
	case Waiting:
		w.And("s.status = 'new' and " + owed)
	case Owed:
		w.And(owed)
	case Asking:
		w.And("s.followup_at <= ?", f.Now)
	case All:
	}
	only(len(f.Status) > 0, "s.status = any(?)", f.Status)
	only(f.Kind != "", "s.supplier_kind = ?", f.Kind)
	only(f.SupplierID != 0, "s.supplier_id = ?", f.SupplierID)
	only(f.CompanyID != 0, "s.company_id = ?", f.CompanyID)
	only(f.BuildingID != 0, "t.building_id = ?", f.BuildingID)
	only(f.Number != 0, "t.number = ?", f.Number)
	for _, word := range strings.Fields(f.Text) {
		w.And(ticket.Folded("t.address || ' ' || t.reason_name || ' ' || s.supplier_name || ' ' || s.their_number || ' ' || t.number")+" like ?", ticket.Like(word))
	}
	only(!f.From.IsZero(), "s.created_at >= ?", f.From)
	only(!f.To.IsZero(), "s.created_at < ?", f.To)
	only(f.After.ID != 0, "(s.created_at, s.id) < (?, ?)", f.After.At, f.After.ID)
	return w
}

// List is one page of those the actor may see, newest first, and the cursor of the next.
func (s *Service) List(ctx context.Context, f Filter) (rows []Ticket, next string, err error) {
	size := page.Size(f.Limit)
	rows, err = pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Ticket, error) {
		w := f.where(tx)
		rows, err := tx.Query(ctx, "select "+columns+source+"where "+w.String()+" order by s.created_at desc, s.id desc limit "+strconv.Itoa(size+1), w.Args...)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[Ticket])
	})
	rows, next = page.Cut(rows, size, func(t Ticket) page.Cursor { return page.Cursor{At: t.CreatedAt, ID: t.ID} })
	return rows, next, err
}

// Count counts at most to page.CountMax; more is shown as «1000+».
func (s *Service) Count(ctx context.Context, f Filter) (n int, err error) {
	f.After = page.Cursor{}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (n int, err error) {
		w := f.where(tx)
		err = tx.QueryRow(ctx, "select count(*) from (select 1 from supplier_tickets s join tickets t on t.id = s.ticket_id where "+w.String()+" limit "+strconv.Itoa(page.CountMax)+") x", w.Args...).Scan(&n)
		return n, err
	})
}
