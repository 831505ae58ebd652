package building

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

func own(ctx context.Context, companyID int64) (int64, error) {
	a := access.From(ctx)
	if companyID == 0 {
		companyID = a.CompanyID
	}
	if companyID == 0 {
		return 0, fault.New(fault.Invalid, "company.required", "Выберите компанию.").At("body.company_id", "выберите компанию")
	}
	if !a.Serves(companyID) {
		return 0, fault.Missing("company")
	}
	return companyID, nil
}

func object(id int64) string { return fmt.Sprintf("building:%d", id) }

// Create adds a house to a company. fault.Conflict "building.exists" when it is there.
func (s *Service) Create(ctx context.Context, companyID int64, c Card) (Building, error) {
	companyID, err := own(ctx, companyID)
	if err != nil {
		return Building{}, err
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Building, error) {
		if err := s.whole(tx); err != nil {
			return Building{}, err
		}
		if err := s.check(ctx, tx, companyID, &c); err != nil {
			return Building{}, err
		}
		if err := s.free(ctx, tx, companyID, 0, c); err != nil {
			return Building{}, err
		}
		var id int64
		err := tx.QueryRow(ctx, `insert into buildings (company_id, city_id, street, house, zone, search, created_at) values ($1, $2, $3, $4, $5, '', $6) returning id`,
			companyID, c.CityID, c.Street, c.House, c.Zone, tx.Now).Scan(&id)
		if err != nil {
			return Building{}, taken(err)
		}
		if err := write(ctx, tx, id, c); err != nil {
			return Building{}, err
		}
		if err := audit.Change(ctx, tx, companyID, "building.create", object(id), nil, c); err != nil {
			return Building{}, err
		}
		return s.ByID(ctx, tx, id)
	})
}

// taken turns the database's word that the address is there into ours.
func taken(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == "23505" {
		return exists(false)
	}
	return err
}

func exists(archived bool) error {
	if archived {
		return fault.New(fault.Conflict, "building.exists", "Такой дом есть в архиве: верните его оттуда.").At("body.house", "дом с этим адресом в архиве")
	}
	return fault.New(fault.Conflict, "building.exists", "Такой дом уже есть.").At("body.house", "дом с этим адресом уже есть")
}

// free refuses an address that another house of the company has, however it is written.
func (s *Service) free(ctx context.Context, tx *pg.Tx, companyID, id int64, c Card) error {
	rows, err := tx.Query(ctx, `select street, house, is_archived from buildings where company_id = $1 and city_id = $2 and id <> $3`, companyID, c.CityID, id)
	if err != nil {
		return err
	}
	var street, house string
	var archived bool
	key, number := StreetKey(c.Street), HouseKey(c.House)
	_, err = pgx.ForEachRow(rows, []any{&street, &house, &archived}, func() error {
		if HouseKey(house) == number && StreetKey(street) == key {
			return exists(archived)
		}
		return nil
	})
	return err
}

const setCard = ` city_id = $2, region = $3, postcode = $4, street = $5, house = $6, zone = $7, fias_id = nullif($8, '')::uuid, lat = $9, lon = $10,
	floors = $11, entrances = $12, lifts = $13, built_year = $14, area_total = $15, area_residential = $16, area_non_residential = $17, area_common = $18,
	door_codes = $19, passport_office = $20, info = $21, technical = $22, notes = $23, search = $24, origin = $25 `

func (c Card) values(id int64) []any {
	return []any{
		id, c.CityID, c.Region, c.Postcode, c.Street, c.House, c.Zone, c.FiasID, c.Lat, c.Lon, c.Floors, c.Entrances, c.Lifts, c.BuiltYear,
		c.Areas.Total, c.Areas.Residential, c.Areas.NonResidential, c.Areas.Common, c.DoorCodes, c.Passport, c.Info, c.Technical, c.Notes, Fold(c.Street, c.House), c.Origin,
	}
}

func write(ctx context.Context, tx *pg.Tx, id int64, c Card) error {
	_, err := tx.Exec(ctx, `update buildings set`+setCard+`where id = $1`, c.values(id)...)
	return taken(err)
}

// Change writes a house's card. fault.Conflict "building.changed" when somebody was
// faster: version is that of the card that was read.
func (s *Service) Change(ctx context.Context, id int64, version int, c Card) (Building, error) {
	return s.edited(ctx, id, version, func(tx *pg.Tx, was Building) error {
		c.Origin = was.Origin
		if err := s.check(ctx, tx, was.CompanyID, &c); err != nil {
			return err
		}
		if err := s.free(ctx, tx, was.CompanyID, id, c); err != nil {
			return err
		}
		if err := write(ctx, tx, id, c); err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "building.change", object(id), was.card(), c)
	})
}

// edited changes a house at the version that was read and returns it as it is then.
func (s *Service) edited(ctx context.Context, id int64, version int, f func(tx *pg.Tx, was Building) error) (Building, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Building, error) {
		if _, err := tx.Exec(ctx, `select from buildings where id = $1 for update`, id); err != nil {
			return Building{}, err
		}
		was, err := s.ByID(ctx, tx, id)
		if err != nil {
			return was, err
		}
		if was.Version != version {
			return was, fault.New(fault.Conflict, "building.changed", "Карточку дома уже изменил другой: проверьте и повторите.")
		}
		if err := f(tx, was); err != nil {
			return was, err
		}
		if _, err := tx.Exec(ctx, `update buildings set version = version + 1 where id = $1`, id); err != nil {
			return was, err
		}
		return s.ByID(ctx, tx, id)
	})
}

// Archive takes a house out of service; its past stays under its address (F72).
func (s *Service) Archive(ctx context.Context, id int64, version int) (Building, error) {
	return s.edited(ctx, id, version, func(tx *pg.Tx, was Building) error {
		if was.IsArchived {
			return fault.New(fault.Conflict, "building.archived", "Дом уже в архиве.")
		}
		if _, err := tx.Exec(ctx, `update buildings set is_archived = true, archived_at = $2 where id = $1`, id, tx.Now); err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "building.archive", object(id), map[string]bool{"archived": false}, map[string]bool{"archived": true})
	})
}

// Restore takes a house back.
func (s *Service) Restore(ctx context.Context, id int64, version int) (Building, error) {
	return s.edited(ctx, id, version, func(tx *pg.Tx, was Building) error {
		if !was.IsArchived {
			return fault.New(fault.Conflict, "building.served", "Дом не в архиве.")
		}
		if was.gone(tx.Now) { // two companies would serve it
			return fault.New(fault.Conflict, "building.passed", "Дом с %s у другой компании: вернуть его может диспетчерский центр.", was.day(*was.ServedUntil))
		}
		if _, err := tx.Exec(ctx, `update buildings set is_archived = false, archived_at = null where id = $1`, id); err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "building.restore", object(id), map[string]bool{"archived": true}, map[string]bool{"archived": false})
	})
}
