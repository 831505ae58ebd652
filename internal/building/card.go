package building

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/search"
)

// Areas of a house in m²; nil is "not known", which is not 0.
type Areas struct {
	Total          *float64 `json:"total"`
	Residential    *float64 `json:"residential"`
	NonResidential *float64 `json:"non_residential"`
	Common         *float64 `json:"common"`
}

// Technical is what is known of the building's body; the words are the open registry's.
// Empty is "not known".
type Technical struct {
	HouseType        string `json:"house_type,omitempty"`
	ProjectType      string `json:"project_type,omitempty"`
	OperatedSince    int    `json:"operated_since,omitempty"` // year
	FloorsMin        int    `json:"floors_min,omitempty"`
	Flats            int    `json:"flats,omitempty"` // by the papers; units are rows of their own
	NonResidential   int    `json:"non_residential,omitempty"`
	WallMaterial     string `json:"wall_material,omitempty"`
	FloorType        string `json:"floor_type,omitempty"`
	Foundation       string `json:"foundation,omitempty"`
	EnergyClass      string `json:"energy_class,omitempty"`
	Heating          string `json:"heating,omitempty"`
	HotWater         string `json:"hot_water,omitempty"`
	ColdWater        string `json:"cold_water,omitempty"`
	Sewerage         string `json:"sewerage,omitempty"`
	Gas              string `json:"gas,omitempty"`
	Ventilation      string `json:"ventilation,omitempty"`
	Electricity      string `json:"electricity,omitempty"`
	ElectricalInputs int    `json:"electrical_inputs,omitempty"` // ПП 354 annex 1: a break lasts 2 h with two, 24 h with one
	Firefighting     string `json:"firefighting,omitempty"`
	Drainage         string `json:"drainage,omitempty"`
	ChuteType        string `json:"chute_type,omitempty"`
	Chutes           int    `json:"chutes,omitempty"`
	IsAlarm          bool   `json:"is_alarm,omitempty"` // recognised as unsafe
}

// Card is what is written about a house.
type Card struct {
	CityID    int64             `json:"city_id"`
	Region    string            `json:"region"`
	Postcode  string            `json:"postcode"`
	Street    string            `json:"street"`
	House     string            `json:"house"`
	Zone      string            `json:"zone"` // IANA; "": the city's
	FiasID    string            `json:"fias_id"`
	Lat       *float64          `json:"lat"`
	Lon       *float64          `json:"lon"`
	Floors    int               `json:"floors"`
	Entrances int               `json:"entrances"`
	Lifts     int               `json:"lifts"`
	BuiltYear int               `json:"built_year"`
	Areas     Areas             `json:"areas"`
	DoorCodes map[string]string `json:"door_codes"`
	Passport  map[string]string `json:"passport_office"`
	Info      map[string]string `json:"info"`
	Technical Technical         `json:"technical"`
	Notes     string            `json:"notes"`
	Origin    string            `json:"origin"`
}

func (b Building) card() Card {
	return Card{
		CityID: b.CityID, Region: b.Region, Postcode: b.Postcode, Street: b.Street, House: b.House, Zone: b.Zone, FiasID: b.FiasID, Lat: b.Lat, Lon: b.Lon,
		Floors: b.Floors, Entrances: b.Entrances, Lifts: b.Lifts, BuiltYear: b.BuiltYear, Areas: b.Areas, DoorCodes: b.DoorCodes, Passport: b.Passport, Info: b.Info,
		Technical: b.Technical, Notes: b.Notes, Origin: b.Origin,
	}
}

// Bounds of a house.
const (
	maxFloors    = 200
	maxEntrances = 60
	maxLifts     = 200
	oldest       = 1500
	maxPairs     = 60
)

var (
	uuid     = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	postcode = regexp.MustCompile(`^\d{6}$`)
	passport = []string{"name", "address", "hours", "phone"}
)

// problem is a rule broken at a field of a card.
type problem struct{ field, message string }

// put brings a card in order and tells what is wrong with it.
func (c *Card) put(now time.Time) (bad []problem) {
	no := func(is bool, field, message string) {
		if is {
			bad = append(bad, problem{field, message})
		}
	}
	text := func(field string, s *string, most int) {
		*s = strings.TrimSpace(*s)
		no(utf8.RuneCountInString(*s) > most, field, fmt.Sprintf("не длиннее %d знаков", most))
	}
	count := func(field string, n, most int) {
		no(n < 0 || n > most, field, fmt.Sprintf("от 0 до %d", most))
	}
	c.Street = StreetName(c.Street)
	text("street", &c.Street, 120)
	text("house", &c.House, 30)
	text("region", &c.Region, 120)
	text("notes", &c.Notes, 4000)
	no(c.Street == "", "street", "укажите улицу")
	no(c.House == "", "house", "укажите номер дома")
	no(c.House != "" && search.Fold(c.House) == "", "house", "нужны цифры или буквы")
	c.Postcode, c.FiasID = strings.TrimSpace(c.Postcode), strings.ToLower(strings.TrimSpace(c.FiasID))
	no(c.Postcode != "" && !postcode.MatchString(c.Postcode), "postcode", "6 цифр")
	no(c.FiasID != "" && !uuid.MatchString(c.FiasID), "fias_id", "код вида 8-4-4-4-12 знаков, например 0c5b2444-70a0-4932-980c-b4dc0d3f02b5")
	if c.Zone != "" {
		_, err := time.LoadLocation(c.Zone)
		no(err != nil || c.Zone == "Local", "zone", "нет такого часового пояса")
	}
	no((c.Lat == nil) != (c.Lon == nil), "lat", "нужны обе координаты или ни одной")
	no(c.Lat != nil && !(*c.Lat >= -90 && *c.Lat <= 90), "lat", "от −90 до 90")
	no(c.Lon != nil && !(*c.Lon >= -180 && *c.Lon <= 180), "lon", "от −180 до 180")
	count("floors", c.Floors, maxFloors)
	count("entrances", c.Entrances, maxEntrances)
	count("lifts", c.Lifts, maxLifts)
	year(no, "built_year", c.BuiltYear, now)
	for field, v := range map[string]*float64{"total": c.Areas.Total, "residential": c.Areas.Residential, "non_residential": c.Areas.NonResidential, "common": c.Areas.Common} {
		no(v != nil && !(*v >= 0 && *v < 1e7), "areas."+field, "от 0 до 10 000 000 м²")
	}
	c.Technical.put(no, text, count, now)
	c.DoorCodes = pairs(no, "door_codes", c.DoorCodes, 10, 60)
	c.Info = pairs(no, "info", c.Info, 80, 1000)
	c.Passport = pairs(no, "passport_office", c.Passport, 10, 300)
	for k := range c.Passport {
		no(!slices.Contains(passport, k), "passport_office", "название, адрес, часы и телефон")
	}
	slices.SortFunc(bad, func(a, b problem) int { return strings.Compare(a.field, b.field) })
	return bad
}

func year(no func(bool, string, string), field string, n int, now time.Time) {
	no(n != 0 && (n < oldest || n > now.Year()+5), field, fmt.Sprintf("год от %d до %d", oldest, now.Year()+5))
}

func (t *Technical) put(no func(bool, string, string), text func(string, *string, int), count func(string, int, int), now time.Time) {
	for field, s := range map[string]*string{
		"house_type": &t.HouseType, "project_type": &t.ProjectType, "wall_material": &t.WallMaterial, "floor_type": &t.FloorType, "foundation": &t.Foundation,
		"energy_class": &t.EnergyClass, "heating": &t.Heating, "hot_water": &t.HotWater, "cold_water": &t.ColdWater, "sewerage": &t.Sewerage, "gas": &t.Gas,
		"ventilation": &t.Ventilation, "electricity": &t.Electricity, "firefighting": &t.Firefighting, "drainage": &t.Drainage, "chute_type": &t.ChuteType,
	} {
		text("technical."+field, s, 200)
	}
	year(no, "technical.operated_since", t.OperatedSince, now)
	count("technical.floors_min", t.FloorsMin, maxFloors)
	count("technical.flats", t.Flats, maxUnits)
	count("technical.non_residential", t.NonResidential, maxUnits)
	count("technical.electrical_inputs", t.ElectricalInputs, 100)
	count("technical.chutes", t.Chutes, 100)
}

// pairs trims labels and texts and drops the empty ones.
func pairs(no func(bool, string, string), field string, m map[string]string, key, value int) map[string]string {
	no(len(m) > maxPairs, field, fmt.Sprintf("не больше %d строк", maxPairs))
	out := map[string]string{}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		label, text := strings.TrimSpace(k), strings.TrimSpace(m[k])
		no(utf8.RuneCountInString(label) > key || utf8.RuneCountInString(text) > value, field, fmt.Sprintf("подпись не длиннее %d знаков, текст не длиннее %d", key, value))
		if label != "" && text != "" {
			out[label] = text
		}
	}
	return out
}

// check is put with the city looked up; every fault stands at its field.
func (s *Service) check(ctx context.Context, tx *pg.Tx, companyID int64, c *Card) error {
	bad := fault.New(fault.Invalid, "building.incomplete", "Дом не сохранён: исправьте отмеченное.")
	for _, p := range c.put(tx.Now) {
		_ = bad.At("body."+p.field, p.message)
	}
	var zone string
	err := tx.QueryRow(ctx, `select t.id, t.zone from companies c join cities t on t.id = coalesce(nullif($2, 0), c.city_id) where c.id = $1`, companyID, c.CityID).Scan(&c.CityID, &zone)
	if err != nil {
		_ = bad.At("body.city_id", "выберите город")
	}
	if c.Zone == "" {
		c.Zone = zone
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}
