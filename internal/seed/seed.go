// Package seed fills an empty database with the demo city, so that every screen
// has something to show and every phone somebody to ring.
package seed

import (
	"context"
	"fmt"
	"time"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/building"
	"d24/internal/platform/pg"
	"d24/internal/reason"
)

// Trunks says where the providers of the demo city are.
type Trunks struct {
	HostX, HostY string
	PortX, PortY int
}

// Login is one the demo city may be entered with.
type Login struct{ Login, Password, Who string }

// Logins of the demo city.
var Logins = []Login{
	{"operator", "operator", "оператор"},
	{"operator2", "operator2", "второй оператор"},
	{"supervisor", "supervisor", "старший смены"},
	{"admin", "admin", "администратор УК «Северный берег»"},
	{"gusev", "gusev", "исполнитель, сантехник той же УК"},
	{"platform", "platform", "администратор диспетчерской"},
}

// Accounts at the demo providers: name and password.
const (
	UserX, PasswordX = "d24-x", "ozero-x"
	UserY, PasswordY = "d24-y", "ozero-y"
)

// Demo fills an empty database; in one that has companies it only tells the
// trunks where the providers are now. True: it was empty.
func Demo(ctx context.Context, db *pg.DB, t Trunks) (bool, error) {
	ctx = access.AsSystem(ctx, "seed")
	return pg.InTx(ctx, db, func(tx *pg.Tx) (bool, error) {
		var there bool
		if err := tx.QueryRow(ctx, `select exists (select from companies)`).Scan(&there); err != nil {
			return false, err
		}
		if there {
			return false, moveTrunks(ctx, tx, t)
		}
		s := &seeder{ctx: ctx, tx: tx, trunks: t}
		return true, s.all()
	})
}

// Pace makes the automation of every company n times as fast, for training and
// for trying it out; 1 is real time again.
func Pace(ctx context.Context, db *pg.DB, n int) error {
	return pg.Do(access.AsSystem(ctx, "seed"), db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update companies set settings = settings || jsonb_build_object('pace', $1::int)`, n)
		return err
	})
}

func moveTrunks(ctx context.Context, tx *pg.Tx, t Trunks) error {
	_, err := tx.Exec(ctx, `update trunks set host = case auth_user when $1 then $3 else $5 end, port = case auth_user when $1 then $4::int else $6::int end,
		addresses = array[case auth_user when $1 then $3 else $5 end] where auth_user in ($1, $2)`, UserX, UserY, t.HostX, t.PortX, t.HostY, t.PortY)
	return err
}

type seeder struct {
	ctx                  context.Context //nolint:containedctx // lives as long as one call
	tx                   *pg.Tx
	trunks               Trunks
	city, trunkX, trunkY int64
	companies            []int64
	admins, executors    []account.Membership
}

func (s *seeder) all() error {
	for _, step := range []func() error{s.base, s.eachCompany, s.suppliers, s.prices, s.users, s.past} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) insert(q string, args ...any) (id int64, err error) {
	if err = s.tx.QueryRow(s.ctx, q+" returning id", args...).Scan(&id); err != nil {
		return 0, fmt.Errorf("seed %.40s: %w", q, err)
	}
	return id, nil
}

func (s *seeder) base() (err error) {
	types, err := reason.WorkTypes()
	if err != nil {
		return err
	}
	if _, err = s.tx.Exec(s.ctx, `insert into work_types (name) select unnest($1::text[]) on conflict do nothing`, types); err != nil {
		return err
	}
	if s.city, err = s.insert(`insert into cities (name, zone) values ($1, $2)`, cityName, cityZone); err != nil {
		return err
	}
	const trunk = `insert into trunks (name, carrier, host, port, auth_user, auth_password, addresses, priority, probe_number) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	if s.trunkX, err = s.insert(trunk, "Транк X", "Провайдер X", s.trunks.HostX, s.trunks.PortX, UserX, PasswordX, []string{s.trunks.HostX}, 0, cityLine); err != nil {
		return err
	}
	if s.trunkY, err = s.insert(trunk, "Транк Y", "Провайдер Y", s.trunks.HostY, s.trunks.PortY, UserY, PasswordY, []string{s.trunks.HostY}, 1, demoCompanies[0].line); err != nil {
		return err
	}
	_, err = s.insert(`insert into lines (city_id, kind, phone, trunk_id, greeting) values ($1, 'citywide', $2, $3, $4)`, s.city, cityLine, s.trunkY,
		"Здравствуйте. Вы позвонили в диспетчерскую службу управляющей компании. Разговор записывается. Оператор сейчас ответит.")
	return err
}

func (s *seeder) eachCompany() error {
	for i, c := range demoCompanies {
		id, err := s.insert(`insert into companies (name, city_id, zone, greeting, created_at) values ($1, $2, $3, $4, $5)`, c.name, s.city, cityZone,
			c.name+", диспетчерская, здравствуйте. Назовите, пожалуйста, адрес.", s.tx.Now)
		if err != nil {
			return err
		}
		s.companies = append(s.companies, id)
		if _, err := s.insert(`insert into lines (company_id, city_id, kind, phone, trunk_id, greeting) values ($1, $2, 'dedicated', $3, $4, $5)`, id, s.city, c.line, s.trunkX,
			"Здравствуйте. Вы позвонили в "+spoken(c.name)+". Разговор записывается. Оператор сейчас ответит."); err != nil {
			return err
		}
		if err := reason.Install(s.ctx, s.tx, id); err != nil {
			return err
		}
		if err := s.tags(id); err != nil {
			return err
		}
		if err := s.houses(id, c); err != nil {
			return err
		}
		if err := s.people(id, i); err != nil {
			return err
		}
		if err := s.shifts(id, i); err != nil {
			return err
		}
	}
	return nil
}

func spoken(name string) string {
	return "управляющую компанию " + name[len("УК "):]
}

func (s *seeder) houses(company int64, c demoCompany) error {
	for _, street := range c.streets {
		for _, h := range street.houses {
			id, err := s.insert(`insert into buildings (company_id, city_id, street, house, zone, floors, entrances, lifts, built_year, door_codes, passport_office, info, notes, search, created_at)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`, company, s.city, street.name, h.number, cityZone, h.floors, h.entrances, h.lifts, h.year,
				codes(h.entrances), map[string]string{"name": "Паспортный стол № 2", "address": "Озёрная, 2", "hours": "пн–пт 9:00–18:00"},
				map[string]string{"Стояки": "перекрыть в подвале, подъезд 1, ключ у дежурного слесаря"}, "", building.Fold(street.name, h.number), s.tx.Now)
			if err != nil {
				return err
			}
			_, err = s.tx.Exec(s.ctx, `insert into units (company_id, building_id, number, entrance, floor)
				select $1, $2, (((e - 1) * $3 + f - 1) * $4 + n)::text, e, f from generate_series(1, $5) e, generate_series(1, $3) f, generate_series(1, $4) n`,
				company, id, h.floors, h.perFloor, h.entrances)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func codes(entrances int) map[string]string {
	m := map[string]string{}
	for e := 1; e <= entrances; e++ {
		m[fmt.Sprint(e)] = fmt.Sprintf("%d5К7%d20", e, e)
	}
	return m
}

// MemberPhone is the n-th member's number of the i-th company, both from 0.
func MemberPhone(i, n int) string { return fmt.Sprintf("+7900000%d%03d", 1+i, n) }

// ResidentPhone is the n-th resident's number.
func ResidentPhone(n int) string { return fmt.Sprintf("+79000900%03d", n) }

func (s *seeder) people(company int64, i int) error {
	for n, m := range demoStaff[i] {
		id, err := s.insert(`insert into members (company_id, name, spoken_name, position, created_at) values ($1, $2, $3, $4, $5)`, company, m.name, m.spoken, m.position, s.tx.Now)
		if err != nil {
			return err
		}
		if _, err := s.tx.Exec(s.ctx, `insert into member_phones (member_id, company_id, position, phone) values ($1, $2, 1, $3)`, id, company, MemberPhone(i, n)); err != nil {
			return err
		}
		role, level := "executor", m.level
		if m.level == 0 {
			role, level = "responsible", 1
		}
		if _, err := s.insert(`insert into member_duties (company_id, member_id, role, work_type_id, level) values ($1, $2, $3, (select id from work_types where name = $4), $5)`,
			company, id, role, m.work, level); err != nil {
			return err
		}
		if i == 0 && n == 0 {
			s.executors = append(s.executors, account.Membership{ID: company, Role: access.Executor, MemberID: id})
		}
	}
	s.admins = append(s.admins, account.Membership{ID: company, Role: access.Admin})
	return nil
}

func (s *seeder) users() error {
	users := []account.NewUser{
		{Login: "operator", Password: "operator", Name: "Миронова О. Л.", Kind: "operator", Serves: s.companies},
		{Login: "operator2", Password: "operator2", Name: "Белова А. П.", Kind: "operator", Serves: s.companies},
		{Login: "supervisor", Password: "supervisor", Name: "Соколова Т. В.", Kind: "supervisor", Serves: s.companies},
		{Login: "platform", Password: "platform", Name: "Администратор диспетчерской", Kind: "admin", Serves: s.companies},
		{Login: "gusev", Password: "gusev", Name: "Гусев П. Н.", Kind: "company", Memberships: s.executors},
	}
	for i, c := range demoCompanies {
		users = append(users, account.NewUser{Login: c.admin, Password: c.admin, Name: "Администратор", Kind: "company", Memberships: s.admins[i : i+1]})
	}
	for _, u := range users {
		if _, err := account.Create(s.ctx, s.tx, u); err != nil {
			return fmt.Errorf("seed user %s: %w", u.Login, err)
		}
	}
	return nil
}

// past makes requests of the last days, so that lists are not empty. They are
// done or in work: nothing of them rings anybody.
func (s *seeder) past() error {
	for i, company := range s.companies {
		_, err := s.tx.Exec(s.ctx, `insert into tickets (company_id, number, kind, status, source, building_id, unit, address, zone, reason_id, reason_version, reason_name, work_type_id,
				description, caller_phone, executor_id, accept_by, localise_by, due_at, handed_over_at, accepted_at, done_at, closed_at, created_at, updated_at)
			select $1, n, r.kind, st.status, case when n % 4 = 0 then 'journal' else 'phone' end, b.id, (1 + n % 12)::text, b.street || ', ' || b.house || ', кв. ' || (1 + n % 12), b.zone,
				r.id, 1, r.name, r.work_type_id, '', '+79000900' || lpad((n % 60)::text, 3, '0'), m.id, null, null, at + make_interval(mins => coalesce(r.finish_min, 1440)),
				at + interval '4 min', at + interval '4 min', case when st.status in ('done', 'closed') then at + interval '3 hour' end, case when st.status = 'closed' then at + interval '1 day' end, at, at
			from generate_series(1, 24) n
			cross join lateral (select ($2::timestamptz - make_interval(hours => 5 + (24 - n) * 7)) as at) t
			cross join lateral (select case when n < 16 then 'closed' when n < 20 then 'done' when n < 23 then 'in_progress' else 'accepted' end as status) st
			join lateral (select * from reasons where company_id = $1 and kind <> 'consultation' order by (id * 7919 + n * 104729) % 1009 limit 1) r on true
			join lateral (select * from buildings where company_id = $1 order by (id * 31 + n * 17) % 101 limit 1) b on true
			join lateral (select m.id from members m join member_duties d on d.member_id = m.id where m.company_id = $1 and d.level = 1 and d.role = 'executor'
				and (d.work_type_id = r.work_type_id or d.work_type_id is null) order by d.work_type_id nulls last limit 1) m on true`, company, s.tx.Now)
		if err != nil {
			return fmt.Errorf("seed tickets: %w", err)
		}
		if _, err := s.tx.Exec(s.ctx, `insert into ticket_counters (company_id, last) values ($1, $2)`, company, 24); err != nil {
			return err
		}
		if _, err := s.tx.Exec(s.ctx, `insert into ticket_events (company_id, ticket_id, at, kind, by_system, by_name, text)
			select company_id, id, created_at, 'created', 'seed', 'демо', 'Заявка зарегистрирована: ' || reason_name from tickets where company_id = $1`, company); err != nil {
			return err
		}
		if err := s.contacts(i, company); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) contacts(i int, company int64) error {
	for n := range 20 {
		_, err := s.tx.Exec(s.ctx, `insert into contacts (company_id, phone, building_id, unit, source, first_seen_at, last_confirmed_at)
			select $1, $2, id, $3, 'import', $4, $4 from buildings where company_id = $1 order by id offset $5 limit 1`,
			company, ResidentPhone(i*20+n), fmt.Sprint(n+1), s.tx.Now.Add(-240*time.Hour), n)
		if err != nil {
			return err
		}
	}
	return nil
}
