package building

import (
	"context"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
	"d24/internal/search"
)

// Directory is the addresses of one company for reading a table by them: nothing is
// guessed, an address fits or does not.
type Directory struct {
	houses map[string][]int64          // city, street, house → ids
	cities map[string]int64            // folded name → id
	home   int64                       // the company's own city
	units  map[int64]map[string]string // lower number → number; of houses whose units are known
}

// Directory reads the addresses of a company, with the numbers of the flats.
func (s *Service) Directory(ctx context.Context, tx *pg.Tx, companyID int64) (*Directory, error) {
	d := &Directory{houses: map[string][]int64{}, units: map[int64]map[string]string{}}
	var err error
	if d.cities, d.home, err = cities(ctx, tx, companyID); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select id, city_id, street, house from buildings where company_id = $1 and not is_archived and coalesce(served_until > $2, true)`, companyID, tx.Now)
	if err != nil {
		return nil, err
	}
	var id, city int64
	var street, house string
	if _, err = pgx.ForEachRow(rows, []any{&id, &city, &street, &house}, func() error {
		k := address{city, StreetKey(street), HouseKey(house)}.key()
		d.houses[k] = append(d.houses[k], id)
		return nil
	}); err != nil {
		return nil, err
	}
	if rows, err = tx.Query(ctx, `select building_id, number from units where company_id = $1`, companyID); err != nil {
		return nil, err
	}
	var number string
	_, err = pgx.ForEachRow(rows, []any{&id, &number}, func() error {
		if d.units[id] == nil {
			d.units[id] = map[string]string{}
		}
		d.units[id][UnitKey(number)] = number
		return nil
	})
	return d, err
}

// cities by folded name, and the company's own.
func cities(ctx context.Context, tx *pg.Tx, companyID int64) (byName map[string]int64, home int64, err error) {
	if err := tx.QueryRow(ctx, `select city_id from companies where id = $1`, companyID).Scan(&home); err != nil {
		return nil, 0, err
	}
	rows, err := tx.Query(ctx, `select id, name from cities`)
	if err != nil {
		return nil, 0, err
	}
	byName = map[string]int64{}
	var id int64
	var name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error { byName[cityKey(name)] = id; return nil })
	return byName, home, err
}

// City is where houses are.
type City struct {
	ID     int64
	Name   string
	Zone   string // IANA
	IsHome bool   // the company's own
}

// Cities are those a house of the company may be in, its own first; 0: the actor's company.
func (s *Service) Cities(ctx context.Context, companyID int64) ([]City, error) {
	companyID, err := own(ctx, companyID)
	if err != nil {
		return nil, err
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]City, error) {
		rows, err := tx.Query(ctx, `select t.id, t.name, t.zone, c.id is not null from cities t left join companies c on c.city_id = t.id and c.id = $1 order by 4 desc, t.name`, companyID)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[City])
	})
}

func cityKey(s string) string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(search.Fold(s), "город "), "г "))
}

// address is a house by the keys of its parts.
type address struct {
	city          int64
	street, house string
}

func (a address) key() string { return strings.Join([]string{itoa(a.city), a.street, a.house}, "|") }

// City is the id of a city by its name, the company's own for ""; 0: unknown.
func (d *Directory) City(name string) int64 {
	if strings.TrimSpace(name) == "" {
		return d.home
	}
	return d.cities[cityKey(name)]
}

// House finds a house by its parts.
func (d *Directory) House(city int64, street, house string) []int64 {
	return d.houses[address{city, StreetKey(street), HouseKey(house)}.key()]
}

// Unit is a flat's number as the house has it. known: the house has such a flat, or its
// flats are not in the directory at all.
func (d *Directory) Unit(id int64, number string) (string, bool) {
	units := d.units[id]
	if len(units) == 0 {
		return number, true
	}
	n, known := units[UnitKey(number)]
	return n, known
}

var unitHead = regexp.MustCompile(`^(кв|квартира|ком|комната|пом|помещение|оф|офис|№)\.?\s*`)

// UnitKey is one for all ways of writing a flat: "кв. 45а", "45 А".
func UnitKey(s string) string {
	return noise.Replace(alike(unitHead.ReplaceAllString(strings.ToLower(strings.TrimSpace(s)), "")))
}

var (
	unitMark   = regexp.MustCompile(`(?i)[\s,]*(кв|квартира|ком|комната|пом|помещение|оф|офис)\.?\s*№?\s*([^\s,]+.*)$`)
	placeWords = regexp.MustCompile(`(?i)(^|\s)(обл|область|край|респ|республика|р-н|район|россия|рф|г|город|индекс)\.?(\s|$)`)
	onlyIndex  = regexp.MustCompile(`^\d{6}$`)
	startsNum  = regexp.MustCompile(`^\d`)
	houseParts = regexp.MustCompile(`(?i)^(д|дом|к|корп|корпус|стр|строение|лит|литера)\.?\s*\d*`)
)

// Address finds the houses that a whole address means, and the flat named in it.
func (d *Directory) Address(text string) (ids []int64, unit string) {
	if m := unitMark.FindStringSubmatchIndex(text); len(m) > 5 && m[0] > 0 {
		unit, text = strings.TrimSpace(text[m[4]:m[5]]), text[:m[0]]
	}
	city := d.home
	var parts []string
	for _, p := range strings.Split(text, ",") {
		p = strings.TrimSpace(p)
		if id, is := d.cities[cityKey(p)]; is {
			city = id
			continue
		}
		if p != "" && !placeWords.MatchString(p) && !onlyIndex.MatchString(p) {
			parts = append(parts, p)
		}
	}
	switch {
	case len(parts) == 1:
		parts = d.split(city, parts[0])
	case len(parts) > 2 && unit == "" && startsNum.MatchString(parts[len(parts)-1]): // "Белинского, 86, 45"
		unit, parts = parts[len(parts)-1], parts[:len(parts)-1]
	}
	if len(parts) < 2 {
		return nil, unit
	}
	ids = d.House(city, parts[0], strings.Join(parts[1:], " "))
	if len(ids) == 0 && unit == "" { // "Белинского, 86-45"
		if house, flat, cut := strings.Cut(parts[1], "-"); cut && len(parts) == 2 {
			return d.House(city, parts[0], house), strings.TrimSpace(flat)
		}
	}
	return ids, unit
}

// split parts a street from a house where no comma does: the house begins with the last
// number that leaves a street the company has.
func (d *Directory) split(city int64, text string) []string {
	words := strings.Fields(text)
	for i := len(words) - 1; i > 0; i-- {
		if !startsNum.MatchString(words[i]) && !houseParts.MatchString(words[i]) {
			continue
		}
		street, house := strings.Join(words[:i], " "), strings.Join(words[i:], " ")
		if len(d.House(city, street, house)) > 0 {
			return []string{street, house}
		}
		if n := len(words) - 1; i < n && startsNum.MatchString(words[n]) && len(d.House(city, street, strings.Join(words[i:n], " "))) > 0 {
			return []string{street, strings.Join(words[i:n], " ") + "-" + words[n]}
		}
	}
	for i := len(words) - 1; i > 0; i-- {
		if startsNum.MatchString(words[i]) {
			return []string{strings.Join(words[:i], " "), strings.Join(words[i:], " ")}
		}
	}
	return []string{text}
}

// Named are the addresses of houses by id, as they are written in lists.
func (s *Service) Named(ctx context.Context, tx *pg.Tx, ids []int64) (map[int64]string, error) {
	rows, err := tx.Query(ctx, `select id, street, house from buildings where id = any($1)`, ids)
	if err != nil {
		return nil, err
	}
	out := map[int64]string{}
	var b Building
	_, err = pgx.ForEachRow(rows, []any{&b.ID, &b.Street, &b.House}, func() error { out[b.ID] = Address(b, ""); return nil })
	return out, err
}
