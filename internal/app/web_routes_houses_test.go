package app_test

import (
	"fmt"
	"net/http"

	"d24/internal/calendar"
	"d24/internal/passage"
)

func init() {
	more = append(more, func(h *house) map[string][]request {
		id := func(format string, n int64) string { return fmt.Sprintf(format, n) }
		free, gone := h.spare(strange, "Заречье, свободный"), h.spare(strange, "Заречье, снятый")
		h.do(`update buildings set is_archived = true where id = $1`, gone)
		group := h.one(`insert into building_groups (company_id, name, created_at) values (2, 'Заречье', $1) returning id`, noon)
		dropped := h.one(`insert into building_groups (company_id, name, created_at) values (2, 'Заречье, бывшая', $1) returning id`, noon)
		goes, here := h.spare(strange, "Заречье, уходящий"), h.spare(strange, "Заречье, оставшийся")
		must(h.t, h.app.Passages.Order(h.sys, passage.Order{BuildingID: goes, ToCompanyID: 3, On: calendar.On(2028, 1, 1)}))
		person := h.one(`insert into contacts (company_id, phone, building_id, unit, source, first_seen_at, last_confirmed_at) values (2, '+79000900023', $1, '', 'call', $2, $2) returning id`, free, noon)
		card := func(house string, v map[string]any) map[string]any {
			out := map[string]any{
				"city_id": 0, "region": "", "postcode": "", "street": "Новая", "house": house, "zone": "", "fias_id": "", "lat": nil, "lon": nil, "floors": 1, "entrances": 1, "lifts": 0, "built_year": 0,
				"areas": map[string]any{"total": nil, "residential": nil, "non_residential": nil, "common": nil}, "door_codes": map[string]any{}, "passport_office": map[string]any{}, "info": map[string]any{},
				"technical": map[string]any{
					"house_type": "", "project_type": "", "operated_since": 0, "floors_min": 0, "flats": 0, "non_residential": 0, "wall_material": "", "floor_type": "", "foundation": "", "energy_class": "",
					"heating": "", "hot_water": "", "cold_water": "", "sewerage": "", "gas": "", "ventilation": "", "electricity": "", "electrical_inputs": 0, "firefighting": "", "drainage": "", "chute_type": "", "chutes": 0, "is_alarm": false,
				}, "notes": "",
			}
			for k, x := range v {
				out[k] = x
			}
			return out
		}
		out := map[string][]request{
			"list-cities":        {{method: "GET", path: "/cities?company_id=2", by: "admin2"}},
			"create-building":    {{method: "POST", path: "/buildings", by: "admin2", body: card("1", map[string]any{"company_id": strange})}},
			"change-building":    {{method: "PUT", path: id("/buildings/%d", free), by: "admin2", body: card("2", map[string]any{"version": 1})}},
			"set-building-units": {{method: "PUT", path: id("/buildings/%d/units", free), by: "admin2", body: map[string]any{"version": 3, "units": []any{}}}},
			"archive-building":   {{method: "POST", path: id("/buildings/%d/archive", free), by: "admin2", body: map[string]any{"version": 2, "despite": false}}},
			"restore-building":   {{method: "POST", path: id("/buildings/%d/restore", gone), by: "admin2", body: map[string]any{"version": 1}}},
			// the centre's administrator alone: a company sees neither whose its house will be nor whose it was
			"list-building-passages":    {{method: "GET", path: id("/building-passages/%d", here), by: "platform", want: http.StatusForbidden}},
			"order-building-passage":    {{method: "POST", path: id("/building-passages/%d", here), by: "platform", want: http.StatusForbidden, body: map[string]any{"to_company_id": 1, "on": "2028-01-01", "with_contacts": true, "note": ""}}},
			"withdraw-building-passage": {{method: "POST", path: id("/building-passages/%d/withdraw", goes), by: "platform", want: http.StatusForbidden}},

			"list-building-groups":  {{method: "GET", path: "/building-groups?company_id=2", list: true}, {method: "GET", path: "/building-groups", list: true}},
			"create-building-group": {{method: "POST", path: "/building-groups", by: "admin2", body: map[string]any{"company_id": strange, "name": "Чужая", "note": "", "buildings": []any{}}}},
			"change-building-group": {{method: "PUT", path: id("/building-groups/%d", group), by: "admin2", body: map[string]any{"name": "Заречье, все", "note": "", "buildings": []any{}, "version": 1}}},
			"delete-building-group": {{method: "DELETE", path: id("/building-groups/%d?version=1", dropped), by: "admin2"}},
			"list-contacts":         {{method: "GET", path: "/contacts?company_id=2", list: true, by: "admin2"}, {method: "GET", path: "/contacts?limit=100", list: true, by: "admin2"}},
			"add-contact":           {{method: "POST", path: "/contacts", by: "admin2", body: map[string]any{"phone": "+79000900023", "building_id": gone, "unit": "", "is_consenting": nil}}},
			"mark-contact":          {{method: "POST", path: id("/contacts/%d/mark", person), by: "admin2", body: map[string]any{"mark": "wrong"}}},
			"erase-contact":         {{method: "POST", path: "/contacts/erase", by: "admin2", body: map[string]any{"company_id": strange, "phone": "+79000900024"}}},
		}
		for kind, one := range map[string]string{"buildings": "building", "contacts": "contact"} {
			table := map[string]string{"buildings": "Улица;Дом\nМостовая;1\n", "contacts": "Телефон;Улица;Дом\n89000900020;Мостовая;1\n"}[kind]
			columns := map[string]string{"buildings": "0:street,1:house", "contacts": "0:phone,1:street,2:house"}[kind]
			in := h.one(`insert into imports (company_id, kind, file, created_at) values (2, $1, 'Заречье.csv', $2) returning id`, kind, noon)
			ready := h.one(`insert into imports (company_id, kind, file, state, created_at) values (2, $1, 'Заречье.csv', 'checked', $2) returning id`, kind, noon)
			path := "/" + kind + "/imports"
			out["look-at-"+one+"-table"] = []request{{method: "POST", path: path + "/look?company_id=2", body: table, by: "admin2"}}
			out["start-"+one+"-import"] = []request{{method: "POST", path: path, body: map[string]any{"company_id": strange, "file": "x"}, by: "admin2"}}
			out["get-"+one+"-import"] = []request{{method: "GET", path: id(path+"/%d", in), by: "admin2"}}
			out["check-"+one+"-import"] = []request{{method: "PUT", path: id(path+"/%d/table?columns="+columns, in), body: table, by: "admin2"}}
			out["apply-"+one+"-import"] = []request{{method: "POST", path: id(path+"/%d/apply", ready), body: map[string]any{"only_good": false}, by: "admin2"}}
			out[one+"-import-errors"] = []request{{method: "GET", path: id(path+"/%d/errors", in), by: "admin2"}}
		}
		return out
	})
}

// spare is a house of a company where nobody asked for anything.
func (h *house) spare(company int64, street string) int64 {
	return h.one(`insert into buildings (company_id, city_id, street, house, zone, search, created_at) values ($1, 1, $2, '1', 'Asia/Yekaterinburg', '', $3) returning id`, company, street, noon)
}

// houseIDs names rows of our own for the paths of houses and contacts.
func (h *house) houseIDs() map[string]int64 {
	return map[string]int64{
		"building-groups": h.one(`insert into building_groups (company_id, name, created_at) values (1, 'Группа', $1) returning id`, noon),
		"imports":         h.one(`insert into imports (company_id, kind, created_at) values (1, 'buildings', $1) returning id`, noon),
		"contacts":        h.one(`select min(id) from contacts where company_id = 1`),
	}
}
