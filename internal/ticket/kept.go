package ticket

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// Of what a kept list is.
const (
	OfTickets = "tickets"
	OfCalls   = "calls"
)

// Kept is a list of requests (J3) or of calls (L1) with its conditions, order and columns
// under a name: a person's own, or one shared with everybody who sees the company's
// journal. It carries no rights: who opens a shared one sees what he may see.
type Kept struct {
	ID        int64
	List      string // OfTickets, OfCalls: stays as it was made
	CompanyID int64
	UserID    int64
	Name      string
	Query     string   // as in the URL of the list
	Columns   []string // in their order; empty: the usual ones
	IsShared  bool
	Version   int
}

// Columns are those the list of requests may show, in the usual order.
var Columns = []string{"kind", "number", "created", "address", "reason", "status", "executor", "responsible", "tags", "company", "due"}

// columnsOf are those of each list.
var columnsOf = map[string][]string{
	OfTickets: Columns,
	OfCalls:   {"direction", "started", "phone", "address", "result", "wait", "talk", "operator", "ticket", "mark", "company"},
}

const (
	maxKept      = 50 // of one person in one company, of requests and of calls each
	maxKeptQuery = 4000
)

const keptColumns = "id, list, company_id, user_id, name, query, columns, is_shared, version"

// MayShare reports whether the actor may show his lists to the others.
func MayShare(a access.Actor) bool { return a.Can(access.TicketAssign) }

// KeptOf are the actor's own lists of a company's requests or calls and the shared ones, by name.
func (s *Service) KeptOf(ctx context.Context, companyID int64, list string) ([]Kept, error) {
	a := access.From(ctx)
	if !a.Serves(companyID) {
		return nil, fault.Missing("company")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Kept, error) {
		rows, err := tx.Query(ctx, "select "+keptColumns+" from ticket_views where company_id = $1 and list = $3 and (user_id = $2 or is_shared) order by lower(name), id", companyID, a.UserID, list)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[Kept])
	})
}

// Keep makes a list, or changes the actor's own when k has an ID.
func (s *Service) Keep(ctx context.Context, k Kept) (Kept, error) {
	if err := k.check(); err != nil {
		return k, err
	}
	k, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (Kept, error) {
		if k.IsShared && !MayShare(tx.Actor) {
			return k, fault.New(fault.Forbidden, "ticket_view.share", "Показывать свой список другим вам нельзя.").At("body.is_shared", "вам нельзя")
		}
		if k.ID != 0 {
			return s.rekeep(ctx, tx, k)
		}
		if !tx.Actor.Serves(k.CompanyID) {
			return k, fault.Missing("company")
		}
		k.UserID, k.Version = tx.Actor.UserID, 1
		var n int
		if err := tx.QueryRow(ctx, "select count(*) from ticket_views where company_id = $1 and user_id = $2 and list = $3", k.CompanyID, k.UserID, k.List).Scan(&n); err != nil {
			return k, err
		}
		if n >= maxKept {
			return k, fault.New(fault.Invalid, "ticket_view.full", "Сохранено уже %d списков: удалите лишние.", maxKept)
		}
		if err := tx.QueryRow(ctx, `insert into ticket_views (list, company_id, user_id, name, query, columns, is_shared, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
			k.List, k.CompanyID, k.UserID, k.Name, k.Query, k.Columns, k.IsShared, tx.Now).Scan(&k.ID); err != nil {
			return k, err
		}
		return k, tellKept(ctx, tx, k)
	})
	var p *pgconn.PgError
	if errors.As(err, &p) && p.Code == "23505" {
		return k, fault.New(fault.Invalid, "ticket_view.twice", "Список «%s» у вас уже есть.", k.Name).At("body.name", "такое название уже есть")
	}
	return k, err
}

func (s *Service) rekeep(ctx context.Context, tx *pg.Tx, k Kept) (Kept, error) {
	was, err := ownKept(ctx, tx, k.ID, k.List)
	switch {
	case err != nil:
		return k, err
	case was.Version != k.Version:
		return k, fault.New(fault.Conflict, "ticket_view.changed", "Этот список только что изменили: посмотрите, как он теперь выглядит.")
	}
	k.CompanyID, k.UserID = was.CompanyID, was.UserID
	k.Version++
	if _, err = tx.Exec(ctx, "update ticket_views set name = $2, query = $3, columns = $4, is_shared = $5, version = $6 where id = $1", k.ID, k.Name, k.Query, k.Columns, k.IsShared, k.Version); err != nil {
		return k, err
	}
	return k, tellKept(ctx, tx, k)
}

// tellKept has open menus and dialogs of kept lists look again.
func tellKept(ctx context.Context, tx *pg.Tx, k Kept) error {
	return live.Tell(ctx, tx, live.Change{Topic: "view", CompanyID: k.CompanyID})
}

// ownKept locks a list of the actor's own; another's does not exist for a change.
func ownKept(ctx context.Context, tx *pg.Tx, id int64, list string) (Kept, error) {
	rows, err := tx.Query(ctx, "select "+keptColumns+" from ticket_views where id = $1 and user_id = $2 and list = $3 for update", id, tx.Actor.UserID, list)
	if err != nil {
		return Kept{}, err
	}
	k, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Kept])
	if errors.Is(err, pgx.ErrNoRows) {
		return k, fault.Missing("ticket_view")
	}
	return k, err
}

// DropKept deletes a list of the actor's own.
func (s *Service) DropKept(ctx context.Context, id int64, list string) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		k, err := ownKept(ctx, tx, id, list)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "delete from ticket_views where id = $1", id); err != nil {
			return err
		}
		return tellKept(ctx, tx, k)
	})
}

func (k *Kept) check() error {
	k.Name = strings.Join(strings.Fields(k.Name), " ")
	if k.Columns == nil {
		k.Columns = []string{}
	}
	bad := fault.New(fault.Invalid, "ticket_view.bad", "Список так не сохранить.")
	if n := utf8.RuneCountInString(k.Name); n == 0 || n > 60 {
		bad = bad.At("body.name", "название от 1 до 60 знаков")
	}
	if _, err := url.ParseQuery(k.Query); err != nil || len(k.Query) > maxKeptQuery {
		bad = bad.At("body.query", "условия не читаются")
	}
	for i, c := range k.Columns {
		if !slices.Contains(columnsOf[k.List], c) || slices.Contains(k.Columns[:i], c) {
			bad = bad.At("body.columns", "столбцы не читаются")
			break
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}
