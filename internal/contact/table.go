package contact

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/intake"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/platform/sheet"
)

// Table takes tables of phones by addresses in (K2). There is no field for a name.
type Table struct{ houses Houses }

// NewTable returns the kind of tables for intake.
func NewTable(h Houses) Table { return Table{h} }

// Name is what imports of contacts are called.
func (Table) Name() string { return "contacts" }

var tableFields = []intake.Field{
	{Key: "phone", Label: "Телефон", IsRequired: true, Words: []string{"номер телефона", "тел", "мобильный", "сотовый", "моб", "телефоны", "контактный телефон", "phone", "msisdn"}},
	{Key: "address", Label: "Адрес целиком", Words: []string{"адрес", "address", "адрес помещения", "адрес проживания"}},
	{Key: "city", Label: "Город", Words: []string{"city", "населенный пункт"}},
	{Key: "street", Label: "Улица", Words: []string{"street", "formalname_street"}},
	{Key: "house", Label: "Дом", Words: []string{"house", "house_number", "номер дома", "№ дома", "д"}},
	{Key: "block", Label: "Корпус", Words: []string{"block", "корп"}},
	{Key: "unit", Label: "Квартира", Words: []string{"номер квартиры", "№ квартиры", "кв", "помещение", "flat", "unit"}},
	{Key: "consent", Label: "Согласие на сообщения", Words: []string{"согласие", "consent", "рассылка"}},
	{Key: "confirmed", Label: "Дата подтверждения", Words: []string{"подтверждено", "дата обновления", "актуально на", "дата", "confirmed"}},
}

// Fields are the columns known.
func (Table) Fields() []intake.Field { return tableFields }

// Fit asks for an address, whole or in parts.
func (Table) Fit(chosen map[string]int) error {
	_, whole := chosen["address"]
	_, street := chosen["street"]
	_, house := chosen["house"]
	switch {
	case whole && (street || house):
		return fault.New(fault.Invalid, "import.columns", "Выберите адрес целиком или улицу и дом, не то и другое.").At("query.columns", "адрес выбран дважды")
	case !whole && !(street && house):
		return fault.New(fault.Invalid, "import.columns", "Нужен адрес: целиком в одном столбце или улица и дом.").At("query.columns", "не выбран адрес")
	}
	return nil
}

type stagedRow struct {
	line       int
	phone      string
	buildingID int64
	unit, kind string
	consent    *bool
	confirmed  *time.Time
}

type reading struct {
	tx   *pg.Tx
	in   intake.Import
	dir  Directory
	rows []stagedRow
	seen map[string]int // phone, house, flat → line
}

// Open reads the addresses the rows are compared with.
func (t Table) Open(ctx context.Context, tx *pg.Tx, in intake.Import) (intake.Reader, error) {
	d, err := t.houses.Directory(ctx, tx, in.CompanyID)
	return &reading{tx: tx, in: in, dir: d, seen: map[string]int{}}, err
}

// Read judges a row.
func (r *reading) Read(ctx context.Context, rec intake.Record) ([]intake.Bad, error) {
	row := stagedRow{line: rec.Line}
	var bad []intake.Bad
	number, why := readPhone(rec.Text("phone"))
	if why != "" {
		bad = append(bad, intake.Bad{Key: "phone", Value: noLetters(rec.Text("phone")), Message: why})
	}
	row.phone, row.kind = number, phone.Sort(number)
	id, unit, b := r.place(rec)
	if b != nil {
		bad = append(bad, *b)
	}
	row.buildingID, row.unit = id, unit
	if s := rec.Text("consent"); s != "" {
		is, ok := consents[strings.ToLower(s)]
		if !ok {
			bad = append(bad, intake.Bad{Key: "consent", Value: noLetters(s), Message: "нужно «да» или «нет»"})
		}
		row.consent = &is
	}
	if c := rec.Cell("confirmed"); c.Text != "" {
		at, why := readDay(c, r.tx.Now)
		if why != "" {
			bad = append(bad, intake.Bad{Key: "confirmed", Value: noLetters(c.Text), Message: why})
		}
		row.confirmed = &at
	}
	if len(bad) > 0 {
		return bad, nil
	}
	key := fmt.Sprint(row.phone, " ", row.buildingID, " ", row.unit)
	if first, twice := r.seen[key]; twice {
		return []intake.Bad{{Key: "phone", Value: row.phone, Message: fmt.Sprintf("этот номер у этой квартиры уже есть в строке %d", first)}}, nil
	}
	r.seen[key] = rec.Line
	if r.rows = append(r.rows, row); len(r.rows) >= 5000 {
		return nil, r.flush(ctx)
	}
	return nil, nil
}

var consents = map[string]bool{"да": true, "1": true, "+": true, "yes": true, "true": true, "есть": true, "согласен": true, "нет": false, "0": false, "-": false, "no": false, "false": false, "отказ": false, "не согласен": false}

// place finds the house and the flat of a row.
func (r *reading) place(rec intake.Record) (id int64, unit string, bad *intake.Bad) {
	no := func(key, message string) (int64, string, *intake.Bad) {
		return 0, "", &intake.Bad{Key: key, Value: rec.Text(key), Message: message}
	}
	var ids []int64
	key := "address"
	if rec.Has("address") {
		if rec.Text("address") == "" {
			return no("address", "адрес не указан")
		}
		ids, unit = r.dir.Address(rec.Text("address"))
	} else {
		key = "house"
		city := r.dir.City(rec.Text("city"))
		house := rec.Text("house")
		if b := rec.Text("block"); b != "" {
			house += " корп. " + b
		}
		switch {
		case rec.Text("street") == "":
			return no("street", "улица не указана")
		case rec.Text("house") == "":
			return no("house", "дом не указан")
		case city == 0:
			return no("city", "такого города в системе нет")
		}
		ids = r.dir.House(city, rec.Text("street"), house)
	}
	switch {
	case len(ids) == 0:
		return no(key, "такого дома нет среди домов компании")
	case len(ids) > 1:
		return no(key, "подходит несколько домов: напишите адрес точнее")
	}
	if s := rec.Text("unit"); s != "" {
		unit = s
	}
	if unit == "" {
		return ids[0], "", nil
	}
	number, known := r.dir.Unit(ids[0], unit)
	if !known || !isUnit(number) {
		return 0, "", &intake.Bad{Key: "unit", Value: noLetters(unit), Message: "в доме нет такой квартиры"}
	}
	return ids[0], number, nil
}

var unitForm = regexp.MustCompile(`^(?i)(\d{1,5}\s?[а-яa-z]?([/-]\d{1,4}[а-я]?)?|(оф|офис|пом|помещение|ком|комната|кв|бокс|подвал|чердак|аптека|магазин|кафе|н|жп|нп)[\s.№-]*\d{0,4}[а-я]?)$`)

// isUnit keeps names out of the place of a flat: a number, or a room's word.
func isUnit(s string) bool { return unitForm.MatchString(s) }

func (r *reading) flush(ctx context.Context) error {
	n := len(r.rows)
	if n == 0 {
		return nil
	}
	lines, phones, ids, units, kinds := make([]int, n), make([]string, n), make([]int64, n), make([]string, n), make([]string, n)
	consent, at := make([]*bool, n), make([]*time.Time, n)
	for i, x := range r.rows {
		lines[i], phones[i], ids[i], units[i], kinds[i], consent[i], at[i] = x.line, x.phone, x.buildingID, x.unit, x.kind, x.consent, x.confirmed
	}
	r.rows = r.rows[:0]
	_, err := r.tx.Exec(ctx, `insert into contact_import_rows (company_id, import_id, line, phone, building_id, unit, kind, is_consenting, confirmed_at)
		select $1, $2, * from unnest($3::int[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::bool[], $9::timestamptz[])`,
		r.in.CompanyID, r.in.ID, lines, phones, ids, units, kinds, consent, at)
	return err
}

// differs tells that a table knows more of a contact than is written.
const differs = `(s.is_consenting is distinct from coalesce(c.is_consenting, not s.is_consenting) and s.is_consenting is not null or s.confirmed_at > c.last_confirmed_at)`

// Close counts what would become of the rows.
func (r *reading) Close(ctx context.Context) ([]intake.Part, error) {
	if err := r.flush(ctx); err != nil {
		return nil, err
	}
	p := intake.Part{Name: "contacts"}
	err := r.tx.QueryRow(ctx, `select count(*) filter (where c.id is null), count(*) filter (where c.id is not null and `+differs+`), count(*) filter (where c.id is not null and (`+differs+`) is not true)
		from contact_import_rows s left join contacts c on c.company_id = s.company_id and c.phone = s.phone and c.building_id = s.building_id and c.unit = s.unit
		where s.import_id = $1`, r.in.ID).Scan(&p.New, &p.Changed, &p.Same)
	return []intake.Part{p}, err
}

// Apply makes the contacts kept aside real.
func (Table) Apply(ctx context.Context, tx *pg.Tx, in intake.Import) ([]intake.Part, error) {
	p := intake.Part{Name: "contacts"}
	var all int
	if err := tx.QueryRow(ctx, `select count(*) from contact_import_rows where import_id = $1`, in.ID).Scan(&all); err != nil {
		return nil, err
	}
	err := tx.QueryRow(ctx, `with done as (
			insert into contacts as c (company_id, phone, building_id, unit, source, kind, is_consenting, consent_at, first_seen_at, last_confirmed_at)
			select s.company_id, s.phone, s.building_id, s.unit, 'import', s.kind, s.is_consenting, case when s.is_consenting is null then null else $2::timestamptz end, $2, coalesce(s.confirmed_at, $2)
			from contact_import_rows s where s.import_id = $1 order by s.line
			on conflict (company_id, phone, building_id, unit) do nothing returning 1)
		select count(*) from done`, in.ID, tx.Now).Scan(&p.New)
	if err != nil {
		return nil, err
	}
	tag, err := tx.Exec(ctx, `update contacts c set is_consenting = coalesce(s.is_consenting, c.is_consenting),
			consent_at = case when s.is_consenting is null or s.is_consenting = c.is_consenting then c.consent_at else $2 end, last_confirmed_at = greatest(c.last_confirmed_at, s.confirmed_at)
		from contact_import_rows s where s.import_id = $1 and c.company_id = s.company_id and c.phone = s.phone and c.building_id = s.building_id and c.unit = s.unit and `+differs, in.ID, tx.Now)
	if err != nil {
		return nil, err
	}
	p.Changed = int(tag.RowsAffected())
	p.Same = all - p.New - p.Changed
	parts := []intake.Part{p}
	return parts, audit.Write(ctx, tx, in.CompanyID, "contact.import", fmt.Sprintf("import:%d", in.ID), map[string]any{"file": in.File, "rows": in.Result.Rows, "bad": in.Result.Bad, "parts": parts})
}

// Drop forgets what was kept aside.
func (Table) Drop(ctx context.Context, tx *pg.Tx, importIDs []int64) error {
	_, err := tx.Exec(ctx, `delete from contact_import_rows where import_id = any($1)`, importIDs)
	return err
}

var _ intake.Kind = Table{}

// noLetters hides what could be a name in a bad cell: the row's number tells where it is.
func noLetters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return '·'
		}
		return r
	}, s)
}

var serial = regexp.MustCompile(`^\d{5}$`)

// readDay reads a date of a cell: «31.12.2025», «2025-12-31», or a table program's number.
func readDay(c sheet.Cell, now time.Time) (time.Time, string) {
	if c.IsNumber && serial.MatchString(c.Text) {
		n := 0
		_, _ = fmt.Sscan(c.Text, &n)
		return notLater(time.Date(1899, 12, 30+n, 0, 0, 0, 0, time.UTC), now)
	}
	for _, layout := range []string{"02.01.2006", "2.1.2006", "2006-01-02", "02.01.06", "02.01.2006 15:04", "02.01.2006 15:04:05", "2006-01-02 15:04:05", time.RFC3339} {
		if t, err := time.Parse(layout, c.Text); err == nil {
			return notLater(t, now)
		}
	}
	return time.Time{}, "нужна дата вида 31.12.2025"
}

func notLater(t, now time.Time) (time.Time, string) {
	if t.After(now.AddDate(0, 0, 1)) || t.Year() < 1990 {
		return t, "дата должна быть не раньше 1990 года и не позже сегодня"
	}
	return t, ""
}
