package building

import (
	"context"
	"fmt"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/intake"
	"d24/internal/platform/pg"
)

// fromBody reads a card out of building_import_rows.body.
const fromBody = ` region = s.body->>'region', postcode = s.body->>'postcode', fias_id = nullif(s.body->>'fias_id', '')::uuid, zone = s.body->>'zone',
	lat = (s.body->>'lat')::float8, lon = (s.body->>'lon')::float8, floors = (s.body->>'floors')::int, entrances = (s.body->>'entrances')::int, lifts = (s.body->>'lifts')::int,
	built_year = (s.body->>'built_year')::int, area_total = (s.body->'areas'->>'total')::numeric, area_residential = (s.body->'areas'->>'residential')::numeric,
	area_non_residential = (s.body->'areas'->>'non_residential')::numeric, area_common = (s.body->'areas'->>'common')::numeric,
	technical = s.body->'technical', notes = s.body->>'notes', origin = s.body->>'origin', version = b.version + 1 `

// Apply makes the houses and units kept aside real.
func (t Table) Apply(ctx context.Context, tx *pg.Tx, in intake.Import) ([]intake.Part, error) {
	houses := intake.Part{Name: "houses"}
	made, err := t.add(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	houses.New = made
	tag, err := tx.Exec(ctx, `update buildings b set`+fromBody+`from building_import_rows s where s.import_id = $1 and s.is_changed and b.id = s.building_id`, in.ID)
	if err != nil {
		return nil, err
	}
	houses.Changed = int(tag.RowsAffected())
	var all int
	if err := tx.QueryRow(ctx, `select count(*) from building_import_rows where import_id = $1`, in.ID).Scan(&all); err != nil {
		return nil, err
	}
	houses.Same = all - houses.New - houses.Changed
	parts := []intake.Part{houses}
	units, some, err := applyUnits(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	if some {
		parts = append(parts, units)
	}
	return parts, audit.Write(ctx, tx, in.CompanyID, "building.import", fmt.Sprintf("import:%d", in.ID), map[string]any{"file": in.File, "rows": in.Result.Rows, "bad": in.Result.Bad, "parts": parts})
}

// add inserts the new houses. Somebody who entered one of them meanwhile stops it all.
func (t Table) add(ctx context.Context, tx *pg.Tx, in intake.Import) (int, error) {
	tag, err := tx.Exec(ctx, `insert into buildings (company_id, city_id, street, house, zone, search, created_at)
		select s.company_id, s.city_id, s.street, s.house, s.body->>'zone', '', $2 from building_import_rows s where s.import_id = $1 and s.building_id is null order by s.line`, in.ID, tx.Now)
	if err != nil {
		if fault.CodeOf(taken(err)) == "building.exists" {
			return 0, fault.New(fault.Conflict, "import.stale", "Пока таблица ждала, один из домов появился: проверьте таблицу заново.")
		}
		return 0, err
	}
	if tag.RowsAffected() == 0 {
		return 0, nil
	}
	_, err = tx.Exec(ctx, `update building_import_rows s set building_id = b.id from buildings b
		where s.import_id = $1 and s.building_id is null and b.company_id = s.company_id and b.city_id = s.city_id and b.street = s.street and b.house = s.house`, in.ID)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `update buildings b set`+fromBody+` from building_import_rows s where s.import_id = $1 and b.id = s.building_id and b.created_at = $2 and b.search = ''`, in.ID, tx.Now)
	if err != nil {
		return 0, err
	}
	return int(tag.RowsAffected()), t.fold(ctx, tx, in)
}

// fold writes the words of the search, which SQL cannot make.
func (t Table) fold(ctx context.Context, tx *pg.Tx, in intake.Import) error {
	rows, err := tx.Query(ctx, `select b.id, b.street, b.house from buildings b join building_import_rows s on s.building_id = b.id where s.import_id = $1 and b.search = ''`, in.ID)
	if err != nil {
		return err
	}
	var ids []int64
	var words []string
	for rows.Next() {
		var id int64
		var street, house string
		if err := rows.Scan(&id, &street, &house); err != nil {
			return err
		}
		ids, words = append(ids, id), append(words, Fold(street, house))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update buildings b set search = r.words from unnest($1::bigint[], $2::text[]) as r (id, words) where b.id = r.id`, ids, words)
	return err
}

func applyUnits(ctx context.Context, tx *pg.Tx, in intake.Import) (p intake.Part, some bool, err error) {
	p.Name = "units"
	const staged = ` building_import_units s join building_import_rows h on h.import_id = s.import_id and h.line = s.house_line `
	var all int
	if err = tx.QueryRow(ctx, `select count(*) from building_import_units where import_id = $1`, in.ID).Scan(&all); err != nil || all == 0 {
		return p, false, err
	}
	tag, err := tx.Exec(ctx, `update units u set entrance = coalesce(s.entrance, u.entrance), floor = coalesce(s.floor, u.floor), is_residential = coalesce(s.is_residential, u.is_residential),
		area_m2 = coalesce(s.area_m2, u.area_m2) from`+staged+`where s.import_id = $1 and u.building_id = h.building_id and lower(u.number) = lower(s.number) and `+unitDiffers, in.ID)
	if err != nil {
		return p, false, err
	}
	p.Changed = int(tag.RowsAffected())
	tag, err = tx.Exec(ctx, `insert into units (company_id, building_id, number, entrance, floor, is_residential, area_m2)
		select s.company_id, h.building_id, s.number, coalesce(s.entrance, 0), coalesce(s.floor, 0), coalesce(s.is_residential, true), s.area_m2 from`+staged+`
		where s.import_id = $1 and not exists (select from units u where u.building_id = h.building_id and lower(u.number) = lower(s.number))`, in.ID)
	if err != nil {
		return p, false, err
	}
	p.New = int(tag.RowsAffected())
	p.Same = all - p.New - p.Changed
	return p, true, nil
}

// Drop forgets what was kept aside.
func (Table) Drop(ctx context.Context, tx *pg.Tx, importIDs []int64) error {
	for _, q := range []string{`delete from building_import_units where import_id = any($1)`, `delete from building_import_rows where import_id = any($1)`} {
		if _, err := tx.Exec(ctx, q, importIDs); err != nil {
			return err
		}
	}
	return nil
}
