package staff

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Member is a person of the directory with what he answers for.
type Member struct {
	Person
	CompanyID    int64
	IsContractor bool
	Duties       []Duty
}

// Duty is a piece of work a person answers for.
type Duty struct {
	Role       string `json:"role"`      // executor, responsible
	WorkType   string `json:"work_type"` // "": every kind of work
	WorkTypeID int64  `json:"work_type_id"`
	BuildingID int64  `json:"building_id"` // 0: every house
	Level      int    `json:"level"`
}

// Directory is the staff of a company by name; 0: of all companies the actor may
// see. fault.NotFound for a company he has nothing to do with.
func (s *Service) Directory(ctx context.Context, companyID int64) ([]Member, error) {
	if companyID != 0 && !access.From(ctx).Serves(companyID) {
		return nil, fault.Missing("company")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Member, error) { return s.directory(ctx, tx, companyID) })
}

// AtWork are the people of a company who are on duty now, with their duties.
func (s *Service) AtWork(ctx context.Context, tx *pg.Tx, companyID int64) (out []Member, err error) {
	all, err := s.directory(ctx, tx, companyID)
	for _, m := range all {
		if m.OnDuty {
			out = append(out, m)
		}
	}
	return out, err
}

func (s *Service) directory(ctx context.Context, tx *pg.Tx, companyID int64) ([]Member, error) {
	var w where.Clause
	w.And("not m.is_archived")
	if companyID != 0 {
		w.And("m.company_id = ?", companyID)
	}
	rows, err := tx.Query(ctx, person+`, m.company_id, m.is_contractor, coalesce((select jsonb_agg(jsonb_build_object('role', d.role, 'work_type', coalesce(w.name, ''),
			'work_type_id', coalesce(d.work_type_id, 0), 'building_id', coalesce(d.building_id, 0), 'level', d.level) order by d.role, d.level, d.id)
			from member_duties d left join work_types w on w.id = d.work_type_id where d.member_id = m.id), '[]')
		from members m where `+w.String()+` order by m.company_id, m.name limit 2000`, w.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (m Member, err error) {
		var duties []byte
		err = r.Scan(&m.MemberID, &m.Name, &m.SpokenName, &m.Position, &m.OnDuty, &m.Phones, &m.CompanyID, &m.IsContractor, &duties)
		if err == nil {
			err = json.Unmarshal(duties, &m.Duties)
		}
		return m, err
	})
}
