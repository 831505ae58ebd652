package building

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// maxUnits of one house: the biggest in the country have some four thousand.
const maxUnits = 5000

// SetUnits replaces the units of a house; rows with an id keep it. version is that of
// the house's card that was read. Faults stand at body.units[i].
func (s *Service) SetUnits(ctx context.Context, id int64, version int, us []Unit) (Building, error) {
	return s.edited(ctx, id, version, func(tx *pg.Tx, was Building) error {
		if err := checkUnits(us); err != nil {
			return err
		}
		before, err := s.units(ctx, tx, id)
		if err != nil {
			return err
		}
		known := map[int64]bool{}
		for _, u := range before {
			known[u.ID] = true
		}
		var ids []int64
		for i, u := range us {
			if u.ID != 0 && !known[u.ID] {
				return fault.New(fault.Invalid, "building.units", "Помещения не сохранены: исправьте отмеченное.").At(fmt.Sprintf("body.units[%d].id", i), "такого помещения в доме нет")
			}
			ids = append(ids, u.ID)
		}
		// numbers may change places: they stand aside before they are written
		if _, err := tx.Exec(ctx, `delete from units where building_id = $1 and id <> all($2)`, id, append(ids, 0)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update units set number = '~' || id where building_id = $1`, id); err != nil {
			return err
		}
		if err := writeUnits(ctx, tx, was.CompanyID, id, us); err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "building.units", object(id), map[string]int{"units": len(before)}, map[string]any{"units": len(us), "numbers": numbersOf(us)})
	})
}

func checkUnits(us []Unit) error {
	bad := fault.New(fault.Invalid, "building.units", "Помещения не сохранены: исправьте отмеченное.")
	if len(us) > maxUnits {
		return bad.At("body.units", fmt.Sprintf("не больше %d помещений в доме", maxUnits))
	}
	seen := map[string]int{}
	for i, u := range us {
		at := func(field, message string) { _ = bad.At(fmt.Sprintf("body.units[%d].%s", i, field), message) }
		us[i].Number = strings.TrimSpace(u.Number)
		key := strings.ToLower(us[i].Number)
		switch first, twice := seen[key]; {
		case key == "" || utf8.RuneCountInString(key) > 30:
			at("number", "номер от 1 до 30 знаков")
		case twice:
			at("number", fmt.Sprintf("такой номер уже в строке %d", first+1))
		}
		seen[key] = i
		if u.Entrance < 0 || u.Entrance > maxEntrances {
			at("entrance", fmt.Sprintf("от 0 до %d", maxEntrances))
		}
		if u.Floor < -10 || u.Floor > maxFloors {
			at("floor", fmt.Sprintf("от −10 до %d", maxFloors))
		}
		if u.Area != nil && !(*u.Area >= 0 && *u.Area < 100_000) {
			at("area_m2", "от 0 до 100 000 м²")
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func writeUnits(ctx context.Context, tx *pg.Tx, companyID, id int64, us []Unit) error {
	var ids []int64
	var numbers []string
	var entrances, floors []int
	var residential []bool
	var areas []*float64
	for _, u := range us {
		ids, numbers, entrances, floors, residential, areas = append(ids, u.ID), append(numbers, u.Number), append(entrances, u.Entrance), append(floors, u.Floor), append(residential, u.IsResidential), append(areas, u.Area)
	}
	const rows = ` unnest($2::bigint[], $3::text[], $4::int[], $5::int[], $6::bool[], $7::float8[]) as r (id, number, entrance, floor, residential, area) `
	_, err := tx.Exec(ctx, `update units u set number = r.number, entrance = r.entrance, floor = r.floor, is_residential = r.residential, area_m2 = r.area
		from`+rows+`where u.id = r.id and u.building_id = $1`, id, ids, numbers, entrances, floors, residential, areas)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into units (building_id, company_id, number, entrance, floor, is_residential, area_m2)
		select $1, $8, r.number, r.entrance, r.floor, r.residential, r.area from`+rows+`where r.id = 0`, id, ids, numbers, entrances, floors, residential, areas, companyID)
	return err
}

// numbersOf tells the numbers in short for the audit journal: "1, 2, 3 … 144".
func numbersOf(us []Unit) string {
	var out []string
	for i, u := range us {
		if i == 20 && len(us) > 22 {
			return strings.Join(out, ", ") + " … " + us[len(us)-1].Number
		}
		out = append(out, u.Number)
	}
	return strings.Join(out, ", ")
}
