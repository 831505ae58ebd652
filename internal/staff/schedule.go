package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Schedule is a company's template of shifts: a week or a cycle of days.
type Schedule struct {
	ID         int64      `json:"id"`
	CompanyID  int64      `json:"company_id"`
	Name       string     `json:"name"`
	IsCycle    bool       `json:"is_cycle"`
	ByCalendar bool       `json:"by_calendar"` // of a week: holidays off, short days an hour shorter
	Days       []ShiftDay `json:"days"`        // seven from Monday, or those of the cycle
	IsArchived bool       `json:"is_archived"`
	Version    int        `json:"version"`
}

// maxCycle is the longest cycle in days.
const maxCycle = 60

func (s *Service) workTypes(ctx context.Context, tx *pg.Tx) ([]WorkType, error) {
	rows, err := tx.Query(ctx, `select id, name from work_types order by name`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[WorkType])
}

// Schedules are the templates of a company by name, without those put away.
func (s *Service) Schedules(ctx context.Context, companyID int64) ([]Schedule, error) {
	companyID, err := own(access.From(ctx), companyID)
	if err != nil {
		return nil, err
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Schedule, error) {
		return schedules(ctx, tx, "company_id = $1 and not is_archived", companyID)
	})
}

func schedules(ctx context.Context, tx *pg.Tx, cond string, arg any) ([]Schedule, error) {
	rows, err := tx.Query(ctx, `select id, company_id, name, is_cycle, by_calendar, days, is_archived, version from work_schedules where `+cond+` order by lower(name), id limit 500`, arg)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (x Schedule, err error) {
		var days []byte
		if err = r.Scan(&x.ID, &x.CompanyID, &x.Name, &x.IsCycle, &x.ByCalendar, &days, &x.IsArchived, &x.Version); err == nil {
			err = json.Unmarshal(days, &x.Days)
		}
		return x, err
	})
}

func schedule(ctx context.Context, tx *pg.Tx, id int64) (Schedule, error) {
	found, err := schedules(ctx, tx, "id = $1", id)
	if err != nil {
		return Schedule{}, err
	}
	if len(found) == 0 {
		return Schedule{}, fault.Missing("schedule")
	}
	return found[0], nil
}

// CreateSchedule adds a template.
func (s *Service) CreateSchedule(ctx context.Context, x Schedule) (Schedule, error) {
	var err error
	if x.CompanyID, err = own(access.From(ctx), x.CompanyID); err != nil {
		return x, err
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Schedule, error) {
		days, err := x.check()
		if err != nil {
			return x, err
		}
		err = tx.QueryRow(ctx, `insert into work_schedules (company_id, name, is_cycle, by_calendar, days) values ($1, $2, $3, $4, $5) returning id, version`,
			x.CompanyID, x.Name, x.IsCycle, x.ByCalendar, days).Scan(&x.ID, &x.Version)
		if err != nil {
			return x, taken(err)
		}
		return x, audit.Change(ctx, tx, x.CompanyID, "schedule.create", x.object(), nil, x)
	})
}

func (x Schedule) object() string { return fmt.Sprintf("schedule:%d", x.ID) }

func taken(err error) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && pe.ConstraintName == "work_schedules_name" {
		return fault.New(fault.Invalid, "schedule.name", "Шаблон с таким названием уже есть.").At("body.name", "уже есть такой шаблон")
	}
	return err
}

// ChangeSchedule writes a template; all who work by it work so at once.
func (s *Service) ChangeSchedule(ctx context.Context, id int64, x Schedule) (Schedule, error) {
	return s.schedule(ctx, id, func(tx *pg.Tx, was Schedule) error {
		if was.Version != x.Version {
			return fault.New(fault.Conflict, "schedule.changed", "Шаблон уже изменил другой: проверьте и повторите.")
		}
		days, err := x.check()
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update work_schedules set name = $2, is_cycle = $3, by_calendar = $4, days = $5, version = version + 1 where id = $1`, id, x.Name, x.IsCycle, x.ByCalendar, days)
		if err != nil {
			return taken(err)
		}
		x.ID, x.CompanyID, x.Version = id, was.CompanyID, was.Version+1
		return audit.Change(ctx, tx, was.CompanyID, "schedule.change", x.object(), was, x)
	})
}

// ArchiveSchedule puts a template away: it can be given to nobody any more. Refused
// while somebody works by it or will (F72), and names them.
func (s *Service) ArchiveSchedule(ctx context.Context, id int64) (Schedule, error) {
	return s.schedule(ctx, id, func(tx *pg.Tx, was Schedule) error {
		b, err := s.around(ctx, tx, was.CompanyID, tx.Now)
		if err != nil {
			return err
		}
		var users []string
		for _, m := range b.members {
			today := calendar.DateOf(tx.Now.In(m.zone))
			p := m.plan(today)
			later := slices.ContainsFunc(m.Plans, func(p Plan) bool { return p.StartsOn > today && p.ScheduleID == id })
			if !m.IsArchived && (later || p != nil && p.ScheduleID == id) {
				users = append(users, m.Name)
			}
		}
		if len(users) > 0 {
			return fault.New(fault.Conflict, "schedule.in_use", "По этому шаблону работают: %s. Сначала дайте им другой.", strings.Join(users, ", "))
		}
		if _, err := tx.Exec(ctx, `update work_schedules set is_archived = true, version = version + 1 where id = $1`, id); err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "schedule.archive", was.object(), map[string]bool{"archived": false}, map[string]bool{"archived": true})
	})
}

func (s *Service) schedule(ctx context.Context, id int64, f func(tx *pg.Tx, was Schedule) error) (out Schedule, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		was, err := schedule(ctx, tx, id)
		if err != nil {
			return err
		}
		if was.IsArchived {
			return fault.Missing("schedule")
		}
		if err := s.change(ctx, tx, was.CompanyID, func(*Board) error { return f(tx, was) }); err != nil {
			return err
		}
		out, err = schedule(ctx, tx, id)
		if err != nil {
			return err
		}
		return tell(ctx, tx, was.CompanyID, 0)
	})
	return out, err
}

// check puts a template in order and returns its days as they are kept.
func (x *Schedule) check() ([]byte, error) {
	bad := fault.New(fault.Invalid, "schedule.wrong", "Шаблон не сохранён: исправьте отмеченное.")
	if x.Name = strings.TrimSpace(x.Name); x.Name == "" {
		bad = bad.At("body.name", "напишите название, например «2/2»")
	}
	switch n := len(x.Days); {
	case !x.IsCycle && n != 7:
		bad = bad.At("body.days", "в неделе семь дней, с понедельника")
	case x.IsCycle && (n < 1 || n > maxCycle):
		bad = bad.At("body.days", fmt.Sprintf("в цикле от 1 до %d дней", maxCycle))
	}
	if x.IsCycle {
		x.ByCalendar = false
	}
	for i := range x.Days {
		if why := x.Days[i].check(Plan{}); why != "" && len(bad.Fields) < 10 {
			bad = bad.At(fmt.Sprintf("body.days[%d]", i), why)
		}
	}
	if len(bad.Fields) > 0 {
		return nil, bad
	}
	return json.Marshal(x.Days)
}

// check fills the hours of a code that has none, as the person's plan has them; it
// says what is wrong.
func (d *ShiftDay) check(p Plan) string {
	switch d.Code {
	case Off:
		d.Hours = calendar.Hours{}
		return ""
	case DayShift, NightShift, FullDay, Office, Other:
	default:
		return "такой смены нет"
	}
	if len(d.Hours) == 0 {
		d.Hours = p.hoursOf(d.Code)
	}
	if len(d.Hours) == 0 {
		return "укажите часы смены"
	}
	if len(d.Hours) > 6 || !d.Hours.Valid() {
		return "часы смены идут по порядку, не пересекаются и не дольше суток"
	}
	return ""
}

// Assignment is a schedule given to a person from a day on; later ones go.
type Assignment struct {
	ScheduleID int64         `json:"schedule_id"` // 0: none, at work whenever switched on
	StartsOn   calendar.Date `json:"starts_on"`
	FirstOn    calendar.Date `json:"first_on"` // the day the cycle begins with; 0: StartsOn
}

// Assign gives a person a schedule.
func (s *Service) Assign(ctx context.Context, memberID int64, a Assignment) (Member, error) {
	return s.edited(ctx, memberID, func(tx *pg.Tx, was Member) error {
		if was.IsArchived {
			return gone()
		}
		if a.FirstOn == 0 {
			a.FirstOn = a.StartsOn
		}
		today := calendar.DateOf(tx.Now)
		if a.StartsOn < today-730 || a.StartsOn > today+730 {
			return fault.New(fault.Invalid, "schedule.starts_on", "График не назначен: исправьте отмеченное.").At("body.starts_on", "не дальше двух лет от сегодня")
		}
		if a.FirstOn < a.StartsOn-730 || a.FirstOn > a.StartsOn+730 {
			return fault.New(fault.Invalid, "schedule.first_on", "График не назначен: исправьте отмеченное.").At("body.first_on", "не дальше двух лет от начала")
		}
		if a.ScheduleID != 0 {
			x, err := schedule(ctx, tx, a.ScheduleID)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
			if err != nil || x.CompanyID != was.CompanyID || x.IsArchived {
				return fault.New(fault.Invalid, "schedule.unknown", "Выберите шаблон смен этой компании.").At("body.schedule_id", "выберите шаблон смен")
			}
		}
		if _, err := tx.Exec(ctx, `delete from member_schedules where member_id = $1 and starts_on >= $2`, memberID, a.StartsOn.Time()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into member_schedules (company_id, member_id, schedule_id, starts_on, first_on) values ($1, $2, nullif($3, 0), $4, $5)`,
			was.CompanyID, memberID, a.ScheduleID, a.StartsOn.Time(), a.FirstOn.Time())
		if err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "member.schedule", object(memberID), was.Plans, a)
	})
}
