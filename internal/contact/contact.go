// Package contact keeps which phone belongs to which address. There are no names
// here and never will be: number and address only (K1).
package contact

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Known is an address by which a phone was seen before; the caller still has to
// name it himself (F13).
type Known struct {
	BuildingID      int64
	CompanyID       int64
	Unit            string
	LastConfirmedAt time.Time
}

// Service keeps contacts.
type Service struct {
	db     *pg.DB
	houses Houses
}

// NewService returns the service.
func NewService(db *pg.DB, h Houses) *Service { return &Service{db: db, houses: h} }

// ByPhone lists the addresses of a phone that the actor may see, the least doubted and
// last confirmed first; those moved away from are none, and those that are not served at the
// instant of the call (F15). A hidden or odd number has none (F12).
func (s *Service) ByPhone(ctx context.Context, tx *pg.Tx, number string, at time.Time) ([]Known, error) {
	if !phone.IsE164(number) {
		return nil, nil
	}
	var w where.Clause
	w.And("phone = ? and moved_away_at is null", number)
	s.houses.Served(&w, "building_id", at)
	if err := s.houses.Narrow(ctx, tx, &w, "building_id"); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, "select building_id, company_id, unit, last_confirmed_at from contacts where "+w.String()+" order by doubts, last_confirmed_at desc limit 9", w.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Known])
}

// Confirm keeps that a phone belongs to an address: doubts and a moving away are over.
// source: call, journal, import.
func (s *Service) Confirm(ctx context.Context, tx *pg.Tx, companyID, buildingID int64, unit, number, source string) error {
	b := &pgx.Batch{}
	s.Confirming(b, tx.Now, companyID, buildingID, unit, number, source)
	if b.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, b).Close()
}

// Doubting puts among the statements of b that a number was written down for an address by
// mistake: a contact that came of it goes, one that was there before is doubted. since is when
// it was written down.
func (s *Service) Doubting(b *pgx.Batch, companyID, buildingID int64, unit, number string, since time.Time) {
	if !phone.IsE164(number) {
		return
	}
	where := " where company_id = $1 and phone = $2 and building_id = $3 and unit = $4"
	b.Queue("update contacts set doubts = doubts + 1"+where+" and first_seen_at < $5", companyID, number, buildingID, unit, since)
	b.Queue("delete from contacts"+where+" and first_seen_at >= $5 and source <> 'import'", companyID, number, buildingID, unit, since)
}

// Confirming puts Confirm, at that time, among the statements of b.
func (s *Service) Confirming(b *pgx.Batch, now time.Time, companyID, buildingID int64, unit, number, source string) {
	if !phone.IsE164(number) {
		return
	}
	b.Queue(`insert into contacts (company_id, phone, building_id, unit, source, kind, first_seen_at, last_confirmed_at) values ($1, $2, $3, $4, $5, $6, $7, $7)
		on conflict (company_id, phone, building_id, unit) do update set last_confirmed_at = excluded.last_confirmed_at, doubts = 0, moved_away_at = null`,
		companyID, number, buildingID, unit, source, phone.Sort(number), now)
}
