// Package building is houses and the flats in them.
package building

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/search"
	"d24/internal/where"
)

// Building is a house.
type Building struct {
	ID          int64
	CompanyID   int64
	CompanyName string
	CityID      int64
	City        string
	Street      string
	House       string
	Zone        string
	Floors      int
	Entrances   int
	Lifts       int
	BuiltYear   int
	DoorCodes   map[string]string // entrance to code
	Passport    map[string]string // of the passport office: name, address, hours, phone
	Info        map[string]string // free attributes, label to text
	Notes       string            // for operators

	Region, Postcode, FiasID string   // FiasID: houseguid of ФИАС/ГАР, joins the house to ГИС ЖКХ
	Lat, Lon                 *float64 // degrees
	Areas                    Areas
	Technical                Technical
	Origin                   string // whose data: "", osm, registry
	Version                  int
	IsArchived               bool
	ServedFrom, ServedUntil  *time.Time // the instants at which it comes from and goes to another company (F15); nil: it does not
	HasGone                  bool       // another company's by now
	Groups                   []int64
}

// Unit is a flat or another room with a number.
type Unit struct {
	ID            int64
	Number        string
	Entrance      int
	Floor         int
	IsResidential bool
	Area          *float64 // m²
}

// Found is a search result; Unit is the flat named in the question, "" when none.
type Found struct {
	Building
	Unit string
}

// Service keeps houses.
type Service struct {
	// Worked are the houses of the requests that are the actor's own, and Regrouped hears
	// that groups have other houses: rights on them change at once. Set by the assembly.
	Worked    func(ctx context.Context, tx *pg.Tx) ([]int64, error)
	Regrouped func(ctx context.Context, tx *pg.Tx, companyID, groupID int64) error

	db    *pg.DB
	index *index
}

// NewService returns the service.
func NewService(db *pg.DB) *Service { return &Service{db: db, index: newIndex()} }

// Address is how a place is written: "Белинского, 86, кв. 45".
func Address(b Building, unit string) string { return InUnit(b.Street+", "+b.House, unit) }

// InUnit is a place of a house whose address is written already: "Белинского, 86", "45".
func InUnit(house, unit string) string {
	if unit != "" {
		house += ", " + UnitName(unit)
	}
	return house
}

// UnitName is how a flat is written: "кв. 45"; what says itself what it is, stays: "оф. 3", "подвал".
func UnitName(unit string) string {
	if saysItself.MatchString(unit) {
		return unit
	}
	return "кв. " + unit
}

// saysItself: a word, not the letter of a number ("Н5", "45а").
var saysItself = regexp.MustCompile(`^\p{L}{2}`)

const columns = `b.id, b.company_id, c.name, b.city_id, t.name, b.street, b.house, b.zone, b.floors, b.entrances, b.lifts, b.built_year, b.door_codes, b.passport_office, b.info, b.notes,
	b.region, b.postcode, coalesce(b.fias_id::text, ''), b.lat, b.lon, b.area_total::float8, b.area_residential::float8, b.area_non_residential::float8, b.area_common::float8,
	b.technical, b.origin, b.version, b.is_archived, b.served_from, b.served_until, array(select m.group_id from building_group_members m where m.building_id = b.id order by 1)`

const source = ` from buildings b join companies c on c.id = b.company_id join cities t on t.id = b.city_id `

// scan reads a house as it is at an instant: one that has gone is in the archive, whether or
// not anybody was there to put it there.
func scan(now time.Time) pgx.RowToFunc[Building] {
	return func(r pgx.CollectableRow) (Building, error) {
		b, err := scanned(r)
		b.HasGone = b.gone(now)
		b.IsArchived = b.IsArchived || b.HasGone
		return b, err
	}
}

func scanned(r pgx.CollectableRow) (b Building, err error) {
	var codes, passport, info, technical []byte
	err = r.Scan(&b.ID, &b.CompanyID, &b.CompanyName, &b.CityID, &b.City, &b.Street, &b.House, &b.Zone, &b.Floors, &b.Entrances, &b.Lifts, &b.BuiltYear, &codes, &passport, &info, &b.Notes,
		&b.Region, &b.Postcode, &b.FiasID, &b.Lat, &b.Lon, &b.Areas.Total, &b.Areas.Residential, &b.Areas.NonResidential, &b.Areas.Common, &technical, &b.Origin, &b.Version, &b.IsArchived, &b.ServedFrom, &b.ServedUntil, &b.Groups)
	if err == nil {
		err = errors.Join(json.Unmarshal(technical, &b.Technical), json.Unmarshal(codes, &b.DoorCodes), json.Unmarshal(passport, &b.Passport), json.Unmarshal(info, &b.Info))
	}
	return b, err
}

// ByID returns a house the actor may see; fault.NotFound otherwise.
func (s *Service) ByID(ctx context.Context, tx *pg.Tx, id int64) (Building, error) {
	var b pgx.Batch
	a, err := s.Ask(ctx, tx, &b, id)
	if err != nil {
		return Building{}, err
	}
	return pg.One(ctx, tx, &b, a)
}

// Ask is ByID together with other questions.
func (s *Service) Ask(ctx context.Context, tx *pg.Tx, b *pgx.Batch, id int64) (*pg.Asked[Building], error) {
	var w where.Clause
	w.And("b.id = ?", id)
	if err := s.Narrow(ctx, tx, &w, "b.id"); err != nil {
		return nil, err
	}
	return pg.Ask(b, fault.Missing("building"), scan(tx.Now), "select "+columns+source+"where "+w.String(), w.Args...), nil
}

// CompanyOf is the company that serves a house the actor may see; fault.NotFound otherwise.
func (s *Service) CompanyOf(ctx context.Context, tx *pg.Tx, id int64) (int64, error) {
	b, err := s.ByID(ctx, tx, id)
	return b.CompanyID, err
}

// Get is ByID with the flats, in a transaction of its own.
func (s *Service) Get(ctx context.Context, id int64) (b Building, units []Unit, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if b, err = s.ByID(ctx, tx, id); err != nil {
			return err
		}
		units, err = s.units(ctx, tx, id)
		return err
	})
	return b, units, err
}

func (s *Service) units(ctx context.Context, tx *pg.Tx, id int64) ([]Unit, error) {
	rows, err := tx.Query(ctx, `select id, number, entrance, floor, is_residential, area_m2::float8 from units where building_id = $1 order by entrance, floor, length(number), number`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Unit])
}

// Filter narrows the list of houses; zero fields do not.
type Filter struct {
	CompanyID, GroupID int64
	Text               string // of street and house
	Archived           bool   // those archived instead of those served
}

// MaxList is the most houses a list has; more are found by the search.
const MaxList = 2000

// List is the houses of a company (0: of all that the actor may see) by street, at most MaxList.
func (s *Service) List(ctx context.Context, companyID int64) ([]Building, error) {
	return s.Houses(ctx, Filter{CompanyID: companyID})
}

// Houses are those a filter finds, by street, at most MaxList.
func (s *Service) Houses(ctx context.Context, f Filter) ([]Building, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Building, error) {
		var w where.Clause
		w.And("(b.is_archived or coalesce(b.served_until <= ?, false)) = ?", tx.Now, f.Archived)
		if f.CompanyID != 0 {
			w.And("b.company_id = ?", f.CompanyID)
		}
		if f.GroupID != 0 {
			w.And("exists (select from building_group_members g where g.building_id = b.id and g.group_id = ?)", f.GroupID)
		}
		for _, word := range Ask(f.Text).all() {
			w.And("b.search like ?", "%"+word+"%")
		}
		if err := s.Narrow(ctx, tx, &w, "b.id"); err != nil {
			return nil, err
		}
		rows, err := tx.Query(ctx, "select "+columns+source+"where "+w.String()+" order by b.street, length(b.house), b.house limit "+fmt.Sprint(MaxList), w.Args...)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, scan(tx.Now))
	})
}

// UnitAt returns a flat's entrance and floor; zeros when it is not in the directory.
func (s *Service) UnitAt(ctx context.Context, tx *pg.Tx, buildingID int64, number string) (u Unit, err error) {
	var b pgx.Batch
	return pg.One(ctx, tx, &b, AskUnit(&b, buildingID, number))
}

// AskUnit is UnitAt together with other questions.
func AskUnit(b *pgx.Batch, buildingID int64, number string) *pg.Asked[Unit] {
	return pg.Ask(b, nil, func(row pgx.CollectableRow) (u Unit, err error) {
		err = row.Scan(&u.ID, &u.Number, &u.Entrance, &u.Floor, &u.IsResidential, &u.Area)
		return u, err
	}, `select id, number, entrance, floor, is_residential, area_m2::float8 from units where building_id = $1 and lower(number) = lower($2)`, buildingID, number)
}

// Fold is what the search index of a house holds.
func Fold(street, house string) string { return search.Fold(street + " " + house) }
