package contact_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/clock/clocktest"
	"d24/internal/contact"
	"d24/internal/fault"
	"d24/internal/intake"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
)

var noon = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

// houses is what app supplies.
type houses struct{ *building.Service }

func (h houses) Directory(ctx context.Context, tx *pg.Tx, companyID int64) (contact.Directory, error) {
	return h.Service.Directory(ctx, tx, companyID)
}

func (h houses) Find(ctx context.Context, q string, companyID int64) (ids []int64, unit string, err error) {
	found, err := h.Search(ctx, q, companyID, 100)
	for _, f := range found {
		ids, unit = append(ids, f.ID), f.Unit
	}
	return ids, unit, err
}

type city struct {
	t        testing.TB
	db       *pg.DB
	s        *contact.Service
	intake   *intake.Service
	clock    *clocktest.Clock
	us, them context.Context
	sys      context.Context
	mira     int64 // Мира, 5 with the flats 1–20
	bare     int64 // Лесная, 1, whose flats are not known
}

func open(t testing.TB) *city {
	t.Helper()
	c := &city{t: t, clock: clocktest.New(noon), sys: access.AsSystem(context.Background(), "test")}
	c.db = pgtest.New(t, c.clock)
	h := houses{building.NewService(c.db)}
	c.s = contact.NewService(c.db, h)
	c.intake = intake.NewService(c.db, contact.NewTable(h))
	c.us = access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: 1, Name: "Админ", Grants: access.RoleGrants(access.Admin, 1, 0)})
	c.them = access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: 2, Name: "Другой", Grants: access.RoleGrants(access.Admin, 2, 0)})
	c.do(`insert into cities (name, zone) values ('Озёрск', 'Asia/Yekaterinburg')`)
	c.do(`insert into companies (name, city_id, zone, created_at) select 'УК ' || n, 1, 'Asia/Yekaterinburg', '2026-01-01' from generate_series(1, 2) n`)
	const house = `insert into buildings (company_id, city_id, street, house, zone, search, created_at) values ($1, 1, $2, $3, 'Asia/Yekaterinburg', '', '2026-01-01') returning id`
	c.mira, c.bare = c.one(house, 1, "Мира", "5"), c.one(house, 1, "Лесная", "1")
	c.one(house, 2, "Чужая", "1")
	c.do(`insert into units (company_id, building_id, number) select 1, $1, n::text from generate_series(1, 20) n`, c.mira)
	return c
}

func (c *city) do(q string, args ...any) {
	c.t.Helper()
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(c.sys, q, args...)
		return err
	}))
}

func (c *city) one(q string, args ...any) (n int64) {
	c.t.Helper()
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error { return tx.QueryRow(c.sys, q, args...).Scan(&n) }))
	return n
}

func (c *city) add(phone, unit string) contact.Contact {
	c.t.Helper()
	x, err := c.s.Add(c.us, contact.New{Phone: phone, BuildingID: c.mira, Unit: unit})
	require.NoError(c.t, err)
	return x
}

func (c *city) known(phone string) (units []string) {
	c.t.Helper()
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		ks, err := c.s.ByPhone(c.sys, tx, phone, tx.Now)
		for _, k := range ks {
			units = append(units, k.Unit)
		}
		return err
	}))
	return units
}

func TestANumberHasManyFlatsAndAFlatManyNumbers(t *testing.T) {
	t.Parallel()
	c := open(t)
	first := c.add("8 (900) 000-00-01", "кв. 5")
	require.Equal(t, "5", first.Unit, "as the house has it")
	require.Equal(t, "mobile", first.Kind)
	require.Equal(t, "Мира, 5", first.Address)
	c.clock.Set(noon.Add(time.Hour))
	second := c.add("+79000000001", "7")
	c.add("8 343 123-45-67", "7")
	require.Equal(t, []string{"7", "5"}, c.known("+79000000001"), "the last confirmed first")

	_, err := c.s.Mark(c.us, second.ID, contact.Wrong)
	require.NoError(t, err)
	require.Equal(t, []string{"5", "7"}, c.known("+79000000001"), "a doubted one comes later")
	_, err = c.s.Mark(c.us, second.ID, contact.Confirmed)
	require.NoError(t, err)
	require.Equal(t, []string{"7", "5"}, c.known("+79000000001"))
	_, err = c.s.Mark(c.us, second.ID, contact.MovedAway)
	require.NoError(t, err)
	require.Equal(t, []string{"5"}, c.known("+79000000001"))
	x, err := c.s.Mark(c.us, first.ID, contact.Consent)
	require.NoError(t, err)
	require.True(t, *x.IsConsenting)
	require.Equal(t, noon.Add(time.Hour), x.ConsentAt.UTC())
	_, err = c.s.Mark(c.them, first.ID, contact.Wrong)
	require.Equal(t, fault.NotFound, fault.KindOf(err))

	for q, want := range map[string]int{"": 2, "900 000": 1, "8 900 000 00 01": 1, "0001": 1, "мира 5": 2, "мира 5 7": 1, "лесная": 0, "нет такой": 0} {
		got, _, err := c.s.List(c.us, contact.Filter{Text: q})
		require.NoError(t, err)
		require.Len(t, got, want, q)
	}
	got, _, err := c.s.List(c.us, contact.Filter{MovedAway: true, Unit: "7", BuildingID: c.mira})
	require.NoError(t, err)
	require.Len(t, got, 2)
	got, next, err := c.s.List(c.us, contact.Filter{MovedAway: true, Limit: 2})
	require.NoError(t, err)
	require.Len(t, got, 2)
	rest, next, err := c.s.List(c.us, contact.Filter{MovedAway: true, Limit: 2, Cursor: next})
	require.NoError(t, err)
	require.Len(t, rest, 1)
	require.Empty(t, next)
	none, _, err := c.s.List(c.them, contact.Filter{CompanyID: 1})
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestWhatIsNoContact(t *testing.T) {
	t.Parallel()
	c := open(t)
	_, err := c.s.Add(c.us, contact.New{Phone: "112", BuildingID: c.mira, Unit: "99"})
	var f *fault.Error
	require.True(t, fault.As(err, &f))
	require.Len(t, f.Fields, 2)
	_, err = c.s.Add(c.us, contact.New{Phone: "+79000000001", BuildingID: c.bare, Unit: "Тестова Мария"})
	require.Equal(t, "contact.incomplete", fault.CodeOf(err), "no name in the place of a flat")
	_, err = c.s.Add(c.them, contact.New{Phone: "+79000000001", BuildingID: c.mira, Unit: "1"})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestErasure(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.add("+79000000001", "5")
	c.add("+79000000001", "6")
	c.add("+79000000002", "6")
	c.do(`insert into contacts (company_id, phone, building_id, unit, source, first_seen_at, last_confirmed_at) select 2, '+79000000001', id, '', 'call', $1, $1 from buildings where company_id = 2`, noon)
	n, err := c.s.Erase(c.us, 0, "8 900 000 00 01")
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.EqualValues(t, 1, c.one(`select count(*) from contacts where phone = '+79000000001'`), "another company keeps its own")
	require.Zero(t, c.one(`select count(*) from audit_entries where data::text like '%79000000001%' or data::text like '%000-00-01%'`), "the journal does not keep what was erased")
	require.EqualValues(t, 1, c.one(`select count(*) from audit_entries where action = 'contact.erase' and data->>'rows' = '2'`))
	_, err = c.s.Erase(c.us, 2, "8 900 000 00 01")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = c.s.Erase(c.us, 0, "нет")
	require.Equal(t, "phone.bad", fault.CodeOf(err))
}

// The eighteen kinds of bad rows (R20): phone, address, flat, consent, date, and a word of the reason.
var kinds = [][6]string{
	{"7,9E+10", "Мира, 5", "1", "", "", "сокращённо"},
	{"900 000-00-1", "Мира, 5", "1", "", "", "не хватает цифры"},
	{"89000000001, 89000000002", "Мира, 5", "1", "", "", "несколько номеров"},
	{"8 343 123-45-67 доб. 12", "Мира, 5", "1", "", "", "добавочным"},
	{"89ОО0000001", "Мира, 5", "1", "", "", "вместо нуля"},
	{"", "Мира, 5", "1", "", "", "номер не указан"},
	{"нет телефона", "Мира, 5", "1", "", "", "буквы"},
	{"112", "Мира, 5", "1", "", "", "короткий"},
	{"8900000000123", "Мира, 5", "1", "", "", "лишние цифры"},
	{"=A1", "Мира, 5", "1", "", "", "формула"},
	{"#Н/Д", "Мира, 5", "1", "", "", "ошибка таблицы"},
	{"+7 012 345-67-89", "Мира, 5", "1", "", "", "кодов"},
	{"123-45-67", "Мира, 5", "1", "", "", "нет кода города"},
	{"89000000001", "Неведомая, 7", "1", "", "", "нет среди домов"},
	{"89000000001", "", "1", "", "", "адрес не указан"},
	{"89000000001", "Мира, 5", "99", "", "", "нет такой квартиры"},
	{"89000000001", "Мира, 5", "1", "может быть", "", "«да» или «нет»"},
	{"89000000001", "Мира, 5", "1", "", "31.02.2026", "нужна дата"},
}

// generated is n rows, every twentieth bad in its turn, with a column of names; good
// ones are unlike each other. It returns the reasons by lines.
func generated(n int) ([]byte, map[int]string) {
	var b bytes.Buffer
	bad := map[int]string{}
	b.WriteString("ФИО;Телефон;Адрес;Квартира;Согласие;Дата подтверждения\n")
	for i := range n {
		if i%20 == 7 {
			k := kinds[i/20%len(kinds)]
			fmt.Fprintf(&b, "Тестов Пётр Петрович;\"%s\";\"%s\";%s;%s;%s\n", k[0], k[1], k[2], k[3], k[4])
			bad[i+2] = k[5]
			continue
		}
		fmt.Fprintf(&b, "Тестов Пётр Петрович;8 (9%02d) %03d-%02d-%02d;\"ул. Мира, д. 5\";кв. %d;%s;12.10.2025\n", i/10_000_000, i/10_000%1000, i/100%100, i%100, i%20+1, []string{"да", "нет", ""}[i%3])
	}
	return b.Bytes(), bad
}

func (c *city) check(data []byte) intake.Import {
	c.t.Helper()
	l, err := c.intake.Look(c.us, "contacts", 0, data, 0, 0)
	require.NoError(c.t, err)
	ch := intake.Choice{Header: l.Header}
	for _, x := range l.Columns {
		if x.Field != "" {
			ch.Columns += fmt.Sprintf("%d:%s,", x.Index, x.Field)
		}
		require.Equal(c.t, x.Heading == "ФИО", x.IsNames)
	}
	in, err := c.intake.Start(c.us, "contacts", 0, "жители.csv")
	require.NoError(c.t, err)
	in, err = c.intake.Check(c.us, "contacts", in.ID, data, ch)
	require.NoError(c.t, err)
	return in
}

// TestImportOfContacts is R20, 20,000 rows every day and 200,000 by hand (D24_LONG=1):
// at most 60 s and 256 MB, every bad row with its number and reason, no name kept
// anywhere, the second time nothing changes.
func TestImportOfContacts(t *testing.T) {
	n := 20_000
	if os.Getenv("D24_LONG") != "" {
		n = 200_000
	}
	c := open(t)
	data, bad := generated(n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now() //nolint:forbidigo // a real duration is measured
	in := c.check(data)
	checked := time.Since(start) //nolint:forbidigo // a real duration is measured
	require.Equal(t, n, in.Result.Rows)
	require.Equal(t, len(bad), in.Result.Bad)
	require.Equal(t, []intake.Part{{Name: "contacts", New: n - len(bad)}}, in.Result.Parts)
	require.Contains(t, strings.Join(in.Result.Notes, " "), "«ФИО» не прочитан")
	seen := map[int]string{}
	require.NoError(t, c.intake.Errors(c.us, "contacts", in.ID, func(e intake.Error) bool { seen[e.Line] += e.Message; return true }))
	require.Len(t, seen, len(bad))
	for line, why := range bad {
		require.Contains(t, seen[line], why, "line %d", line)
	}
	_, err := c.intake.Apply(c.us, "contacts", in.ID, false)
	require.Equal(t, "import.bad_rows", fault.CodeOf(err))
	require.Zero(t, c.one(`select count(*) from contacts`))
	_, err = c.intake.Apply(c.us, "contacts", in.ID, true)
	require.NoError(t, err)
	whole := time.Since(start) //nolint:forbidigo // a real duration is measured
	runtime.ReadMemStats(&after)
	t.Logf("%d rows: checked in %v, whole %v, memory +%d MB", n, checked, whole, (int64(after.Sys)-int64(before.Sys))>>20)
	require.Less(t, whole, time.Minute)
	require.Less(t, int64(after.Sys)-int64(before.Sys), int64(256<<20))
	require.EqualValues(t, n-len(bad), c.one(`select count(*) from contacts where source = 'import' and kind = 'mobile'`))
	for _, table := range []string{"contacts", "imports", "import_errors", "contact_import_rows", "audit_entries"} {
		require.Zero(t, c.one(`select count(*) from `+table+` t where t::text like '%Петров%'`), "a name in %s", table)
	}

	again := c.check(data)
	require.Equal(t, []intake.Part{{Name: "contacts", Same: n - len(bad)}}, again.Result.Parts)
	again, err = c.intake.Apply(c.us, "contacts", again.ID, true)
	require.NoError(t, err)
	require.Equal(t, []intake.Part{{Name: "contacts", Same: n - len(bad)}}, again.Result.Parts, "the second time changes 0 rows")

	later := c.check([]byte("Телефон;Адрес;Квартира;Согласие;Дата подтверждения\n8 (900) 000-00-00;ул. Мира, д. 5;кв. 1;нет;20.11.2026\n8 (900) 000-00-01;Мира, 5;2;;\n"))
	require.Equal(t, []intake.Part{{Name: "contacts", Changed: 1, Same: 1}}, later.Result.Parts)
	later, err = c.intake.Apply(c.us, "contacts", later.ID, false)
	require.NoError(t, err)
	require.Equal(t, []intake.Part{{Name: "contacts", Changed: 1, Same: 1}}, later.Result.Parts)
	require.EqualValues(t, 1, c.one(`select count(*) from contacts where not is_consenting and phone = '+79000000000' and last_confirmed_at = '2026-11-20'`))
}

// TestNamesAreDroppedWhateverTheHeading: by what stands in the cells, too.
func TestNamesAreDroppedWhateverTheHeading(t *testing.T) {
	t.Parallel()
	c := open(t)
	l, err := c.intake.Look(c.us, "contacts", 0, []byte("Кто;Телефон;Адрес;Контактное лицо;Номер собственника\nТестова Мария Ивановна;89000000001;Мира, 5;x;89000000001\nТестов И. П.;89000000002;Мира, 5;y;89000000002\n"), 0, 0)
	require.NoError(t, err)
	names := map[string]bool{}
	for _, x := range l.Columns {
		names[x.Heading] = x.IsNames
		if x.IsNames {
			require.Empty(t, x.Samples)
		}
	}
	require.Equal(t, map[string]bool{"Кто": true, "Телефон": false, "Адрес": false, "Контактное лицо": true, "Номер собственника": false}, names)
}

// TestAKilledImportLeavesNothing: the connection dies half-way, the table may be applied again.
func TestAKilledImportLeavesNothing(t *testing.T) {
	t.Parallel()
	c := open(t)
	data, bad := generated(12_000)
	good := 12_000 - len(bad)
	in := c.check(data)
	var name string
	require.NoError(t, c.db.Pool.QueryRow(t.Context(), `select current_database()`).Scan(&name))
	held, err := pgx.Connect(t.Context(), pgtest.URL(name)) // the last row waits for this session
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, held.Close(context.Background())) })
	exec := func(q string) {
		t.Helper()
		_, err := held.Exec(t.Context(), q)
		require.NoError(t, err)
	}
	exec(`create function slow() returns trigger language plpgsql as $$ begin if new.phone = '+79000001199' then perform pg_advisory_xact_lock(777); end if; return new; end $$;
		create trigger slow before insert on contacts for each row execute function slow(); select pg_advisory_lock(777)`)
	done := make(chan error, 1)
	go func() {
		_, err := c.intake.Apply(c.us, "contacts", in.ID, true)
		done <- err
	}()
	const waiting = ` from pg_locks where locktype = 'advisory' and objid = 777 and not granted and database = (select oid from pg_database where datname = current_database())`
	require.Eventually(t, func() bool { return c.one(`select count(*)`+waiting) > 0 }, 20*time.Second, 10*time.Millisecond)
	exec(`select pg_terminate_backend(pid)` + waiting)
	require.Error(t, <-done)
	require.Zero(t, c.one(`select count(*) from contacts`)+c.one(`select count(*) from audit_entries`), "nothing of it is there")
	exec(`select pg_advisory_unlock(777); drop trigger slow on contacts`)
	in, err = c.intake.Apply(c.us, "contacts", in.ID, true)
	require.NoError(t, err)
	require.Equal(t, []intake.Part{{Name: "contacts", New: good}}, in.Result.Parts)
	require.EqualValues(t, good, c.one(`select count(*) from contacts`))
}
