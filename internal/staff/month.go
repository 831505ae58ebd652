package staff

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Month is the grid of a company's month.
type Month struct {
	First  calendar.Date
	Today  calendar.Date
	Days   []calendar.Day
	Rows   []Row
	Totals []Total
}

// Row is a person's month.
type Row struct {
	Member
	Trade string // "сантехника"; "": any work, or none
	Cells []Cell // one a day
}

// Total counts the people of a kind of work who have a shift that begins on a day, or
// no schedule and thus stand by. Candidates are those who could be asked: of this work,
// with a schedule, not away, not at work that day.
type Total struct {
	WorkTypeID int64 // 0: people of any work
	Name       string
	Counts     []int
	Candidates [][]int64
}

// Month is the grid of a month. fault.NotFound for a company the actor has nothing to do with.
func (s *Service) Month(ctx context.Context, companyID int64, year int, month time.Month) (Month, error) {
	companyID, err := own(access.From(ctx), companyID)
	if err != nil {
		return Month{}, err
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Month, error) { return s.month(ctx, tx, companyID, year, month) })
}

func (s *Service) month(ctx context.Context, tx *pg.Tx, companyID int64, year int, month time.Month) (Month, error) {
	first := calendar.On(year, month, 1)
	last := calendar.On(year, month+1, 1) - 1
	b, err := s.Board(ctx, tx, companyID, first, last)
	if err != nil {
		return Month{}, err
	}
	out := Month{First: first, Today: calendar.DateOf(tx.Now)}
	for d := first; d <= last; d++ {
		out.Days = append(out.Days, b.Production.Day(d))
	}
	for _, m := range b.members {
		if m.IsArchived {
			continue
		}
		if len(out.Rows) == 0 {
			out.Today = calendar.DateOf(tx.Now.In(m.zone))
		}
		row := Row{Member: b.at(m, tx.Now), Trade: m.trade()}
		for d := first; d <= last; d++ {
			row.Cells = append(row.Cells, b.Cell(m.MemberID, d))
		}
		out.Rows = append(out.Rows, row)
	}
	slices.SortStableFunc(out.Rows, func(x, y Row) int {
		return cmp.Or(less(!x.IsContractor, !y.IsContractor), less(x.Trade != "", y.Trade != ""), cmp.Compare(x.Trade, y.Trade))
	})
	out.Totals = totals(out)
	return out, nil
}

func less(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// trade is the kind of work a person is first of all for.
func (m *onBoard) trade() string {
	for _, d := range m.Duties {
		if d.Role == "executor" && d.WorkType != "" {
			return d.WorkType
		}
	}
	return ""
}

func totals(m Month) (out []Total) {
	index := map[int64]int{}
	for _, r := range m.Rows {
		seen := map[int64]bool{}
		for _, d := range r.Duties {
			if d.Role != "executor" || seen[d.WorkTypeID] {
				continue
			}
			seen[d.WorkTypeID] = true
			i, known := index[d.WorkTypeID]
			if !known {
				i = len(out)
				index[d.WorkTypeID] = i
				out = append(out, Total{WorkTypeID: d.WorkTypeID, Name: d.WorkType, Counts: make([]int, len(m.Days)), Candidates: make([][]int64, len(m.Days))})
			}
			for n, c := range r.Cells {
				switch {
				case c.Leave != nil || !r.SwitchedOn:
				case len(c.Hours) > 0:
					out[i].Counts[n]++
				default:
					out[i].Candidates[n] = append(out[i].Candidates[n], r.MemberID)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Total) int { return cmp.Or(less(a.Name != "", b.Name != ""), cmp.Compare(a.Name, b.Name)) })
	return out
}

// Mark is a cell written by hand. Code "" drops what was written: the schedule rules again.
type Mark struct {
	MemberID int64
	Date     calendar.Date
	ShiftDay
}

// maxMarks bounds one writing: a year of a person, a month of a company's shift.
const maxMarks = 1000

// SetMarks writes days by hand, against the schedules; all of them or none.
func (s *Service) SetMarks(ctx context.Context, companyID int64, marks []Mark) error {
	companyID, err := own(access.From(ctx), companyID)
	if err != nil {
		return err
	}
	if len(marks) > maxMarks {
		return fault.New(fault.Invalid, "schedule.too_many", "За один раз меняется не больше %d дней.", maxMarks).At("body.cells", "слишком много")
	}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		return s.change(ctx, tx, companyID, func(before *Board) error {
			was := make([]any, 0, len(marks))
			for i := range marks {
				m := before.byID[marks[i].MemberID]
				if m == nil || m.IsArchived {
					return wrong(i, "member_id", "такого сотрудника у компании нет")
				}
				if d, today := marks[i].Date, calendar.DateOf(tx.Now); d < today-730 || d > today+730 {
					return wrong(i, "day", "не дальше двух лет от сегодня")
				}
				old, err := mark(ctx, tx, companyID, m, marks[i], i)
				if err != nil {
					return err
				}
				was = append(was, old)
			}
			if err := audit.Change(ctx, tx, companyID, "schedule.days", fmt.Sprintf("company:%d", companyID), was, shown(marks)); err != nil {
				return err
			}
			return tell(ctx, tx, companyID, 0)
		})
	})
}

func wrong(i int, field, why string) error {
	return fault.New(fault.Invalid, "schedule.cell", "График не сохранён: %s.", why).At(fmt.Sprintf("body.cells[%d].%s", i, field), why)
}

type kept struct {
	MemberID int64          `json:"member_id"`
	Date     calendar.Date  `json:"date"`
	Code     Code           `json:"code"`
	Hours    calendar.Hours `json:"hours"`
}

func shown(ms []Mark) (out []kept) {
	for _, m := range ms {
		out = append(out, kept{m.MemberID, m.Date, m.Code, m.Hours})
	}
	return out
}

// mark writes one day and returns what was written there before.
func mark(ctx context.Context, tx *pg.Tx, companyID int64, m *onBoard, x Mark, i int) (kept, error) {
	old := kept{MemberID: x.MemberID, Date: x.Date}
	var code *Code
	err := tx.QueryRow(ctx, `select max(code), coalesce((array_agg(hours))[1], '[]') from schedule_days where member_id = $1 and on_day = $2`, x.MemberID, x.Date.Time()).Scan(&code, &old.Hours)
	if err != nil {
		return old, err
	}
	if code != nil {
		old.Code = *code
	}
	if x.Code == "" {
		_, err := tx.Exec(ctx, `delete from schedule_days where member_id = $1 and on_day = $2`, x.MemberID, x.Date.Time())
		return old, err
	}
	var plan Plan
	if p := m.plan(x.Date); p != nil {
		plan = *p
	}
	if why := x.check(plan); why != "" {
		return old, wrong(i, "code", why)
	}
	_, err = tx.Exec(ctx, `insert into schedule_days (company_id, member_id, on_day, code, hours) values ($1, $2, $3, $4, $5)
		on conflict (member_id, on_day) do update set code = excluded.code, hours = excluded.hours`, companyID, x.MemberID, x.Date.Time(), x.Code, x.Hours)
	return old, err
}

// Year is the production calendar of a year as a company has it.
type Year struct {
	Source      string // the decree; "" when there is none known
	Provisional bool
	Days        []calendar.Day // those that differ from an ordinary week, in order
}

// Year tells a year. fault.NotFound for a company the actor has nothing to do with.
func (s *Service) Year(ctx context.Context, companyID int64, year int) (out Year, err error) {
	companyID, err = own(access.From(ctx), companyID)
	if err != nil {
		return out, err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		bs := map[int64]*Board{companyID: {}}
		if err := s.production(ctx, tx, companyID, bs); err != nil {
			return err
		}
		decree, known := calendar.Decreed(year)
		out.Source, out.Provisional = decree.Source, !known
		for d := calendar.On(year, time.January, 1); d.Year() == year; d++ {
			if x := bs[companyID].Production.Day(d); x.Own || x.Note != "" || x.Kind.Works() == d.Weekend() || x.Kind == calendar.Short {
				out.Days = append(out.Days, x)
			}
		}
		return nil
	})
	return out, err
}

// SetDay writes a company's own day over the production calendar; kind "" drops it.
func (s *Service) SetDay(ctx context.Context, companyID int64, d calendar.Date, kind calendar.Kind, note string) error {
	companyID, err := own(access.From(ctx), companyID)
	if err != nil {
		return err
	}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		return s.change(ctx, tx, companyID, func(before *Board) error {
			was := before.Production.Day(d)
			if kind == "" {
				_, err = tx.Exec(ctx, `delete from calendar_days where company_id = $1 and on_day = $2`, companyID, d.Time())
			} else {
				_, err = tx.Exec(ctx, `insert into calendar_days (company_id, on_day, kind, note) values ($1, $2, $3, $4)
					on conflict (company_id, on_day) do update set kind = excluded.kind, note = excluded.note`, companyID, d.Time(), kind, note)
			}
			if err != nil {
				return err
			}
			if err := audit.Change(ctx, tx, companyID, "calendar.day", "day:"+d.String(), map[string]any{"kind": was.Kind, "own": was.Own}, map[string]any{"kind": kind, "note": note}); err != nil {
				return err
			}
			return tell(ctx, tx, companyID, 0)
		})
	})
}
