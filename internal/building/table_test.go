package building_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/fault"
	"d24/internal/intake"
	"d24/internal/platform/sheet/sheettest"
)

// choose takes the columns as they are guessed.
func choose(l intake.Look) (c intake.Choice) {
	c.Header = l.Header
	for _, x := range l.Columns {
		if x.Field != "" {
			c.Columns += fmt.Sprintf("%d:%s,", x.Index, x.Field)
		}
	}
	return c
}

// take hands a table in with the columns guessed and checks it.
func (c *city) take(data []byte) intake.Import {
	c.t.Helper()
	l, err := c.intake.Look(c.us, "buildings", 0, data, 0, 0)
	require.NoError(c.t, err)
	in, err := c.intake.Start(c.us, "buildings", 0, "дома.csv")
	require.NoError(c.t, err)
	in, err = c.intake.Check(c.us, "buildings", in.ID, data, choose(l))
	require.NoError(c.t, err)
	return in
}

func (c *city) apply(in intake.Import, onlyGood bool) intake.Import {
	c.t.Helper()
	in, err := c.intake.Apply(c.us, "buildings", in.ID, onlyGood)
	require.NoError(c.t, err)
	require.Equal(c.t, "applied", in.State)
	return in
}

const flats = "Улица;Дом;Этажность;Подъезд;Этаж;Квартира;Площадь;Назначение;ФИО собственника\n" +
	"ул. Мира;5;9;1;1;1;45,5;жилое;Тестов Т. Т.\n" +
	"Мира;5;9;1;1;2;;жилое;Тестов Т. Т.\n" +
	"Мира;5;9;1;0;аптека;120;нежилое;\n" +
	"Ёлочная;3 корп. 1;;;;7;;;\n"

func TestATableOfFlats(t *testing.T) {
	t.Parallel()
	c := open(t)
	in := c.take([]byte(flats))
	require.Zero(t, in.Result.Bad, in.Errors)
	require.Equal(t, 4, in.Result.Rows)
	require.Equal(t, []intake.Part{{Name: "houses", New: 2}, {Name: "units", New: 4}}, in.Result.Parts)
	require.Contains(t, strings.Join(in.Result.Notes, " "), "«ФИО собственника» не прочитан")
	require.Zero(t, c.one(`select count(*) from buildings`), "nothing changes by looking")
	in = c.apply(in, false)
	require.Equal(t, []intake.Part{{Name: "houses", New: 2}, {Name: "units", New: 4}}, in.Result.Parts)
	require.EqualValues(t, 1, c.one(`select count(*) from units u join buildings b on b.id = u.building_id where b.street = 'Мира' and b.floors = 9 and u.number = 'аптека' and not u.is_residential and u.area_m2 = 120`))
	require.Zero(t, c.one(`select count(*) from building_import_rows`)+c.one(`select count(*) from building_import_units`), "nothing is left aside")
	require.Zero(t, c.one(`select count(*) from imports, jsonb_each_text(to_jsonb(imports)) e where e.value like '%Тестов%'`), "a name is kept nowhere")
	found, err := c.s.Search(c.us, "елочная 3", 0, 5)
	require.NoError(t, err)
	require.Len(t, found, 1, "imported houses are found")

	// the same file twice changes nothing
	before := c.one(`select sum(version) from buildings`)
	again := c.take([]byte(flats))
	require.Equal(t, []intake.Part{{Name: "houses", Same: 2}, {Name: "units", Same: 4}}, again.Result.Parts)
	again = c.apply(again, false)
	require.Equal(t, []intake.Part{{Name: "houses", Same: 2}, {Name: "units", Same: 4}}, again.Result.Parts)
	require.Equal(t, before, c.one(`select sum(version) from buildings`))

	// an empty cell is not known and takes nothing away
	third := c.apply(c.take([]byte("Улица;Дом;Этажность;Квартира;Площадь\nМира;5;10;1;\nМира;5;10;2;50\n")), false)
	require.Equal(t, []intake.Part{{Name: "houses", Changed: 1}, {Name: "units", Changed: 1, Same: 1}}, third.Result.Parts)
	require.EqualValues(t, 1, c.one(`select count(*) from units where number = '1' and area_m2 = 45.5`))
	require.EqualValues(t, 10, c.one(`select floors from buildings where street = 'Мира'`))
	_, err = c.intake.Apply(c.us, "buildings", third.ID, false)
	require.Equal(t, "import.state", fault.CodeOf(err), "applied once")
}

func TestAllOrNothingByDefault(t *testing.T) {
	t.Parallel()
	c := open(t)
	data := []byte("Город;Улица;Дом;Этажность;Квартира;Подъезд\n" +
		";Мира;5;9;1;1\n;Мира;5;9;1;1\n;Мира;5;12;2;1\n;Мира;5;9;3;99\n;;5;9;4;1\n;Мира;;9;5;1\nНеведомск;Мира;5;9;6;1\n;Мира;5;девять;7;1\n;Мира;5;9;;1\n;=A1;5;9;8;1\n;Мира;6;7.9E+10;1;1\n;Мира;5;9;9;1\n")
	in := c.take(data)
	require.Equal(t, 12, in.Result.Rows)
	require.Equal(t, 10, in.Result.Bad)
	got := map[int]string{}
	for _, e := range in.Errors {
		got[e.Line] = e.Field + ": " + e.Message
	}
	for line, want := range map[int]string{
		3: "Квартира: эта квартира уже есть в строке 2", 4: "Этажность: о доме сказано иное, чем в строке 2", 5: "Подъезд: целое число от 0 до 60", 6: "Улица: улица не указана",
		7: "Дом: номер дома не указан", 8: "Город: такого города", 9: "Этажность: нужно целое число", 10: "Квартира: номер квартиры не указан", 11: "Улица: в ячейке формула", 12: "Этажность: таблица записала число сокращённо",
	} {
		require.Contains(t, got[line], want, "line %d", line)
	}
	_, err := c.intake.Apply(c.us, "buildings", in.ID, false)
	require.Equal(t, "import.bad_rows", fault.CodeOf(err))
	require.Zero(t, c.one(`select count(*) from buildings`))
	in = c.apply(in, true)
	require.True(t, in.Result.OnlyGood)
	require.Equal(t, []intake.Part{{Name: "houses", New: 1}, {Name: "units", New: 2}}, in.Result.Parts)
	n := 0
	require.NoError(t, c.intake.Errors(c.us, "buildings", in.ID, func(intake.Error) bool { n++; return true }))
	require.Equal(t, 10, n, "errors can still be fetched")
	require.Equal(t, fault.NotFound, fault.KindOf(c.intake.Errors(c.them, "buildings", in.ID, func(intake.Error) bool { return true })))
}

// The columns of the open registry and of OpenStreetMap are known by themselves.
func TestKnownTables(t *testing.T) {
	t.Parallel()
	c := open(t)
	const registry = `"id";"region_id";"formalname_region";"shortname_city";"formalname_city";"shortname_street";"formalname_street";"house_number";"building";"block";"letter";"address";"houseguid";"management_organization_id";"built_year";"exploitation_start_year";"house_type";"is_alarm";"floor_count_max";"floor_count_min";"entrance_count";"elevators_count";"quarters_count";"living_quarters_count";"unliving_quarters_count";"area_total";"area_residential";"area_common_property";"playground";"wall_material";"electrical_entries_count";"hot_water_type"
"1";"66";"Свердловская";"г";"Озёрск";"ул";"Белинского";"86";"";"А";"";"обл. …";"0c5b2444-70a0-4932-980c-b4dc0d3f02b5";"5";"1978";"1979";"Многоквартирный дом";"Нет";"9";"9";"4";"4";"144";"142";"2";"7318.50";"6900.1";"Не заполнено";"";"Панель";"2";"Не заполнено"
"2";"66";"Свердловская";"г";"Озёрск";"пр-кт";"Ленина";"12";"1";"2";"";"обл. …";"1c5b2444-70a0-4932-980c-b4dc0d3f02b5";"5";"";"";"";"";"";"";"";"";"";"";"";"";"";"";"";"";"";""
`
	in := c.apply(c.take([]byte(registry)), false)
	require.Equal(t, []intake.Part{{Name: "houses", New: 2}}, in.Result.Parts, in.Errors)
	require.EqualValues(t, 1, c.one(`select count(*) from buildings where street = 'Белинского' and house = '86А' and fias_id = '0c5b2444-70a0-4932-980c-b4dc0d3f02b5' and floors = 9 and entrances = 4 and lifts = 4
		and built_year = 1978 and region = 'Свердловская' and area_total = 7318.5 and area_common is null and technical->>'wall_material' = 'Панель' and technical->>'electrical_inputs' = '2'
		and technical->>'flats' = '142' and not technical ? 'hot_water' and origin = 'registry'`))
	require.EqualValues(t, 1, c.one(`select count(*) from buildings where street = 'проспект Ленина' and house = '12 корп. 2 стр. 1'`))

	const osm = "osm_id;city;district;street;house_number;postcode;building;levels;material;start_date;lat;lon;footprint_m2;est_flats;est_entrances;est_lifts\n" +
		"way/1;Озёрск;Центр;Лесная улица;12;620000;apartments;6;brick;1978-05;56.80256;60.604087;1447;51;3;3\n"
	l, err := c.intake.Look(c.us, "buildings", 0, []byte(osm), 0, 0)
	require.NoError(t, err)
	ch := choose(l)
	require.NotContains(t, ch.Columns, "structure", "«building» is the sort of the house there: apartments")
	in = c.apply(c.take([]byte(osm)), false)
	require.Equal(t, []intake.Part{{Name: "houses", New: 1}}, in.Result.Parts, in.Errors)
	require.EqualValues(t, 1, c.one(`select count(*) from buildings where street = 'Лесная' and house = '12' and origin = 'osm' and built_year = 1978 and floors = 6 and lat = 56.80256 and technical->>'wall_material' = 'brick'`))
}

func TestABookWithFormulasAndMergedCells(t *testing.T) {
	t.Parallel()
	c := open(t)
	in := c.take(sheettest.XLSX([][]any{
		{"Список домов"}, {"Улица", "Дом", "Квартира"}, {"Мира", 5, 1}, {"", 5, 2}, {"Мира", sheettest.Raw(`<f>B3</f><v>5</v>`), 3}, {"Мира", 5, 4},
	}, "A3:A4"))
	require.Equal(t, 2, in.Result.Bad)
	require.Equal(t, 4, in.Errors[0].Line)
	require.Contains(t, in.Errors[0].Message, "объединена")
	require.Contains(t, in.Errors[1].Message, "формула")
	require.Equal(t, []intake.Part{{Name: "houses", New: 1}, {Name: "units", New: 2}}, in.Result.Parts)
}

func TestColumnsAreChosenByAPerson(t *testing.T) {
	t.Parallel()
	c := open(t)
	data := []byte("а;б;в;Жилец\nМира;5;1;Тестова Мария Ивановна\nМира;5;2;Тестов Иван Иванович\n")
	in, err := c.intake.Start(c.us, "buildings", 0, "x.csv")
	require.NoError(t, err)
	for columns, want := range map[string]string{
		"": "столбец «Улица»", "0:street": "столбец «Дом»", "0:street,1:house,2:house": "выбрано дважды", "0:street,1:house,9:unit": "выбраны непонятно", "x": "выбраны непонятно",
		"0:street,1:house,3:unit": "имена людей", "0:street,1:house,2:floor": "номером квартиры", "0:street,1:house,2:secret": "выбраны непонятно",
	} {
		_, err := c.intake.Check(c.us, "buildings", in.ID, data, intake.Choice{Columns: columns})
		require.Equal(t, []string{"query.columns"}, places(err), columns)
		require.ErrorContains(t, err, want, columns)
	}
	_, err = c.intake.Check(c.them, "buildings", in.ID, data, intake.Choice{Columns: "0:street,1:house"})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	in, err = c.intake.Check(c.us, "buildings", in.ID, data, intake.Choice{Columns: "0:street,1:house,2:unit"})
	require.NoError(t, err)
	require.Equal(t, []intake.Part{{Name: "houses", New: 1}, {Name: "units", New: 2}}, in.Result.Parts)
}

// TestAKilledImportLeavesNothing: the connection dies half-way, in the reading and in the applying.
func TestAKilledImportLeavesNothing(t *testing.T) {
	t.Parallel()
	c := open(t)
	data := table(40, 25)
	in := c.take(data)
	held := c.owner() // the twentieth flat waits for this session
	c.exec(held, `create function slow() returns trigger language plpgsql as $$ begin if new.number = '20' then perform pg_advisory_xact_lock(777); end if; return new; end $$;
		create trigger slow before insert on units for each row execute function slow(); select pg_advisory_lock(777)`)
	done := make(chan error, 1)
	go func() {
		_, err := c.intake.Apply(c.us, "buildings", in.ID, false)
		done <- err
	}()
	const waiting = ` from pg_locks where locktype = 'advisory' and objid = 777 and not granted and database = (select oid from pg_database where datname = current_database())`
	require.Eventually(t, func() bool { return c.one(`select count(*)`+waiting) > 0 }, 20*time.Second, 10*time.Millisecond)
	got, err := c.intake.Get(c.us, "buildings", in.ID)
	require.NoError(t, err)
	require.Equal(t, "applying", got.Step, "others see how far it is")
	_, err = c.intake.Apply(c.us, "buildings", in.ID, false)
	require.Equal(t, "import.turn", fault.CodeOf(err), "one table of a company at a time")
	c.exec(held, `select pg_terminate_backend(pid)`+waiting)
	require.Error(t, <-done)
	require.Zero(t, c.one(`select count(*) from buildings`)+c.one(`select count(*) from units`), "nothing of it is there")
	c.exec(held, `select pg_advisory_unlock(777); drop trigger slow on units`)

	ctx, cancel := context.WithCancel(c.us)
	cancel()
	_, err = c.intake.Apply(ctx, "buildings", in.ID, false)
	require.Error(t, err)
	in = c.apply(in, false) // and it may be tried again
	require.Equal(t, []intake.Part{{Name: "houses", New: 40}, {Name: "units", New: 1000}}, in.Result.Parts)
}

// table is houses times flats as CSV.
func table(houses, flats int) []byte {
	var b bytes.Buffer
	b.WriteString("Улица;Дом;Этажность;Подъездов;Год постройки;Квартира;Подъезд;Этаж;Площадь\n")
	for h := range houses {
		for f := range flats {
			fmt.Fprintf(&b, "Улица %d-я;%d;9;4;1978;%d;%d;%d;45,8\n", h/50+1, h%50+1, f+1, f/36%4+1, f/4%9+1)
		}
	}
	return b.Bytes()
}

// TestTwoHundredThousandUnits runs by hand: D24_LONG=1. The figure is in docs/benchmarks.md.
func TestTwoHundredThousandUnits(t *testing.T) {
	houses := 50 // a short form for every day
	if os.Getenv("D24_LONG") != "" {
		houses = 2000
	}
	c := open(t)
	start := time.Now() //nolint:forbidigo // a real duration is measured
	in := c.take(table(houses, 100))
	checked := time.Since(start) //nolint:forbidigo // a real duration is measured
	in = c.apply(in, false)
	t.Logf("%d units: checked in %v, whole %v", houses*100, checked, time.Since(start)) //nolint:forbidigo // a real duration is measured
	require.Equal(t, []intake.Part{{Name: "houses", New: houses}, {Name: "units", New: houses * 100}}, in.Result.Parts)
	require.Less(t, time.Since(start), time.Minute) //nolint:forbidigo // the limit of H4
}
