package building

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/clock"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// gone tells whether the house is another company's by then, coming that it is not yet this one's.
func (b Building) gone(at time.Time) bool { return b.ServedUntil != nil && !at.Before(*b.ServedUntil) }

func (b Building) coming(at time.Time) bool { return b.ServedFrom != nil && at.Before(*b.ServedFrom) }

// IsServed tells whether the company serves the house at an instant. The instant decides, not
// a job that may be late (F15). Of a house in the archive for another reason nothing is said.
func (b Building) IsServed(at time.Time) bool { return !b.gone(at) && !b.coming(at) }

// Refused says why nothing new is registered at a house that is not served; nil: it is.
func (b Building) Refused(at time.Time) error {
	switch {
	case b.gone(at):
		return fault.New(fault.Invalid, "building.passed", "Дом с %s обслуживает другая компания: найдите его по адресу заново.", b.day(*b.ServedUntil)).At("body.building_id", "дом передан другой компании")
	case b.coming(at):
		return fault.New(fault.Invalid, "building.coming", "Эта компания обслуживает дом с %s: найдите его по адресу заново.", b.day(*b.ServedFrom)).At("body.building_id", "дом ещё у другой компании")
	}
	return nil
}

func (b Building) day(at time.Time) string {
	if zone, err := clock.Zone(b.Zone); err == nil {
		at = at.In(zone)
	}
	return at.Format("02.01.2006")
}

// Served leaves of a list the rows of houses that are served at an instant; house is the
// column of the house's id.
func (s *Service) Served(w *where.Clause, house string, at time.Time) {
	w.And("exists (select from buildings h where h.id = "+house+" and not h.is_archived and coalesce(h.served_from <= ?, true) and coalesce(h.served_until > ?, true))", at, at)
}

// Heir is the house as the company that gets it has it.
type Heir struct {
	ID    int64
	IsNew bool // it had none at this address
}

// Pass has a house served by another company from an instant on, and not by its own any more.
// The other gets what may be seen from the street or in open registers: the address, its codes,
// the body of the house and the numbers of the flats. What its company wrote of it stays: notes,
// codes of doors, labels, the passport office. fault.Conflict "building.exists" when the other
// serves such a house, "building.passes" when this one is on its way already.
func (s *Service) Pass(ctx context.Context, tx *pg.Tx, id, to int64, at time.Time) (h Heir, err error) {
	if _, err := tx.Exec(ctx, `select from buildings where id = $1 for update`, id); err != nil {
		return h, err
	}
	b, err := s.ByID(ctx, tx, id)
	if err != nil {
		return h, err
	}
	switch {
	case b.ServedUntil != nil && !b.gone(tx.Now):
		return h, fault.New(fault.Conflict, "building.passes", "Дом уже передаётся другой компании с %s: сначала отмените это.", b.day(*b.ServedUntil))
	case b.IsArchived:
		return h, fault.New(fault.Conflict, "building.archived", "Дом в архиве: передавать нечего.")
	case b.coming(at):
		return h, fault.New(fault.Conflict, "building.coming", "Дом обслуживается с %s: раньше передать его нельзя.", b.day(*b.ServedFrom))
	}
	if h, err = s.heir(ctx, tx, b, to, at); err != nil {
		return h, err
	}
	_, err = tx.Exec(ctx, `update buildings set served_until = $2, version = version + 1 where id = $1`, id, at)
	return h, err
}

// heir makes the house of the company that gets it, or takes back from the archive the one it had.
func (s *Service) heir(ctx context.Context, tx *pg.Tx, b Building, to int64, at time.Time) (h Heir, err error) {
	var archived bool
	if h.ID, archived, err = s.same(ctx, tx, b, to); err != nil {
		return h, err
	}
	if h.ID != 0 && !archived {
		return h, fault.New(fault.Conflict, "building.exists", "У этой компании дом с таким адресом уже есть.").At("body.to_company_id", "дом с этим адресом у неё уже есть")
	}
	if h.ID == 0 {
		h.IsNew = true
		open := b.open()
		if err := tx.QueryRow(ctx, `insert into buildings (company_id, city_id, street, house, zone, search, created_at) values ($1, $2, $3, $4, $5, '', $6) returning id`,
			to, open.CityID, open.Street, open.House, open.Zone, tx.Now).Scan(&h.ID); err != nil {
			return h, taken(err)
		}
		if err := write(ctx, tx, h.ID, open); err != nil {
			return h, err
		}
		if _, err := tx.Exec(ctx, `insert into units (company_id, building_id, number, entrance, floor, is_residential, area_m2)
			select $2, $3, number, entrance, floor, is_residential, area_m2 from units where building_id = $1`, b.ID, to, h.ID); err != nil {
			return h, err
		}
	}
	_, err = tx.Exec(ctx, `update buildings set is_archived = false, archived_at = null, served_from = $2, served_until = null, version = version + 1 where id = $1`, h.ID, at)
	return h, err
}

// open is the card without what is its company's own.
func (b Building) open() Card {
	c := b.card()
	c.DoorCodes, c.Passport, c.Info, c.Notes = map[string]string{}, map[string]string{}, map[string]string{}, ""
	return c
}

// same finds a house of another company by the register's code or by the address, however it
// is written; 0: it has none.
func (s *Service) same(ctx context.Context, tx *pg.Tx, b Building, company int64) (id int64, archived bool, err error) {
	rows, err := tx.Query(ctx, `select id, street, house, coalesce(fias_id::text, ''), is_archived or coalesce(served_until <= $3, false) from buildings where company_id = $1 and city_id = $2`, company, b.CityID, tx.Now)
	if err != nil {
		return 0, false, err
	}
	var street, house, fias string
	var n int64
	var away bool
	key, number := StreetKey(b.Street), HouseKey(b.House)
	_, err = pgx.ForEachRow(rows, []any{&n, &street, &house, &fias, &away}, func() error {
		if b.FiasID != "" && fias == b.FiasID || HouseKey(house) == number && StreetKey(street) == key {
			if id == 0 || !away {
				id, archived = n, away
			}
		}
		return nil
	})
	return id, archived, err
}

// Stay takes Pass back: the house remains its company's. What the other had made of its own
// house meanwhile is kept in its archive; where there is nothing, nothing is left.
func (s *Service) Stay(ctx context.Context, tx *pg.Tx, id int64, h Heir) error {
	if _, err := tx.Exec(ctx, `update buildings set served_until = null, version = version + 1 where id = $1`, id); err != nil {
		return err
	}
	if h.IsNew {
		dropped, err := drop(ctx, tx, h.ID)
		if err != nil || dropped {
			return err
		}
	}
	_, err := tx.Exec(ctx, `update buildings set is_archived = true, archived_at = $2, served_from = null, version = version + 1 where id = $1`, h.ID, tx.Now)
	return err
}

func drop(ctx context.Context, tx *pg.Tx, id int64) (dropped bool, err error) {
	inner, err := tx.Begin(ctx)
	if err != nil {
		return false, err
	}
	defer inner.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // no-op after commit
	for _, q := range []string{`delete from building_group_members where building_id = $1`, `delete from units where building_id = $1`, `delete from buildings where id = $1 and version = 2`} {
		tag, err := inner.Exec(ctx, q, id)
		var e *pgconn.PgError
		if errors.As(err, &e) && e.Code == "23503" {
			return false, nil // something of it is theirs
		}
		if err != nil {
			return false, err
		}
		dropped = tag.RowsAffected() > 0
	}
	if !dropped {
		return false, nil
	}
	return true, inner.Commit(ctx)
}

// Passed puts into the archive a house that has gone. It is no more than what everybody sees
// since the instant itself.
func (s *Service) Passed(ctx context.Context, tx *pg.Tx, id int64) error {
	_, err := tx.Exec(ctx, `update buildings set is_archived = true, archived_at = coalesce(archived_at, served_until), version = version + 1 where id = $1 and served_until <= $2`, id, tx.Now)
	return err
}
