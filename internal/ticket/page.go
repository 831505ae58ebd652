package ticket

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// How a page is read. To plan a list costs PostgreSQL two or three times what it costs to read
// its page. One whose plan does not depend on its values is planned once a connection; of any
// other only the choice of rows is planned each time, and they are read by a plan that is kept.

// isSteady reports whether an index has the list in its very order, whatever its values are:
// a view, or one executor, responsible, reason or house, of all that a whole company has.
func (f Filter) isSteady(a access.Actor) bool {
	ones := 0
	for _, id := range []int64{f.BuildingID, f.ExecutorID, f.ResponsibleID, f.ReasonID} {
		if id != 0 {
			ones++
		}
	}
	if !f.isWide() || !a.Scope().IsWhole() {
		return false
	}
	switch f.View {
	case All:
		return ones == 0 || ones == 1 && f.Order != ByDue
	case Unfinished:
		return ones == 0 || ones == 1 && f.ResponsibleID != 0 && f.Order != ByDue
	case Untaken:
		return ones == 0 && f.Order != ByDue
	case Mine:
	}
	return false
}

// isWide reports whether nothing narrows a list besides its view, single things and its place.
func (f Filter) isWide() bool {
	return len(f.Status)+len(f.Kind)+len(f.Source)+len(f.TagIDs) == 0 && f.Unit+f.PostponeReason+f.Phone+f.Address+f.Text == "" && f.GroupID == 0 && f.Number == 0 && !f.Unread &&
		f.CreatedFrom.IsZero() && f.CreatedTo.IsZero() && f.DueFrom.IsZero() && f.DueTo.IsZero() && f.OverdueAt.IsZero() && f.SoonAt.IsZero()
}

// values are those of a list's conditions, for a plan that is kept when it is steady.
func (f Filter) values(a access.Actor, w where.Clause) []any {
	if f.isSteady(a) {
		return w.Args
	}
	return unprepared(w.Args)
}

// ids is the query of the ids of a page. Of several companies the first rows of each are taken in
// the order of the list, by its index, and the first of these: a list of many companies costs
// what its page costs, however many requests they have. Those chosen by words are few already.
func (f Filter) ids(a access.Actor, w *where.Clause, n int, chosen bool) string {
	order, _ := f.Order.sql()
	limit := " order by " + order + " limit " + strconv.Itoa(n)
	if chosen || !f.isOfMany(a) {
		return "select t.id from tickets t where " + w.String() + limit
	}
	w.And("t.company_id = k.id and k.id = any(?)", a.Companies)
	of := "$" + strconv.Itoa(len(w.Args))
	return "select t.id from unnest(" + of + "::bigint[]) k (id) cross join lateral (select t.* from tickets t where " + w.String() + limit + ") t" + limit
}

// read asks for n rows; those that may be among them were chosen, or not.
func (f Filter) read(ctx context.Context, tx *pg.Tx, w where.Clause, n int, chosen bool) ([]Ticket, error) {
	ids := f.ids(tx.Actor, &w, n, chosen)
	if chosen || !f.isSteady(tx.Actor) {
		return f.chosenBy(ctx, tx, ids, unprepared(w.Args))
	}
	if f.isOfMany(tx.Actor) {
		return f.rowsOf(ctx, tx, "t.id = any(array("+ids+"))", w.Args, "")
	}
	return f.rowsOf(ctx, tx, w.String(), w.Args, " limit "+strconv.Itoa(n))
}

// chosenBy reads the tickets that a query names.
func (f Filter) chosenBy(ctx context.Context, tx *pg.Tx, sql string, args []any) ([]Ticket, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	return f.byID(ctx, tx, ids)
}

// byID reads tickets in the order of the list.
func (f Filter) byID(ctx context.Context, tx *pg.Tx, ids []int64) ([]Ticket, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return f.rowsOf(ctx, tx, "t.id = any($1)", []any{ids}, "")
}

// rowsOf reads the tickets with a condition, in the order of the list, by a plan that is kept.
func (f Filter) rowsOf(ctx context.Context, tx *pg.Tx, cond string, args []any, limit string) ([]Ticket, error) {
	order, _ := f.Order.sql()
	cols := rowColumns
	if f.Text != "" {
		cols = foundColumns
	}
	rows, err := tx.Query(ctx, "select "+cols+source+"where "+cond+" order by "+order+limit, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}
