package ticket

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// scoped reads the tickets of a condition that the actor may see.
func scoped(ctx context.Context, tx *pg.Tx, w where.Clause, order string) ([]Ticket, error) {
	cond, args := tx.Actor.Scope().Where("t")
	w.And(cond, args...)
	rows, err := tx.Query(ctx, "select "+columns+source+"where "+w.String()+" order by "+order, w.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// OfPlace is what is going on where a caller lives: tickets of the house where
// work is still owed, those of his flat first, at most 20, and the last 5 of the
// flat that are over.
func (s *Service) OfPlace(ctx context.Context, tx *pg.Tx, buildingID int64, unit string) (open, recent []Ticket, err error) {
	var w where.Clause
	w.And("t.building_id = ? and "+stillOwed, buildingID)
	var flatFirst where.Clause
	flatFirst.And("t.building_id = ? and "+stillOwed+" and lower(t.unit) = lower(?)", buildingID, unit)
	mine, err := scoped(ctx, tx, flatFirst, "t.created_at desc, t.id desc limit 20")
	if err != nil {
		return nil, nil, err
	}
	w.And("lower(t.unit) <> lower(?)", unit)
	others, err := scoped(ctx, tx, w, "t.created_at desc, t.id desc limit 20")
	if err != nil {
		return nil, nil, err
	}
	open = append(open, mine...)
	open = append(open, others...)
	open = open[:min(20, len(open))]
	var over where.Clause
	over.And("t.building_id = ? and not ("+stillOwed+") and lower(t.unit) = lower(?)", buildingID, unit)
	recent, err = scoped(ctx, tx, over, "t.created_at desc, t.id desc limit 5")
	return open, recent, err
}

// NotTaken are the emergencies nobody has taken, oldest first, at most 100.
func (s *Service) NotTaken(ctx context.Context, tx *pg.Tx) ([]Ticket, error) {
	var w where.Clause
	w.And("t.kind = 'emergency' and t.status = 'new'")
	return scoped(ctx, tx, w, "t.created_at, t.id limit 100")
}

// mostUnhanded bounds a list that is read on paper.
const mostUnhanded = 200

// Unhanded are a company's emergencies nobody has taken, the oldest first, at most 200 and
// then more is true; others is how many other requests wait to be taken, up to 1000.
func (s *Service) Unhanded(ctx context.Context, tx *pg.Tx, companyID int64) (ts []Ticket, more bool, others int, err error) {
	var w where.Clause
	w.And("t.company_id = ? and t.status = 'new'", companyID)
	cond, args := tx.Actor.Scope().Where("t")
	w.And(cond, args...)
	if err := tx.QueryRow(ctx, "select count(*) from (select from tickets t where t.kind <> 'emergency' and "+w.String()+" limit 1000) x", w.Args...).Scan(&others); err != nil {
		return nil, false, 0, err
	}
	var e where.Clause
	e.And("t.company_id = ? and t.kind = 'emergency' and t.status = 'new'", companyID)
	ts, err = scoped(ctx, tx, e, fmt.Sprintf("t.created_at, t.id limit %d", mostUnhanded+1))
	if len(ts) > mostUnhanded {
		return ts[:mostUnhanded], true, others, err
	}
	return ts, false, others, err
}

// HoldsEmergency reports whether one of these people has an emergency in hand that is not
// done, or is being asked to take one.
func (s *Service) HoldsEmergency(ctx context.Context, tx *pg.Tx, memberIDs []int64) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from tickets t where t.executor_id = any($1) and t.kind = 'emergency' and t.status in ('new', 'accepted', 'in_progress'))`, memberIDs).Scan(&yes)
	return yes, err
}

// DueBetween are the tickets of the actor where work is still owed and the time to do
// it ends between two moments, the nearest first, at most 50.
func (s *Service) DueBetween(ctx context.Context, tx *pg.Tx, from, to time.Time) ([]Ticket, error) {
	var w where.Clause
	w.And("t.due_at >= ? and t.due_at < ? and "+stillOwed, from, to)
	return scoped(ctx, tx, w, "t.due_at, t.id limit 50")
}

// Registered counts the tickets a user made since a moment.
func (s *Service) Registered(ctx context.Context, tx *pg.Tx, userID int64, since time.Time) (n int, err error) {
	var w where.Clause
	w.And("t.created_by = ? and t.created_at >= ?", userID, since)
	cond, args := tx.Actor.Scope().Where("t")
	w.And(cond, args...)
	err = tx.QueryRow(ctx, "select count(*) from tickets t where "+w.String(), w.Args...).Scan(&n)
	return n, err
}

// OpenAt are the tickets of houses (nil: of the whole company) where work is still owed
// and that the actor may see, newest first, at most 200.
func (s *Service) OpenAt(ctx context.Context, tx *pg.Tx, companyID int64, houses []int64) ([]Ticket, error) {
	var w where.Clause
	w.And("t.company_id = ? and "+stillOwed, companyID)
	if houses != nil {
		w.And("t.building_id = any(?)", houses)
	}
	return scoped(ctx, tx, w, "t.created_at desc, t.id desc limit 200")
}

// In are the tickets of a list that the actor may see, newest first.
func (s *Service) In(ctx context.Context, tx *pg.Tx, ids []int64) ([]Ticket, error) {
	var w where.Clause
	w.And("t.id = any(?)", ids)
	return scoped(ctx, tx, w, "t.created_at desc, t.id desc")
}

// OfHouse are the tickets of a house where work is still owed, newest first, at most 100.
func (s *Service) OfHouse(ctx context.Context, buildingID int64) ([]Ticket, error) {
	ts, _, err := s.List(ctx, Filter{View: Unfinished, BuildingID: buildingID, Limit: 100})
	return ts, err
}

// MayMove reports whether the actor may bring the ticket to a state now.
func (t Ticket) MayMove(a access.Actor, to Status) bool {
	for _, s := range t.Allowed(a) {
		if s == to {
			return true
		}
	}
	return false
}

// Houses are those of the requests the actor may see.
func (s *Service) Houses(ctx context.Context, tx *pg.Tx) ([]int64, error) {
	cond, args := tx.Actor.Scope().Where("t")
	var w where.Clause
	w.And(cond, args...)
	rows, err := tx.Query(ctx, "select distinct t.building_id from tickets t where "+w.String(), w.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
