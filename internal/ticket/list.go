package ticket

import (
	"context"
	"strconv"
	"strings"
	"time"

	"d24/internal/access"
	"d24/internal/page"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/search"
	"d24/internal/where"
)

// View is a list with a name.
type View string

// The views of the journal (J3: it opens on new requests nobody has taken).
const (
	All        View = ""     // every ticket of the scope
	Untaken    View = "new"  // новые, никто не взял
	Unfinished View = "open" // в работе: still owed
	Mine       View = "mine" // where the actor is executor or responsible, or which he registered
)

// Order is how a list runs.
type Order string

// The orders. A deadline that does not exist is the last one.
const (
	Newest Order = ""
	Oldest Order = "oldest"
	ByDue  Order = "due"
)

// Soon is how long before its deadline a request is due soon.
const Soon = 24 * time.Hour

// never stands for a deadline that does not exist; the index of 00085 says the same.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

const dueOrNever = "coalesce(t.due_at, timestamptz '9999-12-31 00:00:00+00')"

// sql is the order and the condition that a row stands after a cursor.
func (o Order) sql() (order, after string) {
	switch o {
	case Oldest:
		return "t.created_at, t.id", "(t.created_at, t.id) > (?, ?)"
	case ByDue:
		return dueOrNever + ", t.id", "(" + dueOrNever + ", t.id) > (?, ?)"
	case Newest:
	}
	return "t.created_at desc, t.id desc", "(t.created_at, t.id) < (?, ?)"
}

// key is what the order is by, before the id, and its direction.
func (o Order) key() (expr, down string) {
	switch o {
	case Oldest:
		return "t.created_at", ""
	case ByDue:
		return dueOrNever, ""
	case Newest:
	}
	return "t.created_at", " desc"
}

// place is where a page that ends with t ended.
func (o Order) place(t Ticket) page.Cursor {
	at := t.CreatedAt
	if o == ByDue {
		at = never
		if t.DueAt != nil {
			at = *t.DueAt
		}
	}
	return page.Cursor{At: at, ID: t.ID}
}

// Filter narrows a list. A zero field does not restrict; conditions join by AND.
type Filter struct {
	View           View
	Status         []Status
	Kind           []Kind
	Source         []string
	CompanyID      int64
	BuildingID     int64
	Unit           string
	ExecutorID     int64
	ResponsibleID  int64
	ReasonID       int64
	GroupID        int64   // houses of a group
	PostponeReason string  // deferred now for this reason
	TagIDs         []int64 // any of these labels
	Number         int64
	Phone          string
	Address        string // words of the address, in any order
	Text           string // what was typed into the search: a number, a phone, or words of address, reason and description
	CreatedFrom    time.Time
	CreatedTo      time.Time
	DueFrom        time.Time
	DueTo          time.Time
	OverdueAt      time.Time // overdue at that moment
	SoonAt         time.Time // not overdue at that moment, but within Soon of it
	Unread         bool      // with something the actor has not read
	Order          Order
	After          page.Cursor
	Limit          int
}

// List returns one page of the tickets the actor may see, in the order of f, and the
// cursor of the next page ("" at the end); a page of a search may have fewer, when many requests
// had to be looked through. They come without access notes, words told, limits and
// prices, and without answers unless words were looked for.
func (s *Service) List(ctx context.Context, f Filter) (rows []Ticket, next string, err error) {
	size := page.Size(f.Limit)
	var looked page.Cursor
	rows, err = pg.InTx(ctx, s.db, func(tx *pg.Tx) (ts []Ticket, err error) {
		var q quest
		if ts, q, looked, err = s.rows(ctx, tx, f, size+1); err != nil {
			return nil, err
		}
		if f.Text != "" {
			if err := show(ctx, tx, q, ts); err != nil {
				return nil, err
			}
		}
		return ts, s.mark(ctx, tx, ts)
	})
	if looked.ID != 0 {
		return rows, looked.String(), err
	}
	rows, next = page.Cut(rows, size, f.Order.place)
	return rows, next, err
}

// Count counts at most to page.CountMax; more is shown as «1000+».
func (s *Service) Count(ctx context.Context, f Filter) (n int, err error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (int, error) { return s.count(ctx, tx, f) })
}

func (s *Service) count(ctx context.Context, tx *pg.Tx, f Filter) (n int, err error) {
	f.After = page.Cursor{}
	w, err := s.narrow(ctx, tx, f)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, "select count(*) from (select 1 from tickets t where "+w.String()+" limit "+strconv.Itoa(page.CountMax)+") x", f.values(tx.Actor, w)...).Scan(&n)
	return n, err
}

const stillOwed = "t.status not in ('done', 'closed', 'cancelled')"

// narrow is the condition of a filter under the actor's rights: a list, its count, its
// export and its mass change have this one.
func (s *Service) narrow(ctx context.Context, tx *pg.Tx, f Filter) (where.Clause, error) {
	w, q, err := s.search(ctx, tx, f, false)
	w.Join(q.look)
	if q.named != nil {
		w.And("t.id = any(?)", q.named)
	}
	return w, err
}

// search is narrow without what is looked for one by one, and what is looked for.
func (s *Service) search(ctx context.Context, tx *pg.Tx, f Filter, guess bool) (where.Clause, quest, error) {
	w := f.where(tx)
	if f.GroupID != 0 {
		houses, err := s.buildings.OfGroup(ctx, tx, f.GroupID)
		if err != nil {
			return w, quest{}, err
		}
		one := "t.building_id = any(?)"
		if len(houses) > 5 { // in the order of the list: all requests of so many houses are not to be sorted, nor all entries of an index of houses, which has no version
			one = "t.building_id + 0 * t.version = any(?)"
		}
		w.And(one, houses)
	}
	var named []int64
	if len(f.TagIDs) > 0 {
		var err error
		if named, err = s.tagged(ctx, tx, f, &w); err != nil {
			return w, quest{}, err
		}
	}
	if f.Unread {
		var err error
		if named, err = s.unread(ctx, tx, f); err != nil {
			return w, quest{}, err
		}
	}
	q := f.quest(tx.Actor)
	q.isFirst = f.After.ID == 0
	q.named = named
	if q.isEmpty() {
		return w, q, nil
	}
	err := s.seek(ctx, tx, &q, f.CompanyID, guess, &w)
	return w, q, err
}

func (f Filter) where(tx *pg.Tx) (w where.Clause) {
	only := func(present bool, cond string, args ...any) {
		if present {
			w.And(cond, args...)
		}
	}
	cond, args := tx.Actor.Scope().Where("t")
	w.And(cond, args...)
	f.view(tx.Actor, &w)
	only(len(f.Status) > 0, "t.status = any(?)", f.Status)
	only(len(f.Kind) > 0, "t.kind = any(?)", f.Kind)
	only(len(f.Source) > 0, "t.source = any(?)", f.Source)
	only(f.CompanyID != 0, "t.company_id = ?", f.CompanyID)
	only(f.BuildingID != 0, "t.building_id = ?", f.BuildingID)
	only(f.Unit != "", "lower(t.unit) = lower(?)", f.Unit)
	only(f.ExecutorID != 0, "t.executor_id = ?", f.ExecutorID)
	only(f.ResponsibleID != 0, "t.responsible_id = ?", f.ResponsibleID)
	only(f.ReasonID != 0, "t.reason_id = ?", f.ReasonID)
	only(f.PostponeReason != "", "t.status = 'postponed' and t.postpone_reason = ?", f.PostponeReason)
	only(f.Number != 0, "t.number = ?", f.Number)
	only(f.Phone != "", "t.caller_phone = ?", phone.Caller(f.Phone))
	for _, word := range search.Tokens(f.Address) {
		if isNumber.MatchString(word) { // 86 is not 186
			w.And("t.address ~ ?", `(^|\D)`+word+`(\D|$)`)
			continue
		}
		w.And(Folded("t.address")+" like ?", Like(word))
	}
	only(!f.CreatedFrom.IsZero(), "t.created_at >= ?", f.CreatedFrom)
	only(!f.CreatedTo.IsZero(), "t.created_at < ?", f.CreatedTo)
	only(!f.OverdueAt.IsZero(), "t.due_at < ? and "+stillOwed, f.OverdueAt)
	only(!f.DueFrom.IsZero(), "t.due_at >= ?", f.DueFrom)
	only(!f.DueTo.IsZero(), "t.due_at < ?", f.DueTo)
	only(!f.SoonAt.IsZero(), "t.due_at >= ? and t.due_at < ? and "+stillOwed, f.SoonAt, f.SoonAt.Add(Soon))
	_, after := f.Order.sql()
	only(f.After.ID != 0, after, f.After.At, f.After.ID)
	return w
}

func (f Filter) view(a access.Actor, w *where.Clause) {
	switch f.View {
	case Untaken:
		w.And("t.status = 'new'")
	case Unfinished:
		w.And(stillOwed)
	case Mine:
		if a.MemberID != 0 {
			w.And("(t.executor_id = ? or t.responsible_id = ?)", a.MemberID, a.MemberID)
		} else {
			w.And("t.created_by = ?", a.UserID)
		}
	case All:
	}
}

// Folded compares without case and without ё.
func Folded(expr string) string { return "translate(lower(" + expr + "), 'ё', 'е')" }

var likeSigns = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `ё`, `е`)

// Like is a pattern that finds s anywhere in what Folded gives.
func Like(s string) string {
	return "%" + likeSigns.Replace(strings.ToLower(strings.TrimSpace(s))) + "%"
}
