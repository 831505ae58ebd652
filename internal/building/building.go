// Package building is houses and the flats in them.
package building

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"

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
	DoorCodes   map[string]string
	Passport    map[string]string
	Info        map[string]string
	Notes       string
}

// Unit is a flat or another room with a number.
type Unit struct {
	ID            int64
	Number        string
	Entrance      int
	Floor         int
	IsResidential bool
}

// Found is a search result; Unit is the flat named in the question, "" when none.
type Found struct {
	Building
	Unit string
}

// Service keeps houses.
type Service struct{ db *pg.DB }

// NewService returns the service.
func NewService(db *pg.DB) *Service { return &Service{db: db} }

// Address is how a place is written: "Белинского, 86, кв. 45".
func Address(b Building, unit string) string {
	a := b.Street + ", " + b.House
	if unit != "" {
		a += ", кв. " + unit
	}
	return a
}

const columns = `b.id, b.company_id, c.name, b.city_id, t.name, b.street, b.house, b.zone, b.floors, b.entrances, b.lifts, b.built_year, b.door_codes, b.passport_office, b.info, b.notes`

const source = ` from buildings b join companies c on c.id = b.company_id join cities t on t.id = b.city_id `

func scan(r pgx.CollectableRow) (b Building, err error) {
	var codes, passport, info []byte
	err = r.Scan(&b.ID, &b.CompanyID, &b.CompanyName, &b.CityID, &b.City, &b.Street, &b.House, &b.Zone, &b.Floors, &b.Entrances, &b.Lifts, &b.BuiltYear, &codes, &passport, &info, &b.Notes)
	if err == nil {
		err = errors.Join(json.Unmarshal(codes, &b.DoorCodes), json.Unmarshal(passport, &b.Passport), json.Unmarshal(info, &b.Info))
	}
	return b, err
}

// ByID returns a house the actor may see; fault.NotFound otherwise.
func (s *Service) ByID(ctx context.Context, tx *pg.Tx, id int64) (Building, error) {
	rows, err := tx.Query(ctx, "select "+columns+source+"where b.id = $1", id)
	if err != nil {
		return Building{}, err
	}
	b, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return b, fault.Missing("building")
	}
	return b, err
}

// CompanyOf is the company that serves a house the actor may see; fault.NotFound otherwise.
func (s *Service) CompanyOf(ctx context.Context, tx *pg.Tx, id int64) (int64, error) {
	b, err := s.ByID(ctx, tx, id)
	return b.CompanyID, err
}

// Get is ByID in a transaction of its own.
func (s *Service) Get(ctx context.Context, id int64) (b Building, units []Unit, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if b, err = s.ByID(ctx, tx, id); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select id, number, entrance, floor, is_residential from units where building_id = $1 order by entrance, floor, length(number), number`, id)
		if err != nil {
			return err
		}
		units, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Unit])
		return err
	})
	return b, units, err
}

// List is the houses of a company (0: of all that the actor may see) by street.
func (s *Service) List(ctx context.Context, companyID int64) ([]Building, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Building, error) {
		var w where.Clause
		w.And("not b.is_archived")
		if companyID != 0 {
			w.And("b.company_id = ?", companyID)
		}
		rows, err := tx.Query(ctx, "select "+columns+source+"where "+w.String()+" order by b.street, length(b.house), b.house limit 2000", w.Args...)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, scan)
	})
}

// UnitAt returns a flat's entrance and floor; zeros when it is not in the directory.
func (s *Service) UnitAt(ctx context.Context, tx *pg.Tx, buildingID int64, number string) (u Unit, err error) {
	err = tx.QueryRow(ctx, `select id, number, entrance, floor, is_residential from units where building_id = $1 and lower(number) = lower($2)`, buildingID, number).
		Scan(&u.ID, &u.Number, &u.Entrance, &u.Floor, &u.IsResidential)
	if errors.Is(err, pgx.ErrNoRows) {
		return u, nil
	}
	return u, err
}

var (
	fillers = regexp.MustCompile(`(^| )(ул|улица|д|дом|пр|просп|проспект|пер|переулок|бульвар|б р|корпус|корп|кор|г|город|подъезд)( |$)`)
	flat    = regexp.MustCompile(`(^| )(кв|квартира|оф|офис|пом)( |$)`)
	glued   = regexp.MustCompile(`(\d+)(к|корп|кв)(\d+)`)
	numbers = regexp.MustCompile(`^\d+[а-я]?$`)
)

// Question is a typed address taken apart.
type Question struct {
	Words []string // of the street
	House string
	Unit  string
}

// Ask takes a typed address apart: "ул. бел 86 кв 45", "ленена 12", ",tk 86".
func Ask(q string) Question {
	if search.IsLatin(q) {
		q = search.Layout(q)
	}
	q = glued.ReplaceAllString(search.Fold(q), "$1 $2 $3")
	for range 2 {
		q = fillers.ReplaceAllString(q, " ")
	}
	street, unit, _ := cutFlat(q)
	out := Question{Unit: unit}
	for i, w := range strings.Fields(street) {
		switch {
		case numbers.MatchString(w) && i > 0 && out.House == "":
			out.House = w
		case numbers.MatchString(w) && out.House != "" && out.Unit == "":
			out.Unit = w
		case out.House == "":
			out.Words = append(out.Words, w)
		case out.Unit == "":
			out.House += " " + w
		}
	}
	return out
}

func cutFlat(q string) (before, unit string, ok bool) {
	m := flat.FindStringIndex(q)
	if m == nil {
		return q, "", false
	}
	return q[:m[0]], strings.TrimSpace(q[m[1]:]), true
}

// candidates are how many houses are looked at closely.
const candidates = 200

// Search finds houses by what people type: three letters are enough, errors and
// the wrong layout are forgiven. companyID 0: all that the actor may see.
func (s *Service) Search(ctx context.Context, q string, companyID int64, limit int) ([]Found, error) {
	ask := Ask(q)
	if len([]rune(strings.Join(ask.Words, ""))) < 2 {
		return nil, nil
	}
	street := strings.Join(ask.Words, " ")
	houses, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Building, error) {
		var w where.Clause
		w.And("not b.is_archived")
		w.And("(b.search like ? or word_similarity(?, b.search) > 0.4)", "%"+ask.Words[0]+"%", street)
		if companyID != 0 {
			w.And("b.company_id = ?", companyID)
		}
		rows, err := tx.Query(ctx, "select "+columns+source+"where "+w.String()+" order by word_similarity($2, b.search) desc, b.id limit "+fmt.Sprint(candidates), w.Args...)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, scan)
	})
	if err != nil {
		return nil, err
	}
	return rank(houses, ask, limit), nil
}

func rank(houses []Building, ask Question, limit int) []Found {
	type hit struct {
		Found
		score float64
	}
	var hits []hit
	for _, b := range houses {
		v := streetScore(ask.Words, strings.Fields(search.Fold(b.Street)))
		house := strings.Join(strings.Fields(fillers.ReplaceAllString(search.Fold(b.House), " ")), " ")
		unit := ask.Unit
		switch {
		case ask.House == "":
		case ask.Unit != "" && house == ask.House+" "+ask.Unit: // "12 1" is 12/1 where there is such a house
			v += 1.1
			unit = ""
		case house == ask.House:
			v += 1
		case strings.HasPrefix(house, ask.House):
			v += 0.4
		default:
			continue
		}
		hits = append(hits, hit{Found{b, unit}, v})
	}
	sort.SliceStable(hits, func(i, j int) bool {
		if hits[i].score != hits[j].score {
			return hits[i].score > hits[j].score
		}
		return len(hits[i].House) < len(hits[j].House) || len(hits[i].House) == len(hits[j].House) && hits[i].House < hits[j].House
	})
	out := make([]Found, 0, limit)
	for _, h := range hits[:min(limit, len(hits))] {
		out = append(out, h.Found)
	}
	return out
}

func streetScore(asked, street []string) float64 {
	sum := 0.0
	for _, a := range asked {
		best := 0.0
		for _, w := range street {
			v := search.Similar(a, w)
			if strings.HasPrefix(w, a) {
				v = max(v, 0.95)
			}
			best = max(best, v)
		}
		sum += best
	}
	return sum / float64(max(1, len(asked)))
}

// Fold is what the search index of a house holds.
func Fold(street, house string) string { return search.Fold(street + " " + house) }
