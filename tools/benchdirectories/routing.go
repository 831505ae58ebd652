package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"d24/internal/app"
	"d24/internal/assignment"
	"d24/internal/building"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/staff"
)

// A large company: its houses stand in areas, each with a crew for every kind of work.
const (
	ruledHouses = 1000
	areas       = 20
	people      = 200
)

// estate is a company with its directories and rules.
type estate struct {
	company int64
	admin   context.Context //nolint:containedctx // of the company's administrator
	app     *app.App
	reasons []reason.Reason
	houses  []building.Building
	works   []int64 // kinds of work of the reasons
	members []int64
	groups  []int64
}

// routing measures the decision whose work a request is, and the coverage of a week.
func (b *bed) routing(ctx context.Context) error {
	e, err := b.found(ctx)
	if err != nil {
		return err
	}
	for range b.rounds {
		for _, clients := range []int{1, 4} {
			if err := b.decisions(ctx, e, clients); err != nil {
				return err
			}
		}
		start := time.Now()
		c, err := e.app.Rules.Coverage(e.admin, e.company)
		if err != nil {
			return err
		}
		took := time.Since(start).Seconds() * 1000
		b.figures.Add("coverage_week", took, "ms")
		fmt.Fprintf(os.Stderr, "coverage: %.0f ms, %d reasons × %d houses, %d gaps\n", took, c.Reasons, c.Houses, len(c.Gaps)+c.More)
	}
	return nil
}

// decisions asks for random houses, reasons and moments of the coming week.
func (b *bed) decisions(ctx context.Context, e *estate, clients int) error {
	random := make([]*rand.Rand, clients)
	for c := range random {
		random[c] = rand.New(rand.NewPCG(2, uint64(c))) //nolint:gosec // the same questions every time
	}
	now, system := time.Now(), system(ctx)
	return b.measured(system, fmt.Sprintf("decision_%d_clients", clients), clients, func(client, _ int) error {
		r := random[client]
		h, why := e.houses[r.IntN(len(e.houses))], e.reasons[r.IntN(len(e.reasons))]
		q := assignment.Question{CompanyID: e.company, BuildingID: h.ID, ReasonID: why.ID, WorkTypeID: why.WorkTypeID, Zone: h.Zone, At: now.Add(time.Duration(r.IntN(7*24*60)) * time.Minute)}
		return pg.Do(system, b.db, func(tx *pg.Tx) error {
			a, err := e.app.Rules.Decide(system, tx, q)
			if err == nil && len(a.Steps) == 0 {
				err = errors.New("nobody was chosen")
			}
			return err
		})
	})
}

// found founds the company: the base catalogue of reasons, a thousand houses, two hundred
// people in shifts, and the rules.
func (b *bed) found(ctx context.Context) (*estate, error) {
	e := &estate{}
	var err error
	if e.app, err = b.program(); err != nil {
		return nil, err
	}
	if err := pg.Do(system(ctx), b.db, func(tx *pg.Tx) error { return e.fill(system(ctx), tx) }); err != nil {
		return nil, err
	}
	e.admin = administrator(ctx, e.company)
	if e.reasons, err = e.app.Reasons.List(e.admin, e.company); err != nil {
		return nil, err
	}
	if e.houses, err = e.app.Buildings.List(e.admin, e.company); err != nil {
		return nil, err
	}
	for _, r := range e.reasons {
		if r.WorkTypeID != 0 && !slices.Contains(e.works, r.WorkTypeID) {
			e.works = append(e.works, r.WorkTypeID)
		}
	}
	rules := e.rules()
	for _, r := range rules {
		r.CompanyID = e.company
		if _, err := e.app.Rules.Create(e.admin, r); err != nil {
			return nil, fmt.Errorf("rule %+v: %w", r, err)
		}
	}
	fmt.Fprintf(os.Stderr, "%d houses, %d reasons, %d people, %d rules\n", len(e.houses), len(e.reasons), len(e.members), len(rules))
	return e, nil
}

func (e *estate) fill(ctx context.Context, tx *pg.Tx) error {
	types, err := reason.WorkTypes()
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into work_types (name) select unnest($1::text[]) on conflict do nothing`, types); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into cities (name, zone) values ('Город', 'Asia/Yekaterinburg') on conflict do nothing`); err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, `insert into companies (name, city_id, zone, created_at) values ('УК с правилами', (select min(id) from cities), 'Asia/Yekaterinburg', $1) returning id`, tx.Now).Scan(&e.company); err != nil {
		return err
	}
	if err := reason.Install(ctx, tx, e.company); err != nil {
		return err
	}
	return errors.Join(e.settle(ctx, tx), e.hire(ctx, tx))
}

// settle builds the houses, fifty an area.
func (e *estate) settle(ctx context.Context, tx *pg.Tx) error {
	if _, err := tx.Exec(ctx, `insert into buildings (company_id, city_id, street, house, zone, search, created_at)
		select $1, (select min(id) from cities), 'Районная ' || (n / 50 + 1), (n % 50 + 1)::text, 'Asia/Yekaterinburg', '', $2 from generate_series(0, $3::int - 1) n`, e.company, tx.Now, ruledHouses); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into building_groups (company_id, name, created_at) select $1, 'Район ' || lpad(n::text, 2, '0'), $2 from generate_series(1, $3::int) n`, e.company, tx.Now, areas); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into building_group_members (company_id, group_id, building_id)
		select $1, g.id, b.id from building_groups g join buildings b on b.company_id = $1 and b.street = 'Районная ' || right(g.name, 2)::int where g.company_id = $1`, e.company); err != nil {
		return err
	}
	return tx.QueryRow(ctx, `select array_agg(id order by name) from building_groups where company_id = $1`, e.company).Scan(&e.groups)
}

// hire has two of three in shifts of four days, each from a day of his own; every tenth is away for a week.
func (e *estate) hire(ctx context.Context, tx *pg.Tx) error {
	for _, q := range []string{
		`insert into members (company_id, name, spoken_name, created_at) select $1, 'Сотрудник ' || lpad(n::text, 3, '0'), 'Сотрудник', $2 from generate_series(1, $3::int) n`,
		`insert into member_phones (member_id, company_id, position, phone) select id, $1, 1, '+7900' || lpad(id::text, 7, '0') from members where company_id = $1 and $2::timestamptz is not null and $3::int > 0`,
		`insert into work_schedules (company_id, name, is_cycle, by_calendar, days) select $1, 'Д-Н-48', true, false,
			'[{"code": "day", "hours": [{"from": 480, "to": 1200}]}, {"code": "night", "hours": [{"from": 1200, "to": 1920}]}, {"code": "off", "hours": []}, {"code": "off", "hours": []}]'
			where $2::timestamptz is not null and $3::int > 0`,
		`insert into member_schedules (company_id, member_id, schedule_id, starts_on, first_on) select $1, m.id, s.id, $2::date - 60, $2::date - 60 - (m.id % 4)::int
			from members m join work_schedules s on s.company_id = $1 where m.company_id = $1 and m.id % 3 <> 0 and $3::int > 0`,
		`insert into member_leaves (company_id, member_id, kind, starts_on, ends_on, substitute_id, created_at) select $1, m.id, 'vacation', $2::date, $2::date + 7,
			(select min(id) from members where company_id = $1 and id > m.id), $2 from members m where m.company_id = $1 and m.id % 10 = 0 and $3::int > 0`,
		`insert into member_duties (company_id, member_id, role, work_type_id, level) select $1, m.id, 'executor', (select id from work_types order by id offset m.id % (select count(*) from work_types) limit 1), 1 + m.id % 3
			from members m where m.company_id = $1 and $2::timestamptz is not null and $3::int > 0`,
	} {
		if _, err := tx.Exec(ctx, q, e.company, tx.Now, people); err != nil {
			return err
		}
	}
	return tx.QueryRow(ctx, `select array_agg(id order by id) from members where company_id = $1`, e.company).Scan(&e.members)
}

// rules are a chain for each kind of work, one for each of them in each area, nights of some
// reasons, and hours of their own for some houses.
func (e *estate) rules() (out []assignment.Rule) {
	next := 0
	crew := func() (ls []staff.Level) {
		for n := range 3 {
			l := staff.Level{N: n + 1}
			for range 2 {
				l.Members = append(l.Members, e.members[next%len(e.members)])
				next += 7
			}
			ls = append(ls, l)
		}
		return ls
	}
	for _, w := range e.works {
		out = append(out, assignment.Rule{WorkTypeID: w, Hours: assignment.Any, Levels: crew(), ResponsibleID: e.members[next%len(e.members)]})
		for _, g := range e.groups {
			out = append(out, assignment.Rule{WorkTypeID: w, GroupID: g, Hours: assignment.Any, Levels: crew()})
		}
	}
	for i, r := range e.reasons {
		if i%4 == 0 && r.Kind != reason.Consultation {
			out = append(out, assignment.Rule{ReasonID: r.ID, Hours: assignment.Off, Levels: crew()})
		}
	}
	for i, h := range e.houses {
		if i%50 == 0 {
			out = append(out, assignment.Rule{BuildingID: h.ID, Hours: assignment.Windows, Windows: []staff.PhoneHours{{Days: []int{0, 2, 4}, From: 1080, To: 1500}}, Levels: crew()})
		}
	}
	return append(out, assignment.Rule{Hours: assignment.Any, Levels: crew(), ResponsibleID: e.members[0]})
}
