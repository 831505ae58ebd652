package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// The days of a board around a moment: a shift of the day before yesterday may not
// reach today, and whoever looks for the next change looks a week ahead.
const (
	daysBefore = 2
	daysAfter  = 9
)

const columns = `select m.id, m.company_id, m.name, m.spoken_name, m.position, m.is_contractor, m.is_archived, m.is_on_duty, m.version, m.archived_at, m.zone,
	coalesce(nullif(m.zone, ''), c.zone),
	coalesce((select jsonb_agg(jsonb_build_object('phone', p.phone, 'hours', p.hours, 'note', p.note) order by p.position) from member_phones p where p.member_id = m.id), '[]'),
	coalesce((select jsonb_agg(jsonb_build_object('channel', h.channel, 'address', h.address, 'kinds', h.kinds, 'hours', h.hours) order by h.position)
		from member_channels h where h.member_id = m.id), '[]'),
	coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'role', d.role, 'work_type', coalesce(w.name, ''), 'work_type_id', coalesce(d.work_type_id, 0),
		'building_id', coalesce(d.building_id, 0), 'group_id', d.group_id, 'level', d.level) order by d.role, d.level, d.id)
		from (select id, role, work_type_id, building_id, 0 as group_id, level from member_duties where member_id = m.id
			union all select id, role, work_type_id, null, group_id, level from member_group_duties where member_id = m.id) d
		left join work_types w on w.id = d.work_type_id), '[]'),
	coalesce((select jsonb_agg(jsonb_build_object('starts_on', x.starts_on, 'first_on', x.first_on, 'schedule_id', coalesce(x.schedule_id, 0), 'name', coalesce(s.name, ''),
		'is_cycle', coalesce(s.is_cycle, false), 'by_calendar', coalesce(s.by_calendar, false), 'days', coalesce(s.days, '[]')) order by x.starts_on)
		from member_schedules x left join work_schedules s on s.id = x.schedule_id where x.member_id = m.id), '[]'),
	coalesce((select jsonb_agg(jsonb_build_object('date', e.on_day, 'code', e.code, 'hours', e.hours) order by e.on_day)
		from schedule_days e where e.member_id = m.id and e.on_day between $1 and $2), '[]'),
	coalesce((select jsonb_agg(jsonb_build_object('id', l.id, 'kind', l.kind, 'starts_on', l.starts_on, 'ends_on', l.ends_on, 'substitute_id', coalesce(l.substitute_id, 0),
		'note', l.note) order by l.starts_on, l.id)
		from member_leaves l where l.member_id = m.id and l.cancelled_at is null and l.ends_on >= $1), '[]')
	from members m join companies c on c.id = m.company_id where `

type exception struct {
	Date calendar.Date `json:"date"`
	ShiftDay
}

func scan(r pgx.CollectableRow) (*onBoard, error) {
	m := &onBoard{days: map[calendar.Date]ShiftDay{}}
	var raw [6][]byte
	err := r.Scan(&m.MemberID, &m.CompanyID, &m.Name, &m.SpokenName, &m.Position, &m.IsContractor, &m.IsArchived, &m.SwitchedOn, &m.Version, &m.ArchivedAt, &m.OwnZone, &m.Zone,
		&raw[0], &raw[1], &raw[2], &raw[3], &raw[4], &raw[5])
	if err != nil {
		return nil, err
	}
	var days []exception
	for i, into := range []any{&m.AllPhones, &m.Channels, &m.Duties, &m.Plans, &days, &m.Leaves} {
		if err := json.Unmarshal(raw[i], into); err != nil {
			return nil, fmt.Errorf("member %d: %w", m.MemberID, err)
		}
	}
	for _, d := range days {
		m.days[d.Date] = d.ShiftDay
	}
	m.zone = location(m.Zone)
	return m, nil
}

// maxMembers bounds a board; no company has so many.
const maxMembers = 5000

// boards reads the people of the companies named; 0: of all the actor may see. Those
// dismissed are on them too: the past knows them.
func (s *Service) boards(ctx context.Context, tx *pg.Tx, companyID int64, first, last calendar.Date) (map[int64]*Board, error) {
	var w where.Clause
	w.And("(?::date is not null and ?::date is not null)", first.Time(), last.Time())
	if companyID != 0 {
		w.And("m.company_id = ?", companyID)
	}
	rows, err := tx.Query(ctx, columns+w.String()+fmt.Sprintf(" order by m.company_id, m.is_contractor, m.name, m.id limit %d", maxMembers), w.Args...)
	if err != nil {
		return nil, err
	}
	members, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, err
	}
	out := map[int64]*Board{}
	for _, m := range members {
		b := out[m.CompanyID]
		if b == nil {
			b = &Board{CompanyID: m.CompanyID, First: first, Last: last, byID: map[int64]*onBoard{}}
			out[m.CompanyID] = b
		}
		b.members = append(b.members, m)
		b.byID[m.MemberID] = m
		if len(m.Leaves) > 0 {
			b.leavers = append(b.leavers, m)
		}
	}
	if err := s.grouped(ctx, tx, companyID, out); err != nil {
		return nil, err
	}
	return out, s.production(ctx, tx, companyID, out)
}

// grouped tells boards on which somebody has a duty by group which houses are in it now.
func (s *Service) grouped(ctx context.Context, tx *pg.Tx, companyID int64, boards map[int64]*Board) error {
	byGroup := func(m *onBoard) bool {
		return slices.ContainsFunc(m.Duties, func(d Duty) bool { return d.GroupID != 0 })
	}
	var groups map[int64][]int64
	for _, b := range boards {
		if !slices.ContainsFunc(b.members, byGroup) {
			continue
		}
		if groups == nil {
			var err error
			if groups, err = s.Houses.Grouped(ctx, tx, companyID); err != nil {
				return err
			}
		}
		b.grouped = groups
	}
	return nil
}

// production puts the companies' own days over the calendar of the country.
func (s *Service) production(ctx context.Context, tx *pg.Tx, companyID int64, boards map[int64]*Board) error {
	var w where.Clause
	if companyID != 0 {
		w.And("company_id = ?", companyID)
	}
	rows, err := tx.Query(ctx, "select company_id, on_day, kind, note from calendar_days where "+w.String(), w.Args...)
	if err != nil {
		return err
	}
	own := map[int64][]calendar.Day{}
	var company int64
	var on time.Time
	var kind, note string
	_, err = pgx.ForEachRow(rows, []any{&company, &on, &kind, &note}, func() error {
		own[company] = append(own[company], calendar.Day{Date: calendar.DateOf(on), Kind: calendar.Kind(kind), Note: note})
		return nil
	})
	for id, b := range boards {
		b.Production = b.Production.With(own[id]...)
	}
	return err
}

// Board is the people of a company over the days from first to last, for whoever
// asks about many moments at once.
func (s *Service) Board(ctx context.Context, tx *pg.Tx, companyID int64, first, last calendar.Date) (*Board, error) {
	bs, err := s.boards(ctx, tx, companyID, first-daysBefore, last+daysBefore)
	if err != nil {
		return nil, err
	}
	if b := bs[companyID]; b != nil {
		return b, nil
	}
	return &Board{CompanyID: companyID, First: first - daysBefore, Last: last + daysBefore, byID: map[int64]*onBoard{}}, nil
}

// around is the board of a company about a moment.
func (s *Service) around(ctx context.Context, tx *pg.Tx, companyID int64, at time.Time) (*Board, error) {
	d := calendar.DateOf(at.UTC())
	return s.Board(ctx, tx, companyID, d, d+daysAfter)
}

// ZoneOf is the time zone a person lives by: his own or his company's. fault.NotFound for one
// whom the actor may not see.
func (s *Service) ZoneOf(ctx context.Context, tx *pg.Tx, memberID int64) (zone string, err error) {
	err = tx.QueryRow(ctx, `select coalesce(nullif(m.zone, ''), c.zone) from members m join companies c on c.id = m.company_id where m.id = $1`, memberID).Scan(&zone)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.Missing("member")
	}
	return zone, err
}

func (s *Service) companyOf(ctx context.Context, tx *pg.Tx, memberID int64) (id int64, err error) {
	err = tx.QueryRow(ctx, `select company_id from members where id = $1`, memberID).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.Missing("member")
	}
	return id, err
}
