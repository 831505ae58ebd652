package building_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/clock/clocktest"
	"d24/internal/fault"
	"d24/internal/intake"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
)

var noon = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

// city is two companies in a city, and a second city.
type city struct {
	t      testing.TB
	db     *pg.DB
	s      *building.Service
	intake *intake.Service
	clock  *clocktest.Clock
	us     context.Context // the administrator of company 1
	them   context.Context
	sys    context.Context
}

func open(t testing.TB) *city {
	t.Helper()
	c := &city{t: t, clock: clocktest.New(noon), sys: access.AsSystem(context.Background(), "test")}
	c.db = pgtest.New(t, c.clock)
	c.s = building.NewService(c.db)
	c.intake = intake.NewService(c.db, building.NewTable(c.s))
	c.us = access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: 1, Name: "Админ", Grants: access.RoleGrants(access.Admin, 1, 0)})
	c.them = access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: 2, Name: "Другой", Grants: access.RoleGrants(access.Admin, 2, 0)})
	c.do(`insert into cities (name, zone) values ('Озёрск', 'Asia/Yekaterinburg'), ('Приморск', 'Asia/Vladivostok')`)
	c.do(`insert into companies (name, city_id, zone, created_at) select 'УК ' || n, 1, 'Asia/Yekaterinburg', '2026-01-01' from generate_series(1, 2) n`)
	return c
}

func (c *city) do(q string, args ...any) {
	c.t.Helper()
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(c.sys, q, args...)
		return err
	}))
}

// owner is a session past all rights: for triggers and for the end of another's connection.
func (c *city) owner() *pgx.Conn {
	c.t.Helper()
	var name string
	require.NoError(c.t, c.db.Pool.QueryRow(c.sys, `select current_database()`).Scan(&name))
	conn, err := pgx.Connect(c.sys, pgtest.URL(name))
	require.NoError(c.t, err)
	c.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func (c *city) exec(conn *pgx.Conn, q string) {
	c.t.Helper()
	_, err := conn.Exec(c.sys, q)
	require.NoError(c.t, err)
}

func (c *city) one(q string, args ...any) (n int64) {
	c.t.Helper()
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error { return tx.QueryRow(c.sys, q, args...).Scan(&n) }))
	return n
}

func (c *city) house(street, house string) building.Building {
	c.t.Helper()
	b, err := c.s.Create(c.us, 0, building.Card{Street: street, House: house, Floors: 9, Entrances: 4})
	require.NoError(c.t, err)
	return b
}

// places are where a fault says the input is wrong.
func places(err error) (out []string) {
	var f *fault.Error
	if fault.As(err, &f) {
		for _, x := range f.Fields {
			out = append(out, x.Location)
		}
	}
	return out
}

func ptr[T any](v T) *T { return &v }

func TestAHouseIsWritten(t *testing.T) {
	t.Parallel()
	c := open(t)
	b, err := c.s.Create(c.us, 0, building.Card{
		Street: "ул. Белинского", House: " 86 ", Region: "Область", Postcode: "620026", FiasID: "0C5B2444-70A0-4932-980C-B4DC0D3F02B5", Lat: ptr(56.8), Lon: ptr(60.6),
		Floors: 9, Entrances: 4, Lifts: 4, BuiltYear: 1978, Areas: building.Areas{Total: ptr(7318.5)}, DoorCodes: map[string]string{"1": "38К1190", "2": " "},
		Passport: map[string]string{"hours": "вт и чт 9–17"}, Info: map[string]string{"Стояки": "в подвале"}, Technical: building.Technical{WallMaterial: "панель", ElectricalInputs: 2}, Notes: "собака",
	})
	require.NoError(t, err)
	require.Equal(t, "Белинского", b.Street)
	require.Equal(t, "86", b.House)
	require.Equal(t, "Asia/Yekaterinburg", b.Zone, "the city's when none is named")
	require.Equal(t, "0c5b2444-70a0-4932-980c-b4dc0d3f02b5", b.FiasID)
	require.InDelta(t, 7318.5, *b.Areas.Total, 0)
	require.Nil(t, b.Areas.Common, "not known is not nothing")
	require.Equal(t, map[string]string{"1": "38К1190"}, b.DoorCodes)
	require.Equal(t, 2, b.Technical.ElectricalInputs)
	require.EqualValues(t, 1, c.one(`select count(*) from audit_entries where action = 'building.create'`))

	for _, same := range []building.Card{{Street: "Белинского", House: "86"}, {Street: "улица Белинского", House: "д. 86"}} {
		_, err = c.s.Create(c.us, 0, same)
		require.Equal(t, "building.exists", fault.CodeOf(err))
	}
	_, err = c.s.Create(c.us, 0, building.Card{CityID: 2, Street: "Белинского", House: "86"})
	require.NoError(t, err, "the same address in another city")
	_, err = c.s.Create(c.them, 1, building.Card{Street: "Мира", House: "1"})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, _, err = c.s.Get(c.them, b.ID)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestCitiesOfAHouseBeginWithTheCompanysOwn(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.do(`insert into cities (name, zone) values ('Архангельск', 'Europe/Moscow')`)
	cs, err := c.s.Cities(c.us, 0)
	require.NoError(t, err)
	require.Equal(t, []building.City{{1, "Озёрск", "Asia/Yekaterinburg", true}, {3, "Архангельск", "Europe/Moscow", false}, {2, "Приморск", "Asia/Vladivostok", false}}, cs)
	_, err = c.s.Cities(c.them, 1)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestWhatIsWrongStandsAtItsField(t *testing.T) {
	t.Parallel()
	c := open(t)
	_, err := c.s.Create(c.us, 0, building.Card{
		CityID: 77, Postcode: "1", FiasID: "x", Zone: "Mars/Base", Lat: ptr(91.0), Floors: -1, Entrances: 61, Lifts: 999, BuiltYear: 3000, Areas: building.Areas{Total: ptr(-1.0)},
		Technical: building.Technical{OperatedSince: 5, Chutes: -2}, Passport: map[string]string{"secret": "x"},
	})
	require.ElementsMatch(t, []string{
		"body.areas.total", "body.built_year", "body.city_id", "body.entrances", "body.fias_id", "body.floors", "body.house", "body.lat", "body.lat", "body.lifts", "body.passport_office", "body.postcode",
		"body.street", "body.technical.chutes", "body.technical.operated_since", "body.zone",
	}, places(err))
}

func TestTwoWhoEditAtOnce(t *testing.T) {
	t.Parallel()
	c := open(t)
	b := c.house("Мира", "5")
	changed, err := c.s.Change(c.us, b.ID, b.Version, building.Card{Street: "Мира", House: "5А", Floors: 12})
	require.NoError(t, err)
	require.Equal(t, b.Version+1, changed.Version)
	_, err = c.s.Change(c.us, b.ID, b.Version, building.Card{Street: "Мира", House: "5Б"})
	require.Equal(t, "building.changed", fault.CodeOf(err))
	_, err = c.s.Change(c.them, b.ID, changed.Version, building.Card{Street: "Мира", House: "5Б"})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = c.s.Change(c.us, c.house("Мира", "7").ID, 1, building.Card{Street: "ул Мира", House: "5 а"})
	require.Equal(t, "building.exists", fault.CodeOf(err))
}

func TestArchiveAndBack(t *testing.T) {
	t.Parallel()
	c := open(t)
	b := c.house("Мира", "5")
	gone, err := c.s.Archive(c.us, b.ID, b.Version)
	require.NoError(t, err)
	require.True(t, gone.IsArchived)
	list, err := c.s.Houses(c.us, building.Filter{})
	require.NoError(t, err)
	require.Empty(t, list)
	list, err = c.s.Houses(c.us, building.Filter{Archived: true})
	require.NoError(t, err)
	require.Len(t, list, 1)
	found, err := c.s.Search(c.us, "мира 5", 0, 10)
	require.NoError(t, err)
	require.Empty(t, found, "an archived house is not found")
	_, err = c.s.Create(c.us, 0, building.Card{Street: "Мира", House: "5"})
	require.ErrorContains(t, err, "архиве")
	_, err = c.s.Archive(c.us, b.ID, gone.Version)
	require.Equal(t, "building.archived", fault.CodeOf(err))
	_, err = c.s.Restore(c.us, b.ID, gone.Version)
	require.NoError(t, err)
	found, err = c.s.Search(c.us, "мира 5", 0, 10)
	require.NoError(t, err)
	require.Len(t, found, 1)
}

func TestUnitsAreReplaced(t *testing.T) {
	t.Parallel()
	c := open(t)
	b := c.house("Мира", "5")
	us := []building.Unit{{Number: "1", Entrance: 1, Floor: 1, IsResidential: true, Area: ptr(52.4)}, {Number: "2", Entrance: 1, Floor: 1, IsResidential: true}, {Number: "аптека", Entrance: 1, Floor: 1}}
	b, err := c.s.SetUnits(c.us, b.ID, b.Version, us)
	require.NoError(t, err)
	_, units, err := c.s.Get(c.us, b.ID)
	require.NoError(t, err)
	require.Len(t, units, 3)
	one := units[0]
	require.InDelta(t, 52.4, *one.Area, 0)

	// two flats change their numbers with each other, one goes, one comes
	units[0].Number, units[1].Number = units[1].Number, units[0].Number
	b, err = c.s.SetUnits(c.us, b.ID, b.Version, append(units[:2:2], building.Unit{Number: "4", Floor: -1}))
	require.NoError(t, err)
	require.NoError(t, pg.Do(c.us, c.db, func(tx *pg.Tx) error {
		u, err := c.s.UnitAt(c.us, tx, b.ID, "2")
		require.Equal(t, one.ID, u.ID, "rows keep their ids")
		return err
	}))
	_, err = c.s.SetUnits(c.us, b.ID, b.Version-1, nil)
	require.Equal(t, "building.changed", fault.CodeOf(err))
	_, err = c.s.SetUnits(c.us, b.ID, b.Version, []building.Unit{{Number: "1А"}, {Number: "1а"}, {Number: " "}, {Number: "9", Floor: 500, Entrance: -1, Area: ptr(-1.0)}})
	require.ElementsMatch(t, []string{"body.units[1].number", "body.units[2].number", "body.units[3].floor", "body.units[3].entrance", "body.units[3].area_m2"}, places(err))
	_, err = c.s.SetUnits(c.us, b.ID, b.Version, []building.Unit{{ID: 999, Number: "1"}})
	require.Equal(t, []string{"body.units[0].id"}, places(err))
}

func TestGroups(t *testing.T) {
	t.Parallel()
	c := open(t)
	a, b := c.house("Мира", "1"), c.house("Мира", "2")
	strange, err := c.s.Create(c.them, 0, building.Card{Street: "Чужая", House: "1"})
	require.NoError(t, err)
	north, err := c.s.CreateGroup(c.us, building.Group{Name: " Север ", Buildings: []int64{b.ID, a.ID, a.ID}})
	require.NoError(t, err)
	require.Equal(t, []int64{a.ID, b.ID}, north.Buildings)
	lifts, err := c.s.CreateGroup(c.us, building.Group{Name: "С лифтами", Buildings: []int64{b.ID}})
	require.NoError(t, err)
	_, err = c.s.CreateGroup(c.us, building.Group{Name: "север"})
	require.Equal(t, "group.exists", fault.CodeOf(err))
	_, err = c.s.CreateGroup(c.us, building.Group{Name: "", Buildings: []int64{strange.ID}})
	require.ElementsMatch(t, []string{"body.name", "body.buildings"}, places(err))

	in := func(company int64, ids ...int64) (out []int64) {
		require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) (err error) {
			out, err = c.s.InGroups(c.sys, tx, company, ids)
			return err
		}))
		return out
	}
	require.Equal(t, []int64{a.ID, b.ID}, in(1, north.ID, lifts.ID), "each once")
	require.Equal(t, []int64{b.ID}, in(1, lifts.ID))
	require.Empty(t, in(2, north.ID), "a group of another company has no houses")
	list, err := c.s.Houses(c.us, building.Filter{GroupID: lifts.ID})
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "Мира, 2", building.Address(list[0], ""))

	lifts.Buildings = []int64{a.ID}
	changed, err := c.s.ChangeGroup(c.us, lifts)
	require.NoError(t, err)
	require.Equal(t, []int64{a.ID}, in(1, lifts.ID))
	_, err = c.s.ChangeGroup(c.us, lifts)
	require.Equal(t, "group.changed", fault.CodeOf(err))
	require.Equal(t, fault.NotFound, fault.KindOf(c.s.DropGroup(c.them, lifts.ID, changed.Version)))
	require.NoError(t, c.s.DropGroup(c.us, lifts.ID, changed.Version))
	require.Empty(t, in(1, lifts.ID))
	require.EqualValues(t, 4, c.one(`select count(*) from audit_entries where action like 'building_group.%'`))
}

func TestSearchForgives(t *testing.T) {
	t.Parallel()
	c := open(t)
	for _, a := range [][2]string{
		{"Белинского", "86"}, {"Белинского", "86А"}, {"Белинского", "12/1"}, {"Красноармейская", "5 корп. 2"}, {"8 Марта", "12"}, {"проспект Ленина", "40"}, {"Ленина", "40"}, {"Ёлочная", "3"}, {"Мира", "7"},
	} {
		c.house(a[0], a[1])
	}
	_, err := c.s.Create(c.them, 0, building.Card{Street: "Белинского", House: "86"})
	require.NoError(t, err)
	for q, want := range map[string]string{
		"бел 86": "Белинского, 86", "БЕЛИНСКОГО 86": "Белинского, 86", "ул. Белинского, д. 86": "Белинского, 86", "белинскво 86": "Белинского, 86", "билинского 86а": "Белинского, 86А",
		",tk 86": "Белинского, 86", "белинского 86a": "Белинского, 86А", "белинского 12 1": "Белинского, 12/1", "елочная 3": "Ёлочная, 3", "ёлочная": "Ёлочная, 3",
		"армейская 5 корп 2": "Красноармейская, 5 корп. 2", "8 марта 12": "8 Марта, 12", "пр-кт ленина 40": "проспект Ленина, 40", "бел 86 кв 45": "Белинского, 86",
	} {
		found, err := c.s.Search(c.us, q, 0, 5)
		require.NoError(t, err)
		require.NotEmpty(t, found, q)
		require.Equal(t, want, building.Address(found[0].Building, ""), q)
		for _, f := range found {
			require.EqualValues(t, 1, f.CompanyID, q)
		}
	}
	found, err := c.s.Search(c.us, "бел 86 45", 0, 5)
	require.NoError(t, err)
	require.Equal(t, "45", found[0].Unit)
	for _, q := range []string{"", "я", "ъъъъъ 1", "белинского 999"} {
		found, err = c.s.Search(c.us, q, 0, 5)
		require.NoError(t, err)
		require.Empty(t, found, q)
	}
	c.do(`update buildings set street = 'Новая' where street = 'Мира'`) // past the service: the database's own mark tells
	found, err = c.s.Search(c.us, "новая 7", 0, 5)
	require.NoError(t, err)
	require.Len(t, found, 1, "the index in memory is never old")
}

func TestAddressesInWriting(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"Белинского", "ул. Белинского", "улица Белинского", "белинского ул", "Белинского улица"},
		{"проспект Ленина", "пр-кт Ленина", "Ленина пр.", "Ленина проспект"},
		{"Сиреневый бульвар", "б-р Сиреневый"},
		{"Ёлочный пер.", "переулок Елочный"},
		{"Набережная", "ул. Набережная"},
	} {
		for _, s := range same {
			require.Equal(t, building.StreetKey(same[0]), building.StreetKey(s), s)
		}
	}
	for _, same := range [][]string{{"86А", "86а", "86 А", "д. 86а", "86A", "86 лит. А"}, {"12 корп. 2", "12к2", "12 к. 2", "12 корпус 2", "12К2"}, {"5 стр. 1", "5с1", "5 строение 1"}, {"12/1", "12\\1"}} {
		for _, s := range same {
			require.Equal(t, building.HouseKey(same[0]), building.HouseKey(s), s)
		}
	}
	require.NotEqual(t, building.StreetKey("Ленина"), building.StreetKey("проспект Ленина"))
	require.NotEqual(t, building.HouseKey("12к2"), building.HouseKey("122"))
	require.Equal(t, "86А", building.HouseName("86", "А", "", ""))
	require.Equal(t, "12 корп. 2 стр. 1", building.HouseName("12", "2", "1", ""))

	c := open(t)
	ids := map[string]int64{}
	for _, a := range [][2]string{{"Белинского", "86"}, {"Белинского", "86А"}, {"8 Марта", "12"}, {"Мира", "5 корп. 2"}, {"Мира", "7-1"}} {
		ids[a[0]+" "+a[1]] = c.house(a[0], a[1]).ID
	}
	require.NoError(t, pg.Do(c.us, c.db, func(tx *pg.Tx) error {
		d, err := c.s.Directory(c.us, tx, 1)
		require.NoError(t, err)
		for text, want := range map[string]string{
			"Белинского, 86, кв. 45": "Белинского 86|45", "г. Озёрск, ул. Белинского, д. 86, кв. 45": "Белинского 86|45", "Белинского 86-45": "Белинского 86|45", "Белинского 86 45": "Белинского 86|45",
			"620026, обл. Свердловская, г Озёрск, ул Белинского, 86а": "Белинского 86А|", "8 Марта 12 кв 3": "8 Марта 12|3", "ул. 8 Марта, 12": "8 Марта 12|", "Мира, д. 5, корп. 2, кв. 7": "Мира 5 корп. 2|7",
			"Мира 5 корп 2 кв 7": "Мира 5 корп. 2|7", "Мира, 7-1": "Мира 7-1|",
		} {
			got, unit := d.Address(text)
			house, flat := want[:len(want)-len(after(want))-1], after(want)
			require.Equal(t, []int64{ids[house]}, got, text)
			require.Equal(t, flat, unit, text)
		}
		for _, text := range []string{"", "Белинского", "Белинского 87", "Неведомая, 1", "86", "г. Другой, Белинского, 86 корп. 9"} {
			got, _ := d.Address(text)
			require.Empty(t, got, text)
		}
		return nil
	}))
}

func after(s string) string {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '|' {
			return s[i+1:]
		}
	}
	return fmt.Sprint("no flat in ", s)
}

// TestAUnitSaysWhatItIs: an office is not called a flat, wherever a place is written (H1).
func TestAUnitSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for unit, want := range map[string]string{
		"": "Мира, 2", "45": "Мира, 2, кв. 45", "45а": "Мира, 2, кв. 45а", "Н5": "Мира, 2, кв. Н5",
		"оф. 3": "Мира, 2, оф. 3", "Офис 3": "Мира, 2, Офис 3", "подвал": "Мира, 2, подвал", "кв. 7": "Мира, 2, кв. 7",
	} {
		require.Equal(t, want, building.InUnit("Мира, 2", unit), unit)
	}
}
