package building

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"d24/internal/fault"
	"d24/internal/intake"
	"d24/internal/platform/pg"
)

// Table takes tables of houses and of their units in: a row is a house, or a unit with
// its house beside it (H4).
type Table struct{ s *Service }

// NewTable returns the kind of tables for intake.
func NewTable(s *Service) Table { return Table{s} }

// Name is what imports of houses are called.
func (Table) Name() string { return "buildings" }

// Fields are the columns known.
func (Table) Fields() []intake.Field { return tableFields }

// Fit refuses columns of units without their number.
func (Table) Fit(chosen map[string]int) error {
	if _, ok := chosen["unit"]; ok {
		return nil
	}
	for _, key := range aboutUnit[1:] {
		if _, ok := chosen[key]; ok {
			return fault.New(fault.Invalid, "import.columns", "Для подъезда, этажа и площади помещений нужен столбец с номером квартиры.").At("query.columns", "выберите столбец с номером квартиры")
		}
	}
	return nil
}

// staged is a house met in the table.
type staged struct {
	line    int
	id      int64 // 0: new
	card    Card
	changed bool
	units   map[string]int // key of the number → line
}

type stagedUnit struct {
	line, house     int
	number          string
	entrance, floor *int
	residential     *bool
	area            *float64
}

// reading is one table of houses being read.
type reading struct {
	tx     *pg.Tx
	in     intake.Import
	cities map[string]int64
	home   int64
	zones  map[int64]string
	known  map[string]Building // by address.key
	met    map[string]*staged
	seen   map[string]*staged // by the words of a row about its house
	about  []string           // columns about the house
	order  []*staged
	units  []stagedUnit
}

// Open reads what the rows are compared with.
func (t Table) Open(ctx context.Context, tx *pg.Tx, in intake.Import) (intake.Reader, error) {
	r := &reading{tx: tx, in: in, known: map[string]Building{}, met: map[string]*staged{}, seen: map[string]*staged{}, zones: map[int64]string{}}
	var err error
	if r.cities, r.home, err = cities(ctx, tx, in.CompanyID); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select id, zone from cities`)
	if err != nil {
		return nil, err
	}
	var id int64
	var zone string
	if _, err := pgx.ForEachRow(rows, []any{&id, &zone}, func() error { r.zones[id] = zone; return nil }); err != nil {
		return nil, err
	}
	if rows, err = tx.Query(ctx, "select "+columns+source+"where b.company_id = $1", in.CompanyID); err != nil {
		return nil, err
	}
	houses, err := pgx.CollectRows(rows, scan(tx.Now))
	for _, b := range houses {
		r.known[address{b.CityID, StreetKey(b.Street), HouseKey(b.House)}.key()] = b
	}
	return r, err
}

// Read judges a row: the house first, then the unit.
func (r *reading) Read(ctx context.Context, rec intake.Record) ([]intake.Bad, error) {
	words := r.words(rec)
	h, bad := r.seen[words], []intake.Bad(nil)
	if h == nil || !rec.Has("unit") {
		h, bad = r.house(rec)
	}
	if len(bad) == 0 && rec.Has("unit") {
		bad = r.unit(rec, h)
	}
	if len(bad) == 0 && h.units == nil { // the first good row of the house
		h.units = map[string]int{}
		r.met[r.key(h.card)] = h
		r.order = append(r.order, h)
	}
	if len(bad) == 0 {
		r.seen[words] = h
	}
	if len(bad) == 0 && rec.Has("unit") {
		h.units[UnitKey(rec.Text("unit"))] = rec.Line
	}
	if len(r.units) >= 5000 {
		return bad, r.flush(ctx)
	}
	return bad, nil
}

// words are what a row says about its house: rows that say the same are judged once.
func (r *reading) words(rec intake.Record) string {
	if r.about == nil {
		for _, f := range tableFields {
			if rec.Has(f.Key) && !slices.Contains(aboutUnit, f.Key) {
				r.about = append(r.about, f.Key)
			}
		}
	}
	var b strings.Builder
	for _, key := range r.about {
		b.WriteString(rec.Text(key))
		b.WriteByte(0)
	}
	return b.String()
}

var aboutUnit = []string{"unit", "entrance", "floor", "residential", "area"}

func (r *reading) key(c Card) string {
	return address{c.CityID, StreetKey(c.Street), HouseKey(c.House)}.key()
}

func (r *reading) house(rec intake.Record) (*staged, []intake.Bad) {
	one := func(key, message string) (*staged, []intake.Bad) {
		return nil, []intake.Bad{{Key: key, Value: rec.Text(key), Message: message}}
	}
	street, house := rec.Text("street"), HouseName(rec.Text("house"), rec.Text("block"), rec.Text("structure"), rec.Text("letter"))
	city := r.home
	if s := rec.Text("city"); !unknown(s) {
		if city = r.cities[cityKey(s)]; city == 0 {
			return one("city", "такого города в системе нет: напишите его как в настройках")
		}
	}
	switch {
	case street == "":
		return one("street", "улица не указана")
	case rec.Text("house") == "" || HouseKey(house) == "":
		return one("house", "номер дома не указан")
	}
	if kind := rec.Text("street_kind"); kind != "" {
		if long := StreetKey(kind); long != "" && !strings.Contains(strings.ToLower(street), long) {
			street = long + " " + street
		}
	}
	h := &staged{line: rec.Line, card: Card{CityID: city, Street: StreetName(street), House: house}}
	key := r.key(h.card)
	was, exists := r.known[key]
	if exists {
		if was.IsArchived {
			return one("house", "дом в архиве: сначала верните его оттуда")
		}
		h.id, h.card = was.ID, was.card()
	}
	met := r.met[key]
	if met != nil && !rec.Has("unit") {
		return one("house", fmt.Sprintf("этот дом уже есть в строке %d", met.line))
	}
	bad := h.card.fillFrom(rec)
	if h.card.Zone == "" {
		h.card.Zone = r.zones[city]
	}
	for _, p := range h.card.put(r.tx.Now) {
		bad = append(bad, intake.Bad{Key: keyOf(p.field), Value: rec.Text(keyOf(p.field)), Message: p.message})
	}
	if len(bad) > 0 {
		return nil, bad
	}
	if met != nil {
		if key, differs := differ(met.card, h.card); differs {
			return one(key, fmt.Sprintf("о доме сказано иное, чем в строке %d", met.line))
		}
		return met, nil
	}
	h.changed = exists && !same(was.card(), h.card)
	return h, nil
}

// keyOf is the column of a card's field.
func keyOf(field string) string {
	if f, ok := strings.CutPrefix(field, "areas."); ok {
		return "area_" + f
	}
	return strings.TrimPrefix(field, "technical.")
}

// same compares what is written, whatever nil and empty are.
func same(a, b Card) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}

// differ is the first column in which two rows disagree about their house.
func differ(a, b Card) (string, bool) {
	if same(a, b) {
		return "", false
	}
	for _, f := range tableFields {
		switch {
		case texts[f.Key] != nil && *texts[f.Key](&a) != *texts[f.Key](&b), counts[f.Key] != nil && *counts[f.Key](&a) != *counts[f.Key](&b):
			return f.Key, true
		case decimals[f.Key] != nil:
			x, y := *decimals[f.Key](&a), *decimals[f.Key](&b)
			if (x == nil) != (y == nil) || x != nil && *x != *y {
				return f.Key, true
			}
		}
	}
	return "house", true
}

func (r *reading) unit(rec intake.Record, h *staged) (bad []intake.Bad) {
	no := func(key, message string) {
		bad = append(bad, intake.Bad{Key: key, Value: rec.Text(key), Message: message})
	}
	u := stagedUnit{line: rec.Line, house: h.line, number: strings.TrimSpace(unitHead.ReplaceAllString(rec.Text("unit"), ""))}
	key := UnitKey(u.number)
	switch {
	case key == "":
		no("unit", "номер квартиры не указан")
	case len([]rune(u.number)) > 30:
		no("unit", "номер длиннее 30 знаков")
	}
	if first, twice := h.units[key]; twice {
		no("unit", fmt.Sprintf("эта квартира уже есть в строке %d", first))
	}
	if len(h.units) >= maxUnits {
		no("unit", fmt.Sprintf("в доме больше %d помещений", maxUnits))
	}
	whole := func(key string, low, high int, into **int) {
		if s := rec.Text(key); !unknown(s) {
			n, ok := readInt(s)
			if !ok || n < low || n > high {
				no(key, fmt.Sprintf("целое число от %d до %d", low, high))
			}
			*into = &n
		}
	}
	whole("entrance", 0, maxEntrances, &u.entrance)
	whole("floor", -10, maxFloors, &u.floor)
	if s := rec.Text("residential"); !unknown(s) {
		is, ok := readBool(s)
		if !ok {
			no("residential", "нужно «жилое» или «нежилое»")
		}
		u.residential = &is
	}
	if s := rec.Text("area"); !unknown(s) {
		f, ok := readFloat(s)
		if !ok || f < 0 || f >= 100_000 {
			no("area", "площадь от 0 до 100 000 м²")
		}
		u.area = &f
	}
	if len(bad) == 0 {
		r.units = append(r.units, u)
	}
	return bad
}

// flush writes the units read aside. COPY would be faster still, but PostgreSQL has none
// for tables behind the row-level fence.
func (r *reading) flush(ctx context.Context) error {
	n := len(r.units)
	if n == 0 {
		return nil
	}
	lines, houses, numbers := make([]int, n), make([]int, n), make([]string, n)
	entrances, floors, residential, areas := make([]*int, n), make([]*int, n), make([]*bool, n), make([]*float64, n)
	for i, u := range r.units {
		lines[i], houses[i], numbers[i], entrances[i], floors[i], residential[i], areas[i] = u.line, u.house, u.number, u.entrance, u.floor, u.residential, u.area
	}
	r.units = r.units[:0]
	_, err := r.tx.Exec(ctx, `insert into building_import_units (company_id, import_id, line, house_line, number, entrance, floor, is_residential, area_m2)
		select $1, $2, * from unnest($3::int[], $4::int[], $5::text[], $6::int[], $7::int[], $8::bool[], $9::float8[])`,
		r.in.CompanyID, r.in.ID, lines, houses, numbers, entrances, floors, residential, areas)
	return err
}

// Close writes the houses aside and counts what would become of everything.
func (r *reading) Close(ctx context.Context) ([]intake.Part, error) {
	if err := r.flush(ctx); err != nil {
		return nil, err
	}
	houses := intake.Part{Name: "houses"}
	withUnits := false
	for from := 0; from < len(r.order); from += 2000 {
		var lines []int
		var ids, cities []int64
		var streets, numbers []string
		var bodies []json.RawMessage
		var changed []bool
		for _, h := range r.order[from:min(len(r.order), from+2000)] {
			raw, err := json.Marshal(h.card)
			if err != nil {
				return nil, err
			}
			withUnits = withUnits || len(h.units) > 0
			switch {
			case h.id == 0:
				houses.New++
			case h.changed:
				houses.Changed++
			default:
				houses.Same++
			}
			lines, ids, cities, streets, numbers, bodies, changed = append(lines, h.line), append(ids, h.id), append(cities, h.card.CityID), append(streets, h.card.Street), append(numbers, h.card.House), append(bodies, raw), append(changed, h.changed)
		}
		_, err := r.tx.Exec(ctx, `insert into building_import_rows (company_id, import_id, line, building_id, city_id, street, house, body, is_changed)
			select $1, $2, line, nullif(id, 0), city, street, house, body, changed from unnest($3::int[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::jsonb[], $9::bool[]) as r (line, id, city, street, house, body, changed)`,
			r.in.CompanyID, r.in.ID, lines, ids, cities, streets, numbers, bodies, changed)
		if err != nil {
			return nil, err
		}
	}
	parts := []intake.Part{houses}
	if !withUnits {
		return parts, nil
	}
	units := intake.Part{Name: "units"}
	err := r.tx.QueryRow(ctx, `select count(*) filter (where u.id is null), count(*) filter (where u.id is not null and `+unitDiffers+`), count(*) filter (where u.id is not null and not (`+unitDiffers+`))
		from building_import_units s join building_import_rows h on h.import_id = s.import_id and h.line = s.house_line
		left join units u on u.building_id = h.building_id and lower(u.number) = lower(s.number) where s.import_id = $1`, r.in.ID).Scan(&units.New, &units.Changed, &units.Same)
	return append(parts, units), err
}

// unitDiffers tells that the table knows something else of a unit than is written.
const unitDiffers = `(coalesce(s.entrance, u.entrance), coalesce(s.floor, u.floor), coalesce(s.is_residential, u.is_residential), coalesce(s.area_m2, u.area_m2))
	is distinct from (u.entrance, u.floor, u.is_residential, u.area_m2)`

var _ intake.Kind = Table{}
