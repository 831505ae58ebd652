package seed

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"d24/internal/calendar"
)

// Schedules of the demo city. Of the first company the plumbers and those who do any
// work have none: its story is played at any hour, and they are always at work.

type demoSchedule struct {
	name       string
	cycle      bool
	byCalendar bool
	days       string
}

const (
	dayShift   = `{"code": "day", "hours": [{"from": 480, "to": 1200}]}`
	nightShift = `{"code": "night", "hours": [{"from": 1200, "to": 1920}]}`
	fullShift  = `{"code": "full", "hours": [{"from": 480, "to": 1920}]}`
	office     = `{"code": "office", "hours": [{"from": 480, "to": 720}, {"from": 780, "to": 1020}]}`
	off        = `{"code": "off", "hours": []}`
)

var demoSchedules = map[string]demoSchedule{
	"week":   {"5/2", false, true, "[" + office + "," + office + "," + office + "," + office + "," + office + "," + off + "," + off + "]"},
	"two":    {"2/2", true, false, "[" + dayShift + "," + dayShift + "," + off + "," + off + "]"},
	"nights": {"Д-Н-48", true, false, "[" + dayShift + "," + nightShift + "," + off + "," + off + "]"},
	"full":   {"сутки через трое", true, false, "[" + fullShift + "," + off + "," + off + "," + off + "]"},
	"always": {"круглосуточно", true, false, "[" + fullShift + "]"},
}

// demoCrew work in shifts besides the people of demoStaff, who stand before them on every
// level: the story calls the same people at any hour.
var demoCrew = [][]demoMember{{
	{"Ефимов К. А.", "Константин Андреевич", "сантехник", "сантехника", 3},
	{"Ларин Д. О.", "Дмитрий Олегович", "сантехник", "сантехника", 3},
	{"Тихонов А. Л.", "Алексей Львович", "электрик", "электрика", 2},
	{"Якушев В. И.", "Василий Иванович", "электрик", "электрика", 2},
	{"Мухин А. С.", "Андрей Сергеевич", "сантехник, резерв", "сантехника", 3},
	{"«Уралифт»", "диспетчер «Уралифта»", "лифты", "лифт", 2},
	{"«Домофон-Сервис»", "диспетчер «Домофон-Сервиса»", "домофоны", "домофон", 2},
}}

// demoShifts: who works by what, from which day of the cycle today.
var demoShifts = []map[string]struct {
	schedule string
	day      int
}{
	{
		"Кравец А. И.": {"two", 0}, "Лыткин В. О.": {"two", 2}, "Мальцев Ю. Б.": {"week", 0}, "Ветров К. А.": {"week", 0},
		"Ефимов К. А.": {"nights", 1}, "Ларин Д. О.": {"nights", 3}, "Тихонов А. Л.": {"two", 1}, "Якушев В. И.": {"full", 0}, "Мухин А. С.": {"week", 0},
		"«Уралифт»": {"always", 0}, "«Домофон-Сервис»": {"week", 0},
	},
	{"Ершов М. Л.": {"nights", 0}, "Галиев И. Ф.": {"nights", 2}, "Носов О. П.": {"week", 0}, "Рогов А. Д.": {"two", 1}, "Бойко Л. А.": {"week", 0}},
	{"Зимин В. В.": {"full", 0}, "Панов Ф. К.": {"full", 1}, "Усов Б. Т.": {"week", 0}, "Юдин С. М.": {"two", 0}, "Жукова Е. Н.": {"week", 0}},
}

// demoLeaves by the name of who is away: first and last day from today, the substitute.
var demoLeaves = []map[string]struct {
	kind, substitute string
	from, to         int
}{
	{"Ларин Д. О.": {"vacation", "Мухин А. С.", 3, 16}, "Тихонов А. Л.": {"sick", "", -1, 2}},
	{"Галиев И. Ф.": {"vacation", "Рогов А. Д.", 5, 18}},
	{},
}

func (s *seeder) shifts(company int64, i int) error {
	if i < len(demoCrew) {
		for n, m := range demoCrew[i] {
			if err := s.crew(company, MemberPhone(i, len(demoStaff[i])+n), m); err != nil {
				return err
			}
		}
	}
	ids := map[string]int64{}
	for key, x := range demoSchedules {
		id, err := s.insert(`insert into work_schedules (company_id, name, is_cycle, by_calendar, days) values ($1, $2, $3, $4, $5)`, company, x.name, x.cycle, x.byCalendar, []byte(x.days))
		if err != nil {
			return err
		}
		ids[key] = id
	}
	zone, err := time.LoadLocation(cityZone)
	if err != nil {
		return err
	}
	today := calendar.DateOf(s.tx.Now.In(zone))
	begins := today - 60
	for name, x := range demoShifts[i] {
		first := begins - calendar.Date(x.day) // sixty days hold every cycle a whole number of times
		if err := s.named(company, name, `insert into member_schedules (company_id, member_id, schedule_id, starts_on, first_on) select $1, m.id, $3, $4, $5 from members m`,
			ids[x.schedule], begins.Time(), first.Time()); err != nil {
			return err
		}
	}
	for name, l := range demoLeaves[i] {
		if err := s.named(company, name, `insert into member_leaves (company_id, member_id, kind, starts_on, ends_on, substitute_id, created_at)
			select $1, m.id, $3, $4, $5, (select id from members where company_id = $1 and name = $6), $7 from members m`,
			l.kind, (today + calendar.Date(l.from)).Time(), (today + calendar.Date(l.to)).Time(), l.substitute, s.tx.Now); err != nil {
			return err
		}
	}
	return s.second(company, i)
}

// named runs a statement for a member by his name.
func (s *seeder) named(company int64, name, q string, args ...any) error {
	tag, err := s.tx.Exec(s.ctx, q+` where m.company_id = $1 and m.name = $2`, append([]any{company, name}, args...)...)
	if err == nil && tag.RowsAffected() == 0 {
		err = errors.New("no such person")
	}
	if err != nil {
		return fmt.Errorf("seed %s: %w", name, err)
	}
	return nil
}

func (s *seeder) crew(company int64, phone string, m demoMember) error {
	id, err := s.insert(`insert into members (company_id, name, spoken_name, position, is_contractor, created_at) values ($1, $2, $3, $4, $5, $6)`, company, m.name, m.spoken, m.position,
		strings.HasPrefix(m.name, "«"), s.tx.Now)
	if err != nil {
		return err
	}
	if _, err := s.tx.Exec(s.ctx, `insert into member_phones (member_id, company_id, position, phone) values ($1, $2, 1, $3)`, id, company, phone); err != nil {
		return err
	}
	_, err = s.insert(`insert into member_duties (company_id, member_id, role, work_type_id, level) values ($1, $2, 'executor', (select id from work_types where name = $3), $4)`, company, id, m.work, m.level)
	return err
}

// second gives heads of a company an office's phone for its hours, and some people ways
// of being told.
func (s *seeder) second(company int64, i int) error {
	heads := []string{"Ветров К. А.", "Бойко Л. А.", "Жукова Е. Н."}
	if err := s.named(company, heads[i], `insert into member_phones (member_id, company_id, position, phone, hours, note)
		select m.id, $1, 2, $3, '[{"days": [0, 1, 2, 3, 4], "from": 480, "to": 1020}]', 'приёмная' from members m`, MemberPhone(i, 90)); err != nil {
		return err
	}
	return s.named(company, heads[i], `insert into member_channels (company_id, member_id, position, channel, address, kinds, hours)
		select $1, m.id, x.n, x.channel, x.address, x.kinds::text[], '[]' from members m, (values (1, 'call', '', '{emergency}'), (2, 'email', 'head@example.test', '{planned,paid}')) x (n, channel, address, kinds)`)
}
