// Package staff is the people of a company: phones, duties by work and house.
package staff

import (
	"context"
	"errors"
	"sort"

	"github.com/jackc/pgx/v5"

	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// Person is a member of staff who can be called.
type Person struct {
	MemberID   int64    `json:"member_id"`
	Name       string   `json:"name"`
	SpokenName string   `json:"spoken_name"` // for words read aloud
	Position   string   `json:"position"`
	Phones     []string `json:"phones"`
	OnDuty     bool     `json:"on_duty"`
	Level      int      `json:"level"`
}

// DutyChanged is published when a person comes to work or leaves.
type DutyChanged struct {
	MemberID int64 `json:"member_id"`
	OnDuty   bool  `json:"on_duty"`
}

// Service keeps staff.
type Service struct {
	db   *pg.DB
	jobs *jobs.Queue
}

// NewService returns the service.
func NewService(db *pg.DB, q *jobs.Queue) *Service { return &Service{db: db, jobs: q} }

const person = `select m.id, m.name, m.spoken_name, m.position, m.is_on_duty and not m.is_archived,
	coalesce((select array_agg(p.phone order by p.position) from member_phones p where p.member_id = m.id), '{}')`

// Query is a place of work.
type Query struct{ CompanyID, BuildingID, WorkTypeID int64 }

// Executors are who does this work in this house, by level; on each level the
// most specific duty wins: work and house, work, house, everything.
func (s *Service) Executors(ctx context.Context, tx *pg.Tx, q Query) ([]Person, error) {
	return s.duties(ctx, tx, q, "executor")
}

// Responsible answers for the work; nil when nobody is set.
func (s *Service) Responsible(ctx context.Context, tx *pg.Tx, q Query) (*Person, error) {
	ps, err := s.duties(ctx, tx, q, "responsible")
	if err != nil || len(ps) == 0 {
		return nil, err
	}
	return &ps[0], nil
}

func (s *Service) duties(ctx context.Context, tx *pg.Tx, q Query, role string) ([]Person, error) {
	rows, err := tx.Query(ctx, person+`, d.level, (d.work_type_id is not null)::int * 2 + (d.building_id is not null)::int as closeness, d.id
		from member_duties d join members m on m.id = d.member_id
		where d.company_id = $1 and d.role = $2 and not m.is_archived
		  and (d.work_type_id = $3 or d.work_type_id is null) and (d.building_id = $4 or d.building_id is null)`,
		q.CompanyID, role, q.WorkTypeID, q.BuildingID)
	if err != nil {
		return nil, err
	}
	type duty struct {
		Person
		closeness int
		id        int64
	}
	ds, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (d duty, err error) {
		err = r.Scan(&d.MemberID, &d.Name, &d.SpokenName, &d.Position, &d.OnDuty, &d.Phones, &d.Level, &d.closeness, &d.id)
		return d, err
	})
	if err != nil {
		return nil, err
	}
	sort.Slice(ds, func(i, j int) bool {
		a, b := ds[i], ds[j]
		if a.Level != b.Level {
			return a.Level < b.Level
		}
		if a.closeness != b.closeness {
			return a.closeness > b.closeness
		}
		return a.id < b.id
	})
	var out []Person
	for _, d := range ds {
		if len(out) == 0 || out[len(out)-1].Level != d.Level {
			out = append(out, d.Person)
		}
	}
	return out, nil
}

// ByID returns a person as he is now (F37: read live at each step).
func (s *Service) ByID(ctx context.Context, tx *pg.Tx, id int64) (p Person, err error) {
	err = tx.QueryRow(ctx, person+` from members m where m.id = $1`, id).Scan(&p.MemberID, &p.Name, &p.SpokenName, &p.Position, &p.OnDuty, &p.Phones)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, fault.Missing("member")
	}
	return p, err
}

// ByPhone finds whose phone it is, first among the people of the company called
// (0: any), as one phone may be of two people (F27); companyID tells of which
// company he is. False: nobody's.
func (s *Service) ByPhone(ctx context.Context, tx *pg.Tx, phone string, called int64) (p Person, companyID int64, found bool, err error) {
	err = tx.QueryRow(ctx, person+`, m.company_id from members m where not m.is_archived
		and exists (select from member_phones x where x.member_id = m.id and x.phone = $1) order by m.company_id <> $2, m.id limit 1`, phone, called).
		Scan(&p.MemberID, &p.Name, &p.SpokenName, &p.Position, &p.OnDuty, &p.Phones, &companyID)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, 0, false, nil
	}
	return p, companyID, err == nil, err
}

// List is a company's staff by name.
func (s *Service) List(ctx context.Context, companyID int64) ([]Person, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Person, error) {
		rows, err := tx.Query(ctx, person+` from members m where m.company_id = $1 and not m.is_archived order by m.name`, companyID)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, func(r pgx.CollectableRow) (p Person, err error) {
			err = r.Scan(&p.MemberID, &p.Name, &p.SpokenName, &p.Position, &p.OnDuty, &p.Phones)
			return p, err
		})
	})
}

// SetDuty says whether a person works now.
func (s *Service) SetDuty(ctx context.Context, id int64, onDuty bool) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `update members set is_on_duty = $2 where id = $1`, id, onDuty)
		if err == nil && tag.RowsAffected() == 0 {
			return fault.Missing("member")
		}
		if err != nil {
			return err
		}
		return s.jobs.Publish(ctx, tx, DutyChanged{MemberID: id, OnDuty: onDuty})
	})
}
