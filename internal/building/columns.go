package building

import (
	"strconv"
	"strings"

	"d24/internal/intake"
)

// tableFields are the columns a table of houses may have. The words of the open registry
// of apartment houses (ППК ФРТ) and of OpenStreetMap stand among them.
var tableFields = []intake.Field{
	{Key: "city", Label: "Город", Words: []string{"formalname_city", "city", "населенный пункт", "нас пункт"}},
	{Key: "street", Label: "Улица", IsRequired: true, Words: []string{"formalname_street", "street", "улица проспект", "наименование улицы"}},
	{Key: "street_kind", Label: "Вид улицы", Words: []string{"shortname_street", "тип улицы"}},
	{Key: "house", Label: "Дом", IsRequired: true, Words: []string{"house_number", "house number", "номер дома", "№ дома", "д"}},
	{Key: "block", Label: "Корпус", Longest: 10, Words: []string{"block", "корп"}},
	{Key: "structure", Label: "Строение", Longest: 6, Words: []string{"building", "стр"}},
	{Key: "letter", Label: "Литера", Longest: 3, Words: []string{"letter", "литер", "лит"}},
	{Key: "region", Label: "Регион", Words: []string{"formalname_region", "область", "субъект"}},
	{Key: "postcode", Label: "Индекс", Words: []string{"postcode", "почтовый индекс"}},
	{Key: "fias_id", Label: "Код ФИАС (ГАР)", Words: []string{"houseguid", "фиас", "гар", "fias", "код фиас", "guid"}},
	{Key: "zone", Label: "Часовой пояс", Words: []string{"timezone", "зона времени"}},
	{Key: "lat", Label: "Широта", Words: []string{"lat", "latitude"}},
	{Key: "lon", Label: "Долгота", Words: []string{"lon", "lng", "longitude"}},
	{Key: "floors", Label: "Этажей", Words: []string{"floor_count_max", "levels", "этажность", "этажи", "количество этажей", "floors", "этажей в доме", "наибольшее количество этажей"}},
	{Key: "floors_min", Label: "Этажей, наименьшее", Words: []string{"floor_count_min", "наименьшее количество этажей"}},
	{Key: "entrances", Label: "Подъездов", Words: []string{"entrance_count", "est_entrances", "количество подъездов", "число подъездов", "подъезды", "entrances"}},
	{Key: "lifts", Label: "Лифтов", Words: []string{"elevators_count", "est_lifts", "количество лифтов", "лифты"}},
	{Key: "built_year", Label: "Год постройки", Words: []string{"built_year", "start_date", "год строительства"}},
	{Key: "operated_since", Label: "Год ввода", Words: []string{"exploitation_start_year", "год ввода в эксплуатацию"}},
	{Key: "area_total", Label: "Общая площадь дома", Words: []string{"area_total", "площадь дома"}},
	{Key: "area_residential", Label: "Площадь жилых помещений", Words: []string{"area_residential", "жилая площадь дома"}},
	{Key: "area_non_residential", Label: "Площадь нежилых помещений", Words: []string{"area_non_residential"}},
	{Key: "area_common", Label: "Площадь общего имущества", Words: []string{"area_common_property"}},
	{Key: "flats", Label: "Квартир по документам", Words: []string{"living_quarters_count", "est_flats", "количество квартир", "квартир"}},
	{Key: "non_residential", Label: "Нежилых по документам", Words: []string{"unliving_quarters_count", "количество нежилых помещений"}},
	{Key: "house_type", Label: "Вид дома", Words: []string{"house_type"}},
	{Key: "project_type", Label: "Серия", Words: []string{"project_type", "серия проект"}},
	{Key: "wall_material", Label: "Материал стен", Words: []string{"wall_material", "material", "стены"}},
	{Key: "floor_type", Label: "Перекрытия", Words: []string{"floor_type"}},
	{Key: "foundation", Label: "Фундамент", Words: []string{"foundation_type"}},
	{Key: "energy_class", Label: "Класс энергоэффективности", Words: []string{"energy_efficiency"}},
	{Key: "heating", Label: "Отопление", Words: []string{"heating_type"}},
	{Key: "hot_water", Label: "Горячая вода", Words: []string{"hot_water_type", "гвс"}},
	{Key: "cold_water", Label: "Холодная вода", Words: []string{"cold_water_type", "хвс"}},
	{Key: "sewerage", Label: "Водоотведение", Words: []string{"sewerage_type", "канализация"}},
	{Key: "gas", Label: "Газ", Words: []string{"gas_type", "газоснабжение"}},
	{Key: "ventilation", Label: "Вентиляция", Words: []string{"ventilation_type"}},
	{Key: "electricity", Label: "Электричество", Words: []string{"electrical_type", "электроснабжение"}},
	{Key: "electrical_inputs", Label: "Вводов электричества", Words: []string{"electrical_entries_count", "количество вводов"}},
	{Key: "firefighting", Label: "Пожаротушение", Words: []string{"firefighting_type"}},
	{Key: "drainage", Label: "Водосток", Words: []string{"drainage_type"}},
	{Key: "chute_type", Label: "Мусоропровод", Words: []string{"chute_type"}},
	{Key: "chutes", Label: "Мусоропроводов", Words: []string{"chute_count"}},
	{Key: "is_alarm", Label: "Аварийный дом", Words: []string{"is_alarm", "признан аварийным"}},
	{Key: "notes", Label: "Заметки для операторов", Words: []string{"заметки"}},
	{Key: "osm_id", Label: "Код OpenStreetMap", Words: []string{"osm_id"}},
	{Key: "unit", Label: "Квартира (помещение)", Words: []string{"квартира", "помещение", "номер квартиры", "№ квартиры", "кв", "номер помещения", "flat", "unit"}},
	{Key: "entrance", Label: "Подъезд", Words: []string{"номер подъезда", "№ подъезда", "под", "подьезд", "п д", "парадная", "парадное", "entrance"}},
	{Key: "floor", Label: "Этаж", Words: []string{"номер этажа", "эт", "floor"}},
	{Key: "residential", Label: "Жилое или нежилое", Words: []string{"жилое", "назначение", "вид помещения", "тип помещения"}},
	{Key: "area", Label: "Площадь помещения", Words: []string{"площадь", "площадь квартиры", "площадь м2"}},
}

// into are the plain columns of a card, by key.
var texts = map[string]func(*Card) *string{
	"region": func(c *Card) *string { return &c.Region }, "postcode": func(c *Card) *string { return &c.Postcode }, "fias_id": func(c *Card) *string { return &c.FiasID },
	"zone": func(c *Card) *string { return &c.Zone }, "notes": func(c *Card) *string { return &c.Notes },
	"house_type": func(c *Card) *string { return &c.Technical.HouseType }, "project_type": func(c *Card) *string { return &c.Technical.ProjectType },
	"wall_material": func(c *Card) *string { return &c.Technical.WallMaterial }, "floor_type": func(c *Card) *string { return &c.Technical.FloorType },
	"foundation": func(c *Card) *string { return &c.Technical.Foundation }, "energy_class": func(c *Card) *string { return &c.Technical.EnergyClass },
	"heating": func(c *Card) *string { return &c.Technical.Heating }, "hot_water": func(c *Card) *string { return &c.Technical.HotWater },
	"cold_water": func(c *Card) *string { return &c.Technical.ColdWater }, "sewerage": func(c *Card) *string { return &c.Technical.Sewerage },
	"gas": func(c *Card) *string { return &c.Technical.Gas }, "ventilation": func(c *Card) *string { return &c.Technical.Ventilation },
	"electricity": func(c *Card) *string { return &c.Technical.Electricity }, "firefighting": func(c *Card) *string { return &c.Technical.Firefighting },
	"drainage": func(c *Card) *string { return &c.Technical.Drainage }, "chute_type": func(c *Card) *string { return &c.Technical.ChuteType },
}

var counts = map[string]func(*Card) *int{
	"floors": func(c *Card) *int { return &c.Floors }, "floors_min": func(c *Card) *int { return &c.Technical.FloorsMin }, "entrances": func(c *Card) *int { return &c.Entrances },
	"lifts": func(c *Card) *int { return &c.Lifts }, "built_year": func(c *Card) *int { return &c.BuiltYear }, "operated_since": func(c *Card) *int { return &c.Technical.OperatedSince },
	"flats": func(c *Card) *int { return &c.Technical.Flats }, "non_residential": func(c *Card) *int { return &c.Technical.NonResidential },
	"electrical_inputs": func(c *Card) *int { return &c.Technical.ElectricalInputs }, "chutes": func(c *Card) *int { return &c.Technical.Chutes },
}

var decimals = map[string]func(*Card) **float64{
	"lat": func(c *Card) **float64 { return &c.Lat }, "lon": func(c *Card) **float64 { return &c.Lon },
	"area_total": func(c *Card) **float64 { return &c.Areas.Total }, "area_residential": func(c *Card) **float64 { return &c.Areas.Residential },
	"area_non_residential": func(c *Card) **float64 { return &c.Areas.NonResidential }, "area_common": func(c *Card) **float64 { return &c.Areas.Common },
}

// unknown are the ways a table says that it does not know; not 0.
func unknown(s string) bool {
	switch strings.ToLower(s) {
	case "", "не заполнено", "нет данных", "-", "–", "—", "null", "н/д":
		return true
	}
	return false
}

func readInt(s string) (int, bool) {
	f, ok := readFloat(s)
	return int(f), ok && f == float64(int(f))
}

func readFloat(s string) (float64, bool) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), ",", ".")
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && f > -1e12 && f < 1e12
}

func readBool(s string) (is, ok bool) {
	switch strings.ToLower(s) {
	case "да", "1", "true", "y", "yes", "+", "жилое", "жилая", "жил", "квартира":
		return true, true
	case "нет", "0", "false", "n", "no", "нежилое", "нежилая", "неж", "офис", "коммерческое":
		return false, true
	}
	return false, false
}

// fillFrom puts what the row knows into the card; what it does not know stays.
func (c *Card) fillFrom(r intake.Record) (bad []intake.Bad) {
	for key, at := range texts {
		if s := r.Text(key); !unknown(s) {
			*at(c) = s
		}
	}
	for key, at := range counts {
		s := r.Text(key)
		if unknown(s) {
			continue
		}
		if key == "built_year" && len(s) > 4 && strings.ContainsRune(s[4:5], '-') { // OpenStreetMap: 1978-05
			s = s[:4]
		}
		n, ok := readInt(s)
		if !ok {
			bad = append(bad, intake.Bad{Key: key, Value: s, Message: "нужно целое число"})
			continue
		}
		*at(c) = n
	}
	for key, at := range decimals {
		s := r.Text(key)
		if unknown(s) {
			continue
		}
		f, ok := readFloat(s)
		if !ok {
			bad = append(bad, intake.Bad{Key: key, Value: s, Message: "нужно число"})
			continue
		}
		*at(c) = &f
	}
	if s := r.Text("is_alarm"); !unknown(s) {
		is, ok := readBool(s)
		if !ok {
			bad = append(bad, intake.Bad{Key: "is_alarm", Value: s, Message: "нужно «да» или «нет»"})
		}
		c.Technical.IsAlarm = is
	}
	switch {
	case r.Text("osm_id") != "":
		c.Origin = "osm"
	case r.Has("fias_id") && r.Has("street_kind") && c.Origin == "":
		c.Origin = "registry"
	}
	return bad
}
