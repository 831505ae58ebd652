package company

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Tenant is a company as the platform's people see it.
type Tenant struct {
	ID       int64
	Name     string
	CityID   int64
	City     string
	Zone     string
	Greeting string // what the operator says first
	IsActive bool
	Caps     telephony.Caps
	Window   Window
	Lines    []TenantLine // its own and its city's
	Old      []TenantLine // its old numbers, which only tell the new one
	Lack     Lack
}

// TenantLine is a number of a company.
type TenantLine struct {
	ID        int64
	CompanyID int64
	Kind      string
	Phone     string
	TrunkID   int64
	TrunkName string
	Carrier   string
}

// City is where companies work; its common number is shared by them.
type City struct {
	ID   int64
	Name string
	Zone string
}

// Account is a trunk without its secrets.
type Account struct {
	ID      int64
	Name    string
	Carrier string
}

// Register is everything a company is founded on.
type Register struct {
	Companies []Tenant
	Cities    []City
	Trunks    []Account
}

// asPlatform runs f past the fence of companies: the permission is the operation's.
func (s *Service) asPlatform(ctx context.Context, f func(ctx context.Context, tx *pg.Tx, by access.Actor) error) error {
	by := access.From(ctx)
	ctx = access.AsSystem(ctx, "company")
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error { return f(ctx, tx, by) })
}

// note writes a change of the platform's person into the audit journal of the company.
func note(ctx context.Context, tx *pg.Tx, by access.Actor, company int64, action, object string, before, after any) error {
	return tx.As(ctx, access.Actor{Kind: access.System, UserID: by.UserID, Name: by.Name, Source: by.Source}, func(tx *pg.Tx) error {
		return audit.Change(ctx, tx, company, action, object, before, after)
	})
}

// Register lists companies, cities and trunks.
func (s *Service) Register(ctx context.Context) (out Register, err error) {
	err = s.asPlatform(ctx, func(ctx context.Context, tx *pg.Tx, _ access.Actor) error {
		if out.Companies, err = tenants(ctx, tx, `true`); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select id, name, zone from cities order by name`)
		if err != nil {
			return err
		}
		if out.Cities, err = pgx.CollectRows(rows, pgx.RowToStructByPos[City]); err != nil {
			return err
		}
		if rows, err = tx.Query(ctx, `select id, name, carrier from trunks where is_active order by priority, id`); err != nil {
			return err
		}
		out.Trunks, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Account])
		return err
	})
	return out, err
}

func tenants(ctx context.Context, tx *pg.Tx, cond string, args ...any) ([]Tenant, error) {
	rows, err := tx.Query(ctx, `select c.id, c.name, c.city_id, t.name, c.zone, c.greeting, c.is_active, c.out_concurrent, c.out_hourly, c.out_minutes, c.own_phones, c.own_from, c.own_to, c.own_answers, c.own_overflow_sec
		from companies c join cities t on t.id = c.city_id where `+cond+` order by c.name, c.id`, args...)
	if err != nil {
		return nil, err
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t Tenant, err error) {
		err = r.Scan(&t.ID, &t.Name, &t.CityID, &t.City, &t.Zone, &t.Greeting, &t.IsActive, &t.Caps.Concurrent, &t.Caps.Hourly, &t.Caps.Minutes,
			&t.Window.Phones, &t.Window.From, &t.Window.To, &t.Window.Answers, &t.Window.OverflowSec)
		t.Window.read()
		return t, err
	})
	if err != nil {
		return nil, err
	}
	all, err := liveNumbers(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i := range out {
		var r Reached
		r, out[i].Lines = reach(all, out[i].ID, out[i].CityID)
		out[i].Lack = r.Lack()
	}
	return out, oldNumbers(ctx, tx, out)
}

// oldNumbers adds those that only tell the new one, and those on a trunk that is off.
func oldNumbers(ctx context.Context, tx *pg.Tx, out []Tenant) error {
	rows, err := tx.Query(ctx, `select l.id, l.company_id, l.kind, l.phone, l.trunk_id, k.name, k.carrier from lines l join trunks k on k.id = l.trunk_id
		where l.is_active and l.company_id is not null and (l.moved_to_id is not null or not k.is_active) order by l.phone`)
	if err != nil {
		return err
	}
	old, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TenantLine])
	for i := range out {
		out[i].Old = []TenantLine{}
		for _, l := range old {
			if l.CompanyID == out[i].ID {
				out[i].Old = append(out[i].Old, l)
			}
		}
	}
	return err
}

// NewTenant is a company to be founded. CityID 0 makes the city CityName in Zone.
type NewTenant struct {
	Name     string
	CityID   int64
	CityName string
	Zone     string // IANA zone of its houses; "" the city's
	Greeting string // "" a usual one
}

// Found makes a company with the base catalogues and lets the teams of its city
// serve it. fault.Invalid with the field that is wrong.
func (s *Service) Found(ctx context.Context, n NewTenant) (t Tenant, err error) {
	if n.Name, err = tenantName(n.Name); err != nil {
		return t, err
	}
	err = s.asPlatform(ctx, func(ctx context.Context, tx *pg.Tx, by access.Actor) error {
		city, err := s.city(ctx, tx, n)
		if err != nil {
			return err
		}
		if n.Zone == "" {
			n.Zone = city.Zone
		}
		if err := zone(n.Zone); err != nil {
			return err
		}
		if n.Greeting = strings.TrimSpace(n.Greeting); n.Greeting == "" {
			n.Greeting = n.Name + ", диспетчерская, здравствуйте. Назовите, пожалуйста, адрес."
		}
		var twice bool
		if err := tx.QueryRow(ctx, `select exists (select from companies where city_id = $1 and lower(name) = lower($2))`, city.ID, n.Name).Scan(&twice); err != nil {
			return err
		}
		if twice {
			return fault.New(fault.Invalid, "company.twice", "Компания «%s» в этом городе уже есть.", n.Name).At("body.name", "такая уже есть")
		}
		if err := tx.QueryRow(ctx, `insert into companies (name, city_id, zone, greeting, created_at) values ($1, $2, $3, $4, $5) returning id`, n.Name, city.ID, n.Zone, n.Greeting, tx.Now).Scan(&t.ID); err != nil {
			return err
		}
		for _, begin := range s.Founders {
			if err := begin(ctx, tx, t.ID); err != nil {
				return err
			}
		}
		if t, err = tenant(ctx, tx, t.ID); err != nil {
			return err
		}
		return note(ctx, tx, by, t.ID, "company.add", fmt.Sprintf("company:%d", t.ID), nil, t.words())
	})
	return t, err
}

func (s *Service) city(ctx context.Context, tx *pg.Tx, n NewTenant) (c City, err error) {
	if n.CityID != 0 {
		err = tx.QueryRow(ctx, `select id, name, zone from cities where id = $1`, n.CityID).Scan(&c.ID, &c.Name, &c.Zone)
		if errors.Is(err, pgx.ErrNoRows) {
			return c, fault.New(fault.Invalid, "company.city", "Выберите город из списка или впишите новый.").At("body.city_id", "город не найден")
		}
		return c, err
	}
	c.Name, c.Zone = strings.Join(strings.Fields(n.CityName), " "), n.Zone
	if c.Name == "" {
		return c, fault.New(fault.Invalid, "company.city", "Выберите город или впишите новый.").At("body.city_name", "впишите город")
	}
	if c.Zone == "" {
		return c, fault.New(fault.Invalid, "company.zone", "Для нового города нужен часовой пояс.").At("body.zone", "выберите часовой пояс")
	}
	if err := zone(c.Zone); err != nil {
		return c, err
	}
	err = tx.QueryRow(ctx, `insert into cities (name, zone) values ($1, $2) on conflict (name) do update set name = excluded.name returning id, zone`, c.Name, c.Zone).Scan(&c.ID, &c.Zone)
	return c, err
}

func tenant(ctx context.Context, tx *pg.Tx, id int64) (Tenant, error) {
	ts, err := tenants(ctx, tx, `c.id = $1`, id)
	if err == nil && len(ts) == 0 {
		err = fault.Missing("company")
	}
	if err != nil {
		return Tenant{}, err
	}
	return ts[0], nil
}

// words are a company as the audit journal shows it.
func (t Tenant) words() map[string]any {
	return map[string]any{"name": t.Name, "city": t.City, "zone": t.Zone, "greeting": t.Greeting, "is_active": t.IsActive}
}

func tenantName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if n := len([]rune(name)); n < 2 || n > 120 {
		return "", fault.New(fault.Invalid, "company.name", "Название компании – от 2 до 120 знаков.").At("body.name", "от 2 до 120 знаков")
	}
	return name, nil
}

func zone(name string) error {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return fault.New(fault.Invalid, "company.zone", "Такого часового пояса нет: нужен вид «Asia/Yekaterinburg».").At("body.zone", "нет такого пояса")
	}
	return nil
}

// NewLine is a number to be given to a company.
type NewLine struct {
	CompanyID int64
	Phone     string // as people write it
	TrunkID   int64
	Greeting  string // "" a usual one
}

// AddLine gives a company a number of its own on a trunk. fault.Invalid for a number
// that is somebody's already, one that cannot be, or an unknown trunk.
func (s *Service) AddLine(ctx context.Context, n NewLine) (t Tenant, err error) {
	number, err := phone.Parse(n.Phone, "")
	if err != nil {
		var f *fault.Error
		if fault.As(err, &f) {
			return t, fault.New(fault.Invalid, "line.phone", "%s", f.Message).At("body.phone", f.Message)
		}
		return t, err
	}
	err = s.asPlatform(ctx, func(ctx context.Context, tx *pg.Tx, by access.Actor) error {
		if t, err = tenant(ctx, tx, n.CompanyID); err != nil {
			return err
		}
		if n.Greeting = strings.Join(strings.Fields(n.Greeting), " "); n.Greeting == "" {
			n.Greeting = "Здравствуйте. Вы позвонили в " + t.Name + ". Разговор записывается. Оператор сейчас ответит."
		}
		var known bool
		if err := tx.QueryRow(ctx, `select exists (select from trunks where id = $1 and is_active)`, n.TrunkID).Scan(&known); err != nil {
			return err
		}
		if !known {
			return fault.New(fault.Invalid, "line.trunk", "Выберите транк, на котором этот номер.").At("body.trunk_id", "транк не найден")
		}
		var id int64
		err := tx.QueryRow(ctx, `insert into lines (company_id, city_id, kind, phone, trunk_id, greeting) values ($1, $2, 'dedicated', $3, $4, $5) returning id`,
			t.ID, t.CityID, number, n.TrunkID, n.Greeting).Scan(&id)
		var p *pgconn.PgError
		if errors.As(err, &p) && p.Code == "23505" {
			return fault.New(fault.Invalid, "line.twice", "Этот номер уже заведён.").At("body.phone", "номер уже занят")
		}
		if err != nil {
			return err
		}
		if t, err = tenant(ctx, tx, t.ID); err != nil {
			return err
		}
		return note(ctx, tx, by, t.ID, "line.add", fmt.Sprintf("line:%d", id), nil, map[string]any{"phone": number, "trunk": n.TrunkID})
	})
	return t, err
}
